//! Keys that an operation cannot do without: absence is an error there, never "all records".

use serde_json::Value;

use crate::odoo::{Error, Kind};
use crate::template::{Cause, Outcome, Scope, Templated};

/// Evaluates a key that the operation needs.
///
/// # Errors
/// `invalid_arguments` where the caller left out what it is made of, `not_found` where an earlier answer was empty.
pub(super) fn needed(key: &str, templated: &Templated, scope: &Scope) -> Result<Value, Error> {
    if let Some(value) = value_of(key, templated.evaluate(scope)?)? {
        return Ok(value);
    }
    let mut missing: Vec<String> = templated
        .names()
        .iter()
        .map(|name| if name.root == "args" { name.attribute.as_deref().unwrap_or("args") } else { &name.root })
        .filter(|name| !scope.has(name))
        .map(|name| format!("`{name}`"))
        .collect();
    missing.dedup();
    let error = Error::new(Kind::InvalidArguments, format!("`{key}` is needed, and nothing was given for it."));
    Err(if missing.is_empty() { error } else { error.hint(format!("Give {}.", missing.join(", "))) })
}

/// Evaluates a key that may be absent.
///
/// # Errors
/// Those of the template; `not_found` where an earlier answer was empty.
pub(super) fn optional(key: &str, templated: Option<&Templated>, scope: &Scope) -> Result<Option<Value>, Error> {
    match templated {
        Some(templated) => value_of(key, templated.evaluate(scope)?),
        None => Ok(None),
    }
}

/// The value, or nothing where the caller left it out.
///
/// # Errors
/// `not_found` where an earlier answer was empty.
pub(super) fn value_of(key: &str, outcome: Outcome) -> Result<Option<Value>, Error> {
    match outcome {
        Outcome::Given(value) => Ok(Some(value)),
        Outcome::Absent(Cause::NotGiven) => Ok(None),
        Outcome::Absent(Cause::Empty(expression)) => Err(empty(key, &expression)),
    }
}

/// An earlier answer had nothing where this key needs something.
pub(super) fn empty(key: &str, expression: &str) -> Error {
    Error::new(Kind::NotFound, format!("`{expression}` is empty, so there is no `{key}` to go on with."))
}
