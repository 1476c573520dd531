//! What the tools rely on in sale.

use serde_json::{Map, Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    product::goods,
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("sale.order: a line has its product's name, price, unit and taxes, and amounts with them", line),
        case!("sale.order: a price, a discount and a name that are given stay", given),
        case!("sale.order: goes to the customer's contacts for invoices and deliveries", addresses),
        case!("sale.order: what is to be invoiced follows from ordered or delivered quantities", invoicing),
        case!("sale.order: a confirmed order of goods has a delivery, and a cancelled one has none", delivery),
        case!("sale.order: found by its lines' product, its customer and their reference", search),
        case!("sale.order: an employee creates one, and sees own and unassigned ones", employee),
    ]
}

fn taxes(odoo: &Odoo) -> &'static str {
    if odoo.version >= 19 { "tax_ids" } else { "tax_id" }
}

async fn customer(odoo: &Odoo) -> i64 {
    odoo.make("res.partner", json!({"name": odoo.tag, "is_company": true})).await
}

async fn order(odoo: &Odoo, customer: i64, line: Value) -> i64 {
    let values =
        json!({"partner_id": customer, "client_order_ref": format!("REF {}", odoo.tag), "order_line": [[0, 0, line]]});
    odoo.make("sale.order", values).await
}

async fn first_line(odoo: &Odoo, order: i64, fields: &[&str]) -> Map<String, Value> {
    let arguments = json!({"domain": [["order_id", "=", order]], "fields": fields, "order": "id", "limit": 1});
    odoo.ok("sale.order.line", "search_read", arguments).await[0].as_object().unwrap().clone()
}

async fn line(odoo: &Odoo) {
    let company = odoo.ok("sale.order", "default_get", json!({"fields": ["company_id"]})).await["company_id"].clone();
    let domain = json!([
        ["type_tax_use", "=", "sale"],
        ["amount_type", "=", "percent"],
        ["amount", ">", 0],
        ["company_id", "=", company]
    ]);
    let tax = odoo
        .ok("account.tax", "search_read", json!({"domain": domain, "fields": ["amount", "price_include"], "limit": 1}))
        .await;
    assert_eq!(tax[0]["price_include"], false, "{tax}");
    let product = goods(odoo, json!({"description_sale": "as sold", "taxes_id": [[6, 0, [tax[0]["id"]]]]})).await;
    let id = order(odoo, customer(odoo).await, json!({"product_id": product, "product_uom_qty": 4})).await;
    let uom = if odoo.version >= 19 { "product_uom_id" } else { "product_uom" };
    let fields = ["name", "price_unit", "price_subtotal", "price_tax", "price_total", uom, taxes(odoo)];
    let line = first_line(odoo, id, &fields).await;
    assert!(line["name"].as_str().unwrap().ends_with("as sold"), "{line:?}");
    assert_eq!((&line["price_unit"], &line["price_subtotal"]), (&json!(12.5), &json!(50.0)));
    assert_eq!(line[taxes(odoo)], json!([tax[0]["id"]]));
    assert!(line[uom][0].is_i64(), "{line:?}");
    let due = 50.0 * tax[0]["amount"].as_f64().unwrap() / 100.0;
    let order = odoo.read("sale.order", id, &["amount_untaxed", "amount_tax", "amount_total"]).await;
    for (found, expected) in [
        (&line["price_tax"], due),
        (&line["price_total"], 50.0 + due),
        (&order["amount_untaxed"], 50.0),
        (&order["amount_tax"], due),
        (&order["amount_total"], 50.0 + due),
    ] {
        assert!((found.as_f64().unwrap() - expected).abs() < 0.005, "{line:?} {order:?}");
    }
}

