//! What is known of the Odoo instances behind the tools: which version each one runs.
//!
//! Filled in the background as instances answer; until then the tools for the newest version are offered.

use std::collections::HashMap;

use arc_swap::ArcSwap;

use crate::definition::tool::{Comparison, Requirement, Tool};
use crate::odoo::Version;

/// Shared by every catalog of a server.
#[derive(Debug, Default)]
pub struct Presence {
    default_instance: String,
    versions: ArcSwap<HashMap<String, Version>>,
}

impl Presence {
    /// Nothing known yet.
    #[must_use]
    pub fn new(default_instance: impl Into<String>) -> Self {
        Self { default_instance: default_instance.into(), versions: ArcSwap::default() }
    }

    /// That instance answered with this version. True if that is news.
    pub fn learn(&self, instance: &str, version: Version) -> bool {
        if self.versions.load().get(instance) == Some(&version) {
            return false;
        }
        self.versions.rcu(|known| {
            let mut known = HashMap::clone(known);
            known.insert(instance.to_owned(), version);
            known
        });
        true
    }

    /// Whether the tool's Odoo is one that it is for. `rivals` says that another tool of its name is for other versions:
    /// of those the one for the newest is offered while the version is unknown.
    pub(super) fn offers(&self, tool: &Tool, rivals: bool) -> bool {
        let known = self.versions.load();
        let version = known.get(tool.instance.as_ref().unwrap_or(&self.default_instance));
        match (version, rivals) {
            (Some(version), _) => meets(tool, (version.major, version.minor)),
            (None, true) => meets(tool, (u32::MAX, 0)),
            (None, false) => true,
        }
    }
}

fn meets(tool: &Tool, version: (u32, u32)) -> bool {
    tool.requires.iter().all(|requirement| match requirement {
        Requirement::Odoo(comparison, wanted) => match comparison {
            Comparison::Less => version < *wanted,
            Comparison::LessOrEqual => version <= *wanted,
            Comparison::Equal => version == *wanted,
            Comparison::NotEqual => version != *wanted,
            Comparison::GreaterOrEqual => version >= *wanted,
            Comparison::Greater => version > *wanted,
        },
        Requirement::Model(_) | Requirement::Module(_) | Requirement::Capability(_) => true,
    })
}
