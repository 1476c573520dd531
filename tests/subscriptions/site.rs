//! The real binary on an Odoo, the ways in which clients subscribe, and somebody else who works in that Odoo.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::client::Target;

const NEWEST: &str = "2026-07-28";
const WITH_HANDSHAKE: &str = "2025-11-25";

/// No test waits longer than this for what has to come; it is not a measure of speed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// stdio, with a handshake: `resources/subscribe`.
    LineSession,
    /// stdio, at the newest revision: `subscriptions/listen`.
    LineListen,
    /// HTTP, with a session: `resources/subscribe`, and the stream of a GET.
    WebSession,
    /// HTTP, at the newest revision: the stream of a `subscriptions/listen`.
    WebListen,
}

impl Door {
    /// Whether it is the revision without a handshake.
    pub fn is_newest(self) -> bool {
        matches!(self, Self::LineListen | Self::WebListen)
    }
}

pub const DOORS: [Door; 4] = [Door::LineSession, Door::LineListen, Door::WebSession, Door::WebListen];

/// A server as the ordinary employee, with definitions of its own.
pub struct Site {
    child: Child,
    door: Door,
    directory: tempfile::TempDir,
    input: Option<ChildStdin>,
    url: String,
    http: reqwest::Client,
    session: String,
    next: u64,
    /// What arrives, whatever it arrives by.
    messages: mpsc::UnboundedReceiver<Value>,
    arriving: mpsc::UnboundedSender<Value>,
    /// Streams that are read.
    streams: BTreeMap<u64, JoinHandle<()>>,
    /// What was heard while something else was waited for.
    heard: Vec<String>,
}

