//! Calls that talk with the client on their way: steps, questions, confirmed writes. The real binary, driven by plain JSON at
//! every revision, against the embedded Odoo always, and against a real one where `TOOLDOO_TEST_ODOO_URL` names one.
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

mod dialogue {
    pub mod asks;
    pub mod client;
    pub mod plans;
    pub mod reload;
    pub mod steps;
    pub mod terminal;
    pub mod web;
}
#[path = "tools/client.rs"]
mod odoo;
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use dialogue::client::World;
use dialogue::{asks, plans, steps};
use odoo::Target;
use suite::{none_failed, run_cases};

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&World));

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let cases: Vec<Case> = [steps::CASES, asks::CASES, plans::CASES].concat();
    let world = World::new(target);
    let failed = run_cases(&target.name, &cases, || (), |(), case| case(&world));
    world.clean();
    none_failed(&target.name, &failed);
}

suite! {
    run;
    on_the_embedded_odoo_19: embedded(V19, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo: real("auto"),
}
