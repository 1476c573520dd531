//! The shape of records, and the budget, for whatever Odoo sends.

mod present;

use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::odoo::{Error, Kind};
use crate::operation::conditions::tests::any_json;
use crate::operation::fields::{Selection, Wanted, given_fields, select};
use crate::operation::fit::testing::{Fake, brussels, lead};

/// Whoever asks may read everything.
const ALL: Links<'static> = Links { scheme: "odoo", readable: &|_| true };

async fn selection(fields: Value) -> Selection {
    let entries = given_fields(&fields).unwrap();
    select(Wanted::Listed(&entries), &Arc::new(lead()), &Fake::new()).await.unwrap()
}

async fn shaped(fields: Value, rows: Value) -> Value {
    let rows: Vec<Map<String, Value>> = serde_json::from_value(rows).unwrap();
    Value::Object(records(rows, &selection(fields).await, &brussels(), ALL))
}

fn text_of(answer: &Answer) -> &str {
    answer.content[0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn every_type_has_its_shape_and_empty_is_null() {
    let fields = json!([
        "name",
        "active",
        "probability",
        "description",
        "date_deadline",
        "date_open",
        "type",
        "partner_id",
        "tag_ids",
        "origin",
        "res_id",
        "image",
        "data",
        "lead_properties"
    ]);
    let full = json!([{"id": 7, "name": "A", "active": false, "probability": 0.0, "description": "<p>a <b>b</b></p>",
        "date_deadline": "2026-07-01", "date_open": "2026-07-01 08:00:00", "type": "lead",
        "partner_id": {"id": 9, "display_name": "Acme"}, "tag_ids": [{"id": 1, "display_name": "VIP"}],
        "origin": {"id": {"id": 3, "model": "res.partner"}, "display_name": "P"}, "res_id": {"id": 4, "display_name": "Q"},
        "res_model": "sale.order", "image": "6.61 Kb", "data": {"a": [1]},
        "lead_properties": [{"name": "x1", "type": "char", "string": "Color", "value": "red"}]}]);
    assert_eq!(
        shaped(fields.clone(), full).await["records"][0],
        json!({"id": 7, "name": "A", "active": false, "probability": 0.0, "description": "a **b**", "date_deadline": "2026-07-01",
            "date_open": "2026-07-01T10:00:00+02:00", "type": "lead", "partner_id": {"id": 9, "name": "Acme"},
            "tag_ids": [{"id": 1, "name": "VIP"}], "origin": {"model": "res.partner", "id": 3, "name": "P"},
            "res_id": {"model": "sale.order", "id": 4, "name": "Q"}, "image": {"type": "image", "size": "6.61 Kb", "uri": "odoo://crm.lead/7/image"},
            "data": {"a": [1]}, "lead_properties": {"Color": "red"}})
    );
    let empty = json!([{"id": 8, "name": "", "active": false, "probability": 0, "description": "<p><br></p>", "date_deadline": false,
        "date_open": false, "type": false, "partner_id": false, "tag_ids": [], "origin": false, "res_id": false,
        "res_model": false, "image": false, "data": false, "lead_properties": []}]);
    assert_eq!(
        shaped(fields, empty).await["records"][0],
        json!({"id": 8, "name": null, "active": false, "probability": 0, "description": null, "date_deadline": null,
            "date_open": null, "type": null, "partner_id": null, "tag_ids": [], "origin": null, "res_id": null, "image": null,
            "data": null, "lead_properties": {}})
    );
}

#[tokio::test]
async fn old_versions_shapes_are_the_same_answer() {
    let rows = json!([{"id": 1, "partner_id": [9, "Acme"], "origin": "res.partner,3", "res_id": 4, "res_model": "x.y", "tag_ids": [1]}]);
    assert_eq!(
        shaped(json!(["partner_id", "origin", "res_id", "tag_ids"]), rows).await["records"][0],
        json!({"id": 1, "partner_id": {"id": 9, "name": "Acme"}, "origin": {"model": "res.partner", "id": 3},
            "res_id": {"model": "x.y", "id": 4}, "tag_ids": [{"id": 1}]})
    );
}

#[tokio::test]
async fn a_currency_is_said_once_or_where_it_differs() {
    let row = |id: i64, currency: &str| json!({"id": id, "expected_revenue": 5.0, "company_currency": {"id": 1, "display_name": currency}});
    let one = shaped(json!(["expected_revenue"]), json!([row(1, "EUR"), row(2, "EUR")])).await;
    assert_eq!(
        one,
        json!({"records": [{"id": 1, "expected_revenue": 5.0}, {"id": 2, "expected_revenue": 5.0}], "currency": "EUR"})
    );
    let two = shaped(json!(["expected_revenue"]), json!([row(1, "EUR"), row(2, "USD")])).await;
    assert_eq!(two["records"][1], json!({"id": 2, "expected_revenue": 5.0, "currency": "USD"}));
    assert!(two.get("currency").is_none());
    let nested = json!([{"id": 1, "expected_revenue": 1.0, "company_currency": {"id": 1, "display_name": "EUR"},
        "partner_id": {"id": 2, "display_name": "P", "credit": 2.0, "currency_id": {"id": 2, "display_name": "USD"}}}]);
    let nested = shaped(json!(["expected_revenue", {"partner_id": ["credit"]}]), nested).await;
    assert_eq!(nested["records"][0]["currency"], "EUR");
    assert_eq!(nested["records"][0]["partner_id"], json!({"id": 2, "name": "P", "credit": 2.0, "currency": "USD"}));
}

#[tokio::test]
async fn nested_records_have_their_id_and_the_rest_is_counted() {
    let fields = json!([{"child_ids": ["name"]}, {"partner_id": ["email"]}]);
    let lines: Vec<Value> =
        (1..=23).map(|id| if id <= 20 { json!({"id": id, "name": "x"}) } else { json!({"id": id}) }).collect();
    let rows = json!([{"id": 1, "child_ids": lines, "partner_id": {"id": 9, "display_name": "Acme", "email": false}}]);
    let record = shaped(fields.clone(), rows).await["records"][0].clone();
    assert_eq!((record["child_ids"].as_array().unwrap().len(), &record["child_ids_total"]), (20, &json!(23)));
    assert_eq!(record["child_ids"][19], json!({"id": 20, "name": "x"}));
    assert_eq!(record["partner_id"], json!({"id": 9, "name": "Acme", "email": null}));
    let rows = json!([{"id": 1, "child_ids": [{"id": 2, "name": "y"}], "child_ids_total": 40, "partner_id": false}]);
    let record = shaped(fields, rows).await["records"][0].clone();
    assert_eq!((&record["child_ids_total"], &record["partner_id"]), (&json!(40), &Value::Null));
    let own_name = json!([{"id": 1, "partner_id": {"id": 9, "display_name": "Acme, Bob", "name": "Bob"}}]);
    assert_eq!(
        shaped(json!([{"partner_id": ["name"]}]), own_name).await["records"][0]["partner_id"],
        json!({"id": 9, "name": "Bob"})
    );
}

#[tokio::test]
async fn a_file_is_its_type_and_size_never_its_bytes() {
    let png = format!("iVBORw0KGgoAAAANSUhEUgAA{}", "A".repeat(4000));
    let rows = json!([{"id": 1, "image": png}]);
    let record = shaped(json!(["image"]), rows).await["records"][0].clone();
    assert_eq!(record["image"], json!({"type": "image/png", "size": "2.95 Kb", "uri": "odoo://crm.lead/1/image"}));
}

#[tokio::test]
async fn nothing_points_where_nobody_may_read() {
    let only_texts = |uri: &str| uri.starts_with("odoo+b://") && !uri.ends_with("/image");
    let links = Links { scheme: "odoo+b", readable: &only_texts };
    let rows: Vec<Map<String, Value>> =
        serde_json::from_value(json!([{"id": 1, "image": "6.61 Kb", "note": "n ".repeat(9_000)}])).unwrap();
    let selection = selection(json!(["image", "note"])).await;
    let answer = records(rows, &selection, &brussels(), links);
    assert_eq!(answer["records"][0]["image"], json!({"type": "image", "size": "6.61 Kb"}));
    let described = Described { key: "records", columns: Columns::of(&selection) };
    let fitted = |links| budget::fit(answer.clone(), None, Some(&described), links, 40_000);
    assert!(fitted(links).contains("whole: odoo+b://crm.lead/1/note"), "{}", fitted(links));
    assert!(fitted(Links::NONE).contains("(cut, 18000 characters)"), "{}", fitted(Links::NONE));
}

#[tokio::test]
async fn one_record_where_the_name_says_a_list() {
    let rows = json!([{"id": 1, "user_id": {"id": 2, "display_name": "M"}}, {"id": 2, "user_id": false}]);
    let answer = shaped(json!(["owner_ids|user_id"]), rows).await;
    assert_eq!(
        answer["records"],
        json!([{"id": 1, "owner_ids": [{"id": 2, "name": "M"}]}, {"id": 2, "owner_ids": []}])
    );
}

#[tokio::test]
async fn properties_show_labels() {
    let rows = json!([{"id": 1, "lead_properties": [
        {"name": "a", "type": "selection", "string": "Size", "selection": [["s", "Small"]], "value": "s"},
        {"name": "b", "type": "tags", "string": "Tags", "tags": [["t", "Hot", 1]], "value": ["t"]},
        {"name": "c", "type": "many2one", "string": "Who", "comodel": "res.partner", "value": [9, "Acme"]},
        {"name": "d", "type": "many2many", "string": "Whos", "value": [[9, "Acme"]]},
        {"name": "e", "type": "datetime", "string": "When", "value": "2026-01-01 10:00:00"},
        {"name": "f", "type": "separator", "string": "Sep"},
        {"name": "g", "type": "boolean", "string": "Ok"},
        {"name": "h", "type": "char", "string": "Size", "value": false}]}]);
    assert_eq!(
        shaped(json!(["lead_properties"]), rows).await["records"][0]["lead_properties"],
        json!({"Size": "Small", "Tags": ["Hot"], "Who": {"id": 9, "name": "Acme"}, "Whos": [{"id": 9, "name": "Acme"}],
            "When": "2026-01-01T11:00:00+01:00", "Ok": false, "Size (h)": null})
    );
}

#[test]
fn an_answer_is_cut_at_whole_records_and_says_where_to_go_on() {
    let records: Vec<Value> = (0..100).map(|id| json!({"id": id, "name": "x".repeat(50)})).collect();
    let body = json!({"records": records, "total": 500, "next_offset": 140}).as_object().unwrap().clone();
    let answer = json(body, Some(("records", 40)), 1000);
    let text = text_of(&answer);
    assert!(text.len() <= 1000 && text.len() > 900, "{}", text.len());
    let answer: Value = serde_json::from_str(text).unwrap();
    let shown = answer["records"].as_array().unwrap().len();
    assert_eq!(answer["next_offset"], json!(40 + shown));
    assert_eq!((answer["records"][shown - 1]["name"].as_str().unwrap().len(), &answer["total"]), (50, &json!(500)));
}

#[test]
fn what_fits_is_sent_as_it_is_and_once() {
    let body = json!({"records": [{"id": 1, "name": "é"}], "total": 1}).as_object().unwrap().clone();
    let answer = json(body, Some(("records", 0)), 40_000);
    assert_eq!((answer.content.len(), text_of(&answer)), (1, r#"{"records":[{"id":1,"name":"é"}],"total":1}"#));
}

#[test]
fn a_record_that_alone_is_too_large_has_its_texts_cut() {
    let lines: Vec<Value> = (0..200).map(|id| json!({"id": id, "name": "line"})).collect();
    let record = json!({"id": 1, "name": "short", "note": "é".repeat(30_000), "order_line": lines});
    let body = json!({"records": [record, {"id": 2}]}).as_object().unwrap().clone();
    let answer: Value = serde_json::from_str(text_of(&json(body, Some(("records", 0)), 2000))).unwrap();
    let first = &answer["records"][0];
    assert_eq!((&first["id"], &first["name"], &first["order_line_total"]), (&json!(1), &json!("short"), &json!(200)));
    assert!(first["note"].as_str().unwrap().ends_with("… (cut, 30000 characters)"), "{first}");
    assert_eq!(answer["next_offset"], 1);
}

#[test]
fn an_error_is_a_sentence_a_hint_and_its_facts() {
    let mut error = Error::new(Kind::Ambiguous, "Two are called `Azure`").hint("Say which.");
    error.details.insert("candidates".to_owned(), json!([{"id": 1}]));
    error.details.insert("kind".to_owned(), json!("mine"));
    let answer = Answer::error(&error);
    assert!(answer.is_error);
    assert_eq!(text_of(&answer), "Two are called `Azure`. Say which.");
    let facts: Value = serde_json::from_str(answer.content[1]["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        facts,
        json!({"kind": "ambiguous", "message": "Two are called `Azure`", "hint": "Say which.", "applied": "no", "candidates": [{"id": 1}]})
    );
    let flood = Answer::error(&Error::new(Kind::OdooError, "x".repeat(1_000_000)));
    assert!(text_of(&flood).len() < 5_000);
}

proptest! {
    #[test]
    fn an_answer_fits_its_budget_and_parses(value in any_json(), items in prop::collection::vec(any_json(), 0..12), max in 2usize..600) {
        let mut body = Map::new();
        body.insert("records".to_owned(), Value::Array(items));
        body.insert("result".to_owned(), value);
        for list in [Some(("records", 3)), None] {
            let answer = json(body.clone(), list, max);
            let text = text_of(&answer);
            prop_assert!(text.len() <= max, "{} > {max}: {text}", text.len());
            prop_assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn no_row_whatever_panics(value in any_json(), index in 1usize..25) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let name = lead().fields.get_index(index).unwrap().0.clone();
        let selection = runtime.block_on(selection(json!([name])));
        let row = Map::from_iter([("id".to_owned(), json!(1)), (name, value.clone()), ("company_currency".to_owned(), value.clone())]);
        let shaped = records(vec![row], &selection, &TimeZone::UTC, ALL);
        prop_assert_eq!(&shaped["records"][0]["id"], &json!(1));
        let _ = result(value);
    }
}
