//! The real binary over stdio, as a client starts it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::collections::HashSet;

use common::process::{Process, definition, save, tooldoo, unreachable_odoo};
use common::{LEGACY, call, initialize, initialized, modern, request};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};

fn names(listed: &Value) -> Vec<String> {
    let tools = listed["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools: {listed}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_session_in_the_first_microsecond_and_its_end() {
    for revision in LEGACY {
        let mut server = Process::start(&mut tooldoo(&["demo", "--stdio"]));
        // Everything at once, before the process can have begun.
        let script = [initialize(revision), initialized(), request(1, "tools/list", json!({}))];
        let script: String = script.iter().map(|message| format!("{message}\n")).collect();
        server.write(script.as_bytes()).await;
        assert_eq!(server.next().await.unwrap()["result"]["protocolVersion"], revision);
        let listed = server.next().await.unwrap();
        assert!(names(&listed).contains(&"search_contacts".to_owned()), "{listed}");
        let answer = server.ask(&call(2, "search_contacts", json!({"limit": 1}))).await;
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        let (status, _) = server.end().await;
        assert_eq!(status, Some(0));
    }
}

#[tokio::test]
async fn nothing_that_a_client_writes_ends_it_or_reaches_stdout() {
    let mut server = Process::start(&mut tooldoo(&["demo", "--stdio"]));
    server.write(b"garbage\n\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n\xff\xff\n[]\n").await;
    assert_eq!(server.next().await.unwrap()["error"]["code"], -32600, "the batch");
    server.ask(&initialize("2025-11-25")).await;
    let wrong = server.ask(&call(1, "search_contacts", json!({"limit": "many", "colour": "red"}))).await;
    assert_eq!(wrong["result"]["isError"], true, "{wrong}");
    let text = wrong["result"]["content"].to_string();
    assert!(text.contains("limit") && text.contains("colour"), "every wrong argument is named: {text}");
    let (status, _) = server.end().await;
    assert_eq!(status, Some(0));
}

#[tokio::test]
async fn two_thousand_requests_back_to_back_are_all_answered() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("say", "hello"));
    let mut command = tooldoo(&["demo", "--stdio", "--definitions", files.path().to_str().unwrap()]);
    let mut server = Process::start(&mut command);
    let mut burst = format!("{}\n{}\n", initialize("2025-11-25"), initialized());
    for id in 1..=2000 {
        burst.push_str(&format!("{}\n", call(id, "say", json!({}))));
    }
    let mut input = server.input.take().unwrap();
    let writing = tokio::spawn(async move {
        tokio::io::AsyncWriteExt::write_all(&mut input, burst.as_bytes()).await.unwrap();
    });
    let mut seen = HashSet::new();
    while let Some(answer) = server.next().await {
        let id = answer["id"].as_u64().unwrap();
        assert!(id == 0 || answer["result"]["content"][0]["text"] == "hello", "{answer}");
        assert!(seen.insert(id), "{id} twice");
    }
    assert_eq!(seen.len(), 2001);
    writing.await.unwrap();
    assert_eq!(server.ended().await.0, Some(0));
}

