//! `attachments`: the files of records, the newest first. What a model can read comes along: short texts, images, PDFs; the rest as
//! links.

use serde_json::{Map, Value, json};

use super::attach::content_field;
use super::files;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::{ids, read};
use crate::definition::operation::{Attachments, is_web_address};
use crate::odoo::{Effect, Error, FieldSpecification, Request, Search, Specification};

/// Odoo's model of files.
pub(super) const MODEL: &str = "ir.attachment";

/// What is read of each.
const FIELDS: [&str; 6] = ["name", "mimetype", "file_size", "type", "url", "res_id"];

/// The largest image or PDF that comes along, and the most of them together, in bytes.
const LARGEST: u64 = 2_000_000;
const TOGETHER: u64 = 5_000_000;
/// No answer carries more files than this.
const MOST: usize = 10;
/// A text file is not looked at beyond this, however much an answer may have.
const LONGEST_TEXT: u64 = 100_000;

/// Which records, and which part of the list.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    limit: u64,
}

/// Resolves the records.
///
/// # Errors
/// `not_found` for none at all.
pub(super) async fn prepare(definition: &Attachments, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    Ok(Prepared { model, ids, limit: u64::from(run.limit(definition.limit.default)) })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let what = format!("Listing the files of `{}`", self.model);
        Outline { effect: Effect::Read, what, ids: self.ids.clone() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let offset = run.offset();
        let search = Search {
            model: MODEL.to_owned(),
            domain: json!([["res_model", "=", self.model], ["res_id", "in", self.ids]]),
            specification: specification(),
            order: Some("id desc".to_owned()),
            offset,
            limit: Some(self.limit),
            count: true,
            context: run.context.clone(),
        };
        let page = run.instance.client.search_read(&search, &run.patience).await?;
        if page.records.is_empty() && offset == 0 {
            // No file, or no record.
            read::all_there(run, &self.model, &self.ids).await?;
        }
        let mut files: Vec<File> = page.records.iter().filter_map(|row| File::of(row, run)).collect();
        let mut note = None;
        // What another step answers carries no files: they would be fetched for nobody.
        if run.answers() {
            note = fetch(&mut files, run).await;
        }
        let mut body = listed(&files, self.ids.len() > 1);
        let end = offset + page.records.len() as u64;
        if let Some(total) = page.total {
            body.answer.insert("total".to_owned(), total.into());
            if end < total && !page.records.is_empty() {
                body.answer.insert("next_offset".to_owned(), end.into());
            }
        }
        body.answer.extend(note.map(|note| ("note".to_owned(), Value::String(note))));
        Ok(body.listing("records", offset))
    }
}

/// The answer of an `attach` that has happened. What cannot be read back is said beside the ids.
pub(super) async fn created(run: &Run<'_>, ids: &[i64], several: bool) -> Body {
    let search = Search {
        model: MODEL.to_owned(),
        domain: json!([["id", "in", ids]]),
        specification: specification(),
        order: Some("id".to_owned()),
        offset: 0,
        limit: None,
        count: false,
        context: run.context.clone(),
    };
    match run.instance.client.search_read(&search, &run.patience).await {
        Ok(page) => {
            let files: Vec<File> = page.records.iter().filter_map(|row| File::of(row, run)).collect();
            listed(&files, several).listing("records", 0)
        }
        Err(error) => {
            let record = |id: &i64| match run.links.attachment(*id) {
                Some(uri) => json!({"id": id, "uri": uri}),
                None => json!({"id": id}),
            };
            let records: Vec<Value> = ids.iter().map(record).collect();
            let note = format!("The file was attached, but could not be read back: {error}");
            Body::of([("records", records.into()), ("note", note.into())])
        }
    }
}

fn specification() -> Specification {
    let mut specification = Specification::default();
    for field in FIELDS {
        specification.fields.insert(field.to_owned(), FieldSpecification::default());
    }
    specification
}

/// The list, with a block for each file: the file itself where it was fetched, else a link.
fn listed(files: &[File], several: bool) -> Body {
    let records: Vec<Value> = files.iter().map(|file| file.record(several)).collect();
    let mut body = Body::of([("records", records.into())]);
    body.files = files.iter().map(File::block).collect();
    body
}

/// One attachment.
struct File {
    id: i64,
    name: String,
    mime_type: Option<String>,
    size: Option<u64>,
    /// Where a model reads it: a resource, or where a person opens it.
    uri: String,
    /// Where a person opens it.
    url: String,
    /// Only an address.
    is_url: bool,
    record: Option<i64>,
    /// The block that carries it, where it was fetched.
    content: Option<Value>,
}

/// What a model can make of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readable {
    Text,
    Image,
    Pdf,
}

