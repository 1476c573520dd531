//! From a tool as written to a checked [`Tool`]: everything that structure alone cannot say.
//!
//! The structure was checked against [`super::language`] before; a value of the wrong type was reported there, and is passed
//! over here in silence. Nothing stops at the first mistake.

mod annotations;
mod ask;
mod bundle;
mod complete;
mod confirm;
mod example;
mod fields;
mod header;
mod input;
mod messages;
mod one_of;
mod operation;
mod output;
mod prompt;
mod protocol;
mod published;
mod requires;
mod resource;
mod result;
mod schema;
mod scope;
mod steps;
mod values;
mod variables;

use std::time::Duration;

use crate::source::shape::duration;
use crate::source::{Node, Place, Sink, Table};
use crate::template::{self, Templated};

use super::ask::Ask;
use super::language::{OPERATIONS, TOOL};
use super::step::{Action, Step};
use super::tool::{Annotations, Confirm, Input, Lookup, Requirement, ResultShape, TaskSupport, Tool};
pub(super) use bundle::{BuiltBundle, bundle};
pub(super) use example::{Around, examples};
use one_of::OneOf;
pub(super) use prompt::{BuiltPrompt, prompt};
pub(super) use requires::exclude_each_other;
pub(super) use resource::{BuiltResource, resource};
pub(super) use result::{answer_keys, suggestion};
pub(super) use schema::subschemas;
use scope::Scope;
use steps::Written;

/// What one tool is built with: where findings go, and which names its templates may use.
struct Builder<'a> {
    sink: &'a mut Sink,
    scope: Scope,
    /// The structure of the file has no errors.
    sound: bool,
    /// How many errors there were before this tool.
    before: usize,
    /// The step that is being built has a `when`: what it uses of skipped steps is the author's affair.
    guarded: bool,
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
    let built = Builder { sink, scope: Scope::default(), sound, before, guarded: false }.build(node, table);
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

/// The one operation of a tool.
fn operation_key(table: &Table, place: &Place, sink: &mut Sink) -> Option<&'static str> {
    let rule = OneOf {
        keys: OPERATIONS,
        none: "the tool has no operation",
        needed: Some(
            "it needs exactly one of the tables `search_read`, `read`, `search_count`, `read_group`, `name_search`, \
             `fields_get`, `default_get`, `create`, `write`, `unlink`, `call`, `message_post`, `attach`, `attachments`, \
             `report`, `server`, `content`, or `[[tool.step]]`",
        ),
        another: "a second operation: the tool has",
        instead: "a tool has exactly one operation: write two tools, or make each a `[[tool.step]]`",
        first: "the first operation",
    };
    let none = OPERATIONS.iter().all(|key| table.get(key).is_none());
    if none && OPERATIONS.iter().any(|key| TOOL.misspelt_in(table, key)) {
        // Told at the key.
        return None;
    }
    rule.key_of(table, place, sink)
}

