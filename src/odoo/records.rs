//! Rows, their total and what they are related to, in one raw shape on every version.
//!
//! From Odoo 17 on one `web_search_read` with a specification brings all of it. Before 17, and where the module `web` is
//! missing, the rows come first and then one more read per relation whose fields, or x2many whose names, are asked for
//! (`relations`). The shape is that of `web_search_read` in 17:
//!
//! - `id` is always there, first; then the fields in the order of the specification.
//! - A scalar is Odoo's: `false` where it is empty, a datetime in UTC.
//! - A many2one is `false` or `{"id": 7, "display_name": …}` with the fields asked for.
//! - An x2many is a list of `{"id": 7, …}`. With a limit the rest is dropped, and a sibling key `<name>_total` says how many
//!   there are; without that key the list is whole.
//! - A reference with [`Related`] is `false` or `{"id": {"id": 7, "model": "res.partner"}, "display_name": …}`, without it the
//!   text `res.partner,7`.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::error::{Error, Kind};
use super::methods::unexpected;
use super::names;
use super::request::{Effect, Patience, Request};
use super::version::Version;

/// What to search and what to read of what is found.
#[derive(Debug, Clone)]
pub struct Search {
    /// The model.
    pub model: String,
    /// The domain, as the list that Odoo takes.
    pub domain: Value,
    /// What to read.
    pub specification: Specification,
    /// e.g. `date_order desc, id`; `None` is the model's own.
    pub order: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many at most; `None` is all. 0 is none, not all.
    pub limit: Option<u64>,
    /// Whether the total is wanted.
    pub count: bool,
    /// The context.
    pub context: Map<String, Value>,
}

/// The fields to read, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Specification {
    /// By name.
    pub fields: IndexMap<String, FieldSpecification>,
}

impl Specification {
    /// What a record is called, and nothing else of it.
    #[must_use]
    pub fn display_name() -> Self {
        Self { fields: IndexMap::from([("display_name".to_owned(), FieldSpecification::default())]) }
    }
}

/// How to read one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSpecification {
    /// What to read of the related records; `None` for what is no relation.
    pub related: Option<Related>,
}

/// What to read of related records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Related {
    /// Their fields; `display_name` is their name.
    pub fields: Specification,
    /// How many of an x2many at most.
    pub limit: Option<u32>,
    /// The order of an x2many.
    pub order: Option<String>,
}

/// Rows, and how many there are in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The rows, in the shape that the module's documentation tells.
    pub records: Vec<Map<String, Value>>,
    /// How many records meet the domain, if that was wanted.
    pub total: Option<u64>,
}

impl Specification {
    /// As `web_search_read` takes it.
    pub(super) fn to_value(&self) -> Value {
        let field = |(name, field): (&String, &FieldSpecification)| {
            let mut spec = Map::new();
            if let Some(related) = &field.related {
                spec.insert("fields".into(), related.fields.to_value());
                if let Some(limit) = related.limit {
                    spec.insert("limit".into(), limit.into());
                }
                if let Some(order) = &related.order {
                    spec.insert("order".into(), order.clone().into());
                }
            }
            (name.clone(), Value::Object(spec))
        };
        self.fields.iter().map(field).collect::<Map<_, _>>().into()
    }

    /// The fields' names; never none, for Odoo reads every field then.
    pub(super) fn names(&self) -> Vec<&str> {
        if self.fields.is_empty() { vec!["id"] } else { self.fields.keys().map(String::as_str).collect() }
    }
}

