//! Sentences of the definition language, each tried as an author would: a small file, the real binary over stdio, the embedded
//! Odoo behind it. What a client is offered while a person types is tried on a real Odoo too, where `TOOLDOO_TEST_ODOO_URL` names one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "language/answers.rs"]
mod answers;
#[path = "language/bundles.rs"]
mod bundles;
#[path = "language/client.rs"]
mod client;
#[path = "language/completion.rs"]
mod completion;
#[path = "language/context.rs"]
mod context;
#[path = "language/hostile.rs"]
mod hostile;
#[path = "language/listing.rs"]
mod listing;
#[path = "language/lookups.rs"]
mod lookups;
#[path = "language/needed.rs"]
mod needed;
#[path = "language/presence.rs"]
mod presence;
#[path = "language/server.rs"]
mod server;
#[path = "language/shapes.rs"]
mod shapes;
#[path = "tools/client.rs"]
#[allow(dead_code, clippy::print_stdout, reason = "only the Odoos of it, not its client")]
mod target;
#[path = "language/values.rs"]
mod values;
