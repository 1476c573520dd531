//! What Odoo knows about models: the fields, as `fields_get` gives them to this user.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

/// What `fields_get` is asked for. What a version does not know, it leaves out.
pub(super) const ATTRIBUTES: [&str; 16] = [
    "type",
    "relation",
    "selection",
    "store",
    "searchable",
    "sortable",
    "groupable",
    "required",
    "readonly",
    "states",
    "string",
    "help",
    "related",
    "depends",
    "currency_field",
    "model_field",
];

/// A model as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// e.g. `crm.lead`.
    pub name: String,
    /// By name, in Odoo's order.
    pub fields: IndexMap<String, Field>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// e.g. `partner_id`.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// The label, in the user's language.
    pub string: String,
    /// The help text.
    pub help: Option<String>,
    /// The related model of a relation.
    pub relation: Option<String>,
    /// Value and label of a selection.
    pub selection: Vec<(Value, String)>,
    /// Kept in the database.
    pub store: bool,
    /// May stand in a domain. Where Odoo does not say: as `store`, or related to a searchable one.
    pub searchable: bool,
    /// May stand in `order`.
    pub sortable: bool,
    /// May stand in `group_by`; before 19 derived from `store` and the type.
    pub groupable: bool,
    /// Must have a value.
    pub required: bool,
    /// Cannot be written by hand, whatever the record's state.
    pub readonly: bool,
    /// The fields of the same model that Odoo makes its value from; empty where it makes none.
    pub depends: Vec<String>,
    /// The many2one through which it shows the field of the same name of another record.
    pub through: Option<String>,
    /// The field that holds the currency of a `monetary`.
    pub currency_field: Option<String>,
    /// The field that holds the model of a `many2one_reference`, where this version says it.
    pub model_field: Option<String>,
}

/// Odoo's field types. What a newer Odoo adds is `Other`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its Odoo name")]
pub enum FieldType {
    Integer,
    Float,
    Monetary,
    Boolean,
    Char,
    Text,
    Html,
    Date,
    Datetime,
    Selection,
    Many2one,
    One2many,
    Many2many,
    Reference,
    Many2oneReference,
    Binary,
    Json,
    Properties,
    PropertiesDefinition,
    Other(String),
}

impl Model {
    /// From the answer of `fields_get`.
    pub(crate) fn from_fields_get(name: &str, fields: &Map<String, Value>) -> Self {
        Self {
            name: name.to_owned(),
            fields: fields.iter().map(|(name, facts)| (name.clone(), Field::from_facts(name, facts))).collect(),
        }
    }

    /// Whether Odoo makes the record there together with a new one, as the partner of a user: what the other record has can be
    /// written here, under the same names. No version tells (`_inherits`), but nothing else has several such fields.
    #[must_use]
    pub fn makes(&self, field: &Field) -> bool {
        let shows = |other: &&Field| !other.readonly && other.through.as_deref() == Some(field.name.as_str());
        field.required && field.kind == FieldType::Many2one && self.fields.values().filter(shows).count() >= 3
    }
}

impl Field {
    fn from_facts(name: &str, facts: &Value) -> Self {
        let text =
            |key: &str| facts.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let flag = |key: &str| facts.get(key).and_then(Value::as_bool);
        let kind = FieldType::from_name(facts.get("type").and_then(Value::as_str).unwrap_or_default());
        let store = flag("store").unwrap_or(true);
        let related = facts.get("related").is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
        Self {
            name: name.to_owned(),
            string: text("string").unwrap_or_else(|| name.to_owned()),
            help: text("help"),
            relation: text("relation"),
            selection: facts
                .get("selection")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .filter_map(option)
                .collect(),
            searchable: flag("searchable").unwrap_or(store || related),
            sortable: flag("sortable").unwrap_or(store && kind.is_column()),
            groupable: flag("groupable").unwrap_or(store && kind.is_groupable()),
            required: flag("required").unwrap_or(false),
            readonly: flag("readonly").unwrap_or(false) && !writable_in_a_state(facts),
            depends: depends(facts),
            through: through(name, facts),
            currency_field: text("currency_field"),
            model_field: text("model_field"),
            kind,
            store,
        }
    }
}

/// Before 17 `states` says in which states of its record a field is otherwise than usual, e.g.
/// `{"draft": [["readonly", false]]}`: what may be written while an order is a draft is not read-only.
fn writable_in_a_state(facts: &Value) -> bool {
    let states = facts.get("states").and_then(Value::as_object);
    states
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_array)
        .flatten()
        .any(|change| *change == json!(["readonly", false]))
}

impl FieldType {
    /// From Odoo's name of it.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "integer" => Self::Integer,
            "float" => Self::Float,
            "monetary" => Self::Monetary,
            "boolean" => Self::Boolean,
            "char" => Self::Char,
            "text" => Self::Text,
            "html" => Self::Html,
            "date" => Self::Date,
            "datetime" => Self::Datetime,
            "selection" => Self::Selection,
            "many2one" => Self::Many2one,
            "one2many" => Self::One2many,
            "many2many" => Self::Many2many,
            "reference" => Self::Reference,
            "many2one_reference" => Self::Many2oneReference,
            "binary" => Self::Binary,
            "json" => Self::Json,
            "properties" => Self::Properties,
            "properties_definition" => Self::PropertiesDefinition,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether a stored field of this type is a column by which Odoo can sort.
    fn is_column(&self) -> bool {
        !matches!(self, Self::One2many | Self::Many2many | Self::Binary)
    }

