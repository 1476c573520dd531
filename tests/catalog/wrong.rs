//! Wrong input, for every tool: what its published schema forbids, and what the table of `meanings.rs` adds to it. Each wrong call differs from
//! the sensible one of `calls.rs` in one argument, is answered with the right kind of error, and writes nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::calls::{self, CALLS, Call};
use crate::client::{Server, Target};
use crate::meanings::{MEANINGS, Meaning};

const NOBODY: &str = "Nobody & Sons of Nowhere";
const NO_ID: u32 = 99_999_999;
/// What the server adds to a schema by itself; a `limit` is clamped, never refused.
const ADDED: &[&str] = &["limit", "offset", "plan", "clear"];

/// An argument's place, with dots inside lists of objects, and a value that is wrong there.
type Fault = (String, Value);

/// Every value that the schema of an argument forbids.
fn faults(path: &str, schema: &Value, required: bool, found: &mut Vec<Fault>) {
    let mut add = |value| found.push((path.to_owned(), value));
    let of_nothing: &[Value] = match schema["type"].as_str().unwrap_or_default() {
        "string" => &[json!({"many": "words"})],
        "integer" => &[json!("many words"), json!(1.5), json!([])],
        "array" if schema["items"]["type"] == "string" => &[json!([{"many": "words"}]), json!({"many": "words"})],
        "number" | "boolean" | "array" | "object" => &[json!("many words")],
        other => panic!("{path} has the type {other:?}"),
    };
    // An empty list is not given where it need not be.
    of_nothing.iter().filter(|value| required || **value != json!([])).cloned().for_each(&mut add);
    if !ADDED[..2].contains(&path) {
        let bound = |key: &str, by: f64| schema[key].as_f64().map(|bound| json!(bound + by));
        [
            bound("minimum", -1.0),
            bound("exclusiveMinimum", 0.0),
            bound("exclusiveMinimum", -1.0),
            bound("maximum", 1.0),
        ]
        .into_iter()
        .flatten()
        .for_each(&mut add);
    }
    if schema.get("enum").is_some() {
        add(json!("none of these"));
    }
    if schema["items"].get("enum").is_some() {
        add(json!(["none of these"]));
    }
    if required {
        add(Value::Null);
        if schema["minLength"].as_u64() > Some(0) {
            add(json!(""));
        }
        if schema["minItems"].as_u64() > Some(0) {
            add(json!([]));
        }
    }
    if schema["items"]["type"] == "object" {
        properties(&format!("{path}."), &schema["items"], &mut |path, schema, required| {
            faults(path, schema, required, found);
        });
        found.push((format!("{path}.no_such_argument"), json!(1)));
    }
}

/// Each property of a schema: its path, its own schema, whether it is required.
fn properties(prefix: &str, schema: &Value, each: &mut dyn FnMut(&str, &Value, bool)) {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        each(&format!("{prefix}{name}"), property, required(name));
    }
}

/// The arguments with another value in one place.
fn with(arguments: &Value, path: &str, value: Value) -> Value {
    let mut arguments = arguments.clone();
    let place =
        path.split('.').fold(&mut arguments, |at, name| if at.is_array() { &mut at[0][name] } else { &mut at[name] });
    *place = value;
    arguments
}

/// The arguments whose schema does not say all: texts and lists of them, ids, amounts that may be negative.
fn with_meaning(prefix: &str, schema: &Value, found: &mut Vec<(String, Value)>) {
    properties(prefix, schema, &mut |path, property, _| {
        let items = &property["items"];
        let bounded = ["minimum", "exclusiveMinimum"].iter().any(|key| property.get(key).is_some());
        if items["type"] == "object" {
            with_meaning(&format!("{path}."), items, found);
        } else if !(ADDED.contains(&path)
            || property.get("enum").is_some()
            || property["type"] == "boolean"
            || bounded && !path.ends_with("id"))
        {
            found.push((path.to_owned(), property.clone()));
        }
    });
}

/// Whether a property says itself that it is a day.
fn is_day(path: &str, property: &Value) -> bool {
    let named = path.ends_with("_after")
        || path.ends_with("_before")
        || ["date", "deadline", "since", "until"].iter().any(|word| path.contains(word));
    let description = property["description"].as_str().unwrap_or_default().to_lowercase();
    property["type"] == "string" && (named || description.contains("2026-") || description.contains(" day"))
}