impl Client {
    /// Searches and reads: rows, total and relations at any depth. One request from Odoo 17 on.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn search_read(&self, search: &Search, patience: &Patience) -> Result<Page, Error> {
        names::model(&search.model)?;
        if search.limit == Some(0) {
            let total = if search.count { Some(self.count(search, patience).await?) } else { None };
            return Ok(Page { records: Vec::new(), total });
        }
        let version = self.version(patience).await?;
        if version >= Version::new(17, 0) && !self.lacks_web() {
            match self.search_with_specification(search, patience).await {
                Err(error) if lacks_method(&error, "web_search_read") => self.note_lack_of_web(),
                page => return page,
            }
        }
        let mut page = self.search_with_fields(search, version, patience).await?;
        self.relate(&search.model, &mut page.records, &search.specification, &search.context, patience).await?;
        Ok(page)
    }

    async fn search_with_specification(&self, search: &Search, patience: &Patience) -> Result<Page, Error> {
        let specification = search.specification.to_value();
        let mut request = Request::new(&search.model, "web_search_read", Effect::Read);
        request.kwargs = paging(search);
        request.kwargs.insert("domain".into(), search.domain.clone());
        request.kwargs.insert("specification".into(), specification);
        if let (false, Some(limit)) = (search.count, search.limit) {
            // Odoo counts as far as this, which is no further than the rows it has.
            request.kwargs.insert("count_limit".into(), search.offset.saturating_add(limit).into());
        }
        let wire = self.wire(patience).await?;
        let context = self.context(&search.context, patience).await?;
        let (mut records, length) =
            rows_and_length(self.send(wire, &request, context, patience).await?, &search.model)?;
        for record in &mut records {
            cut_tails(record, &search.specification);
        }
        let total = self.total(search, records.len(), length, patience).await?;
        Ok(Page { records, total })
    }

    /// The rows of a version that has no specification, as flat as they come.
    async fn search_with_fields(&self, search: &Search, version: Version, patience: &Patience) -> Result<Page, Error> {
        let wire = self.wire(patience).await?;
        let counts = search.count && version < Version::new(17, 0) && !self.lacks_web();
        let method = if counts { "web_search_read" } else { "search_read" };
        let mut request = Request::new(&search.model, method, Effect::Read);
        request.kwargs = paging(search);
        request.kwargs.insert("domain".into(), search.domain.clone());
        request.kwargs.insert("fields".into(), json!(search.specification.names()));
        let context = self.context(&search.context, patience).await?;
        let answer = match self.send(wire, &request, context.clone(), patience).await {
            Err(error) if counts && lacks_method(&error, method) => {
                self.note_lack_of_web();
                request.method = "search_read".into();
                self.send(wire, &request, context, patience).await?
            }
            answer => answer?,
        };
        let (records, length) = match answer {
            Value::Array(_) => {
                let records = records(answer, &search.model)?;
                let whole = search.limit.is_none_or(|limit| (records.len() as u64) < limit);
                let length = whole.then_some(search.offset + records.len() as u64);
                (records, length)
            }
            other => rows_and_length(other, &search.model).map(|(records, length)| (records, Some(length)))?,
        };
        let total = match length {
            Some(length) => self.total(search, records.len(), length, patience).await?,
            None if search.count => Some(self.count(search, patience).await?),
            None => None,
        };
        Ok(Page { records, total })
    }

    /// The total. Beyond the end Odoo says 0; only then it is asked for by itself.
    async fn total(
        &self,
        search: &Search,
        rows: usize,
        length: u64,
        patience: &Patience,
    ) -> Result<Option<u64>, Error> {
        if !search.count {
            return Ok(None);
        }
        if rows == 0 && search.offset > 0 {
            return self.count(search, patience).await.map(Some);
        }
        Ok(Some(length))
    }

    async fn count(&self, search: &Search, patience: &Patience) -> Result<u64, Error> {
        self.search_count(&search.model, search.domain.clone(), &search.context, patience).await
    }

    /// Reads records by id, without a search.
    pub(super) async fn read_rows(
        &self,
        model: &str,
        ids: &[i64],
        fields: &[&str],
        context: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let mut request = Request::new(model, "read", Effect::Read);
        request.ids = Some(ids.to_vec());
        request.kwargs.insert("fields".into(), json!(fields));
        request.context = context.clone();
        records(self.execute(&request, patience).await?, model)
    }
}

fn paging(search: &Search) -> Map<String, Value> {
    let mut kwargs = Map::new();
    if search.offset > 0 {
        kwargs.insert("offset".into(), search.offset.into());
    }
    if let Some(limit) = search.limit {
        kwargs.insert("limit".into(), limit.into());
    }
    if let Some(order) = &search.order {
        kwargs.insert("order".into(), order.clone().into());
    }
    kwargs
}

/// Whether Odoo said that it lacks this method of a module that may be missing.
pub(super) fn lacks_method(error: &Error, method: &str) -> bool {
    error.kind == Kind::InvalidArguments
        && error.class.as_deref().is_some_and(|class| class.ends_with("NotFound") || class.ends_with("AttributeError"))
        && error.message.contains(method)
}

