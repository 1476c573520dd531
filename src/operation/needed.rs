//! Keys that an operation cannot do without: absence is an error there, never "all records".

use serde_json::Value;

use crate::odoo::{Error, Kind};
use crate::template::{Cause, Outcome, Scope, Templated};

/// Evaluates a key that the operation needs.
///
/// # Errors
/// `invalid_arguments` where the caller left out what it is made of, `not_found` where an earlier answer was empty.
pub(super) fn needed(key: &str, templated: &Templated, scope: &Scope) -> Result<Value, Error> {
    match templated.evaluate(scope)? {
        Outcome::Given(value) => Ok(value),
        Outcome::Absent(Cause::Empty(expression)) => {
            Err(Error::new(Kind::NotFound, format!("`{expression}` is empty, so there is no `{key}` to go on with.")))
        }
        Outcome::Absent(Cause::NotGiven) => {
            let names = templated.names();
            let mut missing: Vec<String> = names
                .iter()
                .map(|name| name.argument().unwrap_or(&name.root))
                .filter(|name| !scope.has(name))
                .map(|name| format!("`{name}`"))
                .collect();
            missing.dedup();
            let error = Error::new(Kind::InvalidArguments, format!("`{key}` is needed, and nothing was given for it."));
            Err(if missing.is_empty() { error } else { error.hint(format!("Give {}.", missing.join(", "))) })
        }
    }
}

/// Evaluates a key that may be absent.
///
/// # Errors
/// Those of the template; `not_found` where an earlier answer was empty.
pub(super) fn optional(key: &str, templated: Option<&Templated>, scope: &Scope) -> Result<Option<Value>, Error> {
    let Some(templated) = templated else { return Ok(None) };
    match templated.evaluate(scope)? {
        Outcome::Given(value) => Ok(Some(value)),
        Outcome::Absent(Cause::NotGiven) => Ok(None),
        Outcome::Absent(Cause::Empty(_)) => needed(key, templated, scope).map(Some),
    }
}
