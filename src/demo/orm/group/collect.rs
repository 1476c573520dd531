//! The groups, and what is computed of each one's records.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::spec::{Aggregate, Grouping};
use crate::demo::{
    domain::{Key, Node},
    env::Env,
    errors::Outcome,
    field::Kind,
    model::Model,
    orm::{compute, period::bucket, search},
    value,
};

/// A group: its values, how to find its records, and the records.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) keys: Vec<Value>,
    pub(super) ids: Vec<i64>,
}

/// The groups of the records that a domain finds, in no order.
pub(super) fn grouped(env: &Env<'_>, model: &Model, domain: &Value, groupings: &[Grouping<'_>]) -> Outcome<Vec<Group>> {
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

/// An aggregate over some records.
pub(super) fn computed(env: &Env<'_>, model: &Model, aggregate: &Aggregate<'_>, ids: &[i64]) -> Value {
    let Some(field) = aggregate.field else {
        return json!(ids.len());
    };
    let sudo = env.sudo().active_test(false);
    // Since 18 a number that is not given is kept as 0, before as nothing.
    let zero = field.kind.numeric() && env.major() >= 18;
    let found = ids.iter().map(|id| sudo.value(model, *id, field));
    let found = found.map(|found| if zero && found.is_null() { field.empty() } else { found });
    let values: Vec<Value> = found.filter(|found| !found.is_null()).collect();
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
            numbers().sum::<f64>() + 0.0
        } else {
            compute::round(numbers().sum())
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
