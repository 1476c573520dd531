//! The clients of the revisions with a handshake, which are told of changes without asking.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::{Peer, RoleServer};

use crate::access::Caller;
use crate::catalog::Catalog;

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

    /// Tells those whose list of tools differs between the two catalogs. Waits for nobody.
    pub(super) fn tell(&self, older: &Catalog, newer: &Catalog) {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        connected.retain(|(peer, _)| !peer.is_transport_closed());
        for (peer, caller) in connected.iter() {
            if !older.changes(newer, caller).tools {
                continue;
            }
            let peer = peer.clone();
            tokio::spawn(async move {
                match tokio::time::timeout(PATIENCE, peer.notify_tool_list_changed()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "a client could not be told that its tools changed"),
                    Err(_) => tracing::debug!("a client did not take the notification that its tools changed"),
                }
            });
        }
    }
}
