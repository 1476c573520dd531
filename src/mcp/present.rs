//! Our types in MCP's words.

use rmcp::model::{self, CallToolResult, ContentBlock, MetaObject};
use serde::Deserialize;

use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::definition::tool::{Annotations, Tool};

/// A tool as `tools/list` shows it.
pub(super) fn tool(tool: &Tool) -> model::Tool {
    let mut shown = model::Tool::new_with_raw(
        tool.name.clone(),
        tool.description.clone().map(Into::into),
        tool.input.schema.clone(),
    );
    shown.annotations = annotations(tool.annotations);
    shown.title.clone_from(&tool.title);
    let icons: Vec<model::Icon> =
        tool.icons.iter().filter_map(|icon| serde_json::from_value(icon.clone()).ok()).collect();
    if !icons.is_empty() {
        shown.icons = Some(icons);
    }
    if !tool.meta.is_empty() {
        shown.meta = Some(MetaObject(tool.meta.clone()));
    }
    shown
}

/// The hints that say something else than MCP's defaults (writes, destroys, not idempotent, open world); the second and third
/// mean nothing of a tool that only reads. A list is read by a model, and paid for by the token.
fn annotations(hints: Annotations) -> Option<model::ToolAnnotations> {
    let writes = !hints.read_only;
    let said = model::ToolAnnotations::from_raw(
        None,
        hints.read_only.then_some(true),
        (writes && !hints.destructive).then_some(false),
        (writes && hints.idempotent).then_some(true),
        (!hints.open_world).then_some(false),
    );
    (said != model::ToolAnnotations::default()).then_some(said)
}

/// An answer as `tools/call` gives it. A block that MCP does not know is shown as the text of its JSON.
pub(super) fn answer(answer: Answer) -> CallToolResult {
    let content = answer
        .content
        .into_iter()
        .map(|block| ContentBlock::deserialize(&block).unwrap_or_else(|_| ContentBlock::text(block.to_string())))
        .collect();
    if answer.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) }
}

/// The tools of that caller, as `tools/list` shows them.
#[must_use]
pub fn tools(catalog: &Catalog, caller: &Caller) -> Vec<model::Tool> {
    catalog.tools(caller).map(|shown| tool(shown)).collect()
}
