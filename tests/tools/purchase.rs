//! The shipped tools of `tools.d/purchase.toml`.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("purchase orders are found by number, vendor and product", search),
    ("purchase orders are found by state and by their days", filters),
    ("purchase orders have pages and a total", pages),
    ("a purchase order is read with its vendor and its lines", get),
    ("a purchase order's notes have one name on every version", notes),
    ("what is wrong of a purchase order is said", wrong),
    ("the employee reads purchase orders", employee),
];

fn records(answer: &serde_json::Map<String, Value>) -> Vec<Value> {
    answer["records"].as_array().unwrap().clone()
}

fn all(server: &mut Server) -> Vec<Value> {
    records(&server.call("search_purchase_orders", json!({"limit": 100})))
}

fn search(server: &mut Server, _: &Target) {
    let orders = all(server);
    assert!(orders.len() >= 8, "{orders:?}");
    let one = &orders[orders.len() - 1];
    let found = server.call("search_purchase_orders", json!({"query": one["name"].as_str().unwrap().to_lowercase()}));
    assert_eq!(records(&found)[0]["id"], one["id"]);
    assert_eq!(found["total"], 1);
    for arguments in [json!({"query": "ready m"}), json!({"vendor": "ready m"})] {
        let found = records(&server.call("search_purchase_orders", arguments));
        assert!(!found.is_empty() && found.len() < orders.len());
        assert!(found.iter().all(|order| order["partner_id"]["name"] == "Ready Mat"), "{found:?}");
    }
    let ids = |found: &[Value]| -> Vec<Value> { found.iter().map(|order| order["id"].clone()).collect() };
    let by_name = records(&server.call("search_purchase_orders", json!({"product": "Acoustic Bloc Screens"})));
    assert!(!by_name.is_empty());
    let by_query = records(&server.call("search_purchase_orders", json!({"query": "Acoustic Bloc Screens"})));
    assert_eq!(ids(&by_query), ids(&by_name));
    for order in &by_name {
        let read = server.call("get_purchase_order", json!({"order": order["id"]}));
        let lines = read["records"][0]["order_line"].as_array().unwrap();
        let has = |line: &Value| line["product_id"]["name"].as_str().is_some_and(|name| name.contains("Acoustic"));
        assert!(lines.iter().any(has), "{lines:?}");
    }
    for argument in ["vendor", "product"] {
        let error = server.fails("search_purchase_orders", json!({ argument: "no such one" }), "not_found");
        assert!(error["message"].as_str().unwrap().contains("no such one"), "{argument}: {error:?}");
    }
    let named = server.call("get_purchase_order", json!({"order": by_name[0]["id"]}));
    let lines = named["records"][0]["order_line"].as_array().unwrap();
    let screens =
        lines.iter().find(|line| line["product_id"]["name"].as_str().is_some_and(|it| it.contains("Acoustic")));
    let screens = &screens.unwrap()["product_id"]["name"];
    let by_display = server.call("search_purchase_orders", json!({"product": screens, "limit": 100}));
    assert!(
        records(&by_display).iter().any(|order| order["id"] == by_name[0]["id"]),
        "as the answers call it: {screens}: {by_display:?}"
    );
}

fn filters(server: &mut Server, target: &Target) {
    let orders = all(server);
    let mut counted = 0;
    for (word, states) in [
        ("rfq", ["draft", "sent"]),
        ("to_approve", ["to approve", "to approve"]),
        ("ordered", ["purchase", "done"]),
        ("cancelled", ["cancel", "cancel"]),
    ] {
        let found = records(&server.call("search_purchase_orders", json!({"state": word, "limit": 100})));
        assert!(found.iter().all(|order| states.contains(&order["state"].as_str().unwrap())), "{word}: {found:?}");
        counted += found.len();
        if word == "rfq" || word == "ordered" || target.name.starts_with("embedded") {
            assert!(!found.is_empty(), "{word}");
        }
    }
    assert_eq!(counted, orders.len(), "every order is in one of the states");
    let total = |server: &mut Server, arguments: Value| -> u64 {
        server.call("search_purchase_orders", arguments)["total"].as_u64().unwrap()
    };
    let everything = orders.len() as u64;
    assert_eq!(total(server, json!({"created_after": "2000-01-01", "created_before": "2999-12-31"})), everything);
    assert_eq!(total(server, json!({"created_before": "2000-01-01"})), 0);
    let ordered = records(&server.call("search_purchase_orders", json!({"ordered_after": "2000-01-01", "limit": 100})));
    assert!(!ordered.is_empty() && ordered.iter().all(|order| order["date_approve"].is_string()));
    let day = &ordered[0]["date_approve"].as_str().unwrap()[..10];
    let of_day = records(&server.call("search_purchase_orders", json!({"ordered_after": day, "ordered_before": day})));
    assert!(of_day.iter().any(|order| order["id"] == ordered[0]["id"]), "the whole day: {of_day:?}");
    assert!(of_day.iter().all(|order| order["date_approve"].as_str().unwrap().starts_with(day)), "{of_day:?}");
    assert_eq!(total(server, json!({"ordered_before": "2000-01-01"})), 0);
    assert_eq!(total(server, json!({"buyer": "mitchell"})), everything);
    server.fails("search_purchase_orders", json!({"buyer": "nobody of that name"}), "not_found");
}

