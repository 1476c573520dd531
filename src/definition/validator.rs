//! A schema of arguments, compiled when a call first needs it.
//!
//! Compiling is most of the work of a start, and a client uses few of the tools that it lists. A schema of which it is certain
//! that it compiles waits for its first call; any other is compiled at once, so that nothing unchecked is ever kept.

use std::sync::OnceLock;

use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

/// The types of JSON Schema.
pub(super) const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "null"];

/// A compiled schema, or one that compiles.
#[derive(Debug)]
pub(crate) struct Compiled(OnceLock<Validator>);

impl Compiled {
    /// Of a schema that [`is_plain`]: nothing is done yet.
    pub(super) fn later() -> Self {
        Self(OnceLock::new())
    }

    /// The validator of this schema, which is the one that this was made for.
    ///
    /// # Errors
    /// None of a schema that [`is_plain`], and others are compiled already.
    pub(super) fn of(&self, schema: &Map<String, Value>) -> Result<&Validator, ValidationError<'static>> {
        if let Some(validator) = self.0.get() {
            return Ok(validator);
        }
        let validator = compile(&Value::Object(schema.clone()))?;
        // Whoever comes second drops what it made.
        Ok(self.0.get_or_init(|| validator))
    }
}

impl From<Validator> for Compiled {
    fn from(validator: Validator) -> Self {
        Self(OnceLock::from(validator))
    }
}

/// Compiles a schema; nothing is fetched.
pub(super) fn compile(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::draft202012::options().offline().should_validate_formats(false).build(schema)
}

/// Whether a schema is of the plain kind that is certain to compile: keywords that hold values, each of its right kind, and
/// objects and lists of such schemas. No patterns, references, conditions or dialects. False says nothing.
pub(super) fn is_plain(schema: &Value) -> bool {
    match schema {
        Value::Bool(_) => true,
        Value::Object(schema) => schema.iter().all(|(keyword, value)| is_plain_keyword(keyword, value)),
        _ => false,
    }
}

fn is_plain_keyword(keyword: &str, value: &Value) -> bool {
    match keyword {
        "default" | "const" => true,
        "title" | "description" | "$comment" | "format" => value.is_string(),
        "enum" | "examples" => value.is_array(),
        "deprecated" | "readOnly" | "writeOnly" | "uniqueItems" => value.is_boolean(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => value.is_u64(),
        "type" => match value {
            Value::String(name) => TYPES.contains(&name.as_str()),
            Value::Array(names) => {
                let known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
                !names.is_empty() && names.iter().all(known) && are_unique(names)
            }
            _ => false,
        },
        "required" => value.as_array().is_some_and(|names| names.iter().all(Value::is_string) && are_unique(names)),
        "properties" => value.as_object().is_some_and(|properties| properties.values().all(is_plain)),
        "items" | "additionalProperties" => is_plain(value),
        _ => false,
    }
}

fn are_unique(values: &[Value]) -> bool {
    values.iter().enumerate().all(|(at, value)| !values.iter().take(at).any(|earlier| earlier == value))
}

/// Whether a value is certain to meet a schema: one of one type, perhaps with a list of values. False says nothing.
pub(super) fn certainly_meets(value: &Value, schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    schema.iter().all(|(keyword, limit)| match keyword.as_str() {
        "title" | "description" | "default" | "examples" | "format" => true,
        "type" => match limit.as_str() {
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64(),
            Some("number") => value.is_number(),
            _ => false,
        },
        "enum" => limit.as_array().is_some_and(|values| values.contains(value)),
        "minimum" => matches!((value.as_i64(), limit.as_i64()), (Some(value), Some(limit)) if value >= limit),
        "maximum" => matches!((value.as_i64(), limit.as_i64()), (Some(value), Some(limit)) if value <= limit),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Keywords with values right and wrong for them, nested.
    fn schema() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(json!(true)), Just(json!({})), keyword(Just(json!({"type": "string"})).boxed())];
        leaf.prop_recursive(4, 24, 4, |inner| keyword(inner.boxed()))
    }

    fn keyword(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
        let value = prop_oneof![
            Just(json!(null)),
            Just(json!(-1)),
            Just(json!(3)),
            Just(json!(2.5)),
            Just(json!(true)),
            Just(json!("string")),
            Just(json!("integer")),
            Just(json!("strnig")),
            Just(json!("(")),
            Just(json!([])),
            Just(json!(["a", "b"])),
            Just(json!(["a", "a"])),
            Just(json!(["string", "null"])),
            Just(json!(["string", "string"])),
            inner.clone(),
            inner.prop_map(|inner| json!({"a": inner})),
        ];
        let name = prop::sample::select(vec![
            "type",
            "enum",
            "const",
            "default",
            "title",
            "description",
            "format",
            "minimum",
            "exclusiveMaximum",
            "minLength",
            "maxItems",
            "required",
            "properties",
            "items",
            "additionalProperties",
            "pattern",
            "$ref",
            "$schema",
            "anyOf",
            "uniqueItems",
            "examples",
            "multipleOf",
            "$id",
        ]);
        prop::collection::vec((name, value), 0..4)
            .prop_map(|entries| entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    proptest! {
        #[test]
        fn what_is_plain_compiles(schema in schema()) {
            if is_plain(&schema) {
                prop_assert!(compile(&schema).is_ok(), "{schema}");
            }
        }

        #[test]
        fn what_is_certain_to_meet_a_schema_meets_it(schema in schema(), value in prop_oneof![
            Just(json!("string")), Just(json!("a")), Just(json!(3)), Just(json!(-1)), Just(json!(2.5)), Just(json!(true)),
        ]) {
            if is_plain(&schema) && certainly_meets(&value, &schema) {
                prop_assert!(compile(&schema).unwrap().is_valid(&value), "{value} of {schema}");
            }
        }
    }

    #[test]
    fn a_schema_as_tools_have_it_is_plain_and_its_defaults_are_certain() {
        let schema = json!({"type": "object", "required": ["a"], "additionalProperties": false, "properties": {
            "a": {"type": "string", "enum": ["x", "y"], "default": "x", "description": "One of two"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"q": {"type": ["number", "null"]}}}},
        }});
        assert!(is_plain(&schema));
        for property in ["a", "limit"] {
            let property = &schema["properties"][property];
            assert!(certainly_meets(&property["default"], property));
        }
        assert!(!certainly_meets(&json!("z"), &schema["properties"]["a"]));
        assert!(!certainly_meets(&json!(0), &schema["properties"]["limit"]));
        assert!(!is_plain(&json!({"properties": {"a": {"pattern": "("}}})));
    }

    #[test]
    fn a_validator_is_made_once_and_judges() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
        let schema = schema.as_object().unwrap();
        let compiled = Compiled::later();
        assert!(!compiled.of(schema).unwrap().is_valid(&json!({"a": "x"})));
        assert!(std::ptr::eq(compiled.of(schema).unwrap(), compiled.of(schema).unwrap()));
    }
}
