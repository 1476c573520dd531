//! What counts as given, line by line.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::operation::conditions::tests::any_json;

fn run(schema: &Value, arguments: Value, paging: Option<Paging>) -> Result<Value, Error> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    put_right(arguments.as_object().unwrap().clone(), schema.as_object().unwrap(), &validator, paging, &Map::new())
        .map(Value::Object)
}

fn right(schema: Value, arguments: Value) -> Value {
    run(&schema, arguments, None).unwrap()
}

fn properties(properties: Value) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

#[test]
fn null_is_not_given_unless_the_schema_allows_it() {
    let schema =
        properties(json!({"a": {"type": "string"}, "b": {"type": ["string", "null"]}, "c": {}, "d": {"enum": ["x"]},
        "e": {"anyOf": [{"type": "null"}, {"type": "string"}]}}));
    let given = json!({"a": null, "b": null, "c": null, "d": null, "e": null});
    assert_eq!(right(schema, given), json!({"b": null, "c": null, "e": null}));
}

#[test]
fn empty_texts_and_lists_are_not_given_unless_required_or_said() {
    let schema = json!({"type": "object", "required": ["r"], "properties": {
        "a": {"type": "string"}, "b": {"type": "array"}, "r": {"type": "string"},
        "z": {"type": "string", "minLength": 0}, "y": {"type": "array", "minItems": 0}, "n": {"type": "integer"}}});
    let given = json!({"a": "", "b": [], "r": "", "z": "", "y": [], "n": ""});
    assert_eq!(right(schema.clone(), given), json!({"r": "", "z": "", "y": []}));
    assert_eq!(right(schema, json!({"r": "x", "b": "[]"})), json!({"r": "x"}));
}

#[test]
fn in_an_object_without_declared_properties_everything_is_given() {
    let schema = properties(json!({"values": {"type": "object"}}));
    let given = json!({"values": {"a": null, "b": "", "c": [], "d": "12"}});
    assert_eq!(right(schema, given.clone()), given);
}

#[test]
fn what_converts_without_loss_is_converted_at_every_depth() {
    let schema = properties(json!({
        "i": {"type": "integer"}, "f": {"type": "number"}, "b": {"type": "boolean"}, "s": {"type": "string"},
        "l": {"type": "array", "items": {"type": "integer"}}, "o": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "string"}}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"qty": {"type": "number"}, "note": {"type": "string"}}}},
        "two": {"type": ["integer", "string"]}, "domain": {"type": "string"}}));
    let given = json!({"i": 7.0, "f": "1.5", "b": "True", "s": 12, "l": "[1, \"2\"]", "o": "{\"x\": \"3\", \"y\": null}",
        "lines": [{"qty": "2", "note": ""}], "two": "12", "domain": [["name", "=", "x"]]});
    assert_eq!(
        right(schema.clone(), given),
        json!({"i": 7, "f": 1.5, "b": true, "s": "12", "l": [1, 2], "o": {"x": 3}, "lines": [{"qty": 2}], "two": "12",
            "domain": "[[\"name\",\"=\",\"x\"]]"})
    );
    assert_eq!(right(schema.clone(), json!({"l": 5, "i": "12"})), json!({"l": [5], "i": 12}));
    for (name, lossy) in
        [("i", json!("7.5")), ("i", json!(true)), ("b", json!("yes")), ("s", json!(["a"])), ("s", json!(true))]
    {
        assert!(run(&schema, json!({ name: lossy }), None).is_err(), "{name}");
    }
}

#[test]
fn defaults_fill_in_at_every_depth() {
    let schema = properties(json!({
        "a": {"type": "integer", "default": 5},
        "o": {"type": "object", "default": {}, "properties": {"x": {"type": "string", "default": "y"}}},
        "l": {"type": "array", "items": {"type": "object", "properties": {"q": {"default": 1}}}}}));
    assert_eq!(right(schema, json!({"a": null, "l": [{}]})), json!({"l": [{"q": 1}], "a": 5, "o": {"x": "y"}}));
}

#[test]
fn limit_is_clamped_and_never_refused() {
    let schema = properties(
        json!({"limit": {"type": "integer", "minimum": 1, "maximum": 100}, "offset": {"type": "integer", "minimum": 0}}),
    );
    let paging = Some(Paging { default: 20, max: 100 });
    let limited = |given: Value| run(&schema, given, paging).unwrap();
    assert_eq!(limited(json!({})), json!({"limit": 20, "offset": 0}));
    assert_eq!(limited(json!({"limit": 0, "offset": -3})), json!({"limit": 1, "offset": 0}));
    assert_eq!(limited(json!({"limit": "500", "offset": "40"})), json!({"limit": 100, "offset": 40}));
    assert_eq!(limited(json!({"limit": 1e30})), json!({"limit": 100, "offset": 0}));
    assert!(run(&schema, json!({"limit": "many"}), paging).is_err());
    let own = properties(json!({"limit": {"type": "integer", "default": 5}}));
    assert_eq!(run(&own, json!({}), paging).unwrap(), json!({"limit": 5}));
}

