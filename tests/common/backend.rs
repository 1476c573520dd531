//! A backend whose tools do what the tests need, with no Odoo.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tooldoo::answer::{Answer, Contents, Held};
use tooldoo::catalog::{Catalog, Found, Offered, Prompted};
use tooldoo::conversation::{List, Outcome};
use tooldoo::definition::prompt::{Role, Said};
use tooldoo::definition::tool::Tool;
use tooldoo::mcp::{Backend, Completing, Hub, Identity, Reading, Request, Suggestions};
use tooldoo::odoo::{Error, Kind};
use tooldoo::watch::Subject;

pub struct Fake {
    catalog: ArcSwap<Catalog>,
    /// A call of `wait` has begun.
    pub begun: Notify,
    /// A call of `wait` has ended because it was cancelled.
    pub cancelled: Notify,
    /// Lets one call of `wait` finish.
    pub release: Notify,
    pub calls: AtomicUsize,
    looks: AtomicUsize,
}

pub const NAMES: [&str; 5] = ["echo", "fail", "panic", "stuck", "wait"];

impl Fake {
    pub fn new(tools: Vec<Tool>) -> Arc<Self> {
        Arc::new(Self {
            catalog: ArcSwap::from_pointee(Catalog::new(tools.into_iter().map(Arc::new).collect())),
            begun: Notify::new(),
            cancelled: Notify::new(),
            release: Notify::new(),
            calls: AtomicUsize::new(0),
            looks: AtomicUsize::new(0),
        })
    }

    /// Its own tools, under their names, and a hub around it.
    pub fn hub() -> (Arc<Self>, Arc<Hub>) {
        let fake = Self::new(NAMES.into_iter().map(super::tool).collect());
        let hub = hub(fake.clone());
        (fake, hub)
    }
}

pub fn hub(backend: Arc<dyn Backend>) -> Arc<Hub> {
    let identity = Identity { name: "tooldoo".to_owned(), instructions: Some("Ask before you write.".to_owned()) };
    Hub::new(backend, identity, Duration::from_secs(30))
}

pub fn text(text: impl Into<String>) -> Answer {
    Answer { content: vec![json!({"type": "text", "text": text.into()})], ..Answer::default() }
}

impl Backend for Fake {
    fn snapshot(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    fn replace(&self, catalog: Catalog) -> Arc<Catalog> {
        self.catalog.swap(Arc::new(catalog))
    }

    /// A resource holds its own address.
    fn read<'a>(&'a self, found: &'a Found, _request: Request<'a>) -> BoxFuture<'a, Result<Outcome<Reading>, Error>> {
        let mime_type = found.resource.mime_type.clone();
        let contents = Contents { mime_type, body: Held::Text(found.uri.clone()) };
        let reading = Reading { contents: vec![contents], fresh: Duration::ZERO };
        std::future::ready(Ok(Outcome::Answer(reading))).boxed()
    }

    /// The first look at a resource called `slow` takes until it is cancelled.
    fn watched<'a>(&'a self, found: &'a Found, request: Request<'a>) -> BoxFuture<'a, Result<Option<Subject>, Error>> {
        let is_slow = found.resource.tool.name == "slow" && self.looks.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if !is_slow {
                return Ok(None);
            }
            self.begun.notify_one();
            request.cancelled.cancelled().await;
            self.cancelled.notify_one();
            Err(Error::new(Kind::Cancelled, "cancelled"))
        }
        .boxed()
    }

    /// A prompt says its own name.
    fn prompt<'a>(
        &'a self,
        prompted: &'a Prompted,
        _arguments: Map<String, Value>,
        _request: Request<'a>,
    ) -> BoxFuture<'a, Result<Outcome<Vec<Said>>, Error>> {
        let content = json!({"type": "text", "text": prompted.prompt.tool.name});
        std::future::ready(Ok(Outcome::Answer(vec![Said { role: Role::User, content }]))).boxed()
    }

    /// What was typed is offered, and is called "The …".
    fn complete<'a>(
        &'a self,
        completing: Completing<'a>,
        _request: Request<'a>,
    ) -> BoxFuture<'a, Result<Suggestions, Error>> {
        let typed = completing.typed.to_owned();
        let labels = vec![(typed.clone(), format!("The {typed}"))];
        let suggestions = Suggestions { values: vec![typed], labels, total: Some(1), has_more: false };
        std::future::ready(Ok(suggestions)).boxed()
    }

    fn call<'a>(
        &'a self,
        offered: &'a Arc<Offered>,
        arguments: Map<String, Value>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Outcome> {
        let Request { catalog, caller, conversation, cancelled } = request;
        let tool = &offered.tool;
        self.calls.fetch_add(1, Ordering::Relaxed);
        async move {
            // The catalog that is handed over is the one that the tool was found in.
            assert!(catalog.tool(caller, &tool.name).is_some_and(|found| Arc::ptr_eq(&found, offered)));
            match tool.name.as_str() {
                "fail" => Answer { is_error: true, ..text(r#"{"kind":"not_found"}"#) },
                "panic" => panic!("as asked"),
                "stuck" => std::future::pending().await,
                // Of the prompts once, of the tools again and again, before anybody hears of the first.
                "announce" => {
                    conversation.notify(List::Prompts);
                    (0..100).for_each(|_| conversation.notify(List::Tools));
                    text("announced")
                }
                // Says how far it is, waits to be released, says it again, and answers.
                "steps" => {
                    conversation.progress(1.0, None, None).await;
                    self.begun.notify_one();
                    self.release.notified().await;
                    conversation.progress(2.0, None, None).await;
                    text("done")
                }
                "wait" => {
                    self.begun.notify_one();
                    tokio::select! {
                        () = cancelled.cancelled() => {
                            self.cancelled.notify_one();
                            Answer { is_error: true, ..text("cancelled") }
                        }
                        () = self.release.notified() => text("released"),
                    }
                }
                _ => text(arguments.get("text").and_then(Value::as_str).unwrap_or_default()),
            }
        }
        .map(Outcome::Answer)
        .boxed()
    }
}
