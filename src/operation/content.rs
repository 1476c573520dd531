//! `[[tool.content]]`: static MCP content, no Odoo at all.

use serde_json::Value;

use super::needed::value_of;
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::definition::operation::{Content, needed_keys};
use crate::definition::tool::Tool;
use crate::odoo::{Effect, Error};
use crate::template::{Scope, Template, Templated};

/// The blocks, evaluated.
pub(super) struct Prepared {
    blocks: Vec<Value>,
    is_error: bool,
}

/// Whether it needs what only Odoo knows: who the user is, in which zone the user's day begins, what a lookup finds.
pub(super) fn asks_odoo(tool: &Tool, content: &Content) -> bool {
    let asks = |template: &Template| {
        template.uses_clock() || template.names().iter().any(|name| matches!(name.root.as_str(), "user" | "odoo"))
    };
    !tool.lookups.is_empty() || !tool.asks.is_empty() || content.blocks.iter().flat_map(Templated::templates).any(asks)
}

/// Evaluates the blocks; one that uses what was not given, where it cannot do without, is left out.
///
/// # Errors
/// Those of the templates; `not_found` where an earlier answer was empty.
pub(super) fn evaluate(content: &Content, scope: &Scope) -> Result<Vec<Value>, Error> {
    let mut blocks = Vec::new();
    for block in &content.blocks {
        if let Some(block) = value_of("content", block.evaluate(scope)?)?
            && is_whole(&block)
        {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// Whether a block still has what its type needs.
pub(super) fn is_whole(block: &Value) -> bool {
    let kind = block.get("type").and_then(Value::as_str).unwrap_or_default();
    if !needed_keys(kind).iter().all(|key| block.get(key).is_some()) {
        return false;
    }
    let Some(resource) = block.get("resource") else { return true };
    resource.get("uri").is_some() && ["text", "blob"].iter().any(|key| resource.get(key).is_some())
}

/// As [`evaluate`], among other operations.
#[expect(clippy::unused_async, reason = "the shape that all operations share")]
pub(super) async fn prepare(content: &Content, run: &Run<'_>) -> Result<Prepared, Error> {
    Ok(Prepared { blocks: evaluate(content, &run.scope)?, is_error: content.is_error })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: "Static content".to_owned(), ids: Vec::new() }
    }

    #[expect(clippy::unused_async, reason = "the shape that all operations share")]
    pub(super) async fn run(self, _run: &Run<'_>) -> Result<Body, Error> {
        Ok(Body { blocks: Some(self.blocks), is_error: self.is_error, ..Body::default() })
    }
}
