//! Sessions, of the revisions that have them: bounded in number, closed when idle, and bound to who opened them. What is said
//! in one is written down before it is sent, so that a stream can be resumed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::Stream;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage, ServerResult};
use rmcp::transport::common::server_side_http::ServerSseMessage;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};
use tokio::sync::{Mutex, watch};

use super::events::{Events, Limits, Refused};
use crate::access::Caller;

/// The first revision whose clients understand an event without a message.
const WITH_PRIMING: &str = "2025-11-25";

/// Every open session of the process.
pub(super) struct Pool {
    local: LocalSessionManager,
    max: usize,
    /// Held while a session is counted and opened: the maximum holds under a burst, too.
    opening: Mutex<()>,
    /// Who opened it. A session id alone opens no other door.
    owners: RwLock<HashMap<SessionId, Caller>>,
    events: Arc<Events>,
}

impl Pool {
    pub(super) fn new(max: usize, idle: Duration) -> Arc<Self> {
        let mut local = LocalSessionManager::default();
        // rmcp closes an idle session after five minutes, an open stream or not; people pause for longer.
        local.session_config.keep_alive = Some(idle);
        // Both are ours: rmcp primes clients that do not understand it, and keeps what cannot be asked for.
        local.session_config.sse_retry = None;
        local.session_config.completed_cache_ttl = Duration::ZERO;
        let events = Events::new(Limits::default());
        Arc::new(Self { local, max, opening: Mutex::new(()), owners: RwLock::default(), events })
    }

    /// Whether another session may be opened.
    pub(super) async fn has_room(&self) -> bool {
        self.local.sessions.read().await.len() < self.max
    }

    /// Whether that session exists and is this caller's.
    pub(super) fn is_owned(&self, id: &str, caller: &Caller) -> bool {
        self.owners.read().unwrap_or_else(PoisonError::into_inner).get(id) == Some(caller)
    }

    /// Whether a stream of that session can go on after that event.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn may_resume(&self, id: &str, last_event_id: &str) -> Result<(), Refused> {
        self.events.find(&SessionId::from(id), last_event_id).map(|_| ())
    }
}

/// The pool, as one caller sees it.
pub(super) struct Scoped {
    pool: Arc<Pool>,
    caller: Caller,
    /// Of the session that is opened through this, if one is: whether its client listens.
    presence: watch::Sender<bool>,
}

impl Scoped {
    pub(super) fn new(pool: Arc<Pool>, caller: Caller, presence: watch::Sender<bool>) -> Self {
        Self { pool, caller, presence }
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
    /// It ended while it was used.
    #[error("The session has ended.")]
    Ended,
    /// There is nothing to go on with.
    #[error(transparent)]
    Resume(#[from] Refused),
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
        self.pool.events.open(&id, self.presence.clone());
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, SessionError> {
        let answer = self.pool.local.initialize_session(id, message).await?;
        if let ServerJsonRpcMessage::Response(response) = &answer
            && let ServerResult::InitializeResult(result) = &response.result
            && result.protocol_version.as_str() >= WITH_PRIMING
        {
            self.pool.events.prime(id);
        }
        // From now on, whether anybody listens or not.
        let said = self.pool.local.create_standalone_stream(id).await?;
        self.pool.events.record_standalone(id, said);
        Ok(answer)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, SessionError> {
        Ok(self.pool.is_owned(id, &self.caller) && self.pool.local.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), SessionError> {
        if !self.pool.is_owned(id, &self.caller) {
            return Ok(());
        }
        self.pool.owners.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.pool.events.close(id);
        Ok(self.pool.local.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        let said = self.pool.local.create_stream(id, message).await?;
        self.pool.events.record(id, said).ok_or(SessionError::Ended)
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), SessionError> {
        Ok(self.pool.local.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        self.pool.events.standalone(id).ok_or(SessionError::Ended)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.pool.events.resume(id, &last_event_id)?)
    }
}
