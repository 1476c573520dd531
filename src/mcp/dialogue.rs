//! The client of one call, as the protocol lets it be asked: in the middle of the call at the revisions with a handshake, by
//! calling again with the answers (`input_required`) at the newest one.

#![expect(
    deprecated,
    reason = "clients of the older revisions have a log, sampling and roots, for as long as MCP does"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::RoleServer;
use rmcp::model::{
    ClientCapabilities, CreateMessageRequest, CreateMessageRequestParams, ElicitRequest, ElicitRequestParams,
    ElicitResult, ElicitationAction, InputRequest, InputRequiredResult, ListRootsRequest, LoggingLevel,
    LoggingMessageNotificationParam, ProgressNotificationParam, ProtocolVersion, SamplingMessage, SealOptions,
};
use rmcp::service::RequestContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Hub;
use crate::conversation::{Asked, Conversation, Level, List, Question, QuestionKind, Reply};
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind};
use crate::operation::plan::{LIFETIME, QUESTION};

/// One call's client.
pub(super) struct Dialogue<'a> {
    hub: &'a Hub,
    context: &'a RequestContext<RoleServer>,
    capabilities: ClientCapabilities,
    /// The least important level that it wants to read; `None` wants none.
    level: Option<LoggingLevel>,
    /// What the client answered in earlier tries of this call, and in this one. `None` at a revision with a handshake.
    told: Option<Told>,
    /// How long a person was waited for.
    waited: Mutex<Waited>,
}

/// What a client of the newest revision has told so far: what the state of a request holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// Key of a question to the client's result, as it came.
    replies: BTreeMap<String, Value>,
    /// The plan whose confirmation was asked for.
    plan: Option<String>,
}

#[derive(Debug, Default)]
struct Waited {
    total: Duration,
    since: Option<Instant>,
}

impl Told {
    /// What was told to these questions. An answer that does not fit its question is asked for again.
    pub(super) fn answers(&self, questions: &[Question]) -> Asked {
        let missing: Vec<Question> =
            questions.iter().filter(|question| self.reply(question).is_none()).cloned().collect();
        if !missing.is_empty() {
            return Asked::Later(missing);
        }
        Asked::Answered(questions.iter().filter_map(|question| self.reply(question)).collect())
    }

    /// What was told to this question, where it fits.
    pub(super) fn reply(&self, question: &Question) -> Option<Reply> {
        replied(question, self.replies.get(&question.key)?)
    }

    /// The plan whose confirmation was asked for.
    pub(super) fn plan(&self) -> Option<String> {
        self.plan.clone()
    }
}

impl<'a> Dialogue<'a> {
    /// `told` is what [`open`] gave, for the newest revision. `level` is what the client asked for by `logging/setLevel`.
    pub(super) fn new(
        hub: &'a Hub,
        context: &'a RequestContext<RoleServer>,
        level: LoggingLevel,
        told: Option<Told>,
    ) -> Self {
        let level = if told.is_some() { context.meta.log_level() } else { Some(level) };
        let capabilities = context.client_capabilities().unwrap_or_default();
        Self { hub, context, capabilities, level, told, waited: Mutex::default() }
    }

    /// What the client has told so far, at the newest revision.
    pub(super) fn told(&self) -> Option<Told> {
        self.told.clone()
    }

    /// The result that sends these questions to a client of the newest revision.
    pub(super) fn required(
        &self,
        questions: &[Question],
        plan: Option<String>,
        subject: &str,
    ) -> Option<InputRequiredResult> {
        let told = Told { plan, ..self.told.clone()? };
        let requests = questions.iter().map(|question| Some((question.key.clone(), request(question)?)));
        let options = SealOptions::default().associated_data(subject.as_bytes()).ttl(LIFETIME);
        let state = self.hub.codec.seal_json_with(&told, &options).ok()?;
        Some(InputRequiredResult::new(Some(requests.collect::<Option<_>>()?), Some(state)))
    }

