//! Methods of the models that tools call: leads and orders.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("crm.lead: a new lead gets stage, team and company, and its customer's details", new_lead),
        case!("crm.lead: lost and back", lost),
        case!("crm.lead: won", won),
        case!("sale.order: a new order has number, lines with prices, and totals", new_order),
        case!("sale.order: confirm, cancel, back to quotation", 19, states),
        case!("sale.order: 15 to 18 ask before a confirmed order is cancelled", 17, 18, asks),
        case!("sale.order: a confirmed order cannot be removed", 17, keeps),
    ]
}

async fn new_lead(odoo: &Odoo) {
    let us = odoo.reference("base.us").await;
    let firm = json!({"name": format!("{} firm", odoo.tag), "is_company": true, "email": "someone@example.com", "city": "Lyon", "country_id": us});
    let customer = odoo.make("res.partner", firm).await;
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag, "partner_id": customer})).await;
    let fields = [
        "type",
        "stage_id",
        "user_id",
        "partner_name",
        "email_from",
        "city",
        "country_id",
        "active",
        "priority",
        "probability",
    ];
    let row = odoo.read("crm.lead", lead, &fields).await;
    assert_eq!(row["type"], "opportunity");
    assert_eq!(row["stage_id"], json!([odoo.reference("crm.stage_lead1").await, "New"]));
    assert_eq!(row["user_id"][0], odoo.uid(Who::Admin).await);
    assert_eq!(row["partner_name"], json!(format!("{} firm", odoo.tag)));
    assert_eq!(row["email_from"], "someone@example.com");
    assert_eq!(row["city"], "Lyon");
    assert_eq!(row["country_id"][0], us);
    assert_eq!(row["active"], true);
    assert_eq!(row["priority"], "0");
    assert!(row["probability"].is_f64());
    let own = odoo
        .make("crm.lead", json!({"name": odoo.tag, "partner_id": customer, "email_from": "other@example.com"}))
        .await;
    assert_eq!(
        odoo.read("crm.lead", own, &["email_from"]).await["email_from"],
        "other@example.com",
        "what is given stays"
    );
}

async fn lost(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let reason = odoo.ok("crm.lost.reason", "search", json!({"domain": [], "limit": 1})).await[0].clone();
    let field = if odoo.version >= 16 { "lost_reason_id" } else { "lost_reason" };
    let mut arguments = json!({"ids": [lead]});
    arguments[field] = reason.clone();
    odoo.ok("crm.lead", "action_set_lost", arguments).await;
    let row = odoo.read("crm.lead", lead, &["active", "probability", field]).await;
    assert_eq!((&row["active"], &row["probability"], &row[field][0]), (&json!(false), &json!(0.0), &reason));
    odoo.ok("crm.lead", "action_unarchive", json!({"ids": [lead]})).await;
    let row = odoo.read("crm.lead", lead, &["active", field]).await;
    assert_eq!((&row["active"], &row[field]), (&json!(true), &json!(false)));
}

async fn won(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    assert_eq!(odoo.ok("crm.lead", "action_set_won", json!({"ids": [lead]})).await, true);
    let row = odoo.read("crm.lead", lead, &["probability", "stage_id", "date_closed", "active"]).await;
    assert_eq!((&row["probability"], &row["active"]), (&json!(100.0), &json!(true)));
    let stage = odoo.read("crm.stage", row["stage_id"][0].as_i64().unwrap(), &["is_won"]).await;
    assert_eq!(stage["is_won"], true);
    assert!(row["date_closed"].is_string());
}

/// An order of three of one product, the price from the product.
async fn order(odoo: &Odoo) -> (i64, i64) {
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let product = service(odoo).await;
    let lines = json!([[0, 0, {"product_id": product, "product_uom_qty": 3}], [0, 0, {"display_type": "line_note", "name": "a note"}]]);
    (odoo.make("sale.order", json!({"partner_id": customer, "order_line": lines})).await, product)
}

