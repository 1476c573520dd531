//! What single models do beyond the common rules: values that follow from others, constraints, business methods. One file per application.

mod activity;
pub(super) mod attachment;
mod company;
mod helpdesk;
pub(super) mod invoice;
mod knowledge;
mod lead;
mod leave;
mod order;
pub(super) mod parameters;
mod partner;
mod project;
mod purchase;
mod stock;
mod thread;
mod timesheet;
mod wizard;

use serde_json::{Map, Value, json};

use super::{
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::{Model, Unique},
    orm::write,
    value,
};

/// The value of a computed field that belongs to one application, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str, argument: &str) -> Option<Value> {
    order::value(env, model, id, word)
        .or_else(|| stock::value(env, model, id, word, argument))
        .or_else(|| purchase::value(env, model, id, word))
        .or_else(|| invoice::value(env, model, id, word, argument))
        .or_else(|| thread::value(env, model, id, word))
        .or_else(|| activity::value(env, model, id, word, argument))
        .or_else(|| attachment::value(env, model, id, word))
        .or_else(|| leave::value(env, model, id, word, argument))
        .or_else(|| timesheet::value(env, model, id, word))
}

/// The display name of a record that is not one of its fields.
pub(super) fn display_name(env: &Env<'_>, model: &Model, id: i64) -> Option<Value> {
    stock::display_name(env, model, id)
        .or_else(|| purchase::display_name(env, model, id))
        .or_else(|| invoice::display_name(env, model, id))
}

/// A default that belongs to one application, by the word in the field's definition.
pub(super) fn default(env: &Env<'_>, how: &str) -> Option<Value> {
    match how {
        "warehouse" => stock::default_warehouse(env).map(|id| json!(id)),
        "sale_tax" => order::default_tax(env, "sale").map(|id| json!([id])),
        "activity_type" => activity::default_type(env).map(|id| json!(id)),
        "employee" => leave::employee_of(env, env.context.uid).map(|id| json!(id)),
        "own_partner" => thread::partner(env).map(|id| json!([id])),
        "purchase_tax" => order::default_tax(env, "purchase").map(|id| json!([id])),
        _ => None,
    }
}

/// Values that a new record takes from others that were given, where the caller gave none.
pub(super) fn prefill(env: &Env<'_>, model: &Model, values: &mut Map<String, Value>) {
    match model.name.as_str() {
        "crm.lead" => lead::prefill(env, values),
        "project.task" => project::prefill(env, values),
        "helpdesk.ticket" => helpdesk::prefill(env, values),
        "knowledge.article" => knowledge::prefill(env, values),
        "sale.order" => order::prefill(env, values),
        "sale.order.line" => order::prefill_line(env, values),
        "purchase.order" => purchase::prefill(values),
        "purchase.order.line" => purchase::prefill_line(env, values),
        "account.move" => invoice::prefill(env, values),
        "account.move.line" => invoice::prefill_line(env, values),
        "mail.message" => thread::prefill(env, values),
        "mail.activity" => activity::prefill(env, values),
        "hr.leave" => leave::prefill(env, values),
        "hr.leave.allocation" => {
            let department = values
                .get("employee_id")
                .and_then(value::id)
                .and_then(|employee| env.sudo().link(env.registry.model("hr.employee")?, employee, "department_id"));
            values.extend(department.map(|id| ("department_id".to_owned(), json!(id))));
        }
        "account.analytic.line" => timesheet::prefill(env, values),
        "stock.warehouse.orderpoint" => timesheet::prefill_rule(env, values),
        "calendar.event" => timesheet::event(values),
        "res.users" => {
            let company = values.get("company_id").cloned();
            if let Some(company) = company.filter(|company| value::id(company).is_some()) {
                values.entry("company_ids").or_insert(json!([[6, 0, [company]]]));
            }
        }
        _ => {}
    }
}

fn take(env: &Env<'_>, model: &Model, from: i64, fields: &[&str], values: &mut Map<String, Value>) {
    for field in fields {
        let found = env.get(model, from, field);
        if !found.is_null() && !values.contains_key(*field) {
            values.insert((*field).to_owned(), found);
        }
    }
}

/// What follows once a record is there, of these values.
pub(super) fn created(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    match model.name.as_str() {
        "res.partner" => {
            partner::sync(tx, model, id, values)?;
            partner::created(tx, model, id);
        }
        "sale.order" => order::number(tx, model, id),
        "purchase.order" => purchase::number(tx, model, id),
        "helpdesk.ticket" => helpdesk::number(tx, model, id),
        // A template comes with one variant, unless it is the variant that brings its template.
        "product.template" if !tx.context.raw.contains_key("create_product_product") => {
            let variant = tx.registry.model("product.product").ok_or_else(|| Fault::key("product.product"))?;
            let values = Map::from_iter([("product_tmpl_id".to_owned(), json!(id))]);
            write::create(&mut tx.sudo(), variant, &[values])?;
        }
        "ir.attachment" => attachment::keep(tx, model, id, values, true),
        "hr.leave" | "hr.leave.allocation" => leave::created(tx, model, id)?,
        "stock.warehouse.orderpoint" => timesheet::number(tx, model, id),
        _ => {}
    }
    attachment::of_fields(tx, model, id, values)?;
    if model.has("thread") {
        thread::created(tx, model, id, values)?;
    }
    company::consistent(&tx.env(), model, id)
}

