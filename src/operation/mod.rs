//! The Odoo operations behind tools, and the executor that runs them.

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
