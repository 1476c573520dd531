//! What prompts fetch, held against the tools that give it: only the whole load knows both.

use std::collections::HashMap;

use serde_json::Value;

use super::bound;
use super::build::{Built, BuiltPrompt, answer_keys, suggestion};
use super::prompt::{Data, Prompt};
use super::step::Step;
use super::tool::Tool;
use crate::source::{Node, Place, Sink, Table, did_you_mean};
use crate::template::{Template, Templated, is_template};

/// Arguments of the server that mean nothing to what only fetches.
const SERVERS: &[&str] = &["plan", "clear"];

/// Two prompts of one name.
pub(super) fn duplicates(built: &[(BuiltPrompt, Node)], sink: &mut Sink) {
    let mut first: HashMap<&str, &Place> = HashMap::new();
    let enabled = built.iter().map(|(built, _)| built).filter(|built| built.enabled);
    for (name, place) in enabled.filter_map(|built| built.name.as_ref()) {
        if let Some(first) = first.get(name.as_str()) {
            sink.definition = Some(format!("prompt `{name}`"));
            sink.error(place, format!("the name `{name}` is taken by another prompt"))
                .hint("names of prompts are unique: rename one of the two")
                .related(first, "the first one");
            sink.definition = None;
        } else {
            first.insert(name, place);
        }
    }
}

/// The data of all prompts: tools that are there and only read, arguments that they take, keys that their answers have.
pub(super) fn check(prompts: &[(BuiltPrompt, Node)], tools: &[(Built, Node)], sink: &mut Sink) {
    for (prompt, table) in prompts.iter().filter_map(|(built, node)| Some((built.prompt.as_ref()?, node.as_table()?))) {
        sink.definition = Some(format!("prompt `{}`", prompt.tool.name));
        for data in &prompt.data {
            let named: Vec<&Built> =
                tools.iter().map(|(built, _)| built).filter(|built| is_called(built, &data.tool)).collect();
            if named.is_empty() {
                unknown(data, tools, sink);
                continue;
            }
            let offered: Vec<&Built> = named.into_iter().filter(|built| built.enabled).collect();
            if offered.is_empty() {
                sink.error(&data.place, format!("the tool `{}` is switched off", data.tool))
                    .hint("remove `enabled = false` there, or take another tool");
            }
            // What is wrong with the tool itself is told there.
            let Some(whole) = offered.iter().map(|built| built.tool.as_ref()).collect::<Option<Vec<&Tool>>>() else {
                continue;
            };
            if whole.iter().all(|tool| gives_data(tool, data, sink)) {
                arguments(prompt, data, table, &whole, sink);
                keys(data, table, &whole, sink);
            }
        }
    }
    sink.definition = None;
}

fn is_called(built: &Built, name: &str) -> bool {
    built.names.iter().any(|(known, _)| known == name)
}

fn unknown(data: &Data, tools: &[(Built, Node)], sink: &mut Sink) {
    // With a syntax error, the tool may be what could not be read.
    if sink.recovering {
        return;
    }
    let known = tools.iter().flat_map(|(built, _)| &built.names).map(|(name, _)| name.as_str());
    let hint = did_you_mean(&data.tool, known)
        .unwrap_or_else(|| "`tool` is the name of a `[[tool]]` in one of the files".to_owned());
    sink.error(&data.place, format!("there is no tool `{}`", data.tool)).hint(hint);
}

/// Whether a tool answers without changing or asking anything.
fn gives_data(tool: &Tool, data: &Data, sink: &mut Sink) -> bool {
    let name = &data.tool;
    let (message, hint) = if tool.steps.iter().any(Step::may_write) {
        (format!("the tool `{name}` writes"), "data only reads: take a tool that changes nothing")
    } else if !tool.confirm.is_never() {
        (format!("the tool `{name}` asks for a confirmation"), "data is fetched without a question: take another tool")
    } else if tool.questions().next().is_some() {
        (
            format!("the tool `{name}` asks the person"),
            "let the prompt ask, with `[[prompt.ask]]`, and take another tool",
        )
    } else {
        return true;
    };
    sink.error(&data.place, message).hint(hint).related(&tool.place, "the tool");
    false
}

/// The arguments as written, where there are any.
fn written<'t>(data: &Data, table: &'t Table) -> Option<&'t Table> {
    let data = table.get("data")?.as_table()?.get(&data.name)?;
    data.child("arguments")?.as_table()
}

