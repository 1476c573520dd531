//! One value of each field type, in the shape that every Odoo version and protocol has here.

use base64::Engine as _;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::markdown::markdown_of_html;
use crate::odoo::metadata::{Field, FieldType};
use crate::operation::temporal;

/// `{"id", "name"}` of whatever Odoo gives for one related record: an object, a pair, a bare id; null for none.
#[must_use]
pub(crate) fn named(raw: &Value) -> Value {
    match raw {
        Value::Array(pair) => match (pair.first(), pair.get(1)) {
            (Some(Value::Number(id)), Some(name)) => json!({"id": id, "name": text(name)}),
            (Some(Value::Number(id)), None) => json!({"id": id}),
            _ => Value::Null,
        },
        Value::Object(record) => match record.get("id") {
            Some(Value::Number(id)) => match record.get("display_name") {
                Some(name) => json!({"id": id, "name": text(name)}),
                None => json!({"id": id}),
            },
            _ => Value::Null,
        },
        Value::Number(id) if id.as_i64() != Some(0) => json!({"id": id}),
        _ => Value::Null,
    }
}

/// A text, or null where there is none.
fn text(raw: &Value) -> Value {
    match raw {
        Value::String(text) if !text.is_empty() => raw.clone(),
        Value::Number(number) => Value::String(number.to_string()),
        _ => Value::Null,
    }
}

/// What a field type without records behind it shows. An empty value is null; a boolean stays one.
pub(crate) fn shown(field: &Field, raw: Value, zone: &TimeZone) -> Value {
    match (&field.kind, raw) {
        (FieldType::Boolean, Value::Bool(value)) => Value::Bool(value),
        (FieldType::Boolean, Value::Null) => Value::Bool(false),
        (FieldType::Properties, raw) => properties(raw, zone),
        (_, Value::Null | Value::Bool(false)) => Value::Null,
        (FieldType::Char | FieldType::Text, raw @ Value::String(_)) => {
            if raw == "" {
                Value::Null
            } else {
                raw
            }
        }
        (FieldType::Html, Value::String(html)) => {
            let markdown = markdown_of_html(&html);
            if markdown.is_empty() { Value::Null } else { Value::String(markdown) }
        }
        (FieldType::Datetime, Value::String(moment)) => Value::String(temporal::shown(&moment, zone)),
        (_, raw) => raw,
    }
}

/// `{"model", "id", "name"}` of a reference, or of an id whose model stands in another field.
pub(super) fn reference(raw: &Value, model: Option<&str>) -> Value {
    let (model, id, name) = match raw {
        Value::String(text) => match text.split_once(',') {
            Some((model, id)) => (Some(model), id.parse().ok(), None),
            None => (None, None, None),
        },
        Value::Object(record) => {
            let name = record.get("display_name").map(text);
            match record.get("id") {
                Some(Value::Object(id)) => {
                    (id.get("model").and_then(Value::as_str), id.get("id").and_then(Value::as_i64), name)
                }
                Some(id) => (record.get("model").and_then(Value::as_str).or(model), id.as_i64(), name),
                None => (None, None, None),
            }
        }
        Value::Number(id) => (model, id.as_i64(), None),
        _ => (None, None, None),
    };
    let Some(id) = id.filter(|id: &i64| *id > 0) else { return Value::Null };
    let mut shown = Map::new();
    if let Some(model) = model {
        shown.insert("model".to_owned(), model.into());
    }
    shown.insert("id".to_owned(), id.into());
    if let Some(name) = name {
        shown.insert("name".to_owned(), name);
    }
    Value::Object(shown)
}

/// `{"type", "size"}` of a file, and `"uri"`, where the file is read, if its record is known. `raw` is its size as Odoo's `bin_size` tells it (`6.61 Kb`), or the file in base64 where
/// Odoo sent it all the same; `known` are an attachment's own type and size in bytes.
pub(super) fn file(field: &Field, raw: &Value, known: Option<(&Value, &Value)>, uri: Option<String>) -> Value {
    let Value::String(content) = raw else { return Value::Null };
    if content.is_empty() {
        return Value::Null;
    }
    let (kind, size) = match known {
        Some((Value::String(kind), Value::Number(size))) => (kind.clone(), human(size.as_u64().unwrap_or_default())),
        _ => type_and_size(field, content),
    };
    let mut file = Map::from_iter([("type".to_owned(), kind.into()), ("size".to_owned(), size.into())]);
    if let Some(uri) = uri {
        file.insert("uri".to_owned(), uri.into());
    }
    Value::Object(file)
}

