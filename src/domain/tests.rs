//! Tests of domains; properties are in `properties`.

mod notation;
mod properties;
mod pruning;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Domain, DomainFault, DomainTemplate, Error};
use crate::template::Scope;

fn scope(arguments: Value) -> Scope {
    let mut scope = Scope::new("2026-03-10T11:00:00Z".parse().expect("a moment"), TimeZone::UTC);
    scope.set("user", json!({"id": 6}));
    scope.set_arguments(arguments.as_object().expect("arguments are an object"));
    scope
}

fn domain(written: &Value) -> Domain<Value> {
    Domain::parse(written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"))
}

fn template(written: &Value) -> DomainTemplate {
    DomainTemplate::parse(written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"))
}

fn evaluate(written: &Value, arguments: Value) -> Result<Value, Error> {
    template(written).evaluate(&scope(arguments)).map(|domain| domain.print())
}

/// Asserts what a call makes of an author's domain.
#[track_caller]
fn gives(written: Value, arguments: Value, expected: Value) {
    assert_eq!(evaluate(&written, arguments), Ok(expected), "{written}");
}