fn pages(server: &mut Server, _: &Target) {
    let orders = all(server);
    let first = server.call("search_purchase_orders", json!({"limit": 3}));
    assert_eq!(first["total"], orders.len());
    assert_eq!(first["next_offset"], 3);
    let second = server.call("search_purchase_orders", json!({"limit": 3, "offset": 3}));
    assert_eq!(records(&second)[0]["id"], orders[3]["id"]);
    let last = server.call("search_purchase_orders", json!({"offset": orders.len() - 1}));
    assert_eq!(records(&last).len(), 1);
    assert!(!last.contains_key("next_offset"));
    let dates: Vec<_> = orders.iter().map(|order| order["date_order"].as_str().unwrap()).collect();
    assert!(dates.windows(2).all(|two| two[0] >= two[1]), "the newest first: {dates:?}");
}

fn get(server: &mut Server, target: &Target) {
    let order =
        records(&server.call("search_purchase_orders", json!({"state": "ordered", "vendor": "Ready Mat"})))[0].clone();
    let answer = server.call("get_purchase_order", json!({"order": order["id"]}));
    let read = &answer["records"][0];
    assert_eq!(read["name"], order["name"]);
    assert_eq!(read["partner_id"]["name"], "Ready Mat");
    assert!(read["partner_id"]["email"].is_string(), "{read}");
    assert!(answer["currency"].is_string(), "{answer:?}");
    assert!(read["date_approve"].as_str().unwrap().contains('T'));
    assert_eq!(read.get("receipt_status").is_some(), target.version >= 16, "{read}");
    let lines = read["order_line"].as_array().unwrap();
    let sum: f64 = lines.iter().map(|line| line["price_subtotal"].as_f64().unwrap()).sum();
    assert!((sum - read["amount_untaxed"].as_f64().unwrap()).abs() < 0.01, "{read}");
    for line in lines {
        assert!(line["product_qty"].as_f64().unwrap() > 0.0, "{line}");
        assert!(line["product_uom_id"]["name"].is_string(), "one name on every version: {line}");
        assert!(line["product_id"]["name"].as_str().unwrap().starts_with('['), "{line}");
        assert!(line["qty_received"].is_number() && line["qty_invoiced"].is_number());
    }
}

fn notes(server: &mut Server, target: &Target) {
    let field = if target.version >= 19 { "note" } else { "notes" };
    let id = records(&server.call("search_purchase_orders", json!({"state": "rfq"})))[0]["id"].clone();
    let probe = json!({"model": "purchase.order", "ids": [id], "fields": [field]});
    let raw = server.call("probe_read", probe)["records"][0][field].clone();
    let read = server.call("get_purchase_order", json!({"order": id}));
    assert_eq!(read["records"][0]["note"], raw);
    assert!(read["records"][0].as_object().unwrap().contains_key("note"));
}

fn wrong(server: &mut Server, _: &Target) {
    server.fails("get_purchase_order", json!({"order": 99_999_999}), "not_found");
    server.fails("get_purchase_order", json!({}), "invalid_arguments");
    let error = server.fails("get_purchase_order", json!({"order": "P99999999"}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("P99999999"), "{error:?}");
    let error = server.fails("get_purchase_order", json!({"order": "P0000"}), "ambiguous");
    assert!(error["candidates"].as_array().unwrap().iter().all(|one| one["id"].is_i64()), "{error:?}");
    let error =
        server.fails("search_purchase_orders", json!({"state": "shipped", "colour": "red"}), "invalid_arguments");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("ordered") && message.contains("colour"), "the states that there are: {message}");
    let error = server.fails("search_purchase_orders", json!({"ordered_after": "last week"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("last week"), "{error:?}");
}

fn employee(_: &mut Server, target: &Target) {
    let mut server = Server::start_as_employee(target);
    let orders = all(&mut server);
    assert!(orders.len() >= 8);
    let read = server.call("get_purchase_order", json!({"order": orders[0]["name"]}));
    assert!(!read["records"][0]["order_line"].as_array().unwrap().is_empty());
}
