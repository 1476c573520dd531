//! The shipped tools and every operation of the language, through the real binary over stdio: against the embedded Odoo in
//! its version profiles always, and against a real Odoo over both protocols where `TOOLDOO_TEST_ODOO_URL` names one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "tools/admin.rs"]
mod admin;
#[path = "tools/answers.rs"]
mod answers;
#[path = "tools/any_model.rs"]
mod any_model;
#[path = "tools/client.rs"]
mod client;
#[path = "tools/companies.rs"]
mod companies;
#[path = "tools/contacts.rs"]
mod contacts;
#[path = "tools/crm.rs"]
mod crm;
#[path = "tools/employees.rs"]
mod employees;
#[path = "tools/files.rs"]
mod files;
#[path = "tools/finance.rs"]
mod finance;
#[path = "tools/generic.rs"]
mod generic;
#[path = "tools/helpdesk.rs"]
mod helpdesk;
#[path = "tools/knowledge.rs"]
mod knowledge;
#[path = "tools/products.rs"]
mod products;
#[path = "tools/project.rs"]
mod project;
#[path = "tools/purchase.rs"]
mod purchase;
#[path = "tools/relations.rs"]
mod relations;
#[path = "tools/requests.rs"]
mod requests;
#[path = "tools/sales.rs"]
mod sales;
#[path = "tools/silent.rs"]
mod silent;
#[path = "tools/stock.rs"]
mod stock;

use client::{Server, Target};
use tooldoo::demo;

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&mut Server, &Target));

fn cases() -> Vec<Case> {
    let wanted = std::env::var("TOOLDOO_TEST_CASES").unwrap_or_default();
    let all = [
        contacts::CASES,
        products::CASES,
        sales::CASES,
        crm::CASES,
        project::CASES,
        helpdesk::CASES,
        knowledge::CASES,
        purchase::CASES,
        stock::CASES,
        finance::CASES,
        files::CASES,
        employees::CASES,
        generic::CASES,
        any_model::CASES,
        admin::CASES,
        answers::CASES,
        relations::CASES,
        silent::CASES,
        companies::CASES,
    ];
    all.concat().into_iter().filter(|(name, _)| name.contains(&wanted)).collect()
}

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let mut failed = Vec::new();
    let mut server = Server::start(target);
    for (name, case) in cases() {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&mut server, target)));
        if outcome.is_err() {
            // It may have been left in the middle of a frame.
            server = Server::start(target);
        }
        println!("{} {name}: {}", target.name, if outcome.is_ok() { "ok" } else { "FAILED" });
        if outcome.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "on {}: {} of {} cases failed: {failed:?}", target.name, failed.len(), cases().len());
}

fn embedded(profile: demo::Profile, version: u32, protocol: &'static str) {
    Target::on_embedded(profile, version, protocol, run);
}

#[test]
fn on_the_embedded_odoo_19_over_json2() {
    embedded(demo::Profile::V19, 19, "json2");
}

#[test]
fn on_the_embedded_odoo_19_over_jsonrpc() {
    embedded(demo::Profile::V19, 19, "jsonrpc");
}

#[test]
fn on_the_embedded_odoo_17() {
    embedded(demo::Profile::V17, 17, "auto");
}

#[test]
fn on_the_embedded_odoo_14() {
    embedded(demo::Profile::V14, 14, "auto");
}

fn real(protocol: &'static str) {
    Target::on_real(protocol, run);
}

/// Over JSON-2, which came with Odoo 19: for an older one there is nothing to test.
#[test]
fn on_a_real_odoo_over_json2() {
    real("json2");
}

#[test]
fn on_a_real_odoo_over_jsonrpc() {
    real("jsonrpc");
}
