//! A server over HTTP in the same process, and a client that sends what it likes.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tooldoo::mcp::Hub;
use tooldoo::reload::{CatalogReport, ReloadReport, Report};
use tooldoo::transport::http::{self, Error, Options};

pub struct Web {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub server: JoinHandle<Result<(), Error>>,
    pub http: reqwest::Client,
}

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("application/json"), "{} is {kind}: {}", self.status, self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The messages of a stream.
    pub fn events(&self) -> Vec<Value> {
        assert_eq!(self.header("content-type").as_deref(), Some("text/event-stream"), "{}", self.text);
        let data = self.text.lines().filter_map(|line| line.strip_prefix("data:"));
        data.filter(|data| !data.trim().is_empty()).map(|data| serde_json::from_str(data).unwrap()).collect()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        Some(self.headers.get(name)?.to_str().unwrap().to_owned())
    }
}

pub fn options() -> Options {
    Options { listen: "127.0.0.1:0".to_owned(), ..Options::default() }
}

pub fn report() -> Report {
    let now = jiff::Timestamp::now();
    Report {
        status: "degraded",
        version: "1",
        started: now,
        catalog: CatalogReport { tools: 5, since: now },
        reload: ReloadReport { at: now, ok: false, diagnostics: vec!["tools.d/a.toml:1:1 is wrong".to_owned()] },
    }
}

impl Web {
    pub async fn new(hub: &Arc<Hub>) -> Self {
        Self::with(hub, options()).await
    }

    pub async fn with(hub: &Arc<Hub>, options: Options) -> Self {
        let bound = http::bind(options).await.unwrap();
        let address = bound.address();
        let stop = CancellationToken::new();
        let server = tokio::spawn(bound.serve(hub.clone(), report, stop.clone()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, stop, server, http }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Exactly these headers and this body.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// As a manual's example does: a body and its type, nothing else.
    pub async fn bare(&self, path: &str, message: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], message.to_string()).await
    }

    /// As a client of the specification does.
    pub async fn post(&self, path: &str, more: &[(&str, &str)], message: &Value) -> Answer {
        let mut headers = vec![("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
        headers.extend(more);
        self.send("POST", path, &headers, message.to_string()).await
    }

    /// A request of the revision without a handshake, with the headers that repeat its body.
    pub async fn modern(&self, path: &str, message: Value) -> Answer {
        let message = super::modern(message);
        let method = message["method"].as_str().unwrap().to_owned();
        let mut headers = vec![("mcp-protocol-version", super::MODERN), ("mcp-method", method.as_str())];
        let name = message["params"]["name"].as_str().map(str::to_owned);
        headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
        self.post(path, &headers, &message).await
    }

    /// Opens the stream of a session, on which the server speaks by itself.
    pub async fn listen(&self, path: &str, session: &str) -> reqwest::Response {
        let request = self.http.get(self.url(path)).header("accept", "text/event-stream");
        request.header("mcp-session-id", session).send().await.unwrap()
    }

    /// A handshake; gives the session.
    pub async fn open(&self, path: &str) -> String {
        let hello = self.post(path, &[], &super::initialize("2025-11-25")).await;
        assert_eq!(hello.status, 200, "{}", hello.text);
        let session = hello.header("mcp-session-id").expect("a session");
        let said = self.post(path, &[("mcp-session-id", session.as_str())], &super::initialized()).await;
        assert_eq!((said.status, said.text.as_str()), (202, ""));
        session
    }
}
