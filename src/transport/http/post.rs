//! One POST: read, put right, and sent to rmcp with or without a session.
//!
//! A bare POST works: what every manual's `curl` example does, with no session, no `_meta` and whatever `Accept` the tool
//! sends, is answered by itself, in JSON.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::BytesMut;
use futures::StreamExt;
use rmcp::model::ErrorData;
use serde_json::Value;

use super::{Mode, Server, owed, reply};
use crate::access::Caller;
use crate::mcp::wire::{self, Refusal};

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much more than it may a client may send until it is cut off.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// The client has to begin again.
pub(super) const NO_SESSION: &str = "There is no such session: it has ended, or it belongs to another path.";

pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const REVISION: HeaderName = HeaderName::from_static("mcp-protocol-version");

impl Server {
    pub(super) async fn post(&self, caller: Caller, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            let message = "A request has `Content-Type: application/json`.";
            return reply::refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, Refusal::invalid(None, message));
        }
        let accepts = Accepts::of(&parts.headers);
        if !accepts.json && !accepts.stream {
            let message = "Answers are `application/json` or `text/event-stream`: the `Accept` header allows neither.";
            return reply::refusal(StatusCode::NOT_ACCEPTABLE, Refusal::invalid(None, message));
        }
        let limit = self.options.max_body;
        let length = content_length(&parts.headers).filter(|length| *length > limit);
        if length.is_some() && parts.headers.contains_key(header::EXPECT) {
            // It has not been sent yet.
            return too_large(limit);
        }
        let body = match tokio::time::timeout(PATIENCE, whole(body, limit)).await {
            Ok(Some(body)) => body,
            Ok(None) => return too_large(limit),
            Err(_) if length.is_some() => return too_large(limit),
            Err(_) => {
                let message = format!("The request was not complete after {} s.", PATIENCE.as_secs());
                return reply::refusal(StatusCode::REQUEST_TIMEOUT, Refusal::invalid(None, message));
            }
        };
        let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
        let mut message: Value = match serde_json::from_slice(text) {
            Ok(message) => message,
            Err(error) => return reply::refusal(StatusCode::BAD_REQUEST, Refusal::not_json(text, &error)),
        };
        if let Err(refusal) = wire::check(&message) {
            return reply::refusal(StatusCode::BAD_REQUEST, refusal);
        }

        let id = wire::id_of(&message);
        let initialize = opens_session(&message);
        let is_notification = message.get("method").is_some() && message.get("id").is_none();
        let body = if initialize && wire::complete_initialize(&mut message) {
            // It would contradict what was filled in.
            parts.headers.remove(REVISION);
            serde_json::to_vec(&message).unwrap_or_default().into()
        } else {
            Body::from(body)
        };
        let mode = match self.mode(&caller, &parts.headers, &message, initialize, accepts) {
            Ok(mode) => mode,
            Err((status, sentence)) => return reply::refusal(status, Refusal::invalid(id, sentence)),
        };
        if initialize && mode.sessions && wire::is_misread_initialize(&message) {
            let error = ErrorData::invalid_params(
                "The parameters of `initialize` do not have the shape that MCP gives them.",
                None,
            );
            return reply::refusal(StatusCode::BAD_REQUEST, Refusal { id, error });
        }
        if initialize && mode.sessions && !self.sessions.has_room().await {
            return full(id);
        }
        // rmcp wants both named; whether the answer is a stream is decided by the mode.
        parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        parts.headers.remove(header::CONTENT_LENGTH);
        let counted = self.owed.token();
        let response = self.service(caller, mode).handle(Request::from_parts(parts, body)).await;
        // Others may have taken the last places since.
        if initialize && response.status() == StatusCode::INTERNAL_SERVER_ERROR && !self.sessions.has_room().await {
            return full(id);
        }
        if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            // The content type is right: it is the message that rmcp cannot read.
            return if is_notification {
                reply::accepted()
            } else {
                reply::refusal(StatusCode::BAD_REQUEST, Refusal::unread(id))
            };
        }
        owed::until_written(reply::from_rmcp(response, id).await, counted)
    }

    /// Whether a request is served in a session, which takes a client that can read a stream.
    fn mode(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        message: &Value,
        initialize: bool,
        accepts: Accepts,
    ) -> Result<Mode, (StatusCode, &'static str)> {
        let mode = |sessions| Mode { sessions, json: accepts.json };
        if initialize {
            return Ok(mode(accepts.stream));
        }
        let revision = headers.get(REVISION).and_then(|revision| revision.to_str().ok());
        if wire::is_modern(message) || revision.is_some_and(|revision| revision >= wire::WITHOUT_HANDSHAKE) {
            // Always by itself; in this mode rmcp checks the `_meta` before anything else.
            return Ok(mode(true));
        }
        let Some(session) = headers.get(SESSION) else { return Ok(mode(false)) };
        if !session.to_str().is_ok_and(|session| self.sessions.is_owned(session, caller)) {
            // The client has to begin again: that is what 404 says.
            return Err((StatusCode::NOT_FOUND, NO_SESSION));
        }
        let is_request = message.get("method").is_some() && message.get("id").is_some();
        Ok(mode(accepts.stream || !is_request))
    }
}

