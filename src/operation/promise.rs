//! What the answers of a tool will look like, as far as that is known before a call: the schema that is published.
//!
//! It follows from the definition and from what was learnt of the models. Nothing here asks Odoo.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::fields::{Selection, Wanted, select};
use super::fit::Metadata;
use super::grouping::fit_grouping;
use super::names::find;
use crate::answer::{Columns, schema};
use crate::definition::operation::{FieldEntry, FieldList, Operation};
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind, Model};

/// What was learnt of an Odoo's models. `None` is a model that cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Their fields.
    pub models: HashMap<String, Option<Arc<Model>>>,
    /// The fields of their list views.
    pub list_views: HashMap<String, Arc<[String]>>,
}

/// What is still to be learnt of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unseen {
    /// Whose fields.
    pub models: BTreeSet<String>,
    /// Whose list view.
    pub list_views: BTreeSet<String>,
}

impl Seen {
    /// With more; what is in both is the newer.
    pub fn extend(&mut self, newer: &Self) {
        self.models.extend(newer.models.iter().map(|(name, model)| (name.clone(), model.clone())));
        self.list_views.extend(newer.list_views.iter().map(|(name, list)| (name.clone(), Arc::clone(list))));
    }
}

impl Unseen {
    /// Whether nothing is to be learnt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.list_views.is_empty()
    }

    /// Also what this tool's schema needs and nobody has seen yet. Of related models those that are known to be needed: there may
    /// be more when these were seen.
    pub fn add(&mut self, tool: &Tool, seen: &Seen) {
        let Some((model, operation)) = described(tool) else { return };
        let Some(known) = seen.models.get(model) else {
            self.models.insert(model.to_owned());
            return;
        };
        let Some(known) = known else { return };
        match operation {
            Operation::SearchRead(_) | Operation::Read(_) if matches!(fields(operation), Some(FieldList::Default)) => {
                if !seen.list_views.contains_key(model) {
                    self.list_views.insert(model.to_owned());
                }
            }
            Operation::ReadGroup(grouped) => {
                let names = grouped.group_by.as_literal().into_iter().flat_map(|names| match names {
                    Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                    Value::String(names) => names.split(',').map(str::trim).collect(),
                    _ => Vec::new(),
                });
                names.for_each(|path| self.along(path, known, seen));
            }
            operation => {
                if let Some(FieldList::Listed(entries)) = fields(operation) {
                    self.nested(entries, known, seen);
                }
            }
        }
    }

    fn nested(&mut self, entries: &[FieldEntry], model: &Model, seen: &Seen) {
        for entry in entries {
            let Some(nested) = &entry.nested else { continue };
            let Some(relation) = find(&entry.name, model).and_then(|named| named.field.relation.as_deref()) else {
                continue;
            };
            if let Some(related) = self.related(relation, seen) {
                self.nested(&nested.fields, &related, seen);
            }
        }
    }

    /// The models that a path leads through.
    fn along(&mut self, path: &str, model: &Arc<Model>, seen: &Seen) {
        let mut model = Arc::clone(model);
        let mut segments = path.split(':').next().unwrap_or_default().split('.').peekable();
        while let Some(segment) = segments.next() {
            let name = super::names::written(segment);
            let relation = find(&name, &model).and_then(|named| named.field.relation.clone());
            let (Some(relation), Some(_)) = (relation, segments.peek()) else { return };
            let Some(related) = self.related(&relation, seen) else { return };
            model = related;
        }
    }

    fn related(&mut self, name: &str, seen: &Seen) -> Option<Arc<Model>> {
        match seen.models.get(name) {
            Some(model) => model.clone(),
            None => {
                self.models.insert(name.to_owned());
                None
            }
        }
    }
}

impl Metadata for Seen {
    async fn model(&self, name: &str) -> Result<Arc<Model>, Error> {
        let known = self.models.get(name).cloned().flatten();
        known.ok_or_else(|| Error::new(Kind::UnknownModel, format!("`{name}` is not known.")))
    }
}

/// The schema of the tool's structured answers; `None` where what it depends on was not seen. A tool for any model, or whose
/// fields the caller names, promises only what is always there.
#[must_use]
pub fn output_schema(tool: &Tool, seen: &Seen) -> Option<Map<String, Value>> {
    let mut unseen = Unseen::default();
    unseen.add(tool, seen);
    if !unseen.is_empty() {
        return None;
    }
    let operation = tool.operation()?;
    let mut schema = json!({"type": "object"});
    // Another step may answer, where that of this one is skipped.
    if tool.steps.get(tool.answer)?.when.is_none()
        && let (Some((properties, first)), Value::Object(schema)) = (properties(tool, operation, seen), &mut schema)
    {
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("required".to_owned(), json!([first]));
    }
    match schema {
        Value::Object(schema) => Some(schema),
        _ => None,
    }
}

