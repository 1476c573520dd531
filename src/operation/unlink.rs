//! `unlink`: deleted records.

use serde_json::{Map, json};

use super::prepared::{Body, Outline, Planned};
use super::run::Run;
use super::{ids, read};
use crate::definition::operation::Unlink;
use crate::odoo::{Applied, Effect, Error};

/// The records.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
}

/// Resolves the ids.
///
/// # Errors
/// `not_found` for none at all: Odoo would answer "true".
pub(super) async fn prepare(definition: &Unlink, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    Ok(Prepared { model, ids })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Write, what: format!("Deleting from `{}`", self.model), ids: self.ids.clone() }
    }

    pub(super) fn planned(&self) -> Planned {
        Planned {
            model: Some(self.model.clone()),
            values: Vec::new(),
            arguments: Map::new(),
            payload: json!(["unlink", self.model, self.ids]),
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        // On many models Odoo answers "true" to the deletion of nobody, and afterwards nobody can tell.
        let nobodys = read::nobodys(run, &self.model, &self.ids).await?;
        if !nobodys.is_empty() {
            return Err(read::missing(&self.model, &nobodys).applied(Applied::No));
        }
        run.instance.client.unlink(&self.model, &self.ids, &run.context, &run.patience).await?;
        Ok(Body::of([("ids", json!(self.ids))]))
    }
}
