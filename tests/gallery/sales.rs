//! Quotations and orders.

use serde_json::{Value, json};

use crate::client::Target;
use crate::session::Session;
use crate::{Case, tag};

pub const CASES: &[Case] = &[
    ("quote_customer", quote),
    ("confirm_quotation", confirm),
    ("cancel_orders", cancel),
    ("stock_below_minimum", below),
    ("quotations_without_answer", chase),
];

fn number(order: &Value) -> String {
    order["name"].as_str().unwrap().to_owned()
}

fn quotation(session: &mut Session, reference: &str) -> Value {
    let arguments = json!({
        "customer": "Lumber Inc", "reference": reference,
        "lines": [{"product": "FURN_7800", "quantity": 2}, {"product": "Large Cabinet", "quantity": 1, "price": 99.5}],
    });
    session.call("quote_customer", arguments)["records"][0].clone()
}

fn quote(session: &mut Session, _: &Target) {
    let order = quotation(session, &tag());
    assert_eq!((&order["state"], &order["partner_id"]["name"]), (&json!("draft"), &json!("Lumber Inc")));
    let lines = order["order_line"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{order}");
    assert!(lines[0]["product_id"]["name"].as_str().unwrap().contains("FURN_7800"), "{order}");
    assert!(lines[0]["price_unit"].as_f64().unwrap() > 0.0, "the usual price: {order}");
    assert_eq!((&lines[1]["price_unit"], &lines[1]["product_uom_qty"]), (&json!(99.5), &json!(1.0)));
    let wrong = json!({"customer": "Nobody at all", "lines": [{"product": "Perpetuum mobile", "quantity": 1}]});
    let (error, text) = session.fails("quote_customer", wrong, "not_found");
    assert!(text.contains("Nobody at all") && text.contains("lines[0].product"), "all that is wrong at once: {text}");
    assert_eq!(error["applied"], "no");
    session.remove("sale.order", &[order["id"].as_i64().unwrap()]);
}

fn confirm(session: &mut Session, target: &Target) {
    let order = quotation(session, &tag());
    let id = order["id"].as_i64().unwrap();
    let arguments = json!({"order": number(&order), "note": "By phone <b>today</b>"});
    let (shown, answer) = session.confirmed("confirm_quotation", &arguments);
    assert!(shown.contains("Confirm this quotation?") && shown.contains("Lumber Inc"), "{shown}");
    assert_eq!(answer["records"][0]["state"], "sale", "{answer}");
    let notes = session.search(
        "mail.message",
        &json!([["model", "=", "sale.order"], ["res_id", "=", id], ["body", "ilike", "By phone"]]),
        &["body"],
    );
    assert_eq!(notes.len(), 1, "{notes:?}");
    let (_, text) = session.fails("confirm_quotation", json!({"order": number(&order)}), "not_found");
    assert!(text.contains(&number(&order)), "it is no quotation any more: {text}");
    // A person who is asked and says no.
    let other = quotation(session, &tag());
    let definitions = crate::definitions();
    let mut asked = Session::asking(target, &[&definitions[0]], false);
    asked.fails("confirm_quotation", json!({"order": number(&other)}), "declined");
    assert!(asked.shown[0].contains(&number(&other)), "{:?}", asked.shown);
    assert_eq!(session.read("sale.order", other["id"].as_i64().unwrap(), &["state"])["state"], "draft");
    session.remove("sale.order", &[other["id"].as_i64().unwrap()]);
    let (_, answer) = session.confirmed("cancel_orders", &json!({"orders": [number(&order)]}));
    assert_eq!(answer["records"][0]["state"], "cancel");
    session.remove("sale.order", &[id]);
}

fn cancel(session: &mut Session, target: &Target) {
    let orders = [quotation(session, &tag()), quotation(session, &tag())];
    let (first, second) = (number(&orders[0]), number(&orders[1]));
    let ids: Vec<i64> = orders.iter().map(|order| order["id"].as_i64().unwrap()).collect();
    // One of them was confirmed: 15 to 18 would open a dialog.
    session.call("probe_call", json!({"model": "sale.order", "method": "action_confirm", "ids": [ids[1]]}));
    let definitions = crate::definitions();
    let mut asked = Session::asking(target, &[&definitions[0]], true);
    let answer = asked.call("cancel_orders", json!({"orders": [first, second]}));
    let shown = &asked.shown[0];
    for part in ["Cancel these orders?", &first, &second, "Lumber Inc"] {
        assert!(shown.contains(part), "{shown}");
    }
    let states: Vec<&Value> = answer["records"].as_array().unwrap().iter().map(|order| &order["state"]).collect();
    assert_eq!(states, ["cancel", "cancel"], "{answer}");
    session.fails("cancel_orders", json!({"orders": [first]}), "not_found");
    session.remove("sale.order", &ids);
}

fn below(session: &mut Session, target: &Target) {
    let name = tag();
    let mut values = json!({"name": name, "type": "consu", "is_storable": true});
    if target.version < 18 {
        values = json!({"name": name, "type": "product"});
    }
    let product = session.create("product.product", values);
    let rule = session.create(
        "stock.warehouse.orderpoint",
        json!({"product_id": product, "product_min_qty": 5, "product_max_qty": 20}),
    );
    let text = session.text("stock_below_minimum", json!({"product": name}));
    assert!(text.contains(&format!("- {name} in ")) && text.contains("minimum 5"), "{text}");
    assert!(text.contains("1 of 1 rules are below"), "{text}");
    let values = json!({"product_min_qty": 0});
    session.call("probe_write", json!({"model": "stock.warehouse.orderpoint", "ids": [rule], "values": values}));
    let text = session.text("stock_below_minimum", json!({"product": name}));
    assert!(text.contains("0 of 1 rules are below") && !text.contains("forecast ("), "{text}");
    session.remove("stock.warehouse.orderpoint", &[rule]);
    session.remove("product.product", &[product]);
}

/// The tool by itself, and the prompt that it gives its data to.
fn chase(session: &mut Session, _: &Target) {
    let reference = tag();
    let order = quotation(session, &reference);
    let number = number(&order);
    let found = session.call("quotations_without_answer", json!({"customer": "Lumber", "days": 0, "limit": 50}));
    let names: Vec<&Value> = found["records"].as_array().unwrap().iter().map(|order| &order["name"]).collect();
    assert!(names.contains(&&json!(number)), "{found}");
    let params = json!({"name": "chase_quotations", "arguments": {"customer": "Lumber", "days": "0"}});
    let used = session.request("prompts/get", params);
    let text = used["result"]["messages"][0]["content"]["text"].as_str().unwrap_or_else(|| panic!("{used}"));
    assert!(text.contains("quotations of Lumber wait") && text.contains(&number), "{text}");
    session.remove("sale.order", &[order["id"].as_i64().unwrap()]);
}
