//! The commands at relations, `[0, 0, {…}]` to `[6, 0, […]]`, where their lines belong to the record and where they do not.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("commands: lines that belong to their order go when they are cut off", owned),
        case!("commands: contacts that are cut off stay", not_owned),
        case!("commands: lines are made with what they lead to, all or nothing", together),
        case!("commands: at a many2many, ids of nobody and unknown commands", nobody),
        case!("commands: a copy has lines of its own", copied),
    ]
}

async fn order(odoo: &Odoo, notes: &[&str]) -> i64 {
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let lines: Vec<Value> =
        notes.iter().map(|note| json!([0, 0, {"display_type": "line_note", "name": note}])).collect();
    odoo.make("sale.order", json!({"partner_id": customer, "order_line": lines})).await
}

async fn set(odoo: &Odoo, model: &str, id: i64, values: Value) {
    assert_eq!(odoo.ok(model, "write", json!({"ids": [id], "vals": values})).await, true);
}

/// Names and ids of the lines.
async fn lines(odoo: &Odoo, order: i64) -> Vec<(String, i64)> {
    let asked = json!({"domain": [["order_id", "=", order]], "fields": ["name"], "order": "id"});
    let rows = odoo.ok("sale.order.line", "search_read", asked).await;
    let line = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["id"].as_i64().unwrap());
    rows.as_array().unwrap().iter().map(line).collect()
}

fn names(lines: &[(String, i64)]) -> Vec<&str> {
    lines.iter().map(|(name, _)| name.as_str()).collect()
}

async fn owned(odoo: &Odoo) {
    let id = order(odoo, &["one", "two", "three"]).await;
    let first = lines(odoo, id).await;
    assert_eq!(names(&first), ["one", "two", "three"]);
    set(odoo, "sale.order", id, json!({"order_line": [[1, first[1].1, {"name": "second"}], [3, first[0].1, 0]]})).await;
    assert_eq!(names(&lines(odoo, id).await), ["second", "three"]);
    assert_eq!(odoo.count("sale.order.line", json!([["id", "=", first[0].1]])).await, 0, "what is cut off is gone");
    set(odoo, "sale.order", id, json!({"order_line": [[2, first[2].1, 0]]})).await;
    assert_eq!(names(&lines(odoo, id).await), ["second"]);
    let new = json!([0, 0, {"display_type": "line_note", "name": "new"}]);
    set(odoo, "sale.order", id, json!({"order_line": [[5, 0, 0], new]})).await;
    assert_eq!(names(&lines(odoo, id).await), ["new"]);
    let kept = lines(odoo, id).await[0].1;
    set(odoo, "sale.order", id, json!({"order_line": [[6, 0, [kept]]]})).await;
    assert_eq!(names(&lines(odoo, id).await), ["new"]);
}

async fn not_owned(odoo: &Odoo) {
    let make = async |name: &str| odoo.make("res.partner", json!({"name": format!("{} {name}", odoo.tag)})).await;
    let (firm, ann, bob) = (make("firm").await, make("ann").await, make("bob").await);
    let under = async || odoo.count("res.partner", json!([["parent_id", "=", firm]])).await;
    set(odoo, "res.partner", firm, json!({"child_ids": [[6, 0, [ann, bob]]]})).await;
    assert_eq!(under().await, 2);
    set(odoo, "res.partner", firm, json!({"child_ids": [[6, 0, [bob]]]})).await;
    assert_eq!(odoo.read("res.partner", ann, &["parent_id"]).await["parent_id"], false);
    set(odoo, "res.partner", firm, json!({"child_ids": [[5, 0, 0]]})).await;
    assert_eq!((under().await, odoo.count("res.partner", json!([["id", "in", [ann, bob]]])).await), (0, 2));
    let nobody =
        odoo.fault("res.partner", "write", json!({"ids": [firm], "vals": {"child_ids": [[4, 2_000_000_000]]}})).await;
    nobody.is("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404);
}

async fn together(odoo: &Odoo) {
    let tag = &odoo.tag;
    let child = json!({"name": format!("{tag} child"), "category_id": [[0, 0, {"name": format!("{tag} label")}]]});
    let firm = odoo.make("res.partner", json!({"name": format!("{tag} firm"), "child_ids": [[0, 0, child]]})).await;
    let label = json!({"domain": [["name", "=", format!("{tag} label")]]});
    let label = odoo.ok("res.partner.category", "search", label).await[0].as_i64().unwrap();
    odoo.keep("res.partner.category", label);
    let found = json!([["parent_id", "=", firm], ["category_id", "in", [label]]]);
    assert_eq!(odoo.count("res.partner", found).await, 1);
    let children = odoo.read("res.partner", firm, &["child_ids"]).await["child_ids"][0].clone();
    odoo.keep("res.partner", children.as_i64().unwrap());
    let nameless = json!({"city": "Bonn", "child_ids": [[0, 0, {"type": "contact"}]]});
    let fault = odoo.fault("res.partner", "write", json!({"ids": [firm], "vals": nameless})).await;
    assert_eq!(fault.name, "odoo.exceptions.ValidationError");
    assert_eq!(odoo.read("res.partner", firm, &["city"]).await["city"], false);
}

async fn nobody(odoo: &Odoo) {
    let label = odoo.make("res.partner.category", json!({"name": odoo.tag})).await;
    let id = odoo.make("res.partner", json!({"name": odoo.tag, "category_id": [[4, label]]})).await;
    let nobody = 2_000_000_000;
    for passed in
        [json!([[9, label, 0]]), json!([[1, nobody, {"color": 3}]]), json!([[2, nobody]]), json!([[3, nobody]])]
    {
        set(odoo, "res.partner", id, json!({"category_id": passed})).await;
        assert_eq!(odoo.read("res.partner", id, &["category_id"]).await["category_id"], json!([label]), "{passed}");
    }
    for (given, class) in [
        (json!([[6, 0, [nobody]]]), "odoo.exceptions.ValidationError"),
        (json!([[4, nobody]]), "odoo.exceptions.ValidationError"),
        (json!([{"id": label}]), "builtins.TypeError"),
        (json!(5), "builtins.ValueError"),
    ] {
        let fault = odoo.fault("res.partner", "write", json!({"ids": [id], "vals": {"category_id": given}})).await;
        assert_eq!(fault.name, class, "{given}: {fault:?}");
    }
}

async fn copied(odoo: &Odoo) {
    let id = order(odoo, &["one", "two"]).await;
    let made = odoo.ok("sale.order", "copy", json!({"ids": [id]})).await;
    let copy = made.as_i64().or_else(|| made[0].as_i64()).unwrap();
    odoo.keep("sale.order", copy);
    assert_eq!(names(&lines(odoo, copy).await), ["one", "two"]);
    assert_eq!(lines(odoo, id).await.len(), 2, "the old one keeps its own");
}
