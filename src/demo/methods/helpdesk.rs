//! Helpdesk: the stage, number and contact of a ticket; closing; what teams count.

use serde_json::{Map, Value, json};

use crate::demo::{
    clock,
    env::{Env, Tx},
    model::Model,
    value,
};

/// Values that a new ticket takes from its team and customer.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let now = json!(clock::print(env.context.now));
    if let Some(team) = values.get("team_id").and_then(value::id)
        && !values.contains_key("stage_id")
    {
        values.extend(first_stage(env, team).map(|stage| ("stage_id".to_owned(), json!(stage))));
    }
    contact(env, values);
    values.entry("date_last_stage_update").or_insert(now.clone());
    if values.get("user_id").is_some_and(value::truthy) {
        values.entry("assign_date").or_insert(now.clone());
    }
    if values.get("stage_id").and_then(value::id).is_some_and(|stage| closes(env, stage)) {
        values.entry("close_date").or_insert(now);
    }
}

/// The ticket's number, which came with 16.
pub(super) fn number(tx: &mut Tx<'_>, model: &'static Model, id: i64) {
    if model.field("ticket_ref").is_some() {
        let samples = tx.store.names().filter(|(_, model, _)| *model == "helpdesk.ticket").count();
        let next = tx.store.next("helpdesk.ticket") + i64::try_from(samples).unwrap_or_default();
        tx.store.set(&model.name, id, "ticket_ref", json!(format!("{next:05}")));
    }
}

fn first_stage(env: &Env<'_>, team: i64) -> Option<i64> {
    let sudo = env.sudo();
    // In the order of the stages.
    value::ids(&sudo.get(env.registry.model("helpdesk.team")?, team, "stage_ids")).first().copied()
}

fn closes(env: &Env<'_>, stage: i64) -> bool {
    let sudo = env.sudo();
    let field = if env.major() < 16 { "is_close" } else { "fold" };
    env.registry.model("helpdesk.stage").is_some_and(|stages| sudo.get(stages, stage, field) == json!(true))
}

/// A customer's name, e-mail and phone are the ticket's too.
fn contact(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some((partners, partner)) = env.registry.model("res.partner").zip(values.get("partner_id").and_then(value::id))
    else {
        return;
    };
    for (field, of_partner) in [("partner_name", "name"), ("partner_email", "email"), ("partner_phone", "phone")] {
        if !values.contains_key(field) {
            let found = sudo.get(partners, partner, of_partner);
            values.insert(field.to_owned(), if found.is_null() { Value::Bool(false) } else { found });
        }
    }
}

/// Values that a change of a ticket brings with it.
pub(super) fn before_write(env: &Env<'_>, model: &Model, id: i64, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let now = json!(clock::print(env.context.now));
    if let Some(team) = values.get("team_id").and_then(value::id)
        && !values.contains_key("stage_id")
    {
        let stages = env.registry.model("helpdesk.team").map(|teams| value::ids(&sudo.get(teams, team, "stage_ids")));
        let stays = sudo.link(model, id, "stage_id").zip(stages).is_some_and(|(stage, stages)| stages.contains(&stage));
        if !stays {
            let stage = first_stage(env, team).map_or(Value::Bool(false), |stage| json!(stage));
            values.insert("stage_id".into(), stage);
        }
    }
    if let Some(stage) = values.get("stage_id").and_then(value::id) {
        values.insert("date_last_stage_update".into(), now.clone());
        values.insert("close_date".into(), if closes(env, stage) { now.clone() } else { Value::Bool(false) });
    }
    if values.get("user_id").is_some_and(value::truthy) && sudo.get(model, id, "assign_date").is_null() {
        values.insert("assign_date".into(), now);
    }
    contact(env, values);
}

/// What a team counts: its open tickets, and those of nobody among them.
pub(super) fn computed(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Value {
    let Some(tickets) = env.registry.model("helpdesk.ticket") else {
        return json!(0);
    };
    let open = |ticket: &i64| env.link(tickets, *ticket, "stage_id").is_none_or(|stage| !closes(env, stage));
    let counted = |ticket: &i64| word == "team_open" || env.link(tickets, *ticket, "user_id").is_none();
    json!(value::ids(&env.get(model, id, "ticket_ids")).iter().filter(|ticket| open(ticket) && counted(ticket)).count())
}
