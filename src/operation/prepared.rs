//! An operation that has decided what it will do and has not done it yet.

use serde_json::{Map, Value};

use super::run::Run;
use super::{call, content, create, default_get, fields_get, name_search, read, read_group};
use super::{search_count, search_read, server, unlink, write};
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

/// An operation's answer, whole; the budget cuts it later.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The keys of the answer, in their order.
    pub(super) answer: Map<String, Value>,
    /// The key of the list that may be cut at whole elements, and the offset of its first element.
    pub(super) list: Option<(&'static str, u64)>,
    /// MCP blocks instead of an answer: static content.
    pub(super) blocks: Option<Vec<Value>>,
}

impl Body {
    /// A body with these keys and no list.
    pub(super) fn of(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let answer = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { answer, ..Self::default() }
    }

    /// The list under `key` begins at `offset` and may be cut.
    pub(super) fn listing(mut self, key: &'static str, offset: u64) -> Self {
        self.list = Some((key, offset));
        self
    }
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
    SearchCount: search_count,
    ReadGroup: read_group,
    NameSearch: name_search,
    FieldsGet: fields_get,
    DefaultGet: default_get,
    Create: create,
    Write: write,
    Unlink: unlink,
    Call: call,
    Server: server,
    Content: content,
}
