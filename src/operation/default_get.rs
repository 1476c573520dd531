//! `default_get`: what a new record would begin with.

use serde_json::{Map, Value, json};

use super::fields::Selection;
use super::fitting;
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::answer;
use crate::definition::operation::DefaultGet;
use crate::odoo::{Effect, Error};

/// Which fields.
pub(super) struct Prepared {
    model: String,
    selection: Selection,
    context: Map<String, Value>,
}

/// Fits the fields to the model.
///
/// # Errors
/// Fields that do not exist.
pub(super) async fn prepare(definition: &DefaultGet, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let selection = fitting::fields(&definition.fields, &model, run).await?;
    let context = fitting::context(&model, run).await?;
    Ok(Prepared { model, selection, context })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Reading the defaults of `{}`", self.model), ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let names: Vec<String> = self.selection.fields.iter().map(|selected| selected.field.name.clone()).collect();
        let client = &run.instance.client;
        let defaults = client.default_get(&self.model, &names, &self.context, &run.patience).await?;
        let defaults = answer::defaults(defaults, &self.selection, &run.zone);
        Ok(Body::of([("defaults", Value::Object(defaults)), ("model", json!(self.model))]))
    }
}
