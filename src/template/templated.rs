//! JSON in which any string may be a template, and what absence does to its keys and elements.

use serde_json::{Map, Value};

use super::{Cause, Error, Fault, Name, Outcome, Scope, Template, is_template};

/// A JSON value in which any string may be a template: what `values`, `kwargs`, `context` and the like hold.
#[derive(Debug, Clone, PartialEq)]
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

/// One step into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A key of a table.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// A template that cannot be read, and where in the JSON value it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFault {
    /// From the outside in; empty is the value itself.
    pub path: Vec<Segment>,
    /// What is wrong; its range is inside the string at that place.
    pub fault: Fault,
}

/// How deep the JSON of a definition may nest.
const MAX_DEPTH: usize = 100;

impl Templated {
    /// Compiles every string that is a template. Keys are plain text.
    ///
    /// # Errors
    /// All templates that cannot be read.
    pub fn parse(value: &Value) -> Result<Self, Vec<PathFault>> {
        let mut faults = Vec::new();
        let parsed = read(value, &mut Vec::new(), &mut faults);
        if faults.is_empty() { Ok(parsed) } else { Err(faults) }
    }

    /// A value that is what it is, whatever its strings look like.
    #[must_use]
    pub fn from_literal(value: Value) -> Self {
        Self::Literal(value)
    }

    /// The value, where nothing in it is a template.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Value> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The template, where the whole is one.
    #[must_use]
    pub fn as_template(&self) -> Option<&Template> {
        match self {
            Self::Template(template) => Some(template),
            _ => None,
        }
    }

    /// Every template inside, with its path, in the order written.
    #[must_use]
    pub fn placed_templates(&self) -> Vec<(Vec<Segment>, &Template)> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    /// Every template inside, in the order written.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.placed_templates().into_iter().map(|(_, template)| template)
    }

    /// Every use of a name inside, in the order written; places are those of the template that it stands in.
    #[must_use]
    pub fn names(&self) -> Vec<&Name> {
        self.templates().flat_map(Template::names).collect()
    }

    fn collect<'a>(&'a self, path: &mut Vec<Segment>, found: &mut Vec<(Vec<Segment>, &'a Template)>) {
        match self {
            Self::Literal(_) => {}
            Self::Template(template) => found.push((path.clone(), template)),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Segment::Index(index));
                    item.collect(path, found);
                    path.pop();
                }
            }
            Self::Table(entries) => {
                for (key, item) in entries {
                    path.push(Segment::Key(key.clone()));
                    item.collect(path, found);
                    path.pop();
                }
            }
        }
    }

    /// Evaluates: a key whose value is absent is left out, a table that thereby loses every key is absent, an absent element makes
    /// its list absent.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate(&self, scope: &Scope) -> Result<Outcome, Error> {
        self.fill(&|template| template.evaluate(scope))
    }

    /// The same for a value in a domain: see [`Template::evaluate_in_domain`].
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate_in_domain(&self, scope: &Scope) -> Result<Outcome, Error> {
        self.fill(&|template| template.evaluate_in_domain(scope))
    }

    /// Evaluates positional arguments: absent ones at the end of the list are cut. A list that is one expression is taken as it is.
    ///
    /// # Errors
    /// [`Error::Gap`] where an absent one stands before one that is given; and what evaluating gives.
    pub fn evaluate_arguments(&self, scope: &Scope) -> Result<Outcome, Error> {
        let Self::List(items) = self else { return self.evaluate(scope) };
        let mut given = Vec::with_capacity(items.len());
        let mut gap = None;
        for (index, item) in items.iter().enumerate() {
            match (item.evaluate(scope)?, gap) {
                (Outcome::Given(_), Some(position)) => return Err(Error::Gap { position }),
                (Outcome::Given(value), None) => given.push(value),
                (Outcome::Absent(_), None) => gap = Some(index + 1),
                (Outcome::Absent(_), Some(_)) => {}
            }
        }
        Ok(Outcome::Given(Value::Array(given)))
    }

    fn fill(&self, evaluate: &dyn Fn(&Template) -> Result<Outcome, Error>) -> Result<Outcome, Error> {
        match self {
            Self::Literal(value) => Ok(Outcome::Given(value.clone())),
            Self::Template(template) => evaluate(template),
            Self::List(items) => {
                let mut given = Vec::with_capacity(items.len());
                let mut lack: Option<Cause> = None;
                for item in items {
                    match item.fill(evaluate)? {
                        Outcome::Given(value) => given.push(value),
                        Outcome::Absent(cause) => lack = Some(join(lack, cause)),
                    }
                }
                Ok(lack.map_or(Outcome::Given(Value::Array(given)), Outcome::Absent))
            }
            Self::Table(entries) => {
                let mut given = Map::with_capacity(entries.len());
                let mut lack: Option<Cause> = None;
                for (key, item) in entries {
                    match item.fill(evaluate)? {
                        Outcome::Given(value) => {
                            given.insert(key.clone(), value);
                        }
                        Outcome::Absent(cause) => lack = Some(join(lack, cause)),
                    }
                }
                Ok(match lack {
                    Some(cause) if given.is_empty() => Outcome::Absent(cause),
                    _ => Outcome::Given(Value::Object(given)),
                })
            }
        }
    }
}

fn join(lack: Option<Cause>, cause: Cause) -> Cause {
    match lack {
        None => cause,
        Some(lack) => lack.or(cause),
    }
}

fn read(value: &Value, path: &mut Vec<Segment>, faults: &mut Vec<PathFault>) -> Templated {
    if path.len() > MAX_DEPTH {
        faults.push(PathFault { path: path.clone(), fault: Fault::new("the value nests too deeply") });
        return Templated::Literal(Value::Null);
    }
    match value {
        Value::String(text) if is_template(text) => match Template::compile(text) {
            Ok(template) => Templated::Template(template),
            Err(fault) => {
                faults.push(PathFault { path: path.clone(), fault });
                Templated::Literal(Value::Null)
            }
        },
        Value::Array(items) => {
            let parsed: Vec<_> = items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    path.push(Segment::Index(index));
                    let item = read(item, path, faults);
                    path.pop();
                    item
                })
                .collect();
            if parsed.iter().all(|item| item.as_literal().is_some()) {
                Templated::Literal(value.clone())
            } else {
                Templated::List(parsed)
            }
        }
        Value::Object(entries) => {
            let parsed: Vec<_> = entries
                .iter()
                .map(|(key, item)| {
                    path.push(Segment::Key(key.clone()));
                    let item = read(item, path, faults);
                    path.pop();
                    (key.clone(), item)
                })
                .collect();
            if parsed.iter().all(|(_, item)| item.as_literal().is_some()) {
                Templated::Literal(value.clone())
            } else {
                Templated::Table(parsed)
            }
        }
        other => Templated::Literal(other.clone()),
    }
}
