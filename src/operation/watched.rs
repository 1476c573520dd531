//! What a reading call looks at: what has to be asked, again and again, to notice that its answer has changed.

use std::time::Instant;

use serde_json::{Map, Value};

use super::begin::begin;
use super::executor::{Call, decide};
use super::fields::Selection;
use super::prepared::Prepared;
use super::run::Run;
use super::{arguments, lookup};
use crate::definition::operation::Operation;
use crate::odoo::{Error, Kind, Patience};

/// The moment of a record's last write, in every model that keeps one.
pub const WRITTEN: &str = "write_date";

/// Records of one model, as one user sees them. Records that they are related to are not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// The model.
    pub model: String,
    /// The context of the call: its companies, and what else decides which records there are.
    pub context: Map<String, Value>,
    /// The fields that are read of them.
    pub fields: Vec<String>,
    /// Which records.
    pub records: Records,
}

/// Which records a call looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Records {
    /// These, whether archived or not.
    ById(Vec<i64>),
    /// The rows of a search, in their order.
    Found(Finding),
}

/// A search, as Odoo takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The domain.
    pub domain: Value,
    /// The order; `None` is the model's own.
    pub order: Option<String>,
    /// How many are skipped.
    pub offset: u64,
    /// How many at most; 0 where only their number counts.
    pub limit: u64,
}

impl Finding {
    /// The record of a domain that was written last: with the number of all, that tells most changes of what is made of them.
    pub(super) fn newest(domain: Value) -> Self {
        Self { domain, order: Some(format!("{WRITTEN} desc, id desc")), offset: 0, limit: 1 }
    }
}

impl Watched {
    pub(super) fn new(model: &str, context: Map<String, Value>, selection: &Selection, records: Records) -> Self {
        Self {
            model: model.to_owned(),
            context,
            fields: selection.specification().fields.into_keys().collect(),
            records,
        }
    }
}

/// What a call would look at. Decides all that the call would, and asks Odoo only what its lookups need. `None` where it looks at
/// no records.
///
/// # Errors
/// Those of the call before it reads; `unsupported` for what asks its caller, and for a model whose records do not say when they
/// were written.
pub async fn watched(mut call: Call<'_>) -> Result<Option<Watched>, Error> {
    let tool = call.tool();
    let Some(
        Operation::Read(_)
        | Operation::Field(_)
        | Operation::SearchRead(_)
        | Operation::SearchCount(_)
        | Operation::ReadGroup(_),
    ) = tool.operation()
    else {
        return Ok(None);
    };
    let (Some(step), true) = (tool.steps.first(), tool.is_single() && tool.questions().next().is_none()) else {
        let message = format!("`{}` asks its reader something, so nobody can be told when it changes.", tool.name);
        return Err(Error::new(Kind::Unsupported, message).hint("Read it again when you need it."));
    };
    let validator = tool.input.validator().map_err(|error| {
        Error::new(Kind::Internal, format!("The schema of `{}` does not compile: {error}.", tool.name))
    })?;
    let given = std::mem::take(&mut call.arguments);
    let arguments =
        arguments::put_right(given, &call.offered.schema, validator, tool.input.paging, &call.offered.bound)?;
    let Some(instance) = call.instance else {
        return Err(Error::new(Kind::Unavailable, "No Odoo is configured for this resource."));
    };
    let timeout = tool.timeout.unwrap_or_else(|| instance.client.timeout());
    let patience = Patience { deadline: Instant::now() + timeout, cancelled: call.cancelled.clone(), watch: None };
    let mut run = begin(&call, instance, &arguments, patience).await?;
    lookup::resolve_all(&mut run, &tool.lookups).await?;
    run.enter(step)?;
    let Some(operation) = step.operation() else { return Ok(None) };
    let Some(watched) = decide(operation, step, &mut run).await?.watched(&run) else { return Ok(None) };
    if run.metadata(&watched.model).await?.fields.contains_key(WRITTEN) {
        return Ok(Some(watched));
    }
    let message =
        format!("The records of `{}` do not say when they were written, so they cannot be watched.", watched.model);
    Err(Error::new(Kind::Unsupported, message).hint("Read it again when you need it."))
}

impl Prepared {
    fn watched(&self, run: &Run<'_>) -> Option<Watched> {
        match self {
            Self::Read(prepared) => Some(prepared.watched(run)),
            Self::Field(prepared) => Some(prepared.watched(run)),
            Self::SearchRead(prepared) => Some(prepared.watched(run)),
            Self::SearchCount(prepared) => Some(prepared.watched(run)),
            Self::ReadGroup(prepared) => Some(prepared.watched()),
            _ => None,
        }
    }
}
