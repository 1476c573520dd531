//! `web_read` and `web_search_read`: a page of records, related ones nested, and how many there are.

use serde_json::{Map, Value, json};

use super::{
    read::{chosen, visible},
    search::{self, Page, cut},
};
use crate::demo::{
    access::{self, Mode},
    domain::Node,
    env::{Context, Env},
    errors::{Fault, Outcome},
    field::{Field, Kind},
    methods::attachment,
    model::Model,
    value,
};

/// `web_read`: records with the fields of a specification, `{"partner_id": {"fields": {"email": {}}}}`.
pub(in crate::demo) fn read(
    env: &Env<'_>,
    model: &Model,
    ids: &[i64],
    specification: &Map<String, Value>,
) -> Outcome<Vec<Value>> {
    access::check(env, model, Mode::Read)?;
    let names: Vec<String> = specification.keys().cloned().collect();
    let fields = if names.is_empty() { Vec::new() } else { chosen(env, model, &names)? };
    access::check_records(env, model, ids, Mode::Read)?;
    attachment::printable(env, model, ids, &fields)?;
    // A record that is gone is left out, unless its relations are to be followed.
    let follows = specification.values().any(|spec| spec.get("fields").is_some());
    let gone: Vec<i64> = ids.iter().copied().filter(|id| !env.store.has(&model.name, *id)).collect();
    if follows && !gone.is_empty() {
        let record = format!("{}{}", model.name, value::tuple(&gone));
        return Err(Fault::missing(format!(
            "Record does not exist or has been deleted.\n(Record: {record}, User: {})",
            env.context.uid
        )));
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids.iter().copied().filter(|id| env.store.has(&model.name, *id)) {
        let mut row = Map::with_capacity(fields.len() + 1);
        row.insert("id".into(), json!(id));
        for field in &fields {
            let spec = specification.get(&field.name).and_then(Value::as_object);
            row.insert(field.name.clone(), cell(env, model, id, field, spec)?);
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

fn cell(env: &Env<'_>, model: &Model, id: i64, field: &Field, spec: Option<&Map<String, Value>>) -> Outcome<Value> {
    let found = env.value(model, id, field);
    if found.is_null() {
        return Ok(field.empty());
    }
    let inner = spec.and_then(|spec| spec.get("fields")).and_then(Value::as_object);
    let comodel = || {
        let relation = field.relation.as_deref().unwrap_or_default();
        env.registry.model(relation).ok_or_else(|| Fault::key(relation))
    };
    match field.kind {
        Kind::Many2one => {
            let Some((inner, target)) = inner.zip(value::id(&found)) else {
                return Ok(found);
            };
            let comodel = comodel()?;
            let within = with_context(env, spec);
            // The name of a record may be shown to who may not read the record.
            let only_name = inner.keys().all(|name| name == "display_name" || name == "id");
            let within = if only_name { within.sudo() } else { within };
            Ok(read(&within, comodel, &[target], inner)?.pop().unwrap_or(Value::Bool(false)))
        }
        kind if kind.many() => {
            let found = visible(env, field, found);
            let Some(spec) = spec.filter(|spec| spec.keys().any(|key| key != "context")) else {
                return Ok(found);
            };
            let comodel = comodel()?;
            let mut ids = value::ids(&found);
            if let Some(order) = spec.get("order").and_then(Value::as_str) {
                search::arrange(env, comodel, &mut ids, Some(order))?;
            }
            let Some(inner) = inner else {
                return Ok(json!(ids));
            };
            let limit = spec
                .get("limit")
                .and_then(Value::as_u64)
                .and_then(|limit| usize::try_from(limit).ok())
                .unwrap_or(usize::MAX);
            let (first, rest) = ids.split_at(limit.min(ids.len()));
            let mut rows = read(&with_context(env, Some(spec)), comodel, first, inner)?;
            // Beyond the limit Odoo still names the records.
            rows.extend(rest.iter().map(|id| json!({"id": id})));
            Ok(Value::Array(rows))
        }
        _ => Ok(attachment::size_only(env, field, &found).unwrap_or(found)),
    }
}

fn with_context<'s>(env: &Env<'s>, spec: Option<&Map<String, Value>>) -> Env<'s> {
    let Some(extra) = spec.and_then(|spec| spec.get("context")).and_then(Value::as_object) else {
        return env.clone();
    };
    let mut raw = env.context.raw.as_ref().clone();
    raw.extend(extra.clone());
    let mut context = Context::new(env.store, env.context.uid, raw);
    context.su = env.context.su;
    Env { store: env.store, registry: env.registry, context }
}

/// A page and the total. `count_limit`: no need to count beyond.
pub(in crate::demo) fn page(
    env: &Env<'_>,
    model: &Model,
    domain: &Value,
    page: &Page,
    count_limit: Option<usize>,
) -> Outcome<(Vec<i64>, usize)> {
    let node = Node::parse(domain, env.major())?;
    let mut ids = search::matching(env, model, &node)?;
    search::arrange(env, model, &mut ids, page.order.as_deref())?;
    let total = ids.len();
    let ids = cut(ids, page.offset, page.limit);
    let limit = page.limit.filter(|limit| *limit > 0);
    let full = limit.is_some_and(|limit| ids.len() == limit)
        || count_limit.is_some_and(|most| most <= page.offset + ids.len());
    let length = match (full, count_limit) {
        (false, _) => page.offset + ids.len(),
        (true, Some(most)) => total.min(most).max(page.offset + ids.len()),
        (true, None) => total,
    };
    Ok((ids, length))
}
