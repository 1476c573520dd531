//! Odoo's rows as an answer shows them, by the selection that they were read with.
//!
//! The rows come in one raw shape (`odoo::records`): a many2one `false` or `{"id", "display_name", …}`, an x2many a list
//! of `{"id", …}` with a sibling `<name>_total` where it was cut.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::address::Links;
use super::scalar;
use crate::odoo::metadata::FieldType;
use crate::operation::fields::{NestedSelection, Selected, Selection, currency_field, model_field};

/// `records`, and `currency` where all amounts have one; where they differ, each record with amounts has its own.
/// Nothing is cut here.
#[must_use]
pub fn records(
    rows: Vec<Map<String, Value>>,
    selection: &Selection,
    zone: &TimeZone,
    links: Links<'_>,
) -> Map<String, Value> {
    let mut currencies = BTreeSet::new();
    if selection.has_monetary() {
        rows.iter().for_each(|row| collect(row, selection, &mut currencies));
    }
    let shaper = Shaper { zone, links, own_currency: currencies.len() > 1 };
    let records = rows.into_iter().map(|row| Value::Object(shaper.record(row, selection, None))).collect();
    let mut answer = Map::new();
    answer.insert("records".to_owned(), Value::Array(records));
    if let (1, Some(currency)) = (currencies.len(), currencies.pop_first()) {
        answer.insert("currency".to_owned(), currency.into());
    }
    answer
}

/// What `default_get` gives, by the names that the author used; only what has a default. Related records come as in rows of a
/// search; one that would be created is the table of its values.
#[must_use]
pub fn defaults(raw: Map<String, Value>, selection: &Selection, zone: &TimeZone) -> Map<String, Value> {
    let given: Vec<&str> = selection
        .fields
        .iter()
        .filter(|selected| !selected.hidden && raw.contains_key(&selected.field.name))
        .map(|selected| selected.answer.as_str())
        .collect();
    let mut shaped = Shaper { zone, links: Links::NONE, own_currency: false }.record(raw.clone(), selection, None);
    shaped.retain(|key, _| given.contains(&key.as_str()));
    shaped
}

/// The currency of the amounts among default values: one name, or by amount where they differ.
#[must_use]
pub fn default_currency(raw: &Map<String, Value>, selection: &Selection) -> Option<Value> {
    let given = |selected: &&Selected| raw.get(&selected.field.name).is_some_and(Value::is_number);
    let amounts = Selection {
        model: Arc::clone(&selection.model),
        fields: selection.fields.iter().filter(given).cloned().collect(),
    };
    own_currency(raw, &amounts)
}

/// The currencies of a row's amounts, nested ones too. More than two are as good as two.
fn collect(row: &Map<String, Value>, selection: &Selection, into: &mut BTreeSet<String>) {
    for selected in &selection.fields {
        if into.len() > 1 {
            return;
        }
        let value = row.get(&selected.field.name);
        if selected.field.kind == FieldType::Monetary {
            into.extend(currency(selected, selection, row));
        } else if let Some(nested) = selected.nested.as_ref().filter(|nested| nested.selection.has_monetary()) {
            let rows = match value {
                Some(Value::Array(list)) => list.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            for row in rows.iter().filter_map(Value::as_object) {
                collect(row, &nested.selection, into);
            }
        }
    }
}

/// The name of an amount's currency.
fn currency(selected: &Selected, selection: &Selection, row: &Map<String, Value>) -> Option<String> {
    let currency = scalar::named(row.get(currency_field(&selected.field, &selection.model)?)?);
    currency.get("name").and_then(Value::as_str).map(str::to_owned)
}

struct Shaper<'a> {
    zone: &'a TimeZone,
    links: Links<'a>,
    /// Amounts of several currencies: each record says its own.
    own_currency: bool,
}

