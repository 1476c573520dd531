//! The sample records: read from `data/records`, references by external id, dates counted from today. Records that documentation and
//! scripts know by their id (the administrator is user 2, the company partner 1) have the one that a real Odoo gives them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use indexmap::IndexMap;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::{
    Profile,
    accounts::{Account, Groups},
    clock,
    field::{Field, Kind},
    model::{DATA, Model},
    registry::Registry,
    store::{Record, Store},
    value, within,
};

/// A record as its file has it, and the id it got.
type Written = (i64, Map<String, Value>);

/// All sample records, as this version of Odoo has them. They are read once a day in a process: a copy costs nothing.
///
/// # Errors
/// As [`load`].
pub(super) fn fresh(registry: &'static Registry) -> Result<Store, String> {
    static LOADED: Mutex<BTreeMap<Profile, (Date, Store)>> = Mutex::new(BTreeMap::new());
    if !registry.without.is_empty() {
        return load(registry);
    }
    let today = clock::now().date();
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, store)) = loaded.get(&registry.profile).filter(|(day, _)| *day == today) {
        return Ok(store.clone());
    }
    let store = load(registry)?;
    loaded.insert(registry.profile, (today, store.clone()));
    Ok(store)
}

/// Reads all sample records.
///
/// # Errors
/// A sentence naming the file and the record that is wrong. The files are embedded, so this is a mistake of whoever changed them.
pub(super) fn load(registry: &'static Registry) -> Result<Store, String> {
    read(registry, Store::default())
}

/// The same as they are at a moment, at which the clock stands.
///
/// # Errors
/// As [`load`].
pub(super) fn load_at(registry: &'static Registry, moment: DateTime) -> Result<Store, String> {
    read(registry, Store::at(moment))
}

fn read(registry: &'static Registry, mut store: Store) -> Result<Store, String> {
    let mut raw: IndexMap<String, Vec<Written>> = IndexMap::new();
    for model in registry.models() {
        let path = format!("records/{}.json", model.name);
        let Some(file) = DATA.get_file(&path) else {
            continue;
        };
        let text = file.contents_utf8().ok_or_else(|| format!("`{path}` is not UTF-8"))?;
        let records: Vec<Map<String, Value>> =
            serde_json::from_str(text).map_err(|error| format!("`{path}`: {error}"))?;
        for mut record in records {
            if !there(&mut record, registry.profile) {
                continue;
            }
            earlier(&mut record, registry.profile).map_err(|what| format!("`{path}`: {what}"))?;
            let external = record
                .get("xml_id")
                .and_then(Value::as_str)
                .ok_or_else(|| format!("`{path}`: a record without `xml_id`"))?
                .to_owned();
            let id = match record.get("id").and_then(Value::as_i64) {
                Some(id) if store.has(&model.name, id) => {
                    return Err(format!("`{path}`: the id of `{external}` is taken"));
                }
                Some(id) => {
                    store.insert_at(&model.name, id, Record::new());
                    id
                }
                None => store.insert(&model.name, Record::new()),
            };
            store.name(&external, &model.name, id);
            raw.entry(model.name.clone()).or_default().push((id, record));
        }
    }
    for (name, records) in raw {
        let Some(model) = registry.model(&name) else {
            continue;
        };
        for (id, record) in records {
            if !registry.without.is_empty() && is_of_what_is_gone(&store, model, &record) {
                store.remove(&name, id);
                continue;
            }
            fill(&mut store, model, id, &record)?;
        }
    }
    super::methods::invoice::number_samples(&mut store, registry);
    modules(&mut store, registry);
    technical(&mut store, registry);
    users(&mut store, &registry.groups)?;
    chatter(&mut store, registry);
    Ok(store)
}

/// Whether it belongs to a record of a model that this Odoo is without: the activity of a ticket, the meeting of a lead.
fn is_of_what_is_gone(store: &Store, model: &Model, record: &Map<String, Value>) -> bool {
    let owners = model.fields.values().filter(|field| field.kind == Kind::Many2oneReference);
    owners.filter_map(|field| record.get(&field.name)?.as_str()).any(|owner| store.named(owner).is_none())
}

/// `"since": 17`, `"until": 14`: whether the version has the record.
fn there(record: &mut Map<String, Value>, profile: Profile) -> bool {
    let mut version = |key: &str| record.shift_remove(key).and_then(|number| number.as_u64());
    within(version("since"), version("until"), profile.major().into())
}

/// `"before": {"15": {…}}`: what a record has otherwise before a version.
fn earlier(record: &mut Map<String, Value>, profile: Profile) -> Result<(), String> {
    let Some(before) = record.shift_remove("before") else {
        return Ok(());
    };
    for (version, values) in before.as_object().into_iter().flatten() {
        let number: u8 = version.parse().map_err(|_| format!("`before.{version}` is no version"))?;
        if profile.major() < number {
            record.extend(values.as_object().cloned().unwrap_or_default());
        }
    }
    Ok(())
}

