//! Whether records have changed since a plan was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::odoo::{Error, Kind};

/// How the records of a plan were: when they were last written, and what stood in the fields that are planned. Odoo tells
/// moments to the second, so the one alone would not notice a change within it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::operation) struct Marks {
    /// Id to a digest of those.
    records: BTreeMap<i64, String>,
}

impl Marks {
    /// Of these rows, as Odoo gave them; `fields` are Odoo's names.
    pub(in crate::operation) fn of(rows: &[Map<String, Value>], fields: &[String]) -> Self {
        let mark = |row: &Map<String, Value>| {
            let id = row.get("id")?.as_i64()?;
            let written = row.get("write_date").cloned().unwrap_or_default();
            let values: Vec<&Value> = fields.iter().filter_map(|field| row.get(field)).collect();
            Some((id, super::digest(&format!("{written}{}", serde_json::to_string(&values).unwrap_or_default()))))
        };
        Self { records: rows.iter().filter_map(mark).collect() }
    }

    /// Those that are not as they were, or not there any more.
    fn differing(&self, now: &Self) -> Vec<i64> {
        self.records.iter().filter(|(id, mark)| now.records.get(id) != Some(mark)).map(|(id, _)| *id).collect()
    }
}

/// Refuses a plan whose records have changed.
///
/// # Errors
/// `conflict`, with their ids.
pub(in crate::operation) fn moved(then: &Marks, now: &Marks, model: &str) -> Result<(), Error> {
    let ids = then.differing(now);
    if ids.is_empty() {
        return Ok(());
    }
    let list = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = if ids.len() == 1 { "The record" } else { "The records" };
    let mut error = Error::new(
        Kind::Conflict,
        format!("{what} {list} of `{model}` changed after the plan was made, so nothing was done."),
    )
    .hint("Call again without `plan`: the new plan shows the records as they are now.");
    error.details.insert("ids".to_owned(), serde_json::json!(ids));
    Err(error)
}
