//! Prompts through the real binary over stdio: those that ship, everything that the language can say of them, and those that a
//! person keeps. Against the embedded Odoo always, and against a real one where `TOOLDOO_TEST_ODOO_URL` names one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    dead_code,
    unreachable_pub,
    reason = "test code"
)]

#[path = "dialogue/client.rs"]
mod client;
#[path = "tools/client.rs"]
mod odoo;
#[path = "prompts/personal.rs"]
mod personal;
#[path = "prompts/probe.rs"]
mod probe;
#[path = "prompts/shipped.rs"]
mod shipped;

use odoo::Target;
use serde_json::Value;
use tooldoo::demo;

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&Target));

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let wanted = std::env::var("TOOLDOO_TEST_CASES").unwrap_or_default();
    let cases = [shipped::CASES, probe::CASES, personal::CASES].concat();
    let mut failed = Vec::new();
    for (name, case) in cases.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(target)));
        println!("{} {name}: {}", target.name, if outcome.is_ok() { "ok" } else { "FAILED" });
        if outcome.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "on {}: {} cases failed: {failed:?}", target.name, failed.len());
}

/// The messages of a response that must be a result: role and text; a block that is no text as its JSON.
fn messages(response: &Value) -> Vec<(String, String)> {
    let messages = response["result"]["messages"].as_array().unwrap_or_else(|| panic!("no messages: {response}"));
    let message = |message: &Value| {
        let content = &message["content"];
        let text = content["text"].as_str().map_or_else(|| content.to_string(), str::to_owned);
        (message["role"].as_str().unwrap().to_owned(), text)
    };
    messages.iter().map(message).collect()
}

/// Their texts.
fn texts(response: &Value) -> Vec<String> {
    messages(response).into_iter().map(|(_, text)| text).collect()
}

fn embedded(profile: demo::Profile, version: u32, protocol: &'static str) {
    Target::on_embedded(profile, version, protocol, run);
}

#[test]
fn on_the_embedded_odoo_19() {
    embedded(demo::Profile::V19, 19, "auto");
}

#[test]
fn on_the_embedded_odoo_17() {
    embedded(demo::Profile::V17, 17, "auto");
}

#[test]
fn on_the_embedded_odoo_14() {
    embedded(demo::Profile::V14, 14, "auto");
}

#[test]
fn on_a_real_odoo_over_json2() {
    Target::on_real("json2", run);
}

#[test]
fn on_a_real_odoo_over_jsonrpc() {
    Target::on_real("jsonrpc", run);
}
