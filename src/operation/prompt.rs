//! One use of a prompt: its arguments, its questions, its data all at once, and the messages that are made of them.

use std::time::Instant;

use futures::future::{BoxFuture, join_all};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::arguments;
use super::asks::{self, Asking};
use super::begin::begin;
use super::content::is_whole;
use super::executor::Call;
use super::needed::value_of;
use super::small::{is_due, text};
use crate::conversation::Outcome;
use crate::definition::prompt::{Body, Data, Message, Prompt, Said};
use crate::odoo::{Error, Kind, Patience};
use crate::template::{self, Scope, Templated};

/// What no prompt is longer than: its texts, files apart.
const MOST_BYTES: usize = 1 << 20;

/// Gets the answer of a tool, by its name, as who uses the prompt.
pub type Fetch<'a> = &'a (dyn Fn(&'a str, Map<String, Value>) -> BoxFuture<'a, Result<Value, Error>> + Sync);

/// Uses a prompt. The tool of the call is the prompt's own.
///
/// # Errors
/// `invalid_arguments` where one is missing or unknown, `declined` and `unsupported` of its questions, those of the login. Data
/// that cannot be fetched is none: it is said in the messages that use it.
pub async fn prompt<'a>(mut call: Call<'_>, prompt: &'a Prompt, fetch: Fetch<'a>) -> Result<Outcome<Vec<Said>>, Error> {
    let tool = call.tool();
    let validator = tool.input.validator().map_err(|error| {
        Error::new(Kind::Internal, format!("The arguments of `{}` cannot be checked: {error}.", tool.name))
    })?;
    let given = std::mem::take(&mut call.arguments);
    let arguments = arguments::put_right(given, &call.offered.schema, validator, None, &call.offered.bound)?;
    if !prompt.needs_odoo() {
        let mut scope = Scope::new(call.now, TimeZone::UTC);
        scope.set_arguments(&arguments);
        scope.set("bundle", json!(call.offered.parameters));
        let mut asking = Asking {
            tool,
            scope: &mut scope,
            variables: &mut Vec::new(),
            patience: &mut Patience { deadline: Instant::now(), cancelled: call.cancelled.clone(), watch: None },
        };
        if let Some(pending) = asks::all(&tool.asks, &mut asking, call.conversation).await? {
            return pending_only(pending);
        }
        return said(prompt, &scope, &[]).map(Outcome::Answer);
    }
    let Some(instance) = call.instance else {
        return Err(Error::new(Kind::Unavailable, "No Odoo is configured for this prompt.")
            .hint("Set `ODOO_URL` and its login, or `[instances]` in the configuration."));
    };
    let timeout = tool.timeout.unwrap_or_else(|| instance.client.timeout());
    let patience =
        Patience { deadline: Instant::now() + timeout, cancelled: call.cancelled.clone(), watch: call.watch.clone() };
    let mut run = begin(&call, instance, &arguments, patience).await?;
    if let Some(pending) = asks::all(&tool.asks, &mut run.asking(), call.conversation).await? {
        return pending_only(pending);
    }
    let mut due = Vec::new();
    for data in &prompt.data {
        if is_due(data.when.as_ref(), &run.scope)? {
            due.push(data);
        }
    }
    let fetched = join_all(due.iter().map(|data| fetched(data, &run.scope, fetch))).await;
    let mut failed = Vec::new();
    for (data, outcome) in due.into_iter().zip(fetched) {
        match outcome {
            Ok(value) => run.scope.set_result(&data.name, value),
            // Whoever waited no longer does: nothing of it is wanted.
            Err(error) if error.kind == Kind::Cancelled => return Err(error),
            Err(error) => failed.push((data.name.as_str(), error)),
        }
    }
    said(prompt, &run.scope, &failed).map(Outcome::Answer)
}

/// The questions that go out with the answer.
fn pending_only(pending: Outcome) -> Result<Outcome<Vec<Said>>, Error> {
    match pending {
        Outcome::Ask { questions, plan } => Ok(Outcome::Ask { questions, plan }),
        Outcome::Answer(_) => Err(Error::new(Kind::Internal, "A question came back as an answer.")),
    }
}

