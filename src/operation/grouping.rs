//! `group_by` and `aggregates` against the model, and the shape of groups in the answer.
//!
//! Takes groups in the raw shape that `odoo::groups` gives on every version.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::faults::{Faults, cut, did_you_mean, invalid, quote};
use super::fit::Metadata;
use super::names::{find, type_name, unknown, written};
use super::temporal::DATE_NUMBERS;
use crate::answer::{self, Column, Columns, Role};
use crate::odoo::Error;
use crate::odoo::metadata::{Field, FieldType, Model};

/// More names than this in one list are nobody's.
const MOST: usize = 32;
/// More relations in one path than this are nobody's.
const LONGEST: usize = 8;

/// The periods of a date.
const PERIODS: [&str; 6] = ["day", "week", "month", "quarter", "year", "hour"];
const NUMERIC: [&str; 10] =
    ["sum", "avg", "min", "max", "count", "count_distinct", "array_agg", "array_agg_distinct", "bool_and", "bool_or"];

/// What is grouped and computed: every name is one that Odoo has.
#[derive(Debug, Clone)]
pub struct Grouping {
    by: Vec<Key>,
    aggregates: Vec<Key>,
    order: Option<String>,
}

/// One key of a group.
#[derive(Debug, Clone)]
struct Key {
    /// As the author wrote it, alternatives resolved to the first name.
    answer: String,
    /// As Odoo takes it.
    sent: String,
    /// The type of its values.
    kind: FieldType,
    /// Value and label of a selection.
    options: Vec<(Value, String)>,
}

/// Resolves the lists against the model. `aggregates` is `["__count"]` where it is not given; `order` names what is grouped
/// or computed, as written there.
///
/// # Errors
/// All faults in one: `unknown_field`, or `invalid_arguments` for what cannot be grouped or computed; else what asking for
/// a related model gave.
pub async fn fit_grouping<M: Metadata>(
    group_by: &Value,
    aggregates: Option<&Value>,
    order: Option<&str>,
    model: &Arc<Model>,
    metadata: &M,
) -> Result<Grouping, Error> {
    let mut faults = Faults::default();
    let mut by = Vec::new();
    for name in names("group_by", group_by)? {
        match grouped(&name, model, metadata).await? {
            Ok(key) => by.extend(key),
            Err(fault) => faults.push(fault),
        }
    }
    let mut computed = Vec::new();
    let asked = match aggregates {
        Some(aggregates) => names("aggregates", aggregates)?,
        None => vec!["__count".to_owned()],
    };
    for name in asked {
        computed.extend(faults.keep(aggregate(&name, model)).flatten());
    }
    for key in by.iter().chain(&computed) {
        if by.iter().chain(&computed).filter(|other| other.answer == key.answer || other.sent == key.sent).count() > 1 {
            faults.push(invalid(format!("`{}` is there twice", key.answer)));
            break;
        }
    }
    let order = match order {
        Some(order) if faults.is_empty() => faults.keep(ordered(order, &by, &computed)).flatten(),
        _ => None,
    };
    faults.into_result(Grouping { by, aggregates: computed, order })
}

impl Grouping {
    /// What Odoo groups by.
    #[must_use]
    pub fn group_by(&self) -> Vec<String> {
        self.by.iter().map(|key| key.sent.clone()).collect()
    }

    /// What Odoo computes.
    #[must_use]
    pub fn aggregates(&self) -> Vec<String> {
        self.aggregates.iter().map(|key| key.sent.clone()).collect()
    }

    /// In which order, in Odoo's names.
    #[must_use]
    pub fn order(&self) -> Option<String> {
        self.order.clone()
    }

    /// The keys of every group, and what stands under them.
    #[must_use]
    pub fn columns(&self) -> Columns {
        let list = self.by.iter().map(Key::grouped).chain(self.aggregates.iter().map(Key::computed)).collect();
        Columns { model: None, list }
    }

