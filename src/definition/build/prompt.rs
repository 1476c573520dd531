//! `[[prompt]]`: messages with live data in them.
//!
//! What its data is made of is only known when all tools are: see [`super::super::fetched`].

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::source::{Node, Place, Sink, Table};
use crate::template::{self, Templated};

use super::super::language::PROMPT;
use super::super::prompt::{Argument, Body, Data, Message, Prompt, Role};
use super::super::tool::{Input, Tool};
use super::super::validator::Compiled;
use super::scope::{Argument as Declared, Kind};
use super::variables::Earlier;
use super::{Builder, Scope, text};

/// A prompt as far as it could be built, and what only the whole load can judge.
pub(in super::super) struct BuiltPrompt {
    /// The prompt; `None` where it, or its structure, had an error.
    pub(in super::super) prompt: Option<Prompt>,
    /// Its name, and where it stands.
    pub(in super::super) name: Option<(String, Place)>,
    /// `enabled = false`: checked, not offered.
    pub(in super::super) enabled: bool,
}

/// Builds one prompt. `sound`: the structure of its file had no error. `None` where it is no table.
pub(in super::super) fn prompt(node: &Node, sound: bool, sink: &mut Sink) -> Option<BuiltPrompt> {
    let table = node.as_table()?;
    let before = sink.errors();
    sink.definition = Some(match text(table, "name") {
        Some(name) => format!("prompt `{name}`"),
        None => "a prompt without a name".to_owned(),
    });
    let scope = Scope { kind: Kind::Prompt, ..Scope::default() };
    let built = Builder { sink, scope, sound, before, guarded: false }.prompt(node, table);
    sink.definition = None;
    Some(BuiltPrompt {
        prompt: built.filter(|_| sound && sink.errors() == before),
        name: table.get("name").and_then(|node| Some((node.as_str()?.to_owned(), node.place.clone()))),
        enabled: table.get("enabled").and_then(Node::as_bool).unwrap_or(true),
    })
}

