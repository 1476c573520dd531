//! Calls that outlive the request that made them: MCP's tasks extension (`io.modelcontextprotocol/tasks`, SEP-2663), for tools
//! whose file says `task`.
//!
//! rmcp has a manager of tasks; it knows no owner, no bound but time, and ends what it drops in the middle of anything. So only
//! its types are used. A task is an ordinary guarded call with another [`Conversation`](crate::conversation::Conversation):
//! what can be told at once (wrong arguments, a name that is not found, the tool's own questions) is told at once, and the
//! client is let go when the work begins. Only a client of the revision without a handshake gets tasks.

mod store;
mod talk;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rmcp::RoleServer;
use rmcp::model::{
    CancelTaskParams, ClientCapabilities, ErrorCode, ErrorData, GetTaskParams, GetTaskResult, Task, TaskPayload,
    UpdateTaskParams,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use self::store::Store;
use self::talk::Talk;
use super::dialogue::{self, Told};
use super::exchange::Incapable;
use super::hub::Hub;
use super::{Request, guard, present};
use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::{Catalog, Offered};
use crate::conversation::Outcome;
use crate::definition::tool::{TaskSupport, Tool};
use crate::odoo::{Applied, Error, Kind};

/// All tasks of the process.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    store: Mutex<Store>,
}

/// How a call of a tool is served to a client.
#[derive(Debug)]
pub(super) enum Way {
    /// The client waits for the answer.
    Wait,
    /// The client gets a task.
    Task,
}

/// What a call came to that might become a task.
#[derive(Debug)]
pub(super) enum Started {
    /// It runs.
    Task(Task),
    /// It was over before.
    Ended(Outcome),
}

/// What of a request is needed to start one.
pub(super) struct Start {
    pub(super) catalog: Arc<Catalog>,
    pub(super) offered: Arc<Offered>,
    pub(super) arguments: Map<String, Value>,
    pub(super) caller: Arc<Caller>,
    pub(super) told: Told,
}

/// Which way a call of that tool takes.
///
/// # Errors
/// The tool is only for clients that have tasks.
pub(super) fn way(tool: &Tool, context: &RequestContext<RoleServer>) -> Result<Way, Incapable> {
    if tool.task == TaskSupport::Never {
        return Ok(Way::Wait);
    }
    let modern = dialogue::is_modern(context);
    let has_tasks = modern && context.client_capabilities().is_some_and(|client| client.supports_tasks());
    match tool.task {
        _ if has_tasks => Ok(Way::Task),
        TaskSupport::Required if modern => {
            let tasks = ClientCapabilities::builder().enable_tasks().build();
            Err(Incapable::Refused(ErrorData::missing_required_client_capability(tasks)))
        }
        TaskSupport::Required => {
            let message = format!("`{}` only runs in the background, which this client cannot follow.", tool.name);
            let hint = "Nothing was done. Use a client that has MCP's tasks (2026-07-28), or another tool.";
            Err(Incapable::Told(Error::new(Kind::Unsupported, message).hint(hint)))
        }
        _ => Ok(Way::Wait),
    }
}

/// Starts a call, and gives it back as soon as it is known whether it becomes a task. It then goes on by itself, until it ends,
/// is cancelled, or the server stops.
pub(super) async fn start(hub: &Arc<Hub>, start: Start, context: &RequestContext<RoleServer>) -> Started {
    let Start { catalog, offered, arguments, caller, told } = start;
    let stop = hub.closing().child_token();
    let limit = offered.tool.timeout.unwrap_or(hub.call_limit);
    let id = match hub.tasks.store().begin(&caller.key(), limit, stop.clone(), Instant::now()) {
        Ok(id) => id,
        Err(full) => return Started::Ended(Outcome::Answer(Answer::error(&full.error()))),
    };
    let (answer, mut answered) = oneshot::channel();
    let capabilities = context.client_capabilities().unwrap_or_default();
    let talk = Talk::new(hub.clone(), id.clone(), capabilities, told, answer, stop.clone());
    let (hub, cancel) = (hub.clone(), stop.clone());
    tokio::spawn(async move {
        let request = Request { catalog: &catalog, caller: &caller, conversation: &talk, cancelled: stop };
        let outcome = guard::call(&hub, &offered, arguments, request).await;
        match talk.request() {
            Some(request) => {
                hub.tasks.store().forget(&id);
                // Nobody waits for a request that was cancelled.
                let _ = request.send(Started::Ended(outcome));
            }
            None => {
                let (payload, message) = ended(outcome);
                hub.tasks.store().end(&id, payload, message, Instant::now());
            }
        }
    });
    let started = tokio::select! {
        biased;
        started = &mut answered => started,
        () = context.ct.cancelled() => {
            cancel.cancel();
            answered.await
        }
    };
    started.unwrap_or_else(|_| {
        let message = "The server failed while it began the call.";
        Started::Ended(Outcome::Answer(Answer::error(&Error::new(Kind::Internal, message))))
    })
}

