//! `search_count`: how many records meet a domain.

use serde_json::{Value, json};

use super::fitting;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::watched::{Finding, Records, Watched};
use crate::definition::operation::SearchCount;
use crate::odoo::{Effect, Error};

/// The fitted domain.
pub(super) struct Prepared {
    model: String,
    domain: Value,
}

/// Fits the domain to the model.
///
/// # Errors
/// What does not fit.
pub(super) async fn prepare(definition: &SearchCount, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let domain = fitting::domain(definition.domain.as_ref(), &model, run).await?;
    Ok(Prepared { model, domain })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Counting `{}`", self.model), ids: Vec::new() }
    }

    /// What has to be asked to notice that its answer has changed.
    pub(super) fn watched(&self, run: &Run<'_>) -> Watched {
        let finding = Finding { domain: self.domain.clone(), order: None, offset: 0, limit: 0 };
        let (model, context) = (self.model.clone(), run.context.clone());
        Watched { model, context, fields: Vec::new(), records: Records::Found(finding) }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let count = run.instance.client.search_count(&self.model, self.domain, &run.context, &run.patience).await?;
        Ok(Body::of([("count", json!(count))]))
    }
}
