//! Nulls, empty values, lossless conversions and defaults, as the schema leads.

use serde_json::{Map, Value};

use crate::operation::scalar;

/// An object under a schema: properties that count as not given are gone, the others converted, defaults filled in.
pub(super) fn object(given: Map<String, Value>, schema: &Map<String, Value>) -> Map<String, Value> {
    let declared = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties").and_then(Value::as_object);
    let mut out = Map::with_capacity(given.len());
    for (name, value) in given {
        match declared.and_then(|declared| declared.get(&name)) {
            Some(Value::Object(property)) => {
                let required = is_required(schema, &name);
                if counts(&value, property, required) {
                    let value = converted(value, property);
                    if counts(&value, property, required) {
                        out.insert(name, value);
                    }
                }
            }
            Some(_) => drop(out.insert(name, value)),
            None => {
                let value = match others {
                    Some(schema) => converted(value, schema),
                    None => value,
                };
                out.insert(name, value);
            }
        }
    }
    for (name, property) in declared.into_iter().flatten() {
        if let (false, Some(property)) = (out.contains_key(name), property.as_object())
            && let Some(default) = property.get("default")
        {
            out.insert(name.clone(), converted(default.clone(), property));
        }
    }
    out
}

fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|required| required == name))
}

/// Whether a value of a declared property counts as given.
fn counts(value: &Value, property: &Map<String, Value>, required: bool) -> bool {
    let says_zero = |key: &str| property.get(key).and_then(Value::as_f64) == Some(0.0);
    match value {
        Value::Null => allows_null(property),
        Value::String(text) if text.is_empty() => required || says_zero("minLength"),
        Value::Array(list) if list.is_empty() => required || says_zero("minItems"),
        _ => true,
    }
}

/// Whether the schema says, or leaves open, that null is a value. A `$ref` leaves it open.
fn allows_null(schema: &Map<String, Value>) -> bool {
    let by_type = match schema.get("type") {
        None => true,
        Some(Value::String(name)) => name == "null",
        Some(Value::Array(names)) => names.iter().any(|name| name == "null"),
        Some(_) => true,
    };
    let by_enum = schema.get("enum").and_then(Value::as_array).is_none_or(|options| options.contains(&Value::Null));
    let by_const = schema.get("const").is_none_or(Value::is_null);
    let branches = |key: &str| schema.get(key).and_then(Value::as_array);
    let open = |branch: &Value| branch.as_object().is_none_or(allows_null);
    by_type
        && by_enum
        && by_const
        && branches("anyOf").is_none_or(|all| all.iter().any(open))
        && branches("oneOf").is_none_or(|all| all.iter().any(open))
        && branches("allOf").is_none_or(|all| all.iter().all(open))
}

/// The one type that the schema names, null aside.
fn one_type(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            match (names.next(), names.next()) {
                (Some(name), None) => Some(name),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value in the type that the schema names, where nothing is lost; else as it was, for the schema to refuse.
fn converted(value: Value, schema: &Map<String, Value>) -> Value {
    match (one_type(schema), value) {
        (_, Value::Null) => Value::Null,
        (Some("integer"), value @ (Value::String(_) | Value::Number(_))) => {
            scalar::integer(&value).map_or(value, Value::from)
        }
        (Some("number"), value @ Value::String(_)) => scalar::number(&value).map_or(value, Value::Number),
        (Some("boolean"), value @ Value::String(_)) => scalar::boolean(&value).map_or(value, Value::Bool),
        (Some("string"), value) => to_text(value),
        (Some("array"), value) => match to_list(value) {
            Value::Array(list) => Value::Array(items(list, schema)),
            other => other,
        },
        (Some("object"), Value::String(text)) => match parsed(&text) {
            Some(Value::Object(table)) => Value::Object(object(table, schema)),
            _ => Value::String(text),
        },
        (_, Value::Object(table)) => Value::Object(object(table, schema)),
        (None, Value::Array(list)) => Value::Array(items(list, schema)),
        (_, value) => value,
    }
}

/// A number becomes its text; a list that holds lists (a domain, where every client's schema can only say "string")
/// its JSON. Other lists and objects stay for the schema to refuse: nobody means their JSON as a search word.
fn to_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(list) if list.iter().any(Value::is_array) => Value::String(Value::Array(list).to_string()),
        value => value,
    }
}

/// The text of a JSON array becomes that; any other value but an empty text a list of one.
fn to_list(value: Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list),
        Value::String(text) if text.is_empty() => Value::String(text),
        Value::String(text) => match parsed(&text) {
            Some(Value::Array(list)) => Value::Array(list),
            _ => Value::Array(vec![Value::String(text)]),
        },
        one => Value::Array(vec![one]),
    }
}

/// JSON from a text that looks like a list or a table. serde_json bounds how deep it may nest.
fn parsed(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.starts_with(['[', '{']) { serde_json::from_str(text).ok() } else { None }
}

fn items(list: Vec<Value>, schema: &Map<String, Value>) -> Vec<Value> {
    let first = schema.get("prefixItems").and_then(Value::as_array);
    let rest = schema.get("items").and_then(Value::as_object);
    let convert = |(index, value): (usize, Value)| {
        let place = first.and_then(|first| first.get(index)).map_or(rest, Value::as_object);
        match place {
            Some(schema) => converted(value, schema),
            None => value,
        }
    };
    list.into_iter().enumerate().map(convert).collect()
}
