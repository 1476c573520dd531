use super::*;

fn grouping(asked: &str, kind: FieldType) -> Grouping {
    let (field, period) =
        asked.split_once(':').map_or((asked, None), |(field, period)| (field, Some(period.to_owned())));
    Grouping { asked: asked.into(), sent: asked.into(), field: field.into(), kind, period }
}

fn value(asked: &str, kind: FieldType, value: Value, domain: Value, zone: &str) -> Value {
    group_value(value, &grouping(asked, kind), &domain, &TimeZone::get(zone).unwrap())
}

#[test]
fn a_period_is_the_same_from_19_and_from_14() {
    let expected = json!({"from": "2026-11-01", "to": "2026-12-01", "label": "November 2026"});
    // The month of a user in Brussels begins at 23:00 UTC, and ends after the clocks did not change.
    let new = value(
        "date_order:month",
        FieldType::Datetime,
        json!(["2026-10-31 23:00:00", "November 2026"]),
        json!([]),
        "Europe/Brussels",
    );
    assert_eq!(new, expected);
    let old = value(
        "date_order:month",
        FieldType::Datetime,
        json!("November 2026"),
        json!([
            "&",
            ["date_order", ">=", "2026-01-01 00:00:00"],
            "&",
            ["date_order", ">=", "2026-10-31 23:00:00"],
            ["date_order", "<", "2026-11-30 23:00:00"]
        ]),
        "Europe/Brussels",
    );
    assert_eq!(old, expected);
    let day = value("date:month", FieldType::Date, json!(["2026-11-01", "November 2026"]), json!([]), "Asia/Tokyo");
    assert_eq!(day, expected);
}

#[test]
fn bounds_of_the_callers_own_are_not_taken_for_a_group() {
    let domain = json!([
        "&",
        "&",
        ["date", ">=", "2026-01-01"],
        ["date", "<", "2027-01-01"],
        "&",
        ["date", ">=", "2026-11-02"],
        ["date", "<", "2026-11-09"]
    ]);
    let week = value("date:week", FieldType::Date, json!("W45 2026"), domain, "UTC");
    assert_eq!(week, json!({"from": "2026-11-02", "to": "2026-11-09", "label": "W45 2026"}));
}

#[test]
fn hours_are_moments_with_their_offset() {
    let hour = value(
        "at:hour",
        FieldType::Datetime,
        json!(["2026-07-01 06:00:00", "08:00 01 Jul"]),
        json!([]),
        "Europe/Brussels",
    );
    assert_eq!(
        hour,
        json!({"from": "2026-07-01T08:00:00+02:00", "to": "2026-07-01T09:00:00+02:00", "label": "08:00 01 Jul"})
    );
}

#[test]
fn every_other_value_has_its_shape() {
    assert_eq!(
        value("partner_id", FieldType::Many2one, json!([9, "Acme"]), json!([]), "UTC"),
        json!({"id": 9, "display_name": "Acme"})
    );
    assert_eq!(value("partner_id", FieldType::Many2one, json!(false), json!([]), "UTC"), Value::Null);
    assert_eq!(value("active", FieldType::Boolean, json!(false), json!([]), "UTC"), json!(false));
    assert_eq!(value("state", FieldType::Selection, json!("sale"), json!([]), "UTC"), json!("sale"));
    assert_eq!(value("date:month_number", FieldType::Date, json!(10.0), json!([]), "UTC"), json!(10));
    assert_eq!(value("date:month", FieldType::Date, json!(false), json!([]), "UTC"), Value::Null);
}

#[test]
fn nothing_summed_is_zero_and_nothing_else_is() {
    for (aggregate, expected) in [
        ("amount:sum", json!(0)),
        ("__count", json!(0)),
        ("id:count_distinct", json!(0)),
        ("amount:avg", Value::Null),
        ("date:max", Value::Null),
        ("x:bool_or", json!(false)),
    ] {
        assert_eq!(aggregate_value(json!(false), aggregate), expected, "{aggregate}");
    }
    assert_eq!(aggregate_value(json!(1.5), "amount:avg"), json!(1.5));
}

#[test]
fn the_count_orders_where_it_stands_among_the_terms() {
    let rows = [("a", 1), ("a", 3), ("b", 2), ("b", 9)];
    let mut rows: Vec<Map<String, Value>> = rows
        .iter()
        .map(|(state, count)| json!({"state": state, "__count": count}).as_object().unwrap().clone())
        .collect();
    let groupings = [grouping("state", FieldType::Selection)];
    let counts =
        |rows: &[Map<String, Value>]| rows.iter().map(|row| row["__count"].as_u64().unwrap()).collect::<Vec<_>>();
    order_by_count(&mut rows, &terms(Some("state, __count desc"), &groupings), 1);
    assert_eq!(counts(&rows), [3, 1, 9, 2]);
    order_by_count(&mut rows, &terms(Some("__count DESC"), &groupings), 0);
    assert_eq!(counts(&rows), [9, 3, 2, 1]);
}

#[test]
fn an_order_by_a_date_as_asked_becomes_the_one_that_odoo_knows() {
    let mut date = grouping("date_order", FieldType::Datetime);
    date.sent = "date_order:month".into();
    assert_eq!(
        written(terms(Some("date_order desc, amount:sum asc"), &[date]).iter()),
        "date_order:month desc, amount:sum"
    );
}
