//! What a browser asks for: a session, and reports as PDF, which Odoo gives to a session alone.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::{
    DATABASE,
    access::{self, Mode},
    accounts::Account,
    data,
    env::{Context, Env},
    errors::{Fault, Outcome},
    rpc,
    server::{Answer, Shared, html, json},
    value,
};

/// The sessions that are open: the cookie's value, and whose it is.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<String, &'static str>>);

impl Sessions {
    fn open(&self, login: &'static str) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = jiff::Timestamp::now().as_nanosecond();
        let digest = Sha1::digest(format!("{login} {now} {}", all.len()));
        let session: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        all.insert(session.clone(), login);
        session
    }

    fn of(&self, session: &str) -> Option<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(session).copied()
    }

    fn close(&self, session: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }
}

/// The session that a request names in its cookies.
fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|found| found.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|cookie| cookie.trim().strip_prefix("session_id="))
}

/// `POST /web/session/authenticate`: a login and its password, no API key, for a cookie.
pub(super) fn authenticate(shared: &Shared, body: &Bytes) -> Answer {
    let request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let params = request.get("params").cloned().unwrap_or(Value::Null);
    let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut answer = Answer::plain(StatusCode::OK.into_response());
    answer.method = Some("authenticate".into());
    let major = shared.registry.profile.major();
    let outcome = match text("db") {
        DATABASE => {
            Account::of(text("login")).filter(|account| account.password == text("password")).ok_or_else(Fault::denied)
        }
        name if major < 15 => Err(rpc::no_database(name)),
        _ => Err(Fault::access("Database not found.")),
    };
    match outcome.and_then(|account| Ok((account, info(shared, account)?))) {
        Ok((account, info)) => {
            answer.login = Some(account.login.into());
            let session = shared.sessions.open(account.login);
            let days = if major < 17 { 90 } else { 7 };
            let cookie = format!("session_id={session}; Max-Age={}; HttpOnly; Path=/", days * 24 * 3600);
            answer.response = json(StatusCode::OK, &json!({"jsonrpc": "2.0", "id": id, "result": info}));
            if let Ok(cookie) = cookie.parse() {
                answer.response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
        }
        Err(fault) => answer.response = json(StatusCode::OK, &rpc::failed(major, &id, &fault)),
    }
    answer
}

/// `POST /web/session/destroy`
pub(super) fn destroy(shared: &Shared, headers: &HeaderMap) -> Answer {
    if let Some(session) = session(headers) {
        shared.sessions.close(session);
    }
    Answer::plain(json(StatusCode::OK, &json!({"jsonrpc": "2.0", "id": null})))
}

/// What Odoo tells its web client of a session; the part that others use.
fn info(shared: &Shared, account: Account) -> Outcome<Value> {
    env(shared, &shared.snapshot(), account.login, |env| {
        let users = env.registry.model("res.users").ok_or_else(|| Fault::key("res.users"))?;
        let uid = env.context.uid;
        let (serie, info) = rpc::version(shared.registry.profile);
        let system = env.context.in_group("base.group_system");
        Ok(json!({
            "uid": uid,
            "is_system": system,
            "is_admin": system,
            "user_context": {"lang": env.get(users, uid, "lang"), "tz": env.get(users, uid, "tz"), "uid": uid},
            "db": DATABASE,
            "server_version": serie,
            "server_version_info": info,
            "name": env.text(users, uid, "name"),
            "username": account.login,
            "partner_display_name": env.follow(users, uid, "partner_id.display_name"),
            "partner_id": env.link(users, uid, "partner_id"),
        }))
    })
}

/// Runs something with the eyes of a login.
fn env<T>(
    shared: &Shared,
    store: &super::store::Store,
    login: &str,
    then: impl FnOnce(&Env<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let uid = data::login(store, login).ok_or_else(Fault::denied)?;
    let context = Context::new(store, uid, serde_json::Map::new());
    then(&Env { store, registry: shared.registry, context })
}

/// `GET /report/<converter>/<report>/<ids>`. Without a session Odoo sends a browser to its login page.
pub(super) fn report(shared: &Shared, headers: &HeaderMap, path: &str) -> Answer {
    let major = shared.registry.profile.major();
    let Some(login) = session(headers).and_then(|session| shared.sessions.of(session)) else {
        return Answer::plain(to_login(headers, path, major));
    };
    let parts: Vec<&str> = path.trim_start_matches("/report/").split('/').collect();
    let (converter, name, ids) = match parts.as_slice() {
        [converter, name] => (*converter, *name, ""),
        [converter, name, ids] => (*converter, *name, *ids),
        _ => return Answer::plain(page(StatusCode::NOT_FOUND)),
    };
    let ids: Vec<i64> = ids.split(',').filter_map(|id| id.parse().ok()).collect();
    let mut answer = Answer::plain(StatusCode::OK.into_response());
    (answer.login, answer.method) = (Some(login.into()), Some("report".into()));
    let drawn = env(shared, &shared.snapshot(), login, |env| draw(env, name, &ids));
    answer.response = match (drawn, converter) {
        (Ok(lines), "pdf") => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/pdf")], pdf(&lines)).into_response()
        }
        (Ok(lines), "text") => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], lines.join("\n")).into_response()
        }
        (Ok(lines), "html") => {
            let body = lines.iter().map(|line| format!("<p>{}</p>", line.replace('&', "&amp;").replace('<', "&lt;")));
            let body = format!("<!DOCTYPE html>\n<html><body>{}</body></html>\n", body.collect::<String>());
            (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
        }
        (Ok(_), _) => page(StatusCode::INTERNAL_SERVER_ERROR),
        (Err(fault), _) => page(status(major, &fault)),
    };
    answer
}

