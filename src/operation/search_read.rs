//! `search_read`: rows, total and next offset in one round trip.

use serde_json::json;

use super::fields::Selection;
use super::fitting;
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::answer;
use crate::definition::operation::SearchRead;
use crate::odoo::{Effect, Error, Search};

/// The request, and how to read its answer.
pub(super) struct Prepared {
    search: Search,
    selection: Selection,
}

/// Fits domain, fields and order to the model.
///
/// # Errors
/// What does not fit, all of one kind in one error.
pub(super) async fn prepare(definition: &SearchRead, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let selection = fitting::fields(&definition.fields, &model, run).await?;
    let domain = fitting::domain(definition.domain.as_ref(), &model, run).await?;
    let order = fitting::order(definition.order.as_ref(), &model, run).await?;
    let search = Search {
        specification: selection.specification(),
        domain,
        order,
        offset: run.window.offset,
        limit: Some(u64::from(run.limit(definition.limit.default))),
        count: definition.count,
        context: selection.context(&run.context),
        model,
    };
    Ok(Prepared { search, selection })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Searching `{}`", self.search.model), ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let Self { mut search, selection } = self;
        let wanted = search.limit.unwrap_or(0);
        if !search.count {
            // Without a total, one row more than asked for tells whether there is a next page.
            search.limit = Some(wanted + 1);
        }
        let mut page = run.instance.client.search_read(&search, &run.patience).await?;
        let end = search.offset + page.records.len() as u64;
        let more = match page.total {
            Some(total) => end < total,
            None => page.records.len() as u64 > wanted,
        };
        page.records.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        let next = search.offset + page.records.len() as u64;
        let mut body = answer::records(page.records, &selection, &run.zone);
        if let Some(total) = page.total {
            body.insert("total".to_owned(), json!(total));
        }
        if more {
            body.insert("next_offset".to_owned(), json!(next));
        }
        Ok(Body { answer: body, list: Some(("records", search.offset)), blocks: None })
    }
}
