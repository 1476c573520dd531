//! The same over HTTP: a question in the middle of a stream, a plan of another caller, claims at the same time.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tooldoo::demo;

use super::client::{MODERN, accept, definitions, failure};

const PATIENCE: Duration = Duration::from_secs(30);

struct Site {
    _child: Child,
    odoo: demo::Server,
    url: String,
    http: reqwest::Client,
}

impl Site {
    async fn start() -> Self {
        let odoo = demo::Server::start(demo::Options::default()).await.unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.args(["serve", "--http", "--definitions"]).arg(definitions()).env_clear().kill_on_drop(true);
        command.env("ODOO_URL", odoo.url()).env("ODOO_DB", odoo.database());
        command.env("ODOO_USERNAME", demo::ADMIN.login).env("ODOO_API_KEY", demo::ADMIN.api_key);
        command.env("TOOLDOO_HTTP__LISTEN", "127.0.0.1:0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = loop {
            let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().expect("it serves");
            if let Some((_, rest)) =
                line.split_once("http://127.0.0.1:").filter(|(before, _)| before.contains("serving"))
            {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                break format!("http://127.0.0.1:{port}");
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { _child: child, odoo, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], message: &Value) -> reqwest::Response {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(message.to_string());
        request = request.header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        tokio::time::timeout(PATIENCE, request.send()).await.unwrap().unwrap()
    }

    /// A call at the newest revision; its result.
    async fn modern(&self, path: &str, tool: &str, arguments: &Value, capabilities: Value, more: &Value) -> Value {
        let mut params = json!({"name": tool, "arguments": arguments, "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        }});
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let headers = [("mcp-protocol-version", MODERN), ("mcp-method", "tools/call"), ("mcp-name", tool)];
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let response = self.post(path, &headers, &message).await;
        let text = response.text().await.unwrap();
        let json = text.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap_or(&text);
        let message: Value = serde_json::from_str(json).unwrap_or_else(|_| panic!("no message: {text}"));
        if message.get("result").is_some() { message["result"].clone() } else { message }
    }

    async fn json(&self, path: &str, tool: &str, arguments: Value) -> Value {
        let result = self.modern(path, tool, &arguments, json!({}), &json!({})).await;
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {result}"));
        serde_json::from_str(text).unwrap_or_else(|_| panic!("{tool}: {text}"))
    }

    /// A session; gives its id.
    async fn session(&self, path: &str, revision: &str) -> String {
        let client = json!({"name": "tests", "version": "0"});
        let params = json!({"protocolVersion": revision, "capabilities": {"elicitation": {}}, "clientInfo": client});
        let hello =
            self.post(path, &[], &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})).await;
        let session = hello.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        hello.text().await.unwrap();
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.post(path, &[("mcp-session-id", &session)], &ready).await;
        session
    }

    /// A call in a session: what is asked in the stream is accepted.
    async fn legacy(&self, path: &str, session: &str, revision: &str, tool: &str, arguments: Value) -> (Value, usize) {
        let headers = [("mcp-session-id", session), ("mcp-protocol-version", revision)];
        let call = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
        let mut response = self.post(path, &headers, &call).await;
        let (mut seen, mut asked) = (String::new(), 0);
        loop {
            let chunk = tokio::time::timeout(PATIENCE, response.chunk()).await.expect("an event").unwrap();
            let Some(chunk) = chunk else { panic!("the stream ended: {seen}") };
            seen.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = seen.find("\n\n") {
                let event: String = seen.drain(..end + 2).collect();
                let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                let Ok(message) = serde_json::from_str::<Value>(&data) else { continue };
                if message["method"] == "elicitation/create" {
                    asked += 1;
                    let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": accept(json!({}))});
                    assert!(self.post(path, &headers, &answer).await.status().is_success());
                } else if message["id"] == 5 {
                    return (message["result"].clone(), asked);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_in_the_middle_of_a_stream() {
    let site = Site::start().await;
    for revision in ["2025-06-18", "2025-11-25"] {
        let session = site.session("/mcp", revision).await;
        let made = site.json("/mcp", "probe_make", json!({"values": {"name": "Tooldoo Web"}})).await;
        let ids = made["ids"].clone();
        let (result, asked) = site.legacy("/mcp", &session, revision, "plan_unlink", json!({ "ids": ids })).await;
        assert_eq!((asked, &result["isError"]), (1, &json!(false)), "{result}");
        let left = site.json("/mcp", "probe_find", json!({"begins": "Tooldoo Web"})).await;
        assert_eq!(left["total"], 0, "{revision}");
    }
    site.odoo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_its_callers_and_runs_once() {
    let site = Site::start().await;
    let (none, nothing) = (json!({}), json!({}));
    let ids = site.json("/mcp/one", "probe_make", json!({"values": {"name": "Tooldoo Web"}})).await["ids"].clone();
    let call = json!({ "ids": ids });
    let error =
        failure(&site.modern("/mcp/one", "plan_unlink", &call, none.clone(), &nothing).await, "confirmation_required");
    let planned = json!({"ids": ids, "plan": error["plan"]["id"]});
    failure(&site.modern("/mcp/two", "plan_unlink", &planned, none.clone(), &nothing).await, "access_denied");
    // A confirmation is its caller's too.
    let can = json!({"elicitation": {}});
    let asked = site.modern("/mcp/one", "plan_unlink", &call, can.clone(), &nothing).await;
    let key = asked["inputRequests"].as_object().unwrap_or_else(|| panic!("{asked}")).keys().next().unwrap();
    let more = json!({"requestState": asked["requestState"], "inputResponses": {key: accept(json!({}))}});
    let other = site.modern("/mcp/two", "plan_unlink", &call, can, &more).await;
    assert_eq!(other["error"]["code"], -32602, "{other}");
    let found = site.json("/mcp/one", "probe_find", json!({"begins": "Tooldoo Web"})).await;
    assert_eq!(found["total"], 1);
    // Ten at once: one runs.
    let claims = (0..10).map(|_| site.modern("/mcp/one", "plan_unlink", &planned, none.clone(), &nothing));
    let results = futures::future::join_all(claims).await;
    let ran = results.iter().filter(|result| result["isError"] != true).count();
    assert_eq!(ran, 1, "{results:#?}");
    results.iter().filter(|result| result["isError"] == true).for_each(|result| drop(failure(result, "conflict")));
    let found = site.json("/mcp/one", "probe_find", json!({"begins": "Tooldoo Web"})).await;
    assert_eq!(found["total"], 0);
    site.odoo.stop().await;
}
