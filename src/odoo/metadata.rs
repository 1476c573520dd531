//! What Odoo knows about models: the fields, as `fields_get` gives them to this user.

use indexmap::IndexMap;
use serde_json::Value;

/// A model as one user sees it.
#[derive(Debug, Clone)]
pub struct Model {
    /// e.g. `crm.lead`.
    pub name: String,
    /// By name, in Odoo's order.
    pub fields: IndexMap<String, Field>,
}

/// One field.
#[derive(Debug, Clone)]
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
    /// Cannot be written by hand.
    pub readonly: bool,
    /// The field that holds the currency of a `monetary`.
    pub currency_field: Option<String>,
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
