//! `fields_get`: what the model says of its fields, to this caller, in this language.

use serde_json::{Map, Value, json};

use crate::demo::{
    access::{self, Mode},
    env::Env,
    errors::Outcome,
    field::{Field, Kind},
    model::Model,
};

/// The fields by name. Names that are none are left out, as are fields that are not the caller's to see.
pub(in crate::demo) fn get(env: &Env<'_>, model: &Model, names: &[String], attributes: &[String]) -> Outcome<Value> {
    // Until 17 a caller who may not write saw every field as read-only. The fields are told to who may not read the records, too.
    let may = |mode| access::allowed(env, model, mode);
    let locked = env.major() < 18 && !may(Mode::Write) && !may(Mode::Create);
    let mut all = Map::new();
    for field in model.fields.values() {
        if (!names.is_empty() && !names.contains(&field.name)) || !access::sees(env, field) {
            continue;
        }
        let mut said = describe(env, field);
        if locked {
            said.insert("readonly".into(), Value::Bool(true));
            said.remove("states");
        }
        if !attributes.is_empty() {
            said.retain(|key, _| attributes.contains(key));
        }
        all.insert(field.name.clone(), Value::Object(said));
    }
    Ok(Value::Object(all))
}

fn describe(env: &Env<'_>, field: &Field) -> Map<String, Value> {
    let major = env.major();
    let told = &field.told;
    let mut said = Map::new();
    let mut put = |key: &str, value: Value| {
        said.insert(key.into(), value);
    };
    put("type", json!(field.kind.name()));
    put("name", json!(field.name));
    put("string", json!(field.label(env.lang())));
    put("store", json!(told.store.unwrap_or(field.store)));
    put("required", json!(field.required));
    put("readonly", json!(told.readonly.unwrap_or(field.readonly)));
    put("searchable", json!(field.is_searchable()));
    put("sortable", json!(field.is_sortable()));
    if major >= 17 {
        put("groupable", json!(field.is_groupable()));
    }
    put("manual", json!(false));
    put("company_dependent", json!(field.company_dependent));
    put("depends", json!(told.depends.as_ref().unwrap_or(&field.depends)));
    put("change_default", json!(false));
    if let Some(help) = &field.help {
        put("help", json!(help));
    }
    if let Some(related) = told.related.as_ref().or(field.related.as_ref()) {
        put("related", if major >= 17 { json!(related) } else { json!(related.split('.').collect::<Vec<_>>()) });
    }
    if let Some(states) = &told.states {
        put("states", states.clone());
    }
    if !field.groups.is_empty() {
        put("groups", json!(field.groups.join(",")));
    }
    if field.kind.relational() {
        put("relation", json!(field.relation));
        put("domain", json!([]));
        put("context", Value::Object(field.context.clone()));
    }
    if let Some(inverse) = &field.inverse {
        put("relation_field", json!(inverse));
    }
    if field.kind == Kind::Selection {
        put("selection", json!(field.selection));
    }
    if field.kind.textual() {
        put("translate", json!(field.translate));
    }
    if field.kind == Kind::Char {
        put("trim", json!(true));
        if let Some(size) = field.size {
            put("size", json!(size));
        }
    }
    if let Some(digits) = field.digits {
        put("digits", json!(digits));
    }
    if let Some(currency) = &field.currency_field {
        put("currency_field", json!(currency));
    }
    if field.kind == Kind::Binary {
        put("attachment", json!(true));
    }
    // Until 17 numbers that nothing can add up, as they are not stored, were told to be added up.
    let numeric = field.kind.numeric() && field.name != "id" && (field.store || major < 18);
    let aggregator = field.aggregator.clone().or_else(|| numeric.then(|| "sum".to_owned()));
    if let Some(aggregator) = aggregator.filter(|aggregator| aggregator != "none") {
        put(if major >= 18 { "aggregator" } else { "group_operator" }, json!(aggregator));
    }
    for (key, value) in &told.attributes {
        match value {
            Value::Null => drop(said.shift_remove(key)),
            value => drop(said.insert(key.clone(), value.clone())),
        }
    }
    said
}
