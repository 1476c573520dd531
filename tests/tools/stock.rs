//! The shipped tools of `tools.d/inventory.toml`.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("stock is found by product, location and lot", search),
    ("stock: only what lies in own locations, with what is free of it", own),
    ("stock comes in pages", pages),
    ("stock moves are found by product, place, state, number and date", moves),
    ("stock locations are listed by a part of their path", locations),
    ("stock: what is wrong is said", wrong),
    ("stock: an employee finds all of it", employee),
];

/// A product of every Odoo's sample data that is kept in lots.
const DRAWER: &str = "FURN_8855";

fn records(server: &mut Server, tool: &str, arguments: Value) -> Vec<Value> {
    server.call(tool, arguments)["records"].as_array().unwrap().clone()
}

fn search(server: &mut Server, _: &Target) {
    let rows = records(server, "search_inventory", json!({"product": DRAWER}));
    assert!(!rows.is_empty());
    for row in &rows {
        assert!(row["product_id"]["name"].as_str().unwrap().contains("Drawer"), "{row}");
    }
    let row = rows.iter().find(|row| row["lot_id"]["name"] == "0000000000029").expect("the lot is there");
    assert_eq!((&row["quantity"], &row["location_id"]["name"]), (&json!(80.0), &json!("WH/Stock")));
    for arguments in [
        json!({"lot": "00000029"}),
        json!({"product": "drawer", "lot": "00000029"}),
        json!({"location": "wh/stock", "lot": "00000029", "product": DRAWER}),
    ] {
        let found = records(server, "search_inventory", arguments.clone());
        assert_eq!(found.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&row["id"]], "{arguments}");
    }
    let found = records(server, "search_inventory", json!({"product": row["product_id"]["name"]}));
    assert_eq!(found, rows, "as the answers call it");
    assert_eq!(server.call("search_inventory", json!({"product": DRAWER, "location": "Shelf 1"}))["total"], 0);
}

fn own(server: &mut Server, target: &Target) {
    let names = records(server, "list_internal_locations", json!({}));
    let names: Vec<&str> = names.iter().map(|place| place["complete_name"].as_str().unwrap()).collect();
    let mut reserved = 0;
    for row in records(server, "search_inventory", json!({"limit": 200})) {
        let number = |field: &str| row[field].as_f64().unwrap();
        assert!(names.contains(&row["location_id"]["name"].as_str().unwrap()), "{row}");
        let free = number("quantity") - number("reserved_quantity");
        assert!((number("available_quantity") - free).abs() < 0.01, "{row}");
        assert!(row["product_uom_id"]["name"].is_string(), "{row}");
        assert_eq!(row.get("warehouse_id").is_some(), target.version >= 17, "{row}");
        reserved += u32::from(number("reserved_quantity") > 0.0);
    }
    assert!(reserved > 0);
}

fn pages(server: &mut Server, _: &Target) {
    let whole = records(server, "search_inventory", json!({"limit": 6}));
    let first = server.call("search_inventory", json!({"limit": 3}));
    assert_eq!(first["next_offset"], 3);
    let second = records(server, "search_inventory", json!({"limit": 3, "offset": 3}));
    let parts = [first["records"].as_array().unwrap().clone(), second].concat();
    assert_eq!(parts, whole, "one order");
}

fn moves(server: &mut Server, _: &Target) {
    let all = server.call("get_stock_moves", json!({"product": DRAWER}));
    let total = all["total"].as_u64().unwrap();
    assert!(total >= 2, "{all:?}");
    let done = records(server, "get_stock_moves", json!({"product": DRAWER, "state": "done"}));
    let open = records(server, "get_stock_moves", json!({"product": DRAWER, "state": "open"}));
    assert!(!done.is_empty() && !open.is_empty());
    assert_eq!((done.len() + open.len()) as u64, total, "none is cancelled");
    let came = &done[0];
    assert_eq!((&came["state"], &came["quantity"]), (&json!("done"), &json!(80.0)), "under one name on every version");
    assert_eq!(came["location_dest_id"]["name"], "WH/Stock");
    assert_eq!(came["lot_ids"][0]["name"], "0000000000029", "{came}");
    let goes = &open[0];
    assert!(goes["product_uom_qty"].as_f64().unwrap() > 0.0 && goes["state"] != "done", "{goes}");
    let customers = records(server, "get_stock_moves", json!({"location": "Customers", "state": "open"}));
    assert!(!customers.is_empty());
    for one in &customers {
        assert!(one["location_dest_id"]["name"].as_str().unwrap().ends_with("Customers"), "{one}");
    }
    let number = goes["reference"].as_str().unwrap();
    for one in records(server, "get_stock_moves", json!({"query": number})) {
        assert_eq!(one["reference"], number);
    }
    let sold = customers.iter().find(|one| one["origin"].as_str().is_some_and(|origin| origin.starts_with("S0")));
    let origin = sold.expect("an order is to be delivered")["origin"].clone();
    for one in records(server, "get_stock_moves", json!({"query": origin})) {
        assert_eq!(one["origin"], origin);
    }
    let never = json!({"product": DRAWER, "date_before": "1999-12-31"});
    assert_eq!(server.call("get_stock_moves", never)["total"], 0);
    let ever = json!({"product": DRAWER, "date_after": "2000-01-01", "date_before": "2999-12-31"});
    assert_eq!(server.call("get_stock_moves", ever)["total"], total);
}

fn locations(server: &mut Server, target: &Target) {
    let shelves = server.call("list_internal_locations", json!({"query": "shelf 2"}));
    let rows = shelves["records"].as_array().unwrap();
    assert_eq!(rows[0]["complete_name"], "WH/Stock/Shelf 2");
    assert!(rows.iter().all(|row| row["complete_name"].as_str().unwrap().starts_with("WH/Stock/Shelf 2")), "{rows:?}");
    assert_eq!(rows[0].get("warehouse_id").is_some(), target.version >= 17);
    assert!(!shelves.contains_key("next_offset"), "{shelves:?}");
}

fn wrong(server: &mut Server, _: &Target) {
    let error = server.fails("get_stock_moves", json!({"date_after": "next Tuesday"}), "invalid_arguments");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("date") && message.contains("next Tuesday"), "{message}");
    server.fails("get_stock_moves", json!({"state": "lost"}), "invalid_arguments");
    for tool in ["search_inventory", "get_stock_moves"] {
        let error = server.fails(tool, json!({"product": "Perpetuum mobile"}), "not_found");
        assert!(error["message"].as_str().unwrap().contains("Perpetuum mobile"), "{tool}: {error:?}");
    }
    let error = server.fails("search_inventory", json!({"shelf": "1"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("shelf"), "{error:?}");
}

fn employee(server: &mut Server, target: &Target) {
    let mut other = Server::start_as(target, &target.employee.0, &target.employee.1);
    for (tool, arguments) in [
        ("search_inventory", json!({"product": DRAWER})),
        ("get_stock_moves", json!({"product": DRAWER})),
        ("list_internal_locations", json!({"query": "shelf"})),
    ] {
        let mine = other.call(tool, arguments.clone());
        assert!(mine["total"].as_u64().unwrap() > 0, "{tool}: {mine:?}");
        assert_eq!(mine["records"], server.call(tool, arguments)["records"], "{tool}");
    }
}
