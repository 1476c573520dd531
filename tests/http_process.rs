//! The real binary over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::path::Path;

use common::line::PATIENCE;
use common::process::{Process, definition, save, tooldoo};
use common::{call, request};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

struct Demo {
    server: Process,
    url: String,
    /// What it said until it served.
    said: String,
}

impl Demo {
    async fn start(definitions: Option<&Path>) -> Self {
        let mut arguments = vec!["demo", "--listen", "127.0.0.1:0"];
        arguments.extend(definitions.iter().flat_map(|path| ["--definitions", path.to_str().unwrap()]));
        let mut server = Process::start(&mut tooldoo(&arguments));
        let (mut said, mut url) = (String::new(), String::new());
        while !said.contains("Ctrl-C") {
            let line =
                tokio::time::timeout(PATIENCE, server.output.next_line()).await.unwrap().unwrap().expect("output");
            if let Some(rest) = line.strip_prefix("MCP is served at ") {
                url = rest.split(". ").next().unwrap().trim_end_matches("/mcp").to_owned();
            }
            said.push_str(&line);
            said.push('\n');
        }
        Self { server, url, said }
    }

    async fn post(&self, message: &Value) -> Value {
        self.post_to("/mcp", message).await
    }

    async fn post_to(&self, path: &str, message: &Value) -> Value {
        let request = reqwest::Client::builder().no_proxy().build().unwrap().post(format!("{}{path}", self.url));
        let response =
            request.header("content-type", "application/json").body(message.to_string()).send().await.unwrap();
        response.json().await.unwrap()
    }

    async fn health(&self) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(format!("{}/health", self.url)).send().await.unwrap().json().await.unwrap()
    }

    async fn names(&self) -> Vec<String> {
        let listed = self.post(&request(1, "tools/list", json!({}))).await;
        let tools = listed["result"]["tools"].as_array().unwrap().clone();
        tools.into_iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn until(&self, what: &str, condition: impl AsyncFn(&Self) -> bool) {
        let wait = async {
            while !condition(self).await {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "never came: {what}");
    }
}

#[tokio::test]
async fn the_demo_shows_a_call_says_how_to_connect_and_stays_up() {
    let mut demo = Demo::start(None).await;
    for part in [
        "\"records\":",
        "claude mcp add --transport http",
        "claude_desktop_config.json",
        "~/.cursor/mcp.json",
        ".vscode/mcp.json",
    ] {
        assert!(demo.said.contains(part), "{part} is not in:\n{}", demo.said);
    }
    let called = demo.post(&call(1, "search_contacts", json!({"limit": 1}))).await;
    assert_ne!(called["result"]["isError"], true, "{called}");
    assert_eq!(demo.health().await["status"], "ok");
    for mode in [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    ] {
        let transport = StreamableHttpClientTransport::from_uri(format!("{}/mcp", demo.url));
        let client = ().serve_with_lifecycle(transport, mode.clone()).await.unwrap();
        assert_eq!(client.list_all_tools().await.unwrap().len(), demo.names().await.len(), "{mode:?}");
        let called = client.call_tool(CallToolRequestParams::new("search_contacts")).await.unwrap();
        assert_ne!(called.is_error, Some(true), "{mode:?}: {called:?}");
        client.cancel().await.unwrap();
    }
    demo.server.signal("-TERM");
    demo.server.input = None;
    assert_eq!(demo.server.ended().await.0, Some(0));
}

/// What it prints to copy is about the definitions that it serves, also for a client that starts in another directory.
#[tokio::test]
async fn the_demo_of_a_folder_says_how_to_have_that_folder_elsewhere() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    let demo = Demo::start(Some(files.path())).await;
    let line = demo.said.lines().find(|line| line.contains("Claude Desktop")).unwrap();
    let shown: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
    let path = files.path().to_str().unwrap();
    assert_eq!(shown["mcpServers"]["odoo-demo"]["args"], json!(["demo", "--stdio", "--definitions", path]));
    let mut elsewhere = tooldoo(&["call", "first"]);
    let exports: Vec<&str> = demo.said.lines().filter_map(|line| line.trim().strip_prefix("export ")).collect();
    assert!(exports.len() == 2 && exports[0].starts_with("ODOO_URL="), "{}", demo.said);
    for (name, value) in exports.iter().flat_map(|line| line.split(' ')).map(|one| one.split_once('=').unwrap()) {
        elsewhere.env(name, value.trim_matches('\''));
    }
    let called = elsewhere.output().await.unwrap();
    assert!(called.status.success() && String::from_utf8_lossy(&called.stdout).contains("one"), "{called:?}");
}