/// Values that a change brings with it.
pub(super) fn before_write(env: &Env<'_>, model: &Model, id: i64, values: &mut Map<String, Value>) {
    match model.name.as_str() {
        "crm.lead" => lead::before_write(env, model, id, values),
        "account.move" => invoice::dated(values),
        "hr.leave" => leave::dates(env, values),
        "project.task" => project::before_write(env, model, id, values),
        "helpdesk.ticket" => helpdesk::before_write(env, model, id, values),
        "knowledge.article" => knowledge::before_write(env, values),
        _ => {}
    }
}

/// The value of a field that only these models compute; `word` is the one in its definition.
pub(super) fn computed(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Value {
    match word.split_once('_').map_or(word, |(first, _)| first) {
        "project" | "task" => project::computed(env, model, id, word),
        "team" => helpdesk::computed(env, model, id, word),
        "article" => knowledge::computed(env, model, id, word),
        _ => Value::Null,
    }
}

/// What follows a change.
pub(super) fn written(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    match model.name.as_str() {
        "crm.lead" => lead::written(tx, model, id, values),
        "res.partner" => partner::sync(tx, model, id, values)?,
        "ir.attachment" => attachment::keep(tx, model, id, values, false),
        _ => {}
    }
    attachment::of_fields(tx, model, id, values)?;
    if model.has("thread") {
        thread::responsible(tx, model, id, values)?;
    }
    if company::concerned(model, values) { company::consistent(&tx.env(), model, id) } else { Ok(()) }
}

/// What must hold of a record.
pub(super) fn constraints(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    if model.name == "res.partner" {
        partner::named(env, model, id)?;
    }
    match model.name.as_str() {
        "hr.leave" => leave::allowed(env, model, id)?,
        "account.analytic.line" => timesheet::allowed(env, model, id)?,
        _ => {}
    }
    if model.name == "project.task" && sudo.link(model, id, "parent_id") == Some(id) {
        return Err(Fault::user("Sorry. You can't set a task as its parent task."));
    }
    model.unique.iter().try_for_each(|unique| only_one(&sudo, model, id, unique))?;
    let Some(parent) = &model.parent else {
        return Ok(());
    };
    let mut at = id;
    for _ in 0..1_000 {
        match sudo.link(model, at, parent) {
            Some(above) if above == id => {
                return Err(Fault::validation(match model.name.as_str() {
                    "res.partner" => "You cannot create recursive Partner hierarchies.".to_owned(),
                    "res.partner.category" => "You can not create recursive tags.".to_owned(),
                    _ => "Recursion Detected.".to_owned(),
                }));
            }
            Some(above) => at = above,
            None => break,
        }
    }
    Ok(())
}

/// Refuses a second record with these values. What is not set is like nothing else.
fn only_one(env: &Env<'_>, model: &Model, id: i64, unique: &Unique) -> Outcome<()> {
    let stored = |id: i64| -> Option<Vec<Value>> {
        let row = env.store.get(&model.name, id)?;
        unique.fields.iter().map(|field| row.get(field.as_str()).filter(|found| !found.is_null()).cloned()).collect()
    };
    let Some(own) = stored(id) else {
        return Ok(());
    };
    let taken = env.store.ids(&model.name).into_iter().any(|other| other != id && stored(other).as_ref() == Some(&own));
    if taken { Err(Fault::constraint(env.major(), &unique.name, &unique.message)) } else { Ok(()) }
}

/// What goes with a record that names it without a field of its own.
pub(super) fn gone(tx: &mut Tx<'_>, model: &Model, id: i64) -> Outcome<()> {
    thread::gone(tx, model, id)
}

/// What may not be removed.
pub(super) fn before_unlink(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    match model.name.as_str() {
        "sale.order" => order::removable(&sudo, model, id),
        "sale.order.line" => order::removable_line(&sudo, model, id),
        "purchase.order" => purchase::removable(&sudo, model, id),
        "account.move" => invoice::removable(&sudo, model, id),
        _ => Ok(()),
    }
}

/// What goes together with these records, though no field of theirs says so: products whose last variant is among them.
pub(super) fn bereft(env: &Env<'_>, model: &Model, ids: &[i64]) -> Vec<i64> {
    if model.name != "product.product" {
        return Vec::new();
    }
    let template = |id: i64| env.link(model, id, "product_tmpl_id");
    let active = |id: i64| model.field("active").is_none_or(|field| env.value(model, id, field) == true);
    let left: Vec<i64> = env
        .store
        .ids(&model.name)
        .iter()
        .copied()
        .filter(|id| !ids.contains(id) && active(*id))
        .filter_map(template)
        .collect();
    ids.iter().copied().filter_map(template).filter(|template| !left.contains(template)).collect()
}

/// What a copy does not take over.
pub(super) fn copied(model: &Model, values: &mut Map<String, Value>) {
    match model.name.as_str() {
        "sale.order" => {
            for field in ["name", "state", "date_order", "validity_date", "locked", "client_order_ref"] {
                values.remove(field);
            }
        }
        "purchase.order" => {
            for field in
                ["name", "state", "date_order", "date_approve", "partner_ref", "origin", "receipt_status", "locked"]
            {
                values.remove(field);
            }
        }
        "account.move" => {
            for field in [
                "name",
                "state",
                "date",
                "invoice_date",
                "invoice_date_due",
                "payment_reference",
                "ref",
                "posted_before",
                "invoice_origin",
            ] {
                values.remove(field);
            }
        }
        "crm.lead" => {
            for field in
                ["date_open", "date_closed", "lost_reason_id", "date_last_stage_update", "probability", "stage_id"]
            {
                values.remove(field);
            }
        }
        _ => {}
    }
}

/// A method of the records' own, by name: what it answers. `kwargs` are the arguments beside the ids.
pub(super) fn call(
    tx: &mut Tx<'_>,
    model: &'static Model,
    method: &str,
    ids: &[i64],
    kwargs: &Map<String, Value>,
) -> Outcome<Value> {
    match (model.name.as_str(), method) {
        (_, "action_archive" | "action_unarchive" | "toggle_active") => archive(tx, model, method, ids),
        (_, "message_post") => thread::post(tx, model, ids, kwargs),
        (_, "message_subscribe") => thread::subscribe(tx, model, ids, kwargs, true),
        (_, "message_unsubscribe") => thread::subscribe(tx, model, ids, kwargs, false),
        (_, "activity_schedule") => activity::schedule(tx, model, ids, kwargs),
        ("mail.activity", "action_feedback" | "action_done") => activity::done(tx, model, ids, kwargs),
        ("hr.leave" | "hr.leave.allocation", _) => leave::act(tx, model, method, ids),
        ("crm.lead.lost", "action_lost_reason_apply") => wizard::lost(tx, model, ids),
        ("sale.order.cancel", "action_cancel" | "action_send_mail_and_cancel") => wizard::cancel(tx, model, ids),
        ("ir.config_parameter", "set_param") => parameters::set(tx, model, kwargs),
        ("crm.lead", "action_set_lost") => lead::lose(tx, model, ids, kwargs),
        ("crm.lead", "action_set_won" | "action_set_won_rainbowman") => lead::win(tx, model, ids),
        ("sale.order", "action_confirm") => order::confirm(tx, model, ids),
        ("sale.order", "action_cancel") => order::cancel(tx, model, ids),
        ("sale.order", "action_draft") => order::reopen(tx, model, ids),
        ("purchase.order", "button_confirm") => purchase::confirm(tx, model, ids),
        ("purchase.order", "button_cancel") => purchase::to_state(tx, model, ids, "cancel"),
        ("purchase.order", "button_draft") => purchase::to_state(tx, model, ids, "draft"),
        ("account.move", "action_post") => invoice::post(tx, model, ids),
        ("account.move", "button_draft") => invoice::to_state(tx, model, ids, "draft"),
        ("account.move", "button_cancel") => invoice::to_state(tx, model, ids, "cancel"),
        ("sale.order", "action_quotation_send") => Ok(order::composer(ids)),
        _ => Err(Fault::attribute(format!("The method '{}.{method}' does not exist", model.name))),
    }
}

fn set(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], values: Value) -> Outcome<()> {
    let values = values.as_object().cloned().unwrap_or_default();
    write::write(tx, model, ids, &values)
}

fn archive(tx: &mut Tx<'_>, model: &'static Model, method: &str, ids: &[i64]) -> Outcome<Value> {
    for id in ids.iter().copied() {
        write::exist(tx, model, &[id])?;
        let active = match method {
            "action_archive" => false,
            "action_unarchive" => true,
            _ => tx.env().get(model, id, "active") != json!(true),
        };
        let mut values = json!({"active": active});
        if model.name == "crm.lead" && active {
            let reason = if tx.env().major() >= 16 { "lost_reason_id" } else { "lost_reason" };
            values = json!({"active": true, reason: false, "probability": 20.0});
        }
        set(tx, model, &[id], values)?;
    }
    Ok(if tx.env().major() >= 19 { Value::Null } else { json!(true) })
}
