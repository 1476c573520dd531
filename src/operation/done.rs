//! What a call has written so far: each step is a transaction of its own, and a call that fails says which were applied.

use serde_json::{Value, json};

use super::prepared::{Body, Outline};
use crate::definition::step::Step;
use crate::odoo::{Applied, Error};

/// What failed after a write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failed<'a> {
    /// A step; `None` before the first.
    Step(Option<&'a Step>),
    /// Everything ran; its answer could not be told.
    Answer,
}

/// The writes of one call.
#[derive(Debug, Default)]
pub(super) struct Done {
    steps: Vec<Written>,
}

#[derive(Debug)]
struct Written {
    /// The name of the step; `None` where the tool is one operation.
    step: Option<String>,
    /// For people.
    what: String,
    ids: Vec<i64>,
}

impl Done {
    /// Whether anything was written.
    pub(super) fn any(&self) -> bool {
        !self.steps.is_empty()
    }

    /// That step was applied.
    pub(super) fn applied(&mut self, step: &Step, outline: Outline, body: &Body) {
        let given = body.answer.get("ids").and_then(Value::as_array).into_iter().flatten();
        let mut ids: Vec<i64> = given.filter_map(Value::as_i64).collect();
        if ids.is_empty() {
            ids = outline.ids;
        }
        self.steps.push(Written { step: step.name.clone(), what: outline.what, ids });
    }

    /// The error of a later step, or of making the answer, which says what was applied before it.
    pub(super) fn told(&self, mut error: Error, failed: Failed<'_>) -> Error {
        if self.steps.is_empty() {
            return error;
        }
        let name = match failed {
            Failed::Step(step) => step.and_then(|step| step.name.as_deref()),
            Failed::Answer => None,
        };
        let what = match (name, failed) {
            (Some(name), _) => format!("The step `{name}` failed"),
            (None, Failed::Step(_)) => "The next step failed".to_owned(),
            (None, Failed::Answer) => "The call did all it was to do, but its answer could not be made".to_owned(),
        };
        let list: Vec<String> = self.steps.iter().map(Written::sentence).collect();
        error.message =
            format!("{what}: {} Applied before it, and not undone: {}.", with_stop(&error.message), list.join("; "));
        if error.applied == Applied::No {
            error.applied = Applied::Yes;
        }
        let stays = "What was applied stays: the same call would do it once more.";
        error.hint = Some(match error.hint.take() {
            Some(hint) => format!("{} {stays}", with_stop(&hint)),
            None => stays.to_owned(),
        });
        error.details.extend(name.map(|name| ("failed_step".to_owned(), json!(name))));
        let steps = self.steps.iter().map(|step| json!({"step": step.step, "what": step.what, "ids": step.ids}));
        error.details.insert("applied_steps".to_owned(), steps.collect());
        error
    }
}

fn with_stop(sentence: &str) -> String {
    let sentence = sentence.trim_end();
    if sentence.ends_with(['.', '!', '?']) { sentence.to_owned() } else { format!("{sentence}.") }
}

impl Written {
    fn sentence(&self) -> String {
        let name = self.step.as_deref().map(|name| format!("`{name}`, ")).unwrap_or_default();
        let ids: Vec<String> = self.ids.iter().map(i64::to_string).collect();
        let on = match ids.as_slice() {
            [] => String::new(),
            ids => format!(" (ids {})", ids.join(", ")),
        };
        format!("{name}{}{on}", self.what)
    }
}
