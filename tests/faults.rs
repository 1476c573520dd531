//! What a person or a model is told when Odoo, the configuration or a file is wrong: the real binary against a scripted Odoo.
#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod common;
mod faults {
    pub mod configuration;
    pub mod definitions;
    pub mod files;
    pub mod fire;
    pub mod gone;
    pub mod kept;
    pub mod odoo;
    pub mod presence;
    pub mod quiet;
    pub mod secrets;
    pub mod switches;
    pub mod writes;
}
#[path = "odoo_client/server.rs"]
mod server;

use std::path::Path;

use common::line::PATIENCE;
use common::process::{Process, tooldoo};
use common::{call, initialize};
use serde_json::Value;
use server::{KEY, PASSWORD, Server};
use tokio::process::Command;

/// Tools for the scripted Odoo.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/tools.toml");

/// `tooldoo` with the login of the scripted Odoo in its environment.
fn with_odoo(arguments: &[&str], url: &str) -> Command {
    let mut command = tooldoo(arguments);
    command.args(["--definitions", TOOLS]);
    command.envs([("ODOO_URL", url), ("ODOO_DB", "erp"), ("ODOO_USERNAME", "bot@example.com"), ("ODOO_API_KEY", KEY)]);
    command
}

fn serve(url: &str) -> Command {
    with_odoo(&["serve"], url)
}

/// A server over stdio that has shaken hands.
async fn started(command: &mut Command) -> Process {
    let mut server = Process::start(command);
    server.ask(&initialize("2025-11-25")).await;
    server
}

/// Calls a tool over stdio and gives the result.
async fn called(server: &mut Process, tool: &str, arguments: Value) -> Value {
    let answer = server.ask(&call(format!("call {tool}"), tool, arguments)).await;
    answer["result"].clone()
}

/// The facts of a tool error, having checked what holds for each: a sentence on what is wrong, one on what to do, the same in
/// the text, no traceback and no secret.
fn facts(result: &Value) -> Value {
    assert_eq!(result["isError"], true, "{result}");
    let text = result["content"][0]["text"].as_str().unwrap();
    let facts: Value = serde_json::from_str(result["content"][1]["text"].as_str().unwrap()).unwrap();
    let (message, hint) = (facts["message"].as_str().unwrap(), facts["hint"].as_str().unwrap_or_default());
    assert!(text.starts_with(message) && text.ends_with(hint), "{text} is not {facts}");
    for sentence in [message, hint] {
        assert!(sentence.ends_with('.') || sentence.ends_with('?') || sentence.ends_with(".”"), "{facts}");
        assert!(sentence.starts_with(|first: char| first.is_uppercase() || first == '`'), "{facts}");
    }
    clean(text);
    facts
}

/// Holds for everything that is written anywhere.
fn clean(text: &str) {
    for never in [KEY, PASSWORD, "Traceback", "panicked", "RUST_BACKTRACE"] {
        assert!(!text.contains(never), "`{never}` is in {text}");
    }
}

/// Waits until something is so; what never becomes so fails the test.
async fn until(what: &str, condition: impl Fn() -> bool) {
    assert!(tokio::time::timeout(PATIENCE, server::until(condition)).await.is_ok(), "never came: {what}");
}

/// Runs a command to its end and gives the exit status, stdout and stderr.
async fn run(mut command: Command) -> (i32, String, String) {
    let output = tokio::time::timeout(PATIENCE, command.stdin(std::process::Stdio::null()).output()).await;
    let output = output.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    clean(&out);
    clean(&err);
    (output.status.code().unwrap(), out, err)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The server's URL, and the server: it ends when it is dropped.
async fn scripted(reply: server::Reply) -> Server {
    Server::start(move |_, _| reply.clone()).await
}
