//! The JSON Schema of what stands in an answer, from the types of the fields.
//!
//! It says what is certain: what holds on every version, of every record, cut or not. Everything may have more keys than it
//! names, and only the first key of an object is required, since that is the one which a cut leaves. A selection is no
//! enumeration: records keep values that their field has lost.

use serde_json::{Map, Value, json};

use super::columns::{Column, Columns, Role};
use super::decorate::link_key;
use crate::odoo::metadata::FieldType;

/// What a tool wants of its answers that changes their shape.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Selections are `{"value", "label"}`.
    pub labels: bool,
    /// Records have their web address.
    pub links: bool,
}

/// A record, or a group.
#[must_use]
pub fn record(columns: &Columns, wanted: Wanted) -> Value {
    let mut record = shape(columns, wanted);
    if let (Some(properties), true) = (record.get_mut("properties").and_then(Value::as_object_mut), wanted.links)
        && columns.model.is_some()
    {
        let key = link_key(|key| properties.contains_key(key));
        properties.insert(key.to_owned(), json!({"type": "string"}));
    }
    record
}

/// An object of those of these keys that the operation has a value for: default values.
#[must_use]
pub fn partial(columns: &Columns, wanted: Wanted) -> Value {
    let properties: Map<String, Value> =
        columns.list.iter().map(|column| (column.key.clone(), of_column(column, wanted, true))).collect();
    json!({"type": "object", "properties": properties})
}

fn shape(columns: &Columns, wanted: Wanted) -> Value {
    let mut properties = Map::new();
    if columns.model.is_some() {
        properties.insert("id".to_owned(), json!({"type": "integer"}));
    }
    for column in &columns.list {
        properties.insert(column.key.clone(), of_column(column, wanted, false));
    }
    let mut record = json!({"type": "object", "properties": properties});
    if columns.model.is_some()
        && let Value::Object(record) = &mut record
    {
        record.insert("required".to_owned(), json!(["id"]));
    }
    record
}

fn of_column(column: &Column, wanted: Wanted, unsaved: bool) -> Value {
    let one = match &column.role {
        Role::Value => value(column, wanted, unsaved),
        Role::Period => period(),
        Role::Aggregate(function) => aggregate(function),
    };
    if column.as_list { json!({"type": "array", "items": one}) } else { one }
}

fn value(column: &Column, wanted: Wanted, unsaved: bool) -> Value {
    // A record that would be created with others has no id yet.
    let related = |null: bool| {
        let mut related = match &column.nested {
            Some(nested) => shape(nested, wanted),
            None => json!({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}),
        };
        if let Value::Object(related) = &mut related {
            if unsaved {
                related.remove("required");
            }
            if null {
                related.insert("type".to_owned(), json!(["object", "null"]));
            }
            if let Some(Value::Object(properties)) = related.get_mut("properties") {
                properties.entry("name").or_insert_with(|| json!({"type": ["string", "null"]}));
            }
        }
        related
    };
    let text = || json!({"type": ["string", "null"]});
    match &column.kind {
        FieldType::Integer => json!({"type": ["integer", "null"]}),
        FieldType::Float | FieldType::Monetary => json!({"type": ["number", "null"]}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Char | FieldType::Text | FieldType::Html => text(),
        FieldType::Date => json!({"type": ["string", "null"], "format": "date"}),
        FieldType::Datetime => json!({"type": ["string", "null"], "format": "date-time"}),
        FieldType::Selection if wanted.labels => {
            json!({"type": ["object", "null"], "properties": {"value": {}, "label": {}}})
        }
        FieldType::Selection if column.options.iter().all(|(value, _)| value.is_string()) => text(),
        FieldType::Many2one => related(true),
        FieldType::One2many | FieldType::Many2many => json!({"type": "array", "items": related(false)}),
        FieldType::Reference | FieldType::Many2oneReference => json!({
            "type": ["object", "null"],
            "properties": {"model": {"type": "string"}, "id": {"type": "integer"}, "name": {"type": ["string", "null"]}},
        }),
        FieldType::Binary => json!({
            "type": ["object", "null"],
            "properties": {"type": {"type": "string"}, "size": {"type": "string"}, "uri": {"type": "string"}},
        }),
        FieldType::Properties => json!({"type": "object"}),
        // Anything.
        FieldType::Selection | FieldType::Json | FieldType::PropertiesDefinition | FieldType::Other(_) => json!({}),
    }
}

fn period() -> Value {
    let day = || json!({"type": ["string", "null"]});
    json!({"type": ["object", "null"], "properties": {"from": day(), "to": day(), "label": {}}})
}

fn aggregate(function: &str) -> Value {
    match function {
        "__count" | "count" | "count_distinct" => json!({"type": "integer"}),
        "sum" => json!({"type": "number"}),
        "avg" => json!({"type": ["number", "null"]}),
        "bool_and" | "bool_or" => json!({"type": "boolean"}),
        // The least of dates is a date.
        _ => json!({}),
    }
}