    /// One group as the answer shows it, its keys as the author wrote them.
    #[must_use]
    pub fn shape(&self, mut group: Map<String, Value>, zone: &TimeZone) -> Value {
        let mut shaped = Map::with_capacity(self.by.len() + self.aggregates.len());
        for key in &self.by {
            let raw = group.remove(&key.sent).unwrap_or_default();
            shaped.insert(key.answer.clone(), group_value(raw, &key.kind));
        }
        for key in &self.aggregates {
            let raw = group.remove(&key.sent).unwrap_or_default();
            shaped.insert(key.answer.clone(), aggregate_value(raw, key, zone));
        }
        Value::Object(shaped)
    }
}

impl Key {
    /// What a group's own value looks like.
    fn grouped(&self) -> Column {
        let period = self.sent.rsplit_once(':').map(|(_, period)| period);
        let role = if period.is_some_and(|period| PERIODS.contains(&period)) { Role::Period } else { Role::Value };
        let kind = match self.kind {
            // One of them.
            FieldType::Many2one | FieldType::One2many | FieldType::Many2many => FieldType::Many2one,
            FieldType::Boolean
            | FieldType::Selection
            | FieldType::Char
            | FieldType::Integer
            | FieldType::Float
            | FieldType::Monetary => self.kind.clone(),
            _ => FieldType::Other("group".to_owned()),
        };
        self.column(kind, role, self.options.clone())
    }

    fn computed(&self) -> Column {
        let function = self.sent.rsplit(':').next().unwrap_or_default().to_owned();
        self.column(self.kind.clone(), Role::Aggregate(function), Vec::new())
    }

    fn column(&self, kind: FieldType, role: Role, options: Vec<(Value, String)>) -> Column {
        let (key, field) = (self.answer.clone(), self.sent.clone());
        Column { key, field, kind, role, options, as_list: false, nested: None }
    }
}

fn group_value(raw: Value, kind: &FieldType) -> Value {
    let is_record = |value: &Value| match value {
        Value::Object(record) => record.contains_key("id"),
        Value::Array(pair) => pair.len() == 2 && pair.iter().any(Value::is_string),
        _ => false,
    };
    match raw {
        Value::Bool(false) if *kind != FieldType::Boolean => Value::Null,
        Value::Null if *kind == FieldType::Boolean => Value::Bool(false),
        raw if is_record(&raw) => answer::named(&raw),
        raw => raw,
    }
}

/// A sum or a number of nothing is 0; any other value of nothing is null; a moment is in the zone.
fn aggregate_value(raw: Value, key: &Key, zone: &TimeZone) -> Value {
    let function = key.sent.rsplit(':').next().unwrap_or_default();
    match raw {
        Value::Null | Value::Bool(false) => match function {
            "__count" | "sum" | "count" | "count_distinct" => 0.into(),
            "bool_and" | "bool_or" => Value::Bool(false),
            _ => Value::Null,
        },
        Value::String(moment) if key.kind == FieldType::Datetime => {
            Value::String(super::temporal::shown(&moment, zone))
        }
        raw => raw,
    }
}

/// A list of names; a text with commas is one too.
fn names(key: &str, value: &Value) -> Result<Vec<String>, Error> {
    let names: Vec<String> = match value {
        Value::String(names) => {
            names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        }
        Value::Array(list) => {
            let name = |name: &Value| name.as_str().map(|name| name.trim().to_owned());
            let wrong = || invalid(format!("`{key}` takes a list of names, not {}", quote(value)));
            list.iter().map(name).collect::<Option<_>>().ok_or_else(wrong)?
        }
        _ => return Err(invalid(format!("`{key}` takes a list of names, not {}", quote(value)))),
    };
    if names.len() > MOST {
        return Err(invalid(format!("`{key}` has {} names, more than {MOST}", names.len())));
    }
    Ok(names)
}

