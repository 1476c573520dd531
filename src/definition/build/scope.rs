//! Templates of a tool: compiled at their place, and their names compared with what there is.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::domain::DomainTemplate;
use crate::source::{Node, NodeValue, Place, Table, did_you_mean, nearest};
use crate::template::{self, Fault, Name, Template, Templated};

use super::super::tool::Parameter;
use super::Builder;
use super::variables::Earlier;

/// The longest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 100_000;

/// What `user` has.
const USER: &[&str] = &["id", "login", "name", "lang", "tz", "company_id", "company_ids"];

/// What is built: where its arguments are declared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    /// How an argument of that name is declared.
    fn declaration(self, name: &str) -> String {
        match self {
            Self::Tool => format!("declare it: `[tool.input.properties]`, `{name} = {{ type = \"string\" }}`"),
            Self::Resource => {
                format!(
                    "the address says all that a client gives: write `{{{name}}}` in `uri`, or `{{?{name}}}` at its end"
                )
            }
            Self::Prompt => format!("declare it: `[[prompt.argument]]`, `name = \"{name}\"`"),
        }
    }
}

/// The names that templates may use, and which arguments they did use.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// What is built.
    pub(super) kind: Kind,
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
    /// The questions and steps that ran already.
    pub(super) earlier: IndexMap<String, Earlier>,
    /// Questions and steps that come later.
    pub(super) later: Vec<String>,
    /// The data of a prompt, while it is being built: all of it is fetched at once.
    pub(super) fetched: Vec<String>,
    /// Steps that have a name and no answer.
    pub(super) nothing: IndexMap<String, Place>,
    /// What each variable stands for, and where it is named: lookups, questions, steps.
    pub(super) variables: IndexMap<String, (String, Place)>,
    /// The elements of the `each` around, the outermost first.
    pub(super) elements: Vec<String>,
    /// The keys of the tool's answer, where a text may name them: they win over everything else.
    pub(super) answer_keys: Vec<&'static str>,
    /// Arguments that some template names.
    pub(super) used: HashSet<String>,
    /// A template takes all of them.
    pub(super) all_used: bool,
    /// What templates name of `bundle`.
    pub(super) parameters: Vec<Parameter>,
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
            if let Some(earlier) = self.earlier.get(&name.root) {
                return earlier.may_be_absent.then(|| name.root.clone());
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
        if self.scope.answer_keys.contains(&root) {
            // It wins over an argument of its name, which is there where the answer has no such key.
            self.scope.used.insert(root.to_owned());
            return;
        }
        if element || self.scope.lookups.contains_key(root) {
            return;
        }
        if self.scope.earlier.contains_key(root) {
            self.earlier_key(root, attribute, place);
            return;
        }
        match (root, attribute) {
            ("args", None) => self.scope.all_used = true,
            ("args", Some(argument)) => self.argument(argument, &place()),
            ("user", Some(attribute)) if !USER.contains(&attribute) => {
                let hint = nearest(attribute, USER.iter().copied()).map_or_else(
                    || format!("it has `{}`", USER.join("`, `")),
                    |near| format!("did you mean `user.{near}`?"),
                );
                self.sink.error(&place(), format!("`user` has no `{attribute}`")).hint(hint);
            }
            ("odoo", Some(attribute)) if attribute != "version" => {
                self.sink.error(&place(), format!("`odoo` has no `{attribute}`")).hint("it has `odoo.version`");
            }
            ("bundle", Some(parameter)) => self.parameter(parameter, !name.guarded, place()),
            ("user" | "odoo" | "bundle", _) => {}
            ("index", _) if !self.scope.elements.is_empty() => {}
            ("item" | "index", _) => self.no_element(root, &place()),
            (argument, _) if self.scope.arguments.contains_key(argument) => {
                self.scope.used.insert(argument.to_owned());
            }
            ("limit" | "offset", _) if self.scope.paging => {}
            (name, _) => self.not_there(name, &place()),
        }
    }

    /// A key of an earlier answer.
    fn earlier_key(&mut self, root: &str, attribute: Option<&str>, place: impl Fn() -> Place) {
        let keys = self.scope.earlier.get(root).and_then(|earlier| earlier.keys.as_ref());
        let (Some(keys), Some(attribute)) = (keys, attribute) else { return };
        if keys.iter().any(|key| key == attribute) {
            return;
        }
        let hint = nearest(attribute, keys.iter().map(String::as_str))
            .map_or_else(|| format!("it has `{}`", keys.join("`, `")), |near| format!("did you mean `{root}.{near}`?"));
        self.sink.error(&place(), format!("the answer of `{root}` has no `{attribute}`")).hint(hint);
    }

    /// A parameter of the bundle. `needed`: no `default` or test stands around it.
    fn parameter(&mut self, name: &str, needed: bool, place: Place) {
        match self.scope.parameters.iter_mut().find(|known| known.name == name) {
            Some(known) => known.needed |= needed,
            None => self.scope.parameters.push(Parameter { name: name.to_owned(), needed, place }),
        }
    }

    /// `item` or `index` where there is none.
    fn no_element(&mut self, root: &str, place: &Place) {
        let hint = if self.scope.arguments.contains_key(root) {
            format!("the argument is `args.{root}`")
        } else if let Some(element) = self.scope.elements.last().filter(|_| root == "item") {
            format!("`as` calls it `{element}` here")
        } else {
            "`each = \"{{ lines }}\"` beside `create` makes one record for each element".to_owned()
        };
        self.sink.error(place, format!("`{root}` exists only inside `each`")).hint(hint);
    }

    /// A name that stands for nothing here: because it does only later or elsewhere, or because there is none.
    fn not_there(&mut self, name: &str, place: &Place) {
        let is_in = |names: &[String]| names.iter().any(|other| other == name);
        if is_in(&self.scope.later_lookups) {
            self.sink
                .error(place, format!("the lookup `{name}` has not run here"))
                .hint("lookups run in the order in which they are written, before the operation");
        } else if is_in(&self.scope.later) {
            self.sink
                .error(place, format!("`{name}` has not run here"))
                .hint("questions and steps run in the order in which they are written, questions of the tool first");
        } else if is_in(&self.scope.fetched) {
            self.sink
                .error(place, format!("the data `{name}` is not there here"))
                .hint("all data of a prompt is fetched at once: what depends on other data is a tool with steps");
        } else if let Some(step) = self.scope.nothing.get(name) {
            self.sink
                .error(place, format!("the step `{name}` has no answer"))
                .hint("operations and questions have one")
                .related(step, "the step");
        } else if !(self.scope.open || self.sink.recovering) {
            // With a syntax error, the declaration may be what could not be read.
            self.unknown_name(name, place);
        }
    }

    fn unknown_name(&mut self, name: &str, place: &Place) {
        let names = self.scope.arguments.keys().chain(self.scope.lookups.keys()).chain(self.scope.earlier.keys());
        let known = names.chain(&self.scope.elements).map(String::as_str);
        let known = known.chain(self.scope.answer_keys.iter().copied());
        let known = known.chain(["args", "user", "bundle", "odoo", "today", "now", "start_of", "end_of"]);
        let hint = did_you_mean(name, known).unwrap_or_else(|| self.scope.kind.declaration(name));
        self.sink.error(place, format!("unknown name `{name}` in a template")).hint(hint);
    }

    fn argument(&mut self, argument: &str, place: &Place) {
        if self.scope.arguments.contains_key(argument) {
            self.scope.used.insert(argument.to_owned());
        } else if !(self.scope.open
            || self.sink.recovering
            || self.scope.paging && matches!(argument, "limit" | "offset"))
        {
            let near = nearest(argument, self.scope.arguments.keys().map(String::as_str));
            let hint = near
                .map_or_else(|| self.scope.kind.declaration(argument), |near| format!("did you mean `args.{near}`?"));
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

    /// Warns where a key that the operation needs may be absent in a call. A step with a `when` of its own is trusted to say
    /// when the key is there.
    pub(super) fn needed(&mut self, key: &str, node: &Node, value: &Templated) {
        if self.guarded {
            return;
        }
        if let Some(name) = self.scope.absence(value) {
            let (what, hint) = if self.scope.earlier.contains_key(&name) {
                (
                    "answer of",
                    format!("`{name}` may be skipped: give this step a `when` of its own, e.g. `{name} is defined`"),
                )
            } else if self.scope.lookups.contains_key(&name) {
                ("lookup", format!("make the argument that `{name}` matches required, or give it a default"))
            } else {
                ("argument", format!("add `{name}` to `required` in `[tool.input]`, or give it a default"))
            };
            let given = if what == "answer of" { "be there" } else { "be given" };
            self.sink
                .warning(
                    &node.place,
                    format!(
                        "`{key}` may be absent: the {what} `{name}` need not {given}, and the call is refused then"
                    ),
                )
                .hint(hint);
        }
    }
}
