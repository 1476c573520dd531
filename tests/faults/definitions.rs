//! A definition file with ten mistakes, at a start and under a running server.

use crate::common::process::{Process, definition, save, tooldoo, unreachable_odoo};
use crate::common::{call, initialize, initialized, request};
use crate::{path, run};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

/// The corpus has such a file, with its diagnostics.
const TEN: &str = include_str!("../wrong/ten_mistakes.toml");

/// How many diagnostics there are in a text that shows them as `check` does.
fn places(text: &str) -> Vec<String> {
    let mut places: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("ten.toml:"))
        .map(|(_, rest)| rest.trim_end_matches([']', ' ']).to_owned())
        .collect();
    places.sort();
    places.dedup();
    places
}

#[tokio::test]
async fn they_are_ten_diagnostics_and_no_start() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "ten.toml", TEN);
    let (status, out, _) = run(tooldoo(&["check", "--definitions", path(files.path())])).await;
    assert_eq!(status, 1);
    assert!(out.trim_end().ends_with("10 errors"), "{out}");
    assert_eq!(places(&out).len(), 10, "{out}");
    for arguments in [["serve", "--stdio"].as_slice(), &["serve", "--http", "--listen", "127.0.0.1:0"]] {
        let mut start = tooldoo(arguments);
        unreachable_odoo(start.args(["--definitions", path(files.path())]));
        let (status, served, err) = run(start).await;
        assert_eq!((status, served.as_str()), (1, ""), "{err}");
        assert_eq!(places(&err), places(&out));
    }
}

#[tokio::test]
async fn dropped_into_a_running_server_they_are_logged_and_the_old_tools_stay() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "a.toml", &definition("first", "one"));
    let mut start = tooldoo(&["serve", "--definitions", path(files.path())]);
    let mut server = Process::start(unreachable_odoo(&mut start));
    server.ask(&initialize("2025-11-25")).await;
    server.write(format!("{}\n", initialized()).as_bytes()).await;
    save(files.path(), "ten.toml", TEN);
    let mut log = BufReader::new(&mut server.errors).lines();
    let mut said = String::new();
    while !said.contains("those loaded before stay in service") {
        let line = tokio::time::timeout(crate::common::line::PATIENCE, log.next_line()).await;
        said.push_str(&line.unwrap().unwrap().expect("the log ended"));
        said.push('\n');
    }
    assert_eq!(places(&said).len(), 10, "{said}");
    let listed = server.ask(&request(1, "tools/list", json!({}))).await;
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(server.ask(&call(2, "first", json!({}))).await["result"]["content"][0]["text"], "one");
    assert_eq!(server.end().await.0, Some(0));
}
