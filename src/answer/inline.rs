//! A value in one line, for people: what tables and texts show.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The value in words. Nothing for null; related records by their names, with their ids for whoever goes on from them.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let separator = if list.iter().any(says_more) { "; " } else { ", " };
            list.iter().map(inline).collect::<Vec<_>>().join(separator)
        }
        Value::Object(object) => inline_object(object),
        value => value.to_string(),
    }
}

fn inline_object(object: &Map<String, Value>) -> String {
    if let Some(label) = label_of(object) {
        return inline(label);
    }
    let (mut text, head) = match named(object) {
        Some(name) => (name, &["id", "name", "model"][..]),
        None => (String::new(), &[][..]),
    };
    for (key, value) in object.iter().filter(|(key, value)| !head.contains(&key.as_str()) && !is_empty(value)) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        let _ = write!(text, "{key}: {}", inline(value));
    }
    text
}

/// The name of a record with its id: `Azure Interior (14)`; `None` for what is no record.
pub(super) fn named(object: &Map<String, Value>) -> Option<String> {
    let id = object.get("id").filter(|id| id.is_number())?;
    let id = match object.get("model").and_then(Value::as_str) {
        Some(model) => format!("{model} {id}"),
        None => id.to_string(),
    };
    Some(match object.get("name").map(inline).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({id})"),
        None => format!("({id})"),
    })
}

/// What people call a selection's value, or a period of groups.
fn label_of(object: &Map<String, Value>) -> Option<&Value> {
    let has = |key: &str| object.contains_key(key);
    let selection = object.len() == 2 && has("value");
    let period = object.len() == 3 && has("from") && has("to");
    object.get("label").filter(|_| selection || period)
}

/// Whether it is more than a word: an object that says more than who it is.
pub(super) fn says_more(value: &Value) -> bool {
    let Value::Object(object) = value else { return false };
    label_of(object).is_none() && object.keys().any(|key| !["id", "name", "model"].contains(&key.as_str()))
}

/// Nothing to show.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
