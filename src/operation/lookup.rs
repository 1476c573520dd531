//! Names in, ids out: `lookup.<var>` tables, resolved before the operation.

use serde_json::{Map, Value, json};

use super::run::Run;
use super::{fitting, ids, scalar};
use crate::definition::tool::Lookup;
use crate::odoo::{Client, Error, FieldSpecification, Kind, Patience, Search, Specification};
use crate::template::{Cause, Outcome};

/// How many candidates an ambiguous name shows.
const CANDIDATES: u32 = 10;

/// A record that a name was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) name: String,
}

/// Runs the tool's lookups in their order and puts each under its name into the scope: a record, a list of records, or nothing.
///
/// # Errors
/// `not_found` and `ambiguous`, all faults of one list in one error; those of the connection.
pub(super) async fn resolve_all(run: &mut Run<'_>, lookups: &[Lookup]) -> Result<(), Error> {
    for lookup in lookups {
        let value = match lookup.matches.evaluate(&run.scope)? {
            Outcome::Given(value) if value != Value::Null => value,
            Outcome::Given(_) | Outcome::Absent(Cause::NotGiven) => continue,
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
        let target = Target {
            client: &run.instance.client,
            model: &model,
            domain,
            context: &run.context,
            patience: &run.patience,
        };
        match value {
            Value::Array(elements) => {
                let found = target.find_each(&elements, lookup.missing_is_absent).await?;
                if found.is_empty() && !elements.is_empty() {
                    continue;
                }
                run.scope.set_records(&lookup.name, found.into_iter().map(|found| (found.id, found.name)).collect());
            }
            value => match target.find(&value).await {
                Ok(found) => run.scope.set_record(&lookup.name, found.id, &found.name),
                Err(error) if lookup.missing_is_absent && error.kind == Kind::NotFound => {}
                Err(error) => return Err(error),
            },
        }
    }
    Ok(())
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

impl Target<'_> {
    /// Every element, in its order. What is wrong with each of them is said in one error.
    async fn find_each(&self, elements: &[Value], missing_is_absent: bool) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        let mut faults: Vec<Error> = Vec::new();
        for element in elements {
            match self.find(element).await {
                Ok(record) => found.push(record),
                Err(error) if missing_is_absent && error.kind == Kind::NotFound => {}
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Ambiguous | Kind::InvalidArguments) => {
                    faults.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        let mut faults = faults.into_iter();
        let Some(mut first) = faults.next() else { return Ok(found) };
        for fault in faults {
            first.message = format!("{} {}", first.message, fault.message);
            if let Some(hint) = fault.hint.filter(|hint| !first.hint.as_ref().is_some_and(|said| said.contains(hint))) {
                first.hint = Some(first.hint.map_or(hint.clone(), |said| format!("{said} {hint}")));
            }
            if let (Some(Value::Array(ours)), Some(Value::Array(theirs))) =
                (first.details.get_mut("candidates"), fault.details.get("candidates"))
            {
                ours.extend(theirs.iter().cloned());
            } else {
                first.details.extend(fault.details);
            }
        }
        Err(first)
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
        if ids::looks_external(text)
            && let Ok((model, id)) = self.client.xml_id(text, self.patience).await
            && model == self.model
        {
            return self.by_id(id, text).await;
        }
        let exact = self.search(text, "=").await?;
        if !exact.is_empty() {
            return self.only(text, exact);
        }
        if let Some(id) = scalar::record_id(&Value::String(text.to_owned())) {
            return self.by_id(id, text).await;
        }
        let similar = self.search(text, "ilike").await?;
        if similar.is_empty() {
            return Err(self.nothing(text).await);
        }
        let folded = text.to_lowercase();
        let mut equal = similar.iter().filter(|found| found.name.to_lowercase() == folded);
        if let (Some(found), None) = (equal.next(), equal.next()) {
            return Ok(found.clone());
        }
        self.only(text, similar)
    }

    async fn search(&self, text: &str, operator: &str) -> Result<Vec<Found>, Error> {
        let found = self
            .client
            .name_search(self.model, text, self.domain.clone(), operator, CANDIDATES + 1, self.context, self.patience)
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
        let candidates = found.iter().take(shown).map(|found| json!({"id": found.id, "name": found.name})).collect();
        error.details.insert("candidates".to_owned(), Value::Array(candidates));
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
        if self.domain.as_array().is_some_and(|domain| !domain.is_empty()) {
            let anywhere =
                self.client.name_search(self.model, text, json!([]), "ilike", 1, self.context, self.patience).await;
            if let Ok(anywhere) = anywhere
                && let Some((_, name)) = anywhere.into_iter().next()
            {
                return self.unfit(text, &name);
            }
        }
        Error::new(Kind::NotFound, format!("No record of `{}` is called `{text}`.", self.model))
            .hint("Try a part of the name, or search for it first.")
    }

    fn unfit(&self, text: &str, name: &str) -> Error {
        Error::new(
            Kind::NotFound,
            format!("`{text}` ({name}) is a record of `{}`, but not one that may be used here.", self.model),
        )
        .hint("Give another one: this tool accepts only some of them.")
    }
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
    let mut context = context.clone();
    context.insert("active_test".to_owned(), Value::Bool(false));
    let mut specification = Specification::default();
    specification.fields.insert("display_name".to_owned(), FieldSpecification::default());
    let page = client
        .search_read(
            &Search {
                model: model.to_owned(),
                domain: Value::Array(conditions),
                specification,
                order: None,
                offset: 0,
                limit: Some(1),
                count: false,
                context,
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
pub(super) async fn one(client: &Client, model: &str, value: &Value, patience: &Patience) -> Result<Found, Error> {
    let context = Map::new();
    Target { client, model, domain: json!([]), context: &context, patience }.find(value).await
}
