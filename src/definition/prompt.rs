//! One checked prompt: messages that a person puts into a conversation, with live data in them.

use std::sync::Arc;

use serde_json::Value;

use super::ask::AskKind;
use super::complete::Complete;
use super::tool::Tool;
use crate::source::Place;
use crate::template::{Name, Template, Templated};

/// A prompt as its file declares it, checked and compiled.
#[derive(Debug)]
pub struct Prompt {
    /// All that it has in common with a tool: its name, what it requires, its bundles, its questions. It has no step.
    pub tool: Arc<Tool>,
    /// In the order in which a person is asked for them.
    pub arguments: Vec<Argument>,
    /// Fetched when the prompt is used, each into the variable of its name.
    pub data: Vec<Data>,
    /// In this order.
    pub messages: Vec<Message>,
    /// Whose prompt it is, by Odoo login; nobody else sees it.
    pub owner: Option<String>,
}

/// One argument. Its value is a text.
#[derive(Debug)]
pub struct Argument {
    /// An identifier, unique in the prompt.
    pub name: String,
    /// The name that people see.
    pub title: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Whether it has to be given.
    pub required: bool,
    /// What is offered while a person types.
    pub complete: Option<Complete>,
}

/// `[prompt.data.<name>]`: the answer of a reading tool.
#[derive(Debug)]
pub struct Data {
    /// Its variable.
    pub name: String,
    /// The tool, by name.
    pub tool: String,
    /// A table, whose values may be templates.
    pub arguments: Templated,
    /// It is not fetched, and its variable absent, where this is false or absent.
    pub when: Option<Template>,
    /// Where the name of the tool stands.
    pub place: Place,
}

/// One message.
#[derive(Debug)]
pub struct Message {
    /// Who is to have said it.
    pub role: Role,
    /// It is left out where this is false or absent.
    pub when: Option<Template>,
    /// What.
    pub body: Body,
}

impl Message {
    /// Every use of a name in it.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        let (Body::Text(body) | Body::Content(body)) = &self.body;
        self.when.iter().flat_map(|when| when.names()).chain(body.names())
    }
}

impl Prompt {
    /// Whether it can only be used with an Odoo at hand: it has data, or its templates ask who the user is or what day it is
    /// there.
    #[must_use]
    pub fn needs_odoo(&self) -> bool {
        let asks = |template: &Template| {
            template.uses_clock() || template.names().iter().any(|name| matches!(name.root.as_str(), "user" | "odoo"))
        };
        let said = self.messages.iter().any(|message| {
            let (Body::Text(body) | Body::Content(body)) = &message.body;
            message.when.iter().chain(body.templates()).any(asks)
        });
        let asked = self.tool.asks.iter().any(|ask| {
            let system = match &ask.kind {
                AskKind::Sample { system, .. } => system.as_ref(),
                AskKind::Form(_) | AskKind::Roots => None,
            };
            let texts = std::iter::once(&ask.message).chain(system);
            ask.when.iter().any(asks) || texts.flat_map(Templated::templates).any(asks)
        });
        !self.data.is_empty() || said || asked
    }
}

/// What a message says.
#[derive(Debug)]
pub enum Body {
    /// A text, which may be a template for people.
    Text(Templated),
    /// One MCP content block, whose values may be templates.
    Content(Templated),
}

/// MCP's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its name")]
pub enum Role {
    User,
    Assistant,
}

/// What is said to a client: a message whose templates are evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Who is to have said it.
    pub role: Role,
    /// One MCP content block.
    pub content: Value,
}