async fn given(odoo: &Odoo) {
    let product = goods(odoo, json!({})).await;
    let wanted =
        json!({"product_id": product, "product_uom_qty": 3, "price_unit": 9, "discount": 10, "name": "as agreed"});
    let id = order(odoo, customer(odoo).await, wanted).await;
    let line = first_line(odoo, id, &["name", "price_unit", "discount", "price_subtotal"]).await;
    assert_eq!(line["name"], "as agreed");
    assert_eq!(
        (&line["price_unit"], &line["discount"], &line["price_subtotal"]),
        (&json!(9.0), &json!(10.0), &json!(24.3))
    );
    let back = order(odoo, customer(odoo).await, json!({"product_id": product, "product_uom_qty": -1})).await;
    assert_eq!(
        odoo.read("sale.order", back, &["amount_total"]).await["amount_total"],
        -12.5,
        "Odoo takes what comes back"
    );
}

async fn addresses(odoo: &Odoo) {
    let customer = customer(odoo).await;
    let contact = |kind: &'static str| {
        odoo.make("res.partner", json!({"name": format!("{} {kind}", odoo.tag), "parent_id": customer, "type": kind}))
    };
    let (invoice, delivery) = (contact("invoice").await, contact("delivery").await);
    let id = odoo.make("sale.order", json!({"partner_id": customer})).await;
    let fields = ["partner_id", "partner_invoice_id", "partner_shipping_id", "warehouse_id", "company_id"];
    let row = odoo.read("sale.order", id, &fields).await;
    assert_eq!(row["partner_id"][0], customer);
    assert_eq!((&row["partner_invoice_id"][0], &row["partner_shipping_id"][0]), (&json!(invoice), &json!(delivery)));
    let warehouse = odoo.read("stock.warehouse", row["warehouse_id"][0].as_i64().unwrap(), &["company_id"]).await;
    assert_eq!(warehouse["company_id"], row["company_id"]);
}

async fn confirm(odoo: &Odoo, id: i64) {
    assert_eq!(odoo.ok("sale.order", "action_confirm", json!({"ids": [id]})).await, true);
}