    async fn one(&self, question: &Question) -> Result<Reply, Error> {
        let peer = &self.context.peer;
        let answer = async {
            match &question.kind {
                QuestionKind::Form(schema) => {
                    let params = form(&question.message, schema)
                        .ok_or_else(|| broken(question, "it is no form of this protocol"))?;
                    let result = peer.create_elicitation(params).await.map_err(|error| broken(question, error))?;
                    elicited(question, &result).ok_or_else(|| broken(question, "the answer is not what was asked for"))
                }
                QuestionKind::Sample { max_tokens, system } => {
                    let params = sample(&question.message, *max_tokens, system.clone());
                    let result = peer.create_message(params).await.map_err(|error| broken(question, error))?;
                    Ok(Reply::Given(json!(result)))
                }
                QuestionKind::Roots => {
                    let result = peer.list_roots().await.map_err(|error| broken(question, error))?;
                    Ok(Reply::Given(json!(result)))
                }
            }
        };
        tokio::select! {
            answer = answer => answer,
            () = self.context.ct.cancelled() => Err(Error::new(Kind::Cancelled, "The call was cancelled.")),
            () = tokio::time::sleep(LIFETIME) => {
                let minutes = LIFETIME.as_secs() / 60;
                Err(Error::new(Kind::Timeout, format!("Nobody answered the question within {minutes} minutes.")))
            }
        }
    }

    fn waiting(&self, now: bool) {
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = waited.since.take() {
            waited.total += since.elapsed();
        }
        waited.since = now.then(Instant::now);
    }
}

/// What a request of the newest revision brings with it: the state of an earlier try, and the answers to its questions.
///
/// `None` where the state is not one that this server gave to this caller for this call, or is too old.
pub(super) fn open(
    hub: &Hub,
    tool: &Tool,
    state: Option<&str>,
    responses: Option<BTreeMap<String, Value>>,
    subject: &str,
) -> Option<Told> {
    let mut told: Told = match state {
        Some(state) => hub.codec.open_json_with(state, subject.as_bytes()).ok()?,
        None => Told::default(),
    };
    // Only what may have been asked: a person cannot have agreed to a plan that was not made yet, and what nobody asked for would
    // travel to and fro.
    let asked = |key: &str| match key {
        QUESTION => told.plan.is_some(),
        key => tool.questions().any(|ask| ask.name == key),
    };
    let responses: Vec<(String, Value)> = responses.into_iter().flatten().filter(|(key, _)| asked(key)).collect();
    told.replies.extend(responses);
    Some(told)
}

pub(super) fn broken(question: &Question, error: impl std::fmt::Display) -> Error {
    Error::new(Kind::Unsupported, format!("The client did not answer the question `{}`: {error}.", question.key))
        .hint("Nothing was done. Try again, or use a client that can ask its user.")
}

/// A form as MCP has it. The schema was checked with its file.
fn form(message: &str, schema: &Map<String, Value>) -> Option<ElicitRequestParams> {
    let requested_schema = serde_json::from_value(Value::Object(schema.clone())).ok()?;
    Some(ElicitRequestParams::FormElicitationParams { meta: None, message: message.to_owned(), requested_schema })
}

fn sample(message: &str, max_tokens: u32, system: Option<String>) -> CreateMessageRequestParams {
    let mut params = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(message)], max_tokens);
    params.system_prompt = system;
    params
}

/// A question as it stands in a result.
pub(super) fn request(question: &Question) -> Option<InputRequest> {
    Some(match &question.kind {
        QuestionKind::Form(schema) => InputRequest::Elicitation(ElicitRequest::new(form(&question.message, schema)?)),
        QuestionKind::Sample { max_tokens, system } => {
            let params = sample(&question.message, *max_tokens, system.clone());
            InputRequest::CreateMessage(CreateMessageRequest::new(params))
        }
        QuestionKind::Roots => InputRequest::ListRoots(ListRootsRequest::default()),
    })
}

/// What the person said; `None` where it does not fit the form.
fn elicited(question: &Question, result: &ElicitResult) -> Option<Reply> {
    match result.action {
        ElicitationAction::Accept => {
            let content = result.content.clone().unwrap_or_else(|| json!({}));
            let QuestionKind::Form(schema) = &question.kind else { return None };
            let validator = jsonschema::validator_for(&Value::Object(schema.clone())).ok()?;
            validator.is_valid(&content).then_some(Reply::Given(content))
        }
        ElicitationAction::Decline => Some(Reply::Declined),
        _ => Some(Reply::Dismissed),
    }
}

/// An answer of the newest revision; `None` where it is not what was asked for, and has to be asked again.
pub(super) fn replied(question: &Question, raw: &Value) -> Option<Reply> {
    match &question.kind {
        QuestionKind::Form(_) => elicited(question, &serde_json::from_value(raw.clone()).ok()?),
        QuestionKind::Sample { .. } => raw.get("content").is_some().then(|| Reply::Given(raw.clone())),
        QuestionKind::Roots => raw.get("roots").is_some_and(Value::is_array).then(|| Reply::Given(raw.clone())),
    }
}