impl Builder<'_> {
    fn build(mut self, node: &Node, table: &Table) -> Option<Tool> {
        let name_node = table.get("name");
        let place = name_node.map_or_else(|| node.place.clone(), |name| name.place.clone());
        self.identity(table);

        let operation_key = operation_key(table, &place, self.sink);
        let written = match operation_key {
            Some("step") => steps::written(table, self.sink),
            key => vec![Written { place: &place, key, table }],
        };
        let single = operation_key != Some("step");
        let answer = if single { Some(0) } else { steps::answering(table, &written, self.sink) };
        let answering = answer.and_then(|answer| written.get(answer));
        let paging = answering.and_then(|one| self.paging_of(one.key?, one.table));
        let clear = self.clears(&written);
        let plan = confirm::takes_plan(table, &written);
        let input = self.input(table, paging, &clear, plan, &place);
        let model = table.get("model").and_then(|node| self.model(node));
        if let (Some(node), Some(model)) = (table.get("model"), &model) {
            self.needed("model", node, model);
        }
        if let (true, Some(key), None) = (single, operation_key, table.get("model"))
            && !matches!(key, "content" | "server")
            && !TOOL.misspelt_in(table, "model")
        {
            let message = format!("`model` is missing: `{key}` works on a model");
            self.sink.missing(&place, message, "e.g. `model = \"res.partner\"`, above the tables of the tool");
        }
        let lookups = self.lookups(table, model.is_some());
        let asks = self.asks(table);
        let company = table.get("company").map(|node| self.company(node));
        let steps = if single { self.only_step(&written) } else { self.steps(&written, table) };
        for one in &written {
            self.one_company(table, company.is_some(), one);
        }
        if operation_key == Some("content") {
            self.needless(table);
        }
        let whole = steps.len() == written.len() && !steps.is_empty();
        if !single && answer.is_none() && whole {
            self.sink.missing(
                &place,
                "no step is an operation",
                "at least one has to be, e.g. `[tool.step.search_read]`",
            );
        }
        let confirm = self.confirm(table, &steps);
        let annotations = self.annotations(table, &steps);
        let requires = self.requires(table);
        let cache = self.cache(table, &steps, &asks, &confirm);
        let answered = answer.filter(|_| whole).and_then(|answer| steps.get(answer)).and_then(Step::operation);
        let result = self.result(table, answered);
        let errors = !self.sound || self.sink.errors() > self.before;
        self.unused_arguments(table, errors);

        let bare = self.bare(table, input?, place)?;
        Some(Tool {
            aliases: strings(table, "aliases"),
            title: bare.title.or_else(|| {
                // MCP has the title in two places.
                table.get("annotations")?.as_table().and_then(|hints| text(hints, "title")).map(str::to_owned)
            }),
            model,
            lookups,
            asks,
            steps: if whole { steps } else { return None },
            answer: answer?,
            company,
            confirm,
            annotations: annotations?,
            requires,
            result,
            task: match text(table, "task") {
                Some("allowed") => TaskSupport::Allowed,
                Some("required") => TaskSupport::Required,
                _ => TaskSupport::Never,
            },
            cache,
            ..bare
        })
    }

    /// What tools, resources and prompts say alike; of everything else nothing: it reads, without a step, and asks nobody. The last
    /// thing that is made of a table, when its templates have been read.
    fn bare(&mut self, table: &Table, input: Input, place: Place) -> Option<Tool> {
        Some(Tool {
            name: text(table, "name")?.to_owned(),
            aliases: Vec::new(),
            title: text(table, "title").map(str::to_owned),
            description: text(table, "description").map(str::to_owned),
            icons: self.icons(table),
            meta: table.get("meta").and_then(Node::as_table).map(Table::to_json).unwrap_or_default(),
            category: text(table, "category").map(str::to_owned),
            sequence: table.get("sequence").and_then(Node::as_integer).unwrap_or_default(),
            bundles: strings(table, "bundles"),
            instance: text(table, "instance").map(str::to_owned),
            model: None,
            input,
            parameters: std::mem::take(&mut self.scope.parameters),
            lookups: Vec::new(),
            asks: Vec::new(),
            steps: Vec::new(),
            answer: 0,
            company: None,
            confirm: Confirm::never(),
            annotations: Annotations { read_only: true, destructive: false, idempotent: true, open_world: true },
            requires: Vec::new(),
            result: ResultShape::default(),
            timeout: text(table, "timeout").and_then(|text| duration(text).ok()),
            task: TaskSupport::Never,
            cache: None,
            place,
        })
    }

    /// The step of a tool whose operation has a table of its own.
    fn only_step(&mut self, written: &[Written<'_>]) -> Vec<Step> {
        let Some(Written { place, key: Some(key), table }) = written.first() else { return Vec::new() };
        let Some(body) = table.get(key) else { return Vec::new() };
        let operation = self.operation(key, body);
        let context = body.child("context").and_then(Node::as_table);
        let context = context.map(|context| self.context(context)).unwrap_or_default();
        let step = |operation| Step {
            name: None,
            when: None,
            model: None,
            lookups: Vec::new(),
            action: Action::Operation { operation, context },
            place: (*place).clone(),
        };
        operation.map(step).into_iter().collect()
    }

    /// How long an answer is kept. What writes, or asks a person, has to be done anew each time.
    fn cache(&mut self, table: &Table, steps: &[Step], asks: &[Ask], confirm: &Confirm) -> Option<Duration> {
        let kept = text(table, "cache").and_then(|text| duration(text).ok())?;
        let place = table.key_place("cache")?;
        if steps.iter().any(Step::may_write) {
            self.sink.error(place, "`cache` is for tools that only read").hint("remove it: a write is done each time");
        } else if !confirm.is_never()
            || !asks.is_empty()
            || steps.iter().any(|step| matches!(step.action, Action::Ask(_)))
        {
            self.sink
                .error(place, "a tool that asks a person keeps no answers")
                .hint("remove `cache`, or ask for an argument instead");
        }
        (!kept.is_zero()).then_some(kept)
    }

    /// The company is decided before anything is looked up or asked: all of that happens in it.
    fn company(&mut self, node: &Node) -> Templated {
        let company = self.templated(node);
        for name in company.names() {
            if let Some((what, place)) = self.scope.variables.get(&name.root) {
                let (root, place) = (&name.root, place.clone());
                self.sink
                    .error(&node.inside(name.place.clone()), format!("the company is decided before `{root}` is known"))
                    .hint(
                        "a company is found by its name: `company = \"{{ company }}\"`, with an argument of that name",
                    )
                    .related(&place, what.clone());
            }
        }
        company
    }

    /// Two keys say in which company a call runs.
    fn one_company(&mut self, table: &Table, company: bool, written: &Written<'_>) {
        let Some(body) = written.key.and_then(|key| written.table.get(key)).filter(|_| company) else { return };
        let context = body.child("context").and_then(Node::as_table);
        if let (Some(company), Some(allowed)) =
            (table.get("company"), context.and_then(|context| context.key_place("allowed_company_ids")))
        {
            self.sink
                .error(allowed, "`allowed_company_ids` contradicts `company`, which sets it")
                .hint("remove one of the two")
                .related(&company.place, "the company of the tool");
        }
    }

    /// The words of `clear` of all writes.
    fn clears(&mut self, written: &[Written<'_>]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for one in written {
            let Some(body) = one.key.and_then(|key| one.table.get(key)) else { continue };
            for word in one.key.map(|key| self.clear_of(key, body)).unwrap_or_default() {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words
    }

    /// Names, and the texts in which a template would be plain text.
    fn identity(&mut self, table: &Table) {
        for key in ["name", "aliases"] {
            let nodes = table.get(key).map(|node| node.as_array().unwrap_or(std::slice::from_ref(node)));
            for node in nodes.unwrap_or_default() {
                let Some(name) = node.as_str() else { continue };
                let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
                if name.is_empty() || name.len() > 64 || !plain {
                    let what = if self.scope.kind == scope::Kind::Prompt { "prompt" } else { "tool" };
                    let diagnostic = self.sink.error(&node.place, format!("`{name}` is not a {what} name"));
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
            self.variable("the lookup", name, place);
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

    /// Keys that do nothing for static content.
    fn needless(&mut self, table: &Table) {
        let lookups = table.get("lookup").is_some();
        self.needless_result(table);
        for key in ["confirm", "company"] {
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
