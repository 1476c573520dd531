//! What is read for what is asked, and what is refused.

use serde_json::json;

use super::*;
use crate::odoo::Kind;
use crate::operation::fit::testing::{Fake, lead};

async fn run(given: Value) -> Result<Selection, Error> {
    let fake = Fake::new();
    let entries = given_fields(&given)?;
    select(Wanted::Listed(&entries), &Arc::new(lead()), &fake).await
}

fn read(selection: &Selection) -> Vec<String> {
    selection.specification().fields.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn unknown_fields_are_all_named_and_paths_are_explained() {
    let error = run(json!(["nmae", "stage", "partner_id.email", {"partner_id": ["emial"]}, {"name": ["x"]}]))
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::UnknownField);
    for part in [
        "did you mean `name`",
        "`stage_id`",
        "`partner_id.email` is a path",
        "`res.partner` has no field `emial`",
        "`name` (char) is no relation",
    ] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    assert!(error.hint.unwrap().contains("{ partner_id = [\"email\"] }"));
    assert_eq!(run(json!([["name"]])).await.unwrap_err().kind, Kind::InvalidArguments);
}

#[tokio::test]
async fn optional_and_alternative_names_are_resolved() {
    let selection = run(json!(["id", "nope?", "sales_ids|user_id", "name", "name"])).await.unwrap();
    assert_eq!(read(&selection), ["user_id", "name"]);
    assert_eq!((selection.fields[0].answer.as_str(), selection.fields[0].as_list), ("sales_ids", true));
    assert!(run(json!(["title|name", "title|note"])).await.unwrap_err().message.contains("twice"));
}

#[tokio::test]
async fn what_shapes_a_field_is_read_with_it_and_hidden() {
    let selection = run(json!("expected_revenue, res_id")).await.unwrap();
    assert_eq!(read(&selection), ["expected_revenue", "res_id", "company_currency", "res_model"]);
    assert!(
        selection.by_name("company_currency").unwrap().hidden && selection.has_monetary() && !selection.has_binary()
    );
    let shown = run(json!(["expected_revenue", "company_currency"])).await.unwrap();
    assert!(!shown.by_name("company_currency").unwrap().hidden);
}

#[tokio::test]
async fn nested_fields_are_bounded_and_named() {
    let selection =
        run(json!([{"child_ids": ["name", {"partner_id": ["email"]}]}, {"partner_id": ["name"]}, "tag_ids"]))
            .await
            .unwrap();
    let specification = selection.specification();
    let lines = specification.fields["child_ids"].related.as_ref().unwrap();
    assert_eq!(lines.limit, Some(20));
    assert_eq!(lines.fields.fields.keys().collect::<Vec<_>>(), ["name", "partner_id"]);
    let partner = lines.fields.fields["partner_id"].related.as_ref().unwrap();
    assert_eq!(partner.fields.fields.keys().collect::<Vec<_>>(), ["email", "display_name"]);
    let tags = specification.fields["tag_ids"].related.as_ref().unwrap();
    assert_eq!((tags.limit, tags.fields.fields.keys().next().unwrap().as_str()), (None, "display_name"));
}

#[tokio::test]
async fn an_authors_bounds_are_kept_and_a_wrong_order_is_refused() {
    let fake = Fake::new();
    let entry = |order: &str| FieldEntry {
        name: written("child_ids"),
        nested: Some(Nested {
            fields: vec![FieldEntry { name: written("name"), nested: None }],
            limit: Some(3),
            order: Some(order.to_owned()),
        }),
    };
    let good = [entry("priority desc")];
    let model = Arc::new(lead());
    let selection = select(Wanted::Listed(&good), &model, &fake).await.unwrap();
    let nested = selection.fields[0].nested.as_ref().unwrap();
    assert_eq!((nested.limit, nested.order.as_deref()), (Some(3), Some("priority desc")));
    let bad = [entry("computed")];
    assert!(select(Wanted::Listed(&bad), &model, &fake).await.is_err());
}

#[tokio::test]
async fn without_a_list_the_list_view_is_read_never_all() {
    let (fake, model) = (Fake::new(), Arc::new(lead()));
    let view = ["partner_id", "gone", "name", "expected_revenue", "id"].map(str::to_owned);
    let selection = select(Wanted::ListView(&view), &model, &fake).await.unwrap();
    assert_eq!(read(&selection), ["name", "partner_id", "expected_revenue", "company_currency"]);
    let names = select(Wanted::Names, &model, &fake).await.unwrap();
    assert_eq!((names.fields.len(), names.fields[0].answer.as_str()), (1, "name"));
}

#[tokio::test]
async fn a_hostile_list_is_refused() {
    let mut deep = json!(["name"]);
    for _ in 0..60 {
        deep = json!([{"child_ids": deep}]);
    }
    assert!(run(deep).await.is_err());
    assert!(run(json!(vec!["name"; 5000])).await.is_err());
    assert!(run(json!({"a": 1})).await.is_err());
}
