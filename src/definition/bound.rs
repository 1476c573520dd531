//! What becomes of a tool's arguments where a bundle fixes some of them.
//!
//! Only what clients are shown changes. A call is judged by the tool's whole schema, with the fixed values put in: so whatever
//! keywords go across arguments (`anyOf`, `dependentRequired`, `if`) still hold.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::tool::Tool;
use super::validator::certainly_meets;

/// Branches of a schema that speak of the same object, in lists and alone.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const SINGLE: [&str; 4] = ["if", "then", "else", "not"];

/// References may lead in a circle.
const DEEPEST: usize = 16;

type Schema = Map<String, Value>;

/// Whether an argument of that name is declared, also where only a branch of the schema does.
pub(super) fn declares(schema: &Schema, name: &str) -> bool {
    speaks_of(schema, schema, 0, &mut |schema| schema.get("properties").is_some_and(|all| all.get(name).is_some()))
}

/// Whether any of the schemas that speak of the same object as this one is such a one.
fn speaks_of(schema: &Schema, root: &Schema, depth: usize, such: &mut impl FnMut(&Schema) -> bool) -> bool {
    if depth > DEEPEST {
        return false;
    }
    if such(schema) {
        return true;
    }
    let lists = LISTS.iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let single = SINGLE.iter().filter_map(|key| schema.get(*key));
    let dependent = schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let branches = lists.chain(single).chain(dependent).filter_map(Value::as_object).chain(target(schema, root));
    let branches: Vec<&Schema> = branches.collect();
    branches.into_iter().any(|branch| speaks_of(branch, root, depth + 1, such))
}

/// What a `$ref` to the inside points to.
fn target<'a>(schema: &Schema, root: &'a Schema) -> Option<&'a Schema> {
    let mut at: Option<&Schema> = Some(root);
    let mut found = None;
    for part in schema.get("$ref")?.as_str()?.strip_prefix("#/")?.split('/') {
        found = at?.get(&part.replace("~1", "/").replace("~0", "~"));
        at = found?.as_object();
    }
    found?.as_object()
}

/// The schema without these arguments: no client is shown them, or asked for them.
#[must_use]
pub fn without(schema: &Schema, names: &Schema) -> Schema {
    let mut shown = schema.clone();
    strip(&mut shown, schema, names, 0);
    shown
}

fn strip(schema: &mut Schema, root: &Schema, names: &Schema, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !names.contains_key(name));
    }
    let mut needed = Vec::new();
    if let Some(dependent) = schema.get_mut("dependentRequired").and_then(Value::as_object_mut) {
        for name in names.keys() {
            // What is fixed is given, so what goes with it is required.
            needed.extend(dependent.shift_remove(name).and_then(|with| with.as_array().cloned()).unwrap_or_default());
        }
        dependent.values_mut().for_each(|with| forget(with, names));
    }
    if let Some(required) = schema.get_mut("required") {
        forget(required, names);
    }
    forget_in(&mut needed, names);
    if !needed.is_empty()
        && let Some(required) = schema.entry("required").or_insert_with(|| json!([])).as_array_mut()
    {
        required.extend(needed.into_iter().filter(|name| !required.contains(name)).collect::<Vec<_>>());
    }
    if schema.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        schema.shift_remove("required");
    }
    for key in LISTS {
        let branches = schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        branches.filter_map(Value::as_object_mut).for_each(|branch| strip(branch, root, names, depth + 1));
    }
    for key in SINGLE {
        if let Some(branch) = schema.get_mut(key).and_then(Value::as_object_mut) {
            strip(branch, root, names, depth + 1);
        }
    }
    if let Some(dependent) = schema.get_mut("dependentSchemas").and_then(Value::as_object_mut) {
        dependent.values_mut().filter_map(Value::as_object_mut).for_each(|branch| {
            strip(branch, root, names, depth + 1);
        });
    }
    let named = |part: &Schema| ["properties", "required"].iter().any(|key| names_any(part.get(*key), names));
    if let Some(target) = target(schema, root).filter(|target| speaks_of(target, root, depth, &mut { named })) {
        // Others may point there too, and mean another object.
        let mut own = target.clone();
        strip(&mut own, root, names, depth + 1);
        schema.shift_remove("$ref");
        if let Some(all) = schema.entry("allOf").or_insert_with(|| json!([])).as_array_mut() {
            all.push(Value::Object(own));
        }
    }
}

