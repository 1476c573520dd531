//! Who sees which tool: the one question that list, call and every later door ask.
//!
//! Who belongs to which bundle is decided once, when a catalog is built: a call only looks it up.

use std::collections::HashMap;
use std::sync::Arc;

use crate::access::Caller;
use crate::definition::bundle::{self, Bundle, DEFAULT_BUNDLE};
use crate::definition::tool::Tool;

/// The bundles of one catalog, by name: those that are declared, those that a tool names, and `default`.
#[derive(Debug, Default)]
pub(super) struct Bundles {
    by_name: HashMap<String, Members>,
}

/// What one bundle shows.
#[derive(Debug)]
struct Members {
    title: Option<String>,
    instructions: Option<String>,
    /// For each tool of the catalog, by its position, whether it is shown through this bundle.
    shows: Vec<bool>,
}

impl Bundles {
    /// The bundles of these tools, some of them declared.
    pub(super) fn new(tools: &[Arc<Tool>], declared: &[Bundle]) -> Self {
        let members = |name: &str| {
            let declared = declared.iter().find(|bundle| bundle.name == name);
            Members {
                title: declared.and_then(|bundle| bundle.title.clone()),
                instructions: declared.and_then(|bundle| bundle.instructions.clone()),
                shows: tools.iter().map(|tool| bundle::shows(name, declared, tool)).collect(),
            }
        };
        let names = bundle::all(tools.iter().map(Arc::as_ref), declared);
        let by_name = names.into_iter().map(|name| (name.to_owned(), members(name))).collect();
        Self { by_name }
    }

    /// Whether this caller sees the tool at that position, as far as the files and the connection decide it.
    pub(super) fn show(&self, caller: &Caller, position: usize, tool: &Tool) -> bool {
        (tool.annotations.read_only || !caller.read_only)
            && self.of(caller).any(|members| members.shows.get(position).copied().unwrap_or_default())
    }

    /// What the models of this caller are told.
    pub(super) fn instructions(&self, caller: &Caller) -> Vec<&str> {
        self.of(caller).filter_map(|members| members.instructions.as_deref()).collect()
    }

    /// What people call the bundles of this caller.
    pub(super) fn titles(&self, caller: &Caller) -> Vec<&str> {
        self.of(caller).filter_map(|members| members.title.as_deref()).collect()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Sorted.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.by_name.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn of<'a, 'c>(&'a self, caller: &'c Caller) -> impl Iterator<Item = &'a Members> + use<'a, 'c> {
        let none = caller.bundles.is_empty().then_some(DEFAULT_BUNDLE);
        caller.bundles.iter().map(String::as_str).chain(none).filter_map(|name| self.by_name.get(name))
    }
}