impl Builder<'_> {
    fn prompt(mut self, node: &Node, table: &Table) -> Option<Prompt> {
        let place = table.get("name").map_or_else(|| node.place.clone(), |name| name.place.clone());
        self.identity(table);
        let arguments = self.prompt_arguments(table);
        let input = Input {
            schema: Arc::new(schema(&arguments)),
            // Names, texts and lengths: it compiles.
            compiled: Compiled::later(),
            paging: None,
            plan: false,
        };
        let asks = self.asks(table);
        let data = self.all_data(table);
        let messages = self.messages(table, &place);
        let requires = self.requires(table);
        self.unused(table);
        let tool = Tool { asks, requires, ..self.bare(table, input, place)? };
        Some(Prompt { tool: Arc::new(tool), arguments, data, messages, owner: None })
    }

    fn prompt_arguments(&mut self, table: &Table) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        for node in table.get("argument").and_then(Node::as_array).unwrap_or_default() {
            let Some(body) = node.as_table() else { continue };
            let Some((name, place)) = body.get("name").and_then(|node| Some((node.as_str()?, &node.place))) else {
                continue;
            };
            for key in ["title", "description"] {
                if let Some(node) = body.get(key) {
                    super::plain_text(self.sink, node, key);
                }
            }
            if !template::is_identifier(name) || name.len() > 64 {
                self.sink
                    .error(place, format!("`{name}` is not the name of an argument"))
                    .hint("letters, digits and `_`, beginning with a letter, 64 at most");
                continue;
            }
            if template::is_reserved(name) {
                self.sink
                    .error(place, format!("an argument cannot be called `{name}`: the name is reserved"))
                    .hint("it has a meaning of its own in templates: rename the argument");
                continue;
            }
            if let Some(first) = self.scope.arguments.get(name).map(|first| first.place.clone()) {
                self.sink
                    .error(place, format!("the argument `{name}` is declared twice"))
                    .hint("remove or rename one of the two")
                    .related(&first, "the first one");
                continue;
            }
            let required = body.get("required").and_then(Node::as_bool).unwrap_or_default();
            self.scope.arguments.insert(name.to_owned(), Declared { place: place.clone(), optional: !required });
            arguments.push(Argument {
                name: name.to_owned(),
                title: text(body, "title").map(str::to_owned),
                description: text(body, "description").map(str::to_owned),
                required,
                complete: None,
            });
        }
        // What is offered for one may depend on the others.
        for node in table.get("argument").and_then(Node::as_array).unwrap_or_default() {
            let Some(body) = node.as_table() else { continue };
            let complete = body.get("complete").and_then(|node| self.complete(node));
            let named = |argument: &&mut Argument| Some(argument.name.as_str()) == text(body, "name");
            if let Some(argument) = arguments.iter_mut().find(named) {
                argument.complete = complete;
            }
        }
        arguments
    }

    /// They are fetched at once: none knows of another.
    fn all_data(&mut self, table: &Table) -> Vec<Data> {
        let written = table.get("data").and_then(Node::as_table);
        let names = written.into_iter().flat_map(Table::iter).map(|(name, _, _)| name.to_owned());
        self.scope.fetched = names.collect();
        let mut all = Vec::new();
        let mut answers = Vec::new();
        for (name, place, node) in written.into_iter().flat_map(Table::iter) {
            self.variable("the data", name, place);
            let Some(body) = node.as_table() else { continue };
            let when = body.get("when").and_then(|node| self.expression(node, "when"));
            let arguments = body.get("arguments").map(|node| self.templated(node));
            answers.push((name.to_owned(), when.is_some()));
            let Some(tool) = body.get("tool").and_then(|node| Some((node.as_str()?, &node.place))) else { continue };
            all.push(Data {
                name: name.to_owned(),
                tool: tool.0.to_owned(),
                arguments: arguments.unwrap_or_else(|| Templated::Literal(Value::Object(Map::new()))),
                when,
                place: tool.1.clone(),
            });
        }
        self.scope.fetched.clear();
        for (name, may_be_absent) in answers {
            self.scope.earlier.insert(name, Earlier { may_be_absent, keys: None });
        }
        all
    }

    fn messages(&mut self, table: &Table, place: &Place) -> Vec<Message> {
        let written = table.get("message").and_then(Node::as_array).unwrap_or_default();
        if written.is_empty() && !PROMPT.misspelt_in(table, "message") {
            let hint = "at least one, e.g. `[[prompt.message]]` with `role = \"user\"` and `text = \"…\"`";
            self.sink.missing(place, "the prompt has no message", hint);
        }
        written.iter().filter_map(|node| self.message(node)).collect()
    }

    fn message(&mut self, node: &Node) -> Option<Message> {
        let table = node.as_table()?;
        let when = table.get("when").and_then(|node| self.expression(node, "when"));
        let said = (table.get("text"), table.get("content"));
        let body = match said {
            (Some(node), None) => {
                if node.as_str().is_some_and(|text| text.trim().is_empty()) {
                    self.sink.error(&node.place, "the text of the message is empty");
                }
                Some(Body::Text(self.templated(node)))
            }
            (None, Some(node)) => self.content_block(node).map(Body::Content),
            (Some(_), Some(content)) => {
                self.sink
                    .error(&content.place, "a message has either `text` or `content`")
                    .hint("write two messages: they are said one after the other");
                None
            }
            (None, None) => {
                let hint = "`text = \"…\"`, or `content = { type = \"image\", … }`: one MCP content block";
                self.sink.missing(&node.place, "the message says nothing", hint);
                None
            }
        };
        let role = match text(table, "role") {
            Some("assistant") => Role::Assistant,
            _ => Role::User,
        };
        Some(Message { role, when, body: body? })
    }

    /// Warns of what was declared and is not used. Not where something else is wrong: a misspelt name would then be told twice.
    fn unused(&mut self, table: &Table) {
        if !self.sound || self.sink.errors() > self.before || self.sink.recovering {
            return;
        }
        if !self.scope.all_used {
            let unused = self.scope.arguments.iter().filter(|(name, _)| !self.scope.used.contains(*name));
            for (name, argument) in unused {
                let hint = format!("use `{{{{ {name} }}}}` in a message or in `data`, or remove it");
                self.sink.warning(&argument.place, format!("nothing uses the argument `{name}`")).hint(hint);
            }
        }
        let said = table.get("message").and_then(Node::as_array).unwrap_or_default();
        for (name, place, _) in table.get("data").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
            if !said.iter().any(|message| names(message, name)) {
                let hint =
                    format!("use `{{{{ {name} | tojson }}}}` in a message, or remove it: it is fetched for nothing");
                self.sink.warning(place, format!("no message uses the data `{name}`")).hint(hint);
            }
        }
    }
}

/// Whether some template in it names that variable.
fn names(node: &Node, name: &str) -> bool {
    let own = node
        .as_str()
        .filter(|text| template::is_template(text))
        .and_then(|text| template::Template::compile(text).ok());
    own.is_some_and(|template| template.names().iter().any(|used| used.root == name))
        || node.as_array().unwrap_or_default().iter().any(|item| names(item, name))
        || node.as_table().into_iter().flat_map(Table::iter).any(|(_, _, value)| names(value, name))
}

/// The arguments as a schema: what a bundle's bindings, and what counts as given, are decided by.
fn schema(arguments: &[Argument]) -> Map<String, Value> {
    let property = |argument: &Argument| {
        let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
        if argument.required {
            schema.insert("minLength".to_owned(), json!(1));
        }
        (argument.name.clone(), Value::Object(schema))
    };
    let properties: Map<String, Value> = arguments.iter().map(property).collect();
    let required: Vec<&str> =
        arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.as_str()).collect();
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}
