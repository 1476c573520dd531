//! Which version each Odoo instance runs, as far as it is known: it decides which of the tools with an `odoo` requirement
//! are offered.

use std::collections::HashMap;

use crate::definition::tool::{Comparison, Requirement, Tool};
use crate::odoo::Version;

/// What is known at one moment. Part of a catalog, so that a request sees one answer throughout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    default_instance: String,
    known: HashMap<String, Version>,
}

impl Versions {
    /// Nothing known yet.
    #[must_use]
    pub fn unknown(default_instance: impl Into<String>) -> Self {
        Self { default_instance: default_instance.into(), known: HashMap::new() }
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, instance: &str, version: Version) -> Self {
        self.known.insert(instance.to_owned(), version);
        self
    }

    /// Whether the tool is for the version of its Odoo. `rivals` says that another tool of its name is for other versions:
    /// of those the one for the newest is offered while the version is unknown.
    pub(super) fn suit(&self, tool: &Tool, rivals: bool) -> bool {
        let version = self.known.get(tool.instance.as_ref().unwrap_or(&self.default_instance));
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
