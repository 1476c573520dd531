//! Wrong keys, logins, addresses and servers: a sentence of its own each, with what to do, and never a secret in it.

use secrecy::SecretString;
use serde_json::{Map, json};
use tooldoo::odoo::{Client, Effect, Error, Kind, Protocol, Request, Settings};

use crate::server::{KEY, PASSWORD, Reply, Server, html, raise};

async fn ask(client: &Client) -> Error {
    let mut request = Request::new("res.partner", "read", Effect::Read);
    request.ids = Some(vec![1]);
    let error = client.execute(&request, &client.patience()).await.unwrap_err();
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains(KEY) && !shown.contains(PASSWORD) && !shown.contains("Traceback"), "{shown}");
    assert!(error.hint.is_some(), "{}", error.message);
    error
}

fn unauthorized() -> Reply {
    Reply::Raise(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey".into())
}

#[tokio::test]
async fn a_wrong_key_and_one_that_no_longer_works_are_told_apart() {
    let server = Server::odoo("19.0", |seen, _| seen.path.starts_with("/json/2").then(unauthorized)).await;
    let error = ask(&server.client()).await;
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("wrong, has expired, or belongs to another database"), "{}", error.message);

    let server = Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.read").then(unauthorized)).await;
    let client = server.warm(server.settings()).await;
    let error = ask(&client).await;
    assert!(error.message.contains("no longer accepts the API key"), "{}", error.message);
}

#[tokio::test]
async fn a_key_over_jsonrpc_is_told_from_a_wrong_login() {
    let refused = |seen: &crate::server::Seen| (seen.call() == "common.authenticate").then(|| Reply::Ok(json!(false)));
    let server = Server::odoo("19.0", move |seen, _| refused(seen)).await;
    let error = ask(&server.jsonrpc()).await;
    assert!(error.message.contains("it is not the key of the login `bot@example.com`"), "{}", error.message);

    let server = Server::odoo("19.0", move |seen, _| {
        refused(seen).or_else(|| seen.path.starts_with("/json/2").then(unauthorized))
    })
    .await;
    let error = ask(&server.jsonrpc()).await;
    assert!(error.message.contains("refused the API key"), "{}", error.message);

    let server = Server::odoo("16.0", move |seen, _| {
        refused(seen).or_else(|| seen.path.starts_with("/json/2").then(|| html(404, "")))
    })
    .await;
    let error = ask(&server.jsonrpc()).await;
    assert!(error.message.contains("one of the two is wrong, or the key has expired"), "{}", error.message);
}

#[tokio::test]
async fn two_factor_login_asks_for_a_key() {
    let server = Server::odoo("17.0", |seen, _| match seen.call().as_str() {
        "common.authenticate" => Some(Reply::Ok(json!(false))),
        "/web/session/authenticate" => Some(Reply::Ok(json!({"uid": null}))),
        _ => None,
    })
    .await;
    let settings = Settings { api_key: None, password: Some(SecretString::from(PASSWORD).into()), ..server.settings() };
    let error = ask(&Client::new(settings).unwrap()).await;
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("two-factor login is on"), "{}", error.message);
    assert!(error.hint.unwrap().contains("`api_key`"));
}

#[tokio::test]
async fn a_database_that_is_not_there_or_not_odoos_is_said() {
    let server = Server::odoo("17.0", |seen, _| {
        (seen.call() == "common.authenticate").then(|| {
            raise(
                "psycopg2.OperationalError",
                "connection to server at \"127.0.0.1\" failed: FATAL:  database \"erp\" does not exist\n",
            )
        })
    })
    .await;
    let error = ask(&server.client()).await;
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("has no database `erp`"), "{}", error.message);

    let server = Server::odoo("17.0", |seen, _| {
        (seen.call() == "common.authenticate").then(|| raise("builtins.KeyError", "res.users"))
    })
    .await;
    assert!(ask(&server.client()).await.message.contains("is not an Odoo database"));
}

