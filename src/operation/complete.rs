//! What may stand where a person is typing: the records of a model, as far as the caller may read them, in one request.
//!
//! Odoo finds, [`crate::service`] ranks. What is asked for is decided first, so that whoever keeps an earlier answer knows
//! whether it is the same question.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::begin::begin;
use super::executor::Call;
use super::fitting;
use super::instance::Instance;
use super::needed::value_of;
use super::run::Run;
use super::server::readable_models;
use super::temporal;
use crate::definition::complete::Complete;
use crate::domain::DomainTemplate;
use crate::odoo::{Error, Field, FieldSpecification, FieldType, GroupQuery, Kind, Patience, Search, Specification};

/// The most that one request asks for: more than are shown, so that the best of them are.
pub const MOST: u32 = 200;

/// One value, and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// What is given.
    pub value: String,
    /// What it is called, where that is something else.
    pub label: Option<String>,
}

/// What was found for one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// In Odoo's order, each value once.
    pub list: Vec<Candidate>,
    /// There is no other.
    pub whole: bool,
    /// Odoo found them by the text, in whatever it looks at; else the text still has to be looked for in them.
    pub by_text: bool,
}

/// A question whose model and domain are known.
pub struct Asking<'a> {
    run: Run<'a>,
    model: String,
    domain: Value,
    what: What,
}

/// What of the records is offered.
enum What {
    /// Their names.
    Names,
    /// Their ids.
    Ids,
    /// The values of a field.
    Values(Box<Field>),
    /// The models of the Odoo itself that the caller may read.
    Models,
}

/// Decides what is asked for. `None` where it depends on an argument that is not given yet. `of_address`: an id is offered
/// where no field is named, not a name.
///
/// # Errors
/// Those of the login; `unknown_model`, `unknown_field`, and what does not fit of a domain.
pub async fn prepare<'a>(
    call: &Call<'a>,
    instance: &'a Instance,
    complete: &Complete,
    of_address: bool,
    patience: Patience,
) -> Result<Option<Asking<'a>>, Error> {
    let Complete::Records { model, domain, field } = complete else { return Ok(None) };
    let run = begin(call, instance, &arguments(call), patience).await?;
    let Some(Value::String(model)) = value_of("model", model.evaluate(&run.scope)?)? else { return Ok(None) };
    if field.as_deref() == Some("model") && model == "ir.model" && domain.is_none() {
        return Ok(Some(Asking { run, model, domain: json!([]), what: What::Models }));
    }
    match fitted(domain.as_ref(), field.as_deref(), of_address, &model, &run).await {
        Ok((domain, what)) => Ok(Some(Asking { run, model, domain, what })),
        // Whoever may not even know the fields is offered nothing, as one who may not read the records.
        Err(error) if error.kind == Kind::AccessDenied => Ok(None),
        Err(error) => Err(error),
    }
}

async fn fitted(
    domain: Option<&DomainTemplate>,
    field: Option<&str>,
    of_address: bool,
    model: &str,
    run: &Run<'_>,
) -> Result<(Value, What), Error> {
    let domain = fitting::domain(domain, model, run).await?;
    let what = match field {
        None if of_address => What::Ids,
        None => What::Names,
        Some(name) => {
            let metadata = run.metadata(model).await?;
            let Some(field) = metadata.fields.get(name) else {
                return Err(Error::new(Kind::UnknownField, format!("`{model}` has no field `{name}`."))
                    .hint("`complete` of the definition names it: tell its author."));
            };
            What::Values(Box::new(field.clone()))
        }
    };
    Ok((domain, what))
}

/// What is given so far: what is empty in a form counts as not given, and what is bound is nobody's to set.
fn arguments(call: &Call<'_>) -> Map<String, Value> {
    let properties = call.tool().input.schema.get("properties").and_then(Value::as_object);
    let default = |(name, schema): (&String, &Value)| Some((name.clone(), schema.get("default")?.clone()));
    let mut arguments: Map<String, Value> = properties.into_iter().flatten().filter_map(default).collect();
    let is_given = |value: &Value| value.as_str() != Some("");
    arguments.extend(call.arguments.clone().into_iter().filter(|(_, value)| is_given(value)));
    arguments.extend(call.offered.bound.clone());
    arguments
}

