//! `complete`, of a prompt's argument and of a variable of a resource's address: where the values come from that are offered
//! while a person types.

use crate::source::{Node, Table};

use super::super::complete::Complete;
use super::fields::{FieldNameError, field_name};
use super::{Builder, plain_text, strings};

impl Builder<'_> {
    /// `{ values = […] }`, or `{ model, domain, field }`. Its templates know the arguments, `user`, `bundle` and `odoo`, and nothing
    /// that is only found out when the definition is used. `None` where it has an error of its own.
    pub(super) fn complete(&mut self, node: &Node) -> Option<Complete> {
        let table = node.as_table()?;
        match (table.get("values"), table.get("model")) {
            (Some(values), None) => self.complete_values(table, values),
            (None, Some(model)) => self.complete_records(table, model),
            (Some(_), Some(model)) => {
                let place = table.key_place("model").unwrap_or(&model.place);
                let diagnostic = self.sink.error(place, "`model` beside `values`: the values come from one of the two");
                diagnostic.hint("remove one of them");
                if let Some(values) = table.key_place("values") {
                    diagnostic.related(values, "the fixed values");
                }
                None
            }
            (None, None) => {
                self.sink.missing(
                    &node.place,
                    "`complete` says nothing of where the values come from",
                    "either `values = [\"…\"]`, or `model = \"res.partner\"`",
                );
                None
            }
        }
    }

    fn complete_values(&mut self, table: &Table, values: &Node) -> Option<Complete> {
        for key in ["domain", "field"] {
            if let Some(place) = table.key_place(key) {
                self.sink
                    .error(place, format!("`{key}` has no meaning beside `values`"))
                    .hint("it narrows what comes from a `model`; remove it");
            }
        }
        if values.as_array().is_some_and(<[Node]>::is_empty) {
            self.sink
                .error(&values.place, "`values` is empty")
                .hint("list what is offered, or leave out the whole `complete`");
        }
        plain_text(self.sink, values, "values");
        let mut distinct: Vec<String> = Vec::new();
        for value in strings(table, "values") {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        Some(Complete::Values(distinct))
    }

    fn complete_records(&mut self, table: &Table, model: &Node) -> Option<Complete> {
        // Nobody has been asked and nothing was looked up while a person still types: templates are told that these come later.
        let lookups = std::mem::take(&mut self.scope.lookups);
        let earlier = std::mem::take(&mut self.scope.earlier);
        let later_lookups = self.scope.later_lookups.len();
        let later = self.scope.later.len();
        self.scope.later_lookups.extend(lookups.keys().cloned());
        self.scope.later.extend(earlier.keys().cloned());

        let model = self.model(model);
        let domain = table.get("domain").map(|node| self.domain(node));

        self.scope.later_lookups.truncate(later_lookups);
        self.scope.later.truncate(later);
        self.scope.lookups = lookups;
        self.scope.earlier = earlier;

        let field = table.get("field").and_then(|node| {
            let name = node.as_str()?;
            match field_name(name) {
                Ok(field) if !field.optional && field.alternatives.len() == 1 => Some(name.to_owned()),
                Ok(_) | Err(FieldNameError::Malformed(_)) => {
                    self.sink
                        .error(&node.place, format!("`{name}` is not the name of a field"))
                        .hint("one field of the model, whose values are offered, e.g. `field = \"name\"`");
                    None
                }
                Err(FieldNameError::Path(_)) => {
                    self.sink
                        .error(&node.place, format!("`{name}` is a path: the field has to be the model's own"))
                        .hint("take the related model as `model`, and its field as `field`");
                    None
                }
            }
        });
        Some(Complete::Records { model: model?, domain: domain.flatten(), field })
    }
}
