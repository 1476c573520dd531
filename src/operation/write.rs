//! `write`: changed records, and what they are now.

use serde_json::{Map, Value};

use super::create::{afterwards, returned, whose};
use super::fields::Selected;
use super::needed::needed;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::{ids, values};
use crate::definition::operation::Write;
use crate::odoo::{Effect, Error, Kind};
use crate::template::{Outcome, Templated};

/// The records, and the values as Odoo takes them.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    values: Map<String, Value>,
    returns: Option<Selected>,
}

/// Resolves the ids, fits the values and the returned fields to the model.
///
/// # Errors
/// What does not fit, all of it in one error; `invalid_arguments` where nothing at all would be written (Odoo would answer
/// "true").
pub(super) async fn prepare(definition: &Write, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let value = needed("ids", &definition.ids, &run.scope)?;
    let given = given_values(&definition.values, run)?;
    let ids = ids::resolve(&run.instance.client, &model, "ids", &value, &run.patience).await?;
    let values = values::fit(run, &model, given, whose(&definition.values)).await?;
    if values.is_empty() {
        return Err(nothing());
    }
    let returns = returned(&definition.returns, &model, run).await?;
    Ok(Prepared { model, ids, values, returns })
}

fn given_values(values: &Templated, run: &Run<'_>) -> Result<Value, Error> {
    match values.evaluate(&run.scope)? {
        Outcome::Given(value) => Ok(value),
        Outcome::Absent(crate::template::Cause::NotGiven) => Err(nothing()),
        Outcome::Absent(_) => needed("values", values, &run.scope),
    }
}

fn nothing() -> Error {
    Error::new(Kind::InvalidArguments, "No new value was given, so nothing would change.")
        .hint("Give at least one of the optional arguments.")
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Write, what: format!("Changing `{}`", self.model), ids: self.ids.clone() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let client = &run.instance.client;
        client.write(&self.model, &self.ids, self.values, &run.context, &run.patience).await?;
        Ok(afterwards(run, &self.model, self.ids, self.returns.as_ref()).await)
    }
}
