//! Names in, ids out: `lookup.<var>` tables, resolved before the operation.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::faults::{Faults, THERE_ARE, cut, located};
use super::plan::Frozen;
use super::read::with_archived;
use super::run::Run;
use super::{fitting, ids, scalar};
use crate::definition::tool::Lookup;
use crate::odoo::{Client, Error, Kind, Patience, Search, Specification};
use crate::template::{Cause, Outcome};

/// How many candidates an ambiguous name shows.
const CANDIDATES: u32 = 10;
/// How many records `several = "all"` may be.
const ALL: u32 = 500;
/// Where nothing is found, the names of all are said if the records are not more than these, and their names not more than those.
const ALL_RECORDS: u32 = 100;
const ALL_NAMES: usize = 20;

/// A record that a name was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(super) id: i64,
    pub(super) name: String,
}

/// Runs the tool's lookups in their order and puts each under its name into the scope: a record, a list of records, or nothing.
///
/// # Errors
/// `not_found` and `ambiguous`, all faults of one list in one error; those of the connection.
pub(super) async fn resolve_all<'l>(
    run: &mut Run<'_>,
    lookups: impl IntoIterator<Item = &'l Lookup>,
) -> Result<(), Error> {
    for lookup in lookups {
        let argument = run.scope.first_argument(lookup.matches.names());
        named(resolve(run, lookup).await, argument.as_deref())?;
    }
    Ok(())
}

async fn resolve(run: &mut Run<'_>, lookup: &Lookup) -> Result<(), Error> {
    let value = match lookup.matches.evaluate(&run.scope)? {
        Outcome::Given(value) if value != Value::Null => value,
        Outcome::Given(_) | Outcome::Absent(Cause::NotGiven) => return Ok(()),
        Outcome::Absent(Cause::Empty(expression)) => {
            return Err(Error::new(
                Kind::NotFound,
                format!("`{expression}` is empty, so there is nothing to look up."),
            ));
        }
    };
    let model = match &lookup.model {
        Some(model) => run.model_name(model)?,
        None => run.model()?,
    };
    let domain = fitting::domain(lookup.domain.as_ref(), &model, run).await?;
    let target = Target::of(run, &model, domain);
    if lookup.several_is_all {
        let found = target.find_all(&value, lookup.missing_is_absent).await?;
        if !found.is_empty() {
            run.bind(&lookup.name, Frozen::Records(pairs(found)));
        }
        return Ok(());
    }
    match value {
        Value::Array(elements) => {
            let found = target.find_each(&elements, lookup.missing_is_absent).await?;
            if found.is_empty() && !elements.is_empty() {
                return Ok(());
            }
            run.bind(&lookup.name, Frozen::Records(pairs(found)));
        }
        value => match target.find(&value).await {
            Ok(found) => run.bind(&lookup.name, Frozen::Record(found.id, found.name)),
            Err(error) if lookup.missing_is_absent && error.kind == Kind::NotFound => {}
            Err(error) => return Err(error),
        },
    }
    Ok(())
}

fn pairs(found: Vec<Found>) -> Vec<(i64, String)> {
    found.into_iter().map(|found| (found.id, found.name)).collect()
}

/// The one record of a model that a name, id or external id stands for, among those that meet the domain.
///
/// # Errors
/// As for a `lookup` table.
pub(super) async fn find(run: &Run<'_>, model: &str, name: &Value, domain: Value) -> Result<i64, Error> {
    Target::of(run, model, domain).find(name).await.map(|found| found.id)
}

/// The same for one name or a list of them.
///
/// # Errors
/// As for a `lookup` table.
pub(super) async fn find_each(run: &Run<'_>, model: &str, names: &Value, domain: Value) -> Result<Vec<i64>, Error> {
    let names = names.as_array().map_or(std::slice::from_ref(names), Vec::as_slice);
    let found = Target::of(run, model, domain).find_each(names, false).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Where a name is looked for.
struct Target<'a> {
    client: &'a Client,
    model: &'a str,
    /// Fitted to the model.
    domain: Value,
    context: &'a Map<String, Value>,
    patience: &'a Patience,
}

impl<'a> Target<'a> {
    fn of(run: &'a Run<'_>, model: &'a str, domain: Value) -> Self {
        Self { client: &run.instance.client, model, domain, context: &run.context, patience: &run.patience }
    }

    /// Every element, in its order. What is wrong with each of them is said in one error.
    async fn find_each(&self, elements: &[Value], missing_is_absent: bool) -> Result<Vec<Found>, Error> {
        let (mut found, mut faults) = (Vec::new(), Faults::default());
        for element in elements {
            match self.find(element).await {
                Ok(record) => found.push(record),
                Err(error) if missing_is_absent && error.kind == Kind::NotFound => {}
                Err(error) if is_the_names(&error) => faults.push(error),
                Err(error) => return Err(error),
            }
        }
        faults.into_result(found)
    }

