//! What the tools rely on in purchase.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("purchase.order: a new order has number, lines and totals", new_order),
        case!("purchase.order: confirm, cancel, back to a request", states),
        case!("purchase.order: found by number, reference, vendor and what is ordered", found),
        case!("purchase.order: found by state and by day of confirmation", by_state),
        case!("purchase.order: an order has to be cancelled before it is removed", removed),
        case!("purchase.order: names of fields", names),
        case!("purchase.order: an employee of the warehouse reads orders, and changes none", 19, employee),
    ]
}

/// A service without taxes; goods would leave stock moves that nobody may remove.
async fn service(odoo: &Odoo) -> i64 {
    let values = json!({"name": odoo.tag, "type": "service", "supplier_taxes_id": [], "taxes_id": []});
    let id = odoo.make("product.product", values).await;
    let template = odoo.read("product.product", id, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    id
}

/// An order of three at 4.5, with a note.
async fn order(odoo: &Odoo) -> i64 {
    let vendor = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let product = service(odoo).await;
    let lines = json!([
        [0, 0, {"product_id": product, "product_qty": 3, "price_unit": 4.5}],
        [0, 0, {"display_type": "line_note", "name": "a note", "product_qty": 0}],
    ]);
    let values = json!({"partner_id": vendor, "partner_ref": format!("{} ref", odoo.tag), "order_line": lines});
    odoo.make("purchase.order", values).await
}

async fn new_order(odoo: &Odoo) {
    let id = order(odoo).await;
    let fields = [
        "name",
        "display_name",
        "state",
        "date_approve",
        "date_order",
        "date_planned",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "invoice_status",
        "user_id",
        "currency_id",
        "company_id",
        "order_line",
    ];
    let row = odoo.read("purchase.order", id, &fields).await;
    let name = row["name"].as_str().unwrap();
    assert!(name.starts_with('P'), "{row:?}");
    assert_eq!(row["display_name"], json!(format!("{name} ({} ref)", odoo.tag)));
    assert_eq!((&row["state"], &row["date_approve"]), (&json!("draft"), &json!(false)));
    assert!(row["date_order"].is_string() && row["date_planned"].is_string());
    assert_eq!(
        (&row["amount_untaxed"], &row["amount_tax"], &row["amount_total"]),
        (&json!(13.5), &json!(0.0), &json!(13.5))
    );
    assert_eq!(row["invoice_status"], "no");
    assert_eq!(row["user_id"][0], odoo.uid(Who::Admin).await);
    assert!(row["currency_id"].is_array() && row["company_id"].is_array());
    let fields =
        ["name", "display_type", "product_qty", "price_unit", "price_subtotal", "qty_received", "qty_invoiced"];
    let lines = json!({"domain": [["order_id", "=", id]], "fields": fields, "order": "id"});
    let lines = odoo.ok("purchase.order.line", "search_read", lines).await;
    assert_eq!(
        (&lines[0]["name"], &lines[0]["display_type"], &lines[0]["product_qty"], &lines[0]["price_subtotal"]),
        (&json!(odoo.tag), &json!(false), &json!(3.0), &json!(13.5))
    );
    assert_eq!((&lines[0]["qty_received"], &lines[0]["qty_invoiced"]), (&json!(0.0), &json!(0.0)));
    assert_eq!(
        (&lines[1]["name"], &lines[1]["display_type"], &lines[1]["price_subtotal"]),
        (&json!("a note"), &json!("line_note"), &json!(0.0))
    );
}

async fn state(odoo: &Odoo, id: i64) -> Value {
    odoo.read("purchase.order", id, &["state"]).await["state"].clone()
}

async fn states(odoo: &Odoo) {
    let id = order(odoo).await;
    assert_eq!(odoo.ok("purchase.order", "button_confirm", json!({"ids": [id]})).await, true);
    let row = odoo.read("purchase.order", id, &["state", "date_approve"]).await;
    assert_eq!(row["state"], "purchase");
    assert!(row["date_approve"].is_string(), "{row:?}");
    assert_eq!(
        odoo.ok("purchase.order", "button_confirm", json!({"ids": [id]})).await,
        true,
        "a second time changes nothing"
    );
    odoo.ok("purchase.order", "button_cancel", json!({"ids": [id]})).await;
    assert_eq!(state(odoo, id).await, "cancel");
    odoo.ok("purchase.order", "button_draft", json!({"ids": [id]})).await;
    assert_eq!(state(odoo, id).await, "draft");
}

async fn count(odoo: &Odoo, id: i64, condition: Value) -> i64 {
    odoo.count("purchase.order", json!([["id", "=", id], condition])).await
}

async fn found(odoo: &Odoo) {
    let id = order(odoo).await;
    let name = odoo.read("purchase.order", id, &["name"]).await["name"].clone();
    let tag = odoo.tag.to_uppercase();
    for (field, text) in [
        ("name", name.as_str().unwrap()),
        ("partner_ref", &format!("{tag} REF")),
        ("partner_id", &tag),
        ("order_line.product_id", &tag),
    ] {
        assert_eq!(count(odoo, id, json!([field, "ilike", text])).await, 1, "{field}");
        assert_eq!(count(odoo, id, json!([field, "ilike", "no such text"])).await, 0, "{field}");
    }
    let found = odoo.ok("purchase.order", "name_search", json!({"name": name, "domain": [], "operator": "="})).await;
    assert_eq!(found[0][0], id, "by its exact number: {found}");
}

async fn by_state(odoo: &Odoo) {
    let id = order(odoo).await;
    let ordered = json!(["state", "not in", ["draft", "sent", "to approve", "cancel"]]);
    assert_eq!(count(odoo, id, json!(["state", "in", ["draft", "sent"]])).await, 1);
    assert_eq!(count(odoo, id, ordered.clone()).await, 0);
    assert_eq!(count(odoo, id, json!(["date_approve", ">=", "2000-01-01 00:00:00"])).await, 0, "not confirmed: no day");
    odoo.ok("purchase.order", "button_confirm", json!({"ids": [id]})).await;
    assert_eq!(count(odoo, id, ordered).await, 1);
    assert_eq!(count(odoo, id, json!(["date_approve", ">=", "2000-01-01 00:00:00"])).await, 1);
    assert_eq!(count(odoo, id, json!(["date_approve", "<", "2000-01-01 00:00:00"])).await, 0);
}

async fn removed(odoo: &Odoo) {
    let id = order(odoo).await;
    odoo.ok("purchase.order", "button_confirm", json!({"ids": [id]})).await;
    let fault = odoo.fault("purchase.order", "unlink", json!({"ids": [id]})).await;
    fault.is("odoo.exceptions.UserError", "In order to delete a purchase order, you must cancel it first.", 422);
    odoo.ok("purchase.order", "button_cancel", json!({"ids": [id]})).await;
    assert_eq!(odoo.ok("purchase.order", "unlink", json!({"ids": [id]})).await, true);
}

async fn names(odoo: &Odoo) {
    let attributes = json!({"attributes": ["type", "selection"]});
    let order = odoo.ok("purchase.order", "fields_get", attributes.clone()).await;
    assert_eq!(order.get("note").is_some(), odoo.version >= 19);
    assert_eq!(order.get("notes").is_some(), odoo.version < 19);
    assert_eq!(order.get("receipt_status").is_some(), odoo.version >= 16);
    assert_eq!(order.get("locked").is_some(), odoo.version >= 19);
    let states: Vec<&Value> = order["state"]["selection"].as_array().unwrap().iter().map(|pair| &pair[0]).collect();
    assert_eq!(states.contains(&&json!("done")), odoo.version < 19, "{states:?}");
    let line = odoo.ok("purchase.order.line", "fields_get", attributes).await;
    let unit = if odoo.version >= 19 { "product_uom_id" } else { "product_uom" };
    assert_eq!(line[unit]["type"], "many2one");
    assert_eq!(line.get("discount").is_some(), odoo.version >= 17);
}

async fn employee(odoo: &Odoo) {
    let id = order(odoo).await;
    let read = json!({"ids": [id], "fields": ["name", "order_line"]});
    let row = odoo.call(Who::Employee, "purchase.order", "read", read).await.unwrap();
    let read = json!({"ids": row[0]["order_line"], "fields": ["name", "product_id", "price_subtotal"]});
    odoo.call(Who::Employee, "purchase.order.line", "read", read).await.unwrap();
    let write = json!({"ids": [id], "vals": {"partner_ref": "x"}});
    let fault = odoo.call(Who::Employee, "purchase.order", "write", write).await.unwrap_err();
    fault.is(
        "odoo.exceptions.AccessError",
        "You are not allowed to modify 'Purchase Order' (purchase.order) records.",
        403,
    );
}
