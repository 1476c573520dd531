//! Every call ends: what the executor promises is not enough where a client would wait for ever.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use serde_json::{Map, Value};

use super::{Hub, Request};
use crate::answer::Answer;
use crate::catalog::Offered;
use crate::conversation::{Conversation, Outcome};
use crate::definition::tool::Tool;
use crate::odoo::{Applied, Error, Kind};

/// How long a call may still run after its own deadline, or after it was cancelled, before it is dropped. Long enough for
/// the executor to say itself what became of a write.
const GRACE: Duration = Duration::from_secs(5);

/// Runs one call of a tool. A panic, a deadline that was missed and a cancellation each give an answer.
pub(super) async fn call(
    hub: &Hub,
    offered: &Arc<Offered>,
    arguments: Map<String, Value>,
    request: Request<'_>,
) -> Outcome {
    let work = |request| hub.backend.call(offered, arguments, request).map(Ok);
    let outcome = run(hub, &offered.tool, request, work).await;
    outcome.unwrap_or_else(|error| Outcome::Answer(Answer::error(&error)))
}

/// Runs the work of one request. The work gets the request with a token of its own: the guard cancels that one where the limit
/// passes, so that what was sent to Odoo is dropped in an orderly way and not in the middle of anything.
///
/// # Errors
/// Those of the work; `internal` where it panicked, `timeout` and `cancelled` where it did not end by itself.
pub(super) async fn run<'a, T, F: Future<Output = Result<T, Error>>>(
    hub: &Hub,
    tool: &Tool,
    request: Request<'a>,
    work: impl FnOnce(Request<'a>) -> F,
) -> Result<T, Error> {
    let _running = hub.running.token();
    let limit = tool.timeout.unwrap_or(hub.call_limit).saturating_add(GRACE);
    let (conversation, cancelled) = (request.conversation, request.cancelled.clone());
    let stop = cancelled.child_token();
    let request = Request { cancelled: stop.clone(), ..request };
    let work = AssertUnwindSafe(async {
        // Inside, so that a panic before the first await is caught too.
        work(request).await
    })
    .catch_unwind();
    let end = async {
        tokio::select! {
            () = used_up(limit, conversation) => {}
            () = cancelled.cancelled() => {}
        }
        stop.cancel();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        outcome = work => outcome.unwrap_or_else(|_| {
            tracing::error!(name = tool.name, "a call panicked; this is a bug in tooldoo");
            let mut error = Error::new(Kind::Internal, format!("The server failed while it ran `{}`.", tool.name))
                .hint("This is a fault of the server, not of the call: tell its administrator, and try again.");
            error.applied = may_have_written(tool);
            Err(error)
        }),
        () = end => {
            let (kind, message) = if cancelled.is_cancelled() {
                (Kind::Cancelled, format!("The call of `{}` was cancelled.", tool.name))
            } else {
                (Kind::Timeout, format!("The call of `{}` took longer than {} s.", tool.name, limit.as_secs()))
            };
            let mut error = Error::new(kind, message);
            error.applied = may_have_written(tool);
            Err(error)
        }
    }
}

/// Until the call has taken that long, without what a person took to answer.
async fn used_up(limit: Duration, conversation: &dyn Conversation) {
    let started = Instant::now();
    loop {
        let used = started.elapsed().saturating_sub(conversation.waited());
        let Some(left) = limit.checked_sub(used).filter(|left| !left.is_zero()) else { return };
        tokio::time::sleep(left).await;
    }
}

/// What can truthfully be said of a call that was dropped.
fn may_have_written(tool: &Tool) -> Applied {
    if tool.annotations.read_only { Applied::No } else { Applied::Unknown }
}
