//! A write that does not say whether a person has to confirm it.

use super::Written;
use crate::definition::operation::Operation;
use crate::source::Sink;

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    let operation = &written.tool.operation;
    // Deleting is confirmed unless the author says otherwise.
    if !operation.may_write() || matches!(operation, Operation::Unlink(_)) || written.table.get("confirm").is_some() {
        return;
    }
    let name = operation.name();
    let place = written.table.key_place(name).unwrap_or(&written.tool.place);
    sink.warning(place, format!("`{name}` writes, and the tool does not say `confirm`"))
        .hint("`confirm = \"never\"` runs it at once, `\"always\"` asks a person first; a template decides from the arguments");
}
