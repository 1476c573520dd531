//! Evaluating expressions, with absence as something that travels: through operators, filters and functions, until a test, `default`,
//! `or` or an `else` takes it up. What is a value, and how operators and filters work on it, is minijinja's.

use std::cmp::Ordering;

use minijinja::State;
use minijinja::value::{Value, ValueKind};

use super::apply::plain;
use super::builtins::{self, MAX_ELEMENTS, MAX_TEXT};
use super::scope::{Binding, Record, Scope};
use super::tree::{Arithmetic, Comparison, Conditional, Kind, Node, Place};
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
    /// The same, and nothing is equal to what is absent, nor unequal: a decision that nobody can make is not made.
    Decision,
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
    pub(super) fn with(self, other: Self) -> Self {
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
    pub(super) fn or(self, other: Self) -> Self {
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

    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Given(_, origin) => *origin,
            Self::Absent(Lack::Empty(_)) => Origin::Answer,
            Self::Absent(_) => Origin::Given,
        }
    }

    pub(super) fn bool(value: bool, origin: Origin) -> Self {
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

/// So many characters of a template are shown where it is too much work.
const SHOWN: usize = 60;

/// Enough of a template to find it again.
fn beginning(source: &str) -> String {
    match source.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", source.get(..end).unwrap_or_default()),
        None => source.to_owned(),
    }
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
                Err(Error::Fuel { limit: FUEL, template: beginning(self.source) })
            }
        }
    }

    fn expression(&self, place: Place) -> String {
        self.source.get(place.range()).unwrap_or(self.source).to_owned()
    }

    pub(super) fn error(&self, place: Place, message: impl std::fmt::Display) -> Error {
        Error::Runtime { message: message.to_string(), expression: self.expression(place), range: place.range() }
    }

    pub(super) fn refused(&self, place: Place, error: &minijinja::Error) -> Error {
        match error.detail() {
            Some(detail) => self.error(place, detail),
            None => self.error(place, error.kind()),
        }
    }

    pub(super) fn missing(&self, origin: Origin, place: Place) -> Cell {
        Cell::Absent(match origin {
            Origin::Given => Lack::NotGiven,
            Origin::Answer => Lack::Empty(self.expression(place)),
            Origin::Environment => Lack::NoValue(place),
        })
    }

    /// What an operator, filter or function made.
    pub(super) fn made(&self, value: Value, origin: Origin, place: Place) -> Result<Cell, Error> {
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
                if left.is_true() {
                    return Ok(left);
                }
                let right = self.eval(&parts.1)?;
                // A name on the left may be absent, a comparison with it may not.
                let open = self.mode == Mode::Decision
                    && matches!(parts.0.kind, Kind::Compare(..) | Kind::And(_) | Kind::Or(_));
                Ok(match left {
                    Cell::Absent(_) if open && !right.is_true() => left,
                    _ => right,
                })
            }
            Kind::Arithmetic(operator, parts) => self.arithmetic(*operator, parts, place),
            Kind::Concatenate(parts) => self.concatenate(parts, place),
            Kind::Compare(left, rest) => self.compare(left, rest, place),
            Kind::If(conditional) => self.conditional(conditional, place),
            Kind::Filter(filter) => self.filter(filter, place),
            Kind::Test(test) => self.test(test, place),
            Kind::Call(name, arguments) => self.call(name, arguments, place),
            Kind::LoopMethod(method, arguments) => self.loop_method(*method, arguments, place),
            Kind::List(items) => self.list(items),
            Kind::Map(pairs) => self.map(pairs, place),
        }
    }

    pub(super) fn variable(&self, name: &str, place: Place) -> Cell {
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
    pub(super) fn all(
        &mut self,
        nodes: impl IntoIterator<Item = &'t Node>,
    ) -> Result<Result<(Vec<Value>, Origin), Lack>, Error> {
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

    fn compare(&mut self, left: &'t Node, rest: &'t [(Comparison, Node)], place: Place) -> Result<Cell, Error> {
        let mut left = self.eval(left)?;
        let mut result = Cell::bool(true, Origin::Given);
        for (operator, right) in rest {
            let right = self.eval(right)?;
            result = self.compare_two(*operator, &left, &right, place)?;
            if !result.is_true() {
                break;
            }
            left = right;
        }
        Ok(result)
    }

    pub(super) fn compare_two(
        &mut self,
        operator: Comparison,
        left: &Cell,
        right: &Cell,
        place: Place,
    ) -> Result<Cell, Error> {
        let origin = left.origin().with(right.origin());
        let (a, b) = match (left, right) {
            (Cell::Given(a, _), Cell::Given(b, _)) => (plain(a.clone()), plain(b.clone())),
            _ if self.mode != Mode::Decision && matches!(operator, Comparison::Equal | Comparison::NotEqual) => {
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

    pub(super) fn state(&mut self) -> &mut State<'static, 'static> {
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
pub(super) fn size(value: &Value) -> usize {
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
