//! Every silent wrong answer of Odoo's domains, refused or put right.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::odoo::Kind;
use crate::operation::fit::testing::{Fake, brussels, lead};

fn leaf(path: &str, operator: Operator, value: Value, from_caller: bool) -> Domain<Supplied> {
    let operand = Operand::Value(Supplied { value, from_caller, argument: None });
    Domain::Condition(Condition { path: path.into(), operator, operand })
}

fn operator(text: &str) -> Operator {
    Operator::parse(text).unwrap()
}

async fn run(domain: Domain<Supplied>) -> Result<Value, Error> {
    let (fake, zone) = (Fake::new(), brussels());
    let model = Arc::new(lead());
    fit_domain(&domain, &model, &fake.fit(&zone)).await.map(|domain| domain.print_explicit())
}

/// As [`run`], for an Odoo before 19.
async fn run_older(domain: Domain<Supplied>) -> Result<Value, Error> {
    let (fake, zone) = (Fake::new(), brussels());
    let fit = Fit { older: true, any: false, ..fake.fit(&zone) };
    fit_domain(&domain, &Arc::new(lead()), &fit).await.map(|domain| domain.print_explicit())
}

#[tokio::test]
async fn before_19_a_number_that_is_not_set_is_looked_for_beside_0() {
    let older = async |sign: &str, value: Value| {
        run_older(leaf("expected_revenue", operator(sign), value, true)).await.unwrap()
    };
    let unset = json!(["expected_revenue", "=", false]);
    assert_eq!(older("=", json!(0)).await, json!(["|", ["expected_revenue", "=", 0], unset]));
    assert_eq!(older("<", json!(5)).await, json!(["|", ["expected_revenue", "<", 5], unset]));
    assert_eq!(older(">", json!(5)).await, json!([["expected_revenue", ">", 5]]));
    assert_eq!(older("!=", json!(false)).await, json!([["expected_revenue", "!=", 0]]));
    assert_eq!(
        older("in", json!([0, 7])).await,
        json!(["|", ["expected_revenue", "in", [7]], "|", ["expected_revenue", "=", 0], unset])
    );
    assert_eq!(older("not in", json!([0])).await, json!([["expected_revenue", "!=", 0]]));
}

#[tokio::test]
async fn before_19_a_negation_is_pushed_down_to_the_conditions() {
    let not = |domain: Domain<Supplied>| Domain::Not(Box::new(domain));
    let revenue = || leaf("expected_revenue", Operator::Greater, json!(5), true);
    let name = || leaf("name", Operator::Ilike, json!("x"), true);
    assert_eq!(
        run_older(not(Domain::Or(vec![revenue(), name()]))).await.unwrap(),
        json!(["&", "|", ["expected_revenue", "<=", 5], ["expected_revenue", "=", false], ["name", "not ilike", "x"]])
    );
    assert_eq!(run_older(not(not(name()))).await.unwrap(), json!([["name", "ilike", "x"]]));
    let deadline = leaf("date_deadline", Operator::Less, json!("2031-01-01"), true);
    assert_eq!(
        run_older(not(deadline)).await.unwrap(),
        json!(["|", ["date_deadline", ">=", "2031-01-01"], ["date_deadline", "=", false]])
    );
    let path = leaf("partner_id.name", Operator::Equal, json!("x"), true);
    assert_eq!(run_older(not(path.clone())).await.unwrap_err().kind, Kind::Unsupported);
    assert_eq!(run(not(path)).await.unwrap(), json!(["!", ["partner_id.name", "=", "x"]]));
}

#[tokio::test]
async fn before_19_the_negation_of_what_cannot_be_turned_round_keeps_what_is_not_set() {
    let not = |domain: Domain<Supplied>| Domain::Not(Box::new(domain));
    let of = |path: &str, sign: &str, value: Value| leaf(path, operator(sign), value, true);
    let unset = |path: &str| json!([path, "=", false]);
    let like = json!(["|", "!", ["name", "=like", "a%"], unset("name")]);
    assert_eq!(run_older(not(of("name", "=like", json!("a%")))).await.unwrap(), like);
    assert_eq!(run_older(of("name", "not =like", json!("a%"))).await.unwrap(), like);
    assert_eq!(run_older(not(of("name", "not =like", json!("a%")))).await.unwrap(), json!([["name", "=like", "a%"]]));
    assert_eq!(
        run_older(not(of("partner_id", "child_of", json!(7)))).await.unwrap(),
        json!(["|", "!", ["partner_id", "child_of", 7], unset("partner_id")])
    );
    assert_eq!(
        run_older(not(of("partner_id", "=?", json!(7)))).await.unwrap(),
        json!(["|", "!", ["partner_id", "=?", 7], unset("partner_id")])
    );
    assert_eq!(
        run_older(not(of("partner_id", "=?", json!(false)))).await.unwrap(),
        json!(["!", ["partner_id", "=?", false]]),
        "it is true of every record"
    );
    assert_eq!(
        run_older(not(of("expected_revenue", "=?", json!(0)))).await.unwrap(),
        json!(["!", ["expected_revenue", "=?", 0]]),
        "what is not set is 0"
    );
    assert_eq!(run_older(not(of("id", "child_of", json!(7)))).await.unwrap(), json!(["!", ["id", "child_of", 7]]));
}

