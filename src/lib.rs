//! tooldoo: an MCP server for Odoo whose tools, resources and prompts are files.
//!
//! The modules, in the order in which data flows through them; see `ARCHITECTURE.md` for the map and the invariants.
//!
//! A definition: [`source`] (text with places) → [`definition`] (what the files say, checked) → [`catalog`] (compiled, swapped whole).
//! A call: [`transport`] → [`mcp`] → [`access`] (who may) → [`catalog`] (one snapshot) → [`operation`] ([`template`], [`domain`]) →
//! [`odoo`] → [`answer`] and back. [`trial`] makes calls of its own: the tests that authors write.

pub mod access;
pub mod answer;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod definition;
pub mod demo;
pub mod domain;
pub mod generate;
pub mod mcp;
pub mod odoo;
pub mod operation;
pub mod personal;
pub mod reload;
pub mod service;
pub mod source;
pub mod template;
pub mod transport;
pub mod trial;
pub mod watch;
