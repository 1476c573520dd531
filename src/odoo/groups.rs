//! Groups and their aggregates, in one raw shape on every version: `formatted_read_group` of 19, `read_group` before.
//!
//! The shape:
//! - keys as asked, `group_by` first, then the aggregates;
//! - a many2one, a many2many or an `id` is `{"id": 7, "display_name": "…"}`;
//! - a period is `{"from", "to", "label"}`, `to` exclusive, both in the zone of the context: days (`2026-11-01`), or for hours
//!   moments with offset (`2026-11-01T08:00:00+01:00`);
//! - the number of a month, weekday … is an integer; a boolean stays a boolean; any other value is Odoo's;
//! - an empty group is `null`;
//! - a sum or count of nothing is 0, any other aggregate of nothing `null`.
//!
//! The domains that Odoo adds to groups are dropped: they print the grouped value.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde_json::{Map, Value, json};

use super::client::{Client, Wire};
use super::error::{Error, Kind};
use super::metadata::{FieldType, Model};
use super::methods::arrange;
use super::names;
use super::records::{self, lacks_method};
use super::request::{Effect, Patience, Request};
use super::version::Version;

/// What to group and what to compute of each group.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// The model.
    pub model: String,
    /// The domain, as the list that Odoo takes.
    pub domain: Value,
    /// e.g. `partner_id`, `date_order:month`. A date without a period is by month.
    pub group_by: Vec<String>,
    /// e.g. `amount_total:sum`, `__count`.
    pub aggregates: Vec<String>,
    /// By names of `group_by` and `aggregates` as written there, e.g. `amount_total:sum desc`.
    pub order: Option<String>,
    /// How many groups to skip.
    pub offset: u64,
    /// How many groups at most; `None` is all.
    pub limit: Option<u64>,
    /// The context.
    pub context: Map<String, Value>,
}

/// One entry of `group_by`, with what is known of its field.
struct Grouping {
    /// As written by the caller: the key of the answer.
    asked: String,
    /// As Odoo takes it.
    sent: String,
    /// The field, with the path to it.
    field: String,
    kind: FieldType,
    period: Option<String>,
}

/// One term of an order.
struct Term {
    key: String,
    descending: bool,
}

impl Client {
    /// Groups records. One request, the model's fields being known.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] for what this version cannot group; else as [`Client::execute`].
    pub async fn read_group(&self, groups: &GroupQuery, patience: &Patience) -> Result<Vec<Map<String, Value>>, Error> {
        names::model(&groups.model)?;
        if groups.limit == Some(0) {
            return Ok(Vec::new());
        }
        let version = self.version(patience).await?;
        let groupings = self.groupings(groups, version, patience).await?;
        let context = self.context(&groups.context, patience).await?;
        let zone = zone(&context);
        let terms = terms(groups.order.as_deref(), &groupings);
        let wire = self.wire(patience).await?;
        if version >= Version::new(19, 0) && !self.lacks_web() {
            match self.formatted_read_group(groups, &groupings, &terms, wire, context.clone(), patience).await {
                Err(error) if lacks_method(&error, "formatted_read_group") => self.note_lack_of_web(),
                Err(error) => return Err(error),
                Ok(rows) => {
                    return Ok(rows
                        .into_iter()
                        .map(|row| shape(row, groups, &groupings, &zone, Clone::clone))
                        .collect());
                }
            }
        }
        let rows = self.plain_read_group(groups, &groupings, &terms, version, wire, context, patience).await?;
        let alias = |aggregate: &String| match groups.aggregates.iter().position(|known| known == aggregate) {
            Some(position) if aggregate != "__count" => format!("a{position}"),
            _ => aggregate.clone(),
        };
        Ok(rows.into_iter().map(|row| shape(row, groups, &groupings, &zone, alias)).collect())
    }