fn names_any(value: Option<&Value>, names: &Schema) -> bool {
    match value {
        Some(Value::Object(table)) => table.keys().any(|name| names.contains_key(name)),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).any(|name| names.contains_key(name)),
        _ => false,
    }
}

fn forget(list: &mut Value, names: &Schema) {
    if let Some(list) = list.as_array_mut() {
        forget_in(list, names);
    }
}

fn forget_in(list: &mut Vec<Value>, names: &Schema) {
    list.retain(|name| name.as_str().is_none_or(|name| !names.contains_key(name)));
}

/// Why the schema of that argument of a tool refuses a value; `None` where it takes it.
#[must_use]
pub fn refusal(tool: &Tool, name: &str, value: &Value) -> Option<String> {
    let property = tool.input.schema.get("properties").and_then(|properties| properties.get(name));
    if property.is_some_and(|property| certainly_meets(value, property)) {
        return None;
    }
    // One that does not compile was refused with its file.
    let validator = tool.input.validator().ok()?;
    fault_at(validator, name, value)
}

/// What a schema of arguments finds wrong within one of them.
pub(super) fn fault_at(validator: &Validator, name: &str, value: &Value) -> Option<String> {
    let arguments = json!({ name: value });
    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    validator.iter_errors(&arguments).find_map(|error| {
        let path = error.instance_path().as_str().to_owned();
        let inside = path.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        inside.then(|| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Schema {
        match value {
            Value::Object(object) => object,
            other => unreachable!("{other}"),
        }
    }

    fn shown(schema: Value) -> Value {
        Value::Object(without(&object(schema), &object(json!({"team": "Europe"}))))
    }

    #[test]
    fn what_is_bound_is_neither_shown_nor_required() {
        let schema = json!({
            "type": "object", "required": ["team", "query"], "additionalProperties": false,
            "properties": {"team": {"type": "string"}, "query": {"type": "string"}},
        });
        let expected = json!({
            "type": "object", "required": ["query"], "additionalProperties": false,
            "properties": {"query": {"type": "string"}},
        });
        assert_eq!(shown(schema), expected);
        let alone = shown(json!({"required": ["team"], "properties": {"team": {}}}));
        assert_eq!(alone, json!({"properties": {}}));
    }

    #[test]
    fn what_goes_with_it_becomes_required_and_branches_forget_it() {
        let schema = json!({
            "dependentRequired": {"team": ["why"], "query": ["team", "limit"]},
            "anyOf": [{"required": ["team", "a"], "properties": {"team": {"const": "x"}}}, {"$ref": "#/$defs/one"}],
            "$defs": {"one": {"required": ["team"], "properties": {"team": {"type": "string"}}}},
        });
        let expected = json!({
            "dependentRequired": {"query": ["limit"]},
            "anyOf": [{"required": ["a"], "properties": {}}, {"allOf": [{"properties": {}}]}],
            "$defs": {"one": {"required": ["team"], "properties": {"team": {"type": "string"}}}},
            "required": ["why"],
        });
        assert_eq!(shown(schema), expected);
    }

    #[test]
    fn an_argument_is_declared_wherever_the_schema_speaks_of_the_same_object() {
        let schema = object(json!({
            "properties": {"own": {}, "lines": {"items": {"properties": {"inner": {}}}}},
            "oneOf": [{"properties": {"branch": {}}}, {"$ref": "#/$defs/one"}],
            "$defs": {"one": {"$ref": "#/$defs/one", "properties": {"far": {}}}},
        }));
        for name in ["own", "branch", "far", "lines"] {
            assert!(declares(&schema, name), "{name}");
        }
        assert!(!declares(&schema, "inner") && !declares(&schema, "items"));
    }
}
