//! Relations for versions whose search does not bring them: before 17, and without the module `web`.
//!
//! Rows come flat: a many2one as `[7, "name"]`, an x2many as ids. One more read per relation brings the related records'
//! fields, for all rows at once; a many2one of which only the name is asked for costs nothing. The result has the shape that
//! `records` tells.

use std::collections::{BTreeSet, HashMap};

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::error::Error;
use super::metadata::{self, FieldType};
use super::records::{self, Related, Specification};
use super::request::{Effect, Patience, Request};

type Row = Map<String, Value>;

/// A relation among the fields asked for.
struct Relation<'a> {
    name: &'a str,
    kind: FieldType,
    /// The related model; a reference names it in each value.
    model: String,
    related: &'a Related,
}

/// What was read of a relation: rows by model and id, and the ids in the order asked for.
#[derive(Default)]
struct Found {
    rows: HashMap<(String, i64), Row>,
    order: HashMap<i64, usize>,
}

impl Client {
    /// Gives flat rows their relations, and every row its keys in order.
    pub(super) fn relate<'a>(
        &'a self,
        model: &'a str,
        rows: &'a mut [Row],
        specification: &'a Specification,
        context: &'a Row,
        patience: &'a Patience,
    ) -> BoxFuture<'a, Result<(), Error>> {
        async move {
            let asked: Vec<_> =
                specification.fields.iter().filter_map(|(name, field)| Some((name, field.related.as_ref()?))).collect();
            let mut found = HashMap::new();
            let mut relations = HashMap::new();
            if !asked.is_empty() && !rows.is_empty() {
                let model = self.model(model, patience).await?;
                for (name, related) in asked {
                    let Some(field) = model.fields.get(name.as_str()) else { continue };
                    let relation = Relation {
                        name,
                        kind: field.kind.clone(),
                        model: field.relation.clone().unwrap_or_default(),
                        related,
                    };
                    relations.insert(name.as_str(), relation);
                }
                let reads = relations.values().map(|relation| async {
                    Ok::<_, Error>((relation.name, self.fetch(relation, rows, context, patience).await?))
                });
                found = futures::future::try_join_all(reads).await?.into_iter().collect();
            }
            for row in rows.iter_mut() {
                *row = shaped(std::mem::take(row), specification, &relations, &found);
            }
            Ok(())
        }
        .boxed()
    }

    /// Reads the related records of one relation, and what these are related to.
    async fn fetch(
        &self,
        relation: &Relation<'_>,
        rows: &[Row],
        context: &Row,
        patience: &Patience,
    ) -> Result<Found, Error> {
        let fields: Vec<&str> = relation.related.fields.names().into_iter().filter(|name| *name != "id").collect();
        let mut found = Found::default();
        let is_list = matches!(relation.kind, FieldType::One2many | FieldType::Many2many);
        let needed = match relation.kind {
            FieldType::Many2one => fields.iter().any(|name| *name != "display_name"),
            FieldType::One2many | FieldType::Many2many | FieldType::Reference => !fields.is_empty(),
            _ => false,
        };
        let ordered = is_list && relation.related.order.is_some();
        if !needed && !ordered {
            return Ok(found);
        }
        let mut ids: HashMap<String, BTreeSet<i64>> = HashMap::new();
        for value in rows.iter().filter_map(|row| row.get(relation.name)) {
            if is_list {
                let listed = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let first = if ordered { None } else { relation.related.limit };
                let count = first.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(listed.len());
                ids.entry(relation.model.clone())
                    .or_default()
                    .extend(listed.iter().take(count).filter_map(Value::as_i64));
            } else if relation.kind == FieldType::Reference {
                if let Some((model, id)) = reference(value) {
                    ids.entry(model.to_owned()).or_default().insert(id);
                }
            } else if let Some(id) = metadata::id(value) {
                ids.entry(relation.model.clone()).or_default().insert(id);
            }
        }
        for (model, ids) in ids {
            let ids: Vec<i64> = ids.into_iter().collect();
            if ids.is_empty() {
                continue;
            }
            let wanted = if fields.is_empty() { vec!["id"] } else { fields.clone() };
            let mut read = match relation.related.order.as_deref().filter(|_| ordered) {
                Some(order) => self.search_rows(&model, &ids, &wanted, order, context, patience).await?,
                None => self.read_rows(&model, &ids, &wanted, context, patience).await?,
            };
            self.relate(&model, &mut read, &relation.related.fields, context, patience).await?;
            for (position, row) in read.into_iter().enumerate() {
                if let Some(id) = row.get("id").and_then(Value::as_i64) {
                    found.order.insert(id, position);
                    found.rows.insert((model.clone(), id), row);
                }
            }
        }
        Ok(found)
    }

    /// Reads records by id in an order, archived ones too: whether they count was decided where the ids came from.
    async fn search_rows(
        &self,
        model: &str,
        ids: &[i64],
        fields: &[&str],
        order: &str,
        context: &Row,
        patience: &Patience,
    ) -> Result<Vec<Row>, Error> {
        let mut request = Request::new(model, "search_read", Effect::Read);
        request.kwargs.insert("domain".into(), json!([["id", "in", ids]]));
        request.kwargs.insert("fields".into(), json!(fields));
        request.kwargs.insert("order".into(), order.into());
        request.context = context.clone();
        request.context.insert("active_test".into(), false.into());
        records::records(self.execute(&request, patience).await?, model)
    }
}

