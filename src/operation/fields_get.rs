//! `fields_get`: the model's fields, as this user sees them.

use serde_json::{Map, Value, json};

use super::faults::{Faults, cut, invalid, quote, similar};
use super::names::{find, type_name, unknown, written};
use super::needed::optional;
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::definition::operation::{ATTRIBUTES, FieldsGet};
use crate::odoo::{Effect, Error, Field, Kind, Model};

/// What is said of a field where the tool names no attributes: enough to use it, and little to read.
const USUAL: [&str; 7] = ["type", "string", "required", "readonly", "relation", "selection", "help"];

/// The most values of a selection that are shown of a field nobody named: there are hundreds of time zones.
const MOST_VALUES: usize = 40;

/// Which fields, and what of them.
pub(super) struct Prepared {
    model: std::sync::Arc<Model>,
    fields: Option<Vec<String>>,
    attributes: Vec<String>,
    query: Option<String>,
}

/// Evaluates the keys and checks the names.
///
/// # Errors
/// `unknown_field`, `invalid_arguments` for an attribute that there is not.
pub(super) async fn prepare(definition: &FieldsGet, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.metadata(&run.model()?).await?;
    let fields = names("fields", optional("fields", definition.fields.as_ref(), &run.scope)?)?;
    let mut faults = Faults::default();
    let fields = fields.map(|names| {
        let mut found = Vec::with_capacity(names.len());
        for name in names.iter().map(|name| written(name)) {
            match find(&name, &model) {
                Some(named) => found.push(named.field.name.clone()),
                None if name.optional => {}
                None => faults.push(unknown(&name, &model)),
            }
        }
        found
    });
    let attributes = names("attributes", optional("attributes", definition.attributes.as_ref(), &run.scope)?)?;
    for name in attributes.iter().flatten() {
        if !ATTRIBUTES.contains(&name.as_str()) {
            faults.push(invalid(format!("A field has no attribute `{}`", cut(name, 64))).hint(
                match similar(name, ATTRIBUTES.iter().copied()).first() {
                    Some(known) => format!("Did you mean `{known}`?"),
                    None => format!("There are {}.", ATTRIBUTES.join(", ")),
                },
            ));
        }
    }
    let query = match optional("query", definition.query.as_ref(), &run.scope)? {
        Some(Value::String(text)) => Some(text.trim().to_lowercase()),
        Some(Value::Number(number)) => Some(number.to_string()),
        None | Some(Value::Null | Value::Bool(false)) => None,
        Some(other) => {
            faults.push(invalid(format!("`query` is a text, not {}", quote(&other))));
            None
        }
    };
    let attributes = attributes.unwrap_or_else(|| USUAL.map(str::to_owned).to_vec());
    faults.into_result(Prepared { model, fields, attributes, query })
}

fn names(key: &str, value: Option<Value>) -> Result<Option<Vec<String>>, Error> {
    let wrong = || Error::new(Kind::InvalidArguments, format!("`{key}` is a list of names."));
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(vec![name])),
        Some(Value::Array(list)) => {
            let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            names.map(Some).ok_or_else(wrong)
        }
        Some(_) => Err(wrong()),
    }
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Reading the fields of `{}`", self.model.name), ids: Vec::new() }
    }

    #[expect(clippy::unused_async, reason = "the shape that all operations share")]
    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let wanted = |field: &&Field| {
            self.fields.as_ref().is_none_or(|names| names.contains(&field.name))
                && self.query.as_ref().is_none_or(|query| {
                    field.name.to_lowercase().contains(query) || field.string.to_lowercase().contains(query)
                })
        };
        let fields: Vec<Value> = self.model.fields.values().filter(wanted).map(|field| self.describe(field)).collect();
        let total = fields.len();
        let offset = run.offset();
        let fields = fields.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).collect();
        let answer = [("model", json!(self.model.name)), ("fields", Value::Array(fields)), ("total", json!(total))];
        Ok(Body::of(answer).listing("fields", offset))
    }

    /// One field with the attributes that are asked for and say something: `false` and nothing are left out.
    fn describe(&self, field: &Field) -> Value {
        let most = if self.fields.is_some() { usize::MAX } else { MOST_VALUES };
        let mut said = Map::from_iter([("name".to_owned(), json!(field.name))]);
        for attribute in &self.attributes {
            let value = match attribute.as_str() {
                "type" => json!(type_name(&field.kind)),
                "string" => json!(field.string),
                "required" => json!(field.required),
                "readonly" => json!(field.readonly),
                "relation" => json!(field.relation),
                "selection" if field.selection.is_empty() => Value::Null,
                "selection" => {
                    let values = field.selection.iter().take(most);
                    values.map(|(value, label)| json!({"value": value, "label": label})).collect()
                }
                "help" => json!(field.help),
                "store" => json!(field.store),
                "searchable" => json!(field.searchable),
                "sortable" => json!(field.sortable),
                "groupable" => json!(field.groupable),
                "currency_field" => json!(field.currency_field),
                "model_field" => json!(field.model_field),
                _ => Value::Null,
            };
            // A hint that is false is worth saying only where true is the rule.
            let rule = matches!(attribute.as_str(), "store" | "searchable" | "sortable" | "groupable");
            if value != Value::Null && (rule || value != Value::Bool(false)) {
                said.insert(attribute.clone(), value);
            }
        }
        if said.contains_key("selection") && field.selection.len() > most {
            said.insert("selection_total".to_owned(), json!(field.selection.len()));
        }
        Value::Object(said)
    }
}