/// The inner `None`: an optional field that is missing.
async fn grouped<M: Metadata>(
    asked: &str,
    model: &Arc<Model>,
    metadata: &M,
) -> Result<Result<Option<Key>, Error>, Error> {
    let (path, period) = match asked.split_once(':') {
        Some((path, period)) => (path, Some(period)),
        None => (asked, None),
    };
    // `date?:month` and `date:month?` both say that the date is optional.
    let (period, optional) = match period.and_then(|period| period.strip_suffix('?')) {
        Some(period) => (Some(period), true),
        None => (period, false),
    };
    let mut model = Arc::clone(model);
    let (mut sent, mut shown) = (String::new(), String::new());
    let mut segments = path.split('.').peekable();
    for _ in 0..LONGEST {
        let Some(segment) = segments.next() else { break };
        let name = written(segment);
        let Some(named) = find(&name, &model) else {
            return Ok(if name.optional || optional { Ok(None) } else { Err(unknown(&name, &model)) });
        };
        let field = named.field.clone();
        for (path, name) in [(&mut sent, field.name.as_str()), (&mut shown, named.answer)] {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        let is_last = segments.peek().is_none();
        if field.kind == FieldType::Properties && !is_last {
            let rest: Vec<&str> = segments.collect();
            let tail = format!(".{}", rest.join("."));
            return Ok(property(&sent, &shown, &tail, period).map(Some));
        }
        if is_last {
            return Ok(last(&field, &model, &sent, &shown, period).map(Some));
        }
        match field.relation.as_deref() {
            Some(relation) => model = Box::pin(metadata.model(relation)).await?,
            None => {
                let (name, kind) = (&field.name, type_name(&field.kind));
                return Ok(Err(invalid(format!(
                    "`{name}` ({kind}) is no relation, so `{}` leads nowhere",
                    cut(path, 80)
                ))));
            }
        }
    }
    Ok(Err(invalid(format!("`{}` goes through too many relations", cut(path, 80)))))
}

/// A property: its type is known to its definition only, its name is checked for being one.
fn property(sent: &str, shown: &str, tail: &str, period: Option<&str>) -> Result<Key, Error> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    if !plain(tail) || !period.is_none_or(|period| PERIODS.contains(&period) || DATE_NUMBERS.contains(&period)) {
        return Err(invalid(format!("`{}` is no property", cut(&format!("{shown}{tail}"), 80))));
    }
    let suffix = period.map(|period| format!(":{period}")).unwrap_or_default();
    Ok(Key {
        answer: format!("{shown}{tail}{suffix}"),
        sent: format!("{sent}{tail}{suffix}"),
        kind: FieldType::Other("property".to_owned()),
        options: Vec::new(),
    })
}

fn last(field: &Field, model: &Model, sent: &str, shown: &str, period: Option<&str>) -> Result<Key, Error> {
    if field.kind == FieldType::Properties {
        let message = format!("`{shown}` (properties) is grouped by one of its properties");
        return Err(invalid(message).hint(format!("Write `{shown}.<property>`.")));
    }
    if !field.groupable && field.name != "id" {
        let (name, kind) = (&field.name, type_name(&field.kind));
        let message = format!("`{name}` ({kind}) of `{}` cannot be grouped by", model.name);
        return Err(invalid(message).hint("Group by a stored field that is no long text and no list of lines."));
    }
    let suffix = match (period, &field.kind) {
        (None, _) => String::new(),
        (Some(period), FieldType::Date | FieldType::Datetime)
            if PERIODS.contains(&period) || DATE_NUMBERS.contains(&period) =>
        {
            let of_a_day = ["hour", "hour_number", "minute_number", "second_number"].contains(&period);
            if of_a_day && field.kind == FieldType::Date {
                return Err(invalid(format!("`{shown}` (date) has no `{period}`")));
            }
            format!(":{period}")
        }
        (Some(period), FieldType::Date | FieldType::Datetime) => {
            let meant = did_you_mean(period, PERIODS.into_iter().chain(DATE_NUMBERS));
            return Err(invalid(format!("`{}` is no period of `{shown}`{meant}", cut(period, 40)))
                .hint("There are `hour`, `day`, `week`, `month`, `quarter` and `year`."));
        }
        (Some(period), kind) => {
            let message = format!("`{shown}` ({}) is no date, so it has no `{}`", type_name(kind), cut(period, 40));
            return Err(invalid(message));
        }
    };
    Ok(Key {
        answer: format!("{shown}{suffix}"),
        sent: format!("{sent}{suffix}"),
        kind: field.kind.clone(),
        options: field.selection.clone(),
    })
}

