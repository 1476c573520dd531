//! Streamable HTTP: `/mcp` and `/mcp/{bundle}`, sessions for the revisions that have them, and `/health`.
//!
//! The caller owns the moment of binding and the moment of stopping, so that tests bind port 0. What a path may show is
//! decided by the [`Caller`] it stands for, not here.

mod doorman;
mod events;
mod health;
mod owed;
mod post;
mod reply;
mod resume;
mod sessions;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get};
use axum::serve::ListenerExt;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Caller;
use crate::mcp::{Handler, Hub, Presence};
use crate::reload::Report;
use sessions::{Pool, Scoped};

/// Time between the end of the subscriptions and the end of the streams that carry their results.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long running calls may go on once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How long the answers of calls that have ended may take until they are written.
const FLUSH: Duration = Duration::from_secs(2);

/// Requests that may be open beside the stream of each session.
const BESIDE_SESSIONS: usize = 1000;

/// `[http]` and `[limits].sessions`.
#[derive(Debug, Clone)]
pub struct Options {
    /// `http.listen`: address and port; a name is resolved.
    pub listen: String,
    /// Where that was said (a key, a variable, a flag), for a message about it.
    pub listen_origin: String,
    /// `http.path`, with a leading slash.
    pub path: String,
    /// `http.allowed_hosts`; empty is loopback names only.
    pub allowed_hosts: Vec<String>,
    /// `http.allowed_origins`; a page of the server's own origin is always allowed.
    pub allowed_origins: Vec<String>,
    /// `http.max_body`, in bytes.
    pub max_body: usize,
    /// `limits.sessions.max`.
    pub max_sessions: usize,
    /// `limits.sessions.idle`.
    pub session_idle: Duration,
    /// Who has subscribed in a session and does not read its stream for so long is taken to be gone until it does.
    pub session_absence: Duration,
    /// Requests that are answered at once, those whose answer is a stream until it ends. `None`: one for each session, and a thousand.
    pub max_open: Option<usize>,
    /// What `/mcp` shows, and the only bundles that have a path (`--bundle`); empty: `default`, and any.
    pub bundles: Vec<String>,
    /// `server.read_only`.
    pub read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            listen_origin: "http.listen".to_owned(),
            path: "/mcp".to_owned(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            max_body: 4 * 1024 * 1024,
            max_sessions: 1000,
            session_idle: Duration::from_secs(3600),
            session_absence: Duration::from_secs(300),
            max_open: None,
            bundles: Vec::new(),
            read_only: false,
        }
    }
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something else listens there.
    #[error(
        "The address `{listen}` is already in use: stop the program that uses port {port}, or choose another port with \
         `http.listen`{origin}."
    )]
    InUse {
        /// As configured.
        listen: String,
        /// In brackets, where that was said, if not by the key itself.
        origin: String,
        /// The port.
        port: u16,
    },
    /// Invariant 12: nothing listens beyond loopback without authentication.
    #[error(
        "`http.listen` is `{listen}`, which can be reached from other machines, and nothing says who may connect: \
         use a loopback address (`127.0.0.1:8080`)."
    )]
    NotLoopback {
        /// As configured.
        listen: String,
    },
    /// A name that does not resolve, a port that needs rights, …
    #[error("The server cannot listen on `{listen}` (`http.listen`): {error}.")]
    Listen {
        /// As configured.
        listen: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// `http.path` is no path, or one that is taken.
    #[error("`http.path` is `{path}`, which is not a path of its own: choose one like `/mcp`, but not `/health`.")]
    Path {
        /// As configured.
        path: String,
    },
    /// The listener broke while the server ran.
    #[error("The server stopped listening: {0}.")]
    Broken(std::io::Error),
}

/// A server that listens, and does not answer yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
}

