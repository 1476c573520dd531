//! What fitting values to a model needs: the model's fields, the user's zone, and who supplied a value.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::domain::Filled;
use crate::odoo::Error;
use crate::odoo::metadata::Model;

/// Where the fields of models come from: the Odoo client's cache, through one user's eyes.
pub trait Metadata: Sync {
    /// The model as this user sees it. Fitting boxes this future: most calls never ask for a related model, and it may be
    /// large.
    ///
    /// # Errors
    /// Whatever Odoo answers: the model is unknown, may not be read, or Odoo is not there.
    fn model(&self, name: &str) -> impl Future<Output = Result<Arc<Model>, Error>> + Send;
}

/// Where names become records.
pub trait Records: Metadata {
    /// The id of the one record of `model` that a name, id or external id stands for, among those that meet the domain (in Odoo's
    /// notation, fitted to the model).
    ///
    /// # Errors
    /// `not_found`, `ambiguous`; else whatever Odoo answers.
    fn find(&self, model: &str, name: &Value, domain: &Value) -> impl Future<Output = Result<i64, Error>> + Send;
}

/// The surroundings in which a call's values meet a model's fields.
#[derive(Debug)]
pub struct Fit<'a, M> {
    /// Models, also the related ones.
    pub metadata: &'a M,
    /// The user's zone: `context.tz`, else Odoo's `res.users.tz`, else UTC.
    pub zone: &'a TimeZone,
    /// Odoo is older than 19, whose domains say something else about what is not set.
    pub older: bool,
    /// Odoo is 17 or newer, whose domains have `any` and `not any`.
    pub any: bool,
}

/// A value, and whether the caller had a part in it. What the caller gave is never silently dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Supplied {
    /// The value, templates filled in.
    pub value: Value,
    /// A template in it used an argument (or a lookup or `if` that depends on one), or the caller gave it whole.
    pub from_caller: bool,
    /// The argument that it is made of, where that is one.
    pub argument: Option<String>,
}

impl From<Filled> for Supplied {
    fn from(filled: Filled) -> Self {
        let Filled { value, from_caller, argument } = filled;
        Self { value, from_caller, argument }
    }
}

impl Supplied {
    /// What the author wrote, as it stands.
    #[must_use]
    pub fn by_author(value: impl Into<Value>) -> Self {
        Self { value: value.into(), from_caller: false, argument: None }
    }

    /// What the caller gave, whole or in part.
    #[must_use]
    pub fn by_caller(value: impl Into<Value>) -> Self {
        Self { value: value.into(), from_caller: true, argument: None }
    }
}

#[cfg(test)]
pub(crate) mod testing;
