//! Values of operations: ids, tables of fields, and what may be one single expression.

use serde_json::Value;

use crate::source::shape::NOT_YET;
use crate::source::{Node, NodeValue, Place, Table};
use crate::template::{self, Templated};

use super::Builder;
use super::fields::field_name;

/// The words of relations in values, and of lookups written on the spot.
const RELATION: &[&str] = &["add", "remove", "set", "create", "each", "as"];
const LOOKUP: &[&str] = &["lookup", "domain", "missing", "model"];

impl Builder<'_> {
    /// `ids`: an id, digits, an external id, a list of those, or templates.
    pub(super) fn ids(&mut self, node: &Node) -> Templated {
        self.ids_checked(node);
        let ids = self.templated(node);
        self.needed("ids", node, &ids);
        ids
    }

    fn ids_checked(&mut self, node: &Node) {
        let wrong = |builder: &mut Self, message: String| {
            builder
                .sink
                .error(&node.place, message)
                .hint("an id (7), its digits, an external id (`base.main_partner`), a list of them, or a template");
        };
        match &node.value {
            NodeValue::Integer(id) if *id < 1 => wrong(self, format!("`{id}` is not a record id")),
            NodeValue::String(text) if template::is_template(text) => {}
            NodeValue::String(text) => {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let external = text.split_once('.').is_some_and(|(module, name)| {
                    let word = |part: &str| {
                        !part.is_empty()
                            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
                    };
                    word(module) && word(name)
                });
                if !digits && !external {
                    wrong(self, format!("`{text}` is not a record id"));
                }
            }
            NodeValue::Array(items) => {
                if items.is_empty() {
                    wrong(self, "`ids` is empty".to_owned());
                }
                for item in items {
                    match &item.value {
                        NodeValue::Array(_) => {
                            self.sink.error(&item.place, "`ids` is a flat list").hint("e.g. `ids = [7, 8]`");
                        }
                        NodeValue::Table(_) => self.not_yet_table(item),
                        _ => self.ids_checked(item),
                    }
                }
            }
            NodeValue::Boolean(_) | NodeValue::Float(_) | NodeValue::Null => {
                wrong(self, format!("expected a record id, found {}", node.kind()));
            }
            NodeValue::Integer(_) | NodeValue::Table(_) => {}
        }
    }

    fn not_yet_table(&mut self, node: &Node) {
        let table = node.as_table();
        if table.is_some_and(|table| table.get("lookup").is_some()) {
            self.sink
                .error(&node.place, "a `lookup` written on the spot is not supported yet")
                .hint("write `[tool.lookup.customer]` with its `model` and `match`, and use `{{ customer }}`");
        } else {
            self.sink.error(&node.place, "a table is not a record id");
        }
    }

    /// `values` of `create` and `write`: a table of fields, or one expression.
    pub(super) fn values(&mut self, node: &Node) -> Option<Templated> {
        let Some(table) = node.as_table() else {
            return self.whole(node, "values").inspect(|values| self.needed("values", node, values));
        };
        for (key, place, value) in table.iter() {
            self.value_key(key, place);
            self.value_words(key, value);
        }
        Some(self.templated(node))
    }

    fn value_key(&mut self, key: &str, place: &Place) {
        if template::is_template(key) {
            return;
        }
        if let Err(error) = field_name(key) {
            self.sink.error(place, error.to_string()).hint("keys of `values` are field names, e.g. `partner_id`");
        }
    }

    /// Tables at a field that only the author can mean as words of the language.
    fn value_words(&mut self, key: &str, node: &Node) {
        let Some(table) = node.as_table().filter(|table| !table.entries.is_empty()) else { return };
        let only = |words: &[&str]| table.iter().all(|(key, _, _)| words.contains(&key));
        if table.get("lookup").is_some() && only(LOOKUP) {
            self.sink
                .error(&node.place, format!("a `lookup` written on the spot (at `{key}`) is not supported yet"))
                .hint(format!(
                    "write `[tool.lookup.record]` with its `model` and `match`, and `{key} = \"{{{{ record }}}}\"`"
                ));
        } else if only(RELATION)
            && ["add", "remove", "set", "create", "each"].iter().any(|word| table.get(word).is_some())
        {
            let words: Vec<_> = table.iter().map(|(word, _, _)| format!("`{word}`")).collect();
            self.sink
                .error(&node.place, format!("{} at the relation `{key}` is not supported yet", words.join(", ")))
                .hint(NOT_YET);
        }
    }

    /// A string that must be one single expression, because the key takes a table or a list otherwise.
    pub(super) fn whole(&mut self, node: &Node, key: &str) -> Option<Templated> {
        if !node.as_str().is_some_and(template::is_template) {
            if node.as_str().is_some() {
                self.sink
                    .error(&node.place, format!("`{key}` cannot be a plain string"))
                    .hint("write it out, or give it with one single `{{ expression }}`");
            }
            return None;
        }
        self.expression(node, key).map(Templated::Template)
    }

    /// `kwargs` of a call.
    pub(super) fn kwargs(&mut self, node: &Node) -> Option<Templated> {
        let Some(table) = node.as_table() else { return self.whole(node, "kwargs") };
        if let Some(place) = table.key_place("context") {
            self.sink
                .error(place, "`context` is not a named argument here")
                .hint("its keys are written under `[tool.call.context]`");
        }
        Some(self.templated(node))
    }

    /// `args` of a call.
    pub(super) fn args(&mut self, node: &Node) -> Option<Templated> {
        if node.as_array().is_none() { self.whole(node, "args") } else { Some(self.templated(node)) }
    }
}

/// Whether a value gives nothing at all.
pub(super) fn is_empty_table(node: &Node) -> bool {
    node.as_table().is_some_and(|table: &Table| table.entries.is_empty()) || node.to_json() == Value::Null
}
