//! One comparison: the operator against the field's type, and the value as Odoo has to get it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::path::Found;
use crate::domain::{Condition, Domain, Operand, Operator};
use crate::odoo::Error;
use crate::odoo::metadata::{Field, FieldType};
use crate::operation::faults::{invalid, quote};
use crate::operation::names::type_name;
use crate::operation::scalar::{self, is_empty, misfit};
use crate::operation::temporal::{self, When};

/// Operators that take the same kind of value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// `=`, `!=`, `=?`: one value.
    Equality,
    /// `in`, `not in`: a list.
    Membership,
    /// `<`, `<=`, `>`, `>=`: one value.
    Order,
    /// `like` and its kin: a text.
    Text,
    /// `child_of`, `parent_of`: records or their names.
    Hierarchy,
    /// `any`, `not any`: a domain.
    Related,
}

fn family(operator: Operator) -> Family {
    match operator {
        Operator::Equal | Operator::NotEqual | Operator::EqualOrUnset => Family::Equality,
        Operator::In | Operator::NotIn => Family::Membership,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => Family::Order,
        Operator::Like
        | Operator::NotLike
        | Operator::Ilike
        | Operator::NotIlike
        | Operator::EqualLike
        | Operator::EqualIlike
        | Operator::NotEqualLike
        | Operator::NotEqualIlike => Family::Text,
        Operator::ChildOf | Operator::ParentOf => Family::Hierarchy,
        Operator::Any | Operator::NotAny => Family::Related,
    }
}

/// Which operators Odoo answers for a field of this type.
fn allowed(field: &Field, family: Family) -> bool {
    use Family as F;
    match &field.kind {
        FieldType::Boolean => matches!(family, F::Equality | F::Membership),
        FieldType::Integer if field.name == "id" => {
            matches!(family, F::Equality | F::Membership | F::Order | F::Hierarchy)
        }
        FieldType::Integer | FieldType::Float | FieldType::Monetary | FieldType::Date | FieldType::Datetime => {
            matches!(family, F::Equality | F::Membership | F::Order)
        }
        FieldType::Char | FieldType::Text | FieldType::Html | FieldType::Selection => {
            matches!(family, F::Equality | F::Membership | F::Order | F::Text)
        }
        FieldType::Many2one | FieldType::One2many | FieldType::Many2many => {
            matches!(family, F::Equality | F::Membership | F::Text | F::Hierarchy)
        }
        FieldType::Many2oneReference => matches!(family, F::Equality | F::Membership | F::Order),
        FieldType::Reference => matches!(family, F::Equality | F::Membership | F::Text),
        FieldType::Binary => family == F::Equality,
        FieldType::Json | FieldType::Properties | FieldType::PropertiesDefinition | FieldType::Other(_) => {
            family != F::Related
        }
    }
}

/// How the operator compares, where Odoo answers it for the field.
///
/// # Errors
/// `invalid_arguments`: it does not.
pub(super) fn suits(found: &Found, operator: Operator) -> Result<Family, Error> {
    let Found { path, field, .. } = found;
    let family = family(operator);
    if matches!(field.kind, FieldType::Properties | FieldType::PropertiesDefinition) {
        let message = format!("`{path}` ({}) is searched by one of its properties", type_name(&field.kind));
        return Err(invalid(message).hint(format!("Write `{path}.<property>`.")));
    }
    if family == Family::Related {
        return Err(invalid(format!("`{path}` after `{}` takes a domain", operator.as_str())));
    }
    if !allowed(field, family) {
        let message = format!("`{path}` ({}) cannot be compared with `{}`", type_name(&field.kind), operator.as_str());
        return Err(invalid(message));
    }
    Ok(family)
}

/// The condition as Odoo has to get it; a day on a datetime may become two.
pub(super) fn fit(found: &Found, operator: Operator, value: &Value, zone: &TimeZone) -> Result<Domain<Value>, Error> {
    let Found { path, field, .. } = found;
    let family = suits(found, operator)?;
    match family {
        Family::Hierarchy => hierarchy(path, field, operator, value),
        Family::Text => text(path, field, operator, value),
        Family::Order => order(found, operator, value, zone),
        // Odoo takes a list after `=` on some versions as `in`, on others as nothing.
        Family::Equality if value.is_array() && !is_free(field) => {
            let operator = if operator == Operator::NotEqual { Operator::NotIn } else { Operator::In };
            membership(path, field, operator, value, zone)
        }
        Family::Equality => equality(found, operator, value, zone),
        Family::Membership | Family::Related => membership(path, field, operator, value, zone),
    }
}

