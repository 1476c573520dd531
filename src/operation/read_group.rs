//! `read_group`: groups with aggregates, in one shape on every version.

use serde_json::{Value, json};

use super::needed::{needed, optional};
use super::prepared::{Body, Outline};
use super::run::Run;
use super::watched::{Finding, Records, Watched};
use super::{fitting, grouping};
use crate::definition::operation::ReadGroup;
use crate::odoo::{Effect, Error, GroupQuery, Kind};

/// The query, and how to read its answer.
pub(super) struct Prepared {
    query: GroupQuery,
    grouping: grouping::Grouping,
    limit: u64,
}

/// Fits domain, groups, aggregates and order to the model.
///
/// # Errors
/// What does not fit.
pub(super) async fn prepare(definition: &ReadGroup, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let domain = fitting::domain(definition.domain.as_ref(), &model, run).await?;
    let group_by = needed("group_by", &definition.group_by, run)?;
    let aggregates = optional("aggregates", definition.aggregates.as_ref(), &run.scope)?;
    let order = match optional("order", definition.order.as_ref(), &run.scope)? {
        None | Some(Value::Null) => None,
        Some(Value::String(order)) => Some(order),
        Some(other) => {
            return Err(Error::new(
                Kind::InvalidArguments,
                format!("`order` is a text like `__count desc`, not {other}."),
            ));
        }
    };
    let metadata = run.metadata(&model).await?;
    let grouping = grouping::fit_grouping(&group_by, aggregates.as_ref(), order.as_deref(), &metadata, run).await?;
    let limit = u64::from(run.limit(definition.limit.default));
    let query = GroupQuery {
        model,
        domain,
        group_by: grouping.group_by(),
        aggregates: grouping.aggregates(),
        order: grouping.order(),
        offset: run.offset(),
        // One more than asked for tells whether there is a next page: Odoo counts no groups.
        limit: Some(limit + 1),
        context: run.context.clone(),
    };
    Ok(Prepared { query, grouping, limit })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline { effect: Effect::Read, what: format!("Grouping `{}`", self.query.model), ids: Vec::new() }
    }

    /// What has to be asked to notice that its answer has changed: most of what changes a group also changes the number of all
    /// records or their last write.
    pub(super) fn watched(&self) -> Watched {
        let GroupQuery { model, domain, context, .. } = self.query.clone();
        Watched { model, context, fields: Vec::new(), records: Records::Found(Finding::newest(domain)) }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let offset = self.query.offset;
        let mut groups = run.instance.client.read_group(&self.query, &run.patience).await?;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = groups.len() > limit;
        groups.truncate(limit);
        let next = offset + groups.len() as u64;
        let columns = self.grouping.columns();
        let groups: Vec<Value> = groups.into_iter().map(|group| self.grouping.shape(group, &run.zone)).collect();
        let mut body =
            Body::of([("groups", Value::Array(groups))]).listing("groups", offset).described("groups", columns);
        if more {
            body.answer.insert("next_offset".to_owned(), json!(next));
        }
        Ok(body)
    }
}
