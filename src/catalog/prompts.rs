//! The prompts of a catalog, as one caller sees them.

use std::collections::HashSet;
use std::sync::Arc;

use super::bundles::Members;
use super::entry::{Entry, Sort};
use super::offered::{Clash, View};
use super::{Catalog, Offered};
use crate::access::Caller;
use crate::definition::prompt::{Argument, Prompt};
use crate::definition::tool::Tool;

/// A prompt as a set of bundles offers it.
#[derive(Debug, Clone)]
pub struct Prompted {
    /// What is offered.
    pub prompt: Arc<Prompt>,
    /// What the bundles make of it.
    pub offered: Arc<Offered>,
}

impl Prompted {
    /// The arguments that a person is asked for: not those that are bound.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.prompt.arguments.iter().filter(|argument| !self.offered.bound.contains_key(&argument.name))
    }
}

/// Whether a client that listed the one would notice the other.
impl PartialEq for Prompted {
    fn eq(&self, other: &Self) -> bool {
        let arguments = |prompted: &Self| -> Vec<(String, Option<String>, Option<String>, bool)> {
            let of = |argument: &Argument| {
                (argument.name.clone(), argument.title.clone(), argument.description.clone(), argument.required)
            };
            prompted.arguments().map(of).collect()
        };
        let (one, another) = (&self.offered.tool, &other.offered.tool);
        one.name == another.name
            && one.title == another.title
            && one.description == another.description
            && one.icons == another.icons
            && one.meta == another.meta
            && arguments(self) == arguments(other)
    }
}

impl Catalog {
    /// The prompts that this caller sees, in the order in which they are listed.
    #[must_use]
    pub fn prompts(&self, caller: &Caller) -> Vec<Prompted> {
        let seen = self.seen(caller, Sort::Prompt).into_iter();
        seen.filter_map(|(entry, offered)| prompted(entry, offered)).collect()
    }

    /// The prompt of that name, if this caller sees it.
    #[must_use]
    pub fn prompt(&self, caller: &Caller, name: &str) -> Option<Prompted> {
        let view = self.view(caller);
        let (entry, offered) = self.find(&view, caller, Sort::Prompt, name)?;
        prompted(entry, offered.clone())
    }
}

impl Catalog {
    /// A reading tool that a prompt names, as who uses the prompt would have it: bound, and kept to companies, by the bundles that
    /// show the prompt. `None` where there is none for this Odoo.
    #[must_use]
    pub fn behind(&self, caller: &Caller, prompted: &Prompted, tool: &str) -> Option<Result<Offered, Clash>> {
        let bundles: Vec<&Members> = self.bundles.of(&caller.bundles).collect();
        let is_it = |at: &&usize| match self.entries.get(**at) {
            Some(Entry::Prompt(prompt)) => Arc::ptr_eq(prompt, &prompted.prompt),
            _ => false,
        };
        let position = self.named(Sort::Prompt, &prompted.prompt.tool.name).iter().find(is_it)?;
        let showing: Vec<&Members> = bundles.iter().copied().filter(|members| members.has(*position)).collect();
        let instance = prompted.offered.instance.as_deref();
        let suits = |tool: &&Arc<Tool>| {
            let named = self.known.named(tool.instance.as_deref().or(instance));
            self.known.suits(tool, named, self.has_rivals(Sort::Tool, tool))
        };
        let named = self.named(Sort::Tool, tool).iter();
        let tool = named.filter_map(|at| self.entries.get(*at)).map(Entry::tool).find(suits)?;
        Some(View::behind(tool, &bundles, &showing, instance, self.known.default_instance()))
    }

    /// The same, with these prompts of single persons in the place of all others. What has the name of a prompt that is for all is
    /// left out: nobody is given one for the other.
    #[must_use]
    pub fn with_personal(self, personal: &Arc<Vec<Arc<Prompt>>>) -> Self {
        if Arc::ptr_eq(&self.personal, personal) {
            return self;
        }
        let (known, declared) = (self.known, self.declared);
        let mut entries: Vec<Entry> = self.entries.into_iter().filter(|entry| entry.owner().is_none()).collect();
        let shared: HashSet<String> = entries
            .iter()
            .filter(|entry| entry.sort() == Sort::Prompt)
            .map(|entry| entry.tool().name.clone())
            .collect();
        let own = personal.iter().filter(|prompt| !shared.contains(&prompt.tool.name));
        entries.extend(own.map(|prompt| Entry::Prompt(prompt.clone())));
        let catalog = Self::of_entries(entries).with_bundles(&declared).with_known(known);
        Self { personal: personal.clone(), ..catalog }
    }

    /// Whether a prompt of that name is for all who may see it.
    #[must_use]
    pub fn has_shared_prompt(&self, name: &str) -> bool {
        let named = self.named(Sort::Prompt, name).iter().filter_map(|position| self.entries.get(*position));
        named.into_iter().any(|entry| entry.owner().is_none())
    }

    /// Whether this caller is not somebody else than the one whose it is.
    pub(super) fn is_open_to(&self, caller: &Caller, entry: &Entry) -> bool {
        entry.owner().is_none_or(|owner| self.known.login(caller) == Some(owner))
    }
}

fn prompted(entry: &Entry, offered: Arc<Offered>) -> Option<Prompted> {
    match entry {
        Entry::Prompt(prompt) => Some(Prompted { prompt: prompt.clone(), offered }),
        Entry::Tool(_) | Entry::Resource(_) => None,
    }
}
