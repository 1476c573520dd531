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
mod unmatched;
mod unseen;

use std::collections::BTreeSet;

use super::Loaded;
use super::bundle::{self, Bundle};
use super::tool::Tool;
use crate::source::{Diagnostic, Node, Sink, Table};

/// What the lints look at.
struct Subject<'a> {
    /// The tools that are offered, in the order in which they were read.
    tools: Vec<Written<'a>>,
    /// The bundles that have a table.
    declared: &'a [Bundle],
    /// The names of all tools, those that are switched off too.
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
        let subject = Subject {
            tools: offered.filter_map(|(tool, tree)| Some(Written { tool, table: tree.as_table()? })).collect(),
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
        sink.definition = None;
        for lint in [crowded::lint, misspelt::lint, unseen::lint, unmatched::lint] {
            lint(&subject, &mut sink);
        }
        sink.finish()
    }
}

impl<'a> Subject<'a> {
    /// The names of all bundles, declared or not.
    fn bundles(&self) -> BTreeSet<&'a str> {
        bundle::all(self.tools.iter().map(|written| written.tool), self.declared)
    }

    fn declared(&self, name: &str) -> Option<&'a Bundle> {
        self.declared.iter().find(|bundle| bundle.name == name)
    }
}

impl<'a> Written<'a> {
    /// The JSON Schema of the arguments, as written.
    fn input(&self) -> Option<&'a Node> {
        self.table.get("input")
    }
}