/// An `initialize` of a revision that has one. With the `_meta` of the one that has none, and no revision of its own, it
/// is an unknown method.
fn opens_session(message: &Value) -> bool {
    let names_revision = message.get("params").is_some_and(|params| params.get("protocolVersion").is_some());
    message.get("method").and_then(Value::as_str) == Some("initialize")
        && message.get("id").is_some()
        && message.get("params").is_none_or(|params| params.is_null() || params.is_object())
        && (names_revision || !wire::is_modern(message))
}

fn full(id: Option<rmcp::model::RequestId>) -> Response {
    let message = "The server has as many sessions as it may (`limits.sessions.max`): close one, or try again later.";
    reply::busy(id, message)
}

/// The body; `None` where it is longer than that. Read to its end anyway, within reason: a client that still sends when the
/// connection is closed does not see the answer.
async fn whole(body: Body, limit: usize) -> Option<Bytes> {
    let mut parts = body.into_data_stream();
    let mut whole = BytesMut::new();
    let mut length = 0_usize;
    while let Some(part) = parts.next().await {
        // The client is gone, or does not know how to end: half a request is none.
        let Ok(part) = part else { return Some(Bytes::new()) };
        length = length.saturating_add(part.len());
        if length <= limit {
            whole.extend_from_slice(&part);
        } else if length > limit.saturating_add(MAX_DISCARDED) {
            return None;
        } else {
            whole = BytesMut::new();
        }
    }
    (length <= limit).then(|| whole.freeze())
}

fn too_large(limit: usize) -> Response {
    let message = format!("A request has at most {limit} bytes (`http.max_body`).");
    reply::refusal(StatusCode::PAYLOAD_TOO_LARGE, Refusal::invalid(None, message))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What the client can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Accepts {
    /// An answer in one piece. No `Accept` at all, and `*/*`, mean this.
    json: bool,
    /// A stream of events: only where it is named.
    stream: bool,
}

impl Accepts {
    fn of(headers: &HeaderMap) -> Self {
        let mut accepts = Self { json: !headers.contains_key(header::ACCEPT), stream: false };
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let refused = parts.any(|part| {
                part.split_once('=').is_some_and(|(key, value)| {
                    key.trim().eq_ignore_ascii_case("q")
                        && value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
                })
            });
            if refused {
                continue;
            }
            match kind.as_str() {
                "application/json" | "application/*" | "*/*" | "*" => accepts.json = true,
                "text/event-stream" => accepts.stream = true,
                _ => {}
            }
        }
        accepts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(value: &str) -> (bool, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        let Accepts { json, stream } = Accepts::of(&headers);
        (json, stream)
    }

    #[test]
    fn any_way_to_say_json_means_json() {
        assert_eq!(Accepts::of(&HeaderMap::new()), Accepts { json: true, stream: false });
        for value in
            ["*/*", "application/json", "application/*", "text/html, */*;q=0.1", "APPLICATION/JSON; charset=utf-8"]
        {
            assert_eq!(accepts(value), (true, false), "{value}");
        }
    }

    #[test]
    fn a_stream_is_sent_only_to_who_names_it() {
        assert_eq!(accepts("application/json, text/event-stream"), (true, true));
        assert_eq!(accepts("text/event-stream"), (false, true));
        assert_eq!(accepts("application/json, text/event-stream;q=0"), (true, false));
        assert_eq!(accepts("text/html"), (false, false));
    }
}
