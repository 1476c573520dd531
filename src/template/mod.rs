//! The minijinja environment: typed evaluation, absence, and date functions.
//!
//! Knows nothing of Odoo or of definition files: a template is a string, a scope gives it names.

use serde_json::Value;

/// What evaluating gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A value, with its type.
    Given(Value),
    /// Nothing: something that the template uses was not there.
    Absent(Cause),
}

/// Why a template is absent. The difference decides what a domain does: what the caller left out drops a condition,
/// an empty earlier answer is `not_found`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The caller left it out (an argument, or an `if` or lookup that depends on one).
    NotGiven,
    /// An earlier answer had nothing there; the text of the expression.
    Empty(String),
}

/// One compiled template (a string with `{{` or `{%`). Cheap to clone.
#[derive(Debug, Clone)]
pub struct Template {}

/// A JSON value in which any string may be a template: what `values`, `kwargs`, `context` and the like hold.
#[derive(Debug, Clone)]
pub enum Templated {
    /// Nothing in it is a template.
    Literal(Value),
    /// A string that is a template.
    Template(Template),
    /// A list with a template somewhere inside.
    List(Vec<Templated>),
    /// A table with a template somewhere inside, in the order written.
    Table(Vec<(String, Templated)>),
}
