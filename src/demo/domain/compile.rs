//! From a domain to a question: Odoo's rules on operators, types and values.

use std::collections::HashSet;

use jiff::Span;
use serde_json::{Value, json};

use super::{
    Node,
    test::{Compare, Key, Part, Pattern, Test},
    tree::hierarchy,
    values::{day, instant, number, read_flag},
};
use crate::demo::{
    access, clock,
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    orm::search,
    value,
};

/// Compiles a domain for the caller: related models are searched here, with the caller's access.
///
/// # Errors
/// As Odoo: a field that is not there or not the caller's to read, a value that the operator or the type refuses.
pub(in crate::demo) fn compile(env: &Env<'_>, model: &Model, node: &Node) -> Outcome<Test> {
    Ok(match node {
        Node::Const(flag) => Test::Const(*flag),
        Node::Not(inner) => {
            let not = Test::Not(Box::new(compile(env, model, inner)?));
            match null_is_neither(env, model, inner) {
                Some(path) => Test::All(vec![not, condition(env, model, path, "!=", &json!(false))?]),
                None => not,
            }
        }
        Node::All(nodes) => Test::All(nodes.iter().map(|node| compile(env, model, node)).collect::<Outcome<_>>()?),
        Node::Any(nodes) => Test::Any(nodes.iter().map(|node| compile(env, model, node)).collect::<Outcome<_>>()?),
        Node::Condition { path, operator, value } => condition(env, model, path, operator, value)?,
    })
}

/// The field of a condition whose negation, until 18, was SQL's: of what is not set neither it nor its negation is true.
fn null_is_neither<'n>(env: &Env<'_>, model: &Model, node: &'n Node) -> Option<&'n str> {
    let Node::Condition { path, operator, .. } = node else { return None };
    let field = model.field(path).filter(|_| env.major() < 19)?;
    let neither = match operator.as_str() {
        "=like" | "=ilike" => matches!(field.kind, Kind::Char | Kind::Text),
        "=?" => field.kind == Kind::Many2one,
        // Within a model the hierarchy is one of ids, which are always set.
        "child_of" | "parent_of" => field.kind == Kind::Many2one && field.relation.as_ref() != Some(&model.name),
        _ => false,
    };
    neither.then_some(path)
}

pub(super) fn printed(path: &str, operator: &str, right: &Value) -> String {
    format!("({}, {}, {})", value::repr_text(path), value::repr_text(operator), value::repr(right))
}

fn condition(env: &Env<'_>, model: &Model, path: &str, operator: &str, right: &Value) -> Outcome<Test> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(field) = model.field(first) else {
        return Err(match env.major() {
            19.. => Fault::value(format!(
                "Invalid field {}.{first} in condition {}",
                model.name,
                printed(path, operator, right)
            )),
            _ => {
                Fault::value(format!("Invalid field {}.{first} in leaf {}", model.name, printed(path, operator, right)))
            }
        });
    };
    access::check_field(env, model, field, "read")?;
    if let Some(rest) = rest {
        return through(env, model, field, rest, operator, right);
    }
    match operator {
        "=?" if value::truthy(right) => return condition(env, model, path, "=", right),
        "=?" => return Ok(Test::Const(true)),
        "<>" => return condition(env, model, path, "!=", right),
        "==" => return condition(env, model, path, "=", right),
        "child_of" | "parent_of" => return hierarchy(env, model, field, operator, right),
        _ => {}
    }
    if field.name == "display_name" && !model.name_search.iter().any(|name| name == "display_name") {
        return named(env, model, field, operator, right);
    }
    // An old Odoo searches the path: a record that has nothing there is not found by an empty value either.
    let path = field.path().filter(|_| env.major() < 17 && !field.store && field.inherited.is_none());
    if let Some(path) = path.filter(|path| path.contains('.')) {
        return condition(env, model, path, operator, right);
    }
    if !field.is_searchable() {
        return unsearchable(env, model, field);
    }
    if matches!(operator, "any" | "not any") {
        return any(env, model, field, operator, right);
    }
    if operator.ends_with("like") {
        return like(env, model, field, operator, right);
    }
    match operator {
        "=" => membership(env, field, "in", &listed(right, true), right),
        "!=" => membership(env, field, "not in", &listed(right, true), right),
        "in" | "not in" => {
            let many = listed(right, false);
            if many.is_empty() || matches!(right, Value::Bool(false)) {
                return Ok(Test::Const(operator == "not in"));
            }
            membership(env, field, operator, &many, right)
        }
        _ => inequality(env, field, operator, right),
    }
}

