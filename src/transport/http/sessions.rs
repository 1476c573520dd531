//! Sessions, of the revisions that have them: bounded in number, closed when idle, and bound to who opened them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::Stream;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::common::server_side_http::ServerSseMessage;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};
use tokio::sync::Mutex;

use crate::access::Caller;

/// Every open session of the process.
pub(super) struct Pool {
    local: LocalSessionManager,
    max: usize,
    /// Held while a session is counted and opened: the maximum holds under a burst, too.
    opening: Mutex<()>,
    /// Who opened it. A session id alone opens no other door.
    owners: RwLock<HashMap<SessionId, Caller>>,
}

impl Pool {
    pub(super) fn new(max: usize, idle: Duration) -> Arc<Self> {
        let mut local = LocalSessionManager::default();
        // rmcp closes an idle session after five minutes, an open stream or not; people pause for longer.
        local.session_config.keep_alive = Some(idle);
        Arc::new(Self { local, max, opening: Mutex::new(()), owners: RwLock::default() })
    }

    /// Whether another session may be opened.
    pub(super) async fn has_room(&self) -> bool {
        self.local.sessions.read().await.len() < self.max
    }

    /// Whether that session exists and is this caller's.
    pub(super) fn is_owned(&self, id: &str, caller: &Caller) -> bool {
        self.owners.read().unwrap_or_else(PoisonError::into_inner).get(id) == Some(caller)
    }
}

/// The pool, as one caller sees it.
pub(super) struct Scoped {
    pool: Arc<Pool>,
    caller: Caller,
}

impl Scoped {
    pub(super) fn new(pool: Arc<Pool>, caller: Caller) -> Self {
        Self { pool, caller }
    }
}

/// What can go wrong with a session.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// `limits.sessions.max` are open.
    #[error("{0} sessions are open, and no more are allowed (`limits.sessions.max`)")]
    Full(usize),
    /// There is no such session, or it broke.
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
}

impl SessionManager for Scoped {
    type Error = SessionError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), SessionError> {
        let _opening = self.pool.opening.lock().await;
        if !self.pool.has_room().await {
            return Err(SessionError::Full(self.pool.max));
        }
        let (id, transport) = self.pool.local.create_session().await?;
        let mut owners = self.pool.owners.write().unwrap_or_else(PoisonError::into_inner);
        owners.insert(id.clone(), self.caller.clone());
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, SessionError> {
        Ok(self.pool.local.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, SessionError> {
        Ok(self.pool.is_owned(id, &self.caller) && self.pool.local.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), SessionError> {
        if !self.pool.is_owned(id, &self.caller) {
            return Ok(());
        }
        self.pool.owners.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(self.pool.local.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.pool.local.create_stream(id, message).await?)
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), SessionError> {
        Ok(self.pool.local.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.pool.local.create_standalone_stream(id).await?)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.pool.local.resume(id, last_event_id).await?)
    }
}
