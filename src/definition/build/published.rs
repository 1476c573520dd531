//! The schema of the arguments as clients see it: closed where the author did not say otherwise, with the arguments that the server
//! adds.

use serde_json::{Map, Value, json};

use super::super::tool::Paging;

/// Where one of these stands, the schema stays as the author wrote it.
pub(super) const VERBATIM: &[&str] =
    &["allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef", "unevaluatedProperties", "dependentSchemas"];

/// The schema that clients see, and its paging with the author's own default. `clear`: the words of the argument of that name;
/// `plan`: whether there is an argument `plan`.
pub(super) fn published(
    author: Map<String, Value>,
    paging: Option<Paging>,
    clear: &[String],
    plan: bool,
) -> (Map<String, Value>, Option<Paging>) {
    let mut schema = closed(author);
    let paging = paging.map(|paging| add_paging(&mut schema, paging));
    if !clear.is_empty() {
        add_clear(&mut schema, clear);
    }
    if plan {
        add_plan(&mut schema);
    }
    (schema, paging)
}

/// The author's schema with `type`, `properties`, and no arguments but the declared ones.
fn closed(author: Map<String, Value>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    let verbatim = VERBATIM.iter().any(|key| author.contains_key(*key));
    let closes = !verbatim && !author.contains_key("additionalProperties") && !author.contains_key("patternProperties");
    schema.extend(author);
    schema.entry("properties").or_insert_with(|| json!({}));
    if !verbatim {
        close_children(&mut schema);
    }
    if closes {
        schema.insert("additionalProperties".into(), json!(false));
    }
    schema
}

/// The same for the objects inside, reached through `properties` and `items` only.
///
/// An object without declared properties takes any: closed, it could only be empty.
fn close(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if VERBATIM.iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    close_children(schema);
    let open = ["additionalProperties", "patternProperties"].iter().any(|key| schema.contains_key(*key));
    if !open && schema.get("properties").is_some_and(Value::is_object) {
        schema.insert("additionalProperties".into(), json!(false));
    }
}

fn close_children(schema: &mut Map<String, Value>) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(close);
    }
    if let Some(items) = schema.get_mut("items") {
        close(items);
    }
}

/// Adds `clear`.
fn add_clear(schema: &mut Map<String, Value>, words: &[String]) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let clear = json!({
        "type": "array", "items": { "type": "string", "enum": words }, "description": "What to empty",
    });
    properties.insert("clear".into(), clear);
}

/// Adds `plan`.
fn add_plan(schema: &mut Map<String, Value>) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let plan = json!({ "type": "string", "description": "Id of a plan the user agreed to" });
    properties.insert("plan".into(), plan);
}

/// Adds `limit` and `offset`. An author's own keep their description and default.
fn add_paging(schema: &mut Map<String, Value>, paging: Paging) -> Paging {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return paging };
    let own = |properties: &Map<String, Value>, name: &str, key: &str| {
        properties.get(name).and_then(|own| own.get(key)).cloned()
    };
    let default = own(properties, "limit", "default").and_then(|default| u32::try_from(default.as_i64()?).ok());
    let paging = Paging { default: default.unwrap_or(paging.default).min(paging.max).max(1), max: paging.max };
    let description = own(properties, "limit", "description").unwrap_or_else(|| json!("How many to return"));
    // Neither needs a least value or what goes without saying: both are put right before the schema sees them.
    let limit = json!({
        "type": "integer", "description": description, "default": paging.default, "maximum": paging.max,
    });
    let description = own(properties, "offset", "description").unwrap_or_else(|| json!("How many to skip"));
    let mut offset = Map::from_iter([("type".to_owned(), json!("integer")), ("description".to_owned(), description)]);
    offset.extend(
        own(properties, "offset", "default").filter(Value::is_u64).map(|default| ("default".to_owned(), default)),
    );
    properties.insert("limit".into(), limit);
    properties.insert("offset".into(), Value::Object(offset));
    paging
}
