//! Templates of a tool: compiled at their place, and their names compared with what there is.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::domain::DomainTemplate;
use crate::source::{Node, NodeValue, Place, Table, nearest};
use crate::template::{self, Fault, Name, Template, Templated};

use super::Builder;

/// The longest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 100_000;

/// What `user` has.
const USER: &[&str] = &["id", "login", "name", "lang", "tz", "company_id", "company_ids"];

/// The names that templates may use, and which arguments they did use.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The declared arguments.
    pub(super) arguments: IndexMap<String, Argument>,
    /// The schema lets in arguments that it does not name.
    pub(super) open: bool,
    /// `limit` and `offset` are there.
    pub(super) paging: bool,
    /// The lookups that ran already, and whether they may be absent.
    pub(super) lookups: IndexMap<String, bool>,
    /// Lookups that run later (and the one being built itself).
    pub(super) later_lookups: Vec<String>,
    /// The elements of the `each` around, the outermost first.
    pub(super) elements: Vec<String>,
    /// Arguments that some template names.
    pub(super) used: HashSet<String>,
    /// A template takes all of them.
    pub(super) all_used: bool,
}

/// A declared argument.
#[derive(Debug)]
pub(super) struct Argument {
    /// Where its name stands.
    pub(super) place: Place,
    /// Neither required nor defaulted.
    pub(super) optional: bool,
}

impl Scope {
    /// The first name by which this value may be absent, if any.
    pub(super) fn absence(&self, value: &Templated) -> Option<String> {
        match value {
            Templated::Literal(_) => None,
            Templated::Template(template) => self.template_absence(template),
            Templated::List(items) => items.iter().find_map(|item| self.absence(item)),
            Templated::Table(entries) => entries.iter().find_map(|(_, item)| self.absence(item)),
        }
    }

    fn template_absence(&self, template: &Template) -> Option<String> {
        template.names().iter().filter(|name| !name.guarded).find_map(|name| {
            if let Some(absent) = self.lookups.get(&name.root) {
                return absent.then(|| name.root.clone());
            }
            let argument = if name.root == "args" { name.attribute.as_ref()? } else { &name.root };
            self.arguments.get(argument).filter(|argument| argument.optional).map(|_| argument.clone())
        })
    }
}

