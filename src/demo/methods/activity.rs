//! Planned activities: what is next for a record, planning it, having done it.

use serde_json::{Map, Value, json};

use super::thread::{ordered, owner};
use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::write,
    value,
};

/// The value of a computed field of activities and of who has them, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str, argument: &str) -> Option<Value> {
    let activities = env.registry.model("mail.activity")?;
    let open = || {
        let mut ids = ordered(env, activities, model, id);
        ids.retain(|one| !activities.archivable() || env.get(activities, *one, "active") == json!(true));
        ids
    };
    Some(match word {
        "activity_first" => open().first().map_or(Value::Null, |first| env.get(activities, *first, argument)),
        "activity_mine" => {
            let mine = |one: &i64| env.link(activities, *one, "user_id") == Some(env.context.uid);
            open().into_iter().find(mine).map_or(Value::Null, |one| env.get(activities, one, "date_deadline"))
        }
        "activity_state" => {
            let today = clock::to_local(env.context.now, env.context.tz.as_deref()).date().to_string();
            let due = env.text(model, id, "date_deadline");
            if model.archivable() && env.get(model, id, "active") != json!(true) {
                return Some(json!(if env.major() >= 18 { Some("done") } else { None }));
            }
            json!(match due.cmp(&today) {
                std::cmp::Ordering::Less => "overdue",
                std::cmp::Ordering::Equal => "today",
                std::cmp::Ordering::Greater => "planned",
            })
        }
        "activity_name" => {
            let summary = env.text(model, id, "summary");
            if summary.is_empty() { env.follow(model, id, "activity_type_id.name") } else { json!(summary) }
        }
        "activity_record_name" => owner(env, model, id).map_or(Value::Null, |(owner, id)| json!(env.name(owner, id))),
        _ => return None,
    })
}

/// The type of an activity that names none. 14 has one only where it knows the record's model.
pub(super) fn default_type(env: &Env<'_>) -> Option<i64> {
    let told = ["default_res_model", "default_res_model_id"].iter().any(|key| env.context.raw.contains_key(*key));
    let (_, id) = env.store.named("mail.mail_activity_data_todo").filter(|_| env.major() >= 15 || told)?;
    Some(id)
}

/// A new activity knows its record's model by name, whichever way it was given.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let models = env.registry.model("ir.model");
    if let Some((models, id)) = models.zip(values.get("res_model_id").and_then(value::id)) {
        let name = env.sudo().get(models, id, "model");
        values.insert("res_model".into(), name);
    }
}

/// `activity_schedule`: what it answers is the records, as ids from 19 on and as their text before.
pub(super) fn schedule(tx: &mut Tx<'_>, model: &Model, ids: &[i64], kwargs: &Map<String, Value>) -> Outcome<Value> {
    let activities = tx.registry.model("mail.activity").ok_or_else(|| Fault::key("mail.activity"))?;
    let types = tx.registry.model("mail.activity.type").ok_or_else(|| Fault::key("mail.activity.type"))?;
    if tx.context.raw.get("mail_activity_automation_skip").is_some_and(value::truthy) {
        return Ok(json!(false));
    }
    write::exist(tx, model, ids)?;
    let mut own = kwargs.clone();
    let mut taken = |name: &str| own.shift_remove(name).filter(value::truthy);
    let named = taken("act_type_xmlid").map(|name| value::str(&name));
    let (deadline, summary, note) = (taken("date_deadline"), taken("summary"), taken("note"));
    let named = named.and_then(|name| tx.store.named(&name).map(|(_, id)| id));
    let kind = named.or_else(|| own.get("activity_type_id").and_then(value::id)).or_else(|| {
        let todo = tx.store.named("mail.mail_activity_data_todo").map(|(_, id)| id);
        todo.filter(|_| tx.env().major() >= 15 || kwargs.get("act_type_xmlid").is_some_and(value::truthy))
    });
    let env = tx.env().sudo();
    let of_type = |field: &str| kind.map_or(Value::Null, |kind| env.get(types, kind, field));
    let model_id = env.store.ids("ir.model").into_iter().find(|id| {
        env.store.get("ir.model", *id).and_then(|row| row.get("model")).and_then(value::text) == Some(&model.name)
    });
    let today = clock::to_local(env.context.now, env.context.tz.as_deref()).date().to_string();
    let mut values = json!({
        "activity_type_id": kind,
        "summary": summary.unwrap_or_else(|| of_type("summary")),
        "automated": true,
        "note": note.unwrap_or_else(|| of_type(if env.major() < 15 { "default_description" } else { "default_note" })),
        "date_deadline": deadline.unwrap_or(json!(today)),
        "res_model_id": model_id,
    })
    .as_object()
    .cloned()
    .unwrap_or_default();
    if env.major() < 18 {
        values.insert("user_id".into(), json!(env.context.uid));
    }
    values.extend(own);
    let mut made = Vec::new();
    for id in ids {
        values.insert("res_id".into(), json!(id));
        made.extend(write::create(tx, activities, std::slice::from_ref(&values))?);
    }
    Ok(if tx.env().major() >= 19 { json!(made) } else { json!(format!("mail.activity{}", value::tuple(&made))) })
}

/// `action_feedback`, `action_done`: a message says that it was done, and the activity goes (from 18 on: is archived).
pub(super) fn done(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], kwargs: &Map<String, Value>) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    let messages = tx.registry.model("mail.message").ok_or_else(|| Fault::key("mail.message"))?;
    let feedback = kwargs.get("feedback").filter(|given| value::truthy(given)).map(value::str);
    let mut first = None;
    for id in ids.iter().copied() {
        let env = tx.env().sudo();
        let kind = env.link(model, id, "activity_type_id");
        let title = env.follow(model, id, "activity_type_id.name");
        let summary = env.text(model, id, "summary");
        let mut body = format!("<div><p><span>{}</span> done", title.as_str().unwrap_or_default());
        if !summary.is_empty() {
            body += &format!("<span>: </span><span>{summary}</span>");
        }
        body += "</p>";
        if let Some(feedback) = &feedback {
            let escaped =
                feedback.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
            body += &format!("<div>Feedback:</div><div>{escaped}</div>");
        }
        body += "</div>";
        let subtype = tx.store.named("mail.mt_activities").map(|(_, id)| id);
        if let Some((owner, record)) = owner(&tx.env().sudo(), model, id) {
            let values = json!({"model": owner.name, "res_id": record, "body": body, "message_type": "notification", "subtype_id": subtype, "mail_activity_type_id": kind});
            let made = write::create(&mut tx.sudo(), messages, &[values.as_object().cloned().unwrap_or_default()])?;
            first = first.or_else(|| made.first().copied());
        }
        if tx.env().major() >= 18 {
            let today = clock::to_local(tx.context.now, tx.context.tz.as_deref()).date().to_string();
            super::set(tx, model, &[id], json!({"active": false, "feedback": feedback, "date_done": today}))?;
        } else {
            write::unlink(tx, model, &[id])?;
        }
    }
    Ok(first.map_or(json!(false), |id| json!(id)))
}
