//! Answers that are not yet written: a server that stops waits for them.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The body of an answer, which counts until its last byte is taken or the client is gone.
struct Owed {
    body: Body,
    _counted: TaskTrackerToken,
}

/// Counts the answer until it is written.
pub(super) fn until_written(response: Response, counted: TaskTrackerToken) -> Response {
    response.map(|body| Body::new(Owed { body, _counted: counted }))
}

impl HttpBody for Owed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
