//! The Odoo domain as a tree: parse, prune, validate, print.
//!
//! `Domain<V>` is a domain whose values are `V`: plain JSON once a call has filled them in, or what another module makes of it.
//! `DomainTemplate` is what an author wrote. Which fields there are, and what fits them, is not known here.

mod alternatives;
mod fault;
mod literal;
mod operator;
mod parse;
mod print;
mod template;
#[cfg(test)]
mod tests;

pub use alternatives::alternatives;
pub use fault::{DomainFault, Error};
pub use operator::Operator;
pub use template::{ConditionTemplate, DomainTemplate, Filled};

/// A domain as a tree. Printing gives Odoo's prefix notation.
///
/// The normal form, which parsing gives and `normalized` makes: no `And` directly in an `And`, no `Or` directly in an `Or`, and
/// neither with one single operand. `And([])` is "every record" and `Not(And([]))` is none: as operands, Odoo's leaves
/// `[1, "=", 1]` and `[0, "=", 1]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain<V> {
    /// All of them; empty is "every record".
    And(Vec<Domain<V>>),
    /// Any of them; never empty.
    Or(Vec<Domain<V>>),
    /// Not this one.
    Not(Box<Domain<V>>),
    /// One condition.
    Condition(Condition<V>),
}

/// `[path, operator, value]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition<V> {
    /// The field path as written, e.g. `stage_id.name`, `qty_available?`, `user_ids|user_id`.
    pub path: String,
    /// The operator.
    pub operator: Operator,
    /// What it is compared with.
    pub operand: Operand<V>,
}

/// What a condition compares with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand<V> {
    /// A value.
    Value(V),
    /// A domain on the related model: after `any` and `not any`.
    Domain(Box<Domain<V>>),
}

impl<V> Domain<V> {
    /// "Every record."
    #[must_use]
    pub fn all() -> Self {
        Self::And(Vec::new())
    }

    /// "No record."
    #[must_use]
    pub fn none() -> Self {
        Self::Not(Box::new(Self::all()))
    }

    /// Whether it is "every record" because nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::And(parts) if parts.is_empty())
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all_of(vec![self, other])
    }

    /// All of the parts, in normal form if they are.
    #[must_use]
    pub fn all_of(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        single(flat).unwrap_or_else(Self::And)
    }

    /// Any of the parts, in normal form if they are; of no part it is "no record".
    #[must_use]
    pub fn any_of(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match single(flat) {
            Ok(one) => one,
            Err(flat) if flat.is_empty() => Self::none(),
            Err(flat) => Self::Or(flat),
        }
    }

    /// The same domain in normal form.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self {
            Self::And(parts) => Self::all_of(parts.into_iter().map(Self::normalized).collect()),
            Self::Or(parts) => Self::any_of(parts.into_iter().map(Self::normalized).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.normalized())),
            Self::Condition(condition) => Self::Condition(Condition {
                path: condition.path,
                operator: condition.operator,
                operand: match condition.operand {
                    Operand::Value(value) => Operand::Value(value),
                    Operand::Domain(inner) => Operand::Domain(Box::new(inner.normalized())),
                },
            }),
        }
    }

    /// The same tree with other values.
    pub fn map<W>(self, mut change: impl FnMut(V) -> W) -> Domain<W> {
        match self.try_map(&mut |value| Ok::<W, std::convert::Infallible>(change(value))) {
            Ok(domain) => domain,
            Err(never) => match never {},
        }
    }

    /// The same tree with other values, or the first error.
    ///
    /// # Errors
    /// What `change` gives.
    pub fn try_map<W, E>(self, change: &mut impl FnMut(V) -> Result<W, E>) -> Result<Domain<W>, E> {
        Ok(match self {
            Self::And(parts) => {
                Domain::And(parts.into_iter().map(|part| part.try_map(change)).collect::<Result<_, _>>()?)
            }
            Self::Or(parts) => {
                Domain::Or(parts.into_iter().map(|part| part.try_map(change)).collect::<Result<_, _>>()?)
            }
            Self::Not(inner) => Domain::Not(Box::new(inner.try_map(change)?)),
            Self::Condition(condition) => Domain::Condition(Condition {
                path: condition.path,
                operator: condition.operator,
                operand: match condition.operand {
                    Operand::Value(value) => Operand::Value(change(value)?),
                    Operand::Domain(inner) => Operand::Domain(Box::new(inner.try_map(change)?)),
                },
            }),
        })
    }

    /// Replaces conditions with domains, or drops them (`None`); an `|` or `!` left with nothing goes too, and so does an `any` whose
    /// domain is left with nothing. `change` gets the paths of the `any`s around, from the outside in. An `any` itself is asked
    /// about first, with its domain as it is; what `change` gives for it is then gone through.
    ///
    /// # Errors
    /// What `change` gives.
    pub fn rewrite<E>(
        self,
        change: &mut impl FnMut(&[String], Condition<V>) -> Result<Option<Self>, E>,
    ) -> Result<Option<Self>, E> {
        self.rewrite_within(&mut Vec::new(), change)
    }

    fn rewrite_within<E>(
        self,
        within: &mut Vec<String>,
        change: &mut impl FnMut(&[String], Condition<V>) -> Result<Option<Self>, E>,
    ) -> Result<Option<Self>, E> {
        let mut each = |parts: Vec<Self>| -> Result<Vec<Self>, E> {
            let mut kept = Vec::with_capacity(parts.len());
            for part in parts {
                kept.extend(part.rewrite_within(within, change)?);
            }
            Ok(kept)
        };
        Ok(match self {
            Self::And(parts) if parts.is_empty() => Some(Self::all()),
            Self::And(parts) => Some(each(parts)?).filter(|parts| !parts.is_empty()).map(Self::all_of),
            Self::Or(parts) => Some(each(parts)?).filter(|parts| !parts.is_empty()).map(Self::any_of),
            Self::Not(inner) => inner.rewrite_within(within, change)?.map(|inner| Self::Not(Box::new(inner))),
            Self::Condition(condition) => match change(within, condition)? {
                Some(Self::Condition(Condition { path, operator, operand: Operand::Domain(inner) })) => {
                    within.push(path.clone());
                    let inner = inner.rewrite_within(within, change);
                    within.pop();
                    inner?.map(|inner| {
                        Self::Condition(Condition { path, operator, operand: Operand::Domain(Box::new(inner)) })
                    })
                }
                other => other,
            },
        })
    }

    /// Every condition, in order, those inside `any` too, with the paths of the `any`s around, from the outside in.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&[&'a str], &'a Condition<V>)) {
        self.walk_within(&mut Vec::new(), visit);
    }

    fn walk_within<'a>(&'a self, within: &mut Vec<&'a str>, visit: &mut impl FnMut(&[&'a str], &'a Condition<V>)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.walk_within(within, visit)),
            Self::Not(inner) => inner.walk_within(within, visit),
            Self::Condition(condition) => {
                visit(within, condition);
                if let Operand::Domain(inner) = &condition.operand {
                    within.push(&condition.path);
                    inner.walk_within(within, visit);
                    within.pop();
                }
            }
        }
    }
}

/// The one part, or the parts.
fn single<T>(mut parts: Vec<T>) -> Result<T, Vec<T>> {
    if parts.len() == 1
        && let Some(one) = parts.pop()
    {
        return Ok(one);
    }
    Err(parts)
}