    async fn formatted_read_group(
        &self,
        groups: &GroupQuery,
        groupings: &[Grouping],
        terms: &[Term],
        wire: Wire,
        context: Map<String, Value>,
        patience: &Patience,
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let mut request = Request::new(&groups.model, "formatted_read_group", Effect::Read);
        let mut set = |key: &str, value: Value| request.kwargs.insert(key.into(), value);
        set("domain", groups.domain.clone());
        set("groupby", sent(groupings));
        set("aggregates", json!(groups.aggregates));
        if groups.offset > 0 {
            set("offset", groups.offset.into());
        }
        if let Some(limit) = groups.limit {
            set("limit", limit.into());
        }
        if !terms.is_empty() {
            set("order", written(terms.iter()).into());
        }
        records::rows(self.send(wire, &request, context, patience).await?, &groups.model)
    }

    /// `read_group`, with an alias for every aggregate: without, two of one field are refused, and so is an order by one.
    #[expect(clippy::too_many_arguments, reason = "the parts of one query, each prepared before")]
    async fn plain_read_group(
        &self,
        groups: &GroupQuery,
        groupings: &[Grouping],
        terms: &[Term],
        version: Version,
        wire: Wire,
        context: Map<String, Value>,
        patience: &Patience,
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let mut fields = Vec::new();
        let mut aliased: Vec<Term> =
            terms.iter().map(|term| Term { key: term.key.clone(), descending: term.descending }).collect();
        for (position, aggregate) in groups.aggregates.iter().enumerate().filter(|(_, name)| *name != "__count") {
            let Some((field, function)) = aggregate.split_once(':') else {
                return Err(Error::new(
                    Kind::InvalidArguments,
                    format!("The aggregate `{aggregate}` names no function."),
                )
                .hint("Write it as `amount_total:sum`."));
            };
            fields.push(format!("a{position}:{function}({field})"));
            for term in aliased.iter_mut().filter(|term| term.key == *aggregate) {
                term.key = format!("a{position}");
            }
        }
        if fields.is_empty() {
            // No field at all means every field to Odoo.
            fields.push("__count".into());
        }
        // Before 17 Odoo does not order by the count: then all groups are fetched, and ordered here.
        let by_count = aliased.iter().position(|term| term.key == "__count").filter(|_| version < Version::new(17, 0));
        let ordered = written(aliased.iter().filter(|term| by_count.is_none() || term.key != "__count"));
        let page = |n: Option<u64>| n.filter(|_| by_count.is_none());
        let arguments = vec![
            ("domain", groups.domain.clone()),
            ("fields", json!(fields)),
            ("groupby", sent(groupings)),
            ("offset", page(Some(groups.offset)).unwrap_or(0).into()),
            ("limit", page(groups.limit).map_or(Value::Null, Value::from)),
            ("orderby", if ordered.is_empty() { Value::Bool(false) } else { ordered.into() }),
            ("lazy", Value::Bool(false)),
        ];
        let mut request = Request::new(&groups.model, "read_group", Effect::Read);
        arrange(&mut request, wire, arguments);
        let mut rows = records::rows(self.send(wire, &request, context, patience).await?, &groups.model)?;
        if let Some(position) = by_count {
            order_by_count(&mut rows, &aliased, position);
            let skip = usize::try_from(groups.offset).unwrap_or(usize::MAX);
            let take = groups.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
            rows = rows.into_iter().skip(skip).take(take).collect();
        }
        Ok(rows)
    }

    async fn groupings(
        &self,
        groups: &GroupQuery,
        version: Version,
        patience: &Patience,
    ) -> Result<Vec<Grouping>, Error> {
        let mut groupings = Vec::new();
        for asked in &groups.group_by {
            let (field, period) = match asked.split_once(':') {
                Some((field, period)) => (field, Some(period.to_owned())),
                None => (asked.as_str(), None),
            };
            let kind = self.type_of_path(&groups.model, field, patience).await?;
            let is_path = field.contains('.') && kind != FieldType::Properties;
            let refused = if is_path && version < Version::new(18, 0) {
                Some("through a path")
            } else if kind == FieldType::Many2many && version < Version::new(15, 0) {
                Some("by a many2many field")
            } else {
                None
            };
            if let Some(how) = refused {
                return Err(Error::new(Kind::Unsupported, format!("Odoo {version} does not group {how} (`{asked}`).")));
            }
            let is_time = matches!(kind, FieldType::Date | FieldType::Datetime);
            let period = period.or_else(|| is_time.then(|| "month".to_owned()));
            groupings.push(Grouping {
                sent: period.as_ref().map_or_else(|| field.to_owned(), |period| format!("{field}:{period}")),
                asked: asked.clone(),
                field: field.to_owned(),
                kind,
                period,
            });
        }
        Ok(groupings)
    }

