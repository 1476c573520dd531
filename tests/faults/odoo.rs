//! An Odoo that cannot be used: each way in a sentence of its own, over the whole way from stdio to the wire.

use serde_json::json;

use crate::server::{PASSWORD, Reply, Seen, Server, html, raise, working};
use crate::{called, facts, scripted, serve, started};

const PROTOCOLS: [&str; 3] = ["auto", "json2", "jsonrpc"];

/// Calls a reading and a writing tool and checks kind and words; whatever the protocol, nothing was written.
async fn says(server: &Server, protocols: &[&str], kind: &str, words: &[&str]) {
    for protocol in protocols {
        let mut command = serve(&server.url);
        command.env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol);
        told(&mut command, protocol, kind, words).await;
    }
}

async fn told(command: &mut tokio::process::Command, name: &str, kind: &str, words: &[&str]) {
    let mut process = started(command.env("ODOO_TIMEOUT", "20")).await;
    for (tool, arguments) in [("find_partner", json!({})), ("create_partner", json!({"name": "Azure Interior"}))] {
        let facts = facts(&called(&mut process, tool, arguments).await);

        assert_eq!((&facts["kind"], &facts["applied"]), (&json!(kind), &json!("no")), "{name}: {facts}");
        let said = facts.to_string();
        assert!(words.iter().any(|words| said.contains(words)), "{name}: none of {words:?} is in {facts}");
        assert!(facts["hint"].is_string(), "{facts}");
    }
    let (status, log) = process.end().await;
    crate::clean(&log);
    assert_eq!(status, Some(0));
}

fn unauthorized() -> Reply {
    Reply::Raise(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey".into())
}

fn refuses_login(seen: &Seen) -> Option<Reply> {
    (seen.call() == "common.authenticate").then(|| Reply::Ok(json!(false)))
}

#[tokio::test]
async fn a_wrong_key() {
    let server = Server::odoo("19.0", |seen, _| {
        refuses_login(seen).or_else(|| seen.path.starts_with("/json/2").then(unauthorized))
    })
    .await;
    says(&server, &PROTOCOLS, "unauthenticated", &["refused the API key: it is wrong, has expired"]).await;
}

#[tokio::test]
async fn a_key_that_expires_while_the_server_runs() {
    for protocol in ["json2", "jsonrpc"] {
        let server = Server::odoo("19.0", |seen, before| match (seen.call().as_str(), before) {
            ("res.partner.web_search_read", 1..) if seen.path.starts_with("/json/2") => Some(unauthorized()),
            ("res.partner.web_search_read", 1..) => Some(raise("odoo.exceptions.AccessDenied", "Access Denied")),
            ("common.authenticate", 1..) => Some(Reply::Ok(json!(false))),
            _ => None,
        })
        .await;
        let mut process = started(serve(&server.url).env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol)).await;
        let fine = called(&mut process, "find_partner", json!({})).await;
        assert_ne!(fine["isError"], true, "{fine}");
        let facts = facts(&called(&mut process, "find_partner", json!({})).await);
        assert_eq!((&facts["kind"], &facts["applied"]), (&json!("unauthenticated"), &json!("no")));
        assert!(facts["message"].as_str().unwrap().contains("no longer accepts the API key"), "{facts}");
        process.end().await;
    }
}

#[tokio::test]
async fn a_wrong_login() {
    let server = Server::odoo("19.0", |seen, _| refuses_login(seen)).await;
    says(&server, &["jsonrpc"], "unauthenticated", &["not the key of the login `bot@example.com`"]).await;
    let server = Server::odoo("16.0", |seen, _| {
        refuses_login(seen).or_else(|| seen.path.starts_with("/json/2").then(|| html(404, "")))
    })
    .await;
    says(&server, &["auto", "jsonrpc"], "unauthenticated", &["refused the login `bot@example.com`"]).await;
}

#[tokio::test]
async fn two_factor_login() {
    let server = Server::odoo("17.0", |seen, _| match seen.call().as_str() {
        "/web/session/authenticate" => Some(Reply::Ok(json!({"uid": null}))),
        _ => refuses_login(seen),
    })
    .await;
    let mut command = serve(&server.url);
    command.env_remove("ODOO_API_KEY").env("ODOO_PASSWORD", PASSWORD);
    told(&mut command, "password", "unauthenticated", &["two-factor login is on"]).await;
}

