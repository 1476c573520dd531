//! What works, and makes a tool bad for models or for clients: the warnings that only `check` shows.
//!
//! Each lint is a module: it looks at the checked definitions and at the trees they were made of, and says what it finds. None
//! of them touches the disk or Odoo.

mod alone;
mod confirm;
mod crowded;
mod description;
mod misspelt;
mod positional;
mod schema;
mod unbound;
mod unmatched;
mod unseen;

use std::collections::BTreeSet;

use super::Loaded;
use super::bundle::{self, Bundle};
use super::operation::Operation;
use super::tool::Tool;
use crate::source::{Diagnostic, Node, Sink, Table};

/// So many places are shown beside the first.
pub(super) const RELATED: usize = 3;

/// What the lints look at.
struct Subject<'a> {
    /// The tools that are offered, in the order in which they were read.
    tools: Vec<Written<'a>>,
    /// The resources that are offered.
    resources: Vec<Written<'a>>,
    /// The prompts that are offered.
    prompts: Vec<Written<'a>>,
    /// The bundles that have a table.
    declared: &'a [Bundle],
    /// The names of all tools, resources and prompts, those that are switched off too.
    names: Vec<&'a str>,
}

/// A tool, and the table that it was made of, with the defaults of its file.
struct Written<'a> {
    tool: &'a Tool,
    table: &'a Table,
}

impl Loaded {
    /// What an author would do better. Nothing as long as there are errors: they come first, and may be the reason.
    #[must_use]
    pub fn lints(&self) -> Vec<Diagnostic> {
        if self.has_errors() {
            return Vec::new();
        }
        let offered = self.definitions.tools.iter().zip(&self.trees);
        let prompts = self.definitions.prompts.iter().map(|prompt| &*prompt.tool).zip(&self.prompt_trees);
        let resources = self.definitions.resources.iter().map(|resource| &*resource.tool).zip(&self.resource_trees);
        let subject = Subject {
            tools: offered.filter_map(|(tool, tree)| Some(Written { tool, table: tree.as_table()? })).collect(),
            resources: resources.filter_map(|(tool, tree)| Some(Written { tool, table: tree.as_table()? })).collect(),
            prompts: prompts.filter_map(|(tool, tree)| Some(Written { tool, table: tree.as_table()? })).collect(),
            declared: &self.definitions.bundles,
            names: self.names.iter().map(String::as_str).collect(),
        };
        let mut sink = Sink::new();
        for written in &subject.tools {
            sink.definition = Some(format!("tool `{}`", written.tool.name));
            for lint in [description::lint, schema::lint, confirm::lint, positional::lint, alone::lint] {
                lint(written, &mut sink);
            }
        }
        for written in &subject.resources {
            sink.definition = Some(format!("resource `{}`", written.tool.name));
            description::of_resource(written, &mut sink);
        }
        for written in &subject.prompts {
            sink.definition = Some(format!("prompt `{}`", written.tool.name));
            description::of_prompt(written, &mut sink);
        }
        sink.definition = None;
        for lint in [crowded::lint, misspelt::lint, unseen::lint, unmatched::lint, unbound::lint] {
            lint(&subject, &mut sink);
        }
        sink.finish()
    }
}

impl<'a> Subject<'a> {
    /// The names of all bundles, declared or not.
    fn bundles(&self) -> BTreeSet<&'a str> {
        bundle::all(self.all().map(|(_, written)| written.tool), self.declared)
    }

    /// Everything that bundles show, and what it is.
    fn all(&self) -> impl Iterator<Item = (&'static str, &Written<'a>)> {
        let tools = self.tools.iter().map(|written| ("tool", written));
        let resources = self.resources.iter().map(|written| ("resource", written));
        tools.chain(resources).chain(self.prompts.iter().map(|written| ("prompt", written)))
    }

    fn declared(&self, name: &str) -> Option<&'a Bundle> {
        self.declared.iter().find(|bundle| bundle.name == name)
    }
}

impl<'a> Written<'a> {
    /// The operations, each with its table.
    fn operations(&self) -> impl Iterator<Item = (&'a Operation, &'a Node)> {
        let (tool, table) = (self.tool, self.table);
        let steps = table.get("step").and_then(Node::as_array).unwrap_or_default();
        tool.steps.iter().enumerate().filter_map(move |(position, step)| {
            let operation = step.operation()?;
            let table = if tool.is_single() && steps.is_empty() { table } else { steps.get(position)?.as_table()? };
            Some((operation, table.get(operation.name())?))
        })
    }

    /// The JSON Schema of the arguments, as written.
    fn input(&self) -> Option<&'a Node> {
        self.table.get("input")
    }
}
