//! JSON-RPC: `POST /jsonrpc` with a service, a method and positional arguments. Odoo 8 to 21.
//!
//! An exception comes with status 200 in `error.data`; a method that gives `None` may leave `result` out.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Error, Kind};
use super::faults::Fault;
use super::http::{Answer, Http, Outgoing};
use super::pages;
use super::request::{Effect, Patience};

/// What Odoo said to a call.
#[derive(Debug)]
pub(super) enum Said {
    /// The method's result.
    Result(Value),
    /// An exception.
    Fault(Fault),
    /// A page with status 404 that is not Odoo's external API.
    NoEndpoint(Answer),
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    result: Option<Value>,
    #[serde(default)]
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    message: Value,
    #[serde(default)]
    data: Option<Fault>,
}

/// What is posted. It borrows or owns its parameters, and is written once: they may hold a file.
#[derive(Serialize)]
struct Posted<P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: P,
    id: u8,
}

#[derive(Serialize)]
struct ServiceCall<'a, A> {
    service: &'a str,
    method: &'a str,
    args: A,
}

/// Calls a method of a service (`common`, `object` or `db`) with a list of arguments.
pub(super) async fn service(
    http: &Http,
    service: &str,
    method: &str,
    args: impl Serialize,
    effect: Effect,
    patience: &Patience,
) -> Result<Said, Error> {
    call(http, "jsonrpc", ServiceCall { service, method, args }, effect, patience).await
}

/// Posts `params` to a path that speaks JSON-RPC.
pub(super) async fn call(
    http: &Http,
    path: &str,
    params: impl Serialize,
    effect: Effect,
    patience: &Patience,
) -> Result<Said, Error> {
    let answer = post(http, path, params, effect, patience).await?;
    understand(http, answer, effect).await
}

/// The same, with the answer as it came.
pub(super) async fn post(
    http: &Http,
    path: &str,
    params: impl Serialize,
    effect: Effect,
    patience: &Patience,
) -> Result<Answer, Error> {
    let body = encode(&Posted { jsonrpc: "2.0", method: "call", params, id: 1 })?;
    let out = Outgoing { method: Method::POST, path: path.into(), headers: HeaderMap::new(), body, effect };
    http.send(&out, patience).await
}

/// What an answer says.
pub(super) async fn understand(http: &Http, answer: Answer, effect: Effect) -> Result<Said, Error> {
    // Old Odoos wrap their 404 into an envelope too; what a method raises comes with status 200.
    if answer.status == 404 {
        return Ok(Said::NoEndpoint(answer));
    }
    if pages::is_json(&answer)
        && let Ok(envelope) = decode::<Envelope>(&answer.body).await
    {
        return Ok(said(envelope));
    }
    Err(pages::error(http, &answer, effect))
}

fn said(envelope: Envelope) -> Said {
    match envelope.error {
        None => Said::Result(envelope.result.unwrap_or(Value::Null)),
        Some(failure) => {
            let mut fault = failure.data.unwrap_or(Fault { name: String::new(), message: Value::Null });
            if fault.message.is_null() {
                fault.message = failure.message;
            }
            Said::Fault(fault)
        }
    }
}

/// The bytes of a request.
pub(super) fn encode(body: &impl Serialize) -> Result<Bytes, Error> {
    serde_json::to_vec(body)
        .map(Bytes::from)
        .map_err(|error| Error::new(Kind::Internal, format!("The request cannot be written as JSON: {error}.")))
}

/// An answer's JSON. A large one is read on a thread of its own, so that others' calls go on.
pub(super) async fn decode<T>(body: &Bytes) -> Result<T, serde_json::Error>
where
    T: for<'de> Deserialize<'de> + Send + 'static,
{
    const LARGE: usize = 1 << 20;
    if body.len() < LARGE {
        return serde_json::from_slice(body);
    }
    let body = body.clone();
    tokio::task::spawn_blocking(move || serde_json::from_slice(&body))
        .await
        .unwrap_or_else(|error| Err(serde::de::Error::custom(error)))
}