/// What every listed tool takes has its meaning in the table, and the table names nothing else.
fn check_meanings(tool: &str, schema: &Value, meanings: &[(&str, Meaning)], failed: &mut Vec<String>) {
    let mut listed = Vec::new();
    with_meaning("", schema, &mut listed);
    let given: BTreeSet<&str> = listed.iter().map(|(path, _)| path.as_str()).collect();
    let known: BTreeSet<&str> = meanings.iter().map(|(path, _)| *path).collect();
    for path in given.symmetric_difference(&known) {
        failed.push(format!("{tool}: `{path}` is in the schema or in the table of meanings, not in both"));
    }
    for (path, property) in &listed {
        let day = meanings.iter().any(|(known, meaning)| known == path && matches!(meaning, Meaning::Day));
        if day != is_day(path, property) {
            failed.push(format!("{tool}: either `{path}` is a day or it is not: {property}"));
        }
    }
}

/// The calls of one tool, and what went otherwise than it should.
struct Calls<'a> {
    server: &'a mut Server,
    call: &'a Call,
    version: u32,
    arguments: Value,
    failed: Vec<String>,
    made: usize,
}

impl Calls<'_> {
    /// The answer, or the error.
    fn answer(&mut self, arguments: &Value) -> Result<Value, Value> {
        self.made += 1;
        let response = self.server.request("tools/call", json!({"name": self.call.tool, "arguments": arguments}));
        let blocks = response["result"]["content"].as_array().cloned().unwrap_or_default();
        let texts = blocks.iter().filter_map(|block| block["text"].as_str());
        let body = texts
            .filter_map(|text| serde_json::from_str::<Value>(text.get(text.find('{')?..)?).ok())
            .next()
            .unwrap_or_else(|| response.clone());
        let failed = response.get("error").is_some() || response["result"]["isError"] == true;
        if failed { Err(body) } else { Ok(body) }
    }

    /// What this tool could have written: of one that creates, the records it would have made; of one that updates, deletes or calls
    /// something, what its record holds.
    fn state(&mut self) -> Value {
        let (model, domain) = match self.call.creates {
            Some(model) => {
                let field = if model == "sale.order" { "client_order_ref" } else { "name" };
                let given =
                    ["name", "subject", "title", "reference"].iter().find_map(|key| self.arguments[key].as_str());
                let name = given.or_else(|| self.arguments["values"]["name"].as_str());
                (model, json!([[field, "=", name.expect("what is created can be told apart")]]))
            }
            None => match writes(self.call.tool, &self.arguments) {
                Some((model, ids)) => (model, json!([["id", "in", ids]])),
                None => return Value::Null,
            },
        };
        let arguments = json!({"model": model, "domain": domain.to_string(), "order": "id desc", "limit": 200});
        let answer = self.server.call("probe_search", arguments);
        if self.call.creates.is_some() { json!(answer["total"]) } else { json!(answer["records"]) }
    }

    fn fail(&mut self, arguments: &Value, what: &str, answer: &Value) {
        let answer: String = answer.to_string().chars().take(400).collect();
        self.failed.push(format!("{} {arguments} {what}, but: {answer}", self.call.tool));
    }

    /// The error of a call with this value, which has to be of this kind and to name all of these.
    fn refused(&mut self, path: &str, value: Value, kind: &str, named: &[&str]) -> Option<Value> {
        let arguments = with(&self.arguments, path, value);
        let answer = self.answer(&arguments);
        let (Ok(body) | Err(body)) = &answer;
        let text = format!("{} {}", body["message"], body["hint"]);
        if answer.is_err()
            && body["kind"] == kind
            && body["applied"] == "no"
            && !text.contains("Traceback")
            && named.iter().all(|name| text.contains(name))
        {
            return Some(body.clone());
        }
        self.fail(&arguments, &format!("is {kind} and names {named:?}"), body);
        if let Ok(Value::Object(created)) = &answer {
            calls::remove(self.server, self.call, created);
        }
        None
    }

    /// What the table says of an argument.
    fn against(&mut self, path: &str, schema: &Value, meaning: Meaning) {
        let list = path.split('.').fold(schema, |at, name| {
            if at["type"] == "array" { &at["items"]["properties"][name] } else { &at["properties"][name] }
        })["type"]
            == "array";
        let given = |value: Value| if list { json!([value]) } else { value };
        match meaning {
            Meaning::Text | Meaning::Amount => {}
            Meaning::Part => {
                let arguments = with(&self.arguments, path, json!(NOBODY));
                match self.answer(&arguments) {
                    Ok(answer) if is_empty(&answer) => {}
                    Ok(answer) | Err(answer) => self.fail(&arguments, "finds nothing", &answer),
                }
            }
            Meaning::Day => {
                for wrong in ["31.12.soon", "2026-02-30", "tomorrow-ish"] {
                    self.refused(path, json!(wrong), "invalid_arguments", &[wrong]);
                }
            }
            Meaning::Id => {
                self.refused(path, given(json!(NO_ID)), "not_found", &[&NO_ID.to_string()]);
            }
            Meaning::Name(several) | Meaning::Few(several) => {
                let error = self.refused(path, given(json!(NOBODY)), "not_found", &[NOBODY]);
                if let (Some(error), Meaning::Few(_)) = (error, meaning)
                    && !tells_what_there_is(&error)
                {
                    self.fail(&json!({ path: NOBODY }), "tells which there are", &error);
                }
                self.refused(path, given(json!(NO_ID.to_string())), "not_found", &[&NO_ID.to_string()]);
                if let Some(several) = several
                    && let Some(error) = self.refused(path, given(json!(several)), "ambiguous", &[several])
                {
                    let candidates = error["candidates"].as_array().cloned().unwrap_or_default();
                    if candidates.len() < 2 || !candidates.iter().all(is_candidate) {
                        self.fail(&json!({ path: several }), "has candidates with ids", &error);
                    }
                }
            }
            Meaning::Not(value, kind) => {
                self.refused(path, value(), kind, &[]);
            }
        }
    }
}

