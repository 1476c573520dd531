//! Names and words at relations: what becomes of them, and who may use them.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::given::Around;
use super::super::{fit_given, fit_values};
use super::*;
use crate::definition::operation::Operation;
use crate::definition::values::Values;
use crate::operation::fit::testing::{Fake, brussels, lead};
use crate::source::Format;
use crate::template::Scope;

/// What a `create` of leads with these lines under `[tool.create.values]` sends for these arguments.
async fn sent(values: &str, arguments: Value) -> Result<Value, Error> {
    let names: Vec<_> = arguments.as_object().unwrap().keys().map(|name| format!("{name} = {{}}")).collect();
    let text = format!(
        "[[tool]]\nname = \"x\"\ndescription = \"X.\"\nmodel = \"crm.lead\"\n[tool.create.values]\n{values}\n\
         [tool.input.properties]\n{}\nnever = {{}}\n",
        names.join("\n")
    );
    let loaded = crate::definition::load_texts([(std::path::Path::new("t.toml"), text.as_str(), Format::Toml)]);
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let Operation::Create(create) = loaded.definitions.tools[0].operation().unwrap() else { panic!("a create") };
    let Values::Fields(fields) = &create.values else { panic!("fields") };
    let mut scope = Scope::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    scope.set_arguments(arguments.as_object().unwrap());
    let (fake, zone, mut faults) = (Fake::new(), brussels(), Faults::default());
    let entries = Around::new(&scope).entries(fields)?;
    let sent = fit_values(entries, &Arc::new(lead()), &fake.fit(&zone), Table::Authors, &mut faults).await?;
    faults.into_result(Value::Object(sent))
}

async fn given(values: Value) -> Result<Value, Error> {
    let (fake, zone) = (Fake::new(), brussels());
    fit_given(values, &Arc::new(lead()), &fake.fit(&zone)).await.map(|records| json!(records[0]))
}

#[tokio::test]
async fn each_word_is_its_command_in_one_order() {
    let values = r#"
        tag_ids = { add = "{{ add }}", remove = [3, 4], set = ["Known", "7"] }
        child_ids = { create = [{ name = "a", date_deadline = "{{ day }}", tag_ids = { add = ["Known"] } }] }
    "#;
    let arguments = json!({"add": ["Known", 5, {"id": 6, "name": "x"}], "day": "2026-07-01T23:30:00Z"});
    assert_eq!(
        sent(values, arguments).await.unwrap(),
        json!({
            "tag_ids": [[6, 0, [41, 7]], [3, 3, 0], [3, 4, 0], [4, 41, 0], [4, 5, 0], [4, 6, 0]],
            "child_ids": [[0, 0, {"name": "a", "date_deadline": "2026-07-02", "tag_ids": [[4, 41, 0]]}]],
        })
    );
}

#[tokio::test]
async fn a_bare_list_sets_ids_and_names() {
    let tags = r#"tag_ids = "{{ tags }}""#;
    assert_eq!(sent(tags, json!({"tags": ["Known", 3, "4"]})).await.unwrap(), json!({"tag_ids": [[6, 0, [41, 3, 4]]]}));
    // Digits are a name first, and an id only if there is such a record.
    assert_eq!(sent(tags, json!({"tags": ["2026"]})).await.unwrap(), json!({"tag_ids": [[6, 0, [43]]]}));
    assert_eq!(sent(tags, json!({"tags": ["99999999"]})).await.unwrap_err().kind, Kind::NotFound);
    assert_eq!(sent(tags, json!({"tags": "Known"})).await.unwrap(), json!({"tag_ids": [[6, 0, [41]]]}));
    assert_eq!(sent("tag_ids = { set = [] }", json!({})).await.unwrap(), json!({"tag_ids": [[6, 0, []]]}));
    for wrong in [json!([1.5]), json!([""]), json!([true]), json!([{"a": 1}])] {
        assert_eq!(sent(tags, json!({ "tags": wrong })).await.unwrap_err().kind, Kind::InvalidArguments);
    }
}

#[tokio::test]
async fn what_is_absent_leaves_its_word_its_key_and_its_line_out() {
    let values = r#"
        tag_ids = { add = "{{ never }}", remove = [3] }
        partner_id = { lookup = "{{ never }}" }
        stage_id = { lookup = "{{ stage }}", missing = "absent" }
        child_ids = { set = [{ lookup = "{{ stage }}", missing = "absent" }, "Known"], create = { name = "{{ never }}" } }
    "#;
    assert_eq!(
        sent(values, json!({"stage": "Nirvana"})).await.unwrap(),
        json!({"tag_ids": [[3, 3, 0]], "child_ids": [[6, 0, [41]]]})
    );
    let gone = r#"tag_ids = { add = "{{ never }}" }
        child_ids.each = "{{ never }}"
        child_ids.create.name = "{{ item.name }}""#;
    assert_eq!(sent(gone, json!({})).await.unwrap(), json!({}));
    let none = r#"tag_ids = [{ lookup = "{{ tag }}", missing = "absent" }]"#;
    assert_eq!(sent(none, json!({"tag": "Nirvana"})).await.unwrap(), json!({}));
}

