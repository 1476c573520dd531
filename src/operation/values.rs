//! Fits the values of `create`, `write` and `default_*` to the model's fields.
//!
//! Odoo answers "true" to a country named by its name and empties the field; here what does not fit is refused, all
//! fields in one error, before anything is written.

mod commands;
mod given;
mod markup;
mod relations;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use self::given::{Around, Entry, Given, Line, Wanted, Words};
pub use self::markup::html_of_markdown;
use self::relations::At;
use super::faults::{Faults, invalid};
use super::fit::{Fit, Records};
use super::names::{Named, find, type_name, unknown, unsupported, written};
use super::scalar::{self, is_empty, misfit};
use super::temporal::{self, When};
use crate::definition::operation::FieldName;
use crate::odoo::Error;
use crate::odoo::metadata::{Field, FieldType, Model};

/// Who wrote the table of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The author: the caller gave at most single values.
    Authors,
    /// The caller gave `values` whole: Odoo's raw x2many commands count too.
    Callers,
}

/// What Odoo keeps by itself, whatever it is sent.
const KEPT_BY_ODOO: [&str; 6] = ["id", "display_name", "create_uid", "create_date", "write_uid", "write_date"];

/// The values of one record as Odoo takes them, under this Odoo's field names. An optional field that is missing is
/// left out, unless the caller's value depends on it.
///
/// What does not fit goes into `faults`: `unknown_field`, `invalid_arguments`, `unsupported`, names that are `not_found` or
/// `ambiguous`.
///
/// # Errors
/// What asking Odoo gave.
pub async fn fit_values<M: Records>(
    values: Vec<Entry>,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
    table: Table,
    faults: &mut Faults,
) -> Result<Map<String, Value>, Error> {
    record(values, model, fit, table, faults, "", 0).await
}

/// The same for what a caller gave whole: one table, or a list of tables.
///
/// # Errors
/// As [`fit_values`]; the places of a list's faults are `[1].name`. What is neither is `invalid_arguments`.
pub async fn fit_given<M: Records>(
    given: Value,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
) -> Result<Vec<Map<String, Value>>, Error> {
    let (given, many) = match given {
        Value::Array(list) => (list, true),
        one => (vec![one], false),
    };
    let mut faults = Faults::default();
    let mut fitted = Vec::with_capacity(given.len());
    for (index, values) in given.into_iter().enumerate() {
        let place = if many { format!("[{index}].") } else { String::new() };
        let Value::Object(values) = values else {
            faults.push(invalid(format!(
                "`values` is a table of field and value, not {}",
                super::faults::quote(&values)
            )));
            continue;
        };
        fitted.push(record(Entry::by_caller(values), model, fit, Table::Callers, &mut faults, &place, 0).await?);
    }
    faults.into_result(fitted)
}

/// A context whose `default_…` keys fit the model's fields. One that names no field of the model may be meant for
/// another model, so it stays as it is; every other key too.
///
/// # Errors
/// As [`fit_values`].
pub async fn fit_context<M: Records>(
    context: Map<String, Value>,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
) -> Result<Map<String, Value>, Error> {
    let mut faults = Faults::default();
    let mut fitted = Map::with_capacity(context.len());
    for (key, value) in context {
        let field = key.strip_prefix("default_").and_then(|name| model.fields.get(name));
        let value = match field {
            None => value,
            Some(field) => {
                let named = Named { field, answer: &field.name, as_list: false };
                let at = At { field: named.field, path: &key, table: Table::Authors, depth: 0 };
                match one(named, at, Given::Value(value), fit, &mut faults).await? {
                    Some(value) => value,
                    None => continue,
                }
            }
        };
        fitted.insert(key, value);
    }
    faults.into_result(fitted)
}

/// The field that a key of `values` means; `None` where it is optional, and the model lacks it. `place` leads to it in what the
/// caller sent.
///
/// # Errors
/// `unknown_field`; `invalid_arguments` for what Odoo keeps by itself.
pub fn settable<'a>(name: &'a FieldName, model: &'a Model, place: &str) -> Result<Option<Named<'a>>, Error> {
    let Some(named) = find(name, model) else {
        return if name.optional { Ok(None) } else { Err(unknown(name, model)) };
    };
    let field = named.field;
    if KEPT_BY_ODOO.contains(&field.name.as_str()) || (field.readonly && !field.store) {
        let message = format!("`{place}{}` of `{}` cannot be written: Odoo sets it itself", field.name, model.name);
        return Err(invalid(message));
    }
    Ok(Some(named))
}