    /// Every record that a text, or any text of a list, is part of the name of; each once.
    async fn find_all(&self, value: &Value, missing_is_absent: bool) -> Result<Vec<Found>, Error> {
        let (mut found, mut faults): (Vec<Found>, _) = (Vec::new(), Faults::default());
        for element in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            match self.all_of(element).await {
                Ok(records) => {
                    found.extend(records.into_iter().filter(|record| !found.contains(record)).collect::<Vec<_>>())
                }
                Err(error) if missing_is_absent && error.kind == Kind::NotFound => {}
                Err(error) if is_the_names(&error) => faults.push(error),
                Err(error) => return Err(error),
            }
        }
        faults.into_result(found)
    }

    /// An id, or an external id, is one record; a text all that Odoo finds by it. Digits are an id where no name has them.
    async fn all_of(&self, value: &Value) -> Result<Vec<Found>, Error> {
        let Some(text) = value.as_str().map(str::trim).filter(|text| !text.is_empty()) else {
            return self.find(value).await.map(|found| vec![found]);
        };
        if let Some(id) = self.external(text).await {
            return self.by_id(id, text).await.map(|found| vec![found]);
        }
        let found = self.search(text, "ilike", ALL + 1).await?;
        if found.is_empty() {
            return self.find(value).await.map(|found| vec![found]);
        }
        if found.len() > ALL as usize {
            return Err(Error::new(
                Kind::Ambiguous,
                format!("`{text}` is part of the names of more than {ALL} records of `{}`.", self.model),
            )
            .hint("Give more of the name."));
        }
        Ok(found)
    }

    /// An integer is an id; an external id; the exact name; digits are an id; else a part of the name, where one result whose
    /// name equals the text but for case wins.
    async fn find(&self, value: &Value) -> Result<Found, Error> {
        let text = match value {
            Value::String(text) => text.trim(),
            other => {
                let id = scalar::record_id(other).ok_or_else(|| {
                    Error::new(
                        Kind::InvalidArguments,
                        format!("{other} is neither a name nor an id of `{}`.", self.model),
                    )
                })?;
                return self.by_id(id, &other.to_string()).await;
            }
        };
        if text.is_empty() {
            return Err(Error::new(Kind::NotFound, format!("An empty name is no record of `{}`.", self.model)));
        }
        if let Some(id) = self.external(text).await {
            return self.by_id(id, text).await;
        }
        let exact = self.search(text, "=", CANDIDATES + 1).await?;
        if !exact.is_empty() {
            return self.only(text, exact);
        }
        if let Some(id) = scalar::record_id(&Value::String(text.to_owned())) {
            return self.by_id(id, text).await;
        }
        let similar = self.search(text, "ilike", CANDIDATES + 1).await?;
        if similar.is_empty() {
            return match self.by_shown_name(text).await? {
                Some(found) => Ok(found),
                None => Err(self.nothing(text).await),
            };
        }
        let folded = text.to_lowercase();
        let mut equal = similar.iter().filter(|found| found.name.to_lowercase() == folded);
        if let (Some(found), None) = (equal.next(), equal.next()) {
            return Ok(found.clone());
        }
        self.only(text, similar)
    }

    /// The one record that is shown by exactly this name: Odoo shows `[DESK] Large Desk (Wood)`, and does not find by it. Who copies a
    /// name out of an answer means that record.
    async fn by_shown_name(&self, text: &str) -> Result<Option<Found>, Error> {
        let core = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(_, rest)| rest);
        let core = core.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map_or(core, |(rest, _)| rest).trim();
        if core.is_empty() || core == text {
            return Ok(None);
        }
        let folded = text.to_lowercase();
        let found = self.search(core, "ilike", ALL).await?;
        let mut equal = found.into_iter().filter(|found| found.name.to_lowercase() == folded);
        Ok(equal.next().filter(|_| equal.next().is_none()))
    }

    /// The record of this model that has the external id.
    async fn external(&self, text: &str) -> Option<i64> {
        if !ids::looks_external(text) {
            return None;
        }
        let (model, id) = self.client.xml_id(text, self.patience).await.ok()?;
        (model == self.model).then_some(id)
    }

    async fn search(&self, text: &str, operator: &str, limit: u32) -> Result<Vec<Found>, Error> {
        let found = self
            .client
            .name_search(self.model, text, self.domain.clone(), operator, limit, self.context, self.patience)
            .await?;
        Ok(found.into_iter().map(|(id, name)| Found { id, name }).collect())
    }

    fn only(&self, text: &str, found: Vec<Found>) -> Result<Found, Error> {
        let mut rest = found.iter();
        if let (Some(one), None) = (rest.next(), rest.next()) {
            return Ok(one.clone());
        }
        let shown = CANDIDATES as usize;
        let more = if found.len() > shown { "more than " } else { "" };
        let mut error = Error::new(
            Kind::Ambiguous,
            format!("`{text}` is {more}{} records of `{}`.", found.len().min(shown), self.model),
        )
        .hint("Give the id of the one that is meant, or more of its name.");
        error.details.insert("candidates".to_owned(), self.candidates(found.iter().take(shown)));
        Err(error)
    }

    /// A record by its id, if it meets the domain. Archived ones too: who gives an id means that record.
    async fn by_id(&self, id: i64, text: &str) -> Result<Found, Error> {
        if let Some(found) = by_id(self.client, self.model, id, &self.domain, self.context, self.patience).await? {
            return Ok(found);
        }
        let anywhere = by_id(self.client, self.model, id, &json!([]), self.context, self.patience).await?;
        Err(match anywhere {
            Some(found) => self.unfit(text, &found.name),
            None => Error::new(Kind::NotFound, format!("There is no record `{text}` of `{}`.", self.model))
                .hint("Search for it, or give its name."),
        })
    }

    async fn nothing(&self, text: &str) -> Error {
        let mut elsewhere = None;
        if self.domain.as_array().is_some_and(|domain| !domain.is_empty()) {
            let anywhere =
                self.client.name_search(self.model, text, json!([]), "ilike", 1, self.context, self.patience).await;
            elsewhere = anywhere.ok().and_then(|found| found.into_iter().next());
        }
        let error = match elsewhere {
            Some((_, name)) => self.unfit(text, &name),
            None => Error::new(Kind::NotFound, format!("No record of `{}` is called `{text}`.", self.model))
                .hint("Try a part of the name, or search for it first."),
        };
        self.naming_all(error).await
    }

    /// Says what there is, where that is few: the stages of a pipeline, not the partners of a company.
    async fn naming_all(&self, mut error: Error) -> Error {
        let Ok(all) = self.search("", "ilike", ALL_RECORDS + 1).await else { return error };
        if all.is_empty() || all.len() > ALL_RECORDS as usize {
            return error;
        }
        // Every project may have a stage of that name.
        let mut distinct: Vec<Found> = Vec::new();
        for found in all {
            if !distinct.iter().any(|known| known.name == found.name) {
                distinct.push(found);
            }
        }
        if distinct.len() > ALL_NAMES {
            return error;
        }
        let names: Vec<String> = distinct.iter().map(|found| cut(&found.name, 60)).collect();
        let separator = if names.iter().any(|name| name.contains(',')) { "; " } else { ", " };
        error.hint = Some(format!("{THERE_ARE}{}.", names.join(separator)));
        error.details.insert("candidates".to_owned(), self.candidates(&distinct));
        error
    }

    /// With their model: ids of several lookups may come together in one error.
    fn candidates<'f>(&self, found: impl IntoIterator<Item = &'f Found>) -> Value {
        let candidate = |found: &Found| json!({"model": self.model, "id": found.id, "name": found.name});
        found.into_iter().map(candidate).collect()
    }

    fn unfit(&self, text: &str, name: &str) -> Error {
        Error::new(
            Kind::NotFound,
            format!("`{text}` ({name}) is a record of `{}`, but not one that may be used here.", self.model),
        )
        .hint("Give another one: this tool accepts only some of them.")
    }
}

