//! `default_get`: what a new record would begin with.

use serde_json::{Value, json};

use super::fields::{self, Selected};
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::answer;
use crate::definition::operation::DefaultGet;
use crate::odoo::{Effect, Error};

/// Which fields.
pub(super) struct Prepared {
    model: String,
    selected: Selected,
}

/// Fits the fields to the model.
///
/// # Errors
/// Fields that do not exist.
pub(super) async fn prepare(definition: &DefaultGet, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let selected = fields::select(&definition.fields, &model, run).await?;
    Ok(Prepared { model, selected })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Reading the defaults of `{}`", self.model), ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let names: Vec<String> = self.selected.odoo_names();
        let client = &run.instance.client;
        let defaults = client.default_get(&self.model, &names, &run.context, &run.patience).await?;
        let defaults = answer::defaults(run, defaults, &self.selected).await?;
        Ok(Body::of([("defaults", Value::Object(defaults)), ("model", json!(self.model))]))
    }
}
