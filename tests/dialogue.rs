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

use dialogue::client::World;
use dialogue::{asks, plans, steps};
use odoo::Target;
use tooldoo::demo;

/// Something that holds on every Odoo.
type Case = (&'static str, fn(&World));

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let wanted = std::env::var("TOOLDOO_TEST_CASES").unwrap_or_default();
    let cases = [steps::CASES, asks::CASES, plans::CASES].concat();
    let world = World::new(target);
    let mut failed = Vec::new();
    for (name, case) in cases.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&world)));
        println!("{} {name}: {}", target.name, if outcome.is_ok() { "ok" } else { "FAILED" });
        if outcome.is_err() {
            failed.push(name);
        }
    }
    world.clean();
    assert!(failed.is_empty(), "on {}: {} cases failed: {failed:?}", target.name, failed.len());
}

fn embedded(profile: demo::Profile, version: u32, protocol: &'static str) {
    Target::on_embedded(profile, version, protocol, run);
}

#[test]
fn on_the_embedded_odoo_19() {
    embedded(demo::Profile::V19, 19, "auto");
}

#[test]
fn on_the_embedded_odoo_14() {
    embedded(demo::Profile::V14, 14, "auto");
}

#[test]
fn on_a_real_odoo() {
    if let Some(target) = Target::real("auto") {
        run(&target);
    }
}
