//! Who logs in, how often, over which protocol, and to which database.

use secrecy::SecretString;
use serde_json::{Map, json};
use tooldoo::odoo::{Applied, Client, Effect, Kind, Protocol, Request, Settings};

use crate::server::{KEY, PASSWORD, Reply, Server, html, raise};

const NO_DATABASE: &str = "<h1>Not Found</h1><p>No database is selected and the requested URL was not found</p>";

fn request() -> Request {
    Request::new("res.partner", "search_count", Effect::Read)
}

fn with_password(server: &Server) -> Settings {
    Settings { api_key: None, password: Some(SecretString::from(PASSWORD).into()), ..server.settings() }
}

#[tokio::test]
async fn twenty_calls_at_once_log_in_once() {
    let server = Server::odoo("17.0", |_, _| None).await;
    let client = server.client();
    let (request, patience) = (request(), client.patience());
    let calls = (0..20).map(|_| client.execute(&request, &patience));
    assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(server.count("common.authenticate"), 1);
    assert_eq!(server.count("common.version"), 1);
    assert_eq!(server.count("res.users.read"), 1);
    assert_eq!(server.count("res.partner.search_count"), 20);
}

#[tokio::test]
async fn twenty_calls_with_a_wrong_password_do_not_lock_the_account() {
    let server = Server::odoo("17.0", |seen, _| match seen.call().as_str() {
        "common.authenticate" => Some(Reply::Ok(json!(false))),
        "/web/session/authenticate" => Some(raise("odoo.exceptions.AccessDenied", "Access Denied")),
        _ => None,
    })
    .await;
    let client = Client::new(with_password(&server)).unwrap();
    let (request, patience) = (request(), client.patience());
    let outcomes = futures::future::join_all((0..20).map(|_| client.execute(&request, &patience))).await;
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind, Kind::Unauthenticated);
        assert!(error.message.contains("refused the login `bot@example.com` with its password"), "{}", error.message);
    }
    assert_eq!(server.count("common.authenticate"), 1);
}

#[tokio::test]
async fn a_login_that_lapsed_is_made_again_and_the_write_goes_through() {
    let server = Server::odoo("17.0", |seen, before| match (seen.call().as_str(), before) {
        ("common.authenticate", 1) => Some(Reply::Ok(json!(8))),
        ("res.partner.create", 0) => Some(raise("odoo.exceptions.AccessDenied", "Access Denied")),
        _ => None,
    })
    .await;
    let client = server.warm(server.settings()).await;
    let created = client.create("res.partner", vec![Map::new()], &Map::new(), &client.patience()).await.unwrap();
    assert_eq!(created, [41]);
    assert_eq!(server.count("common.authenticate"), 2);
    let uids: Vec<_> =
        server.of("res.partner.create").iter().map(|seen| seen.body["params"]["args"][1].clone()).collect();
    assert_eq!(uids, [7, 8]);
}

#[tokio::test]
async fn a_login_that_stays_refused_is_tried_once_more_and_no_further() {
    let server = Server::odoo("17.0", |seen, _| {
        (seen.call() == "res.partner.write").then(|| raise("odoo.exceptions.AccessDenied", "Access Denied"))
    })
    .await;
    let client = server.warm(server.settings()).await;
    let error = client.write("res.partner", &[1], Map::new(), &Map::new(), &client.patience()).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Unauthenticated, Applied::No));
    assert_eq!((server.count("res.partner.write"), server.count("common.authenticate")), (2, 2));
}

#[tokio::test]
async fn a_user_who_was_deleted_is_a_lapsed_login() {
    let server = Server::odoo("17.0", |seen, before| match (seen.call().as_str(), before) {
        ("res.partner.search_count", 0) => Some(raise(
            "odoo.exceptions.MissingError",
            "Record does not exist or has been deleted.\n(Record: res.users(7,), User: 7)",
        )),
        _ => None,
    })
    .await;
    let client = server.warm(server.settings()).await;
    client.execute(&request(), &client.patience()).await.unwrap();
    assert_eq!(server.count("common.authenticate"), 2);
}

#[tokio::test]
async fn a_key_alone_is_enough_for_json2() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = Client::new(Settings { username: None, ..server.settings() }).unwrap();
    let user = client.user(&client.patience()).await.unwrap();
    assert_eq!((user.id, user.login.as_str(), user.tz.as_deref()), (7, "bot@example.com", Some("Europe/Brussels")));
    assert_eq!((user.company_id, user.company_ids.as_slice()), (1, [1, 3].as_slice()));
    client.execute(&request(), &client.patience()).await.unwrap();
    assert_eq!(server.count("common.authenticate"), 0);
    let seen = &server.of("res.partner.search_count")[0];
    assert_eq!(seen.path, "/json/2/res.partner/search_count");
    assert_eq!(seen.headers["authorization"], format!("bearer {KEY}"));
}

#[tokio::test]
async fn a_key_alone_is_not_enough_before_19_and_the_sentence_says_what_is_missing() {
    let server = Server::odoo("17.0", |_, _| None).await;
    let client = Client::new(Settings { username: None, ..server.settings() }).unwrap();
    let error = client.execute(&request(), &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("JSON-RPC needs a login"), "{}", error.message);
    assert!(error.hint.unwrap().contains("`username`"));
}

