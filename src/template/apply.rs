//! Filters, tests and functions: their operands' absence is ours, what they do is minijinja's.

use minijinja::value::{Kwargs, Value, ValueKind};

use super::Error;
use super::builtins::{self, DATE_FUNCTIONS};
use super::evaluate::{Cell, Lack, Machine, Origin, size};
use super::objects::{LoopVariable, Namespace};
use super::scope::Record;
use super::tree::{Argument, Comparison, Filter, LoopMethod, Place, Test};

impl<'t> Machine<'t> {
    pub(super) fn filter(&mut self, it: &'t Filter, place: Place) -> Result<Cell, Error> {
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

    pub(super) fn test(&mut self, it: &'t Test, place: Place) -> Result<Cell, Error> {
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

    pub(super) fn call(&mut self, name: &str, arguments: &'t [Argument], place: Place) -> Result<Cell, Error> {
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

    pub(super) fn loop_method(
        &mut self,
        method: LoopMethod,
        arguments: &'t [Argument],
        place: Place,
    ) -> Result<Cell, Error> {
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
}

/// A record is its id, except for its attributes.
pub(super) fn plain(value: Value) -> Value {
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
