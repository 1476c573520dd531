//! The shipped tools of `tools.d/products.toml`.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("products are found by name, reference and barcode", search),
    ("products: goods, services, a category, and what is in stock", filters),
    ("products come in pages", pages),
    ("a product is read whole, and not by an id of nobody", get),
    ("a product's stock is found by what names it, everywhere and in one location", stock),
    ("products: what is wrong is said", wrong),
    ("products: an employee finds and reads them", employee),
];

/// A product of the sample data of every Odoo, kept in stock.
const DESK: &str = "FURN_7800";

fn one(server: &mut Server, query: &str) -> Value {
    let answer = server.call("search_products", json!({"query": query}));
    assert_eq!(answer["total"], 1, "{query}: {answer:?}");
    answer["records"][0].clone()
}

/// Goods of the test's own, and their template to remove.
pub fn goods(server: &mut Server, target: &Target, name: &str, code: &str) -> (i64, i64) {
    let mut values =
        json!({"name": name, "default_code": code, "barcode": format!("B{code}"), "list_price": 80, "taxes_id": []});
    if target.version >= 18 {
        values["is_storable"] = json!(true);
    } else {
        values["type"] = json!("product");
    }
    let made = server.call("probe_create", json!({"model": "product.product", "values": values}));
    let id = made["ids"][0].as_i64().unwrap();
    let read = server.call("get_product", json!({"product_id": id}));
    (id, read["records"][0]["product_tmpl_id"]["id"].as_i64().unwrap())
}

pub fn gone(server: &mut Server, (product, template): (i64, i64)) {
    server.call("probe_unlink", json!({"model": "product.template", "ids": [template]}));
    server.fails("get_product", json!({"product_id": product}), "not_found");
}

/// Letters and digits that no other run uses.
pub fn code(target: &Target) -> String {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    format!("TD{}{nanos}", target.version)
}

fn search(server: &mut Server, target: &Target) {
    let desk = one(server, "desk combi");
    assert_eq!((&desk["default_code"], &desk["display_name"]), (&json!(DESK), &json!("[FURN_7800] Desk Combination")));
    assert_eq!(one(server, "furn_7800")["id"], desk["id"]);
    assert_eq!(one(server, "[FURN_7800] Desk Combination")["id"], desk["id"], "as every answer calls it");
    let variants = server.call("search_products", json!({"query": "Customizable Desk", "limit": 100}));
    for variant in variants["records"].as_array().unwrap() {
        let whole = variant["display_name"].as_str().unwrap();
        let bare = whole.split_once("] ").map_or(whole, |(_, name)| name);
        let found = server.call("search_products", json!({"query": bare, "limit": 100}));
        let ids: Vec<_> = found["records"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert!(ids.contains(&&variant["id"]), "{bare}: {found:?}");
    }
    assert!(variants["total"].as_u64().unwrap() > 1);
    assert_eq!(server.call("search_products", json!({"query": "[NO_SUCH] Desk Combination"}))["total"], 0);
    assert_eq!(desk["lst_price"], 450.0);
    assert!(desk["uom_id"]["name"].is_string() && desk["currency_id"]["name"].is_string(), "{desk}");
    assert!(desk["qty_available"].as_f64().unwrap() > 0.0 && desk["free_qty"].is_f64(), "{desk}");
    let code = code(target);
    let made = goods(server, target, &format!("Tooldoo Test {code}"), &code);
    assert_eq!(one(server, &format!("B{code}"))["id"], made.0, "by its barcode");
    assert_eq!(one(server, &format!("tooldoo test {code}"))["id"], made.0);
    gone(server, made);
    assert_eq!(server.call("search_products", json!({"query": code}))["total"], 0);
}

fn filters(server: &mut Server, _: &Target) {
    let count =
        |server: &mut Server, arguments: Value| server.call("search_products", arguments)["total"].as_u64().unwrap();
    // Within one category, since others may make products meanwhile.
    let all = count(server, json!({"category": "office"}));
    let goods = count(server, json!({"category": "office", "kind": "goods"}));
    assert_eq!(goods + count(server, json!({"category": "office", "kind": "service"})), all);
    assert!(goods > 0 && count(server, json!({"kind": "service"})) > 0);
    let listed = server.call("search_products", json!({"kind": "service", "limit": 5}));
    for service in listed["records"].as_array().unwrap() {
        assert_eq!(service["type"], "service");
    }
    let stocked = server.call("search_products", json!({"in_stock": true, "category": "office", "limit": 100}));
    assert!(stocked["total"].as_u64().unwrap() > 3, "{}", stocked["total"]);
    for product in stocked["records"].as_array().unwrap() {
        assert!(product["qty_available"].as_f64().unwrap() > 0.0, "{product}");
        assert!(product["categ_id"]["name"].as_str().unwrap().contains("Office"), "{product}");
    }
    assert_eq!(count(server, json!({"category": "office", "in_stock": false})), all, "false switches nothing on");
    server.fails("search_products", json!({"category": "no such category"}), "not_found");
}

fn pages(server: &mut Server, _: &Target) {
    let mut seen = Vec::new();
    let mut offset = 0;
    for _ in 0..3 {
        let page = server.call("search_products", json!({"limit": 2, "offset": offset}));
        assert_eq!(page["records"].as_array().unwrap().len(), 2);
        seen.extend(page["records"].as_array().unwrap().iter().map(|record| record["id"].as_i64().unwrap()));
        offset = page["next_offset"].as_u64().unwrap();
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), offset), (6, 6));
}

