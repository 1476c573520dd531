//! `write`: changed records, and what they are now.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::create::afterwards;
use super::fields::Selection;
use super::prepared::{Body, Outline, Planned};
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

    pub(super) fn planned(&self) -> Planned {
        Planned {
            model: Some(self.model.clone()),
            values: vec![self.values.clone()],
            arguments: Map::new(),
            payload: json!(["write", self.model, self.ids, self.values, self.context]),
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let client = &run.instance.client;
        client.write(&self.model, &self.ids, self.values, &self.context, &run.patience).await?;
        let mut body = afterwards(run, &self.model, self.ids.clone(), self.returns.as_ref()).await;
        if body.answer.contains_key("note") {
            return Ok(body);
        }
        // On many models Odoo answers "true" to a change of nobody, so what was not read back may never have been there.
        let records = body.answer.get("records").and_then(Value::as_array);
        let read: HashSet<i64> =
            records.into_iter().flatten().filter_map(|record| record.get("id")?.as_i64()).collect();
        let unseen: Vec<i64> = self.ids.iter().copied().filter(|id| !read.contains(id)).collect();
        if unseen.is_empty() {
            return Ok(body);
        }
        match read::nobodys(run, &self.model, &unseen).await {
            Ok(nobodys) if nobodys.len() == self.ids.len() => {
                return Err(read::missing(&self.model, &nobodys).applied(Applied::No));
            }
            Ok(nobodys) if !nobodys.is_empty() => {
                let changed: Vec<i64> = self.ids.iter().copied().filter(|id| !nobodys.contains(id)).collect();
                body.answer.insert("ids".to_owned(), json!(changed));
                body.answer.insert("missing".to_owned(), json!(nobodys));
            }
            Ok(_) => {}
            // A change can take a record out of its author's sight.
            Err(error) => {
                let note = format!("The change was made, but not all of the records can be read back: {error}");
                body.answer.insert("note".to_owned(), Value::String(note));
            }
        }
        Ok(body)
    }
}
