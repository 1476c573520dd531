//! A call with positional arguments, which Odoo's newer protocol does not have.

use super::Written;
use crate::definition::operation::Operation;
use crate::source::Sink;

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    for (operation, body) in written.operations() {
        let Operation::Call(call) = operation else { continue };
        // A tool for any method passes both on, as they are given.
        let passed_on = call.kwargs.is_some() && call.args.as_ref().is_some_and(|args| args.as_template().is_some());
        if call.args.is_none() || passed_on {
            continue;
        }
        if let Some(place) = body.as_table().and_then(|table| table.key_place("args")) {
            sink.warning(place, "positional arguments go over JSON-RPC only")
                .hint("prefer `kwargs`, which every protocol has");
        }
    }
}
