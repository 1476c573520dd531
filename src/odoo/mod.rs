//! The Odoo client: protocols, identity, metadata, errors, values. Knows nothing of MCP.

pub mod error;
pub mod metadata;
pub mod request;

pub use error::{Applied, Error, Kind};
