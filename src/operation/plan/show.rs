//! What a person, and the model in between, is shown of a plan: the records, and their values now and then.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::fields::{Wanted, select};
use super::super::prepared::Planned;
use super::super::read;
use super::super::run::Run;
use super::Marks;
use crate::answer;
use crate::definition::operation::{FieldEntry, FieldList, FieldName};
use crate::definition::tool::Confirm;
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{self, Error, Kind};

/// A text shows no more records than this; the plan itself has all of them.
const MOST_IN_TEXT: usize = 30;
/// A value in a text is cut after so many characters.
const LONGEST_VALUE: usize = 200;

/// A plan, shown.
pub(in crate::operation) struct Shown {
    /// For a person: the records, one to a line, without the question.
    pub(in crate::operation) text: String,
    /// For a model: `records`, each with `id`, the fields to show, and `changes`.
    pub(in crate::operation) records: Vec<Value>,
    /// How the records are now.
    pub(in crate::operation) marks: Marks,
}

/// Reads the records that an operation is about to touch, and shows what it will do to them.
///
/// # Errors
/// `not_found` where one of them is not there: nobody is asked about that. Those of Odoo.
pub(in crate::operation) async fn shown(
    run: &Run<'_>,
    planned: &Planned,
    ids: &[i64],
    confirm: &Confirm,
) -> Result<Shown, Error> {
    let Some(name) = planned.model.as_deref() else {
        return Ok(Shown { text: String::new(), records: Vec::new(), marks: Marks::default() });
    };
    let model = run.metadata(name).await?;
    let known = known(&planned.values, &model, run).await?;
    if ids.is_empty() {
        let tables = planned.values.iter().map(|values| displayed_all(values, &model, &known, run));
        let tables: Vec<Map<String, Value>> = tables.collect();
        let text = lines(tables.iter().map(|table| (String::new(), table)), &model, &known, tables.len());
        let records = tables.into_iter().map(|values| json!({ "values": values })).collect();
        return Ok(Shown { text, records, marks: Marks::default() });
    }

    let fields: Vec<String> = planned
        .values
        .first()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|key| model.fields.contains_key(*key))
        .cloned()
        .collect();
    let mut entries = match &confirm.show {
        FieldList::Listed(entries) => entries.clone(),
        FieldList::Default | FieldList::Given(_) => Vec::new(),
    };
    let shown: Vec<String> = entries.iter().filter_map(|entry| entry.name.alternatives.first().cloned()).collect();
    let entries_named: Vec<String> = entries.iter().flat_map(|entry| entry.name.alternatives.iter().cloned()).collect();
    for more in ["display_name", "write_date"].into_iter().chain(fields.iter().map(String::as_str)) {
        if model.fields.contains_key(more) && !shown.iter().any(|known| known == more) {
            entries.push(plain(more));
        }
    }
    let selection = select(Wanted::Listed(&entries), &model, run).await?;
    let rows = read::by_id(run, name, ids, &selection).await?;
    if rows.len() < ids.len() {
        read::all_there(run, name, ids).await?;
    }
    // What the person reads is part of how the records were: Odoo's moment of the last change would not tell a change within the
    // same second.
    let seen: Vec<String> = entries_named.into_iter().chain(fields.iter().cloned()).collect();
    let marks = Marks::of(&rows, &seen);
    let mut answer = answer::records(rows, &selection, &run.zone, run.links);
    let currency = answer.get("currency").cloned();
    let Some(Value::Array(now)) = answer.remove("records") else {
        return Ok(Shown { text: String::new(), records: Vec::new(), marks });
    };
    let new = planned.values.first();
    let mut records = Vec::with_capacity(now.len());
    let mut shown_lines = Vec::with_capacity(now.len());
    for record in now {
        let Value::Object(mut record) = record else { continue };
        let label = record.get("display_name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = record.get("id").cloned().unwrap_or_default();
        let mut one = Map::from_iter([("id".to_owned(), id.clone()), ("name".to_owned(), json!(label))]);
        for field in &shown {
            if let Some(value) = record.get(field) {
                one.insert(field.clone(), odoo::shown(field, value));
            }
        }
        if let Some(currency) = &currency {
            one.insert("currency".to_owned(), currency.clone());
        }
        let mut changes = Map::new();
        for field in &fields {
            let (Some(definition), Some(value)) = (model.fields.get(field), new.and_then(|new| new.get(field))) else {
                continue;
            };
            let from = labelled(definition, odoo::shown(field, &record.remove(field).unwrap_or_default()));
            let to = displayed(definition, value, &known, run);
            changes.insert(field.clone(), json!({"from": from, "to": to}));
        }
        if !changes.is_empty() {
            one.insert("changes".to_owned(), Value::Object(changes));
        }
        shown_lines.push((format!("{} (id {id})", one_line(&label)), one.clone()));
        records.push(Value::Object(one));
    }
    let total = shown_lines.len();
    let text = lines(shown_lines.iter().map(|(label, one)| (label.clone(), one)), &model, &known, total);
    Ok(Shown { text, records, marks })
}

