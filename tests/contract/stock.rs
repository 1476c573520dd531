//! What the tools rely on in stock.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    product::goods,
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("stock.location: has the path of its name, and is found by a part of it", locations),
        case!("stock.quant: what is available, and the product's quantities as their sum", quants),
        case!("stock: `location` in the context narrows a product's quantities", narrowed),
        case!("stock.quant: found by product, reference, location and lot", found),
        case!("stock.move: fields and their names by version, and its way in words", moves),
        case!("stock: an employee reads it, and changes no locations", employee),
    ]
}

/// The first warehouse of the administrator's company, with its stock location.
async fn warehouse(odoo: &Odoo) -> Value {
    let arguments = json!({"domain": [], "fields": ["name", "code", "lot_stock_id", "view_location_id"], "limit": 1});
    odoo.ok("stock.warehouse", "search_read", arguments).await[0].clone()
}

async fn shelf(odoo: &Odoo, warehouse: &Value) -> i64 {
    let values = json!({"name": odoo.tag, "location_id": warehouse["lot_stock_id"][0], "usage": "internal"});
    odoo.make("stock.location", values).await
}

async fn locations(odoo: &Odoo) {
    let warehouse = warehouse(odoo).await;
    let id = shelf(odoo, &warehouse).await;
    let row = odoo.read("stock.location", id, &["complete_name", "display_name", "usage", "active"]).await;
    let path = format!("{}/{}", warehouse["lot_stock_id"][1].as_str().unwrap(), odoo.tag);
    assert_eq!((&row["complete_name"], &row["display_name"]), (&json!(path), &json!(path)));
    assert!(path.starts_with(&format!("{}/", warehouse["code"].as_str().unwrap())), "{path}");
    assert_eq!((&row["usage"], &row["active"]), (&json!("internal"), &json!(true)));
    for (name, operator) in [(path.clone(), "="), (odoo.tag.to_uppercase(), "ilike")] {
        let arguments = json!({"name": name, "domain": [], "operator": operator});
        assert_eq!(odoo.ok("stock.location", "name_search", arguments).await, json!([[id, path]]));
    }
    assert_eq!(odoo.count("stock.location", json!([["complete_name", "ilike", odoo.tag]])).await, 1);
    let fields = odoo.ok("stock.location", "fields_get", json!({"allfields": ["warehouse_id"]})).await;
    assert_eq!(fields["warehouse_id"].is_object(), odoo.version >= 15);
    if odoo.version >= 15 {
        assert_eq!(odoo.read("stock.location", id, &["warehouse_id"]).await["warehouse_id"][0], warehouse["id"]);
    }
}

/// The quants of a product that has some, in the company's own locations.
async fn some(odoo: &Odoo) -> (Value, Value) {
    let domain = json!([["location_id.usage", "=", "internal"], ["quantity", ">", 0], ["lot_id", "!=", false]]);
    let product = odoo
        .ok("stock.quant", "search_read", json!({"domain": domain, "fields": ["product_id"], "limit": 1}))
        .await[0]["product_id"]
        .clone();
    let domain = json!([["location_id.usage", "=", "internal"], ["product_id", "=", product[0]]]);
    let fields =
        json!(["location_id", "lot_id", "quantity", "reserved_quantity", "available_quantity", "product_uom_id"]);
    (product, odoo.ok("stock.quant", "search_read", json!({"domain": domain, "fields": fields})).await)
}

async fn quants(odoo: &Odoo) {
    let (product, rows) = some(odoo).await;
    let number = |row: &Value, field: &str| row[field].as_f64().unwrap();
    let (mut held, mut free) = (0.0, 0.0);
    for row in rows.as_array().unwrap() {
        let available = number(row, "quantity") - number(row, "reserved_quantity");
        assert!((number(row, "available_quantity") - available).abs() < 0.005, "{row}");
        held += number(row, "quantity");
        free += available;
    }
    let fields = ["qty_available", "free_qty", "incoming_qty", "outgoing_qty", "virtual_available"];
    let stock = odoo.read("product.product", product[0].as_i64().unwrap(), &fields).await;
    let total = |field: &str| stock[field].as_f64().unwrap();
    assert!((total("qty_available") - held).abs() < 0.005, "{stock:?} {rows}");
    assert!((total("free_qty") - free).abs() < 0.005, "{stock:?} {rows}");
    let forecast = total("qty_available") + total("incoming_qty") - total("outgoing_qty");
    assert!((total("virtual_available") - forecast).abs() < 0.005, "{stock:?}");
}

async fn narrowed(odoo: &Odoo) {
    let (product, rows) = some(odoo).await;
    let empty = shelf(odoo, &warehouse(odoo).await).await;
    let quantity = |location: Value| {
        let product = product[0].clone();
        async move {
            let arguments = json!({"ids": [product], "fields": ["qty_available"], "context": {"location": location}});
            odoo.ok("product.product", "read", arguments).await[0]["qty_available"].as_f64().unwrap()
        }
    };
    assert_eq!(quantity(json!(empty)).await, 0.0);
    let place = &rows[0]["location_id"];
    let there: f64 = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["location_id"] == *place)
        .map(|row| row["quantity"].as_f64().unwrap())
        .sum();
    assert!(quantity(place[0].clone()).await >= there, "what lies below counts too");
    assert_eq!(quantity(json!(false)).await, quantity(json!(null)).await, "false is everywhere");
}