fn arguments(prompt: &Prompt, data: &Data, table: &Table, tools: &[&Tool], sink: &mut Sink) {
    let given = written(data, table);
    for (name, place, node) in given.into_iter().flat_map(Table::iter) {
        if SERVERS.contains(&name) {
            sink.error(place, format!("`{name}` is not for data")).hint("remove it");
            continue;
        }
        let Some(tool) = tools.iter().find(|tool| takes(tool, name)) else {
            let properties = tools.iter().filter_map(|tool| tool.input.schema.get("properties")?.as_object());
            let known = properties.flat_map(|properties| properties.keys().map(String::as_str));
            let hint = did_you_mean(name, known).unwrap_or_else(|| format!("`{}` does not declare it", data.tool));
            sink.error(place, format!("the tool `{}` has no argument `{name}`", data.tool)).hint(hint);
            continue;
        };
        if has_template(node) {
            continue;
        }
        let value = node.to_json();
        if let ("limit", Some(paging), Some(limit)) = (name, tool.input.paging, value.as_i64()) {
            if limit > i64::from(paging.max) {
                sink.warning(&node.place, format!("the tool `{}` gives {} at most", data.tool, paging.max))
                    .hint("ask for fewer, or raise its `limit.max`");
            }
        } else if let Some(reason) = bound::refusal(tool, name, &value) {
            sink.error(&node.place, format!("the tool `{}` does not take this `{name}`: {reason}", data.tool))
                .hint("give a value that the schema of the argument takes");
        }
    }
    for name in tools.iter().flat_map(|tool| required(tool)) {
        let value = match &data.arguments {
            Templated::Table(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        };
        if given.is_none_or(|given| given.get(name).is_none()) {
            sink.error(&data.place, format!("the tool `{}` requires `{name}`", data.tool))
                .hint(format!("write `arguments = {{ {name} = … }}`"));
        } else if let Some(optional) = value.and_then(|value| may_be_absent(prompt, value)) {
            let place = given.and_then(|given| given.get(name)).map_or(&data.place, |node| &node.place);
            sink.warning(place, format!("`{name}` may be absent: the argument `{optional}` need not be given"))
                .hint(format!("write `required = true` there, or `{optional} | default(…)` here"));
        }
    }
}

fn takes(tool: &Tool, name: &str) -> bool {
    tool.input.declares(name) || tool.input.schema.get("additionalProperties") != Some(&Value::Bool(false))
}

fn required(tool: &Tool) -> impl Iterator<Item = &str> {
    let names = tool.input.schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

/// The argument of the prompt without which a value is absent.
fn may_be_absent<'p>(prompt: &'p Prompt, value: &Templated) -> Option<&'p str> {
    let names = value.names();
    let optional = prompt.arguments.iter().filter(|argument| !argument.required).map(|argument| argument.name.as_str());
    optional.into_iter().find(|argument| names.iter().any(|name| !name.guarded && name.root == **argument))
}

fn has_template(node: &Node) -> bool {
    node.as_str().is_some_and(is_template)
        || node.as_array().unwrap_or_default().iter().any(has_template)
        || node.as_table().into_iter().flat_map(Table::iter).any(|(_, _, value)| has_template(value))
}

/// What the messages name of an answer.
fn keys(data: &Data, table: &Table, tools: &[&Tool], sink: &mut Sink) {
    let mut known: Vec<&str> = Vec::new();
    for tool in tools {
        let Some(keys) = tool.operation().and_then(answer_keys) else { return };
        known.extend(keys);
    }
    for message in table.get("message").and_then(Node::as_array).unwrap_or_default() {
        keys_in(message, data, &known, sink);
    }
}

fn keys_in(node: &Node, data: &Data, known: &[&str], sink: &mut Sink) {
    if let Some(text) = node.as_str().filter(|text| is_template(text))
        && let Ok(template) = Template::compile(text)
    {
        let mut seen: Vec<&str> = Vec::new();
        for name in template.names().iter().filter(|name| name.root == data.name) {
            let Some(key) = name.attribute.as_deref().filter(|key| !known.contains(key) && !seen.contains(key)) else {
                continue;
            };
            seen.push(key);
            let message = format!("the answer of `{}` has no `{key}`", data.tool);
            sink.error(&node.inside(name.place.clone()), message).hint(suggestion(key, known.iter().copied()));
        }
    }
    node.as_array().unwrap_or_default().iter().for_each(|item| keys_in(item, data, known, sink));
    for (_, _, value) in node.as_table().into_iter().flat_map(Table::iter) {
        keys_in(value, data, known, sink);
    }
}
