//! Text for people within a number of bytes: cut where an answer is, at whole records, never in the middle of a rendered line.

use serde_json::{Map, Value};

use super::address::Links;
use super::budget::{Listing, Measure, TIGHTER, USUAL, measured};
use super::columns::Described;

/// What makes text of an answer; told whether the answer was cut to fit.
pub(super) type Render<'a, E> = &'a dyn Fn(&Map<String, Value>, bool) -> Result<String, E>;

/// A text that fits, and the answer that it shows.
pub(super) struct Fitted {
    pub(super) text: String,
    pub(super) answer: Map<String, Value>,
}

/// The answer as text within so many bytes. As long as it is too long, fewer records of `list` are rendered, with `next_offset`;
/// one that alone is too long has its texts and lists cut. With `json_too` the answer's JSON fits as well.
///
/// # Errors
/// Those of `render`.
pub(super) fn fitted<E>(
    answer: &Map<String, Value>,
    list: Option<Listing>,
    described: Option<&Described>,
    links: Links<'_>,
    max_bytes: usize,
    json_too: bool,
    render: Render<'_, E>,
) -> Result<Fitted, E> {
    let view = |count: Option<usize>, measure: Measure| -> Result<Fitted, E> {
        let view = match (count, list) {
            (Some(count), Some(list)) => first(answer, list, count),
            _ => answer.clone(),
        };
        let view = measured(&view, described, links, measure);
        Ok(Fitted { text: render(&view, count.is_some())?, answer: view })
    };
    let fits = |fitted: &Fitted| {
        fitted.text.len() <= max_bytes && !(json_too && super::json_text(&fitted.answer).len() > max_bytes)
    };
    let all = view(None, USUAL)?;
    if fits(&all) {
        return Ok(all);
    }
    let there = list.and_then(|list| answer.get(list.key)?.as_array()).map(Vec::len);
    let one = there.filter(|there| *there > 1).map(|_| 1);
    // The most records that fit: what more of them need never is less.
    let (mut low, mut high) = (1, there.unwrap_or_default());
    let mut best = None;
    while low < high {
        let middle = low + (high - low) / 2;
        let tried = view(Some(middle), USUAL)?;
        if fits(&tried) {
            best = Some(tried);
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if let Some(best) = best {
        return Ok(best);
    }
    let mut last = all;
    for measure in TIGHTER {
        last = view(one, measure)?;
        if fits(&last) {
            return Ok(last);
        }
    }
    // The text is not the records': what a template says itself.
    if last.text.len() > max_bytes {
        last.text = beginning(&last.text, max_bytes);
    }
    Ok(last)
}

/// The answer with the first so many of its list.
fn first(answer: &Map<String, Value>, list: Listing, count: usize) -> Map<String, Value> {
    let mut view = Map::with_capacity(answer.len() + 2);
    for (key, value) in answer {
        let value = match value {
            Value::Array(items) if key == list.key => items.iter().take(count).cloned().collect(),
            value => value.clone(),
        };
        view.insert(key.clone(), value);
    }
    view.insert("next_offset".to_owned(), (list.offset + count as u64).into());
    if let Some(note) = list.note {
        view.insert("note".to_owned(), note.into());
    }
    view
}

/// The beginning of a text, with a word that it was cut, in so many bytes.
pub(super) fn beginning(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let note = format!("… (cut, {} characters)", text.chars().count());
    let (room, note) = match max_bytes.checked_sub(note.len()) {
        Some(room) => (room, note.as_str()),
        None => (max_bytes, ""),
    };
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}{note}", text.get(..end).unwrap_or_default())
}