impl Builder<'_> {
    /// A value in which any string may be a template.
    pub(super) fn templated(&mut self, node: &Node) -> Templated {
        match &node.value {
            NodeValue::String(text) if template::is_template(text) => match self.template(node) {
                Some(template) => Templated::Template(template),
                None => Templated::Literal(node.to_json()),
            },
            NodeValue::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.templated(item)).collect();
                if items.iter().all(|item| matches!(item, Templated::Literal(_))) {
                    return Templated::Literal(node.to_json());
                }
                Templated::List(items)
            }
            NodeValue::Table(table) => {
                let entries: Vec<_> = table
                    .iter()
                    .map(|(key, place, value)| {
                        self.plain_key(key, place);
                        (key.to_owned(), self.templated(value))
                    })
                    .collect();
                if entries.iter().all(|(_, item)| matches!(item, Templated::Literal(_))) {
                    return Templated::Literal(node.to_json());
                }
                Templated::Table(entries)
            }
            _ => Templated::Literal(node.to_json()),
        }
    }

    fn plain_key(&mut self, key: &str, place: &Place) {
        if template::is_template(key) {
            self.sink.warning(place, "a template in a key is plain text").hint("templates are read in values");
        }
    }

    /// One template string: compiled, its names checked.
    pub(super) fn template(&mut self, node: &Node) -> Option<Template> {
        if self.too_long(node) {
            return None;
        }
        match Template::compile(node.as_str()?) {
            Ok(template) => {
                self.names(node, &template);
                Some(template)
            }
            Err(fault) => {
                self.fault(node, &fault);
                None
            }
        }
    }

    /// A template that must be one single expression.
    pub(super) fn expression(&mut self, node: &Node, key: &str) -> Option<Template> {
        let template = self.template(node)?;
        if !template.is_expression() {
            self.sink
                .error(&node.place, format!("`{key}` must be one single expression"))
                .hint("write nothing around it: `\"{{ … }}\"`");
            return None;
        }
        Some(template)
    }

    fn fault(&mut self, node: &Node, fault: &Fault) {
        let place = fault.range.clone().map_or_else(|| node.place.clone(), |range| node.inside(range));
        self.sink.error(&place, fault.message.clone()).hint_if(fault.hint.clone());
    }

    fn names(&mut self, node: &Node, template: &Template) {
        let mut seen = HashSet::new();
        // A name that is wrong is wrong once.
        for name in template.names().iter().filter(|name| seen.insert((&name.root, &name.attribute))) {
            self.name(node, name);
        }
    }

    /// Nobody writes a template this long; reading it would cost more than it is worth.
    fn too_long(&mut self, node: &Node) -> bool {
        let long = node.as_str().is_some_and(|text| text.len() > MAX_TEMPLATE_BYTES && template::is_template(text));
        if long {
            self.sink.error(&node.place, format!("the template is longer than {} kB", MAX_TEMPLATE_BYTES / 1000));
        }
        long
    }

    fn name(&mut self, node: &Node, name: &Name) {
        let root = name.root.as_str();
        let attribute = name.attribute.as_deref();
        let place = || node.inside(name.place.clone());
        let element = self.scope.elements.iter().any(|element| element == root);
        if element || self.scope.lookups.contains_key(root) {
            return;
        }
        match (root, attribute) {
            ("args", None) => self.scope.all_used = true,
            ("args", Some(argument)) => self.argument(argument, &place()),
            ("user", Some(attribute)) if !USER.contains(&attribute) => {
                let place = place();
                let hint = nearest(attribute, USER.iter().copied()).map_or_else(
                    || format!("it has `{}`", USER.join("`, `")),
                    |near| format!("did you mean `user.{near}`?"),
                );
                self.sink.error(&place, format!("`user` has no `{attribute}`")).hint(hint);
            }
            ("odoo", Some(attribute)) if attribute != "version" => {
                let place = place();
                self.sink.error(&place, format!("`odoo` has no `{attribute}`")).hint("it has `odoo.version`");
            }
            ("user" | "odoo", _) => {}
            ("bundle", _) => {
                let place = place();
                self.sink
                    .error(&place, "`bundle` in a template is not supported yet")
                    .hint("this version of tooldoo has no bound parameters");
            }
            ("index", _) if !self.scope.elements.is_empty() => {}
            ("item" | "index", _) => {
                let place = place();
                let hint = if self.scope.arguments.contains_key(root) {
                    format!("the argument is `args.{root}`")
                } else if let Some(element) = self.scope.elements.last().filter(|_| root == "item") {
                    format!("`as` calls it `{element}` here")
                } else {
                    "`each = \"{{ lines }}\"` beside `create` makes one record for each element".to_owned()
                };
                self.sink.error(&place, format!("`{root}` exists only inside `each`")).hint(hint);
            }
            (argument, _) if self.scope.arguments.contains_key(argument) => {
                self.scope.used.insert(argument.to_owned());
            }
            ("limit" | "offset", _) if self.scope.paging => {}
            (later, _) if self.scope.later_lookups.iter().any(|name| name == later) => {
                let place = place();
                self.sink
                    .error(&place, format!("the lookup `{later}` has not run here"))
                    .hint("lookups run in the order in which they are written, before the operation");
            }
            // With a syntax error, the declaration may be what could not be read.
            _ if self.scope.open || self.sink.recovering => {}
            (unknown, _) => {
                let place = place();
                let names = self.scope.arguments.keys().chain(self.scope.lookups.keys());
                let known = names.chain(&self.scope.elements).map(String::as_str);
                let known: Vec<_> =
                    known.chain(["args", "user", "odoo", "today", "now", "start_of", "end_of"]).collect();
                let hint = nearest(unknown, known).map_or_else(
                    || format!("declare it: `[tool.input.properties]`, `{unknown} = {{ type = \"string\" }}`"),
                    |near| format!("did you mean `{near}`?"),
                );
                self.sink.error(&place, format!("unknown name `{unknown}` in a template")).hint(hint);
            }
        }
    }

    fn argument(&mut self, argument: &str, place: &Place) {
        if self.scope.arguments.contains_key(argument) {
            self.scope.used.insert(argument.to_owned());
        } else if !(self.scope.open
            || self.sink.recovering
            || self.scope.paging && matches!(argument, "limit" | "offset"))
        {
            let near = nearest(argument, self.scope.arguments.keys().map(String::as_str));
            let hint = near.map_or_else(
                || "declare it in `[tool.input.properties]`".to_owned(),
                |near| format!("did you mean `args.{near}`?"),
            );
            self.sink.error(place, format!("there is no argument `{argument}`")).hint(hint);
        }
    }

    fn any_too_long(&mut self, node: &Node) -> bool {
        node.as_array()
            .unwrap_or_default()
            .iter()
            .fold(false, |any, item| self.too_long(item) | self.any_too_long(item) | any)
    }

    /// A domain: its form, and the names in it.
    pub(super) fn domain(&mut self, node: &Node) -> Option<DomainTemplate> {
        if node.as_array().is_none() && node.as_str().is_none() {
            return None;
        }
        if self.too_long(node) || self.any_too_long(node) {
            return None;
        }
        match DomainTemplate::parse(&node.to_json()) {
            Ok(domain) => {
                self.names_within(node);
                Some(domain)
            }
            Err(faults) => {
                for fault in faults {
                    let mut at = node;
                    for index in &fault.path {
                        at = at.as_array().and_then(|items| items.get(*index)).unwrap_or(at);
                    }
                    let place = fault.range.map_or_else(|| at.place.clone(), |range| at.inside(range));
                    self.sink.error(&place, fault.message).hint_if(fault.hint);
                }
                self.names_within(node);
                None
            }
        }
    }

    /// The names of every template inside; what does not compile was reported by whoever parsed it.
    fn names_within(&mut self, node: &Node) {
        if let Some(text) = node.as_str().filter(|text| template::is_template(text))
            && let Ok(template) = Template::compile(text)
        {
            self.names(node, &template);
        }
        for item in node.as_array().unwrap_or_default() {
            self.names_within(item);
        }
        for (_, _, value) in node.as_table().into_iter().flat_map(Table::iter) {
            self.names_within(value);
        }
    }

    /// Warns where a key that the operation needs may be absent in a call.
    pub(super) fn needed(&mut self, key: &str, node: &Node, value: &Templated) {
        if let Some(name) = self.scope.absence(value) {
            let what = if self.scope.lookups.contains_key(&name) { "lookup" } else { "argument" };
            let hint = if what == "argument" {
                format!("add `{name}` to `required` in `[tool.input]`, or give it a default")
            } else {
                format!("make the argument that `{name}` matches required, or give it a default")
            };
            self.sink
                .warning(
                    &node.place,
                    format!(
                        "`{key}` may be absent: the {what} `{name}` need not be given, and the call is refused then"
                    ),
                )
                .hint(hint);
        }
    }
}
