//! x2many fields in `values`: a bare list of ids sets them, whatever Odoo would make of a bare list.

use std::pin::Pin;

use serde_json::{Value, json};

use super::{Table, record, takes_list};
use crate::odoo::Error;
use crate::odoo::metadata::Field;
use crate::operation::faults::{Faults, invalid};
use crate::operation::fit::{Fit, Metadata, Supplied};
use crate::operation::scalar::{self, is_empty, misfit};

/// Commands within commands deeper than this are nobody's.
const DEEPEST: usize = 8;

type Fitted<'a> = Pin<Box<dyn Future<Output = Result<Option<Value>, Error>> + Send + 'a>>;

/// A list of ids becomes "set"; `false`, null and `[]` empty the field; one id is a list of one. Odoo's own commands
/// count only where the caller gave `values` whole.
pub(super) fn fit<'a, M: Metadata>(
    field: &'a Field,
    path: &'a str,
    value: Value,
    fit: &'a Fit<'_, M>,
    table: Table,
    faults: &'a mut Faults,
    depth: usize,
) -> Fitted<'a> {
    Box::pin(async move {
        let list = match value {
            value if is_empty(&value) => Vec::new(),
            Value::Array(list) => list,
            one => vec![one],
        };
        if list.iter().any(Value::is_array) {
            if table == Table::Authors {
                let message = format!("`{path}` takes {}, not Odoo's commands", takes_list(field));
                faults.push(invalid(message));
                return Ok(None);
            }
            return commands(field, path, list, fit, faults, depth).await;
        }
        Ok(ids(field, path, &list, faults).map(|ids| json!([[6, 0, ids]])))
    })
}

fn ids(field: &Field, path: &str, list: &[Value], faults: &mut Faults) -> Option<Vec<i64>> {
    let mut ids = Vec::with_capacity(list.len());
    let mut wrong = false;
    for value in list {
        match scalar::record_id(value) {
            Some(id) => ids.push(id),
            None => {
                wrong = true;
                faults.push(
                    misfit(field, path, value, &takes_list(field))
                        .hint("Resolve the names first: `lookup` in the definition, or `name_search`."),
                );
            }
        }
    }
    (!wrong).then_some(ids)
}

/// `[0, 0, values]` create, `[1, id, values]` update, `[2, id]` delete, `[3, id]` unlink, `[4, id]` link, `[5]` clear,
/// `[6, 0, ids]` set.
async fn commands<M: Metadata>(
    field: &Field,
    path: &str,
    list: Vec<Value>,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
    depth: usize,
) -> Result<Option<Value>, Error> {
    let relation = field.relation.as_deref().unwrap_or_default();
    if depth >= DEEPEST {
        return Err(invalid(format!("`{path}` is nested deeper than {DEEPEST} levels")));
    }
    let mut fitted = Vec::with_capacity(list.len());
    for (index, command) in list.into_iter().enumerate() {
        let place = format!("{path}[{index}]");
        let parts = match command {
            Value::Array(parts) => parts,
            other => {
                faults.push(misfit(field, &place, &other, "either ids or commands, not both"));
                continue;
            }
        };
        let number = parts.first().and_then(Value::as_i64);
        let id = parts.get(1).and_then(scalar::id);
        let third = parts.get(2);
        match (number, id, third) {
            (Some(number @ (0 | 1)), id, Some(Value::Object(values))) if number == 0 || id.is_some_and(|id| id > 0) => {
                let model = Box::pin(fit.metadata.model(relation)).await?;
                let values =
                    values.iter().map(|(name, value)| (name.clone(), Supplied::by_caller(value.clone()))).collect();
                let place = format!("{place}.");
                let values = record(values, &model, fit, Table::Callers, faults, &place, depth + 1).await?;
                fitted.push(json!([number, if number == 0 { 0 } else { id.unwrap_or_default() }, values]));
            }
            (Some(number @ 2..=4), Some(id), None | Some(Value::Number(_) | Value::Null | Value::Bool(false)))
                if id > 0 =>
            {
                fitted.push(json!([number, id, 0]));
            }
            (Some(5), _, None | Some(Value::Number(_) | Value::Null | Value::Bool(false))) => {
                fitted.push(json!([5, 0, 0]))
            }
            (Some(6), _, Some(Value::Array(values))) => {
                fitted.extend(ids(field, &place, values, faults).map(|ids| json!([6, 0, ids])));
            }
            _ => faults.push(misfit(
                field,
                &place,
                &Value::Array(parts),
                "one of Odoo's commands, `[0, 0, {…}]` to `[6, 0, [ids]]`",
            )),
        }
    }
    Ok(Some(Value::Array(fitted)))
}
