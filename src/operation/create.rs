//! `create`: new records, and what they became.

use serde_json::{Map, Value, json};

use super::fields::Selection;
use super::prepared::{Body, Outline, Planned};
use super::run::Run;
use super::{fitting, read};
use crate::answer::{self, Columns};
use crate::definition::operation::Create;
use crate::definition::values::Values;
use crate::odoo::{Effect, Error, Kind};

/// The values as Odoo takes them.
pub(super) struct Prepared {
    model: String,
    values: Vec<Map<String, Value>>,
    context: Map<String, Value>,
    returns: Option<Selection>,
}

/// Fits the values and the returned fields to the model.
///
/// # Errors
/// What does not fit, all of it in one error.
pub(super) async fn prepare(definition: &Create, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let values = fitting::values(&definition.values, definition.each.as_ref(), &model, run).await?;
    // A table that an author wrote empty is a record of defaults alone; one whose every value was left out is not.
    let meant = matches!(&definition.values, Values::Fields(fields) if fields.is_empty());
    if values.is_empty() || (!meant && values.iter().any(Map::is_empty)) {
        return Err(Error::new(Kind::InvalidArguments, "There are no values, so there is nothing to create.")
            .hint("Give the values of at least one record."));
    }
    let context = fitting::context(&model, run).await?;
    let returns = fitting::returned(&definition.returns, &model, run).await?;
    Ok(Prepared { model, values, context, returns })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Write, what: format!("Creating in `{}`", self.model), ids: Vec::new() }
    }

    pub(super) fn planned(&self) -> Planned {
        Planned {
            model: Some(self.model.clone()),
            values: self.values.clone(),
            arguments: Map::new(),
            payload: json!(["create", self.model, self.values, self.context]),
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let ids = run.instance.client.create(&self.model, self.values, &self.context, &run.patience).await?;
        Ok(afterwards(run, &self.model, ids, self.returns.as_ref()).await)
    }
}

/// The answer of a write that has happened: the ids, and the records as they are now. A record that cannot be read back is
/// said so beside the ids; it must not look as if the write had failed.
pub(super) async fn afterwards(run: &Run<'_>, model: &str, ids: Vec<i64>, returns: Option<&Selection>) -> Body {
    let mut answer = Map::from_iter([("ids".to_owned(), json!(ids))]);
    // Of a record that is only made up there is nothing to read.
    let Some(selection) = returns.filter(|_| !ids.iter().any(|id| run.made_up(*id))) else {
        return Body { answer, ..Body::default() };
    };
    match read::by_id(run, model, &ids, selection).await {
        Ok(records) => {
            answer.append(&mut answer::records(records, selection, &run.zone, run.links));
            let body = Body { answer, ..Body::default() };
            body.listing("records", 0).described("records", Columns::of(selection))
        }
        Err(error) => {
            let note = format!("The change was made, but the records could not be read back: {error}");
            answer.insert("note".to_owned(), Value::String(note));
            Body { answer, ..Body::default() }
        }
    }
}
