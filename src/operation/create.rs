//! `create`: new records, and what they became.

use serde_json::{Map, Value, json};

use super::fields::{self, Selected};
use super::needed::needed;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::{read, values};
use crate::answer;
use crate::definition::operation::{Create, FieldList};
use crate::odoo::{Effect, Error, Kind};
use crate::template::Templated;

/// The values as Odoo takes them.
pub(super) struct Prepared {
    model: String,
    values: Vec<Map<String, Value>>,
    returns: Option<Selected>,
}

/// Fits the values and the returned fields to the model.
///
/// # Errors
/// What does not fit, all of it in one error.
pub(super) async fn prepare(definition: &Create, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let given = match needed("values", &definition.values, &run.scope)? {
        Value::Array(list) => list,
        one => vec![one],
    };
    if given.is_empty() {
        return Err(Error::new(Kind::InvalidArguments, "`values` is an empty list: there is nothing to create.")
            .hint("Give the values of at least one record."));
    }
    let mut values = Vec::new();
    for record in given {
        values.push(values::fit(run, &model, record, whose(&definition.values)).await?);
    }
    let returns = returned(&definition.returns, &model, run).await?;
    Ok(Prepared { model, values, returns })
}

/// Whether the whole `values` is the caller's: only then do raw command triples count.
pub(super) fn whose(values: &Templated) -> values::Author {
    match values {
        Templated::Template(_) => values::Author::Caller,
        _ => values::Author::Definition,
    }
}

/// What `return` asks for: the names by default, nothing for an empty list.
///
/// # Errors
/// Fields that do not exist.
pub(super) async fn returned(returns: &FieldList, model: &str, run: &Run<'_>) -> Result<Option<Selected>, Error> {
    match returns {
        FieldList::Listed(list) if list.is_empty() => Ok(None),
        FieldList::Default => fields::names(model, run).await.map(Some),
        list => fields::select(list, model, run).await.map(Some),
    }
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Write, what: format!("Creating in `{}`", self.model), ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let ids = run.instance.client.create(&self.model, self.values, &run.context, &run.patience).await?;
        Ok(afterwards(run, &self.model, ids, self.returns.as_ref()).await)
    }
}

/// The answer of a write that has happened: the ids, and the records as they are now. A record that cannot be read back is
/// said so beside the ids; it must not look as if the write had failed.
pub(super) async fn afterwards(run: &Run<'_>, model: &str, ids: Vec<i64>, returns: Option<&Selected>) -> Body {
    let mut answer = Map::from_iter([("ids".to_owned(), json!(ids))]);
    let Some(selected) = returns else { return Body { answer, ..Body::default() } };
    match read::by_id(run, model, &ids, selected).await {
        Ok(records) => {
            answer.append(&mut answer::records(records, selected, &run.zone));
            Body { answer, list: Some(("records", 0)), blocks: None }
        }
        Err(error) => {
            let note = format!("The change was made, but the records could not be read back: {error}");
            answer.insert("note".to_owned(), Value::String(note));
            Body { answer, ..Body::default() }
        }
    }
}
