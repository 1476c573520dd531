//! What a tool may want of its answer beyond the values: labels of selections, and the address of each record.

use serde_json::{Map, Value, json};

use super::address;
use super::columns::{Column, Columns, Described};
use crate::odoo::Version;
use crate::odoo::metadata::FieldType;

/// How selections are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// Their values.
    Without,
    /// `{"value", "label"}`.
    Beside,
    /// The label alone, for people.
    Alone,
}

/// An Odoo as people open it.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its address, without a `/` at its end.
    pub url: &'a str,
    /// Its version decides what its addresses look like.
    pub version: Version,
}

/// The answer with labels, and with links where a site is given.
pub(super) fn decorate(
    answer: &mut Map<String, Value>,
    described: &Described,
    labels: Labels,
    links: Option<Site<'_>>,
) {
    let columns = &described.columns;
    let decorate = |record: &mut Value| {
        if let Value::Object(record) = record {
            label(record, columns, labels);
            if let (Some(site), Some(model)) = (links, &columns.model) {
                link(record, model, site);
            }
        }
    };
    match answer.get_mut(described.key) {
        Some(Value::Array(records)) => records.iter_mut().for_each(decorate),
        Some(one) => decorate(one),
        None => {}
    }
}

fn label(record: &mut Map<String, Value>, columns: &Columns, labels: Labels) {
    if labels == Labels::Without {
        return;
    }
    for column in &columns.list {
        let Some(value) = record.get_mut(&column.key) else { continue };
        match (&column.nested, value) {
            (Some(nested), Value::Object(one)) => label(one, nested, labels),
            (Some(nested), Value::Array(list)) => {
                list.iter_mut().filter_map(Value::as_object_mut).for_each(|one| label(one, nested, labels));
            }
            (None, Value::Array(list)) if is_selection(column) => {
                list.iter_mut().for_each(|value| labelled(value, column, labels));
            }
            (None, value) if is_selection(column) => labelled(value, column, labels),
            _ => {}
        }
    }
}

fn is_selection(column: &Column) -> bool {
    column.kind == FieldType::Selection && column.role == super::columns::Role::Value
}

fn labelled(value: &mut Value, column: &Column, labels: Labels) {
    if value.is_null() {
        return;
    }
    // A value that the selection does not have any more is all that there is to say.
    let label = column.label(value).map_or_else(|| value.clone(), |label| Value::String(label.to_owned()));
    *value = match labels {
        Labels::Beside => json!({"value": value.take(), "label": label}),
        _ => label,
    };
}

fn link(record: &mut Map<String, Value>, model: &str, site: Site<'_>) {
    if let Some(id) = record.get("id").and_then(Value::as_i64) {
        let address = address::web(site.url, site.version, model, id);
        record.insert(link_key(|key| record.contains_key(key)).to_owned(), address.into());
    }
}

/// The key of a record's address: a field may have taken the usual one.
pub(super) fn link_key(taken: impl Fn(&str) -> bool) -> &'static str {
    if taken("link") { "record_link" } else { "link" }
}
