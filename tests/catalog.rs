//! Everything that ships, as an ordinary employee and as the administrator: every tool of `tools.d` is called once, sensibly, through the real
//! binary, on the embedded Odoo in its version profiles always, and on a real one where `TOOLDOO_TEST_ODOO_URL` names one. Each call answers
//! with content, or fails as the table says and no other way.
//!
//! A tool without an entry in the table fails the suite, and so does an entry without a tool.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "test code, part of it shared"
)]

#[path = "catalog/calls.rs"]
mod calls;
#[path = "tools/client.rs"]
mod client;
#[path = "catalog/meanings.rs"]
mod meanings;
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;
#[path = "catalog/wrong.rs"]
mod wrong;

use std::collections::BTreeSet;

use calls::{CALLS, Expected, Who};
use client::{Server, Target};
use serde_json::json;

/// The names of the tools that ship, from their files.
fn shipped() -> BTreeSet<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tools.d");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // They are not listed without `definitions.personal`: `tests/prompts` has them.
        if path.ends_with("prompts.toml") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let file: toml::Table = text.parse().unwrap();
        for tool in file.get("tool").and_then(toml::Value::as_array).into_iter().flatten() {
            names.insert(tool["name"].as_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn every_shipped_tool_has_a_call_and_every_call_a_tool() {
    let called: BTreeSet<String> = CALLS.iter().map(|call| call.tool.to_owned()).collect();
    assert_eq!(called.len(), CALLS.len(), "a tool is in the table twice");
    assert_eq!(called, shipped());
}

/// The models that tools need and this Odoo does not have.
fn absent(administrator: &mut Server) -> BTreeSet<&'static str> {
    let needed: BTreeSet<&str> = CALLS.iter().filter_map(|call| call.needs).collect();
    let lacks = |model: &&str| {
        let params = json!({"name": "odoo_count", "arguments": {"model": model}});
        let answer = administrator.request("tools/call", params)["result"].clone();
        answer["isError"] == true && answer["content"].to_string().contains("unknown_model")
    };
    needed.into_iter().filter(lacks).collect()
}

/// The tools in the list, once the server knows what this Odoo has: until then it lists what a newest one would.
fn listed(server: &mut Server, absent: &BTreeSet<&str>) -> BTreeSet<String> {
    server.call("odoo_connect", json!({}));
    let unlisted: Vec<&str> = CALLS.iter().filter(|call| call.lacks(absent)).map(|call| call.tool).collect();
    let mut names = BTreeSet::new();
    for _ in 0..100 {
        names = server.request("tools/list", json!({}))["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        if !unlisted.iter().any(|tool| names.contains(*tool)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    names
}

/// Calls everything as this user, and names all that went otherwise than the table says.
fn run_as(target: &Target, who: Who) {
    let (login, key) = match who {
        Who::Employee => (target.employee.0.as_str(), target.employee.1.as_str()),
        Who::Administrator => (target.login.as_str(), target.api_key.as_str()),
    };
    let mut server = Server::start_as(target, login, key);
    let mut administrator = Server::start(target);
    let absent = absent(&mut administrator);
    let listed = listed(&mut server, &absent);
    let mut failed = Vec::new();
    let mut counted = [0, 0, 0];
    for call in CALLS {
        let place = format!("{} as {who:?}: {}", target.name, call.tool);
        let expected = (call.expected)(target, who);
        if call.lacks(&absent) {
            if listed.contains(call.tool) {
                failed.push(format!("{place} is listed, and its model is not there"));
            }
            counted[2] += 1;
            continue;
        }
        if !listed.contains(call.tool) {
            failed.push(format!("{place} is not listed"));
            continue;
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let arguments = (call.arguments)(&mut server, target);
            match expected {
                Expected::Fails(kind) => {
                    let error = server.fails(call.tool, arguments, kind);
                    assert_eq!(error["applied"], "no", "{error:?}");
                }
                _ => {
                    let answer = server.call(call.tool, arguments);
                    calls::has_content(call.tool, &answer);
                    calls::remove(&mut administrator, call, &answer);
                }
            }
        }));
        match outcome {
            Ok(()) => counted[usize::from(expected != Expected::Works)] += 1,
            Err(what) => {
                let what = what.downcast_ref::<String>().cloned().unwrap_or_default();
                failed.push(format!("{place}: {}", what.chars().take(500).collect::<String>()));
            }
        }
    }
    let [works, fails, unlisted] = counted;
    println!(
        "catalog: {} as {who:?}: {works} of {} tools answer, {fails} are refused as they should be, {unlisted} are not listed for want of their model",
        target.name,
        CALLS.len()
    );
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn run(target: &Target) {
    run_as(target, Who::Employee);
    run_as(target, Who::Administrator);
}

suite! {
    run;
    on_the_embedded_odoo_19: embedded(V19, "json2"),
    on_the_embedded_odoo_17: embedded(V17, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo: real("json2", "jsonrpc"),
}

suite! {
    wrong::run;
    wrong_input_on_the_embedded_odoo_19: embedded(V19, "json2"),
    wrong_input_on_the_embedded_odoo_17: embedded(V17, "auto"),
    wrong_input_on_the_embedded_odoo_14: embedded(V14, "auto"),
    wrong_input_on_a_real_odoo: real("json2", "jsonrpc"),
}
