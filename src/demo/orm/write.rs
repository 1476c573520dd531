//! `create`, `write`, `unlink`, `copy`: records and their relations.

use serde_json::{Map, Value, json};

use super::{
    compute, convert, defaults,
    relations::{many, release},
};
use crate::demo::{
    access::{self, Mode},
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    field::{Field, Kind},
    methods,
    model::Model,
    store::Record,
    value,
};

/// Refuses ids of nobody, as `write` and `unlink` do.
pub(in crate::demo) fn exist(tx: &Tx<'_>, model: &Model, ids: &[i64]) -> Outcome<()> {
    let gone: Vec<i64> = ids.iter().copied().filter(|id| !tx.store.has(&model.name, *id)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let record = format!("{}{}", model.name, value::tuple(&gone));
    Err(Fault::missing(format!(
        "Record does not exist or has been deleted.\n(Record: {record}, User: {})",
        tx.context.uid
    )))
}

/// The ids to work on: all of them, or those that there are where the model passes over the others.
fn there(tx: &Tx<'_>, model: &Model, ids: &[i64], mode: char) -> Outcome<Vec<i64>> {
    if !model.overlooks_missing.contains(mode) {
        exist(tx, model, ids)?;
    }
    Ok(ids.iter().copied().filter(|id| tx.store.has(&model.name, *id)).collect())
}

/// `create`: the ids of the new records.
pub(in crate::demo) fn create(
    tx: &mut Tx<'_>,
    model: &'static Model,
    list: &[Map<String, Value>],
) -> Outcome<Vec<i64>> {
    access::check(&tx.env(), model, Mode::Create)?;
    access::check_companies(&tx.env())?;
    let mut ids = Vec::with_capacity(list.len());
    for values in list {
        ids.push(create_one(tx, model, values.clone())?);
    }
    access::check_records(&tx.env(), model, &ids, Mode::Create)?;
    Ok(ids)
}

fn create_one(tx: &mut Tx<'_>, model: &'static Model, mut values: Map<String, Value>) -> Outcome<i64> {
    for name in values.keys() {
        let field = model.field(name).ok_or_else(|| match tx.env().major() {
            19.. => Fault::value(format!("Invalid field '{name}' in '{}'", model.name)),
            _ => Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)),
        })?;
        access::check_field(&tx.env(), model, field, "write")?;
    }
    for field in model.fields.values() {
        if !values.contains_key(&field.name)
            && let Some(default) = defaults::one(&tx.env(), model, field)
        {
            values.insert(field.name.clone(), default);
        }
    }
    methods::prefill(&tx.env(), model, &mut values);
    let mut record = Record::new();
    let now = clock::print(tx.context.now);
    record.insert("create_date".into(), json!(now));
    record.insert("write_date".into(), json!(now));
    record.insert("create_uid".into(), json!(tx.context.uid));
    record.insert("write_uid".into(), json!(tx.context.uid));
    delegate(tx, model, &mut values, &mut record)?;
    for (name, given) in &values {
        let Some(field) = model.field(name) else {
            continue;
        };
        if field.kind.many() || field.derived() || !compute::writable(field) {
            continue;
        }
        let kept = convert::stored(&tx.env(), model, field, given, true)?;
        record.insert(name.as_str().into(), localized(tx, field, None, kept));
    }
    for field in model.fields.values().filter(|field| field.kind == Kind::Boolean && !field.derived()) {
        record.entry(field.name.as_str().into()).or_insert(Value::Bool(false));
    }
    required(tx, model, &record)?;
    let id = tx.store.insert(&model.name, record);
    for (name, given) in &values {
        let Some(field) = model.field(name) else {
            continue;
        };
        if field.kind.many() {
            many(tx, model, id, field, given)?;
        } else if field.derived() {
            derived(tx, model, id, field, given)?;
        }
    }
    methods::created(tx, model, id, &values)?;
    methods::constraints(&tx.env(), model, id)?;
    Ok(id)
}

