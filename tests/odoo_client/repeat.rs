//! What is sent again and what never is, counted where it arrives.

use std::time::{Duration, Instant};

use serde_json::{Map, json};
use tokio::net::TcpListener;
use tooldoo::odoo::{Applied, Client, Effect, Error, Kind, Patience, Request, Settings};

use crate::server::{Reply, Server, html, until, working};

fn read() -> Request {
    let mut request = Request::new("res.partner", "read", Effect::Read);
    request.ids = Some(vec![1]);
    request
}

async fn create(client: &Client, patience: &Patience) -> Result<Vec<i64>, Error> {
    let values = json!({"name": "Azure"}).as_object().unwrap().clone();
    client.create("res.partner", vec![values], &Map::new(), patience).await
}

fn troubles() -> Vec<(&'static str, Reply)> {
    let mut troubles: Vec<_> = [502, 503, 504].map(|status| ("5xx", html(status, ""))).into();
    troubles.extend([("cut", Reply::Cut), ("half", Reply::Half), ("reset", Reply::Reset)]);
    troubles
}

#[tokio::test]
async fn a_read_is_sent_again_until_it_is_answered() {
    let mut troubles = troubles();
    troubles.push(("429", Reply::Page(429, "text/plain", vec![("Retry-After", "0".into())], String::new())));
    let cases = troubles.into_iter().map(async |(name, trouble)| {
        let server = Server::odoo("19.0", move |seen, before| {
            (seen.call() == "res.partner.read" && before < 2).then(|| trouble.clone())
        })
        .await;
        let client = server.warm(server.settings()).await;
        let read = client.execute(&read(), &client.patience()).await;
        assert_eq!(read.unwrap(), json!([]), "{name}");
        assert_eq!(server.count("res.partner.read"), 3, "{name}");
    });
    futures::future::join_all(cases).await;
}

#[tokio::test]
async fn a_read_is_given_up_after_some_attempts_and_the_next_call_tries_anew() {
    let server = Server::odoo("19.0", |seen, before| {
        (seen.call() == "res.partner.read" && before < 5).then(|| html(503, "<h1>Maintenance</h1>"))
    })
    .await;
    let client = server.warm(server.settings()).await;
    let error = client.execute(&read(), &client.patience()).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Unavailable, Applied::No));
    assert!(error.message.contains("being upgraded"), "{}", error.message);
    assert_eq!(server.count("res.partner.read"), 5);
    client.execute(&read(), &client.patience()).await.unwrap();
}

#[tokio::test]
async fn a_write_that_left_is_sent_once_and_its_outcome_is_unknown() {
    for protocol in [tooldoo::odoo::Protocol::Json2, tooldoo::odoo::Protocol::JsonRpc] {
        for (name, trouble) in troubles() {
            let server =
                Server::odoo("19.0", move |seen, _| (seen.call() == "res.partner.create").then(|| trouble.clone()))
                    .await;
            let client = server.warm(Settings { protocol, ..server.settings() }).await;
            let error = create(&client, &client.patience()).await.unwrap_err();
            assert_eq!(server.count("res.partner.create"), 1, "{name}");
            assert_eq!(error.applied, Applied::Unknown, "{name}: {}", error.message);
            assert_eq!(error.kind, Kind::Unavailable, "{name}");
            assert!(error.hint.unwrap().contains("may have happened"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_write_that_timed_out_is_unknown_and_was_sent_once() {
    let server = Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.create").then_some(Reply::Silence)).await;
    let client = server.warm(server.settings()).await;
    let error = create(&client, &Patience::lasting(Duration::from_millis(1500))).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Timeout, Applied::Unknown));
    assert_eq!(server.count("res.partner.create"), 1);
}

#[tokio::test]
async fn a_refused_write_is_known_not_to_have_happened() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "res.partner.create")
            .then(|| Reply::Page(429, "text/plain", vec![("Retry-After", "1".into())], String::new()))
    })
    .await;
    let client = server.warm(server.settings()).await;
    let error = create(&client, &client.patience()).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::RateLimited, Applied::No));
    assert_eq!(server.count("res.partner.create"), 1);
}

#[tokio::test]
async fn a_wait_that_would_outlast_the_deadline_is_not_begun() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "res.partner.read")
            .then(|| Reply::Page(429, "text/plain", vec![("Retry-After", "3600".into())], String::new()))
    })
    .await;
    let client = server.warm(server.settings()).await;
    let error = client.execute(&read(), &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::RateLimited);
    assert!(error.hint.unwrap().contains("3600 seconds"));
    assert_eq!(server.count("res.partner.read"), 1);
}

#[tokio::test]
async fn a_write_that_cannot_have_left_is_sent_again() {
    // Nobody listens when the call begins; Odoo comes up while it waits.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let warm = Server::odoo("19.0", |_, _| None).await;
    let settings = Settings {
        url: format!("http://{address}"),
        context: json!({"lang": "en_US", "tz": "UTC"}).as_object().unwrap().clone(),
        protocol: tooldoo::odoo::Protocol::Json2,
        ..warm.settings()
    };
    let client = Client::new(settings).unwrap();
    let (created, server) = tokio::join!(async { create(&client, &client.patience()).await }, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        Server::start_on(listener, |seen, _| working("19.0", seen))
    });
    assert_eq!(created.unwrap(), [41]);
    assert_eq!(server.count("res.partner.create"), 1);
}