/// One record. `place` leads to it in what the caller sent: empty, `[1].` or `order_line[0].`.
async fn record<M: Records>(
    values: Vec<Entry>,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
    table: Table,
    faults: &mut Faults,
    place: &str,
    depth: usize,
) -> Result<Map<String, Value>, Error> {
    let mut fitted = Map::with_capacity(values.len());
    for Entry { key, given, from_caller, place: said } in values {
        let before = faults.len();
        let name = written(&key);
        let named = match settable(&name, model, place) {
            Ok(Some(named)) => named,
            Ok(None) => {
                if from_caller {
                    faults.push(unsupported(&key, said.as_deref(), model));
                }
                continue;
            }
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let field = named.field;
        let path = format!("{place}{}", named.answer);
        let at = At { field, path: &path, table, depth };
        if let Some(value) = one(named, at, given, fit, faults).await?
            && fitted.insert(field.name.clone(), value).is_some()
        {
            faults.push(invalid(format!("`{place}{}` is given twice", field.name)));
        }
        if let Some(said) = said {
            faults.locate(before, &said);
        }
    }
    Ok(fitted)
}

/// One value; `None` after a fault, and where nothing is left of it.
async fn one<M: Records>(
    named: Named<'_>,
    at: At<'_>,
    given: Given,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Value>, Error> {
    match (&at.field.kind, given) {
        (FieldType::One2many | FieldType::Many2many, given) => relations::many(at, given, fit, faults).await,
        (FieldType::Many2one, given) => relations::one(at, named.as_list, given, fit, faults).await,
        (_, Given::Value(value)) => Ok(faults.keep(plain(at.field, at.path, value, fit))),
        (kind, Given::Lookup(_) | Given::List(_) | Given::Words(_)) => {
            let message = format!("`{}` ({}) is no relation, and takes no record of one", at.path, type_name(kind));
            faults.push(invalid(message).hint("The tool's definition has a word of relations there."));
            Ok(None)
        }
    }
}

fn many2one(field: &Field, path: &str, value: &Value) -> Result<Value, Error> {
    if is_empty(value) {
        return Ok(Value::Bool(false));
    }
    scalar::record_id(value).map(Value::from).ok_or_else(|| {
        let model = field.relation.as_deref().map(|model| format!(" of `{model}`")).unwrap_or_default();
        misfit(field, path, value, "an id")
            .hint(format!("Find the id of the record{model} first: for a name Odoo would empty the field."))
    })
}

/// Everything but x2many.
fn plain<M>(field: &Field, path: &str, value: Value, fit: &Fit<'_, M>) -> Result<Value, Error> {
    if is_empty(&value) {
        return Ok(Value::Bool(false));
    }
    let wrong = |value: &Value| misfit(field, path, value, scalar::takes(&field.kind));
    match &field.kind {
        FieldType::Integer => scalar::integer(&value).map(Value::from).ok_or_else(|| wrong(&value)),
        FieldType::Float | FieldType::Monetary => {
            scalar::number(&value).map(Value::Number).ok_or_else(|| wrong(&value))
        }
        FieldType::Boolean => scalar::boolean(&value).map(Value::Bool).ok_or_else(|| wrong(&value)),
        FieldType::Char | FieldType::Text => match value {
            Value::String(text) => Ok(Value::String(text)),
            value => scalar::text(&value).map(Value::String).ok_or_else(|| wrong(&value)),
        },
        FieldType::Html => html(field, path, value),
        FieldType::Date => scalar::day(field, path, &value, fit.zone),
        FieldType::Datetime => {
            let moment = match scalar::when(field, path, &value, fit.zone)? {
                When::Moment(moment) => Some(moment),
                When::Day(day) => temporal::start_of(day, fit.zone),
            };
            let moment = moment.ok_or_else(|| misfit(field, path, &value, "a moment that Odoo knows"))?;
            Ok(temporal::odoo_moment(moment).into())
        }
        FieldType::Selection => scalar::selection(field, path, &value),
        FieldType::Many2one => many2one(field, path, &value),
        FieldType::Many2oneReference => scalar::record_id(&value).map(Value::from).ok_or_else(|| wrong(&value)),
        FieldType::Reference => scalar::reference(&value).map(Value::String).ok_or_else(|| wrong(&value)),
        FieldType::Binary => match value {
            Value::String(text) if is_base64(&text) => Ok(Value::String(text)),
            value => Err(misfit(field, path, &value, "the file's bytes in base64")),
        },
        FieldType::One2many
        | FieldType::Many2many
        | FieldType::Json
        | FieldType::Properties
        | FieldType::PropertiesDefinition
        | FieldType::Other(_) => Ok(value),
    }
}

/// Markdown becomes HTML; `{ html = "…" }` is HTML already.
fn html(field: &Field, path: &str, value: Value) -> Result<Value, Error> {
    match value {
        Value::Object(mut table) if table.len() == 1 => match table.remove("html") {
            Some(Value::String(html)) => Ok(Value::String(html)),
            _ => Err(misfit(field, path, &Value::Object(table), "Markdown, or `{ html = \"…\" }`")),
        },
        value => match scalar::text(&value) {
            Some(markdown) => Ok(Value::String(html_of_markdown(&markdown))),
            None => Err(misfit(field, path, &value, "Markdown, or `{ html = \"…\" }`")),
        },
    }
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte))
}

/// What an x2many field takes, in words.
fn takes_list(field: &Field) -> String {
    let model = field.relation.as_deref().unwrap_or_else(|| type_name(&field.kind));
    format!("a list of ids of `{model}`")
}

#[cfg(test)]
mod tests;
