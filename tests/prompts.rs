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
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use odoo::Target;
use serde_json::Value;
use suite::{none_failed, run_cases};

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&Target));

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let cases: Vec<Case> = [shipped::CASES, probe::CASES, personal::CASES].concat();
    none_failed(&target.name, &run_cases(&target.name, &cases, || (), |(), case| case(target)));
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

suite! {
    run;
    on_the_embedded_odoo_19: embedded(V19, "auto"),
    on_the_embedded_odoo_17: embedded(V17, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo_over_json2: real("json2"),
    on_a_real_odoo_over_jsonrpc: real("jsonrpc"),
}
