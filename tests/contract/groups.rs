//! Groups: `formatted_read_group` (19) and `read_group`.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("groups: counts and sums by a many2one", 19, by_relation),
        case!("groups: by parts of a date, in the caller's zone", 19, by_date),
        case!("groups: a date without a part, an unknown field or function is an error", 19, wrong),
        case!("groups: by several fields, by many2many, by a path, by boolean", 19, several),
        case!("groups: order by an aggregate, limit, offset, having", 19, ordered),
        case!("groups: nothing to sum is false", 19, nothing),
        case!("groups: every aggregate", 19, aggregates),
        case!("read_group: counts, sums, domains, lazily and not", classic),
        case!("read_group: months with label and range", classic_months),
        case!("read_group: an alias can be ordered by", classic_alias),
    ]
}

/// Leads of one name: three in two stages, two tagged.
async fn leads(odoo: &Odoo) -> (i64, i64) {
    let (new, won) = (odoo.reference("crm.stage_lead1").await, odoo.reference("crm.stage_lead3").await);
    let tags = [
        odoo.make("crm.tag", json!({"name": format!("{} x", odoo.tag)})).await,
        odoo.make("crm.tag", json!({"name": format!("{} y", odoo.tag)})).await,
    ];
    let rows = [
        (new, 10.0, "2031-01-31", json!(tags)),
        (new, 20.0, "2031-02-01", json!([tags[0]])),
        (won, 5.5, "2031-02-28", json!([])),
    ];
    for (stage, revenue, day, tags) in rows {
        let values = json!({"name": odoo.tag, "stage_id": stage, "expected_revenue": revenue, "date_deadline": day,
            "date_open": format!("{day} 23:30:00"), "tag_ids": [[6, 0, tags]]});
        odoo.make("crm.lead", values).await;
    }
    (new, won)
}

async fn group(odoo: &Odoo, arguments: Value) -> Value {
    let mut all = json!({"domain": [["name", "=", odoo.tag]]});
    all.as_object_mut().unwrap().extend(arguments.as_object().cloned().unwrap());
    odoo.ok("crm.lead", "formatted_read_group", all).await
}

async fn by_relation(odoo: &Odoo) {
    let (new, won) = leads(odoo).await;
    let groups = group(
        odoo,
        json!({"groupby": ["stage_id"], "aggregates": ["__count", "expected_revenue:sum", "expected_revenue:avg"]}),
    )
    .await;
    let expected = json!([
        {"stage_id": [new, "New"], "__extra_domain": [["stage_id", "=", new]], "__count": 2, "expected_revenue:sum": 30.0, "expected_revenue:avg": 15.0},
        {"stage_id": [won, "Proposition"], "__extra_domain": [["stage_id", "=", won]], "__count": 1, "expected_revenue:sum": 5.5, "expected_revenue:avg": 5.5},
    ]);
    assert_eq!(groups, expected);
    let bare = group(odoo, json!({"groupby": ["partner_id"]})).await;
    assert_eq!(bare, json!([{"partner_id": false, "__extra_domain": [["partner_id", "=", false]]}]));
}