/// A number out of a date: `create_date.month_number`.
pub(super) fn part_of_date(path: &str, operator: Operator, value: &Value) -> Result<Domain<Value>, Error> {
    let number = |value: &Value| {
        let fault = || invalid(format!("`{path}` takes a whole number, not {}", quote(value)));
        scalar::integer(value).map(Value::from).ok_or_else(fault)
    };
    match (family(operator), value) {
        (Family::Equality | Family::Order, value) if !value.is_array() => Ok(leaf(path, operator, number(value)?)),
        (Family::Membership, Value::Array(list)) => {
            Ok(leaf(path, operator, list.iter().map(number).collect::<Result<Value, _>>()?))
        }
        _ => Err(invalid(format!("`{path}` cannot be compared with `{}` {}", operator.as_str(), quote(value)))),
    }
}

pub(super) fn leaf(path: &str, operator: Operator, value: Value) -> Domain<Value> {
    Domain::Condition(Condition { path: path.to_owned(), operator, operand: Operand::Value(value) })
}

/// A type whose values are nobody's to check.
fn is_free(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldType::Json | FieldType::Properties | FieldType::PropertiesDefinition | FieldType::Other(_)
    )
}

fn equality(found: &Found, operator: Operator, value: &Value, zone: &TimeZone) -> Result<Domain<Value>, Error> {
    let Found { path, field, .. } = found;
    if field.kind == FieldType::Datetime
        && let Some(When::Day(day)) = value.as_str().and_then(|text| temporal::read(text, zone))
    {
        return whole_day(found, operator, day, zone);
    }
    Ok(leaf(path, operator, one(path, field, value, zone)?))
}

/// `=` of a day is the day from its first moment to the next day's; `!=` is every other moment, and no moment at all.
fn whole_day(found: &Found, operator: Operator, day: Date, zone: &TimeZone) -> Result<Domain<Value>, Error> {
    let Found { path, field, through_list } = found;
    if *through_list {
        let message = format!("`{path}` goes through a list of records, where two moments may belong to two of them");
        return Err(invalid(message).hint("Put the day into a domain after `any`."));
    }
    let (from, to) = bounds(path, field, day, zone)?;
    Ok(if operator == Operator::NotEqual {
        Domain::Or(vec![
            leaf(path, Operator::Less, from),
            leaf(path, Operator::GreaterOrEqual, to),
            leaf(path, Operator::Equal, Value::Bool(false)),
        ])
    } else {
        Domain::And(vec![leaf(path, Operator::GreaterOrEqual, from), leaf(path, Operator::Less, to)])
    })
}

fn bounds(path: &str, field: &Field, day: Date, zone: &TimeZone) -> Result<(Value, Value), Error> {
    match (temporal::start_of(day, zone), temporal::end_of(day, zone)) {
        (Some(from), Some(to)) => Ok((temporal::odoo_moment(from).into(), temporal::odoo_moment(to).into())),
        _ => Err(misfit(field, path, &Value::String(day.to_string()), "a day that Odoo knows")),
    }
}

fn order(found: &Found, operator: Operator, value: &Value, zone: &TimeZone) -> Result<Domain<Value>, Error> {
    let Found { path, field, .. } = found;
    if is_empty(value) && !is_free(field) {
        return Err(misfit(field, path, value, &format!("a value after `{}`", operator.as_str())));
    }
    if field.kind != FieldType::Datetime {
        return Ok(leaf(path, operator, one(path, field, value, zone)?));
    }
    match scalar::when(field, path, value, zone)? {
        When::Moment(moment) => Ok(leaf(path, operator, temporal::odoo_moment(moment).into())),
        When::Day(day) => {
            let (from, to) = bounds(path, field, day, zone)?;
            Ok(match operator {
                Operator::LessOrEqual => leaf(path, Operator::Less, to),
                Operator::Greater => leaf(path, Operator::GreaterOrEqual, to),
                operator => leaf(path, operator, from),
            })
        }
    }
}

fn membership(
    path: &str,
    field: &Field,
    operator: Operator,
    value: &Value,
    zone: &TimeZone,
) -> Result<Domain<Value>, Error> {
    let values = match value {
        Value::Array(list) => list.as_slice(),
        value => std::slice::from_ref(value),
    };
    let values: Result<Vec<Value>, Error> = values.iter().map(|value| one(path, field, value, zone)).collect();
    Ok(leaf(path, operator, Value::Array(values?)))
}

