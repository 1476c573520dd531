//! `confirm`.

use crate::source::{Node, Table, nearest};
use crate::template::{self, Templated};

use super::super::operation::{FieldList, Operation};
use super::super::step::Step;
use super::super::tool::{Confirm, Due};
use super::steps::Written;
use super::{Builder, text};

/// Whether some call may have to be confirmed, before anything is compiled: then the arguments have `plan`. Not where only a
/// person's own word counts: that comes through the client alone.
pub(super) fn takes_plan(table: &Table, written: &[Written<'_>]) -> bool {
    if table.get("confirm").and_then(|node| node.child("by")).and_then(Node::as_str) == Some("person") {
        return false;
    }
    let said = match table.get("confirm") {
        Some(node) => node.as_str().or(node.child("when").map_or(Some("always"), Node::as_str)),
        None => None,
    };
    match said {
        Some(word) => word != "never",
        None => written.iter().any(|one| match one.key {
            Some("unlink") => true,
            Some("call") => {
                let call = one.table.get("call").and_then(Node::as_table);
                call.and_then(|call| text(call, "method")).is_some_and(template::is_template)
            }
            _ => false,
        }),
    }
}

impl Builder<'_> {
    pub(super) fn confirm(&mut self, table: &Table, steps: &[Step]) -> Confirm {
        let Some(node) = table.get("confirm") else {
            let asks = steps.iter().filter_map(Step::operation).any(|operation| match operation {
                Operation::Unlink(_) => true,
                // The caller says which method.
                Operation::Call(call) => !matches!(call.method, Templated::Literal(_)),
                _ => false,
            });
            return Confirm::of(if asks { Due::Always } else { Due::Never });
        };
        match node.as_table() {
            Some(body) => {
                let due = body.get("when").map_or(Due::Always, |node| self.due(node, "when"));
                let message = body.get("message").map(|node| self.templated(node));
                let show = self.fields(body, "show");
                if let (FieldList::Given(_), Some(show)) = (&show, body.get("show")) {
                    self.sink
                        .error(&show.place, "`show` cannot be an expression")
                        .hint("list the fields that the person sees, e.g. `show = [\"name\"]`");
                }
                Confirm { due, message, show, by_person: text(body, "by") == Some("person") }
            }
            None => Confirm::of(self.due(node, "confirm")),
        }
    }

    fn due(&mut self, node: &Node, key: &str) -> Due {
        match node.as_str() {
            Some("never") => Due::Never,
            Some(word) if template::is_template(word) => self.expression(node, key).map_or(Due::Always, Due::When),
            Some("always") | None => Due::Always,
            Some(word) => {
                self.unknown_word(node, word, key);
                Due::Always
            }
        }
    }

    fn unknown_word(&mut self, node: &Node, text: &str, key: &str) {
        let hint = nearest(text, ["never", "always"]).map_or_else(
            || "`\"never\"`, `\"always\"`, or a template such as `\"{{ amount > 1000 }}\"`".to_owned(),
            |near| format!("did you mean `\"{near}\"`?"),
        );
        self.sink.error(&node.place, format!("`{key}` cannot be `\"{text}\"`")).hint(hint);
    }
}