/// The keys of an answer, and the first of them, which is always there. `None` where nothing is certain.
fn properties(tool: &Tool, operation: &Operation, seen: &Seen) -> Option<(Map<String, Value>, &'static str)> {
    let wanted = schema::Wanted { labels: tool.result.labels, links: tool.result.links };
    let integer = || json!({"type": "integer"});
    let integers = || json!({"type": "array", "items": {"type": "integer"}});
    let columns = columns(tool, seen);
    let record = || match &columns {
        Some(columns) => schema::record(columns, wanted),
        None => json!({"type": "object"}),
    };
    let records = || ("records", json!({"type": "array", "items": record()}));
    let mut keys: Vec<(&'static str, Value)> = match operation {
        Operation::SearchRead(_) => vec![records(), ("total", integer()), ("next_offset", integer())],
        Operation::Read(_) => vec![records(), ("missing", integers()), ("next_offset", integer())],
        Operation::NameSearch(_) => vec![records(), ("next_offset", integer())],
        Operation::SearchCount(_) => vec![("count", integer())],
        Operation::ReadGroup(_) => {
            vec![("groups", json!({"type": "array", "items": record()})), ("next_offset", integer())]
        }
        Operation::FieldsGet(_) => vec![
            ("model", json!({"type": "string"})),
            ("fields", json!({"type": "array", "items": {"type": "object"}})),
            ("total", integer()),
            ("next_offset", integer()),
        ],
        Operation::DefaultGet(_) => {
            let defaults = columns.as_ref().map(|columns| schema::partial(columns, wanted));
            vec![
                ("defaults", defaults.unwrap_or_else(|| json!({"type": "object"}))),
                ("model", json!({"type": "string"})),
            ]
        }
        Operation::Create(_) => vec![("ids", integers()), records()],
        Operation::Write(_) => vec![("ids", integers()), records(), ("missing", integers())],
        Operation::Unlink(_) => vec![("ids", integers())],
        Operation::Call(_) => vec![("result", json!({}))],
        // The server's own facts, and what is no answer of this shape.
        _ => return None,
    };
    let (first, _) = keys.first()?;
    let first = *first;
    if columns.as_ref().is_some_and(Columns::has_monetary) {
        // Of default values it may be told by amount.
        let one = !matches!(operation, Operation::DefaultGet(_));
        keys.push(("currency", if one { json!({"type": "string"}) } else { json!({"type": ["string", "object"]}) }));
    }
    Some((keys.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect(), first))
}

/// What the records or groups of the answer have, where that is the same in every call.
fn columns(tool: &Tool, seen: &Seen) -> Option<Columns> {
    let (model, operation) = described(tool)?;
    let metadata = seen.models.get(model)?.as_ref()?;
    let selected = |wanted: Wanted<'_>| -> Option<Selection> { select(wanted, metadata, seen).now_or_never()?.ok() };
    let selection = match (operation, fields(operation)) {
        (Operation::NameSearch(_), _) => return Some(Columns::named(model)),
        (Operation::ReadGroup(grouped), _) => {
            let (by, aggregates) = (grouped.group_by.as_literal()?, grouped.aggregates.as_ref());
            let aggregates = match aggregates {
                Some(aggregates) => Some(aggregates.as_literal()?),
                None => None,
            };
            let grouping = fit_grouping(by, aggregates, None, metadata, seen).now_or_never()?.ok()?;
            return Some(grouping.columns());
        }
        (_, Some(FieldList::Listed(entries))) => selected(Wanted::Listed(entries))?,
        (Operation::SearchRead(_) | Operation::Read(_), Some(FieldList::Default)) => {
            selected(Wanted::ListView(seen.list_views.get(model)?))?
        }
        (Operation::DefaultGet(_), Some(FieldList::Default)) => selected(Wanted::Writable)?,
        (Operation::Create(_) | Operation::Write(_), Some(FieldList::Default)) => selected(Wanted::Names)?,
        _ => return None,
    };
    Some(Columns::of(&selection))
}

/// The model and the operation of a tool whose answer follows from the fields of one model.
fn described(tool: &Tool) -> Option<(&str, &Operation)> {
    let step = tool.steps.get(tool.answer)?;
    let model = step.model.as_ref().or(tool.model.as_ref())?.as_literal()?.as_str()?;
    let operation = step.operation()?;
    let of_fields =
        fields(operation).is_some() || matches!(operation, Operation::NameSearch(_) | Operation::ReadGroup(_));
    of_fields.then_some((model, operation))
}

fn fields(operation: &Operation) -> Option<&FieldList> {
    match operation {
        Operation::SearchRead(it) => Some(&it.fields),
        Operation::Read(it) => Some(&it.fields),
        Operation::DefaultGet(it) => Some(&it.fields),
        Operation::Create(it) => Some(&it.returns),
        Operation::Write(it) => Some(&it.returns),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
