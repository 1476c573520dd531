//! `fields` and `return` against the model: which of Odoo's fields to read, and what the answer calls each.

mod specification;

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::faults::{Faults, cut, invalid, quote};
use super::fit::Metadata;
use super::names::{find, type_name, unknown, written};
use super::order::fit_order;
use crate::definition::operation::{FieldEntry, Nested};
use crate::odoo::Error;
use crate::odoo::metadata::{Field, FieldType, Model};

/// So many records of an x2many whose fields are asked for, where the author does not say.
const NESTED_LIMIT: u32 = 20;
/// Relations within relations deeper than this are nobody's.
const DEEPEST: usize = 8;
/// More names than this in one list are nobody's.
const MOST_NAMES: usize = 1000;

/// What to read.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// The display name alone: what `create` and `write` return, what `name_search` gives.
    Names,
    /// No list was written: `name` and these, the fields of the model's list view. What the model lacks is left out.
    ListView(&'a [String]),
    /// Every field that a new record may begin with; no files.
    Writable,
    /// As listed.
    Listed(&'a [FieldEntry]),
}

/// The fields to read of one model, resolved: nothing in it is unknown to Odoo.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The model they belong to.
    pub model: Arc<Model>,
    /// In the order of the answer; what is `hidden` only helps to shape the others.
    pub fields: Vec<Selected>,
}

/// One field to read.
#[derive(Debug, Clone)]
pub struct Selected {
    /// What the answer calls it.
    pub answer: String,
    /// Odoo's field.
    pub field: Field,
    /// Its one value stands in a list, because its first written name says that it is one.
    pub as_list: bool,
    /// Read to shape other fields (a currency, a model's name), not shown.
    pub hidden: bool,
    /// For a relation whose own fields are asked for.
    pub nested: Option<NestedSelection>,
}

/// The fields of related records.
#[derive(Debug, Clone)]
pub struct NestedSelection {
    /// Which.
    pub selection: Selection,
    /// At most so many of an x2many; `None` for a many2one.
    pub limit: Option<u32>,
    /// Their order.
    pub order: Option<String>,
}

impl Selection {
    /// Whether it reads a binary field, at any depth: then `bin_size` belongs in the context, so that Odoo sends sizes
    /// instead of files.
    #[must_use]
    pub fn has_binary(&self) -> bool {
        self.any(&|field| field.kind == FieldType::Binary)
    }

    /// The context in which it is read: this one, with `bin_size` where a file would come along.
    #[must_use]
    pub fn context(&self, context: &Map<String, Value>) -> Map<String, Value> {
        let mut context = context.clone();
        if self.has_binary() {
            context.insert("bin_size".to_owned(), Value::Bool(true));
        }
        context
    }

    /// Whether it reads an amount of money, at any depth.
    #[must_use]
    pub fn has_monetary(&self) -> bool {
        self.any(&|field| field.kind == FieldType::Monetary)
    }

    /// Odoo's names of the fields to read, those that help included.
    #[must_use]
    pub fn odoo_names(&self) -> Vec<String> {
        self.fields.iter().map(|selected| selected.field.name.clone()).collect()
    }

    fn any(&self, holds: &dyn Fn(&Field) -> bool) -> bool {
        self.fields.iter().any(|selected| {
            holds(&selected.field) || selected.nested.as_ref().is_some_and(|nested| nested.selection.any(holds))
        })
    }

    /// The selected field of that Odoo name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Selected> {
        self.fields.iter().find(|selected| selected.field.name == name)
    }
}

/// Resolves what is wanted against the model.
///
/// # Errors
/// All faults in one: `unknown_field` with "did you mean", `invalid_arguments`; else what asking for a related model gave.
pub async fn select<M: Metadata>(wanted: Wanted<'_>, model: &Arc<Model>, metadata: &M) -> Result<Selection, Error> {
    let mut faults = Faults::default();
    let selection = match wanted {
        Wanted::Names => names(model),
        Wanted::ListView(list) => list_view(list, model),
        Wanted::Writable => writable(model),
        Wanted::Listed(entries) => listed(entries, model, metadata, &mut faults, 0).await?,
    };
    faults.into_result(selection)
}