    /// The type of a field that a path of relations leads to.
    async fn type_of_path(&self, model: &str, path: &str, patience: &Patience) -> Result<FieldType, Error> {
        let mut name = model.to_owned();
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            if part == "id" {
                return Ok(FieldType::Many2one);
            }
            let model = self.model(&name, patience).await?;
            let field = model.fields.get(part).ok_or_else(|| unknown(&model, part))?;
            match (&field.relation, parts.peek()) {
                (Some(relation), Some(_)) => name.clone_from(relation),
                _ => return Ok(field.kind.clone()),
            }
        }
        Ok(FieldType::Other(String::new()))
    }
}

fn unknown(model: &Model, field: &str) -> Error {
    Error::new(Kind::UnknownField, format!("Odoo's `{}` has no field `{field}`.", model.name))
        .hint("Ask for the model's fields first.")
}

fn sent(groupings: &[Grouping]) -> Value {
    groupings.iter().map(|grouping| Value::from(grouping.sent.clone())).collect()
}

/// The terms of an order, by the keys that Odoo knows.
fn terms(order: Option<&str>, groupings: &[Grouping]) -> Vec<Term> {
    let parts = order.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, direction) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
            let sent = groupings.iter().find(|grouping| grouping.asked == key).map(|grouping| grouping.sent.clone());
            Term {
                key: sent.unwrap_or_else(|| key.to_owned()),
                descending: direction.trim().to_lowercase().starts_with("desc"),
            }
        })
        .collect()
}