async fn service(odoo: &Odoo, policy: &str) -> i64 {
    let values = json!({"name": odoo.tag, "type": "service", "taxes_id": [[6, 0, []]], "invoice_policy": policy});
    let id = odoo.make("product.product", values).await;
    let template = odoo.read("product.product", id, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    id
}

async fn invoicing(odoo: &Odoo) {
    for (policy, expected, open) in [("order", "to invoice", 2.0), ("delivery", "no", 0.0)] {
        let product = service(odoo, policy).await;
        let id = order(odoo, customer(odoo).await, json!({"product_id": product, "product_uom_qty": 2})).await;
        assert_eq!(odoo.read("sale.order", id, &["invoice_status"]).await["invoice_status"], "no", "a quotation");
        confirm(odoo, id).await;
        assert_eq!(odoo.read("sale.order", id, &["invoice_status"]).await["invoice_status"], expected, "{policy}");
        let line = first_line(odoo, id, &["qty_to_invoice", "invoice_status", "qty_delivered", "qty_invoiced"]).await;
        assert_eq!((&line["qty_to_invoice"], &line["invoice_status"]), (&json!(open), &json!(expected)));
        assert_eq!((&line["qty_delivered"], &line["qty_invoiced"]), (&json!(0.0), &json!(0.0)));
    }
}

async fn delivery(odoo: &Odoo) {
    let product = goods(odoo, json!({})).await;
    let id = order(odoo, customer(odoo).await, json!({"product_id": product, "product_uom_qty": 2})).await;
    assert_eq!(odoo.read("sale.order", id, &["picking_ids"]).await["picking_ids"], json!([]));
    confirm(odoo, id).await;
    let mut fields = vec!["name", "picking_ids", "delivery_count"];
    fields.extend((odoo.version >= 16).then_some("delivery_status"));
    let row = odoo.read("sale.order", id, &fields).await;
    assert_eq!(row["delivery_count"], 1);
    if odoo.version >= 16 {
        assert_eq!(row["delivery_status"], "pending");
    }
    let picking = row["picking_ids"][0].as_i64().unwrap();
    odoo.keep("stock.picking", picking);
    let transfer =
        odoo.read("stock.picking", picking, &["name", "state", "origin", "sale_id", "picking_type_code"]).await;
    assert!(transfer["name"].as_str().unwrap().contains("/OUT/"), "{transfer:?}");
    assert_eq!((&transfer["origin"], &transfer["picking_type_code"]), (&row["name"], &json!("outgoing")));
    assert_eq!((&transfer["sale_id"][0], &transfer["state"]), (&json!(id), &json!("confirmed")), "nothing is in stock");
    let moved = json!({"domain": [["picking_id", "=", picking]], "fields": ["product_id", "product_uom_qty", "state", "reference", "origin", "sale_line_id"]});
    let moves = odoo.ok("stock.move", "search_read", moved).await;
    let one = &moves[0];
    odoo.keep("stock.move", one["id"].as_i64().unwrap());
    assert_eq!(
        (&one["product_id"][0], &one["product_uom_qty"], &one["state"], &one["reference"], &one["origin"]),
        (&json!(product), &json!(2.0), &json!("confirmed"), &transfer["name"], &row["name"])
    );
    let stock = odoo.read("product.product", product, &["outgoing_qty", "virtual_available", "qty_available"]).await;
    assert_eq!(
        (&stock["outgoing_qty"], &stock["virtual_available"], &stock["qty_available"]),
        (&json!(2.0), &json!(-2.0), &json!(0.0))
    );
    let cancel = json!({"ids": [id], "context": {"disable_cancel_warning": true}});
    odoo.ok("sale.order", "action_cancel", cancel).await;
    assert_eq!(odoo.read("stock.picking", picking, &["state"]).await["state"], "cancel");
    assert_eq!(odoo.read("product.product", product, &["outgoing_qty"]).await["outgoing_qty"], 0.0);
}

async fn search(odoo: &Odoo) {
    let product = goods(odoo, json!({"default_code": format!("C-{}", odoo.tag)})).await;
    let customer = customer(odoo).await;
    let id = order(odoo, customer, json!({"product_id": product})).await;
    let part = odoo.tag.to_uppercase();
    for domain in [
        json!([["order_line.product_id", "ilike", part]]),
        json!([["order_line.product_id", "ilike", format!("c-{}", odoo.tag)]]),
        json!([["partner_id", "ilike", part]]),
        json!([["client_order_ref", "ilike", part]]),
        json!([["partner_id", "ilike", part], ["state", "in", ["draft", "sent"]]]),
        json!([["partner_id", "ilike", part], ["state", "not in", ["sale", "cancel"]]]),
    ] {
        assert_eq!(odoo.ok("sale.order", "search", json!({"domain": domain})).await, json!([id]), "{domain}");
    }
    let number = odoo.read("sale.order", id, &["name"]).await["name"].clone();
    let found = odoo.ok("sale.order", "name_search", json!({"name": number, "domain": [], "operator": "="})).await;
    assert_eq!(found[0][0], id, "{found}");
}

async fn employee(odoo: &Odoo) {
    let product = goods(odoo, json!({})).await;
    let customer = customer(odoo).await;
    let values = json!({"partner_id": customer, "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 2}]]});
    let made = odoo.call(Who::Employee, "sale.order", "create", json!({"vals_list": [values]})).await.unwrap();
    odoo.keep("sale.order", made[0].as_i64().unwrap());
    let row = odoo.read("sale.order", made[0].as_i64().unwrap(), &["user_id", "amount_untaxed"]).await;
    assert_eq!((&row["user_id"][0], &row["amount_untaxed"]), (&json!(odoo.uid(Who::Employee).await), &json!(25.0)));
    let other = order(odoo, customer, json!({"product_id": product})).await;
    let domain = json!([["partner_id", "=", customer]]);
    let seen = odoo.call(Who::Employee, "sale.order", "search", json!({"domain": domain})).await.unwrap();
    assert_eq!(seen, made, "not {other}, which is the administrator's");
    let fault =
        odoo.call(Who::Employee, "sale.order", "read", json!({"ids": [other], "fields": ["name"]})).await.unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
}
