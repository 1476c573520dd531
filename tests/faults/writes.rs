//! Writes and cancellations over the whole way: how often they reach Odoo, and what is said of them.

use serde_json::json;

use crate::common::call;
use crate::server::{Reply, Server, html};
use crate::{called, facts, serve, started, until};

#[tokio::test]
async fn a_write_with_an_unknown_end_is_sent_once_and_said_to_be_unknown() {
    for (name, reply, kind) in [
        ("silence", Reply::Silence, "timeout"),
        ("cut", Reply::Cut, "unavailable"),
        ("half", Reply::Half, "unavailable"),
        ("502", html(502, ""), "unavailable"),
        ("504", html(504, ""), "unavailable"),
    ] {
        for protocol in ["json2", "jsonrpc"] {
            let reply = reply.clone();
            let server =
                Server::odoo("19.0", move |seen, _| (seen.call() == "res.partner.create").then(|| reply.clone())).await;
            let mut command = serve(&server.url);
            command.env("ODOO_TIMEOUT", "2").env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol);
            let mut process = started(&mut command).await;
            let facts = facts(&called(&mut process, "create_partner", json!({"name": "Azure"})).await);
            assert_eq!((&facts["kind"], &facts["applied"]), (&json!(kind), &json!("unknown")), "{name}: {facts}");
            assert!(facts["hint"].as_str().unwrap().contains("may have happened"), "{facts}");
            process.end().await;
            assert_eq!(server.count("res.partner.create"), 1, "{name} {protocol}");
        }
    }
}

#[tokio::test]
async fn a_cancelled_call_gives_up_its_request_to_odoo() {
    let server =
        Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.web_search_read").then_some(Reply::Silence)).await;
    let mut process = started(&mut serve(&server.url)).await;
    process.write(format!("{}\n", call(5, "find_partner", json!({}))).as_bytes()).await;
    until("the request", || server.count("res.partner.web_search_read") == 1).await;
    assert_eq!(server.given_up(), 0);
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}});
    process.write(format!("{cancel}\n").as_bytes()).await;
    until("the end of the request", || server.given_up() == 1).await;
    // No further message for that id, and the connection works on.
    let pong = process.ask(&crate::common::request(6, "ping", json!({}))).await;
    assert_eq!(pong["id"], 6);
    process.input = None;
    while let Some(frame) = process.next().await {
        assert_ne!(frame["id"], 5, "{frame}");
    }
    assert_eq!(server.count("res.partner.web_search_read"), 1);
}

#[tokio::test]
async fn an_end_of_input_gives_up_what_still_runs() {
    let server =
        Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.web_search_read").then_some(Reply::Silence)).await;
    let mut process = started(&mut serve(&server.url)).await;
    process.write(format!("{}\n", call(5, "find_partner", json!({}))).as_bytes()).await;
    until("the request", || server.count("res.partner.web_search_read") == 1).await;
    assert_eq!(process.end().await.0, Some(0));
    until("the end of the request", || server.given_up() == 1).await;
}
