//! The sample records: read from `data/records`, references by external id, dates counted from today. Records that documentation and
//! scripts know by their id (the administrator is user 2, the company partner 1) have the one that a real Odoo gives them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{
    Profile,
    accounts::{Account, Groups},
    clock,
    field::{Field, Kind},
    model::{DATA, Model, Registry},
    store::{Record, Store},
    value,
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
    let mut store = Store::default();
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
            fill(&mut store, model, id, &record)?;
        }
    }
    super::methods::invoice::number_samples(&mut store, registry);
    modules(&mut store, registry);
    technical(&mut store, registry);
    users(&mut store, &registry.groups)?;
    Ok(store)
}

/// `"since": 17`, `"until": 14`: whether the version has the record.
fn there(record: &mut Map<String, Value>, profile: Profile) -> bool {
    let mut version = |key: &str| record.shift_remove(key).and_then(|number| number.as_u64());
    let (since, until) = (version("since"), version("until"));
    let major = u64::from(profile.major());
    since.is_none_or(|first| first <= major) && until.is_none_or(|last| last >= major)
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
    let now = clock::now();
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
        Kind::Many2many => {
            let items = given.as_array().cloned().unwrap_or_default();
            json!(items.iter().map(target).collect::<Result<Vec<_>, _>>()?)
        }
        Kind::Date | Kind::Datetime => {
            let text = given.as_str().unwrap_or_default();
            let (day, time) =
                clock::relative(text, clock::now().date()).ok_or_else(|| format!("`{text}` is no relative day"))?;
            match field.kind {
                Kind::Date => json!(day.to_string()),
                _ => {
                    // What happened earlier today must not lie in the future.
                    let at = day.to_datetime(time.unwrap_or_else(jiff::civil::Time::midnight));
                    let past = text.starts_with("today") || text.starts_with('-') || text.starts_with("+0");
                    json!(clock::print(if past { at.min(clock::now()) } else { at }))
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
        for field in ["transient", "abstract"] {
            record.insert(field.into(), json!(false));
        }
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
