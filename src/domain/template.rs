//! Domains as authors write them: values are templates, and an element may be a sub-domain that the caller gives.

use serde_json::Value;

use super::fault::{DomainFault, Error};
use super::parse::{self, Element, MAX_RELATED, Tree};
use super::{Condition, Domain, Operand, Operator};
use crate::template::{Cause, Name, Outcome, Scope, Segment, Template, Templated, is_template};

/// A domain as an author wrote it: values are templates, and an element may be a sub-domain that the caller gives. Its shape is fixed
/// when the file is loaded.
#[derive(Debug, Clone)]
pub struct DomainTemplate {
    tree: Tree<Leaf>,
}

#[derive(Debug, Clone)]
enum Leaf {
    /// `[1, "=", 1]`, `[0, "=", 1]`.
    Constant(bool),
    Condition(String, Operator, Templated),
    /// `any` and `not any`.
    Related(String, Operator, Box<DomainTemplate>),
    /// A sub-domain that the caller gives.
    Given(Template),
}

/// One condition of a `DomainTemplate`, for checks.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionTemplate<'a> {
    /// The paths of the `any`s around, from the outside in.
    pub within: Vec<&'a str>,
    /// The field path as written.
    pub path: &'a str,
    /// The operator.
    pub operator: Operator,
    /// What it is compared with; `None` for `any` and `not any`, whose conditions follow.
    pub value: Option<&'a Templated>,
}

/// A value that a call has filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The value.
    pub value: Value,
    /// It carries something that the caller gave, so that leaving the condition out would silently widen the answer.
    pub from_caller: bool,
    /// The argument that it is made of, where that is one.
    pub argument: Option<String>,
}

impl Default for DomainTemplate {
    /// Every record.
    fn default() -> Self {
        Self { tree: Tree::And(Vec::new()) }
    }
}

impl DomainTemplate {
    /// Reads a domain as written in a file: a list, or one template that stands for the whole.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn parse(value: &Value) -> Result<Self, Vec<DomainFault>> {
        let mut reader = Reader { faults: Vec::new() };
        match reader.domain(value, &mut Vec::new(), 0) {
            Some(domain) if reader.faults.is_empty() => Ok(domain),
            _ => Err(reader.faults),
        }
    }

    /// Fills in the values. A condition whose value is absent is dropped, and an `|`, `&` or `!` left with nothing goes too; so does
    /// an `any` whose domain is left with nothing. "Every record" if nothing is left.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate(&self, scope: &Scope) -> Result<Domain<Value>, Error> {
        Ok(self.evaluate_filled(scope)?.map(|filled| filled.value))
    }

    /// The same, and says of each value whether it carries something that the caller gave.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn evaluate_filled(&self, scope: &Scope) -> Result<Domain<Filled>, Error> {
        Ok(fill(&self.tree, scope)?.unwrap_or_else(Domain::all))
    }

    /// Every template inside, in the order written.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.placed_templates().into_iter().map(|(_, template)| template)
    }

    /// Every template inside, in the order written, with the path of the condition it stands in; `None` for a sub-domain.
    #[must_use]
    pub fn placed_templates(&self) -> Vec<(Option<&str>, &Template)> {
        let mut found = Vec::new();
        visit(&self.tree, &mut |leaf| leaf.templates(&mut found));
        found
    }

    /// Every use of a name inside, in the order written; places are those of the template that it stands in.
    #[must_use]
    pub fn names(&self) -> Vec<&Name> {
        self.templates().flat_map(Template::names).collect()
    }

    /// Every condition, in the order written; those of an `any` follow it.
    pub fn conditions(&self) -> impl Iterator<Item = ConditionTemplate<'_>> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found.into_iter()
    }

    /// The templates that stand for a sub-domain, in the order written.
    pub fn given(&self) -> impl Iterator<Item = &Template> {
        self.placed_templates().into_iter().filter_map(|(path, template)| path.is_none().then_some(template))
    }

    fn collect<'a>(&'a self, within: &mut Vec<&'a str>, found: &mut Vec<ConditionTemplate<'a>>) {
        visit(&self.tree, &mut |leaf| match leaf {
            Leaf::Constant(_) | Leaf::Given(_) => {}
            Leaf::Condition(path, operator, value) => {
                found.push(ConditionTemplate { within: within.clone(), path, operator: *operator, value: Some(value) })
            }
            Leaf::Related(path, operator, inner) => {
                found.push(ConditionTemplate { within: within.clone(), path, operator: *operator, value: None });
                within.push(path);
                inner.collect(within, found);
                within.pop();
            }
        });
    }
}

impl Leaf {
    fn templates<'a>(&'a self, found: &mut Vec<(Option<&'a str>, &'a Template)>) {
        match self {
            Self::Constant(_) => {}
            Self::Condition(path, _, value) => {
                found.extend(value.templates().map(|template| (Some(path.as_str()), template)))
            }
            Self::Related(_, _, inner) => found.extend(inner.placed_templates()),
            Self::Given(template) => found.push((None, template)),
        }
    }
}

