//! Compiled tools and bundles: what one call sees, whole and unchanging.

use std::sync::Arc;

use crate::access::Caller;
use crate::definition::tool::Tool;

/// Everything that is served, at one moment. Replaced whole, never changed.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Sorted by sequence, then name.
    tools: Vec<Arc<Tool>>,
}

/// Which kinds of list differ between two catalogs, as one caller sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// The tools.
    pub tools: bool,
}

impl Catalog {
    /// A catalog of these tools.
    #[must_use]
    pub fn new(mut tools: Vec<Arc<Tool>>) -> Self {
        tools.sort_by(|a, b| (a.sequence, &a.name).cmp(&(b.sequence, &b.name)));
        Self { tools }
    }

    /// How many tools there are, whoever may see them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether there is no tool at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    /// What differs for this caller between this catalog and a newer one.
    #[must_use]
    pub fn changes(&self, newer: &Self, caller: &Caller) -> Changes {
        let shown = |tool: &Arc<Tool>| {
            (
                tool.name.clone(),
                tool.title.clone(),
                tool.description.clone(),
                tool.input.schema.clone(),
                tool.annotations,
                tool.icons.clone(),
                tool.meta.clone(),
            )
        };
        Changes { tools: !self.tools(caller).map(shown).eq(newer.tools(caller).map(shown)) }
    }

    /// The tools that this caller sees, in the order in which they are listed.
    pub fn tools<'a>(&'a self, caller: &'a Caller) -> impl Iterator<Item = &'a Arc<Tool>> {
        self.tools.iter().filter(move |tool| visible(tool, caller))
    }

    /// The tool of that name or alias, if this caller sees it.
    #[must_use]
    pub fn tool<'a>(&'a self, caller: &'a Caller, name: &str) -> Option<&'a Arc<Tool>> {
        self.tools(caller).find(|tool| tool.name == name || tool.aliases.iter().any(|alias| alias == name))
    }

    /// Whether any tool names that bundle (`default` always exists).
    #[must_use]
    pub fn has_bundle(&self, name: &str) -> bool {
        name == DEFAULT_BUNDLE || self.tools.iter().any(|tool| tool.bundles.iter().any(|bundle| bundle == name))
    }
}

/// The bundle of tools that name none.
pub const DEFAULT_BUNDLE: &str = "default";

/// The one question that list, call and complete all ask.
fn visible(tool: &Tool, caller: &Caller) -> bool {
    if caller.read_only && !tool.annotations.read_only {
        return false;
    }
    let wanted = |name: &str| {
        tool.bundles.iter().any(|bundle| bundle == name) || (name == DEFAULT_BUNDLE && tool.bundles.is_empty())
    };
    if caller.bundles.is_empty() { wanted(DEFAULT_BUNDLE) } else { caller.bundles.iter().any(|name| wanted(name)) }
}