#[tokio::test]
async fn without_its_odoo_it_starts_lists_and_says_so_in_each_call() {
    let mut server = Process::start(unreachable_odoo(&mut tooldoo(&["serve"])));
    server.ask(&initialize("2025-11-25")).await;
    assert!(!names(&server.ask(&request(1, "tools/list", json!({}))).await).is_empty());
    let answer = server.ask(&call(2, "search_contacts", json!({}))).await;
    assert_eq!(answer["result"]["isError"], true);
    assert!(answer["result"]["content"].to_string().contains("unavailable"), "{answer}");
    assert_eq!(server.end().await.0, Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn told_to_terminate_it_ends_well_with_its_input_open() {
    let mut server = Process::start(&mut tooldoo(&["demo", "--stdio"]));
    server.ask(&initialize("2025-11-25")).await;
    server.signal("-TERM");
    assert_eq!(server.next().await, None);
    assert_eq!(server.ended().await.0, Some(0));
}

#[tokio::test]
async fn a_file_that_is_saved_is_a_tool_for_both_eras_and_a_wrong_one_changes_nothing() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    let mut command = tooldoo(&["demo", "--stdio", "--definitions", files.path().to_str().unwrap()]);
    let mut server = Process::start(&mut command);
    server.ask(&initialize("2025-11-25")).await;
    server.write(format!("{}\n", initialized()).as_bytes()).await;
    server.ask(&request(1, "ping", json!({}))).await;
    save(files.path(), "b.toml", &definition("second", "two"));
    assert_eq!(server.next().await.unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(names(&server.ask(&request(2, "tools/list", json!({}))).await), ["first", "second"]);
    save(files.path(), "c.toml", "[[tool]]\nname = \"Wrong Name\"\nnonsense = 1\n");
    save(files.path(), "b.toml", &definition("second", "changed"));
    // The two files are one state: as long as one of them is wrong, nothing of it is in service.
    let said = server.ask(&call(3, "second", json!({}))).await;
    assert_eq!(said["result"]["content"][0]["text"], "two");
    std::fs::remove_file(files.path().join("c.toml")).unwrap();
    loop {
        let said = server.ask(&call(4, "second", json!({}))).await;
        match said["result"]["content"][0]["text"].as_str().unwrap() {
            "changed" => break,
            said => assert_eq!(said, "two"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(server.end().await.0, Some(0));

    let mut command = tooldoo(&["demo", "--stdio", "--definitions", files.path().to_str().unwrap()]);
    let mut server = Process::start(&mut command);
    let listen = modern(request("s", "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})));
    server.write(format!("{listen}\n").as_bytes()).await;
    assert_eq!(server.next().await.unwrap()["method"], "notifications/subscriptions/acknowledged");
    save(files.path(), "d.toml", &definition("third", "three"));
    assert_eq!(server.next().await.unwrap()["method"], "notifications/tools/list_changed");
    let listed = server.ask(&modern(request(1, "tools/list", json!({})))).await;
    assert_eq!(names(&listed), ["first", "second", "third"]);
    assert_eq!(server.end().await.0, Some(0));
}

#[tokio::test]
async fn a_bundle_that_is_saved_changes_who_sees_what() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    save(files.path(), "b.toml", &definition("second", "two"));
    // What only `check` finds fault with is not in the log.
    save(files.path(), "c.toml", &definition("unsaid", "").replace("description", "title"));
    let bundle = |rest: &str| format!("[[bundle]]\nname = \"sales\"\n{rest}\n");
    save(files.path(), "bundles.toml", &bundle("include = [\"f*\"]"));
    let path = files.path().to_str().unwrap();
    let mut server = Process::start(&mut tooldoo(&["demo", "--stdio", "--definitions", path, "--bundle", "sales"]));
    server.ask(&initialize("2025-11-25")).await;
    server.write(format!("{}\n", initialized()).as_bytes()).await;
    assert_eq!(names(&server.ask(&request(1, "tools/list", json!({}))).await), ["first"]);
    save(files.path(), "bundles.toml", &bundle("include = [\"*\"]\nexclude = [\"first\", \"un*\", \"nothing\"]"));
    assert_eq!(server.next().await.unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(names(&server.ask(&request(2, "tools/list", json!({}))).await), ["second"]);
    assert_eq!(server.ask(&call(3, "first", json!({}))).await["error"]["code"], -32602);
    let (status, said) = server.end().await;
    assert_eq!(status, Some(0));
    assert!(!said.contains("warning") && !said.contains("WARN"), "{said}");
    let checked = tooldoo(&["check", "--definitions", path]).output().await.unwrap();
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.contains("has no `description`") && checked.contains("matches nothing"), "{checked}");
}

#[tokio::test]
async fn definitions_that_are_wrong_stop_a_start_with_all_that_is_wrong() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", "[[tool]]\nname = \"Wrong Name\"\nnonsense = 1\n");
    let mut command = tooldoo(&["demo", "--stdio", "--definitions", files.path().to_str().unwrap()]);
    let (status, said) = Process::start(&mut command).end().await;
    assert_eq!(status, Some(1));
    assert!(said.contains("nonsense") && said.contains("Wrong Name") && said.contains("a.toml:"), "{said}");
}

#[tokio::test]
async fn rmcps_client_connects_in_both_eras() {
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for mode in [ClientLifecycleMode::Initialize, discover] {
        let transport = TokioChildProcess::new(tooldoo(&["demo", "--stdio"])).unwrap();
        let client = ().serve_with_lifecycle(transport, mode.clone()).await.unwrap();
        assert!(!client.list_all_tools().await.unwrap().is_empty(), "{mode:?}");
        let called = client.call_tool(CallToolRequestParams::new("search_contacts")).await.unwrap();
        assert_ne!(called.is_error, Some(true), "{mode:?}: {called:?}");
        client.cancel().await.unwrap();
    }
}