#[tokio::test]
async fn before_17_there_is_no_any() {
    let inner = Box::new(leaf("name", Operator::Ilike, json!("x"), false));
    let path = "partner_id".to_owned();
    let any = Domain::Condition(Condition { path, operator: Operator::Any, operand: Operand::Domain(inner) });
    let error = run_older(any.clone()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported, "{error}");
    assert!(error.message.contains("only Odoo 17 and later"), "{error}");
    assert!(run(any).await.is_ok());
}

/// The fitted condition, printed.
async fn fitted(path: &str, sign: &str, value: Value) -> Value {
    run(leaf(path, operator(sign), value, true)).await.unwrap()
}

async fn refused(path: &str, sign: &str, value: Value) -> Error {
    run(leaf(path, operator(sign), value, true)).await.unwrap_err()
}

#[tokio::test]
async fn text_of_a_boolean_is_a_boolean() {
    assert_eq!(fitted("active", "=", json!("false")).await, json!([["active", "=", false]]));
    assert_eq!(fitted("active", "in", json!(["TRUE"])).await, json!([["active", "in", [true]]]));
    assert_eq!(refused("active", "=", json!("maybe")).await.kind, Kind::InvalidArguments);
    assert!(refused("active", "ilike", json!("t")).await.message.contains("`ilike`"));
}

#[tokio::test]
async fn digits_are_ids_and_a_name_after_equals_says_lookup() {
    assert_eq!(fitted("id", "=", json!("2")).await, json!([["id", "=", 2]]));
    assert_eq!(fitted("id", "in", json!(["2", 3.0])).await, json!([["id", "in", [2, 3]]]));
    assert_eq!(fitted("partner_id", "=", json!({"id": 9, "name": "x"})).await, json!([["partner_id", "=", 9]]));
    for (path, sign, value) in [
        ("partner_id.country_id", "=", json!("Belgium")),
        ("tag_ids", "in", json!(["VIP"])),
        ("id", "=", json!("S0042")),
    ] {
        let error = refused(path, sign, value).await;
        assert!(error.hint.as_deref().unwrap().contains("Find the id of the record"), "{error:?}");
        assert!(error.message.contains(path), "{error}");
    }
}

#[tokio::test]
async fn names_stand_after_like_and_child_of() {
    assert_eq!(fitted("partner_id", "ilike", json!("azure")).await, json!([["partner_id", "ilike", "azure"]]));
    assert_eq!(fitted("partner_id", "child_of", json!("Azure")).await, json!([["partner_id", "child_of", "Azure"]]));
    assert_eq!(fitted("partner_id", "child_of", json!("7")).await, json!([["partner_id", "child_of", 7]]));
    assert_eq!(
        fitted("partner_id", "child_of", json!(["A", 7])).await,
        json!(["|", ["partner_id", "child_of", "A"], ["partner_id", "child_of", [7]]])
    );
    assert_eq!(fitted("id", "child_of", json!("7")).await, json!([["id", "child_of", 7]]));
}

#[tokio::test]
async fn an_empty_text_that_matches_too_much_is_refused() {
    for (path, sign) in
        [("partner_id", "child_of"), ("name", "="), ("name", "!="), ("stage_id", "="), ("name", "=ilike")]
    {
        assert_eq!(refused(path, sign, json!("")).await.kind, Kind::InvalidArguments, "{path} {sign}");
    }
    assert_eq!(refused("name", "in", json!(["a", ""])).await.kind, Kind::InvalidArguments);
}

#[tokio::test]
async fn not_set_is_false_after_equality_and_membership_only() {
    for value in [json!(null), json!(false)] {
        assert_eq!(fitted("partner_id", "=", value.clone()).await, json!([["partner_id", "=", false]]));
        assert_eq!(fitted("date_open", "!=", value.clone()).await, json!([["date_open", "!=", false]]));
        assert_eq!(fitted("name", "in", json!(["a", value])).await, json!([["name", "in", ["a", false]]]));
        assert_eq!(fitted("image", "!=", value.clone()).await, json!([["image", "!=", false]]));
        assert_eq!(refused("date_open", "<", value.clone()).await.kind, Kind::InvalidArguments);
        assert_eq!(refused("name", "ilike", value.clone()).await.kind, Kind::InvalidArguments);
        assert_eq!(refused("partner_id", "child_of", value).await.kind, Kind::InvalidArguments);
    }
}