#[tokio::test]
async fn lines_come_from_a_list_and_may_lie_in_lines() {
    let values = r#"
        [tool.create.values.child_ids]
        set = []
        each = "{{ lines }}"
        create.name = "{{ index }}: {{ item.name }}"
        create.expected_revenue = "{{ item.price }}"
        create.partner_id = { lookup = "{{ item.partner }}", domain = [["email", "=", "{{ item.mail }}"]] }
        [tool.create.values.child_ids.create.child_ids]
        each = "{{ item.parts }}"
        as = "part"
        create.name = "{{ item.name }} {{ part }}"
    "#;
    let lines = json!([{"name": "a", "partner": "Known", "parts": ["x", "y"]}, {"name": "b", "price": "2", "partner": "Known", "mail": "m"}]);
    assert_eq!(
        sent(values, json!({ "lines": lines })).await.unwrap()["child_ids"],
        json!([
            [6, 0, []],
            [0, 0, {"name": "1: a", "partner_id": 41, "child_ids": [[0, 0, {"name": "a x"}], [0, 0, {"name": "a y"}]]}],
            [0, 0, {"name": "2: b", "expected_revenue": 2, "partner_id": 42}],
        ])
    );
}

#[tokio::test]
async fn a_fault_names_the_element_that_it_is_in() {
    let values = r#"
        [tool.create.values.child_ids]
        each = "{{ args.lines }}"
        create.expected_revenue = "{{ item.price }}"
        create.partner_id = { lookup = "{{ item.partner }}" }
        [tool.create.values.child_ids.create.child_ids]
        each = "{{ item.parts }}"
        as = "part"
        create.date_deadline = "{{ part.day }}"
    "#;
    let lines = json!([
        {"price": "much", "partner": "Nobody"}, {"other": 1}, {"partner": "Two", "parts": [{"day": "2026-07-01"}, {"day": "soon"}]},
    ]);
    let error = sent(values, json!({ "lines": lines })).await.unwrap_err();
    for part in [
        "`lines[0].price`: `child_ids[0].expected_revenue` (monetary) takes a number, not `much`.",
        "`lines[0].partner`: No record of `res.partner` is called \"Nobody\".",
        "`lines[1]` gives no value for a record of `crm.lead`.",
        "`lines[2].partner`: `Two` is 2 records",
        "`lines[2].parts[1].day`: `child_ids[2].child_ids[1].date_deadline` (date) takes a day",
    ] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    let error = sent(values, json!({"lines": {"a": 1}})).await.unwrap_err();
    assert_eq!(error.kind, Kind::InvalidArguments);
}

#[tokio::test]
async fn a_many2one_takes_one() {
    let values = r#"partner_id = { set = "{{ who }}" }"#;
    assert_eq!(sent(values, json!({"who": "Known"})).await.unwrap(), json!({"partner_id": 41}));
    assert_eq!(sent(values, json!({"who": ["Known"]})).await.unwrap(), json!({"partner_id": 41}));
    assert_eq!(sent(values, json!({"who": []})).await.unwrap(), json!({"partner_id": false}));
    assert!(sent(values, json!({"who": [1, 2]})).await.unwrap_err().message.contains("takes one record"));
    assert!(sent("partner_id = { add = [1] }", json!({})).await.unwrap_err().message.contains("only `set`"));
    // Its first name says that it is a list; in this Odoo it is one record.
    let either = r#""owner_ids|user_id" = "{{ who }}""#;
    assert_eq!(sent(either, json!({"who": ["Known"]})).await.unwrap(), json!({"user_id": 41}));
    assert_eq!(sent(either, json!({"who": [1, 2]})).await.unwrap_err().kind, Kind::Unsupported);
    let error = sent("name = { set = [1] }", json!({})).await.unwrap_err();
    assert!(error.message.contains("`name` (char) is no relation"), "{error}");
}

#[tokio::test]
async fn words_count_for_a_caller_only_where_the_whole_table_is_the_callers() {
    let words = json!({"add": ["Known"], "create": [{"name": 7, "partner_id": "9"}]});
    for field in ["tag_ids", "partner_id", "name"] {
        let value = format!("{field} = \"{{{{ value }}}}\"");
        let error = sent(&value, json!({ "value": words })).await.unwrap_err();
        assert_eq!(error.kind, Kind::InvalidArguments, "{field}");
    }
    let whole = given(json!({"child_ids": words, "partner_id": {"set": ["Known"]}, "tag_ids": ["Known"]})).await;
    assert_eq!(
        whole.unwrap(),
        json!({
            "child_ids": [[4, 41, 0], [0, 0, {"name": "7", "partner_id": 9}]], "partner_id": 41, "tag_ids": [[6, 0, [41]]],
        })
    );
    for wrong in [json!({"add": 1, "each": "x"}), json!({"create": [1]}), json!({}), json!({"lookup": "Known"})] {
        assert_eq!(given(json!({ "tag_ids": wrong })).await.unwrap_err().kind, Kind::InvalidArguments, "{wrong}");
    }
    let mut deep = json!({"create": {"name": "x"}});
    for _ in 0..20 {
        deep = json!({"create": {"child_ids": deep}});
    }
    assert!(given(json!({ "child_ids": deep })).await.unwrap_err().message.contains("nested deeper"));
}
