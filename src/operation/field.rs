//! `read` with `field`: one field of one record, whole: a file with its type, or a text that answers cut.

use serde_json::{Map, Value, json};

use super::names::{find, type_name, unknown, written};
use super::needed::needed;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::watched::{Records, Watched};
use super::{attachments, files, ids, read};
use crate::answer::markdown_of_html;
use crate::definition::operation::{ReadField, is_web_address};
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{Effect, Error, Kind, Request};

/// What is read with the content of an attachment.
const OF_ATTACHMENT: [&str; 4] = ["name", "mimetype", "type", "url"];

/// Which record, and what of it.
pub(super) struct Prepared {
    model: String,
    id: i64,
    field: String,
    holds: Holds,
    /// The other fields that tell the type of the file.
    beside: Vec<String>,
}

/// What is in the field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// The file of an attachment.
    Attachment,
    /// Any other file.
    File,
    /// A text.
    Text,
    /// A text with markup, which is shown as Markdown.
    Markup,
    /// The same, as it is.
    Html,
}

/// Resolves the record and the field.
///
/// # Errors
/// `unknown_field`; `invalid_arguments` for several records, and for a field that is neither a file nor a text.
pub(super) async fn prepare(definition: &ReadField, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let id = match ids::of(&definition.ids, &model, run).await?.as_slice() {
        [id] => *id,
        ids => {
            let message = format!("`ids` names {} records, and a field is read of one.", ids.len());
            return Err(Error::new(Kind::InvalidArguments, message).hint("Read them one by one."));
        }
    };
    let name = match needed("field", &definition.field, run)? {
        Value::String(name) => written(&name),
        other => {
            let message = format!("`field` is the name of a field, not {}.", super::faults::quote(&other));
            return Err(Error::new(Kind::InvalidArguments, message));
        }
    };
    let metadata = run.metadata(&model).await?;
    let Some(found) = find(&name, &metadata) else { return Err(unknown(&name, &metadata)) };
    let field = found.field.name.clone();
    // Before 20 `datas` has the same in base64; bytes are nothing that those can send.
    let field = if model == attachments::MODEL && field == "raw" && metadata.fields.contains_key("datas") {
        "datas".to_owned()
    } else {
        field
    };
    let holds = match found.field.kind {
        FieldType::Binary if model == attachments::MODEL && is_content(&field) => Holds::Attachment,
        FieldType::Binary => Holds::File,
        FieldType::Char | FieldType::Text => Holds::Text,
        FieldType::Html if definition.html => Holds::Html,
        FieldType::Html => Holds::Markup,
        _ => {
            let message = no_content(found.field, &metadata).unwrap_or_default();
            return Err(Error::new(Kind::InvalidArguments, format!("{message}."))
                .hint("Read the record: its fields are there."));
        }
    };
    let beside = match holds {
        Holds::Attachment => OF_ATTACHMENT.map(str::to_owned).to_vec(),
        Holds::File => named_by(&field, &metadata).map(str::to_owned).into_iter().collect(),
        Holds::Text | Holds::Markup | Holds::Html => Vec::new(),
    };
    Ok(Prepared { model, id, field, holds, beside })
}

/// What is said of a field that is neither a file nor a text; `None` of one that is.
#[must_use]
pub(crate) fn no_content(field: &Field, model: &Model) -> Option<String> {
    let has = matches!(field.kind, FieldType::Binary | FieldType::Char | FieldType::Text | FieldType::Html);
    let kind = type_name(&field.kind);
    (!has).then(|| format!("`{}` of `{}` is a {kind}: no file and no text", field.name, model.name))
}

fn is_content(field: &str) -> bool {
    matches!(field, "datas" | "raw" | "db_datas")
}