async fn by_date(odoo: &Odoo) {
    leads(odoo).await;
    let months = group(odoo, json!({"groupby": ["date_deadline:month"], "aggregates": ["__count"]})).await;
    let expected = json!([
        {"date_deadline:month": ["2031-01-01", "January 2031"], "__count": 1,
         "__extra_domain": ["&", ["date_deadline", ">=", "2031-01-01"], ["date_deadline", "<", "2031-02-01"]]},
        {"date_deadline:month": ["2031-02-01", "February 2031"], "__count": 2,
         "__extra_domain": ["&", ["date_deadline", ">=", "2031-02-01"], ["date_deadline", "<", "2031-03-01"]]},
    ]);
    assert_eq!(months, expected);
    let labels = async |unit: &str, zone: &str| {
        let arguments =
            json!({"groupby": [format!("date_open:{unit}")], "aggregates": ["__count"], "context": {"tz": zone}});
        let groups = group(odoo, arguments).await;
        groups.as_array().unwrap().iter().map(|group| group[format!("date_open:{unit}")].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        labels("month", "UTC").await,
        [json!(["2031-01-01 00:00:00", "January 2031"]), json!(["2031-02-01 00:00:00", "February 2031"])]
    );
    // Half past eleven at night UTC is the next day, and month, in Tokyo.
    assert_eq!(
        labels("month", "Asia/Tokyo").await,
        [json!(["2031-01-31 15:00:00", "February 2031"]), json!(["2031-02-28 15:00:00", "March 2031"])]
    );
    assert_eq!(labels("year", "UTC").await, [json!(["2031-01-01 00:00:00", "2031"])]);
    assert_eq!(labels("quarter", "UTC").await, [json!(["2031-01-01 00:00:00", "Q1 2031"])]);
    assert_eq!(labels("day", "UTC").await[0], json!(["2031-01-31 00:00:00", "31 Jan 2031"]));
    assert_eq!(labels("hour", "UTC").await[0], json!(["2031-01-31 23:00:00", "11:00 31 Jan"]));
    // In English the week begins on Sunday.
    assert_eq!(labels("week", "UTC").await[0], json!(["2031-01-26 00:00:00", "W5 2031"]));
    assert_eq!(labels("month_number", "UTC").await, [json!(1.0), json!(2.0)]);
    assert_eq!(labels("day_of_week", "UTC").await.len(), 2);
    assert_eq!(labels("year_number", "UTC").await, [json!(2031.0)]);
}

async fn wrong(odoo: &Odoo) {
    let fault = async |groupby: &str, aggregate: &str, order: Value| {
        let arguments = json!({"domain": [], "groupby": [groupby], "aggregates": [aggregate], "order": order});
        odoo.fault("crm.lead", "formatted_read_group", arguments).await
    };
    let value = "builtins.ValueError";
    fault("nope", "__count", Value::Null).await.is(value, "Invalid field 'nope' on model 'crm.lead'", 500);
    fault("create_date", "__count", Value::Null).await.is(
        value,
        "Granularity not set on a date(time) field: 'create_date'",
        500,
    );
    fault("stage_id", "expected_revenue:nope", Value::Null).await.is(
        value,
        "Invalid aggregate method 'nope' for 'expected_revenue:nope'.",
        500,
    );
    fault("display_name", "__count", Value::Null).await.is(
        value,
        "Cannot convert crm.lead.display_name to SQL because it is not stored",
        500,
    );
    fault("stage_id", "name:sum", Value::Null).await.is("psycopg2.errors.UndefinedFunction", "", 500);
    fault("stage_id", "__count", json!("nope")).await.is(
        value,
        "Order term 'nope' is not a valid aggregate nor valid groupby",
        500,
    );
}

async fn several(odoo: &Odoo) {
    let (new, won) = leads(odoo).await;
    let groups = group(odoo, json!({"groupby": ["stage_id", "type"], "aggregates": ["__count"]})).await;
    assert_eq!(groups[0]["stage_id"][0], new);
    assert_eq!(groups[0]["type"], "opportunity");
    assert_eq!(groups[0]["__extra_domain"], json!(["&", ["stage_id", "=", new], ["type", "=", "opportunity"]]));
    let tags = group(odoo, json!({"groupby": ["tag_ids"], "aggregates": ["__count"]})).await;
    let counts: Vec<(bool, i64)> = tags
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["tag_ids"] == false, group["__count"].as_i64().unwrap()))
        .collect();
    assert_eq!(counts, [(false, 2), (false, 1), (true, 1)], "a record is in the group of each of its tags");
    let path = group(odoo, json!({"groupby": ["stage_id.is_won"], "aggregates": ["__count"]})).await;
    assert_eq!((&path[0]["stage_id.is_won"], &path[0]["__count"]), (&json!(false), &json!(3)));
    let active = group(odoo, json!({"groupby": ["active"], "aggregates": ["__count"]})).await;
    assert_eq!(active, json!([{"active": true, "__extra_domain": [["active", "=", true]], "__count": 3}]));
    let _ = won;
}

