//! `formatted_read_group` (19) and `read_group` (all): records counted and summed by the values of fields.

mod arrange;
mod collect;
mod show;
mod spec;

use serde_json::{Map, Value, json};

use self::{
    arrange::{arrange, having},
    collect::{computed, grouped},
    show::{both, condition, joined, range, shown},
    spec::{Aggregate, Grouping, aggregate, alias, grouping},
};
use super::search;
use crate::demo::{
    env::Env,
    errors::{Fault, Outcome},
    model::Model,
};

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
            if env.major() < 15 && named.iter().any(|(known, _)| *known == key) {
                return Err(Fault::user(format!("Output name '{key}' is used twice.")));
            }
            named.push((key, aggregate(env, model, &spec)?));
        }
    }
    if env.major() < 15 {
        // Groups and outputs by the names they have in the answer, and nothing else.
        for term in request.order.iter().flat_map(|order| order.split(',')) {
            let name = term.split_whitespace().next().unwrap_or_default();
            let known = groupings.iter().any(|one| one.spec == name || one.path == name)
                || named.iter().any(|(key, _)| key == name);
            if !known && !name.is_empty() {
                return Err(Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)));
            }
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
            if let Some((from, to)) = range(env, grouping, key) {
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
        // In 14 the range stands in `__domain` alone.
        if !ranges.is_empty() && env.major() >= 15 {
            row.insert("__range".into(), Value::Object(ranges));
        }
        if lazy && request.group_by.len() > 1 {
            row.insert("__context".into(), json!({"group_by": request.group_by.get(1..)}));
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
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
