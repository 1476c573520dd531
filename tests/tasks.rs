//! Calls that outlive their request: the real binary, driven by plain JSON. Over stdio against the embedded Odoo always, and against
//! a real one where `TOOLDOO_TEST_ODOO_URL` names one; over HTTP against a scripted one.
#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code"
)]

mod common;
mod tasks {
    pub mod calls;
    pub mod web;
}
#[path = "dialogue/client.rs"]
mod client;
#[path = "tools/client.rs"]
mod odoo;
#[path = "odoo_client/server.rs"]
mod server;

use odoo::Target;
use tooldoo::demo;

/// The tools of these tests.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tasks/tools.toml");

#[test]
fn on_the_embedded_odoo_19() {
    Target::on_embedded(demo::Profile::V19, 19, "auto", tasks::calls::all);
}

#[test]
fn on_the_embedded_odoo_14() {
    Target::on_embedded(demo::Profile::V14, 14, "auto", tasks::calls::all);
}

#[test]
fn on_a_real_odoo() {
    Target::on_real("auto", tasks::calls::all);
}
