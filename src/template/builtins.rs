//! Filters, tests, functions and operators: minijinja's own, and ours in their place where theirs print Python or know no bounds.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error as MiniError, ErrorKind, Expression, State, UndefinedBehavior};

use super::dates::{self, Clock};
use super::json;
use super::tree::{Arithmetic, Kind};
use super::{Fault, suggest};

/// Texts, in bytes: of a whole rendered template and of anything on the way to it.
pub(super) const MAX_TEXT: usize = 4 << 20;
/// Elements of a list on the way.
pub(super) const MAX_ELEMENTS: usize = 1_000_000;
/// Widths and counts that a filter fills up to.
const MAX_WIDTH: i64 = 10_000;

/// Filters that a template may use: all of minijinja's but `pprint`, and `shift`.
const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "shift",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

/// Tests that a template may use.
const TESTS: &[&str] = &[
    "!=",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "safe",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Our own functions: reserved names.
pub(super) const DATE_FUNCTIONS: &[&str] = &["today", "now", "start_of", "end_of"];
/// Minijinja's, which an argument may be called after: a call and a name are told apart.
const OTHER_FUNCTIONS: &[&str] = &["range", "dict", "namespace"];

/// What Jinja's users reach for, and what it is called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("strftime", "dates are ISO text; `shift`, `start_of` and `end_of` move them"),
    ("date", "dates are ISO text; `shift`, `start_of` and `end_of` move them"),
    ("datetime", "dates are ISO text; use `now()` or `today()`"),
    ("uid", "use `user.id`"),
    ("context_today", "use `today()`"),
    ("time", "use `now()`"),
    ("relativedelta", "write `today(months=-1)`, or the filter `shift(months=-1)`"),
    ("timedelta", "write `today(days=-7)`, or the filter `shift(days=-7)`"),
    ("str", "use the filter `string`"),
    ("len", "use the filter `length`"),
    ("bool", "use the filter `bool`"),
    ("to_json", "use the filter `tojson`"),
    ("json", "use the filter `tojson`"),
    ("add_days", "use the filter `shift(days=1)`"),
];

fn elsewhere(name: &str) -> Option<String> {
    ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, hint)| (*hint).to_owned())
}

fn unknown(what: &str, name: &str, known: &[&'static str]) -> Fault {
    let fault = Fault::new(format!("unknown {what} `{name}`"));
    match elsewhere(name).or_else(|| suggest::did_you_mean(name, known.iter().copied())) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

pub(super) fn check_filter(name: &str, arguments: usize) -> Result<(), Fault> {
    if !FILTERS.contains(&name) {
        return Err(unknown("filter", name, FILTERS));
    }
    if matches!(name, "default" | "d") && arguments > 2 {
        return Err(Fault::new("`default` takes one value, and `true` to replace false and empty ones too"));
    }
    Ok(())
}

pub(super) fn check_test(name: &str) -> Result<(), Fault> {
    if TESTS.contains(&name) { Ok(()) } else { Err(unknown("test", name, TESTS)) }
}

pub(super) fn check_function(name: &str) -> Result<(), Fault> {
    if DATE_FUNCTIONS.contains(&name) || OTHER_FUNCTIONS.contains(&name) {
        return Ok(());
    }
    if FILTERS.contains(&name) && elsewhere(name).is_none() {
        return Err(Fault::new(format!("`{name}` is a filter, not a function")).hint(format!("write `value | {name}`")));
    }
    let known: Vec<_> = DATE_FUNCTIONS.iter().chain(OTHER_FUNCTIONS).copied().collect();
    Err(unknown("function", name, &known))
}

/// Values are JSON, which has no methods.
pub(super) fn method_fault(name: &str) -> Fault {
    let fault = Fault::new(format!("`.{name}()` is a method, and values have none here"));
    match name {
        "get" => fault.hint("write `value.key | default(…)`"),
        "startswith" => fault.hint("write `value is startingwith(\"…\")`"),
        "endswith" => fault.hint("write `value is endingwith(\"…\")`"),
        "strip" => fault.hint("use the filter `trim`"),
        "today" | "now" => fault.hint("write `today()` or `now()`"),
        _ if FILTERS.contains(&name) => fault.hint(format!("use the filter `{name}`")),
        _ => fault,
    }
}

/// A unit that is written out is checked when the file is loaded.
pub(super) fn check_units(kind: &Kind) -> Result<(), Fault> {
    let Kind::Call(name, arguments) = kind else { return Ok(()) };
    if !matches!(&**name, "start_of" | "end_of") {
        return Ok(());
    }
    let Some(unit) = arguments
        .iter()
        .find(|argument| argument.name.as_deref() == Some("unit"))
        .or_else(|| arguments.first().filter(|argument| argument.name.is_none()))
    else {
        return Err(Fault::new(format!("`{name}` needs a unit")).hint(format!("write `{name}(\"month\")`")));
    };
    if let Kind::Constant(value) = &unit.value.kind {
        dates::Unit::read(value.as_str().unwrap_or_default())
            .map_err(|message| Fault::new(message).at(unit.value.place.range()))?;
    }
    Ok(())
}

/// One for all templates: it holds no template, only filters and tests.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_debug(false);
    environment.add_filter("shift", shift);
    environment.add_filter("tojson", tojson);
    environment.add_filter("string", |value: &Value| json::text(value));
    environment.add_filter("join", join);
    environment.add_filter("map", map);
    for name in ["lower", "upper", "title", "capitalize", "trim", "e", "escape"] {
        if let Some(original) = filter(&environment, name) {
            // Text of a boolean or of nothing is ours, not Python's.
            environment.add_filter(name, move |state: &mut State<'_, '_>, value: &Value, rest: Rest<ValueOrKwargs>| {
                let mut arguments = vec![as_text(value)?];
                arguments.extend(rest.into_values());
                original.call(state, &arguments)
            });
        }
    }
    environment
});

