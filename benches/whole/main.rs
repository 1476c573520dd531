//! The whole, as a user has it: the binary that is shipped, in a process of its own, between a client and an Odoo.
//!
//! `cargo bench --bench whole` prints the figures as Markdown; with `-- --save` it puts them into `docs/performance.md`.
//! Words choose what is measured: `calls`, `start`, `memory`, `reload`, `load`, `sizes`; `--quick` measures less often.
//! With `TOOLDOO_TEST_ODOO_URL` and its like set, calls are measured against that Odoo too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark that cannot measure has nothing to say"
)]

mod calls;
#[path = "../common/mod.rs"]
mod common;
mod figures;
mod load;
mod machine;
mod memory;
mod odoo;
mod reload;
mod server;
mod sizes;
mod start;

use figures::Section;

/// How often things are measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds of calls, and calls of each kind in one.
    pub rounds: usize,
    pub calls: usize,
    /// Starts of a process.
    pub starts: usize,
    /// Files saved.
    pub saves: usize,
    /// Loads of a catalog.
    pub loads: usize,
}

const FULL: Effort = Effort { rounds: 5, calls: 500, starts: 21, saves: 11, loads: 5 };
const QUICK: Effort = Effort { rounds: 3, calls: 100, starts: 7, saves: 3, loads: 3 };

/// Something that is measured, and by which word it is chosen.
type Part = (&'static str, fn(Effort) -> Section);

const PARTS: [Part; 6] = [
    ("calls", calls::measure),
    ("start", start::measure),
    ("memory", memory::measure),
    ("reload", reload::measure),
    ("load", load::measure),
    ("sizes", sizes::measure),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    if !flag("--bench") {
        // `cargo test --benches` runs this too, of a binary that is not the one that ships.
        println!("measured by `cargo bench --bench whole`");
        return;
    }
    let chosen: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let unknown: Vec<_> = chosen.iter().filter(|word| !PARTS.iter().any(|(name, _)| name == *word)).collect();
    assert!(unknown.is_empty(), "there is nothing called {unknown:?} to measure");
    let effort = if flag("--quick") { QUICK } else { FULL };

    server::binary();
    let before = machine::describe();
    let mut text = String::new();
    for (name, measure) in PARTS.iter().filter(|(name, _)| chosen.is_empty() || chosen.contains(name)) {
        eprintln!("measuring {name} …");
        text.push_str(&measure(effort).to_string());
    }
    let text = format!("{before}{text}");
    print!("{text}");
    if flag("--save") {
        assert!(chosen.is_empty() && !flag("--quick"), "only all the figures together are saved, and not quick ones");
        figures::save(&text);
    }
}
