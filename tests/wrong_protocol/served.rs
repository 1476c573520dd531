//! The binary, and a client that sends rows to it.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::row::{BARE, Row, answerable};
use crate::common::process::{Process, tooldoo, unreachable_odoo};
use crate::common::{LEGACY, MODERN, initialize, initialized, modern, request};

/// A row that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes in a request. The tables say `LARGE` where they mean more.
pub const MAX_BODY: usize = 200_000;

const DEFINITIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong_protocol/definitions.toml");

type Checked = Result<(), String>;

/// The server over HTTP, with a session of every revision that has them.
pub struct Served {
    _process: Process,
    _files: tempfile::TempDir,
    url: String,
    http: reqwest::Client,
    sessions: HashMap<&'static str, String>,
    ended: String,
}

impl Served {
    pub async fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let config = files.path().join("config.toml");
        std::fs::write(&config, format!("[http]\nmax_body = {MAX_BODY}\n")).unwrap();
        let arguments = ["serve", "--http", "--listen", "127.0.0.1:0", "--definitions", DEFINITIONS];
        let mut command = tooldoo(&arguments);
        command.args(["--config", config.to_str().unwrap()]);
        let mut process = Process::start(unreachable_odoo(&mut command));
        let mut log = BufReader::new(&mut process.errors).lines();
        let url = loop {
            let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().expect("an address");
            if let Some((_, rest)) = line.split_once(" at http://") {
                break format!("http://{}", rest.trim().trim_end_matches("/mcp"));
            }
        };
        // A pipe that nobody reads fills.
        let errors = std::mem::replace(&mut process.errors, Self::nothing());
        tokio::spawn(async move { tokio::io::copy(&mut { errors }, &mut tokio::io::sink()).await });
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let mut served =
            Self { _process: process, _files: files, url, http, sessions: HashMap::new(), ended: String::new() };
        for revision in LEGACY {
            let session = served.open(revision).await;
            served.sessions.insert(revision, session);
        }
        served.ended = served.open("2025-11-25").await;
        let delete = served.http.delete(format!("{}/mcp", served.url)).header("mcp-session-id", &served.ended);
        assert_eq!(delete.send().await.unwrap().status(), 204);
        served
    }

    fn nothing() -> tokio::process::ChildStderr {
        let mut child = tokio::process::Command::new("true").stderr(std::process::Stdio::piped()).spawn().unwrap();
        child.stderr.take().unwrap()
    }

    async fn open(&self, revision: &str) -> String {
        let post = || {
            let request = self.http.post(format!("{}/mcp", self.url)).header("content-type", "application/json");
            request.header("accept", "application/json, text/event-stream")
        };
        let hello = post().body(initialize(revision).to_string()).send().await.unwrap();
        let session = hello.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let said = post().header("mcp-session-id", &session).body(initialized().to_string()).send().await.unwrap();
        assert_eq!(said.status(), 202);
        session
    }

    pub async fn check(&self, row: &Row, revision: &str) -> Checked {
        let (body, message) = row.message(revision);
        let mut headers: Vec<(&str, String)> = vec![
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
        ];
        if let Some(session) = self.sessions.get(revision) {
            headers.push(("mcp-session-id", session.clone()));
        }
        if revision != BARE {
            headers.push(("mcp-protocol-version", revision.to_owned()));
        }
        if revision == MODERN {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            headers.extend(text(&message["method"]).map(|method| ("mcp-method", method)));
            let name = text(&message["params"]["name"]).or_else(|| text(&message["params"]["uri"]));
            headers.extend(name.map(|name| ("mcp-name", name)));
        }
        headers.retain(|(name, _)| row.headers.iter().all(|(other, _)| other != name));
        let more = row.headers.iter().filter_map(|(name, value)| Some((*name, value.clone()?)));
        headers.extend(more.map(|(name, value)| (name, value.replace("ENDED", &self.ended))));

        let method = reqwest::Method::from_bytes(row.method.as_bytes()).unwrap();
        let mut sent = self.http.request(method, format!("{}{}", self.url, row.path)).body(body);
        for (name, value) in headers {
            sent = sent.header(name, value);
        }
        let answer = sent.send().await.map_err(|error| format!("no answer: {error:?}"))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let kind = headers.get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let text = answer.text().await.map_err(|error| format!("{status}, and no end: {error:?}"))?;
        let found = format!("{status} {kind} {text}");
        if status != row.expected_status(revision) {
            return Err(format!("not {}: {found}", row.expected_status(revision)));
        }
        if status == 405 && !headers.contains_key("allow") {
            return Err(format!("no `Allow`: {found}"));
        }
        if row.plain {
            let body: Value = serde_json::from_str(&text).map_err(|_| format!("not JSON: {found}"))?;
            let said = body["error"]["message"].as_str().is_some_and(|sentence| !sentence.is_empty());
            return if said && kind == "application/json" { Ok(()) } else { Err(found) };
        }
        let Some(code) = row.expected_code(revision) else {
            return if text.contains("\"error\"") { Err(format!("an error: {found}")) } else { Ok(()) };
        };
        let body = match kind.as_str() {
            "application/json" => text.clone(),
            "text/event-stream" if status == 200 => {
                let mut data = text.lines().filter_map(|line| line.strip_prefix("data:").map(str::trim));
                data.rfind(|data| !data.is_empty()).unwrap_or_default().to_owned()
            }
            _ => return Err(format!("not JSON: {found}")),
        };
        let body: Value = serde_json::from_str(&body).map_err(|_| format!("not JSON: {found}"))?;
        // What is refused for its headers is not read: it has no id.
        let read = matches!(status, 200 | 400) && row.method == "POST";
        let data = row.data.filter(|_| revision == MODERN);
        judge(&body, code, read, &message, data).map_err(|wrong| format!("{wrong}: {found}"))
    }

    /// After all that: what is right is still right, in every session.
    pub async fn still_serves(&self) {
        let ping = Row::request("a ping", "ping", json!({})).legacy();
        for &revision in &ping.revisions {
            self.check(&ping, revision).await.unwrap();
        }
        self.check(&Row::request("a list", "tools/list", json!({})).newest(), MODERN).await.unwrap();
    }
}