async fn ordered(odoo: &Odoo) {
    let (new, won) = leads(odoo).await;
    let stages = async |arguments: Value| {
        let mut all = json!({"groupby": ["stage_id"], "aggregates": ["__count", "expected_revenue:sum"]});
        all.as_object_mut().unwrap().extend(arguments.as_object().cloned().unwrap());
        let groups = group(odoo, all).await;
        groups.as_array().unwrap().iter().map(|group| group["stage_id"][0].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(stages(json!({"order": "expected_revenue:sum"})).await, [won, new]);
    assert_eq!(stages(json!({"order": "expected_revenue:sum desc"})).await, [new, won]);
    assert_eq!(stages(json!({"order": "__count desc"})).await, [new, won]);
    assert_eq!(stages(json!({"order": "stage_id desc"})).await, [won, new]);
    assert_eq!(stages(json!({"limit": 1})).await, [new]);
    assert_eq!(stages(json!({"limit": 1, "offset": 1})).await, [won]);
    assert_eq!(stages(json!({"having": [["__count", ">", 1]]})).await, [new]);
}

async fn nothing(odoo: &Odoo) {
    let arguments = json!({"groupby": [], "aggregates": ["__count", "expected_revenue:sum", "expected_revenue:avg", "expected_revenue:max"]});
    let groups = group(odoo, arguments).await;
    let expected = json!([{"__extra_domain": [[1, "=", 1]], "__count": 0, "expected_revenue:sum": false, "expected_revenue:avg": false, "expected_revenue:max": false}]);
    assert_eq!(groups, expected);
    assert_eq!(group(odoo, json!({"groupby": ["stage_id"], "aggregates": ["__count"]})).await, json!([]));
}

async fn aggregates(odoo: &Odoo) {
    let (new, won) = leads(odoo).await;
    let wanted = [
        "expected_revenue:max",
        "expected_revenue:min",
        "stage_id:count_distinct",
        "stage_id:array_agg_distinct",
        "date_deadline:max",
        "id:count",
        "active:bool_and",
        "color:sum",
    ];
    let groups = group(odoo, json!({"groupby": [], "aggregates": wanted})).await;
    let row = &groups[0];
    assert_eq!(row["expected_revenue:max"], 20.0);
    assert_eq!(row["expected_revenue:min"], 5.5);
    assert_eq!(row["stage_id:count_distinct"], 2);
    let mut distinct: Vec<i64> =
        row["stage_id:array_agg_distinct"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
    distinct.sort_unstable();
    let mut expected = [new, won];
    expected.sort_unstable();
    assert_eq!(distinct, expected);
    assert_eq!(row["date_deadline:max"], "2031-02-28");
    assert_eq!(row["id:count"], 3);
    assert_eq!(row["active:bool_and"], true);
    assert_eq!(row["color:sum"], 0);
}

async fn read_group(odoo: &Odoo, fields: Value, groupby: Value, extra: Value) -> Value {
    let mut all = json!({"domain": [["name", "=", odoo.tag]], "fields": fields, "groupby": groupby});
    all.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
    odoo.ok("crm.lead", "read_group", all).await
}

async fn classic(odoo: &Odoo) {
    let (new, _) = leads(odoo).await;
    let groups =
        read_group(odoo, json!(["expected_revenue:sum"]), json!(["stage_id", "type"]), json!({"lazy": false})).await;
    assert_eq!(groups[0]["stage_id"], json!([new, "New"]));
    assert_eq!(groups[0]["type"], "opportunity");
    assert_eq!(groups[0]["__count"], 2);
    assert_eq!(groups[0]["expected_revenue"], 30.0);
    assert_eq!(odoo.count("crm.lead", groups[0]["__domain"].clone()).await, 2, "`__domain` finds the records");
    let lazy = read_group(odoo, json!(["expected_revenue"]), json!(["type", "stage_id"]), json!({})).await;
    assert_eq!(lazy[0]["type_count"], 3);
    assert_eq!(lazy[0]["expected_revenue"], 35.5);
    assert_eq!(lazy[0]["__context"], json!({"group_by": ["stage_id"]}));
}

async fn classic_months(odoo: &Odoo) {
    leads(odoo).await;
    let groups = read_group(odoo, json!(["id"]), json!(["date_deadline:month"]), json!({})).await;
    assert_eq!(groups[0]["date_deadline:month"], "January 2031");
    assert_eq!(groups[0]["date_deadline_count"], 1);
    if odoo.version >= 17 {
        let range = groups[0]["__range"].as_object().unwrap().values().next().unwrap().clone();
        assert_eq!(range, json!({"from": "2031-01-01", "to": "2031-02-01"}));
    } else {
        assert_eq!(groups[0].get("__range"), None, "the range stands in `__domain` alone");
        let range = json!([["date_deadline", ">=", "2031-01-01"], ["date_deadline", "<", "2031-02-01"]]);
        assert_eq!(json!([groups[0]["__domain"][2], groups[0]["__domain"][3]]), range);
    }
    assert_eq!(odoo.count("crm.lead", groups[1]["__domain"].clone()).await, 2);
}

async fn classic_alias(odoo: &Odoo) {
    let (new, won) = leads(odoo).await;
    let extra = json!({"orderby": "a0", "lazy": false});
    let groups = read_group(odoo, json!(["a0:sum(expected_revenue)"]), json!(["stage_id"]), extra).await;
    assert_eq!((&groups[0]["stage_id"][0], &groups[0]["a0"]), (&json!(won), &json!(5.5)));
    assert_eq!((&groups[1]["stage_id"][0], &groups[1]["a0"]), (&json!(new), &json!(30.0)));
}
