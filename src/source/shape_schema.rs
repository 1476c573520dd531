//! The JSON Schema of a file, for editors: made from its [`Shape`], without the keys that are not carried out.

use serde_json::{Map, Value, json};

use super::shape::{Key, Kind, Shape};

/// The JSON Schema (2020-12, in the subset that TOML language servers read) of a file of that shape.
#[must_use]
pub fn json_schema(shape: &'static Shape, title: &str) -> Value {
    let mut definitions = Map::new();
    let Value::Object(mut root) = table(shape, &mut definitions) else { return Value::Null };
    if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
        properties
            .insert("$schema".into(), json!({ "type": "string", "description": "The JSON Schema of this file." }));
    }
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".into(), json!(title));
    schema.append(&mut root);
    schema.insert("$defs".into(), Value::Object(definitions));
    Value::Object(schema)
}

fn table(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in shape.keys.iter().filter(|key| key.carried_out) {
        properties.insert(key.name.into(), described(key, definitions));
    }
    let required: Vec<_> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("description".into(), json!(shape.doc));
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    if !shape.one_of.is_empty() {
        let carried_out = shape.one_of.iter().filter(|name| shape.key(name).is_some_and(|key| key.carried_out));
        schema.insert("oneOf".into(), carried_out.map(|name| json!({ "required": [name] })).collect());
    }
    schema.insert("additionalProperties".into(), json!(false));
    Value::Object(schema)
}

fn described(key: &'static Key, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = kind(&key.kind, definitions);
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".into(), json!(key.doc));
    }
    schema
}

fn kind(of: &'static Kind, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Kind::Text => json!({ "type": "string" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(from, to) => {
            let mut schema = json!({ "type": "integer", "minimum": from });
            if let (Some(map), true) = (schema.as_object_mut(), *to < i64::MAX) {
                map.insert("maximum".into(), json!(to));
            }
            schema
        }
        Kind::Duration => json!({ "type": "string", "examples": ["30s", "5m", "1h"] }),
        Kind::Size => json!({ "type": ["string", "integer"], "examples": ["64MB"] }),
        Kind::Words => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Choice(words, _) => json!({ "type": "string", "enum": words }),
        // Said aloud for editors that take silence about other keys for a refusal.
        Kind::Any => json!({ "additionalProperties": true }),
        Kind::JsonSchema => json!({ "type": "object", "additionalProperties": true }),
        Kind::Table(shape) => reference(shape, definitions),
        Kind::Tables(shape) => json!({ "type": "array", "items": reference(shape, definitions) }),
        Kind::Map(inner) => json!({ "type": "object", "additionalProperties": kind(inner, definitions) }),
        Kind::List(inner) => json!({ "type": "array", "items": kind(inner, definitions) }),
        Kind::Either(kinds) => {
            let carried_out = kinds.iter().filter(|kind| !matches!(kind, Kind::NotYet(..)));
            let mut schemas: Vec<_> = carried_out.map(|inner| kind(inner, definitions)).collect();
            if schemas.len() == 1 { schemas.remove(0) } else { json!({ "anyOf": schemas }) }
        }
        Kind::NotYet(..) => json!(false),
    }
}

fn reference(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(shape.name) {
        // The name is taken first, so that a shape may contain itself.
        definitions.insert(shape.name.into(), Value::Null);
        let schema = table(shape, definitions);
        definitions.insert(shape.name.into(), schema);
    }
    json!({ "$ref": format!("#/$defs/{}", shape.name) })
}
