//! Streamable HTTP: the revisions with sessions and the one without, a bare POST, and what must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::backend::{Fake, NAMES};
use common::web::{Web, options};
use common::{LEGACY, bundles, call, initialize, modern, request, tool};
use futures::StreamExt;
use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tooldoo::catalog::Catalog;
use tooldoo::definition::load_texts;
use tooldoo::source::Format;
use tooldoo::transport::http::{self, Error};

const CONTENT: (&str, &str) = ("content-type", "application/json");

fn names(listed: &Value) -> Vec<&str> {
    let tools = listed["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools: {listed}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_bare_post_lists_and_calls() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let listed = web.bare("/mcp", &request(1, "tools/list", json!({}))).await;
    assert_eq!(listed.status, 200);
    assert_eq!(names(&listed.json()), NAMES);
    assert_eq!(listed.json()["result"].get("resultType"), None, "2025-03-26 does not know it");
    let without_params = web.bare("/mcp", &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    assert_eq!(names(&without_params.json()), NAMES);
    let called = web.bare("/mcp", &call("a", "echo", json!({"text": "hi"}))).await.json();
    assert_eq!((&called["id"], &called["result"]["content"][0]["text"]), (&json!("a"), &json!("hi")));
    let unknown = web.bare("/mcp", &call(3, "nothing", json!({}))).await.json();
    assert_eq!(unknown["error"]["code"], -32602);
    let ping = web.bare("/mcp", &request(4, "ping", json!({}))).await.json();
    assert_eq!(ping["result"], json!({}));
    let said = web.bare("/mcp", &common::initialized()).await;
    assert_eq!((said.status, said.text.as_str()), (202, ""));
}

#[tokio::test]
async fn a_bare_post_takes_any_accept_that_allows_json() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    for accept in
        ["*/*", "application/json", "application/json, text/event-stream", "application/*", "text/html, */*;q=0.8"]
    {
        let body = request(1, "tools/list", json!({})).to_string();
        let listed = web.send("POST", "/mcp", &[CONTENT, ("accept", accept)], body).await;
        assert_eq!((listed.status, names(&listed.json()).len()), (200, NAMES.len()), "{accept}");
    }
}

#[tokio::test]
async fn a_bare_post_is_served_at_the_revision_of_its_header() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let list = request(1, "tools/list", json!({})).to_string();
    for revision in LEGACY {
        let listed = web.send("POST", "/mcp", &[CONTENT, ("mcp-protocol-version", revision)], list.clone()).await;
        assert_eq!((listed.status, names(&listed.json()).len()), (200, NAMES.len()), "{revision}");
        assert_eq!(listed.json()["result"].get("resultType"), None, "{revision}");
    }
    let missing = web.send("POST", "/mcp", &[CONTENT, ("mcp-protocol-version", "2026-07-28")], list.clone()).await;
    assert_eq!((missing.status, &missing.json()["error"]["code"]), (400, &json!(-32602)), "{}", missing.text);
    for unknown in ["2024-01-01", "2099-01-01", "x"] {
        let refused = web.send("POST", "/mcp", &[CONTENT, ("mcp-protocol-version", unknown)], list.clone()).await;
        assert_eq!(refused.status, 400, "{unknown}");
        assert_eq!(refused.json()["id"], 1, "{unknown}");
        assert!(refused.json()["error"]["code"].is_i64(), "{unknown}");
    }
}