/// The values after `=` or `in` as a list; after `=`, an empty list stands for "not set".
pub(super) fn listed(right: &Value, equality: bool) -> Vec<Value> {
    match right {
        Value::Array(items) if items.is_empty() && equality => vec![Value::Bool(false)],
        Value::Array(items) => {
            items.iter().map(|item| if item.is_null() { Value::Bool(false) } else { item.clone() }).collect()
        }
        one => vec![one.clone()],
    }
}

/// A path: a search of the related model, as `any` does it. A part of a date is not a relation.
fn through(env: &Env<'_>, model: &Model, field: &Field, rest: &str, operator: &str, right: &Value) -> Outcome<Test> {
    if env.major() >= 19
        && matches!(field.kind, Kind::Date | Kind::Datetime)
        && let Some(test) = date_part(field, rest, operator, right)
    {
        return Ok(test);
    }
    if !field.kind.relational() {
        return Err(match env.major() {
            19.. => Fault::value(format!(
                "Invalid field property {} on {}.{}",
                value::repr_text(rest),
                model.name,
                field.name
            )),
            _ => {
                // Python's class of the field: `Char`, `Datetime`.
                let name = field.kind.name();
                let class = format!(
                    "{}{}",
                    name.get(..1).unwrap_or_default().to_uppercase(),
                    name.get(1..).unwrap_or_default()
                );
                Fault::attribute(format!("'{class}' object has no attribute 'auto_join'"))
            }
        });
    }
    let inner = Node::condition(rest, operator, right.clone());
    linked(env, field, &inner, true)
}

fn date_part(field: &Field, rest: &str, operator: &str, right: &Value) -> Option<Test> {
    let part = Part::named(rest)?;
    let make = |how, than| Test::Part { field: field.name.clone(), part, how, than };
    let how = match operator {
        "=" | "in" => Compare::Equal,
        "!=" | "not in" => Compare::Different,
        "<" => Compare::Less,
        "<=" => Compare::LessOrEqual,
        ">" => Compare::More,
        ">=" => Compare::MoreOrEqual,
        _ => return None,
    };
    let numbers: Vec<i64> = listed(right, true).iter().filter_map(value::integer).collect();
    let mut tests: Vec<Test> = numbers.into_iter().map(|than| make(how, than)).collect();
    Some(match (tests.len(), how) {
        (1, _) => tests.pop()?,
        (_, Compare::Different) => Test::All(tests),
        _ => Test::Any(tests),
    })
}

/// The records whose relation leads to one that satisfies `inner`; not `positive`: all the others.
fn linked(env: &Env<'_>, field: &Field, inner: &Node, positive: bool) -> Outcome<Test> {
    let comodel = comodel(env, field)?;
    // A many2one leads to archived records too; an x2many is searched as the context says.
    let mut within = match field.kind {
        Kind::Many2one => env.active_test(false),
        _ => env.clone(),
    };
    if field.kind.many()
        && let Some(flag) = field.context.get("active_test")
    {
        within = within.active_test(value::truthy(flag));
    }
    // Odoo's `_inherits` brings no access rules of its own.
    if field.inherited.is_some() {
        within = within.sudo();
    }
    let ids = search::matching(&within, comodel, inner)?;
    let test = Test::Linked { field: field.name.clone(), ids: ids.into_iter().collect(), empty: false };
    Ok(if positive { test } else { Test::Not(Box::new(test)) })
}