fn rows_and_length(answer: Value, model: &str) -> Result<(Vec<Map<String, Value>>, u64), Error> {
    let Value::Object(mut answer) = answer else { return Err(unexpected(model, "web_search_read")) };
    let length = answer.get("length").and_then(Value::as_u64).ok_or_else(|| unexpected(model, "web_search_read"))?;
    Ok((records(answer.remove("records").unwrap_or_default(), model)?, length))
}

/// Rows that are records: each has its id, which may be below zero in a report's view.
pub(super) fn records(answer: Value, model: &str) -> Result<Vec<Map<String, Value>>, Error> {
    let rows = rows(answer, model)?;
    let is_record = |row: &Map<String, Value>| row.get("id").is_some_and(Value::is_i64);
    if rows.iter().all(is_record) { Ok(rows) } else { Err(unexpected(model, "read")) }
}

pub(super) fn rows(answer: Value, model: &str) -> Result<Vec<Map<String, Value>>, Error> {
    let Value::Array(rows) = answer else { return Err(unexpected(model, "read")) };
    rows.into_iter()
        .map(|row| match row {
            Value::Object(row) => Ok(row),
            _ => Err(unexpected(model, "read")),
        })
        .collect()
}

/// Drops what lies beyond an x2many's limit, which comes as bare ids, and says how many there are. At every depth.
fn cut_tails(record: &mut Map<String, Value>, specification: &Specification) {
    for (name, field) in &specification.fields {
        let Some(related) = &field.related else { continue };
        let mut total = None;
        match record.get_mut(name) {
            Some(Value::Array(items)) => {
                total = cut(items, related.limit);
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    cut_tails(item, &related.fields);
                }
            }
            Some(Value::Object(item)) => cut_tails(item, &related.fields),
            _ => {}
        }
        if let Some(total) = total {
            record.insert(total_key(name), total.into());
        }
    }
}

/// Cuts a list and gives its true length if that cut something.
pub(super) fn cut<T>(items: &mut Vec<T>, limit: Option<u32>) -> Option<usize> {
    let limit = usize::try_from(limit?).unwrap_or(usize::MAX);
    let total = items.len();
    items.truncate(limit);
    (total > limit).then_some(total)
}

/// The key beside an x2many that was cut.
pub(super) fn total_key(name: &str) -> String {
    format!("{name}_total")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn related(fields: &[&str], limit: Option<u32>) -> FieldSpecification {
        FieldSpecification {
            related: Some(Related {
                fields: Specification {
                    fields: fields.iter().map(|name| ((*name).to_owned(), FieldSpecification::default())).collect(),
                },
                limit,
                order: None,
            }),
        }
    }

    #[test]
    fn a_specification_is_written_as_odoo_takes_it() {
        let mut lines = related(&["product_id"], Some(2));
        lines.related.as_mut().unwrap().order = Some("sequence".into());
        let specification = Specification {
            fields: [("name".to_owned(), FieldSpecification::default()), ("order_line".to_owned(), lines)].into(),
        };
        assert_eq!(
            specification.to_value(),
            json!({"name": {}, "order_line": {"fields": {"product_id": {}}, "limit": 2, "order": "sequence"}})
        );
        assert_eq!(Specification::default().names(), ["id"]);
    }

    #[test]
    fn the_tail_of_a_list_is_dropped_at_every_depth_and_counted() {
        let mut lines = related(&["tax_ids"], Some(2));
        lines.related.as_mut().unwrap().fields.fields.insert("tax_ids".into(), related(&["display_name"], Some(1)));
        let specification = Specification { fields: [("order_line".to_owned(), lines)].into() };
        let mut record = json!({"id": 1, "order_line": [
            {"id": 1, "tax_ids": [{"id": 8, "display_name": "15%"}, {"id": 9}]}, {"id": 2, "tax_ids": []}, {"id": 3}]});
        let record = record.as_object_mut().unwrap();
        cut_tails(record, &specification);
        assert_eq!(
            json!(record),
            json!({"id": 1, "order_line": [
                {"id": 1, "tax_ids": [{"id": 8, "display_name": "15%"}], "tax_ids_total": 2}, {"id": 2, "tax_ids": []}],
                "order_line_total": 3})
        );
    }
}
