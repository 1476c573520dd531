//! What Odoos before 19 answer otherwise, with silence, put into conditions that mean the same on all of them.
//!
//! Measured on 14 (the cases are in the contract suite), and harmless where a version between the two does it right already:
//! - A number that was never set is read as 0, and `= 0`, `< 5`, `in [0]` do not find it.
//! - `!` is no negation: it turns the operator of each condition round. What is not set is then missing behind `<` and its
//!   kin, and a path means "a related record that is not so" in place of "no related record that is so".
//! - An operator that cannot be turned round (`=like`, `child_of`, `=?`) is negated in SQL, which leaves out what is not set, too.
//! - There is no `not =like` and no `not =ilike`.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::compare::{self, leaf};
use super::path::Found;
use crate::domain::{Condition, Domain, Operand, Operator};
use crate::odoo::metadata::FieldType;
use crate::odoo::{Error, Kind};
use crate::operation::scalar::is_empty;

/// The condition on this model, or its negation, as an Odoo before 19 has to get it.
///
/// # Errors
/// As `compare::fit`; `unsupported` for the negation of a path.
pub(super) fn fit(
    found: &Found,
    operator: Operator,
    value: &Value,
    zone: &TimeZone,
    (model, negated): (&str, bool),
) -> Result<Domain<Value>, Error> {
    let Found { path, field, .. } = found;
    let (operator, negated) = match operator {
        Operator::NotEqualLike => (Operator::EqualLike, !negated),
        Operator::NotEqualIlike => (Operator::EqualIlike, !negated),
        operator => (operator, negated),
    };
    if negated {
        negatable(path)?;
    }
    let inverse = inverse(operator);
    let fitted = compare::fit(found, if negated { inverse.unwrap_or(operator) } else { operator }, value, zone)?;
    let is_number = matches!(field.kind, FieldType::Integer | FieldType::Float | FieldType::Monetary);
    let fitted = match fitted {
        Domain::Condition(condition) if is_number && field.store && field.name != "id" => with_zero(condition),
        fitted if negated && is_order(operator) && !is_number => {
            Domain::Or(vec![fitted, leaf(path, Operator::Equal, Value::Bool(false))])
        }
        fitted => fitted,
    };
    if !negated || inverse.is_some() {
        return Ok(fitted);
    }
    let not = Domain::Not(Box::new(fitted));
    // `=?` of nothing is true of every record; a number that is not set is 0.
    let of_unset = is_empty(value) || (is_number && is_zero(value));
    // Within one model the hierarchy is one of ids, which are always set.
    let of_ids = matches!(operator, Operator::ChildOf | Operator::ParentOf) && field.relation.as_deref() == Some(model);
    let may_be_unset = field.store && !of_ids && !of_unset && field.name != "id";
    Ok(if may_be_unset { Domain::Or(vec![not, leaf(path, Operator::Equal, Value::Bool(false))]) } else { not })
}

/// Whether `!` before a condition on this path means what it says.
///
/// # Errors
/// `unsupported`: it is a path through a relation.
pub(super) fn negatable(path: &str) -> Result<(), Error> {
    if !path.contains('.') {
        return Ok(());
    }
    let message = format!("This Odoo does not negate a condition on a path (`!` before `{path}`)");
    Err(Error::new(Kind::Unsupported, message)
        .hint("Search the related records first, and give their ids after `not in`."))
}

/// A condition on a number, in which a number that is not set counts as 0.
fn with_zero(condition: Condition<Value>) -> Domain<Value> {
    let Condition { path, operator, operand } = condition;
    let Operand::Value(value) = operand else {
        return Domain::Condition(Condition { path, operator, operand });
    };
    let is = |operator: Operator, value: Value| leaf(&path, operator, value);
    let unset = || is(Operator::Equal, Value::Bool(false));
    match (operator, &value) {
        (Operator::Equal, value) if is_zero(value) => Domain::Or(vec![is(Operator::Equal, json!(0)), unset()]),
        // Which leaves out what is not set, there.
        (Operator::NotEqual, value) if is_zero(value) => is(Operator::NotEqual, json!(0)),
        (Operator::In | Operator::NotIn, Value::Array(list)) if list.iter().any(is_zero) => {
            // In a list, 0 counts as "not set" and finds no 0.
            let others: Vec<Value> = list.iter().filter(|value| !is_zero(value)).cloned().collect();
            let others = (!others.is_empty()).then(|| is(operator, Value::Array(others)));
            if operator == Operator::In {
                Domain::Or(others.into_iter().chain([is(Operator::Equal, json!(0)), unset()]).collect())
            } else {
                match others {
                    Some(others) => Domain::And(vec![others, is(Operator::NotEqual, json!(0))]),
                    None => is(Operator::NotEqual, json!(0)),
                }
            }
        }
        (operator, value) if is_order(operator) && zero_is(operator, value) => {
            Domain::Or(vec![is(operator, value.clone()), unset()])
        }
        _ => is(operator, value),
    }
}

fn is_zero(value: &Value) -> bool {
    *value == Value::Bool(false) || value.as_f64() == Some(0.0)
}

/// Whether 0 is less (or what the operator asks for) than the value.
fn zero_is(operator: Operator, value: &Value) -> bool {
    value.as_f64().is_some_and(|value| match operator {
        Operator::Less => 0.0 < value,
        Operator::LessOrEqual => 0.0 <= value,
        Operator::Greater => 0.0 > value,
        Operator::GreaterOrEqual => 0.0 >= value,
        _ => false,
    })
}

fn is_order(operator: Operator) -> bool {
    matches!(operator, Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual)
}

/// The operator that holds for every other set value.
fn inverse(operator: Operator) -> Option<Operator> {
    Some(match operator {
        Operator::Equal => Operator::NotEqual,
        Operator::NotEqual => Operator::Equal,
        Operator::In => Operator::NotIn,
        Operator::NotIn => Operator::In,
        Operator::Less => Operator::GreaterOrEqual,
        Operator::LessOrEqual => Operator::Greater,
        Operator::Greater => Operator::LessOrEqual,
        Operator::GreaterOrEqual => Operator::Less,
        Operator::Like => Operator::NotLike,
        Operator::NotLike => Operator::Like,
        Operator::Ilike => Operator::NotIlike,
        Operator::NotIlike => Operator::Ilike,
        _ => return None,
    })
}
