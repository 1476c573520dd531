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
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use client::{Server, Target};
use suite::{none_failed, run_cases};

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&mut Server, &Target));

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let cases: Vec<Case> = [
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
    ]
    .concat();
    let begin = || Server::start(target);
    none_failed(&target.name, &run_cases(&target.name, &cases, begin, |server, case| case(server, target)));
}

suite! {
    run;
    on_the_embedded_odoo_19_over_json2: embedded(V19, "json2"),
    on_the_embedded_odoo_19_over_jsonrpc: embedded(V19, "jsonrpc"),
    on_the_embedded_odoo_17: embedded(V17, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo_over_json2: real("json2"),
    on_a_real_odoo_over_jsonrpc: real("jsonrpc"),
}