#[tokio::test]
async fn a_selection_takes_its_label() {
    assert_eq!(fitted("type", "=", json!("Opportunity")).await, json!([["type", "=", "opportunity"]]));
    assert_eq!(fitted("type", "in", json!("lead")).await, json!([["type", "in", ["lead"]]]));
    assert_eq!(fitted("type", "ilike", json!("oppo")).await, json!([["type", "in", ["opportunity"]]]));
    let error = refused("type", "=", json!("Quotation")).await;
    assert!(error.message.contains("`lead` (Lead), `opportunity` (Opportunity)"), "{error}");
    assert_eq!(refused("type", "ilike", json!("quot")).await.kind, Kind::InvalidArguments);
}

#[tokio::test]
async fn a_day_on_a_datetime_is_the_users_day() {
    let (start, next) = ("2031-05-09 22:00:00", "2031-05-10 22:00:00");
    let day = || json!("2031-05-10");
    assert_eq!(fitted("date_open", "<=", day()).await, json!([["date_open", "<", next]]));
    assert_eq!(fitted("date_open", ">", day()).await, json!([["date_open", ">=", next]]));
    assert_eq!(fitted("date_open", "<", day()).await, json!([["date_open", "<", start]]));
    assert_eq!(fitted("date_open", ">=", day()).await, json!([["date_open", ">=", start]]));
    assert_eq!(
        fitted("date_open", "=", day()).await,
        json!(["&", ["date_open", ">=", start], ["date_open", "<", next]])
    );
    assert_eq!(
        fitted("date_open", "!=", day()).await,
        json!(["|", ["date_open", "<", start], "|", ["date_open", ">=", next], ["date_open", "=", false]])
    );
    assert!(refused("date_open", "in", json!(["2031-05-10"])).await.message.contains("`in`"));
    assert_eq!(refused("child_ids.date_open", "=", day()).await.kind, Kind::InvalidArguments);
    assert_eq!(refused("date_open", "<=", json!("9999-12-31")).await.kind, Kind::InvalidArguments);
}

#[tokio::test]
async fn moments_become_utc_and_a_date_field_takes_their_day() {
    assert_eq!(
        fitted("date_open", ">", json!("2026-07-01T10:00:00Z")).await,
        json!([["date_open", ">", "2026-07-01 10:00:00"]])
    );
    assert_eq!(
        fitted("date_open", "in", json!(["2026-07-01 10:00:00"])).await,
        json!([["date_open", "in", ["2026-07-01 08:00:00"]]])
    );
    assert_eq!(
        fitted("date_deadline", "<=", json!("2026-07-01T23:30:00Z")).await,
        json!([["date_deadline", "<=", "2026-07-02"]])
    );
    for relative in ["today -30d", "now", "-1d"] {
        assert_eq!(refused("date_open", ">=", json!(relative)).await.kind, Kind::InvalidArguments);
        assert_eq!(refused("date_deadline", ">=", json!(relative)).await.kind, Kind::InvalidArguments);
    }
}

#[tokio::test]
async fn a_list_after_equals_and_a_value_after_in_are_put_right() {
    assert_eq!(fitted("stage_id", "=", json!([1, 2])).await, json!([["stage_id", "in", [1, 2]]]));
    assert_eq!(fitted("stage_id", "!=", json!([1])).await, json!([["stage_id", "not in", [1]]]));
    assert_eq!(fitted("stage_id", "in", json!(1)).await, json!([["stage_id", "in", [1]]]));
}

#[tokio::test]
async fn fields_that_are_not_there_or_not_searchable_are_all_named() {
    let both = Domain::And(vec![
        leaf("stage", Operator::Equal, json!(1), false),
        leaf("computed", Operator::Equal, json!("x"), false),
        leaf("partner_id.emial", Operator::Equal, json!("x"), false),
        leaf("name.x", Operator::Equal, json!("x"), false),
    ]);
    let error = run(both).await.unwrap_err();
    assert_eq!(error.kind, Kind::UnknownField);
    assert!(error.message.contains("`crm.lead` has no field `stage`"), "{error}");
    assert!(error.message.contains("did you mean `stage_id`"), "{error}");
    assert!(error.message.contains("`computed` of `crm.lead` cannot be searched"), "{error}");
    assert!(
        error.message.contains("`res.partner` has no field `emial`") && error.message.contains("`email`"),
        "{error}"
    );
    assert!(error.message.contains("`name` (char) is no relation"), "{error}");
}

