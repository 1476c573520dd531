//! What stands under the keys of an answer's records: the fields that they come from.
//!
//! Labels, links to what was cut, and the published schema all follow from it.

use serde_json::Value;

use crate::odoo::metadata::FieldType;
use crate::operation::fields::Selection;

/// The records, groups or defaults of an answer.
#[derive(Debug, Clone)]
pub struct Described {
    /// The key of the answer under which they stand: a list of them, or one.
    pub key: &'static str,
    /// What each has.
    pub columns: Columns,
}

/// The keys of one record.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Their model; `None` for what is no record: a group.
    pub model: Option<String>,
    /// In the order of the answer.
    pub list: Vec<Column>,
}

/// One key of a record.
#[derive(Debug, Clone)]
pub struct Column {
    /// What the answer calls it.
    pub key: String,
    /// What Odoo calls it.
    pub field: String,
    /// Its type.
    pub kind: FieldType,
    /// What became of the field.
    pub role: Role,
    /// Value and label of a selection.
    pub options: Vec<(Value, String)>,
    /// Its one value stands in a list.
    pub as_list: bool,
    /// What its related records have beside `id`.
    pub nested: Option<Columns>,
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Its value.
    Value,
    /// A period that its dates are grouped by.
    Period,
    /// What this function computed of it.
    Aggregate(String),
}

impl Columns {
    /// Of records that were read with this selection.
    #[must_use]
    pub fn of(selection: &Selection) -> Self {
        let shown = selection.fields.iter().filter(|selected| !selected.hidden);
        let list = shown
            .map(|selected| Column {
                key: selected.answer.clone(),
                field: selected.field.name.clone(),
                kind: selected.field.kind.clone(),
                role: Role::Value,
                options: selected.field.selection.clone(),
                as_list: selected.as_list,
                nested: selected.nested.as_ref().map(|nested| Self::of(&nested.selection)),
            })
            .collect();
        Self { model: Some(selection.model.name.clone()), list }
    }

    /// Of records of which only the name is told.
    #[must_use]
    pub fn named(model: &str) -> Self {
        let name = Column {
            key: "name".to_owned(),
            field: "display_name".to_owned(),
            kind: FieldType::Char,
            role: Role::Value,
            options: Vec::new(),
            as_list: false,
            nested: None,
        };
        Self { model: Some(model.to_owned()), list: vec![name] }
    }

    /// The column of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Column> {
        self.list.iter().find(|column| column.key == key)
    }

    /// Whether one of them is an amount of money.
    #[must_use]
    pub fn has_monetary(&self) -> bool {
        self.list
            .iter()
            .any(|column| column.kind == FieldType::Monetary || column.nested.as_ref().is_some_and(Self::has_monetary))
    }
}

impl Column {
    /// The label of a selection's value.
    #[must_use]
    pub fn label(&self, value: &Value) -> Option<&str> {
        self.options.iter().find(|(option, _)| option == value).map(|(_, label)| label.as_str())
    }
}
