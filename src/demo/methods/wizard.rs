//! Wizards: records of a moment, made to hold the answers of a dialog, and the methods of their buttons.

use serde_json::{Map, Value, json};

use super::{lead, order, thread};
use crate::demo::{
    env::Tx,
    errors::{Fault, Outcome},
    model::Model,
    orm::write,
    value,
};

fn one(tx: &Tx<'_>, model: &Model, ids: &[i64]) -> Outcome<i64> {
    write::exist(tx, model, ids)?;
    match ids {
        [one] => Ok(*one),
        [] => Err(Fault::value(format!("Expected singleton: {}()", model.name))),
        many => Err(Fault::value(format!("Expected singleton: {}{}", model.name, value::tuple(many)))),
    }
}

/// `crm.lead.lost.action_lost_reason_apply`: of the leads that it names; in 14 of those that the context does.
pub(super) fn lost(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    let leads = tx.registry.model("crm.lead").ok_or_else(|| Fault::key("crm.lead"))?;
    let old = tx.env().major() < 15;
    let wizard = one(tx, model, ids)?;
    let named = if old {
        tx.context.raw.get("active_ids").map(value::ids).unwrap_or_default()
    } else {
        value::ids(&tx.env().active_test(false).get(model, wizard, "lead_ids"))
    };
    let reason = tx.env().link(model, wizard, "lost_reason_id");
    let feedback = tx.env().text(model, wizard, "lost_feedback");
    let field = if old { "lost_reason" } else { "lost_reason_id" };
    let reason = Map::from_iter([(field.to_owned(), reason.map_or(Value::Bool(false), |reason| json!(reason)))]);
    let answer = lead::lose(tx, leads, &named, &reason)?;
    if !feedback.is_empty() {
        let body = format!("<div style=\"margin-bottom: 4px;\"><p>Lost Comment:</p>{feedback}<br></div>");
        for lead in named {
            let note = json!({"body": body, "body_is_html": true}).as_object().cloned().unwrap_or_default();
            thread::post(tx, leads, &[lead], &note)?;
        }
    }
    Ok(answer)
}

/// `sale.order.cancel.action_cancel`: the order is cancelled without asking again.
pub(super) fn cancel(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    let orders = tx.registry.model("sale.order").ok_or_else(|| Fault::key("sale.order"))?;
    let wizard = one(tx, model, ids)?;
    let order = tx.env().link(model, wizard, "order_id").into_iter().collect::<Vec<_>>();
    let mut raw = tx.context.raw.as_ref().clone();
    raw.insert("disable_cancel_warning".into(), json!(true));
    tx.context.raw = std::sync::Arc::new(raw);
    order::cancel(tx, orders, &order)
}
