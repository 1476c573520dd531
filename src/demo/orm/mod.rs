//! What Odoo's models can do, one file per kind of method. `dispatch` finds the method and binds its arguments.

pub(super) mod compute;
pub(super) mod convert;
pub(super) mod defaults;
pub(super) mod dispatch;
pub(super) mod fields;
pub(super) mod group;
mod period;
pub(super) mod read;
mod relations;
pub(super) mod search;
pub(super) mod signature;
pub(super) mod views;
pub(super) mod web;
pub(super) mod write;