fn aggregate(asked: &str, model: &Model) -> Result<Option<Key>, Error> {
    if asked == "__count" {
        let (answer, sent) = (asked.to_owned(), asked.to_owned());
        return Ok(Some(Key { answer, sent, kind: FieldType::Integer, options: Vec::new() }));
    }
    let (name, function) = match asked.split_once(':') {
        Some((name, function)) => (name, Some(function)),
        None => (asked, None),
    };
    let (function, optional) = match function.and_then(|function| function.strip_suffix('?')) {
        Some(function) => (Some(function), true),
        None => (function, false),
    };
    let name = written(name);
    let Some(named) = find(&name, model) else {
        return if name.optional || optional { Ok(None) } else { Err(unknown(&name, model)) };
    };
    let field = named.field;
    let number = matches!(field.kind, FieldType::Integer | FieldType::Float | FieldType::Monetary);
    let fits = |function: &str| match function {
        "sum" | "avg" => number && field.name != "id",
        "min" | "max" => {
            number
                || matches!(field.kind, FieldType::Date | FieldType::Datetime | FieldType::Char | FieldType::Selection)
        }
        "bool_and" | "bool_or" => field.kind == FieldType::Boolean,
        "count" | "count_distinct" | "array_agg" | "array_agg_distinct" => true,
        _ => false,
    };
    let possible: Vec<&str> = NUMERIC.into_iter().filter(|function| fits(function)).collect();
    let of_field = format!("`{}` ({})", named.answer, type_name(&field.kind));
    let list = matches!(field.kind, FieldType::One2many | FieldType::Many2many | FieldType::Binary);
    if !field.store || list {
        return Err(invalid(format!("{of_field} of `{}` cannot be computed over groups", model.name)));
    }
    let Some(function) = function.or_else(|| fits("sum").then_some("sum")) else {
        return Err(invalid(format!("{of_field} needs one of {}", possible.join(", "))));
    };
    if !fits(function) {
        let meant = did_you_mean(function, possible.iter().copied());
        let message = format!("{of_field} has no `{}`{meant}", cut(function, 40));
        return Err(invalid(message).hint(format!("There are {}.", possible.join(", "))));
    }
    let answer = match asked.split_once(':') {
        Some(_) => format!("{}:{function}", named.answer),
        None => named.answer.to_owned(),
    };
    let kind = if function.starts_with("count") { FieldType::Integer } else { field.kind.clone() };
    Ok(Some(Key { answer, sent: format!("{}:{function}", field.name), kind, options: Vec::new() }))
}

