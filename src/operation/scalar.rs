//! One value against one field type: what converts without loss does, the rest is refused by name, type and value.

use jiff::tz::TimeZone;
use serde_json::{Number, Value};

use super::faults::{invalid, quote};
use super::names::type_name;
use super::temporal::{self, When};
use crate::odoo::Error;
use crate::odoo::metadata::{Field, FieldType};

/// Beyond this a float no longer tells whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `false` and null: in `values` they empty a field, in a condition they say "not set".
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}

/// The error for a value that the field does not take.
#[must_use]
pub fn misfit(field: &Field, path: &str, value: &Value, takes: &str) -> Error {
    let kind = match (&field.kind, &field.relation) {
        (kind, Some(relation)) => format!("{} of `{relation}`", type_name(kind)),
        (kind, None) => type_name(kind).to_owned(),
    };
    invalid(format!("`{path}` ({kind}) takes {takes}, not {}", quote(value)))
}

/// A whole number, also as text or as `7.0`.
#[must_use]
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| decimal(text).and_then(whole))
        }
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and within the range where floats are exact")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// A number, also as text.
#[must_use]
pub fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => {
            let text = text.trim();
            match text.parse::<i64>() {
                Ok(number) => Some(number.into()),
                Err(_) => Number::from_f64(decimal(text)?),
            }
        }
        _ => None,
    }
}

