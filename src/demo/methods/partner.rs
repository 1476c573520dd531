//! Contacts: what a person shares with the company above (`res.partner._fields_sync`): the address, and what belongs to the company.

use serde_json::{Map, Value, json};

use crate::demo::{
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::write,
    value,
};

const ADDRESS: [&str; 6] = ["street", "street2", "city", "zip", "state_id", "country_id"];

/// What belongs to the company behind a contact (`_commercial_fields`).
fn commercial(major: u8) -> &'static [&'static str] {
    if major >= 19 { &["vat", "company_registry", "industry_id"] } else { &["vat"] }
}

/// Contacts have a name, other addresses need none.
///
/// # Errors
/// `ValidationError`.
pub(super) fn named(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    let contact = sudo.text(model, id, "type") == "contact" || sudo.get(model, id, "type").is_null();
    if !contact || !sudo.get(model, id, "name").is_null() {
        return Ok(());
    }
    Err(Fault::constraint(env.major(), "res_partner_check_name", "Contacts require a name"))
}

fn contact(env: &Env<'_>, model: &Model, id: i64) -> bool {
    env.text(model, id, "type") == "contact"
}

/// The values of these fields that are set; `all`: the empty ones too.
fn taken(env: &Env<'_>, model: &Model, id: i64, fields: &[&str], all: bool) -> Map<String, Value> {
    let found = fields.iter().map(|field| ((*field).to_owned(), env.get(model, id, field)));
    found.filter(|(_, found)| all || !found.is_null()).collect()
}

fn address(env: &Env<'_>, model: &Model, id: i64) -> Option<Map<String, Value>> {
    let found = taken(env, model, id, &ADDRESS, true);
    found.values().any(|found| !found.is_null()).then_some(found)
}

/// Sets values as they are stored, without all that a write brings with it.
fn put(tx: &mut Tx<'_>, model: &Model, id: i64, values: &Map<String, Value>) {
    for (field, found) in values {
        tx.store.set(&model.name, id, field, found.clone());
    }
}

fn children(env: &Env<'_>, model: &Model, id: i64) -> Vec<i64> {
    value::ids(&env.get(model, id, "child_ids"))
}

/// The first contact of a company without an address brings the company's.
pub(super) fn created(tx: &mut Tx<'_>, model: &'static Model, id: i64) {
    let found = {
        let env = tx.env().sudo();
        let Some(parent) = env.link(model, id, "parent_id") else {
            return;
        };
        let top = env.get(model, parent, "is_company") == json!(true) || env.link(model, parent, "parent_id").is_none();
        let first = children(&env, model, parent).len() == 1 && address(&env, model, parent).is_none();
        address(&env, model, id).filter(|_| top && first).map(|address| (parent, address))
    };
    if let Some((parent, address)) = found {
        put(tx, model, parent, &address);
    }
}

/// What follows for a contact and those around it once these values are written.
///
/// # Errors
/// What the write to the company above raises.
pub(super) fn sync(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    let names = |fields: &[&str]| fields.iter().any(|field| values.contains_key(*field));
    let env = tx.env().sudo();
    let major = env.major();
    let parent = env.link(model, id, "parent_id");
    let moved = values.get("parent_id").is_some_and(value::truthy);
    let becomes_contact = values.get("type").is_some_and(|kind| kind == "contact");
    if let Some(parent) = parent.filter(|_| moved || becomes_contact) {
        let top = env.link(model, id, "commercial_partner_id").filter(|top| moved && *top != id);
        let mut from_above = top.map(|top| taken(&env, model, top, commercial(major), major < 19)).unwrap_or_default();
        if contact(&env, model, id) {
            from_above.extend(address(&env, model, parent).into_iter().flatten());
        }
        drop(env);
        put(tx, model, id, &from_above);
    } else {
        drop(env);
    }
    if major >= 19
        && let Some(parent) = parent
    {
        upwards(tx, model, id, parent, names(&ADDRESS) || values.contains_key("parent_id"))?;
    }
    downwards(tx, model, id, values);
    Ok(())
}

/// A contact's address is its company's (19).
fn upwards(tx: &mut Tx<'_>, model: &'static Model, id: i64, parent: i64, changed: bool) -> Outcome<()> {
    let (own, above, contact) = {
        let env = tx.env().sudo();
        let of = |id: i64| taken(&env, model, id, &ADDRESS, true);
        (of(id), of(parent), contact(&env, model, id))
    };
    if !contact || !changed || own == above || own.values().all(Value::is_null) {
        return Ok(());
    }
    let given = own.into_iter().map(|(field, found)| (field, if found.is_null() { json!(false) } else { found }));
    write::write(&mut tx.sudo(), model, &[parent], &given.collect())
}

fn downwards(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) {
    let (below, contacts, commercial_values) = {
        let env = tx.env().sudo();
        let below = children(&env, model, id);
        let top = env.link(model, id, "commercial_partner_id") == Some(id);
        let changed: Vec<&str> =
            commercial(env.major()).iter().copied().filter(|field| values.contains_key(*field)).collect();
        let shared = if top { taken(&env, model, id, &changed, true) } else { Map::new() };
        let persons: Vec<i64> =
            below.iter().copied().filter(|child| env.get(model, *child, "is_company") != json!(true)).collect();
        let contacts: Vec<i64> = below.into_iter().filter(|child| contact(&env, model, *child)).collect();
        (persons, contacts, shared)
    };
    let changed: Vec<&str> = ADDRESS.into_iter().filter(|field| values.contains_key(*field)).collect();
    let address = taken(&tx.env().sudo(), model, id, &changed, true);
    for child in contacts {
        put(tx, model, child, &address);
    }
    for child in below {
        put(tx, model, child, &commercial_values);
    }
}
