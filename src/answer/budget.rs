//! The bytes of an answer: cut at whole records, long texts cut with a note, always JSON that parses.
//!
//! Nothing is copied to be cut: a [`Cut`] is a view of a value that leaves out what is too much while it is written.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

use super::address::Links;
use super::columns::{Columns, Described};

/// What one view leaves in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Characters of a text.
    text: usize,
    /// Elements of a list.
    list: usize,
    /// Keys of an object.
    keys: usize,
}

/// As it is, but for texts that nobody reads to the end.
pub(super) const USUAL: Measure = Measure { text: 10_000, list: usize::MAX, keys: usize::MAX };

/// Ever less, for what does not fit as it is: texts go first, then lists, then keys.
pub(super) const TIGHTER: [Measure; 12] = [
    Measure { text: 4_000, ..USUAL },
    Measure { text: 1_000, ..USUAL },
    Measure { text: 300, ..USUAL },
    Measure { text: 300, list: 100, ..USUAL },
    Measure { text: 100, list: 100, ..USUAL },
    Measure { text: 100, list: 20, ..USUAL },
    Measure { text: 60, list: 5, ..USUAL },
    Measure { text: 40, list: 2, ..USUAL },
    Measure { text: 40, list: 1, keys: 40 },
    Measure { text: 20, list: 0, keys: 20 },
    Measure { text: 10, list: 0, keys: 5 },
    Measure { text: 0, list: 0, keys: 1 },
];

/// The list of an answer that may be cut at whole elements.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// Its key.
    pub key: &'static str,
    /// The offset of its first element.
    pub offset: u64,
    /// What an answer that was cut says, where no argument goes on from `next_offset`.
    pub note: Option<&'static str>,
}

impl From<(&'static str, u64)> for Listing {
    fn from((key, offset): (&'static str, u64)) -> Self {
        Self { key, offset, note: None }
    }
}

/// What is known of the value at one place of an answer: what a text that is cut there is the beginning of.
#[derive(Debug, Clone, Copy)]
enum At<'a> {
    /// Nothing.
    Anywhere,
    /// The answer itself.
    Answer(&'a Described, Links<'a>),
    /// Records of one kind, or one of them.
    Records(&'a Columns, Links<'a>),
    /// A field of a record.
    Field { model: &'a str, id: i64, field: &'a str, links: Links<'a> },
}

impl<'a> At<'a> {
    fn answer(described: Option<&'a Described>, links: Links<'a>) -> Self {
        described.map_or(Self::Anywhere, |described| Self::Answer(described, links))
    }

    /// What is known of the value under that key of this object.
    fn key(self, object: &Map<String, Value>, key: &str) -> Self {
        match self {
            Self::Answer(described, links) if described.key == key => Self::Records(&described.columns, links),
            Self::Records(columns, links) => match (columns.get(key), &columns.model) {
                (Some(column), _) if column.nested.is_some() => {
                    column.nested.as_ref().map_or(Self::Anywhere, |nested| Self::Records(nested, links))
                }
                (Some(column), Some(model)) => match object.get("id").and_then(Value::as_i64) {
                    Some(id) => Self::Field { model, id, field: &column.field, links },
                    None => Self::Anywhere,
                },
                _ => Self::Anywhere,
            },
            _ => Self::Anywhere,
        }
    }
}

/// An answer of these keys within so many bytes, as one compact JSON text. `list` may be cut: then `next_offset` says where to
/// go on. A first element that alone is too large is shown with its texts and lists cut. What is `described` says where the
/// whole of a text is that was cut.
pub(super) fn fit(
    mut answer: Map<String, Value>,
    list: Option<Listing>,
    described: Option<&Described>,
    links: Links<'_>,
    max_bytes: usize,
) -> String {
    let at = At::answer(described, links);
    if let Some(text) = written(&Cut { value: &answer, measure: USUAL, at }, max_bytes) {
        return text;
    }
    let Some(list) = list else { return cut_down(&Value::Object(answer), at, max_bytes) };
    let Some(Value::Array(items)) = answer.get_mut(list.key).map(Value::take) else {
        return cut_down(&Value::Object(answer), at, max_bytes);
    };
    page(answer, list, &items, at, max_bytes)
}

/// A value within so many bytes, as JSON: as it is, or ever more of it cut.
pub(super) fn whole(value: &Value, max_bytes: usize) -> String {
    cut_down(value, At::Anywhere, max_bytes)
}

fn cut_down(value: &Value, at: At<'_>, max_bytes: usize) -> String {
    std::iter::once(USUAL)
        .chain(TIGHTER)
        .find_map(|measure| written(&Cut { value, measure, at }, max_bytes))
        .unwrap_or_else(|| if max_bytes >= 2 { "{}".to_owned() } else { String::new() })
}

/// The answer as that measure shows it.
pub(super) fn measured(
    answer: &Map<String, Value>,
    described: Option<&Described>,
    links: Links<'_>,
    measure: Measure,
) -> Map<String, Value> {
    match serde_json::to_value(Cut { value: answer, measure, at: At::answer(described, links) }) {
        Ok(Value::Object(answer)) => answer,
        // A map of JSON is an object of JSON.
        _ => Map::new(),
    }
}

/// As many of the items as fit, at least one.
fn page(mut answer: Map<String, Value>, list: Listing, items: &[Value], at: At<'_>, max_bytes: usize) -> String {
    let Listing { key, offset, note } = list;
    let goes_on = answer.contains_key("next_offset");
    // An upper bound of what stands around the items: the longest `next_offset`, and an empty list.
    answer.insert("next_offset".to_owned(), (offset + items.len() as u64).into());
    answer.insert(key.to_owned(), Value::Array(Vec::new()));
    let mut around = Value::Object(answer);
    let bare = written(&Cut { value: &around, measure: USUAL, at }, max_bytes / 4);
    if let (Some(_), Some(note), Value::Object(answer)) = (bare, note, &mut around) {
        answer.insert("note".to_owned(), note.into());
    }
    let Some(frame) = written(&Cut { value: &around, measure: USUAL, at }, max_bytes / 2) else {
        // What is around takes more than the items may: both are cut like any value.
        let Value::Object(mut answer) = around else { return "{}".to_owned() };
        answer.insert(key.to_owned(), Value::Array(items.to_vec()));
        return cut_down(&Value::Object(answer), at, max_bytes);
    };
    let Value::Object(mut answer) = around else { return "{}".to_owned() };
    let of_items = at.key(&answer, key);
    let room = max_bytes.saturating_sub(frame.len());
    let mut shown: Vec<String> = Vec::new();
    let mut used = 0;
    for item in items {
        let left = room.saturating_sub(used + usize::from(!shown.is_empty()));
        let Some(text) = written(&Cut { value: item, measure: USUAL, at: of_items }, left) else { break };
        used += text.len() + usize::from(!shown.is_empty());
        shown.push(text);
    }
    if let (true, Some(first)) = (shown.is_empty(), items.first()) {
        shown.push(cut_down(first, of_items, room));
    }
    answer.insert("next_offset".to_owned(), (offset + shown.len() as u64).into());
    if shown.len() == items.len() {
        // One large element, shown with its texts cut.
        answer.remove("note");
        if !goes_on {
            answer.remove("next_offset");
        }
    }
    compose(&answer, key, &shown)
}

/// The answer with these texts as the list's elements.
fn compose(answer: &Map<String, Value>, key: &str, items: &[String]) -> String {
    let mut out = String::from("{");
    for (name, value) in answer {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&Value::String(name.clone()).to_string());
        out.push(':');
        if name == key {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(item);
            }
            out.push(']');
        } else {
            out.push_str(&written(&Cut { value, measure: USUAL, at: At::Anywhere }, usize::MAX).unwrap_or_default());
        }
    }
    out.push('}');
    out
}

