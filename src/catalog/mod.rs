//! Compiled tools and bundles: what one call sees, whole and unchanging.
//!
//! A catalog is built from checked definitions and then never changes; a reload builds another one. What is visible to whom
//! is decided here and nowhere else, by [`Catalog::tools`] and [`Catalog::tool`].

mod bundles;
mod known;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::access::Caller;
use crate::definition::bundle::{Bundle, DEFAULT_BUNDLE};
use crate::definition::tool::Tool;
use bundles::Bundles;

pub use known::{Facts, Known, Needs, literal_model};

/// Everything that is served, at one moment. Replaced whole, never changed.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Sorted by sequence, then name.
    tools: Vec<Arc<Tool>>,
    /// Name or alias to positions in `tools`: several, where their `odoo` requirements exclude each other.
    by_name: HashMap<String, Vec<usize>>,
    /// Who belongs to which bundle.
    bundles: Arc<Bundles>,
    /// What each Odoo is known to be and to have.
    known: Arc<Known>,
}

/// Which kinds of list differ between two catalogs, as one caller sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// The tools.
    pub tools: bool,
}

/// What the tools are for, as one caller sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apps {
    /// Bundle to the tools of it that are offered.
    pub offered: BTreeMap<String, Vec<String>>,
    /// Bundles of which Odoo lacks all that they need.
    pub missing: BTreeSet<String>,
}

impl Catalog {
    /// A catalog of these tools, for Odoos of which nothing is known. No bundle is declared.
    #[must_use]
    pub fn new(mut tools: Vec<Arc<Tool>>) -> Self {
        tools.sort_by(|a, b| a.sequence.cmp(&b.sequence).then_with(|| a.name.cmp(&b.name)));
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, tool) in tools.iter().enumerate() {
            for name in std::iter::once(&tool.name).chain(&tool.aliases) {
                by_name.entry(name.clone()).or_default().push(position);
            }
        }
        let bundles = Arc::new(Bundles::new(&tools, &[]));
        Self { tools, by_name, bundles, known: Arc::default() }
    }

    /// The same tools, with these bundles declared.
    #[must_use]
    pub fn with_bundles(self, declared: &[Bundle]) -> Self {
        Self { bundles: Arc::new(Bundles::new(&self.tools, declared)), ..self }
    }

    /// The same tools, for Odoos of which this is known.
    #[must_use]
    pub fn with_known(self, known: Arc<Known>) -> Self {
        Self { known, ..self }
    }

    /// What the tools need of an Odoo instance, or only those of one name. `None` where there is none of them.
    #[must_use]
    pub fn needs(&self, instance: &str, name: Option<&str>) -> Option<Needs> {
        let named = |tool: &Tool| name.is_none_or(|name| tool.name == name || tool.aliases.iter().any(|a| a == name));
        let mut tools =
            self.tools.iter().filter(|tool| self.known.instance(tool) == instance && named(tool)).peekable();
        tools.peek()?;
        let mut needs = Needs::default();
        tools.for_each(|tool| needs.add(tool));
        Some(needs)
    }

    /// Whether who sees what still depends on what that Odoo has.
    #[must_use]
    pub fn is_undecided(&self, instance: &str) -> bool {
        self.needs(instance, None).is_some_and(|needs| !self.known.unknown(instance, needs).is_empty())
    }

    /// Which apps the tools of that instance are for: bundles but the default one, with the tools that this caller sees.
    #[must_use]
    pub fn apps(&self, caller: &Caller, instance: &str) -> Apps {
        let mut apps = Apps::default();
        // A bundle with tools for any model is no app.
        let mut others = HashSet::from([DEFAULT_BUNDLE]);
        let of_instance = self.tools.iter().enumerate().filter(|(_, tool)| self.known.instance(tool) == instance);
        for (position, tool) in of_instance {
            if !self.bundles.show(caller, position, tool) {
                continue;
            }
            if tool.model.is_some() && literal_model(tool).is_none() {
                others.extend(tool.bundles.iter().map(String::as_str));
            }
            for bundle in &tool.bundles {
                if self.sees(caller, position, tool) {
                    apps.offered.entry(bundle.clone()).or_default().push(tool.name.clone());
                } else {
                    apps.missing.insert(bundle.clone());
                }
            }
        }
        apps.offered.retain(|bundle, _| !others.contains(bundle.as_str()));
        apps.missing.retain(|bundle| !apps.offered.contains_key(bundle) && !others.contains(bundle.as_str()));
        apps
    }

    /// The tools that this caller sees, in the order in which they are listed.
    pub fn tools<'a>(&'a self, caller: &'a Caller) -> impl Iterator<Item = &'a Arc<Tool>> {
        self.tools.iter().enumerate().filter(move |(at, tool)| self.sees(caller, *at, tool)).map(|(_, tool)| tool)
    }

    /// The tool of that name or alias, if this caller sees it.
    #[must_use]
    pub fn tool(&self, caller: &Caller, name: &str) -> Option<&Arc<Tool>> {
        let positions = self.by_name.get(name)?;
        let mut found = positions.iter().filter_map(|position| Some((*position, self.tools.get(*position)?)));
        found.find(|(at, tool)| self.sees(caller, *at, tool)).map(|(_, tool)| tool)
    }

    /// Whether that bundle is declared, or any tool names it (`default` always exists).
    #[must_use]
    pub fn has_bundle(&self, name: &str) -> bool {
        self.bundles.contains(name)
    }

    /// What the bundles of this caller tell its model, in the caller's order.
    #[must_use]
    pub fn instructions(&self, caller: &Caller) -> Vec<&str> {
        self.bundles.instructions(caller)
    }

    /// What people call the bundles of this caller, as far as they have a title.
    #[must_use]
    pub fn titles(&self, caller: &Caller) -> Vec<&str> {
        self.bundles.titles(caller)
    }

    /// How many tools there are, whoever sees them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    /// The names of all bundles, sorted.
    #[must_use]
    pub fn bundles(&self) -> Vec<&str> {
        self.bundles.names()
    }

    /// What this caller would notice if `newer` took this one's place.
    #[must_use]
    pub fn changes(&self, newer: &Self, caller: &Caller) -> Changes {
        Changes { tools: !self.tools(caller).map(|tool| listed(tool)).eq(newer.tools(caller).map(|tool| listed(tool))) }
    }

    fn has_rivals(&self, tool: &Tool) -> bool {
        self.by_name.get(&tool.name).is_some_and(|positions| positions.len() > 1)
    }

    fn sees(&self, caller: &Caller, position: usize, tool: &Tool) -> bool {
        self.bundles.show(caller, position, tool) && self.known.suits(tool, self.has_rivals(tool))
    }
}

/// Everything of a tool that a client which listed it knows.
fn listed(tool: &Tool) -> impl PartialEq + '_ {
    ((&tool.name, &tool.title, &tool.description, tool.annotations), (&tool.input.schema, &tool.icons, &tool.meta))
}
