//! JSON and minijinja's values, both ways, and the text of a value.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error as MiniError, ErrorKind};
use serde_json::{Map, Number};

use super::builtins::MAX_ELEMENTS;
use super::scope::Record;

/// Deeper values are refused: whatever walks them recurses.
const MAX_DEPTH: usize = 100;

pub(super) fn to_value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(value) => Value::from(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Value::from(number),
            (None, Some(number), _) => Value::from(number),
            (None, None, Some(number)) => Value::from(number),
            (None, None, None) => Value::from(()),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::from(items.iter().map(to_value).collect::<Vec<_>>()),
        serde_json::Value::Object(entries) => {
            Value::from_pairs(entries.iter().map(|(key, item)| (key.as_str(), to_value(item))))
        }
    }
}

/// What a template gave, as JSON: an `Err` is a sentence. What is undefined inside is null.
pub(super) fn from_value(value: &Value) -> Result<serde_json::Value, String> {
    let mut elements = MAX_ELEMENTS;
    convert(value, MAX_DEPTH, &mut elements)
}

fn convert(value: &Value, depth: usize, elements: &mut usize) -> Result<serde_json::Value, String> {
    if depth == 0 {
        return Err("the value nests too deeply".to_owned());
    }
    *elements = elements.checked_sub(1).ok_or("the value has too many elements")?;
    if let Some(record) = value.downcast_object_ref::<Record>() {
        return Ok(record.id.into());
    }
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => serde_json::Value::Null,
        ValueKind::Bool => serde_json::Value::Bool(value.is_true()),
        ValueKind::Number => number(value)?.into(),
        ValueKind::String => value.as_str().unwrap_or_default().into(),
        ValueKind::Seq | ValueKind::Iterable => value
            .try_iter()
            .map_err(|error| error.to_string())?
            .map(|item| convert(&item, depth - 1, elements))
            .collect::<Result<Vec<_>, _>>()?
            .into(),
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter().map_err(|error| error.to_string())? {
                let item = value.get_item(&key).map_err(|error| error.to_string())?;
                let key = text(&key).map_err(|error| error.to_string())?;
                map.insert(key, convert(&item, depth - 1, elements)?);
            }
            map.into()
        }
        ValueKind::Invalid => return Err(value.to_string()),
        other => return Err(format!("a {other} is not a value that can be sent")),
    })
}

/// An integer stays an integer, a float a float.
fn number(value: &Value) -> Result<Number, String> {
    if value.is_integer() {
        if let Some(n) = value.as_i64() {
            return Ok(n.into());
        }
        return u64::try_from(value.clone()).map(Number::from).map_err(|_| format!("the number {value} is too large"));
    }
    f64::try_from(value.clone()).ok().and_then(Number::from_f64).ok_or_else(|| format!("{value} is not a number"))
}

/// The text of a value: nothing for null, `true` and `false`, JSON for lists and tables.
pub(super) fn text(value: &Value) -> Result<String, MiniError> {
    if let Some(record) = value.downcast_object_ref::<Record>() {
        return Ok(record.id.to_string());
    }
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => String::new(),
        ValueKind::Bool => value.is_true().to_string(),
        ValueKind::String => value.as_str().unwrap_or_default().to_owned(),
        ValueKind::Number => value.to_string(),
        _ => from_value(value).map_err(|message| MiniError::new(ErrorKind::InvalidOperation, message))?.to_string(),
    })
}

/// Whether something inside is undefined: `map(attribute="x")` of a row without `x`.
pub(super) fn has_undefined(value: &Value) -> bool {
    fn inside(value: &Value, depth: usize) -> bool {
        match value.kind() {
            ValueKind::Undefined => true,
            ValueKind::Seq if depth > 0 => {
                value.try_iter().is_ok_and(|mut items| items.any(|item| inside(&item, depth - 1)))
            }
            _ => false,
        }
    }
    inside(value, 3)
}
