//! From what an operation answered to what a client gets: labels, links, format and bytes, for every operation alike.

use serde_json::{Map, Value};

use super::address::Links;
use super::body::Body;
use super::budget::{self, Listing};
use super::columns::Described;
use super::decorate::{Labels, Site, decorate};
use super::fitted::fitted;
use super::{Answer, csv, lines, table};
use crate::definition::tool::{Format, ResultShape};
use crate::odoo::{Error, Kind};
use crate::template::{Scope, Template};

/// What decides how an answer is presented.
#[derive(Debug)]
pub struct Frame<'a> {
    /// What the tool says.
    pub shape: &'a ResultShape,
    /// Send it as structured content too.
    pub structured: bool,
    /// No text of the answer is longer.
    pub max_bytes: usize,
    /// Said where an answer was cut, by a tool with no argument to go on with.
    pub note: Option<&'static str>,
    /// What it may point to.
    pub links: Links<'a>,
    /// Where its records open; `None` where no Odoo is behind it.
    pub site: Option<Site<'a>>,
    /// The names that a template of the tool sees.
    pub scope: &'a Scope,
}

/// Presents an answer: cut to its bytes at whole records, in the format that the tool wants.
///
/// # Errors
/// Those of the tool's template; `internal` where the answer is not what the tool's `output` promises.
pub fn present(mut body: Body, frame: &Frame<'_>) -> Result<Answer, Error> {
    if let Some(content) = body.blocks.take() {
        return Ok(Answer { is_error: body.is_error, ..super::blocks(content, frame.max_bytes) });
    }
    let Body { mut answer, list, described, files, .. } = body;
    let labels = if frame.shape.labels { Labels::Beside } else { Labels::Without };
    let links = frame.site.filter(|_| frame.shape.links);
    if let Some(described) = &described {
        decorate(&mut answer, described, labels, links);
    }
    let list = list.map(|(key, offset)| Listing { key, offset, note: frame.note });
    let (text, answer) = match &frame.shape.format {
        Format::Json => {
            let text = budget::fit(answer, list, described.as_ref(), frame.links, frame.max_bytes);
            if !frame.structured {
                return Ok(followed(Answer::text(text), files));
            }
            let answer = serde_json::from_str(&text).unwrap_or_default();
            (text, answer)
        }
        format => {
            let render = |answer: &Map<String, Value>, cut: bool| match format {
                Format::Csv => Ok(csv::csv(
                    &shown(answer, described.as_ref(), labels),
                    list.map(|list| list.key),
                    described.as_ref(),
                )),
                Format::Template(template) => templated(template, answer, cut, frame.scope),
                Format::Table => {
                    Ok(table::table(&shown(answer, described.as_ref(), labels), list.map(|list| list.key)))
                }
                _ => Ok(lines::lines(&shown(answer, described.as_ref(), labels), list.map(|list| list.key))),
            };
            let fitted =
                fitted(&answer, list, described.as_ref(), frame.links, frame.max_bytes, frame.structured, &render)?;
            (fitted.text, fitted.answer)
        }
    };
    let mut presented = Answer::text(text);
    if matches!(frame.shape.format, Format::Csv) {
        presented.content.extend(beside(&answer).map(super::text_block));
    }
    if frame.structured {
        promised(frame.shape, &answer)?;
        presented.structured = Some(answer);
    }
    Ok(followed(presented, files))
}

/// The keys of an answer for a template, cut to the bytes of its JSON like any answer, in whatever format it is told to clients.
#[must_use]
pub fn data(mut body: Body, frame: &Frame<'_>) -> Answer {
    if let Some(content) = body.blocks.take() {
        return Answer { is_error: body.is_error, ..super::blocks(content, frame.max_bytes) }.into_data();
    }
    let Body { mut answer, list, described, .. } = body;
    if let Some(described) = &described {
        let labels = if frame.shape.labels { Labels::Beside } else { Labels::Without };
        decorate(&mut answer, described, labels, frame.site.filter(|_| frame.shape.links));
    }
    let list = list.map(|(key, offset)| Listing { key, offset, note: frame.note });
    let text = budget::fit(answer, list, described.as_ref(), frame.links, frame.max_bytes);
    Answer { structured: Some(serde_json::from_str(&text).unwrap_or_default()), ..Answer::default() }
}

fn followed(mut answer: Answer, files: Vec<Value>) -> Answer {
    answer.content.extend(files);
    answer
}

/// What rows cannot say: that there are more of them, or fewer than were asked for.
fn beside(answer: &Map<String, Value>) -> Option<String> {
    if !["next_offset", "missing", "note"].iter().any(|key| answer.contains_key(*key)) {
        return None;
    }
    let said =
        answer.iter().filter(|(_, value)| !value.as_array().is_some_and(|list| list.iter().any(Value::is_object)));
    let said: Vec<String> = said.map(|(key, value)| format!("{key}: {}", super::inline::inline(value))).collect();
    Some(said.join("\n"))
}

/// As people read it: the labels of selections.
fn shown(answer: &Map<String, Value>, described: Option<&Described>, labels: Labels) -> Map<String, Value> {
    let mut answer = answer.clone();
    if let (Some(described), Labels::Without) = (described, labels) {
        decorate(&mut answer, described, Labels::Alone, None);
    }
    answer
}

/// The tool's own text, with the answer's keys as names. Where records were left out of it, it says how to go on.
fn templated(template: &Template, answer: &Map<String, Value>, cut: bool, scope: &Scope) -> Result<String, Error> {
    let mut scope = scope.child();
    for (key, value) in answer {
        scope.set_result(key, value.clone());
    }
    let mut text = template.text(&scope)?;
    if cut {
        for key in ["next_offset", "note"] {
            if let Some(value) = answer.get(key) {
                text = format!("{}\n{key}: {}", text.trim_end(), super::inline::inline(value));
            }
        }
    }
    Ok(text)
}

/// Whether the answer is what the author's `output` says.
fn promised(shape: &ResultShape, answer: &Map<String, Value>) -> Result<(), Error> {
    let Some(output) = &shape.output else { return Ok(()) };
    let wrong = |at: &str, why: String| {
        let at = if at.is_empty() { String::new() } else { format!(" at `{at}`") };
        Error::new(Kind::Internal, format!("The answer is not what the tool's `output` promises{at}: {why}."))
            .hint("The tool's definition is wrong, not the call: tell its administrator.")
    };
    let validator = output.validator().map_err(|error| wrong("", error.to_string()))?;
    let instance = Value::Object(answer.clone());
    match validator.validate(&instance) {
        Ok(()) => Ok(()),
        Err(error) => {
            let at = error.instance_path().as_str().to_owned();
            // The value itself may be long, and is the record's.
            Err(wrong(&at, super::cut(&error.masked().to_string(), 300)))
        }
    }
}
