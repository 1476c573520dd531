//! From a tool as written to a checked [`Tool`]: everything that structure alone cannot say.
//!
//! The structure was checked against [`super::language`] before; a value of the wrong type was reported there, and is passed
//! over here in silence. Nothing stops at the first mistake.

mod annotations;
mod bundle;
mod confirm;
mod fields;
mod input;
mod operation;
mod protocol;
mod requires;
mod scope;
mod values;

use crate::source::shape::duration;
use crate::source::{Node, Place, Sink, Table};
use crate::template::{self, Templated};

use super::language::OPERATIONS;
use super::tool::{Lookup, Requirement, ResultShape, Tool};
pub(super) use bundle::{BuiltBundle, bundle};
pub(super) use input::subschemas;
pub(super) use requires::exclude_each_other;
use scope::Scope;

/// What one tool is built with: where findings go, and which names its templates may use.
struct Builder<'a> {
    sink: &'a mut Sink,
    scope: Scope,
    /// The structure of the file has no errors.
    sound: bool,
    /// How many errors there were before this tool.
    before: usize,
}

/// A tool as far as it could be built, and what only the whole load can judge.
pub(super) struct Built {
    /// The tool; `None` where it, or its structure, had an error.
    pub(super) tool: Option<Tool>,
    /// Its name, then its aliases, and where each stands.
    pub(super) names: Vec<(String, Place)>,
    /// What must be there.
    pub(super) requires: Vec<Requirement>,
    /// `enabled = false`: checked, not offered.
    pub(super) enabled: bool,
}

/// Builds one tool. `sound`: the structure of its file had no error. `None` where it is no table.
pub(super) fn tool(node: &Node, sound: bool, sink: &mut Sink) -> Option<Built> {
    let table = node.as_table()?;
    let before = sink.errors();
    sink.definition = Some(match text(table, "name") {
        Some(name) => format!("tool `{name}`"),
        None => "a tool without a name".to_owned(),
    });
    let built = Builder { sink, scope: Scope::default(), sound, before }.build(node, table);
    sink.definition = None;
    let tool = built.filter(|_| sound && sink.errors() == before);
    let aliases = table.get("aliases").and_then(Node::as_array).unwrap_or_default();
    let name = |node: &Node| Some((node.as_str()?.to_owned(), node.place.clone()));
    Some(Built {
        names: table.get("name").into_iter().chain(aliases).filter_map(name).collect(),
        requires: requires::versions(table),
        enabled: table.get("enabled").and_then(Node::as_bool).unwrap_or(true),
        tool,
    })
}

/// Whether this can be an Odoo model.
fn is_model_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.split('.').all(|part| !part.is_empty() && part.bytes().all(word))
}

/// The string of a key.
fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(Node::as_str)
}