impl File {
    fn of(row: &Map<String, Value>, run: &Run<'_>) -> Option<Self> {
        let id = row.get("id")?.as_i64()?;
        let text = |key: &str| row.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let is_url = row.get("type").and_then(Value::as_str) == Some("url");
        let own = || format!("{}/web/content/{id}?download=true", run.instance.client.url());
        let name = text("name").unwrap_or_else(|| id.to_string());
        let url = text("url").filter(|_| is_url).unwrap_or_else(own);
        let elsewhere = is_url && is_web_address(&url);
        let uri = run.links.attachment(id).filter(|_| !elsewhere).unwrap_or_else(|| url.clone());
        Some(Self {
            id,
            uri,
            mime_type: text("mimetype")
                .filter(|kind| kind != "application/octet-stream")
                .or_else(|| files::type_of_name(&name)),
            name,
            size: row.get("file_size").and_then(Value::as_u64).filter(|_| !is_url),
            url,
            is_url,
            record: row.get("res_id").and_then(Value::as_i64),
            content: None,
        })
    }

    fn record(&self, several: bool) -> Value {
        let mut record = Map::new();
        record.insert("id".to_owned(), self.id.into());
        record.insert("name".to_owned(), self.name.as_str().into());
        record.insert("type".to_owned(), self.mime_type.as_deref().map_or(Value::Null, Value::from));
        record.insert("size".to_owned(), self.size.map_or(Value::Null, Value::from));
        record.insert("uri".to_owned(), self.uri.as_str().into());
        if !self.is_url {
            record.insert("url".to_owned(), self.url.as_str().into());
        }
        if let (true, Some(of)) = (several, self.record) {
            record.insert("record_id".to_owned(), of.into());
        }
        Value::Object(record)
    }

    fn block(&self) -> Value {
        match &self.content {
            Some(block) => block.clone(),
            None => files::link(&self.uri, &self.name, self.mime_type.as_deref(), self.size),
        }
    }

    fn readable(&self) -> Option<Readable> {
        let kind = self.mime_type.as_deref().filter(|_| !self.is_url)?;
        if files::is_text(kind) {
            Some(Readable::Text)
        } else if kind.starts_with("image/") {
            Some(Readable::Image)
        } else {
            (kind == "application/pdf").then_some(Readable::Pdf)
        }
    }

    /// The block that carries these bytes; `None` where they are not what they were said to be.
    fn carry(&self, readable: Readable, bytes: &[u8]) -> Option<Value> {
        let kind = self.mime_type.as_deref().unwrap_or_default();
        match readable {
            Readable::Text => {
                let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
                Some(files::text(&self.uri, kind, text.trim_start_matches('\u{feff}')))
            }
            Readable::Image => {
                let kind = files::image_type(bytes)?;
                Some(json!({"type": "image", "data": files::encoded(bytes), "mimeType": kind}))
            }
            Readable::Pdf => bytes.starts_with(b"%PDF-").then(|| files::blob(&self.uri, kind, bytes)),
        }
    }
}

/// Fetches what a model can read, as far as there is room. What cannot be fetched stays a link, and the sentence says why.
async fn fetch(files: &mut [File], run: &Run<'_>) -> Option<String> {
    // Texts share the answer's bytes with the list itself.
    let listed: usize = files.iter().map(|file| file.record(true).to_string().len() + 1).sum();
    let mut text_room = (run.max_bytes.saturating_sub(listed) as u64).min(LONGEST_TEXT);
    let mut room = TOGETHER;
    let mut wanted: Vec<(i64, Readable)> = Vec::new();
    for file in files.iter() {
        let (Some(readable), Some(size)) = (file.readable(), file.size.filter(|size| *size > 0)) else { continue };
        let room = if readable == Readable::Text { &mut text_room } else { &mut room };
        if size <= *room && size <= LARGEST && wanted.len() < MOST {
            *room -= size;
            wanted.push((file.id, readable));
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let ids: Vec<i64> = wanted.iter().map(|(id, _)| *id).collect();
    let contents = match contents(&ids, run).await {
        Ok(contents) => contents,
        Err(error) => return Some(format!("What is in the files could not be read: {error}")),
    };
    for (id, readable) in wanted {
        let Some(bytes) = contents.iter().find(|(of, _)| *of == id).map(|(_, bytes)| bytes) else { continue };
        // The size that was told is Odoo's own note of it.
        if bytes.len() as u64 > LARGEST {
            continue;
        }
        if let Some(file) = files.iter_mut().find(|file| file.id == id) {
            file.content = file.carry(readable, bytes);
        }
    }
    None
}

/// The bytes of these attachments, of those that this user may read.
async fn contents(ids: &[i64], run: &Run<'_>) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let field = content_field(run).await?;
    let mut context = run.context.clone();
    context.remove("bin_size");
    let request = Request {
        model: MODEL.to_owned(),
        method: "read".to_owned(),
        ids: Some(ids.to_vec()),
        args: Vec::new(),
        kwargs: Map::from_iter([("fields".to_owned(), json!([field]))]),
        context,
        effect: Effect::Read,
    };
    let rows = run.instance.client.execute(&request, &run.patience).await?;
    let row = |row: &Value| Some((row.get("id")?.as_i64()?, files::bytes_of(row.get(field)?)?));
    Ok(rows.as_array().into_iter().flatten().filter_map(row).collect())
}
