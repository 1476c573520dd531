//! A backend whose tools do what the tests need, with no Odoo.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tooldoo::access::Caller;
use tooldoo::answer::Answer;
use tooldoo::catalog::Catalog;
use tooldoo::definition::tool::Tool;
use tooldoo::mcp::{Backend, Hub, Identity};

pub struct Fake {
    catalog: ArcSwap<Catalog>,
    /// A call of `wait` has begun.
    pub begun: Notify,
    /// A call of `wait` has ended because it was cancelled.
    pub cancelled: Notify,
    /// Lets one call of `wait` finish.
    pub release: Notify,
    pub calls: AtomicUsize,
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
    Answer { content: vec![json!({"type": "text", "text": text.into()})], is_error: false }
}

impl Backend for Fake {
    fn snapshot(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    fn replace(&self, catalog: Catalog) -> Arc<Catalog> {
        self.catalog.swap(Arc::new(catalog))
    }

    fn call<'a>(
        &'a self,
        catalog: &'a Catalog,
        tool: &'a Arc<Tool>,
        arguments: Map<String, Value>,
        caller: &'a Caller,
        cancelled: CancellationToken,
    ) -> BoxFuture<'a, Answer> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        async move {
            // The catalog that is handed over is the one that the tool was found in.
            assert!(catalog.tool(caller, &tool.name).is_some_and(|found| Arc::ptr_eq(found, tool)));
            match tool.name.as_str() {
                "fail" => Answer { is_error: true, ..text(r#"{"kind":"not_found"}"#) },
                "panic" => panic!("as asked"),
                "stuck" => std::future::pending().await,
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
        .boxed()
    }
}