#[tokio::test]
async fn a_wrong_password() {
    let server = Server::odoo("17.0", |seen, _| match seen.call().as_str() {
        "/web/session/authenticate" => Some(raise("odoo.exceptions.AccessDenied", "Access Denied")),
        _ => refuses_login(seen),
    })
    .await;
    let mut command = serve(&server.url);
    command.env_remove("ODOO_API_KEY").env("ODOO_PASSWORD", PASSWORD);
    told(&mut command, "password", "unauthenticated", &["refused the login `bot@example.com` with its password"]).await;
}

/// Odoo's own page where it does not know which database is meant.
fn no_database(seen: &Seen) -> Option<Reply> {
    const PAGE: &str = "<h1>Not Found</h1><p>No database is selected and the requested URL was not found</p>";
    let text = "connection to server failed: FATAL:  database \"erp\" does not exist\n";
    match seen.call().as_str() {
        "common.authenticate" => Some(raise("psycopg2.OperationalError", text)),
        "db.list" => Some(Reply::Ok(json!(["one", "two"]))),
        _ => seen.path.starts_with("/json/2").then(|| html(404, PAGE)),
    }
}

#[tokio::test]
async fn a_wrong_database_and_none() {
    let server = Server::odoo("19.0", |seen, _| no_database(seen)).await;
    says(&server, &PROTOCOLS, "unauthenticated", &["has no database `erp`"]).await;
    for protocol in PROTOCOLS {
        let mut command = serve(&server.url);
        command.env_remove("ODOO_DB").env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol);
        told(&mut command, protocol, "unauthenticated", &["does not know which database is meant"]).await;
    }
}

#[tokio::test]
async fn a_page_where_odoo_should_answer() {
    let server = scripted(html(200, "<!DOCTYPE html><title>Sign in to the intranet</title>")).await;
    says(&server, &PROTOCOLS, "unavailable", &["An HTML page answers"]).await;
}

#[tokio::test]
async fn the_module_rpc_is_missing() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.path.starts_with("/json/2") || seen.path == "/jsonrpc").then(|| html(404, "<title>404 Not Found</title>"))
    })
    .await;
    says(&server, &PROTOCOLS, "unavailable", &["the module `rpc` is missing"]).await;
}

#[tokio::test]
async fn a_plan_of_odoo_online_without_external_api() {
    for sentence in ["The External API is not available on your pricing plan", "API access needs the Custom plan."] {
        let server = Server::odoo("19.0", move |seen, _| match seen.call().as_str() {
            "common.version" | "/web/version" => None,
            _ if seen.path.starts_with("/json/2") => {
                Some(Reply::Raise(403, "odoo.exceptions.AccessDenied", sentence.into()))
            }
            _ => Some(raise("odoo.exceptions.AccessDenied", sentence)),
        })
        .await;
        says(&server, &PROTOCOLS, "unauthenticated", &["Odoo Online plan of"]).await;
    }
}

#[tokio::test]
async fn an_odoo_that_is_being_upgraded() {
    let server = scripted(html(503, "<title>Upgrade</title>")).await;
    says(&server, &["auto"], "unavailable", &["is being upgraded, restarted or maintained"]).await;
    // What the registry says while its models are being loaded.
    let server = Server::odoo("17.0", |seen, _| match seen.call().as_str() {
        "common.version" => None,
        _ => Some(raise("builtins.KeyError", "res.users")),
    })
    .await;
    says(&server, &["auto"], "unavailable", &["being created or upgraded"]).await;
}

#[tokio::test]
async fn an_odoo_that_is_not_there_is_used_as_soon_as_it_is() {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap()
    };
    let mut process = started(&mut serve(&format!("http://{port}"))).await;
    let listed = process.ask(&crate::common::request(1, "tools/list", json!({}))).await;
    assert!(listed["result"]["tools"].as_array().unwrap().len() == 2, "{listed}");
    for (tool, arguments) in [("find_partner", json!({})), ("create_partner", json!({"name": "Azure"}))] {
        let facts = facts(&called(&mut process, tool, arguments).await);
        assert_eq!((&facts["kind"], &facts["applied"]), (&json!("unavailable"), &json!("no")));
        assert!(facts["message"].as_str().unwrap().contains("is not reachable"), "{facts}");
    }
    let listener = tokio::net::TcpListener::bind(port).await.unwrap();
    let server = Server::start_on(listener, |seen, _| working("19.0", seen));
    let fine = called(&mut process, "find_partner", json!({})).await;
    assert_ne!(fine["isError"], true, "{fine}");
    assert_eq!(server.count("res.partner.web_search_read"), 1);
    assert_eq!(process.end().await.0, Some(0));
}