/// The records that a tool changes, calls or deletes.
fn writes(tool: &str, arguments: &Value) -> Option<(&'static str, Value)> {
    Some(match tool {
        "update_crm_lead" => ("crm.lead", json!([arguments["lead_id"]])),
        "update_task" => ("project.task", json!([arguments["task_id"]])),
        "update_helpdesk_ticket" => ("helpdesk.ticket", json!([arguments["ticket_id"]])),
        "update_knowledge_article" => ("knowledge.article", json!([arguments["article_id"]])),
        "odoo_write" | "odoo_unlink" | "odoo_call" => ("crm.lead", arguments["ids"].clone()),
        _ => return None,
    })
}

fn is_candidate(one: &Value) -> bool {
    one["id"].is_u64() && one["name"].is_string()
}

/// Whether the candidates are there with their ids, and the hint has every name.
fn tells_what_there_is(error: &Value) -> bool {
    let hint = error["hint"].as_str().unwrap_or_default();
    error["candidates"].as_array().is_some_and(|candidates| {
        let told = |one| is_candidate(one) && one["name"].as_str().is_some_and(|name| hint.contains(name));
        !candidates.is_empty() && candidates.iter().all(told)
    })
}

/// Whether an answer lists nothing.
fn is_empty(answer: &Value) -> bool {
    let lists: Vec<_> = ["records", "models", "modules", "fields"].iter().filter_map(|key| answer.get(key)).collect();
    !lists.is_empty()
        && lists.iter().all(|list| {
            list.as_array().map_or_else(|| list.as_object().is_some_and(|table| table.is_empty()), Vec::is_empty)
        })
}

pub fn run(target: &Target) {
    let mut server = Server::start(target);
    let absent = crate::absent(&mut server);
    crate::listed(&mut server, &absent);
    let tools = server.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone();
    let mut failed = Vec::new();
    let mut made = 0;
    for call in CALLS.iter().filter(|call| !call.lacks(&absent)) {
        let Some((_, meanings)) = MEANINGS.iter().find(|(tool, _)| *tool == call.tool) else {
            failed.push(format!("{} is not in the table of meanings", call.tool));
            continue;
        };
        let tool = tools.iter().find(|tool| tool["name"] == call.tool).expect("it is listed");
        let schema = &tool["inputSchema"];
        check_meanings(call.tool, schema, meanings, &mut failed);
        let mut arguments = (call.arguments)(&mut server, target);
        if call.creates == Some("sale.order") {
            arguments["reference"] = json!(format!("Tooldoo Test {}", std::process::id()));
        }
        let mut calls =
            Calls { server: &mut server, call, version: target.version, arguments, failed: Vec::new(), made: 0 };
        let before = calls.state();
        assert_eq!(before.is_null(), tool["annotations"]["readOnlyHint"] == true, "{} writes: tell where", call.tool);

        let mut found = vec![("no_such_argument".to_owned(), json!(1))];
        properties("", schema, &mut |path, property, required| faults(path, property, required, &mut found));
        for (path, value) in found {
            let name = path.rsplit('.').next().unwrap_or(&path).to_owned();
            calls.refused(&path, value, "invalid_arguments", &[&name]);
        }
        for (path, meaning) in *meanings {
            calls.against(path, schema, *meaning);
        }
        if calls.state() != before {
            calls.failed.push(format!("{}: wrong calls changed something: {before}", call.tool));
        }
        made += calls.made;
        failed.append(&mut calls.failed);
    }
    println!("wrong input: {}: {made} calls", target.name);
    assert!(failed.is_empty(), "{}: {} calls\n{}", target.name, failed.len(), failed.join("\n"));
}