#[tokio::test]
async fn an_optional_condition_goes_only_if_the_caller_gave_nothing_in_it() {
    let author = Domain::Or(vec![
        leaf("nope?", Operator::Equal, json!(1), false),
        leaf("name", Operator::Ilike, json!("a"), true),
    ]);
    assert_eq!(run(author).await.unwrap(), json!([["name", "ilike", "a"]]));
    assert_eq!(run(Domain::Not(Box::new(leaf("nope?", Operator::Equal, json!(1), false)))).await.unwrap(), json!([]));
    assert_eq!(refused("nope?", "=", json!(1)).await.kind, Kind::Unsupported);
    assert_eq!(fitted("nope|user_id", "=", json!(1)).await, json!([["user_id", "=", 1]]));
    assert_eq!(fitted("partner_id.mobile|email", "=", json!("x")).await, json!([["partner_id.email", "=", "x"]]));
    assert_eq!(refused("partner_id.mobile?", "=", json!("x")).await.kind, Kind::Unsupported);
}

#[tokio::test]
async fn a_domain_after_any_is_fitted_to_the_related_model() {
    let any = |inner: Domain<Supplied>| {
        Domain::Condition(Condition {
            path: "partner_id".into(),
            operator: Operator::Any,
            operand: Operand::Domain(Box::new(inner)),
        })
    };
    let inner = Domain::And(vec![
        leaf("country_id.code", Operator::Equal, json!("BE"), true),
        leaf("create_date", Operator::Equal, json!("2031-05-10"), true),
    ]);
    assert_eq!(
        run(any(inner)).await.unwrap(),
        json!([[
            "partner_id",
            "any",
            [
                "&",
                ["country_id.code", "=", "BE"],
                "&",
                ["create_date", ">=", "2031-05-09 22:00:00"],
                ["create_date", "<", "2031-05-10 22:00:00"]
            ]
        ]])
    );
    assert_eq!(run(any(leaf("x?", Operator::Equal, json!(1), false))).await.unwrap(), json!([]));
    assert_eq!(run(any(leaf("stage", Operator::Equal, json!(1), true))).await.unwrap_err().kind, Kind::UnknownField);
}

#[tokio::test]
async fn what_is_not_ours_to_judge_passes() {
    assert_eq!(refused("lead_properties", "=", json!("x")).await.kind, Kind::InvalidArguments);
    assert_eq!(fitted("lead_properties.abc", "=", json!("x")).await, json!([["lead_properties.abc", "=", "x"]]));
    assert_eq!(
        fitted("create_date.month_number", "=", json!("3")).await,
        json!([["create_date.month_number", "=", 3]])
    );
    let constants = Domain::And(vec![Domain::all(), Domain::none()]);
    assert_eq!(run(constants).await.unwrap(), json!(["&", [1, "=", 1], "!", [1, "=", 1]]));
    assert_eq!(fitted("name", "=", json!(12)).await, json!([["name", "=", "12"]]));
    assert_eq!(
        fitted("origin", "=", json!({"model": "res.partner", "id": 3})).await,
        json!([["origin", "=", "res.partner,3"]])
    );
}

#[tokio::test]
async fn a_hostile_depth_is_refused() {
    let mut domain = leaf("name", Operator::Equal, json!("x"), true);
    for _ in 0..500 {
        domain = Domain::Not(Box::new(domain));
    }
    assert_eq!(run(domain).await.unwrap_err().kind, Kind::InvalidArguments);
}

/// Any JSON, with the texts that matter.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
            .prop_map(Value::from),
        "[0-9eE.+-]{0,25}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("(id|html|name|model|[a-z]{1,4})", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_panics_or_changes_how_many_conditions_there_are_but_a_day(value in any_json(), index in 0usize..25, sign in 0usize..19) {
        let signs = ["=", "!=", "<", "<=", ">", ">=", "=?", "like", "not like", "ilike", "not ilike", "=like", "=ilike", "in", "not in", "child_of", "parent_of", "any", "not any"];
        let model = lead();
        let (name, field) = model.fields.get_index(index).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(Value::Array(printed)) = runtime.block_on(run(leaf(name, operator(signs[sign]), value, true))) {
            for part in &printed {
                let named = part.as_array().map(|part| part[0].as_str());
                prop_assert!(named.is_none() || named == Some(Some(name.as_str())), "{printed:?}");
            }
            let splits = field.kind == FieldType::Datetime || signs[sign] == "child_of" || signs[sign] == "parent_of";
            prop_assert!(printed.len() == 1 || splits, "{printed:?}");
        }
    }
}
