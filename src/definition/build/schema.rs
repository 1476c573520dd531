//! Any JSON Schema that an author wrote: its keywords, its references, the meta-schema, its own defaults.

use std::cell::RefCell;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::source::{Node, Table, did_you_mean, nearest};

use super::super::bound::fault_at;
use super::super::validator::{TYPES, compile, is_plain};
use super::Builder;
use super::published::VERBATIM;

/// The keywords whose values are schemas: one, a list, or a table of them.
const SCHEMA: &[&str] = &[
    "additionalProperties",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
const SCHEMAS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
const SCHEMA_TABLES: &[&str] = &["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// The other keywords of the 2020-12 draft.
const KEYWORDS: &[&str] = &[
    "$schema",
    "$id",
    "$ref",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$comment",
    "$vocabulary",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "format",
    "contentMediaType",
    "contentEncoding",
    "dependencies",
    super::header::HEADER,
];

impl Builder<'_> {
    /// What the meta-schema does not say, all the way down; `closed`: what `required` names has to be declared.
    pub(super) fn keywords(&mut self, node: &Node, root: &Node, closed: bool) {
        let Some(table) = node.as_table() else { return };
        for (key, place, value) in table.iter() {
            if matches!(key, "$ref" | "$dynamicRef") {
                self.reference(key, value, root);
            }
            let known = SCHEMA.iter().chain(SCHEMAS).chain(SCHEMA_TABLES).chain(KEYWORDS).copied();
            if !known.clone().any(|known| known == key)
                && let Some(near) = nearest(key, known)
            {
                self.sink
                    .warning(place, format!("`{key}` is not a keyword of JSON Schema"))
                    .hint(format!("did you mean `{near}`?"));
            }
        }
        subschemas(table).for_each(|inner| self.keywords(inner, root, closed));
        if closed {
            self.required_exist(table);
        }
    }

    /// References stay inside, and point to something.
    fn reference(&mut self, key: &str, value: &Node, root: &Node) {
        let Some(target) = value.as_str() else { return };
        match target.strip_prefix('#') {
            None => {
                self.sink
                    .error(&value.place, format!("`{key}` points outside: nothing is fetched over the network"))
                    .hint("put the schema under `$defs` and refer to it with `#/$defs/…`");
            }
            Some(pointer) if pointer.starts_with('/') && !pointer.contains('%') && root.pointer(pointer).is_none() => {
                let names = root.child("$defs").and_then(Node::as_table).into_iter().flat_map(Table::iter);
                let last = pointer.rsplit('/').next().unwrap_or_default();
                let hint = nearest(last, names.map(|(name, _, _)| name)).map_or_else(
                    || "put the schema under `$defs`".to_owned(),
                    |near| format!("did you mean `#/$defs/{near}`?"),
                );
                self.sink.error(&value.place, format!("`{key}` points to nothing: `{target}`")).hint(hint);
            }
            Some(_) => {}
        }
    }

    /// `required` names what `properties` declares, where nothing else could declare it.
    fn required_exist(&mut self, table: &Table) {
        let Some(properties) = table.get("properties").and_then(Node::as_table) else { return };
        let open =
            VERBATIM.iter().chain(&["additionalProperties", "patternProperties"]).any(|key| table.get(key).is_some());
        let required = table.get("required").and_then(Node::as_array).unwrap_or_default();
        for node in required.iter().filter(|_| !open) {
            let Some(name) = node.as_str().filter(|name| properties.get(name).is_none()) else { continue };
            let hint = did_you_mean(name, properties.iter().map(|(name, _, _)| name))
                .unwrap_or_else(|| "declare it under `properties`".to_owned());
            self.sink.missing(
                &node.place,
                format!("`required` names `{name}`, which `properties` does not declare"),
                hint,
            );
        }
    }

    /// What the meta-schema of the 2020-12 draft says against the schema that stands under that key.
    pub(super) fn meta_schema(&mut self, node: &Node, key: &str) {
        if let Some(draft) = node.child("$schema").filter(|draft| {
            draft
                .as_str()
                .is_some_and(|draft| draft.trim_end_matches('#') != "https://json-schema.org/draft/2020-12/schema")
        }) {
            self.sink
                .error(&draft.place, format!("`{key}` is a JSON Schema of the 2020-12 draft"))
                .hint(format!("leave `$schema` out of `{key}`"));
            return;
        }
        for (pointer, message) in meta_errors(&node.to_json()) {
            let at = node.along_pointer(&pointer);
            if pointer.ends_with("/type")
                && let Some(word) = at.as_str()
            {
                let hint = nearest(word, TYPES.iter().copied()).map_or_else(
                    || format!("it is one of `{}`", TYPES.join("`, `")),
                    |near| format!("did you mean `\"{near}\"`?"),
                );
                self.sink.error(&at.place, format!("bad JSON Schema: there is no type `{word}`")).hint(hint);
                continue;
            }
            let hint = slip(at, &pointer, key);
            self.sink.error(&at.place, format!("bad JSON Schema at `{pointer}`: {message}")).hint_if(hint);
        }
    }

    /// A schema that was written there, compiled, and its defaults held against it.
    pub(super) fn validator(&mut self, schema: &Value, written: &Table, node: &Node) -> Option<Validator> {
        match compile(schema) {
            Ok(validator) => {
                self.defaults(written, &validator);
                Some(validator)
            }
            Err(error) => {
                let at = node.along_pointer(error.instance_path().as_str());
                match at.child("pattern").or(Some(at)).filter(|_| error.to_string().contains("regex")) {
                    Some(pattern) => self.sink.error(&pattern.place, "`pattern` is not a regular expression"),
                    None => self.sink.error(&at.place, format!("bad JSON Schema: {error}")),
                };
                None
            }
        }
    }

    /// A default that the argument's own schema refuses would make every call without it fail.
    fn defaults(&mut self, written: &Table, validator: &Validator) {
        for (name, default, _) in defaults(written) {
            let fault = fault_at(validator, name, &default.to_json());
            if let Some(fault) = fault {
                self.sink
                    .error(&default.place, format!("the default of `{name}` does not meet its own schema: {fault}"))
                    .hint("correct the default, or the schema");
            }
        }
    }
}

/// The schemas directly inside a schema.
pub(in crate::definition) fn subschemas(table: &Table) -> impl Iterator<Item = &Node> {
    table.iter().flat_map(|(key, _, value)| -> Vec<&Node> {
        if SCHEMA.contains(&key) {
            vec![value]
        } else if SCHEMAS.contains(&key) {
            value.as_array().unwrap_or_default().iter().collect()
        } else if SCHEMA_TABLES.contains(&key) {
            value.as_table().into_iter().flat_map(Table::iter).map(|(_, _, item)| item).collect()
        } else {
            Vec::new()
        }
    })
}

/// The properties with a default: their names, the default and the schema. Those of the server are put right, not judged.
pub(super) fn defaults(written: &Table) -> impl Iterator<Item = (&str, &Node, &Node)> {
    let properties = written.get("properties").and_then(Node::as_table);
    properties
        .into_iter()
        .flat_map(Table::iter)
        .filter(|(name, _, _)| !matches!(*name, "limit" | "offset"))
        .filter_map(|(name, _, property)| Some((name, property.child("default")?, property)))
}

/// What a person most likely meant where a keyword has the wrong type.
fn slip(at: &Node, pointer: &str, key: &str) -> Option<String> {
    let mut above = pointer.rsplit('/');
    let (name, around) = (above.next()?, above.next()?);
    if name == "required" && at.as_bool().is_some() {
        return Some(format!("`required` is a list of names beside `properties`: `required = [\"{around}\"]`"));
    }
    if around != "properties" {
        return None;
    }
    if name == "required" && at.as_array().is_some() {
        return Some(format!("`required` stands beside `properties`, in `[tool.{key}]`, above the table `properties`"));
    }
    let kind = at.as_str().map(|word| if TYPES.contains(&word) { word } else { "string" })?;
    Some(format!("write `{name} = {{ type = \"{kind}\", description = \"…\" }}`"))
}

/// What the meta-schema finds: JSON pointer and message.
fn meta_errors(schema: &Value) -> Vec<(String, String)> {
    if is_plain(schema) || jsonschema::draft202012::meta::is_valid(schema) {
        return Vec::new();
    }
    thread_local! {
        // The one of the library says only whether there is an error. Compiling another is expensive, and rarely needed.
        static META: RefCell<Option<Validator>> = const { RefCell::new(None) };
    }
    META.with_borrow_mut(|meta| {
        if meta.is_none() {
            let reference = json!({ "$ref": "https://json-schema.org/draft/2020-12/schema" });
            *meta = jsonschema::options().with_draft(Draft::Draft202012).offline().build(&reference).ok();
        }
        let errors = meta.iter().flat_map(|meta| meta.iter_errors(schema));
        let mut found: Vec<_> = Vec::new();
        for error in errors {
            let pointer = error.instance_path().as_str().to_owned();
            // The meta-schema says many things about one value; the first is enough.
            if !found.iter().any(|(other, _)| *other == pointer) {
                found.push((pointer, error.to_string()));
            }
        }
        found
    })
}
