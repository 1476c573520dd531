//! The Odoo domain as a tree: parse, prune, validate, print.
//!
//! `Domain<V>` is a domain whose values are `V`: templates as the author wrote them, or plain JSON once a call has filled them in.

/// A domain as a tree. Printing gives Odoo's prefix notation.
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

/// The operators that Odoo 14 to 20 share (`any` and `not any` from 17 on).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its Odoo spelling, see `as_str`")]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    EqualOrUnset,
    Like,
    NotLike,
    Ilike,
    NotIlike,
    EqualLike,
    EqualIlike,
    NotEqualLike,
    NotEqualIlike,
    In,
    NotIn,
    ChildOf,
    ParentOf,
    Any,
    NotAny,
}

/// A domain as an author wrote it: values are templates, and an element may be a sub-domain that the caller gives.
#[derive(Debug, Clone)]
pub struct DomainTemplate {}

/// Stand-in until the module is merged.
#[derive(Debug, Clone)]
pub struct DomainFault {
    /// path
    pub path: Vec<usize>,
    /// range
    pub range: Option<std::ops::Range<usize>>,
    /// message
    pub message: String,
    /// hint
    pub hint: Option<String>,
}

impl DomainTemplate {
    /// Stand-in until the module is merged.
    ///
    /// # Errors
    /// Faults.
    pub fn parse(value: &serde_json::Value) -> Result<Self, Vec<DomainFault>> {
        if value.is_array() || value.is_string() {
            return Ok(Self {});
        }
        Err(vec![DomainFault { path: Vec::new(), range: None, message: "not a domain".into(), hint: None }])
    }
}
