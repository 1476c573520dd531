//! Secrets in files and commands, with the real binary.
#![cfg(unix)]

use serde_json::json;

use crate::common::process::{Process, tooldoo};
use crate::common::{initialize, request};
use crate::server::{KEY, Reply, Server};
use crate::{called, facts, path, run};

fn config(directory: &std::path::Path, url: &str, api_key: &str) -> std::path::PathBuf {
    let file = directory.join("config.toml");
    let text =
        format!("[instances.main]\nurl = \"{url}\"\ndatabase = \"erp\"\nusername = \"bot\"\napi_key = {api_key}\n");
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn a_key_in_a_file_is_read_again_when_odoo_refuses_it() {
    const OLD: &str = "fedcba9876543210fedcba9876543210fedcba98";
    let server = Server::odoo("19.0", |seen, before| {
        let old = seen.headers.get("authorization").is_some_and(|key| key.contains(OLD));
        let again = seen.call() == "res.partner.web_search_read" && before > 0;
        (old && again).then(|| Reply::Raise(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey".into()))
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, format!("{OLD}\n")).unwrap();
    let file = config(directory.path(), &server.url, "{ file = \"key\" }");
    let mut process = Process::start(&mut tooldoo(&["serve", "--definitions", crate::TOOLS, "--config", path(&file)]));
    process.ask(&initialize("2025-11-25")).await;
    assert_ne!(called(&mut process, "find_partner", json!({})).await["isError"], true);
    let refused = facts(&called(&mut process, "find_partner", json!({})).await);
    assert!(refused["message"].as_str().unwrap().contains("no longer accepts the API key"), "{refused}");
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    // A source that just had nothing new is left alone for a moment.
    loop {
        let answer = called(&mut process, "find_partner", json!({})).await;
        if answer["isError"] != true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let (status, log) = process.end().await;
    assert_eq!(status, Some(0));
    assert!(!log.contains(OLD) && !log.contains(KEY), "{log}");
}

#[tokio::test]
async fn a_slow_command_delays_no_handshake_and_a_wrong_one_is_said_in_each_call() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Gives nothing until somebody writes into the pipe.
    let file =
        config(directory.path(), &server.url, &format!("{{ command = [\"head\", \"-n1\", \"{}\"] }}", path(&pipe)));
    let mut start = tooldoo(&["serve", "--definitions", crate::TOOLS, "--config", path(&file)]);
    let mut process = Process::start(start.env("PATH", std::env::var_os("PATH").unwrap()));
    process.ask(&initialize("2025-11-25")).await;
    process.ask(&request(1, "tools/list", json!({}))).await;
    assert!(server.seen().iter().all(|seen| !seen.path.starts_with("/json/2")), "nothing goes out without a key");
    std::fs::write(&pipe, format!("{KEY}\n")).unwrap();
    assert_ne!(called(&mut process, "find_partner", json!({})).await["isError"], true);
    process.end().await;

    let file = config(directory.path(), &server.url, "{ command = [\"no-such-program-at-all\", \"--secret\"] }");
    let mut process = Process::start(&mut tooldoo(&["serve", "--definitions", crate::TOOLS, "--config", path(&file)]));
    process.ask(&initialize("2025-11-25")).await;
    let facts = facts(&called(&mut process, "find_partner", json!({})).await);
    assert_eq!((&facts["kind"], &facts["applied"]), (&json!("unauthenticated"), &json!("no")));
    assert!(facts["message"].as_str().unwrap().contains("`no-such-program-at-all` cannot be run"), "{facts}");
    process.end().await;
}

#[tokio::test]
async fn a_file_that_is_empty_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), "\n").unwrap();
    let file = config(directory.path(), "http://127.0.0.1:1", "{ file = \"key\" }");
    let (status, _, err) = run(tooldoo(&["serve", "--definitions", crate::TOOLS, "--config", path(&file)])).await;
    assert_eq!(status, 1);
    assert!(err.contains("`api_key` of the Odoo `main`") && err.contains("is empty"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}
