//! The protocol: what MCP clients ask and are told, in every revision from 2024-11-05 to 2026-07-28.
//!
//! With [`crate::transport`] the only code that knows rmcp. It knows no Odoo: a call goes to a [`Backend`], which has the
//! catalog and answers; what comes back is an [`Outcome`].

mod changes;
mod completion;
mod dialogue;
mod exchange;
mod guard;
mod handler;
mod hub;
mod legacy;
mod page;
mod present;
mod prompts;
mod resources;
mod subscriptions;
mod tasks;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use handler::Handler;
pub use hub::{Hub, Identity};
pub use legacy::Presence;
pub use present::{prompts, resources, templates, tools};
pub use resources::Unread;

use crate::access::Caller;
use crate::answer::Contents;
use crate::catalog::{Catalog, Found, Offered, Prompted};
use crate::conversation::{Conversation, Outcome};
use crate::definition::complete::Complete;
use crate::definition::prompt::Said;
use crate::odoo::Error;
use crate::watch::Subject;

/// What serves the calls.
pub trait Backend: Send + Sync + 'static {
    /// The catalog of this moment. A request loads it once.
    fn snapshot(&self) -> Arc<Catalog>;

    /// Puts another catalog in place, whole, and gives the one that it replaced.
    fn replace(&self, catalog: Catalog) -> Arc<Catalog>;

    /// Waits for what decides who sees what, where that is being found out and will not take long.
    fn ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Runs one call of a tool of that catalog. Ends soon after the request is cancelled.
    fn call<'a>(
        &'a self,
        offered: &'a Arc<Offered>,
        arguments: Map<String, Value>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Outcome>;

    /// Reads a resource of that catalog, which holds at least one thing. Ends soon after the request is cancelled.
    fn read<'a>(&'a self, found: &'a Found, request: Request<'a>) -> BoxFuture<'a, Result<Outcome<Reading>, Error>>;

    /// What to look at to hear when that resource changes; `None` where it reads no records. Ends soon after the request is
    /// cancelled.
    fn watched<'a>(&'a self, found: &'a Found, request: Request<'a>) -> BoxFuture<'a, Result<Option<Subject>, Error>> {
        let _ = (found, request);
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The messages of a prompt of that catalog. Ends soon after the request is cancelled.
    fn prompt<'a>(
        &'a self,
        prompted: &'a Prompted,
        arguments: Map<String, Value>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Outcome<Vec<Said>>, Error>>;

    /// What may stand where a person has typed this much. Ends soon after the request is cancelled.
    fn complete<'a>(
        &'a self,
        completing: Completing<'a>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Suggestions, Error>>;
}

/// What was read of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it holds.
    pub contents: Vec<Contents>,
    /// For how long the server itself would give the same again.
    pub fresh: Duration,
}

/// Who asks for something, and of which catalog.
#[derive(Clone)]
pub struct Request<'a> {
    /// The catalog that the request sees.
    pub catalog: &'a Catalog,
    /// Who asks.
    pub caller: &'a Caller,
    /// The client.
    pub conversation: &'a dyn Conversation,
    /// Set when nobody waits for the answer any more.
    pub cancelled: CancellationToken,
}

/// What a person is typing.
#[derive(Clone, Copy)]
pub struct Completing<'a> {
    /// Where the values come from.
    pub complete: &'a Complete,
    /// The prompt or resource whose argument it is, as it is offered.
    pub offered: &'a Offered,
    /// A variable of an address takes what names a record, an argument of a prompt what people call it.
    pub of_address: bool,
    /// What was typed.
    pub typed: &'a str,
    /// The other arguments, as far as they are given.
    pub arguments: &'a Map<String, Value>,
}

/// What may stand there, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// At most 100.
    pub values: Vec<String>,
    /// What people call those values that are not what they are called, e.g. ids.
    pub labels: Vec<(String, String)>,
    /// How many there are in all, where that is known.
    pub total: Option<u32>,
    /// There are more.
    pub has_more: bool,
}