impl Asking<'_> {
    /// All that decides the answer but the text: whoever asks with another user, company or language asks something else.
    #[must_use]
    pub fn key(&self) -> String {
        let what = match &self.what {
            What::Names => "names",
            What::Ids => "ids",
            What::Values(field) => &field.name,
            What::Models => "models",
        };
        let run = &self.run;
        json!([
            run.instance.client.name(),
            run.user.id,
            run.company,
            run.lang,
            run.context,
            self.model,
            self.domain,
            what
        ])
        .to_string()
    }

    /// Asks Odoo for what it finds by a text. One request; two for digits, which may be an id and part of a name. Who may not read
    /// the records is offered none.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn ask(&self, typed: &str) -> Result<Candidates, Error> {
        match self.found(typed).await {
            Err(error) if error.kind == Kind::AccessDenied => Ok(Candidates::of([], true)),
            found => found,
        }
    }

    async fn found(&self, typed: &str) -> Result<Candidates, Error> {
        match &self.what {
            What::Names => {
                let (found, whole) = self.named(typed, self.domain.clone()).await?;
                Ok(Candidates::of(found.into_iter().map(|(_, name)| Candidate::plain(name)), whole).by_text())
            }
            What::Ids => self.ids(typed).await,
            What::Values(field) => self.values(field, typed).await,
            What::Models => self.models(typed).await,
        }
    }

    async fn named(&self, typed: &str, domain: Value) -> Result<(Vec<(i64, String)>, bool), Error> {
        let run = &self.run;
        let found = run
            .instance
            .client
            .name_search(&self.model, typed, domain, "ilike", MOST, &run.context, &run.patience)
            .await?;
        let whole = found.len() < MOST as usize;
        Ok((found, whole))
    }

    /// The ids of records that are called so, or whose id begins so.
    async fn ids(&self, typed: &str) -> Result<Candidates, Error> {
        let begun = ids_beginning(typed);
        let (named, with_id) = futures::future::try_join(self.named(typed, self.domain.clone()), async {
            match begun.is_empty() {
                true => Ok((Vec::new(), true)),
                false => self.named("", and(&self.domain, json!(["id", "in", begun]))).await,
            }
        })
        .await?;
        let whole = named.1 && with_id.1;
        let all = with_id.0.into_iter().chain(named.0);
        let named = |(id, name): (i64, String)| Candidate { value: id.to_string(), label: Some(name) };
        Ok(Candidates::of(all.map(named), whole).by_text())
    }

    /// The distinct values of a field.
    async fn values(&self, field: &Field, typed: &str) -> Result<Candidates, Error> {
        let text = matches!(
            field.kind,
            FieldType::Char | FieldType::Text | FieldType::Html | FieldType::Many2one | FieldType::Many2many
        );
        if field.kind == FieldType::Selection && self.domain.as_array().is_some_and(Vec::is_empty) {
            let labelled = |(value, label): &(Value, String)| Candidate::labelled(value, label);
            return Ok(Candidates::of(field.selection.iter().filter_map(labelled), true));
        }
        if let Some(message) = not_offered(field, &self.model) {
            return Err(Error::new(Kind::Unsupported, format!("{message}."))
                .hint("`complete` of the definition names the field: tell its author."));
        }
        let narrowed = text && field.searchable && !typed.is_empty();
        let domain = match narrowed {
            true => and(&self.domain, json!([field.name, "ilike", typed])),
            false => self.domain.clone(),
        };
        // Days are not grouped: Odoo would group them by month.
        let groups = field.groupable && !matches!(field.kind, FieldType::Date | FieldType::Datetime);
        let (rows, whole) =
            if groups { self.grouped(field, domain).await? } else { self.column(field, domain).await? };
        let found = Candidates::of(rows.iter().filter_map(|value| candidate(field, value, &self.run.zone)), whole);
        Ok(if narrowed || typed.is_empty() { found.by_text() } else { found })
    }

    /// As groups, each value comes once however many records have it.
    async fn grouped(&self, field: &Field, domain: Value) -> Result<(Vec<Value>, bool), Error> {
        let groups = GroupQuery {
            model: self.model.clone(),
            domain,
            group_by: vec![field.name.clone()],
            aggregates: vec!["__count".to_owned()],
            order: None,
            offset: 0,
            limit: Some(u64::from(MOST)),
            context: self.run.context.clone(),
        };
        let mut rows = self.run.instance.client.read_group(&groups, &self.run.patience).await?;
        let whole = rows.len() < MOST as usize;
        Ok((rows.iter_mut().filter_map(|row| row.shift_remove(&field.name)).collect(), whole))
    }

    /// What cannot be grouped is read, and a value that many records have comes often.
    async fn column(&self, field: &Field, domain: Value) -> Result<(Vec<Value>, bool), Error> {
        let fields = [(field.name.clone(), FieldSpecification::default())].into();
        let search = Search {
            model: self.model.clone(),
            domain,
            specification: Specification { fields },
            order: None,
            offset: 0,
            limit: Some(u64::from(MOST)),
            count: false,
            context: self.run.context.clone(),
        };
        let mut page = self.run.instance.client.search_read(&search, &self.run.patience).await?;
        let whole = page.records.len() < MOST as usize;
        Ok((page.records.iter_mut().filter_map(|row| row.shift_remove(&field.name)).collect(), whole))
    }

    /// The models. From Odoo 16 on it lists itself those that the user may read; before, all that there are.
    async fn models(&self, typed: &str) -> Result<Candidates, Error> {
        if let Some(all) = readable_models(&self.run).await? {
            let named = |(model, label): (String, String)| Candidate { value: model, label: Some(label) };
            return Ok(Candidates::of(all.into_iter().map(named), true));
        }
        let mut domain = json!([["transient", "=", false]]);
        if !typed.is_empty() {
            domain = json!(["&", ["transient", "=", false], "|", ["model", "ilike", typed], ["name", "ilike", typed]]);
        }
        let fields = ["model", "name"].map(|name| (name.to_owned(), FieldSpecification::default()));
        let search = Search {
            model: self.model.clone(),
            domain,
            specification: Specification { fields: fields.into() },
            order: Some("model".to_owned()),
            offset: 0,
            limit: Some(u64::from(MOST)),
            count: false,
            context: self.run.context.clone(),
        };
        let page = self.run.instance.client.search_read(&search, &self.run.patience).await?;
        let whole = page.records.len() < MOST as usize;
        let text = |row: &Map<String, Value>, key: &str| Some(row.get(key)?.as_str()?.to_owned());
        let named = |row| Some(Candidate { value: text(row, "model")?, label: text(row, "name") });
        // What stands for a model that is gone.
        let found = page.records.iter().filter_map(named).filter(|model| !model.value.starts_with('_'));
        Ok(Candidates::of(found, whole).by_text())
    }
}

