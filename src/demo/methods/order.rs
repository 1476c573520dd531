//! Orders: the addresses, salesperson, number and lines that follow from others; quotation, confirmation, cancellation.

use jiff::Span;
use serde_json::{Map, Value, json};

use super::{set, stock};
use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::{compute, write},
    value,
};

/// Values that a new order takes from its customer.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some(partner) = values.get("partner_id").and_then(value::id) else {
        return;
    };
    for (field, kind) in [("partner_invoice_id", "invoice"), ("partner_shipping_id", "delivery")] {
        values.entry(field).or_insert(json!(address(&sudo, partner, kind)));
    }
    let salesperson = env.registry.model("res.partner").and_then(|partners| sudo.link(partners, partner, "user_id"));
    let user = salesperson.unwrap_or(env.context.uid);
    values.entry("user_id").or_insert(json!(user));
    if let Some(team) = env.registry.model("res.users").and_then(|users| sudo.link(users, user, "sale_team_id")) {
        values.entry("team_id").or_insert(json!(team));
    }
    // From 16 on counted from the caller's day, before from that of UTC.
    let now = env.context.now;
    let today = if env.major() >= 16 { clock::to_local(now, env.context.tz.as_deref()) } else { now }.date();
    if let Ok(until) = today.checked_add(Span::new().days(30)) {
        values.entry("validity_date").or_insert(json!(until.to_string()));
    }
}

/// The contact of a partner for invoices or deliveries: the first one below it of that type, else the partner.
fn address(env: &Env<'_>, partner: i64, kind: &str) -> i64 {
    let Some(partners) = env.registry.model("res.partner") else {
        return partner;
    };
    let mut open = vec![partner];
    let mut seen = Vec::new();
    while let Some(one) = open.pop().filter(|_| seen.len() < 1_000) {
        if env.text(partners, one, "type") == kind {
            return one;
        }
        seen.push(one);
        let below = value::ids(&env.get(partners, one, "child_ids")).into_iter().rev();
        open.extend(
            below.filter(|child| !seen.contains(child) && env.get(partners, *child, "is_company") != json!(true)),
        );
    }
    partner
}

/// Values that a new line takes from its product.
pub(super) fn prefill_line(env: &Env<'_>, values: &mut Map<String, Value>) {
    let Some((products, product)) = product_of_line(env, values, "product_uom_qty") else { return };
    let sudo = env.sudo();
    let mut name = sudo.name(products, product);
    let description = sudo.text(products, product, "description_sale");
    if !description.is_empty() {
        name = format!("{name}\n{description}");
    }
    values.entry("name").or_insert(json!(name));
    values.entry("price_unit").or_insert(sudo.get(products, product, "lst_price"));
    unit_and_taxes(env, values, "sale.order", product, (tax_field(env), "taxes_id"));
}

/// The product of a new line. A heading has none, and neither a quantity nor a price.
pub(super) fn product_of_line(
    env: &Env<'_>,
    values: &mut Map<String, Value>,
    quantity: &str,
) -> Option<(&'static Model, i64)> {
    if values.get("display_type").is_some_and(value::truthy) {
        for field in [quantity, "price_unit"] {
            values.insert(field.into(), json!(0.0));
        }
        return None;
    }
    env.registry.model("product.product").zip(values.get("product_id").and_then(value::id))
}

/// The unit of the line's product, and its taxes: the field of the line, and that of the product.
pub(super) fn unit_and_taxes(
    env: &Env<'_>,
    values: &mut Map<String, Value>,
    orders: &str,
    product: i64,
    (of_line, of_product): (&str, &str),
) {
    let Some(products) = env.registry.model("product.product") else { return };
    let sudo = env.sudo();
    let uom = if env.major() >= 19 { "product_uom_id" } else { "product_uom" };
    values.entry(uom).or_insert(sudo.get(products, product, "uom_id"));
    let orders = env.registry.model(orders).zip(values.get("order_id").and_then(value::id));
    let company = orders.and_then(|(orders, order)| sudo.link(orders, order, "company_id"));
    values.entry(of_line).or_insert(taxes_of(&sudo, products, product, of_product, company));
}

/// The command that gives a line its product's taxes, those of the document's company.
pub(super) fn taxes_of(env: &Env<'_>, products: &Model, product: i64, field: &str, company: Option<i64>) -> Value {
    let mut own = value::ids(&env.get(products, product, field));
    own.retain(|tax| {
        env.registry.model("account.tax").is_some_and(|taxes| env.link(taxes, *tax, "company_id") == company)
    });
    json!([[6, 0, own]])
}

/// What a line's taxes were called before 19 (`sale/models/sale_order_line.py`).
fn tax_field(env: &Env<'_>) -> &'static str {
    if env.major() >= 19 { "tax_ids" } else { "tax_id" }
}

/// The company's first tax of a kind: what a new product gets.
pub(super) fn default_tax(env: &Env<'_>, kind: &str) -> Option<i64> {
    let sudo = env.sudo();
    let taxes = env.registry.model("account.tax")?;
    let company = env.context.company();
    let fits =
        |tax: &i64| sudo.link(taxes, *tax, "company_id") == company && sudo.text(taxes, *tax, "type_tax_use") == kind;
    env.store.ids(&taxes.name).into_iter().find(fits)
}

/// The value of a computed field of orders and their lines, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Option<Value> {
    let sold = || matches!(env.text(model, id, "state").as_str(), "sale" | "done");
    Some(match word {
        "line_subtotal" => json!(amounts(env, model, id).0),
        "line_tax" => json!(amounts(env, model, id).1),
        "line_total" => {
            let (untaxed, tax) = amounts(env, model, id);
            json!(compute::round(untaxed + tax))
        }
        "line_to_invoice" => json!(if sold() { to_invoice(env, model, id) } else { 0.0 }),
        "line_invoice_status" => json!(if sold() { line_status(env, model, id) } else { "no" }),
        "invoice_status" => json!(if sold() { status(env, model, id) } else { "no" }),
        _ => return None,
    })
}

