//! Every fault that the schema finds, in words that a model can act on.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Map, Value};

use crate::operation::faults::{Faults, cut, did_you_mean, invalid, quote};

/// More than this many faults are not even looked at.
const MOST: usize = 200;

/// Arguments of the caller that the tool does not have for it.
pub(super) fn unknown(names: &[String], schema: &Map<String, Value>) -> Faults {
    let mut faults = Faults::default();
    let known = properties_at(schema, "");
    for name in names {
        faults.push(invalid(is_unknown(name, "", &known)).hint(takes(schema)));
    }
    faults
}

fn is_unknown(name: &str, place: &str, known: &[&str]) -> String {
    format!("`{}` is not known{}", cut(&below(place, name), 120), did_you_mean(name, known.iter().copied()))
}

/// What is wrong with the arguments. `schema` is what the caller knows of them.
pub(super) fn faults(
    arguments: &Value,
    schema: &Map<String, Value>,
    validator: &jsonschema::Validator,
    faults: &mut Faults,
) {
    let mut said: Vec<String> = Vec::new();
    for error in validator.iter_errors(arguments).take(MOST) {
        let pointer = error.instance_path().as_str().to_owned();
        for message in sentences(error.kind(), error.instance(), &pointer, schema, &error) {
            if !said.contains(&message) {
                faults.push(invalid(message.clone()).hint(takes(schema)));
                said.push(message);
            }
        }
    }
}

fn sentences(
    kind: &ValidationErrorKind,
    value: &Value,
    pointer: &str,
    schema: &Map<String, Value>,
    shown: &dyn std::fmt::Display,
) -> Vec<String> {
    use ValidationErrorKind as K;
    let place = place(pointer);
    let not = quote(value);
    let one = |message: String| vec![message];
    match kind {
        K::Required { property } => one(format!("`{}` is missing", below(&place, property.as_str().unwrap_or("?")))),
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            let known = properties_at(schema, pointer);
            unexpected.iter().take(MOST).map(|name| is_unknown(name, &place, &known)).collect()
        }
        _ if pointer.is_empty() => one(format!("The arguments do not fit together: {}", cut(&shown.to_string(), 200))),
        K::Type { kind } => one(format!("`{place}` takes {}, not {not}", types(kind))),
        K::Enum { options } => one(format!("`{place}` takes one of {}, not {not}", list(options))),
        K::Constant { expected_value } => one(format!("`{place}` takes only {}, not {not}", quote(expected_value))),
        K::Minimum { limit } => one(format!("`{place}` takes at least {limit}, not {not}")),
        K::Maximum { limit } => one(format!("`{place}` takes at most {limit}, not {not}")),
        K::ExclusiveMinimum { limit } => one(format!("`{place}` takes more than {limit}, not {not}")),
        K::ExclusiveMaximum { limit } => one(format!("`{place}` takes less than {limit}, not {not}")),
        K::MinLength { limit } => one(format!("`{place}` takes at least {limit} characters, not {not}")),
        K::MaxLength { limit } => one(format!("`{place}` takes at most {limit} characters")),
        K::MinItems { limit } => one(format!("`{place}` takes a list of at least {limit}")),
        K::MaxItems { limit } => one(format!("`{place}` takes a list of at most {limit}")),
        K::UniqueItems => one(format!("`{place}` has something twice")),
        K::Pattern { pattern } => one(format!("`{place}` does not match `{}`: {not}", cut(pattern, 100))),
        K::AnyOf { .. } | K::OneOfNotValid { .. } | K::OneOfMultipleValid { .. } => {
            one(format!("`{place}` fits none, or several, of the forms that it may have: {not}"))
        }
        _ => one(format!("`{place}`: {}", cut(&shown.to_string(), 200))),
    }
}

/// `/lines/0/product` as `lines[0].product`.
fn place(pointer: &str) -> String {
    let mut out = String::new();
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) && !out.is_empty() {
            out.push_str(&format!("[{segment}]"));
        } else {
            out = below(&out, &segment);
        }
    }
    cut(&out, 120)
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// The properties that the schema declares at a place.
fn properties_at<'a>(schema: &'a Map<String, Value>, pointer: &str) -> Vec<&'a str> {
    let mut at = Some(schema);
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        at = at.and_then(|schema| {
            let property = schema.get("properties").and_then(|properties| properties.get(&segment));
            property.or_else(|| schema.get("items")).or_else(|| schema.get("additionalProperties"))?.as_object()
        });
    }
    let properties = at.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn types(kind: &TypeKind) -> String {
    let article = |name: &str| match name {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "null" => "null",
        _ => "a text",
    };
    match kind {
        TypeKind::Single(one) => article(one.as_str()).to_owned(),
        TypeKind::Multiple(several) => several.iter().map(|one| article(one.as_str())).collect::<Vec<_>>().join(" or "),
    }
}

fn list(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut named: Vec<String> = options.iter().take(30).map(quote).collect();
    if options.len() > named.len() {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// What the tool takes, in one sentence.
fn takes(schema: &Map<String, Value>) -> String {
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let declared = schema.get("properties").and_then(Value::as_object);
    let named: Vec<String> = declared
        .into_iter()
        .flatten()
        .take(30)
        .map(|(name, _)| {
            let needed = required.iter().any(|required| required == name);
            if needed { format!("`{name}` (required)") } else { format!("`{name}`") }
        })
        .collect();
    match named.is_empty() {
        true => "There are no arguments.".to_owned(),
        false => format!("The arguments are {}.", named.join(", ")),
    }
}
