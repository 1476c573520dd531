//! The variables of a call as plain data: what a plan holds of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::template::{Cause, Scope};

/// What a variable stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) enum Frozen {
    /// What a lookup found.
    Record(i64, String),
    /// What a lookup of several names found.
    Records(Vec<(i64, String)>),
    /// What a person answered.
    Reply(Value),
    /// What a step answered.
    Answer(Value),
    /// It was not asked, skipped, or found nothing.
    Absent,
}

impl Frozen {
    /// Puts it under its name into the scope.
    pub(in crate::operation) fn thaw(self, name: &str, scope: &mut Scope) {
        match self {
            Self::Record(id, display_name) => scope.set_record(name, id, &display_name),
            Self::Records(records) => scope.set_records(name, records),
            Self::Reply(value) => scope.set(name, value),
            Self::Answer(value) => scope.set_result(name, value),
            Self::Absent => scope.set_absent(name, Cause::NotGiven),
        }
    }
}