/// The field that holds the name of the file, by the names that Odoo's own modules give it.
fn named_by<'m>(field: &str, model: &'m Model) -> Option<&'m str> {
    let usual = [format!("{field}_filename"), format!("{field}_fname"), format!("{field}_name")];
    let names = usual.iter().map(String::as_str).chain(["filename", "file_name"]);
    let is_text = |name: &str| model.fields.get(name).filter(|field| field.kind == FieldType::Char);
    names.filter_map(is_text).map(|field| field.name.as_str()).next()
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let what = format!("Reading `{}` of `{}`", self.field, self.model);
        Outline { effect: Effect::Read, what, ids: vec![self.id] }
    }

    /// What has to be asked to notice that its answer has changed.
    pub(super) fn watched(&self, run: &Run<'_>) -> Watched {
        let context = read::with_archived(run.context.clone());
        let fields = vec![self.field.clone()];
        Watched { model: self.model.clone(), context, fields, records: Records::ById(vec![self.id]) }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let row = self.row(run).await?;
        let raw = row.get(&self.field);
        let text = raw.and_then(Value::as_str).filter(|text| !text.is_empty());
        let (uri, name) = (self.uri(run), self.name(&row));
        let block = match (self.holds, text) {
            (Holds::Text, Some(text)) => files::text(&uri, "text/plain", text),
            (Holds::Markup, Some(html)) => files::text(&uri, "text/markdown", &markdown_of_html(html)),
            (Holds::Html, Some(html)) => files::text(&uri, "text/html", html),
            (Holds::File | Holds::Attachment, Some(_)) => {
                let bytes = raw.and_then(files::bytes_of).ok_or_else(|| {
                    let message =
                        format!("What Odoo gave for `{}` of `{}` {} is no file.", self.field, self.model, self.id);
                    Error::new(Kind::OdooError, message)
                })?;
                self.fits(&bytes)?;
                let said = row.get("mimetype").and_then(Value::as_str).filter(|_| self.holds == Holds::Attachment);
                carried(&uri, &files::type_of(&bytes, said, name), &bytes)
            }
            (Holds::Attachment, None) => {
                let url = row.get("url").and_then(Value::as_str).filter(|url| is_web_address(url));
                files::text(&uri, "text/uri-list", url.ok_or_else(|| self.empty())?)
            }
            (_, None) => return Err(self.empty()),
        };
        Ok(Body { blocks: Some(vec![block]), ..Body::default() })
    }

    /// The record's row, with the file itself and not its size.
    async fn row(&self, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
        let mut context = run.context.clone();
        context.remove("bin_size");
        let fields: Vec<&str> =
            std::iter::once(self.field.as_str()).chain(self.beside.iter().map(String::as_str)).collect();
        let request = Request {
            model: self.model.clone(),
            method: "read".to_owned(),
            ids: Some(vec![self.id]),
            args: Vec::new(),
            kwargs: Map::from_iter([("fields".to_owned(), json!(fields))]),
            context,
            effect: Effect::Read,
        };
        let rows = run.instance.client.execute(&request, &run.patience).await?;
        match rows {
            Value::Array(rows) => match rows.into_iter().next() {
                Some(Value::Object(row)) => Ok(row),
                _ => Err(read::missing(&self.model, &[self.id])),
            },
            _ => Err(read::missing(&self.model, &[self.id])),
        }
    }

    fn uri(&self, run: &Run<'_>) -> String {
        format!("{}://{}/{}/{}", run.links.scheme, self.model, self.id, self.field)
    }

    fn name<'r>(&self, row: &'r Map<String, Value>) -> Option<&'r str> {
        self.beside.first().and_then(|field| row.get(field)?.as_str())
    }

    fn fits(&self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() <= files::LARGEST {
            return Ok(());
        }
        let (field, model, id) = (&self.field, &self.model, self.id);
        let message = format!(
            "`{field}` of `{model}` {id} is a file of {} bytes, and at most {} are read.",
            bytes.len(),
            files::LARGEST
        );
        Err(Error::new(Kind::Unsupported, message).hint("Open it in Odoo."))
    }

    fn empty(&self) -> Error {
        let message = format!("`{}` of `{}` {} is empty.", self.field, self.model, self.id);
        Error::new(Kind::NotFound, message).hint("There is nothing to read; the record itself is there.")
    }
}

/// A text where it is one, else the file.
fn carried(uri: &str, mime_type: &str, bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).ok().filter(|text| files::is_text(mime_type) && !text.contains('\0'));
    match text {
        Some(text) => files::text(uri, mime_type, text.trim_start_matches('\u{feff}')),
        None => files::blob(uri, mime_type, bytes),
    }
}
