//! From `[[tool.test]]` and its like as written to checked [`Example`]s: a test that cannot run is an error.

use std::collections::HashSet;

use serde_json::Value;

use super::super::bundle::{self, Bundle};
use super::super::example::{Example, Expectation, Moment, Of, What};
use super::super::tool::Tool;
use super::scope::Scope;
use super::{Builder, text};
use crate::source::{Node, Place, Sink, Table, did_you_mean};
use crate::template::Templated;

/// What the tests of one definition are held against.
pub(in crate::definition) struct Around<'a> {
    /// What it is.
    pub(in crate::definition) of: Of,
    /// What they call, read or use.
    pub(in crate::definition) tool: &'a Tool,
    /// The names of all bundles.
    pub(in crate::definition) bundles: &'a [&'a str],
    /// Those that have a table.
    pub(in crate::definition) declared: &'a [Bundle],
}

/// The tests of a definition's table, those without an error.
pub(in crate::definition) fn examples(table: &Table, around: &Around<'_>, sink: &mut Sink) -> Vec<Example> {
    let Some(written) = table.get("test").and_then(Node::as_array) else { return Vec::new() };
    sink.definition = Some(format!("{} `{}`", around.of.sort(), around.tool.name));
    let asks: Vec<&str> = around.tool.questions().map(|ask| ask.name.as_str()).collect();
    let mut examples = Vec::with_capacity(written.len());
    for node in written {
        let Some(table) = node.as_table() else { continue };
        let before = sink.errors();
        // What a template may use beside `user`, `odoo` and the functions is told by `Reader::names`.
        let scope = Scope { open: true, ..Scope::default() };
        let builder = Builder { sink, scope, sound: true, before, guarded: false };
        let example = Reader { builder, around, asks: &asks }.example(node, table);
        examples.extend(example.filter(|_| sink.errors() == before));
    }
    sink.definition = None;
    examples
}

struct Reader<'a, 'b> {
    builder: Builder<'a>,
    around: &'b Around<'b>,
    asks: &'b [&'b str],
}

impl Reader<'_, '_> {
    fn example(mut self, node: &Node, table: &Table) -> Option<Example> {
        let expect = self.expectations(node, table);
        let refused = expect.iter().any(|one| matches!(&one.what, What::Error(kind) if kind == "invalid_arguments"));
        let arguments = self.arguments(table, node, refused);
        let now = table.get("now").and_then(|node| self.moment(node));
        let bundle = table.get("bundle").and_then(|node| self.bundle(node));
        let answers = self.answers(table);
        let flag = |key: &str| table.get(key).and_then(Node::as_bool).unwrap_or_default();
        Some(Example {
            name: text(table, "name").map(str::to_owned),
            arguments,
            arguments_place: table.key_place("arguments").unwrap_or(&node.place).clone(),
            expect,
            now,
            user: table.get("user").and_then(|node| Some((node.as_str()?.to_owned(), node.place.clone()))),
            bundle,
            answers,
            confirmed: flag("confirmed"),
            live: flag("live"),
            place: node.place.clone(),
        })
    }

