//! Every silent wrong answer of Odoo's `create` and `write`, refused or put right.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::odoo::Kind;
use crate::operation::conditions::tests::any_json;
use crate::operation::fit::Supplied;
use crate::operation::fit::testing::{Fake, brussels, lead};

async fn run(values: Vec<(&str, Supplied)>, table: Table) -> Result<Value, Error> {
    entries(values.into_iter().map(|(name, value)| Entry::value(name, value)).collect(), table).await
}

async fn entries(entries: Vec<Entry>, table: Table) -> Result<Value, Error> {
    let (fake, zone, mut faults) = (Fake::new(), brussels(), Faults::default());
    let fitted = fit_values(entries, &Arc::new(lead()), &fake.fit(&zone), table, &mut faults).await?;
    faults.into_result(Value::Object(fitted))
}

/// The one value as it would be sent.
async fn sent(field: &str, value: Value) -> Value {
    run(vec![(field, Supplied::by_caller(value))], Table::Authors).await.unwrap().as_object().unwrap()[field].clone()
}

async fn refused(field: &str, value: Value) -> Error {
    run(vec![(field, Supplied::by_caller(value))], Table::Authors).await.unwrap_err()
}

#[tokio::test]
async fn a_name_at_a_many2one_is_refused_instead_of_emptying_it() {
    let error = refused("partner_id", json!("Belgium")).await;
    assert_eq!(error.kind, Kind::InvalidArguments);
    assert_eq!(error.message, "`partner_id` (many2one of `res.partner`) takes an id, not `Belgium`");
    assert!(error.hint.unwrap().contains("Find the id of the record"));
    assert_eq!(sent("partner_id", json!("12")).await, json!(12));
    assert_eq!(sent("partner_id", json!({"id": 12, "name": "x"})).await, json!(12));
    for wrong in [json!(0), json!(-1), json!(1.5), json!(true), json!([1]), json!("")] {
        refused("partner_id", wrong).await;
    }
}

#[tokio::test]
async fn text_of_a_boolean_is_a_boolean() {
    assert_eq!(sent("active", json!("false")).await, json!(false));
    assert_eq!(sent("active", json!("true")).await, json!(true));
    refused("active", json!("no")).await;
}

#[tokio::test]
async fn moments_are_sent_in_utc() {
    assert_eq!(sent("date_open", json!("2026-07-01T10:00:00Z")).await, json!("2026-07-01 10:00:00"));
    assert_eq!(sent("date_open", json!("2026-07-01T10:00")).await, json!("2026-07-01 08:00:00"));
    assert_eq!(sent("date_open", json!("2026-07-01")).await, json!("2026-06-30 22:00:00"));
    assert_eq!(sent("date_deadline", json!("2026-07-01T23:30:00Z")).await, json!("2026-07-02"));
    refused("date_open", json!("today")).await;
    refused("date_deadline", json!("")).await;
}

#[tokio::test]
async fn a_bare_list_sets_and_an_empty_one_empties() {
    assert_eq!(sent("tag_ids", json!([3, "4", {"id": 5}])).await, json!([[6, 0, [3, 4, 5]]]));
    assert_eq!(sent("tag_ids", json!([])).await, json!([[6, 0, []]]));
    assert_eq!(sent("tag_ids", json!(null)).await, json!([[6, 0, []]]));
    assert_eq!(sent("tag_ids", json!(3)).await, json!([[6, 0, [3]]]));
}

#[tokio::test]
async fn commands_count_only_where_values_is_the_callers() {
    let commands =
        json!([[0, 0, {"name": 7, "active": "true"}], [1, 5, {"partner_id": "9"}], [4, 2], [5], [6, 0, [1]]]);
    refused("child_ids", commands.clone()).await;
    let given = vec![("child_ids", Supplied::by_caller(commands))];
    assert_eq!(
        run(given, Table::Callers).await.unwrap(),
        json!({"child_ids": [[0, 0, {"name": "7", "active": true}], [1, 5, {"partner_id": 9}], [4, 2, 0], [5, 0, 0], [6, 0, [1]]]})
    );
    let wrong = json!([[0, 0, {"nmae": "x"}], [9, 1, 2], 7, [4, "x"]]);
    let error = run(vec![("child_ids", Supplied::by_caller(wrong))], Table::Callers).await.unwrap_err();
    for part in ["did you mean `name`", "child_ids[1]", "child_ids[2]", "child_ids[3]"] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
}