fn plain(name: &str) -> FieldEntry {
    FieldEntry { name: FieldName { alternatives: vec![name.to_owned()], optional: false }, nested: None }
}

/// One record to a line.
fn lines<'a>(
    records: impl Iterator<Item = (String, &'a Map<String, Value>)>,
    model: &Model,
    known: &Known,
    total: usize,
) -> String {
    let mut text = String::new();
    for (name, record) in records.take(MOST_IN_TEXT) {
        let mut parts = Vec::new();
        for (key, value) in record {
            match (key.as_str(), value) {
                ("id" | "name" | "currency", _) if !name.is_empty() => {}
                ("changes", Value::Object(changes)) => {
                    parts.extend(changes.iter().map(|(field, change)| {
                        let definition = model.fields.get(field);
                        let side =
                            |key: &str| change.get(key).map(|value| said(definition, value, known)).unwrap_or_default();
                        format!("{}: {} → {}", label(field, model), side("from"), side("to"))
                    }));
                }
                (field, value) => parts.push(pair(field, value, model, known)),
            }
        }
        let colon = if name.is_empty() || parts.is_empty() { "" } else { ": " };
        let _ = writeln!(text, "- {name}{colon}{}", parts.join("; "));
    }
    if total > MOST_IN_TEXT {
        let _ = writeln!(text, "- … and {} more", total - MOST_IN_TEXT);
    }
    text
}

/// A field and its value as a person reads them.
fn pair(field: &str, value: &Value, model: &Model, known: &Known) -> String {
    let definition = model.fields.get(field);
    let value = definition.map_or_else(|| value.clone(), |definition| labelled(definition, value.clone()));
    format!("{}: {}", label(field, model), said(definition, &value, known))
}

fn label<'a>(field: &'a str, model: &'a Model) -> &'a str {
    model.fields.get(field).map_or(field, |known| known.string.as_str())
}

/// A value as a person reads it; what is done to a list of records in words.
fn said(field: Option<&Field>, value: &Value, known: &Known) -> String {
    let related = field.and_then(|field| field.relation.as_ref()).and_then(|relation| known.models.get(relation));
    let text = match (field.map(|field| &field.kind), value) {
        (Some(FieldType::One2many | FieldType::Many2many), Value::Object(commands)) => {
            let commands = commands.iter().map(|(command, items)| {
                let items = items.as_array().into_iter().flatten().map(|item| line(item, related, known));
                let items = items.collect::<Vec<_>>().join(", ");
                format!("{command} {}", if items.is_empty() { "nothing" } else { &items })
            });
            commands.collect::<Vec<_>>().join("; ")
        }
        _ => spoken(value),
    };
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// One of the records of a list: what it is called, or what it is made of.
fn line(item: &Value, model: Option<&Arc<Model>>, known: &Known) -> String {
    let (Some(table), Some(model)) = (item.as_object(), model) else { return spoken(item) };
    let values = |table: &Map<String, Value>| {
        let parts = table.iter().map(|(field, value)| pair(field, value, model, known));
        format!("({})", parts.collect::<Vec<_>>().join(", "))
    };
    match table.get("values").and_then(Value::as_object) {
        Some(changed) => format!("{} {}", reference(table), values(changed)),
        None if is_reference(table) => reference(table),
        None => values(table),
    }
}

/// `{"id"}` or `{"id", "name"}`.
fn is_reference(table: &Map<String, Value>) -> bool {
    table.contains_key("id") && table.keys().all(|key| matches!(key.as_str(), "id" | "name" | "model"))
}

fn reference(table: &Map<String, Value>) -> String {
    match (table.get("name").and_then(Value::as_str), table.get("id")) {
        (Some(name), _) => one_line(name),
        (None, Some(id)) => format!("id {id}"),
        (None, None) => String::new(),
    }
}

/// What stands in a record must not look like a line of the plan.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A value as a person reads it.
fn spoken(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => one_line(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Object(table) if is_reference(table) => reference(table),
        Value::Object(table) => match table.get("label") {
            Some(label) => spoken(label),
            None => {
                let parts = table.iter().map(|(key, value)| format!("{key} {}", spoken(value)));
                parts.collect::<Vec<_>>().join(", ")
            }
        },
        Value::Array(items) if items.is_empty() => "—".to_owned(),
        Value::Array(items) => items.iter().map(spoken).collect::<Vec<_>>().join(", "),
        Value::Number(number) => number.to_string(),
    }
}

/// A selection by its label; everything else as it is.
fn labelled(field: &Field, value: Value) -> Value {
    if field.kind != FieldType::Selection {
        return value;
    }
    field.selection.iter().find(|(known, _)| *known == value).map_or(value, |(_, label)| Value::String(label.clone()))
}

/// What is known of the records that the values name, and of the models of lines.
#[derive(Default)]
struct Known {
    /// Model and id to the name.
    names: HashMap<(String, i64), String>,
    /// The models of the records that are created or changed within a record.
    models: HashMap<String, Arc<Model>>,
}

/// Values as Odoo takes them, as a person would see them.
fn displayed_all(values: &Map<String, Value>, model: &Model, known: &Known, run: &Run<'_>) -> Map<String, Value> {
    let shown = values.iter().filter_map(|(key, value)| {
        let field = model.fields.get(key)?;
        Some((key.clone(), displayed(field, value, known, run)))
    });
    shown.collect()
}

/// A value as Odoo takes it, as a person would see it.
fn displayed(field: &Field, value: &Value, known: &Known, run: &Run<'_>) -> Value {
    match (&field.kind, value) {
        (FieldType::Many2one, value) => match value.as_i64() {
            Some(id) => named(field, id, known),
            None => Value::Null,
        },
        (FieldType::One2many | FieldType::Many2many, Value::Array(commands)) => told(field, commands, known, run),
        (FieldType::Binary, Value::String(content)) => {
            json!(format!("a file of about {} bytes", content.len() / 4 * 3))
        }
        (_, value) => labelled(field, odoo::shown(&field.name, &answer::shown(field, value.clone(), &run.zone))),
    }
}

fn named(field: &Field, id: i64, known: &Known) -> Value {
    let name = field.relation.as_ref().and_then(|relation| known.names.get(&(relation.clone(), id)));
    match name {
        Some(name) => json!({"id": id, "name": name}),
        None => json!({ "id": id }),
    }
}

/// What Odoo's commands do to a list of records.
fn told(field: &Field, commands: &[Value], known: &Known, run: &Run<'_>) -> Value {
    let model = field.relation.as_ref().and_then(|relation| known.models.get(relation));
    let values = |command: &[Value]| match (command.get(2), model) {
        (Some(Value::Object(values)), Some(model)) => Value::Object(displayed_all(values, model, known, run)),
        (other, _) => other.cloned().unwrap_or_default(),
    };
    let mut said: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for command in commands.iter().filter_map(Value::as_array) {
        let number = command.first().and_then(Value::as_i64);
        let id = command.get(1).and_then(Value::as_i64);
        match (number, id) {
            (Some(0), _) => said.entry("create").or_default().push(values(command)),
            (Some(1), Some(id)) => {
                let mut changed = named(field, id, known);
                if let Some(changed) = changed.as_object_mut() {
                    changed.insert("values".to_owned(), values(command));
                }
                said.entry("change").or_default().push(changed);
            }
            (Some(2), Some(id)) => said.entry("delete").or_default().push(named(field, id, known)),
            (Some(3), Some(id)) => said.entry("remove").or_default().push(named(field, id, known)),
            (Some(4), Some(id)) => said.entry("add").or_default().push(named(field, id, known)),
            (Some(5), _) => drop(said.entry("set").or_default()),
            (Some(6), _) => {
                let ids = command.get(2).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64);
                said.entry("set").or_default().extend(ids.map(|id| named(field, id, known)));
            }
            _ => {}
        }
    }
    json!(said)
}

