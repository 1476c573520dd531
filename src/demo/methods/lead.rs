//! Leads: the team, company, stage and contact that follow from others; won and lost.

use serde_json::{Map, Value, json};

use super::{set, take};
use crate::demo::{
    clock,
    domain::Node,
    env::{Env, Tx},
    errors::Outcome,
    model::Model,
    orm::{search, write},
    value,
};

/// Values that a new lead takes from others that were given.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let now = json!(clock::print(env.context.now));
    if let Some(user) = values.get("user_id").and_then(value::id) {
        values.entry("date_open").or_insert(now.clone());
        if let Some(users) = env.registry.model("res.users")
            && let Some(team) = sudo.link(users, user, "sale_team_id")
        {
            values.entry("team_id").or_insert(json!(team));
        }
    }
    if !values.contains_key("company_id") && env.major() >= 15 {
        let link = |field: &str| values.get(field).and_then(value::id);
        let company = company(env, None, link("user_id"), link("team_id"), link("partner_id"));
        values.insert("company_id".into(), company.map_or(Value::Bool(false), |company| json!(company)));
    }
    if let Some(stages) = env.registry.model("crm.stage").filter(|_| !values.contains_key("stage_id")) {
        let mut ids = search::matching(&sudo, stages, &Node::Const(true)).unwrap_or_default();
        search::sort(&sudo, stages, &mut ids, &stages.order);
        values.extend(ids.first().map(|stage| ("stage_id".to_owned(), json!(stage))));
    }
    values.entry("date_last_stage_update").or_insert(now);
    if !values.contains_key("probability") {
        // Odoo learns the probability from won and lost leads; here it grows with the stage.
        let stage = values.get("stage_id").and_then(value::id);
        let sequence =
            env.registry.model("crm.stage").zip(stage).map(|(stages, stage)| sudo.get(stages, stage, "sequence"));
        let sequence = sequence.and_then(|sequence| sequence.as_f64()).unwrap_or(1.0);
        values.insert("probability".into(), json!((sequence * 20.0).min(95.0)));
    }
    contact(env, values);
}

/// A lead takes what it lacks from its customer.
fn contact(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some((partners, partner)) = env.registry.model("res.partner").zip(values.get("partner_id").and_then(value::id))
    else {
        return;
    };
    if !env.store.has("res.partner", partner) {
        return;
    }
    let email = sudo.get(partners, partner, "email");
    if !email.is_null() && !values.contains_key("email_from") {
        values.insert("email_from".into(), email);
    }
    let fields = ["phone", "function", "website", "street", "street2", "city", "zip", "state_id", "country_id"];
    take(&sudo, partners, partner, &fields, values);
    let company = sudo.get(partners, partner, "is_company") == json!(true);
    let name = sudo.get(partners, partner, "name");
    if company {
        values.entry("partner_name").or_insert(name);
    } else {
        values.entry("contact_name").or_insert(name);
        let parent = sudo.link(partners, partner, "parent_id");
        if let Some(parent) = parent {
            values.entry("partner_name").or_insert(sudo.get(partners, parent, "name"));
        }
    }
}

/// `action_set_lost`
pub(super) fn lose(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], kwargs: &Map<String, Value>) -> Outcome<Value> {
    let now = clock::print(tx.context.now);
    let mut values =
        json!({"active": false, "probability": 0.0, "date_closed": now}).as_object().cloned().unwrap_or_default();
    values.extend(kwargs.clone());
    write::write(tx, model, ids, &values)?;
    Ok(if tx.env().major() >= 19 { Value::Null } else { json!(true) })
}

/// `action_set_won`
pub(super) fn win(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    let env = tx.env().sudo();
    let stage = env.registry.model("crm.stage").and_then(|stages| {
        let mut ids = search::matching(&env, stages, &Node::condition("is_won", "=", json!(true))).ok()?;
        search::sort(&env, stages, &mut ids, &stages.order);
        ids.first().copied()
    });
    set(tx, model, ids, json!({"active": true, "probability": 100.0, "stage_id": stage}))?;
    Ok(json!(true))
}

