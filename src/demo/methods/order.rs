//! Orders: the addresses, salesperson, number and lines that follow from others; quotation, confirmation, cancellation.

use jiff::Span;
use serde_json::{Map, Value, json};

use super::set;
use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::write,
    value,
};

/// Values that a new order takes from its customer.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some(partner) = values.get("partner_id").and_then(value::id) else {
        return;
    };
    for field in ["partner_invoice_id", "partner_shipping_id"] {
        values.entry(field).or_insert(json!(partner));
    }
    let salesperson = env.registry.model("res.partner").and_then(|partners| sudo.link(partners, partner, "user_id"));
    let user = salesperson.unwrap_or(env.context.uid);
    values.entry("user_id").or_insert(json!(user));
    if let Some(team) = env.registry.model("res.users").and_then(|users| sudo.link(users, user, "sale_team_id")) {
        values.entry("team_id").or_insert(json!(team));
    }
    let today = env.context.now.date();
    if let Ok(until) = today.checked_add(Span::new().days(30)) {
        values.entry("validity_date").or_insert(json!(until.to_string()));
    }
}

/// Values that a new line takes from its product.
pub(super) fn prefill_line(env: &Env<'_>, values: &mut Map<String, Value>) {
    if values.get("display_type").is_some_and(value::truthy) {
        for field in ["product_uom_qty", "price_unit"] {
            values.insert(field.into(), json!(0.0));
        }
        return;
    }
    let sudo = env.sudo();
    let Some((products, product)) =
        env.registry.model("product.product").zip(values.get("product_id").and_then(value::id))
    else {
        return;
    };
    let mut name = sudo.name(products, product);
    let description = sudo.text(products, product, "description_sale");
    if !description.is_empty() {
        name = format!("{name}\n{description}");
    }
    values.entry("name").or_insert(json!(name));
    values.entry("price_unit").or_insert(sudo.get(products, product, "lst_price"));
    let uom = if env.major() >= 19 { "product_uom_id" } else { "product_uom" };
    values.entry(uom).or_insert(sudo.get(products, product, "uom_id"));
}

/// `action_confirm`
pub(super) fn confirm(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    let waiting = |id: &i64| matches!(tx.env().text(model, *id, "state").as_str(), "draft" | "sent");
    if !ids.iter().all(waiting) {
        return Err(Fault::user(match tx.env().major() {
            17.. => "Some orders are not in a state requiring confirmation.".to_owned(),
            _ => "It is not allowed to confirm an order in the following states: cancel, done".to_owned(),
        }));
    }
    set(tx, model, ids, json!({"state": "sale", "date_order": clock::print(tx.context.now)}))?;
    Ok(json!(true))
}

/// `action_cancel`
pub(super) fn cancel(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    // 15 to 18 ask first, for an order that was sent or confirmed.
    let asks = (15..19).contains(&tx.env().major()) && !tx.context.raw.contains_key("disable_cancel_warning");
    if asks && ids.iter().any(|id| tx.env().text(model, *id, "state") != "draft") {
        return Ok(json!({
            "name": "Cancel Quotation",
            "view_mode": "form",
            "res_model": "sale.order.cancel",
            "type": "ir.actions.act_window",
            "context": {"default_order_id": ids.first()},
            "target": "new",
        }));
    }
    set(tx, model, ids, json!({"state": "cancel"}))?;
    Ok(json!(true))
}

/// A new order gets the next number.
pub(super) fn number(tx: &mut Tx<'_>, model: &Model, id: i64) {
    if tx.env().text(model, id, "name") == "New" {
        let number = tx.store.next("sale.order");
        tx.store.set(&model.name, id, "name", json!(format!("S{number:05}")));
    }
}

/// Refuses to remove an order that was sent or confirmed.
pub(super) fn removable(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    if matches!(env.text(model, id, "state").as_str(), "draft" | "cancel") {
        return Ok(());
    }
    Err(Fault::user("You can not delete a sent quotation or a confirmed sales order. You must first cancel it."))
}

/// Refuses to remove a line of a confirmed order.
pub(super) fn removable_line(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let state = env.text(model, id, "state");
    if matches!(state.as_str(), "sale" | "done") && env.get(model, id, "display_type").is_null() {
        return Err(Fault::user(
            "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something gets invoiced or delivered).\n                Set the quantity to 0 instead.",
        ));
    }
    Ok(())
}

/// `action_draft`
pub(super) fn reopen(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    let states = tx.env();
    let back: Vec<i64> = ids
        .iter()
        .copied()
        .filter(|id| matches!(states.text(model, *id, "state").as_str(), "cancel" | "sent"))
        .collect();
    set(tx, model, &back, json!({"state": "draft"}))?;
    Ok(json!(true))
}

/// `action_quotation_send`: the mail composer, which is not there to be opened.
pub(super) fn composer(ids: &[i64]) -> Value {
    json!({
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": "mail.compose.message",
        "views": [[false, "form"]],
        "view_id": false,
        "target": "new",
        "context": {"default_model": "sale.order", "default_res_ids": ids, "mark_so_as_sent": true},
    })
}