/// The same tool with the same arguments, and an answer that may be given again: but what a bundle binds is another.
#[tokio::test]
async fn a_kept_answer_is_for_those_to_whom_it_was_given() {
    let files = tempfile::tempdir().unwrap();
    let text = r#"
[[bundle]]
name = "one"
bind = { word = "Azure" }
[[bundle]]
name = "two"
bind = { word = "Acme" }
[[tool]]
name = "ours"
description = "Contacts of the team."
model = "res.partner"
bundles = ["one", "two"]
cache = "1h"
[tool.search_read]
domain = [["name", "ilike", "{{ bundle.word }}"]]
fields = ["name"]
"#;
    save(files.path(), "a.toml", text);
    let demo = Demo::start(Some(files.path())).await;
    let ours = call(1, "ours", json!({}));
    for (path, word) in [("/mcp/one", "Azure"), ("/mcp/two", "Acme"), ("/mcp/one", "Azure")] {
        let answer = demo.post_to(path, &ours).await.to_string();
        assert!(answer.contains(word), "{path}: {answer}");
    }
}

#[tokio::test]
async fn every_post_that_the_pages_show_is_answered() {
    let demo = Demo::start(None).await;
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let bodies: Vec<&str> =
        page.lines().filter_map(|line| line.trim().strip_prefix("-d '")?.strip_suffix('\'')).collect();
    assert!(bodies.len() >= 3);
    for body in bodies {
        let answer = demo.post(&serde_json::from_str(body).unwrap()).await;
        assert!(answer["result"].is_object() && answer["result"]["isError"] != true, "{body}: {answer}");
    }
}

#[tokio::test]
async fn the_demo_prints_a_report() {
    let demo = Demo::start(Some(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/gallery")))).await;
    let printed = demo.post(&call(1, "print_invoice", json!({"invoice": "1"}))).await;
    assert!(printed["result"]["content"].to_string().contains("application/pdf"), "{printed}");
}

#[tokio::test]
async fn ten_mistakes_in_a_running_server_are_all_in_health_and_change_nothing() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    let demo = Demo::start(Some(files.path())).await;
    let mistakes: String = (0..10).map(|n| format!("[[tool]]\nname = \"Wrong {n}\"\ncontent = []\n")).collect();
    save(files.path(), "b.toml", &mistakes);
    demo.until("the diagnostics", async |demo| demo.health().await["reload"]["ok"] == false).await;
    let health = demo.health().await;
    assert_eq!((&health["status"], &health["catalog"]["tools"]), (&json!("degraded"), &json!(1)));
    let found: Vec<&str> =
        health["reload"]["diagnostics"].as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect();
    for n in 0..10 {
        let mistake = format!("Wrong {n}");
        assert!(found.iter().any(|text| text.contains(&mistake) && text.contains("b.toml:")), "{mistake}: {found:#?}");
    }
    assert_eq!(demo.names().await, ["first"]);
    save(files.path(), "b.toml", &definition("second", "two"));
    demo.until("the tool", async |demo| demo.names().await == ["first", "second"]).await;
    assert_eq!(demo.health().await["status"], "ok");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hangup_reloads_what_is_not_watched() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    let paths = files.path().join("config.toml");
    std::fs::write(&paths, "[definitions]\npaths = [\"a.toml\"]\nreload = false\n[http]\nlisten = \"127.0.0.1:0\"\n")
        .unwrap();
    let mut command = tooldoo(&["serve", "--http", "--config", paths.to_str().unwrap()]);
    let mut server = Process::start(common::process::unreachable_odoo(&mut command));
    // The address stands in the log.
    let mut log = BufReader::new(&mut server.errors).lines();
    let url = loop {
        let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().unwrap();
        if let Some((_, rest)) = line.split_once("http://127.0.0.1:").filter(|(before, _)| before.contains("serving")) {
            break format!("http://127.0.0.1:{}", rest.trim_end_matches("/mcp"));
        }
    };
    let demo = Demo { server, url, said: String::new() };
    let since = demo.health().await["reload"]["at"].clone();
    save(files.path(), "a.toml", &definition("second", "two"));
    demo.server.signal("-HUP");
    demo.until("the reload", async |demo| demo.names().await == ["second"]).await;
    assert_ne!(demo.health().await["reload"]["at"], since);
}

#[tokio::test]
async fn a_port_in_use_ends_the_start_with_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = tooldoo(&["serve", "--http", "--listen", &address]);
    let server = Process::start(common::process::unreachable_odoo(&mut command));
    let (status, said) = server.ended().await;
    assert_eq!(status, Some(1));
    let sentence = said.lines().find(|line| line.contains("http.listen")).unwrap_or_else(|| panic!("{said}"));
    assert!(
        sentence.contains(&address) && sentence.contains(&taken.local_addr().unwrap().port().to_string()),
        "{said}"
    );
}