/// The company of a lead (`crm.lead._compute_company_id`): the one it has, where that fits its salesperson, team and customer; else the
/// team's, else the current one where the salesperson may use it, else the customer's.
fn company(
    env: &Env<'_>,
    current: Option<i64>,
    user: Option<i64>,
    team: Option<i64>,
    partner: Option<i64>,
) -> Option<i64> {
    let sudo = env.sudo();
    let of = |model: &str, id: Option<i64>| sudo.link(env.registry.model(model)?, id?, "company_id");
    let users_own = user
        .and_then(|user| Some(value::ids(&sudo.get(env.registry.model("res.users")?, user, "company_ids"))))
        .unwrap_or_default();
    let teams = of("crm.team", team);
    let fits = |company: &i64| {
        if user.is_some() && !users_own.contains(company) || teams.is_some_and(|own| own != *company) {
            return false;
        }
        user.is_some() || teams.is_some() || team.is_none() && of("res.partner", partner) == Some(*company)
    };
    if let Some(current) = current.filter(fits) {
        return Some(current);
    }
    if teams.is_some() {
        return teams;
    }
    match user {
        Some(_) => env
            .context
            .company()
            .filter(|company| users_own.contains(company))
            .or_else(|| of("res.users", user).filter(|company| env.context.companies.contains(company))),
        None => of("res.partner", partner),
    }
}

/// Values that a change of a lead brings with it.
pub(super) fn before_write(env: &Env<'_>, model: &Model, id: i64, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    if let Some(stage) = values.get("stage_id").and_then(value::id)
        && sudo.link(model, id, "stage_id") != Some(stage)
    {
        let now = json!(clock::print(env.context.now));
        let won =
            env.registry.model("crm.stage").is_some_and(|stages| sudo.get(stages, stage, "is_won") == json!(true));
        values.insert("date_last_stage_update".into(), now.clone());
        values.insert("date_closed".into(), if won { now } else { Value::Bool(false) });
        if won {
            values.insert("probability".into(), json!(100.0));
        }
    }
    if let Some(user) = values.get("user_id").and_then(value::id) {
        values.entry("date_open").or_insert(json!(clock::print(env.context.now)));
        let team = if values.contains_key("team_id") { None } else { team(&sudo, model, id, user) };
        values.extend(team.map(|team| ("team_id".to_owned(), json!(team))));
    }
    let moved = ["user_id", "team_id", "partner_id"].iter().any(|field| values.contains_key(*field));
    // Until 14 the company was the current one at the start, and stayed.
    if moved && env.major() >= 15 && !values.contains_key("company_id") {
        let link = |field: &str| match values.get(field) {
            Some(given) => value::id(given),
            None => sudo.link(model, id, field),
        };
        let current = sudo.link(model, id, "company_id");
        let company = company(env, current, link("user_id"), link("team_id"), link("partner_id"));
        values.insert("company_id".into(), company.map_or(Value::Bool(false), |company| json!(company)));
    }
}

/// The team of a new salesperson, unless the lead's is one of theirs.
fn team(env: &Env<'_>, model: &Model, id: i64, user: i64) -> Option<i64> {
    let (teams, users) = env.registry.model("crm.team").zip(env.registry.model("res.users"))?;
    let theirs = env.link(model, id, "team_id").is_some_and(|team| {
        value::ids(&env.get(teams, team, "member_ids")).contains(&user)
            || env.link(teams, team, "user_id") == Some(user)
    });
    if theirs { None } else { env.link(users, user, "sale_team_id") }
}

/// What follows a change of a lead.
pub(super) fn written(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) {
    let Some(partner) = values.get("partner_id").filter(|partner| value::truthy(partner)) else {
        return;
    };
    let mut taken = Map::from_iter([("partner_id".to_owned(), partner.clone())]);
    contact(&tx.env(), &mut taken);
    taken.remove("partner_id");
    for (field, found) in taken {
        if !values.contains_key(&field) {
            tx.store.set(&model.name, id, &field, found);
        }
    }
}
