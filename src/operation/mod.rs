//! The Odoo operations behind tools, and the executor that runs them.
//!
//! Every operation has a file of its own with two halves. `prepare` decides everything: templates are evaluated, values and
//! domains fitted to the model, names checked; it asks Odoo for metadata only. What it gives says what it will do
//! ([`Outline`](prepared::Outline)), and its `run` sends it. The [`executor`] alone decides the order.

pub mod arguments;
pub mod complete;
pub mod conditions;
pub mod faults;
pub mod fields;
pub mod fit;
pub mod grouping;
pub mod names;
pub mod order;
pub mod plan;
pub mod promise;
pub mod scalar;
pub mod temporal;
pub mod values;

mod asks;
mod begin;
mod confirm;
mod done;
mod executor;
mod fitting;
mod ids;
mod instance;
mod list_view;
pub(crate) mod lookup;
mod needed;
mod prepared;
mod prompt;
mod run;
mod small;

mod attach;
mod attachments;
mod call;
mod companies;
mod content;
mod create;
mod default_get;
pub(crate) mod field;
mod fields_get;
mod files;
mod message_post;
mod name_search;
mod read;
mod read_group;
mod report;
mod search_count;
mod search_read;
mod server;
mod unlink;
mod watched;
mod wizard;
mod write;

pub use begin::scope;
pub use executor::{Call as ToolCall, call as call_tool, data as tool_data};
pub use instance::Instance;
pub use prompt::{Fetch, prompt as use_prompt};
pub use server::Keeper;
pub use watched::{Finding, Records, WRITTEN, Watched, watched};