    /// Whether versions that do not say so group by a stored field of this type. Many2many came with 15.
    fn is_groupable(&self) -> bool {
        !matches!(
            self,
            Self::One2many
                | Self::Binary
                | Self::Html
                | Self::Text
                | Self::Json
                | Self::Properties
                | Self::PropertiesDefinition
                | Self::Other(_)
        )
    }
}

/// The first of the two segments of `related`, where the second has the name of the field.
fn through(name: &str, facts: &Value) -> Option<String> {
    let path: Vec<&str> = match facts.get("related")? {
        Value::String(path) => path.split('.').collect(),
        Value::Array(path) => path.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    match path.as_slice() {
        [first, last] if *last == name => Some((*first).to_owned()),
        _ => None,
    }
}

/// The first segments of the paths of `depends` and `related`, each once.
fn depends(facts: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let listed = facts.get("depends").and_then(Value::as_array).into_iter().flatten();
    // Before 17 a related path is a list of its segments.
    let related = match facts.get("related") {
        Some(Value::Array(path)) => path.first(),
        path => path,
    };
    for path in listed.chain(related).filter_map(Value::as_str) {
        let first = path.split('.').next().unwrap_or(path);
        if !names.iter().any(|name| name == first) {
            names.push(first.to_owned());
        }
    }
    names
}

/// One option of a selection: value and label.
fn option(pair: &Value) -> Option<(Value, String)> {
    let [value, label] = pair.as_array()?.as_slice() else { return None };
    Some((value.clone(), label.as_str().map_or_else(|| label.to_string(), str::to_owned)))
}

/// The id of a many2one in any of its shapes: `7`, `[7, "name"]`, `{"id": 7}`.
pub(super) fn id(value: &Value) -> Option<i64> {
    match value {
        Value::Array(pair) => pair.first()?.as_i64(),
        Value::Object(record) => record.get("id")?.as_i64(),
        other => other.as_i64(),
    }
}

/// `[7, "name"]`.
pub(super) fn id_and_name(value: &Value) -> Option<(i64, String)> {
    match value.as_array()?.as_slice() {
        [id, name] => Some((id.as_i64()?, name.as_str().unwrap_or_default().to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(fields: Value) -> Model {
        Model::from_fields_get("res.partner", fields.as_object().unwrap())
    }

    #[test]
    fn a_record_that_is_made_with_another_is_known_by_the_fields_seen_through_it() {
        let seen = |path: Value| json!({"type": "char", "related": path, "readonly": false});
        let required = |relation: &str| json!({"type": "many2one", "relation": relation, "required": true});
        let mut facts = json!({
            "partner_id": required("res.partner"), "company_id": required("res.company"),
            "email": seen(json!("partner_id.email")), "name": seen(json!(["partner_id", "name"])), "vat": seen(json!("partner_id.vat")),
            "country": seen(json!("company_id.country_id")), "state": seen(json!("company_id.state")),
            "zip": seen(json!("company_id.zip")), "city": seen(json!("company_id.city")),
        });
        facts["city"]["readonly"] = json!(true);
        let model = model(facts);
        assert!(model.makes(&model.fields["partner_id"]) && !model.makes(&model.fields["company_id"]));
        assert_eq!(model.fields["name"].through.as_deref(), Some("partner_id"));
        assert_eq!(model.fields["country"].through, None);
    }

    #[test]
    fn what_a_version_does_not_say_follows_from_what_it_does() {
        let model = model(json!({
            "name": {"type": "char", "string": "Name", "store": true, "searchable": true, "sortable": true, "required": true},
            "email2": {"type": "char", "string": "E-mail", "store": false, "related": "partner_id.email"},
            "computed": {"type": "char", "string": "C", "store": false},
            "line_ids": {"type": "one2many", "relation": "x.line", "string": "Lines", "store": true},
            "note": {"type": "html", "string": "Note", "store": true, "help": ""},
            "state": {"type": "selection", "string": "State", "store": true, "selection": [["a", "A"], [1, "One"]]},
            "amount": {"type": "monetary", "string": "Amount", "store": true, "currency_field": "currency_id", "readonly": true},
            "new": {"type": "vector", "string": "New", "store": true},
            "ordered": {"type": "date", "readonly": true, "states": {"draft": [["readonly", false]]}},
            "kept": {"type": "date", "readonly": true, "states": {"draft": [["required", true]]}},
        }));
        let field = |name: &str| &model.fields[name];
        assert!(field("name").groupable && field("name").required);
        assert_eq!(
            (field("email2").depends.as_slice(), field("name").depends.len()),
            (&["partner_id".to_owned()][..], 0)
        );
        assert!(field("email2").searchable && !field("email2").sortable && !field("email2").groupable);
        assert!(!field("computed").searchable);
        assert!(field("line_ids").searchable && !field("line_ids").sortable && !field("line_ids").groupable);
        assert_eq!(field("line_ids").relation.as_deref(), Some("x.line"));
        assert!(!field("note").groupable && field("note").help.is_none());
        assert_eq!(field("state").selection, vec![(json!("a"), "A".into()), (json!(1), "One".into())]);
        assert!(field("amount").readonly && field("kept").readonly && !field("ordered").readonly);
        assert_eq!(field("amount").currency_field.as_deref(), Some("currency_id"));
        assert_eq!(field("new").kind, FieldType::Other("vector".into()));
        assert_eq!(model.fields.get_index(0).unwrap().0, "name");
    }
}
