//! The Odoo client against a scripted Odoo: what reaches it, how often, and what the caller is told.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod login;
mod repeat;
mod reports;
mod search;
mod secrets;
mod sentences;
mod server;
mod shapes;
mod sizes;
