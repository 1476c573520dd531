//! `complete`, of a prompt's arguments and of the variables of a resource's address: where the values come from that are offered
//! while a person types.

use super::tool::{Check, literal};
use crate::operation::complete::not_offered;
use crate::operation::names::{find, unknown, written};
use crate::source::{Node, Table};

impl<'a> Check<'a> {
    /// Every `complete` of a definition.
    pub(super) async fn completes(&mut self, table: &'a Table) {
        let variables = table.get("complete").and_then(Node::as_table);
        let variables = variables.into_iter().flat_map(Table::iter).map(|(_, _, node)| node);
        let arguments = table.get("argument").and_then(Node::as_array).unwrap_or_default();
        for node in variables.chain(arguments.iter().filter_map(|argument| argument.child("complete"))) {
            self.complete(node).await;
        }
    }

    async fn complete(&mut self, node: &'a Node) {
        let Some(named) = node.child("model").and_then(literal) else { return };
        let (field, domain) = (node.child("field"), node.child("domain"));
        // The names of the models are asked of Odoo in another way, that needs no right to read their records.
        if named.name == "ir.model" && domain.is_none() && field.and_then(Node::as_str) == Some("model") {
            return;
        }
        let Some(model) = self.model(&named).await else { return };
        if let Some(domain) = domain {
            self.domain(domain, &model).await;
        }
        let Some(field) = field.and_then(literal) else { return };
        let name = written(field.name);
        match find(&name, &model) {
            None => self.fault(field.place, unknown(&name, &model)),
            Some(found) => {
                if let Some(message) = not_offered(found.field, &model.name) {
                    let message = message.replacen("The", "the", 1);
                    self.sink.error(field.place, message).hint("take one that holds a text, a number or a choice");
                }
            }
        }
    }
}
