//! `attach`: a file, or an address, on records.

use serde_json::{Map, Value, json};

use super::files::{self, text_of};
use super::needed::{needed, optional};
use super::prepared::{Body, Outline, Planned};
use super::run::Run;
use super::{attachments, ids, read};
use crate::definition::operation::{Attach, is_web_address};
use crate::odoo::{Effect, Error, Kind};

/// The copies of a file for all records take no more than so many bytes.
const TOGETHER: usize = 3 * files::LARGEST;

/// The records, and the values of the attachment that each gets.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    values: Map<String, Value>,
}

/// Resolves the records and makes a file of what was given.
///
/// # Errors
/// `invalid_arguments` where none or several of `text`, `data` and `url` are given, for what is no base64, no address or no type, and
/// for a file that is too large.
pub(super) async fn prepare(definition: &Attach, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    let name = text_of("name", needed("name", &definition.name, run)?)?;
    let name = files::file_name("name", &name)?;
    let mut values = Map::from_iter([("name".to_owned(), name.as_str().into())]);
    let mut mime_type = match optional("mime_type", definition.mime_type.as_ref(), &run.scope)? {
        None | Some(Value::Null) => None,
        Some(given) => Some(files::mime_type(&text_of("mime_type", given)?)?),
    };
    match source(definition, run)? {
        Source::Text(text) => {
            files::checked("text", text.len())?;
            mime_type = mime_type.or_else(|| files::type_of_name(&name)).or_else(|| Some("text/plain".to_owned()));
            values.insert(content_field(run).await?.to_owned(), files::encoded(text.as_bytes()).into());
        }
        Source::Data(data) => {
            let (bytes, said) = files::decoded("data", &data)?;
            // Without either, Odoo looks into the file.
            mime_type = mime_type.or(said).or_else(|| files::type_of_name(&name));
            values.insert(content_field(run).await?.to_owned(), files::encoded(&bytes).into());
        }
        Source::Url(url) => {
            values.insert("type".to_owned(), "url".into());
            values.insert("url".to_owned(), url.into());
        }
    }
    together(&values, ids.len())?;
    values.extend(mime_type.map(|mime_type| ("mimetype".to_owned(), mime_type.into())));
    Ok(Prepared { model, ids, values })
}

/// Each record gets a copy of its own, and all of them go in one request.
fn together(values: &Map<String, Value>, records: usize) -> Result<(), Error> {
    let content = values.values().filter_map(Value::as_str).map(str::len).sum::<usize>() / 4 * 3;
    if content.saturating_mul(records) <= TOGETHER {
        return Ok(());
    }
    let message = format!(
        "A file of about {content} bytes for {records} records is too much at once: at most {TOGETHER} bytes are sent together."
    );
    Err(Error::new(Kind::InvalidArguments, message).hint("Attach it to fewer records at once."))
}

/// What is attached.
enum Source {
    Text(String),
    Data(String),
    Url(String),
}

fn source(definition: &Attach, run: &Run<'_>) -> Result<Source, Error> {
    type Make = fn(String) -> Source;
    let written: [(&str, Make, _); 3] = [
        ("text", Source::Text, &definition.text),
        ("data", Source::Data, &definition.data),
        ("url", Source::Url, &definition.url),
    ];
    let mut written: Vec<_> =
        written.into_iter().filter_map(|(key, make, templated)| Some((key, make, templated.as_ref()?))).collect();
    if let [(key, make, templated)] = written.as_slice() {
        return text_of(key, needed(key, templated, run)?).and_then(|text| usable(make(text)));
    }
    let all: Vec<String> = written.iter().map(|(key, ..)| format!("`{key}`")).collect();
    let mut given = Vec::new();
    for (key, make, templated) in written.drain(..) {
        if let Some(value) = optional(key, Some(templated), &run.scope)?.filter(|value| !value.is_null()) {
            given.push((key, make(text_of(key, value)?)));
        }
    }
    match (given.pop(), given.is_empty()) {
        (Some((_, source)), true) => usable(source),
        (None, _) => Err(Error::new(Kind::InvalidArguments, "There is nothing to attach.")
            .hint(format!("Give one of {}.", all.join(", ")))),
        (Some((last, _)), false) => {
            let names: Vec<String> = given.iter().map(|(key, _)| format!("`{key}`")).collect();
            Err(Error::new(
                Kind::InvalidArguments,
                format!(
                    "A file is made of one of {}, and both {} and `{last}` were given.",
                    all.join(", "),
                    names.join(", ")
                ),
            )
            .hint("Give one of them."))
        }
    }
}

fn usable(source: Source) -> Result<Source, Error> {
    match source {
        Source::Url(url) if !is_web_address(url.trim()) => Err(Error::new(
            Kind::InvalidArguments,
            format!("`url` is a web address, not {}.", super::faults::quote(&url.into())),
        )
        .hint("e.g. `https://example.com/offer.pdf`.")),
        Source::Url(url) => Ok(Source::Url(url.trim().to_owned())),
        source => Ok(source),
    }
}

/// The field of an attachment that takes base64: Odoo 20 has `datas` no more, and before it `raw` is text to whoever calls from
/// outside.
///
/// # Errors
/// Those of asking for the fields.
pub(super) async fn content_field(run: &Run<'_>) -> Result<&'static str, Error> {
    let model = run.metadata(attachments::MODEL).await?;
    Ok(if model.fields.contains_key("datas") { "datas" } else { "raw" })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let name = self.values.get("name").and_then(Value::as_str).unwrap_or_default();
        let what = format!("Attaching `{name}` to `{}`", self.model);
        Outline { effect: Effect::Write, what, ids: self.ids.clone() }
    }

    pub(super) fn planned(&self) -> Planned {
        Planned {
            model: Some(self.model.clone()),
            payload: json!(["attach", self.model, self.ids, self.values]),
            ..Planned::default()
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        // Odoo attaches to nobody as gladly as to somebody.
        read::all_there(run, &self.model, &self.ids).await?;
        let attachment = |id: &i64| {
            let mut values = self.values.clone();
            values.insert("res_model".to_owned(), self.model.as_str().into());
            values.insert("res_id".to_owned(), (*id).into());
            values
        };
        let values = self.ids.iter().map(attachment).collect();
        let created = run.instance.client.create(attachments::MODEL, values, &run.context, &run.patience).await?;
        Ok(attachments::created(run, &created, self.ids.len() > 1).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_goes_to_few_records_at_once() {
        let values = Map::from_iter([("datas".to_owned(), Value::from("AAAA".repeat(1_000_000)))]);
        assert!(together(&values, 10).is_ok());
        let error = together(&values, 11).unwrap_err();
        assert_eq!(error.kind, Kind::InvalidArguments);
        assert!(error.message.contains("3000000 bytes for 11 records"), "{error}");
        assert!(together(&values, usize::MAX).is_err());
    }
}
