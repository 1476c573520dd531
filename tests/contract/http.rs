//! The two protocols: versions, logins, keys, databases, and the shape of errors.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Fault, Odoo, Protocol, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("http: the version is told without a login", version),
        case!("http: `/web/version` tells the version", 17, web_version),
        case!("http: `/web/webclient/version_info` tells the version", version_info),
        case!("http: an unknown path is an error in HTML", unknown_path),
        case!("http: a wrong password gives false, a wrong one in a call AccessDenied", passwords),
        case!("http: an API key works as the password", key_as_password),
        case!("http: a database that is not there", no_database),
        case!("http: JSON-2 wants a key, and says what is wrong with it", 19, keys),
        case!("http: JSON-2 names a wrong model, method or argument by status", 19, wrong_calls),
        case!("http: JSON-2 refuses a body that is no object", 19, bodies),
        case!("http: JSON-RPC's errors on models, methods and arguments", rpc_errors),
        case!("http: a method that starts with _ is refused", 19, private),
        case!("http: JSON-RPC refuses a body that is no JSON, and unknown services", services),
        case!("http: `create` of one answers an id over JSON-RPC, a list over JSON-2", 19, create_shape),
        case!("http: errors come with name, message, arguments, context, debug", 19, error_keys),
    ]
}

async fn version(odoo: &Odoo) {
    let version = odoo.service("common", "version", json!([])).await.unwrap();
    assert_eq!(version["server_version_info"][0], odoo.version);
    assert!(version["server_version"].as_str().unwrap().starts_with(&format!("{}.0", odoo.version)), "{version}");
    assert_eq!(version["protocol_version"], 1);
    assert!(version["server_serie"].is_string());
}

async fn web_version(odoo: &Odoo) {
    let answer: Value = odoo.http.get(format!("{}/web/version", odoo.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["version_info"][0], odoo.version);
    assert!(answer["version"].is_string());
}

async fn version_info(odoo: &Odoo) {
    let answer =
        odoo.http.post(format!("{}/web/webclient/version_info", odoo.url)).json(&json!({})).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["result"]["server_version_info"][0], odoo.version);
}

async fn unknown_path(odoo: &Odoo) {
    let answer = odoo.http.get(format!("{}/nowhere/at/all", odoo.url)).send().await.unwrap();
    // 404; a real one whose page for it cannot be drawn says 500.
    assert!(matches!(answer.status().as_u16(), 404 | 500), "{}", answer.status());
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    if odoo.version < 17 {
        let answer = odoo.http.get(format!("{}/web/version", odoo.url)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "14 does not have it");
    }
    if odoo.version < 19 {
        let answer = odoo
            .http
            .post(format!("{}/json/2/res.partner/search", odoo.url))
            .json(&json!({"domain": []}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 404, "JSON-2 came with 19");
    }
}

async fn passwords(odoo: &Odoo) {
    let wrong = odoo
        .service("common", "authenticate", json!([odoo.database, odoo.admin.login, "no such password", {}]))
        .await
        .unwrap();
    assert_eq!(wrong, false);
    let nobody = odoo.service("common", "login", json!([odoo.database, odoo.tag, "x"])).await.unwrap();
    assert_eq!(nobody, false);
    let uid = odoo.uid(Who::Admin).await;
    let call = json!([odoo.database, uid, "no such password", "res.partner", "search", [[]]]);
    odoo.service("object", "execute_kw", call).await.unwrap_err().is(
        "odoo.exceptions.AccessDenied",
        "Access Denied",
        403,
    );
}

async fn key_as_password(odoo: &Odoo) {
    let uid = odoo
        .service("common", "authenticate", json!([odoo.database, odoo.admin.login, odoo.admin.api_key, {}]))
        .await
        .unwrap();
    assert_eq!(uid, odoo.uid(Who::Admin).await);
    let found = odoo
        .service(
            "object",
            "execute_kw",
            json!([odoo.database, uid, odoo.admin.api_key, "res.users", "context_get", []]),
        )
        .await;
    assert_eq!(found.unwrap()["lang"], "en_US");
}

async fn no_database(odoo: &Odoo) {
    let fault = odoo.service("common", "authenticate", json!([odoo.tag, "admin", "admin", {}])).await.unwrap_err();
    fault.is("psycopg2.OperationalError", &format!("database \"{}\" does not exist", odoo.tag), 500);
    if odoo.version >= 19 {
        let request =
            odoo.http.post(format!("{}/json/2/res.partner/search", odoo.url)).bearer_auth(&odoo.admin.api_key);
        let answer = request.header("X-Odoo-Database", &odoo.tag).json(&json!({"domain": []})).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404);
        assert!(answer.text().await.unwrap().contains("No database is selected"));
    }
}

