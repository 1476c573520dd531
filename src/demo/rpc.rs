//! `/jsonrpc`: the services `common` and `object`. Every answer is 200, errors are in the body.

use axum::{
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    DATABASE, Profile,
    accounts::Account,
    data,
    errors::{Fault, Outcome},
    json2::PRIVATE,
    orm::{
        dispatch::Call,
        signature::{Style, method as method_of},
    },
    server::{Answer, Shared, html, json},
    value,
};

/// The serie, and the version as a list.
pub(super) fn version(profile: Profile) -> (&'static str, Value) {
    (profile.serie(), json!([profile.major(), 0, 0, "final", 0, ""]))
}

fn version_record(profile: Profile) -> Value {
    let (serie, info) = version(profile);
    json!({"server_version": serie, "server_version_info": info, "server_serie": serie, "protocol_version": 1})
}

/// `POST /web/webclient/version_info`.
pub(super) fn version_info(shared: &Shared, body: &Bytes) -> Response {
    let request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    json(StatusCode::OK, &json!({"jsonrpc": "2.0", "id": id, "result": version_record(shared.registry.profile)}))
}

/// Answers a request to `/jsonrpc`.
pub(super) fn handle(shared: &Shared, body: &Bytes) -> Answer {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return Answer::plain(html(StatusCode::BAD_REQUEST, "Invalid JSON data"));
    };
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let params = request.get("params").cloned().unwrap_or(Value::Null);
    let mut answer = Answer::plain(StatusCode::OK.into_response());
    let outcome = serve(shared, &params, &mut answer);
    let body = match outcome {
        // A result of None is left out of the answer.
        Ok(Value::Null) => json!({"jsonrpc": "2.0", "id": id}),
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(fault) => failed(shared.registry.profile.major(), &id, &fault),
    };
    answer.response = json(StatusCode::OK, &body);
    answer
}

fn serve(shared: &Shared, params: &Value, answer: &mut Answer) -> Outcome<Value> {
    let text = |name: &str| params.get(name).and_then(Value::as_str);
    let (Some(service), Some(method), Some(args)) =
        (text("service"), text("method"), params.get("args").and_then(Value::as_array))
    else {
        return Err(Fault::type_error(
            "JSONRPC.jsonrpc() missing 3 required positional arguments: 'service', 'method', and 'args'",
        ));
    };
    match service {
        "common" => common(shared, method, args, answer),
        "object" => object(shared, method, args, answer),
        // Until 14 the name was looked up by a chain of conditions, and a variable was left unset.
        _ if shared.registry.profile.major() < 15 => {
            Err(Fault::unbound("local variable 'dispatch' referenced before assignment"))
        }
        other => Err(Fault::key(other)),
    }
}

/// What 14 says, on every way in, of a database that is not there.
pub(super) fn no_database(name: &str) -> Fault {
    Fault::database(
        "psycopg2.OperationalError",
        format!(
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"{name}\" does not exist\n"
        ),
    )
}

/// The answer to a request that failed.
pub(super) fn failed(major: u8, id: &Value, fault: &Fault) -> Value {
    // 14 to 18 say 200, 19 says 0: Odoo's source calls it a code that nobody cares about.
    let code = if major >= 19 { 0 } else { 200 };
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "Odoo Server Error", "data": fault.data()}})
}

fn database(given: Option<&Value>) -> Outcome<()> {
    let name = given.map(value::str).unwrap_or_default();
    if name == DATABASE {
        return Ok(());
    }
    Err(no_database(&name))
}

fn common(shared: &Shared, method: &str, args: &[Value], answer: &mut Answer) -> Outcome<Value> {
    answer.method = Some(method.to_owned());
    match method {
        "version" => Ok(version_record(shared.registry.profile)),
        "login" | "authenticate" => {
            database(args.first())?;
            let text = |index: usize| args.get(index).and_then(Value::as_str).unwrap_or_default();
            let account = Account::behind(text(2), true).filter(|account| account.login == text(1));
            let uid = account.and_then(|account| data::login(&shared.snapshot(), account.login));
            answer.login = account.map(|account| account.login.to_owned());
            Ok(uid.map_or(Value::Bool(false), |uid| json!(uid)))
        }
        other => Err(Fault::exception(format!("Method not found: {other}"))),
    }
}

fn object(shared: &Shared, service_method: &str, args: &[Value], answer: &mut Answer) -> Outcome<Value> {
    let [db, uid, secret, model_name, method, rest @ ..] = args else {
        return Err(Fault::value(format!("not enough values to unpack (expected at least 5, got {})", args.len())));
    };
    let (model_name, method) = (value::str(model_name), value::str(method));
    answer.model = Some(model_name.clone());
    answer.method = Some(method.clone());
    database(Some(db))?;
    let (args, mut kwargs) = match (service_method, rest) {
        ("execute", all) => (all.to_vec(), Map::new()),
        ("execute_kw", [Value::Array(args)]) => (args.clone(), Map::new()),
        ("execute_kw", [Value::Array(args), kwargs]) => (args.clone(), kwargs.as_object().cloned().unwrap_or_default()),
        ("execute_kw", _) => {
            return Err(Fault::value("not enough values to unpack (expected 2, got 0)"));
        }
        (other, _) => return Err(Fault::name_error(format!("Method not available {other}"))),
    };
    let store = shared.snapshot();
    let uid = value::integer(uid).ok_or_else(Fault::denied)?;
    let login = data::login_of(&store, uid).ok_or_else(Fault::denied)?;
    Account::behind(secret.as_str().unwrap_or_default(), true)
        .filter(|account| account.login == login)
        .ok_or_else(Fault::denied)?;
    answer.login = Some(login);
    let registry = shared.registry;
    let model = registry.model(&model_name).ok_or_else(|| Fault::user(format!("Object {model_name} doesn't exist")))?;
    if method.starts_with('_') || PRIVATE.contains(&method.as_str()) {
        return Err(Fault::access(format!(
            "Private methods (such as '{model_name}.{method}') cannot be called remotely."
        )));
    }
    let signature = method_of(registry, model, &method)
        .ok_or_else(|| Fault::attribute(format!("The method '{model_name}.{method}' does not exist")))?;
    let context = match kwargs.shift_remove("context") {
        Some(Value::Object(context)) => context,
        _ => Map::new(),
    };
    let (ids, args) = if signature.of_model {
        (Vec::new(), args.as_slice())
    } else {
        let sequence = if registry.profile.major() < 15 { "tuple" } else { "list" };
        let (ids, args) = args.split_first().ok_or_else(|| Fault::index(format!("{sequence} index out of range")))?;
        (value::ids(ids), args)
    };
    let arguments = signature.bind(args, &kwargs, Style::Call).map_err(Fault::type_error)?;
    let call = Call { model, method, signature, ids, arguments, single_create: true };
    shared.run(uid, context, &call)
}
