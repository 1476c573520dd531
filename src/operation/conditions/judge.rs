//! One condition as a definition has it, judged before any call: what every call would be refused for, and which part of it is
//! to blame.

use std::sync::Arc;

use serde_json::Value;

use super::path::{Target, walk};
use super::{compare, fit_domain, has_any, older, relation_of};
use crate::domain::{Condition, Domain, Operand, Operator};
use crate::odoo::Error;
use crate::odoo::metadata::{Field, Model};
use crate::operation::fit::{Fit, Metadata, Supplied};

/// The part of a condition that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// This segment of the path, from 0.
    Path(usize),
    /// The operator.
    Operator,
    /// What it is compared with.
    Value,
}

/// What there is to say of a condition.
#[derive(Debug)]
pub struct Judgement {
    /// What it would be refused for.
    pub fault: Option<(Part, Error)>,
    /// The field that the path ends at; `None` where it ends at a property, at a number of a date, or nowhere.
    pub field: Option<Field>,
    /// The model on which the domain of an `any` is.
    pub related: Option<Arc<Model>>,
}

/// Judges a condition. `value` is what it is compared with, as far as that is known without a call; after `any` nothing.
/// `negated`: an `!` stands before it.
///
/// # Errors
/// What asking for a related model gave.
pub async fn judge<M: Metadata>(
    path: &str,
    operator: Operator,
    value: Option<&Value>,
    negated: bool,
    model: &Arc<Model>,
    fit: &Fit<'_, M>,
) -> Result<Judgement, Error> {
    let of = |fault| Judgement { fault, field: None, related: None };
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    for (segment, end) in ends.enumerate() {
        let part = path.get(..end).unwrap_or(path);
        if let Err(fault) = walk(part, model, fit.metadata).await? {
            return Ok(of(Some((Part::Path(segment), fault))));
        }
    }
    let Ok(target) = walk(path, model, fit.metadata).await? else { return Ok(of(None)) };
    if operator.takes_domain() {
        if let Target::Missing(_) = target {
            return Ok(of(None));
        }
        return Ok(match has_any(path, operator, fit.any).and_then(|()| relation_of(path, &target, operator)) {
            Ok(relation) => {
                let related = Some(Box::pin(fit.metadata.model(relation)).await?);
                Judgement { fault: None, field: None, related }
            }
            Err(fault) => of(Some((Part::Operator, fault))),
        });
    }
    let field = match target {
        Target::Field(found) => match compare::suits(&found, operator) {
            Ok(_) => {
                if let Some(fault) = (negated && fit.older).then(|| older::negatable(&found.path).err()).flatten() {
                    return Ok(of(Some((Part::Path(0), fault))));
                }
                Some(found.field)
            }
            Err(fault) => return Ok(Judgement { field: Some(found.field), ..of(Some((Part::Operator, fault))) }),
        },
        Target::Number(_) => None,
        Target::Raw(_) | Target::Missing(_) => return Ok(of(None)),
    };
    let Some(value) = value else { return Ok(Judgement { field, ..of(None) }) };
    let operand = Operand::Value(Supplied::by_author(value.clone()));
    let condition = Domain::Condition(Condition { path: path.to_owned(), operator, operand });
    let fault = fit_domain(&condition, model, fit).await.err();
    if let Some(fault) = fault.as_ref().filter(|fault| fault.kind.is_of_the_connection()) {
        return Err(fault.clone());
    }
    Ok(Judgement { fault: fault.map(|fault| (Part::Value, fault)), field, related: None })
}
