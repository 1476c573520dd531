//! Reading prefix notation, of authors and of callers.
//!
//! Read from the right with a stack, so that a long chain of `|` (Odoo's own way of writing "any of these") costs no recursion.

use serde_json::Value;

use super::fault::DomainFault;
use super::{Condition, Domain, Operand, Operator, literal};
use crate::template::is_template;

/// Elements of one domain, those inside `any` too.
const MAX_ELEMENTS: usize = 2_000;
/// How deep `&`, `|` and `!` may nest.
const MAX_DEPTH: usize = 50;
/// How deep `any` may nest.
pub(super) const MAX_RELATED: usize = 8;
/// Values of one condition.
const MAX_VALUES: usize = 10_000;

/// One element of the written list.
#[derive(Debug)]
pub(super) enum Element<L> {
    And,
    Or,
    Not,
    Leaf(L),
}

/// What the elements make, before the leaves are looked at.
#[derive(Debug, Clone)]
pub(super) enum Tree<L> {
    And(Vec<Tree<L>>),
    Or(Vec<Tree<L>>),
    Not(Box<Tree<L>>),
    Leaf(L),
}

/// Makes a tree of the elements; what stands side by side is joined with `&`.
pub(super) fn assemble<L>(elements: Vec<(usize, Element<L>)>, path: &[usize]) -> Result<Tree<L>, DomainFault> {
    let mut stack: Vec<Tree<L>> = Vec::new();
    for (index, element) in elements.into_iter().rev() {
        let here = || [path, &[index]].concat();
        let made = match element {
            Element::Leaf(leaf) => Tree::Leaf(leaf),
            Element::Not => {
                let inner = stack.pop().ok_or_else(|| short(&here(), "!", 1, 0))?;
                Tree::Not(Box::new(inner))
            }
            Element::And => Tree::and(two(&mut stack).map_err(|found| short(&here(), "&", 2, found))?),
            Element::Or => Tree::or(two(&mut stack).map_err(|found| short(&here(), "|", 2, found))?),
        };
        // Each step adds one level, so this is found before anything can recurse too deeply.
        if made.depth() > MAX_DEPTH {
            return Err(DomainFault::new(&here(), "the domain nests too deeply"));
        }
        stack.push(made);
    }
    stack.reverse();
    Ok(Tree::and(stack))
}

/// The two topmost, or how many there are.
fn two<L>(stack: &mut Vec<Tree<L>>) -> Result<Vec<Tree<L>>, usize> {
    let found = stack.len();
    match (stack.pop(), stack.pop()) {
        (Some(left), Some(right)) => Ok(vec![left, right]),
        _ => Err(found),
    }
}

fn short(path: &[usize], operator: &str, needs: usize, found: usize) -> DomainFault {
    let (needs, operands) = if needs == 1 { ("one", "operand") } else { ("two", "operands") };
    let follow = if found == 0 { "none follows" } else { "only one follows" };
    DomainFault::new(path, format!("`{operator}` needs {needs} {operands} after it, but {follow}"))
        .hint("write the operator before its operands: `[\"|\", [\"a\", \"=\", 1], [\"b\", \"=\", 2]]`; conditions side by side are joined with `&` anyway")
}

impl<L> Tree<L> {
    fn and(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        super::single(flat).unwrap_or_else(Self::And)
    }

    fn or(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        super::single(flat).unwrap_or_else(Self::Or)
    }

    fn depth(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(inner) => 1 + inner.depth(),
            Self::Leaf(_) => 0,
        }
    }
}

impl Tree<Domain<Value>> {
    fn into_domain(self) -> Domain<Value> {
        match self {
            Self::And(parts) => Domain::all_of(parts.into_iter().map(Self::into_domain).collect()),
            Self::Or(parts) => Domain::any_of(parts.into_iter().map(Self::into_domain).collect()),
            Self::Not(inner) => Domain::Not(Box::new(inner.into_domain())),
            Self::Leaf(leaf) => leaf,
        }
    }
}