fn get(server: &mut Server, target: &Target) {
    let id = one(server, DESK)["id"].clone();
    let read = server.call("get_product", json!({"product_id": id}));
    let desk = &read["records"][0];
    assert_eq!(
        (&desk["name"], &desk["lst_price"], &desk["standard_price"], &desk["tracking"]),
        (&json!("Desk Combination"), &json!(450.0), &json!(300.0), &json!("none"))
    );
    assert_eq!(desk["type"], if target.version >= 18 { "consu" } else { "product" });
    assert_eq!(desk.get("is_storable"), (target.version >= 18).then_some(&json!(true)), "{desk}");
    assert!(desk["taxes_id"].is_array() && desk["description_sale"].as_str().unwrap().contains("desk"), "{desk}");
    assert!(desk["categ_id"]["name"].as_str().unwrap().contains("Office"), "{desk}");
    server.fails("get_product", json!({"product_id": 99_999_999}), "not_found");
}

fn stock(server: &mut Server, _: &Target) {
    let desk = one(server, DESK);
    let whole = server.call("get_product_stock", json!({"product": DESK}));
    let found = whole["records"][0].clone();
    assert_eq!(found["id"], desk["id"]);
    assert_eq!(found["qty_available"], desk["qty_available"]);
    let number = |field: &str| found[field].as_f64().unwrap();
    let forecast = number("qty_available") + number("incoming_qty") - number("outgoing_qty");
    assert!((number("virtual_available") - forecast).abs() < 0.01, "{found}");
    assert!(number("free_qty") < number("qty_available"), "some is reserved: {found}");
    for name in
        [json!("desk combination"), desk["display_name"].clone(), json!(desk["id"].to_string()), desk["id"].clone()]
    {
        assert_eq!(
            server.call("get_product_stock", json!({"product": name}))["records"][0]["id"],
            desk["id"],
            "{name}"
        );
    }
    let there = server.call("get_product_stock", json!({"product": DESK, "location": "WH/Stock"}));
    assert_eq!(there["records"][0]["qty_available"], found["qty_available"]);
    let shelf = server.call("get_product_stock", json!({"product": DESK, "location": "Shelf 1"}));
    assert_eq!(shelf["records"][0]["qty_available"], 0.0, "nothing lies there");
}

fn wrong(server: &mut Server, _: &Target) {
    let error = server.fails("get_product_stock", json!({"product": "Chair"}), "ambiguous");
    let candidates = error["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1 && candidates.iter().all(|one| one["id"].is_i64()), "{error:?}");
    let error = server.fails("get_product_stock", json!({"product": "Perpetuum mobile"}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("Perpetuum"), "{error:?}");
    server.fails("get_product_stock", json!({"product": DESK, "location": "Atlantis"}), "not_found");
    let error = server.fails("search_products", json!({"kind": "thing", "colour": "red"}), "invalid_arguments");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("kind") && message.contains("colour"), "{message}");
    server.fails("get_product", json!({"product_id": "many"}), "invalid_arguments");
}

fn employee(_: &mut Server, target: &Target) {
    let mut server = Server::start_as(target, &target.employee.0, &target.employee.1);
    let desk = one(&mut server, DESK);
    let read = server.call("get_product", json!({"product_id": desk["id"]}));
    assert_eq!(read["records"][0]["standard_price"], 300.0);
    let stock = server.call("get_product_stock", json!({"product": DESK}));
    assert_eq!(stock["records"][0]["qty_available"], desk["qty_available"]);
}
