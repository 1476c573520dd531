//! Which groups are answered, and in which order.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    collect::{Group, computed},
    spec::{Aggregate, Grouping, aggregate},
};
use crate::demo::{
    domain::Key,
    env::Env,
    errors::{Fault, Outcome},
    field::Kind,
    model::Model,
    orm::search,
    value,
};

/// Drops the groups whose aggregates are not as asked.
pub(super) fn having(env: &Env<'_>, model: &Model, groups: &mut Vec<Group>, having: &Value) -> Outcome<()> {
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

/// Puts the groups in order: as asked, else by their values.
pub(super) fn arrange(
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
