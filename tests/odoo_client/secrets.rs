//! Secrets that lie elsewhere: read when they are needed, and again when Odoo refuses them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, json};
use tooldoo::odoo::{Client, Credential, Effect, Kind, Protocol, Request, Settings, Source, Unreadable};

use crate::server::{Reply, Seen, Server};

const OLD: &str = "0000000000old0000000000old0000000000old0";
const NEW: &str = "1111111111new1111111111new1111111111new1";

/// Gives the old key at first, and from the second time on what comes next.
struct Rotating {
    next: Result<&'static str, &'static str>,
    read: AtomicUsize,
}

impl Source for Rotating {
    fn read(&self) -> BoxFuture<'_, Result<SecretString, Unreadable>> {
        async {
            let secret = if self.read.fetch_add(1, Ordering::SeqCst) == 0 { Ok(OLD) } else { self.next };
            secret.map(SecretString::from).map_err(|reason| Unreadable(reason.to_owned()))
        }
        .boxed()
    }
}

fn rotating(next: Result<&'static str, &'static str>) -> Arc<Rotating> {
    Arc::new(Rotating { next, read: AtomicUsize::new(0) })
}

fn settings(server: &Server, protocol: Protocol, source: &Arc<Rotating>) -> Settings {
    let source: Arc<dyn Source> = source.clone();
    Settings { protocol, api_key: Some(Credential::Read(source)), ..server.settings() }
}

/// Whether a request carries this key, on either protocol.
fn carries(seen: &Seen, key: &str) -> bool {
    seen.headers.get("authorization").is_some_and(|value| value.contains(key)) || seen.body.to_string().contains(key)
}

/// An Odoo that takes the old key until the first `create`, and from then on the new one only.
async fn odoo() -> Server {
    let rotated = AtomicUsize::new(0);
    Server::odoo("19.0", move |seen, _| {
        if seen.call() == "res.partner.create" {
            rotated.store(1, Ordering::SeqCst);
        }
        let refused = rotated.load(Ordering::SeqCst) == 1 && carries(seen, OLD);
        refused.then(|| match seen.call().as_str() {
            "common.authenticate" => Reply::Ok(json!(false)),
            _ if seen.path.starts_with("/json/2/") => {
                Reply::Raise(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey".into())
            }
            _ => Reply::Raise(200, "odoo.exceptions.AccessDenied", "Access Denied".into()),
        })
    })
    .await
}

#[tokio::test]
async fn a_key_that_was_rotated_is_read_again_and_the_write_goes_through_once() {
    for protocol in [Protocol::Json2, Protocol::JsonRpc] {
        let server = odoo().await;
        let source = rotating(Ok(NEW));
        let client = server.warm(settings(&server, protocol, &source)).await;
        let patience = client.patience();
        let context = Map::new();
        let created = client.create("res.partner", vec![Map::new()], &context, &patience).await;
        assert_eq!(created.unwrap(), [41], "{protocol:?}");
        let sent = server.of("res.partner.create");
        let keys: Vec<_> = sent.iter().map(|seen| carries(seen, NEW)).collect();
        assert_eq!(keys, [false, true], "{protocol:?}: the refused one changed nothing");
        client.create("res.partner", vec![Map::new()], &context, &patience).await.unwrap();
        assert_eq!((server.count("res.partner.create"), source.read.load(Ordering::SeqCst)), (3, 2), "{protocol:?}");
    }
}

#[tokio::test]
async fn a_source_with_nothing_new_is_asked_once_however_many_calls_are_refused() {
    for (protocol, next) in [
        (Protocol::Json2, Ok(OLD)),
        (Protocol::JsonRpc, Ok(OLD)),
        (Protocol::Json2, Err("the file is gone")),
        (Protocol::JsonRpc, Err("the file is gone")),
    ] {
        let server = odoo().await;
        let source = rotating(next);
        let client = server.warm(settings(&server, protocol, &source)).await;
        let (context, patience) = (Map::new(), client.patience());
        let calls = (0..20).map(|_| client.create("res.partner", vec![Map::new()], &context, &patience));
        for outcome in futures::future::join_all(calls).await {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind, Kind::Unauthenticated, "{}", error.message);
            assert!(error.message.contains("no longer accepts"), "{}", error.message);
            assert!(!format!("{error:?}").contains(OLD));
        }
        assert_eq!(source.read.load(Ordering::SeqCst), 2, "{protocol:?}");
    }
}

#[tokio::test]
async fn a_secret_is_read_at_the_first_call_and_what_cannot_be_read_is_said_until_it_can() {
    struct Later(AtomicUsize);
    impl Source for Later {
        fn read(&self) -> BoxFuture<'_, Result<SecretString, Unreadable>> {
            let before = self.0.fetch_add(1, Ordering::SeqCst);
            async move {
                if before == 0 {
                    Err(Unreadable("the command `pass` failed".into()))
                } else {
                    Ok(SecretString::from(NEW))
                }
            }
            .boxed()
        }
    }
    let server = Server::odoo("19.0", |_, _| None).await;
    let source = Arc::new(Later(AtomicUsize::new(0)));
    let client =
        Client::new(Settings { api_key: Some(Credential::Read(source.clone())), ..server.settings() }).unwrap();
    assert_eq!(source.0.load(Ordering::SeqCst), 0);
    let request = Request::new("res.partner", "search_count", Effect::Read);
    let error = client.execute(&request, &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("`api_key`") && error.message.contains("the command `pass` failed"), "{error}");
    assert!(error.hint.unwrap().contains("`[instances.main]`"));
    client.execute(&request, &client.patience()).await.unwrap();
    assert_eq!(source.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_doubted_secret_is_read_again_and_the_old_one_stays_where_that_fails() {
    let request = Request::new("res.partner", "search_count", Effect::Read);
    for (next, used) in [(Ok(NEW), NEW), (Err("gone"), OLD)] {
        let server = Server::odoo("19.0", |_, _| None).await;
        let source = rotating(next);
        let client = server.warm(settings(&server, Protocol::Json2, &source)).await;
        client.doubt_secrets();
        client.execute(&request, &client.patience()).await.unwrap();
        client.execute(&request, &client.patience()).await.unwrap();
        assert!(server.of("res.partner.search_count").iter().all(|seen| carries(seen, used)));
        assert_eq!(source.read.load(Ordering::SeqCst), 2);
    }
}