impl Conversation for Dialogue<'_> {
    fn can(&self, capability: &str) -> bool {
        can(&self.capabilities, capability)
    }

    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>> {
        async move {
            let Some(told) = &self.told else {
                let mut replies = Vec::with_capacity(questions.len());
                self.waiting(true);
                for question in questions {
                    let reply = self.one(question).await;
                    if reply.is_err() {
                        self.waiting(false);
                    }
                    replies.push(reply?);
                }
                self.waiting(false);
                return Ok(Asked::Answered(replies));
            };
            Ok(told.answers(questions))
        }
        .boxed()
    }

    fn plan(&self) -> Option<String> {
        self.told.as_ref()?.plan()
    }

    fn waited(&self) -> Duration {
        let waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        waited.total + waited.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn log(&self, level: Level, text: String) -> BoxFuture<'_, ()> {
        let level = shown(level);
        async move {
            if self.level.is_some_and(|least| rank(level) >= rank(least)) {
                let message = LoggingMessageNotificationParam::new(level, Value::String(text));
                if let Err(error) = self.context.peer.notify_logging_message(message).await {
                    tracing::debug!(%error, "a client did not take a message for its log");
                }
            }
        }
        .boxed()
    }

    fn progress(&self, at: f64, total: Option<f64>, text: Option<String>) -> BoxFuture<'_, ()> {
        async move {
            let Some(token) = self.context.meta.get_progress_token() else { return };
            let mut progress = ProgressNotificationParam::new(token, at);
            progress.total = total;
            progress.message = text;
            if let Err(error) = self.context.peer.notify_progress(progress).await {
                tracing::debug!(%error, "a client did not take how far its call is");
            }
        }
        .boxed()
    }

    fn notify(&self, list: List) {
        self.hub.announce(list);
    }
}

/// Whether a client with these capabilities can do that: `elicitation`, `sampling`, `roots`.
pub(super) fn can(capabilities: &ClientCapabilities, capability: &str) -> bool {
    match capability {
        // A client that only shows addresses to its user cannot show a form; one that names neither shows forms.
        "elicitation" => capabilities.elicitation.as_ref().is_some_and(|can| can.form.is_some() || can.url.is_none()),
        "sampling" => capabilities.sampling.is_some(),
        "roots" => capabilities.roots.is_some(),
        _ => false,
    }
}

/// Whether this request is of the revision without a handshake.
pub(super) fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

fn shown(level: Level) -> LoggingLevel {
    match level {
        Level::Debug => LoggingLevel::Debug,
        Level::Info => LoggingLevel::Info,
        Level::Notice => LoggingLevel::Notice,
        Level::Warning => LoggingLevel::Warning,
        Level::Error => LoggingLevel::Error,
        Level::Critical => LoggingLevel::Critical,
        Level::Alert => LoggingLevel::Alert,
        Level::Emergency => LoggingLevel::Emergency,
    }
}

fn rank(level: LoggingLevel) -> u8 {
    match level {
        LoggingLevel::Debug => 0,
        LoggingLevel::Info => 1,
        LoggingLevel::Notice => 2,
        LoggingLevel::Warning => 3,
        LoggingLevel::Error => 4,
        LoggingLevel::Critical => 5,
        LoggingLevel::Alert => 6,
        LoggingLevel::Emergency => 7,
    }
}

/// A fresh key for the states of requests: who restarts the server asks its users again.
pub(super) fn codec() -> Arc<rmcp::model::RequestStateCodec> {
    let key = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes).concat();
    Arc::new(rmcp::model::RequestStateCodec::new_unchecked(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that the check of a form lets through is a form for the protocol.
    #[test]
    fn what_a_file_may_ask_for_can_be_asked() {
        let properties = json!({
            "reason": {"type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"], "default": "a"},
            "titled": {"type": "string", "oneOf": [{"const": "a", "title": "A"}], "title": "Pick", "description": "One"},
            "mail": {"type": "string", "format": "email", "minLength": 3, "maxLength": 80},
            "day": {"type": "string", "format": "date", "default": "2026-03-01"},
            "amount": {"type": "number", "minimum": 0, "maximum": 10.5, "default": 2.5},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
            "sure": {"type": "boolean", "default": true},
            "several": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}, "minItems": 1, "maxItems": 2},
            "titles": {"type": "array", "items": {"anyOf": [{"const": "x", "title": "X"}]}},
        });
        for (name, property) in properties.as_object().unwrap() {
            let schema = json!({"type": "object", "properties": {name: property}, "required": [name]});
            assert!(form("?", schema.as_object().unwrap()).is_some(), "{name}: {property}");
        }
        let empty = json!({"type": "object", "properties": {}});
        assert!(form("Do it?", empty.as_object().unwrap()).is_some());
    }
}
