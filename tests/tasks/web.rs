//! Over HTTP: whose a task is, how many there may be, and what reaches Odoo.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::TOOLS;
use crate::common::line::PATIENCE;
use crate::common::process::{Process, tooldoo};
use crate::common::{MODERN, request};
use crate::server::{self, KEY, Reply, Server};

const SEARCH: &str = "res.partner.web_search_read";

/// The most tasks of one caller that run at once.
const MOST: usize = 16;

struct Site {
    odoo: Server,
    process: Process,
    url: String,
    http: reqwest::Client,
}

impl Site {
    /// Before an Odoo whose searches never end.
    async fn start() -> Self {
        let odoo = Server::odoo("19.0", |seen, _| (seen.call() == SEARCH).then_some(Reply::Silence)).await;
        let mut command = tooldoo(&["serve", "--http", "--listen", "127.0.0.1:0", "--definitions", TOOLS]);
        let login = [("ODOO_DB", "erp"), ("ODOO_USERNAME", "bot@example.com"), ("ODOO_API_KEY", KEY)];
        command.env("ODOO_URL", &odoo.url).envs(login);
        let mut process = Process::start(&mut command);
        let mut log = BufReader::new(&mut process.errors).lines();
        let url = loop {
            let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().expect("an address");
            if let Some((_, rest)) = line.split_once(" at http://") {
                break format!("http://{}", rest.trim());
            }
        };
        Self { odoo, process, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// A request at the newest revision of a client that has tasks; the response.
    async fn send(&self, bundle: &str, method: &str, mut params: Value) -> Value {
        let name = ["name", "taskId"].iter().find_map(|key| params[*key].as_str()).map(str::to_owned);
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}},
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        });
        let mut post = self.http.post(format!("{}/{bundle}", self.url)).header("mcp-method", method);
        post = post.header("mcp-protocol-version", MODERN).header("content-type", "application/json");
        if let Some(name) = name {
            post = post.header("mcp-name", name);
        }
        let sent = post.body(request(1, method, params).to_string()).send();
        tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap().json().await.unwrap()
    }

    async fn find(&self, bundle: &str) -> Value {
        self.send(bundle, "tools/call", json!({"name": "task_find", "arguments": {"name": "Azure"}})).await
    }

    async fn begin(&self, bundle: &str) -> String {
        let begun = self.find(bundle).await;
        begun["result"]["taskId"].as_str().unwrap_or_else(|| panic!("no task: {begun}")).to_owned()
    }

    async fn get(&self, bundle: &str, id: &str) -> Value {
        self.send(bundle, "tasks/get", json!({ "taskId": id })).await
    }

    async fn cancel(&self, bundle: &str, id: &str) -> Value {
        self.send(bundle, "tasks/cancel", json!({ "taskId": id })).await
    }

    async fn ended(&self, bundle: &str, id: &str) -> Value {
        let wait = async {
            loop {
                let task = self.get(bundle, id).await["result"].clone();
                if task["status"] != "working" {
                    return task;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{id} never ends"))
    }
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    assert!(tokio::time::timeout(PATIENCE, server::until(condition)).await.is_ok(), "never came: {what}");
}

#[tokio::test]
async fn to_cancel_a_task_gives_up_its_request_to_odoo_and_nothing_follows() {
    let site = Site::start().await;
    let id = site.begin("one").await;
    until("the request", || site.odoo.count(SEARCH) == 1).await;
    assert_eq!(site.get("one", &id).await["result"]["status"], "working", "the request is over, the task is not");
    assert_eq!(site.cancel("one", &id).await["result"], json!({"resultType": "complete"}));
    until("the end of the request", || site.odoo.given_up() == 1).await;
    let task = site.ended("one", &id).await;
    assert_eq!(task["status"], "cancelled", "{task}");
    assert!(task["statusMessage"].as_str().unwrap().contains("Nothing was written."), "{task}");
    assert_eq!(site.odoo.count("res.partner.create"), 0);
}

#[tokio::test]
async fn a_task_is_its_callers() {
    let site = Site::start().await;
    let id = site.begin("one").await;
    for (method, more) in
        [("tasks/get", json!({})), ("tasks/cancel", json!({})), ("tasks/update", json!({"inputResponses": {}}))]
    {
        let mut errors = Vec::new();
        for task in [id.as_str(), "00000000000000000000000000000000"] {
            let mut params = more.clone();
            params["taskId"] = json!(task);
            errors.push(site.send("two", method, params).await["error"].clone());
        }
        assert_eq!(errors[0]["code"], -32602, "{method}: {errors:?}");
        assert_eq!(errors[0], errors[1], "somebody else's is as one that there is not");
    }
    assert_eq!(site.get("one", &id).await["result"]["status"], "working");
    // An id says nothing of the next.
    let other = site.begin("one").await;
    assert!(id.len() == 32 && other.len() == 32 && id[..8] != other[..8], "{id} {other}");
}

#[tokio::test]
async fn tasks_are_there_where_a_tool_has_them() {
    let site = Site::start().await;
    let extensions = async |bundle| {
        let discovered = site.send(bundle, "server/discover", json!({})).await;
        discovered["result"]["capabilities"]["extensions"].clone()
    };
    assert_eq!(extensions("one").await, json!({"io.modelcontextprotocol/tasks": {}}));
    assert_eq!(extensions("plain").await, Value::Null);
    for params in [json!({"taskId": "x"}), json!({})] {
        assert_eq!(site.send("plain", "tasks/get", params).await["error"]["code"], -32601);
    }
}

#[tokio::test]
async fn one_caller_has_so_many_tasks_and_leaves_room_for_others() {
    let site = Site::start().await;
    let mut ids = Vec::new();
    for _ in 0..MOST {
        ids.push(site.begin("one").await);
    }
    let refused = site.find("one").await["result"].clone();
    let facts: Value = serde_json::from_str(refused["content"][1]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&facts["kind"], &facts["applied"]), (&json!("rate_limited"), &json!("no")), "{refused}");
    site.begin("two").await;
    site.cancel("one", &ids[0]).await;
    site.ended("one", &ids[0]).await;
    site.begin("one").await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_stops_ends_its_tasks() {
    let site = Site::start().await;
    site.begin("one").await;
    until("the request", || site.odoo.count(SEARCH) == 1).await;
    site.process.signal("-TERM");
    until("the end of the request", || site.odoo.given_up() == 1).await;
    assert_eq!(site.process.ended().await.0, Some(0));
    assert_eq!(site.odoo.count("res.partner.create"), 0);
}
