//! A small Odoo's metadata, for the tests of fitting.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Fit, Metadata, Records};
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{Error, Kind};

/// Models by name.
pub(crate) struct Fake(HashMap<&'static str, Arc<Model>>);

impl Metadata for Fake {
    async fn model(&self, name: &str) -> Result<Arc<Model>, Error> {
        self.0.get(name).cloned().ok_or_else(|| Error::new(Kind::UnknownModel, format!("no model `{name}`")))
    }
}

/// One record of every model is called `Known` and has the id 41, if its domain says nothing else; `Two` is ambiguous.
impl Records for Fake {
    async fn find(&self, model: &str, name: &Value, domain: &Value) -> Result<i64, Error> {
        match (name.as_str(), domain.as_array().is_some_and(Vec::is_empty)) {
            (Some("Known"), true) => Ok(41),
            (Some("Known"), false) => Ok(42),
            (Some("Two"), _) => Err(Error::new(Kind::Ambiguous, format!("`Two` is 2 records of `{model}`."))),
            (Some("2026"), _) => Ok(43),
            (Some(digits), _) if digits.parse::<i64>().is_ok_and(|id| id < 100) => Ok(digits.parse().unwrap()),
            _ => Err(Error::new(Kind::NotFound, format!("No record of `{model}` is called {name}."))),
        }
    }
}

impl Fake {
    pub(crate) fn new() -> Self {
        Self(
            [
                ("crm.lead", Arc::new(lead())),
                ("res.partner", Arc::new(partner())),
                ("res.country", Arc::new(country())),
            ]
            .into(),
        )
    }

    pub(crate) fn fit<'a>(&'a self, zone: &'a TimeZone) -> Fit<'a, Self> {
        Fit { metadata: self, zone, older: false, any: true }
    }
}

pub(crate) fn brussels() -> TimeZone {
    TimeZone::get("Europe/Brussels").unwrap()
}

/// A stored, searchable, writable field.
pub(crate) fn field(name: &str, kind: FieldType) -> Field {
    let list = matches!(kind, FieldType::One2many | FieldType::Many2many | FieldType::Binary);
    Field {
        name: name.to_owned(),
        kind,
        string: name.replace('_', " "),
        help: None,
        relation: None,
        selection: Vec::new(),
        store: true,
        searchable: true,
        sortable: !list,
        groupable: !list,
        required: false,
        readonly: false,
        depends: Vec::new(),
        through: None,
        currency_field: None,
        model_field: None,
    }
}

fn to(name: &str, kind: FieldType, relation: &str) -> Field {
    Field { relation: Some(relation.to_owned()), ..field(name, kind) }
}

fn model(name: &str, fields: Vec<Field>) -> Model {
    let fields: IndexMap<String, Field> = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    Model { name: name.to_owned(), fields }
}

pub(crate) fn lead() -> Model {
    use FieldType as T;
    let selection = |values: &[(&str, &str)]| {
        values.iter().map(|(value, label)| (Value::from(*value), (*label).to_owned())).collect()
    };
    model(
        "crm.lead",
        vec![
            Field { readonly: true, ..field("id", T::Integer) },
            field("name", T::Char),
            field("active", T::Boolean),
            field("priority_level", T::Integer),
            field("probability", T::Float),
            Field { currency_field: Some("company_currency".into()), ..field("expected_revenue", T::Monetary) },
            to("company_currency", T::Many2one, "res.currency"),
            field("note", T::Text),
            field("description", T::Html),
            field("date_deadline", T::Date),
            field("create_date", T::Datetime),
            field("date_open", T::Datetime),
            Field {
                selection: selection(&[("lead", "Lead"), ("opportunity", "Opportunity")]),
                ..field("type", T::Selection)
            },
            Field {
                selection: selection(&[("0", "Low"), ("1", "High"), ("2", "high")]),
                ..field("priority", T::Selection)
            },
            to("partner_id", T::Many2one, "res.partner"),
            to("stage_id", T::Many2one, "crm.stage"),
            to("user_id", T::Many2one, "res.users"),
            to("tag_ids", T::Many2many, "crm.tag"),
            to("child_ids", T::One2many, "crm.lead"),
            field("res_id", T::Many2oneReference),
            field("res_model", T::Char),
            field("origin", T::Reference),
            field("image", T::Binary),
            field("data", T::Json),
            field("lead_properties", T::Properties),
            Field {
                store: false,
                searchable: false,
                sortable: false,
                groupable: false,
                readonly: true,
                ..field("computed", T::Char)
            },
        ],
    )
}

pub(crate) fn partner() -> Model {
    use FieldType as T;
    model(
        "res.partner",
        vec![
            field("id", T::Integer),
            field("name", T::Char),
            field("email", T::Char),
            field("create_date", T::Datetime),
            to("country_id", T::Many2one, "res.country"),
            to("child_ids", T::One2many, "res.partner"),
            Field { currency_field: Some("currency_id".into()), ..field("credit", T::Monetary) },
            to("currency_id", T::Many2one, "res.currency"),
        ],
    )
}

pub(crate) fn country() -> Model {
    model(
        "res.country",
        vec![field("id", FieldType::Integer), field("name", FieldType::Char), field("code", FieldType::Char)],
    )
}