/// Takes the address.
///
/// # Errors
/// See [`Error`].
pub async fn bind(options: Options) -> Result<Bound, Error> {
    let path = options.path.trim_end_matches('/').to_owned();
    let plain = path.split('/').skip(1).all(|part| !part.is_empty() && part.bytes().all(is_plain));
    if !options.path.starts_with('/') || !plain || path == "/health" {
        return Err(Error::Path { path: options.path });
    }
    let listen = options.listen.clone();
    let failed = |error| Error::Listen { listen: listen.clone(), error };
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(&listen).await.map_err(failed)?.collect();
    if addresses.iter().any(|address| !address.ip().to_canonical().is_loopback()) {
        return Err(Error::NotLoopback { listen });
    }
    let listener = TcpListener::bind(addresses.as_slice()).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            let origin = match options.listen_origin.as_str() {
                "http.listen" => String::new(),
                origin => format!(" (it was set by `{origin}`)"),
            };
            Error::InUse { listen: listen.clone(), origin, port: addresses.first().map_or(0, SocketAddr::port) }
        }
        _ => failed(error),
    })?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address, options: Options { path, ..options } })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// What every request needs.
struct Server {
    hub: Arc<Hub>,
    options: Options,
    sessions: Arc<Pool>,
    health: Arc<dyn Fn() -> Report + Send + Sync>,
    /// The answers that clients wait for.
    owed: TaskTracker,
    /// How many requests may still be open.
    places: Arc<Semaphore>,
    /// Cancelled when streams and sessions have to end.
    end: CancellationToken,
}

impl Bound {
    /// Where it listens; of use where the port was 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is cancelled; then ends subscriptions, lets running calls finish, and ends every stream.
    ///
    /// # Errors
    /// [`Error::Broken`] where the listener fails.
    pub async fn serve(
        self,
        hub: Arc<Hub>,
        health: impl Fn() -> Report + Send + Sync + 'static,
        stop: CancellationToken,
    ) -> Result<(), Error> {
        let end = CancellationToken::new();
        let owed = TaskTracker::new();
        owed.close();
        let most = self.options.max_open.unwrap_or_else(|| self.options.max_sessions.saturating_add(BESIDE_SESSIONS));
        let server = Arc::new(Server {
            places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            sessions: Pool::new(self.options.max_sessions, self.options.session_idle),
            hub: hub.clone(),
            options: self.options,
            health: Arc::new(health),
            owed: owed.clone(),
            end: end.clone(),
        });
        // Without it a small reply waits for the client's delayed acknowledgement: 20 times fewer calls per second.
        let listener = self.listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY could not be set");
            }
        });
        let accept = CancellationToken::new();
        let serving = axum::serve(listener, router(server)).with_graceful_shutdown(accept.clone().cancelled_owned());
        let mut serving = tokio::spawn(serving.into_future());
        tokio::select! {
            outcome = &mut serving => return finished(outcome),
            () = stop.cancelled() => {}
        }
        accept.cancel();
        hub.close();
        tokio::join!(tokio::time::sleep(LAST_WORDS), async {
            if tokio::time::timeout(DRAIN, hub.idle()).await.is_err() {
                tracing::warn!("calls that were still running are cancelled");
            }
            // A call that has ended is not yet answered. A stream without an answer to come (the call was cancelled) ends here.
            let _ = tokio::time::timeout(FLUSH, owed.wait()).await;
        });
        end.cancel();
        match tokio::time::timeout(FLUSH, serving).await {
            Ok(outcome) => finished(outcome),
            // A client that keeps its connection open does not keep the process alive.
            Err(_) => Ok(()),
        }
    }
}

fn finished(outcome: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), Error> {
    match outcome {
        Ok(outcome) => outcome.map_err(Error::Broken),
        Err(error) => Err(Error::Broken(std::io::Error::other(error))),
    }
}

fn router(server: Arc<Server>) -> Router {
    let path = server.options.path.clone();
    let router = if path.is_empty() { Router::new() } else { Router::new().route(&path, any(default)) };
    router
        .route("/health", get(health::show))
        .route(&format!("{path}/"), any(default))
        .route(&format!("{path}/{{bundles}}"), any(bundle))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(server.clone(), doorman::check))
        .with_state(server)
}

async fn default(State(server): State<Arc<Server>>, request: Request) -> Response {
    let names = server.options.bundles.clone();
    if let Some(refused) = server.clash(&names, &request) {
        return refused;
    }
    server.answer(names, request).await
}

