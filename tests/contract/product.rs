//! What the tools rely on in product.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("product: name, reference and barcode find it, whole or in part", names),
        case!("product: services are one type on every version, goods are of several", kinds),
        case!("product: a new one has its company's taxes, the prices given and nothing in stock", fresh),
        case!("product: quantities are searched, and neither sorted nor grouped", quantities),
        case!("product: the last variant takes the product along", last_variant),
        case!("product: an employee reads all of it, and changes nothing", employee),
    ]
}

/// Goods that are kept in stock.
pub async fn goods(odoo: &Odoo, more: Value) -> i64 {
    let mut values = json!({"name": odoo.tag, "list_price": 12.5, "taxes_id": [[6, 0, []]]});
    match odoo.version {
        18.. => values["is_storable"] = json!(true),
        _ => values["type"] = json!("product"),
    }
    for (field, given) in more.as_object().unwrap() {
        values[field] = given.clone();
    }
    let id = odoo.make("product.product", values).await;
    let template = odoo.read("product.product", id, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    id
}

async fn last_variant(odoo: &Odoo) {
    let id = goods(odoo, json!({})).await;
    odoo.ok("product.product", "unlink", json!({"ids": [id]})).await;
    let left = odoo.ok(
        "product.template",
        "search",
        json!({"domain": [["name", "=", odoo.tag]], "context": {"active_test": false}}),
    );
    assert_eq!(left.await, json!([]));
}

async fn names(odoo: &Odoo) {
    let code = format!("C-{}", odoo.tag);
    let id = goods(odoo, json!({"default_code": code, "barcode": format!("99{}", odoo.tag)})).await;
    let named = |text: String, operator: &'static str| async move {
        odoo.ok("product.product", "name_search", json!({"name": text, "domain": [], "operator": operator})).await
    };
    let shown = format!("[{code}] {}", odoo.tag);
    assert_eq!(named(code.clone(), "=").await, json!([[id, shown]]));
    assert_eq!(named(format!("99{}", odoo.tag), "=").await, json!([[id, shown]]));
    assert_eq!(named(shown.clone(), "=").await, json!([[id, shown]]), "its whole display name");
    assert_eq!(named(odoo.tag.clone(), "=").await, json!([[id, shown]]));
    assert_eq!(named(odoo.tag.to_uppercase(), "ilike").await, json!([[id, shown]]));
    for field in ["name", "default_code", "barcode"] {
        let part = odoo.tag[3..].to_uppercase();
        assert_eq!(odoo.count("product.product", json!([[field, "ilike", part]])).await, 1, "{field}");
    }
}

async fn kinds(odoo: &Odoo) {
    let fields =
        odoo.ok("product.product", "fields_get", json!({"allfields": ["type", "is_storable", "tracking"]})).await;
    let values: Vec<&str> =
        fields["type"]["selection"].as_array().unwrap().iter().map(|one| one[0].as_str().unwrap()).collect();
    assert!(values.contains(&"consu") && values.contains(&"service"), "{values:?}");
    assert_eq!(values.contains(&"product"), odoo.version < 18, "{values:?}");
    assert_eq!(fields["is_storable"].is_object(), odoo.version >= 18);
    let id = goods(odoo, json!({})).await;
    let row = odoo.read("product.product", id, &["type", "tracking"]).await;
    assert_eq!(row["type"], if odoo.version >= 18 { "consu" } else { "product" });
    assert_eq!(row["tracking"], "none");
    assert_eq!(odoo.count("product.product", json!([["id", "=", id], ["type", "!=", "service"]])).await, 1);
}

async fn fresh(odoo: &Odoo) {
    let id = odoo.make("product.product", json!({"name": odoo.tag, "list_price": 40, "type": "service"})).await;
    let fields = [
        "product_tmpl_id",
        "taxes_id",
        "lst_price",
        "list_price",
        "qty_available",
        "free_qty",
        "incoming_qty",
        "outgoing_qty",
        "virtual_available",
        "sale_ok",
        "uom_id",
        "categ_id",
        "stock_quant_ids",
    ];
    let row = odoo.read("product.product", id, &fields).await;
    odoo.keep("product.template", row["product_tmpl_id"][0].as_i64().unwrap());
    assert_eq!((&row["lst_price"], &row["list_price"], &row["sale_ok"]), (&json!(40.0), &json!(40.0), &json!(true)));
    for field in ["qty_available", "free_qty", "incoming_qty", "outgoing_qty", "virtual_available"] {
        assert_eq!(row[field], 0.0, "{field}");
    }
    assert_eq!(row["stock_quant_ids"], json!([]));
    let taxes = row["taxes_id"].as_array().unwrap();
    assert!(!taxes.is_empty(), "{row:?}");
    let kinds = odoo.ok("account.tax", "read", json!({"ids": taxes, "fields": ["type_tax_use", "amount_type"]})).await;
    for tax in kinds.as_array().unwrap() {
        assert_eq!(tax["type_tax_use"], "sale", "{kinds}");
    }
}

async fn quantities(odoo: &Odoo) {
    let names = ["qty_available", "free_qty", "incoming_qty", "outgoing_qty", "virtual_available"];
    let attributes = json!(["type", "store", "searchable", "sortable", "readonly"]);
    let fields = odoo.ok("product.product", "fields_get", json!({"allfields": names, "attributes": attributes})).await;
    for name in names {
        let field = &fields[name];
        assert_eq!(
            (&field["type"], &field["store"], &field["searchable"], &field["sortable"]),
            (&json!("float"), &json!(false), &json!(true), &json!(false)),
            "{name}"
        );
    }
    let id = goods(odoo, json!({})).await;
    assert_eq!(odoo.count("product.product", json!([["id", "=", id], ["qty_available", ">", 0]])).await, 0);
    assert_eq!(odoo.count("product.product", json!([["id", "=", id], ["qty_available", "<=", 0]])).await, 1);
}

async fn employee(odoo: &Odoo) {
    let id = goods(odoo, json!({"standard_price": 7.25})).await;
    let fields = json!(["lst_price", "standard_price", "qty_available", "taxes_id", "categ_id"]);
    let rows =
        odoo.call(Who::Employee, "product.product", "read", json!({"ids": [id], "fields": fields})).await.unwrap();
    assert_eq!((&rows[0]["lst_price"], &rows[0]["standard_price"]), (&json!(12.5), &json!(7.25)));
    for (method, arguments) in
        [("write", json!({"ids": [id], "vals": {"barcode": "1"}})), ("create", json!({"vals_list": [{"name": "x"}]}))]
    {
        let fault = odoo.call(Who::Employee, "product.product", method, arguments).await.unwrap_err();
        assert_eq!(fault.name, "odoo.exceptions.AccessError", "{method}");
    }
}