/// Minijinja keeps its filters to itself, but hands out functions of that name.
fn filter(_environment: &Environment<'_>, name: &str) -> Option<Value> {
    use minijinja::filters;
    Some(match name {
        "lower" => Value::from_function(filters::lower),
        "upper" => Value::from_function(filters::upper),
        "title" => Value::from_function(filters::title),
        "capitalize" => Value::from_function(filters::capitalize),
        "trim" => Value::from_function(filters::trim),
        "e" | "escape" => Value::from_function(filters::escape),
        _ => return None,
    })
}

fn as_text(value: &Value) -> Result<Value, MiniError> {
    match value.kind() {
        ValueKind::Bool | ValueKind::None => json::text(value).map(Value::from),
        _ => Ok(value.clone()),
    }
}

fn shift(state: &State<'_, '_>, date: &str, kwargs: Kwargs) -> Result<String, MiniError> {
    let clock = state
        .get_extension::<Clock>()
        .ok_or_else(|| MiniError::new(ErrorKind::InvalidOperation, "there is no clock"))?;
    let shift = dates::Shift::read(&kwargs)?;
    kwargs.assert_all_used()?;
    clock.shift(date, &shift).map_err(|message| MiniError::new(ErrorKind::InvalidOperation, message))
}

fn tojson(value: &Value, indent: Option<Value>, kwargs: Kwargs) -> Result<String, MiniError> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => kwargs.get::<Option<Value>>("indent")?,
    };
    kwargs.assert_all_used()?;
    let value = json::from_value(value).map_err(|message| MiniError::new(ErrorKind::InvalidOperation, message))?;
    let pretty = indent.is_some_and(|indent| indent.is_true());
    let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    text.map_err(|error| MiniError::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn join(value: &Value, joiner: Option<&str>, attribute: Option<&str>, kwargs: Kwargs) -> Result<String, MiniError> {
    let joiner = match joiner {
        Some(joiner) => joiner.to_owned(),
        None => kwargs.get::<Option<String>>("d")?.unwrap_or_default(),
    };
    let attribute = match attribute {
        Some(attribute) => Some(attribute.to_owned()),
        None => kwargs.get::<Option<String>>("attribute")?,
    };
    kwargs.assert_all_used()?;
    let mut text = String::new();
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            text.push_str(&joiner);
        }
        let item = match &attribute {
            None => item,
            Some(path) => path
                .split('.')
                .try_fold(item, |item, key| if item.is_undefined() { Ok(item) } else { item.get_attr(key) })?,
        };
        text.push_str(&json::text(&item)?);
        if text.len() > MAX_TEXT {
            return Err(MiniError::new(ErrorKind::InvalidOperation, "the joined text is too long"));
        }
    }
    Ok(text)
}

/// Minijinja's drops the named arguments of the filter that is mapped: `map("shift", days=1)` would move nothing.
fn map(state: &mut State<'_, '_>, value: &Value, rest: Rest<ValueOrKwargs>) -> Result<Value, MiniError> {
    let rest = rest.into_values();
    let named = rest.last().filter(|last| last.is_kwargs());
    let by_attribute = match named {
        Some(named) => Kwargs::try_from(named.clone())?.has("attribute"),
        None => false,
    };
    let (Some((name, arguments)), false) = (rest.split_first(), by_attribute) else {
        let mut all = vec![value.clone()];
        all.extend(rest.iter().cloned());
        return Value::from_function(minijinja::filters::map).call(state, &all);
    };
    let name = name.as_str().filter(|name| FILTERS.contains(name)).ok_or_else(|| {
        MiniError::new(ErrorKind::UnknownFilter, format!("`map` takes the name of a filter, not {name}"))
    })?;
    let mut mapped = Vec::new();
    for item in value.try_iter()? {
        check_bounds(name, &item, arguments).map_err(|message| MiniError::new(ErrorKind::InvalidOperation, message))?;
        let mut all = vec![item];
        all.extend(arguments.iter().cloned());
        mapped.push(state.apply_filter(name, &all)?);
    }
    Ok(Value::from(mapped))
}

