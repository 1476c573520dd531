//! The person at the terminal as the client of a call: they are asked on stderr and answer on stdin, if both are a terminal.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::visible;
use crate::conversation::{Agreement, Asked, Conversation, Level, Question, QuestionKind, Reply};
use crate::odoo::{Error, Kind};

/// Said where nobody can be asked.
const INSTEAD: &str =
    "Run it in a terminal to be asked, or give `--yes` to agree; `--dry-run` shows what would be sent to Odoo.";

/// One call's person.
#[derive(Debug)]
pub(super) struct Terminal {
    /// `--yes`.
    agrees: bool,
    /// There is somebody to ask.
    present: bool,
    cancelled: CancellationToken,
    waited: Mutex<Waited>,
}

#[derive(Debug, Default)]
struct Waited {
    total: Duration,
    since: Option<Instant>,
}

impl Terminal {
    /// `agrees` to every confirmation without being asked.
    pub(super) fn new(agrees: bool, cancelled: CancellationToken) -> Self {
        let present = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { agrees, present, cancelled, waited: Mutex::default() }
    }

    fn waiting(&self, now: bool) {
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = waited.since.take() {
            waited.total += since.elapsed();
        }
        waited.since = now.then(Instant::now);
    }

    async fn answered(&self, questions: Vec<Question>) -> Result<Vec<Reply>, Error> {
        let (tell, told) = tokio::sync::oneshot::channel();
        // A thread of its own, which nobody waits for: a person who presses Ctrl-C instead leaves it in the middle of a line.
        std::thread::spawn(move || {
            // Not locked: who pressed Ctrl-C is told so while this still waits for a line.
            let (mut input, mut output) = (io::stdin().lock(), io::stderr());
            let replies: io::Result<Vec<Reply>> =
                questions.iter().map(|question| reply(question, &mut input, &mut output)).collect();
            // Whoever asked may have gone.
            let _ = tell.send(replies);
        });
        let broken = |reason: String| Error::new(Kind::Unsupported, format!("The terminal cannot be asked: {reason}."));
        tokio::select! {
            () = self.cancelled.cancelled() => Err(Error::new(Kind::Cancelled, "The call was cancelled.")),
            replies = told => {
                replies.map_err(|error| broken(error.to_string()))?.map_err(|error| broken(error.to_string()))
            }
        }
    }
}

impl Conversation for Terminal {
    fn can(&self, capability: &str) -> bool {
        self.present && capability == "elicitation"
    }

    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>> {
        async move {
            self.waiting(true);
            let replies = self.answered(questions.to_vec()).await;
            self.waiting(false);
            replies.map(Asked::Answered)
        }
        .boxed()
    }

    fn agreement(&self) -> Agreement {
        if self.agrees { Agreement::Given } else { Agreement::Cannot(INSTEAD) }
    }

    fn waited(&self) -> Duration {
        let waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        waited.total + waited.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn log(&self, level: Level, text: String) -> BoxFuture<'_, ()> {
        if level >= Level::Info {
            said(&text);
        }
        std::future::ready(()).boxed()
    }

    fn progress(&self, at: f64, total: Option<f64>, text: Option<String>) -> BoxFuture<'_, ()> {
        if self.present {
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            said(&format!("{at}{of} {}", text.unwrap_or_default()));
        }
        std::future::ready(()).boxed()
    }
}

/// What cannot be told is told to nobody: the answer goes to stdout.
fn said(text: &str) {
    let _ = writeln!(io::stderr(), "{}", visible::fit(text.trim_end(), &io::stderr()));
}

