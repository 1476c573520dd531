//! The embedded Odoo and its sample data. Speaks HTTP on a real socket, and knows nothing of MCP.
//!
//! `tooldoo demo` and the hermetic tests use it in place of a real Odoo. It is worth having only as far as it behaves like one: `tests/contract.rs`
//! runs the same cases against both, and where they differ, this one is wrong. What it does not have: modules, mail that leaves it, a browser's
//! web client, SQL. The models and their fields lie in `data/models` (those of several models in `data/mixins`), their views in
//! `data/views`, the records in `data/records`.
//!
//! The way of a request: [`server`] (HTTP, recording) → `json2` or `rpc` (the protocol) → `orm::dispatch` (method and arguments) → `orm::*` (what
//! the method does, on a snapshot for reads, in a transaction for writes) → `store` (the records).

mod access;
mod accounts;
mod clock;
mod data;
mod domain;
mod env;
mod errors;
mod field;
mod json2;
mod methods;
mod model;
mod orm;
mod registry;
mod rpc;
mod server;
mod store;
#[cfg(test)]
mod tests;
mod told;
mod value;
mod web;

pub use accounts::{ACCOUNTANT, ADMIN, Account, EMPLOYEE, HR_OFFICER, PORTAL, SALESPERSON, WAREHOUSE};
pub use server::{Options, Recorded, Server};

/// Which Odoo the server plays: its protocols, fields, argument names and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Odoo 14: no JSON-2, `web_search_read` with a list of fields, `read_group`.
    V14,
    /// Odoo 17: no JSON-2, `web_search_read` with a specification, `read_group`.
    V17,
    /// Odoo 19: JSON-2, `web_search_read` with a specification, `formatted_read_group`.
    #[default]
    V19,
}

/// The version of [`Options`].
pub type Version = Profile;

impl Profile {
    /// The major version: 14, 17 or 19.
    #[must_use]
    pub fn major(self) -> u8 {
        match self {
            Self::V14 => 14,
            Self::V17 => 17,
            Self::V19 => 19,
        }
    }

    /// The version as Odoo prints it: `19.0`.
    #[must_use]
    pub fn serie(self) -> &'static str {
        match self {
            Self::V14 => "14.0",
            Self::V17 => "17.0",
            Self::V19 => "19.0",
        }
    }
}

/// Whether a version lies between the first and the last that have something, both included.
fn within<V: PartialOrd>(since: Option<V>, until: Option<V>, version: V) -> bool {
    since.is_none_or(|first| first <= version) && until.is_none_or(|last| last >= version)
}

/// The name of the only database.
pub(crate) const DATABASE: &str = "demo";
