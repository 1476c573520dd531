//! Orders to vendors: the number and lines that follow from others; confirmation, cancellation; what is billed and received.

use serde_json::{Map, Value, json};

use super::{order, set};
use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::{compute, write},
    value,
};

/// What a line's taxes were called before 19 (`purchase/models/purchase_order_line.py`).
fn tax_field(env: &Env<'_>) -> &'static str {
    if env.major() >= 19 { "tax_ids" } else { "taxes_id" }
}

/// The value of a computed field of orders and their lines, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Option<Value> {
    let (untaxed, tax) = match word {
        "purchase_subtotal" | "purchase_tax" | "purchase_total" => {
            order::taxed(env, model, id, "product_qty", tax_field(env))
        }
        _ => (0.0, 0.0),
    };
    Some(match word {
        "purchase_subtotal" => json!(untaxed),
        "purchase_tax" => json!(tax),
        "purchase_total" => json!(compute::round(untaxed + tax)),
        "purchase_line_to_invoice" => json!(to_invoice(env, model, id)),
        "purchase_invoice_status" => json!(status(env, model, id)),
        _ => return None,
    })
}

/// `P00012 (the vendor's reference)`.
pub(super) fn display_name(env: &Env<'_>, model: &Model, id: i64) -> Option<Value> {
    if model.name != "purchase.order" {
        return None;
    }
    let name = env.text(model, id, "name");
    let reference = env.text(model, id, "partner_ref");
    Some(json!(if reference.is_empty() { name } else { format!("{name} ({reference})") }))
}

fn ordered(env: &Env<'_>, model: &Model, id: i64) -> bool {
    matches!(env.text(model, id, "state").as_str(), "purchase" | "done")
}

/// How much of a confirmed line is still to be billed: of what came, or of what was ordered of a service. In 14 a service too has to be received.
fn to_invoice(env: &Env<'_>, lines: &Model, id: i64) -> f64 {
    let number = |field: &str| env.get(lines, id, field).as_f64().unwrap_or_default();
    if !ordered(env, lines, id) {
        return 0.0;
    }
    let service = env.major() >= 15 && env.follow(lines, id, "product_id.type") == json!("service");
    number(if service { "product_qty" } else { "qty_received" }) - number("qty_invoiced")
}

fn status(env: &Env<'_>, orders: &Model, id: i64) -> &'static str {
    let Some(lines) = env.registry.model("purchase.order.line").filter(|_| ordered(env, orders, id)) else {
        return "no";
    };
    let own = value::ids(&env.get(orders, id, "order_line"));
    let billed = |line: &i64| env.get(lines, *line, "qty_invoiced").as_f64().unwrap_or_default() != 0.0;
    if own.iter().any(|line| to_invoice(env, lines, *line) != 0.0) {
        "to invoice"
    } else if own.iter().any(billed) {
        "invoiced"
    } else {
        "no"
    }
}

/// Values that a new order takes from others.
pub(super) fn prefill(values: &mut Map<String, Value>) {
    if let Some(date) = values.get("date_order").cloned() {
        values.entry("date_planned").or_insert(date);
    }
}

/// Values that a new line takes from its product.
pub(super) fn prefill_line(env: &Env<'_>, values: &mut Map<String, Value>) {
    let Some((products, product)) = order::product_of_line(env, values, "product_qty") else { return };
    let sudo = env.sudo();
    values.entry("name").or_insert(json!(sudo.name(products, product)));
    values.entry("price_unit").or_insert(sudo.get(products, product, "standard_price"));
    order::unit_and_taxes(env, values, "purchase.order", product, (tax_field(env), "supplier_taxes_id"));
    if let Some((orders, order)) = env.registry.model("purchase.order").zip(values.get("order_id").and_then(value::id))
    {
        values.entry("date_planned").or_insert(sudo.get(orders, order, "date_planned"));
    }
}

/// A new order gets the next number.
pub(super) fn number(tx: &mut Tx<'_>, model: &Model, id: i64) {
    if tx.env().text(model, id, "name") == "New" {
        let number = tx.store.next("purchase.order");
        tx.store.set(&model.name, id, "name", json!(format!("P{number:05}")));
    }
}

/// `button_confirm`: requests become orders; what is none any more is passed over.
pub(super) fn confirm(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    for id in ids.iter().copied() {
        let env = tx.env();
        if !matches!(env.text(model, id, "state").as_str(), "draft" | "sent") {
            continue;
        }
        let goods = env.registry.model("purchase.order.line").is_some_and(|lines| {
            value::ids(&env.get(model, id, "order_line"))
                .into_iter()
                .any(|line| matches!(env.follow(lines, line, "product_id.type").as_str(), Some("consu" | "product")))
        });
        set(tx, model, &[id], json!({"state": "purchase", "date_approve": clock::print(tx.context.now)}))?;
        if goods && model.field("receipt_status").is_some() {
            tx.store.set(&model.name, id, "receipt_status", json!("pending"));
        }
    }
    Ok(json!(true))
}

/// `button_cancel` and `button_draft`, which answer nothing of use.
pub(super) fn to_state(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], state: &str) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    set(tx, model, ids, json!({"state": state}))?;
    Ok(if state == "draft" { json!({}) } else { Value::Null })
}

/// Refuses to remove an order that is not cancelled.
pub(super) fn removable(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    if env.text(model, id, "state") == "cancel" {
        return Ok(());
    }
    Err(Fault::user("In order to delete a purchase order, you must cancel it first."))
}
