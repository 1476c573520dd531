//! Templates: typed evaluation, absence, and date functions, on minijinja's parser, values, filters and tests.
//!
//! Knows nothing of Odoo or of definition files: a template is a string, a scope gives it names. A template cannot read files, the
//! environment or secrets, cannot include another one, and has fuel and size limits.
//!
//! Absence is a value of the evaluation, not an error: an operator, filter or function whose operand is absent is absent, so that
//! `{{ (x + 1) | default(3) }}` is 3; a test, `not`, `==`, `or` and the condition of an `if` take it up. What is absent at the end makes
//! the template absent, with the cause: `Cause`.

mod apply;
mod builtins;
mod dates;
mod error;
mod evaluate;
mod json;
mod names;
mod objects;
mod render;
mod scope;
pub(crate) mod suggest;
mod syntax;
mod templated;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use error::{Error, Fault};
pub use names::Name;
pub use scope::Scope;
pub use templated::{PathFault, Segment, Templated};

use evaluate::{Cell, Lack, Machine, Mode};
use render::Stop;
use tree::Body;

/// What evaluating gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A value, with its type.
    Given(Value),
    /// Nothing: something that the template uses was not there.
    Absent(Cause),
}

impl Outcome {
    /// The value, if there is one.
    #[must_use]
    pub fn given(self) -> Option<Value> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent(_) => None,
        }
    }
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

impl Cause {
    /// Of what lacks both: the one that must not drop a condition wins.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        if self == Self::NotGiven { other } else { self }
    }
}

/// Names that mean something in every template; an argument of that name is `args.<name>`.
pub const RESERVED: &[&str] = &["user", "bundle", "odoo", "args", "item", "index"];

/// Words of the template language: an argument of that name cannot be written but as `args.<name>`.
const KEYWORDS: &[&str] = &[
    "and",
    "else",
    "false",
    "False",
    "if",
    "in",
    "is",
    "loop",
    "none",
    "None",
    "not",
    "or",
    "recursive",
    "self",
    "true",
    "True",
];

/// Whether a name is reserved: one of `RESERVED`, a function's, or a word of the template language.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || function_names().contains(&name) || KEYWORDS.contains(&name)
}

/// The names of the functions that are reserved: `today`, `now`, `start_of`, `end_of`.
#[must_use]
pub fn function_names() -> &'static [&'static str] {
    builtins::DATE_FUNCTIONS
}

/// Whether a name can be written in a template: not `x-ref`.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a string is a template: it contains `{{` or `{%`.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// One compiled template (a string with `{{` or `{%`). Cheap to clone.
#[derive(Clone)]
pub struct Template {
    inner: Arc<Inner>,
}

struct Inner {
    source: Box<str>,
    body: Body,
    names: Box<[Name]>,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.inner.source).finish()
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.inner.source == other.inner.source
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Bad syntax, an unknown filter, test or function, or something that templates do not have here (`include`, macros, methods).
    pub fn compile(source: &str) -> Result<Self, Fault> {
        let body = syntax::read(source)?;
        let names = names::collect(&body);
        if let Some(name) = names.iter().find(|name| function_names().contains(&name.root.as_str())) {
            return Err(Fault::new(format!("`{}` is a function", name.root))
                .at(name.place.clone())
                .hint(format!("write `{}()`", name.root)));
        }
        Ok(Self { inner: Arc::new(Inner { source: source.into(), body, names }) })
    }

    /// The text as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    /// Whether it may ask what day or time it is: a function's name and `(` stand in it.
    #[must_use]
    pub fn uses_clock(&self) -> bool {
        function_names().iter().any(|name| {
            let mut after = self.source().split(name).skip(1);
            after.any(|rest| rest.trim_start().starts_with('('))
        })
    }

    /// Whether it is one single `{{ expression }}`, which keeps the value's type.
    #[must_use]
    pub fn is_expression(&self) -> bool {
        matches!(self.inner.body, Body::Expression(_))
    }

    /// Every use of a name that the template does not define itself, in the order written.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.inner.names
    }

    /// A single expression keeps its type, anything else gives a string; absence propagates.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate(&self, scope: &Scope) -> Result<Outcome, Error> {
        self.run(scope, Mode::Value)
    }

    /// The same for a value in a domain: an empty field of an earlier answer is absent too, with `Cause::Empty`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate_in_domain(&self, scope: &Scope) -> Result<Outcome, Error> {
        self.run(scope, Mode::Domain)
    }

    /// The same for a decision that is not to be made on what is absent: a comparison with it is absent too.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate_decision(&self, scope: &Scope) -> Result<Outcome, Error> {
        self.run(scope, Mode::Decision)
    }

    /// Text for people: nothing propagates; what is absent, and null, prints as nothing, booleans as `true` and `false`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn text(&self, scope: &Scope) -> Result<String, Error> {
        match self.run(scope, Mode::People)? {
            Outcome::Given(Value::String(text)) => Ok(text),
            Outcome::Given(value) => Ok(value.to_string()),
            Outcome::Absent(_) => Ok(String::new()),
        }
    }

    fn run(&self, scope: &Scope, mode: Mode) -> Result<Outcome, Error> {
        let mut machine = Machine::new(&self.inner.source, scope, mode);
        match &self.inner.body {
            Body::Expression(node) => match machine.eval(node)? {
                Cell::Given(value, _) if mode == Mode::People => {
                    let text = json::text(&value)
                        .map_err(|error| machine.error(node.place, error.detail().unwrap_or_default()))?;
                    Ok(Outcome::Given(Value::String(text)))
                }
                Cell::Given(value, _) => {
                    json::from_value(&value).map(Outcome::Given).map_err(|message| machine.error(node.place, message))
                }
                Cell::Absent(lack) => self.absent(lack, mode),
            },
            Body::Text(statements) => {
                let mut out = String::new();
                match machine.run(statements, &mut out) {
                    Ok(_) => Ok(Outcome::Given(Value::String(out))),
                    Err(Stop::Absent(lack)) => self.absent(lack, mode),
                    Err(Stop::Failed(error)) => Err(error),
                }
            }
        }
    }

    fn absent(&self, lack: Lack, mode: Mode) -> Result<Outcome, Error> {
        match lack {
            Lack::NotGiven => Ok(Outcome::Absent(Cause::NotGiven)),
            Lack::Empty(text) => Ok(Outcome::Absent(Cause::Empty(text))),
            Lack::NoValue(_) if matches!(mode, Mode::People | Mode::Decision) => Ok(Outcome::Absent(Cause::NotGiven)),
            Lack::NoValue(place) => Err(Error::NoValue {
                expression: self.source().get(place.range()).unwrap_or_default().to_owned(),
                range: place.range(),
            }),
        }
    }
}
