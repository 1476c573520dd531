//! Which names a template uses, and which of them it can do without.

use std::ops::Range;

use super::tree::{Argument, Body, Comparison, Kind, Node, Place, Statement, Target};

/// One use of a name that the template does not define itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The variable.
    pub root: String,
    /// Its attribute, where it is written out: `bundle.x`, `args["x-ref"]`.
    pub attribute: Option<String>,
    /// Where, in bytes of the template's source: root and attribute.
    pub place: Range<usize>,
    /// It may be absent without making the template absent: it stands under `default`, in a test, left of an `or`, in the condition
    /// of an `if` with `else`, or where such a condition has made sure of it.
    pub guarded: bool,
}

impl Name {
    /// It stands for something that depends on the caller: anything but what the server itself knows of the call.
    #[must_use]
    pub fn is_callers(&self) -> bool {
        !matches!(self.root.as_str(), "user" | "bundle" | "odoo")
    }
}

pub(super) fn collect(body: &Body) -> Box<[Name]> {
    let mut walk = Walk::default();
    match body {
        Body::Expression(node) => walk.node(node, false),
        Body::Text(statements) => walk.block(statements),
    }
    walk.names.into()
}

/// A root and an attribute.
type Path<'t> = (&'t str, Option<&'t str>);

#[derive(Default)]
struct Walk<'t> {
    names: Vec<Name>,
    locals: Vec<&'t str>,
    /// What the conditions around have made sure of.
    known: Vec<Path<'t>>,
}

impl<'t> Walk<'t> {
    fn block(&mut self, statements: &'t [Statement]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    /// With locals of its own.
    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        let locals = self.locals.len();
        walk(self);
        self.locals.truncate(locals);
    }

    fn knowing(&mut self, facts: Vec<Path<'t>>, walk: impl FnOnce(&mut Self)) {
        let known = self.known.len();
        self.known.extend(facts);
        walk(self);
        self.known.truncate(known);
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Text(_) | Statement::Break | Statement::Continue => {}
            Statement::Emit(node) | Statement::Do(node) => self.node(node, false),
            Statement::For(it) => {
                self.node(&it.iterable, true);
                self.scoped(|walk| {
                    walk.target(&it.target);
                    if let Some(filter) = &it.filter {
                        walk.node(filter, true);
                    }
                    walk.locals.push("loop");
                    walk.knowing(when_true(&it.iterable), |walk| walk.block(&it.body));
                });
                self.block(&it.otherwise);
            }
            Statement::If { test, then, otherwise } => {
                self.node(test, true);
                self.knowing(when_true(test), |walk| walk.block(then));
                self.knowing(when_false(test), |walk| walk.block(otherwise));
            }
            Statement::With { assignments, body } => self.scoped(|walk| {
                for (target, value) in assignments {
                    walk.node(value, false);
                    walk.target(target);
                }
                walk.block(body);
            }),
            Statement::Set(target, value) => {
                self.node(value, false);
                self.target(target);
            }
            Statement::SetBlock { target, filter, body } => {
                self.scoped(|walk| walk.block(body));
                if let Some(filter) = filter {
                    self.node(filter, false);
                }
                self.target(target);
            }
            Statement::FilterBlock { filter, body } => {
                self.scoped(|walk| walk.block(body));
                self.node(filter, false);
            }
        }
    }

    fn target(&mut self, target: &'t Target) {
        match target {
            Target::Name(name) => self.locals.push(name),
            Target::Attribute(..) => {}
            Target::List(targets, _) => targets.iter().for_each(|target| self.target(target)),
        }
    }

    fn name(&mut self, (root, attribute): Path<'t>, place: Place, guarded: bool) {
        if self.locals.contains(&root) {
            return;
        }
        let guarded = guarded || self.known.iter().any(|known| implies(*known, (root, attribute)));
        self.names.push(Name {
            root: root.to_owned(),
            attribute: attribute.map(ToOwned::to_owned),
            place: place.range(),
            guarded,
        });
    }

    fn node(&mut self, node: &'t Node, guarded: bool) {
        if let Some(path) = path(node) {
            self.name(path, node.place, guarded);
            return;
        }
        match &node.kind {
            // A plain name is a path.
            Kind::Constant(_) | Kind::Variable(_) => {}
            Kind::Attribute(base, _) => self.node(base, guarded),
            Kind::Item(pair) | Kind::Arithmetic(_, pair) | Kind::Concatenate(pair) => {
                self.node(&pair.0, guarded);
                self.node(&pair.1, guarded);
            }
            Kind::Slice(parts) => parts.iter().flatten().for_each(|part| self.node(part, guarded)),
            Kind::Not(operand) => self.node(operand, true),
            Kind::Negative(operand) => self.node(operand, guarded),
            Kind::And(pair) => {
                self.node(&pair.0, guarded);
                self.knowing(when_true(&pair.0), |walk| walk.node(&pair.1, guarded));
            }
            Kind::Or(pair) => {
                self.node(&pair.0, true);
                self.knowing(when_false(&pair.0), |walk| walk.node(&pair.1, guarded));
            }
            Kind::Compare(left, rest) => {
                let tests = |operator: Comparison| matches!(operator, Comparison::Equal | Comparison::NotEqual);
                let mut before = rest.first().is_some_and(|(operator, _)| tests(*operator));
                self.node(left, guarded || before);
                for (index, (operator, operand)) in rest.iter().enumerate() {
                    before = tests(*operator);
                    let after = rest.get(index + 1).is_none_or(|(operator, _)| tests(*operator));
                    self.node(operand, guarded || (before && after));
                }
            }
            Kind::If(it) => {
                self.node(&it.test, guarded || it.otherwise.is_some());
                self.knowing(when_true(&it.test), |walk| walk.node(&it.then, guarded));
                if let Some(otherwise) = &it.otherwise {
                    self.knowing(when_false(&it.test), |walk| walk.node(otherwise, guarded));
                }
            }
            Kind::Filter(it) => {
                let default = matches!(&*it.name, "default" | "d");
                if let Some(input) = &it.input {
                    self.node(input, guarded || default);
                }
                self.arguments(&it.arguments, guarded);
            }
            Kind::Test(it) => {
                let uses = matches!(
                    &*it.name,
                    "lt" | "lessthan" | "<" | "le" | "<=" | "gt" | "greaterthan" | ">" | "ge" | ">=" | "in"
                );
                let equality = matches!(&*it.name, "eq" | "equalto" | "==" | "ne" | "!=");
                self.node(&it.subject, guarded || !uses);
                self.arguments(&it.arguments, guarded || equality);
            }
            Kind::Call(_, arguments) | Kind::LoopMethod(_, arguments) => self.arguments(arguments, guarded),
            Kind::List(items) => items.iter().for_each(|item| self.node(item, guarded)),
            Kind::Map(pairs) => {
                for (key, value) in pairs {
                    self.node(key, guarded);
                    self.node(value, guarded);
                }
            }
        }
    }

    fn arguments(&mut self, arguments: &'t [Argument], guarded: bool) {
        arguments.iter().for_each(|argument| self.node(&argument.value, guarded));
    }
}