/// `_inherits`: the parent record is made, or changed, with the values that are its own.
fn delegate(
    tx: &mut Tx<'_>,
    model: &'static Model,
    values: &mut Map<String, Value>,
    record: &mut Record,
) -> Outcome<()> {
    for (parent, link) in &model.inherits {
        let Some(parent) = tx.registry.model(parent) else {
            continue;
        };
        let mut own = Map::new();
        for field in model
            .fields
            .values()
            .filter(|field| field.inherited.as_deref().is_some_and(|path| path.starts_with(link.as_str())))
        {
            if let Some(given) = values.remove(&field.name) {
                own.insert(field.name.clone(), given);
            }
        }
        match values.get(link).and_then(value::id) {
            Some(id) => write(&mut tx.sudo(), parent, &[id], &own)?,
            None => {
                own.retain(|name, _| parent.fields.contains_key(name));
                let mut sudo = tx.sudo();
                let mut raw = sudo.context.raw.as_ref().clone();
                raw.insert(format!("create_{}", model.name.replace('.', "_")), json!(true));
                sudo.context.raw = std::sync::Arc::new(raw);
                let id = create(&mut sudo, parent, &[own])?.pop().unwrap_or_default();
                record.insert(link.as_str().into(), json!(id));
                values.insert(link.clone(), json!(id));
            }
        }
    }
    Ok(())
}

fn required(tx: &Tx<'_>, model: &Model, record: &Record) -> Outcome<()> {
    for field in
        model.fields.values().filter(|field| field.required && field.store && !field.derived() && !field.kind.many())
    {
        let empty = record.get(field.name.as_str()).is_none_or(Value::is_null);
        if empty && field.kind != Kind::Boolean && !field.kind.numeric() {
            return Err(not_set(tx, model, field));
        }
    }
    Ok(())
}

fn not_set(tx: &Tx<'_>, model: &Model, field: &Field) -> Fault {
    let lang = tx.context.lang.as_deref();
    if tx.registry.profile.major() < 15 {
        return Fault::validation(format!(
            "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.\n\nModel: {} ({}), Field: {} ({})",
            model.label(lang),
            model.name,
            field.label(lang),
            field.name
        ));
    }
    Fault::validation(format!(
        "The operation cannot be completed: Missing required value for the field '{}' ({}).\nModel: '{}' ({})\n- create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n",
        field.label(lang),
        field.name,
        model.label(lang),
        model.name
    ))
}

/// A translated text is kept per language, a company's own value per company; a write in one leaves the others.
fn localized(tx: &Tx<'_>, field: &Field, id: Option<(&Model, i64)>, kept: Value) -> Value {
    let before = || {
        let (model, id) = id?;
        tx.store.get(&model.name, id)?.get(field.name.as_str()).cloned()
    };
    if field.company_dependent {
        let mut values = match before() {
            Some(Value::Object(values)) => values,
            _ => Map::new(),
        };
        values.insert(tx.context.company().unwrap_or_default().to_string(), kept);
        return Value::Object(values);
    }
    if !field.translate || !kept.is_string() {
        return kept;
    }
    let lang = tx.context.lang.clone().unwrap_or_else(|| "en_US".into());
    let before = before();
    let mut texts = match before {
        Some(Value::Object(texts)) => texts,
        Some(Value::String(text)) => Map::from_iter([("en_US".to_owned(), json!(text))]),
        _ => Map::from_iter([("en_US".to_owned(), kept.clone())]),
    };
    texts.insert(lang, kept);
    Value::Object(texts)
}

/// `write`: sets values on all the records.
pub(in crate::demo) fn write(
    tx: &mut Tx<'_>,
    model: &'static Model,
    ids: &[i64],
    values: &Map<String, Value>,
) -> Outcome<()> {
    if ids.is_empty() {
        return Ok(());
    }
    access::check(&tx.env(), model, Mode::Write)?;
    for name in values.keys() {
        let field = model.field(name).ok_or_else(|| match tx.env().major() {
            19.. => Fault::key(name),
            _ => Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)),
        })?;
        access::check_field(&tx.env(), model, field, "write")?;
    }
    // A field that shows another record's value has to be read first.
    if values.keys().filter_map(|name| model.field(name)).any(Field::derived) {
        exist(tx, model, ids)?;
    }
    let ids = there(tx, model, ids, 'w')?;
    let ids = ids.as_slice();
    access::check_records(&tx.env(), model, ids, Mode::Read)?;
    access::check_records(&tx.env(), model, ids, Mode::Write)?;
    let mut values = values.clone();
    let now = clock::print(tx.context.now);
    for id in ids.iter().copied() {
        methods::before_write(&tx.env(), model, id, &mut values);
        for (name, given) in &values {
            let Some(field) = model.field(name) else {
                continue;
            };
            if field.kind.many() {
                many(tx, model, id, field, given)?;
            } else if field.derived() {
                derived(tx, model, id, field, given)?;
            } else if compute::writable(field) {
                let kept = convert::stored(&tx.env(), model, field, given, false)?;
                if field.required && kept.is_null() && !field.kind.numeric() {
                    return Err(not_set(tx, model, field));
                }
                let kept = localized(tx, field, Some((model, id)), kept);
                tx.store.set(&model.name, id, name, kept);
            }
        }
        if !values.is_empty() {
            tx.store.set(&model.name, id, "write_date", json!(now));
            tx.store.set(&model.name, id, "write_uid", json!(tx.context.uid));
        }
        methods::written(tx, model, id, &values)?;
        methods::constraints(&tx.env(), model, id)?;
    }
    access::check_records(&tx.env(), model, ids, Mode::Write)
}

