//! From a model, a method and arguments to an answer: which methods there are, what their arguments are called in which version, and the call.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    defaults, fields,
    group::{self, Request},
    read,
    search::{self, Page},
    signature::{Arguments, Signature},
    views, web, write,
};
use crate::demo::{
    access::{self, Mode},
    env::{Context, Env, Tx},
    errors::{Fault, Outcome},
    methods::{self, parameters},
    model::Model,
    registry::Registry,
    store::Store,
    value,
};

/// A call that is understood, ready to run.
#[derive(Debug)]
pub(in crate::demo) struct Call {
    pub(in crate::demo) model: &'static Model,
    pub(in crate::demo) method: String,
    pub(in crate::demo) signature: Signature,
    pub(in crate::demo) ids: Vec<i64>,
    pub(in crate::demo) arguments: Arguments,
    /// Whether `create` answers the id of one record, of one given (JSON-RPC).
    pub(in crate::demo) single_create: bool,
}

/// The context's language must be installed.
pub(in crate::demo) fn check_context(store: &Store, registry: &'static Registry, context: &Context) -> Outcome<()> {
    let Some(lang) = context.lang.as_deref().filter(|lang| *lang != "en_US") else {
        return Ok(());
    };
    let env = Env { store, registry, context: context.clone() };
    let installed = registry.model("res.lang").is_some_and(|langs| {
        env.store
            .ids("res.lang")
            .into_iter()
            .any(|id| env.get(langs, id, "code") == json!(lang) && env.get(langs, id, "active") == json!(true))
    });
    // Before 17 a language that is not there was the same as none.
    if installed || env.major() < 17 { Ok(()) } else { Err(Fault::user(format!("Invalid language code: {lang}"))) }
}

fn names(given: Option<&Value>) -> Vec<String> {
    match given {
        Some(Value::Array(items)) => items.iter().map(value::str).collect(),
        // Python walks a text letter by letter.
        Some(Value::String(text)) => text.chars().map(String::from).collect(),
        _ => Vec::new(),
    }
}

fn count(given: Option<&Value>, name: &str) -> Outcome<Option<usize>> {
    let number = match given {
        None | Some(Value::Null | Value::Bool(false)) => return Ok(None),
        Some(Value::String(text)) => text.parse::<i64>().ok(),
        Some(other) => other.as_i64(),
    };
    let number = number.ok_or_else(|| Fault::value(format!("invalid {name}")))?;
    usize::try_from(number).map(Some).map_err(|_| {
        Fault::database(
            "psycopg2.errors.InvalidRowCountInLimitClause",
            format!("{} must not be negative\n", name.to_uppercase()),
        )
    })
}

fn paged(arguments: &Arguments) -> Outcome<Page> {
    Ok(Page {
        offset: count(arguments.get("offset"), "offset")?.unwrap_or_default(),
        limit: count(arguments.get("limit"), "limit")?,
        order: arguments.get("order").and_then(Value::as_str).map(str::to_owned),
    })
}

