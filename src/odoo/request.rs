//! What a call carries, whatever the protocol.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::watch::Watch;

/// How long a call may take, and what ends it before. Every await on Odoo takes one.
#[derive(Debug, Clone)]
pub struct Patience {
    /// The end of the whole call, retries included.
    pub deadline: Instant,
    /// The caller went away or said stop.
    pub cancelled: CancellationToken,
    /// Who sees what the call sends; usually nobody.
    pub watch: Option<Arc<Watch>>,
}

/// Why a wait was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The deadline passed.
    Deadline,
    /// The caller went away or said stop.
    Cancelled,
}

impl Patience {
    /// From now on for `timeout`, with a token of its own that nobody cancels.
    #[must_use]
    pub fn lasting(timeout: Duration) -> Self {
        Self { deadline: Instant::now() + timeout, cancelled: CancellationToken::new(), watch: None }
    }

    /// The same, seen by nobody: for what is remembered, and asked on behalf of the calls to come.
    #[must_use]
    pub fn unwatched(&self) -> Self {
        Self { watch: None, ..self.clone() }
    }

    /// Waits for `future`, no longer than this patience lasts. The future is dropped when it ends.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn limit<F: Future>(&self, future: F) -> Result<F::Output, Ended> {
        tokio::select! {
            biased;
            output = future => Ok(output),
            () = self.cancelled.cancelled() => Err(Ended::Cancelled),
            () = tokio::time::sleep_until(self.deadline.into()) => Err(Ended::Deadline),
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        if self.cancelled.is_cancelled() {
            Some(Ended::Cancelled)
        } else if self.left().is_zero() {
            Some(Ended::Deadline)
        } else {
            None
        }
    }

    /// How much time is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
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
    /// The context. The client adds the instance's own and the user's `lang` and `tz`, where this does not name them.
    pub context: Map<String, Value>,
    /// Read or write.
    pub effect: Effect,
}

impl Request {
    /// A call of `method` on `model`, without arguments.
    #[must_use]
    pub fn new(model: impl Into<String>, method: impl Into<String>, effect: Effect) -> Self {
        Self {
            model: model.into(),
            method: method.into(),
            ids: None,
            args: Vec::new(),
            kwargs: Map::new(),
            context: Map::new(),
            effect,
        }
    }
}

/// The named arguments of a call as they are sent, over those of the request its context and, where the protocol names them, its
/// ids. Borrowed: what a call carries may be a file.
pub(super) struct Named<'a> {
    pub(super) kwargs: &'a Map<String, Value>,
    pub(super) ids: Option<&'a [i64]>,
    /// An empty one is not sent.
    pub(super) context: &'a Map<String, Value>,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let context = Some(self.context).filter(|context| !context.is_empty());
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.kwargs {
            let replaced = (key == "context" && context.is_some()) || (key == "ids" && self.ids.is_some());
            if !replaced {
                map.serialize_entry(key, value)?;
            }
        }
        if let Some(ids) = self.ids {
            map.serialize_entry("ids", ids)?;
        }
        if let Some(context) = context {
            map.serialize_entry("context", context)?;
        }
        map.end()
    }
}
