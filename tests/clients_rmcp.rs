//! The client of rmcp against the real binary and its embedded Odoo: over stdio and HTTP, with the handshake of old and at the newest
//! revision. What it is asked is what `tests/clients/protocol.py` asks the clients of Python, with the same definitions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    deprecated,
    unreachable_pub,
    reason = "test code"
)]

mod clients_rmcp {
    pub mod calls;
    pub mod changes;
    pub mod client;
    pub mod prompts;
    pub mod resources;
    pub mod tasks;
}
