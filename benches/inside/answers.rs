//! Odoo's rows become an answer: shaped, and cut to what a model may be given.

use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use indexmap::IndexMap;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tooldoo::answer::{self, Links};
use tooldoo::odoo::{Field, FieldType, Model};
use tooldoo::operation::fields::{Selected, Selection};

const BUDGET: usize = 40_000;

pub fn shape(criterion: &mut Criterion) {
    let selection = selection();
    let zone = TimeZone::get("Europe/Brussels").unwrap();
    let mut group = criterion.benchmark_group("answer");
    for rows in [10, 100, 1000, 10_000] {
        let rows: Vec<_> = (0..rows).map(row).collect();
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(rows.len()), &rows, |bencher, rows| {
            let shape = |rows| {
                answer::json(answer::records(rows, &selection, &zone, Links::NONE), Some(("records", 0)), BUDGET)
            };
            bencher.iter_batched(|| rows.clone(), shape, BatchSize::LargeInput);
        });
    }
}

fn row(id: usize) -> Map<String, Value> {
    let row = json!({
        "id": id,
        "name": format!("Azure Interior {id}"),
        "email": "azure.Interior24@example.com",
        "parent_id": {"id": 7, "display_name": "Azure Interior"},
        "credit": 1250.5,
        "comment": "<p>Wants <b>everything</b> on Fridays.<br>See <a href=\"https://www.example.com\">the site</a>.</p>",
        "create_date": "2026-03-01 08:30:00",
        "phone": false,
    });
    row.as_object().unwrap().clone()
}

fn selection() -> Selection {
    let fields = [
        ("name", FieldType::Char),
        ("email", FieldType::Char),
        ("parent_id", FieldType::Many2one),
        ("credit", FieldType::Float),
        ("comment", FieldType::Html),
        ("create_date", FieldType::Datetime),
        ("phone", FieldType::Char),
    ]
    .map(|(name, kind)| field(name, kind));
    let by_name: IndexMap<_, _> = fields.iter().map(|field| (field.name.clone(), field.clone())).collect();
    let selected =
        |field: Field| Selected { answer: field.name.clone(), field, as_list: false, hidden: false, nested: None };
    Selection {
        model: Arc::new(Model { name: "res.partner".to_owned(), fields: by_name }),
        fields: fields.map(selected).to_vec(),
    }
}

fn field(name: &str, kind: FieldType) -> Field {
    Field {
        name: name.to_owned(),
        relation: (kind == FieldType::Many2one).then(|| "res.partner".to_owned()),
        kind,
        string: name.to_owned(),
        help: None,
        selection: Vec::new(),
        store: true,
        searchable: true,
        sortable: true,
        groupable: true,
        required: false,
        readonly: false,
        depends: Vec::new(),
        through: None,
        currency_field: None,
        model_field: None,
    }
}