#[tokio::test]
async fn nothing_empties() {
    for value in [json!(null), json!(false)] {
        for field in ["name", "partner_id", "date_open", "expected_revenue", "type", "active", "description"] {
            assert_eq!(sent(field, value.clone()).await, json!(false), "{field}");
        }
    }
}

#[tokio::test]
async fn a_selection_takes_its_label_and_html_takes_markdown() {
    assert_eq!(sent("type", json!("Opportunity")).await, json!("opportunity"));
    assert!(refused("type", json!("Quotation")).await.message.contains("`lead` (Lead)"));
    assert_eq!(sent("description", json!("a **b**")).await, json!("<p>a <strong>b</strong></p>"));
    assert_eq!(sent("description", json!({"html": "<p>x</p>"})).await, json!("<p>x</p>"));
    assert_eq!(sent("name", json!(42)).await, json!("42"));
    assert_eq!(sent("expected_revenue", json!("12.5")).await, json!(12.5));
    assert_eq!(sent("origin", json!({"model": "res.partner", "id": "3"})).await, json!("res.partner,3"));
    refused("name", json!({"a": 1})).await;
    refused("image", json!("not base64!")).await;
}

#[tokio::test]
async fn all_faults_come_at_once() {
    let values = vec![
        ("nmae", Supplied::by_author("x")),
        ("partner_id", Supplied::by_caller("Belgium")),
        ("computed", Supplied::by_author("x")),
        ("write_date", Supplied::by_author("2026-01-01")),
    ];
    let error = run(values, Table::Authors).await.unwrap_err();
    for part in ["did you mean `name`", "`partner_id`", "`computed` of `crm.lead` cannot be written", "`write_date`"] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    assert_eq!(error.kind, Kind::UnknownField);
}

#[tokio::test]
async fn optional_fields_go_unless_the_caller_gave_them() {
    let author = vec![("nope?", Supplied::by_author(1)), ("name", Supplied::by_caller("x"))];
    assert_eq!(run(author, Table::Authors).await.unwrap(), json!({"name": "x"}));
    assert_eq!(refused("nope?", json!(1)).await.kind, Kind::Unsupported);
    let both = vec![("owner_ids|user_id", Supplied::by_caller(json!([7])))];
    assert_eq!(run(both, Table::Authors).await.unwrap(), json!({"user_id": 7}));
    assert_eq!(refused("owner_ids|user_id", json!([7, 8])).await.kind, Kind::Unsupported);
    let twice = vec![("sales|user_id", Supplied::by_caller(1)), ("user_id", Supplied::by_caller(2))];
    assert!(run(twice, Table::Authors).await.unwrap_err().message.contains("twice"));
}

#[tokio::test]
async fn a_context_default_meets_its_field() {
    let (fake, zone) = (Fake::new(), brussels());
    let (model, fit) = (Arc::new(lead()), fake.fit(&zone));
    let context = json!({"default_type": "Opportunity", "default_other": "x", "lang": "fr_FR"});
    let fitted = fit_context(context.as_object().unwrap().clone(), &model, &fit).await.unwrap();
    assert_eq!(Value::Object(fitted), json!({"default_type": "opportunity", "default_other": "x", "lang": "fr_FR"}));
    let context = json!({"default_partner_id": "Azure"});
    assert!(fit_context(context.as_object().unwrap().clone(), &model, &fit).await.is_err());
}

#[tokio::test]
async fn a_list_of_records_names_the_place_of_a_fault() {
    let (fake, zone) = (Fake::new(), brussels());
    let (model, fit) = (Arc::new(lead()), fake.fit(&zone));
    let error = fit_given(json!([{"name": "a"}, {"partner_id": "x"}, 3]), &model, &fit).await.unwrap_err();
    assert!(error.message.contains("`[1].partner_id`") && error.message.contains("not `3`"), "{error}");
    assert_eq!(
        fit_given(json!({"name": 1}), &model, &fit).await.unwrap(),
        [json!({"name": "1"}).as_object().unwrap().clone()]
    );
}

proptest! {
    #[test]
    fn no_value_panics_and_no_field_is_added(value in any_json(), index in 0usize..25, whole: bool) {
        let model = lead();
        let name = model.fields.get_index(index).unwrap().0.clone();
        let table = if whole { Table::Callers } else { Table::Authors };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(Value::Object(sent)) = runtime.block_on(run(vec![(&name, Supplied::by_caller(value))], table)) {
            prop_assert!(sent.keys().all(|key| *key == name));
        }
    }
}
