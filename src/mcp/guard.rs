//! Every call ends: what the executor promises is not enough where a client would wait for ever.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::Hub;
use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::definition::tool::Tool;
use crate::odoo::{Applied, Error, Kind};

/// How long a call may still run after its own deadline, or after it was cancelled, before it is dropped. Long enough for
/// the executor to say itself what became of a write.
const GRACE: Duration = Duration::from_secs(5);

/// Runs one call. A panic, a deadline that was missed and a cancellation each give an answer.
pub(super) async fn call(
    hub: &Hub,
    catalog: &Catalog,
    tool: &Arc<Tool>,
    arguments: Map<String, Value>,
    caller: &Caller,
    cancelled: CancellationToken,
) -> Answer {
    let _running = hub.running.token();
    let limit = tool.timeout.unwrap_or(hub.call_limit).saturating_add(GRACE);
    // The executor gets a token of its own: the guard cancels it where the limit passes, so that the request to Odoo is
    // dropped in an orderly way and not in the middle of anything.
    let stop = cancelled.child_token();
    let work = AssertUnwindSafe(async {
        // Inside, so that a panic before the first await is caught too.
        hub.backend.call(catalog, tool, arguments, caller, stop.clone()).await
    })
    .catch_unwind();
    let end = async {
        tokio::select! {
            () = tokio::time::sleep(limit) => {}
            () = cancelled.cancelled() => {}
        }
        stop.cancel();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        outcome = work => match outcome {
            Ok(answer) => answer,
            Err(_) => {
                tracing::error!(tool = tool.name, "a call panicked; this is a bug in tooldoo");
                let mut error = Error::new(Kind::Internal, format!("The server failed while it ran `{}`.", tool.name))
                    .hint("This is a fault of the server, not of the call: tell its administrator, and try again.");
                error.applied = may_have_written(tool);
                Answer::error(&error)
            }
        },
        () = end => {
            let (kind, message) = if cancelled.is_cancelled() {
                (Kind::Cancelled, format!("The call of `{}` was cancelled.", tool.name))
            } else {
                (Kind::Timeout, format!("The call of `{}` took longer than {} s.", tool.name, limit.as_secs()))
            };
            let mut error = Error::new(kind, message);
            error.applied = may_have_written(tool);
            Answer::error(&error)
        }
    }
}

/// What can truthfully be said of a call that was dropped.
fn may_have_written(tool: &Tool) -> Applied {
    if tool.annotations.read_only { Applied::No } else { Applied::Unknown }
}
