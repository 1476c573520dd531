//! `read_group` as all versions have it, not lazy: what is grouped by, what the groups are called, and how their records are found again.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("groupings: by day, week, month, quarter and year", periods),
        case!("groupings: by selection, boolean, number, text and relation, and what is not set", kinds),
        case!("groupings: by two at once", two),
        case!("groupings: sums, averages and extremes", aggregates),
        case!("groupings: by a many2many, a record in each of its groups", 17, many),
        case!("groupings: of nothing there are none, without a group one of zero", nothing),
    ]
}

async fn leads(odoo: &Odoo) {
    let (admin, employee) = (odoo.uid(Who::Admin).await, odoo.uid(Who::Employee).await);
    let rows = [
        json!({"date_deadline": "2031-01-31", "expected_revenue": 10, "type": "lead", "user_id": admin, "color": 1, "city": "Bonn"}),
        json!({"date_deadline": "2031-02-03", "expected_revenue": 20, "type": "opportunity", "user_id": employee, "color": 2}),
        json!({"date_deadline": "2031-02-05", "expected_revenue": 5.5, "type": "opportunity", "user_id": false, "color": 1}),
        json!({"date_deadline": false, "type": "opportunity", "user_id": admin, "color": 1}),
    ];
    for mut row in rows {
        row["name"] = json!(odoo.tag);
        odoo.make("crm.lead", row).await;
    }
}

async fn group(odoo: &Odoo, fields: Value, by: Value) -> Vec<Value> {
    let domain = json!([["name", "=", odoo.tag]]);
    let arguments = json!({"domain": domain, "fields": fields, "groupby": by, "lazy": false});
    odoo.ok("crm.lead", "read_group", arguments).await.as_array().cloned().unwrap()
}

/// Each group's value and count; the records behind it are as many as it says.
async fn counts(odoo: &Odoo, by: &str) -> Vec<(Value, i64)> {
    let mut found = Vec::new();
    for group in group(odoo, json!(["id"]), json!([by])).await {
        let count = group["__count"].as_i64().unwrap();
        assert_eq!(odoo.count("crm.lead", group["__domain"].clone()).await, count, "{by}: {group}");
        found.push((group[by].clone(), count));
    }
    found
}

async fn periods(odoo: &Odoo) {
    leads(odoo).await;
    let labels = async |unit: &str| {
        let found = counts(odoo, &format!("date_deadline:{unit}")).await;
        found.into_iter().map(|(label, count)| (label.as_str().unwrap_or("-").to_owned(), count)).collect::<Vec<_>>()
    };
    let own =
        |table: &[(&str, i64)]| table.iter().map(|(label, count)| ((*label).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(labels("day").await, own(&[("31 Jan 2031", 1), ("03 Feb 2031", 1), ("05 Feb 2031", 1), ("-", 1)]));
    // In 14 a week begins on Monday, then on the day of the language: in English Sunday.
    assert_eq!(labels("week").await, own(&[("W5 2031", 1), ("W6 2031", 2), ("-", 1)]));
    assert_eq!(labels("month").await, own(&[("January 2031", 1), ("February 2031", 2), ("-", 1)]));
    assert_eq!(labels("quarter").await, own(&[("Q1 2031", 3), ("-", 1)]));
    assert_eq!(labels("year").await, own(&[("2031", 3), ("-", 1)]));
}

async fn kinds(odoo: &Odoo) {
    leads(odoo).await;
    assert_eq!(counts(odoo, "type").await, [(json!("lead"), 1), (json!("opportunity"), 3)]);
    assert_eq!(counts(odoo, "active").await, [(json!(true), 4)]);
    assert_eq!(counts(odoo, "color").await, [(json!(1), 3), (json!(2), 1)]);
    assert_eq!(counts(odoo, "city").await, [(json!("Bonn"), 1), (json!(false), 3)]);
    let users: Vec<(Value, i64)> =
        counts(odoo, "user_id").await.into_iter().map(|(user, count)| (user[0].clone(), count)).collect();
    let (admin, employee) = (odoo.uid(Who::Admin).await, odoo.uid(Who::Employee).await);
    assert_eq!(users, [(json!(employee), 1), (json!(admin), 2), (Value::Null, 1)], "by name, nobody last");
}

async fn two(odoo: &Odoo) {
    leads(odoo).await;
    let groups = group(odoo, json!(["id"]), json!(["type", "color"])).await;
    let found: Vec<Value> =
        groups.iter().map(|group| json!([group["type"], group["color"], group["__count"]])).collect();
    assert_eq!(found, [json!(["lead", 1, 1]), json!(["opportunity", 1, 2]), json!(["opportunity", 2, 1])]);
}

async fn aggregates(odoo: &Odoo) {
    leads(odoo).await;
    let fields = json!([
        "sum:sum(expected_revenue)",
        "avg:avg(expected_revenue)",
        "max:max(date_deadline)",
        "users:count_distinct(user_id)",
    ]);
    let groups = group(odoo, fields, json!(["type"])).await;
    let opportunities = &groups[1];
    assert_eq!(opportunities["sum"], 25.5);
    let average = opportunities["avg"].as_f64().unwrap();
    // Until 17 what is not set does not count; the lead without a revenue has none.
    let expected = 12.75;
    assert!((average - expected).abs() < 0.001, "{average}");
    assert_eq!(opportunities["max"], "2031-02-05");
    assert_eq!(opportunities["users"], 2);
}

async fn many(odoo: &Odoo) {
    let label = async |name: &str| odoo.make("crm.tag", json!({"name": format!("{} {name}", odoo.tag)})).await;
    let (red, blue) = (label("a red").await, label("b blue").await);
    for tags in [json!([red, blue]), json!([red]), json!([])] {
        odoo.make("crm.lead", json!({"name": odoo.tag, "tag_ids": [[6, 0, tags]]})).await;
    }
    let found: Vec<(Value, i64)> =
        counts(odoo, "tag_ids").await.into_iter().map(|(tag, count)| (tag[0].clone(), count)).collect();
    assert_eq!(found, [(json!(red), 2), (json!(blue), 1), (Value::Null, 1)]);
}

async fn nothing(odoo: &Odoo) {
    assert!(group(odoo, json!(["expected_revenue"]), json!(["type"])).await.is_empty());
    let whole = group(odoo, json!(["expected_revenue"]), json!([])).await;
    assert_eq!((whole.len(), &whole[0]["__count"]), (1, &json!(0)));
    let sum = &whole[0]["expected_revenue"];
    assert!(sum.is_null() || *sum == json!(false) || *sum == json!(0.0), "{sum}");
}