fn type_and_size(field: &Field, content: &str) -> (String, String) {
    let image = ["image", "avatar", "logo"].iter().any(|start| field.name.starts_with(start));
    let usual = if image { "image" } else { "application/octet-stream" };
    if is_size(content) {
        return (usual.to_owned(), content.to_owned());
    }
    let padding = content.bytes().rev().take(2).filter(|byte| *byte == b'=').count();
    let bytes = (content.len() / 4 * 3).saturating_sub(padding) as u64;
    (sniffed(content).unwrap_or(usual).to_owned(), human(bytes))
}

/// Whether this is a size in Odoo's words, not a file.
fn is_size(text: &str) -> bool {
    let Some((number, unit)) = text.split_once(' ') else { return false };
    number.parse::<f64>().is_ok() && ["bytes", "Kb", "Mb", "Gb", "Tb"].contains(&unit)
}

/// A number of bytes in Odoo's words.
#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
fn human(bytes: u64) -> String {
    let mut size = bytes as f64;
    let mut units = ["bytes", "Kb", "Mb", "Gb"].into_iter();
    for unit in units.by_ref() {
        if size < 1024.0 {
            return format!("{size:.2} {unit}");
        }
        size /= 1024.0;
    }
    format!("{size:.2} Tb")
}

/// The type that a file's first bytes tell.
fn sniffed(base64: &str) -> Option<&'static str> {
    let head = base64::engine::general_purpose::STANDARD.decode(base64.get(..24)?).ok()?;
    let kinds: [(&[u8], &str); 6] = [
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"<svg", "image/svg+xml"),
    ];
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    kinds.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind)
}

/// Properties as a table of label to value; the labels of a selection and of tags instead of their random keys.
fn properties(raw: Value, zone: &TimeZone) -> Value {
    let list = match raw {
        Value::Array(list) => list,
        Value::Object(table) => return Value::Object(table),
        _ => return Value::Object(Map::new()),
    };
    let mut table = Map::with_capacity(list.len());
    for property in list {
        let Value::Object(mut property) = property else { continue };
        let kind = property.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if kind == "separator" {
            continue;
        }
        let value = property.remove("value").unwrap_or_default();
        let name = property.get("name").and_then(Value::as_str).unwrap_or_default();
        let label = property.get("string").and_then(Value::as_str).filter(|label| !label.is_empty()).unwrap_or(name);
        // Two properties may have one label.
        let label = if table.contains_key(label) { format!("{label} ({name})") } else { label.to_owned() };
        let labelled = |options: &str, key: &Value| {
            let options = property.get(options).and_then(Value::as_array).into_iter().flatten();
            let mut options = options.filter_map(Value::as_array);
            let found = options.find(|option| option.first() == Some(key)).and_then(|option| option.get(1));
            found.unwrap_or(key).clone()
        };
        let shown = match (kind.as_str(), &value) {
            ("boolean", Value::Null) => Value::Bool(false),
            ("boolean", value) => value.clone(),
            ("tags", Value::Array(tags)) => tags.iter().map(|tag| labelled("tags", tag)).collect(),
            ("many2many", Value::Array(records)) => records.iter().map(named).collect(),
            ("tags" | "many2many", _) => Value::Array(Vec::new()),
            (_, Value::Null | Value::Bool(false)) => Value::Null,
            ("selection", value) => labelled("selection", value),
            ("many2one", value) => named(value),
            ("datetime", Value::String(moment)) => Value::String(temporal::shown(moment, zone)),
            ("html", Value::String(html)) => Value::String(markdown_of_html(html)),
            _ => value,
        };
        table.insert(label, shown);
    }
    Value::Object(table)
}