fn visit<'a>(tree: &'a Tree<Leaf>, each: &mut impl FnMut(&'a Leaf)) {
    match tree {
        Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| visit(part, each)),
        Tree::Not(inner) => visit(inner, each),
        Tree::Leaf(leaf) => each(leaf),
    }
}

/// `None` is "dropped".
fn fill(tree: &Tree<Leaf>, scope: &Scope) -> Result<Option<Domain<Filled>>, Error> {
    let each = |parts: &[Tree<Leaf>]| -> Result<Vec<Domain<Filled>>, Error> {
        let mut kept = Vec::with_capacity(parts.len());
        for part in parts {
            kept.extend(fill(part, scope)?);
        }
        Ok(kept)
    };
    Ok(match tree {
        Tree::And(parts) if parts.is_empty() => Some(Domain::all()),
        Tree::And(parts) => Some(each(parts)?).filter(|kept| !kept.is_empty()).map(Domain::all_of),
        Tree::Or(parts) => Some(each(parts)?).filter(|kept| !kept.is_empty()).map(Domain::any_of),
        Tree::Not(inner) => fill(inner, scope)?.map(|inner| Domain::Not(Box::new(inner))),
        Tree::Leaf(leaf) => leaf.fill(scope)?,
    })
}

impl Leaf {
    fn fill(&self, scope: &Scope) -> Result<Option<Domain<Filled>>, Error> {
        match self {
            Self::Constant(true) => Ok(Some(Domain::all())),
            Self::Constant(false) => Ok(Some(Domain::none())),
            Self::Condition(path, operator, value) => {
                let outcome =
                    value.evaluate_in_domain(scope).map_err(|error| Error::Template { path: path.clone(), error })?;
                let Some(given) = kept(outcome, path)? else { return Ok(None) };
                let given = ids(given);
                parse::check_value(&given)
                    .map_err(|what| Error::Value { path: path.clone(), what: what.to_owned() })?;
                Ok(Some(Domain::Condition(Condition {
                    path: path.clone(),
                    operator: *operator,
                    operand: Operand::Value(Filled {
                        value: given,
                        from_caller: value.names().iter().any(|name| name.is_callers()),
                        argument: scope.only_argument(value.names()),
                    }),
                })))
            }
            Self::Related(path, operator, inner) => {
                let inner = fill(&inner.tree, scope)?;
                Ok(inner.map(|inner| {
                    Domain::Condition(Condition {
                        path: path.clone(),
                        operator: *operator,
                        operand: Operand::Domain(Box::new(inner)),
                    })
                }))
            }
            Self::Given(template) => {
                let outcome = template
                    .evaluate_in_domain(scope)
                    .map_err(|error| Error::Template { path: String::new(), error })?;
                let Some(given) = kept(outcome, "")? else { return Ok(None) };
                let argument = scope.only_argument(template.names());
                let what = match &argument {
                    Some(argument) => format!("The argument `{argument}`"),
                    None => format!("`{}`", template.source().trim()),
                };
                let refused = |faults| Error::Given { what: what.clone(), faults };
                let domain = match &given {
                    Value::Null => return Ok(None),
                    Value::Array(items) if items.is_empty() => return Ok(None),
                    Value::String(text) if text.trim().is_empty() => return Ok(None),
                    Value::String(text) => {
                        let list = super::literal::parse(text).map_err(|fault| refused(vec![fault]))?;
                        if list.as_array().is_some_and(Vec::is_empty) {
                            return Ok(None);
                        }
                        Domain::parse(&list)
                    }
                    list => Domain::parse(list),
                };
                let domain = domain.map_err(refused)?;
                Ok(Some(domain.map(|value| Filled { value, from_caller: true, argument: argument.clone() })))
            }
        }
    }
}

fn kept(outcome: Outcome, path: &str) -> Result<Option<Value>, Error> {
    match outcome {
        Outcome::Given(value) => Ok(Some(value)),
        Outcome::Absent(Cause::NotGiven) => Ok(None),
        Outcome::Absent(Cause::Empty(expression)) => Err(Error::Empty { path: path.to_owned(), expression }),
    }
}

/// A many2one of an earlier answer, `{"id", "name"}`, is its id, and an x2many its ids.
fn ids(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(id).collect()),
        other => id(other),
    }
}

fn id(value: Value) -> Value {
    match &value {
        Value::Object(record) if record.len() == 2 && record.contains_key("name") => match record.get("id") {
            Some(Value::Number(id)) if id.is_i64() => Value::Number(id.clone()),
            _ => value,
        },
        _ => value,
    }
}

struct Reader {
    faults: Vec<DomainFault>,
}

