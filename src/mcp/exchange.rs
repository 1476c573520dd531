//! One request that a client may be asked in: a call of a tool, a resource that is read, a prompt that is used.

#![expect(
    deprecated,
    reason = "clients of the older revisions have a log, sampling and roots, for as long as MCP does"
)]

use std::collections::BTreeMap;
use std::sync::PoisonError;

use rmcp::RoleServer;
use rmcp::model::{ErrorData, InputRequiredResult, LoggingLevel};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::dialogue::{self, Dialogue};
use super::{Handler, Request};
use crate::catalog::Catalog;
use crate::conversation::{Conversation, Question};
use crate::definition::tool::{Requirement, Tool};
use crate::odoo::{Error, Kind};
use crate::operation::plan;

/// What a client of the newest revision sends along when it makes a request again.
#[derive(Default)]
pub(super) struct Again {
    pub(super) state: Option<String>,
    pub(super) responses: Option<BTreeMap<String, Value>>,
}

/// The client of one request, and what its answers are good for.
pub(super) struct Exchange<'a> {
    pub(super) client: Dialogue<'a>,
    subject: String,
}

impl Handler {
    /// Begins one. `sort` and the name of the tool say of what; a state is good for the caller, that and the arguments.
    ///
    /// # Errors
    /// A state that is not one of this server for this request.
    pub(super) fn exchange<'a>(
        &'a self,
        sort: &str,
        tool: &Tool,
        arguments: &Map<String, Value>,
        again: Again,
        context: &'a RequestContext<RoleServer>,
    ) -> Result<Exchange<'a>, ErrorData> {
        let subject = format!("{}\n{sort}\n{}", self.caller.key(), plan::subject(&tool.name, "", arguments));
        let told = if dialogue::is_modern(context) {
            let Some(told) = dialogue::open(&self.hub, tool, again.state.as_deref(), again.responses, &subject) else {
                let message = "The request state is none that this server gave for this call, or is too old: call again without it.";
                return Err(ErrorData::invalid_params(message, None));
            };
            Some(told)
        } else {
            None
        };
        let level = *self.level.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Exchange { client: Dialogue::new(&self.hub, context, level, told), subject })
    }

    /// The request as the backend sees it.
    pub(super) fn request<'a>(
        &'a self,
        catalog: &'a Catalog,
        exchange: &'a Exchange<'_>,
        context: &RequestContext<RoleServer>,
    ) -> Request<'a> {
        Request { catalog, caller: &self.caller, conversation: &exchange.client, cancelled: context.ct.clone() }
    }

    /// The result that puts questions to a client of the newest revision.
    ///
    /// # Errors
    /// They cannot be put.
    pub(super) fn required(
        &self,
        exchange: &Exchange<'_>,
        questions: &[Question],
        plan: Option<String>,
        catalog: &Catalog,
        context: &RequestContext<RoleServer>,
    ) -> Result<InputRequiredResult, ErrorData> {
        let Some(mut required) = exchange.client.required(questions, plan, &exchange.subject) else {
            return Err(ErrorData::internal_error("The question could not be put to the client.", None));
        };
        required.meta = self.identity(catalog, context);
        Ok(required)
    }

    /// What to answer a client that lacks what the tool requires of it.
    pub(super) fn incapable(&self, tool: &Tool, context: &RequestContext<RoleServer>) -> Option<Incapable> {
        let client = Dialogue::new(&self.hub, context, LoggingLevel::Emergency, None);
        let required = tool.requires.iter().filter_map(|requirement| match requirement {
            Requirement::Capability(name) => Some(name.as_str()),
            _ => None,
        });
        let missing: Vec<&str> = required.filter(|name| !client.can(name)).collect();
        if missing.is_empty() {
            return None;
        }
        if dialogue::is_modern(context) {
            let named = missing.iter().map(|name| ((*name).to_owned(), Value::Object(Map::new())));
            let capabilities = serde_json::from_value(Value::Object(named.collect())).unwrap_or_default();
            return Some(Incapable::Refused(ErrorData::missing_required_client_capability(capabilities)));
        }
        let unasked = tool.questions().filter(|ask| missing.contains(&ask.kind.capability()));
        let mut instead: Vec<&str> = unasked.flat_map(|ask| ask.instead(&tool.input)).collect();
        instead.dedup();
        let error = Error::new(
            Kind::Unsupported,
            format!("`{}` needs a client that offers {}, and this one does not.", tool.name, missing.join(" and ")),
        )
        .hint(match instead.as_slice() {
            [] => "Use a client that does, or another tool.".to_owned(),
            names => format!(
                "Ask the person in the chat, and give the answer as `{}`; or use a client that does.",
                names.join("`, `")
            ),
        });
        Some(Incapable::Told(error))
    }
}

/// A failure of what can be asked at all: at the newest revision a client that lacks a capability is told which, in the way of the
/// protocol.
pub(super) fn refused(error: &Error, told: ErrorData, context: &RequestContext<RoleServer>) -> ErrorData {
    let Some(capability) = error.lacks.filter(|_| dialogue::is_modern(context)) else { return told };
    let named = Map::from_iter([(capability.to_owned(), Value::Object(Map::new()))]);
    let required = serde_json::from_value(Value::Object(named)).unwrap_or_default();
    let mut refused = ErrorData::missing_required_client_capability(required);
    refused.message = told.message;
    if let (Some(Value::Object(data)), Some(Value::Object(more))) = (&mut refused.data, told.data) {
        data.extend(more);
    }
    refused
}

/// What a client is answered that lacks what is required of it.
pub(super) enum Incapable {
    /// An error of the protocol, at the newest revision.
    Refused(ErrorData),
    /// An error that says what to do instead, before it.
    Told(Error),
}