#[tokio::test]
async fn a_bare_initialize_is_answered_in_json() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    for hello in [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize"}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}),
    ] {
        let answer = web.bare("/mcp", &hello).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["result"]["protocolVersion"], "2024-11-05");
        let body = hello.to_string();
        let with_header = web.send("POST", "/mcp", &[CONTENT, ("mcp-protocol-version", "2025-06-18")], body).await;
        assert_eq!(with_header.json()["result"]["protocolVersion"], "2024-11-05");
        let streaming = web.post("/mcp", &[], &hello).await;
        assert_eq!(streaming.events()[0]["result"]["protocolVersion"], "2024-11-05");
    }
    let whole = web.bare("/mcp", &initialize("2025-06-18")).await.json();
    assert_eq!(whole["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(whole["result"]["serverInfo"]["name"], "tooldoo");
    let wrong = web.bare("/mcp", &request(1, "initialize", json!({"protocolVersion": 7}))).await.json();
    assert_eq!(wrong["error"]["code"], -32602);
}

#[tokio::test]
async fn sessions_work_in_every_revision_that_has_them() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    for revision in LEGACY {
        let hello = web.post("/mcp", &[], &initialize(revision)).await;
        assert_eq!(hello.events()[0]["result"]["protocolVersion"], revision);
        let session = hello.header("mcp-session-id").unwrap();
        let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", revision)];
        assert_eq!(web.post("/mcp", &headers, &common::initialized()).await.status, 202);
        let listed = web.post("/mcp", &headers, &request(1, "tools/list", json!({}))).await;
        assert_eq!(names(&listed.events()[0]), NAMES);
        let in_json = web
            .send(
                "POST",
                "/mcp",
                &[CONTENT, ("accept", "application/json"), headers[0], headers[1]],
                request(2, "tools/list", json!({})).to_string(),
            )
            .await;
        assert_eq!(names(&in_json.json()), NAMES, "a client that reads no stream gets none");
        assert_eq!(web.send("DELETE", "/mcp", &headers, "").await.status, 204);
        let gone = web.post("/mcp", &headers, &request(3, "tools/list", json!({}))).await;
        assert_eq!((gone.status, &gone.json()["id"]), (404, &json!(3)));
    }
    let unknown = web.post("/mcp", &[("mcp-session-id", "x")], &request(1, "tools/list", json!({}))).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.json()["error"]["message"].as_str().unwrap().contains("session"));
}

