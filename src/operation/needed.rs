//! Keys that an operation cannot do without: absence is an error there, never "all records".

use serde_json::Value;

use super::run::Run;
use crate::odoo::{Error, Kind};
use crate::template::{Cause, Outcome, Scope, Templated};

/// Evaluates a key that the operation needs.
///
/// # Errors
/// `invalid_arguments` where the caller left out what it is made of; `not_found` where an earlier answer was empty, or a lookup
/// that may be absent found nothing.
pub(super) fn needed(key: &str, templated: &Templated, run: &Run<'_>) -> Result<Value, Error> {
    if let Some(value) = value_of(key, templated.evaluate(&run.scope)?)? {
        return Ok(value);
    }
    let mut missing = Missing::default();
    missing.collect(templated, run, 0);
    if let (true, Some(lookup)) = (missing.arguments.is_empty(), missing.lookups.first()) {
        return Err(Error::new(
            Kind::NotFound,
            format!("The lookup `{lookup}` found no record, and `{key}` needs one."),
        )
        .hint("Try a part of the name, or search for it first."));
    }
    let error = Error::new(Kind::InvalidArguments, format!("`{key}` is needed, and nothing was given for it."));
    let names: Vec<String> = missing.arguments.iter().map(|name| format!("`{name}`")).collect();
    Err(if names.is_empty() { error } else { error.hint(format!("Give {}.", names.join(", "))) })
}

/// Why a value is absent: what was not given, and which lookups found nothing.
#[derive(Default)]
struct Missing {
    arguments: Vec<String>,
    lookups: Vec<String>,
}

impl Missing {
    fn collect(&mut self, templated: &Templated, run: &Run<'_>, depth: usize) {
        for name in templated.names() {
            if let Some(lookup) = run.lookups().find(|lookup| lookup.name == name.root) {
                // Lookups use only earlier ones, so this ends; the bound is for the reader.
                if !run.scope.has(&name.root) && depth < run.lookups().count() {
                    let before = self.arguments.len();
                    self.collect(&lookup.matches, run, depth + 1);
                    if self.arguments.len() == before {
                        self.lookups.push(name.root.clone());
                    }
                }
                continue;
            }
            let argument = if name.root == "args" { name.attribute.as_deref().unwrap_or("args") } else { &name.root };
            if !run.given.contains(argument) && !self.arguments.iter().any(|known| known == argument) {
                self.arguments.push(argument.to_owned());
            }
        }
    }
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