/// Which status a browser sees of an exception.
fn status(major: u8, fault: &Fault) -> StatusCode {
    let raised = fault.name.starts_with("odoo.exceptions.");
    match major {
        18.. if raised => StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        15.. if raised && fault.status == 403 => StatusCode::FORBIDDEN,
        15.. if raised => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn page(status: StatusCode) -> Response {
    let text = match status {
        StatusCode::NOT_FOUND => "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n",
        StatusCode::FORBIDDEN => "<!doctype html>\n<html lang=en>\n<title>403 Forbidden</title>\n<h1>Forbidden</h1>\n",
        StatusCode::BAD_REQUEST => {
            "<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n"
        }
        _ => {
            "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n"
        }
    };
    html(status, text)
}

fn to_login(headers: &HeaderMap, path: &str, major: u8) -> Response {
    let escaped = |text: &str| text.replace('%', "%25").replace('/', "%2F").replace(':', "%3A").replace('?', "%3F");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let (status, back) = match major {
        15.. => (StatusCode::SEE_OTHER, format!("{path}?")),
        _ => (StatusCode::FOUND, format!("http://{host}{path}")),
    };
    (status, [(header::LOCATION, format!("/web/login?redirect={}", escaped(&back)))]).into_response()
}

/// The lines of a report: its name, and of each record its name.
fn draw(env: &Env<'_>, name: &str, ids: &[i64]) -> Outcome<Vec<String>> {
    let reports = env.registry.model("ir.actions.report").ok_or_else(|| Fault::key("ir.actions.report"))?;
    let sudo = env.sudo();
    let named = |id: &i64| sudo.text(reports, *id, "report_name") == name;
    let by_reference = || {
        // From 16 on a report's external id does as well.
        env.store.named(name).filter(|(model, _)| *model == reports.name && env.major() >= 16).map(|(_, id)| id)
    };
    let report = env.store.ids(&reports.name).into_iter().find(named).or_else(by_reference).ok_or_else(|| {
        Fault::value(match env.major() {
            15.. => format!("External ID not found in the system: {name}"),
            _ => format!("Fetching report {name}: report not found"),
        })
    })?;
    let model = sudo.text(reports, report, "model");
    let model = env.registry.model(&model).ok_or_else(|| Fault::key(&model))?;
    let gone: Vec<i64> = ids.iter().copied().filter(|id| !env.store.has(&model.name, *id)).collect();
    if !gone.is_empty() {
        let record = format!("{}{}", model.name, value::tuple(&gone));
        return Err(Fault::missing(format!(
            "Record does not exist or has been deleted.\n(Record: {record}, User: {})",
            env.context.uid
        )));
    }
    access::check_records(env, model, ids, Mode::Read)?;
    let mut lines = vec![sudo.text(reports, report, "name")];
    lines.extend(ids.iter().map(|id| env.name(model, *id)));
    Ok(lines)
}

/// A PDF of one page with these lines; what is no ASCII prints as `?`.
fn pdf(lines: &[String]) -> Vec<u8> {
    let plain = |line: &String| -> String {
        let letter = |letter: char| match letter {
            '(' | ')' | '\\' => format!("\\{letter}"),
            ' '..='~' => letter.to_string(),
            _ => "?".into(),
        };
        line.chars().map(letter).collect()
    };
    let drawn: Vec<String> = lines.iter().map(|line| format!("({}) Tj T*", plain(line))).collect();
    let content = format!("BT /F1 14 Tf 20 TL 60 780 Td {} ET", drawn.join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}