/// A request to JSON-2 as written here: status and body.
async fn post(odoo: &Odoo, path: &str, authorization: Option<&str>, body: &'static str) -> (u16, Value) {
    let mut request = odoo.http.post(format!("{}/json/2/{path}", odoo.url)).header("X-Odoo-Database", &odoo.database);
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let answer = request.header("Content-Type", "application/json").body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn keys(odoo: &Odoo) {
    let path = "res.partner/search_count";
    let (status, body) = post(odoo, path, None, "{\"domain\": []}").await;
    assert_eq!(status, 401);
    assert_eq!(body["name"], "werkzeug.exceptions.Unauthorized");
    assert_eq!(body["message"], "User not authenticated, use an API Key with a Bearer Authorization header.");
    let (status, body) = post(odoo, path, Some("bearer not-a-key"), "{\"domain\": []}").await;
    assert_eq!((status, &body["message"]), (401, &json!("Invalid apikey")));
    assert_eq!(body["arguments"], json!(["Invalid apikey", 401]));
    let (status, _) = post(odoo, path, Some("Basic YWRtaW46YWRtaW4="), "{\"domain\": []}").await;
    assert_eq!(status, 401);
    for scheme in ["bearer", "Bearer"] {
        let (status, body) =
            post(odoo, path, Some(&format!("{scheme} {}", odoo.admin.api_key)), "{\"domain\": []}").await;
        assert_eq!(status, 200, "{body}");
    }
}

async fn wrong_calls(odoo: &Odoo) {
    let key = format!("bearer {}", odoo.admin.api_key);
    let ask = async |path: &str, body: &'static str| post(odoo, path, Some(&key), body).await;
    let table = [
        ("no.such.model/search", "{}", 404, "the model 'no.such.model' does not exist"),
        ("res.partner/no_such_method", "{}", 404, "The method 'res.partner.no_such_method' does not exist"),
        ("res.partner/search", "{}", 422, "missing a required argument: 'domain'"),
        ("res.partner/search", "{\"domain\": [], \"nope\": 1}", 422, "got an unexpected keyword argument 'nope'"),
        ("res.partner/search", "{\"domain\": [], \"ids\": [1]}", 422, "cannot call res.partner.search with ids"),
        ("res.partner", "{}", 404, "Did you mean POST /json/2/<model>/<method>?"),
    ];
    for (path, body, expected, message) in table {
        let (status, found) = ask(path, body).await;
        assert_eq!((status, &found["message"]), (expected, &json!(message)), "{path} {body}");
        assert_eq!(found["arguments"], json!([message, expected]), "{path} {body}");
    }
}

async fn bodies(odoo: &Odoo) {
    let key = format!("bearer {}", odoo.admin.api_key);
    let (status, body) = post(odoo, "res.partner/search", Some(&key), "{bad").await;
    assert_eq!(status, 400);
    assert_eq!(body["name"], "werkzeug.exceptions.BadRequest");
    assert!(body["message"].as_str().unwrap().starts_with("could not parse the body as json"));
    let (status, body) = post(odoo, "res.partner/search", Some(&key), "[1]").await;
    assert_eq!(
        (status, &body["message"]),
        (422, &json!("missing a required argument: 'domain'")),
        "a list counts as no arguments"
    );
    let (status, _) = post(odoo, "res.partner/search", Some(&key), "{\"domain\": [], \"context\": \"x\"}").await;
    assert_eq!(status, 500);
}

async fn raw(odoo: &Odoo, model: &str, method: &str, args: Value, kwargs: Value) -> Result<Value, Fault> {
    let uid = odoo.uid(Who::Admin).await;
    odoo.service("object", "execute_kw", json!([odoo.database, uid, odoo.admin.password, model, method, args, kwargs]))
        .await
}

async fn rpc_errors(odoo: &Odoo) {
    let fault = async |model: &str, method: &str, args: Value, kwargs: Value| {
        raw(odoo, model, method, args, kwargs).await.unwrap_err()
    };
    fault("no.such.model", "search", json!([[]]), json!({})).await.is(
        "odoo.exceptions.UserError",
        "Object no.such.model doesn't exist",
        422,
    );
    let unknown = fault("res.partner", "no_such_method", json!([]), json!({})).await;
    assert_eq!(unknown.name, "builtins.AttributeError", "{unknown:?}");
    fault("res.partner", "search", json!([]), json!({})).await.is(
        "builtins.TypeError",
        "missing 1 required positional argument: ",
        500,
    );
    let unexpected = fault("res.partner", "search", json!([[]]), json!({"nope": 1})).await;
    unexpected.is("builtins.TypeError", "got an unexpected keyword argument 'nope'", 500);
    let many = fault("res.partner", "search", json!([[], 0, 2, "id", 1, 2, 3]), json!({})).await;
    many.is("builtins.TypeError", "positional arguments but", 500);
    let no_ids = if odoo.version < 15 { "tuple index out of range" } else { "list index out of range" };
    fault("res.partner", "read", json!([]), json!({})).await.is("builtins.IndexError", no_ids, 500);
    let found = raw(odoo, "res.partner", "search", json!([[], 0, 1, "id desc"]), json!({})).await.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "arguments by position");
}