impl Domain<Value> {
    /// Reads Odoo's prefix notation, strictly: known operators, exact arity, plain field paths. The result is in normal form.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn parse(value: &Value) -> Result<Self, Vec<DomainFault>> {
        let mut reader = Reader::default();
        let domain = reader.domain(value, &mut Vec::new(), 0);
        match domain {
            Some(domain) if reader.faults.is_empty() => Ok(domain),
            _ => Err(reader.faults),
        }
    }

    /// The same of a text: JSON, or as Python writes it (single quotes, tuples, `True`, `False`, `None`, commas at the end).
    ///
    /// # Errors
    /// Everything that is wrong; of a text that is no list, the first place.
    pub fn parse_text(text: &str) -> Result<Self, Vec<DomainFault>> {
        let value = literal::parse(text).map_err(|fault| vec![fault])?;
        Self::parse(&value)
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<DomainFault>,
    elements: usize,
}

impl Reader {
    fn domain(&mut self, value: &Value, path: &mut Vec<usize>, depth: usize) -> Option<Domain<Value>> {
        let items = match list(value, path) {
            Ok(items) => items,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        self.elements += items.len();
        if self.elements > MAX_ELEMENTS || depth > MAX_RELATED {
            self.faults.push(DomainFault::new(path, "the domain is too large"));
            return None;
        }
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(index);
            let element = match junction(item) {
                Some(junction) => Some(junction),
                None => self.leaf(item, path, depth).map(Element::Leaf),
            };
            path.pop();
            elements.extend(element.map(|element| (index, element)));
        }
        if elements.len() < items.len() {
            return None;
        }
        match assemble(elements, path) {
            Ok(tree) => Some(tree.into_domain()),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn leaf(&mut self, item: &Value, path: &mut Vec<usize>, depth: usize) -> Option<Domain<Value>> {
        match self.try_leaf(item, path, depth) {
            Ok(leaf) => leaf,
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// `None` where the faults are noted already.
    fn try_leaf(
        &mut self,
        item: &Value,
        path: &mut Vec<usize>,
        depth: usize,
    ) -> Result<Option<Domain<Value>>, DomainFault> {
        let [field, operator, value] = triple(item, path)?;
        if let Some(constant) = constant(field, operator, value) {
            return Ok(Some(constant));
        }
        let field = field_of(field, path)?;
        if !is_path(field) {
            return Err(bad_path(field, path));
        }
        let operator = operator_of(operator, path)?;
        let operand = if operator.takes_domain() {
            path.push(2);
            let inner = self.domain(value, path, depth + 1);
            path.pop();
            let Some(inner) = inner else { return Ok(None) };
            Operand::Domain(Box::new(inner))
        } else {
            check_value(value).map_err(|what| {
                DomainFault::new(&[path.as_slice(), &[2]].concat(), format!("`{field}` cannot be compared with {what}"))
            })?;
            Operand::Value(value.clone())
        };
        Ok(Some(Domain::Condition(Condition { path: field.to_owned(), operator, operand })))
    }
}

/// The elements of a domain.
pub(super) fn list<'v>(value: &'v Value, path: &[usize]) -> Result<&'v Vec<Value>, DomainFault> {
    let Value::Array(items) = value else {
        return Err(DomainFault::new(path, format!("a domain is a list of conditions, not {}", describe(value)))
            .hint("write `[[\"name\", \"ilike\", \"x\"]]`"));
    };
    if let [Value::String(first), Value::String(operator), _] = items.as_slice()
        && !matches!(first.as_str(), "&" | "|" | "!")
        && Operator::parse(operator).is_some()
    {
        return Err(DomainFault::new(path, "this is one condition, not a list of conditions")
            .hint("put it into a list: `[[…]]`"));
    }
    Ok(items)
}

/// `|`, `&`, `!`.
pub(super) fn junction<L>(item: &Value) -> Option<Element<L>> {
    match item.as_str()? {
        "&" => Some(Element::And),
        "|" => Some(Element::Or),
        "!" => Some(Element::Not),
        _ => None,
    }
}

/// The three parts of a condition.
pub(super) fn triple<'v>(item: &'v Value, path: &[usize]) -> Result<[&'v Value; 3], DomainFault> {
    const SHAPE: &str = "a condition is `[field, operator, value]`";
    match item {
        Value::Array(parts) => match parts.as_slice() {
            [Value::Array(_), ..] => Err(DomainFault::new(path, format!("{SHAPE}, not a list of conditions"))
                .hint("leave out the brackets around them, and join them with `\"&\"` or `\"|\"` before them")),
            [Value::String(first), ..] if parts.len() != 3 && matches!(first.as_str(), "&" | "|" | "!") => {
                Err(DomainFault::new(path, format!("`{first}` stands before conditions, not inside one"))
                    .hint("leave out the brackets around it and its conditions"))
            }
            [field, operator, value] => Ok([field, operator, value]),
            parts => Err(DomainFault::new(path, format!("{SHAPE}, and this has {} parts", parts.len()))),
        },
        Value::String(text) => {
            let fault = DomainFault::new(path, format!("`{text}` is neither a condition nor one of `&`, `|`, `!`"));
            Err(match text.to_lowercase().as_str() {
                "or" | "||" => fault.hint("did you mean `|`?"),
                "and" | "&&" => fault.hint("did you mean `&`?"),
                "not" => fault.hint("did you mean `!`?"),
                _ => fault.hint(SHAPE),
            })
        }
        other => Err(DomainFault::new(path, format!("{SHAPE}, not {}", describe(other)))),
    }
}

/// Odoo's leaves for "every record" and "no record".
pub(super) fn constant<V>(field: &Value, operator: &Value, value: &Value) -> Option<Domain<V>> {
    if operator.as_str() != Some("=") || value.as_i64() != Some(1) {
        return None;
    }
    match field.as_i64()? {
        1 => Some(Domain::all()),
        0 => Some(Domain::none()),
        _ => None,
    }
}

pub(super) fn field_of<'v>(field: &'v Value, path: &[usize]) -> Result<&'v str, DomainFault> {
    field.as_str().ok_or_else(|| {
        DomainFault::new(
            &[path, &[0]].concat(),
            format!("a condition begins with a field name, not {}", describe(field)),
        )
    })
}