/// A value as its measure shows it.
struct Cut<'a, V = Value> {
    value: &'a V,
    measure: Measure,
    at: At<'a>,
}

impl Serialize for Cut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, measure, at } = *self;
        match value {
            Value::String(text) => match shortened(text, measure.text, at) {
                Some(text) => serializer.serialize_str(&text),
                None => serializer.serialize_str(text),
            },
            Value::Array(list) => {
                let mut seq = serializer.serialize_seq(None)?;
                for value in list.iter().take(measure.list) {
                    seq.serialize_element(&Cut { value, measure, at })?;
                }
                seq.end()
            }
            Value::Object(map) => Cut { value: map, measure, at }.serialize(serializer),
            value => value.serialize(serializer),
        }
    }
}

impl Serialize for Cut<'_, Map<String, Value>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let measure = self.measure;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.value.iter().take(measure.keys) {
            let at = match value {
                // Nothing to cut, so nothing to say where its whole is: most values.
                Value::Null | Value::Bool(_) | Value::Number(_) => At::Anywhere,
                Value::String(text) if text.len() <= measure.text => At::Anywhere,
                _ => self.at.key(self.value, key),
            };
            map.serialize_entry(key, &Cut { value, measure, at })?;
            // A list that is cut says how long it was.
            if let Value::Array(list) = value
                && list.len() > measure.list
            {
                let total = format!("{key}_total");
                if !self.value.contains_key(&total) {
                    map.serialize_entry(&total, &list.len())?;
                }
            }
        }
        if self.value.len() > measure.keys {
            map.serialize_entry("…", &format!("cut, {} keys", self.value.len()))?;
        }
        map.end()
    }
}

/// The beginning of a text that is too long, with how long it is and where the whole of it is read; `None` where the text is
/// no longer than what would stand for it.
fn shortened(text: &str, most: usize, at: At<'_>) -> Option<String> {
    // A text of no more bytes has no more characters: the usual case costs nothing.
    if text.len() <= most {
        return None;
    }
    let characters = text.chars().count();
    let whole = match at {
        At::Field { model, id, field, links } => links.field(model, id, field),
        _ => None,
    };
    let note = match whole {
        Some(uri) => format!("… (cut, {characters} characters; whole: {uri})"),
        None => format!("… (cut, {characters} characters)"),
    };
    if characters <= most + note.len() {
        return None;
    }
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    Some(format!("{}{note}", text.get(..end).unwrap_or_default()))
}

/// The value's JSON, if it is no longer than that; writing stops where it would be.
fn written(value: &impl Serialize, max_bytes: usize) -> Option<String> {
    let mut bounded = Bounded { bytes: Vec::new(), left: max_bytes };
    serde_json::to_writer(&mut bounded, value).ok()?;
    String::from_utf8(bounded.bytes).ok()
}

struct Bounded {
    bytes: Vec<u8>,
    left: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::WriteZero)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