    /// The arguments: names that the tool has, and all that it requires, unless the test is about that.
    fn arguments(&mut self, table: &Table, test: &Node, refused: bool) -> Templated {
        let Some(node) = table.get("arguments") else {
            self.required(table, None, &test.place, refused);
            return Templated::Literal(Value::Object(serde_json::Map::new()));
        };
        let Some(given) = node.as_table() else { return Templated::Literal(Value::Null) };
        let schema = &self.around.tool.input.schema;
        let properties = schema.get("properties").and_then(Value::as_object);
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, place, _) in given.iter().filter(|_| closed && !refused) {
            if properties.is_some_and(|properties| properties.contains_key(name)) {
                continue;
            }
            let known = properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
            let hint = did_you_mean(name, known).unwrap_or_else(|| {
                let declare = match self.around.of {
                    Of::Tool(_) => "declare it in `[tool.input.properties]`",
                    Of::Resource(_) => "write it into `uri`",
                    Of::Prompt(_) => "declare it in `[[prompt.argument]]`",
                };
                format!("{declare}, or expect the error `invalid_arguments`")
            });
            let message = match self.around.of {
                Of::Resource(_) => format!("the address has no variable `{name}`"),
                of => format!("the {} has no argument `{name}`", of.sort()),
            };
            self.builder.sink.error(place, message).hint(hint);
        }
        self.required(table, Some(given), &node.place, refused);
        self.templated(node)
    }

    fn required(&mut self, test: &Table, given: Option<&Table>, place: &Place, refused: bool) {
        let named = test.get("bundle").and_then(Node::as_str);
        let bundle = self.around.declared.iter().find(|bundle| Some(bundle.name.as_str()) == named);
        let bound = |name: &str| bundle.is_some_and(|bundle| bundle.bind.iter().any(|binding| binding.name == name));
        let required = self.around.tool.input.schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str).filter(|_| !refused) {
            if given.is_none_or(|given| given.get(name).is_none()) && !bound(name) {
                self.builder
                    .sink
                    .error(
                        place,
                        format!("the test does not give `{name}`, which the {} requires", self.around.of.sort()),
                    )
                    .hint("give it, or expect the error `invalid_arguments`");
            }
        }
    }

    /// A value with templates that know no more than a test does.
    fn templated(&mut self, node: &Node) -> Templated {
        let value = self.builder.templated(node);
        let mut unknown = HashSet::new();
        for name in value.names() {
            let root = name.root.as_str();
            // `bundle`, `item` and `index` were told already.
            if !matches!(root, "user" | "odoo" | "bundle" | "item" | "index") && unknown.insert(root.to_owned()) {
                self.builder
                    .sink
                    .error(&node.place, format!("unknown name `{root}` in a template of a test"))
                    .hint("a test knows `user`, `odoo` and the functions, such as `today(days=-1)`");
            }
        }
        value
    }

    fn moment(&mut self, node: &Node) -> Option<Moment> {
        let text = node.as_str()?;
        let moment = Moment::parse(text);
        if moment.is_none() {
            self.builder
                .sink
                .error(&node.place, format!("`{text}` is not a moment"))
                .hint("e.g. `2026-03-10T12:00:00`, in the user's zone, or with an offset");
        }
        moment
    }

    fn bundle(&mut self, node: &Node) -> Option<(String, Place)> {
        let name = node.as_str()?;
        let around = self.around;
        if !around.bundles.contains(&name) {
            let hint = did_you_mean(name, around.bundles.iter().copied())
                .unwrap_or_else(|| format!("there are `{}`", around.bundles.join("`, `")));
            self.builder.sink.error(&node.place, format!("there is no bundle `{name}`")).hint(hint);
            return None;
        }
        let declared = around.declared.iter().find(|bundle| bundle.name == name);
        if !bundle::shows(name, declared, around.tool) {
            self.builder
                .sink
                .error(&node.place, format!("the bundle `{name}` does not show this {}", self.around.of.sort()))
                .hint("add it to its `bundles` or the bundle's `include`, or remove `bundle`");
        }
        Some((name.to_owned(), node.place.clone()))
    }

    fn answers(&mut self, table: &Table) -> Vec<(String, Templated)> {
        let mut answers = Vec::new();
        for (name, place, node) in table.get("answers").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
            if !self.asks.contains(&name) {
                let hint = did_you_mean(name, self.asks.iter().copied())
                    .unwrap_or_else(|| "the keys of `answers` are the names of its questions".to_owned());
                self.builder
                    .sink
                    .error(place, format!("the {} has no `ask` with the name `{name}`", self.around.of.sort()))
                    .hint(hint);
            }
            answers.push((name.to_owned(), self.templated(node)));
        }
        answers
    }

    fn expectations(&mut self, test: &Node, table: &Table) -> Vec<Expectation> {
        let Some(node) = table.get("expect") else { return Vec::new() };
        let Some(written) = node.as_table() else { return Vec::new() };
        let mut expect = Vec::new();
        for (key, what) in [("text", What::Text as fn(String) -> What), ("not_text", What::NotText)] {
            let Some(pieces) = written.get(key) else { continue };
            let list = pieces.as_array().unwrap_or(std::slice::from_ref(pieces));
            if list.is_empty() {
                self.nothing(&pieces.place, format!("`{key}` names no piece of text"));
            }
            for piece in list {
                match piece.as_str() {
                    Some("") => self.nothing(&piece.place, format!("every text has the empty piece of `{key}`")),
                    Some(text) => expect.push(Expectation { what: what(text.to_owned()), place: piece.place.clone() }),
                    None => {}
                }
            }
        }
        if let Some(count) = written.get("records")
            && let Some(number) = count.as_integer().and_then(|number| u64::try_from(number).ok())
        {
            expect.push(Expectation { what: What::Records(number), place: count.place.clone() });
        }
        if let Some(error) = written.get("error")
            && let Some(kind) = error.as_str()
        {
            if let Some(records) = written.key_place("records") {
                self.builder
                    .sink
                    .error(records, "an error has no records")
                    .hint("remove `records` or `error`")
                    .related(&error.place, "the error");
            }
            expect.push(Expectation { what: What::Error(kind.to_owned()), place: error.place.clone() });
        }
        if let Some(call) = written.get("call")
            && let Some(keys) = call.as_table()
        {
            if keys.iter().next().is_none() {
                self.builder
                    .sink
                    .error(&call.place, "`call` says nothing about the request")
                    .hint("e.g. `expect.call = { method = \"create\", values = { name = \"Ann\" } }`");
            }
            let place = written.key_place("call").unwrap_or(&call.place).clone();
            expect.push(Expectation { what: What::Call(self.templated(call)), place });
        }
        if written.iter().next().is_none() {
            self.nothing(&test.place, "the test expects nothing".to_owned());
        }
        expect.sort_by_key(|one: &Expectation| one.place.range.start);
        expect
    }

    fn nothing(&mut self, place: &Place, message: String) {
        self.builder.sink.error(place, message).hint("e.g. `expect.text = \"Azure Interior\"`");
    }
}
