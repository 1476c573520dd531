//! What can be wrong with a template: when it is read (`Fault`), and when it is evaluated (`Error`).

use std::ops::Range;

/// A template that cannot be read. One of these is one diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// One sentence on what is wrong.
    pub message: String,
    /// Where, in bytes of the template's source. `None` is the whole of it.
    pub range: Option<Range<usize>>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), range: None, hint: None }
    }

    pub(super) fn at(mut self, range: Range<usize>) -> Self {
        self.range.get_or_insert(range);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A template that cannot be evaluated with what the call brought. `range` is in bytes of the template's source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The fuel is used up.
    #[error("the template `{template}` takes more than {limit} steps")]
    Fuel {
        /// How many there are.
        limit: u64,
        /// How the template begins.
        template: String,
    },
    /// A text or a list has grown beyond the limit.
    #[error("the template makes something too large: more than {limit}")]
    TooLarge {
        /// `4194304 bytes`, `1000000 elements`.
        limit: String,
    },
    /// An operator, filter or function refused its operands.
    #[error("{message} (in `{expression}`)")]
    Runtime {
        /// What the matter is.
        message: String,
        /// The expression as written.
        expression: String,
        /// Where it stands.
        range: Range<usize>,
    },
    /// A `user.*`, `bundle.*` or `odoo.*` that has no value, without `default`: never absence, which could widen an answer.
    #[error("`{expression}` has no value")]
    NoValue {
        /// The expression as written.
        expression: String,
        /// Where it stands.
        range: Range<usize>,
    },
    /// A positional argument that is not given before one that is.
    #[error("positional argument {position} is not given, but a later one is")]
    Gap {
        /// Counted from 1.
        position: usize,
    },
}

impl Error {
    /// Where in the template's source, in bytes.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        match self {
            Self::Runtime { range, .. } | Self::NoValue { range, .. } => Some(range.clone()),
            Self::Fuel { .. } | Self::TooLarge { .. } | Self::Gap { .. } => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoValue { expression, .. } => Some(format!("give it a value, or write `{expression} | default(…)`")),
            Self::Gap { .. } => Some("leave out the later one too, or give both".to_owned()),
            Self::Fuel { .. } | Self::TooLarge { .. } => {
                Some("shorten the lists and texts that the template goes through".to_owned())
            }
            Self::Runtime { .. } => None,
        }
    }
}
