//! What can go wrong with a call, in the words that a model can act on.

use serde_json::Value;

/// The kinds of a failed call, as the definition language names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is its name; `docs` explain them to users")]
pub enum Kind {
    InvalidArguments,
    UnknownField,
    UnknownModel,
    NotFound,
    Ambiguous,
    Unauthenticated,
    AccessDenied,
    Validation,
    Conflict,
    ConfirmationRequired,
    Declined,
    Unsupported,
    RateLimited,
    Unavailable,
    Timeout,
    Cancelled,
    OdooError,
    Internal,
}

impl Kind {
    /// Odoo was not reached, or would not hear us: nothing is known of what was asked.
    #[must_use]
    pub fn is_of_the_connection(self) -> bool {
        matches!(self, Self::Unauthenticated | Self::RateLimited | Self::Unavailable | Self::Timeout | Self::Cancelled)
    }
}

/// Whether a write happened. Always the truth: a request that left and was not answered is `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applied {
    /// Nothing was written.
    No,
    /// It was written.
    Yes,
    /// It left and no answer came.
    Unknown,
}

/// A failed call.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind.
    pub kind: Kind,
    /// One sentence on what is wrong. Odoo's own message is kept in it, its traceback is not.
    pub message: String,
    /// One sentence on what to do.
    pub hint: Option<String>,
    /// Whether a write happened.
    pub applied: Applied,
    /// Odoo's exception class, e.g. `odoo.exceptions.UserError`.
    pub class: Option<String>,
    /// `candidates` of an ambiguous name, and the like: added to the answer's JSON.
    pub details: serde_json::Map<String, Value>,
    /// The capability that the client lacks, where nothing else is wrong.
    pub lacks: Option<&'static str>,
}

impl Error {
    /// An error of this kind with nothing written.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            applied: Applied::No,
            class: None,
            details: serde_json::Map::new(),
            lacks: None,
        }
    }

    /// With a sentence on what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what is known of the write.
    #[must_use]
    pub fn applied(mut self, applied: Applied) -> Self {
        self.applied = applied;
        self
    }

    /// With Odoo's exception class.
    #[must_use]
    pub fn class(mut self, class: impl Into<String>) -> Self {
        self.class = Some(class.into());
        self
    }
}
