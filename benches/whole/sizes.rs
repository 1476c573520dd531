//! What a model has to read.

use std::sync::Arc;

use serde_json::{Value, json};
use tooldoo::access::Caller;
use tooldoo::catalog::Catalog;
use tooldoo::definition::load_embedded;
use tooldoo::mcp;

use crate::Effort;
use crate::figures::Section;
use crate::odoo::{Bare, Embedded};
use crate::server::Server;

pub fn measure(_: Effort) -> Section {
    let definitions = load_embedded().definitions;
    let tools = definitions.tools.into_iter().map(Arc::new).collect();
    let catalog = Catalog::new(tools).with_bundles(&definitions.bundles);
    let mut rows: Vec<Vec<String>> = catalog
        .bundles()
        .into_iter()
        .map(|bundle| {
            let caller = Caller { bundles: vec![bundle.to_owned()], read_only: false, login: None };
            let tools = mcp::tools(&catalog, &caller);
            row(&format!("bundle `{bundle}`: {} tools", tools.len()), json!(tools).to_string().len())
        })
        .collect();
    let odoo = Embedded::start(19);
    let target = odoo.target("json2");
    let bare = bare_records(&Bare::of_a_search(&target).found());
    let answer = text(&Server::http(&target).found());
    rows.push(row("ten contacts with name and e-mail, the bare records of Odoo", bare.len()));
    rows.push(row("ten contacts with name and e-mail, the answer of the tool", answer.len()));
    Section { title: "What a model reads", head: vec!["", "bytes of JSON", "tokens, about (bytes / 4)"], rows }
}

fn row(name: &str, bytes: usize) -> Vec<String> {
    vec![name.to_owned(), bytes.to_string(), (bytes / 4).to_string()]
}

/// The records of Odoo's answer, with nothing around them and no white space between.
fn bare_records(answer: &str) -> String {
    serde_json::from_str::<Value>(answer).expect("JSON")["records"].to_string()
}

/// What a model sees of the response to a call.
fn text(response: &str) -> String {
    let response: Value = serde_json::from_str(response).expect("JSON");
    response["result"]["content"][0]["text"].as_str().expect("a text").to_owned()
}