/// The entries of a list that a caller gave: names, or tables of a name and its own list, never spliced. A text with
/// commas is a list too.
///
/// # Errors
/// `invalid_arguments` where an element is neither.
pub fn given_fields(given: &Value) -> Result<Vec<FieldEntry>, Error> {
    fn plain(name: &str) -> FieldEntry {
        FieldEntry { name: written(name.trim()), nested: None }
    }
    fn entries(list: &[Value], depth: usize, out: &mut Vec<FieldEntry>) -> Result<(), Error> {
        if depth > DEEPEST || list.len() > MOST_NAMES {
            return Err(invalid("`fields` is too long, or nested too deep"));
        }
        for entry in list {
            match entry {
                Value::String(name) => out.push(plain(name)),
                Value::Object(table) => {
                    for (name, fields) in table {
                        let Value::Array(fields) = fields else {
                            return Err(invalid(format!(
                                "`fields` holds {} for `{}`, not a list",
                                quote(fields),
                                cut(name, 64)
                            )));
                        };
                        let mut nested = Vec::new();
                        entries(fields, depth + 1, &mut nested)?;
                        let nested = Nested { fields: nested, limit: None, order: None };
                        out.push(FieldEntry { name: written(name.trim()), nested: Some(nested) });
                    }
                }
                other => return Err(invalid(format!("`fields` takes names, not {}", quote(other)))),
            }
        }
        Ok(())
    }
    let mut out = Vec::new();
    match given {
        Value::String(names) if !names.trim_start().starts_with('[') => {
            out.extend(names.split(',').filter(|name| !name.trim().is_empty()).take(MOST_NAMES).map(plain));
        }
        Value::Array(list) => entries(list, 0, &mut out)?,
        other => return Err(invalid(format!("`fields` takes a list of names, not {}", quote(other)))),
    }
    Ok(out)
}

fn selected(field: &Field) -> Selected {
    Selected { answer: field.name.clone(), field: field.clone(), as_list: false, hidden: false, nested: None }
}

/// The display name, called `name`.
fn names(model: &Arc<Model>) -> Selection {
    let field = model.fields.get("display_name").or_else(|| model.fields.get("name"));
    let name = field.map(|field| Selected { answer: "name".to_owned(), ..selected(field) });
    Selection { model: Arc::clone(model), fields: name.into_iter().collect() }
}

fn writable(model: &Arc<Model>) -> Selection {
    let wanted = |field: &&Field| {
        let usual = !["id", "display_name"].contains(&field.name.as_str()) && field.kind != FieldType::Binary;
        usual && (field.store || !field.readonly)
    };
    let mut selection =
        Selection { model: Arc::clone(model), fields: model.fields.values().filter(wanted).map(selected).collect() };
    add_helpers(&mut selection);
    selection
}

fn list_view(list: &[String], model: &Arc<Model>) -> Selection {
    let name = if model.fields.contains_key("name") { "name" } else { "display_name" };
    let mut selection = Selection { model: Arc::clone(model), fields: Vec::new() };
    for name in std::iter::once(name).chain(list.iter().map(String::as_str)) {
        let field = model.fields.get(name).filter(|field| field.name != "id");
        if let (Some(field), None) = (field, selection.by_name(name)) {
            selection.fields.push(selected(field));
        }
    }
    add_helpers(&mut selection);
    selection
}

type Listed<'a> = Pin<Box<dyn Future<Output = Result<Selection, Error>> + Send + 'a>>;

