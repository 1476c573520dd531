//! `formatted_read_group` (19) and `read_group` (all): records counted and summed by the values of fields.

use std::cmp::Ordering;

use jiff::civil::Time;
use serde_json::{Map, Value, json};

use super::{
    period::{bucket, label, next},
    search,
};
use crate::demo::{
    access,
    clock::{self, When},
    domain::{Key, Node, Part},
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    value,
};

/// A grouping as asked for: `stage_id`, `create_date:month`, `partner_id.country_id`.
#[derive(Debug)]
struct Grouping<'m> {
    spec: String,
    path: String,
    field: &'m Field,
    unit: Option<String>,
}

/// An aggregate as asked for: `__count`, `amount_total:sum`.
#[derive(Debug)]
struct Aggregate<'m> {
    spec: String,
    field: Option<&'m Field>,
    function: String,
}

/// A group: its values, how to find its records, and the records.
#[derive(Debug)]
struct Group {
    keys: Vec<Value>,
    ids: Vec<i64>,
}

/// The arguments of a grouping.
#[derive(Debug, Default)]
pub(in crate::demo) struct Request {
    pub(in crate::demo) domain: Value,
    pub(in crate::demo) group_by: Vec<String>,
    pub(in crate::demo) aggregates: Vec<String>,
    pub(in crate::demo) having: Value,
    pub(in crate::demo) offset: usize,
    pub(in crate::demo) limit: Option<usize>,
    pub(in crate::demo) order: Option<String>,
}

fn grouping<'m>(env: &Env<'_>, model: &'m Model, spec: &str) -> Outcome<Grouping<'m>>
where
    'static: 'm,
{
    let (path, unit) = spec.split_once(':').map_or((spec, None), |(path, unit)| (path, Some(unit.to_owned())));
    let field = at_path(env, model, path)?;
    if !field.store && !field.is_groupable() && field.path().is_none() {
        return Err(Fault::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )));
    }
    let dated = matches!(field.kind, Kind::Date | Kind::Datetime);
    let unit = match (dated, unit) {
        (true, None) if env.major() >= 19 => {
            return Err(Fault::value(format!("Granularity not set on a date(time) field: '{spec}'")));
        }
        (true, None) => Some("month".to_owned()),
        (_, unit) => unit,
    };
    if let Some(unit) = &unit {
        let known = matches!(unit.as_str(), "hour" | "day" | "week" | "month" | "quarter" | "year")
            || Part::named(unit).is_some();
        if !dated || !known {
            return Err(Fault::value(format!("Granularity not supported: '{spec}'")));
        }
    }
    Ok(Grouping { spec: spec.to_owned(), path: path.to_owned(), field, unit })
}

fn at_path<'m>(env: &Env<'_>, model: &'m Model, path: &str) -> Outcome<&'m Field>
where
    'static: 'm,
{
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field =
        model.field(first).ok_or_else(|| Fault::value(format!("Invalid field '{first}' on model '{}'", model.name)))?;
    access::check_field(env, model, field, "read")?;
    match rest {
        None => Ok(field),
        Some(rest) => {
            let comodel = field.relation.as_deref().and_then(|relation| env.registry.model(relation));
            at_path(
                env,
                comodel.ok_or_else(|| Fault::value(format!("Invalid field '{path}' on model '{}'", model.name)))?,
                rest,
            )
        }
    }
}

fn aggregate<'m>(env: &Env<'_>, model: &'m Model, spec: &str) -> Outcome<Aggregate<'m>> {
    if spec == "__count" {
        return Ok(Aggregate { spec: spec.into(), field: None, function: "count".into() });
    }
    let (name, function) = spec
        .split_once(':')
        .ok_or_else(|| Fault::value(format!("Invalid aggregate/order_by specification '{spec}'.")))?;
    let field =
        model.field(name).ok_or_else(|| Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)))?;
    access::check_field(env, model, field, "read")?;
    let known = [
        "sum",
        "avg",
        "max",
        "min",
        "bool_and",
        "bool_or",
        "array_agg",
        "array_agg_distinct",
        "recordset",
        "count",
        "count_distinct",
        "sum_currency",
    ];
    if !known.contains(&function) {
        return Err(Fault::value(format!("Invalid aggregate method '{function}' for '{spec}'.")));
    }
    if !field.store {
        return Err(Fault::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )));
    }
    if matches!(function, "sum" | "avg") && !field.kind.numeric() {
        return Err(Fault::database(
            "psycopg2.errors.UndefinedFunction",
            format!("function {function}({}) does not exist\n", field.kind.name()),
        ));
    }
    let spec = if function == "recordset" { format!("{name}:array_agg") } else { spec.to_owned() };
    Ok(Aggregate { spec, field: Some(field), function: function.into() })
}

