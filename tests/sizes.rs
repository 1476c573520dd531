//! What a model has to read: the list of the tools, and what stands around the records of an answer. It is paid for by the
//! token, in every conversation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "test code"
)]

#[path = "tools/client.rs"]
mod client;

use std::sync::Arc;

use client::{Server, Target};
use serde_json::{Value, json};
use tooldoo::access::Caller;
use tooldoo::catalog::Catalog;
use tooldoo::definition::bundle::DEFAULT_BUNDLE;
use tooldoo::definition::load_embedded;
use tooldoo::{demo, mcp};

/// The most that the list of the bundle that everybody gets may take, in bytes of JSON.
const LIST: usize = 32_000;

#[test]
fn the_list_of_the_default_bundle_stays_small() {
    let definitions = load_embedded().definitions;
    let tools = definitions.tools.into_iter().map(Arc::new).collect();
    let catalog = Catalog::new(tools).with_bundles(&definitions.bundles);
    let caller = Caller { bundles: vec![DEFAULT_BUNDLE.to_owned()], read_only: false, login: None };
    let tools = mcp::tools(&catalog, &caller);
    let size = |tool| serde_json::to_string(tool).unwrap().len();
    let total = serde_json::to_string(&tools).unwrap().len();
    let mut largest: Vec<_> = tools.iter().map(|tool| (size(tool), &tool.name)).collect();
    largest.sort();
    assert!(total <= LIST, "{} tools take {total} bytes; the largest last: {largest:?}", tools.len());
}

#[test]
fn an_answer_is_hardly_larger_than_its_records() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let odoo = runtime.block_on(demo::Server::start(demo::Options::default())).unwrap();
    let target = Target::embedded(&odoo, 19, "json2");
    let query = json!({"domain": [["email", "!=", false]], "fields": ["name", "email"], "order": "id", "limit": 10});
    let direct = ureq::Agent::new_with_config(ureq::Agent::config_builder().proxy(None).build());
    let bare = direct
        .post(format!("{}/json/2/res.partner/search_read", target.url))
        .header("content-type", "application/json")
        .header("authorization", format!("bearer {}", target.api_key))
        .send(query.to_string())
        .unwrap()
        .body_mut()
        .read_to_string()
        .unwrap();
    let bare: Value = serde_json::from_str(&bare).unwrap();
    assert_eq!(bare.as_array().map(Vec::len), Some(10), "{bare}");

    let mut arguments = query;
    arguments["model"] = json!("res.partner");
    let answer = Value::Object(Server::start(&target).call("odoo_search", arguments));
    assert_eq!(answer["records"], bare);
    let (bare, answer) = (bare.to_string().len(), answer.to_string().len());
    assert!(answer * 10 <= bare * 11, "{answer} bytes for records of {bare}");
    runtime.block_on(odoo.stop());
}
