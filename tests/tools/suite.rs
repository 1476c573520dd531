//! What the suites that run on every Odoo share: their openings, and how they go through their cases.
#![allow(dead_code, reason = "each suite uses its part")]

/// A test for each Odoo: `embedded(profile, protocol)`, or `real(protocol, …)` where there is one. Each calls `$run` with its `Target`.
macro_rules! suite {
    (@ embedded($profile:ident, $protocol:literal) $run:path) => {
        Target::on_embedded(tooldoo::demo::Profile::$profile, $protocol, $run)
    };
    (@ real($($protocol:literal),+) $run:path) => {{
        $(Target::on_real($protocol, $run);)+
    }};
    ($run:path; $($test:ident: $kind:ident($($of:tt)*)),+ $(,)?) => {
        $(#[test]
        fn $test() {
            suite!(@ $kind($($of)*) $run);
        })+
    };
}

/// Runs the cases that `TOOLDOO_TEST_CASES` asks for, all without it, and gives the names of those that failed.
///
/// They share what `begin` makes. After one that failed it is made anew: a server may have been left in the middle of a frame.
pub fn run_cases<Shared, Case: Copy>(
    odoo: &str,
    cases: &[(&'static str, Case)],
    mut begin: impl FnMut() -> Shared,
    run: impl Fn(&mut Shared, Case),
) -> Vec<&'static str> {
    let wanted = std::env::var("TOOLDOO_TEST_CASES").unwrap_or_default();
    let mut shared = begin();
    let mut failed = Vec::new();
    for (name, case) in cases.iter().filter(|(name, _)| name.contains(&wanted)) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut shared, *case)));
        println!("{odoo} {name}: {}", if outcome.is_ok() { "ok" } else { "FAILED" });
        if outcome.is_err() {
            failed.push(*name);
            shared = begin();
        }
    }
    failed
}

/// Ends a suite of which these cases failed.
#[track_caller]
pub fn none_failed(odoo: &str, failed: &[&str]) {
    assert!(failed.is_empty(), "on {odoo}: {} cases failed: {failed:?}", failed.len());
}
