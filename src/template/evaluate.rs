//! Evaluating expressions, with absence as something that travels: through operators, filters and functions, until a test, `default`,
//! `or` or an `else` takes it up. What is a value, and how operators and filters work on it, is minijinja's.

use std::cmp::Ordering;

use minijinja::State;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::builtins::{self, DATE_FUNCTIONS, MAX_ELEMENTS, MAX_TEXT};
use super::objects::{LoopVariable, Namespace};
use super::scope::{Binding, Record, Scope};
use super::syntax::{Argument, Arithmetic, Comparison, Conditional, Filter, Kind, LoopMethod, Node, Place, Test};
use super::{Cause, Error, json};

/// Steps of one evaluation.
pub(super) const FUEL: u64 = 1_000_000;

/// What absence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It makes the whole template absent.
    Value,
    /// The same, and an empty field of an earlier answer is absent too.
    Domain,
    /// Text for people: it prints as nothing.
    People,
}

/// Where a value comes from, which decides what it means that something is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Given,
    Answer,
    Environment,
}

impl Origin {
    /// Of a value made of both.
    fn with(self, other: Self) -> Self {
        if self == Self::Answer || other == Self::Answer { Self::Answer } else { Self::Given }
    }
}

/// What an expression gave.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Given(Value, Origin),
    Absent(Lack),
}

/// Why it gave nothing.
#[derive(Debug, Clone)]
pub(super) enum Lack {
    NotGiven,
    Empty(String),
    NoValue(Place),
}

impl Lack {
    /// Of an expression that lacks both: what must not be taken for "not given" wins.
    fn or(self, other: Self) -> Self {
        if matches!(self, Self::NotGiven) { other } else { self }
    }
}

impl Cell {
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Given(value, _) => value.downcast_object_ref::<Record>().is_some() || value.is_true(),
            Self::Absent(_) => false,
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::Given(_, origin) => *origin,
            Self::Absent(Lack::Empty(_)) => Origin::Answer,
            Self::Absent(_) => Origin::Given,
        }
    }

    fn bool(value: bool, origin: Origin) -> Self {
        Self::Given(Value::from(value), Origin::Given.with(origin))
    }
}

/// One evaluation of one template.
pub(super) struct Machine<'t> {
    pub(super) source: &'t str,
    pub(super) scope: &'t Scope,
    pub(super) mode: Mode,
    pub(super) locals: Vec<(&'t str, Cell)>,
    /// Where the locals of the innermost block begin.
    pub(super) frame: usize,
    /// The text of the block that a filter without input applies to.
    pub(super) block: Option<Value>,
    fuel: u64,
    state: Option<State<'static, 'static>>,
}

impl<'t> Machine<'t> {
    pub(super) fn new(source: &'t str, scope: &'t Scope, mode: Mode) -> Self {
        Self { source, scope, mode, locals: Vec::new(), frame: 0, block: None, fuel: FUEL, state: None }
    }

