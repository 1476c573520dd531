//! An operation that has decided what it will do and has not done it yet.

use serde_json::{Map, Value, json};

use super::run::Run;
use super::{
    attach, attachments, call, content, create, default_get, field, fields_get, message_post, name_search, read,
};
use super::{read_group, report, search_count, search_read, server, unlink, write};
pub(super) use crate::answer::Body;
use crate::definition::operation::Operation;
use crate::odoo::{Effect, Error};

/// What is about to happen: all that the executor needs to know of an operation to decide when it may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    /// Reads are safe to repeat and need no confirmation of their own.
    pub(super) effect: Effect,
    /// What will be called, for people: `crm.lead` `write`.
    pub(super) what: String,
    /// On which records, where they are known.
    pub(super) ids: Vec<i64>,
}

/// What a person is shown of an operation before it runs, and what they agree to.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// Of which records.
    pub(super) model: Option<String>,
    /// Their new values as Odoo takes them: of a change one table for all of them, of a creation one for each.
    pub(super) values: Vec<Map<String, Value>>,
    /// What a method is called with, by name; `args` where it is positional.
    pub(super) arguments: Map<String, Value>,
    /// All that is sent.
    pub(super) payload: Value,
}

macro_rules! operations {
    ($($name:ident: $module:ident),* $(,)?) => {
        /// Each operation, decided.
        pub(super) enum Prepared {
            $($name($module::Prepared),)*
        }

        impl Prepared {
            /// Decides what the operation will do. Asks Odoo for metadata only.
            pub(super) async fn new(operation: &Operation, run: &Run<'_>) -> Result<Self, Error> {
                Ok(match operation {
                    $(Operation::$name(definition) => Self::$name($module::prepare(definition, run).await?),)*
                })
            }

            /// What it will do.
            pub(super) fn outline(&self) -> Outline {
                match self {
                    $(Self::$name(prepared) => prepared.outline(),)*
                }
            }

            /// What a person is shown of it.
            pub(super) fn planned(&self) -> Planned {
                match self {
                    Self::Create(prepared) => prepared.planned(),
                    Self::Write(prepared) => prepared.planned(),
                    Self::Unlink(prepared) => prepared.planned(),
                    Self::Call(prepared) => prepared.planned(),
                    Self::MessagePost(prepared) => prepared.planned(),
                    Self::Attach(prepared) => prepared.planned(),
                    // What only reads is confirmed where its author wants it, and binds nothing but its records.
                    other => Planned { payload: json!([other.outline().what, other.outline().ids]), ..Planned::default() },
                }
            }

            /// Does it.
            pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
                match self {
                    $(Self::$name(prepared) => prepared.run(run).await,)*
                }
            }
        }
    };
}

operations! {
    SearchRead: search_read,
    Read: read,
    Field: field,
    SearchCount: search_count,
    ReadGroup: read_group,
    NameSearch: name_search,
    FieldsGet: fields_get,
    DefaultGet: default_get,
    Create: create,
    Write: write,
    Unlink: unlink,
    Call: call,
    MessagePost: message_post,
    Attach: attach,
    Attachments: attachments,
    Report: report,
    Server: server,
    Content: content,
}
