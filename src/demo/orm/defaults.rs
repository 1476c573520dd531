//! `default_get`: what a new record starts with.

use serde_json::{Map, Value, json};

use crate::demo::{
    clock,
    domain::Node,
    env::Env,
    field::{Field, Kind},
    methods,
    model::Model,
    orm::search,
    value,
};

/// The defaults of the fields asked for; a field without one is left out, as is one that the model does not have.
pub(in crate::demo) fn of(env: &Env<'_>, model: &Model, names: &[String]) -> Map<String, Value> {
    let mut found = Map::new();
    for name in names {
        let Some(field) = model.field(name) else {
            continue;
        };
        if let Some(default) = one(env, model, field) {
            found.insert(name.clone(), default);
        }
    }
    found
}

/// A field's default: the context's `default_<field>`, else the model's.
pub(in crate::demo) fn one(env: &Env<'_>, model: &Model, field: &Field) -> Option<Value> {
    if let Some(given) = env.context.raw.get(&format!("default_{}", field.name)) {
        return Some(given.clone());
    }
    if let Some(how) = &field.default_from {
        return from(env, how);
    }
    if let Some(default) = &field.default {
        return Some(default.clone());
    }
    // A new partner's user, a new product's template: the parent's defaults are the child's.
    let (link, rest) = field.inherited.as_deref()?.split_once('.')?;
    let parent = env.registry.model(model.field(link)?.relation.as_deref()?)?;
    one(env, parent, parent.field(rest)?)
}

fn from(env: &Env<'_>, how: &str) -> Option<Value> {
    let user = env.registry.model("res.users")?;
    let sudo = env.sudo();
    match how {
        "user" => Some(json!(env.context.uid)),
        "company" => env.context.company().map(|id| json!(id)),
        "currency" => {
            let company = env.registry.model("res.company")?;
            sudo.link(company, env.context.company()?, "currency_id").map(|id| json!(id))
        }
        "now" => Some(json!(clock::print(env.context.now))),
        "today" => Some(json!(clock::to_local(env.context.now, env.context.tz.as_deref()).date().to_string())),
        "lang" => Some(json!(env.lang().unwrap_or("en_US"))),
        "team" => sudo.link(user, env.context.uid, "sale_team_id").map(|id| json!(id)),
        "first_stage" => {
            let stages = env.registry.model("crm.stage")?;
            let mut ids = search::matching(&sudo, stages, &Node::Const(true)).ok()?;
            search::sort(&sudo, stages, &mut ids, &stages.order);
            ids.first().map(|id| json!(id))
        }
        "helpdesk_team" => {
            let teams = env.registry.model("helpdesk.team")?;
            let first = |node: &Node| {
                let mut ids = search::matching(&sudo, teams, node).ok()?;
                search::sort(&sudo, teams, &mut ids, &teams.order);
                ids.first().map(|id| json!(id))
            };
            first(&Node::condition("member_ids", "=", json!(env.context.uid))).or_else(|| first(&Node::Const(true)))
        }
        "uom" => sudo.store.named("uom.product_uom_unit").map(|(_, id)| json!(id)),
        "category" => sudo.store.named("product.product_category_goods").map(|(_, id)| json!(id)),
        how => methods::default(env, how),
    }
}

/// A default as `default_get` prints it.
pub(in crate::demo) fn printed(field: &Field, default: Value) -> Value {
    match (field.kind, &default) {
        (Kind::Many2many | Kind::One2many, Value::Array(_)) => {
            json!([[6, 0, value::ids(&default)]])
        }
        _ => default,
    }
}