pub(super) fn comodel<'e>(env: &Env<'e>, field: &Field) -> Outcome<&'static Model> {
    let relation = field.relation.as_deref().unwrap_or_default();
    env.registry.model(relation).ok_or_else(|| Fault::key(relation))
}

fn any(env: &Env<'_>, model: &Model, field: &Field, operator: &str, right: &Value) -> Outcome<Test> {
    let inner = Node::parse(right, env.major())?;
    let positive = operator == "any";
    if field.name == "id" {
        let test = compile(env, model, &inner)?;
        return Ok(if positive { test } else { Test::Not(Box::new(test)) });
    }
    if !field.kind.relational() {
        return Err(Fault::value(format!(
            "Cannot use 'any' with non-relational fields in condition {}",
            printed(&field.name, operator, right)
        )));
    }
    linked(env, field, &inner, positive)
}

/// A search by name: the fields of `_rec_names_search`.
fn named(env: &Env<'_>, model: &Model, field: &Field, operator: &str, right: &Value) -> Outcome<Test> {
    if env.major() < 17 {
        return unsearchable(env, model, field);
    }
    by_name(env, model, operator, right)
}

/// The records whose name stands in this relation to a text.
pub(in crate::demo) fn by_name(env: &Env<'_>, model: &Model, operator: &str, right: &Value) -> Outcome<Test> {
    let negative = operator.starts_with("not") || operator == "!=";
    if operator.ends_with("like") && !operator.contains('=') && !value::truthy(right) {
        return Ok(Test::Const(!negative));
    }
    let own = model.rec_name.iter().cloned().collect::<Vec<_>>();
    let names = if model.name_search.is_empty() { &own } else { &model.name_search };
    if names.is_empty() {
        return Ok(Test::Const(true));
    }
    let mut tests = Vec::new();
    for name in names {
        let last = last_field(env, model, name);
        let path = if last.is_some_and(|field| field.kind.relational()) {
            format!("{name}.display_name")
        } else {
            name.clone()
        };
        // A text that is no number cannot be the value of a number.
        let fits = |text: &Value| {
            !last.is_some_and(|field| field.kind.numeric())
                || text.as_str().is_none_or(|text| text.parse::<f64>().is_ok())
        };
        if operator.ends_with("like") || fits(right) {
            tests.push(condition(env, model, &path, operator, right)?);
        }
    }
    Ok(if negative { Test::All(tests) } else { Test::Any(tests) })
}

fn last_field<'m>(env: &Env<'_>, model: &'m Model, path: &str) -> Option<&'m Field>
where
    'static: 'm,
{
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field = model.field(first)?;
    match rest {
        None => Some(field),
        Some(rest) => last_field(env, env.registry.model(field.relation.as_deref()?)?, rest),
    }
}

fn unsearchable(env: &Env<'_>, model: &Model, field: &Field) -> Outcome<Test> {
    // Until 18 Odoo logs an error and goes on as if the condition were not there.
    if env.major() < 19 {
        return Ok(Test::Const(true));
    }
    Err(Fault::value(format!("Cannot convert {}.{} to SQL because it is not stored", model.name, field.name)))
}