/// A service, since goods that were ordered leave stock moves that nobody may remove; without taxes, which a new product has.
async fn service(odoo: &Odoo) -> i64 {
    let values = json!({"name": odoo.tag, "list_price": 12.5, "type": "service", "taxes_id": [[6, 0, []]]});
    let id = odoo.make("product.product", values).await;
    let template = odoo.read("product.product", id, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    id
}

async fn new_order(odoo: &Odoo) {
    let (id, product) = order(odoo).await;
    let fields = [
        "name",
        "state",
        "partner_invoice_id",
        "partner_id",
        "amount_untaxed",
        "amount_total",
        "currency_id",
        "user_id",
        "order_line",
        "date_order",
    ];
    let row = odoo.read("sale.order", id, &fields).await;
    assert!(row["name"].as_str().unwrap().starts_with('S'), "{row:?}");
    assert_eq!(row["state"], "draft");
    assert_eq!(row["partner_invoice_id"], row["partner_id"]);
    assert_eq!((&row["amount_untaxed"], &row["amount_total"]), (&json!(37.5), &json!(37.5)));
    assert_eq!(row["user_id"][0], odoo.uid(Who::Admin).await);
    assert_eq!(row["order_line"].as_array().unwrap().len(), 2);
    let uom = if odoo.version >= 19 { "product_uom_id" } else { "product_uom" };
    let lines = json!({"domain": [["order_id", "=", id]], "fields": ["name", "product_id", "price_unit", "price_subtotal", "product_uom_qty", "display_type", uom, "order_partner_id"], "order": "id"});
    let lines = odoo.ok("sale.order.line", "search_read", lines).await;
    assert_eq!(
        (&lines[0]["product_id"][0], &lines[0]["price_unit"], &lines[0]["price_subtotal"]),
        (&json!(product), &json!(12.5), &json!(37.5))
    );
    assert_eq!(lines[0]["name"], json!(odoo.tag));
    assert!(lines[0][uom][0].is_i64());
    assert_eq!(lines[0]["order_partner_id"], row["partner_id"]);
    assert_eq!(
        (&lines[1]["display_type"], &lines[1]["price_subtotal"], &lines[1]["product_id"]),
        (&json!("line_note"), &json!(0.0), &json!(false))
    );
    odoo.ok(
        "sale.order.line",
        "write",
        json!({"ids": [lines[0]["id"]], "vals": {"product_uom_qty": 2, "discount": 10}}),
    )
    .await;
    assert_eq!(odoo.read("sale.order", id, &["amount_total"]).await["amount_total"], 22.5);
    let empty = odoo.make("sale.order", json!({"partner_id": row["partner_id"][0]})).await;
    let empty = odoo.read("sale.order", empty, &["amount_total"]).await;
    assert_eq!(empty["amount_total"].to_string(), "0.0", "of no lines, and not -0.0");
}

async fn state(odoo: &Odoo, id: i64) -> Value {
    odoo.read("sale.order", id, &["state"]).await["state"].clone()
}

async fn states(odoo: &Odoo) {
    let (id, _) = order(odoo).await;
    assert_eq!(odoo.ok("sale.order", "action_confirm", json!({"ids": [id]})).await, true);
    assert_eq!(state(odoo, id).await, "sale");
    let fault = odoo.fault("sale.order", "action_confirm", json!({"ids": [id]})).await;
    fault.is("odoo.exceptions.UserError", "Some orders are not in a state requiring confirmation.", 422);
    assert_eq!(odoo.ok("sale.order", "action_cancel", json!({"ids": [id]})).await, true);
    assert_eq!(state(odoo, id).await, "cancel");
    odoo.ok("sale.order", "action_draft", json!({"ids": [id]})).await;
    assert_eq!(state(odoo, id).await, "draft");
    let wizard = odoo.ok("sale.order", "action_quotation_send", json!({"ids": [id]})).await;
    assert_eq!(
        (&wizard["type"], &wizard["res_model"]),
        (&json!("ir.actions.act_window"), &json!("mail.compose.message"))
    );
}

async fn asks(odoo: &Odoo) {
    let (id, _) = order(odoo).await;
    odoo.ok("sale.order", "action_confirm", json!({"ids": [id]})).await;
    let wizard = odoo.ok("sale.order", "action_cancel", json!({"ids": [id]})).await;
    assert_eq!((&wizard["type"], &wizard["res_model"]), (&json!("ir.actions.act_window"), &json!("sale.order.cancel")));
    assert_eq!(state(odoo, id).await, "sale");
}

async fn keeps(odoo: &Odoo) {
    let (id, _) = order(odoo).await;
    odoo.ok("sale.order", "action_confirm", json!({"ids": [id]})).await;
    let fault = odoo.fault("sale.order", "unlink", json!({"ids": [id]})).await;
    fault.is(
        "odoo.exceptions.UserError",
        "You can not delete a sent quotation or a confirmed sales order. You must first cancel it.",
        422,
    );
}
