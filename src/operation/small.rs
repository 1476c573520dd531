//! The steps that are no operation and no question: fail, log, progress, wait, notify.

use serde_json::Value;

use super::run::Run;
use crate::conversation::Conversation;
use crate::definition::step::Action;
use crate::odoo::request::Ended;
use crate::odoo::{Error, Kind, Patience};
use crate::template::{Outcome, Scope, Template, Templated};

/// Whether what has this `when` is due: it is true. False and absent are not.
///
/// # Errors
/// `invalid_arguments` where it is neither true nor false.
pub(super) fn is_due(when: Option<&Template>, scope: &Scope) -> Result<bool, Error> {
    let Some(when) = when else { return Ok(true) };
    match when.evaluate(scope)? {
        Outcome::Given(Value::Bool(due)) => Ok(due),
        Outcome::Given(Value::Null) | Outcome::Absent(_) => Ok(false),
        Outcome::Given(other) => {
            let message = format!("`when` has to give true or false, and `{}` gives {other}.", when.source());
            Err(Error::new(Kind::InvalidArguments, message).hint("Compare it: `{{ … is defined }}`, `{{ … > 0 }}`."))
        }
    }
}

/// A text for people.
///
/// # Errors
/// As the template.
pub(super) fn text(templated: &Templated, scope: &Scope) -> Result<String, Error> {
    match templated {
        Templated::Template(template) => Ok(template.text(scope)?),
        Templated::Literal(Value::String(text)) => Ok(text.clone()),
        other => match other.evaluate(scope)? {
            Outcome::Given(value) => Ok(value.to_string()),
            Outcome::Absent(_) => Ok(String::new()),
        },
    }
}

/// Runs one of them.
///
/// # Errors
/// `validation` for a `fail`, with its sentence; `cancelled` and `timeout` while it waits; those of the templates.
pub(super) async fn run(action: &Action, run: &Run<'_>, conversation: &dyn Conversation) -> Result<(), Error> {
    match action {
        Action::Fail(sentence) => {
            let sentence = text(sentence, &run.scope)?;
            let sentence = if sentence.trim().is_empty() { "The tool ended the call." } else { sentence.trim() };
            return Err(Error::new(Kind::Validation, sentence));
        }
        Action::Log { level, text: message } => {
            let message = text(message, &run.scope)?;
            bounded(&run.patience, conversation.log(*level, message)).await?;
        }
        Action::Progress { at, total, text: message } => {
            let Some(at) = number(at, &run.scope)? else { return Ok(()) };
            let total = match total {
                Some(total) => number(total, &run.scope)?,
                None => None,
            };
            let message = match message {
                Some(message) => Some(text(message, &run.scope)?).filter(|text| !text.is_empty()),
                None => None,
            };
            bounded(&run.patience, conversation.progress(at, total, message)).await?;
        }
        Action::Wait(time) => bounded(&run.patience, tokio::time::sleep(*time)).await?,
        Action::Notify(list) => conversation.notify(*list),
        Action::Operation { .. } | Action::Ask(_) => {}
    }
    Ok(())
}

fn number(templated: &Templated, scope: &Scope) -> Result<Option<f64>, Error> {
    match templated.evaluate(scope)? {
        Outcome::Given(Value::Number(number)) => Ok(number.as_f64()),
        Outcome::Given(Value::String(text)) => Ok(text.trim().parse().ok()),
        _ => Ok(None),
    }
}

/// Until it is done, but no longer than the call may take.
async fn bounded<T>(patience: &Patience, work: impl Future<Output = T>) -> Result<T, Error> {
    patience.limit(work).await.map_err(ended)
}

/// The end of a call that did not end by itself.
pub(super) fn ended(how: Ended) -> Error {
    match how {
        Ended::Cancelled => Error::new(Kind::Cancelled, "The call was cancelled."),
        Ended::Deadline => Error::new(Kind::Timeout, "The call took longer than its `timeout`.")
            .hint("Ask for less at once; the administrator can raise the tool's `timeout`."),
    }
}