impl Builder<'_> {
    fn build(mut self, node: &Node, table: &Table) -> Option<Tool> {
        let name_node = table.get("name");
        let place = name_node.map_or_else(|| node.place.clone(), |name| name.place.clone());
        self.identity(table);

        let operation_key = self.operation_key(table, &place);
        let paging = operation_key.and_then(|key| self.paging_of(key, table));
        let clear = operation_key.and_then(|key| Some(self.clear_of(key, table.get(key)?))).unwrap_or_default();
        let input = self.input(table, paging, &clear, &place);
        let model = table.get("model").and_then(|node| self.model(node));
        if let (Some(node), Some(model)) = (table.get("model"), &model) {
            self.needed("model", node, model);
        }
        if let (Some(key), None) = (operation_key, table.get("model"))
            && !matches!(key, "content" | "server")
        {
            let message = format!("`model` is missing: `{key}` works on a model");
            self.sink.missing(&place, message, "e.g. `model = \"res.partner\"`, above the tables of the tool");
        }
        let lookups = self.lookups(table, model.is_some());
        let operation = operation_key.and_then(|key| {
            let body = table.get(key)?;
            self.operation(key, body)
        });
        let context = operation_key
            .and_then(|key| table.get(key)?.as_table()?.get("context")?.as_table())
            .map(|context| self.context(context))
            .unwrap_or_default();
        let company = table.get("company").map(|node| self.templated(node));
        if let (Some(company), Some(body)) = (table.get("company"), operation_key.and_then(|key| table.get(key)))
            && let Some(allowed) = body
                .child("context")
                .and_then(Node::as_table)
                .and_then(|context| context.key_place("allowed_company_ids"))
        {
            self.sink
                .error(allowed, "`allowed_company_ids` contradicts `company`, which sets it")
                .hint("remove one of the two")
                .related(&company.place, "the company of the tool");
        }
        if operation_key == Some("content") {
            self.needless(table);
        }
        let confirm = self.confirm(table, operation.as_ref());
        let annotations = self.annotations(table, operation.as_ref());
        let requires = self.requires(table);
        let errors = !self.sound || self.sink.errors() > self.before;
        self.unused_arguments(table, errors);

        Some(Tool {
            name: text(table, "name")?.to_owned(),
            aliases: strings(table, "aliases"),
            title: text(table, "title").map(str::to_owned).or_else(|| {
                // MCP has the title in two places.
                table.get("annotations")?.as_table().and_then(|hints| text(hints, "title")).map(str::to_owned)
            }),
            description: text(table, "description").map(str::to_owned),
            icons: self.icons(table),
            meta: table.get("meta").and_then(Node::as_table).map(Table::to_json).unwrap_or_default(),
            category: text(table, "category").map(str::to_owned),
            sequence: table.get("sequence").and_then(Node::as_integer).unwrap_or_default(),
            bundles: strings(table, "bundles"),
            instance: text(table, "instance").map(str::to_owned),
            model,
            input: input?,
            lookups,
            operation: operation?,
            context,
            company,
            confirm,
            annotations: annotations?,
            requires,
            result: result(table),
            timeout: text(table, "timeout").and_then(|text| duration(text).ok()),
            place,
        })
    }

    /// Names, and the texts in which a template would be plain text.
    fn identity(&mut self, table: &Table) {
        for key in ["name", "aliases"] {
            let nodes = table.get(key).map(|node| node.as_array().unwrap_or(std::slice::from_ref(node)));
            for node in nodes.unwrap_or_default() {
                let Some(name) = node.as_str() else { continue };
                let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
                if name.is_empty() || name.len() > 64 || !plain {
                    let diagnostic = self.sink.error(&node.place, format!("`{name}` is not a tool name"));
                    diagnostic.hint("1 to 64 of the characters `a-z`, `0-9` and `_`");
                }
            }
        }
        if let Some(node) = table.get("bundles") {
            for node in node.as_array().unwrap_or_default() {
                bundle::bundle_name(node, self.sink);
            }
        }
        for key in
            ["name", "aliases", "title", "description", "category", "bundles", "instance", "icons", "meta", "input"]
        {
            if let Some(node) = table.get(key) {
                plain_text(self.sink, node, key);
            }
        }
    }

    /// The one operation of the tool. Says so where there is none, or more than one.
    fn operation_key(&mut self, table: &Table, place: &Place) -> Option<&'static str> {
        let mut written: Vec<(&'static str, &Place)> =
            OPERATIONS.iter().filter_map(|key| table.key_place(key).map(|place| (*key, place))).collect();
        written.sort_by_key(|(_, place)| place.range.start);
        match written.as_slice() {
            [] => {
                self.sink.missing(
                    place,
                    "the tool has no operation",
                    "it needs exactly one of the tables `search_read`, `read`, `search_count`, `read_group`, `name_search`, \
                     `fields_get`, `default_get`, `create`, `write`, `unlink`, `call`, `server`, `content`",
                );
                None
            }
            [(key, _)] => Some(key),
            [(first, first_place), others @ ..] => {
                for (key, place) in others {
                    self.sink
                        .error(place, format!("a second operation: the tool has `{first}` already, and now `{key}`"))
                        .hint("a tool has exactly one operation; write two tools")
                        .related(first_place, "the first operation");
                }
                Some(first)
            }
        }
    }

    /// The model of a tool or lookup: a name, or one expression.
    fn model(&mut self, node: &Node) -> Option<Templated> {
        let name = node.as_str()?;
        if template::is_template(name) {
            return self.expression(node, "model").map(Templated::Template);
        }
        if !is_model_name(name) {
            self.sink.error(&node.place, format!("`{name}` is not the name of an Odoo model")).hint(
                "model names look like `res.partner`, in small letters; a template is one single `{{ expression }}`",
            );
        }
        Some(Templated::Literal(name.into()))
    }

    fn lookups(&mut self, table: &Table, tool_has_model: bool) -> Vec<Lookup> {
        let mut lookups = Vec::new();
        let Some(written) = table.get("lookup").and_then(Node::as_table) else { return lookups };
        let mut later: Vec<&str> = written.iter().map(|(name, _, _)| name).collect();
        for (name, place, node) in written.iter() {
            self.lookup_name(name, place);
            self.scope.later_lookups = later.iter().map(|name| (*name).to_owned()).collect();
            if !later.is_empty() {
                later.remove(0);
            }
            let Some(body) = node.as_table() else { continue };
            let model = body.get("model").and_then(|node| self.model(node));
            if body.get("model").is_none() && !tool_has_model && table.get("model").is_none() {
                let hint = format!("write `model = \"…\"` under `[tool.lookup.{name}]`, or in the tool");
                self.sink.missing(place, format!("the lookup `{name}` has no model to look in"), hint);
            }
            let matches = body.get("match").map(|node| self.templated(node));
            let domain = body.get("domain").and_then(|node| self.domain(node));
            let missing_is_absent = text(body, "missing") == Some("absent");
            let absent =
                missing_is_absent || matches.as_ref().is_some_and(|matches| self.scope.absence(matches).is_some());
            self.scope.lookups.insert(name.to_owned(), absent);
            if let Some(matches) = matches {
                let several_is_all = text(body, "several") == Some("all");
                lookups.push(Lookup {
                    name: name.to_owned(),
                    model,
                    matches,
                    domain,
                    missing_is_absent,
                    several_is_all,
                });
            }
        }
        self.scope.later_lookups.clear();
        lookups
    }

    fn lookup_name(&mut self, name: &str, place: &Place) {
        if !template::is_identifier(name) {
            self.sink
                .error(place, format!("`{name}` is not a variable name"))
                .hint("letters, digits and `_`, beginning with a letter");
        } else if template::is_reserved(name) {
            self.sink.error(place, format!("the lookup cannot be called `{name}`: the name is reserved")).hint(
                "`args`, `user`, `bundle`, `odoo`, `item`, `index` and the names of functions have a meaning of their own",
            );
        } else if let Some(argument) = self.scope.arguments.get(name) {
            let argument = argument.place.clone();
            self.sink
                .error(place, format!("the lookup `{name}` has the name of an argument"))
                .hint("templates could not tell the two apart: rename one of them")
                .related(&argument, "the argument");
        }
    }

    /// Keys that do nothing for static content.
    fn needless(&mut self, table: &Table) {
        let lookups = table.get("lookup").is_some();
        for key in ["confirm", "result", "company"] {
            if let Some(place) = table.key_place(key).filter(|_| key != "company" || !lookups) {
                self.sink
                    .error(place, format!("`{key}` has no meaning for static content"))
                    .hint("the blocks are sent as they are; remove the key");
            }
        }
    }

    /// Keys of the Odoo context, and those whose values are known already.
    fn context(&mut self, table: &Table) -> Vec<(String, Templated)> {
        if let Some((node, tz)) = table.get("tz").and_then(|node| Some((node, node.as_str()?)))
            && !template::is_template(tz)
            && jiff::tz::TimeZone::get(tz).is_err()
        {
            self.sink
                .error(&node.place, format!("`{tz}` is not a time zone"))
                .hint("time zones are written like `Europe/Brussels`");
        }
        if let Some(node) = table.get("allowed_company_ids")
            && !node.as_str().is_some_and(template::is_template)
            && node.as_array().is_none_or(<[Node]>::is_empty)
        {
            self.sink
                .error(&node.place, "`allowed_company_ids` is a list of company ids")
                .hint("for one company write `company = \"…\"` in the tool");
        }
        table.iter().map(|(key, _, node)| (key.to_owned(), self.templated(node))).collect()
    }
}

/// Warns of templates where they are plain text.
fn plain_text(sink: &mut Sink, node: &Node, key: &str) {
    if let Some(text) = node.as_str()
        && template::is_template(text)
    {
        sink.warning(&node.place, format!("a template in `{key}` is plain text"))
            .hint("templates are read in values: in the operation's table, `model`, `company`, `lookup`, `confirm`");
    }
    for item in node.as_array().unwrap_or_default() {
        plain_text(sink, item, key);
    }
    for (_, _, value) in node.as_table().into_iter().flat_map(Table::iter) {
        plain_text(sink, value, key);
    }
}

/// The strings of a list.
fn strings(table: &Table, key: &str) -> Vec<String> {
    let items = table.get(key).and_then(Node::as_array).unwrap_or_default();
    items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

fn result(table: &Table) -> ResultShape {
    let shape = table.get("result").and_then(Node::as_table);
    let max_bytes = shape.and_then(|shape| shape.get("max_bytes")?.as_integer());
    ResultShape { max_bytes: max_bytes.and_then(|bytes| usize::try_from(bytes).ok()) }
}
