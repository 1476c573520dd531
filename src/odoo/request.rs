//! What a call carries, whatever the protocol.

use std::time::Instant;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

/// How long a call may take, and what ends it before. Every await on Odoo takes one.
#[derive(Debug, Clone)]
pub struct Patience {
    /// The end of the whole call, retries included.
    pub deadline: Instant,
    /// The caller went away or said stop.
    pub cancelled: CancellationToken,
}

/// Whether a method may change something. A read is retried, a write is sent at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// May change something.
    Write,
}

/// One method call on a model.
#[derive(Debug, Clone)]
pub struct Request {
    /// The model; validated before it reaches a URL.
    pub model: String,
    /// The method; validated before it reaches a URL.
    pub method: String,
    /// The records it is called on; `None` is a call on the model.
    pub ids: Option<Vec<i64>>,
    /// Positional arguments: force JSON-RPC.
    pub args: Vec<Value>,
    /// Named arguments.
    pub kwargs: Map<String, Value>,
    /// The context; the user's own (`lang`, `tz`) is Odoo's affair.
    pub context: Map<String, Value>,
    /// Read or write.
    pub effect: Effect,
}
