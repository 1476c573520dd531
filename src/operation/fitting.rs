//! From what a definition says to what fits the model: the templates of one call meet the fields of its Odoo.

use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value, json};

use super::conditions::fit_domain;
use super::faults::{Faults, invalid};
use super::fields::{Selection, Wanted, given_fields, select};
use super::fit::{Fit, Metadata, Records, Supplied};
use super::lookup;
use super::needed::{optional, value_of};
use super::order::fit_order;
use super::run::Run;
use super::values::{Around, Entry, Table, fit_given, fit_values};
use crate::definition::operation::FieldList;
use crate::definition::values::{Clear, Each, Values};
use crate::domain::{self, DomainTemplate};
use crate::odoo::{Error, Kind, Model, Version};
use crate::template::{self, Templated};

impl Metadata for Run<'_> {
    async fn model(&self, name: &str) -> Result<Arc<Model>, Error> {
        self.metadata(name).await
    }
}

impl Records for Run<'_> {
    async fn find(&self, model: &str, name: &Value, domain: &Value) -> Result<i64, Error> {
        let key = (model.to_owned(), name.to_string(), domain.to_string());
        let found = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let known = found().get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let asked = lookup::find(self, model, name, domain.clone()).await;
        found().insert(key, asked.clone());
        asked
    }
}

fn fit<'a, 'b>(run: &'a Run<'b>) -> Fit<'a, Run<'b>> {
    let before = |major| run.instance.client.known_version().is_some_and(|version| version < Version::new(major, 0));
    Fit { metadata: run, zone: &run.zone, older: before(19), any: !before(17) }
}

/// The domain of a call as Odoo takes it; every record without one.
///
/// # Errors
/// What cannot be evaluated, and what does not fit the model.
pub(super) async fn domain(template: Option<&DomainTemplate>, model: &str, run: &Run<'_>) -> Result<Value, Error> {
    let Some(template) = template else { return Ok(json!([])) };
    let filled = template.evaluate_filled(&run.scope)?;
    let supplied = filled.map(Supplied::from);
    Ok(fit_domain(&supplied, &run.metadata(model).await?, &fit(run)).await?.print_explicit())
}

/// The fields to read: as listed, as the caller names them, or those of the model's list view.
///
/// # Errors
/// Fields that the model lacks, all in one.
pub(super) async fn fields(list: &FieldList, model: &str, run: &Run<'_>) -> Result<Selection, Error> {
    match named(list, model, run).await? {
        Some(selection) => Ok(selection),
        None => {
            let shown = run.instance.list_view(model, &run.patience).await?;
            select(Wanted::ListView(&shown), &run.metadata(model).await?, run).await
        }
    }
}

/// The fields that the author lists or the caller names; `None` where nobody does.
///
/// # Errors
/// As [`fields`].
pub(super) async fn named(list: &FieldList, model: &str, run: &Run<'_>) -> Result<Option<Selection>, Error> {
    let given = match list {
        FieldList::Listed(entries) => {
            return select(Wanted::Listed(entries), &run.metadata(model).await?, run).await.map(Some);
        }
        FieldList::Default => None,
        FieldList::Given(template) => value_of("fields", template.evaluate(&run.scope)?)?,
    };
    match given {
        Some(given) => select(Wanted::Listed(&given_fields(&given)?), &run.metadata(model).await?, run).await.map(Some),
        None => Ok(None),
    }
}

/// What `return` asks for: the names by default, nothing for an empty list.
///
/// # Errors
/// As [`fields`].
pub(super) async fn returned(list: &FieldList, model: &str, run: &Run<'_>) -> Result<Option<Selection>, Error> {
    match list {
        FieldList::Listed(entries) if entries.is_empty() => Ok(None),
        list => match named(list, model, run).await? {
            Some(selection) => Ok(Some(selection)),
            None => select(Wanted::Names, &run.metadata(model).await?, run).await.map(Some),
        },
    }
}

