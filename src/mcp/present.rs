//! Our types in MCP's words.

use rmcp::model::{self, CallToolResult, ContentBlock, MetaObject};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::definition::tool::{Annotations, Tool};
use crate::odoo::{Applied, Error};

/// A tool as `tools/list` shows it.
pub(super) fn tool(tool: &Tool) -> model::Tool {
    let mut shown = model::Tool::new_with_raw(
        tool.name.clone(),
        tool.description.clone().map(Into::into),
        tool.input.schema.clone(),
    )
    .with_annotations(annotations(tool.annotations));
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

fn annotations(hints: Annotations) -> model::ToolAnnotations {
    model::ToolAnnotations::from_raw(
        None,
        Some(hints.read_only),
        Some(hints.destructive),
        Some(hints.idempotent),
        Some(hints.open_world),
    )
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

/// The tool error of a call that the executor did not end itself: the shape of `definitions.md`, in one text block.
pub(super) fn failure(error: &Error) -> Answer {
    let applied = match error.applied {
        Applied::No => "no",
        Applied::Yes => "yes",
        Applied::Unknown => "unknown",
    };
    let mut fault = json!({ "kind": error.kind, "message": error.message, "applied": applied });
    if let (Some(hint), Some(fault)) = (&error.hint, fault.as_object_mut()) {
        fault.insert("hint".to_owned(), Value::from(hint.clone()));
    }
    Answer { content: vec![json!({ "type": "text", "text": fault.to_string() })], is_error: true }
}
