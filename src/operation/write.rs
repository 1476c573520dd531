//! `write`: changed records, and what they are now.

use serde_json::{Map, Value};

use super::create::afterwards;
use super::fields::Selection;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::{fitting, ids, read};
use crate::definition::operation::Write;
use crate::odoo::{Applied, Effect, Error, Kind};

/// The records, and the values as Odoo takes them.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    values: Map<String, Value>,
    context: Map<String, Value>,
    returns: Option<Selection>,
}

/// Resolves the ids, fits the values and the returned fields to the model.
///
/// # Errors
/// What does not fit, all of it in one error; `invalid_arguments` where nothing at all would be written (Odoo would answer
/// "true").
pub(super) async fn prepare(definition: &Write, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    // One table: a list of them would be several writes.
    let mut tables = match &definition.values {
        Some(values) => fitting::values(values, None, &model, run).await?.into_iter(),
        None => Vec::new().into_iter(),
    };
    let mut values = tables.next().unwrap_or_default();
    if tables.next().is_some() {
        let error = Error::new(Kind::InvalidArguments, "`values` is a list, and one write takes one table.");
        return Err(error.hint("Call once for each table, with the ids that it is for."));
    }
    fitting::clear(&definition.clear, &mut values, &model, run).await?;
    if values.is_empty() {
        return Err(nothing());
    }
    let context = fitting::context(&model, run).await?;
    let returns = fitting::returned(&definition.returns, &model, run).await?;
    Ok(Prepared { model, ids, values, context, returns })
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
        client.write(&self.model, &self.ids, self.values, &self.context, &run.patience).await?;
        let body = afterwards(run, &self.model, self.ids.clone(), self.returns.as_ref()).await;
        // On many models Odoo answers "true" to a change of nobody.
        if body.answer.get("records").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            let error = read::absent(run, &self.model, &self.ids).await;
            let applied = if error.kind == Kind::NotFound { Applied::No } else { Applied::Unknown };
            return Err(error.applied(applied));
        }
        Ok(body)
    }
}
