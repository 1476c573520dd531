//! Odoo's own x2many commands, where the caller gave `values` whole.

use serde_json::{Value, json};

use super::given::Entry;
use super::relations::{At, DEEPEST, created};
use super::takes_list;
use crate::odoo::Error;
use crate::odoo::metadata::Field;
use crate::operation::faults::{Faults, invalid};
use crate::operation::fit::{Fit, Records};
use crate::operation::scalar::{self, misfit};

/// `[0, 0, values]` create, `[1, id, values]` update, `[2, id]` delete, `[3, id]` unlink, `[4, id]` link, `[5]` clear,
/// `[6, 0, ids]` set.
pub(super) async fn fit<M: Records>(
    at: At<'_>,
    list: Vec<Value>,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
) -> Result<Option<Value>, Error> {
    let At { field, path, depth, .. } = at;
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
                let entries = Entry::by_caller(values.clone());
                let values = created(at, entries, &format!("{place}."), fit, faults).await?;
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

fn ids(field: &Field, path: &str, list: &[Value], faults: &mut Faults) -> Option<Vec<i64>> {
    let mut ids = Vec::with_capacity(list.len());
    let mut wrong = false;
    for value in list {
        match scalar::record_id(value) {
            Some(id) => ids.push(id),
            None => {
                wrong = true;
                faults.push(misfit(field, path, value, &takes_list(field)).hint("Find the ids of the records first."));
            }
        }
    }
    (!wrong).then_some(ids)
}
