//! Every format within its bytes, and structured answers by their schema, whatever the records are.

use jiff::Timestamp;

use super::*;
use crate::answer::{Body, Columns, Frame, Site, present, schema};
use crate::definition::tool::{Format, ResultShape};
use crate::odoo::Version;
use crate::template::{Scope, Template};

const EVERYTHING: [&str; 17] = [
    "name",
    "active",
    "priority_level",
    "probability",
    "expected_revenue",
    "note",
    "description",
    "date_deadline",
    "date_open",
    "type",
    "stage_id",
    "tag_ids",
    "origin",
    "res_id",
    "image",
    "data",
    "lead_properties",
];

fn full(id: i64) -> Value {
    json!({"id": id, "name": "A", "active": true, "priority_level": 3, "probability": 0.5, "expected_revenue": 5,
        "company_currency": {"id": 1, "display_name": if id % 2 == 0 { "EUR" } else { "USD" }}, "note": "n ".repeat(400),
        "description": format!("<p>{}</p>", "d".repeat(12_000)), "date_deadline": "2026-07-01", "date_open": "2026-07-01 08:00:00",
        "type": "lead", "stage_id": {"id": 2, "display_name": "New"}, "tag_ids": [{"id": 1, "display_name": "VIP"}],
        "origin": {"id": {"id": 3, "model": "res.partner"}, "display_name": "P"}, "res_id": {"id": 4, "display_name": "Q"},
        "res_model": "sale.order", "image": "6.61 Kb", "data": {"a": [1]},
        "lead_properties": [{"name": "x1", "type": "char", "string": "Color", "value": "red"}],
        "partner_id": {"id": 9, "display_name": "Acme", "email": "a@b", "child_ids": [{"id": 5, "name": "C"}]}})
}

fn empty(id: i64) -> Value {
    json!({"id": id, "name": "", "active": false, "priority_level": 0, "probability": 0.0, "expected_revenue": 0,
        "company_currency": false, "note": false, "description": false, "date_deadline": false, "date_open": false, "type": false,
        "stage_id": false, "tag_ids": [], "origin": false, "res_id": false, "res_model": false, "image": false, "data": false,
        "lead_properties": [], "partner_id": false})
}

async fn everything(rows: &[Value]) -> (Body, Columns) {
    let mut fields: Vec<Value> = EVERYTHING.iter().map(|name| json!(name)).collect();
    fields.push(json!({"partner_id": ["email", {"child_ids": ["name"]}]}));
    let selection = selection(Value::Array(fields)).await;
    let rows = serde_json::from_value(json!(rows)).unwrap();
    let columns = Columns::of(&selection);
    let mut answer = records(rows, &selection, &brussels(), ALL);
    answer.insert("total".to_owned(), json!(500));
    let body = Body { answer, ..Body::default() };
    (body.listing("records", 40).described("records", columns.clone()), columns)
}

fn frame<'a>(shape: &'a ResultShape, max_bytes: usize, scope: &'a Scope) -> Frame<'a> {
    let site = Some(Site { url: "https://x.example", version: Version::new(19, 0) });
    let structured = shape.structured == Some(true);
    Frame { shape, structured, max_bytes, note: Some("Ask for less."), links: ALL, site, scope }
}

fn scope() -> Scope {
    let mut scope = Scope::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    scope.set_arguments(json!({"total": 3, "query": "azure"}).as_object().unwrap());
    scope
}

fn formats() -> [Format; 5] {
    let template = "{{ total }} for {{ query }}{% for it in records %}\n{{ it.id }} {{ it.note }}{% endfor %}";
    [Format::Json, Format::Table, Format::Text, Format::Csv, Format::Template(Template::compile(template).unwrap())]
}

