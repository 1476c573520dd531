//! What a tool does: one step, or several that run one after the other.

use std::time::Duration;

use super::ask::Ask;
use super::operation::Operation;
use super::tool::Lookup;
use crate::source::Place;
use crate::template::{Template, Templated};

/// One step. A tool with an operation table of its own has exactly one, without a name.
#[derive(Debug)]
pub struct Step {
    /// Its variable: what it answered, for the steps after it.
    pub name: Option<String>,
    /// It is skipped, and its variable absent, where this is false or absent.
    pub when: Option<Template>,
    /// Its own model, instead of the tool's.
    pub model: Option<Templated>,
    /// Resolved before it runs, in this order, after those of the tool.
    pub lookups: Vec<Lookup>,
    /// What it does.
    pub action: Action,
    /// Where it begins.
    pub place: Place,
}

/// What a step does.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few, built once, and nearly all are operations")]
pub enum Action {
    /// An Odoo operation, static content, or what the server knows itself.
    Operation {
        /// Which.
        operation: Operation,
        /// Keys of the Odoo context. A key whose value is absent is left out.
        context: Vec<(String, Templated)>,
    },
    /// A question to the person.
    Ask(Ask),
    /// Ends the call with this sentence.
    Fail(Templated),
    /// A message for the client's log.
    Log {
        /// MCP's level.
        level: Level,
        /// For people.
        text: Templated,
    },
    /// How far the call is.
    Progress {
        /// A number that grows.
        at: Templated,
        /// Where it ends.
        total: Option<Templated>,
        /// For people.
        text: Option<Templated>,
    },
    /// Does nothing for so long.
    Wait(Duration),
    /// Announces that a list has changed.
    Notify(List),
}

/// The levels of MCP's log, the least important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is its name")]
pub enum Level {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

/// A list that clients hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its name")]
pub enum List {
    Tools,
    Resources,
    Prompts,
}

impl Step {
    /// Its operation, where it is one.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        match &self.action {
            Action::Operation { operation, .. } => Some(operation),
            _ => None,
        }
    }

    /// The context of its operation.
    #[must_use]
    pub fn context(&self) -> &[(String, Templated)] {
        match &self.action {
            Action::Operation { context, .. } => context,
            _ => &[],
        }
    }

    /// Whether some call of it may change something in Odoo.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.operation().is_some_and(Operation::may_write)
    }
}
