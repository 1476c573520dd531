//! The Odoo operations behind tools, and the executor that runs them.
//!
//! Every operation has a file of its own with two halves. `prepare` decides everything: templates are evaluated, values and
//! domains fitted to the model, names checked; it asks Odoo for metadata only. What it gives says what it will do
//! ([`Outline`](prepared::Outline)), and its `run` sends it. The [`executor`] alone decides the order.

pub mod arguments;
pub mod conditions;
pub mod faults;
pub mod fields;
pub mod fit;
pub mod grouping;
pub mod names;
pub mod order;
pub mod scalar;
pub mod temporal;
pub mod values;

mod executor;
mod fitting;
mod ids;
mod instance;
mod list_view;
mod lookup;
mod needed;
mod prepared;
mod run;

mod call;
mod content;
mod create;
mod default_get;
mod fields_get;
mod name_search;
mod read;
mod read_group;
mod search_count;
mod search_read;
mod server;
mod unlink;
mod write;

pub use executor::call;
pub use instance::Instance;