/// A finite decimal; not the words `inf` and `nan` that Rust also reads.
fn decimal(text: &str) -> Option<f64> {
    let plausible = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plausible { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

/// A boolean, also as text.
#[must_use]
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A text; a number becomes one.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A record id: a whole number, digits, or a record of an earlier answer (`{"id", …}`).
#[must_use]
pub fn id(value: &Value) -> Option<i64> {
    match value {
        Value::Number(_) => integer(value),
        Value::String(text) => {
            let text = text.trim();
            if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
        }
        Value::Object(record) => record.get("id").filter(|id| !id.is_object()).and_then(id_of_record),
        _ => None,
    }
}

fn id_of_record(value: &Value) -> Option<i64> {
    id(value)
}

/// An id that a record can have.
#[must_use]
pub fn record_id(value: &Value) -> Option<i64> {
    id(value).filter(|id| *id > 0)
}

/// The day of a date field.
pub fn day(field: &Field, path: &str, value: &Value, zone: &TimeZone) -> Result<Value, Error> {
    let when = value.as_str().and_then(|text| temporal::read(text, zone));
    match when.map(|when| temporal::day_of(when, zone)) {
        Some(day) => Ok(Value::String(day.to_string())),
        None => Err(misfit(field, path, value, "a day like `2026-03-10`").hint(NO_RELATIVE)),
    }
}

/// A day or a moment of a datetime field.
pub fn when(field: &Field, path: &str, value: &Value, zone: &TimeZone) -> Result<When, Error> {
    value.as_str().and_then(|text| temporal::read(text, zone)).ok_or_else(|| {
        let takes = "ISO 8601 with offset, a local time like `2026-03-10 14:00:00` in the user's zone, or a day";
        misfit(field, path, value, takes).hint(NO_RELATIVE)
    })
}

const NO_RELATIVE: &str = "Work out relative dates before calling.";

/// The value of a selection: a value as it is, else the one value that has this label.
pub fn selection(field: &Field, path: &str, value: &Value) -> Result<Value, Error> {
    if field.selection.is_empty() && text(value).is_some() {
        return Ok(value.clone());
    }
    let wanted = text(value).ok_or_else(|| not_selectable(field, path, value))?;
    let wanted = wanted.trim();
    let same_value = |option: &Value| option == value || text(option).is_some_and(|option| option == wanted);
    if let Some((option, _)) = field.selection.iter().find(|(option, _)| same_value(option)) {
        return Ok(option.clone());
    }
    let by_label = |matches: &dyn Fn(&str) -> bool| {
        let mut found = field.selection.iter().filter(|(_, label)| matches(label.trim()));
        match (found.next(), found.next()) {
            (Some((option, _)), None) => Some(option.clone()),
            _ => None,
        }
    };
    let lower = wanted.to_lowercase();
    by_label(&|label| label == wanted)
        .or_else(|| by_label(&|label| label.to_lowercase() == lower))
        .ok_or_else(|| not_selectable(field, path, value))
}

/// The values of a selection whose value or label contains the text, whatever the case.
#[must_use]
pub fn selection_like(field: &Field, part: &str) -> Vec<Value> {
    let part = part.to_lowercase();
    let contains = |option: &str| option.to_lowercase().contains(&part);
    let hits = field
        .selection
        .iter()
        .filter(|(option, label)| contains(label) || text(option).is_some_and(|option| contains(&option)));
    hits.map(|(option, _)| option.clone()).collect()
}

/// The error for what is neither a value nor a label: it lists them.
#[must_use]
pub fn not_selectable(field: &Field, path: &str, value: &Value) -> Error {
    let mut options: Vec<String> = field
        .selection
        .iter()
        .take(40)
        .map(|(option, label)| format!("{} ({})", quote(option), super::faults::cut(label, 40)))
        .collect();
    if field.selection.len() > options.len() {
        options.push("…".to_owned());
    }
    misfit(field, path, value, &format!("one of {}", options.join(", ")))
}

/// `model,id`, also as `{"model", "id"}`.
#[must_use]
pub fn reference(value: &Value) -> Option<String> {
    let (model, id) = match value {
        Value::String(text) => {
            let (model, id) = text.trim().split_once(',')?;
            (model.trim(), id.trim().parse::<i64>().ok()?)
        }
        Value::Object(record) => (record.get("model")?.as_str()?, record_id(record.get("id")?)?),
        _ => return None,
    };
    let plain = !model.is_empty() && model.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    (plain && id > 0).then(|| format!("{model},{id}"))
}

/// What a scalar type takes, as a message says it.
#[must_use]
pub fn takes(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Integer => "a whole number",
        FieldType::Float | FieldType::Monetary => "a number",
        FieldType::Boolean => "true or false",
        FieldType::Reference => "`model,id` or `{\"model\", \"id\"}`",
        FieldType::Many2one => "an id",
        FieldType::One2many | FieldType::Many2many => "ids",
        FieldType::Many2oneReference => "an id",
        _ => "a text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::fit::testing::lead;
    use serde_json::json;

    #[test]
    fn numbers_convert_only_without_loss() {
        assert_eq!(integer(&json!("12")), Some(12));
        assert_eq!(integer(&json!(7.0)), Some(7));
        assert_eq!(integer(&json!("1e3")), Some(1000));
        for no in [
            json!("7.5"),
            json!(7.5),
            json!("nan"),
            json!("1,000"),
            json!(""),
            json!(true),
            json!("9".repeat(400)),
            json!(1e300),
        ] {
            assert_eq!(integer(&no), None, "{no}");
        }
        assert_eq!(number(&json!("inf")), None);
        assert_eq!(number(&json!("1.25")), Number::from_f64(1.25));
    }

    #[test]
    fn a_selection_is_found_by_value_then_label() {
        let model = lead();
        let priority = &model.fields["priority"];
        assert_eq!(selection(priority, "priority", &json!(1)).unwrap(), json!("1"));
        assert_eq!(selection(priority, "priority", &json!("High")).unwrap(), json!("1"), "the exact label wins");
        assert_eq!(selection(priority, "priority", &json!("high")).unwrap(), json!("2"));
        let twofold = selection(priority, "priority", &json!("HIGH")).unwrap_err();
        assert!(twofold.message.contains("`1` (High), `2` (high)"), "{}", twofold.message);
    }

    #[test]
    fn a_record_of_an_answer_is_its_id() {
        assert_eq!(id(&json!({"id": 7, "name": "x"})), Some(7));
        assert_eq!(id(&json!("7")), Some(7));
        assert_eq!(id(&json!("-7")), None);
        assert_eq!(record_id(&json!(0)), None);
        assert_eq!(id(&json!({"id": {"id": 7}})), None);
    }
}