/// The names of all records that the values name, those in lines too: one request for each related model. What the caller may
/// not read stays a number.
async fn known(tables: &[Map<String, Value>], model: &Arc<Model>, run: &Run<'_>) -> Result<Known, Error> {
    let mut known = Known::default();
    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut open: Vec<(Arc<Model>, Map<String, Value>)> =
        tables.iter().map(|table| (model.clone(), table.clone())).collect();
    while let Some((model, table)) = open.pop() {
        for (key, value) in table {
            let Some(relation) = model.fields.get(&key).and_then(|field| field.relation.clone()) else { continue };
            let ids = wanted.entry(relation.clone()).or_default();
            let Value::Array(commands) = value else {
                ids.extend(value.as_i64());
                continue;
            };
            for command in commands.iter().filter_map(Value::as_array) {
                match command.first().and_then(Value::as_i64) {
                    Some(1..=4) => ids.extend(command.get(1).and_then(Value::as_i64)),
                    Some(6) => {
                        let list = command.get(2).and_then(Value::as_array).into_iter().flatten();
                        ids.extend(list.filter_map(Value::as_i64));
                    }
                    _ => {}
                }
                let Some(values) = command.get(2).and_then(Value::as_object) else { continue };
                if !known.models.contains_key(&relation)
                    && let Some(found) = readable(run.metadata(&relation).await)?
                {
                    known.models.insert(relation.clone(), found);
                }
                open.extend(known.models.get(&relation).map(|model| (model.clone(), values.clone())));
            }
        }
    }
    for (relation, ids) in wanted.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let ids: Vec<i64> = ids.into_iter().collect();
        let Some(names) = readable(read::display_names(run, &relation, &ids).await)? else { continue };
        let named = |(id, name): (i64, Value)| Some(((relation.clone(), id), name.as_str()?.to_owned()));
        known.names.extend(names.into_iter().filter_map(named));
    }
    Ok(known)
}

/// `None` for what the caller may not read.
fn readable<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, Kind::AccessDenied | Kind::UnknownModel) => Ok(None),
        Err(error) => Err(error),
    }
}