#[tokio::test]
async fn what_is_not_odoo_is_said() {
    for (reply, words) in [
        (html(200, "<title>Welcome to nginx!</title>"), "An HTML page answers"),
        (html(200, "<h1>We are down for maintenance</h1>"), "being upgraded"),
        (html(404, "<title>Not here</title>"), "No Odoo answers"),
        (html(403, "<p>The external API is not available in your plan</p>"), "Odoo Online plan"),
        (
            Reply::Page(401, "text/html", vec![("WWW-Authenticate", "Basic".into())], String::new()),
            "asks for a login of its own",
        ),
        (
            Reply::Page(302, "text/html", vec![("Location", "/web/database/selector".into())], String::new()),
            "has no database `erp`",
        ),
        (Reply::Page(200, "application/json", vec![], "[1, 2".into()), "does not speak Odoo's protocol"),
    ] {
        let server = Server::start(move |_, _| reply.clone()).await;
        for protocol in [Protocol::Auto, Protocol::Json2, Protocol::JsonRpc] {
            let client = Client::new(Settings { protocol, ..server.settings() }).unwrap();
            let error = ask(&client).await;
            assert!(error.message.contains(words), "{protocol:?}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn an_odoo_19_without_its_rpc_module_is_said() {
    let missing = || html(404, "<title>404 Not Found</title><p>The requested URL was not found on the server.</p>");
    let server = Server::odoo("19.0", move |seen, _| {
        (seen.path == "/jsonrpc" || seen.path.starts_with("/json/2")).then(missing)
    })
    .await;
    for protocol in [Protocol::Auto, Protocol::Json2, Protocol::JsonRpc] {
        let client = Client::new(Settings { protocol, ..server.settings() }).unwrap();
        let error = ask(&client).await;
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(error.message.contains("the module `rpc` is missing"), "{protocol:?}: {}", error.message);
    }
}

/// What Odoo 14 answers at a path that it does not have, where the request is JSON.
fn not_found_in_an_envelope() -> Reply {
    let data = json!({"name": "werkzeug.exceptions.NotFound", "message": "404 Not Found: …", "debug": "Traceback", "arguments": [], "context": {}});
    let error = json!({"code": 404, "http_status": 404, "message": "404: Not Found", "data": data});
    Reply::Page(404, "application/json", vec![], json!({"jsonrpc": "2.0", "id": 1, "error": error}).to_string())
}

#[tokio::test]
async fn a_path_that_an_old_odoo_does_not_have_is_told_from_what_a_method_raised() {
    let server = Server::odoo("14.0", |seen, _| match seen.path.as_str() {
        "/jsonrpc" => None,
        "/web/webclient/version_info" => Some(Reply::Ok(json!({"server_version": "14.0"}))),
        "/web/version" => Some(html(404, "<title>404</title>")),
        _ => Some(not_found_in_an_envelope()),
    })
    .await;
    let client = Client::new(Settings { protocol: Protocol::Json2, ..server.settings() }).unwrap();
    let error = ask(&client).await;
    assert_eq!(error.kind, Kind::Unsupported, "{}", error.message);
    assert!(error.message.contains("JSON-2 came with Odoo 19"), "{}", error.message);
    let url = format!("{}/web", server.settings().url);
    let client = Client::new(Settings { protocol: Protocol::JsonRpc, url, ..server.settings() }).unwrap();
    let error = ask(&client).await;
    assert_eq!(error.kind, Kind::Unavailable, "{}", error.message);
    assert!(error.message.contains("that is a page for people"), "{}", error.message);
}

#[tokio::test]
async fn json2_before_19_is_said() {
    let server = Server::odoo("17.0", |seen, _| match seen.path.as_str() {
        "/web/webclient/version_info" => Some(Reply::Ok(json!({"server_version": "17.0"}))),
        "/jsonrpc" => None,
        _ => Some(html(404, "<title>404</title>")),
    })
    .await;
    let client = Client::new(Settings { protocol: Protocol::Json2, ..server.settings() }).unwrap();
    let error = ask(&client).await;
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("JSON-2 came with Odoo 19") && error.message.contains("17.0"), "{}", error.message);
}

#[tokio::test]
async fn a_host_that_has_no_name_is_said() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let settings = Settings {
        url: "http://no-such-host.invalid".into(),
        timeout: std::time::Duration::from_millis(700),
        ..server.settings()
    };
    let error = ask(&Client::new(settings).unwrap()).await;
    assert!(matches!(error.kind, Kind::Unavailable | Kind::Timeout), "{}", error.message);
    assert!(error.message.contains("no-such-host.invalid"), "{}", error.message);
}

#[tokio::test]
async fn https_where_http_is_spoken_is_said_at_once() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = Client::new(Settings { url: server.url.replace("http:", "https:"), ..server.settings() }).unwrap();
    let error = ask(&client).await;
    assert_eq!(error.kind, Kind::Unavailable);
    assert!(error.message.contains("TLS with"), "{}", error.message);
}

