//! The clients of the revisions with a handshake: told of changed lists without asking, and of changed resources where their
//! session has subscribed to them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::request::Parts;
use rmcp::model::{ErrorData, ResourceUpdatedNotificationParam};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::Hub;
use super::changes::lists;
use super::resources::{failed, nowhere};
use super::subscriptions::Subscriptions;
use crate::access::Caller;
use crate::catalog::{Catalog, Changes};
use crate::conversation::List;
use crate::odoo::Kind;

/// A client that does not take a notification within this time does not get it; it is asked again at the next change.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every connection that said `notifications/initialized` and still stands.
#[derive(Default)]
pub(super) struct Peers {
    connected: Mutex<Vec<(Peer<RoleServer>, Arc<Caller>)>>,
}

impl Peers {
    /// From now on this client is told.
    pub(super) fn add(&self, peer: Peer<RoleServer>, caller: Arc<Caller>) {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        // Only when the list would have to grow: the cost of pruning is spread over the clients that came.
        if connected.len() == connected.capacity() {
            connected.retain(|(peer, _)| !peer.is_transport_closed());
        }
        connected.push((peer, caller));
    }

    /// Tells those whose lists differ between the two catalogs. Waits for nobody.
    pub(super) fn tell(&self, older: &Catalog, newer: &Catalog) {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        connected.retain(|(peer, _)| !peer.is_transport_closed());
        // Many connections are few callers.
        let mut known: HashMap<&Caller, Changes> = HashMap::new();
        for (peer, caller) in connected.iter() {
            let changes = *known.entry(caller).or_insert_with(|| older.changes(newer, caller));
            lists(changes).for_each(|list| notify(peer, list));
        }
    }

    /// Tells all of them that a list has changed. Waits for nobody.
    pub(super) fn announce(&self, list: List) {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        connected.retain(|(peer, _)| !peer.is_transport_closed());
        connected.iter().for_each(|(peer, _)| notify(peer, list));
    }
}

fn notify(peer: &Peer<RoleServer>, list: List) {
    let peer = peer.clone();
    tokio::spawn(async move {
        let told = async {
            match list {
                List::Tools => peer.notify_tool_list_changed().await,
                List::Resources => peer.notify_resource_list_changed().await,
                List::Prompts => peer.notify_prompt_list_changed().await,
            }
        };
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a client could not be told that a list changed"),
            Err(_) => tracing::debug!("a client did not take the notification that a list changed"),
        }
    });
}

/// Whether a client listens. One that vanished without a word is known by nothing else.
#[derive(Debug, Clone)]
pub struct Presence {
    /// Whether it does.
    pub is_there: watch::Receiver<bool>,
    /// After so long without listening it is taken to be gone, until it listens again.
    pub patience: Duration,
}

impl Presence {
    /// Until the client has not listened for as long as that.
    async fn left(&mut self) {
        loop {
            // Where nobody says it any more, the session is about to end.
            if self.is_there.wait_for(|is_there| !is_there).await.is_err() {
                return std::future::pending().await;
            }
            tokio::select! {
                () = tokio::time::sleep(self.patience) => return,
                _ = self.is_there.wait_for(|is_there| *is_there) => {}
            }
        }
    }