/// Runs a call that changes nothing.
pub(in crate::demo) fn look(env: &Env<'_>, call: &Call) -> Outcome<Value> {
    let (model, ids, arguments) = (call.model, call.ids.as_slice(), &call.arguments);
    let domain = arguments.get("domain").cloned().unwrap_or(json!([]));
    match call.method.as_str() {
        "search" => {
            let found = search::search(env, model, &domain, &paged(arguments)?)?;
            let counts = arguments.get("count").is_some_and(value::truthy);
            Ok(if counts { json!(found.len()) } else { json!(found) })
        }
        "search_count" => {
            let page = Page { limit: count(arguments.get("limit"), "limit")?, ..Page::default() };
            Ok(json!(search::search(env, model, &domain, &page)?.len()))
        }
        "search_read" => {
            let found = search::search(env, model, &domain, &paged(arguments)?)?;
            let load = arguments.get("load").is_none_or(|load| load == "_classic_read");
            Ok(Value::Array(read::read(env, model, &found, &names(arguments.get("fields")), load)?))
        }
        "read" => {
            let load = arguments.get("load").is_none_or(|load| load == "_classic_read");
            Ok(Value::Array(read::read(env, model, ids, &names(arguments.get("fields")), load)?))
        }
        "web_read" => {
            let specification = specification(arguments)?;
            Ok(Value::Array(web::read(env, model, ids, &specification)?))
        }
        "web_search_read" => web_search_read(env, model, &domain, arguments),
        "formatted_read_group" => {
            let request = grouping(arguments, domain)?;
            Ok(Value::Array(group::formatted(env, model, &request)?))
        }
        "read_group" => {
            let lazy = arguments.get("lazy").is_none_or(value::truthy);
            Ok(Value::Array(group::classic(env, model, &grouping(arguments, domain)?, lazy)?))
        }
        "name_search" => {
            let text = arguments.get("name").cloned().unwrap_or(json!(""));
            let operator = arguments.get("operator").and_then(Value::as_str).unwrap_or("ilike");
            let limit =
                if arguments.contains_key("limit") { count(arguments.get("limit"), "limit")? } else { Some(100) };
            let found = search::name_search(env, model, &text, &domain, operator, limit)?;
            Ok(json!(found))
        }
        "name_get" => {
            access::check_records(env, model, ids, Mode::Read)?;
            Ok(json!(ids.iter().map(|id| (id, env.name(model, *id))).collect::<Vec<_>>()))
        }
        "fields_get" => {
            fields::get(env, model, &names(arguments.get("allfields")), &names(arguments.get("attributes")))
        }
        "default_get" => {
            access::check_companies(env)?;
            let wanted = names(arguments.get("fields"));
            let found = defaults::of(env, model, &wanted);
            let printed = found.into_iter().map(|(name, found)| {
                let field = model.field(&name);
                let shown = field.map_or(found.clone(), |field| defaults::printed(field, found));
                (name, shown)
            });
            Ok(Value::Object(printed.collect()))
        }
        "load_views" => views::loaded(env, model, arguments.get("views")),
        "get_views" => views::several(env, model, arguments.get("views")),
        "get_view" | "fields_view_get" => {
            let (view, kind) = (arguments.get("view_id"), arguments.get("view_type").and_then(Value::as_str));
            let kind = kind.unwrap_or("form");
            if env.major() < 16 { views::old(env, model, view, kind) } else { views::one(env, model, view, kind) }
        }
        "get_param" => parameters::get(env, model, arguments),
        "check_access_rights" | "has_access" => may(env, call),
        "get_metadata" => metadata(env, model, ids),
        "context_get" => {
            let user = env.sudo();
            let lang = user.get(model, env.context.uid, "lang");
            let tz = user.get(model, env.context.uid, "tz");
            let tz = if tz.is_null() { Value::Bool(false) } else { tz };
            // 14 does not repeat who called.
            Ok(if env.major() < 15 {
                json!({"lang": lang, "tz": tz})
            } else {
                json!({"lang": lang, "tz": tz, "uid": env.context.uid})
            })
        }
        "has_group" => Ok(json!(
            arguments.get("group_ext_id").and_then(Value::as_str).is_some_and(|group| env.context.in_group(group))
        )),
        "check_object_reference" => reference(env, arguments),
        "get_available_models" => {
            let readable =
                env.registry.models().filter(|model| !model.transient && access::allowed(env, model, Mode::Read));
            let models: BTreeMap<&str, &str> =
                readable.map(|model| (model.label(env.lang()), model.name.as_str())).collect();
            Ok(models.into_iter().map(|(label, model)| json!({"display_name": label, "model": model})).collect())
        }
        other => Err(Fault::attribute(format!("The method '{}.{other}' does not exist", model.name))),
    }
}

fn specification(arguments: &Arguments) -> Outcome<Map<String, Value>> {
    match arguments.get("specification") {
        Some(Value::Object(specification)) => Ok(specification.clone()),
        Some(Value::Array(_)) => Err(Fault::attribute("'list' object has no attribute 'keys'")),
        Some(Value::String(_)) => Err(Fault::attribute("'str' object has no attribute 'keys'")),
        _ => Err(Fault::attribute("'NoneType' object has no attribute 'keys'")),
    }
}

fn web_search_read(env: &Env<'_>, model: &Model, domain: &Value, arguments: &Arguments) -> Outcome<Value> {
    let page = paged(arguments)?;
    if env.major() < 17 {
        let (found, length) = web::page(env, model, domain, &page, None)?;
        let records = read::read(env, model, &found, &names(arguments.get("fields")), true)?;
        return Ok(json!({"length": length, "records": records}));
    }
    let specification = specification(arguments)?;
    let most = count(arguments.get("count_limit"), "count_limit")?;
    let (found, length) = web::page(env, model, domain, &page, most)?;
    let records = web::read(env, model, &found, &specification)?;
    Ok(json!({"length": length, "records": records}))
}

fn grouping(arguments: &Arguments, domain: Value) -> Outcome<Request> {
    let list = |name: &str| match arguments.get(name) {
        Some(Value::String(one)) => vec![one.clone()],
        other => names(other),
    };
    let page = paged(arguments)?;
    Ok(Request {
        domain,
        group_by: list("groupby"),
        aggregates: if arguments.contains_key("aggregates") { list("aggregates") } else { list("fields") },
        having: arguments.get("having").cloned().unwrap_or(Value::Null),
        offset: page.offset,
        limit: page.limit,
        order: page.order,
    })
}

