//! A write that does not say whether a person has to confirm it, and a confirmation where nothing is written.

use super::Written;
use crate::definition::operation::Operation;
use crate::definition::step::Step;
use crate::source::Sink;

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    if let Some(node) = written.table.get("confirm") {
        if !written.tool.confirm.is_never() && !written.tool.steps.iter().any(Step::may_write) {
            sink.warning(&node.place, "`confirm` on a tool that only reads")
                .hint("a person is asked before anything is changed; leave it out where nothing is");
        }
        return;
    }
    // Deleting is confirmed unless the author says otherwise, and with it whatever comes after.
    let mut operations = written.tool.steps.iter().filter_map(Step::operation);
    if operations.clone().any(|operation| matches!(operation, Operation::Unlink(_))) {
        return;
    }
    let Some(operation) = operations.find(|operation| operation.may_write()) else { return };
    let name = operation.name();
    let place = written.table.key_place(name).unwrap_or(&written.tool.place);
    sink.warning(place, format!("`{name}` writes, and the tool does not say `confirm`"))
        .hint("`confirm = \"never\"` runs it at once, `\"always\"` asks a person first; a template decides from the arguments");
}
