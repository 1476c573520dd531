//! `name_search`: ids and names by a text, as Odoo's own search boxes find them.

use serde_json::{Value, json};

use super::faults::{invalid, quote};
use super::fitting;
use super::needed::optional;
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::answer::Columns;
use crate::definition::operation::NameSearch;
use crate::odoo::{Effect, Error};

/// The text and where to look.
pub(super) struct Prepared {
    model: String,
    text: String,
    domain: Value,
    limit: u32,
}

/// Fits the domain to the model.
///
/// # Errors
/// What does not fit.
pub(super) async fn prepare(definition: &NameSearch, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let domain = fitting::domain(definition.domain.as_ref(), &model, run).await?;
    let text = match optional("text", Some(&definition.text), &run.scope)? {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        None | Some(Value::Null | Value::Bool(false)) => String::new(),
        Some(other) => return Err(invalid(format!("`text` is a text, not {}", quote(&other)))),
    };
    Ok(Prepared { model, text, domain, limit: run.limit(definition.limit.default) })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Searching `{}` by name", self.model), ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        // Odoo's name_search has a limit and no offset: what lies before the window is asked for and dropped.
        let offset = run.offset();
        let reach = offset + u64::from(self.limit) + 1;
        let found = run
            .instance
            .client
            .name_search(
                &self.model,
                &self.text,
                self.domain,
                "ilike",
                u32::try_from(reach).unwrap_or(u32::MAX),
                &run.context,
                &run.patience,
            )
            .await?;
        let more = found.len() as u64 == reach;
        let records: Vec<Value> = found
            .into_iter()
            .skip(usize::try_from(offset).unwrap_or(usize::MAX))
            .take(self.limit as usize)
            .map(|(id, name)| json!({"id": id, "name": name}))
            .collect();
        let next = offset + records.len() as u64;
        let mut body = Body::of([("records", Value::Array(records))])
            .listing("records", offset)
            .described("records", Columns::named(&self.model));
        if more {
            body.answer.insert("next_offset".to_owned(), json!(next));
        }
        Ok(body)
    }
}
