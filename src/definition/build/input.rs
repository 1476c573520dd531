//! `input`: the JSON Schema of the arguments, as the author wrote it and as clients see it.

use std::cell::RefCell;
use std::sync::Arc;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::source::{Node, Place, Table, nearest};

use super::super::bound::fault_at;
use super::super::tool::{Input, Paging};
use super::super::validator::{Compiled, TYPES, certainly_meets, compile, is_plain};
use super::Builder;
use super::scope::Argument;

/// Where one of these stands, the schema stays as the author wrote it.
const VERBATIM: &[&str] =
    &["allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef", "unevaluatedProperties", "dependentSchemas"];

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
    /// The arguments, and with them the names that templates may use.
    pub(super) fn input(
        &mut self,
        table: &Table,
        paging: Option<Paging>,
        clear: &[String],
        plan: bool,
        tool: &Place,
    ) -> Option<Input> {
        self.scope.paging = paging.is_some();
        let empty = Node { value: crate::source::NodeValue::Table(Table::default()), place: tool.clone() };
        let node = table.get("input").unwrap_or(&empty);
        let written = node.as_table()?;
        let errors = self.sink.errors();
        self.schema(node, node);
        self.headers(node);
        let author = written.to_json();
        self.meta(node);
        self.arguments(node, written, paging.is_some());
        if self.sink.errors() > errors {
            return None;
        }
        let mut schema = prepared(author);
        let paging = paging.map(|paging| add_paging(&mut schema, paging));
        if !clear.is_empty() {
            add_clear(&mut schema, clear);
        }
        if plan {
            add_plan(&mut schema);
        }
        let schema = Value::Object(schema);
        let compiled = self.compiled(node, written, &schema)?;
        let Value::Object(schema) = schema else { return None };
        Some(Input { schema: Arc::new(schema), compiled, paging, plan })
    }

    /// The schema compiled, or left for later where that is certain to succeed and nothing here needs it.
    fn compiled(&mut self, node: &Node, written: &Table, schema: &Value) -> Option<Compiled> {
        if is_plain(schema)
            && defaults(written).all(|(_, default, property)| certainly_meets(&default.to_json(), &property.to_json()))
        {
            return Some(Compiled::later());
        }
        self.validator(schema, written, node).map(Compiled::from)
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

    /// What the meta-schema does not say, all the way down.
    fn schema(&mut self, node: &Node, root: &Node) {
        self.keywords(node, root, true);
    }

    /// The same of any schema; `closed`: what `required` names has to be declared.
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
            let hint = nearest(name, properties.iter().map(|(name, _, _)| name))
                .map_or_else(|| "declare it under `properties`".to_owned(), |near| format!("did you mean `{near}`?"));
            self.sink.missing(
                &node.place,
                format!("`required` names `{name}`, which `properties` does not declare"),
                hint,
            );
        }
    }

    /// Against the meta-schema of the 2020-12 draft.
    fn meta(&mut self, node: &Node) {
        if let Some(kind) = node.child("type").filter(|kind| kind.as_str() != Some("object")) {
            self.sink
                .error(&kind.place, "the arguments of a tool are an object")
                .hint("`type = \"object\"` may be left out of `input`");
            return;
        }
        self.meta_schema(node, "input");
    }

    /// The same for the schema that stands under that key.
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

    /// The names of the arguments.
    fn arguments(&mut self, node: &Node, written: &Table, paging: bool) {
        let optional = |name: &str, property: &Node| {
            let required = written.get("required").and_then(Node::as_array).unwrap_or_default();
            !required.iter().any(|item| item.as_str() == Some(name)) && property.child("default").is_none()
        };
        let mut found: Vec<(String, Place, bool)> = Vec::new();
        properties(node, node, 0, &mut |name, place, property| {
            if !found.iter().any(|(other, _, _)| other == name) {
                found.push((name.to_owned(), place.clone(), optional(name, property)));
            }
        });
        for (name, place, optional) in found {
            match name.as_str() {
                "plan" | "clear" => {
                    self.sink
                        .error(&place, format!("an argument cannot be called `{name}`"))
                        .hint("the server adds an argument of that name where it is needed; rename this one");
                }
                "limit" | "offset" if !paging => {
                    self.sink.error(&place, format!("an argument cannot be called `{name}` here")).hint(
                        "the name is that of paging, which this operation does not have; rename it, e.g. `max_rows`",
                    );
                }
                "limit" | "offset" => {
                    self.scope.used.insert(name.clone());
                    if let Some(own) = node.child("properties").and_then(|properties| properties.child(&name)) {
                        self.own_paging(&name, own);
                    }
                }
                _ => {}
            }
            self.scope.arguments.insert(name, Argument { place, optional });
        }
        let closed = written.get("additionalProperties").is_none_or(|node| node.as_bool() == Some(false));
        let verbatim = ["unevaluatedProperties", "patternProperties"].iter().any(|key| written.get(key).is_some());
        self.scope.open = !closed || verbatim;
    }

    /// An author's own `limit` or `offset` says what it is for and its default; its type and bounds are the operation's.
    fn own_paging(&mut self, name: &str, own: &Node) {
        for (key, place, value) in own.as_table().into_iter().flat_map(Table::iter) {
            let wrong = match key {
                "description" => continue,
                "default" if value.as_integer().is_some_and(|number| number >= 0) => continue,
                "type" if value.as_str() == Some("integer") => continue,
                "default" | "type" => format!("the argument `{name}` is a whole number: this `{key}` does not fit"),
                _ => format!("`{key}` of the argument `{name}` would be ignored: the operation decides it"),
            };
            self.sink.error(place, wrong).hint(match name {
                "limit" => {
                    "its own are `description` and `default`; the most is said in the operation, `limit = { max = 50 }`"
                }
                _ => "its own are `description` and `default`",
            });
        }
    }

    /// Warns of declared arguments that no template names. Not where something else is wrong (`errors`): a misspelt name would
    /// then be told twice.
    pub(super) fn unused_arguments(&mut self, table: &Table, errors: bool) {
        // Without an operation nothing could have used them.
        let operation = super::OPERATIONS.iter().find(|key| table.get(key).is_some());
        let known = |key: &str| super::super::language::TOOL.key(key).is_some_and(|key| key.carried_out);
        if self.scope.all_used || errors || !operation.is_some_and(|key| known(key)) {
            return;
        }
        let unused = self.scope.arguments.iter().filter(|(name, _)| !self.scope.used.contains(*name));
        for (name, argument) in unused {
            let hint = if crate::template::is_reserved(name) {
                format!("`{name}` has a meaning of its own in templates: the argument is `{{{{ args.{name} }}}}`")
            } else if crate::template::is_identifier(name) {
                format!("use `{{{{ {name} }}}}` in the operation, or remove it from `input`")
            } else {
                format!("use `{{{{ args[\"{name}\"] }}}}` in the operation, or remove it from `input`")
            };
            self.sink.warning(&argument.place, format!("nothing uses the argument `{name}`")).hint(hint);
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
fn defaults(written: &Table) -> impl Iterator<Item = (&str, &Node, &Node)> {
    let properties = written.get("properties").and_then(Node::as_table);
    properties
        .into_iter()
        .flat_map(Table::iter)
        .filter(|(name, _, _)| !matches!(*name, "limit" | "offset"))
        .filter_map(|(name, _, property)| Some((name, property.child("default")?, property)))
}

/// Every property of the root object, also those that its branches declare.
fn properties(node: &Node, root: &Node, depth: usize, found: &mut impl FnMut(&str, &Place, &Node)) {
    if depth > 16 {
        return;
    }
    if let Some(table) = node.child("properties").and_then(Node::as_table) {
        for (name, place, property) in table.iter() {
            found(name, place, property);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for branch in node.child(key).and_then(Node::as_array).unwrap_or_default() {
            properties(branch, root, depth + 1, found);
        }
    }
    for key in ["then", "else", "if"] {
        if let Some(branch) = node.child(key) {
            properties(branch, root, depth + 1, found);
        }
    }
    for (_, _, branch) in node.child("dependentSchemas").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
        properties(branch, root, depth + 1, found);
    }
    if let Some(target) = node.child("$ref").and_then(Node::as_str).and_then(|target| target.strip_prefix('#')) {
        let target = root.along_pointer(target);
        if !std::ptr::eq(target, root) {
            properties(target, root, depth + 1, found);
        }
    }
}

/// What the meta-schema finds: JSON pointer and message.
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
    at.as_str().filter(|word| TYPES.contains(word)).map(|word| format!("write `{name} = {{ type = \"{word}\" }}`"))
}

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

/// The schema that clients see: `type`, `properties`, and no arguments but the declared ones.
fn prepared(author: Map<String, Value>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    let verbatim = VERBATIM.iter().any(|key| author.contains_key(*key));
    let closes = !verbatim && !author.contains_key("additionalProperties") && !author.contains_key("patternProperties");
    schema.extend(author);
    schema.entry("properties").or_insert_with(|| json!({}));
    if !verbatim {
        close_children(&mut schema);
    }
    if closes {
        schema.insert("additionalProperties".into(), json!(false));
    }
    schema
}

/// The same for the objects inside, reached through `properties` and `items` only.
///
/// An object without declared properties takes any: closed, it could only be empty.
fn close(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if VERBATIM.iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    close_children(schema);
    let open = ["additionalProperties", "patternProperties"].iter().any(|key| schema.contains_key(*key));
    if !open && schema.get("properties").is_some_and(Value::is_object) {
        schema.insert("additionalProperties".into(), json!(false));
    }
}

fn close_children(schema: &mut Map<String, Value>) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(close);
    }
    if let Some(items) = schema.get_mut("items") {
        close(items);
    }
}