/// Asks one question. The end of the input closes it.
fn reply(question: &Question, input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<Reply> {
    let QuestionKind::Form(schema) = &question.kind else { return Ok(Reply::Dismissed) };
    writeln!(output, "{}", visible::visible(question.message.trim_end()))?;
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    if properties.is_empty() {
        return Ok(match line("Yes or no? [y/N] ", input, output)? {
            None => Reply::Dismissed,
            Some(word) if matches!(word.to_lowercase().as_str(), "y" | "yes") => {
                Reply::Given(Value::Object(Map::new()))
            }
            Some(_) => Reply::Declined,
        });
    }
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut content = Map::new();
    for (name, property) in &properties {
        let needed = required.iter().any(|required| required == name);
        let prompt = prompt(name, property, needed);
        loop {
            let Some(text) = line(&prompt, input, output)? else { return Ok(Reply::Dismissed) };
            let value = if text.is_empty() { property.get("default").cloned() } else { typed(&text, property) };
            match value {
                Some(value) if jsonschema::validator_for(property).is_ok_and(|it| it.is_valid(&value)) => {
                    content.insert(name.clone(), value);
                    break;
                }
                None if text.is_empty() && !needed => break,
                None if text.is_empty() => writeln!(output, "This is needed. Ctrl-D ends the call.")?,
                _ => writeln!(output, "`{text}` does not fit.")?,
            }
        }
    }
    Ok(Reply::Given(Value::Object(content)))
}

/// One line, without the spaces around it; `None` at the end of the input.
fn line(prompt: &str, input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<Option<String>> {
    write!(output, "{}", visible::visible(prompt))?;
    output.flush()?;
    let mut text = String::new();
    if input.read_line(&mut text)? == 0 {
        writeln!(output)?;
        return Ok(None);
    }
    Ok(Some(text.trim().to_owned()))
}

fn prompt(name: &str, property: &Value, needed: bool) -> String {
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    let mut prompt = text("title").unwrap_or(name).to_owned();
    let mut hints: Vec<String> = text("description").map(str::to_owned).into_iter().collect();
    let choices = choices(property);
    if !choices.is_empty() {
        hints.push(choices.join(" | "));
    } else if property.get("type").is_some_and(|kind| kind == "boolean") {
        hints.push("yes | no".to_owned());
    }
    if property.get("type").is_some_and(|kind| kind == "array") {
        hints.push("several with commas".to_owned());
    }
    match property.get("default") {
        Some(Value::String(default)) => hints.push(format!("else {default}")),
        Some(default) => hints.push(format!("else {default}")),
        None if !needed => hints.push("may be left out".to_owned()),
        None => {}
    }
    if !hints.is_empty() {
        prompt.push_str(&format!(" ({})", hints.join("; ")));
    }
    prompt + ": "
}

/// The values that may be chosen.
fn choices(property: &Value) -> Vec<&str> {
    let of = property.get("items").unwrap_or(property);
    let list = ["enum", "oneOf", "anyOf"].iter().find_map(|key| of.get(key)?.as_array());
    let word = |choice: &'_ Value| choice.as_str().is_some() || choice.get("const").is_some();
    list.into_iter()
        .flatten()
        .filter(|choice| word(choice))
        .filter_map(|choice| choice.as_str().or_else(|| choice.get("const")?.as_str()))
        .collect()
}

/// What a person wrote, as the form wants it. `None` where it is no such value.
fn typed(text: &str, property: &Value) -> Option<Value> {
    match property.get("type").and_then(Value::as_str) {
        Some("boolean") => match text.to_lowercase().as_str() {
            "y" | "yes" | "true" => Some(Value::Bool(true)),
            "n" | "no" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Some("integer" | "number") => text.parse::<serde_json::Number>().ok().map(Value::Number),
        Some("array") => Some(text.split(',').map(|part| Value::String(part.trim().to_owned())).collect()),
        _ => Some(Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(schema: Value, typed: &str) -> (Reply, String) {
        let Value::Object(schema) = schema else { panic!("a table") };
        let question = Question { key: "q".to_owned(), message: "Well?".to_owned(), kind: QuestionKind::Form(schema) };
        let mut output = Vec::new();
        let reply = reply(&question, &mut typed.as_bytes(), &mut output).unwrap();
        (reply, String::from_utf8(output).unwrap())
    }

    #[test]
    fn a_confirmation_is_yes_no_or_closed() {
        let empty = json!({"type": "object", "properties": {}});
        assert_eq!(asked(empty.clone(), "y\n").0, Reply::Given(json!({})));
        assert_eq!(asked(empty.clone(), "\n").0, Reply::Declined);
        assert_eq!(asked(empty.clone(), "what\n").0, Reply::Declined);
        let (reply, said) = asked(empty, "");
        assert_eq!((reply, said.as_str()), (Reply::Dismissed, "Well?\nYes or no? [y/N] \n"));
    }

    #[test]
    fn a_record_in_a_question_does_not_move_the_cursor() {
        let message = "Delete `\u{1b}[1A\u{1b}[2K`?".to_owned();
        let question = Question { key: "q".to_owned(), message, kind: QuestionKind::Form(Map::new()) };
        let mut output = Vec::new();
        reply(&question, &mut &b"n\n"[..], &mut output).unwrap();
        let said = String::from_utf8(output).unwrap();
        assert!(said.starts_with("Delete `\\u001b[1A\\u001b[2K`?\n"), "{said}");
    }

    #[test]
    fn a_form_is_asked_line_by_line_until_it_fits() {
        let schema = json!({
            "type": "object",
            "required": ["why", "count"],
            "properties": {
                "why": {"type": "string", "title": "Why", "enum": ["far", "near"]},
                "count": {"type": "integer", "maximum": 9},
                "sure": {"type": "boolean", "default": true},
                "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
                "note": {"type": "string"},
            },
        });
        let (reply, said) = asked(schema.clone(), "\nnowhere\nfar\nten\n10\n9\n\na, b\n\n");
        assert_eq!(reply, Reply::Given(json!({"why": "far", "count": 9, "sure": true, "tags": ["a", "b"]})), "{said}");
        assert_eq!(said.matches("Why (far | near): ").count(), 3, "{said}");
        assert!(said.contains("This is needed.") && said.contains("`10` does not fit."), "{said}");
        assert_eq!(asked(schema, "far\n").0, Reply::Dismissed);
    }
}
