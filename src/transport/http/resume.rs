//! A GET or DELETE of a session that there is not, and a GET that would go on with a stream which cannot go on.
//!
//! rmcp answers the last with a stream that ends at once, and a client that follows the specification of event streams asks
//! again, for ever. A status that is none of success, or 204, is what makes it stop.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::Response;

use super::events::Refused;
use super::{Server, post, reply};
use crate::access::Caller;
use crate::mcp::wire::{self, Refusal};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

impl Server {
    /// The answer to who names a session, or an event of it, that there is not.
    pub(super) fn unknown(&self, caller: &Caller, request: &Request) -> Option<Response> {
        let text = |name: &HeaderName| Some(request.headers().get(name)?.to_str().unwrap_or_default());
        // The newest revision has neither, and rmcp says so.
        let modern = text(&post::REVISION).is_some_and(|revision| revision >= wire::WITHOUT_HANDSHAKE);
        let session = text(&post::SESSION).filter(|_| !modern)?;
        if !matches!(*request.method(), Method::GET | Method::DELETE) {
            return None;
        }
        if !self.sessions.is_owned(session, caller) {
            return Some(reply::refusal(StatusCode::NOT_FOUND, Refusal::invalid(None, post::NO_SESSION)));
        }
        let last = text(&LAST_EVENT_ID).filter(|_| request.method() == Method::GET)?;
        let refused = self.sessions.may_resume(session, last).err()?;
        let status = match refused {
            // 404 would say that the session has ended.
            Refused::Unknown => StatusCode::BAD_REQUEST,
            Refused::Lost => StatusCode::GONE,
            Refused::Complete => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                return Some(response);
            }
        };
        Some(reply::refusal(status, Refusal::invalid(None, refused.to_string())))
    }
}