/// `formatted_read_group`.
pub(in crate::demo) fn formatted(env: &Env<'_>, model: &Model, request: &Request) -> Outcome<Vec<Value>> {
    let groupings = request.group_by.iter().map(|spec| grouping(env, model, spec)).collect::<Outcome<Vec<_>>>()?;
    let aggregates = request.aggregates.iter().map(|spec| aggregate(env, model, spec)).collect::<Outcome<Vec<_>>>()?;
    let mut groups = grouped(env, model, &request.domain, &groupings)?;
    having(env, model, &mut groups, &request.having)?;
    arrange(env, model, &mut groups, &groupings, &aggregates, request.order.as_deref())?;
    let groups = search::cut(groups, request.offset, request.limit);
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        let mut row = Map::new();
        let mut domains = Vec::new();
        for (grouping, key) in groupings.iter().zip(&group.keys) {
            row.insert(grouping.spec.clone(), shown(env, grouping, key, false));
            domains.push(condition(env, grouping, key));
        }
        row.insert("__extra_domain".into(), joined(domains));
        for aggregate in &aggregates {
            row.insert(aggregate.spec.clone(), computed(env, model, aggregate, &group.ids));
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

/// `read_group`, as 14 to 18 have it: labels for dates, `<field>_count` when lazy, `__domain` whole.
pub(in crate::demo) fn classic(env: &Env<'_>, model: &Model, request: &Request, lazy: bool) -> Outcome<Vec<Value>> {
    let used = if lazy { request.group_by.get(..1).unwrap_or_default() } else { request.group_by.as_slice() };
    let groupings = used.iter().map(|spec| grouping(env, model, spec)).collect::<Outcome<Vec<_>>>()?;
    let mut named: Vec<(String, Aggregate<'_>)> = Vec::new();
    for spec in request.aggregates.iter().filter(|spec| *spec != "__count") {
        if let Some((key, spec)) = alias(model, spec)
            && !used.iter().any(|used| used.split(':').next() == Some(key.as_str()))
        {
            named.push((key, aggregate(env, model, &spec)?));
        }
    }
    let mut groups = grouped(env, model, &request.domain, &groupings)?;
    let order = request.order.as_deref().map(|order| renamed(order, &named, &groupings));
    let aggregates: Vec<Aggregate<'_>> = named
        .iter()
        .map(|(_, one)| Aggregate { spec: one.spec.clone(), field: one.field, function: one.function.clone() })
        .collect();
    arrange(env, model, &mut groups, &groupings, &aggregates, order.as_deref())?;
    let groups = search::cut(groups, request.offset, request.limit);
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        let mut row = Map::new();
        let mut domains = Vec::new();
        let mut ranges = Map::new();
        for (grouping, key) in groupings.iter().zip(&group.keys) {
            row.insert(grouping.spec.clone(), shown(env, grouping, key, true));
            domains.push(condition(env, grouping, key));
            if let Some((from, to)) = range(grouping, key) {
                let name = if env.major() < 17 { grouping.path.clone() } else { grouping.spec.clone() };
                ranges.insert(name, json!({"from": from, "to": to}));
            }
        }
        let counted = match groupings.as_slice() {
            [one] if lazy => format!("{}_count", one.path.split('.').next().unwrap_or_default()),
            _ => "__count".into(),
        };
        row.insert(counted, json!(group.ids.len()));
        for (key, aggregate) in &named {
            let mut found = computed(env, model, aggregate, &group.ids);
            if env.major() < 17 && group.ids.is_empty() && found == Value::Bool(false) {
                found = json!(0.0);
            }
            row.insert(key.clone(), found);
        }
        let own = joined(domains);
        row.insert("__domain".into(), both(own, &request.domain));
        if !ranges.is_empty() {
            row.insert("__range".into(), Value::Object(ranges));
        }
        if lazy && request.group_by.len() > 1 {
            row.insert("__context".into(), json!({"group_by": request.group_by.get(1..)}));
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

/// `field`, `field:function`, `alias:function(field)`: the key of the answer, and the aggregate.
fn alias(model: &Model, spec: &str) -> Option<(String, String)> {
    if let Some((alias, rest)) = spec.split_once(':') {
        return Some(match rest.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((function, field)) => (alias.to_owned(), format!("{field}:{function}")),
            None => (alias.to_owned(), spec.to_owned()),
        });
    }
    let field = model.field(spec)?;
    let function = field.aggregator.clone().or_else(|| field.kind.numeric().then(|| "sum".to_owned()));
    let function = function.filter(|function| function != "none" && field.store && field.name != "id")?;
    Some((spec.to_owned(), format!("{spec}:{function}")))
}

fn renamed(order: &str, named: &[(String, Aggregate<'_>)], groupings: &[Grouping<'_>]) -> String {
    let terms = order.split(',').map(|term| {
        let (name, rest) = term.trim().split_once(' ').unwrap_or((term.trim(), ""));
        let counted = groupings.iter().any(|grouping| format!("{}_count", grouping.path) == name);
        let known = named.iter().find(|(key, _)| key == name).map(|(_, aggregate)| aggregate.spec.as_str());
        let grouped = groupings.iter().find(|grouping| grouping.path == name).map(|grouping| grouping.spec.as_str());
        let name = if counted { "__count" } else { known.or(grouped).unwrap_or(name) };
        format!("{name} {rest}")
    });
    terms.collect::<Vec<_>>().join(",")
}

fn grouped(env: &Env<'_>, model: &Model, domain: &Value, groupings: &[Grouping<'_>]) -> Outcome<Vec<Group>> {
    let node = Node::parse(domain, env.major())?;
    let ids = search::matching(env, model, &node)?;
    if groupings.is_empty() {
        return Ok(vec![Group { keys: Vec::new(), ids }]);
    }
    let sudo = env.sudo();
    let mut groups: Vec<Group> = Vec::new();
    for id in ids {
        // A many2many puts a record into a group for each of its records.
        let mut combined: Vec<Vec<Value>> = vec![Vec::new()];
        for grouping in groupings {
            let keys = keys(env, &sudo, model, id, grouping);
            combined = combined
                .iter()
                .flat_map(|before| keys.iter().map(|key| [before.as_slice(), std::slice::from_ref(key)].concat()))
                .collect();
        }
        for keys in combined {
            match groups.iter_mut().find(|group| group.keys == keys) {
                Some(group) => group.ids.push(id),
                None => groups.push(Group { keys, ids: vec![id] }),
            }
        }
    }
    Ok(groups)
}

fn keys(env: &Env<'_>, sudo: &Env<'_>, model: &Model, id: i64, grouping: &Grouping<'_>) -> Vec<Value> {
    let found = sudo.follow(model, id, &grouping.path);
    match (&found, grouping.field.kind, grouping.unit.as_deref()) {
        (_, kind, _) if kind.many() => match value::ids(&found) {
            ids if ids.is_empty() => vec![Value::Bool(false)],
            ids => ids.into_iter().map(|id| json!(id)).collect(),
        },
        (Value::Null, Kind::Boolean, _) => vec![Value::Bool(false)],
        (Value::Null, kind, _) if kind.numeric() => vec![grouping.field.empty()],
        (Value::Null, _, _) => vec![Value::Bool(false)],
        (Value::String(text), _, Some(unit)) => vec![bucket(env, text, grouping.field.kind, unit)],
        _ => vec![found],
    }
}

/// From and to (exclusive) of a date group, as text.
fn range(grouping: &Grouping<'_>, key: &Value) -> Option<(String, String)> {
    let unit = grouping.unit.as_deref()?;
    match clock::parse(key.as_str()?)? {
        When::Day(day) => Some((day.to_string(), next(day.to_datetime(Time::midnight()), unit).date().to_string())),
        When::Moment(at) => Some((clock::print(at), clock::print(next(at, unit)))),
    }
}

fn shown(env: &Env<'_>, grouping: &Grouping<'_>, key: &Value, classic: bool) -> Value {
    if *key == Value::Bool(false) {
        return key.clone();
    }
    if let (Some(unit), Some(text)) = (&grouping.unit, key.as_str()) {
        let label = label(env, text, unit);
        return if classic { json!(label) } else { json!([text, label]) };
    }
    if grouping.field.kind.relational() {
        let comodel = grouping.field.relation.as_deref().and_then(|relation| env.registry.model(relation));
        if let Some((comodel, id)) = comodel.zip(value::id(key)) {
            return json!([id, env.sudo().name(comodel, id)]);
        }
    }
    key.clone()
}

/// The condition that finds a group's records.
fn condition(env: &Env<'_>, grouping: &Grouping<'_>, key: &Value) -> Value {
    if let Some((through, rest)) = grouping.path.split_once('.').filter(|_| env.major() >= 19) {
        let inner = json!([[rest, "=", key]]);
        return match key {
            Value::Bool(false) => json!(["|", [through, "not any", []], [through, "any", inner]]),
            _ => json!([[through, "any", inner]]),
        };
    }
    if let Some((from, to)) = range(grouping, key) {
        return json!(["&", [grouping.path, ">=", from], [grouping.path, "<", to]]);
    }
    match &grouping.unit {
        Some(unit) if key.is_number() => json!([[format!("{}.{unit}", grouping.path), "=", key]]),
        _ => json!([[grouping.path, "=", key]]),
    }
}

/// Conditions side by side, joined as Odoo prints them.
fn joined(domains: Vec<Value>) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for _ in 1..domains.len() {
        items.push(json!("&"));
    }
    if domains.is_empty() {
        return json!([[1, "=", 1]]);
    }
    for domain in domains {
        items.extend(domain.as_array().cloned().unwrap_or_default());
    }
    Value::Array(items)
}

fn both(own: Value, domain: &Value) -> Value {
    let given = domain.as_array().cloned().unwrap_or_default();
    let trivial = own == json!([[1, "=", 1]]);
    if given.is_empty() {
        return own;
    }
    if trivial {
        return Value::Array(given);
    }
    let mut items = vec![json!("&")];
    items.extend(own.as_array().cloned().unwrap_or_default());
    items.extend(given);
    Value::Array(items)
}

fn computed(env: &Env<'_>, model: &Model, aggregate: &Aggregate<'_>, ids: &[i64]) -> Value {
    let Some(field) = aggregate.field else {
        return json!(ids.len());
    };
    let sudo = env.sudo().active_test(false);
    let values: Vec<Value> =
        ids.iter().map(|id| sudo.value(model, *id, field)).filter(|found| !found.is_null()).collect();
    let numbers = || values.iter().filter_map(Value::as_f64);
    let whole = field.kind == Kind::Integer;
    #[expect(clippy::cast_possible_truncation, reason = "sums of whole numbers are whole")]
    let number = |number: f64| {
        if whole { json!(number as i64) } else { json!(number) }
    };
    let distinct = || {
        let mut seen: Vec<&Value> = Vec::new();
        for found in &values {
            if !seen.contains(&found) {
                seen.push(found);
            }
        }
        seen
    };
    let best = |wanted: Ordering| {
        let keys = values.iter().filter(|found| Key::of(found).is_some());
        let order = |left: &&Value, right: &&Value| match (Key::of(left), Key::of(right)) {
            (Some(left), Some(right)) => left.order(&right),
            _ => Ordering::Equal,
        };
        let found = if wanted == Ordering::Greater { keys.max_by(order) } else { keys.min_by(order) };
        found.cloned().unwrap_or(Value::Bool(false))
    };
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    match aggregate.function.as_str() {
        "sum" | "sum_currency" | "avg" if ids.is_empty() => Value::Bool(false),
        "sum" | "sum_currency" => number(if field.kind == Kind::Float || whole {
            numbers().sum()
        } else {
            super::compute::round(numbers().sum())
        }),
        "avg" if values.is_empty() => Value::Bool(false),
        "avg" => json!(numbers().sum::<f64>() / values.len() as f64),
        "max" => best(Ordering::Greater),
        "min" => best(Ordering::Less),
        "bool_or" => json!(values.iter().any(value::truthy)),
        "bool_and" => json!(values.iter().all(value::truthy)),
        "count" => json!(values.len()),
        "count_distinct" => json!(distinct().len()),
        "array_agg_distinct" => json!(distinct()),
        _ => json!(values),
    }
}

fn having(env: &Env<'_>, model: &Model, groups: &mut Vec<Group>, having: &Value) -> Outcome<()> {
    for item in having.as_array().into_iter().flatten() {
        let (Some(spec), Some(operator), Some(limit)) = (
            item.get(0).and_then(Value::as_str),
            item.get(1).and_then(Value::as_str),
            item.get(2).and_then(Value::as_f64),
        ) else {
            return Err(Fault::value(format!("Invalid having clause {}", value::repr(having))));
        };
        let aggregate = aggregate(env, model, spec)?;
        let holds = |group: &Group| {
            let found = computed(env, model, &aggregate, &group.ids).as_f64().unwrap_or_default();
            match operator {
                ">" => found > limit,
                ">=" => found >= limit,
                "<" => found < limit,
                "<=" => found <= limit,
                "!=" => (found - limit).abs() > f64::EPSILON,
                _ => (found - limit).abs() <= f64::EPSILON,
            }
        };
        groups.retain(holds);
    }
    Ok(())
}

fn arrange(
    env: &Env<'_>,
    model: &Model,
    groups: &mut [Group],
    groupings: &[Grouping<'_>],
    aggregates: &[Aggregate<'_>],
    order: Option<&str>,
) -> Outcome<()> {
    let default = groupings.iter().map(|grouping| grouping.spec.clone()).collect::<Vec<_>>().join(",");
    let order = order.filter(|order| !order.trim().is_empty()).unwrap_or(&default);
    let mut terms: Vec<(Term<'_>, bool)> = Vec::new();
    for part in order.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, direction) = part.split_once(' ').map_or((part, ""), |(name, rest)| (name, rest.trim()));
        let descending = direction.to_lowercase().starts_with("desc");
        let by = groupings.iter().position(|grouping| grouping.spec == name || grouping.path == name);
        let term = match by {
            Some(index) => Term::Key(index),
            None => match aggregates.iter().find(|aggregate| aggregate.spec == name) {
                Some(known) => Term::Aggregate(Aggregate {
                    spec: known.spec.clone(),
                    field: known.field,
                    function: known.function.clone(),
                }),
                None => match aggregate(env, model, name) {
                    Ok(found) => Term::Aggregate(found),
                    Err(_) => {
                        return Err(Fault::value(format!(
                            "Order term '{name}' is not a valid aggregate nor valid groupby"
                        )));
                    }
                },
            },
        };
        terms.push((term, descending));
    }
    groups.sort_by(|left, right| {
        for (term, descending) in &terms {
            let order = match term {
                Term::Key(index) => by_key(env, groupings, *index, left, right, *descending),
                Term::Aggregate(aggregate) => {
                    let number = |group: &Group| {
                        Key::of(&computed(env, model, aggregate, &group.ids)).unwrap_or(Key::Number(0.0))
                    };
                    let order = number(left).order(&number(right));
                    if *descending { order.reverse() } else { order }
                }
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    });
    Ok(())
}

enum Term<'m> {
    Key(usize),
    Aggregate(Aggregate<'m>),
}

fn by_key(
    env: &Env<'_>,
    groupings: &[Grouping<'_>],
    index: usize,
    left: &Group,
    right: &Group,
    descending: bool,
) -> Ordering {
    let (Some(grouping), Some(one), Some(two)) = (groupings.get(index), left.keys.get(index), right.keys.get(index))
    else {
        return Ordering::Equal;
    };
    let empty = |key: &Value| *key == Value::Bool(false) && grouping.field.kind != Kind::Boolean;
    let order = match (empty(one), empty(two)) {
        (true, true) => return Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => match (grouping.field.kind.relational(), value::id(one), value::id(two)) {
            (true, Some(one), Some(two)) if one != two => {
                let comodel = grouping.field.relation.as_deref().and_then(|relation| env.registry.model(relation));
                let mut ids = [one, two];
                if let Some(comodel) = comodel {
                    search::sort(&env.sudo(), comodel, &mut ids, &comodel.order);
                }
                if ids.first() == Some(&one) { Ordering::Less } else { Ordering::Greater }
            }
            _ => match (Key::of(one), Key::of(two)) {
                (Some(one), Some(two)) => one.order(&two),
                _ => Ordering::Equal,
            },
        },
    };
    if descending { order.reverse() } else { order }
}