impl Shaper<'_> {
    /// One record: `id`, `name` where the relation names it, then the fields in the order asked.
    fn record(&self, mut row: Map<String, Value>, selection: &Selection, name: Option<Value>) -> Map<String, Value> {
        let currency = self.own_currency.then(|| own_currency(&row, selection)).flatten();
        let models: Vec<Option<String>> = selection
            .fields
            .iter()
            .filter(|selected| selected.field.kind == FieldType::Many2oneReference)
            .map(|selected| Some(row.get(model_field(&selected.field, &selection.model)?)?.as_str()?.to_owned()))
            .collect();
        let mut models = models.into_iter();
        let attachment = (selection.model.name == "ir.attachment").then(|| {
            (row.get("mimetype").cloned().unwrap_or_default(), row.get("file_size").cloned().unwrap_or_default())
        });
        let id = row.get("id").and_then(Value::as_i64);
        let mut record = Map::with_capacity(selection.fields.len() + 2);
        record.insert("id".to_owned(), row.get("id").cloned().unwrap_or_default());
        if let Some(name) = name {
            record.insert("name".to_owned(), name);
        }
        for (index, selected) in selection.fields.iter().enumerate() {
            let model =
                if selected.field.kind == FieldType::Many2oneReference { models.next().flatten() } else { None };
            if selected.hidden {
                continue;
            }
            let odoo_name = &selected.field.name;
            let again = selection.fields.iter().skip(index + 1).any(|later| later.field.name == *odoo_name);
            let raw = match row.get_mut(odoo_name) {
                Some(raw) if again => raw.clone(),
                Some(raw) => raw.take(),
                None => Value::Null,
            };
            let total = row.get(&format!("{odoo_name}_total")).and_then(Value::as_u64);
            let shown = match selected.field.kind {
                FieldType::Many2one => self.many2one(raw, selected),
                FieldType::One2many | FieldType::Many2many => {
                    let (list, total) = self.list(raw, selected, total);
                    record.insert(selected.answer.clone(), list);
                    if let Some(total) = total {
                        record.insert(format!("{}_total", selected.answer), total.into());
                    }
                    continue;
                }
                FieldType::Reference => scalar::reference(&raw, None),
                FieldType::Many2oneReference => scalar::reference(&raw, model.as_deref()),
                FieldType::Binary => {
                    let known = attachment.as_ref().map(|(kind, size)| (kind, size));
                    scalar::file(
                        &selected.field,
                        &raw,
                        known,
                        id.and_then(|id| self.file_uri(&selection.model.name, id, odoo_name)),
                    )
                }
                _ => scalar::shown(&selected.field, raw, self.zone),
            };
            let shown = match (selected.as_list, shown) {
                (true, Value::Null) => Value::Array(Vec::new()),
                (true, one) => Value::Array(vec![one]),
                (false, shown) => shown,
            };
            record.insert(selected.answer.clone(), shown);
        }
        if let Some(currency) = currency {
            let key = if record.contains_key("currency") { "amounts_currency" } else { "currency" };
            record.insert(key.to_owned(), currency);
        }
        record
    }

    /// Where a file is read; that of an attachment has an address of its own.
    fn file_uri(&self, model: &str, id: i64, field: &str) -> Option<String> {
        let attached =
            (model == "ir.attachment" && ["datas", "raw"].contains(&field)).then(|| self.links.attachment(id));
        attached.flatten().or_else(|| self.links.field(model, id, field))
    }

    fn many2one(&self, raw: Value, selected: &Selected) -> Value {
        match (&selected.nested, raw) {
            (Some(nested), Value::Object(row)) if row.get("id").is_some_and(Value::is_number) => {
                let asks_name = nested.selection.fields.iter().any(|selected| selected.answer == "name");
                let name = match scalar::named(&Value::Object(Map::from_iter(
                    ["id", "display_name"].iter().filter_map(|key| Some(((*key).to_owned(), row.get(*key)?.clone()))),
                ))) {
                    Value::Object(mut named) => named.remove("name"),
                    _ => None,
                };
                Value::Object(self.record(row, &nested.selection, name.filter(|_| !asks_name)))
            }
            (_, raw) => scalar::named(&raw),
        }
    }

    /// The related records, and how many there are in all if these are not all.
    fn list(&self, raw: Value, selected: &Selected, total: Option<u64>) -> (Value, Option<u64>) {
        let Value::Array(mut list) = raw else { return (Value::Array(Vec::new()), None) };
        let limit = selected.nested.as_ref().and_then(|nested| nested.limit).map_or(usize::MAX, |limit| limit as usize);
        let total = total.or((list.len() > limit).then_some(list.len() as u64));
        list.truncate(limit);
        let one = |raw: Value| match (&selected.nested, raw) {
            (Some(NestedSelection { selection, .. }), Value::Object(row)) => {
                Value::Object(self.record(row, selection, None))
            }
            (None, Value::Object(values)) if !values.contains_key("id") => Value::Object(values),
            (_, raw) => scalar::named(&raw),
        };
        let shown: Vec<Value> = list.into_iter().map(one).filter(|record| !record.is_null()).collect();
        (Value::Array(shown), total)
    }
}

/// The currency of a record's own amounts: one name, or by amount where they differ.
fn own_currency(row: &Map<String, Value>, selection: &Selection) -> Option<Value> {
    let amounts =
        selection.fields.iter().filter(|selected| selected.field.kind == FieldType::Monetary && !selected.hidden);
    let named: Vec<(&str, String)> =
        amounts.filter_map(|selected| Some((selected.answer.as_str(), currency(selected, selection, row)?))).collect();
    let (_, first) = named.first()?;
    Some(if named.iter().all(|(_, currency)| currency == first) {
        Value::String(first.clone())
    } else {
        named.iter().map(|(amount, currency)| ((*amount).to_owned(), json!(currency))).collect::<Map<_, _>>().into()
    })
}
