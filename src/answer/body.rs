//! What an operation answers, before it is cut and formatted.

use serde_json::{Map, Value, json};

use super::columns::{Columns, Described};

/// An operation's answer, whole; [`present`](super::present()) cuts it.
#[derive(Debug, Default)]
pub struct Body {
    /// The keys of the answer, in their order. The first is always there.
    pub answer: Map<String, Value>,
    /// The key of the list that may be cut at whole elements, and the offset of its first element.
    pub list: Option<(&'static str, u64)>,
    /// Which of the keys holds records, and what they have.
    pub described: Option<Described>,
    /// MCP blocks instead of an answer: static content.
    pub blocks: Option<Vec<Value>>,
    /// MCP blocks that follow the answer: files and links to them, which have a limit of their own.
    pub files: Vec<Value>,
    /// The blocks say what went wrong.
    pub is_error: bool,
}

impl Body {
    /// A body with these keys and no list.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let answer = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { answer, ..Self::default() }
    }

    /// What a later step sees of it.
    #[must_use]
    pub fn value(&self) -> Value {
        match &self.blocks {
            Some(blocks) => json!({ "content": blocks }),
            None => Value::Object(self.answer.clone()),
        }
    }

    /// The list under `key` begins at `offset` and may be cut.
    #[must_use]
    pub fn listing(mut self, key: &'static str, offset: u64) -> Self {
        self.list = Some((key, offset));
        self
    }

    /// What is under `key` are these.
    #[must_use]
    pub fn described(mut self, key: &'static str, columns: Columns) -> Self {
        self.described = Some(Described { key, columns });
        self
    }
}
