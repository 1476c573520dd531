//! Who sees which tool: the one question that list, call and every later door ask.

use crate::access::Caller;
use crate::definition::tool::Tool;

/// The bundle of tools that name none.
pub const DEFAULT_BUNDLE: &str = "default";

/// Whether this caller sees the tool, as far as the files and the connection decide it.
pub(super) fn visible(tool: &Tool, caller: &Caller) -> bool {
    if caller.read_only && !tool.annotations.read_only {
        return false;
    }
    if caller.bundles.is_empty() {
        return belongs(tool, DEFAULT_BUNDLE);
    }
    caller.bundles.iter().any(|bundle| belongs(tool, bundle))
}

fn belongs(tool: &Tool, bundle: &str) -> bool {
    if tool.bundles.is_empty() { bundle == DEFAULT_BUNDLE } else { tool.bundles.iter().any(|name| name == bundle) }
}