async fn private(odoo: &Odoo) {
    let fault = odoo.fault("res.partner", "_search", json!({"ids": [1]})).await;
    fault.is(
        "odoo.exceptions.AccessError",
        "Private methods (such as 'res.partner._search') cannot be called remotely.",
        403,
    );
}

async fn services(odoo: &Odoo) {
    let answer = odoo
        .http
        .post(format!("{}/jsonrpc", odoo.url))
        .header("Content-Type", "application/json")
        .body("{bad")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    let unknown = odoo.service("nope", "nope", json!([])).await.unwrap_err();
    if odoo.version < 15 {
        unknown.is("builtins.UnboundLocalError", "local variable 'dispatch' referenced before assignment", 500);
    } else {
        unknown.is("builtins.KeyError", "nope", 500);
    }
    odoo.service("common", "nope", json!([])).await.unwrap_err().is(
        "builtins.Exception",
        "Method not found: nope",
        500,
    );
    let answer = odoo.http.post(format!("{}/jsonrpc", odoo.url)).json(&json!({"id": 5})).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["id"], 5);
    assert_eq!(answer["error"]["message"], "Odoo Server Error");
    if odoo.version >= 19 {
        assert_eq!(answer["error"]["code"], 0);
    }
}

async fn create_shape(odoo: &Odoo) {
    let one =
        odoo.ok("res.partner.category", "create", json!({"vals_list": {"name": format!("{} one", odoo.tag)}})).await;
    let id = match odoo.protocol {
        Protocol::Json2 => one[0].as_i64(),
        Protocol::JsonRpc => one.as_i64(),
    };
    odoo.keep("res.partner.category", id.unwrap_or_else(|| panic!("{one}")));
    let two = json!([{"name": format!("{} two", odoo.tag)}, {"name": format!("{} three", odoo.tag)}]);
    let two = odoo.ok("res.partner.category", "create", json!({"vals_list": two})).await;
    assert_eq!(two.as_array().unwrap().len(), 2);
    two.as_array().unwrap().iter().for_each(|id| odoo.keep("res.partner.category", id.as_i64().unwrap()));
}

async fn error_keys(odoo: &Odoo) {
    // `Fault` asserts the keys.
    let fault = odoo.fault("res.partner", "search", json!({"domain": [["nope", "=", 1]]})).await;
    fault.is("builtins.ValueError", "Invalid field res.partner.nope", 500);
}