pub(super) fn bad_path(field: &str, path: &[usize]) -> DomainFault {
    let fault = DomainFault::new(&[path, &[0]].concat(), format!("`{field}` is not a field name"));
    if field.ends_with('?') || field.contains('|') {
        fault.hint("`?` and `|` are for the authors of tools")
    } else {
        fault.hint("a field is written `name`, or `stage_id.name` for a field of a related record")
    }
}

pub(super) fn operator_of(operator: &Value, path: &[usize]) -> Result<Operator, DomainFault> {
    let here = [path, &[1]].concat();
    let Some(text) = operator.as_str() else {
        return Err(DomainFault::new(&here, format!("an operator is a text, not {}", describe(operator))));
    };
    if is_template(text) {
        return Err(DomainFault::new(
            &here,
            "an operator cannot be a template: arguments give values, never structure",
        )
        .hint("write a condition for each operator, and switch them on with `{{ value if … }}`"));
    }
    Operator::parse(text).ok_or_else(|| {
        let fault = DomainFault::new(&here, format!("unknown operator `{text}`"));
        match Operator::suggest(text) {
            Some(meant) => fault.hint(format!("did you mean `{}`?", meant.as_str())),
            None => fault,
        }
    })
}

/// `^[a-zA-Z_]\w*(\.\w+)*$`
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// Scalars and lists of scalars; an `Err` says what it is instead.
pub(super) fn check_value(value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Object(_) => Err("a table"),
        Value::Array(items) if items.len() > MAX_VALUES => Err("so long a list"),
        Value::Array(items) => items.iter().try_for_each(|item| match item {
            Value::Object(_) => Err("a list of tables"),
            Value::Array(_) => Err("a list of lists"),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
