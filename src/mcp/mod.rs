//! The protocol: what MCP clients ask and are told, in every revision from 2024-11-05 to 2026-07-28.
//!
//! With [`crate::transport`] the only code that knows rmcp. It knows no Odoo: a call goes to a [`Backend`], which has the
//! catalog and answers; what comes back is [`crate::answer::Answer`].

mod guard;
mod handler;
mod hub;
mod legacy;
mod present;
pub mod wire;

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use handler::Handler;
pub use hub::{Hub, Identity};
pub use present::tools;

use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::definition::tool::Tool;

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

    /// Runs one call of a tool of that catalog. Ends soon after `cancelled`.
    fn call<'a>(
        &'a self,
        catalog: &'a Catalog,
        tool: &'a Arc<Tool>,
        arguments: Map<String, Value>,
        caller: &'a Caller,
        cancelled: CancellationToken,
    ) -> BoxFuture<'a, Answer>;
}
