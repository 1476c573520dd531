//! Walks the path of a condition through relations: `partner_id.country_id.code`.
//!
//! Each segment is a written name: `partner_id.mobile|phone` is `partner_id` and then the first of the two that exists.

use std::sync::Arc;

use super::is_relation;
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{Error, Kind};
use crate::operation::faults::{cut, invalid};
use crate::operation::fit::Metadata;
use crate::operation::names::{find, type_name, unknown, written};
use crate::operation::temporal::DATE_NUMBERS;

/// More relations than this are nobody's path.
const LONGEST: usize = 12;

/// Where a path ends.
pub(super) enum Target {
    /// At a field.
    Field(Box<Found>),
    /// In a property, whose type only its definition knows: left alone.
    Raw(String),
    /// At a part of a date, which is a number.
    Number(String),
    /// At an optional field that this model does not have.
    Missing(Arc<Model>),
}

impl Target {
    /// The path in this Odoo's names; empty where there is none.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Field(found) => &found.path,
            Self::Raw(path) | Self::Number(path) => path,
            Self::Missing(_) => "",
        }
    }
}

/// The field at the end of a path.
pub(super) struct Found {
    /// The path in this Odoo's names.
    pub(super) path: String,
    /// The last field.
    pub(super) field: Field,
    /// A relation on the way holds several records, so two conditions may be met by two different ones.
    pub(super) through_list: bool,
}

/// The outer error ends the call (Odoo is not there); the inner one is a fault of the domain.
pub(super) async fn walk<M: Metadata>(
    path: &str,
    model: &Arc<Model>,
    metadata: &M,
) -> Result<Result<Target, Error>, Error> {
    let mut model = Arc::clone(model);
    let mut sent = String::with_capacity(path.len());
    let mut through_list = false;
    let mut segments = path.split('.').peekable();
    for _ in 0..LONGEST {
        let Some(segment) = segments.next() else { break };
        let name = written(segment);
        let Some(named) = find(&name, &model) else {
            return Ok(if name.optional { Ok(Target::Missing(model)) } else { Err(unknown(&name, &model)) });
        };
        let field = named.field.clone();
        if !sent.is_empty() {
            sent.push('.');
        }
        sent.push_str(&field.name);
        if !field.searchable && field.name != "id" {
            let message =
                format!("`{}` of `{}` cannot be searched: it is computed, not stored", field.name, model.name);
            let error = Error::new(Kind::InvalidArguments, message);
            return Ok(Err(error.hint("Search by a stored field that says the same, or that it is computed from.")));
        }
        let Some(next) = segments.peek() else {
            return Ok(Ok(Target::Field(Box::new(Found { path: sent, field, through_list }))));
        };
        match &field.kind {
            FieldType::Properties => {
                let rest: Vec<&str> = segments.collect();
                return Ok(Ok(Target::Raw(format!("{sent}.{}", rest.join(".")))));
            }
            FieldType::Date | FieldType::Datetime if DATE_NUMBERS.contains(next) => {
                let path = format!("{sent}.{next}");
                segments.next();
                return Ok(match segments.next() {
                    None => Ok(Target::Number(path)),
                    Some(_) => Err(invalid(format!("`{}` goes on after a number", cut(&path, 100)))),
                });
            }
            kind if is_relation(kind) => {
                through_list |= *kind != FieldType::Many2one;
                let relation = field.relation.as_deref().unwrap_or_default();
                model = Box::pin(metadata.model(relation)).await?;
            }
            kind => {
                let (name, kind) = (&field.name, type_name(kind));
                return Ok(Err(invalid(format!(
                    "`{name}` ({kind}) is no relation, so `{}` leads nowhere",
                    cut(path, 100)
                ))));
            }
        }
    }
    Ok(Err(invalid(format!("`{}` goes through too many relations", cut(path, 100)))))
}
