//! Answers that are not yet written: a server that stops waits for them, and there are only so many of them at once.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// The body of an answer, which holds something until its last byte is taken or the client is gone.
struct Owed<T> {
    body: Body,
    _held: T,
}

/// Holds what counts the answer until it is written.
pub(super) fn until_written<T: Send + Unpin + 'static>(response: Response, held: T) -> Response {
    response.map(|body| Body::new(Owed { body, _held: held }))
}

impl<T: Unpin> HttpBody for Owed<T> {
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