#[tokio::test]
async fn a_name_that_is_no_name_never_reaches_odoo() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.warm(server.settings()).await;
    let before = server.seen().len();
    for (model, method) in [
        ("../../web/version?", "read"),
        ("res.partner/../x", "read"),
        ("res.partner", "_read"),
        ("res.partner", "read?x"),
        ("", "read"),
    ] {
        let error = client.execute(&Request::new(model, method, Effect::Read), &client.patience()).await.unwrap_err();
        assert_eq!(error.kind, Kind::InvalidArguments, "{model}.{method}");
    }
    assert!(client.search_count("../x", json!([]), &Map::new(), &client.patience()).await.is_err());
    assert_eq!(server.seen().len(), before);
}

#[tokio::test]
async fn what_odoo_repeats_of_a_secret_is_blotted_out() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "res.partner.read").then(|| raise("builtins.ValueError", &format!("bad token {KEY}")))
    })
    .await;
    let error = ask(&server.client()).await;
    assert!(error.message.contains("bad token …"), "{}", error.message);
}

#[tokio::test]
async fn nothing_of_a_client_prints_a_secret() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let settings = Settings { password: Some(SecretString::from(PASSWORD).into()), ..server.settings() };
    let shown = format!("{settings:?} {:?}", Client::new(settings.clone()).unwrap());
    assert!(!shown.contains(KEY) && !shown.contains(PASSWORD), "{shown}");
}

#[tokio::test]
async fn an_unknown_model_is_said_and_a_known_one_that_resembles_it_is_named() {
    for protocol in [Protocol::Json2, Protocol::JsonRpc] {
        let server = Server::odoo("19.0", move |seen, _| {
            let (class, message) = match protocol {
                Protocol::Json2 => ("werkzeug.exceptions.NotFound", "the model 'res.partnr' does not exist"),
                _ => ("odoo.exceptions.UserError", "Object res.partnr doesn't exist"),
            };
            (seen.call() == "res.partnr.fields_get").then(|| Reply::Raise(404, class, message.into()))
        })
        .await;
        let client = Client::new(Settings { protocol, ..server.settings() }).unwrap();
        let patience = client.patience();
        client.model("res.partner", &patience).await.unwrap();
        let error = client.model("res.partnr", &patience).await.unwrap_err();
        assert_eq!(error.kind, Kind::UnknownModel);
        assert_eq!(error.hint.as_deref(), Some("Did you mean `res.partner`?"));
    }
}

#[tokio::test]
async fn an_address_copied_from_the_browser_is_put_right_in_the_hint() {
    let server = Server::odoo("19.0", |seen, _| {
        (!seen.path.starts_with("/json")).then(|| html(500, "<title>Internal Server Error</title>"))
    })
    .await;
    for pasted in ["/odoo", "/web", "/web?debug=1#action=5"] {
        let settings = Settings { url: format!("{}{pasted}", server.url), ..server.settings() };
        let error = ask(&Client::new(settings).unwrap()).await;
        assert!(error.message.contains("No Odoo answers at"), "{}", error.message);
        assert_eq!(error.hint, Some(format!("Set the instance's `url` to `{}`.", server.url)));
    }
}
