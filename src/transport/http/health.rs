//! `GET /health`: what an operator asks first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::{Server, reply};

/// The state of the server. It answers 200 as long as it serves: definitions that could not be loaded leave the last
/// good ones in service, and the report says so.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `ok`, or `degraded` where the last reload failed.
    pub status: &'static str,
    /// The server's version.
    pub version: &'static str,
    /// When the process began to serve.
    pub started: jiff::Timestamp,
    /// What is in service.
    pub catalog: CatalogReport,
    /// The last attempt to load the definitions.
    pub reload: ReloadReport,
}

/// What is in service.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogReport {
    /// How many tools.
    pub tools: usize,
    /// Since when this catalog has been in service.
    pub since: jiff::Timestamp,
}

/// The last attempt to load the definitions.
#[derive(Debug, Clone, Serialize)]
pub struct ReloadReport {
    /// When.
    pub at: jiff::Timestamp,
    /// Whether it gave the catalog that is in service.
    pub ok: bool,
    /// Everything that was found, as `check` prints it.
    pub diagnostics: Vec<String>,
}

pub(super) async fn show(State(server): State<Arc<Server>>) -> Response {
    match serde_json::to_vec_pretty(&(server.health)()) {
        Ok(body) => reply::json_response(StatusCode::OK, body.into()),
        Err(error) => reply::error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}
