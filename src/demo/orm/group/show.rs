//! How a group's values are printed, and the condition that finds its records.

use jiff::civil::Time;
use serde_json::{Value, json};

use super::spec::Grouping;
use crate::demo::{
    clock::{self, When},
    env::Env,
    orm::period::{label, next},
    value,
};

/// From and to (exclusive) of a date group, as text.
pub(super) fn range(env: &Env<'_>, grouping: &Grouping<'_>, key: &Value) -> Option<(String, String)> {
    let unit = grouping.unit.as_deref()?;
    match clock::parse(key.as_str()?)? {
        When::Day(day) => Some((day.to_string(), next(day.to_datetime(Time::midnight()), unit).date().to_string())),
        When::Moment(at) => {
            // The period ends where it does on the clock on the wall: a month in which the clock changes is an hour longer.
            let zone = env.context.raw.get("tz").and_then(Value::as_str);
            let end = clock::to_utc(next(clock::to_local(at, zone), unit), zone);
            Some((clock::print(at), clock::print(end)))
        }
    }
}

/// A group's value as it is answered.
pub(super) fn shown(env: &Env<'_>, grouping: &Grouping<'_>, key: &Value, classic: bool) -> Value {
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
pub(super) fn condition(env: &Env<'_>, grouping: &Grouping<'_>, key: &Value) -> Value {
    if let Some((through, rest)) = grouping.path.split_once('.').filter(|_| env.major() >= 19) {
        let inner = json!([[rest, "=", key]]);
        return match key {
            Value::Bool(false) => json!(["|", [through, "not any", []], [through, "any", inner]]),
            _ => json!([[through, "any", inner]]),
        };
    }
    if let Some((from, to)) = range(env, grouping, key) {
        return json!(["&", [grouping.path, ">=", from], [grouping.path, "<", to]]);
    }
    match &grouping.unit {
        Some(unit) if key.is_number() => json!([[format!("{}.{unit}", grouping.path), "=", key]]),
        _ => json!([[grouping.path, "=", key]]),
    }
}

/// Conditions side by side, joined as Odoo prints them.
pub(super) fn joined(domains: Vec<Value>) -> Value {
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

/// A group's condition together with the caller's domain.
pub(super) fn both(own: Value, domain: &Value) -> Value {
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
