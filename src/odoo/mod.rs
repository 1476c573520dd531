//! The Odoo client: protocols, identity, metadata, errors, values. Knows nothing of MCP.
//!
//! [`Client`] is the one way to an Odoo. Below it lie the two protocols (`json2`, `jsonrpc`), the login (`session`), the browser's
//! session for reports (`web`), the wire (`http`), and what turns an answer that is no answer into a sentence (`faults` for Odoo's exceptions, `pages` for what
//! is not Odoo's, `reach` for no answer at all).

mod client;
pub mod credential;
pub mod error;
mod faults;
pub mod groups;
mod http;
mod json2;
mod jsonrpc;
pub mod metadata;
mod methods;
mod names;
mod once;
mod pages;
pub mod presence;
mod reach;
pub mod records;
mod relations;
pub mod request;
mod session;
pub mod settings;
pub mod user;
pub mod version;
mod watch;
mod web;

pub use client::Client;
pub use credential::{Credential, Source, Unreadable};
pub use error::{Applied, Error, Kind};
pub use groups::GroupQuery;
pub use metadata::{Field, FieldType, Model};
pub use names::{is_method_name, is_model_name, is_report_name};
pub(crate) use names::{method as check_method_name, report as check_report_name};
pub use records::{FieldSpecification, Page, Related, Search, Specification};
pub use request::{Effect, Patience, Request};
pub use settings::{Protocol, Settings};
pub use user::User;
pub use version::Version;
pub use watch::{MADE_UP, Sent, Watch, shown};