fn fill(store: &mut Store, model: &Model, id: i64, record: &Map<String, Value>) -> Result<(), String> {
    let now = store.now();
    // Modules are installed by OdooBot.
    let robot = store.named("base.user_root").map(|(_, id)| id);
    let mut base = Record::new();
    for field in ["create_date", "write_date"] {
        base.insert(field.into(), json!(clock::print(now)));
    }
    for field in ["create_uid", "write_uid"] {
        base.insert(field.into(), json!(robot));
    }
    for field in model.fields.values().filter(|field| !field.derived() && field.kind == Kind::Boolean) {
        let default = if field.name == "active" { json!(true) } else { field.default.clone().unwrap_or(json!(false)) };
        base.insert(field.name.as_str().into(), default);
    }
    for field in model.fields.values().filter(|field| field.required && !field.derived() && field.kind != Kind::Boolean)
    {
        if let Some(default) = &field.default {
            base.insert(field.name.as_str().into(), default.clone());
        }
    }
    for (name, given) in record.iter().filter(|(name, _)| *name != "id") {
        let Some(field) = model.field(name) else {
            // A field that this version does not have; `_` marks what no version has.
            if name.starts_with('_') {
                base.insert(name.as_str().into(), given.clone());
            }
            continue;
        };
        let mut kept =
            resolved(store, field, given).map_err(|what| format!("`{}` of `{}`: {what}", name, model.name))?;
        if let Some((_, main)) = store.named("base.main_company").filter(|_| field.company_dependent) {
            kept = Value::Object(Map::from_iter([(main.to_string(), kept)]));
        }
        base.insert(name.as_str().into(), kept);
    }
    // The names that fields had before.
    for (old, new) in [
        ("lost_reason", "lost_reason_id"),
        ("product_uom", "product_uom_id"),
        ("tax_id", "tax_ids"),
        ("taxes_id", "tax_ids"),
        ("notes", "note"),
    ] {
        if let (Some(field), Some(given)) = (model.field(old), record.get(new)) {
            let kept = resolved(store, field, given).map_err(|what| format!("`{old}` of `{}`: {what}", model.name))?;
            base.insert(old.into(), kept);
        }
    }
    // Until 17 a product that is kept in stock was a type of its own.
    if model.name == "product.template"
        && model.field("is_storable").is_none()
        && record.get("is_storable") == Some(&json!(true))
    {
        base.insert("type".into(), json!("product"));
    }
    store.insert_at(&model.name, id, base);
    Ok(())
}

fn resolved(store: &Store, field: &Field, given: &Value) -> Result<Value, String> {
    let target = |external: &Value| -> Result<i64, String> {
        let name = external.as_str().unwrap_or_default();
        let found = store.named(name).filter(|(model, _)| Some(*model) == field.relation.as_deref());
        found
            .map(|(_, id)| id)
            .ok_or_else(|| format!("`{name}` names no record of `{}`", field.relation.as_deref().unwrap_or_default()))
    };
    Ok(match field.kind {
        Kind::Many2one => json!(target(given)?),
        Kind::Many2oneReference => {
            let name = given.as_str().unwrap_or_default();
            json!(store.named(name).ok_or_else(|| format!("`{name}` names no record"))?.1)
        }
        Kind::Many2many => {
            let items = given.as_array().cloned().unwrap_or_default();
            json!(items.iter().map(target).collect::<Result<Vec<_>, _>>()?)
        }
        Kind::Date | Kind::Datetime => {
            let text = given.as_str().unwrap_or_default();
            let (day, time) =
                clock::relative(text, store.now().date()).ok_or_else(|| format!("`{text}` is no relative day"))?;
            match field.kind {
                Kind::Date => json!(day.to_string()),
                _ => {
                    // What happened earlier today must not lie in the future.
                    let at = day.to_datetime(time.unwrap_or_else(jiff::civil::Time::midnight));
                    let past = text.starts_with("today") || text.starts_with('-') || text.starts_with("+0");
                    json!(clock::print(if past { at.min(store.now()) } else { at }))
                }
            }
        }
        _ => given.clone(),
    })
}

/// A module is installed where the model is there that it comes with, in a version of this Odoo's series.
fn modules(store: &mut Store, registry: &'static Registry) {
    for id in store.ids("ir.module.module") {
        let Some(mut record) = store.get("ir.module.module", id).cloned() else { continue };
        let model = record.get("_model").and_then(Value::as_str).map(str::to_owned);
        let installed = model.is_none_or(|model: String| registry.model(&model).is_some());
        let version = record.get("latest_version").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
        let series = registry.profile.serie();
        record.insert("state".into(), json!(if installed { "installed" } else { "uninstalled" }));
        record.insert(
            "latest_version".into(),
            if installed { json!(format!("{series}.{version}")) } else { Value::Null },
        );
        store.insert_at("ir.module.module", id, record);
    }
}