/// Says which argument gave the name that something is wrong with.
///
/// # Errors
/// The same.
pub(super) fn named<T>(found: Result<T, Error>, argument: Option<&str>) -> Result<T, Error> {
    found.map_err(|error| match argument {
        Some(argument) if is_the_names(&error) => located(error, argument),
        _ => error,
    })
}

/// What is wrong with a name, not with the connection: said with that of others.
fn is_the_names(error: &Error) -> bool {
    matches!(error.kind, Kind::NotFound | Kind::Ambiguous | Kind::InvalidArguments)
}

async fn by_id(
    client: &Client,
    model: &str,
    id: i64,
    domain: &Value,
    context: &Map<String, Value>,
    patience: &Patience,
) -> Result<Option<Found>, Error> {
    let mut conditions = vec![json!(["id", "=", id])];
    conditions.extend(domain.as_array().into_iter().flatten().cloned());
    let page = client
        .search_read(
            &Search {
                model: model.to_owned(),
                domain: Value::Array(conditions),
                specification: Specification::display_name(),
                order: None,
                offset: 0,
                limit: Some(1),
                count: false,
                context: with_archived(context.clone()),
            },
            patience,
        )
        .await?;
    Ok(page.records.first().map(|record| Found {
        id,
        name: record.get("display_name").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }))
}

/// The display name of one record.
///
/// # Errors
/// `not_found`, and those of the connection.
pub(super) async fn display_name(client: &Client, model: &str, id: i64, patience: &Patience) -> Result<String, Error> {
    by_id(client, model, id, &json!([]), &Map::new(), patience)
        .await?
        .map(|found| found.name)
        .ok_or_else(|| Error::new(Kind::NotFound, format!("There is no record {id} of `{model}`.")))
}

/// A record of `model` by id, external id or name.
///
/// # Errors
/// As for a `lookup` table.
pub(crate) async fn one(
    client: &Client,
    model: &str,
    value: &Value,
    within: Within<'_>,
    patience: &Patience,
) -> Result<Found, Error> {
    Target { client, model, domain: within.domain, context: within.context, patience }.find(value).await
}

/// Where [`one`] looks.
pub(crate) struct Within<'a> {
    /// Fitted to the model.
    pub(super) domain: Value,
    /// Of every request.
    pub(super) context: &'a Map<String, Value>,
}

impl Default for Within<'_> {
    /// Everywhere.
    fn default() -> Self {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        Self { domain: json!([]), context: &NOTHING }
    }
}
