//! From a caller's value to a stored one: Odoo's conversions, the silent ones too.

use serde_json::{Value, json};

use crate::demo::{
    clock::{self, When},
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    value,
};

/// A value for a field that is no x2many. `create`: over `create` PostgreSQL sees a text where an id is due; over `write` Odoo drops it first.
pub(in crate::demo) fn stored(
    env: &Env<'_>,
    model: &Model,
    field: &Field,
    given: &Value,
    create: bool,
) -> Outcome<Value> {
    if field.kind == Kind::Boolean {
        return Ok(json!(value::truthy(given)));
    }
    if given.is_null() || *given == Value::Bool(false) {
        return Ok(Value::Null);
    }
    match field.kind {
        Kind::Integer => integer(given),
        Kind::Float | Kind::Monetary => float(given),
        Kind::Char | Kind::Text => Ok(json!(value::str(given))),
        Kind::Html => Ok(json!(html(&value::str(given), env.major()))),
        Kind::Selection => {
            let text = value::str(given);
            if field.selection.iter().any(|(known, _)| *known == text) {
                return Ok(json!(text));
            }
            Err(Fault::value(format!("Wrong value for {}.{}: {}", model.name, field.name, value::repr(given))))
        }
        Kind::Date => {
            let text = value::str(given);
            let day = text.get(..10).and_then(clock::parse).filter(|_| text.len() >= 10);
            match day {
                Some(When::Day(day)) => Ok(json!(day.to_string())),
                // 14 leaves it to the database.
                _ if env.major() < 15 => Err(Fault::database(
                    "psycopg2.errors.DatetimeFieldOverflow",
                    format!("date/time field value out of range: \"{text}\"\n"),
                )),
                _ => {
                    Err(Fault::value(format!("time data {} does not match format '%Y-%m-%d'", value::repr_text(&text))))
                }
            }
        }
        Kind::Datetime => datetime(&value::str(given)),
        Kind::Many2one => many2one(env, model, field, given, create),
        _ => Ok(given.clone()),
    }
}

fn integer(given: &Value) -> Outcome<Value> {
    match given {
        Value::String(text) => {
            let parsed = text.trim().parse::<i64>();
            parsed.map(|number| json!(number)).map_err(|_| {
                Fault::value(format!("invalid literal for int() with base 10: {}", value::repr_text(text)))
            })
        }
        #[expect(clippy::cast_possible_truncation, reason = "as Python's int() does")]
        Value::Number(number) => {
            Ok(json!(number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64)))
        }
        Value::Bool(flag) => Ok(json!(i64::from(*flag))),
        other => Err(Fault::type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            if other.is_array() { "list" } else { "dict" }
        ))),
    }
}

fn float(given: &Value) -> Outcome<Value> {
    match given {
        Value::String(text) => {
            let parsed = text.trim().parse::<f64>();
            parsed
                .map(|number| json!(number))
                .map_err(|_| Fault::value(format!("could not convert string to float: {}", value::repr_text(text))))
        }
        Value::Number(number) => Ok(json!(number.as_f64().unwrap_or_default())),
        Value::Bool(flag) => Ok(json!(f64::from(u8::from(*flag)))),
        other => Err(Fault::type_error(format!(
            "float() argument must be a string or a real number, not '{}'",
            if other.is_array() { "list" } else { "dict" }
        ))),
    }
}

fn datetime(text: &str) -> Outcome<Value> {
    let plain = text.len() == 10 || (text.len() == 19 || text.len() == 16) && text.as_bytes().get(10) == Some(&b' ');
    match clock::parse(text).filter(|_| plain) {
        Some(When::Moment(at)) => Ok(json!(clock::print(at))),
        Some(When::Day(day)) => Ok(json!(clock::print(day.to_datetime(jiff::civil::Time::midnight())))),
        None => match text.get(..19).filter(|_| text.len() > 19).and_then(clock::parse) {
            Some(_) if text.as_bytes().get(10) == Some(&b' ') => {
                Err(Fault::value(format!("unconverted data remains: {}", text.get(19..).unwrap_or_default())))
            }
            _ => Err(Fault::value(format!(
                "time data {} does not match format '%Y-%m-%d %H:%M:%S'",
                value::repr_text(text)
            ))),
        },
    }
}