#[tokio::test]
async fn an_odoo_that_is_not_there_is_said_and_not_remembered() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let other = Server::odoo("19.0", |_, _| None).await;
    let client = Client::new(Settings { url: format!("http://{address}"), ..other.settings() }).unwrap();
    let short = || Patience::lasting(Duration::from_secs(2));
    let error = create(&client, &short()).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Unavailable, Applied::No));
    assert!(error.message.contains(&format!("`{address}` is not reachable")), "{}", error.message);
    assert_eq!(client.known_version(), None);
    let server = Server::start_on(TcpListener::bind(address).await.unwrap(), |seen, _| working("19.0", seen));
    assert_eq!(create(&client, &client.patience()).await.unwrap(), [41]);
    assert_eq!(server.count("res.partner.create"), 1);
}

#[tokio::test]
async fn a_connection_that_odoo_closed_while_idle_costs_a_write_nothing() {
    let server =
        Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.read").then(|| Reply::OkThenClose(json!([]))))
            .await;
    let client = server.warm(server.settings()).await;
    client.execute(&read(), &client.patience()).await.unwrap();
    let before = server.connections();
    // Let the end of the connection arrive.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(create(&client, &client.patience()).await.unwrap(), [41]);
    assert_eq!(server.count("res.partner.create"), 1);
    assert_eq!(server.connections(), before + 1);
}

#[tokio::test]
async fn calls_one_after_another_share_a_connection() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.warm(server.settings()).await;
    for _ in 0..5 {
        client.execute(&read(), &client.patience()).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_closes_its_connection() {
    let server = Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.create").then_some(Reply::Silence)).await;
    let client = server.warm(server.settings()).await;
    let patience = client.patience();
    let (outcome, ()) = tokio::join!(create(&client, &patience), async {
        until(|| server.count("res.partner.create") == 1).await;
        patience.cancelled.cancel();
    });
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Cancelled, Applied::Unknown));
    until(|| server.given_up() == 1).await;
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let server = Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.read").then_some(Reply::Silence)).await;
    let client = std::sync::Arc::new(server.warm(server.settings()).await);
    let task = tokio::spawn({
        let client = std::sync::Arc::clone(&client);
        async move { client.execute(&read(), &client.patience()).await }
    });
    until(|| server.count("res.partner.read") == 1).await;
    task.abort();
    until(|| server.given_up() == 1).await;
}

#[tokio::test]
async fn what_is_cancelled_before_it_is_sent_is_never_sent() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.warm(server.settings()).await;
    let patience = client.patience();
    patience.cancelled.cancel();
    let error = create(&client, &patience).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Cancelled, Applied::No));
    let late = Patience { deadline: Instant::now(), ..client.patience() };
    let error = create(&client, &late).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::Timeout, Applied::No));
    assert_eq!(server.count("res.partner.create"), 0);
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let server =
        Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.read").then(|| Reply::Gated(json!([])))).await;
    let client = server.warm(Settings { max_connections: 2, ..server.settings() }).await;
    let (request, patience) = (read(), client.patience());
    let calls = futures::future::join_all((0..8).map(|_| client.execute(&request, &patience)));
    let (outcomes, ()) = tokio::join!(calls, async {
        until(|| server.peak() == 2).await;
        server.open_gate(8);
    });
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!((server.peak(), server.count("res.partner.read")), (2, 8));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let large = json!([{"id": 1, "name": "x".repeat(100_000)}]);
    let server =
        Server::odoo("19.0", move |seen, _| (seen.call() == "res.partner.read").then(|| Reply::Ok(large.clone())))
            .await;
    let client = server.warm(Settings { max_response: 50_000, ..server.settings() }).await;
    let error = client.execute(&read(), &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("`max_response`"), "{}", error.message);
    assert_eq!(server.count("res.partner.read"), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::odoo("19.0", |_, _| None).await;
    let target = format!("{}/jsonrpc", elsewhere.url);
    let server =
        Server::start(move |_, _| Reply::Page(307, "text/html", vec![("Location", target.clone())], String::new()))
            .await;
    let error = create(&server.client(), &Patience::lasting(Duration::from_secs(20))).await.unwrap_err();
    assert!(error.message.contains(&format!("redirects to `{}`", elsewhere.url)), "{}", error.message);
    assert_eq!(error.applied, Applied::No);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_exception_means_that_nothing_was_written() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "res.partner.create")
            .then(|| Reply::Raise(422, "odoo.exceptions.ValidationError", "Contacts require a name".into()))
    })
    .await;
    for client in [server.client(), server.jsonrpc()] {
        let error = create(&client, &client.patience()).await.unwrap_err();
        assert_eq!((error.kind, error.applied), (Kind::Validation, Applied::No));
        assert_eq!(error.message, "Contacts require a name");
        assert_eq!(error.class.as_deref(), Some("odoo.exceptions.ValidationError"));
        assert!(!format!("{error:?}").contains("Traceback"));
    }
    assert_eq!(server.count("res.partner.create"), 2);
}
