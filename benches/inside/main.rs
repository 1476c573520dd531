//! The inside, piece by piece, over sizes that show whether it grows with them and not faster: `cargo bench --bench inside`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark that cannot measure has nothing to say"
)]

mod answers;
#[path = "../common/mod.rs"]
mod common;
mod definitions;
mod domains;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, definitions::load, definitions::check, definitions::list, domains::prune, answers::shape);
criterion_main!(benches);
