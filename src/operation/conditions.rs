//! Fits a domain to the model: every path is walked, every value becomes what Odoo means by it, and what Odoo would
//! answer with silence (a name after `=`, a field that cannot be searched, an empty text) is refused before the request.
//!
//! Dropping a condition widens the answer. So only a condition that the author wrote whole goes when its optional field
//! is missing; one with the caller's value in it is `unsupported`.

mod compare;
mod judge;
mod older;
mod path;

use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

pub use self::judge::{Judgement, Part, judge};
use self::path::{Target, walk};
use super::faults::{Faults, invalid};
use super::fit::{Fit, Metadata, Supplied};
use super::names::unsupported;
use crate::domain::{Condition, Domain, Operand, Operator};
use crate::odoo::metadata::{FieldType, Model};
use crate::odoo::{Error, Kind};

/// A domain nested deeper than this is nobody's.
const DEEPEST: usize = 64;

/// Fits the domain to the model; the result holds only what Odoo understands, names of this Odoo, and typed values.
///
/// # Errors
/// All faults in one: `unknown_field`, `invalid_arguments`, `unsupported`; else what asking for a related model gave.
pub async fn fit_domain<M: Metadata>(
    domain: &Domain<Supplied>,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
) -> Result<Domain<Value>, Error> {
    let mut faults = Faults::default();
    let fitted = node(domain, model, fit, &mut faults, (0, false)).await?;
    faults.into_result(fitted.unwrap_or_else(|| Domain::And(Vec::new())))
}

type Fitted<'a> = Pin<Box<dyn Future<Output = Result<Option<Domain<Value>>, Error>> + Send + 'a>>;

/// How deep a node lies, and whether it is to be negated: so before Odoo 19, where `!` is pushed down to the conditions.
type Place = (usize, bool);

/// `None`: the node was dropped.
fn node<'a, M: Metadata>(
    domain: &'a Domain<Supplied>,
    model: &'a Arc<Model>,
    fit: &'a Fit<'_, M>,
    faults: &'a mut Faults,
    (depth, negated): Place,
) -> Fitted<'a> {
    Box::pin(async move {
        if depth > DEEPEST {
            return Err(invalid(format!("The domain is nested deeper than {DEEPEST} levels")));
        }
        match domain {
            Domain::And(parts) | Domain::Or(parts) => {
                let join = if matches!(domain, Domain::And(_)) == negated { Domain::Or } else { Domain::And };
                Ok(all(parts, model, fit, faults, (depth, negated)).await?.map(join))
            }
            Domain::Not(part) if fit.older => node(part, model, fit, faults, (depth + 1, !negated)).await,
            Domain::Not(part) => {
                let part = node(part, model, fit, faults, (depth + 1, false)).await?;
                Ok(part.map(|part| Domain::Not(Box::new(part))))
            }
            Domain::Condition(one) => {
                let before = faults.len();
                let fitted = condition(one, model, fit, faults, (depth, negated)).await?;
                if let Operand::Value(Supplied { argument: Some(argument), .. }) = &one.operand {
                    faults.locate(before, argument);
                }
                Ok(fitted)
            }
        }
    })
}

async fn all<M: Metadata>(
    parts: &[Domain<Supplied>],
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
    place: Place,
) -> Result<Option<Vec<Domain<Value>>>, Error> {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        kept.extend(node(part, model, fit, faults, (place.0 + 1, place.1)).await?);
    }
    Ok((parts.is_empty() || !kept.is_empty()).then_some(kept))
}

async fn condition<M: Metadata>(
    condition: &Condition<Supplied>,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
    faults: &mut Faults,
    place: Place,
) -> Result<Option<Domain<Value>>, Error> {
    let Condition { path, operator, operand } = condition;
    let (depth, negated) = place;
    let turned = |domain: Domain<Value>| if negated { Domain::Not(Box::new(domain)) } else { domain };
    let plain = |path: String, value: Value| {
        turned(Domain::Condition(Condition { path, operator: *operator, operand: Operand::Value(value) }))
    };
    let target = match walk(path, model, fit.metadata).await? {
        Ok(target) => target,
        Err(fault) => {
            faults.push(fault);
            return Ok(None);
        }
    };
    match (target, operand) {
        (Target::Missing(model), operand) => {
            if let Some(given) = from_caller(operand) {
                faults.push(unsupported(path, given.argument.as_deref(), &model));
            }
            Ok(None)
        }
        (Target::Raw(path), Operand::Value(value)) => {
            let value = if value.value.is_null() { Value::Bool(false) } else { value.value.clone() };
            Ok(Some(plain(path, value)))
        }
        (Target::Number(path), Operand::Value(value)) => {
            Ok(faults.keep(compare::part_of_date(&path, *operator, &value.value)).map(turned))
        }
        (Target::Field(found), Operand::Value(value)) if fit.older => {
            Ok(faults.keep(older::fit(&found, *operator, &value.value, fit.zone, (model.name.as_str(), negated))))
        }
        (Target::Field(found), Operand::Value(value)) => {
            Ok(faults.keep(compare::fit(&found, *operator, &value.value, fit.zone)))
        }
        (target, Operand::Domain(inner)) => {
            let relation = match has_any(path, *operator, fit.any).and_then(|()| relation_of(path, &target, *operator))
            {
                Ok(relation) => relation,
                Err(fault) => {
                    faults.push(fault);
                    return Ok(None);
                }
            };
            let related = Box::pin(fit.metadata.model(relation)).await?;
            let inner = node(inner, &related, fit, faults, (depth + 1, false)).await?;
            Ok(inner.map(|inner| {
                let operand = Operand::Domain(Box::new(inner));
                let path = target.path().to_owned();
                turned(Domain::Condition(Condition { path, operator: *operator, operand }))
            }))
        }
    }
}

/// Whether this Odoo knows the operator of a condition with a domain.
fn has_any(path: &str, operator: Operator, any: bool) -> Result<(), Error> {
    if any {
        return Ok(());
    }
    let message = format!("`{path}` after `{}`: only Odoo 17 and later have that operator", operator.as_str());
    Err(Error::new(Kind::Unsupported, message).hint(format!("Use a path in its place: `{path}.<field>`.")))
}

/// The related model of a condition with a domain.
fn relation_of<'t>(path: &str, target: &'t Target, operator: Operator) -> Result<&'t str, Error> {
    match target {
        Target::Field(found) => match (&found.field.relation, operator) {
            (Some(relation), Operator::Any | Operator::NotAny) => Ok(relation),
            _ => Err(invalid(format!("`{path}` with a domain needs a relation and the operator `any` or `not any`"))),
        },
        target => Err(invalid(format!("`{}` is no relation: `any` needs one", target.path()))),
    }
}

/// The first value of what is compared with that the caller had a part in.
fn from_caller(operand: &Operand<Supplied>) -> Option<&Supplied> {
    fn within(domain: &Domain<Supplied>) -> Option<&Supplied> {
        match domain {
            Domain::And(parts) | Domain::Or(parts) => parts.iter().find_map(within),
            Domain::Not(part) => within(part),
            Domain::Condition(condition) => from_caller(&condition.operand),
        }
    }
    match operand {
        Operand::Value(value) => Some(value).filter(|value| value.from_caller),
        Operand::Domain(domain) => within(domain),
    }
}

/// Whether this type can hold related records.
fn is_relation(kind: &FieldType) -> bool {
    matches!(kind, FieldType::Many2one | FieldType::One2many | FieldType::Many2many)
}

#[cfg(test)]
pub(crate) mod tests;
