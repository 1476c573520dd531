//! The operators of a condition, spelled as Odoo spells them.

use crate::template::suggest;

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

impl Operator {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::EqualOrUnset,
        Self::Like,
        Self::NotLike,
        Self::Ilike,
        Self::NotIlike,
        Self::EqualLike,
        Self::EqualIlike,
        Self::NotEqualLike,
        Self::NotEqualIlike,
        Self::In,
        Self::NotIn,
        Self::ChildOf,
        Self::ParentOf,
        Self::Any,
        Self::NotAny,
    ];

    /// Odoo's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::EqualOrUnset => "=?",
            Self::Like => "like",
            Self::NotLike => "not like",
            Self::Ilike => "ilike",
            Self::NotIlike => "not ilike",
            Self::EqualLike => "=like",
            Self::EqualIlike => "=ilike",
            Self::NotEqualLike => "not =like",
            Self::NotEqualIlike => "not =ilike",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::ChildOf => "child_of",
            Self::ParentOf => "parent_of",
            Self::Any => "any",
            Self::NotAny => "not any",
        }
    }

    /// Reads Odoo's exact spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == text)
    }

    /// The operator that was probably meant.
    #[must_use]
    pub fn suggest(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase().replace('_', " ");
        let words = lower.split_whitespace().collect::<Vec<_>>().join(" ");
        let meant = match words.as_str() {
            "==" | "===" | "is" | "eq" | "equals" | "equal" | ":" => "=",
            "<>" | "!==" | "is not" | "ne" | "not =" | "not equal" | "=!" => "!=",
            "=<" | "lte" | "le" => "<=",
            "=>" | "gte" | "ge" => ">=",
            "lt" => "<",
            "gt" => ">",
            "contains" | "icontains" | "match" | "~" | "~*" | "search" => "ilike",
            "not contains" | "!ilike" | "!~" => "not ilike",
            "!like" => "not like",
            "!in" | "nin" | "notin" => "not in",
            "startswith" | "starts with" | "endswith" | "ends with" => "=ilike",
            "child of" | "childof" => "child_of",
            "parent of" | "parentof" => "parent_of",
            "exists" | "some" => "any",
            "!any" | "none" => "not any",
            other => {
                return Self::parse(other).or_else(|| {
                    suggest::nearest(other, Self::ALL.into_iter().map(Self::as_str).filter(|known| known.len() > 2))
                        .and_then(Self::parse)
                });
            }
        };
        Self::parse(meant)
    }

    /// Whether it compares with a domain on the related model.
    #[must_use]
    pub fn takes_domain(self) -> bool {
        matches!(self, Self::Any | Self::NotAny)
    }
}
