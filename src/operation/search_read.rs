//! `search_read`: rows, total and next offset in one round trip.

use serde_json::json;

use super::fields::Selection;
use super::fitting;
use super::prepared::{Body, Outline};
use super::run::Run;
use super::watched::{Finding, Records, Watched};
use crate::answer::{self, Columns};
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
        offset: run.offset(),
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

    /// What has to be asked to notice that its answer has changed.
    pub(super) fn watched(&self, run: &Run<'_>) -> Watched {
        let Search { model, domain, order, offset, limit, .. } = self.search.clone();
        let finding = Finding { domain, order, offset, limit: limit.unwrap_or(0) };
        Watched::new(&model, run.context.clone(), &self.selection, Records::Found(finding))
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
        let mut body = answer::records(page.records, &selection, &run.zone, run.links);
        if let Some(total) = page.total {
            body.insert("total".to_owned(), json!(total));
        }
        if more {
            body.insert("next_offset".to_owned(), json!(next));
        }
        let body = Body { answer: body, ..Body::default() };
        Ok(body.listing("records", search.offset).described("records", Columns::of(&selection)))
    }
}
