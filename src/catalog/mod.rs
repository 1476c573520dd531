//! Compiled tools, resources, prompts and bundles: what one call sees, whole and unchanging.
//!
//! A catalog is built from checked definitions and then never changes; a reload builds another one. What is visible to whom
//! is decided here and nowhere else, by [`Catalog::tools`], [`Catalog::resources`], [`Catalog::prompts`] and their singulars.

mod addresses;
mod bundles;
mod entry;
mod known;
mod offered;
mod placed;
mod prompts;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::access::Caller;
use crate::definition::Definitions;
use crate::definition::bundle::{Bundle, DEFAULT_BUNDLE};
use crate::definition::prompt::Prompt;
use crate::definition::resource::Resource;
use crate::definition::tool::{TaskSupport, Tool};
use crate::operation::promise::Seen;
use bundles::Bundles;
use entry::{Entry, Sort};
use offered::{View, Views};

pub use addresses::{Addressed, Found, Readable};
pub use known::{Facts, Known, Needs, is_for, literal_model};
pub use offered::{Clash, Offered};
pub use prompts::Prompted;

/// Everything that is served, at one moment. Replaced whole, never changed.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Sorted by sort, then sequence, then name.
    entries: Vec<Entry>,
    /// Name or alias to positions in `entries`: several, where their `odoo` requirements exclude each other.
    by_name: HashMap<(Sort, String), Vec<usize>>,
    /// The bundles that have a table of their own.
    declared: Arc<[Bundle]>,
    /// Who belongs to which bundle.
    bundles: Arc<Bundles>,
    /// The prompts that single persons keep: those among `entries` that have an owner.
    personal: Arc<Vec<Arc<Prompt>>>,
    /// What each set of bundles offers, as far as somebody asked.
    views: Arc<Views>,
    /// What each Odoo is known to be and to have.
    known: Arc<Known>,
}

