//! The socket: one HTTP server per embedded Odoo, its database, and the record of what reached it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    serve::ListenerExt,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    DATABASE, Profile, Version, clock, data,
    env::{Context, Env, Tx},
    errors::Outcome,
    json2,
    orm::dispatch::{self, Call},
    registry::Registry,
    rpc,
    store::Store,
    web::{self, Sessions},
};

/// What to start.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which Odoo to play.
    pub version: Version,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Models that it lacks, e.g. `helpdesk.ticket`: as if the modules that bring them were not installed.
    pub without: &'static [&'static str],
}

impl Default for Options {
    fn default() -> Self {
        Self { version: Profile::V19, listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), without: &[] }
    }
}

/// One request that reached the embedded Odoo.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The HTTP method.
    pub http_method: String,
    /// The path: `/json/2/res.partner/search_read`, `/jsonrpc` …
    pub path: String,
    /// The model called, where one was.
    pub model: Option<String>,
    /// The method called; of JSON-RPC's `common` service `version`, `authenticate` or `login`.
    pub method: Option<String>,
    /// The body; null where it was no JSON. Passwords of JSON-RPC are in it as they came.
    pub body: Value,
    /// The login that the request was made with, where it was accepted.
    pub login: Option<String>,
}

/// What Odoo takes of one request, in bytes: 128 MiB.
const BODY_LIMIT: usize = 128 * 1024 * 1024;

/// A running embedded Odoo. It stops when it is stopped, or dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

/// What all requests share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) registry: &'static Registry,
    /// The database; replaced whole by every write that succeeds.
    store: Mutex<Arc<Store>>,
    /// Held by the write that is running.
    writing: Mutex<()>,
    pub(super) sessions: Sessions,
    recorded: Mutex<Vec<Recorded>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// The database as it is now.
    pub(super) fn snapshot(&self) -> Arc<Store> {
        Arc::clone(&held(&self.store))
    }

    /// Runs a call for a user, in a transaction of its own.
    ///
    /// # Errors
    /// What the method raised; then nothing has changed.
    pub(super) fn run(&self, uid: i64, context: serde_json::Map<String, Value>, call: &Call) -> Outcome<Value> {
        if call.signature.reads {
            let store = self.snapshot();
            let context = Context::new(&store, uid, context);
            dispatch::check_context(&store, self.registry, &context)?;
            let env = Env { store: &store, registry: self.registry, context };
            return dispatch::look(&env, call);
        }
        let _writing = held(&self.writing);
        let mut store = Store::clone(&self.snapshot());
        let context = Context::new(&store, uid, context);
        dispatch::check_context(&store, self.registry, &context)?;
        let mut tx = Tx { store: &mut store, registry: self.registry, context };
        let result = dispatch::change(&mut tx, call)?;
        *held(&self.store) = Arc::new(store);
        Ok(result)
    }
}

impl Server {
    /// Starts an embedded Odoo with fresh sample data.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let invalid = |what: String| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let registry = Registry::without(options.version, options.without).map_err(invalid)?;
        let store = data::fresh(registry).map_err(invalid)?;
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            registry,
            store: Mutex::new(Arc::new(store)),
            writing: Mutex::new(()),
            sessions: Sessions::default(),
            recorded: Mutex::new(Vec::new()),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let app =
            Router::new().fallback(handle).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(Arc::clone(&shared));
        let listener = listener.tap_io(|socket| {
            // Small answers must not wait for each other; a socket that refuses is only slower.
            let _ = socket.set_nodelay(true);
        });
        let task = tokio::spawn(async move {
            let stopped = async {
                // A sender that is dropped stops the server as well.
                let _ = stopped.await;
            };
            let _ = axum::serve(listener, app).with_graceful_shutdown(stopped).await;
        });
        Ok(Self { address, shared, stop: Some(stop), task: Some(task) })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The name of its only database.
    #[must_use]
    pub fn database(&self) -> &str {
        DATABASE
    }

    /// What reached it since the start, or since [`Server::clear_requests`], in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        held(&self.shared.recorded).clone()
    }

    /// Forgets what reached it.
    pub fn clear_requests(&self) {
        held(&self.shared.recorded).clear();
    }

    /// Puts the sample data back as they were at the start. With a moment its clock stands there, and the data are counted from
    /// that day.
    ///
    /// # Errors
    /// As [`Server::start`], which would have failed before; a moment for which the calendar is too short.
    pub fn reset(&self, at: Option<jiff::Timestamp>) -> std::io::Result<()> {
        let invalid = |what: String| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let store = match at {
            Some(at) => data::load_at(self.shared.registry, clock::utc(at)),
            None => data::fresh(self.shared.registry),
        };
        let _writing = held(&self.shared.writing);
        *held(&self.shared.store) = Arc::new(store.map_err(invalid)?);
        Ok(())
    }

    /// Stops listening, finishes the requests that are under way, and closes every connection.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

/// What a protocol made of a request: the answer, and what to note of the call.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) model: Option<String>,
    pub(super) method: Option<String>,
    pub(super) login: Option<String>,
}

impl Answer {
    /// An answer to something that was no call.
    pub(super) fn plain(response: Response) -> Self {
        Self { response, model: None, method: None, login: None }
    }
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// An HTML answer.
pub(super) fn html(status: StatusCode, body: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let parsed: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let recorded = Recorded {
        http_method: method.to_string(),
        path: path.clone(),
        model: None,
        method: None,
        body: parsed,
        login: None,
    };
    // Noted before it is answered: a client that goes away has still been here.
    let place = {
        let mut all = held(&shared.recorded);
        all.push(recorded);
        all.len() - 1
    };
    let answer = route(&shared, &method, &path, &headers, &body);
    if let Some(noted) = held(&shared.recorded).get_mut(place).filter(|noted| noted.path == path) {
        noted.model = answer.model;
        noted.method = answer.method;
        noted.login = answer.login;
    }
    answer.response
}

fn route(shared: &Shared, method: &Method, path: &str, headers: &HeaderMap, body: &Bytes) -> Answer {
    let major = shared.registry.profile.major();
    match (method.as_str(), path) {
        ("POST", "/jsonrpc") => rpc::handle(shared, body),
        ("POST", "/web/session/authenticate") => web::authenticate(shared, body),
        ("POST", "/web/session/destroy") => web::destroy(shared, headers),
        ("GET", path) if path.starts_with("/report/") => web::report(shared, headers, path),
        ("POST", "/web/webclient/version_info") => Answer::plain(rpc::version_info(shared, body)),
        ("GET", "/web/version") if major >= 17 => {
            let (serie, info) = rpc::version(shared.registry.profile);
            Answer::plain(json(StatusCode::OK, &json!({"version_info": info, "version": serie})))
        }
        ("GET", "/web/login") => Answer::plain(html(StatusCode::OK, LOGIN)),
        ("GET", "/" | "/web" | "/odoo") => {
            Answer::plain((StatusCode::SEE_OTHER, [(header::LOCATION, "/web/login")]).into_response())
        }
        (_, path) if major >= 19 && (path == "/json/2" || path.starts_with("/json/2/")) => {
            json2::handle(shared, method, path, headers, body)
        }
        ("GET", path) if major >= 19 && path.starts_with("/doc-bearer/") => {
            Answer::plain(json2::document(shared, path, headers))
        }
        _ => Answer::plain(html(StatusCode::NOT_FOUND, NOT_FOUND)),
    }
}

const LOGIN: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Odoo</title></head>\n<body><form class=\"oe_login_form\" method=\"post\" action=\"/web/login\"></form></body>\n</html>\n";
pub(super) const NOT_FOUND: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n";
