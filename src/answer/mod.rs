//! Shaping what Odoo answered into what a model reads: records, dates, budget, formats.
//!
//! [`records`] gives Odoo's rows the one shape that every version and protocol has here; [`present()`] makes of any
//! operation's [`Body`] what a client gets, in the format that the tool wants and within its bytes; [`Answer::error`] says
//! what went wrong.

mod address;
mod blocks;
mod body;
mod budget;
mod columns;
mod contents;
mod csv;
mod decorate;
mod fitted;
mod inline;
mod lines;
mod markdown;
mod present;
mod records;
mod result;
mod scalar;
pub mod schema;
mod table;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use self::address::{Links, web as web_address};
pub use self::body::Body;
pub use self::budget::Listing;
pub use self::columns::{Column, Columns, Described, Role};
pub use self::decorate::Site;
pub use self::markdown::markdown_of_html;
pub use self::present::{Frame, data, present};
pub use self::records::{default_currency, defaults, records};
pub use self::result::result;
pub(crate) use self::scalar::{named, shown};
use crate::odoo::{Applied, Error, Kind};
pub use contents::{Contents, Held};

/// More of an error's message than this is cut, in characters.
const LONGEST_MESSAGE: usize = 4_000;
/// The details of an error (candidates …) take no more than this, in bytes.
const MOST_DETAILS: usize = 20_000;

/// What a tool call answers, before it becomes MCP.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// MCP content blocks as JSON (`{"type": "text", "text": …}`): what `mcp` sends as it is.
    pub content: Vec<Value>,
    /// MCP's structured content: always an object, which older revisions require.
    pub structured: Option<Map<String, Value>>,
    /// A tool error.
    pub is_error: bool,
    /// What kind of error it is, where it is one of ours and no content that the author calls an error; and what was written.
    pub fault: Option<(Kind, Applied)>,
}

impl Answer {
    /// One text.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { content: vec![text_block(text)], ..Self::default() }
    }

    /// The first of its texts.
    #[must_use]
    pub fn first_text(&self) -> String {
        let text = self.content.iter().find_map(|block| block.get("text")?.as_str());
        text.unwrap_or("The tool said that it failed.").to_owned()
    }

    /// The same blocks as `{"content": […]}`: what a template sees of an answer that is no table of keys.
    #[must_use]
    pub(crate) fn into_data(mut self) -> Self {
        let blocks = self.content.clone();
        self.structured = Some(Map::from_iter([("content".to_owned(), Value::Array(blocks))]));
        self
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
        let content = vec![text_block(sentences), text_block(facts)];
        Self { content, structured: None, is_error: true, fault: Some((error.kind, error.applied)) }
    }
}

/// An answer of these keys within so many bytes, as one compact JSON text. `list` may be cut: then `next_offset` says where to
/// go on.
#[must_use]
pub fn json(answer: Map<String, Value>, list: Option<impl Into<Listing>>, max_bytes: usize) -> Answer {
    Answer::text(budget::fit(answer, list.map(Into::into), None, Links::NONE, max_bytes))
}

/// MCP content blocks that are ready, within so many bytes: static content.
#[must_use]
pub fn blocks(content: Vec<Value>, max_bytes: usize) -> Answer {
    Answer { content: blocks::bounded(content, max_bytes), ..Answer::default() }
}

/// An object's compact JSON.
fn json_text(object: &Map<String, Value>) -> String {
    serde_json::to_string(object).unwrap_or_default()
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