/// A row with its keys in the specification's order and its relations in their shape.
fn shaped(
    mut row: Row,
    specification: &Specification,
    relations: &HashMap<&str, Relation<'_>>,
    found: &HashMap<&str, Found>,
) -> Row {
    let mut shaped = Row::new();
    shaped.insert("id".into(), row.remove("id").unwrap_or_default());
    for name in specification.fields.keys() {
        let Some(value) = row.remove(name) else { continue };
        let (value, total) = match (relations.get(name.as_str()), found.get(name.as_str())) {
            (Some(relation), Some(found)) => related_value(value, relation, found),
            _ => (value, None),
        };
        shaped.insert(name.clone(), value);
        if let Some(total) = total {
            shaped.insert(records::total_key(name), total.into());
        }
    }
    shaped
}

fn related_value(value: Value, relation: &Relation<'_>, found: &Found) -> (Value, Option<usize>) {
    match relation.kind {
        FieldType::Many2one => (many2one(&value, relation, found), None),
        FieldType::One2many | FieldType::Many2many => {
            let mut ids: Vec<i64> =
                value.as_array().map(|ids| ids.iter().filter_map(Value::as_i64).collect()).unwrap_or_default();
            if relation.related.order.is_some() {
                ids.retain(|id| found.order.contains_key(id));
                ids.sort_by_key(|id| found.order.get(id));
            }
            let total = records::cut(&mut ids, relation.related.limit);
            let items = ids.into_iter().map(|id| {
                found
                    .rows
                    .get(&(relation.model.clone(), id))
                    .map_or_else(|| json!({"id": id}), |row| Value::Object(row.clone()))
            });
            (items.collect(), total)
        }
        FieldType::Reference => {
            let shaped = reference(&value).and_then(|(model, id)| {
                let mut row = found.rows.get(&(model.to_owned(), id))?.clone();
                row.insert("id".into(), json!({"id": id, "model": model}));
                Some(Value::Object(row))
            });
            (shaped.unwrap_or(Value::Bool(false)), None)
        }
        FieldType::Many2oneReference => match value.as_i64().filter(|id| *id > 0) {
            Some(id) => (json!({"id": id}), None),
            None => (Value::Bool(false), None),
        },
        _ => (value, None),
    }
}

fn many2one(value: &Value, relation: &Relation<'_>, found: &Found) -> Value {
    let Some(id) = metadata::id(value).filter(|id| *id > 0) else { return Value::Bool(false) };
    let mut row = found.rows.get(&(relation.model.clone(), id)).cloned().unwrap_or_default();
    let mut shaped = Row::new();
    shaped.insert("id".into(), id.into());
    for name in relation.related.fields.fields.keys() {
        // The name comes with the many2one itself, also where the related record may not be read.
        let own = if name == "display_name" { metadata::id_and_name(value).map(|(_, name)| name.into()) } else { None };
        if let Some(value) = own.or_else(|| row.remove(name)) {
            shaped.insert(name.clone(), value);
        }
        if let Some(total) = row.remove(&records::total_key(name)) {
            shaped.insert(records::total_key(name), total);
        }
    }
    Value::Object(shaped)
}

/// `res.partner,7`.
fn reference(value: &Value) -> Option<(&str, i64)> {
    let (model, id) = value.as_str()?.split_once(',')?;
    Some((model, id.parse().ok().filter(|id| *id > 0)?))
}
