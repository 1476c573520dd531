//! `[[tool.ask]]` and `[tool.step.ask]`: questions to the person.

use serde_json::{Map, Value};

use crate::source::{Node, Place, Table, did_you_mean};

use super::super::ask::{Ask, AskKind};
use super::variables::Earlier;
use super::{Builder, text};

/// What every property of a form may say.
const COMMON: &[&str] = &["type", "title", "description", "default"];

/// What a property of each type may say besides: the forms of MCP's elicitation (2025-11-25).
const FORM: &[(&str, &[&str])] = &[
    ("string", &["minLength", "maxLength", "format", "enum", "enumNames", "oneOf", "pattern"]),
    ("number", &["minimum", "maximum"]),
    ("integer", &["minimum", "maximum"]),
    ("boolean", &[]),
    ("array", &["items", "minItems", "maxItems"]),
];

/// The formats of a text.
const FORMATS: &[&str] = &["email", "uri", "date", "date-time"];

impl Builder<'_> {
    /// The questions of a tool.
    pub(super) fn asks(&mut self, table: &Table) -> Vec<Ask> {
        let written = table.get("ask").and_then(Node::as_array).unwrap_or_default();
        let names = |node: &Node| Some(node.child("name")?.as_str()?.to_owned());
        self.scope.later.extend(written.iter().filter_map(names));
        let mut asks: Vec<Ask> = Vec::new();
        for node in written {
            let Some(body) = node.as_table() else { continue };
            let name = body.get("name").and_then(|node| Some((node.as_str()?, &node.place)));
            let Some((name, place)) = name else { continue };
            self.scope.later.retain(|later| later != name);
            let ask = self.ask(name, place, body);
            if let (Some(round), Some(last)) = (ask.round, asks.iter().rev().find_map(|ask| ask.round))
                && (round < last || asks.last().is_some_and(|ask| round == last && ask.round != Some(round)))
            {
                let place = body.get("round").map_or(place, |node| &node.place);
                self.sink.error(place, format!("round {round} has gone out already")).hint(
                    "questions are asked in the order in which they are written: put those of one round together",
                );
            }
            asks.push(ask);
        }
        asks
    }

    /// One question. Its answer has that name.
    pub(super) fn ask(&mut self, name: &str, place: &Place, body: &Table) -> Ask {
        self.variable("the question", name, place);
        let when = body.get("when").and_then(|node| self.expression(node, "when"));
        let optional = body.get("optional").and_then(Node::as_bool).unwrap_or_default();
        let continues = text(body, "on_decline") == Some("continue");
        let message = body.get("message");
        let kind = self.ask_kind(body, place);
        if message.is_none() && !matches!(kind, AskKind::Roots) {
            self.sink.missing(
                place,
                "the question has no `message`",
                "what the person is asked, e.g. `message = \"Which one?\"`",
            );
        }
        let ask = Ask {
            name: name.to_owned(),
            round: body.get("round").and_then(Node::as_integer).and_then(|round| u32::try_from(round).ok()),
            message: message
                .map_or_else(|| crate::template::Templated::Literal("".into()), |node| self.templated(node)),
            kind,
            continues,
            optional,
            place: place.clone(),
            when,
        };
        let keys = match &ask.kind {
            AskKind::Form(schema) => Some(
                schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect(),
            ),
            AskKind::Sample { .. } => None,
            AskKind::Roots => Some(vec!["roots".to_owned()]),
        };
        let may_be_absent = ask.when.is_some() || optional || continues;
        self.scope.earlier.insert(name.to_owned(), Earlier { may_be_absent, keys });
        ask
    }

    fn ask_kind(&mut self, body: &Table, place: &Place) -> AskKind {
        let kind = text(body, "kind").unwrap_or("form");
        for (key, of) in [("schema", "form"), ("max_tokens", "sample"), ("system", "sample")] {
            if let Some(place) = body.key_place(key).filter(|_| kind != of) {
                self.sink
                    .error(place, format!("`{key}` has no meaning for `kind = \"{kind}\"`"))
                    .hint(format!("it goes with `kind = \"{of}\"`; remove it"));
            }
        }
        match kind {
            "sample" => {
                let tokens = body.get("max_tokens").and_then(Node::as_integer).unwrap_or(1000);
                let system = body.get("system").map(|node| self.templated(node));
                AskKind::Sample { max_tokens: u32::try_from(tokens).unwrap_or(1000), system }
            }
            "roots" => AskKind::Roots,
            _ => match body.get("schema") {
                Some(node) => AskKind::Form(self.form(node)),
                None => {
                    let hint = "e.g. `schema = { properties.reason = { type = \"string\" }, required = [\"reason\"] }`";
                    self.sink.missing(place, "the question has no `schema`", hint);
                    AskKind::Form(Map::new())
                }
            },
        }
    }

    /// A form: a flat schema, so that every client can show it.
    fn form(&mut self, node: &Node) -> Map<String, Value> {
        let Some(table) = node.as_table() else { return Map::new() };
        let errors = self.sink.errors();
        for (key, place, value) in table.iter() {
            match key {
                "type" if value.as_str() == Some("object") => {}
                "properties" | "required" | "title" | "description" => {}
                "type" => {
                    self.sink.error(&value.place, "a form is an object").hint("leave `type` out of `schema`");
                }
                _ => {
                    let hint = "it has `properties` and `required`";
                    self.sink.error(place, format!("a form has no `{key}`")).hint(hint);
                }
            }
        }
        let properties = table.get("properties").and_then(Node::as_table);
        if properties.is_none_or(|properties| properties.entries.is_empty()) {
            self.sink.missing(
                &node.place,
                "the form asks for nothing: it has no `properties`",
                "e.g. `schema = { properties.reason = { type = \"string\" } }`",
            );
        }
        for (name, place, property) in properties.into_iter().flat_map(Table::iter) {
            self.form_property(name, place, property);
        }
        for node in table.get("required").and_then(Node::as_array).unwrap_or_default() {
            let Some(name) = node.as_str().filter(|name| properties.is_none_or(|all| all.get(name).is_none())) else {
                continue;
            };
            self.sink
                .error(&node.place, format!("`required` names `{name}`, which the form does not ask for"))
                .hint("declare it under `properties`");
        }
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.extend(table.to_json());
        if self.sink.errors() == errors {
            self.meta_schema(node, "schema");
        }
        if self.sink.errors() == errors {
            self.validator(&Value::Object(schema.clone()), table, node);
        }
        schema
    }

    fn form_property(&mut self, name: &str, place: &Place, node: &Node) {
        let Some(table) = node.as_table() else {
            self.sink.error(&node.place, format!("expected a table, found {}", node.kind()));
            return;
        };
        let kind = table.get("type").and_then(Node::as_str);
        let Some((kind, own)) = kind.and_then(|kind| FORM.iter().find(|(known, _)| *known == kind)) else {
            let place = table.get("type").map_or(place, |node| &node.place);
            self.sink
                .error(place, format!("`{name}` needs a type that a form can show"))
                .hint("`string`, `number`, `integer`, `boolean`, or an `array` of choices: a form is flat");
            return;
        };
        for (key, place, value) in table.iter() {
            if !COMMON.contains(&key) && !own.contains(&key) {
                let hint = did_you_mean(key, COMMON.iter().chain(*own).copied()).unwrap_or_else(|| {
                    format!("a `{kind}` has `{}`", COMMON.iter().chain(*own).copied().collect::<Vec<_>>().join("`, `"))
                });
                self.sink.error(place, format!("a form cannot show `{key}` of a `{kind}`")).hint(hint);
            } else if key == "format"
                && let Some(format) = value.as_str().filter(|format| !FORMATS.contains(format))
            {
                let hint = format!("`{}`", FORMATS.join("`, `"));
                self.sink.error(&value.place, format!("a form has no format `{format}`")).hint(hint);
            }
        }
        let choices = |node: &Node| {
            node.child("enum").or(node.child("oneOf")).or(node.child("anyOf")).is_some_and(|list| {
                list.as_array().is_some_and(|items| {
                    !items.is_empty()
                        && items.iter().all(|item| item.as_str().is_some() || item.child("const").is_some())
                })
            })
        };
        if *kind == "array" && !table.get("items").is_some_and(choices) {
            self.sink
                .error(place, format!("`{name}` needs `items` with choices"))
                .hint("e.g. `items = { type = \"string\", enum = [\"a\", \"b\"] }`");
        }
        for key in ["enum", "oneOf"] {
            if let Some(list) = table.get(key).filter(|_| !choices(node)) {
                self.sink
                    .error(&list.place, format!("`{key}` is a list of texts"))
                    .hint("`enum = [\"a\", \"b\"]`, or `oneOf = [{ const = \"a\", title = \"The first\" }]`");
            }
        }
    }
}