#[test]
fn every_fault_is_named_with_its_path() {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["customer", "lines"], "properties": {
        "customer": {"type": "string"}, "state": {"enum": ["draft", "sale"]}, "query": {"type": "string"},
        "lines": {"type": "array", "items": {"type": "object", "additionalProperties": false,
            "properties": {"product": {"type": "integer"}}}}}});
    let error = run(&schema, json!({"qurey": "x", "state": "done", "lines": [{"product": "a"}, {"prodct": 1}]}), None)
        .unwrap_err();
    assert_eq!(error.kind, crate::odoo::Kind::InvalidArguments);
    for part in [
        "`customer` is missing",
        "`qurey` is not known; did you mean `query`?",
        "`state` takes one of `draft`, `sale`, not `done`",
        "`lines[0].product` takes a whole number, not `a`",
        "`lines[1].prodct` is not known; did you mean `product`?",
    ] {
        assert!(error.message.contains(part), "{part}\n{}", error.message);
    }
    let hint = error.hint.unwrap();
    assert_eq!(hint, "The arguments are `customer` (required), `state`, `query`, `lines` (required).");
}

#[test]
fn a_flood_of_faults_stays_readable() {
    let schema = properties(json!({}));
    let flood: Map<String, Value> =
        (0..5000).map(|number| (format!("{number}{}", "x".repeat(500)), json!(1))).collect();
    let error = run(&schema, Value::Object(flood), None).unwrap_err();
    assert!(error.message.len() < 6000, "{}", error.message.len());
}

proptest! {
    #[test]
    fn nothing_panics_and_what_passes_fits_the_schema(value in any_json(), other in any_json()) {
        let schema = properties(json!({
            "i": {"type": "integer"}, "l": {"type": "array", "items": {"type": "number"}},
            "o": {"type": "object", "properties": {"id": {"type": "boolean"}, "name": {"type": "string", "default": "x"}}}}));
        for name in ["i", "l", "o", "zz"] {
            if let Ok(right) = run(&schema, json!({name: value, "l": other}), None) {
                prop_assert!(jsonschema::draft202012::is_valid(&schema, &right));
                prop_assert_eq!(&run(&schema, right.clone(), None).unwrap(), &right, "putting right twice changes nothing");
            }
        }
    }
}

fn with_bound(schema: &Value, arguments: Value, bound: Value) -> Result<Value, Error> {
    let Value::Object(bound) = bound else { unreachable!() };
    let whole = schema.as_object().unwrap();
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let shown = crate::definition::bound::without(whole, &bound);
    put_right(arguments.as_object().unwrap().clone(), &shown, &validator, None, &bound).map(Value::Object)
}

#[test]
fn what_is_bound_is_put_in_as_it_is_and_is_nobodys_to_set() {
    let mut schema = properties(json!({"team": {"type": "string"}, "query": {"type": "string"}}));
    schema["required"] = json!(["team"]);
    let bound = || json!({"team": ""});
    let given = with_bound(&schema, json!({"query": "x"}), bound()).unwrap();
    assert_eq!(given, json!({"query": "x", "team": ""}), "also what would not count as given");
    for team in [json!("Asia"), json!(""), json!(null)] {
        let error = with_bound(&schema, json!({"team": team}), bound()).unwrap_err();
        let usual = run(&properties(json!({"query": {"type": "string"}})), json!({"team": "Asia"}), None).unwrap_err();
        assert_eq!((error.kind, &error.message, &error.hint), (usual.kind, &usual.message, &usual.hint));
    }
    schema["additionalProperties"] = json!(true);
    assert!(with_bound(&schema, json!({"team": "Asia"}), bound()).is_err(), "where any argument is let in, too");
}

#[test]
fn keywords_across_arguments_see_what_is_bound() {
    let schema = json!({
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}], "dependentRequired": {"a": ["c"]},
    });
    let right = with_bound(&schema, json!({"c": "x"}), json!({"a": "y"})).unwrap();
    assert_eq!(right, json!({"c": "x", "a": "y"}));
    assert!(with_bound(&schema, json!({}), json!({"a": "y"})).unwrap_err().message.contains("`c` is missing"));
}