impl Site {
    pub async fn start(target: &Target, door: Door, definitions: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("definitions.toml"), definitions).unwrap();
        let web = matches!(door, Door::WebSession | Door::WebListen);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.arg("serve").args(web.then_some("--http")).arg("--definitions").arg(directory.path());
        command.env_clear().kill_on_drop(true);
        command.env("ODOO_URL", &target.url).env("ODOO_DB", &target.database);
        command.env("ODOO_USERNAME", &target.employee.0).env("ODOO_API_KEY", &target.employee.1);
        command.env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol);
        command.env("TOOLDOO_HTTP__LISTEN", "127.0.0.1:0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = if web { serving(&mut log).await } else { String::new() };
        tokio::spawn(async move {
            while let Ok(Some(line)) = log.next_line().await {
                eprintln!("{line}")
            }
        });
        let (arriving, messages) = mpsc::unbounded_channel();
        let mut site = Self {
            input: child.stdin.take(),
            door,
            directory,
            url,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            session: String::new(),
            next: 0,
            messages,
            arriving,
            streams: BTreeMap::new(),
            heard: Vec::new(),
            child,
        };
        match door {
            Door::LineSession | Door::LineListen => site.read_lines(),
            Door::WebSession | Door::WebListen => {}
        }
        if matches!(door, Door::LineSession | Door::WebSession) {
            site.open().await;
        }
        site
    }

    fn read_lines(&mut self) {
        let mut lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        let arriving = self.arriving.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let _ = arriving.send(serde_json::from_str(&line).unwrap());
            }
        });
    }

    /// The handshake; over HTTP also the stream of the session.
    pub async fn open(&mut self) {
        let client = json!({"name": "tests", "version": "0"});
        let hello = json!({"protocolVersion": WITH_HANDSHAKE, "capabilities": {}, "clientInfo": client});
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello});
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        if self.door == Door::LineSession {
            self.write(&hello).await;
            let answer = self.answer(0).await;
            assert_eq!(answer["result"]["capabilities"]["resources"]["subscribe"], true, "{answer}");
            self.write(&initialized).await;
            return;
        }
        let answer = self.post(&[], &hello).await;
        self.session = answer.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        answer.text().await.unwrap();
        self.post(&[("mcp-session-id", &self.session)], &initialized).await;
        let stream = self.http.get(format!("{}/mcp", self.url)).header("accept", "text/event-stream");
        let stream = stream.header("mcp-session-id", &self.session).send().await.unwrap();
        assert_eq!(stream.status(), 200);
        self.read_stream(0, stream);
    }

    /// Ends the session of HTTP.
    pub async fn close(&mut self) {
        let ended = self.http.delete(format!("{}/mcp", self.url)).header("mcp-session-id", &self.session);
        assert!(ended.send().await.unwrap().status().is_success());
    }

    async fn write(&mut self, message: &Value) {
        self.input.as_mut().unwrap().write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn post(&self, headers: &[(&str, &str)], message: &Value) -> reqwest::Response {
        let mut request = self.http.post(format!("{}/mcp", self.url)).body(message.to_string());
        request = request.header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        tokio::time::timeout(PATIENCE, request.send()).await.unwrap().unwrap()
    }

    fn read_stream(&mut self, id: u64, mut stream: reqwest::Response) {
        let arriving = self.arriving.clone();
        let reading = tokio::spawn(async move {
            let mut text = String::new();
            while let Ok(Some(chunk)) = stream.chunk().await {
                text.push_str(&String::from_utf8_lossy(&chunk));
                while let Some(end) = text.find("\n\n") {
                    let event: String = text.drain(..end + 2).collect();
                    let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                    if let Ok(message) = serde_json::from_str(&data) {
                        let _ = arriving.send(message);
                    }
                }
            }
        });
        self.streams.insert(id, reading);
    }

    /// Sends a request; gives its id.
    async fn send(&mut self, method: &str, mut params: Value) -> u64 {
        self.next += 1;
        let id = self.next;
        if self.door.is_newest() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": NEWEST,
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        match self.door {
            Door::LineSession | Door::LineListen => self.write(&message).await,
            Door::WebSession => {
                let session = self.session.clone();
                let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", WITH_HANDSHAKE)];
                let stream = self.post(&headers, &message).await;
                self.read_stream(id, stream);
            }
            Door::WebListen => {
                let uri = message["params"]["uri"].as_str().map(str::to_owned);
                let mut headers = vec![("mcp-protocol-version", NEWEST), ("mcp-method", method)];
                headers.extend(uri.as_deref().map(|uri| ("mcp-name", uri)));
                let stream = self.post(&headers, &message).await;
                let json = stream.headers()["content-type"].to_str().unwrap().starts_with("application/json");
                if json {
                    let _ = self.arriving.send(stream.json().await.unwrap());
                } else {
                    self.read_stream(id, stream);
                }
            }
        }
        id
    }

    async fn message(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.messages.recv()).await.expect("a message").unwrap()
    }

    async fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.message().await;
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.hear(&message);
        }
    }

    fn hear(&mut self, message: &Value) {
        if message["method"] == "notifications/resources/updated" {
            let tag = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
            let tagged = self.door.is_newest();
            assert_eq!(tag.is_null(), !tagged, "{message}");
            self.heard.push(message["params"]["uri"].as_str().unwrap().to_owned());
        }
    }

    /// The answer to a request.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        self.answer(id).await
    }

    /// Subscribes to these, which must be accepted. Gives what [`Site::end`] ends.
    pub async fn subscribe(&mut self, uris: &[String]) -> u64 {
        let (id, accepted) = self.try_subscribe(uris).await;
        assert_eq!(accepted, uris, "{:?}", self.door);
        id
    }

    /// Subscribes; gives those that are accepted.
    pub async fn try_subscribe(&mut self, uris: &[String]) -> (u64, Vec<String>) {
        if self.door.is_newest() {
            let id = self.send("subscriptions/listen", json!({"notifications": {"resourceSubscriptions": uris}})).await;
            loop {
                let message = self.message().await;
                if message["method"] == "notifications/subscriptions/acknowledged" {
                    let accepted = &message["params"]["notifications"]["resourceSubscriptions"];
                    return (id, serde_json::from_value(accepted.clone()).unwrap_or_default());
                }
                assert!(message.get("error").is_none(), "{message}");
                self.hear(&message);
            }
        }
        let mut accepted = Vec::new();
        for uri in uris {
            if self.ask("resources/subscribe", json!({ "uri": uri })).await.get("result").is_some() {
                accepted.push(uri.clone());
            }
        }
        (0, accepted)
    }

    /// Ends subscriptions that were made together.
    pub async fn end(&mut self, id: u64, uris: &[String]) {
        match self.door {
            Door::LineListen => {
                let params = json!({"requestId": id});
                self.write(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})).await;
            }
            Door::WebListen => {
                if let Some(stream) = self.streams.remove(&id) {
                    stream.abort();
                }
            }
            Door::LineSession | Door::WebSession => {
                for uri in uris {
                    let answer = self.ask("resources/unsubscribe", json!({ "uri": uri })).await;
                    assert!(answer.get("result").is_some(), "{answer}");
                }
            }
        }
    }

    /// Waits until it is heard that this has changed. What else is heard stays.
    pub async fn hears(&mut self, uri: &str) {
        loop {
            if let Some(position) = self.heard.iter().position(|heard| heard == uri) {
                self.heard.remove(position);
                return;
            }
            let message = self.message().await;
            self.hear(&message);
        }
    }

    /// What was heard and not waited for.
    pub fn heard(&mut self) -> Vec<String> {
        while let Ok(message) = self.messages.try_recv() {
            self.hear(&message);
        }
        std::mem::take(&mut self.heard)
    }

    /// Saves other definitions.
    pub fn save(&self, definitions: &str) {
        let path: &Path = self.directory.path();
        std::fs::write(path.join("definitions.toml"), definitions).unwrap();
    }
}