/// What is said of a field whose values cannot be offered; `None` of one whose can.
#[must_use]
pub(crate) fn not_offered(field: &Field, model: &str) -> Option<String> {
    let is_none = matches!(
        field.kind,
        FieldType::Binary | FieldType::One2many | FieldType::Properties | FieldType::PropertiesDefinition
    );
    is_none.then(|| format!("The values of `{}` of `{model}` cannot be offered", field.name))
}

impl Candidate {
    pub(crate) fn plain(value: String) -> Self {
        Self { value, label: None }
    }

    fn labelled(value: &Value, label: &str) -> Option<Self> {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(Self { label: (!label.is_empty() && label != value).then(|| label.to_owned()), value })
    }
}

impl Candidates {
    fn of(found: impl IntoIterator<Item = Candidate>, whole: bool) -> Self {
        let mut seen = HashSet::new();
        let list = found.into_iter().filter(|candidate| seen.insert(candidate.value.clone())).collect();
        Self { list, whole, by_text: false }
    }

    fn by_text(self) -> Self {
        Self { by_text: true, ..self }
    }
}

/// A value of a field as one that is offered; what is empty is none.
fn candidate(field: &Field, value: &Value, zone: &TimeZone) -> Option<Candidate> {
    let found = match (&field.kind, value) {
        (FieldType::Boolean, Value::Bool(value)) => Some(Candidate::plain(value.to_string())),
        (_, Value::Null | Value::Bool(_)) => None,
        (FieldType::Selection, value) => {
            let label = field.selection.iter().find(|(known, _)| known == value).map(|(_, label)| label);
            Candidate::labelled(value, label.map_or("", String::as_str))
        }
        // As an answer has it: a moment without its offset would be taken for one in the user's zone.
        (FieldType::Datetime, Value::String(moment)) => Some(Candidate::plain(temporal::shown(moment, zone))),
        (_, Value::String(text)) => Some(Candidate::plain(text.clone())),
        (_, Value::Number(number)) => Some(Candidate::plain(number.to_string())),
        (_, Value::Object(record)) => record.get("display_name")?.as_str().map(|name| Candidate::plain(name.into())),
        (_, Value::Array(pair)) => pair.get(1)?.as_str().map(|name| Candidate::plain(name.into())),
    };
    found.filter(|candidate| !candidate.value.trim().is_empty())
}

/// The ids that are this number, or begin with it: no search of Odoo looks at a part of an id. Three digits more at most.
fn ids_beginning(typed: &str) -> Vec<i64> {
    let digits = !typed.is_empty() && typed.len() <= 9 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = typed.parse::<i64>().ok().filter(|number| digits && *number > 0 && !typed.starts_with('0'))
    else {
        return Vec::new();
    };
    [1, 10, 100, 1000].into_iter().flat_map(|times| number * times..(number + 1) * times).collect()
}

/// Both of these.
fn and(domain: &Value, condition: Value) -> Value {
    let mut all = match domain.as_array() {
        Some(conditions) if !conditions.is_empty() => {
            std::iter::once(json!("&")).chain(conditions.iter().cloned()).collect()
        }
        _ => Vec::new(),
    };
    all.push(condition);
    Value::Array(all)
}
