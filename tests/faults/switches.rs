//! What the administrator switched off.

use serde_json::json;

use crate::common::process::tooldoo;
use crate::common::request;
use crate::server::Server;
use crate::{called, facts, run, serve, started, with_odoo};

#[tokio::test]
async fn a_server_that_is_switched_off_says_so_in_each_call_and_asks_odoo_nothing() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let mut process = started(serve(&server.url).env("TOOLDOO_SERVER__ENABLED", "false")).await;
    let listed = process.ask(&request(1, "tools/list", json!({}))).await;
    assert!(!listed["result"]["tools"].as_array().unwrap().is_empty());
    for (tool, arguments) in [("find_partner", json!({})), ("create_partner", json!({"name": "Azure"}))] {
        let facts = facts(&called(&mut process, tool, arguments).await);
        assert_eq!((&facts["kind"], &facts["applied"]), (&json!("unavailable"), &json!("no")));
        assert!(facts["message"].as_str().unwrap().contains("administrator has switched"), "{facts}");
    }
    process.end().await;
    assert!(server.calls().is_empty(), "{:?}", server.calls());
}

#[tokio::test]
async fn a_reading_server_neither_shows_nor_carries_out_what_writes() {
    let server = Server::odoo("19.0", |_, _| None).await;
    for flag in [true, false] {
        let mut command = with_odoo(if flag { &["serve", "--read-only"] } else { &["serve"] }, &server.url);
        if !flag {
            command.env("TOOLDOO_SERVER__READ_ONLY", "true");
        }
        let mut process = started(&mut command).await;
        let listed = process.ask(&request(1, "tools/list", json!({}))).await;
        let tools = listed["result"]["tools"].as_array().unwrap().clone();
        assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true), "{listed}");
        assert!(tools.iter().any(|tool| tool["name"] == "find_partner"), "{listed}");
        let answer = process.ask(&crate::common::call(2, "create_partner", json!({"name": "Azure"}))).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert_ne!(called(&mut process, "find_partner", json!({})).await["isError"], true);
        process.end().await;
    }
    let mut refused = with_odoo(&["call", "create_partner", "{\"name\": \"Azure\"}", "--read-only"], &server.url);
    let (status, _, err) = run(std::mem::replace(&mut refused, tooldoo(&[]))).await;
    assert_eq!(status, 2, "{err}");
    assert_eq!(server.count("res.partner.create"), 0);
}