fn written<'a>(terms: impl Iterator<Item = &'a Term>) -> String {
    terms
        .map(|term| if term.descending { format!("{} desc", term.key) } else { term.key.clone() })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Orders by the count among rows that Odoo has ordered by every other term: the terms before it stay, those after it break ties.
fn order_by_count(rows: &mut [Map<String, Value>], terms: &[Term], position: usize) {
    let count = |row: &Map<String, Value>| row.get("__count").and_then(Value::as_u64).unwrap_or_default();
    let before: Vec<&str> = terms.iter().take(position).map(|term| term.key.as_str()).collect();
    let descending = terms.get(position).is_some_and(|term| term.descending);
    for run in rows.chunk_by_mut(|a, b| before.iter().all(|key| a.get(*key) == b.get(*key))) {
        if descending {
            run.sort_by_key(|row| std::cmp::Reverse(count(row)));
        } else {
            run.sort_by_key(count);
        }
    }
}

/// The zone in which Odoo cuts days: the context's, if it is one.
fn zone(context: &Map<String, Value>) -> TimeZone {
    context.get("tz").and_then(Value::as_str).and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// One group in the shape of this module. `key` says under which name Odoo gives an aggregate.
fn shape(
    mut row: Map<String, Value>,
    groups: &GroupQuery,
    groupings: &[Grouping],
    zone: &TimeZone,
    key: impl Fn(&String) -> String,
) -> Map<String, Value> {
    let mut shaped = Map::new();
    let domain = row.remove("__domain").unwrap_or_default();
    for grouping in groupings {
        let value = row.remove(&grouping.sent).unwrap_or_default();
        shaped.insert(grouping.asked.clone(), group_value(value, grouping, &domain, zone));
    }
    for aggregate in &groups.aggregates {
        let value = row.get(&key(aggregate)).cloned().unwrap_or_default();
        shaped.insert(aggregate.clone(), aggregate_value(value, aggregate));
    }
    shaped
}

fn aggregate_value(value: Value, aggregate: &str) -> Value {
    let is_flag = aggregate.ends_with(":bool_and") || aggregate.ends_with(":bool_or");
    if !matches!(value, Value::Null | Value::Bool(false)) || is_flag {
        return value;
    }
    let counts = aggregate == "__count"
        || [":sum", ":count", ":count_distinct"].iter().any(|function| aggregate.ends_with(function));
    if counts { 0.into() } else { Value::Null }
}

fn group_value(value: Value, grouping: &Grouping, domain: &Value, zone: &TimeZone) -> Value {
    if value.is_null() || (value == Value::Bool(false) && grouping.kind != FieldType::Boolean) {
        return Value::Null;
    }
    if let (FieldType::Date | FieldType::Datetime, Some(period)) = (&grouping.kind, &grouping.period) {
        return match interval(period) {
            Some(interval) => period_value(&value, grouping, interval, domain, zone),
            None => whole(value),
        };
    }
    match value.as_array().map(Vec::as_slice) {
        Some([id, name]) if id.is_i64() && name.is_string() => json!({"id": id, "display_name": name}),
        _ => value,
    }
}

/// A period. 19 gives `[from, label]`; before, the label alone, and the bounds only in the group's domain.
fn period_value(value: &Value, grouping: &Grouping, interval: Span, domain: &Value, zone: &TimeZone) -> Value {
    let local = |text: &str| civil(text, grouping.kind == FieldType::Datetime, zone);
    let (from, label) = match value.as_array().map(Vec::as_slice) {
        Some([Value::String(from), label]) => (local(from), label.clone()),
        _ => {
            let bounds = bounds(domain, &grouping.field);
            let from = bounds.into_iter().find_map(|(from, to)| {
                let from = local(from)?;
                (from.checked_add(interval).ok()? == local(to)?).then_some(from)
            });
            (from, value.clone())
        }
    };
    let Some(from) = from else { return json!({"from": null, "to": null, "label": label}) };
    let to = from.checked_add(interval).unwrap_or(from);
    let written = |at: DateTime| match zone.to_zoned(at) {
        Ok(at) if interval.get_hours() > 0 => at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        _ => at.date().to_string(),
    };
    json!({"from": written(from), "to": written(to), "label": label})
}

/// Odoo's text of a day or of a moment in UTC, as the clock on the wall shows it.
fn civil(text: &str, is_moment: bool, zone: &TimeZone) -> Option<DateTime> {
    if !is_moment {
        return text.get(..10)?.parse::<jiff::civil::Date>().ok().map(|day| day.at(0, 0, 0, 0));
    }
    let moment = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    let moment = TimeZone::UTC.to_timestamp(moment).ok()?;
    Some(zone.to_datetime(moment))
}

/// The pairs of bounds of a field in a domain: a `>=` followed by a `<`.
fn bounds<'a>(domain: &'a Value, field: &str) -> Vec<(&'a str, &'a str)> {
    let leaf = |value: &'a Value| match value.as_array().map(Vec::as_slice) {
        Some([Value::String(name), Value::String(operator), Value::String(text)]) if name == field => {
            Some((operator.as_str(), text.as_str()))
        }
        _ => None,
    };
    let leaves: Vec<_> = domain.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(leaf).collect();
    leaves
        .windows(2)
        .filter_map(|pair| match pair {
            [(">=", from), ("<", to)] => Some((*from, *to)),
            _ => None,
        })
        .collect()
}

fn interval(period: &str) -> Option<Span> {
    Some(match period {
        "hour" => 1.hour(),
        "day" => 1.day(),
        "week" => 7.days(),
        "month" => 1.month(),
        "quarter" => 3.months(),
        "year" => 1.year(),
        _ => return None,
    })
}

/// `10.0` as 10: the numbers of months and days come as floats.
fn whole(value: Value) -> Value {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e9 => {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            let whole = number as i64;
            whole.into()
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests;
