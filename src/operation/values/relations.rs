//! Relation fields in `values`: names that become ids, and ids that become Odoo's commands.

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::given::{Entry, Given, Wanted, Words};
use super::{Table, commands, record, takes_list};
use crate::odoo::metadata::Field;
use crate::odoo::{Error, Kind};
use crate::operation::conditions::fit_domain;
use crate::operation::faults::{Faults, invalid};
use crate::operation::fit::{Fit, Records};
use crate::operation::scalar::{self, is_empty, misfit};

/// Commands within commands deeper than this are nobody's.
pub(super) const DEEPEST: usize = 8;

/// Where a value is put right: the field, its path for messages, who wrote the table, how deep it lies.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) field: &'a Field,
    pub(super) path: &'a str,
    pub(super) table: Table,
    pub(super) depth: usize,
}

impl At<'_> {
    fn relation(&self) -> &str {
        self.field.relation.as_deref().unwrap_or_default()
    }

    fn wrong(&self, what: &str) -> Error {
        invalid(format!("`{}` takes {}, not {what}", self.path, takes_list(self.field)))
    }
}

/// What an x2many field is given, as commands; `None` where nothing is left, or after a fault.
pub(super) async fn many<M: Records>(
    at: At<'_>,
    given: Given,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Value>, Error> {
    match given {
        Given::Words(words) => self::words(at, words, fit, faults).await,
        Given::Value(Value::Object(table)) if at.table == Table::Callers && Words::by_caller(&table).is_some() => {
            self::words(at, Words::by_caller(&table).unwrap_or_default(), fit, faults).await
        }
        Given::Value(Value::Array(list)) if list.iter().any(Value::is_array) => {
            if at.table == Table::Authors {
                faults.push(at.wrong("Odoo's commands"));
                return Ok(None);
            }
            commands::fit(at, list, fit, faults).await
        }
        given => {
            let ids = ids(at, given, fit, faults).await?;
            Ok(ids.map(|ids| json!([[6, 0, ids]])))
        }
    }
}

async fn words<M: Records>(
    at: At<'_>,
    words: Words,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Value>, Error> {
    let mut commands = Vec::new();
    if let Some(set) = words.set {
        commands.extend(ids(at, *set, fit, faults).await?.map(|ids| json!([6, 0, ids])));
    }
    for (number, given) in [(3, words.remove), (4, words.add)] {
        if let Some(given) = given {
            let ids = ids(at, *given, fit, faults).await?.unwrap_or_default();
            commands.extend(ids.into_iter().map(|id| json!([number, id, 0])));
        }
    }
    if !words.create.is_empty() && at.depth >= DEEPEST {
        return Err(invalid(format!("`{}` is nested deeper than {DEEPEST} levels", at.path)));
    }
    for (index, line) in words.create.into_iter().enumerate() {
        let path = format!("{}[{index}]", at.path);
        if line.entries.is_empty() && !line.defaults_alone {
            let place = line.place.unwrap_or(path);
            faults.push(invalid(format!("`{place}` gives no value for a record of `{}`", at.relation())));
            continue;
        }
        let values = created(at, line.entries, &format!("{path}."), fit, faults).await?;
        commands.push(json!([0, 0, values]));
    }
    Ok((!commands.is_empty()).then_some(Value::Array(commands)))
}

/// The values of a record that a relation creates.
pub(super) async fn created<M: Records>(
    at: At<'_>,
    entries: Vec<Entry>,
    place: &str,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<serde_json::Map<String, Value>, Error> {
    let model = Box::pin(fit.metadata.model(at.relation())).await?;
    Box::pin(record(entries, &model, fit, at.table, faults, place, at.depth + 1)).await
}

/// The ids that a value, a lookup or a list of those stands for, each once; `None` after a fault, and where lookups that may find
/// nothing found nothing at all.
async fn ids<M: Records>(
    at: At<'_>,
    given: Given,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Vec<i64>>, Error> {
    let mut elements = Vec::new();
    flatten(given, &mut elements);
    let none_wanted = elements.is_empty();
    // A caller may name very many.
    let (mut ids, mut whole) = (IndexSet::with_capacity(elements.len()), true);
    for element in elements {
        match id(at, element, fit, faults).await? {
            Resolved::Id(id) => drop(ids.insert(id)),
            Resolved::Nothing => {}
            Resolved::Fault => whole = false,
        }
    }
    Ok((whole && (none_wanted || !ids.is_empty())).then(|| ids.into_iter().collect()))
}

/// One element at a time; `false` and null are none.
fn flatten(given: Given, elements: &mut Vec<Given>) {
    match given {
        Given::Value(value) if is_empty(&value) => {}
        Given::Value(Value::Array(list)) => elements.extend(list.into_iter().map(Given::Value)),
        Given::List(list) => list.into_iter().for_each(|given| flatten(given, elements)),
        Given::Lookup(Wanted { name: Value::Array(names), domain, missing_is_absent, place }) => {
            let one =
                |name| Given::Lookup(Wanted { name, domain: domain.clone(), missing_is_absent, place: place.clone() });
            elements.extend(names.into_iter().map(one));
        }
        other => elements.push(other),
    }
}

enum Resolved {
    Id(i64),
    /// Not found, where that is allowed.
    Nothing,
    /// Said in the faults.
    Fault,
}

async fn id<M: Records>(at: At<'_>, element: Given, fit: &Fit<'_, M>, faults: &mut Faults) -> Result<Resolved, Error> {
    let wanted = match element {
        Given::Value(value) => match scalar::record_id(&value) {
            // Where names may stand, digits may be one, `2026`, and are an id only where a record has it.
            Some(id) if at.table == Table::Callers || !value.is_string() => return Ok(Resolved::Id(id)),
            _ if is_name(&value) => {
                // In values that the caller gave whole, the field is where it was said.
                let place = (at.table == Table::Callers).then(|| at.path.to_owned());
                Wanted { name: value, domain: None, missing_is_absent: false, place }
            }
            _ => {
                faults.push(misfit(at.field, at.path, &value, &takes_list(at.field)));
                return Ok(Resolved::Fault);
            }
        },
        Given::Lookup(wanted) => wanted,
        Given::List(_) | Given::Words(_) => {
            faults.push(at.wrong("a list in a list"));
            return Ok(Resolved::Fault);
        }
    };
    find(at, wanted, fit, faults).await
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// The one record that is wanted. What is wrong with a name is a fault among others; what is wrong with the connection ends it all.
async fn find<M: Records>(
    at: At<'_>,
    wanted: Wanted,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Resolved, Error> {
    let relation = at.relation();
    let domain = match wanted.domain {
        None => json!([]),
        Some(domain) => {
            let model = Box::pin(fit.metadata.model(relation)).await?;
            Box::pin(fit_domain(&domain, &model, fit)).await?.print_explicit()
        }
    };
    match Box::pin(fit.metadata.find(relation, &wanted.name, &domain)).await {
        Ok(id) => Ok(Resolved::Id(id)),
        Err(error) if wanted.missing_is_absent && error.kind == Kind::NotFound => Ok(Resolved::Nothing),
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::Ambiguous | Kind::InvalidArguments) => {
            let before = faults.len();
            faults.push(error);
            if let Some(place) = wanted.place {
                faults.locate(before, &place);
            }
            Ok(Resolved::Fault)
        }
        Err(error) => Err(error),
    }
}

/// What a many2one is given: an id, `false`, or one record that is looked up. `as_list`: its first name says that it is a list, and
/// in this Odoo it holds one record.
pub(super) async fn one<M: Records>(
    at: At<'_>,
    as_list: bool,
    given: Given,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Value>, Error> {
    let given = match given {
        Given::Value(Value::Object(table)) if at.table == Table::Callers => match Words::by_caller(&table) {
            Some(words) => Given::Words(words),
            None => Given::Value(Value::Object(table)),
        },
        other => other,
    };
    let (given, named) = match given {
        Given::Words(Words { set: Some(set), remove: None, add: None, create }) if create.is_empty() => (*set, true),
        Given::Words(_) => {
            let kind = if as_list { Kind::Unsupported } else { Kind::InvalidArguments };
            let message = format!("`{}` takes one record in this Odoo: of the words of relations only `set`", at.path);
            faults.push(Error::new(kind, message));
            return Ok(None);
        }
        other => (other, as_list),
    };
    if let (Given::Value(value), false) = (&given, named) {
        return Ok(faults.keep(super::many2one(at.field, at.path, value)));
    }
    let mut elements = Vec::new();
    flatten(given, &mut elements);
    if elements.len() > 1 {
        let message = format!("`{}` takes one record in this Odoo, not {}", at.path, elements.len());
        faults.push(Error::new(if as_list { Kind::Unsupported } else { Kind::InvalidArguments }, message));
        return Ok(None);
    }
    match elements.into_iter().next() {
        None => Ok(Some(Value::Bool(false))),
        Some(element) => Ok(match id(at, element, fit, faults).await? {
            Resolved::Id(id) => Some(id.into()),
            Resolved::Nothing | Resolved::Fault => None,
        }),
    }
}

#[cfg(test)]
mod tests;