fn like(env: &Env<'_>, model: &Model, field: &Field, operator: &str, right: &Value) -> Outcome<Test> {
    let negative = operator.starts_with("not");
    let exact = operator.contains('=');
    let positive = operator.strip_prefix("not ").unwrap_or(operator);
    let not = |test: Test| {
        if negative { Test::Not(Box::new(test)) } else { test }
    };
    if !value::truthy(right) {
        if field.kind.relational() || exact {
            let set = negative == exact;
            return condition(env, model, &field.name, if set { "!=" } else { "=" }, &Value::Bool(false));
        }
        if negative && env.major() < 18 {
            return condition(env, model, &field.name, "=", &Value::Bool(false));
        }
        return Ok(Test::Const(!negative));
    }
    if field.kind.relational() {
        let comodel = comodel(env, field)?;
        let within = if field.kind == Kind::Many2one { env.active_test(false) } else { env.clone() };
        let test = by_name(&within, comodel, positive, right)?;
        let ids = search::passing(&within, comodel, &test)?;
        return Ok(not(Test::Linked { field: field.name.clone(), ids: ids.into_iter().collect(), empty: false }));
    }
    let text = match right {
        Value::String(text) => text.clone(),
        other if exact => {
            return Err(Fault::type_error(format!(
                "The pattern to match must be a string in condition {}",
                printed(&field.name, operator, other)
            )));
        }
        other => value::str(other),
    };
    let whole = if exact { text } else { format!("%{text}%") };
    let pattern = Pattern::new(&whole, positive.ends_with("ilike"));
    Ok(not(Test::Like { field: field.name.clone(), pattern }))
}

fn membership(env: &Env<'_>, field: &Field, operator: &str, values: &[Value], right: &Value) -> Outcome<Test> {
    let positive = operator == "in";
    // Whether 0 and the empty text are the same as nothing at all (Odoo's `falsy_value`).
    let same = env.major() >= 18;
    let not = |test: Test| {
        if positive { test } else { Test::Not(Box::new(test)) }
    };
    if field.kind.relational() {
        return related(env, field, values).map(not);
    }
    let mut keys = Vec::new();
    let mut empty = false;
    if field.kind == Kind::Datetime {
        return moments(env, field, values, positive);
    }
    for one in values {
        if *one == Value::Bool(false) && field.kind != Kind::Boolean {
            // "Not set" is also the value that stands for nothing: 0, the empty text.
            empty = true;
            match field.kind {
                kind if kind.numeric() && same => keys.push(Key::Number(0.0)),
                kind if kind.textual() && same => keys.push(Key::Text(String::new())),
                _ => {}
            }
            continue;
        }
        if !same && field.kind != Kind::Boolean && !value::truthy(one) {
            if right.is_array() && one.is_number() {
                // In a list, 0 is the same as false (Python's `0 == False`).
                empty = true;
                continue;
            }
            // Beside 0 or the empty text, `!=` does not find what is not set.
            empty |= !positive;
        }
        match field.kind {
            Kind::Boolean => {
                let flag = match one {
                    Value::String(text) => read_flag(text, env.major()),
                    other => value::truthy(other),
                };
                keys.push(Key::Flag(flag));
                empty |= !flag;
            }
            Kind::Integer | Kind::Float | Kind::Monetary | Kind::Many2oneReference => {
                let number = number(field, one)?;
                empty |= same && number == 0.0;
                keys.push(Key::Number(number));
            }
            Kind::Date => keys.push(Key::Text(day(env, one)?)),
            _ => {
                let text = match one {
                    Value::String(text) => text.clone(),
                    other => value::str(other),
                };
                empty |= same && text.is_empty() && field.kind.textual();
                keys.push(Key::Text(text));
            }
        }
    }
    if field.name == "id" {
        let ids = values.iter().filter_map(|one| number(field, one).ok()).filter(|number| *number > 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "ids are small")]
        let ids: HashSet<i64> = ids.map(|number| number as i64).collect();
        return Ok(not(Test::Ids(ids)));
    }
    Ok(not(Test::In { field: field.name.clone(), values: keys, empty }))
}

/// Ids, names and "not set" after a relation.
fn related(env: &Env<'_>, field: &Field, values: &[Value]) -> Outcome<Test> {
    let mut ids: HashSet<i64> = HashSet::new();
    let mut empty = false;
    let mut names = Vec::new();
    for one in values {
        match one {
            Value::Bool(false) => empty = true,
            Value::Bool(true) => {
                ids.insert(1);
            }
            Value::Number(number) => ids.extend(number.as_i64()),
            Value::String(_) => names.push(one.clone()),
            other => {
                return Err(Fault::type_error(format!(
                    "Invalid value {} for the relation {}",
                    value::repr(other),
                    field.name
                )));
            }
        }
    }
    if !names.is_empty() {
        let comodel = comodel(env, field)?;
        let within = if field.kind == Kind::Many2one { env.active_test(false) } else { env.clone() };
        let test = by_name(&within, comodel, "in", &Value::Array(names))?;
        ids.extend(search::passing(&within, comodel, &test)?);
    }
    Ok(Test::Linked { field: field.name.clone(), ids, empty })
}