/// `ir.model` and `ir.model.data`, made from the definitions and the external ids; and where numbering goes on.
fn technical(store: &mut Store, registry: &'static Registry) {
    for model in registry.models() {
        let mut record = Record::new();
        for (field, found) in [
            ("name", json!(model.string)),
            ("model", json!(model.name)),
            ("state", json!("base")),
            ("order", json!(model.order)),
        ] {
            record.insert(field.into(), found);
        }
        record.insert("transient".into(), json!(model.transient));
        record.insert("abstract".into(), json!(false));
        let id = store.insert("ir.model", record);
        store.name(&format!("base.model_{}", model.name.replace('.', "_")), "ir.model", id);
    }
    let mut names: Vec<(String, String, i64)> =
        store.names().map(|(name, model, id)| (name.to_owned(), model.to_owned(), id)).collect();
    names.sort();
    for (external, model, id) in names {
        let (module, name) = external.split_once('.').unwrap_or(("", external.as_str()));
        let mut record = Record::new();
        for (field, found) in [
            ("module", json!(module)),
            ("name", json!(name)),
            ("model", json!(model)),
            ("res_id", json!(id)),
            ("noupdate", json!(true)),
        ] {
            record.insert(field.into(), found);
        }
        store.insert("ir.model.data", record);
    }
    for numbered in ["sale.order", "purchase.order"] {
        for _ in store.ids(numbered) {
            store.next(numbered);
        }
    }
    let outgoing = |id: &i64| {
        let name = store.get("stock.picking", *id).and_then(|row| row.get("name")).and_then(value::text);
        name.is_some_and(|name| name.contains("/OUT/"))
    };
    for _ in 0..store.ids("stock.picking").iter().filter(|id| outgoing(id)).count() {
        store.next("stock.picking.out");
    }
}

/// Who is responsible for a record follows it, as do those that the sample names; what is planned for a record knows its model.
fn chatter(store: &mut Store, registry: &'static Registry) {
    let partner = |store: &Store, user: &Value| value::id(store.get("res.users", value::id(user)?)?.get("partner_id")?);
    let subtypes: Vec<i64> = store.named("mail.mt_comment").map(|(_, id)| id).into_iter().collect();
    for model in registry.models().filter(|model| model.has("thread") && registry.model("mail.followers").is_some()) {
        for id in store.ids(&model.name) {
            let Some(row) = store.get(&model.name, id) else { continue };
            let named: Vec<i64> = row
                .get("_followers")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter_map(|name| store.named(name))
                .map(|(_, id)| id)
                .collect();
            let mut partners: Vec<i64> =
                row.get("user_id").and_then(|user| partner(store, user)).into_iter().chain(named).collect();
            partners.dedup();
            for partner in partners {
                let follower =
                    json!({"res_model": model.name, "res_id": id, "partner_id": partner, "subtype_ids": subtypes});
                let follower = follower.as_object().cloned().unwrap_or_default();
                store.insert(
                    "mail.followers",
                    follower.into_iter().map(|(field, found)| (field.into(), found)).collect(),
                );
            }
        }
    }
    let models: BTreeMap<String, i64> = store
        .ids("ir.model")
        .into_iter()
        .filter_map(|id| Some((store.get("ir.model", id)?.get("model")?.as_str()?.to_owned(), id)))
        .collect();
    for id in store.ids("mail.activity") {
        let name = store.get("mail.activity", id).and_then(|row| row.get("res_model")).and_then(value::text);
        let model = name.and_then(|name| models.get(name)).copied();
        store.set("mail.activity", id, "res_model_id", json!(model));
    }
}

/// Every login is a user, and every user who can log in has the groups that `groups.toml` names.
fn users(store: &mut Store, groups: &Groups) -> Result<(), String> {
    for account in Account::ALL {
        let id = login(store, account.login).ok_or_else(|| format!("there is no user `{}`", account.login))?;
        let mut names: Vec<String> = groups.of(account.login).into_iter().collect();
        names.sort();
        store.set("res.users", id, "groups", json!(names));
    }
    Ok(())
}

/// The user with that login.
pub(super) fn login(store: &Store, login: &str) -> Option<i64> {
    store
        .ids("res.users")
        .into_iter()
        .find(|id| store.get("res.users", *id).and_then(|row| row.get("login")).and_then(value::text) == Some(login))
}

/// The login of a user.
pub(super) fn login_of(store: &Store, uid: i64) -> Option<String> {
    store.get("res.users", uid)?.get("login")?.as_str().map(str::to_owned)
}