/// Adds `clear`.
fn add_clear(schema: &mut Map<String, Value>, words: &[String]) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let clear = json!({
        "type": "array", "items": { "type": "string", "enum": words }, "description": "What to empty",
    });
    properties.insert("clear".into(), clear);
}

/// Adds `plan`.
fn add_plan(schema: &mut Map<String, Value>) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let plan = json!({ "type": "string", "description": "Id of a plan the user agreed to" });
    properties.insert("plan".into(), plan);
}

/// Adds `limit` and `offset`. An author's own keep their description and default.
fn add_paging(schema: &mut Map<String, Value>, paging: Paging) -> Paging {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return paging };
    let own = |properties: &Map<String, Value>, name: &str, key: &str| {
        properties.get(name).and_then(|own| own.get(key)).cloned()
    };
    let default = own(properties, "limit", "default").and_then(|default| u32::try_from(default.as_i64()?).ok());
    let paging = Paging { default: default.unwrap_or(paging.default).min(paging.max).max(1), max: paging.max };
    let description = own(properties, "limit", "description").unwrap_or_else(|| json!("How many to return"));
    // Neither needs a least value or what goes without saying: both are put right before the schema sees them.
    let limit = json!({
        "type": "integer", "description": description, "default": paging.default, "maximum": paging.max,
    });
    let description = own(properties, "offset", "description").unwrap_or_else(|| json!("How many to skip"));
    let mut offset = Map::from_iter([("type".to_owned(), json!("integer")), ("description".to_owned(), description)]);
    offset.extend(
        own(properties, "offset", "default").filter(Value::is_u64).map(|default| ("default".to_owned(), default)),
    );
    properties.insert("limit".into(), limit);
    properties.insert("offset".into(), Value::Object(offset));
    paging
}