/// A write to a field that shows another one goes there, if it may; else it changes nothing, as in Odoo.
fn derived(tx: &mut Tx<'_>, model: &'static Model, id: i64, field: &Field, given: &Value) -> Outcome<()> {
    if let Some((owner, target, name, given)) = compute::inverse(&tx.env(), model, id, field, given) {
        if let Some(owner) = tx.registry.model(&owner) {
            write(&mut tx.sudo(), owner, &[target], &Map::from_iter([(name, given)]))?;
        }
        return Ok(());
    }
    let Some((link, rest)) = field.path().filter(|_| !field.readonly).and_then(|path| path.split_once('.')) else {
        return Ok(());
    };
    let (target, owner) = {
        let env = tx.env();
        (env.link(model, id, link), model.field(link).and_then(|field| env.registry.model(field.relation.as_deref()?)))
    };
    if let Some((owner, target)) = owner.zip(target) {
        write(&mut tx.sudo(), owner, &[target], &Map::from_iter([(rest.to_owned(), given.clone())]))?;
    }
    Ok(())
}

/// `unlink`: removes records, and what belongs to them.
pub(in crate::demo) fn unlink(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<()> {
    if ids.is_empty() {
        return Ok(());
    }
    access::check(&tx.env(), model, Mode::Unlink)?;
    let ids = there(tx, model, ids, 'd')?;
    let ids = ids.as_slice();
    access::check_records(&tx.env(), model, ids, Mode::Unlink)?;
    let bereft = methods::bereft(&tx.env().sudo(), model, ids);
    for id in ids.iter().copied() {
        methods::before_unlink(&tx.env(), model, id)?;
        for other in tx.registry.models() {
            for field in other
                .fields
                .values()
                .filter(|field| field.relation.as_deref() == Some(model.name.as_str()) && !field.derived())
            {
                release(tx, id, other, field)?;
            }
        }
        tx.store.remove(&model.name, id);
        methods::gone(tx, model, id)?;
    }
    match tx.registry.model("product.template").filter(|_| !bereft.is_empty()) {
        Some(template) => unlink(&mut tx.sudo(), template, &bereft),
        None => Ok(()),
    }
}

/// The values that a copy of a record is made of.
fn values_of(env: &Env<'_>, model: &Model, id: i64) -> Map<String, Value> {
    let mut values = Map::new();
    for field in model.fields.values() {
        if field.derived() || !compute::writable(field) || field.mirror.is_some() {
            continue;
        }
        let found = env.value(model, id, field);
        match field.kind {
            Kind::One2many => {
                let comodel = field.relation.as_deref().and_then(|relation| env.registry.model(relation));
                if let Some((comodel, inverse)) = comodel.zip(field.inverse.as_ref()).filter(|_| field.copy) {
                    let line = |line: &i64| {
                        let mut values = values_of(env, comodel, *line);
                        values.shift_remove(inverse);
                        json!([0, 0, values])
                    };
                    values.insert(field.name.clone(), value::ids(&found).iter().map(line).collect());
                }
            }
            Kind::Many2many => {
                values.insert(field.name.clone(), json!([[6, 0, value::ids(&found)]]));
            }
            _ if found.is_null() => {}
            _ => {
                values.insert(field.name.clone(), found);
            }
        }
    }
    values
}

/// `copy`: new records like the old ones, `(copy)` after their names.
pub(in crate::demo) fn copy(
    tx: &mut Tx<'_>,
    model: &'static Model,
    ids: &[i64],
    extra: &Map<String, Value>,
) -> Outcome<Vec<i64>> {
    exist(tx, model, ids)?;
    let mut made = Vec::new();
    for id in ids.iter().copied() {
        access::check_records(&tx.env(), model, &[id], Mode::Read)?;
        let mut values = values_of(&tx.env(), model, id);
        let marked = matches!(model.name.as_str(), "res.partner" | "product.template" | "product.product");
        if let Some(name) = values.get_mut("name").filter(|name| marked && name.is_string()) {
            *name = json!(format!("{} (copy)", value::str(name)));
        }
        methods::copied(model, &mut values);
        values.extend(extra.clone());
        made.extend(create(tx, model, &[values])?);
    }
    Ok(made)
}