async fn serving(log: &mut Lines<BufReader<impl AsyncRead + Unpin>>) -> String {
    loop {
        let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().expect("it serves");
        if let Some((_, rest)) = line.split_once("http://127.0.0.1:").filter(|(before, _)| before.contains("serving")) {
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return format!("http://127.0.0.1:{port}");
        }
    }
}

/// The administrator of that Odoo, who works in it by other means.
pub struct Other {
    http: reqwest::Client,
    target: Target,
    uid: i64,
    made: Vec<(String, i64)>,
}

impl Other {
    pub async fn new(target: &Target) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut other = Self { http, target: target.clone(), uid: 0, made: Vec::new() };
        let login = json!([target.database, target.login, target.api_key, {}]);
        other.uid = other.service("common", "authenticate", login).await.as_i64().expect("the login works");
        other
    }

    async fn service(&self, service: &str, method: &str, args: Value) -> Value {
        let params = json!({"service": service, "method": method, "args": args});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "call", "params": params});
        let answer = self.http.post(format!("{}/jsonrpc", self.target.url)).json(&call).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    pub async fn call(&self, model: &str, method: &str, args: Value) -> Value {
        let target = &self.target;
        let args = json!([target.database, self.uid, target.api_key, model, method, args]);
        self.service("object", "execute_kw", args).await
    }

    /// A record that [`Other::done`] removes.
    pub async fn make(&mut self, model: &str, values: Value) -> i64 {
        let id = self.call(model, "create", json!([values])).await.as_i64().unwrap();
        self.made.push((model.to_owned(), id));
        id
    }

    pub async fn write(&self, model: &str, id: i64, values: Value) {
        assert_eq!(self.call(model, "write", json!([[id], values])).await, true);
    }

    pub async fn remove(&mut self, model: &str, id: i64) {
        self.made.retain(|made| *made != (model.to_owned(), id));
        self.call(model, "unlink", json!([[id]])).await;
    }

    /// The id of the user with that login.
    pub async fn id_of(&self, login: &str) -> i64 {
        let domain = json!([[["login", "=", login]]]);
        self.call("res.users", "search", domain).await[0].as_i64().unwrap()
    }

    pub async fn done(mut self) {
        for (model, id) in std::mem::take(&mut self.made) {
            self.call(&model, "unlink", json!([[id]])).await;
        }
    }
}
