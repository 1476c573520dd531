//! The shipped tools of `tools.d/sales.toml`.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};
use crate::products::{code, gone, goods};

pub const CASES: &[Case] = &[
    ("orders are found by number, customer, product, state, salesperson and day", search),
    ("orders come in pages", pages),
    ("an order is read with its lines, by number and by id", get),
    ("an order is created from names, with its lines", create),
    ("orders: nothing is created where anything is wrong", wrong),
    ("orders: what a search cannot mean is said", wrong_search),
    ("orders: an employee creates one, and sees own ones", employee),
];

fn total(server: &mut Server, arguments: Value) -> u64 {
    server.call("search_sales_orders", arguments)["total"].as_u64().unwrap()
}

fn search(server: &mut Server, target: &Target) {
    let all = total(server, json!({}));
    let by: Vec<u64> =
        ["quotation", "order", "cancelled"].iter().map(|state| total(server, json!({"state": state}))).collect();
    assert!(by[0] > 0 && by[1] > 0, "{by:?}");
    assert_eq!(by.iter().sum::<u64>(), all, "{by:?}");
    let found = server.call("search_sales_orders", json!({"customer": "gemini", "state": "order", "limit": 3}));
    assert_eq!(found["records"].as_array().unwrap().len(), 3);
    for order in found["records"].as_array().unwrap() {
        assert!(order["partner_id"]["name"].as_str().unwrap().starts_with("Gemini Furniture"), "{order}");
        assert_eq!(order["state"], "sale");
        assert!(order["amount_total"].as_f64().unwrap() > 0.0, "{order}");
        assert_eq!(order.get("delivery_status").is_some(), target.version >= 16, "{order}");
    }
    let first = &found["records"][0];
    let number = first["name"].as_str().unwrap();
    let one = server.call("search_sales_orders", json!({"query": number.to_lowercase()}));
    assert_eq!((&one["total"], &one["records"][0]["id"]), (&json!(1), &first["id"]));
    let product = server.call("search_sales_orders", json!({"product": "FURN_0269", "limit": 1}));
    let product_total = product["total"].as_u64().unwrap();
    let id = product["records"][0]["id"].to_string();
    let lines = server.call("get_sales_order", json!({"order": id}))["records"][0]["order_line"].clone();
    let named = |line: &Value| line["product_id"]["name"].as_str().is_some_and(|name| name.contains("FURN_0269"));
    assert!(lines.as_array().unwrap().iter().any(named), "{lines}");
    let marc = server.call("search_sales_orders", json!({"salesperson": "marc demo", "limit": 5}));
    for order in marc["records"].as_array().unwrap() {
        assert_eq!(order["user_id"]["name"], "Marc Demo");
    }
    let mine = total(server, json!({"mine": true}));
    assert!(mine > 0 && mine < all);
    let invoiced = server.call("search_sales_orders", json!({"to_invoice": true, "limit": 100}));
    for order in invoiced["records"].as_array().unwrap() {
        assert_eq!(order["invoice_status"], "to invoice");
    }
    assert_eq!(total(server, json!({"ordered_after": "2000-01-01", "ordered_before": "2999-12-31"})), all);
    assert_eq!(total(server, json!({"ordered_before": "1999-12-31"})), 0);
    assert_eq!(total(server, json!({"created_after": "2000-01-01", "created_before": "2999-12-31"})), all);
    assert_eq!(total(server, json!({"created_before": "1999-12-31"})), 0);
    let read = server.call("get_sales_order", json!({"order": first["id"]}));
    let team = read["records"][0]["team_id"]["name"].clone();
    let of_team = server.call("search_sales_orders", json!({"team": team, "limit": 100}));
    assert!(of_team["records"].as_array().unwrap().iter().any(|order| order["id"] == first["id"]), "{team}");
    let named = &lines.as_array().unwrap().iter().find(|line| named(line)).unwrap()["product_id"];
    let by_display = total(server, json!({"product": named["name"]}));
    assert_eq!(by_display, product_total, "as the answers call it: {named}");
}