async fn found(odoo: &Odoo) {
    let (product, rows) = some(odoo).await;
    let row = rows.as_array().unwrap().iter().find(|row| row["lot_id"].is_array()).unwrap();
    let code = odoo.read("product.product", product[0].as_i64().unwrap(), &["default_code", "name"]).await;
    for (field, text) in [
        ("product_id", &code["default_code"]),
        ("product_id", &code["name"]),
        ("location_id", &row["location_id"][1]),
        ("lot_id", &row["lot_id"][1]),
    ] {
        let part = text.as_str().unwrap().to_uppercase();
        let domain = json!([["id", "=", row["id"]], [field, "ilike", part]]);
        assert_eq!(odoo.count("stock.quant", domain).await, 1, "{field} {text}");
    }
    let domain = json!([["id", "=", row["id"]], ["location_id", "ilike", odoo.tag]]);
    assert_eq!(odoo.count("stock.quant", domain).await, 0);
    let lots = if odoo.version >= 16 { "stock.lot" } else { "stock.production.lot" };
    let fields = odoo.ok("stock.quant", "fields_get", json!({"allfields": ["lot_id"]})).await;
    assert_eq!(fields["lot_id"]["relation"], lots);
    let lot = odoo.read(lots, row["lot_id"][0].as_i64().unwrap(), &["name", "product_id", "product_qty"]).await;
    assert_eq!((&lot["name"], &lot["product_id"][0]), (&row["lot_id"][1], &product[0]));
    assert!(lot["product_qty"].as_f64().unwrap() > 0.0);
}

async fn moves(odoo: &Odoo) {
    let names = ["quantity", "quantity_done", "name", "product_uom", "lot_ids", "state", "reference"];
    let fields = odoo.ok("stock.move", "fields_get", json!({"allfields": names})).await;
    for (name, there) in [
        ("quantity", odoo.version >= 17),
        ("quantity_done", odoo.version < 17),
        ("name", odoo.version < 19),
        ("product_uom", true),
        ("lot_ids", true),
    ] {
        assert_eq!(fields[name].is_object(), there, "{name}");
    }
    let selection = fields["state"]["selection"].as_array().unwrap();
    let mut states: Vec<&str> = selection.iter().map(|one| one[0].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["assigned", "cancel", "confirmed", "done", "draft", "partially_available", "waiting"]);
    let product = goods(odoo, json!({"default_code": format!("C-{}", odoo.tag)})).await;
    let from = odoo.reference("stock.stock_location_suppliers").await;
    let to = shelf(odoo, &warehouse(odoo).await).await;
    let uom = odoo.read("product.product", product, &["uom_id"]).await["uom_id"][0].clone();
    let mut values = json!({"product_id": product, "product_uom_qty": 3, "product_uom": uom, "location_id": from, "location_dest_id": to, "origin": odoo.tag});
    if odoo.version < 19 {
        values["name"] = json!("as planned");
    }
    let id = odoo.make("stock.move", values).await;
    let row = odoo.read("stock.move", id, &["display_name", "state", "product_qty", "date", "company_id"]).await;
    let vendors = odoo.read("stock.location", from, &["name"]).await["name"].clone();
    assert_eq!(row["display_name"], format!("C-{}: {}>{}", odoo.tag, vendors.as_str().unwrap(), odoo.tag));
    assert_eq!((&row["state"], &row["product_qty"]), (&json!("draft"), &json!(3.0)));
    assert!(row["date"].is_string() && row["company_id"][0].is_i64(), "{row:?}");
    for domain in [
        json!([["origin", "ilike", odoo.tag]]),
        json!([["product_id", "ilike", odoo.tag]]),
        json!([["location_dest_id", "ilike", odoo.tag]]),
        json!([["product_id", "=", product], ["state", "not in", ["done", "cancel"]]]),
    ] {
        assert_eq!(odoo.ok("stock.move", "search", json!({"domain": domain})).await, json!([id]), "{domain}");
    }
    let stock = odoo.read("product.product", product, &["incoming_qty"]).await;
    assert_eq!(stock["incoming_qty"], 0.0, "a draft is not planned yet");
}

async fn employee(odoo: &Odoo) {
    for (model, fields) in [
        ("stock.quant", json!(["quantity", "available_quantity", "location_id"])),
        ("stock.move", json!(["product_uom_qty", "state", "lot_ids"])),
        ("stock.location", json!(["complete_name"])),
        ("stock.warehouse", json!(["code"])),
        ("stock.picking", json!(["state"])),
    ] {
        let arguments = json!({"domain": [], "fields": fields, "limit": 1});
        let rows = odoo.call(Who::Employee, model, "search_read", arguments).await.unwrap();
        assert_eq!(rows.as_array().unwrap().len(), 1, "{model}");
    }
    let values = json!({"vals_list": [{"name": "x", "usage": "internal"}]});
    let fault = odoo.call(Who::Employee, "stock.location", "create", values).await.unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
}