async fn fetched<'a>(data: &'a Data, scope: &Scope, fetch: Fetch<'a>) -> Result<Value, Error> {
    let arguments = match value_of("arguments", data.arguments.evaluate(scope)?)? {
        Some(Value::Object(arguments)) => arguments,
        // All that it has depends on what was not given.
        _ => Map::new(),
    };
    fetch(&data.tool, arguments).await
}

/// The messages that are due.
fn said(prompt: &Prompt, scope: &Scope, failed: &[(&str, Error)]) -> Result<Vec<Said>, Error> {
    let mut all = Vec::new();
    let mut left = MOST_BYTES;
    for message in &prompt.messages {
        let Some(said) = one(message, scope, failed)? else { continue };
        let size = said.content.get("text").and_then(Value::as_str).map_or(0, str::len);
        left = left.checked_sub(size).ok_or_else(|| too_long(prompt))?;
        all.push(said);
    }
    if all.is_empty() {
        let message = format!(
            "The prompt `{}` says nothing with these arguments: none of its messages is due.",
            prompt.tool.name
        );
        return Err(Error::new(Kind::InvalidArguments, message).hint("Give other arguments."));
    }
    Ok(all)
}

fn too_long(prompt: &Prompt) -> Error {
    Error::new(
        Kind::Validation,
        format!("The messages of `{}` are longer than {} MB.", prompt.tool.name, MOST_BYTES >> 20),
    )
    .hint("Ask for less data at once: a smaller `limit`, or fewer fields.")
}

fn one(message: &Message, scope: &Scope, failed: &[(&str, Error)]) -> Result<Option<Said>, Error> {
    let missing: Vec<&(&str, Error)> =
        failed.iter().filter(|(name, _)| message.names().any(|used| used.root == *name)).collect();
    // Whether it is due can be said, unless that is what the data was for.
    let asks_for = |name: &str| message.when.iter().flat_map(|when| when.names()).any(|used| used.root == name);
    if !failed.iter().any(|(name, _)| asks_for(name)) && !is_due(message.when.as_ref(), scope)? {
        return Ok(None);
    }
    let content = if missing.is_empty() {
        match &message.body {
            Body::Text(body) => Some(text(body, scope)?).filter(|text| !text.trim().is_empty()).map(block),
            Body::Content(content) => filled(content, scope)?,
        }
    } else {
        Some(block(missing.iter().map(|(name, error)| sentence(name, error)).collect::<Vec<_>>().join("\n")))
    };
    Ok(content.map(|content| Said { role: message.role, content }))
}

fn block(text: String) -> Value {
    json!({"type": "text", "text": text})
}

/// What stands where data was to stand.
fn sentence(name: &str, error: &Error) -> String {
    let hint = error.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
    let message = error.message.trim_end();
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("The data `{name}` could not be read: {message}{stop}{hint}")
}

/// A content block; `None` where it lacks what its type needs, because that was not given.
fn filled(content: &Templated, scope: &Scope) -> Result<Option<Value>, Error> {
    let content = match content {
        Templated::Table(entries) => {
            let mut block = Map::new();
            for (key, value) in entries {
                if let Some(value) = part(key, value, scope)? {
                    block.insert(key.clone(), value);
                }
            }
            Some(Value::Object(block))
        }
        other => value_of("content", other.evaluate(scope)?)?,
    };
    Ok(content.filter(is_whole))
}

/// A text in it is for people, like that of a message; anything else is a value.
fn part(key: &str, value: &Templated, scope: &Scope) -> Result<Option<Value>, Error> {
    match (key, value) {
        ("text", value @ Templated::Template(_)) => Ok(Some(Value::String(text(value, scope)?))),
        ("resource", value @ Templated::Table(_)) => {
            let mut inner = Map::new();
            if let Templated::Table(entries) = value {
                for (key, value) in entries {
                    if let Some(value) = part(key, value, scope)? {
                        inner.insert(key.clone(), value);
                    }
                }
            }
            Ok(Some(Value::Object(inner)))
        }
        (key, value) => match value.evaluate(scope)? {
            template::Outcome::Given(Value::Null) => Ok(None),
            outcome => value_of(key, outcome),
        },
    }
}
