//! Values in conditions: numbers, flags, days and moments as Odoo reads them.

use jiff::civil::DateTime;
use serde_json::Value;

use crate::demo::{
    clock::{self, When},
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    value,
};

/// Python's `str2bool` for 19; a text is true before.
pub(super) fn read_flag(text: &str, major: u8) -> bool {
    if major < 19 {
        return !text.is_empty();
    }
    matches!(text.to_lowercase().as_str(), "y" | "yes" | "1" | "true" | "t" | "on")
}

pub(super) fn number(field: &Field, one: &Value) -> Outcome<f64> {
    match one {
        Value::Number(number) => Ok(number.as_f64().unwrap_or_default()),
        Value::Bool(flag) => Ok(f64::from(u8::from(*flag))),
        Value::String(text) => {
            let trimmed = text.trim();
            let parsed = if field.kind == Kind::Integer {
                trimmed.parse::<i64>().ok().map(|whole| whole as f64)
            } else {
                trimmed.parse().ok()
            };
            parsed.ok_or_else(|| bad_number(field, text))
        }
        other => Err(Fault::type_error(format!("Cannot compare {} with {}", field.name, value::repr(other)))),
    }
}

fn bad_number(field: &Field, text: &str) -> Fault {
    if field.kind == Kind::Integer {
        Fault::value(format!("invalid literal for int() with base 10: {}", value::repr_text(text)))
    } else {
        Fault::value(format!("could not convert string to float: {}", value::repr_text(text)))
    }
}

pub(super) fn day(env: &Env<'_>, one: &Value) -> Outcome<String> {
    let text = one.as_str().ok_or_else(|| Fault::value(format!("Failed to cast {} into a date", value::repr(one))))?;
    match moment(env, text)? {
        When::Day(day) => Ok(day.to_string()),
        When::Moment(at) => Ok(at.date().to_string()),
    }
}

/// A day or a moment; in 19 also a relative one.
fn moment(env: &Env<'_>, text: &str) -> Outcome<When> {
    let relative =
        || (env.major() >= 19).then(|| clock::phrase(text, env.context.now, env.context.tz.as_deref())).flatten();
    clock::parse(text).or_else(relative).ok_or_else(|| match env.major() {
        19.. if text.contains('T') || text.ends_with('Z') => {
            Fault::value(format!("expecting only datetimes with no timezone: {}", value::repr_text(text)))
        }
        19.. => {
            let term = text.split_whitespace().next().unwrap_or_default();
            Fault::value(format!(
                "Invalid term {} in expression date: {}",
                value::repr_text(term),
                value::repr_text(text)
            ))
        }
        _ => Fault::database(
            "psycopg2.errors.InvalidDatetimeFormat",
            format!("invalid input syntax for type timestamp: \"{text}\"\n"),
        ),
    })
}

/// A moment in UTC, and whether only a day was given. Before 19 a day is one of UTC.
pub(super) fn instant(env: &Env<'_>, one: &Value) -> Outcome<(DateTime, bool)> {
    let text =
        one.as_str().ok_or_else(|| Fault::value(format!("Failed to cast {} into a datetime", value::repr(one))))?;
    Ok(match moment(env, text)? {
        When::Moment(at) => (at, false),
        When::Day(day) if env.major() >= 19 => (clock::start_of_day(day, env.context.tz.as_deref()), true),
        When::Day(day) => (day.to_datetime(jiff::civil::Time::midnight()), true),
    })
}
