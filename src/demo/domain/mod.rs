//! Odoo's domains: read from JSON, compiled for a caller, tested on records.
//!
//! Compiling is where Odoo's rules live (`compile`): a name after a many2one searches by name, text after a boolean is read, a path becomes a search
//! of the related model with the caller's access. The source of the rules is Odoo 19's `odoo/orm/domains.py`, and what the contract suite saw.

mod compile;
mod negate;
mod test;
mod tree;
mod values;

use serde_json::Value;

use super::{
    errors::{Fault, Outcome},
    value,
};

pub(super) use compile::{by_name, compile};
pub(super) use test::{Key, Part, Test};

/// A domain as written, with the operators of the notation resolved into a tree.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Const(bool),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Condition { path: String, operator: String, value: Value },
}

/// Every operator that a caller may use.
const OPERATORS: [&str; 21] = [
    "=",
    "!=",
    "<>",
    "==",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "like",
    "not like",
    "ilike",
    "not ilike",
    "=like",
    "=ilike",
    "not =like",
    "not =ilike",
    "=?",
    "child_of",
    "parent_of",
];

impl Node {
    /// A condition.
    pub(super) fn condition(path: &str, operator: &str, value: Value) -> Self {
        Self::Condition { path: path.into(), operator: operator.into(), value }
    }

    /// Reads a domain in Polish notation; what stands side by side is joined by "and".
    ///
    /// # Errors
    /// As Odoo says it: a malformed domain or condition, an operator that is none.
    pub(super) fn parse(domain: &Value, major: u8) -> Outcome<Self> {
        let items = match domain {
            Value::Array(items) => items,
            Value::Bool(flag) if major >= 19 => return Ok(Self::Const(*flag)),
            Value::Null => return Ok(Self::Const(true)),
            other if major >= 19 => {
                return Err(Fault::type_error(format!(
                    "Domain() invalid argument type for domain: {}",
                    value::repr(other)
                )));
            }
            _ => {
                let what = "Domains to normalize must have a 'domain' form: a list or tuple of domain components";
                return Err(if major < 15 { Fault::assertion(what) } else { Fault::value(what) });
            }
        };
        let malformed = || {
            let what = format!("This domain is syntactically not correct: {}", value::repr(domain));
            match major {
                19.. => Fault::value(format!("Domain() malformed domain {}", value::repr(domain))),
                15.. => Fault::value(what),
                _ => Fault::assertion(what),
            }
        };
        let mut stack: Vec<Self> = Vec::new();
        for item in items.iter().rev() {
            let node = match item {
                Value::String(word) if word == "&" => {
                    let (left, right) = (stack.pop().ok_or_else(malformed)?, stack.pop().ok_or_else(malformed)?);
                    Self::All(vec![left, right])
                }
                Value::String(word) if word == "|" => {
                    let (left, right) = (stack.pop().ok_or_else(malformed)?, stack.pop().ok_or_else(malformed)?);
                    Self::Any(vec![left, right])
                }
                Value::String(word) if word == "!" => Self::Not(Box::new(stack.pop().ok_or_else(malformed)?)),
                Value::Array(parts) => leaf(parts, major)?,
                other => return Err(invalid_item(other, major)),
            };
            stack.push(node);
        }
        stack.reverse();
        let node = match stack.len() {
            1 => stack.pop().unwrap_or(Self::Const(true)),
            _ => Self::All(stack),
        };
        // Until 18 `!` was worked into the conditions before they were read.
        Ok(if major < 19 { negate::distributed(node, false) } else { node })
    }

    /// Whether a condition names the field itself, at any depth but not inside related models.
    pub(super) fn names(&self, field: &str) -> bool {
        match self {
            Self::Const(_) => false,
            Self::Not(node) => node.names(field),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(|node| node.names(field)),
            Self::Condition { path, .. } => path == field,
        }
    }
}

fn invalid_item(item: &Value, major: u8) -> Fault {
    match major {
        19.. => Fault::value(format!("Domain() invalid item in domain: {}", value::repr(item))),
        // Python's set of operators wants to know the hash of what is no condition; a list in it has none.
        _ if item.as_array().is_some_and(|parts| parts.iter().any(Value::is_array)) => {
            Fault::type_error("unhashable type: 'list'")
        }
        _ => {
            let parts: Vec<String> = item.as_array().into_iter().flatten().map(value::repr).collect();
            let shown = if item.is_array() { format!("({})", parts.join(", ")) } else { value::repr(item) };
            Fault::value(format!("Invalid leaf {shown}"))
        }
    }
}

fn leaf(parts: &[Value], major: u8) -> Outcome<Node> {
    let [left, operator, right] = parts else {
        return Err(invalid_item(&Value::Array(parts.to_vec()), major));
    };
    // (1, '=', 1) and (0, '=', 1) stand for true and false.
    if let (Some(left), Some("="), Some(right)) = (left.as_i64(), operator.as_str(), right.as_i64())
        && right == 1
        && (left == 0 || left == 1)
    {
        return Ok(Node::Const(left == 1));
    }
    let item = || Value::Array(parts.to_vec());
    let condition = || format!("({}, {}, {})", value::repr(left), value::repr(operator), value::repr(right));
    let Some(path) = left.as_str().filter(|path| !path.is_empty()) else {
        return Err(match major {
            19.. => Fault::type_error(format!("Empty field name in condition {}", condition())),
            _ => invalid_item(&item(), major),
        });
    };
    let Some(operator) = operator.as_str().map(str::to_lowercase) else {
        return Err(invalid_item(&item(), major));
    };
    let any = matches!(operator.as_str(), "any" | "not any");
    let newest = matches!(operator.as_str(), "not =like" | "not =ilike") && major < 18;
    if newest || !(OPERATORS.contains(&operator.as_str()) || any && major >= 17) {
        return Err(match major {
            19.. if operator.ends_with('!') => invalid_item(&item(), major),
            19.. => Fault::value(format!("Invalid operator in condition {}", condition())),
            _ => invalid_item(&item(), major),
        });
    }
    let right = if right.is_null() { Value::Bool(false) } else { right.clone() };
    Ok(Node::Condition { path: path.into(), operator, value: right })
}
