//! `/json/2/<model>/<method>`: arguments by name, a key as bearer, errors by HTTP status.

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, header},
    response::IntoResponse,
};
use serde_json::{Map, Value, json};

use super::{
    DATABASE,
    accounts::Account,
    data,
    errors::{Fault, Outcome},
    orm::{
        dispatch::Call,
        signature::{Style, method as method_of, methods},
    },
    server::{Answer, Shared, html, json},
    value,
};

/// Odoo's page for a database header that names none.
const NO_DATABASE: &str = "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n";

/// Answers a request below `/json/2`.
pub(super) fn handle(shared: &Shared, http_method: &Method, path: &str, headers: &HeaderMap, body: &Bytes) -> Answer {
    let header = |name: &str| headers.get(name).and_then(|found| found.to_str().ok());
    if header("x-odoo-database").is_some_and(|database| database != DATABASE) {
        return Answer::plain(html(StatusCode::NOT_FOUND, NO_DATABASE));
    }
    let parts: Vec<&str> = path.trim_start_matches("/json/2").trim_matches('/').split('/').collect();
    let (&[model, method], &Method::POST) = (parts.as_slice(), http_method) else {
        return Answer::plain(refused(&Fault::not_found("Did you mean POST /json/2/<model>/<method>?")));
    };
    let secret = header(header::AUTHORIZATION.as_str()).and_then(bearer);
    let account = secret.and_then(|secret| Account::behind(secret, false));
    let mut answer = Answer {
        response: StatusCode::OK.into_response(),
        model: Some(model.into()),
        method: Some(method.into()),
        login: None,
    };
    let outcome = match (secret, account) {
        (None, _) => {
            Err(Fault::unauthorized("User not authenticated, use an API Key with a Bearer Authorization header."))
        }
        (Some(_), None) => Err(Fault::unauthorized("Invalid apikey")),
        (Some(_), Some(account)) => {
            answer.login = Some(account.login.into());
            call(shared, account.login, model, method, headers, body)
        }
    };
    answer.response = match &outcome {
        Ok(result) => json(StatusCode::OK, result),
        Err(fault) => refused(fault),
    };
    answer
}

/// Answers `/doc-bearer/<model>.json`: what Odoo documents of a model, here the names of its methods. Only administrators read it.
pub(super) fn document(shared: &Shared, path: &str, headers: &HeaderMap) -> axum::response::Response {
    let header = |name: &str| headers.get(name).and_then(|found| found.to_str().ok());
    let secret = header(header::AUTHORIZATION.as_str()).and_then(bearer);
    let Some(account) = secret.and_then(|secret| Account::behind(secret, false)) else {
        return refused(&Fault::unauthorized("Invalid apikey"));
    };
    if account.login != super::ADMIN.login {
        return refused(&Fault::access("This page is only accessible to Technical Documentation users."));
    }
    let name = path.trim_start_matches("/doc-bearer/").trim_end_matches(".json");
    let registry = shared.registry;
    let Some(model) = registry.model(name) else { return html(StatusCode::NOT_FOUND, super::server::NOT_FOUND) };
    let methods: Map<String, Value> =
        methods(registry, model).into_iter().map(|name| (name.to_owned(), json!({"signature": "(...)"}))).collect();
    json(StatusCode::OK, &json!({"model": name, "methods": methods}))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, secret) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

fn refused(fault: &Fault) -> axum::response::Response {
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = fault.data();
    if fault.name.starts_with("werkzeug.")
        && let Some(body) = body.as_object_mut()
    {
        body.insert("arguments".into(), json!([fault.message, fault.status]));
    }
    json(status, &body)
}

fn call(
    shared: &Shared,
    login: &str,
    model_name: &str,
    method: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Outcome<Value> {
    let mut arguments = arguments(headers, body)?;
    let ids = arguments.shift_remove("ids");
    let context = match arguments.shift_remove("context") {
        Some(Value::Object(context)) => context,
        Some(other) if value::truthy(&other) => {
            return Err(Fault::value("dictionary update sequence element #0 has length 1; 2 is required"));
        }
        _ => Map::new(),
    };
    let registry = shared.registry;
    let model = registry
        .model(model_name)
        .ok_or_else(|| Fault::not_found(format!("the model '{model_name}' does not exist")))?;
    if method.starts_with('_') || PRIVATE.contains(&method) {
        return Err(Fault::access(format!(
            "Private methods (such as '{model_name}.{method}') cannot be called remotely."
        )));
    }
    let signature = method_of(registry, model, method)
        .ok_or_else(|| Fault::not_found(format!("The method '{model_name}.{method}' does not exist")))?;
    if signature.of_model && ids.as_ref().is_some_and(value::truthy) {
        return Err(Fault::unprocessable(format!("cannot call {model_name}.{method} with ids")));
    }
    let arguments = signature.bind(&[], &arguments, Style::Signature).map_err(Fault::unprocessable)?;
    let ids = ids.as_ref().map(value::ids).unwrap_or_default();
    let store = shared.snapshot();
    let uid = data::login(&store, login).ok_or_else(Fault::denied)?;
    let call = Call { model, method: method.into(), signature, ids, arguments, single_create: false };
    shared.run(uid, context, &call)
}

/// Methods that exist and are not for clients.
pub(super) const PRIVATE: [&str; 10] = [
    "browse",
    "check_access",
    "exists",
    "filtered",
    "mapped",
    "search_fetch",
    "sorted",
    "sudo",
    "with_context",
    "with_user",
];

fn arguments(headers: &HeaderMap, body: &Bytes) -> Outcome<Map<String, Value>> {
    let json_body = headers
        .get(header::CONTENT_TYPE)
        .and_then(|found| found.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if body.is_empty() {
        return Ok(Map::new());
    }
    if !json_body {
        return Err(Fault::unsupported(
            "Request inferred type is compatible with ['http'] but the route is type=json2",
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        // A body that is no object counts as one without arguments.
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(Fault::bad_request(format!("could not parse the body as json: {error}"))),
    }
}