/// Which kinds of list differ between two catalogs, as one caller sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// The tools.
    pub tools: bool,
    /// The resources, and the templates of their addresses.
    pub resources: bool,
    /// The prompts.
    pub prompts: bool,
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
    pub fn new(tools: Vec<Arc<Tool>>) -> Self {
        Self::of_entries(tools.into_iter().map(Entry::Tool).collect())
    }

    /// A catalog of all that some files declare, for Odoos of which nothing is known.
    #[must_use]
    pub fn of(definitions: Definitions) -> Self {
        let Definitions { tools, resources, prompts, bundles } = definitions;
        let tools = tools.into_iter().map(Arc::new);
        let resources = resources.into_iter().map(Arc::new);
        let prompts = prompts.into_iter().map(Arc::new);
        Self::shared(tools, resources, prompts).with_bundles(&bundles)
    }

    /// A catalog of what others hold too, for Odoos of which nothing is known. No bundle is declared.
    #[must_use]
    pub fn shared(
        tools: impl Iterator<Item = Arc<Tool>>,
        resources: impl Iterator<Item = Arc<Resource>>,
        prompts: impl Iterator<Item = Arc<Prompt>>,
    ) -> Self {
        let entries = tools.map(Entry::Tool).chain(resources.map(Entry::Resource)).chain(prompts.map(Entry::Prompt));
        Self::of_entries(entries.collect())
    }

    fn of_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut by_name: HashMap<(Sort, String), Vec<usize>> = HashMap::new();
        for (position, entry) in entries.iter().enumerate() {
            let tool = entry.tool();
            for name in std::iter::once(&tool.name).chain(&tool.aliases) {
                by_name.entry((entry.sort(), name.clone())).or_default().push(position);
            }
        }
        let bundles = Arc::new(Bundles::new(&entries, &[]));
        Self { entries, by_name, bundles, ..Self::default() }
    }

    /// The same tools, with these bundles declared.
    #[must_use]
    pub fn with_bundles(self, declared: &[Bundle]) -> Self {
        let bundles = Arc::new(Bundles::new(&self.entries, declared));
        Self { declared: declared.into(), bundles, views: Arc::default(), ..self }
    }

    /// The same tools, for Odoos of which this is known.
    #[must_use]
    pub fn with_known(self, known: Arc<Known>) -> Self {
        let same = self.known.default_instance() == known.default_instance();
        let views = if same { self.views } else { Arc::default() };
        Self { known, views, ..self }
    }

    /// The schema that is published for the answers of this tool.
    #[must_use]
    pub fn output(&self, offered: &Offered) -> Option<Arc<Map<String, Value>>> {
        self.known.output(&offered.tool, self.known.named(offered.instance.as_deref()))
    }

    /// The tools of an instance whose answers are structured by what its Odoo has, or only those of one name.
    pub fn structured<'a>(&'a self, instance: &'a str, name: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Tool>> {
        let learnt = |tool: &Tool| self.known.is_structured(tool) && tool.result.output.is_none();
        self.of_instance(instance, name).filter(move |tool| learnt(tool))
    }

    /// What works on an instance, through whichever bundle, or only the tools of one name.
    fn of_instance<'a>(&'a self, instance: &'a str, name: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Tool>> {
        let works_there = move |position: usize, tool: &Tool| {
            self.bundles.instances(position, tool).into_iter().any(|name| self.known.named(name) == instance)
        };
        let wanted =
            move |entry: &Entry| name.is_none() || (entry.sort() == Sort::Tool && is_called(entry.tool(), name));
        let entries = self.entries.iter().enumerate().filter(move |(_, entry)| wanted(entry));
        entries
            .map(|(at, entry)| (at, entry.tool()))
            .filter(move |(at, tool)| works_there(*at, tool))
            .map(|(_, tool)| tool)
    }

    /// What is needed of an Odoo instance, or only what the tools of one name need. `None` where there is nothing that needs it.
    #[must_use]
    pub fn needs(&self, instance: &str, name: Option<&str>) -> Option<Needs> {
        let mut tools = self.of_instance(instance, name).peekable();
        tools.peek()?;
        let mut needs = Needs::default();
        tools.for_each(|tool| needs.add(tool));
        let (nothing, seen) = (Seen::default(), self.known.seen(instance));
        self.structured(instance, name).for_each(|tool| needs.unseen.add(tool, seen.unwrap_or(&nothing)));
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
        let view = self.view(caller);
        for position in self.of_sort(Sort::Tool) {
            let Some(offered) = view.at(position).filter(|offered| suits(caller, &offered.tool)) else { continue };
            if self.known.named(offered.instance.as_deref()) != instance {
                continue;
            }
            let tool = &offered.tool;
            if tool.model.is_some() && literal_model(tool).is_none() {
                others.extend(tool.bundles.iter().map(String::as_str));
            }
            for bundle in &tool.bundles {
                if self.sees(caller, Sort::Tool, offered) {
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
    pub fn tools(&self, caller: &Caller) -> impl Iterator<Item = Arc<Offered>> {
        self.seen(caller, Sort::Tool).into_iter().map(|(_, offered)| offered)
    }

    /// Whether this caller sees a tool whose calls may run in the background.
    #[must_use]
    pub fn offers_tasks(&self, caller: &Caller) -> bool {
        // Asked with nearly every request, and true of few tools.
        let may = |entry: &Entry| entry.sort() == Sort::Tool && entry.tool().task != TaskSupport::Never;
        if !self.entries.iter().any(may) {
            return false;
        }
        let view = self.view(caller);
        let mut positions = self.entries.iter().enumerate().filter(|(_, entry)| may(entry));
        positions.any(|(position, _)| view.at(position).is_some_and(|offered| self.sees(caller, Sort::Tool, offered)))
    }

    /// What of one sort this caller sees, in the order in which it is listed.
    fn seen(&self, caller: &Caller, sort: Sort) -> Vec<(&Entry, Arc<Offered>)> {
        let view = self.view(caller);
        let seen = |position: usize| {
            let entry = self.entries.get(position)?;
            let offered = view.at(position).filter(|offered| self.sees(caller, sort, offered))?;
            if !self.is_open_to(caller, entry) {
                return None;
            }
            // Of several of one name, by way of several Odoos, the one that a call finds.
            let first = !self.has_rivals(sort, &offered.tool)
                || self
                    .find(&view, caller, sort, &offered.tool.name)
                    .is_some_and(|(_, found)| Arc::ptr_eq(found, offered));
            first.then(|| (entry, offered.clone()))
        };
        self.of_sort(sort).filter_map(seen).collect()
    }

    /// The positions of one sort.
    fn of_sort(&self, sort: Sort) -> std::ops::Range<usize> {
        let begin = self.entries.partition_point(|entry| entry.sort() < sort);
        begin..self.entries.partition_point(|entry| entry.sort() <= sort)
    }

    /// The tool of that name or alias, if this caller sees it.
    #[must_use]
    pub fn tool(&self, caller: &Caller, name: &str) -> Option<Arc<Offered>> {
        self.find(&self.view(caller), caller, Sort::Tool, name).map(|(_, offered)| offered.clone())
    }

    /// Why the bundles of this caller cannot be used together, where that is so: then it sees nothing.
    #[must_use]
    pub fn clash(&self, bundles: &[String]) -> Option<Clash> {
        self.view_of(bundles).clash.clone()
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
        self.of_sort(Sort::Tool).len()
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The names of all bundles, sorted.
    #[must_use]
    pub fn bundles(&self) -> Vec<&str> {
        self.bundles.names()
    }

    /// What this caller would notice if `newer` took this one's place.
    #[must_use]
    pub fn changes(&self, newer: &Self, caller: &Caller) -> Changes {
        Changes {
            tools: self.listed(caller) != newer.listed(caller),
            resources: self.addresses(caller) != newer.addresses(caller),
            prompts: self.prompts(caller) != newer.prompts(caller),
        }
    }

    fn listed(&self, caller: &Caller) -> Vec<Listed> {
        self.tools(caller).map(|offered| Listed { output: self.output(&offered), offered }).collect()
    }

    fn has_rivals(&self, sort: Sort, tool: &Tool) -> bool {
        self.named(sort, &tool.name).len() > 1
    }

    /// The positions of what has that name or alias.
    fn named(&self, sort: Sort, name: &str) -> &[usize] {
        self.by_name.get(&(sort, name.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    fn view(&self, caller: &Caller) -> Arc<View> {
        self.view_of(&caller.bundles)
    }

    fn view_of(&self, bundles: &[String]) -> Arc<View> {
        let make = |names: &[String]| {
            let members: Vec<_> = self.bundles.of(names).collect();
            View::new(&self.entries, &members, self.known.default_instance())
        };
        self.views.get(bundles, make)
    }

    fn find<'v>(
        &'v self,
        view: &'v View,
        caller: &Caller,
        sort: Sort,
        name: &str,
    ) -> Option<(&'v Entry, &'v Arc<Offered>)> {
        let mut seen = self
            .named(sort, name)
            .iter()
            .filter_map(|position| Some((self.entries.get(*position)?, view.at(*position)?)));
        seen.find(|(entry, offered)| self.sees(caller, sort, offered) && self.is_open_to(caller, entry))
    }

    fn sees(&self, caller: &Caller, sort: Sort, offered: &Offered) -> bool {
        let instance = self.known.named(offered.instance.as_deref());
        suits(caller, &offered.tool) && self.known.suits(&offered.tool, instance, self.has_rivals(sort, &offered.tool))
    }
}

/// Whether it answers to that name, where one is asked for.
fn is_called(tool: &Tool, name: Option<&str>) -> bool {
    name.is_none_or(|name| tool.name == name || tool.aliases.iter().any(|alias| alias == name))
}

/// Whether the connection itself keeps nothing back.
fn suits(caller: &Caller, tool: &Tool) -> bool {
    tool.annotations.read_only || !caller.read_only
}

/// Everything of a tool that a client which listed it knows.
struct Listed {
    offered: Arc<Offered>,
    output: Option<Arc<Map<String, Value>>>,
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        let of = |listed: &Self| {
            let tool = &listed.offered.tool;
            (tool.name.clone(), tool.title.clone(), tool.description.clone(), tool.annotations)
        };
        of(self) == of(other)
            && self.offered.schema == other.offered.schema
            && self.offered.tool.icons == other.offered.tool.icons
            && self.offered.tool.meta == other.offered.tool.meta
            && self.output == other.output
    }
}

#[cfg(test)]
mod tests;
