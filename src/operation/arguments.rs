//! What counts as given: puts a caller's arguments right, then holds them against the tool's published schema.
//!
//! Language models fill in what they were not asked for, and send numbers as text. The order: nulls and empty values go,
//! what converts without loss is converted, defaults fill in, paging is clamped, and then the schema names every fault.

mod check;
mod convert;

use serde_json::{Map, Value};

use crate::definition::tool::Paging;
use crate::odoo::Error;

/// The arguments as the tool means them.
///
/// Takes the caller's object, the schema that clients see, the tool's whole schema compiled, the paging of the operation
/// (whose `limit` and `offset` are then always there, if the schema declares them), and the arguments that are bound: they are put
/// in, and to the caller they are unknown. Recursion follows the schema, so no argument can nest its way deeper than an author
/// did.
///
/// # Errors
/// `invalid_arguments` with every fault: missing, unknown ("did you mean"), wrong type, each with its path.
pub fn put_right(
    arguments: Map<String, Value>,
    schema: &Map<String, Value>,
    validator: &jsonschema::Validator,
    paging: Option<Paging>,
    bound: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let mut arguments = convert::object(arguments, schema);
    if let Some(paging) = paging {
        clamp(&mut arguments, schema, paging);
    }
    let set: Vec<String> = arguments.keys().filter(|name| bound.contains_key(*name)).cloned().collect();
    arguments.extend(bound.clone());
    let arguments = Value::Object(arguments);
    let mut faults = check::unknown(&set, schema);
    check::faults(&arguments, schema, validator, &mut faults);
    match faults.into_error() {
        Some(error) => Err(error),
        None => match arguments {
            Value::Object(arguments) => Ok(arguments),
            _ => Ok(Map::new()),
        },
    }
}

/// `limit` within 1 … max, never rejected (0 is "all" to Odoo); `offset` not below 0. What is no number is the schema's
/// to refuse.
fn clamp(arguments: &mut Map<String, Value>, schema: &Map<String, Value>, paging: Paging) {
    let declared = |name: &str| schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
    if declared("limit") {
        put(arguments, "limit", i64::from(paging.default), 1, i64::from(paging.max.max(1)));
    }
    if declared("offset") {
        put(arguments, "offset", 0, 0, i64::from(i32::MAX));
    }
}

fn put(arguments: &mut Map<String, Value>, name: &str, default: i64, least: i64, most: i64) {
    let clamped = match arguments.get(name) {
        None => Some(default),
        Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Some(number),
            (None, Some(number)) if number.fract() == 0.0 => Some(if number > 0.0 { most } else { least }),
            _ => None,
        },
        Some(_) => None,
    };
    if let Some(number) = clamped {
        arguments.insert(name.to_owned(), number.clamp(least, most).into());
    }
}

#[cfg(test)]
mod tests;
