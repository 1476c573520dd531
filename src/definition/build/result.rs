//! `result` and `output`: how the answer is shaped.

use std::sync::Arc;

use crate::source::{Node, Table, did_you_mean};
use crate::template;

use super::super::operation::{Operation, Server};
use super::super::tool::{Format, ResultShape};
use super::{Builder, text};

impl Builder<'_> {
    /// How the answer of this operation is shaped.
    pub(super) fn result(&mut self, table: &Table, operation: Option<&Operation>) -> ResultShape {
        let written = table.get("result").and_then(Node::as_table);
        let flag = |key: &str| written.and_then(|result| result.get(key)?.as_bool());
        let max_bytes = written.and_then(|result| result.get("max_bytes")?.as_integer());
        let mut shape = ResultShape {
            format: self.format(written, operation),
            max_bytes: max_bytes.and_then(|bytes| usize::try_from(bytes).ok()),
            structured: flag("structured"),
            links: flag("links").unwrap_or(false),
            labels: flag("labels").unwrap_or(false),
            output: None,
        };
        if let Some(node) = table.get("output") {
            shape.output = self.output(node, operation, shape.links).map(Arc::new);
            if shape.structured == Some(false) {
                self.sink
                    .error(
                        &node.place,
                        "`output` is the schema of a structured answer, and `result.structured` is false",
                    )
                    .hint("remove one of the two; with `output` the answer is structured");
            }
            shape.structured = Some(true);
        }
        shape
    }

    fn format(&mut self, written: Option<&Table>, operation: Option<&Operation>) -> Format {
        let Some(written) = written else { return Format::Json };
        let named = match text(written, "format") {
            Some("table") => Format::Table,
            Some("text") => Format::Text,
            _ => Format::Json,
        };
        let Some(node) = written.get("template") else { return named };
        if let Some(format) = written.get("format").filter(|format| format.as_str() != Some("text")) {
            self.sink
                .error(&node.place, "the answer cannot have a `template` and another format")
                .hint("a template gives text: write `format = \"text\"`, or remove one of the two")
                .related(&format.place, "the format");
        }
        let Some(words) = node.as_str() else { return named };
        if !template::is_template(words) {
            self.sink
                .error(&node.place, "the template of the answer says nothing of the answer")
                .hint("e.g. `\"{{ total }} found\"`; for a text that is always the same write `[[tool.content]]`");
            return named;
        }
        let open = self.scope.open;
        match operation.map(answer_keys) {
            Some(Some(keys)) => self.scope.answer_keys = keys,
            // Any name may be one of the answer's.
            _ => self.scope.open = true,
        }
        let template = self.template(node);
        self.scope.answer_keys.clear();
        self.scope.open = open;
        template.map_or(named, Format::Template)
    }

    /// What has no meaning for static content: all of `result` but its bytes.
    pub(super) fn needless_result(&mut self, table: &Table) {
        let result = table.get("result").and_then(Node::as_table);
        let keys = result.into_iter().flat_map(Table::iter).filter(|(key, _, _)| *key != "max_bytes");
        let places: Vec<_> = keys.map(|(key, place, _)| (format!("result.{key}"), place.clone())).collect();
        let output = table.key_place("output").map(|place| ("output".to_owned(), place.clone()));
        for (key, place) in places.into_iter().chain(output) {
            self.sink
                .error(&place, format!("`{key}` has no meaning for static content"))
                .hint("the blocks are sent as they are; remove the key");
        }
    }
}

/// The keys that an operation's answer may have, the first one always; `None` where they are not known beforehand.
pub(super) fn keys_of(operation: &Operation) -> Option<&'static [&'static str]> {
    Some(match operation {
        Operation::SearchRead(_) => &["records", "total", "next_offset", "currency"],
        Operation::Read(_) => &["records", "missing", "currency"],
        Operation::SearchCount(_) => &["count"],
        Operation::ReadGroup(_) => &["groups", "next_offset"],
        Operation::NameSearch(_) => &["records", "next_offset"],
        Operation::FieldsGet(_) => &["model", "fields", "total"],
        Operation::DefaultGet(_) => &["defaults", "model", "currency"],
        Operation::Create(_) => &["ids", "records", "note", "currency"],
        Operation::Write(_) => &["ids", "records", "missing", "note", "currency"],
        Operation::Unlink(_) => &["ids"],
        Operation::Call(_) => &["result"],
        Operation::Server(Server::Modules(_)) => &["modules", "total", "next_offset"],
        Operation::Server(Server::Models(_)) => &["models", "total", "next_offset"],
        Operation::Server(Server::Access(_)) => &["model", "read", "create", "write", "unlink"],
        Operation::Server(Server::SavePrompt(_)) => &["name", "replaced", "kept", "notes"],
        Operation::Server(Server::DeletePrompt(_)) => &["name", "deleted"],
        Operation::Server(Server::Info) => &[
            "instance",
            "url",
            "odoo",
            "database",
            "user",
            "language",
            "zone",
            "company",
            "companies",
            "apps",
            "apps_not_installed",
        ],
        _ => return None,
    })
}

/// The keys of a tool's answer: those of its operation, and what is said of a write and of an answer that was cut. `None` where
/// they are not known beforehand.
pub(in crate::definition) fn answer_keys(operation: &Operation) -> Option<Vec<&'static str>> {
    let own = keys_of(operation)?.iter().copied();
    Some(own.chain(["company", "next_offset", "note"]).collect())
}

/// What an unknown key of an answer is told.
pub(in crate::definition) fn suggestion<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    did_you_mean(key, known.clone())
        .unwrap_or_else(|| format!("there are `{}`", known.take(20).collect::<Vec<_>>().join("`, `")))
}
