//! `[[tool.content]]`: static MCP content, no Odoo at all.

use serde_json::Value;

use super::prepared::{Body, Outline};
use super::run::Run;
use crate::definition::operation::Content;
use crate::odoo::{Effect, Error};
use crate::template::{Outcome, Scope, Templated};

/// The blocks, evaluated.
pub(super) struct Prepared {
    blocks: Vec<Value>,
}

/// Whether it names what only Odoo knows: `user`, `odoo`.
pub(super) fn asks_odoo(content: &Content) -> bool {
    content.blocks.iter().flat_map(Templated::names).any(|name| matches!(name.root.as_str(), "user" | "odoo"))
}

/// Evaluates the blocks; one that uses what was not given is left out.
///
/// # Errors
/// Those of the templates.
pub(super) fn evaluate(content: &Content, scope: &Scope) -> Result<Vec<Value>, Error> {
    let mut blocks = Vec::new();
    for block in &content.blocks {
        if let Outcome::Given(block) = block.evaluate(scope)? {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// As [`evaluate`], among other operations.
#[expect(clippy::unused_async, reason = "the shape that all operations share")]
pub(super) async fn prepare(content: &Content, run: &Run<'_>) -> Result<Prepared, Error> {
    Ok(Prepared { blocks: evaluate(content, &run.scope)? })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: "Static content".to_owned(), ids: Vec::new() }
    }

    #[expect(clippy::unused_async, reason = "the shape that all operations share")]
    pub(super) async fn run(self, _run: &Run<'_>) -> Result<Body, Error> {
        Ok(Body { blocks: Some(self.blocks), ..Body::default() })
    }
}
