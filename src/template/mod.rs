//! The minijinja environment: typed evaluation, absence, and date functions.
//!
//! Knows nothing of Odoo or of definition files: a template is a string, a scope gives it names.

use std::ops::Range;

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
pub struct Template {
    names: Vec<Name>,
    expression: bool,
}

/// Stand-in until the module is merged.
#[derive(Debug, Clone)]
pub struct Name {
    /// root
    pub root: String,
    /// attribute
    pub attribute: Option<String>,
    /// place
    pub place: Range<usize>,
    /// guarded
    pub guarded: bool,
}

/// Stand-in until the module is merged.
#[derive(Debug, Clone)]
pub struct Fault {
    /// message
    pub message: String,
    /// range
    pub range: Option<Range<usize>>,
    /// hint
    pub hint: Option<String>,
}

/// Stand-in until the module is merged.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Stand-in until the module is merged.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    ["args", "user", "bundle", "odoo", "item", "index", "today", "now", "start_of", "end_of"].contains(&name)
}

impl Template {
    /// Stand-in until the module is merged.
    ///
    /// # Errors
    /// A fault.
    pub fn compile(text: &str) -> Result<Self, Fault> {
        let environment = minijinja::Environment::new();
        let template = environment.template_from_str(text).map_err(|error| Fault {
            message: error.to_string(),
            range: error.range(),
            hint: None,
        })?;
        let names = template.undeclared_variables(true).into_iter().filter(|name| {
            !["today", "now", "start_of", "end_of"].contains(&name.as_str())
        });
        let names = names
            .map(|name| {
                let (root, attribute) = match name.split_once('.') {
                    Some((root, attribute)) => (root.to_owned(), Some(attribute.to_owned())),
                    None => (name.clone(), None),
                };
                let start = text.find(&name).unwrap_or_default();
                Name { root, attribute, place: start..start + name.len(), guarded: text.contains("default") }
            })
            .collect();
        let trimmed = text.trim();
        Ok(Self { names, expression: trimmed.starts_with("{{") && trimmed.ends_with("}}") && trimmed.matches("{{").count() == 1 })
    }

    /// Stand-in until the module is merged.
    #[must_use]
    pub fn is_expression(&self) -> bool {
        self.expression
    }

    /// Stand-in until the module is merged.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.names
    }
}

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