/// Whether that is the error that was due, to whom it was due.
fn judge(body: &Value, code: i64, read: bool, message: &Value, data: Option<&str>) -> Checked {
    if body["jsonrpc"] != "2.0" || body["error"]["code"] != code {
        return Err(format!("not {code}"));
    }
    if body["error"]["message"].as_str().is_none_or(str::is_empty) {
        return Err("no sentence".to_owned());
    }
    if data.is_some_and(|key| body["error"]["data"].get(key).is_none()) {
        return Err(format!("no `{}` in its data", data.unwrap_or_default()));
    }
    let id = body.get("id").filter(|id| !id.is_null());
    // Where it is not known whose request it is, nobody is named.
    if id.is_some() && id != answerable(message) {
        return Err("the answer is to somebody else".to_owned());
    }
    if read && id.is_none() && answerable(message).is_some() {
        return Err("the answer is to nobody".to_owned());
    }
    Ok(())
}

/// The server over stdio.
pub struct Lines {
    process: Process,
    revision: &'static str,
    probes: usize,
}

impl Lines {
    pub async fn start(revision: &'static str) -> Self {
        let mut command = tooldoo(&["serve", "--definitions", DEFINITIONS]);
        command.stderr(std::process::Stdio::null());
        let mut child = unreachable_odoo(&mut command).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let errors = child.stderr.take().unwrap();
        tokio::spawn(async move { tokio::io::copy(&mut { errors }, &mut tokio::io::sink()).await });
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Process { child, input, output, errors: Served::nothing() };
        if revision != MODERN {
            process.ask(&initialize(revision)).await;
            process.write(format!("{}\n", initialized()).as_bytes()).await;
        }
        Self { process, revision, probes: 0 }
    }

    /// Sends the row, and something that is right after it; both are answered, or that only where nothing is due.
    pub async fn check(&mut self, row: &Row) -> Checked {
        let (body, message) = row.message(self.revision);
        self.probes += 1;
        let id = format!("probe {}", self.probes);
        let probe = request(id.as_str(), "tools/list", json!({}));
        let probe = if self.revision == MODERN { modern(probe) } else { probe };
        self.process.write(&[&body[..], b"\n", probe.to_string().as_bytes(), b"\n"].concat()).await;
        let due = if row.silent { None } else { row.expected_code(self.revision) };
        let (mut answer, mut served) = (None, false);
        while !served || (!row.silent && answer.is_none()) {
            let next = tokio::time::timeout(PATIENCE, self.process.output.next_line()).await;
            let line = next.map_err(|_| format!("it hangs: {answer:?}, {served}"))?.unwrap().ok_or("it ended")?;
            let frame: Value = serde_json::from_str(&line).map_err(|_| format!("not a frame: {line}"))?;
            if frame["id"] == id {
                served = frame["result"].is_object();
                if !served {
                    return Err(format!("the next request failed: {frame}"));
                }
            } else if frame.get("method").is_none() {
                answer = Some(frame);
            }
        }
        match (answer, due) {
            (None, _) => Ok(()),
            (Some(answer), Some(code)) => {
                let data = row.data.filter(|_| self.revision == MODERN);
                judge(&answer, code, true, &message, data).map_err(|wrong| format!("{wrong}: {answer}"))
            }
            (Some(answer), None) if row.silent || answer.get("error").is_some() => Err(format!("answered: {answer}")),
            (Some(_), None) => Ok(()),
        }
    }
}
