//! What can be wrong with a domain: as written (`DomainFault`), and as a call fills it in (`Error`).

use std::ops::Range;

use crate::template;

/// A domain that is not one. One of these is one diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DomainFault {
    /// Where in the written list, from the outside in: `[2, 1]` is the operator of the third element. Empty is the whole.
    pub path: Vec<usize>,
    /// Where inside the string at that place (or in the text that was parsed), in bytes.
    pub range: Option<Range<usize>>,
    /// One sentence on what is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl DomainFault {
    pub(super) fn new(path: &[usize], message: impl Into<String>) -> Self {
        Self { path: path.to_vec(), range: None, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A domain that a call cannot fill in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A template failed.
    #[error("the condition on `{path}` cannot be made: {error}")]
    Template {
        /// The condition's path; empty for a sub-domain.
        path: String,
        /// Why.
        #[source]
        error: template::Error,
    },
    /// Nothing was found, or a field was empty, in an earlier answer (`not_found`): dropping the condition would widen the answer.
    #[error("`{expression}`, which the condition on `{path}` needs, is empty")]
    Empty {
        /// The condition's path; empty for a sub-domain.
        path: String,
        /// What was empty, as written.
        expression: String,
    },
    /// A value that no condition can have (`invalid_arguments`).
    #[error("the condition on `{path}` cannot be compared with {what}")]
    Value {
        /// The condition's path.
        path: String,
        /// `a table`, `a list of lists`.
        what: String,
    },
    /// The caller's own domain is not one (`invalid_arguments`).
    #[error("{what} is not a domain: {}", sentences(faults))]
    Given {
        /// The argument, or the template, that it came through.
        what: String,
        /// Everything that is wrong with it.
        faults: Vec<DomainFault>,
    },
}

fn sentences(faults: &[DomainFault]) -> String {
    let each: Vec<_> = faults
        .iter()
        .map(|fault| match &fault.hint {
            Some(hint) => format!("{} ({hint})", fault.message),
            None => fault.message.clone(),
        })
        .collect();
    each.join("; ")
}
