//! `default_get`: what a new record would begin with.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::future::try_join_all;
use serde_json::{Map, Value, json};

use super::fields::{Selected, Selection, Wanted, model_field, select};
use super::prepared::{Body, Outline};
use super::run::Run;
use super::{fitting, read};
use crate::answer::{self, Columns};
use crate::definition::operation::DefaultGet;
use crate::odoo::{Effect, Error, FieldType};

/// Which fields.
pub(super) struct Prepared {
    pub(super) model: String,
    pub(super) selection: Selection,
    pub(super) context: Map<String, Value>,
}

/// Fits the fields to the model.
///
/// # Errors
/// Fields that do not exist.
pub(super) async fn prepare(definition: &DefaultGet, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let selection = match fitting::named(&definition.fields, &model, run).await? {
        Some(selection) => selection,
        None => select(Wanted::Writable, &run.metadata(&model).await?, run).await?,
    };
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
        let defaults = self.named(defaults, run).await?;
        let currency = answer::default_currency(&defaults, &self.selection);
        let defaults = answer::defaults(defaults, &self.selection, &run.zone);
        let mut body = Body::of([("defaults", Value::Object(defaults)), ("model", json!(self.model))]);
        body.answer.extend(currency.map(|currency| ("currency".to_owned(), currency)));
        Ok(body.described("defaults", Columns::of(&self.selection)))
    }

    /// The defaults with the related records as a search would give them, names included: Odoo gives bare ids, and x2many as
    /// commands. One request for each related model; what this user may not read stays an id.
    async fn named(&self, mut raw: Map<String, Value>, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
        let found: Vec<(&Selected, String, Vec<Related>)> =
            self.selection.fields.iter().filter_map(|selected| related(selected, &self.selection, &raw)).collect();
        let mut asked: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for (_, model, records) in &found {
            asked.entry(model).or_default().extend(records.iter().filter_map(Related::id));
        }
        asked.retain(|_, ids| !ids.is_empty());
        let names = try_join_all(asked.into_iter().map(|(model, ids)| names(model, ids, run))).await?;
        let names: HashMap<String, HashMap<i64, Value>> = names.into_iter().collect();
        for (selected, model, records) in found {
            let names = names.get(&model);
            let mut records = records.into_iter().map(|record| {
                let name = record.id().and_then(|id| names?.get(&id));
                record.shown(name)
            });
            let value = match selected.field.kind {
                FieldType::One2many | FieldType::Many2many => records.collect(),
                FieldType::Reference => records.next().map(|record| of_model(record, &model)).unwrap_or_default(),
                _ => records.next().unwrap_or_default(),
            };
            raw.insert(selected.field.name.clone(), value);
        }
        Ok(raw)
    }
}

/// A related record of a default.
enum Related {
    /// One that exists.
    Known(i64),
    /// One that would be created with these values.
    New(Value),
}

impl Related {
    fn id(&self) -> Option<i64> {
        match self {
            Self::Known(id) => Some(*id),
            Self::New(_) => None,
        }
    }

    /// In the shape in which a search gives records.
    fn shown(self, name: Option<&Value>) -> Value {
        match (self, name) {
            (Self::Known(id), Some(name)) => json!({"id": id, "display_name": name}),
            (Self::Known(id), None) => json!({"id": id}),
            (Self::New(values), _) => values,
        }
    }
}

/// The related records that one default names, and their model.
fn related<'a>(
    selected: &'a Selected,
    selection: &Selection,
    raw: &Map<String, Value>,
) -> Option<(&'a Selected, String, Vec<Related>)> {
    let value = raw.get(&selected.field.name)?;
    let known = |value: &Value| value.as_i64().filter(|id| *id > 0).map(Related::Known);
    let relation = || selected.field.relation.clone();
    let (model, records) = match selected.field.kind {
        FieldType::Many2one => (relation()?, vec![known(value)?]),
        FieldType::Many2oneReference => {
            let model = raw.get(model_field(&selected.field, &selection.model)?)?.as_str()?;
            (model.to_owned(), vec![known(value)?])
        }
        FieldType::Reference => {
            let (model, id) = value.as_str()?.split_once(',')?;
            (model.to_owned(), vec![Related::Known(id.parse().ok()?)])
        }
        FieldType::One2many | FieldType::Many2many => {
            (relation()?, value.as_array()?.iter().flat_map(of_command).collect())
        }
        _ => return None,
    };
    Some((selected, model, records))
}

/// What one of Odoo's commands brings: `[4, 7]`, `[6, 0, [7, 8]]`, `[0, 0, {…}]`; or a bare id.
fn of_command(command: &Value) -> Vec<Related> {
    let parts = command.as_array().map(Vec::as_slice).unwrap_or_default();
    let known = |value: &Value| value.as_i64().filter(|id| *id > 0).map(Related::Known);
    match (command.as_i64().or_else(|| parts.first()?.as_i64()), parts.get(1), parts.get(2)) {
        (Some(_), None, None) if parts.is_empty() => known(command).into_iter().collect(),
        (Some(0), _, Some(values @ Value::Object(_))) => vec![Related::New(values.clone())],
        (Some(1 | 4), Some(id), _) => known(id).into_iter().collect(),
        (Some(6), _, Some(Value::Array(ids))) => ids.iter().filter_map(known).collect(),
        _ => Vec::new(),
    }
}

/// A record of a reference says its model.
fn of_model(record: Value, model: &str) -> Value {
    let Value::Object(mut record) = record else { return record };
    let id = record.get("id").cloned().unwrap_or_default();
    record.insert("id".to_owned(), json!({"id": id, "model": model}));
    Value::Object(record)
}

/// The display names of these records, in one request. None where this user may not read them.
async fn names(model: &str, ids: BTreeSet<i64>, run: &Run<'_>) -> Result<(String, HashMap<i64, Value>), Error> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let names = match read::display_names(run, model, &ids).await {
        Err(error) if error.kind.is_of_the_connection() => return Err(error),
        names => names.unwrap_or_default(),
    };
    Ok((model.to_owned(), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_the_records_that_they_bring() {
        let shown = |command: Value| -> Vec<Value> {
            of_command(&command).into_iter().map(|record| record.shown(Some(&json!("x")))).collect()
        };
        let record = |id: i64| json!({"id": id, "display_name": "x"});
        assert_eq!(shown(json!([6, 0, [7, 8]])), [record(7), record(8)]);
        assert_eq!(shown(json!([4, 7])), [record(7)]);
        assert_eq!(shown(json!([4, 7, 0])), [record(7)]);
        assert_eq!(shown(json!(7)), [record(7)], "older modules give bare ids");
        assert_eq!(shown(json!([0, 0, {"name": "line"}])), [json!({"name": "line"})], "a record that is not there yet");
        for nothing in [json!([5]), json!([5, 0, 0]), json!([3, 7, 0]), json!([2, 7]), json!(false), json!("x")] {
            assert!(shown(nothing.clone()).is_empty(), "{nothing}");
        }
    }
}