fn many2one(env: &Env<'_>, model: &Model, field: &Field, given: &Value, create: bool) -> Outcome<Value> {
    let id = match given {
        Value::Number(number) => number.as_i64(),
        Value::String(text) if create || env.major() < 15 => match text.parse::<i64>() {
            Ok(id) => Some(id),
            Err(_) => return Err(not_an_id(text)),
        },
        // A text or a list after `write` empties the field, without a word.
        _ => None,
    };
    let Some(id) = id.filter(|id| *id != 0) else {
        return Ok(Value::Null);
    };
    let relation = field.relation.as_deref().unwrap_or_default();
    if !env.store.has(relation, id) {
        if create || env.major() < 19 {
            return Err(troublemaker(env.major(), model, field, env.lang()));
        }
        return Err(Fault::missing(format!(
            "Record does not exist or has been deleted.\n(Record: {relation}({id},), User: {})",
            env.context.uid
        )));
    }
    Ok(json!(id))
}

fn not_an_id(text: &str) -> Fault {
    Fault::database(
        "psycopg2.errors.InvalidTextRepresentation",
        format!("invalid input syntax for type integer: \"{text}\"\n"),
    )
}

/// An element of a list of ids at an x2many.
pub(in crate::demo) fn reference(item: &Value) -> Outcome<()> {
    match item {
        Value::String(text) if text.parse::<i64>().is_err() => Err(not_an_id(text)),
        _ => Ok(()),
    }
}

/// The database's foreign keys, in Odoo's words (it says them also when the record named never was).
pub(in crate::demo) fn troublemaker(major: u8, model: &Model, field: &Field, lang: Option<&str>) -> Fault {
    if major < 15 {
        let constraint = format!("{}_{}_fkey", model.name.replace('.', "_"), field.name);
        return Fault::validation(format!(
            "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: {} ({}), Constraint: {constraint}",
            model.label(lang),
            model.name
        ));
    }
    Fault::validation(format!(
        "The operation cannot be completed: Another model is using the record you are trying to delete.\n\nThe troublemaker is: '{}' ({})\nThanks to the following constraint: '{}' ({})\nHow about archiving the record instead?",
        model.label(lang),
        model.name,
        field.label(lang),
        field.name
    ))
}

/// What Odoo's sanitizer makes of a text: plain text and loose markup are wrapped, scripts go.
fn html(text: &str, major: u8) -> String {
    let mut clean = text.to_owned();
    while let Some(start) = clean.find("<script") {
        let end = clean
            .get(start..)
            .and_then(|rest| rest.find("</script>"))
            .map_or(clean.len(), |end| start + end + "</script>".len());
        clean.replace_range(start..end, "");
    }
    if !clean.contains('<') {
        let escaped = ampersands(&clean).replace('>', "&gt;");
        return if major >= 19 { format!("<span>{escaped}</span>") } else { format!("<p>{escaped}</p>") };
    }
    let block = ["<p", "<div", "<ul", "<ol", "<h", "<table", "<blockquote", "<section", "<span", "<pre"];
    if block.iter().any(|tag| clean.trim_start().starts_with(tag)) { clean } else { format!("<span>{clean}</span>") }
}

/// Escapes each `&` that does not begin an entity.
fn ampersands(text: &str) -> String {
    let mut parts = text.split('&');
    let mut escaped = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let entity = part.split_once(';').map(|(name, _)| name);
        let known = entity.is_some_and(|name| {
            matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp")
                || name
                    .strip_prefix('#')
                    .is_some_and(|number| number.chars().all(|digit| digit.is_ascii_alphanumeric()))
        });
        escaped.push_str(if known { "&" } else { "&amp;" });
        escaped.push_str(part);
    }
    escaped
}