fn ordered(order: &str, by: &[Key], aggregates: &[Key]) -> Result<Option<String>, Error> {
    let mut faults = Faults::default();
    let mut terms = Vec::new();
    for term in order.split(',').map(str::trim).filter(|term| !term.is_empty()).take(MOST) {
        let (name, direction) = term.split_once(char::is_whitespace).unwrap_or((term, ""));
        let direction = direction.trim().to_lowercase();
        let key = by.iter().chain(aggregates).find(|key| key.answer == name || key.sent == name);
        match (key, direction.as_str()) {
            (Some(key), "" | "asc") => terms.push(key.sent.clone()),
            (Some(key), "desc") => terms.push(format!("{} desc", key.sent)),
            (Some(_), _) => faults.push(invalid(format!("`{}` is no order", cut(term, 80)))),
            (None, _) => {
                let names: Vec<String> = by.iter().chain(aggregates).map(|key| format!("`{}`", key.answer)).collect();
                let message = format!("`order` names `{}`, which is neither grouped nor computed", cut(name, 80));
                faults.push(invalid(message).hint(format!("There are {}.", names.join(", "))));
            }
        }
    }
    faults.into_result((!terms.is_empty()).then(|| terms.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::odoo::Kind;
    use crate::operation::fit::testing::{Fake, brussels, lead};

    async fn run(group_by: Value, aggregates: Value, order: Option<&str>) -> Result<Grouping, Error> {
        fit_grouping(&group_by, Some(&aggregates), order, &Arc::new(lead()), &Fake::new()).await
    }

    #[tokio::test]
    async fn names_and_periods_become_odoos() {
        let grouping = run(
            json!([
                "sales|user_id",
                "create_date:month",
                "partner_id.country_id",
                "nope?",
                "gone?:day",
                "lead_properties.abc"
            ]),
            json!(["__count", "expected_revenue:sum", "probability", "nope?:sum"]),
            Some("expected_revenue:sum DESC, sales"),
        )
        .await
        .unwrap();
        assert_eq!(
            grouping.group_by(),
            ["user_id", "create_date:month", "partner_id.country_id", "lead_properties.abc"]
        );
        assert_eq!(grouping.aggregates(), ["__count", "expected_revenue:sum", "probability:sum"]);
        assert_eq!(grouping.order().as_deref(), Some("expected_revenue:sum desc, user_id"));
    }

    #[tokio::test]
    async fn what_cannot_be_grouped_or_computed_is_all_named() {
        let error = run(
            json!(["stage", "image", "name:month", "date_deadline:hour", "create_date:mnoth"]),
            json!(["name:sum", "computed:count", "expected_revenue:total", "tag_ids:count", "partner_id"]),
            None,
        )
        .await
        .unwrap_err();
        assert_eq!(error.kind, Kind::UnknownField);
        for part in [
            "`stage_id`",
            "`image` (binary) of `crm.lead` cannot be grouped by",
            "`name` (char) is no date",
            "has no `hour`",
            "did you mean `month`",
            "`name` (char) has no `sum`",
            "`computed` (char) of `crm.lead` cannot be computed",
            "`expected_revenue` (monetary) has no `total`",
            "`tag_ids`",
            "`partner_id` (many2one) needs one of",
        ] {
            assert!(error.message.contains(part), "{part}: {error}");
        }
        assert!(run(json!(["user_id", "user_id"]), json!([]), None).await.unwrap_err().message.contains("twice"));
        assert!(
            run(json!(["user_id"]), json!(["__count"]), Some("name")).await.unwrap_err().message.contains("neither")
        );
        assert!(run(json!([["x"]]), json!([]), None).await.is_err());
        assert!(run(json!(["lead_properties.a'b"]), json!([]), None).await.is_err());
    }

    #[tokio::test]
    async fn a_group_has_the_keys_as_written_and_one_shape() {
        let grouping = run(
            json!("sales|user_id, create_date:month, active, type"),
            json!(["expected_revenue:sum", "date_open:max", "probability:avg", "__count"]),
            None,
        )
        .await
        .unwrap();
        let month = json!({"from": "2026-11-01", "to": "2026-12-01", "label": "November 2026"});
        let group = json!({"user_id": {"id": 9, "display_name": "Marc"}, "create_date:month": month, "active": false, "type": "lead",
            "expected_revenue:sum": 5.0, "date_open:max": "2026-07-01 08:00:00", "probability:avg": 2.5, "__count": 2});
        assert_eq!(
            grouping.shape(group.as_object().unwrap().clone(), &brussels()),
            json!({"sales": {"id": 9, "name": "Marc"}, "create_date:month": month, "active": false, "type": "lead",
                "expected_revenue:sum": 5.0, "date_open:max": "2026-07-01T10:00:00+02:00", "probability:avg": 2.5, "__count": 2})
        );
        let nothing = json!({"user_id": false, "create_date:month": null, "active": null, "type": false, "expected_revenue:sum": false});
        assert_eq!(
            grouping.shape(nothing.as_object().unwrap().clone(), &brussels()),
            json!({"sales": null, "create_date:month": null, "active": false, "type": null, "expected_revenue:sum": 0,
                "date_open:max": null, "probability:avg": null, "__count": 0})
        );
        let pair = json!({"user_id": [9, "Marc"]}).as_object().unwrap().clone();
        assert_eq!(grouping.shape(pair, &brussels())["sales"], json!({"id": 9, "name": "Marc"}));
    }
}