/// `x`, `x.y`, `x["y"]`.
fn path(node: &Node) -> Option<Path<'_>> {
    match &node.kind {
        Kind::Variable(root) => Some((root, None)),
        Kind::Attribute(base, attribute) => match &base.kind {
            Kind::Variable(root) => Some((root, Some(attribute))),
            _ => None,
        },
        Kind::Item(pair) => match (&pair.0.kind, &pair.1.kind) {
            (Kind::Variable(root), Kind::Constant(key)) => Some((root, Some(key.as_str()?))),
            _ => None,
        },
        _ => None,
    }
}

/// Whether one path being there means that the other is: of an argument, that it was given.
fn implies(known: Path<'_>, used: Path<'_>) -> bool {
    let holder = matches!(used.0, "args" | "bundle" | "user" | "odoo");
    known.0 == used.0 && (known.1 == used.1 || used.1.is_none() || (known.1.is_none() && !holder))
}

/// What is there if the expression is true.
fn when_true(node: &Node) -> Vec<Path<'_>> {
    if let Some(path) = path(node) {
        return vec![path];
    }
    match &node.kind {
        Kind::Attribute(base, _) => when_true(base),
        Kind::Item(pair) => when_true(&pair.0),
        Kind::And(pair) => [when_true(&pair.0), when_true(&pair.1)].concat(),
        Kind::Not(operand) => when_false(operand),
        Kind::Filter(it) if !matches!(&*it.name, "default" | "d") => {
            it.input.as_ref().map(when_true).unwrap_or_default()
        }
        Kind::Test(it) if !matches!(&*it.name, "undefined" | "ne" | "!=" | "eq" | "equalto" | "==") => {
            when_true(&it.subject)
        }
        Kind::Compare(left, rest) => {
            let constant = |node: &Node| matches!(node.kind, Kind::Constant(_));
            match rest.as_slice() {
                [(Comparison::Equal, right)] if constant(right) => when_true(left),
                [(Comparison::Equal, right)] if constant(left) => when_true(right),
                [(Comparison::Equal | Comparison::NotEqual, _)] => Vec::new(),
                [(_, right)] => [when_true(left), when_true(right)].concat(),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// What is there if the expression is false.
fn when_false(node: &Node) -> Vec<Path<'_>> {
    match &node.kind {
        Kind::Not(operand) => when_true(operand),
        Kind::Or(pair) => [when_false(&pair.0), when_false(&pair.1)].concat(),
        Kind::Test(it) if &*it.name == "undefined" => when_true(&it.subject),
        _ => Vec::new(),
    }
}
