//! `GET /health`: what an operator asks first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Server, reply};

/// Answers 200 as long as the server serves: definitions that could not be loaded leave the last good ones in service,
/// and the report says so.
pub(super) async fn show(State(server): State<Arc<Server>>) -> Response {
    match serde_json::to_vec_pretty(&(server.health)()) {
        Ok(body) => reply::json_response(StatusCode::OK, body.into()),
        Err(error) => reply::error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}
