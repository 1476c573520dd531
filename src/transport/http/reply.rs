//! Answers in JSON, where rmcp gives a line of text.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::response::Response;
use rmcp::model::{ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use serde_json::json;

use crate::mcp::wire::Refusal;

/// The longest error text of rmcp that is carried over.
const MAX_TEXT: usize = 64 * 1024;

/// An error of HTTP: no request of MCP was understood, or none is there.
pub(super) fn error(status: StatusCode, message: &str) -> Response {
    json_response(status, json!({ "error": { "status": status.as_u16(), "message": message } }).to_string().into())
}

/// An error answer to a request of MCP.
pub(super) fn refusal(status: StatusCode, refusal: Refusal) -> Response {
    let body = serde_json::to_vec(&refusal.into_message()).unwrap_or_default();
    json_response(status, body.into())
}

/// There is no room, and may be later.
pub(super) fn busy(id: Option<RequestId>, message: &'static str) -> Response {
    let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE, Refusal::invalid(id, message));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// The answer to what nobody waits for an answer to.
pub(super) fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// rmcp's answer; an error that is plain text becomes a JSON-RPC error to the request of that id.
pub(super) async fn from_rmcp<B>(response: HttpResponse<B>, id: Option<RequestId>) -> Response
where
    B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = response.into_parts();
    let is_text = !parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str().is_ok_and(|kind| kind.starts_with("application/json") || kind.starts_with("text/event-stream"))
    });
    if !(is_text && (parts.status.is_client_error() || parts.status.is_server_error())) {
        return Response::from_parts(parts, Body::new(body));
    }
    let text = axum::body::to_bytes(Body::new(body), MAX_TEXT).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let code = if parts.status.is_server_error() { ErrorCode::INTERNAL_ERROR } else { ErrorCode::INVALID_REQUEST };
    let message = ServerJsonRpcMessage::error(ErrorData::new(code, text, None), id);
    let mut response = json_response(parts.status, serde_json::to_vec(&message).unwrap_or_default().into());
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// A proxy that collects a stream before it passes it on would hold every answer back.
pub(super) fn without_buffering(mut response: Response) -> Response {
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

pub(super) fn json_response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
