//! Arguments that a client repeats in headers (`x-mcp-header`): the two have to say the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::backend::Fake;
use common::web::Web;
use common::{MODERN, call, modern, request};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};
use tooldoo::catalog::Catalog;
use tooldoo::definition::load_texts;
use tooldoo::mcp::Hub;
use tooldoo::source::Format;

const TOOLS: &str = r#"
[[bundle]]
name = "europe"
bind = { region = "eu" }

[[tool]]
name = "report"
description = "A report on a region."
bundles = ["default", "europe"]
[[tool.content]]
type = "text"
text = "{{ region }} {{ year }} {{ detailed }} {{ office.code }}"
[tool.input.properties]
region = { type = "string", x-mcp-header = "Region" }
year = { type = "integer", x-mcp-header = "Year" }
detailed = { type = "boolean", x-mcp-header = "Detailed" }
office = { type = "object", properties = { code = { type = "string", x-mcp-header = "Office-Code" } } }
"#;

fn hub() -> (Arc<Fake>, Arc<Hub>) {
    let loaded = load_texts([(Path::new("test.toml"), TOOLS, Format::Toml)]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let (fake, hub) = Fake::hub();
    let tools = loaded.definitions.tools.into_iter().map(Arc::new).collect();
    hub.replace(Catalog::new(tools).with_bundles(&loaded.definitions.bundles));
    (fake, hub)
}

/// Status and, of an error, its code.
async fn report(web: &Web, path: &str, headers: &[(&str, &str)], arguments: Value) -> (u16, Option<i64>) {
    let mut all = vec![("mcp-protocol-version", MODERN), ("mcp-method", "tools/call"), ("mcp-name", "report")];
    all.extend(headers);
    let answer = web.post(path, &all, &modern(call(1, "report", arguments))).await;
    (answer.status, answer.json()["error"]["code"].as_i64())
}

#[tokio::test]
async fn a_list_keeps_the_annotations() {
    let (_, hub) = hub();
    let web = Web::new(&hub).await;
    let listed = web.modern("/mcp", request(1, "tools/list", json!({}))).await.json();
    let properties = &listed["result"]["tools"][0]["inputSchema"]["properties"];
    assert_eq!(properties["region"], json!({"type": "string", "x-mcp-header": "Region"}));
    assert_eq!(properties["office"]["properties"]["code"]["x-mcp-header"], "Office-Code");
}

#[tokio::test]
async fn a_header_repeats_its_argument_or_the_call_is_refused() {
    let (fake, hub) = hub();
    let web = Web::new(&hub).await;
    let whole = [
        ("mcp-param-region", "=?base64?WsO8cmljaA==?="),
        ("Mcp-Param-Year", "2026"),
        ("mcp-param-detailed", "true"),
        ("mcp-param-office-code", "z1"),
    ];
    let arguments = json!({"region": "Zürich", "year": 2026, "detailed": true, "office": {"code": "z1"}});
    assert_eq!(report(&web, "/mcp", &whole, arguments).await, (200, None));
    assert_eq!(report(&web, "/mcp", &[], json!({})).await, (200, None), "nothing to repeat");
    assert_eq!(report(&web, "/mcp", &[], json!({"region": null})).await, (200, None), "null is not given");
    let served = fake.calls.load(Ordering::Relaxed);
    for (headers, arguments) in [
        (vec![], json!({"region": "eu"})),
        (vec![("mcp-param-region", "us")], json!({"region": "eu"})),
        (vec![("mcp-param-region", "EU")], json!({"region": "eu"})),
        (vec![("mcp-param-region", "eu")], json!({})),
        (vec![("mcp-param-region", "eu"), ("mcp-param-region", "eu")], json!({"region": "eu"})),
        (vec![("mcp-param-region", "=?base64?!?=")], json!({"region": "eu"})),
        (vec![("mcp-param-year", "2025")], json!({"year": 2026})),
        (vec![("mcp-param-detailed", "false")], json!({"detailed": true})),
        (vec![], json!({"office": {"code": "z1"}})),
    ] {
        let refused = report(&web, "/mcp", &headers, arguments.clone()).await;
        assert_eq!(refused, (400, Some(-32020)), "{headers:?} {arguments}");
    }
    assert_eq!(fake.calls.load(Ordering::Relaxed), served, "a call that is refused does nothing");
}

#[tokio::test]
async fn what_the_client_does_not_give_needs_no_header() {
    let (_, hub) = hub();
    let web = Web::new(&hub).await;
    // The bundle gives it.
    assert_eq!(report(&web, "/mcp/europe", &[("mcp-param-year", "2026")], json!({"year": 2026})).await, (200, None));
    // Revisions before the headers.
    let older = web.bare("/mcp", &call(1, "report", json!({"region": "eu"}))).await;
    assert_eq!(older.status, 200);
    assert!(older.json()["result"].is_object());
}

#[tokio::test]
async fn rmcps_own_client_sends_what_is_asked_for() {
    let (fake, hub) = hub();
    let web = Web::new(&hub).await;
    let transport = StreamableHttpClientTransport::from_uri(web.url("/mcp"));
    let lifecycle = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let client = ().serve_with_lifecycle(transport, lifecycle).await.unwrap();
    // It drops tools whose annotations it does not understand.
    assert_eq!(client.list_all_tools().await.unwrap().len(), 1);
    let arguments = json!({"region": "Zürich", "year": 2026, "detailed": false, "office": {"code": " z 1"}});
    let call = CallToolRequestParams::new("report").with_arguments(arguments.as_object().unwrap().clone());
    client.call_tool(call).await.unwrap();
    assert_eq!(fake.calls.load(Ordering::Relaxed), 1);
    client.cancel().await.unwrap();
}