    pub(super) fn burn(&mut self, steps: usize) -> Result<(), Error> {
        match self.fuel.checked_sub(steps as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(Error::Fuel { limit: FUEL })
            }
        }
    }

    fn expression(&self, place: Place) -> String {
        self.source.get(place.range()).unwrap_or(self.source).to_owned()
    }

    pub(super) fn error(&self, place: Place, message: impl std::fmt::Display) -> Error {
        Error::Runtime { message: message.to_string(), expression: self.expression(place), range: place.range() }
    }

    fn refused(&self, place: Place, error: &minijinja::Error) -> Error {
        match error.detail() {
            Some(detail) => self.error(place, detail),
            None => self.error(place, error.kind()),
        }
    }

    fn missing(&self, origin: Origin, place: Place) -> Cell {
        Cell::Absent(match origin {
            Origin::Given => Lack::NotGiven,
            Origin::Answer => Lack::Empty(self.expression(place)),
            Origin::Environment => Lack::NoValue(place),
        })
    }

    /// What an operator, filter or function made.
    fn made(&self, value: Value, origin: Origin, place: Place) -> Result<Cell, Error> {
        let large = |limit: usize, unit: &str| Error::TooLarge { limit: format!("{limit} {unit}") };
        let origin = Origin::Given.with(origin);
        match value.kind() {
            ValueKind::Undefined => return Ok(self.missing(origin, place)),
            ValueKind::Invalid => return Err(self.error(place, &value)),
            ValueKind::String if value.as_str().is_some_and(|text| text.len() > MAX_TEXT) => {
                return Err(large(MAX_TEXT, "bytes"));
            }
            ValueKind::Seq | ValueKind::Iterable => {
                if value.len().is_some_and(|len| len > MAX_ELEMENTS) {
                    return Err(large(MAX_ELEMENTS, "elements"));
                }
                if self.mode != Mode::People && json::has_undefined(&value) {
                    return Ok(self.missing(origin, place));
                }
            }
            _ => {}
        }
        Ok(Cell::Given(value, origin))
    }

    /// What an attribute or an element is.
    fn found(&self, found: Result<Value, minijinja::Error>, origin: Origin, place: Place) -> Cell {
        match found {
            Ok(value) if value.is_undefined() => self.missing(origin, place),
            Ok(value)
                if value.is_none()
                    && (origin == Origin::Environment || (origin == Origin::Answer && self.mode == Mode::Domain)) =>
            {
                self.missing(origin, place)
            }
            Ok(value) => Cell::Given(value, origin),
            Err(_) => self.missing(origin, place),
        }
    }

    pub(super) fn eval(&mut self, node: &'t Node) -> Result<Cell, Error> {
        self.burn(1)?;
        let place = node.place;
        match &node.kind {
            Kind::Constant(value) => Ok(Cell::Given(value.clone(), Origin::Given)),
            Kind::Variable(name) => Ok(self.variable(name, place)),
            Kind::Attribute(base, name) => Ok(match self.eval(base)? {
                Cell::Given(value, origin) => self.found(value.get_attr(name), origin, place),
                absent @ Cell::Absent(_) => absent,
            }),
            Kind::Item(parts) => {
                let (base, key) = (self.eval(&parts.0)?, self.eval(&parts.1)?);
                Ok(match (base, key) {
                    (Cell::Given(value, origin), Cell::Given(key, _)) => {
                        self.found(value.get_item(&plain(key)), origin, place)
                    }
                    (Cell::Absent(a), Cell::Absent(b)) => Cell::Absent(a.or(b)),
                    (absent @ Cell::Absent(_), _) | (_, absent @ Cell::Absent(_)) => absent,
                })
            }
            Kind::Slice(parts) => self.slice(parts, place),
            Kind::Not(operand) => {
                let operand = self.eval(operand)?;
                Ok(Cell::bool(!operand.is_true(), operand.origin()))
            }
            Kind::Negative(operand) => match self.eval(operand)? {
                Cell::Given(value, origin) => {
                    let value = builtins::negative(plain(value)).map_err(|error| self.refused(place, &error))?;
                    self.made(value, origin, place)
                }
                absent @ Cell::Absent(_) => Ok(absent),
            },
            Kind::And(parts) => {
                let left = self.eval(&parts.0)?;
                if left.is_true() { self.eval(&parts.1) } else { Ok(left) }
            }
            Kind::Or(parts) => {
                let left = self.eval(&parts.0)?;
                if left.is_true() { Ok(left) } else { self.eval(&parts.1) }
            }
            Kind::Arithmetic(operator, parts) => self.arithmetic(*operator, parts, place),
            Kind::Concatenate(parts) => self.concatenate(parts, place),
            Kind::Compare(left, rest) => self.compare(left, rest),
            Kind::If(conditional) => self.conditional(conditional, place),
            Kind::Filter(filter) => self.filter(filter, place),
            Kind::Test(test) => self.test(test, place),
            Kind::Call(name, arguments) => self.call(name, arguments, place),
            Kind::LoopMethod(method, arguments) => self.loop_method(*method, arguments, place),
            Kind::List(items) => self.list(items),
            Kind::Map(pairs) => self.map(pairs, place),
        }
    }

    fn variable(&self, name: &str, place: Place) -> Cell {
        if let Some((_, cell)) = self.locals.iter().rev().find(|(known, _)| *known == name) {
            return cell.clone();
        }
        match self.scope.get(name) {
            Some(Binding::Given(value)) => Cell::Given(value.clone(), Origin::Given),
            Some(Binding::Answer(value)) => Cell::Given(value.clone(), Origin::Answer),
            Some(Binding::Environment(value)) => Cell::Given(value.clone(), Origin::Environment),
            Some(Binding::Absent(Cause::NotGiven)) => Cell::Absent(Lack::NotGiven),
            Some(Binding::Absent(Cause::Empty(text))) => Cell::Absent(Lack::Empty(text.clone())),
            None if matches!(name, "user" | "bundle" | "odoo") => Cell::Absent(Lack::NoValue(place)),
            None => Cell::Absent(Lack::NotGiven),
        }
    }

    /// The values of all the nodes, or why one of them is absent.
    fn all(&mut self, nodes: impl IntoIterator<Item = &'t Node>) -> Result<Result<(Vec<Value>, Origin), Lack>, Error> {
        let mut values = Vec::new();
        let mut origin = Origin::Given;
        let mut lack: Option<Lack> = None;
        for node in nodes {
            match self.eval(node)? {
                Cell::Given(value, its) => {
                    values.push(value);
                    origin = origin.with(its);
                }
                Cell::Absent(its) => {
                    lack = Some(match lack {
                        None => its,
                        Some(lack) => lack.or(its),
                    });
                }
            }
        }
        Ok(match lack {
            None => Ok((values, origin)),
            Some(lack) => Err(lack),
        })
    }

    fn slice(&mut self, parts: &'t [Option<Node>; 4], place: Place) -> Result<Cell, Error> {
        let (values, origin) = match self.all(parts.iter().flatten())? {
            Ok(given) => given,
            Err(lack) => return Ok(Cell::Absent(lack)),
        };
        let mut values = values.into_iter();
        let mut next = |part: &Option<Node>| part.as_ref().and_then(|_| values.next()).map_or(Value::from(()), plain);
        let [a, b, c, d] = parts;
        let sliced =
            builtins::slice(next(a), next(b), next(c), next(d)).map_err(|error| self.refused(place, &error))?;
        self.made(sliced, origin, place)
    }

    fn arithmetic(&mut self, operator: Arithmetic, parts: &'t (Node, Node), place: Place) -> Result<Cell, Error> {
        let (left, right) = (self.eval(&parts.0)?, self.eval(&parts.1)?);
        match (left, right) {
            (Cell::Given(a, a_origin), Cell::Given(b, b_origin)) => {
                let value =
                    builtins::arithmetic(operator, plain(a), plain(b)).map_err(|error| self.refused(place, &error))?;
                self.made(value, a_origin.with(b_origin), place)
            }
            (Cell::Absent(a), Cell::Absent(b)) => Ok(Cell::Absent(a.or(b))),
            (absent @ Cell::Absent(_), _) | (_, absent @ Cell::Absent(_)) => Ok(absent),
        }
    }

    fn concatenate(&mut self, parts: &'t (Node, Node), place: Place) -> Result<Cell, Error> {
        let mut text = String::new();
        let mut origin = Origin::Given;
        let mut lack: Option<Lack> = None;
        for part in [&parts.0, &parts.1] {
            match self.eval(part)? {
                Cell::Given(value, its) => {
                    text.push_str(&json::text(&value).map_err(|error| self.refused(place, &error))?);
                    origin = origin.with(its);
                }
                Cell::Absent(_) if self.mode == Mode::People => {}
                Cell::Absent(its) => lack = Some(lack.map_or(its.clone(), |lack| lack.or(its))),
            }
        }
        match lack {
            None => self.made(Value::from(text), origin, place),
            Some(lack) => Ok(Cell::Absent(lack)),
        }
    }

    fn compare(&mut self, left: &'t Node, rest: &'t [(Comparison, Node)]) -> Result<Cell, Error> {
        let mut left = self.eval(left)?;
        let mut result = Cell::bool(true, Origin::Given);
        for (operator, right) in rest {
            let place = right.place;
            let right = self.eval(right)?;
            result = self.compare_two(*operator, &left, &right, place)?;
            if !result.is_true() {
                break;
            }
            left = right;
        }
        Ok(result)
    }

    fn compare_two(&mut self, operator: Comparison, left: &Cell, right: &Cell, place: Place) -> Result<Cell, Error> {
        let origin = left.origin().with(right.origin());
        let (a, b) = match (left, right) {
            (Cell::Given(a, _), Cell::Given(b, _)) => (plain(a.clone()), plain(b.clone())),
            _ if matches!(operator, Comparison::Equal | Comparison::NotEqual) => {
                let both = matches!((left, right), (Cell::Absent(_), Cell::Absent(_)));
                return Ok(Cell::bool(both == (operator == Comparison::Equal), origin));
            }
            (Cell::Absent(a), Cell::Absent(b)) => return Ok(Cell::Absent(a.clone().or(b.clone()))),
            (absent @ Cell::Absent(_), _) | (_, absent @ Cell::Absent(_)) => return Ok(absent.clone()),
        };
        self.burn(size(&a) + size(&b))?;
        let is = match operator {
            Comparison::Equal => a == b,
            Comparison::NotEqual => a != b,
            Comparison::Less => self.order(&a, &b, place)? == Ordering::Less,
            Comparison::LessOrEqual => self.order(&a, &b, place)? != Ordering::Greater,
            Comparison::Greater => self.order(&a, &b, place)? == Ordering::Greater,
            Comparison::GreaterOrEqual => self.order(&a, &b, place)? != Ordering::Less,
            Comparison::In | Comparison::NotIn => {
                let within = builtins::within(a, b).map_err(|error| self.refused(place, &error))?;
                within == (operator == Comparison::In)
            }
        };
        Ok(Cell::bool(is, origin))
    }

    /// Minijinja orders a text after every number; nobody who writes `amount > 1000` wants that.
    fn order(&self, a: &Value, b: &Value, place: Place) -> Result<Ordering, Error> {
        let kind = |value: &Value| match value.kind() {
            ValueKind::Iterable => ValueKind::Seq,
            other => other,
        };
        if kind(a) != kind(b) || matches!(kind(a), ValueKind::Map | ValueKind::None) {
            return Err(self.error(place, format!("a {} and a {} have no order", name_of(a), name_of(b))));
        }
        Ok(a.cmp(b))
    }

    fn conditional(&mut self, it: &'t Conditional, place: Place) -> Result<Cell, Error> {
        let test = self.eval(&it.test)?;
        if test.is_true() {
            self.eval(&it.then)
        } else if let Some(otherwise) = &it.otherwise {
            self.eval(otherwise)
        } else if test.origin() == Origin::Answer {
            Ok(self.missing(Origin::Answer, place))
        } else {
            Ok(Cell::Absent(Lack::NotGiven))
        }
    }

    fn filter(&mut self, it: &'t Filter, place: Place) -> Result<Cell, Error> {
        let input = match &it.input {
            Some(input) => self.eval(input)?,
            None => Cell::Given(self.block.clone().unwrap_or_default(), Origin::Given),
        };
        if matches!(&*it.name, "default" | "d") {
            return self.default(input, &it.arguments);
        }
        let arguments = self.arguments(&it.arguments)?;
        let (input, arguments, origin) = match (input, arguments) {
            (Cell::Given(value, origin), Ok((arguments, its))) => (value, arguments, origin.with(its)),
            (Cell::Absent(a), Err(b)) => return Ok(Cell::Absent(a.or(b))),
            (absent @ Cell::Absent(_), _) => return Ok(absent),
            (_, Err(lack)) => return Ok(Cell::Absent(lack)),
        };
        let input = if keeps_records(&it.name) { input } else { plain_inside(input) };
        self.burn(size(&input))?;
        builtins::check_bounds(&it.name, &input, &arguments).map_err(|message| self.error(place, message))?;
        let mut all = Vec::with_capacity(1 + arguments.len());
        all.push(input);
        all.extend(arguments);
        let result = self.state().apply_filter(&it.name, &all);
        let value = result.map_err(|error| self.refused(place, &error))?;
        self.made(value, origin, place)
    }

    /// `x | default(1)`; an empty field of an earlier answer counts as absent here.
    fn default(&mut self, input: Cell, arguments: &'t [Argument]) -> Result<Cell, Error> {
        let find = |names: [&str; 2], position: usize| {
            arguments
                .iter()
                .find(|argument| argument.name.as_deref().is_some_and(|name| names.contains(&name)))
                .or_else(|| arguments.get(position).filter(|argument| argument.name.is_none()))
        };
        let lax = match find(["boolean", "lax"], 1) {
            Some(argument) => self.eval(&argument.value)?.is_true(),
            None => false,
        };
        let keep = match &input {
            Cell::Absent(_) => false,
            Cell::Given(value, Origin::Answer) if value.is_none() => false,
            given => !lax || given.is_true(),
        };
        if keep {
            return Ok(input);
        }
        match find(["value", "default_value"], 0) {
            Some(argument) => self.eval(&argument.value),
            None => Ok(Cell::Given(Value::from(""), Origin::Given)),
        }
    }

    fn test(&mut self, it: &'t Test, place: Place) -> Result<Cell, Error> {
        let subject = self.eval(&it.subject)?;
        let origin = subject.origin();
        let operator = match &*it.name {
            "defined" => return Ok(Cell::bool(matches!(subject, Cell::Given(..)), origin)),
            "undefined" => return Ok(Cell::bool(matches!(subject, Cell::Absent(_)), origin)),
            "eq" | "equalto" | "==" => Some(Comparison::Equal),
            "ne" | "!=" => Some(Comparison::NotEqual),
            "lt" | "lessthan" | "<" => Some(Comparison::Less),
            "le" | "<=" => Some(Comparison::LessOrEqual),
            "gt" | "greaterthan" | ">" => Some(Comparison::Greater),
            "ge" | ">=" => Some(Comparison::GreaterOrEqual),
            "in" => Some(Comparison::In),
            _ => None,
        };
        if let (Some(operator), [argument]) = (operator, it.arguments.as_slice()) {
            let argument = self.eval(&argument.value)?;
            return self.compare_two(operator, &subject, &argument, place);
        }
        let (arguments, its) = match self.arguments(&it.arguments)? {
            Ok(given) => given,
            Err(lack) => return Ok(Cell::Absent(lack)),
        };
        let Cell::Given(value, _) = subject else {
            return Ok(Cell::bool(false, origin));
        };
        let mut all = vec![plain_inside(value)];
        all.extend(arguments);
        let result = self.state().perform_test(&it.name, &all);
        let is = result.map_err(|error| self.refused(place, &error))?;
        Ok(Cell::bool(is, origin.with(its)))
    }

    /// The arguments of a call as minijinja takes them: the named ones as the last.
    fn arguments(&mut self, arguments: &'t [Argument]) -> Result<Result<(Vec<Value>, Origin), Lack>, Error> {
        Ok(self.all(arguments.iter().map(|argument| &argument.value))?.map(|(values, origin)| {
            let mut positional = Vec::with_capacity(values.len());
            let mut named = Vec::new();
            for (argument, value) in arguments.iter().zip(values) {
                let value = plain_inside(value);
                match &argument.name {
                    None => positional.push(value),
                    Some(name) => named.push((name.to_string(), value)),
                }
            }
            if !named.is_empty() {
                positional.push(Value::from(Kwargs::from_iter(named)));
            }
            (positional, origin)
        }))
    }

    fn call(&mut self, name: &str, arguments: &'t [Argument], place: Place) -> Result<Cell, Error> {
        let (arguments, origin) = match self.arguments(arguments)? {
            Ok(given) => given,
            Err(lack) => return Ok(Cell::Absent(lack)),
        };
        let result = if DATE_FUNCTIONS.contains(&name) {
            self.scope.clock().call(name, &arguments)
        } else if name == "namespace" {
            Namespace::make(&arguments)
        } else {
            let state = self.state();
            match state.lookup(name) {
                Some(function) => function.call(state, &arguments),
                None => Err(minijinja::Error::from(minijinja::ErrorKind::UnknownFunction)),
            }
        };
        let value = result.map_err(|error| self.refused(place, &error))?;
        self.made(value, origin, place)
    }

    fn loop_method(&mut self, method: LoopMethod, arguments: &'t [Argument], place: Place) -> Result<Cell, Error> {
        let (arguments, origin) = match self.arguments(arguments)? {
            Ok(given) => given,
            Err(lack) => return Ok(Cell::Absent(lack)),
        };
        let Cell::Given(value, _) = self.variable("loop", place) else {
            return Err(self.error(place, "there is no loop here"));
        };
        let Some(variable) = value.downcast_object_ref::<LoopVariable>() else {
            return Err(self.error(place, "there is no loop here"));
        };
        let value = match method {
            LoopMethod::Cycle => variable.cycle(&arguments),
            LoopMethod::Changed => Value::from(variable.changed(arguments)),
        };
        self.made(value, origin, place)
    }

    fn list(&mut self, items: &'t [Node]) -> Result<Cell, Error> {
        if self.mode == Mode::People {
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                values.push(match self.eval(item)? {
                    Cell::Given(value, _) => value,
                    Cell::Absent(_) => Value::from(()),
                });
            }
            return Ok(Cell::Given(Value::from(values), Origin::Given));
        }
        Ok(match self.all(items)? {
            Ok((values, origin)) => Cell::Given(Value::from(values), origin),
            Err(lack) => Cell::Absent(lack),
        })
    }

    fn map(&mut self, pairs: &'t [(Node, Node)], place: Place) -> Result<Cell, Error> {
        let mut made = Vec::with_capacity(pairs.len());
        let mut origin = Origin::Given;
        let mut lack: Option<Lack> = None;
        for (key, value) in pairs {
            match (self.eval(key)?, self.eval(value)?) {
                (Cell::Given(key, a), Cell::Given(value, b)) => {
                    let key = json::text(&key).map_err(|error| self.refused(place, &error))?;
                    made.push((key, value));
                    origin = origin.with(a).with(b);
                }
                (Cell::Given(..), Cell::Absent(_)) if self.mode == Mode::People => {}
                (Cell::Absent(its), _) | (_, Cell::Absent(its)) => {
                    lack = Some(lack.map_or(its.clone(), |lack| lack.or(its)))
                }
            }
        }
        Ok(match lack {
            None => Cell::Given(Value::from_pairs(made), origin),
            Some(lack) => Cell::Absent(lack),
        })
    }

    fn state(&mut self) -> &mut State<'static, 'static> {
        let scope = self.scope;
        self.state.get_or_insert_with(|| {
            let environment: &'static minijinja::Environment<'static> = &builtins::ENVIRONMENT;
            let mut state = environment.empty_state();
            state.get_or_insert_extension(scope.clock().clone());
            state
        })
    }
}

