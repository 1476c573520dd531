//! `output`: the author's own JSON Schema of a structured answer, for being a schema and for being met by the operation.

use serde_json::Value;

use crate::source::{Node, Table};

use super::super::operation::{FieldEntry, FieldList, Operation};
use super::super::tool::Output;
use super::super::validator::compile;
use super::Builder;
use super::result::{answer_keys, suggestion};

impl Builder<'_> {
    /// The schema, checked and compiled.
    pub(super) fn output(&mut self, node: &Node, operation: Option<&Operation>, links: bool) -> Option<Output> {
        let written = node.as_table()?;
        let before = self.sink.errors();
        if node.child("type").is_none_or(|kind| kind.as_str() != Some("object")) {
            let place = node.child("type").map_or(&node.place, |kind| &kind.place);
            self.sink
                .error(place, "a structured answer is an object")
                .hint("write `type = \"object\"`: the records stand under a key of it, as in the answer");
        }
        self.keywords(node, node, false);
        self.no_headers(node);
        self.meta_schema(node, "output");
        if let Some(operation) = operation {
            self.promises(node, operation, links);
        }
        if self.sink.errors() > before {
            return None;
        }
        let schema = written.to_json();
        match compile(&Value::Object(schema.clone())) {
            Ok(validator) => Some(Output { schema: schema.into(), compiled: validator.into() }),
            Err(error) => {
                let at = node.along_pointer(error.instance_path().as_str());
                self.sink.error(&at.place, format!("bad JSON Schema: {error}"));
                None
            }
        }
    }

    /// What no answer of the operation will ever have, and what every answer has and the schema refuses.
    fn promises(&mut self, node: &Node, operation: &Operation, links: bool) {
        let Some(keys) = answer_keys(operation) else { return };
        let always: Vec<&str> = keys.first().copied().into_iter().collect();
        self.keys_exist(node, &keys, &always, "the answer");
        let (key, list, each) = match operation {
            Operation::SearchRead(it) => ("records", &it.fields, true),
            Operation::Read(it) => ("records", &it.fields, true),
            Operation::Create(it) => ("records", &it.returns, true),
            Operation::Write(it) => ("records", &it.returns, true),
            Operation::DefaultGet(it) => ("defaults", &it.fields, false),
            _ => return,
        };
        let Some(records) = node.child("properties").and_then(|properties| properties.child(key)) else { return };
        let FieldList::Listed(entries) = list else { return };
        match records.child("items").filter(|_| each) {
            Some(record) => self.record(record, entries, links),
            None if !each => {
                let names: Vec<&str> = names(entries).collect();
                self.keys_exist(records, &names, &[], "the defaults");
            }
            None => {}
        }
    }

    /// A record of these fields.
    fn record(&mut self, node: &Node, entries: &[FieldEntry], links: bool) {
        let totals: Vec<String> = names(entries).map(|name| format!("{name}_total")).collect();
        let certain: Vec<&str> =
            entries.iter().filter(|entry| !entry.name.optional).filter_map(first).chain(["id"]).collect();
        let others = ["id", "name", "currency", "amounts_currency"].into_iter();
        let link = ["link", "record_link"].into_iter().filter(|_| links);
        let known: Vec<&str> =
            names(entries).chain(others).chain(link).chain(totals.iter().map(String::as_str)).collect();
        self.keys_exist(node, &known, &certain, "a record");
        for entry in entries {
            let (Some(name), Some(nested)) = (first(entry), &entry.nested) else { continue };
            let Some(related) = node.child("properties").and_then(|properties| properties.child(name)) else {
                continue;
            };
            self.record(related.child("items").unwrap_or(related), &nested.fields, false);
        }
    }

    /// Whether the schema of an object names only `known` keys, and lets in those that are `always` there.
    fn keys_exist(&mut self, node: &Node, known: &[&str], always: &[&str], what: &str) {
        let properties = node.child("properties").and_then(Node::as_table);
        for (key, place, _) in properties.into_iter().flat_map(Table::iter) {
            if !known.contains(&key) {
                let hint = suggestion(key, known.iter().copied());
                self.sink.error(place, format!("{what} never has `{key}`")).hint(hint);
            }
        }
        for required in node.child("required").and_then(Node::as_array).unwrap_or_default() {
            if let Some(key) = required.as_str().filter(|key| !known.contains(key)) {
                let hint = suggestion(key, known.iter().copied());
                self.sink.error(&required.place, format!("{what} never has `{key}`")).hint(hint);
            }
        }
        let closed = node.child("additionalProperties").filter(|closed| closed.as_bool() == Some(false));
        if let Some(closed) = closed.filter(|_| node.child("patternProperties").is_none()) {
            let declared = |key: &str| properties.is_some_and(|properties| properties.get(key).is_some());
            if let Some(key) = always.iter().find(|key| !declared(key)) {
                self.sink
                    .error(&closed.place, format!("no answer would meet this: {what} always has `{key}`"))
                    .hint(format!("declare `{key}` under `properties`, or leave `additionalProperties` out"));
            }
        }
    }
}

/// What the answer calls the fields.
fn names(entries: &[FieldEntry]) -> impl Iterator<Item = &str> {
    entries.iter().filter_map(first)
}

fn first(entry: &FieldEntry) -> Option<&str> {
    entry.name.alternatives.first().map(String::as_str)
}