/// What a filter would fill without bound is refused before it starts.
pub(super) fn check_bounds(filter: &str, input: &Value, arguments: &[Value]) -> Result<(), String> {
    match filter {
        "batch" | "slice" | "indent" => {
            let wide = |value: &Value| {
                value.as_i64().is_some_and(|n| n > MAX_WIDTH)
                    || Kwargs::try_from(value.clone()).is_ok_and(|kwargs| {
                        kwargs.args().any(|name| kwargs.peek::<i64>(name).is_ok_and(|n| n > MAX_WIDTH))
                    })
            };
            if arguments.iter().any(wide) {
                return Err(format!("`{filter}` takes at most {MAX_WIDTH}"));
            }
        }
        "replace" => {
            if let (Some(text), Some(from), Some(to)) =
                (input.as_str(), arguments.first().and_then(Value::as_str), arguments.get(1).and_then(Value::as_str))
            {
                let found = text.matches(from).count();
                if text.len().saturating_add(found.saturating_mul(to.len())) > MAX_TEXT {
                    return Err("the replaced text would be too long".to_owned());
                }
            }
        }
        "format" => {
            let format = input.as_str().unwrap_or_default();
            let wide = format.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 4);
            if wide || format.contains('*') {
                return Err(format!("`format` takes widths up to {MAX_WIDTH}, written out"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Minijinja has no public functions for its operators, but evaluates expressions that use them.
struct Operators {
    add: Expression<'static, 'static>,
    subtract: Expression<'static, 'static>,
    multiply: Expression<'static, 'static>,
    divide: Expression<'static, 'static>,
    floor_divide: Expression<'static, 'static>,
    remainder: Expression<'static, 'static>,
    power: Expression<'static, 'static>,
    negative: Expression<'static, 'static>,
    within: Expression<'static, 'static>,
    slice: Expression<'static, 'static>,
}

static OPERATORS: LazyLock<Result<Operators, MiniError>> = LazyLock::new(|| {
    let environment: &'static Environment<'static> = &ENVIRONMENT;
    Ok(Operators {
        add: environment.compile_expression("a + b")?,
        subtract: environment.compile_expression("a - b")?,
        multiply: environment.compile_expression("a * b")?,
        divide: environment.compile_expression("a / b")?,
        floor_divide: environment.compile_expression("a // b")?,
        remainder: environment.compile_expression("a % b")?,
        power: environment.compile_expression("a ** b")?,
        negative: environment.compile_expression("-a")?,
        within: environment.compile_expression("a in b")?,
        slice: environment.compile_expression("a[b:c:d]")?,
    })
});

fn operators() -> Result<&'static Operators, MiniError> {
    OPERATORS.as_ref().map_err(|error| MiniError::new(ErrorKind::InvalidOperation, error.to_string()))
}

pub(super) fn arithmetic(operator: Arithmetic, a: Value, b: Value) -> Result<Value, MiniError> {
    let operators = operators()?;
    if operator == Arithmetic::Multiply
        && let (Some(n), Some(len)) = (repeats(&a), repeats(&b))
        && (!a.is_number() || !b.is_number())
        && n.saturating_mul(len) > MAX_TEXT
    {
        return Err(MiniError::new(ErrorKind::InvalidOperation, "the repeated value would be too large"));
    }
    let expression = match operator {
        Arithmetic::Add => &operators.add,
        Arithmetic::Subtract => &operators.subtract,
        Arithmetic::Multiply => &operators.multiply,
        Arithmetic::Divide => &operators.divide,
        Arithmetic::FloorDivide => &operators.floor_divide,
        Arithmetic::Remainder => &operators.remainder,
        Arithmetic::Power => &operators.power,
    };
    expression.eval(minijinja::context! { a => a, b => b })
}

/// How often, or how long.
fn repeats(value: &Value) -> Option<usize> {
    if value.is_number() { value.as_usize() } else { value.len() }
}

pub(super) fn negative(a: Value) -> Result<Value, MiniError> {
    operators()?.negative.eval(minijinja::context! { a => a })
}

pub(super) fn within(a: Value, b: Value) -> Result<bool, MiniError> {
    operators()?.within.eval(minijinja::context! { a => a, b => b }).map(|value| value.is_true())
}

pub(super) fn slice(a: Value, b: Value, c: Value, d: Value) -> Result<Value, MiniError> {
    operators()?.slice.eval(minijinja::context! { a => a, b => b, c => c, d => d })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minijinja_has_every_filter_and_test_that_is_offered() {
        let mut state = ENVIRONMENT.empty_state();
        for name in FILTERS {
            let error = state.apply_filter(name, &[]).err().map(|error| error.kind());
            assert_ne!(error, Some(ErrorKind::UnknownFilter), "{name}");
        }
        for name in TESTS {
            let error = state.perform_test(name, &[]).err().map(|error| error.kind());
            assert_ne!(error, Some(ErrorKind::UnknownTest), "{name}");
        }
    }
}