#[tokio::test]
async fn the_revision_without_sessions_works() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let listed = web.modern("/mcp", request(1, "tools/list", json!({}))).await;
    assert_eq!(listed.status, 200);
    assert_eq!(names(&listed.json()), NAMES);
    assert_eq!(listed.json()["result"]["resultType"], "complete");
    assert_eq!(listed.header("mcp-session-id"), None);
    assert_eq!(listed.json()["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "tooldoo");
    let called = web.modern("/mcp", call(2, "echo", json!({"text": "hi"}))).await.json();
    assert_eq!(called["result"]["content"][0]["text"], "hi");
    assert_eq!(called["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "tooldoo");
    let found = web.modern("/mcp", request(3, "server/discover", json!({}))).await.json();
    assert_eq!(found["result"]["supportedVersions"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let (_, hub) = Fake::hub();
    let web = Web::with(&hub, http::Options { max_body: 1000, ..options() }).await;
    let large = call(1, "echo", json!({"text": "x".repeat(2000)})).to_string();
    let refused = web.send("POST", "/mcp", &[CONTENT], large.clone()).await;
    assert_eq!(refused.status, 413);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("http.max_body"));
    // Without a length, too.
    let chunks = futures::stream::iter([Ok::<_, std::io::Error>(large)]);
    let stream = reqwest::Body::from(large_body(chunks).await);
    assert_eq!(web.send("POST", "/mcp", &[CONTENT], stream).await.status, 413);
    assert_eq!(web.bare("/mcp", &call(1, "echo", json!({"text": "x"}))).await.status, 200);
}

async fn large_body(chunks: impl futures::Stream<Item = Result<String, std::io::Error>>) -> Vec<u8> {
    chunks.map(|chunk| chunk.unwrap().into_bytes()).concat().await
}

#[tokio::test]
async fn other_hosts_and_other_origins_are_refused_everywhere() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let list = request(1, "tools/list", json!({})).to_string();
    let own = format!("http://{}", web.address);
    for (path, method) in
        [("/mcp", "POST"), ("/mcp/default", "POST"), ("/mcp", "GET"), ("/health", "GET"), ("/", "GET")]
    {
        for header in [("host", "evil.example"), ("origin", "http://evil.example"), ("origin", "null")] {
            let refused = web.send(method, path, &[CONTENT, header], list.clone()).await;
            assert_eq!(refused.status, 403, "{method} {path} {header:?}");
            assert!(refused.json()["error"]["message"].is_string());
        }
    }
    for header in [("host", "localhost"), ("origin", own.as_str())] {
        assert_eq!(web.send("POST", "/mcp", &[CONTENT, header], list.clone()).await.status, 200, "{header:?}");
    }
}

#[tokio::test]
async fn a_bundle_is_a_path_and_only_its_tools_are_there() {
    let (_, hub) = Fake::hub();
    let of = |name: &str, bundle: &str| {
        let mut tool = tool(name);
        tool.bundles = vec![bundle.to_owned()];
        Arc::new(tool)
    };
    let catalog = Catalog::new(vec![Arc::new(tool("echo")), of("sell", "sales"), of("lead", "crm")]);
    hub.replace(catalog.with_bundles(&bundles("[[bundle]]\nname = \"default\"\n")));
    let web = Web::new(&hub).await;
    let list = request(1, "tools/list", json!({}));
    for (path, tools) in [
        ("/mcp", vec!["echo"]),
        ("/mcp/", vec!["echo"]),
        ("/mcp/default", vec!["echo"]),
        ("/mcp/sales", vec!["sell"]),
        ("/mcp/sales+crm", vec!["lead", "sell"]),
        ("/mcp/crm+sales+crm", vec!["lead", "sell"]),
    ] {
        assert_eq!(names(&web.bare(path, &list).await.json()), tools, "{path}");
    }
    assert_eq!(web.bare("/mcp/sales", &call(1, "echo", json!({}))).await.json()["error"]["code"], -32602);
    for path in ["/mcp/nothing", "/mcp/sales+nothing", "/mcp/sales/x", "/mcp/..", "/other"] {
        let refused = web.bare(path, &list).await;
        assert_eq!(refused.status, 404, "{path}");
        assert!(refused.json()["error"]["message"].is_string(), "{path}");
    }
    assert!(web.bare("/mcp/sales+nothing", &list).await.text.contains("`nothing`"));

    // A session is of the path where it was opened.
    let session = web.open("/mcp/sales").await;
    let headers = [("mcp-session-id", session.as_str())];
    assert_eq!(names(&web.post("/mcp/sales", &headers, &list).await.events()[0]), ["sell"]);
    assert_eq!(web.post("/mcp/crm", &headers, &list).await.status, 404);
    assert_eq!(web.send("DELETE", "/mcp/crm", &headers, "").await.status, 404);
    assert_eq!(web.post("/mcp/sales", &headers, &list).await.status, 200, "another path ends no session");
    // The last tool of the bundle goes: the connection stays.
    hub.replace(Catalog::new(vec![Arc::new(tool("echo"))]));
    assert!(names(&web.post("/mcp/sales", &headers, &list).await.events()[0]).is_empty());
}

#[tokio::test]
async fn bundles_that_do_not_go_together_are_refused_before_a_session_and_hide_everything_in_one() {
    let (_, hub) = Fake::hub();
    let with = |team: &str| {
        let bundle = |name: &str, team: &str| format!("[[bundle]]\nname = \"{name}\"\nbind.text = \"{team}\"\n");
        let text = format!(
            "[[tool]]\nname = \"echo\"\nbundles = [\"sales\", \"crm\"]\ncontent = [{{ type = \"text\", text = \"{{{{ text }}}}\" }}]\n\
             input = {{ required = [\"text\"], properties = {{ text = {{ type = \"string\" }} }} }}\n{}{}",
            bundle("sales", "Europe"),
            bundle("crm", team)
        );
        let loaded = load_texts([(Path::new("tools.toml"), text.as_str(), Format::Toml)]);
        assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
        let tools = loaded.definitions.tools.into_iter().map(Arc::new).collect();
        Catalog::new(tools).with_bundles(&loaded.definitions.bundles)
    };
    hub.replace(with("Europe"));
    let web = Web::new(&hub).await;
    let list = request(1, "tools/list", json!({}));
    let listed = web.bare("/mcp/sales+crm", &list).await.json();
    assert_eq!(names(&listed), ["echo"]);
    assert_eq!(listed["result"]["tools"][0]["inputSchema"]["properties"], json!({}), "what is bound is not shown");
    let session = web.open("/mcp/sales+crm").await;

    hub.replace(with("Asia"));
    for message in [initialize("2025-11-25"), list.clone(), modern(list.clone())] {
        let refused = web.bare("/mcp/sales+crm", &message).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        let told = refused.json()["error"]["message"].to_string();
        for part in ["`crm` and `sales` cannot be used together", "Asia", "Europe", "by itself"] {
            assert!(told.contains(part), "{told}");
        }
    }
    assert_eq!(names(&web.bare("/mcp/sales", &list).await.json()), ["echo"]);
    // Who is connected keeps its connection, sees nothing, and is told why.
    let headers = [("mcp-session-id", session.as_str())];
    assert!(names(&web.post("/mcp/sales+crm", &headers, &list).await.events()[0]).is_empty());
    let answer = web.post("/mcp/sales+crm", &headers, &call(2, "echo", json!({}))).await.events();
    assert!(answer[0]["error"]["message"].as_str().unwrap().contains("cannot be used together"), "{answer:?}");
    // The default path may be of several bundles too.
    let own = http::Options { bundles: vec!["crm".to_owned(), "sales".to_owned()], ..options() };
    assert_eq!(Web::with(&hub, own).await.bare("/mcp", &list).await.status, 409);
}

#[tokio::test]
async fn a_declared_bundle_includes_excludes_and_hides_what_writes() {
    let (_, hub) = Fake::hub();
    let of = |name: &str, of: &[&str], reads: bool| {
        let mut tool = tool(name);
        tool.bundles = of.iter().map(|name| (*name).to_owned()).collect();
        tool.annotations.read_only = reads;
        Arc::new(tool)
    };
    let tools = vec![
        of("get_lead", &["crm"], true),
        of("update_lead", &["crm"], false),
        of("get_order", &["sales", "default"], true),
        of("create_order", &["sales"], false),
        of("get_employee", &[], true),
        of("get_salary", &[], true),
    ];
    let declared = bundles(
        r#"
        [[bundle]]
        name = "default"
        exclude = ["*_salary"]
        [[bundle]]
        name = "crm"
        read_only = true
        [[bundle]]
        name = "crm_writers"
        include = ["*_lead"]
        [[bundle]]
        name = "office"
        include = ["get_*", "create_{order,lead}"]
        exclude = ["get_employee", "?et_salary"]
        [[bundle]]
        name = "empty"
        "#,
    );
    hub.replace(Catalog::new(tools).with_bundles(&declared));
    let list = request(1, "tools/list", json!({}));
    let web = Web::new(&hub).await;
    for (path, tools) in [
        ("/mcp", vec!["get_employee", "get_order"]),
        ("/mcp/crm", vec!["get_lead"]),
        ("/mcp/crm_writers", vec!["get_lead", "update_lead"]),
        ("/mcp/crm+crm_writers", vec!["get_lead", "update_lead"]),
        ("/mcp/office", vec!["create_order", "get_lead", "get_order"]),
        ("/mcp/sales", vec!["create_order", "get_order"]),
        ("/mcp/empty", vec![]),
        ("/mcp/default+empty", vec!["get_employee", "get_order"]),
    ] {
        assert_eq!(names(&web.bare(path, &list).await.json()), tools, "{path}");
    }
    // What is not listed is not there.
    let hidden = call(2, "update_lead", json!({}));
    assert_eq!(web.bare("/mcp/crm", &hidden).await.json()["error"]["code"], -32602);
    assert!(web.bare("/mcp/crm+crm_writers", &hidden).await.json()["result"].is_object());
    let web = Web::with(&hub, http::Options { read_only: true, ..options() }).await;
    assert_eq!(names(&web.bare("/mcp/crm_writers", &list).await.json()), ["get_lead"]);
}

#[tokio::test]
async fn sessions_are_bounded_and_a_closed_one_makes_room() {
    let (_, hub) = Fake::hub();
    let web = Web::with(&hub, http::Options { max_sessions: 3, ..options() }).await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(web.open("/mcp").await);
    }
    let burst = (0..20).map(|_| async { web.post("/mcp", &[], &initialize("2025-11-25")).await });
    for refused in futures::future::join_all(burst).await {
        assert_eq!((refused.status, refused.header("retry-after").as_deref()), (503, Some("60")));
        assert!(refused.json()["error"]["message"].as_str().unwrap().contains("limits.sessions.max"));
    }
    assert_eq!(web.bare("/mcp", &request(1, "tools/list", json!({}))).await.status, 200, "no session, no limit");
    assert_eq!(web.send("DELETE", "/mcp", &[("mcp-session-id", sessions[0].as_str())], "").await.status, 204);
    web.open("/mcp").await;
}

#[tokio::test]
async fn requests_that_are_open_are_bounded_and_one_that_ends_makes_room() {
    let (_, hub) = Fake::hub();
    let web = Web::with(&hub, http::Options { max_open: Some(2), ..options() }).await;
    let session = web.open("/mcp").await;
    let stream = web.http.get(web.url("/mcp")).header("accept", "text/event-stream");
    let stream = stream.header("mcp-session-id", &session).send().await.unwrap();
    let listen = modern(request(1, "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})));
    let listener = web.http.post(web.url("/mcp")).header("accept", "application/json, text/event-stream");
    let listener = listener.header("mcp-protocol-version", common::MODERN).header("mcp-method", "subscriptions/listen");
    let listener = listener.header("content-type", "application/json").body(listen.to_string()).send().await.unwrap();
    assert_eq!((stream.status().as_u16(), listener.status().as_u16()), (200, 200));
    let list = request(2, "tools/list", json!({}));
    let refused = web.bare("/mcp", &list).await;
    assert_eq!((refused.status, refused.header("retry-after").as_deref()), (503, Some("60")));
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("try again later"), "{}", refused.text);
    assert_eq!(web.send("GET", "/health", &[], "").await.status, 200, "an operator is answered");
    drop(listener);
    until(async || web.bare("/mcp", &list).await.status == 200).await;
    assert_eq!(web.send("DELETE", "/mcp", &[("mcp-session-id", session.as_str())], "").await.status, 204);
    drop(stream);
}

/// Waits until that is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(common::line::PATIENCE, waiting).await.expect("it comes to be so");
}

#[tokio::test]
async fn a_burst_of_handshakes_never_passes_the_limit() {
    let (_, hub) = Fake::hub();
    let web = Web::with(&hub, http::Options { max_sessions: 5, ..options() }).await;
    let burst = (0..40).map(|_| async { web.post("/mcp", &[], &initialize("2025-11-25")).await.status });
    let statuses = futures::future::join_all(burst).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "{statuses:?}");
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    for answer in
        [web.bare("/mcp", &call(1, "panic", json!({}))).await, web.modern("/mcp", call(1, "panic", json!({}))).await]
    {
        assert_eq!(answer.json()["result"]["isError"], true);
    }
    let session = web.open("/mcp").await;
    let answer = web.post("/mcp", &[("mcp-session-id", session.as_str())], &call(1, "panic", json!({}))).await;
    assert_eq!(answer.events()[0]["result"]["isError"], true);
}

#[tokio::test]
async fn a_client_that_hangs_up_stops_its_call() {
    let (fake, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    for message in [call(1, "wait", json!({})), modern(call(1, "wait", json!({})))] {
        let body = message.to_string();
        let mut stream = tokio::net::TcpStream::connect(web.address).await.unwrap();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n",
            body.len(),
            if message["params"].get("_meta").is_some() {
                "mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: wait\r\n"
            } else {
                ""
            }
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        fake.begun.notified().await;
        drop(stream);
        tokio::time::timeout(common::line::PATIENCE, fake.cancelled.notified()).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_cancels_by_notification() {
    let (fake, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let session = web.open("/mcp").await;
    let headers = [("mcp-session-id", session.as_str())];
    let wait = call(7, "wait", json!({}));
    let calling = web.post("/mcp", &headers, &wait);
    let cancelling = async {
        fake.begun.notified().await;
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}});
        assert_eq!(web.post("/mcp", &headers, &cancel).await.status, 202);
        fake.cancelled.notified().await;
    };
    let (called, ()) = tokio::join!(calling, cancelling);
    assert_eq!(called.events(), Vec::<Value>::new(), "nothing is said of a cancelled request");
}

#[tokio::test]
async fn both_eras_hear_of_a_change_on_their_streams() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let session = web.open("/mcp").await;
    let get = web.listen("/mcp", &session).await;
    assert_eq!(get.status(), 200);
    let listen = modern(request("s", "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})));
    let post = web
        .http
        .post(web.url("/mcp"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", common::MODERN)
        .header("mcp-method", "subscriptions/listen")
        .body(listen.to_string())
        .send()
        .await
        .unwrap();
    let mut post = Box::pin(post.bytes_stream());
    let mut heard = String::new();
    while !heard.contains("acknowledged") {
        heard.push_str(std::str::from_utf8(&post.next().await.unwrap().unwrap()).unwrap());
    }
    // The handshake's last notification is handled beside other requests: one answer later it is through.
    web.post("/mcp", &[("mcp-session-id", session.as_str())], &request(1, "ping", json!({}))).await;
    hub.replace(Catalog::new(vec![Arc::new(tool("only"))]));
    for mut stream in [post, Box::pin(get.bytes_stream())] {
        let mut heard = String::new();
        while !heard.contains("notifications/tools/list_changed") {
            let next = tokio::time::timeout(common::line::PATIENCE, stream.next()).await.unwrap();
            heard.push_str(std::str::from_utf8(&next.unwrap().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn stopping_ends_subscriptions_first_and_lets_calls_finish() {
    let (fake, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let session = web.open("/mcp").await;
    let get = web.listen("/mcp", &session).await;
    let wait = call(1, "wait", json!({}));
    let calling = web.bare("/mcp", &wait);
    let listening =
        web.modern("/mcp", request("s", "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})));
    let stopping = async {
        fake.begun.notified().await;
        // The subscription is acknowledged beside the call; both are under way before the server is told to stop.
        while web.bare("/mcp", &request(2, "ping", json!({}))).await.status != 200 {}
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        web.stop.cancel();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        fake.release.notify_one();
    };
    let (called, listened, ()) = tokio::join!(calling, listening, stopping);
    assert_eq!(called.json()["result"]["content"][0]["text"], "released");
    let last = listened.events().pop().unwrap();
    assert_eq!(last["id"], "s", "the subscription ends with a result: {last}");
    let _ = get.bytes().await;
    web.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn health_says_what_is_served_and_what_is_wrong() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let health = web.send("GET", "/health", &[], "").await;
    assert_eq!(health.status, 200);
    let health = health.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["catalog"]["tools"], 5);
    assert_eq!(health["reload"]["diagnostics"], json!(["tools.d/a.toml:1:1 is wrong"]));
    assert!(health["version"].is_string() && health["catalog"]["since"].is_string());
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence_that_names_port_and_key() {
    let first = http::bind(options()).await.unwrap();
    let taken = first.address();
    let error = http::bind(http::Options { listen: taken.to_string(), ..options() }).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }));
    let sentence = error.to_string();
    assert!(sentence.contains(&taken.port().to_string()) && sentence.contains("`http.listen`"), "{sentence}");
    assert!(!sentence.contains('\n'));
}

#[tokio::test]
async fn nothing_listens_beyond_loopback() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let error = http::bind(http::Options { listen: listen.to_owned(), ..options() }).await.unwrap_err();
        assert!(matches!(error, Error::NotLoopback { .. }), "{listen}: {error}");
    }
    for listen in ["nonsense", "127.0.0.1", "127.0.0.1:99999"] {
        let error = http::bind(http::Options { listen: listen.to_owned(), ..options() }).await.unwrap_err();
        assert!(error.to_string().contains("`http.listen`"), "{listen}: {error}");
    }
    for path in ["", "mcp", "/a//b", "/{x}", "/health"] {
        let error = http::bind(http::Options { path: path.to_owned(), ..options() }).await.unwrap_err();
        assert!(matches!(error, Error::Path { .. }), "{path}: {error}");
    }
}

#[tokio::test]
async fn rmcps_own_client_is_content() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let client = ().serve(StreamableHttpClientTransport::from_uri(web.url("/mcp"))).await.unwrap();
    assert_eq!(client.list_all_tools().await.unwrap().len(), NAMES.len());
    let arguments = json!({"text": "hi"}).as_object().unwrap().clone();
    let answer = client.call_tool(CallToolRequestParams::new("echo").with_arguments(arguments)).await.unwrap();
    assert_eq!(answer.content[0].as_text().unwrap().text, "hi");
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn a_request_in_small_pieces_is_served() {
    let (_, hub) = Fake::hub();
    let web = Web::new(&hub).await;
    let body = request(1, "tools/list", json!({})).to_string();
    let mut stream = tokio::net::TcpStream::connect(web.address).await.unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    for piece in format!("{head}{body}").as_bytes().chunks(7) {
        stream.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"echo\""), "{answer}");
}