fn moments(env: &Env<'_>, field: &Field, values: &[Value], positive: bool) -> Outcome<Test> {
    let mut keys = Vec::new();
    let mut empty = false;
    for one in values {
        if *one == Value::Bool(false) {
            empty = true;
        } else {
            keys.push(Key::Text(clock::print(instant(env, one)?.0)));
        }
    }
    let test = Test::In { field: field.name.clone(), values: keys, empty };
    Ok(if positive { test } else { Test::Not(Box::new(test)) })
}

fn inequality(env: &Env<'_>, field: &Field, operator: &str, right: &Value) -> Outcome<Test> {
    let mut how = match operator {
        "<" => Compare::Less,
        "<=" => Compare::LessOrEqual,
        ">" => Compare::More,
        _ => Compare::MoreOrEqual,
    };
    let name = field.name.clone();
    let (than, empty) = match field.kind {
        Kind::Date | Kind::Datetime if *right == Value::Bool(false) => {
            return Ok(Test::Const(false));
        }
        Kind::Date => (Key::Text(day(env, right)?), false),
        Kind::Datetime => {
            let (mut at, only_day) = instant(env, right)?;
            // Before, up to its last second (and one that fell into the last second was after it).
            if only_day && env.major() < 19 && matches!(how, Compare::More | Compare::LessOrEqual) {
                at = at.checked_add(Span::new().seconds(86_399)).unwrap_or(at);
            }
            // A day after `>` and `<=` is the whole day, in 19.
            if only_day && env.major() >= 19 && matches!(how, Compare::More | Compare::LessOrEqual) {
                at = at.checked_add(Span::new().days(1)).unwrap_or(at);
                how = if how == Compare::More { Compare::MoreOrEqual } else { Compare::Less };
            }
            (Key::Text(clock::print(at)), false)
        }
        Kind::Integer | Kind::Float | Kind::Monetary | Kind::Many2oneReference => {
            let than = number(field, right)?;
            let null = match how {
                Compare::Less => 0.0 < than,
                Compare::LessOrEqual => 0.0 <= than,
                Compare::More => 0.0 > than,
                _ => 0.0 >= than,
            };
            (Key::Number(than), null && field.name != "id")
        }
        Kind::Boolean => (Key::Flag(value::truthy(right)), false),
        kind if kind.relational() => {
            if right.is_string() {
                let printed = printed(&name, operator, right);
                return Err(Fault::type_error(format!(
                    "Inequality not supported for relational field using a string in condition {printed}"
                )));
            }
            let than = value::integer(right).unwrap_or_default();
            let ids = comodel(env, field).map(|comodel| env.store.ids(&comodel.name))?;
            let ids = ids.into_iter().filter(|id| match how {
                Compare::Less => *id < than,
                Compare::LessOrEqual => *id <= than,
                Compare::More => *id > than,
                _ => *id >= than,
            });
            return Ok(Test::Linked { field: name, ids: ids.collect(), empty: false });
        }
        _ => {
            let text = if *right == Value::Bool(false) { String::new() } else { value::str(right) };
            let null = field.kind.textual()
                && match how {
                    Compare::Less => !text.is_empty(),
                    Compare::LessOrEqual => true,
                    Compare::More => false,
                    _ => text.is_empty(),
                };
            (Key::Text(text), null)
        }
    };
    Ok(Test::Compare { field: name, how, than, empty: empty && env.major() >= 18 })
}
