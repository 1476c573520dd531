//! What all connections share: the backend, who we are, who wants to hear of changes, and what is still running.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::{Implementation, RequestStateCodec};
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::legacy::Peers;
use super::tasks::Tasks;
use super::{Backend, Handler, Request, dialogue, guard, subscriptions};
use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::conversation::{Conversation, List, Outcome};
use crate::odoo::{Error, Kind};
use crate::watch::Watcher;

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `[server] name`.
    pub name: String,
    /// `[server] instructions`.
    pub instructions: Option<String>,
}

/// Shared by every connection of the process, whatever its transport.
pub struct Hub {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) implementation: Implementation,
    pub(super) instructions: Option<String>,
    /// A call that its own deadline did not end is ended this long after it began.
    pub(super) call_limit: Duration,
    pub(super) peers: Peers,
    /// The catalog in service; a modern listener compares it with the one that its client last heard of.
    news: watch::Sender<Arc<Catalog>>,
    /// Set when the server stops: every listener ends with a result of its own.
    closing: CancellationToken,
    pub(super) running: TaskTracker,
    /// Seals what a client carries from one try of a call to the next.
    pub(super) codec: Arc<RequestStateCodec>,
    /// What runs for clients that do not wait for it, and what became of it.
    pub(super) tasks: Tasks,
    /// Lists that are announced whether they changed or not.
    announced: broadcast::Sender<List>,
    /// Looks for all who have subscribed to something.
    pub(super) watcher: Watcher,
    /// How many subscriptions there may still be.
    pub(super) places: Arc<Semaphore>,
    /// Held while a catalog takes another's place, so that every change is told of once and in order.
    replacing: Mutex<()>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("implementation", &self.implementation).finish_non_exhaustive()
    }
}

impl Hub {
    /// `call_limit` is the longest that any call may take by its own rules (the largest `timeout` of the instances).
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>, identity: Identity, call_limit: Duration) -> Arc<Self> {
        let news = watch::Sender::new(backend.snapshot());
        let running = TaskTracker::new();
        running.close();
        Arc::new(Self {
            backend,
            implementation: Implementation::new(identity.name, env!("CARGO_PKG_VERSION")),
            instructions: identity.instructions,
            call_limit,
            peers: Peers::default(),
            news,
            closing: CancellationToken::new(),
            running,
            codec: dialogue::codec(),
            tasks: Tasks::default(),
            announced: broadcast::Sender::new(16),
            watcher: Watcher::default(),
            places: Arc::new(Semaphore::new(subscriptions::MOST_OF_ALL)),
            replacing: Mutex::new(()),
        })
    }

    /// A protocol handler for one caller. Cheap: transports make one for each request or session.
    #[must_use]
    pub fn handler(self: &Arc<Self>, caller: Caller) -> Handler {
        Handler::new(self.clone(), Arc::new(caller))
    }

    /// Waits until it is known who sees what, or until it is no use to wait: about two seconds after the start at most.
    pub async fn ready(&self) {
        self.backend.ready().await;
    }

    /// The catalog of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Catalog> {
        self.backend.snapshot()
    }

    /// Puts another catalog into service and tells every client whose lists it changes.
    pub fn replace(&self, catalog: Catalog) {
        let _one_at_a_time = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(catalog);
    }

    /// Puts the catalog that is in service into service again: the backend has learnt what changes who sees what.
    pub fn refresh(&self) {
        let _one_at_a_time = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(Catalog::clone(&self.backend.snapshot()));
    }

    fn put(&self, catalog: Catalog) {
        let older = self.backend.replace(catalog);
        let newer = self.backend.snapshot();
        self.peers.tell(&older, &newer);
        self.news.send_replace(newer);
    }

    /// Calls a tool as a client of that caller would, which is asked through `conversation`; `None` where the caller sees no such
    /// tool.
    pub async fn call(
        &self,
        caller: &Caller,
        name: &str,
        arguments: Map<String, Value>,
        conversation: &dyn Conversation,
        cancelled: CancellationToken,
    ) -> Option<Answer> {
        let catalog = self.snapshot();
        let offered = catalog.tool(caller, name)?;
        let request = Request { catalog: &catalog, caller, conversation, cancelled };
        Some(match guard::call(self, &offered, arguments, request).await {
            Outcome::Answer(answer) => answer,
            Outcome::Ask { .. } => {
                Answer::error(&Error::new(Kind::Internal, "The call asks a question of a client that cannot be asked."))
            }
        })
    }

    /// The catalogs to come, for one listener.
    pub(super) fn news(&self) -> watch::Receiver<Arc<Catalog>> {
        self.news.subscribe()
    }

    /// Tells every client that a list has changed.
    pub(super) fn announce(&self, list: List) {
        self.peers.announce(list);
        // Nobody listening is no failure.
        let _ = self.announced.send(list);
    }

    /// What is announced, for one listener.
    pub(super) fn announced(&self) -> broadcast::Receiver<List> {
        self.announced.subscribe()
    }

    /// The server is about to stop: listeners end, with their completion result, so that their clients know.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Cancelled when the server is about to stop.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(super) async fn closed(&self) {
        self.closing.cancelled().await;
    }

    /// Waits until no call is running.
    pub async fn idle(&self) {
        self.running.wait().await;
    }
}
