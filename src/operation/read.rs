//! `read`: records by id, in the order asked, archived ones too.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::fields::Selection;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::watched::{Records, Watched};
use super::{fitting, ids};
use crate::answer::{self, Columns};
use crate::definition::operation::Read;
use crate::odoo::{Effect, Error, Kind, Request, Search, Specification};

/// Which records, and which of their fields.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    selection: Selection,
}

/// Resolves the ids and fits the fields.
///
/// # Errors
/// What does not fit.
pub(super) async fn prepare(definition: &Read, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    if u32::try_from(ids.len()).is_ok_and(|count| count <= run.max_records) {
        let selection = fitting::fields(&definition.fields, &model, run).await?;
        return Ok(Prepared { model, ids, selection });
    }
    let message = format!("`ids` names {} records, and one call reads at most {}.", ids.len(), run.max_records);
    Err(Error::new(Kind::InvalidArguments, message).hint("Read them in several calls."))
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Reading `{}`", self.model), ids: self.ids.clone() }
    }

    /// What has to be asked to notice that its answer has changed.
    pub(super) fn watched(&self, run: &Run<'_>) -> Watched {
        Watched::new(&self.model, with_archived(run.context.clone()), &self.selection, Records::ById(self.ids.clone()))
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let records = by_id(run, &self.model, &self.ids, &self.selection).await?;
        let missing: Vec<i64> = self.ids.iter().copied().filter(|id| !has(&records, *id)).collect();
        if records.is_empty() {
            return Err(absent(run, &self.model, &missing).await);
        }
        let mut answer = answer::records(records, &self.selection, &run.zone, run.links);
        if !missing.is_empty() {
            answer.insert("missing".to_owned(), json!(missing));
        }
        let body = Body { answer, ..Body::default() };
        Ok(body.listing("records", 0).described("records", Columns::of(&self.selection)))
    }
}

fn has(records: &[Map<String, Value>], id: i64) -> bool {
    records.iter().any(|record| record.get("id").and_then(Value::as_i64) == Some(id))
}

/// The records of these ids that this user sees, in their order, archived ones too. One request from 17 on: a search
/// by id gives names and nested records at once and, unlike `web_read`, does not fail for a missing one.
///
/// # Errors
/// Those of Odoo.
pub(super) async fn by_id(
    run: &Run<'_>,
    model: &str,
    ids: &[i64],
    selection: &Selection,
) -> Result<Vec<Map<String, Value>>, Error> {
    let rows = rows(run, model, ids, selection.specification(), selection.context(&run.context)).await?;
    let mut found: HashMap<i64, Map<String, Value>> =
        rows.into_iter().filter_map(|record| Some((record.get("id")?.as_i64()?, record))).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The display names of those of these records that this user sees, archived ones too, by id. One request.
///
/// # Errors
/// Those of Odoo.
pub(super) async fn display_names(run: &Run<'_>, model: &str, ids: &[i64]) -> Result<HashMap<i64, Value>, Error> {
    let rows = rows(run, model, ids, Specification::display_name(), run.context.clone()).await?;
    let named = rows.into_iter().filter_map(|mut row| Some((row.get("id")?.as_i64()?, row.remove("display_name")?)));
    Ok(named.collect())
}

/// What Odoo gives for these ids, in an order of its own and archived ones too.
async fn rows(
    run: &Run<'_>,
    model: &str,
    ids: &[i64],
    specification: Specification,
    context: Map<String, Value>,
) -> Result<Vec<Map<String, Value>>, Error> {
    let search = Search {
        model: model.to_owned(),
        domain: json!([["id", "in", ids]]),
        specification,
        order: None,
        offset: 0,
        limit: None,
        count: false,
        context: with_archived(context),
    };
    Ok(run.instance.client.search_read(&search, &run.patience).await?.records)
}

/// The context in which a search finds archived records too.
pub(super) fn with_archived(mut context: Map<String, Value>) -> Map<String, Value> {
    context.insert("active_test".to_owned(), Value::Bool(false));
    context
}

/// Whether this user sees all of them.
///
/// # Errors
/// Why the others cannot be read; those of Odoo.
pub(super) async fn all_there(run: &Run<'_>, model: &str, ids: &[i64]) -> Result<(), Error> {
    let records = rows(run, model, ids, Specification::default(), run.context.clone()).await?;
    let there: HashSet<i64> = records.iter().filter_map(|record| record.get("id")?.as_i64()).collect();
    let missing: Vec<i64> = ids.iter().copied().filter(|id| !there.contains(id)).collect();
    if missing.is_empty() { Ok(()) } else { Err(absent(run, model, &missing).await) }
}

/// Why none of them could be read: Odoo says of a record that is there but hidden that access is denied, and of one that is
/// not there nothing at all.
async fn absent(run: &Run<'_>, model: &str, ids: &[i64]) -> Error {
    match nobodys(run, model, ids).await {
        Err(error) if error.kind != Kind::NotFound => error,
        _ => missing(model, ids),
    }
}

/// Those of the ids that are nobody's.
///
/// # Errors
/// `access_denied` where one of them is there but hidden, and all that Odoo answers to a read.
pub(super) async fn nobodys(run: &Run<'_>, model: &str, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let ids: Vec<i64> = ids.iter().copied().filter(|id| !run.made_up(*id)).collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let request = Request {
        model: model.to_owned(),
        method: "read".to_owned(),
        ids: Some(ids.clone()),
        args: Vec::new(),
        // Of `id` alone Odoo gives back any number that it is asked for.
        kwargs: Map::from_iter([("fields".to_owned(), json!(["display_name"]))]),
        context: run.context.clone(),
        effect: Effect::Read,
    };
    let answer = run.instance.client.execute(&request, &run.patience).await?;
    let there: HashSet<i64> =
        answer.as_array().into_iter().flatten().filter_map(|record| record.get("id")?.as_i64()).collect();
    Ok(ids.into_iter().filter(|id| !there.contains(id)).collect())
}

/// None of these records exists.
pub(super) fn missing(model: &str, ids: &[i64]) -> Error {
    let list = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let sentence = if ids.len() == 1 {
        format!("There is no record {list} of `{model}`.")
    } else {
        format!("There are no records {list} of `{model}`.")
    };
    Error::new(Kind::NotFound, sentence).hint("Search for it: ids come from a search or an earlier answer.")
}
