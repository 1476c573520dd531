//! `confirm`.

use crate::source::{Node, Table, nearest};
use crate::template::{self, Templated};

use super::super::operation::Operation;
use super::super::tool::Confirm;
use super::Builder;

impl Builder<'_> {
    pub(super) fn confirm(&mut self, table: &Table, operation: Option<&Operation>) -> Confirm {
        let default = match operation {
            Some(Operation::Unlink(_)) => Confirm::Always,
            // The caller says which method.
            Some(Operation::Call(call)) if !matches!(call.method, Templated::Literal(_)) => Confirm::Always,
            _ => Confirm::Never,
        };
        let Some((node, text)) = table.get("confirm").and_then(|node| Some((node, node.as_str()?))) else {
            return default;
        };
        match text {
            "never" => Confirm::Never,
            "always" => Confirm::Always,
            _ if template::is_template(text) => self.expression(node, "confirm").map_or(Confirm::Always, Confirm::When),
            _ => {
                self.unknown_word(node, text);
                Confirm::Always
            }
        }
    }

    fn unknown_word(&mut self, node: &Node, text: &str) {
        let hint = nearest(text, ["never", "always"]).map_or_else(
            || "`\"never\"`, `\"always\"`, or a template such as `\"{{ amount > 1000 }}\"`".to_owned(),
            |near| format!("did you mean `\"{near}\"`?"),
        );
        self.sink.error(&node.place, format!("`confirm` cannot be `\"{text}\"`")).hint(hint);
    }
}
