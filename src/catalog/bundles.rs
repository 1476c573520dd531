//! Who belongs to which bundle, and what each bundle says of its tools.
//!
//! It is decided once, when a catalog is built; what several bundles make of a tool together is [`super::offered`]'s.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::entry::Entry;
use crate::access::Caller;
use crate::definition::bundle::{self, Bundle, DEFAULT_BUNDLE};
use crate::definition::tool::Tool;

/// The bundles of one catalog, by name: those that are declared, those that a tool names, and `default`.
#[derive(Debug, Default)]
pub(super) struct Bundles {
    by_name: HashMap<String, Members>,
}

/// One bundle.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) name: String,
    title: Option<String>,
    instructions: Option<String>,
    pub(super) instance: Option<String>,
    pub(super) companies: Option<Vec<i64>>,
    pub(super) bind: Vec<(String, Value)>,
    /// For each entry of the catalog, by its position, whether it belongs to this bundle.
    has: Vec<bool>,
}

impl Members {
    fn new(name: &str, declared: Option<&Bundle>, entries: &[Entry]) -> Self {
        let bind = declared.into_iter().flat_map(|bundle| &bundle.bind);
        Self {
            name: name.to_owned(),
            title: declared.and_then(|bundle| bundle.title.clone()),
            instructions: declared.and_then(|bundle| bundle.instructions.clone()),
            instance: declared.and_then(|bundle| Some(bundle.instance.as_ref()?.name.clone())),
            companies: declared.and_then(|bundle| bundle.company_ids.clone()),
            bind: bind.map(|binding| (binding.name.clone(), binding.value.clone())).collect(),
            has: entries.iter().map(|entry| has(name, declared, entry)).collect(),
        }
    }

    /// Whether the tool at that position belongs to it.
    pub(super) fn has(&self, position: usize) -> bool {
        self.has.get(position).copied().unwrap_or_default()
    }
}

/// What a person keeps for themselves goes along into every bundle, unless it names some.
fn has(name: &str, declared: Option<&Bundle>, entry: &Entry) -> bool {
    let tool = entry.tool();
    if entry.owner().is_some() && tool.bundles.is_empty() {
        return declared.is_none_or(|bundle| !bundle.excludes(&tool.name));
    }
    bundle::has(name, declared, tool)
}

impl Bundles {
    /// The bundles of these, some of them declared.
    pub(super) fn new(entries: &[Entry], declared: &[Bundle]) -> Self {
        let members = |name: &str| Members::new(name, declared.iter().find(|bundle| bundle.name == name), entries);
        let names = bundle::all(entries.iter().map(|entry| entry.tool().as_ref()), declared);
        let by_name = names.into_iter().map(|name| (name.to_owned(), members(name))).collect();
        Self { by_name }
    }

    /// The instances that the tool at that position may work on, by way of one bundle or another; `None` is the default one.
    pub(super) fn instances<'a>(&'a self, position: usize, tool: &'a Tool) -> BTreeSet<Option<&'a str>> {
        if let Some(own) = &tool.instance {
            return BTreeSet::from([Some(own.as_str())]);
        }
        let having = self.by_name.values().filter(|members| members.has(position));
        let instances: BTreeSet<_> = having.map(|members| members.instance.as_deref()).collect();
        if instances.is_empty() { BTreeSet::from([None]) } else { instances }
    }

    /// What the models of this caller are told.
    pub(super) fn instructions(&self, caller: &Caller) -> Vec<&str> {
        self.of(&caller.bundles).filter_map(|members| members.instructions.as_deref()).collect()
    }

    /// What people call the bundles of this caller.
    pub(super) fn titles(&self, caller: &Caller) -> Vec<&str> {
        self.of(&caller.bundles).filter_map(|members| members.title.as_deref()).collect()
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

    /// The bundles of these names; `default` where there are none.
    pub(super) fn of<'a, 'c>(&'a self, names: &'c [String]) -> impl Iterator<Item = &'a Members> + use<'a, 'c> {
        let none = names.is_empty().then_some(DEFAULT_BUNDLE);
        names.iter().map(String::as_str).chain(none).filter_map(|name| self.by_name.get(name))
    }
}
