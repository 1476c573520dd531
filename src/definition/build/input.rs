//! `input`: the arguments of a tool, their names and their schema.

use std::sync::Arc;

use serde_json::Value;

use crate::source::{Node, Place, Table};

use super::super::tool::{Input, Paging};
use super::super::validator::{Compiled, certainly_meets, is_plain};
use super::Builder;
use super::published::published;
use super::schema::defaults;
use super::scope::Argument;

impl Builder<'_> {
    /// The arguments, and with them the names that templates may use.
    pub(super) fn input(
        &mut self,
        table: &Table,
        paging: Option<Paging>,
        clear: &[String],
        plan: bool,
        tool: &Place,
    ) -> Option<Input> {
        self.scope.paging = paging.is_some();
        let empty = Node::table(Table::default(), tool.clone());
        let node = table.get("input").unwrap_or(&empty);
        let written = node.as_table()?;
        let errors = self.sink.errors();
        self.keywords(node, node, true);
        self.headers(node);
        let author = written.to_json();
        self.meta(node);
        self.arguments(node, written, paging.is_some());
        if self.sink.errors() > errors {
            return None;
        }
        let (schema, paging) = published(author, paging, clear, plan);
        let schema = Value::Object(schema);
        let compiled = self.compiled(node, written, &schema)?;
        let Value::Object(schema) = schema else { return None };
        Some(Input { schema: Arc::new(schema), compiled, paging, plan })
    }

    /// The schema compiled, or left for later where that is certain to succeed and nothing here needs it.
    fn compiled(&mut self, node: &Node, written: &Table, schema: &Value) -> Option<Compiled> {
        if is_plain(schema)
            && defaults(written).all(|(_, default, property)| certainly_meets(&default.to_json(), &property.to_json()))
        {
            return Some(Compiled::later());
        }
        self.validator(schema, written, node).map(Compiled::from)
    }

    /// Against the meta-schema of the 2020-12 draft.
    fn meta(&mut self, node: &Node) {
        if let Some(kind) = node.child("type").filter(|kind| kind.as_str() != Some("object")) {
            self.sink
                .error(&kind.place, "the arguments of a tool are an object")
                .hint("`type = \"object\"` may be left out of `input`");
            return;
        }
        self.meta_schema(node, "input");
    }

    /// The names of the arguments.
    fn arguments(&mut self, node: &Node, written: &Table, paging: bool) {
        let optional = |name: &str, property: &Node| {
            let required = written.get("required").and_then(Node::as_array).unwrap_or_default();
            !required.iter().any(|item| item.as_str() == Some(name)) && property.child("default").is_none()
        };
        let mut found: Vec<(String, Place, bool)> = Vec::new();
        properties(node, node, 0, &mut |name, place, property| {
            if !found.iter().any(|(other, _, _)| other == name) {
                found.push((name.to_owned(), place.clone(), optional(name, property)));
            }
        });
        for (name, place, optional) in found {
            match name.as_str() {
                "plan" | "clear" => {
                    self.sink
                        .error(&place, format!("an argument cannot be called `{name}`"))
                        .hint("the server adds an argument of that name where it is needed; rename this one");
                }
                "limit" | "offset" if !paging => {
                    self.sink.error(&place, format!("an argument cannot be called `{name}` here")).hint(
                        "the name is that of paging, which this operation does not have; rename it, e.g. `max_rows`",
                    );
                }
                "limit" | "offset" => {
                    self.scope.used.insert(name.clone());
                    if let Some(own) = node.child("properties").and_then(|properties| properties.child(&name)) {
                        self.own_paging(&name, own);
                    }
                }
                _ => {}
            }
            self.scope.arguments.insert(name, Argument { place, optional });
        }
        let closed = written.get("additionalProperties").is_none_or(|node| node.as_bool() == Some(false));
        let verbatim = ["unevaluatedProperties", "patternProperties"].iter().any(|key| written.get(key).is_some());
        self.scope.open = !closed || verbatim;
    }

    /// An author's own `limit` or `offset` says what it is for and its default; its type and bounds are the operation's.
    fn own_paging(&mut self, name: &str, own: &Node) {
        for (key, place, value) in own.as_table().into_iter().flat_map(Table::iter) {
            let wrong = match key {
                "description" => continue,
                "default" if value.as_integer().is_some_and(|number| number >= 0) => continue,
                "type" if value.as_str() == Some("integer") => continue,
                "default" | "type" => format!("the argument `{name}` is a whole number: this `{key}` does not fit"),
                _ => format!("`{key}` of the argument `{name}` would be ignored: the operation decides it"),
            };
            self.sink.error(place, wrong).hint(match name {
                "limit" => {
                    "its own are `description` and `default`; the most is said in the operation, `limit = { max = 50 }`"
                }
                _ => "its own are `description` and `default`",
            });
        }
    }

    /// Warns of declared arguments that no template names. Not where something else is wrong (`errors`): a misspelt name would
    /// then be told twice.
    pub(super) fn unused_arguments(&mut self, table: &Table, errors: bool) {
        // Without an operation nothing could have used them.
        let operation = super::OPERATIONS.iter().find(|key| table.get(key).is_some());
        let known = |key: &str| super::super::language::TOOL.key(key).is_some_and(|key| key.carried_out);
        if self.scope.all_used || errors || !operation.is_some_and(|key| known(key)) {
            return;
        }
        let unused = self.scope.arguments.iter().filter(|(name, _)| !self.scope.used.contains(*name));
        for (name, argument) in unused {
            let hint = if crate::template::is_reserved(name) {
                format!("`{name}` has a meaning of its own in templates: the argument is `{{{{ args.{name} }}}}`")
            } else if crate::template::is_identifier(name) {
                format!("use `{{{{ {name} }}}}` in the operation, or remove it from `input`")
            } else {
                format!("use `{{{{ args[\"{name}\"] }}}}` in the operation, or remove it from `input`")
            };
            self.sink.warning(&argument.place, format!("nothing uses the argument `{name}`")).hint(hint);
        }
    }
}

/// Every property of the root object, also those that its branches declare.
fn properties(node: &Node, root: &Node, depth: usize, found: &mut impl FnMut(&str, &Place, &Node)) {
    if depth > 16 {
        return;
    }
    if let Some(table) = node.child("properties").and_then(Node::as_table) {
        for (name, place, property) in table.iter() {
            found(name, place, property);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for branch in node.child(key).and_then(Node::as_array).unwrap_or_default() {
            properties(branch, root, depth + 1, found);
        }
    }
    for key in ["then", "else", "if"] {
        if let Some(branch) = node.child(key) {
            properties(branch, root, depth + 1, found);
        }
    }
    for (_, _, branch) in node.child("dependentSchemas").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
        properties(branch, root, depth + 1, found);
    }
    if let Some(target) = node.child("$ref").and_then(Node::as_str).and_then(|target| target.strip_prefix('#')) {
        let target = root.along_pointer(target);
        if !std::ptr::eq(target, root) {
            properties(target, root, depth + 1, found);
        }
    }
}