    /// Until it listens.
    async fn came(&mut self) {
        if self.is_there.wait_for(|is_there| *is_there).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// One session: its subscriptions, which end with it, and whether it is told of lists.
pub(super) struct Session {
    is_ready: AtomicBool,
    subscriptions: Arc<Subscriptions>,
    /// The task that tells the client, while there is something to tell.
    attendant: Mutex<Option<AbortHandle>>,
    /// Where the transport knows.
    presence: Option<Presence>,
}

impl Session {
    pub(super) fn new(caller: Arc<Caller>, presence: Option<Presence>) -> Self {
        Self {
            is_ready: AtomicBool::new(false),
            subscriptions: Subscriptions::new(caller),
            attendant: Mutex::default(),
            presence,
        }
    }

    /// The client says that it is ready. Whether it says so for the first time: it may say it as often as it likes, and is one client.
    pub(super) fn begins(&self) -> bool {
        !self.is_ready.swap(true, Ordering::AcqRel)
    }

    /// Subscribes, and waits for the first look: what changes from then on will be told.
    ///
    /// # Errors
    /// What the client is answered whose subscription is not accepted.
    pub(super) async fn subscribe(
        &self,
        hub: &Arc<Hub>,
        uri: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if context.extensions.get::<Parts>().is_some_and(|parts| !parts.headers.contains_key("mcp-session-id")) {
            let message =
                "A subscription belongs to a session: open one with `initialize`, or use `subscriptions/listen`.";
            return Err(ErrorData::invalid_params(message, None));
        }
        let catalog = hub.snapshot();
        let admitted = self.subscriptions.admit(hub, &catalog, uri, false);
        admitted.map_err(|refused| refused.error(&catalog, &self.subscriptions.caller, uri))?;
        let begun = self.subscriptions.begin(hub, uri, context.ct.clone()).await;
        begun.map_err(|error| match error.kind {
            Kind::Unsupported => ErrorData::invalid_params(error.message, Some(json!({"uri": uri}))),
            _ => match catalog.resource(&self.subscriptions.caller, uri) {
                Some(found) => failed(uri, &found.offered.tool, &error),
                None => nowhere(&catalog, &self.subscriptions.caller, uri),
            },
        })?;
        let mut attendant = self.attendant.lock().unwrap_or_else(PoisonError::into_inner);
        if attendant.as_ref().is_none_or(AbortHandle::is_finished) {
            let (subscriptions, presence) = (self.subscriptions.clone(), self.presence.clone());
            let attending = attend(hub.clone(), subscriptions, context.peer.clone(), presence);
            *attendant = Some(tokio::spawn(attending).abort_handle());
        }
        Ok(())
    }

    /// Ends a subscription, if there is one.
    pub(super) fn unsubscribe(&self, uri: &str) {
        self.subscriptions.end(uri);
        let mut attendant = self.attendant.lock().unwrap_or_else(PoisonError::into_inner);
        if self.subscriptions.is_empty()
            && let Some(attendant) = attendant.take()
        {
            attendant.abort();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let attendant = self.attendant.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(attendant) = attendant.take() {
            attendant.abort();
        }
        self.subscriptions.clear();
    }
}

/// Tells a client of what it has subscribed to, until it is gone. While it is away nothing is asked of Odoo for it, and when it is
/// back it is told of all of it: anything may have changed.
async fn attend(
    hub: Arc<Hub>,
    subscriptions: Arc<Subscriptions>,
    peer: Peer<RoleServer>,
    mut presence: Option<Presence>,
) {
    let telling = async {
        loop {
            let uri = subscriptions.mailbox.next().await;
            let told = peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(&*uri));
            match tokio::time::timeout(PATIENCE, told).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) if peer.is_transport_closed() => {
                    tracing::debug!(%error, "a client that had subscribed is gone");
                    return;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a client could not be told that a resource changed"),
                // It may take it later, unless it wants to hear no more of it.
                Err(_) if subscriptions.holds(&uri) => subscriptions.mailbox.put(&uri),
                Err(_) => {}
            }
        }
    };
    let looking = async {
        loop {
            let Some(presence) = &mut presence else { return subscriptions.keep_up(&hub).await };
            tokio::select! {
                () = subscriptions.keep_up(&hub) => {}
                () = presence.left() => {}
            }
            subscriptions.rest();
            tokio::select! {
                () = presence.came() => {}
                // Who subscribes to something is not gone.
                () = subscriptions.grown() => {}
            }
            subscriptions.resume();
        }
    };
    tokio::select! {
        () = telling => {}
        () = looking => {}
        () = hub.closed() => {}
    }
    subscriptions.clear();
}