/// A line's amount without and of its taxes.
fn amounts(env: &Env<'_>, lines: &Model, id: i64) -> (f64, f64) {
    taxed(env, lines, id, "product_uom_qty", tax_field(env))
}

/// The amount without and of the taxes of a line of any document, by its fields of the quantity and of the taxes.
pub(super) fn taxed(env: &Env<'_>, lines: &Model, id: i64, quantity: &str, field: &str) -> (f64, f64) {
    let number = |field: &str| env.get(lines, id, field).as_f64().unwrap_or_default();
    let quantity = number(quantity);
    let base = compute::round(quantity * number("price_unit") * (1.0 - number("discount") / 100.0));
    let (mut untaxed, mut due) = (base, 0.0);
    let Some(taxes) = env.registry.model("account.tax") else {
        return (base, 0.0);
    };
    for tax in value::ids(&env.get(lines, id, field)) {
        let rate = env.get(taxes, tax, "amount").as_f64().unwrap_or_default();
        let included = env.get(taxes, tax, "price_include") == json!(true);
        let part = match env.text(taxes, tax, "amount_type").as_str() {
            "fixed" => rate * quantity,
            "division" if included => base * rate / 100.0,
            "division" => base / (1.0 - rate / 100.0) - base,
            _ if included => base - base / (1.0 + rate / 100.0),
            _ => base * rate / 100.0,
        };
        let part = compute::round(part);
        due += part;
        if included {
            untaxed -= part;
        }
    }
    (compute::round(untaxed), compute::round(due))
}

/// How much of a confirmed line is still to be invoiced: of what was ordered or of what was delivered, as the product says.
fn to_invoice(env: &Env<'_>, lines: &Model, id: i64) -> f64 {
    let number = |field: &str| env.get(lines, id, field).as_f64().unwrap_or_default();
    let delivered = env.follow(lines, id, "product_id.invoice_policy") == json!("delivery");
    number(if delivered { "qty_delivered" } else { "product_uom_qty" }) - number("qty_invoiced")
}

fn line_status(env: &Env<'_>, lines: &Model, id: i64) -> &'static str {
    let number = |field: &str| env.get(lines, id, field).as_f64().unwrap_or_default();
    let ordered = env.follow(lines, id, "product_id.invoice_policy") == json!("order");
    if !env.get(lines, id, "display_type").is_null() {
        "no"
    } else if to_invoice(env, lines, id) != 0.0 {
        "to invoice"
    } else if ordered && number("qty_delivered") > number("product_uom_qty") {
        "upselling"
    } else if number("qty_invoiced") >= number("product_uom_qty") {
        "invoiced"
    } else {
        "no"
    }
}

/// A confirmed order's status of invoicing, from its lines'.
fn status(env: &Env<'_>, orders: &Model, id: i64) -> &'static str {
    let Some(lines) = env.registry.model("sale.order.line") else {
        return "no";
    };
    let mut own = value::ids(&env.get(orders, id, "order_line"));
    own.retain(|line| env.get(lines, *line, "display_type").is_null());
    let states: Vec<&str> = own.into_iter().map(|line| line_status(env, lines, line)).collect();
    if states.contains(&"to invoice") {
        "to invoice"
    } else if !states.is_empty() && states.iter().all(|state| *state == "invoiced") {
        "invoiced"
    } else if !states.is_empty() && states.iter().all(|state| matches!(*state, "invoiced" | "upselling")) {
        "upselling"
    } else {
        "no"
    }
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
    for id in ids {
        stock::deliver(tx, model, *id)?;
    }
    Ok(json!(true))
}

/// `action_cancel`
pub(super) fn cancel(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    let major = tx.env().major();
    let locked = |id: &i64| model.field("locked").is_some() && tx.env().get(model, *id, "locked") == json!(true);
    if major >= 17 && ids.iter().any(locked) {
        return Err(Fault::user("You cannot cancel a locked order. Please unlock it first."));
    }
    // 15 to 18 ask first, for an order that was sent or confirmed; 14 where something was delivered.
    let asks = major < 19 && !tx.context.raw.contains_key("disable_cancel_warning");
    let concerned = |id: &i64| match major {
        15.. => tx.env().text(model, *id, "state") != "draft",
        _ => stock::delivered(&tx.env(), model, *id),
    };
    if asks && ids.iter().any(concerned) {
        return Ok(json!({
            "name": if major < 15 { "Cancel Sales Order" } else { "Cancel Quotation" },
            "view_mode": "form",
            "res_model": "sale.order.cancel",
            "type": "ir.actions.act_window",
            "context": {"default_order_id": ids.first()},
            "target": "new",
        }));
    }
    set(tx, model, ids, json!({"state": "cancel"}))?;
    for id in ids {
        stock::undeliver(tx, model, *id);
    }
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