/// Steps that going through a value once costs.
fn size(value: &Value) -> usize {
    match value.as_str() {
        Some(text) => text.len() / 64,
        None => value.len().unwrap_or(1),
    }
}

fn name_of(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Bool => "boolean",
        ValueKind::Number => "number",
        ValueKind::String => "text",
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "table",
        ValueKind::None => "none",
        _ => "value",
    }
}

/// A record is its id, except for its attributes.
fn plain(value: Value) -> Value {
    match value.downcast_object_ref::<Record>() {
        Some(record) => Value::from(record.id),
        None if value.kind() == ValueKind::Seq => plain_inside(value),
        None => value,
    }
}

/// The same for the elements of a list.
fn plain_inside(value: Value) -> Value {
    if let Some(record) = value.downcast_object_ref::<Record>() {
        return Value::from(record.id);
    }
    if value.kind() != ValueKind::Seq {
        return value;
    }
    let is_record = |item: Value| item.downcast_object_ref::<Record>().is_some();
    if !value.try_iter().is_ok_and(|mut items| items.any(is_record)) {
        return value;
    }
    match value.try_iter() {
        Ok(items) => Value::from(items.map(plain).collect::<Vec<_>>()),
        Err(_) => value,
    }
}

/// Filters that give elements back, or look at their attributes: a record stays a record.
fn keeps_records(filter: &str) -> bool {
    matches!(
        filter,
        "attr"
            | "batch"
            | "chain"
            | "count"
            | "first"
            | "groupby"
            | "last"
            | "length"
            | "list"
            | "map"
            | "rejectattr"
            | "reverse"
            | "selectattr"
            | "slice"
            | "join"
            | "sort"
            | "zip"
    )
}