fn pages(server: &mut Server, _: &Target) {
    let whole = server.call("search_sales_orders", json!({"limit": 4}));
    let first = server.call("search_sales_orders", json!({"limit": 2}));
    let second = server.call("search_sales_orders", json!({"limit": 2, "offset": first["next_offset"]}));
    // The names alone: a currency is told once where it is the same on the whole page, else with each order.
    let names = |page: &serde_json::Map<String, Value>| -> Vec<Value> {
        page["records"].as_array().unwrap().iter().map(|order| order["name"].clone()).collect()
    };
    assert_eq!([names(&first), names(&second)].concat(), names(&whole));
}

fn get(server: &mut Server, _: &Target) {
    let found = server.call("search_sales_orders", json!({"product": "FURN_0269", "state": "order", "limit": 1}));
    let number = found["records"][0]["name"].clone();
    let read = server.call("get_sales_order", json!({"order": number}));
    let order = &read["records"][0];
    assert_eq!((&order["id"], &order["name"]), (&found["records"][0]["id"], &number));
    assert!(order["partner_id"]["name"].is_string() && order["partner_invoice_id"]["id"].is_i64(), "{order}");
    let lines = order["order_line"].as_array().unwrap();
    let sum: f64 = lines.iter().map(|line| line["price_subtotal"].as_f64().unwrap()).sum();
    assert!((order["amount_untaxed"].as_f64().unwrap() - sum).abs() < 0.01, "{order}");
    for line in lines {
        assert!(
            line["product_uom_id"]["name"].is_string() && line["tax_ids"].is_array(),
            "one name on every version: {line}"
        );
        assert!(line["product_uom_qty"].as_f64().unwrap() > 0.0 && line["qty_invoiced"].is_f64(), "{line}");
    }
    for id in [order["id"].clone(), json!(order["id"].to_string())] {
        assert_eq!(server.call("get_sales_order", json!({"order": id}))["records"][0]["name"], number);
    }
    server.fails("get_sales_order", json!({"order": "S99999999"}), "not_found");
    server.fails("get_sales_order", json!({"order": 99_999_999}), "not_found");
}

fn remove(server: &mut Server, order: i64) {
    server.call("probe_unlink", json!({"model": "sale.order", "ids": [order]}));
}

fn create(server: &mut Server, target: &Target) {
    let code = code(target);
    let made = goods(server, target, &format!("Tooldoo Test desk {code}"), &code);
    let answer = server.call(
        "create_sales_order",
        json!({
            "customer": "Lumber Inc", "reference": format!("Tooldoo Test {code}"), "salesperson": "Marc Demo",
            "valid_until": "2031-05-10", "notes": "as **agreed**",
            "lines": [
                {"product": code, "quantity": 2},
                {"product": format!("tooldoo test desk {code}"), "quantity": "3", "price": 50.5, "discount": 10},
                {"product": made.0, "quantity": 1.5, "price": 0},
            ],
        }),
    );
    let id = answer["ids"][0].as_i64().unwrap();
    let order = &answer["records"][0];
    assert!(order["name"].as_str().unwrap().starts_with('S'), "{order}");
    assert_eq!((&order["state"], &order["partner_id"]["name"]), (&json!("draft"), &json!("Lumber Inc")));
    assert_eq!(order["user_id"]["name"], "Marc Demo");
    let lines = order["order_line"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["product_id"]["id"] == made.0), "{order}");
    assert!(lines[0]["price_unit"].as_f64().unwrap() > 0.0, "the product's own price: {order}");
    assert_eq!((&lines[1]["product_uom_qty"], &lines[1]["discount"]), (&json!(3.0), &json!(10.0)));
    assert_eq!((&lines[1]["price_unit"], &lines[1]["price_subtotal"]), (&json!(50.5), &json!(136.35)));
    assert_eq!((&lines[2]["product_uom_qty"], &lines[2]["price_subtotal"]), (&json!(1.5), &json!(0.0)));
    let found = server.call("search_sales_orders", json!({"query": format!("test {code}"), "state": "quotation"}));
    assert_eq!((&found["total"], &found["records"][0]["id"]), (&json!(1), &json!(id)));
    let read = server.call("get_sales_order", json!({"order": order["name"]}));
    let read = &read["records"][0];
    assert_eq!(read["validity_date"], "2031-05-10");
    assert_eq!(read["client_order_ref"], format!("Tooldoo Test {code}"));
    assert!(read["note"].as_str().unwrap().contains("agreed"), "{read}");
    assert!(read["order_line"][0]["name"].as_str().unwrap().contains(&code), "{read}");
    assert_eq!(read["invoice_status"], "no");
    remove(server, id);
    gone(server, made);
}