/// How a task ends: with the tool's answer, errors included, unless it is the server that failed or the call that was cancelled.
/// The second is for people: nothing else says what a cancelled task had written.
fn ended(outcome: Outcome) -> (TaskPayload, Option<String>) {
    let Outcome::Answer(answer) = outcome else {
        let error = ErrorData::internal_error("The question of the tool could not be put to the client.", None);
        return (TaskPayload::Failed { error: object(json!(error)) }, None);
    };
    let text = |answer: &Answer| {
        let text = answer.content.first().and_then(|block| block.get("text")?.as_str());
        text.unwrap_or_default().to_owned()
    };
    match answer.fault {
        Some((Kind::Cancelled, applied)) => {
            let more = match applied {
                Applied::No => " Nothing was written.",
                Applied::Yes => "",
                Applied::Unknown => " Whether something was written is not known.",
            };
            (TaskPayload::Cancelled, Some(format!("{}{more}", text(&answer))))
        }
        Some((Kind::Internal, applied)) => {
            let applied = match applied {
                Applied::No => "no",
                Applied::Yes => "yes",
                Applied::Unknown => "unknown",
            };
            let data = json!({"kind": Kind::Internal, "applied": applied});
            let error = ErrorData::new(ErrorCode::INTERNAL_ERROR, text(&answer), Some(data));
            (TaskPayload::Failed { error: object(json!(error)) }, None)
        }
        _ => (TaskPayload::Completed { result: object(json!(present::answer(answer))) }, None),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Somebody else's task answers as one that there is not.
fn unknown() -> ErrorData {
    let message = "There is no such task, or none any more: those that have ended are kept for a while.";
    ErrorData::invalid_params(message, None)
}

impl Tasks {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this caller has to do with tasks: some tool that it sees may become one, or it has some.
    pub(super) fn concern(&self, catalog: &Catalog, caller: &Caller) -> bool {
        catalog.offers_tasks(caller) || self.store().any(&caller.key(), Instant::now())
    }

    /// `tasks/get`.
    ///
    /// # Errors
    /// The caller has no such task.
    pub(super) fn get(&self, caller: &Caller, request: &GetTaskParams) -> Result<GetTaskResult, ErrorData> {
        let task = self.store().get(&caller.key(), &request.task_id, Instant::now());
        task.map(GetTaskResult::new).ok_or_else(unknown)
    }

    /// `tasks/update`.
    ///
    /// # Errors
    /// The caller has no such task.
    pub(super) fn update(&self, caller: &Caller, request: UpdateTaskParams) -> Result<(), ErrorData> {
        let now = Instant::now();
        let answered = self.store().answer(&caller.key(), &request.task_id, request.input_responses, now);
        answered.ok_or_else(unknown)
    }

    /// `tasks/cancel`: the request to Odoo is dropped, and the task ends soon after.
    ///
    /// # Errors
    /// The caller has no such task.
    pub(super) fn cancel(&self, caller: &Caller, request: &CancelTaskParams) -> Result<(), ErrorData> {
        self.store().cancel(&caller.key(), &request.task_id, Instant::now()).ok_or_else(unknown)
    }
}