#[tokio::test]
async fn every_format_fits_and_goes_on_at_whole_records() {
    for format in formats() {
        for structured in [false, true] {
            for max in [100, 300, 1_000, 3_000, 20_000, 200_000] {
                let rows: Vec<Value> = (1..=30).map(|id| if id % 3 == 0 { empty(id) } else { full(id) }).collect();
                let (body, _) = everything(&rows).await;
                let shape = ResultShape {
                    format: format.clone(),
                    structured: Some(structured),
                    links: true,
                    labels: structured,
                    ..ResultShape::default()
                };
                let scope = scope();
                let answer = present(body, &frame(&shape, max, &scope)).unwrap();
                let text = text_of(&answer);
                assert!(text.len() <= max, "{format:?} in {max}: {}", text.len());
                let all = json!(answer.content).to_string();
                let said = ["next_offset", "(cut, ", "cut, "].iter().any(|word| all.contains(word));
                assert!(said || max > 10_000, "{format:?} in {max}: {text}");
                if let Some(structured) = &answer.structured {
                    assert!(json!(structured).to_string().len() <= max);
                    if let Format::Json = format {
                        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), json!(structured));
                    }
                    let shown = structured["records"].as_array().unwrap().len();
                    if let (true, Some(next)) = (shown > 0, structured.get("next_offset")) {
                        assert_eq!(next, &json!(40 + shown), "{format:?} in {max}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_text_that_is_cut_says_where_the_whole_of_it_is() {
    let (body, _) = everything(&[full(7)]).await;
    let (shape, scope) = (ResultShape::default(), scope());
    let answer: Value = serde_json::from_str(text_of(&present(body, &frame(&shape, 40_000, &scope)).unwrap())).unwrap();
    let record = &answer["records"][0];
    assert!(
        record["description"]
            .as_str()
            .unwrap()
            .ends_with("d… (cut, 12000 characters; whole: odoo://crm.lead/7/description)"),
        "{record}"
    );
    assert!(record["note"].as_str().unwrap().ends_with("n "), "a short one is whole");
    assert_eq!(record["image"]["uri"], "odoo://crm.lead/7/image");
}

#[tokio::test]
async fn links_and_labels_are_there_where_they_are_wanted() {
    let shape = ResultShape { links: true, labels: true, ..ResultShape::default() };
    let (body, _) = everything(&[full(7), empty(8)]).await;
    let scope = scope();
    let answer: Value = serde_json::from_str(text_of(&present(body, &frame(&shape, 40_000, &scope)).unwrap())).unwrap();
    assert_eq!(answer["records"][0]["type"], json!({"value": "lead", "label": "Lead"}));
    assert_eq!(answer["records"][1]["type"], Value::Null);
    assert_eq!(answer["records"][1]["link"], "https://x.example/odoo/crm.lead/8");
    for format in [Format::Table, Format::Text] {
        let (body, _) = everything(&[full(7)]).await;
        let shape = ResultShape { format, ..ResultShape::default() };
        let answer = present(body, &frame(&shape, 40_000, &scope)).unwrap();
        let text = text_of(&answer);
        assert!(text.contains("Lead") && !text.contains("lead ") && !text.contains("https://"), "{text}");
    }
}

#[tokio::test]
async fn a_template_sees_the_answer_before_the_arguments_and_nothing_propagates() {
    let template = "{{ total }} {{ args.total }} {{ query }}{{ nobody }} {{ records[0].active }}{{ records[5].name }}";
    let shape =
        ResultShape { format: Format::Template(Template::compile(template).unwrap()), ..ResultShape::default() };
    let (body, _) = everything(&[full(7)]).await;
    let scope = scope();
    assert_eq!(text_of(&present(body, &frame(&shape, 40_000, &scope)).unwrap()), "500 3 azure true");
}

#[tokio::test]
async fn structured_answers_validate_by_the_schema_cut_or_not() {
    for (labels, links) in [(false, false), (true, true)] {
        let (_, columns) = everything(&[]).await;
        let record = schema::record(&columns, schema::Wanted { labels, links });
        let schema = json!({"type": "object", "required": ["records"], "properties": {"records": {"type": "array", "items": record},
            "total": {"type": "integer"}, "next_offset": {"type": "integer"}, "currency": {"type": "string"}}});
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let shape = ResultShape { structured: Some(true), labels, links, ..ResultShape::default() };
        for rows in
            [vec![], vec![full(2)], vec![empty(1)], (1..20).map(full).collect(), vec![empty(1), full(2), full(3)]]
        {
            for max in (100..1_500).step_by(50).chain([5_000, 60_000, 400_000]) {
                let (body, _) = everything(&rows).await;
                let scope = scope();
                let answer = json!(present(body, &frame(&shape, max, &scope)).unwrap().structured.unwrap());
                let errors: Vec<String> = validator.iter_errors(&answer).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{} rows in {max} bytes: {errors:?} in {answer}", rows.len());
            }
        }
        // A schema that everything meets would prove nothing.
        for wrong in [
            json!({}),
            json!({"records": [{"name": "x"}]}),
            json!({"records": [{"id": 1, "name": 3}]}),
            json!({"records": [{"id": 1, "date_deadline": "soon"}]}),
            json!({"records": [{"id": 1, "partner_id": {"id": 1, "child_ids": [{"name": "x"}]}}]}),
        ] {
            assert!(!validator.is_valid(&wrong), "{wrong}");
        }
    }
}

#[test]
fn what_has_no_records_fits_in_every_format_too() {
    let fields: Map<String, Value> =
        (0..200).map(|index| (format!("field_{index}"), json!({"type": "char", "help": "x".repeat(300)}))).collect();
    let bodies = [
        || json!({"count": 3}),
        || json!({"result": "x".repeat(100_000), "company": {"id": 1, "name": "C"}}),
        || json!({"result": (0..5000).collect::<Vec<i64>>()}),
    ];
    let mut bodies: Vec<Value> = bodies.iter().map(|body| body()).collect();
    bodies.push(json!({"defaults": fields}));
    for body in bodies {
        for format in formats() {
            for max in [100, 500, 5_000] {
                let body = Body { answer: body.as_object().unwrap().clone(), ..Body::default() };
                let shape = ResultShape { format: format.clone(), ..ResultShape::default() };
                let answer = present(body, &frame(&shape, max, &scope())).unwrap();
                assert!(text_of(&answer).len() <= max, "{format:?} in {max}: {}", text_of(&answer));
            }
        }
    }
}
