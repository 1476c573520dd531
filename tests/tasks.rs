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
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use odoo::Target;

/// The tools of these tests.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tasks/tools.toml");

suite! {
    tasks::calls::all;
    on_the_embedded_odoo_19: embedded(V19, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo: real("auto"),
}
