//! Tests of the template language; the table of absence, line by line, is in `absence`.

mod absence;
mod dates;
mod limits;
mod names;
mod values;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Cause, Error, Fault, Outcome, Scope, Template};

/// Tuesday noon, in Brussels.
fn scope(arguments: Value) -> Scope {
    let zone = TimeZone::get("Europe/Brussels").expect("the zone is known");
    let now = "2026-03-10T11:00:00Z".parse().expect("a moment");
    let mut scope = Scope::new(now, zone);
    scope.set(
        "user",
        json!({"id": 6, "login": "demo", "name": "Marc Demo", "lang": "en_US", "tz": null, "company_ids": [1, 2]}),
    );
    scope.set("odoo", json!({"version": 18.2}));
    scope.set("bundle", json!({"team": "Europe"}));
    scope.set_arguments(arguments.as_object().expect("arguments are an object"));
    scope
}

fn compile(source: &str) -> Template {
    Template::compile(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"))
}

fn fault(source: &str) -> Fault {
    match Template::compile(source) {
        Ok(_) => panic!("{source} compiles"),
        Err(fault) => fault,
    }
}

fn evaluate(source: &str, arguments: Value) -> Outcome {
    compile(source).evaluate(&scope(arguments)).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn error(source: &str, arguments: Value) -> Error {
    match compile(source).evaluate(&scope(arguments)) {
        Ok(outcome) => panic!("{source} gives {outcome:?}"),
        Err(error) => error,
    }
}

fn text(source: &str, arguments: Value) -> String {
    compile(source).text(&scope(arguments)).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// Asserts what a template gives.
#[track_caller]
fn gives(source: &str, arguments: Value, expected: Value) {
    assert_eq!(evaluate(source, arguments), Outcome::Given(expected), "{source}");
}

/// Asserts that a template is absent because the caller left something out.
#[track_caller]
fn absent(source: &str, arguments: Value) {
    assert_eq!(evaluate(source, arguments), Outcome::Absent(Cause::NotGiven), "{source}");
}