impl Reader {
    fn domain(&mut self, value: &Value, path: &mut Vec<usize>, depth: usize) -> Option<DomainTemplate> {
        if let Value::String(text) = value {
            return self.given(text, path).map(|leaf| DomainTemplate { tree: Tree::Leaf(leaf) });
        }
        let items = match parse::list(value, path) {
            Ok(items) if depth <= MAX_RELATED => items,
            Ok(_) => {
                self.faults.push(DomainFault::new(path, "the domain nests too deeply"));
                return None;
            }
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(index);
            let element = match (parse::junction(item), item) {
                (Some(junction), _) => Some(junction),
                (None, Value::String(text)) if is_template(text) => self.given(text, path).map(Element::Leaf),
                (None, item) => self.leaf(item, path, depth).map(Element::Leaf),
            };
            path.pop();
            elements.extend(element.map(|element| (index, element)));
        }
        if elements.len() < items.len() {
            return None;
        }
        match parse::assemble(elements, path) {
            Ok(tree) => Some(DomainTemplate { tree }),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// A sub-domain that the caller gives.
    fn given(&mut self, text: &str, path: &[usize]) -> Option<Leaf> {
        if !is_template(text) {
            self.faults.push(
                DomainFault::new(path, "a domain is a list of conditions, or one template that gives one")
                    .hint("write `[[\"name\", \"ilike\", \"x\"]]`, or `\"{{ domain }}\"`"),
            );
            return None;
        }
        match Template::compile(text) {
            Ok(template) if template.is_expression() => Some(Leaf::Given(template)),
            Ok(_) => {
                self.faults.push(
                    DomainFault::new(
                        path,
                        "a sub-domain is one single expression: a domain is never put together from texts",
                    )
                    .hint(if text.trim_start().starts_with(['[', '(']) {
                        "write the list itself, without quotes around it: `[[\"name\", \"ilike\", \"{{ query }}\"]]`"
                    } else {
                        "write `\"{{ domain }}\"`"
                    }),
                );
                None
            }
            Err(fault) => {
                self.template_fault(fault, path);
                None
            }
        }
    }

    fn template_fault(&mut self, fault: crate::template::Fault, path: &[usize]) {
        self.faults.push(DomainFault {
            path: path.to_vec(),
            range: fault.range,
            message: fault.message,
            hint: fault.hint,
        });
    }

    fn leaf(&mut self, item: &Value, path: &mut Vec<usize>, depth: usize) -> Option<Leaf> {
        let [field, operator, value] = match parse::triple(item, path) {
            Ok(parts) => parts,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        if let Some(constant) = parse::constant::<Value>(field, operator, value) {
            return Some(Leaf::Constant(constant.is_empty()));
        }
        // All that is wrong with one condition is said at once.
        let field = match author_path(field, path) {
            Ok(field) => Some(field),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        };
        let operator = match parse::operator_of(operator, path) {
            Ok(operator) => operator,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        if operator.takes_domain() {
            path.push(2);
            let inner = self.domain(value, path, depth + 1);
            path.pop();
            return Some(Leaf::Related(field?.to_owned(), operator, Box::new(inner?)));
        }
        if let Err(what) = parse::check_value(value) {
            let field = field.unwrap_or("the field");
            self.faults.push(DomainFault::new(
                &[path.as_slice(), &[2]].concat(),
                format!("`{field}` cannot be compared with {what}"),
            ));
            return None;
        }
        match Templated::parse(value) {
            Ok(value) => Some(Leaf::Condition(field?.to_owned(), operator, value)),
            Err(faults) => {
                for fault in faults {
                    let inside = fault.path.iter().filter_map(|segment| match segment {
                        Segment::Index(index) => Some(*index),
                        Segment::Key(_) => None,
                    });
                    let here: Vec<usize> = path.iter().copied().chain([2]).chain(inside).collect();
                    self.template_fault(fault.fault, &here);
                }
                None
            }
        }
    }
}

/// A path, and for authors also `a|b` and `a?`.
fn author_path<'v>(field: &'v Value, path: &[usize]) -> Result<&'v str, DomainFault> {
    let field = parse::field_of(field, path)?;
    if is_template(field) {
        return Err(DomainFault::new(
            &[path, &[0]].concat(),
            "a field name cannot be a template: arguments give values, never structure",
        )
        .hint("write a condition for each field; one whose value is absent is dropped"));
    }
    let alternatives = field.strip_suffix('?').unwrap_or(field);
    if alternatives.split('|').all(parse::is_path) {
        Ok(field)
    } else {
        let mut fault = parse::bad_path(field, path);
        if field.contains('?') || field.contains('|') {
            fault.hint = Some(
                "write `field?` for one that not every Odoo has, `new_name|old_name` for the first that exists"
                    .to_owned(),
            );
        }
        Err(fault)
    }
}