fn listed<'a, M: Metadata>(
    entries: &'a [FieldEntry],
    model: &'a Arc<Model>,
    metadata: &'a M,
    faults: &'a mut Faults,
    depth: usize,
) -> Listed<'a> {
    Box::pin(async move {
        let mut selection = Selection { model: Arc::clone(model), fields: Vec::with_capacity(entries.len() + 2) };
        if depth > DEEPEST {
            faults.push(invalid(format!("`fields` is nested deeper than {DEEPEST} levels")));
            return Ok(selection);
        }
        for entry in entries {
            let Some(named) = find(&entry.name, model) else {
                if !entry.name.optional {
                    faults.push(no_such_field(entry, model));
                }
                continue;
            };
            let nested = match &entry.nested {
                None => None,
                Some(nested) => {
                    let Some(relation) = named.field.relation.as_deref() else {
                        let (name, kind) = (&named.field.name, type_name(&named.field.kind));
                        let message = format!("`{name}` ({kind}) is no relation, so it has no fields of its own");
                        faults.push(invalid(message).hint(format!("Write `{name}` alone.")));
                        continue;
                    };
                    let related = Box::pin(metadata.model(relation)).await?;
                    let selection = listed(&nested.fields, &related, metadata, faults, depth + 1).await?;
                    let is_list = named.field.kind != FieldType::Many2one;
                    let order = match nested.order.as_deref().filter(|_| is_list) {
                        None => None,
                        Some(order) => faults.keep(fit_order(order, &related)).flatten(),
                    };
                    let limit = is_list.then(|| nested.limit.unwrap_or(NESTED_LIMIT).max(1));
                    Some(NestedSelection { selection, limit, order })
                }
            };
            if named.answer == "id" {
                continue;
            }
            match selection.fields.iter_mut().find(|selected| selected.answer == named.answer) {
                // Listed twice: the one with nested fields says more.
                Some(before) if before.field.name == named.field.name => {
                    before.nested = before.nested.take().or(nested)
                }
                Some(_) => faults.push(invalid(format!("`{}` is listed twice, for two fields", named.answer))),
                None => selection.fields.push(Selected {
                    answer: named.answer.to_owned(),
                    as_list: named.as_list,
                    nested,
                    ..selected(named.field)
                }),
            }
        }
        add_helpers(&mut selection);
        Ok(selection)
    })
}

fn no_such_field(entry: &FieldEntry, model: &Model) -> Error {
    let first = entry.name.alternatives.first().map(String::as_str).unwrap_or_default();
    match first.split_once('.') {
        Some((relation, name)) if model.fields.get(relation).is_some_and(|field| field.relation.is_some()) => {
            let message = format!("`{}` is a path, and paths are for domains and grouping", cut(first, 100));
            invalid(message)
                .hint(format!("Ask for `{relation}`, or nested: `{{ {relation} = [\"{}\"] }}`.", cut(name, 64)))
        }
        _ => unknown(&entry.name, model),
    }
}

/// What has to be read beside the listed fields, to shape them: the currency of amounts, the model of a bare id, the
/// size and type of an attachment's file.
fn add_helpers(selection: &mut Selection) {
    let mut helpers: Vec<String> = Vec::new();
    let model = Arc::clone(&selection.model);
    for selected in &selection.fields {
        let field = &selected.field;
        match field.kind {
            FieldType::Monetary => helpers.extend(currency_field(field, &model).map(str::to_owned)),
            FieldType::Many2oneReference => helpers.extend(model_field(field, &model).map(str::to_owned)),
            FieldType::Binary if model.name == "ir.attachment" => {
                helpers.extend(["mimetype", "file_size"].map(str::to_owned))
            }
            _ => {}
        }
    }
    for name in helpers {
        if let (Some(field), None) = (model.fields.get(&name), selection.by_name(&name)) {
            selection.fields.push(Selected { hidden: true, ..selected(field) });
        }
    }
}

/// The field that holds an amount's currency; Odoo's own default where the metadata does not say.
#[must_use]
pub fn currency_field<'a>(field: &'a Field, model: &Model) -> Option<&'a str> {
    let named = field.currency_field.as_deref().into_iter();
    named.chain(["currency_id", "x_currency_id"]).find(|name| model.fields.contains_key(*name))
}

/// The field that holds the model of a `many2one_reference`. Where `fields_get` does not name it, it is found by Odoo's
/// convention: `res_id` has `res_model`, `x_id` has `x_model`.
#[must_use]
pub fn model_field<'a>(field: &Field, model: &'a Model) -> Option<&'a str> {
    let stem = field.name.strip_suffix("_id").unwrap_or(&field.name);
    let usual = [&*format!("{stem}_model"), "res_model", "model", "res_model_name"];
    field.model_field.as_deref().into_iter().chain(usual).find_map(|name| {
        let field = model.fields.get(name)?;
        matches!(field.kind, FieldType::Char | FieldType::Selection).then_some(field.name.as_str())
    })
}

#[cfg(test)]
mod tests;