/// `order` as Odoo takes it; `None` leaves it to the model.
///
/// # Errors
/// A field that is not there or cannot be sorted by.
pub(super) async fn order(order: Option<&Templated>, model: &str, run: &Run<'_>) -> Result<Option<String>, Error> {
    match optional("order", order, &run.scope)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(order)) => fit_order(&order, &*run.metadata(model).await?),
        Some(other) => {
            Err(Error::new(Kind::InvalidArguments, format!("`order` is a text like `name desc`, not {other}.")))
        }
    }
}

/// The values of the records that a write is about: one table of the author's, one for each element of a list, or what the caller
/// gives whole. Names in them are looked up.
///
/// # Errors
/// What does not fit, all of it in one error.
pub(super) async fn values(
    values: &Values,
    each: Option<&Each>,
    model: &str,
    run: &Run<'_>,
) -> Result<Vec<Map<String, Value>>, Error> {
    let metadata = run.metadata(model).await?;
    let fields = match values {
        Values::Fields(fields) => fields,
        Values::Given(template) => {
            return match value_of("values", template.evaluate(&run.scope)?)? {
                Some(given) => fit_given(given, &metadata, &fit(run)).await,
                None => Ok(Vec::new()),
            };
        }
    };
    let around = Around::new(&run.scope);
    let records = match each {
        None => vec![around],
        Some(each) => around.each(each)?,
    };
    let (mut fitted, mut faults) = (Vec::with_capacity(records.len()), Faults::default());
    for record in records {
        let entries = record.entries(fields)?;
        if let (Some(place), true) = (record.element(), entries.is_empty() && !fields.is_empty()) {
            faults.push(invalid(format!("`{place}` gives no value for a record of `{model}`")));
        }
        fitted.push(fit_values(entries, &metadata, &fit(run), Table::Authors, &mut faults).await?);
    }
    faults.into_result(fitted)
}

/// Empties the fields whose words the caller gave.
///
/// # Errors
/// Fields that the model lacks, and those that are given a value too, all in one.
pub(super) async fn clear(
    words: &[Clear],
    values: &mut Map<String, Value>,
    model: &str,
    run: &Run<'_>,
) -> Result<(), Error> {
    let metadata = run.metadata(model).await?;
    let mut faults = Faults::default();
    for Clear { word, field } in words.iter().filter(|clear| run.clear.contains(&clear.word)) {
        let entry = Entry::value(field, Supplied::by_caller(Value::Null));
        for (name, empty) in fit_values(vec![entry], &metadata, &fit(run), Table::Authors, &mut faults).await? {
            if values.insert(name, empty).is_some() {
                let both = format!("`{word}` stands in `clear`, and a new value for it is given too");
                faults.push(invalid(both).hint("Give one of the two."));
            }
        }
    }
    faults.into_result(())
}

/// `default_…` keys of the operation's context, fitted to the model.
///
/// # Errors
/// What does not fit.
pub(super) async fn context(model: &str, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
    if !run.context.keys().any(|key| key.starts_with("default_")) {
        return Ok(run.context.clone());
    }
    super::values::fit_context(run.context.clone(), &run.metadata(model).await?, &fit(run)).await
}

impl From<template::Error> for Error {
    fn from(error: template::Error) -> Self {
        let kind = match error {
            template::Error::NoValue { .. } => Kind::Unsupported,
            template::Error::Gap { .. } | template::Error::Runtime { .. } => Kind::InvalidArguments,
            template::Error::Fuel { .. } | template::Error::TooLarge { .. } => Kind::Internal,
        };
        let hint = error.hint();
        let ours = Self::new(kind, format!("The definition could not be evaluated: {error}."));
        match hint {
            Some(hint) => ours.hint(hint),
            None => ours,
        }
    }
}

impl From<domain::Error> for Error {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::Template { error, .. } => error.into(),
            domain::Error::Empty { .. } => Self::new(Kind::NotFound, format!("{error}.")),
            domain::Error::Value { .. } | domain::Error::Given { .. } => {
                Self::new(Kind::InvalidArguments, format!("{error}."))
            }
        }
    }
}
