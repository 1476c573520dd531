//! Shaping what Odoo answered into what a model reads: records, dates, budget, formats.
//!
//! An answer is one compact JSON text. [`records`] gives Odoo's rows the one shape that every version and protocol has
//! here, [`json()`] fits any answer into its budget, [`Answer::error`] says what went wrong.

mod budget;
mod markdown;
mod records;
mod result;
mod scalar;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use self::budget::{Listing, json};
pub use self::markdown::markdown_of_html;
pub use self::records::{defaults, records};
pub use self::result::result;
pub(crate) use self::scalar::named;
use crate::odoo::{Applied, Error};

/// More of an error's message than this is cut, in characters.
const LONGEST_MESSAGE: usize = 4_000;
/// The details of an error (candidates …) take no more than this, in bytes.
const MOST_DETAILS: usize = 20_000;

/// What a tool call answers, before it becomes MCP.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// MCP content blocks as JSON (`{"type": "text", "text": …}`): what `mcp` sends as it is.
    pub content: Vec<Value>,
    /// A tool error.
    pub is_error: bool,
}

impl Answer {
    /// One text.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { content: vec![text_block(text)], is_error: false }
    }

    /// A tool error: one block with the sentence and the hint, one with
    /// `{"kind", "message", "hint", "applied", …details}`.
    #[must_use]
    pub fn error(error: &Error) -> Self {
        let message = cut(&error.message, LONGEST_MESSAGE);
        let applied = match error.applied {
            Applied::No => "no",
            Applied::Yes => "yes",
            Applied::Unknown => "unknown",
        };
        let mut facts = Map::new();
        facts.insert("kind".to_owned(), json!(error.kind));
        facts.insert("message".to_owned(), message.clone().into());
        let mut sentences = message;
        if let Some(hint) = &error.hint {
            let hint = cut(hint, LONGEST_MESSAGE);
            if !sentences.ends_with(['.', '!', '?', '\n']) {
                sentences.push('.');
            }
            sentences.push(' ');
            sentences.push_str(&hint);
            facts.insert("hint".to_owned(), hint.into());
        }
        facts.insert("applied".to_owned(), applied.into());
        let room = facts.iter().map(|(key, value)| key.len() + value.to_string().len() + 4).sum::<usize>();
        for (key, value) in &error.details {
            facts.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let facts = budget::whole(&Value::Object(facts), room + MOST_DETAILS);
        Self { content: vec![text_block(sentences), text_block(facts)], is_error: true }
    }
}

/// MCP content blocks that are ready: static content.
#[must_use]
pub fn blocks(content: Vec<Value>) -> Answer {
    Answer { content, is_error: false }
}

fn text_block(text: String) -> Value {
    json!({ "type": "text", "text": text })
}

/// The first so many characters, and how many there were, if there are more.
fn cut(text: &str, most: usize) -> String {
    // A text of no more bytes has no more characters: the usual case costs nothing.
    if text.len() <= most {
        return text.to_owned();
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            format!("{}… (cut, {} characters)", text.get(..end).unwrap_or_default(), text.chars().count())
        }
        None => text.to_owned(),
    }
}
