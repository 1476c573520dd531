//! Our types in MCP's words.

use rmcp::model::{self, CallToolResult, ContentBlock, ErrorData, MetaObject, ResourceContents};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::Caller;
use crate::answer::{Answer, Contents, Held};
use crate::catalog::{Addressed, Catalog, Offered, Prompted};
use crate::definition::prompt::{Role, Said};
use crate::definition::tool::{Annotations, Tool};
use crate::odoo::{Error, Kind};

/// A tool as `tools/list` shows it.
pub(super) fn tool(offered: &Offered, catalog: &Catalog) -> model::Tool {
    let tool = &offered.tool;
    let mut shown =
        model::Tool::new_with_raw(tool.name.clone(), tool.description.clone().map(Into::into), offered.schema.clone());
    shown.annotations = annotations(tool.annotations);
    shown.title.clone_from(&tool.title);
    shown.output_schema = catalog.output(offered);
    shown.icons = icons(tool);
    shown.meta = meta(tool);
    shown
}

fn icons(tool: &Tool) -> Option<Vec<model::Icon>> {
    let icons: Vec<model::Icon> =
        tool.icons.iter().filter_map(|icon| serde_json::from_value(icon.clone()).ok()).collect();
    (!icons.is_empty()).then_some(icons)
}

fn meta(tool: &Tool) -> Option<MetaObject> {
    (!tool.meta.is_empty()).then(|| MetaObject(tool.meta.clone()))
}

/// A resource as `resources/list` shows it.
pub(super) fn resource(addressed: &Addressed) -> model::Resource {
    let (tool, resource) = (&addressed.offered.tool, &addressed.resource);
    let mut shown = model::Resource::new(addressed.uri.clone(), tool.name.clone());
    shown.title.clone_from(&tool.title);
    shown.description.clone_from(&tool.description);
    shown.mime_type.clone_from(&resource.mime_type);
    shown.size = resource.size;
    shown.icons = icons(tool);
    shown.meta = meta(tool);
    shown.annotations = said(resource);
    shown
}

/// A resource as `resources/templates/list` shows it.
pub(super) fn template(addressed: &Addressed) -> model::ResourceTemplate {
    let (tool, resource) = (&addressed.offered.tool, &addressed.resource);
    let mut shown = model::ResourceTemplate::new(addressed.uri.clone(), tool.name.clone());
    shown.title.clone_from(&tool.title);
    shown.description.clone_from(&tool.description);
    shown.mime_type.clone_from(&resource.mime_type);
    shown.icons = icons(tool);
    shown.meta = meta(tool);
    shown.annotations = said(resource);
    shown
}

fn said(resource: &crate::definition::resource::Resource) -> Option<model::Annotations> {
    (!resource.annotations.is_empty())
        .then(|| serde_json::from_value(Value::Object(resource.annotations.clone())).ok())
        .flatten()
}

/// What `resources/read` gives.
pub(super) fn contents(contents: Contents, uri: &str) -> ResourceContents {
    let held = match contents.body {
        Held::Text(text) => ResourceContents::text(text, uri),
        Held::Blob(blob) => ResourceContents::blob(blob, uri),
    };
    match contents.mime_type {
        Some(mime_type) => held.with_mime_type(mime_type),
        None => held,
    }
}

/// A prompt as `prompts/list` shows it.
pub(super) fn prompt(prompted: &Prompted) -> model::Prompt {
    let tool = &prompted.offered.tool;
    let arguments: Vec<model::PromptArgument> = prompted
        .arguments()
        .map(|argument| {
            let mut shown = model::PromptArgument::new(argument.name.clone());
            shown.title.clone_from(&argument.title);
            shown.description.clone_from(&argument.description);
            shown.required = argument.required.then_some(true);
            shown
        })
        .collect();
    let mut shown = model::Prompt::new(tool.name.clone(), tool.description.clone(), None);
    shown.arguments = (!arguments.is_empty()).then_some(arguments);
    shown.title.clone_from(&tool.title);
    shown.icons = icons(tool);
    shown.meta = meta(tool);
    shown
}

/// A message as `prompts/get` gives it. A block that MCP does not know is shown as the text of its JSON.
pub(super) fn message(said: Said) -> model::PromptMessage {
    let role = match said.role {
        Role::User => model::Role::User,
        Role::Assistant => model::Role::Assistant,
    };
    model::PromptMessage::new(role, block(&said.content))
}

fn block(block: &Value) -> ContentBlock {
    ContentBlock::deserialize(block).unwrap_or_else(|_| ContentBlock::text(block.to_string()))
}

/// A failure, where MCP has no answer that is an error: the sentence and the hint, and what a program can act on.
pub(super) fn error(error: &Error) -> ErrorData {
    let message = match &error.hint {
        Some(hint) if error.message.ends_with(['.', '!', '?']) => format!("{} {hint}", error.message),
        Some(hint) => format!("{}. {hint}", error.message),
        None => error.message.clone(),
    };
    let data = Some(data(error));
    match error.kind {
        Kind::InvalidArguments
        | Kind::UnknownField
        | Kind::UnknownModel
        | Kind::NotFound
        | Kind::Ambiguous
        | Kind::Validation => ErrorData::invalid_params(message, data),
        _ => ErrorData::internal_error(message, data),
    }
}

/// The kind and the hint, and what else is known: the candidates of a name.
fn data(error: &Error) -> Value {
    let mut data = error.details.clone();
    data.insert("kind".to_owned(), json!(error.kind));
    data.extend(error.hint.as_ref().map(|hint| ("hint".to_owned(), hint.as_str().into())));
    Value::Object(data)
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
    let content = answer.content.iter().map(block).collect();
    let mut result = if answer.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = answer.structured.map(serde_json::Value::Object);
    result
}

/// The resources with one address that this caller sees, as `resources/list` shows them.
#[must_use]
pub fn resources(catalog: &Catalog, caller: &Caller) -> Vec<model::Resource> {
    catalog.addresses(caller).iter().filter(|one| one.is_fixed).map(resource).collect()
}

/// The templates of addresses that this caller sees, as `resources/templates/list` shows them.
#[must_use]
pub fn templates(catalog: &Catalog, caller: &Caller) -> Vec<model::ResourceTemplate> {
    catalog.addresses(caller).iter().filter(|one| !one.is_fixed).map(template).collect()
}

/// The tools of that caller, as `tools/list` shows them.
#[must_use]
pub fn tools(catalog: &Catalog, caller: &Caller) -> Vec<model::Tool> {
    catalog.tools(caller).map(|offered| tool(&offered, catalog)).collect()
}

/// The prompts of that caller, as `prompts/list` shows them.
#[must_use]
pub fn prompts(catalog: &Catalog, caller: &Caller) -> Vec<model::Prompt> {
    catalog.prompts(caller).iter().map(prompt).collect()
}