/// One value after `=` or inside `in`.
fn one(path: &str, field: &Field, value: &Value, zone: &TimeZone) -> Result<Value, Error> {
    if is_free(field) {
        return Ok(if value.is_null() { Value::Bool(false) } else { value.clone() });
    }
    if is_empty(value) {
        return Ok(Value::Bool(false));
    }
    if value.as_str() == Some("") {
        let message = format!("`{path}` was compared with an empty text, which Odoo answers with too many records");
        return Err(invalid(message).hint("Leave it out, or compare with `false` for \"not set\"."));
    }
    let wrong = || misfit(field, path, value, scalar::takes(&field.kind));
    match &field.kind {
        FieldType::Boolean => scalar::boolean(value).map(Value::Bool).ok_or_else(wrong),
        FieldType::Integer if field.name == "id" => {
            scalar::id(value).map(Value::from).ok_or_else(|| by_name(path, field, value))
        }
        FieldType::Integer => scalar::integer(value).map(Value::from).ok_or_else(wrong),
        FieldType::Float | FieldType::Monetary => scalar::number(value).map(Value::Number).ok_or_else(wrong),
        FieldType::Date => scalar::day(field, path, value, zone),
        FieldType::Datetime => match scalar::when(field, path, value, zone)? {
            When::Moment(moment) => Ok(temporal::odoo_moment(moment).into()),
            When::Day(_) => {
                Err(misfit(field, path, value, "moments after `in`").hint("For a day use `=`, or `>=` and `<`."))
            }
        },
        FieldType::Selection => scalar::selection(field, path, value),
        FieldType::Many2one | FieldType::One2many | FieldType::Many2many | FieldType::Many2oneReference => {
            scalar::id(value).map(Value::from).ok_or_else(|| by_name(path, field, value))
        }
        FieldType::Reference => scalar::reference(value).map(Value::String).ok_or_else(wrong),
        FieldType::Binary => Err(misfit(field, path, value, "only `false`, for \"not set\"")),
        _ => scalar::text(value).map(Value::String).ok_or_else(wrong),
    }
}

/// A name where an id is due: Odoo answers zero or wrong rows.
fn by_name(path: &str, field: &Field, value: &Value) -> Error {
    let model = field.relation.as_deref().map(|model| format!(" of `{model}`")).unwrap_or_default();
    misfit(field, path, value, "ids")
        .hint(format!("Find the id of the record{model} first, or search by a part of its name with `ilike`."))
}

fn text(path: &str, field: &Field, operator: Operator, value: &Value) -> Result<Domain<Value>, Error> {
    if is_free(field) {
        return Ok(leaf(path, operator, value.clone()));
    }
    let wanted = scalar::text(value).ok_or_else(|| misfit(field, path, value, "a text after `like` and its kin"))?;
    let exact = matches!(
        operator,
        Operator::EqualLike | Operator::EqualIlike | Operator::NotEqualLike | Operator::NotEqualIlike
    );
    if wanted.is_empty() && exact {
        return one(path, field, value, &TimeZone::UTC).map(|value| leaf(path, operator, value));
    }
    if field.kind == FieldType::Selection && !field.selection.is_empty() {
        // Odoo compares with the stored value, never with the label that people know: zero rows, silently.
        let values = scalar::selection_like(field, &wanted);
        if exact || values.is_empty() {
            return Err(scalar::not_selectable(field, path, value));
        }
        let operator =
            if matches!(operator, Operator::NotLike | Operator::NotIlike) { Operator::NotIn } else { Operator::In };
        return Ok(leaf(path, operator, Value::Array(values)));
    }
    Ok(leaf(path, operator, Value::String(wanted)))
}

fn hierarchy(path: &str, field: &Field, operator: Operator, value: &Value) -> Result<Domain<Value>, Error> {
    let names = super::is_relation(&field.kind);
    let takes = if names { "ids, or a name" } else { "ids" };
    let wrong = |value: &Value| misfit(field, path, value, &format!("{takes} after `{}`", operator.as_str()));
    let one = |value: &Value| match (scalar::id(value), value) {
        (Some(id), _) => Ok(Value::from(id)),
        (None, Value::String(name)) if names && !name.trim().is_empty() => Ok(Value::String(name.clone())),
        _ => Err(wrong(value)),
    };
    if is_free(field) {
        return Ok(leaf(path, operator, value.clone()));
    }
    let Value::Array(list) = value else { return Ok(leaf(path, operator, one(value)?)) };
    let (names, ids): (Vec<Value>, Vec<Value>) =
        list.iter().map(one).collect::<Result<Vec<_>, _>>()?.into_iter().partition(Value::is_string);
    if names.is_empty() {
        return Ok(leaf(path, operator, Value::Array(ids)));
    }
    // Odoo takes one name, or a list of ids, but not every version a list of names.
    let mut each: Vec<Domain<Value>> = names.into_iter().map(|name| leaf(path, operator, name)).collect();
    if !ids.is_empty() {
        each.push(leaf(path, operator, Value::Array(ids)));
    }
    Ok(Domain::Or(each))
}