fn wrong(server: &mut Server, _: &Target) {
    let before = total(server, json!({}));
    let product = "FURN_7800";
    let line = |product: Value, quantity: Value| json!([{"product": product, "quantity": quantity}]);
    let good = line(json!(product), json!(1));
    let error = server.fails("create_sales_order", json!({"customer": "Nobody at all", "lines": good}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("Nobody at all"), "{error:?}");
    assert_eq!(error["applied"], "no");
    let error = server.fails("create_sales_order", json!({"customer": "an", "lines": good}), "ambiguous");
    assert!(error["candidates"].as_array().unwrap().iter().all(|one| one["id"].is_i64()), "{error:?}");
    let lines = json!([{"product": product, "quantity": 1}, {"product": "Perpetuum mobile", "quantity": 1}]);
    let error = server.fails("create_sales_order", json!({"customer": "Lumber Inc", "lines": lines}), "not_found");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Perpetuum mobile") && message.contains("lines[1]"), "{message}");
    let chairs = json!({"customer": "Lumber Inc", "lines": line(json!("Chair"), json!(1))});
    server.fails("create_sales_order", chairs, "ambiguous");
    for quantity in [json!(-1), json!(0), json!("some")] {
        let arguments = json!({"customer": "Lumber Inc", "lines": line(json!(product), quantity.clone())});
        let error = server.fails("create_sales_order", arguments, "invalid_arguments");
        assert!(error["message"].as_str().unwrap().contains("quantity"), "{quantity}: {error:?}");
    }
    for arguments in [
        json!({"customer": "Lumber Inc"}),
        json!({"customer": "Lumber Inc", "lines": []}),
        json!({"customer": "Lumber Inc", "lines": [{"product": product}]}),
        json!({"customer": "Lumber Inc", "lines": [{"product": product, "quantity": 1, "colour": "red"}]}),
        json!({"customer": "Lumber Inc", "lines": [{"product": product, "quantity": 1, "discount": 101}]}),
        json!({"customer": "Lumber Inc", "lines": good, "valid_until": "soon"}),
        json!({"customer": "Lumber Inc", "lines": good, "vip": true}),
    ] {
        server.fails("create_sales_order", arguments, "invalid_arguments");
    }
    assert_eq!(total(server, json!({})), before);
}

fn wrong_search(server: &mut Server, _: &Target) {
    let error = server.fails("search_sales_orders", json!({"ordered_after": "last week"}), "invalid_arguments");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("date_order") && message.contains("last week"), "{message}");
    server.fails("search_sales_orders", json!({"state": "open"}), "invalid_arguments");
    server.fails("search_sales_orders", json!({"colour": "red"}), "invalid_arguments");
    for argument in ["customer", "product", "salesperson", "team"] {
        let error = server.fails("search_sales_orders", json!({ argument: "Nobody & Sons" }), "not_found");
        assert!(error["message"].as_str().unwrap().contains("Nobody & Sons"), "{argument}: {error:?}");
    }
}

fn employee(server: &mut Server, target: &Target) {
    let mut other = Server::start_as(target, &target.employee.0, &target.employee.1);
    let seen = total(&mut other, json!({}));
    assert!(seen > 0 && seen < total(server, json!({})), "own ones");
    let code = code(target);
    let made = goods(server, target, &format!("Tooldoo Test {code}"), &code);
    let answer = other
        .call("create_sales_order", json!({"customer": "Lumber Inc", "lines": [{"product": code, "quantity": 1}]}));
    let order = &answer["records"][0];
    assert_eq!(total(&mut other, json!({"query": order["name"], "mine": true})), 1);
    let id = answer["ids"][0].as_i64().unwrap();
    let foreign = server.call("search_sales_orders", json!({"salesperson": "Mitchell", "limit": 1}));
    let error = other.fails("get_sales_order", json!({"order": foreign["records"][0]["name"]}), "not_found");
    assert_eq!(error["applied"], "no");
    remove(server, id);
    gone(server, made);
}
