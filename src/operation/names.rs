//! Field names as authors write them: `qty_available?`, `user_ids|user_id`.

use super::faults::did_you_mean;
use crate::definition::operation::FieldName;
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{Error, Kind};

/// What a written name is on one model.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The field of the model.
    pub field: &'a Field,
    /// What the answer calls it: the first of the written names.
    pub answer: &'a str,
    /// The first name says that it is a list (`…_ids`), and the field holds one: it is treated as a list all the same.
    pub as_list: bool,
}

/// Reads a written name. Never fails: an empty alternative is a field that no model has.
#[must_use]
pub fn written(name: &str) -> FieldName {
    let (names, optional) = match name.strip_suffix('?') {
        Some(names) => (names, true),
        None => (name, false),
    };
    FieldName { alternatives: names.split('|').map(|name| name.trim().to_owned()).collect(), optional }
}

/// The first alternative that the model has; `None` where it has none of them.
#[must_use]
pub fn find<'a>(name: &'a FieldName, model: &'a Model) -> Option<Named<'a>> {
    let answer = name.alternatives.first()?;
    let field = name.alternatives.iter().find_map(|name| model.fields.get(name.as_str()))?;
    let is_list = matches!(field.kind, FieldType::One2many | FieldType::Many2many);
    Some(Named { field, answer, as_list: answer.ends_with("_ids") && !is_list })
}

/// The error for a field that the model, or this user, does not have.
#[must_use]
pub fn unknown(name: &FieldName, model: &Model) -> Error {
    let first = name.alternatives.first().map(String::as_str).unwrap_or_default();
    let names: Vec<String> =
        name.alternatives.iter().map(|name| format!("`{}`", super::faults::cut(name, 64))).collect();
    let meant = did_you_mean(first, model.fields.keys().map(String::as_str));
    let message = format!("`{}` has no field {}, or it is not yours to see{meant}", model.name, names.join(" or "));
    Error::new(Kind::UnknownField, message)
}

/// The error for an optional field that is missing while the caller's own value depends on it.
#[must_use]
pub fn unsupported(name: &str, argument: Option<&str>, model: &Model) -> Error {
    let field = name.strip_suffix('?').unwrap_or(name);
    let (given, lacking) = match argument {
        Some(argument) if argument != field => (argument, format!("no field `{field}` for it")),
        _ => (field, "no such field".to_owned()),
    };
    let model = &model.name;
    let message = format!("`{given}` was given, and `{model}` in this Odoo has {lacking}, or it is not yours to see");
    Error::new(Kind::Unsupported, message).hint("Leave it out.")
}

/// Odoo's name of a field type.
#[must_use]
pub fn type_name(kind: &FieldType) -> &str {
    match kind {
        FieldType::Integer => "integer",
        FieldType::Float => "float",
        FieldType::Monetary => "monetary",
        FieldType::Boolean => "boolean",
        FieldType::Char => "char",
        FieldType::Text => "text",
        FieldType::Html => "html",
        FieldType::Date => "date",
        FieldType::Datetime => "datetime",
        FieldType::Selection => "selection",
        FieldType::Many2one => "many2one",
        FieldType::One2many => "one2many",
        FieldType::Many2many => "many2many",
        FieldType::Reference => "reference",
        FieldType::Many2oneReference => "many2one_reference",
        FieldType::Binary => "binary",
        FieldType::Json => "json",
        FieldType::Properties => "properties",
        FieldType::PropertiesDefinition => "properties_definition",
        FieldType::Other(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::fit::testing::lead;

    #[test]
    fn the_first_name_that_exists_is_taken_and_the_answer_uses_the_first() {
        let model = lead();
        let name = written("sales_ids|user_id");
        let named = find(&name, &model).unwrap();
        assert_eq!((named.field.name.as_str(), named.answer, named.as_list), ("user_id", "sales_ids", true));
        let name = written("nope?");
        assert!(name.optional && find(&name, &model).is_none());
        assert!(unknown(&written("stage"), &model).message.contains("did you mean `stage_id`?"));
    }
}