#[tokio::test]
async fn auto_takes_json2_with_a_key_from_19_on() {
    for (version, settings, path) in
        [("19.0", None, "/json/2/res.partner/search_count"), ("18.0", None, "/jsonrpc"), ("19.0", Some(()), "/jsonrpc")]
    {
        let server = Server::odoo(version, |_, _| None).await;
        let settings = if settings.is_some() { with_password(&server) } else { server.settings() };
        let client = Client::new(settings).unwrap();
        client.execute(&request(), &client.patience()).await.unwrap();
        assert_eq!(server.of("res.partner.search_count")[0].path, path, "{version}");
    }
}

#[tokio::test]
async fn positional_arguments_go_over_jsonrpc() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let mut positional = request();
    positional.args = vec![json!([])];
    let client = server.client();
    client.execute(&positional, &client.patience()).await.unwrap();
    let seen = &server.of("res.partner.search_count")[0];
    assert_eq!((seen.path.as_str(), seen.args()), ("/jsonrpc", json!([[]])));
    for settings in
        [Settings { username: None, ..server.settings() }, Settings { protocol: Protocol::Json2, ..server.settings() }]
    {
        let client = Client::new(settings).unwrap();
        let error = client.execute(&positional, &client.patience()).await.unwrap_err();
        assert_eq!((error.kind, error.applied), (Kind::Unsupported, Applied::No));
    }
    assert_eq!(server.count("res.partner.search_count"), 1);
}

#[tokio::test]
async fn the_database_header_is_sent_and_dropped_where_odoo_online_refuses_it() {
    let plain = Server::odoo("19.0", |_, _| None).await;
    let client = plain.warm(plain.settings()).await;
    client.execute(&request(), &client.patience()).await.unwrap();
    assert_eq!(plain.of("res.partner.search_count")[0].headers["x-odoo-database"], "erp");

    let online = Server::odoo("19.0", |seen, _| {
        seen.headers.contains_key("x-odoo-database").then(|| html(404, "<title>404 Not Found</title>"))
    })
    .await;
    let client = online.warm(online.settings()).await;
    client.create("res.partner", vec![Map::new()], &Map::new(), &client.patience()).await.unwrap();
    client.create("res.partner", vec![Map::new()], &Map::new(), &client.patience()).await.unwrap();
    let refused = online.seen().iter().filter(|seen| seen.headers.contains_key("x-odoo-database")).count();
    assert_eq!(refused, 1, "what was learnt is kept");
    assert_eq!(online.count("res.partner.create"), 2);
}

#[tokio::test]
async fn a_wrong_database_is_never_exchanged_for_another() {
    let server = Server::odoo("19.0", |seen, _| {
        let named = seen.headers.get("x-odoo-database").is_some_and(|name| name != "erp");
        (seen.path.starts_with("/json/2") && named).then(|| html(404, NO_DATABASE))
    })
    .await;
    let client = Client::new(Settings { database: Some("epr".into()), ..server.settings() }).unwrap();
    let error = client.execute(&request(), &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("has no database `epr`"), "{}", error.message);
    assert!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.path.starts_with("/json/2"))
            .all(|seen| seen.headers.contains_key("x-odoo-database"))
    );
}

#[tokio::test]
async fn a_missing_database_is_found_where_there_is_one_and_asked_for_where_there_are_several() {
    for (names, found) in [(json!(["erp"]), true), (json!(["a", "b"]), false)] {
        let server =
            Server::odoo("17.0", move |seen, _| (seen.call() == "db.list").then(|| Reply::Ok(names.clone()))).await;
        let client = Client::new(Settings { database: None, ..server.settings() }).unwrap();
        match client.execute(&request(), &client.patience()).await {
            Ok(_) => assert!(found),
            Err(error) => {
                assert!(!found);
                assert_eq!(error.kind, Kind::Unauthenticated);
                assert!(error.hint.unwrap().contains("`a`, `b`"));
            }
        }
    }
    let server = Server::odoo("19.0", |seen, _| seen.path.starts_with("/json/2").then(|| html(404, NO_DATABASE))).await;
    let client = Client::new(Settings { database: None, ..server.settings() }).unwrap();
    let error = client.execute(&request(), &client.patience()).await.unwrap_err();
    assert!(error.message.contains("does not know which database"), "{}", error.message);
}

#[tokio::test]
async fn where_only_json2_is_let_through_it_is_enough() {
    let server =
        Server::odoo("19.0", |seen, _| (seen.path == "/jsonrpc").then(|| html(404, "<title>404 Not Found</title>")))
            .await;
    let client = server.client();
    client.execute(&request(), &client.patience()).await.unwrap();
    assert_eq!(server.count("res.partner.search_count"), 1);
}

#[tokio::test]
async fn a_context_among_the_arguments_adds_to_the_users_own() {
    for version in ["17.0", "19.0"] {
        let server = Server::odoo(version, |_, _| None).await;
        let client = server.client();
        let mut request = request();
        request.kwargs.insert("context".into(), json!({"lang": "de_DE", "active_test": false}));
        client.execute(&request, &client.patience()).await.unwrap();
        let context = server.of("res.partner.search_count")[0].kwargs()["context"].clone();
        assert_eq!(context, json!({"lang": "de_DE", "tz": "Europe/Brussels", "active_test": false}), "{version}");
    }
}
