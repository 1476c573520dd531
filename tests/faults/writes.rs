//! Writes and cancellations over the whole way: how often they reach Odoo, and what is said of them.

use serde_json::{Value, json};

use crate::common::process::Process;
use crate::common::{LEGACY, MODERN, call, initialize, modern, request};
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
async fn a_second_write_with_an_unknown_end_says_that_the_first_was_applied() {
    for (reply, applied) in
        [(Reply::Silence, "unknown"), (Reply::Raise(422, "odoo.exceptions.UserError", "No.".to_owned()), "yes")]
    {
        let server = Server::odoo("19.0", move |seen, count| {
            let _ = count;
            match seen.call().as_str() {
                "res.partner.create" => Some(Reply::Ok(json!([7]))),
                "res.partner.write" => Some(reply.clone()),
                _ => None,
            }
        })
        .await;
        let mut command = serve(&server.url);
        command.args(["--definitions", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/steps.toml")]);
        command.env("ODOO_TIMEOUT", "2").env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", "json2");
        let mut process = started(&mut command).await;
        let facts = facts(&called(&mut process, "create_and_change", json!({"name": "Azure"})).await);
        assert_eq!((&facts["applied"], &facts["failed_step"]), (&json!(applied), &json!("changed")), "{facts}");
        assert_eq!(facts["applied_steps"][0]["ids"], json!([7]), "{facts}");
        process.end().await;
        assert_eq!((server.count("res.partner.create"), server.count("res.partner.write")), (1, 1));
    }
}

#[tokio::test]
async fn a_cancelled_call_gives_up_its_request_to_odoo_and_nothing_more_is_said_of_it() {
    const SEARCH: &str = "res.partner.web_search_read";
    for revision in LEGACY.into_iter().chain([MODERN]) {
        let server = Server::odoo("19.0", |seen, _| (seen.call() == SEARCH).then_some(Reply::Silence)).await;
        let mut process = Process::start(&mut serve(&server.url));
        let of_it = |message: Value| if revision == MODERN { modern(message) } else { message };
        if revision != MODERN {
            process.ask(&initialize(revision)).await;
        }
        let mut find = call(5, "find_partner", json!({}));
        find["params"]["_meta"] = json!({"progressToken": 5});
        let meta = of_it(find.clone())["params"]["_meta"].clone();
        find["params"]["_meta"].as_object_mut().unwrap().extend(meta.as_object().unwrap().clone());
        process.write(format!("{find}\n").as_bytes()).await;
        until("the request", || server.count(SEARCH) == 1).await;
        assert_eq!(server.given_up(), 0);
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}});
        process.write(format!("{cancel}\n").as_bytes()).await;
        until("the end of the request", || server.given_up() == 1).await;
        // The connection works on.
        process.write(format!("{}\n", of_it(request(6, "tools/list", json!({})))).as_bytes()).await;
        let next = process.next().await.unwrap();
        assert_eq!(next["id"], 6, "{revision}: {next}");
        process.input = None;
        while let Some(frame) = process.next().await {
            assert_ne!(frame["id"], 5, "{revision}: {frame}");
        }
        assert_eq!(server.count(SEARCH), 1, "{revision}");
    }
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