async fn bundle(State(server): State<Arc<Server>>, Path(bundles): Path<String>, request: Request) -> Response {
    let mut names: Vec<String> = bundles.split('+').map(str::to_owned).collect();
    names.sort();
    names.dedup();
    // A client that is connected keeps its connection, and an empty list, when the last tool of its bundle goes.
    if !request.headers().contains_key("mcp-session-id") {
        let catalog = server.hub.snapshot();
        let only = &server.options.bundles;
        let is_there = |name: &String| catalog.has_bundle(name) && (only.is_empty() || only.contains(name));
        if let Some(unknown) = names.iter().find(|name| !is_there(name)) {
            let message = format!("There is no bundle `{unknown}`.");
            return reply::error(StatusCode::NOT_FOUND, &message);
        }
    }
    if let Some(refused) = server.clash(&names, &request) {
        return refused;
    }
    server.answer(names, request).await
}

async fn nowhere(State(server): State<Arc<Server>>) -> Response {
    let path = &server.options.path;
    let message = format!("Nothing is here: MCP is at `{path}/` and `{path}/{{bundle}}`, the state at `/health`.");
    reply::error(StatusCode::NOT_FOUND, &message)
}

type Service = StreamableHttpService<Handler, Scoped>;

impl Server {
    /// The answer to who wants to use bundles together that do not go together. A client that is connected already sees nothing
    /// more, and is told so when it calls.
    fn clash(&self, names: &[String], request: &Request) -> Option<Response> {
        let connected = request.headers().contains_key("mcp-session-id");
        let clash = self.hub.snapshot().clash(names).filter(|_| !connected)?;
        Some(reply::error(StatusCode::CONFLICT, &clash.to_string()))
    }

    async fn answer(&self, bundles: Vec<String>, request: Request) -> Response {
        let caller = Caller { bundles, read_only: self.options.read_only, login: None };
        let deletes = request.method() == axum::http::Method::DELETE;
        let place = self.places.clone().try_acquire_owned();
        // Who ends a session makes room.
        if place.is_err() && !deletes {
            return reply::without_buffering(reply::busy(
                None,
                "The server answers as many requests as it can: try again later.",
            ));
        }
        let response = if request.method() == axum::http::Method::POST {
            self.post(caller, request).await
        } else {
            if let Some(refused) = self.unknown(&caller, &request) {
                return refused;
            }
            let mode = Mode { sessions: true, json: true };
            let mut response = reply::from_rmcp(self.service(caller, mode).handle(request).await, None).await;
            // The session is gone by now. Python's client takes a 202 for a failure, and warns its user of it.
            if deletes && response.status() == StatusCode::ACCEPTED {
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            response
        };
        reply::without_buffering(owed::until_written(response, place.ok()))
    }

    /// rmcp's end of one request. Cheap: the sessions are shared, and bound to the caller for whom they were opened.
    fn service(&self, caller: Caller, mode: Mode) -> Service {
        let config = StreamableHttpServerConfig::default()
            // The doorman has checked both, with answers in JSON.
            .disable_allowed_hosts()
            .disable_allowed_origins()
            // Streams are primed where their events are kept, for the clients that understand it.
            .with_sse_retry(None)
            .with_legacy_session_mode(mode.sessions)
            .with_json_response(mode.json)
            .with_max_request_body_bytes(self.options.max_body)
            .with_cancellation_token(self.end.clone());
        let presence = watch::Sender::new(false);
        let present = Presence { is_there: presence.subscribe(), patience: self.options.session_absence };
        let scoped = Arc::new(Scoped::new(self.sessions.clone(), caller.clone(), presence));
        let hub = self.hub.clone();
        StreamableHttpService::new(move || Ok(hub.handler(caller.clone()).of(present.clone())), scoped, config)
    }
}

/// How one request is served.
#[derive(Debug, Clone, Copy)]
struct Mode {
    /// A request of a revision with a handshake is in a session, or opens one; otherwise it stands by itself.
    sessions: bool,
    /// The client takes an answer that is not a stream.
    json: bool,
}
