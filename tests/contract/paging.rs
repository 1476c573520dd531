//! Order, pages and counts: several keys, relations, dates and flags; a page after the other is everything once.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("paging: pages in an order that ends in the id are everything once", pages),
        case!("paging: `web_search_read` tells the same total on every page", totals),
        case!("paging: several keys, a relation among them, up and down", keys),
        case!("paging: dates, flags and selections, what is not set last", kinds),
        case!("paging: no order is the model's own", own),
    ]
}

/// Partners with one `ref`, named by a letter each.
async fn partners(odoo: &Odoo, rows: &[(&str, Value)]) {
    for (name, values) in rows {
        let mut values = values.clone();
        values["name"] = json!(format!("{} {name}", odoo.tag));
        values["ref"] = json!(odoo.tag);
        odoo.make("res.partner", values).await;
    }
}

async fn found(odoo: &Odoo, order: &str) -> String {
    let asked = json!({"domain": [["ref", "=", odoo.tag]], "fields": ["name"], "order": order});
    let rows = odoo.ok("res.partner", "search_read", asked).await;
    rows.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()?.chars().last()).collect()
}

async fn seven(odoo: &Odoo) {
    let rows: Vec<(&str, Value)> =
        ["a", "b", "c", "d", "e", "f", "g"].into_iter().map(|name| (name, json!({"color": name.len()}))).collect();
    partners(odoo, &rows).await;
}

async fn pages(odoo: &Odoo) {
    seven(odoo).await;
    let page = async |offset: usize| {
        let asked =
            json!({"domain": [["ref", "=", odoo.tag]], "order": "color desc, id", "limit": 3, "offset": offset});
        odoo.ok("res.partner", "search", asked).await.as_array().cloned().unwrap()
    };
    let mut all = Vec::new();
    for offset in [0, 3, 6, 9] {
        all.extend(page(offset).await);
    }
    let whole = json!({"domain": [["ref", "=", odoo.tag]], "order": "id"});
    assert_eq!(Value::Array(all), odoo.ok("res.partner", "search", whole).await);
    assert_eq!(odoo.count("res.partner", json!([["ref", "=", odoo.tag]])).await, 7);
}

async fn totals(odoo: &Odoo) {
    seven(odoo).await;
    for (offset, rows) in [(0, 3), (3, 3), (6, 1)] {
        let mut asked = json!({"domain": [["ref", "=", odoo.tag]], "limit": 3, "offset": offset, "order": "id"});
        match odoo.version {
            17.. => asked["specification"] = json!({"name": {}}),
            _ => asked["fields"] = json!(["name"]),
        }
        let page = odoo.ok("res.partner", "web_search_read", asked).await;
        assert_eq!((&page["length"], page["records"].as_array().unwrap().len()), (&json!(7), rows), "from {offset}");
    }
}

async fn keys(odoo: &Odoo) {
    let (us, be) = (odoo.reference("base.us").await, odoo.reference("base.be").await);
    let rows = [
        ("a", json!({"country_id": us, "color": 1})),
        ("b", json!({"country_id": be, "color": 2})),
        ("c", json!({"country_id": us, "color": 2})),
        ("d", json!({"color": 1})),
    ];
    partners(odoo, &rows).await;
    for (order, expected) in [
        ("country_id, name", "bacd"),
        ("country_id desc, name", "dacb"),
        ("country_id, name desc", "bcad"),
        ("color desc, country_id desc, id", "cbda"),
        ("color, country_id, id desc", "adbc"),
        ("name DESC", "dcba"),
    ] {
        assert_eq!(found(odoo, order).await, expected, "{order}");
    }
}

async fn kinds(odoo: &Odoo) {
    let tag = &odoo.tag;
    for (name, day, kind) in [
        ("a", json!("2031-02-01"), "lead"),
        ("b", json!(false), "opportunity"),
        ("c", json!("2031-01-01"), "opportunity"),
    ] {
        odoo.make("crm.lead", json!({"name": format!("{tag} {name}"), "date_deadline": day, "type": kind})).await;
    }
    let leads = async |order: &str| -> String {
        let asked = json!({"domain": [["name", "like", tag]], "fields": ["name"], "order": order});
        let rows = odoo.ok("crm.lead", "search_read", asked).await;
        rows.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()?.chars().last()).collect()
    };
    for (order, expected) in
        [("date_deadline", "cab"), ("date_deadline desc", "bac"), ("type, id", "abc"), ("type desc, id desc", "cba")]
    {
        assert_eq!(leads(order).await, expected, "{order}");
    }
    let rows = [("x", json!({"is_company": true})), ("y", json!({"is_company": false}))];
    partners(odoo, &rows).await;
    assert_eq!(found(odoo, "is_company, id").await, "yx");
    assert_eq!(found(odoo, "is_company desc, id").await, "xy");
}

async fn own(odoo: &Odoo) {
    for (name, priority) in [("a", "0"), ("b", "2"), ("c", "0")] {
        odoo.make("crm.lead", json!({"name": format!("{} {name}", odoo.tag), "priority": priority})).await;
    }
    for order in [Value::Null, json!("")] {
        let asked = json!({"domain": [["name", "like", odoo.tag]], "fields": ["name"], "order": order});
        let rows = odoo.ok("crm.lead", "search_read", asked).await;
        let names: String =
            rows.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()?.chars().last()).collect();
        assert_eq!(names, "bca", "by priority, the newest first");
    }
}