fn may(env: &Env<'_>, call: &Call) -> Outcome<Value> {
    let operation = call.arguments.get("operation").map(value::str).unwrap_or_default();
    let mode = Mode::named(&operation).ok_or_else(|| Fault::assertion("Invalid access mode"))?;
    let raises =
        call.method == "check_access_rights" && call.arguments.get("raise_exception").is_none_or(value::truthy);
    let outcome =
        access::granted(env, call.model, mode).and_then(|()| access::check_records(env, call.model, &call.ids, mode));
    match outcome {
        Err(fault) if raises => Err(fault),
        outcome => Ok(json!(outcome.is_ok())),
    }
}

fn metadata(env: &Env<'_>, model: &Model, ids: &[i64]) -> Outcome<Value> {
    let fields: Vec<String> = ["create_uid", "create_date", "write_uid", "write_date"].map(str::to_owned).to_vec();
    let rows = read::read(env, model, ids, &fields, true)?;
    let named = |id: i64| {
        env.store
            .names()
            .find(|(_, owner, target)| *owner == model.name && *target == id)
            .map(|(name, _, _)| name.to_owned())
    };
    Ok(rows
        .into_iter()
        .map(|mut row| {
            let name = row.get("id").and_then(value::id).and_then(named);
            if let Some(row) = row.as_object_mut() {
                row.insert("xmlid".into(), name.as_ref().map_or(Value::Bool(false), |name| json!(name)));
                row.insert("noupdate".into(), json!(name.is_some()));
                row.insert("xmlids".into(), name.map_or(json!([]), |name| json!([{"xmlid": name, "noupdate": true}])));
            }
            row
        })
        .collect())
}

fn reference(env: &Env<'_>, arguments: &Arguments) -> Outcome<Value> {
    let text = |name: &str| arguments.get(name).map(value::str).unwrap_or_default();
    let external = format!("{}.{}", text("module"), text("xml_id"));
    let Some((model, id)) = env.store.named(&external) else {
        return Err(Fault::value(format!("External ID not found in the system: {external}")));
    };
    let owner = env.registry.model(model).ok_or_else(|| Fault::key(model))?;
    // Odoo looks it up with a search: what is archived is not there.
    let hidden = env.context.active_test && owner.archivable() && env.get(owner, id, "active") != json!(true);
    let visible = !hidden && access::check_records(env, owner, &[id], Mode::Read).is_ok();
    if visible {
        return Ok(json!([model, id]));
    }
    if arguments.get("raise_on_access_error").is_some_and(value::truthy) {
        let named = if env.major() < 15 { format!(": {external}") } else { format!(" \"{external}\"") };
        return Err(Fault::access(format!("Not enough access rights on the external ID{named}")));
    }
    Ok(json!([model, false]))
}

/// Runs a call that may change records.
pub(in crate::demo) fn change(tx: &mut Tx<'_>, call: &Call) -> Outcome<Value> {
    let (model, ids, arguments) = (call.model, call.ids.as_slice(), &call.arguments);
    match call.method.as_str() {
        "create" => {
            let given = arguments.get("vals_list").cloned().unwrap_or(Value::Null);
            let (single, list) = match given {
                Value::Object(one) => (true, vec![one]),
                Value::Array(items) => {
                    let list: Option<Vec<Map<String, Value>>> =
                        items.into_iter().map(|item| item.as_object().cloned()).collect();
                    (false, list.ok_or_else(|| Fault::attribute("'str' object has no attribute 'items'"))?)
                }
                other => {
                    return Err(Fault::type_error(format!("'{}' object is not iterable", value::repr(&other))));
                }
            };
            let made = write::create(tx, model, &list)?;
            Ok(match made.as_slice() {
                [one] if single && call.single_create => json!(one),
                _ => json!(made),
            })
        }
        "write" => {
            let values = match arguments.get("vals") {
                Some(Value::Object(values)) => values.clone(),
                _ => return Err(Fault::attribute("'list' object has no attribute 'items'")),
            };
            write::write(tx, model, ids, &values)?;
            Ok(json!(true))
        }
        "unlink" => {
            write::unlink(tx, model, ids)?;
            Ok(json!(true))
        }
        "copy" => {
            let extra = arguments.get("default").and_then(Value::as_object).cloned().unwrap_or_default();
            let made = write::copy(tx, model, ids, &extra)?;
            // Until 17 `copy` was of one record and gave one id.
            Ok(if tx.env().major() < 18 { json!(made.first()) } else { json!(made) })
        }
        "name_create" => {
            let name = arguments.get("name").map(value::str).unwrap_or_default();
            let field = model.fields.get("name").ok_or_else(|| Fault::user("Cannot create a record by its name"))?;
            let made = write::create(tx, model, &[Map::from_iter([(field.name.clone(), json!(name))])])?;
            let id = made.first().copied().unwrap_or_default();
            Ok(json!([id, tx.env().name(model, id)]))
        }
        method => methods::call(tx, model, method, ids, arguments),
    }
}
