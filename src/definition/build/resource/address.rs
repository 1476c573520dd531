//! The address of a resource: its variables are its arguments.

use std::ops::Range;

use crate::source::{Node, NodeValue, Place, Table, did_you_mean};
use crate::template;

use super::super::super::complete::Complete;
use super::super::super::uri::UriTemplate;
use super::super::Builder;

impl Builder<'_> {
    pub(super) fn uri(&mut self, node: &Node) -> Option<UriTemplate> {
        match UriTemplate::parse(node.as_str()?) {
            Ok(uri) if uri.scheme().starts_with("odoo+") => {
                self.sink.error(&node.place, format!("`{}` is the scheme of one Odoo among several", uri.scheme())).hint(
                    "write `odoo://`: every Odoo that a client reaches has the same resource, under its own scheme; \
                     `instance` says which Odoo it is for",
                );
                None
            }
            Ok(uri) => {
                for name in uri.variables().filter(|name| template::is_reserved(name)) {
                    self.sink
                        .error(&node.place, format!("a variable cannot be called `{name}`: the name is reserved"))
                        .hint("`args`, `user`, `bundle`, `odoo`, `item`, `index` and the names of functions have a meaning of their own");
                }
                Some(uri)
            }
            Err(fault) => {
                let place = node.inside(fault.at);
                self.sink.error(&place, fault.message).hint(fault.hint);
                None
            }
        }
    }

    /// The table with an `input` that declares every variable: as the author types it, else as a text.
    pub(super) fn variables_of(
        &mut self,
        uri: &UriTemplate,
        table: &Table,
        paging: bool,
        place: &Place,
    ) -> Option<Table> {
        let place = table.get("uri").map_or(place, |node| &node.place);
        let empty = || (place.clone(), Node::table(Table::default(), place.clone()));
        let mut table = table.clone();
        let (_, input) = table.entries.entry("input".to_owned()).or_insert_with(empty);
        let NodeValue::Table(input) = &mut input.value else { return None };
        let (_, properties) = input.entries.entry("properties".to_owned()).or_insert_with(empty);
        let NodeValue::Table(properties) = &mut properties.value else { return None };
        for (name, place, _) in properties.iter() {
            let otherwise = "the variables of `uri` are all that a client gives: write `{?…}` at its end, or remove it";
            self.known_variable(name, place, uri, otherwise);
        }
        for name in uri.variables().filter(|name| !(paging && matches!(*name, "limit" | "offset"))) {
            if properties.get(name).is_none() {
                let mut text = Table::default();
                text.insert("type", Node::string("string", place.clone()));
                properties.insert(name, Node::table(text, place.clone()));
            }
        }
        let none = || (place.clone(), Node { value: NodeValue::Array(Vec::new()), place: place.clone() });
        let (_, required) = input.entries.entry("required".to_owned()).or_insert_with(none);
        if let NodeValue::Array(required) = &mut required.value {
            for name in uri.path_variables() {
                if !required.iter().any(|node| node.as_str() == Some(name)) {
                    required.push(Node::string(name, place.clone()));
                }
            }
        }
        Some(table)
    }

    /// Warns of variables that change nothing. Not where something else is wrong: a misspelt name would then be told twice.
    pub(super) fn unused_variables(&mut self, table: &Table, place: &Place) {
        if self.scope.all_used || !self.sound || self.sink.errors() > self.before {
            return;
        }
        let uri = table.get("uri").and_then(|node| Some((node, node.as_str()?)));
        for name in self.scope.arguments.keys().filter(|name| !self.scope.used.contains(*name)) {
            let at = uri.and_then(|(node, text)| Some(node.inside(variable_in(text, name)?)));
            let hint = format!(
                "use `{{{{ {name} }}}}`, or take it out of `uri`: whatever an address has there, the same is read"
            );
            self.sink.warning(at.as_ref().unwrap_or(place), format!("nothing uses the variable `{name}`")).hint(hint);
        }
    }

    /// Says so where the address has no variable of that name.
    fn known_variable(&mut self, name: &str, place: &Place, uri: &UriTemplate, otherwise: &str) {
        if uri.variables().any(|variable| variable == name) {
            return;
        }
        let hint = did_you_mean(name, uri.variables()).unwrap_or_else(|| otherwise.to_owned());
        self.sink.error(place, format!("`uri` has no variable `{name}`")).hint(hint);
    }

    /// What is offered for the variables.
    pub(super) fn completions(&mut self, table: &Table, uri: &UriTemplate) -> Vec<(String, Complete)> {
        let mut all = Vec::new();
        for (name, place, node) in table.get("complete").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
            self.known_variable(name, place, uri, "only the variables of `uri` are offered values");
            all.extend(self.complete(node).map(|complete| (name.to_owned(), complete)));
        }
        all
    }
}

/// Where a variable stands in the text of an address.
fn variable_in(text: &str, name: &str) -> Option<Range<usize>> {
    let stands = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).is_some_and(|before| before.ends_with(['{', '?', ',']));
        let after = text.get(at + name.len()..).is_some_and(|after| after.starts_with(['}', ',']));
        before && after
    };
    text.match_indices(name).find(stands).map(|(at, _)| at..at + name.len())
}
