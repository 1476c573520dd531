//! What serves calls, whatever the protocol in front: the catalog of the moment, and the Odoo instances.

use std::sync::Arc;

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::{Catalog, Versions};
use crate::definition::tool::Tool;
use crate::mcp::Backend;
use crate::odoo::{self, Kind, Version};
use crate::operation::{self, Instance};

impl Backend for Service {
    fn snapshot(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    fn replace(&self, catalog: Catalog) -> Arc<Catalog> {
        self.catalog.swap(Arc::new(catalog.with_versions(self.versions.load_full())))
    }

    fn call<'a>(
        &'a self,
        _catalog: &'a Catalog,
        tool: &'a Arc<Tool>,
        arguments: Map<String, Value>,
        _caller: &'a Caller,
        cancelled: CancellationToken,
    ) -> BoxFuture<'a, Answer> {
        self.call(tool, arguments, cancelled).boxed()
    }
}

/// The ceilings and switches of the configuration's `[server]` that every call meets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// False: every call says that the administrator switched the server off.
    pub enabled: bool,
    /// The most bytes of one answer, unless its tool says less or more.
    pub max_answer_bytes: usize,
    /// The most records that one call reads, whatever its tool allows.
    pub max_records: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { enabled: true, max_answer_bytes: 40_000, max_records: 500 }
    }
}

/// One server: shared by every connection.
#[derive(Debug)]
pub struct Service {
    catalog: ArcSwap<Catalog>,
    instances: IndexMap<String, Arc<Instance>>,
    default_instance: String,
    versions: ArcSwap<Versions>,
    settings: Settings,
}

impl Service {
    /// A server over these instances, with nothing to offer yet: [`Service::replace`] gives it a catalog.
    #[must_use]
    pub fn new(instances: IndexMap<String, Arc<Instance>>, default_instance: String, settings: Settings) -> Self {
        let versions = ArcSwap::from_pointee(Versions::unknown(default_instance.clone()));
        Self { catalog: ArcSwap::default(), instances, default_instance, versions, settings }
    }

    /// That instance answered with this version. True if that is news: then the catalog wants to be replaced by itself.
    pub fn learn(&self, instance: &str, version: Version) -> bool {
        let before = self.versions.rcu(|known| Versions::clone(known).with(instance, version));
        *before != *self.versions.load_full()
    }

    /// The names of the instances.
    pub fn instances(&self) -> impl Iterator<Item = (&str, &Arc<Instance>)> {
        self.instances.iter().map(|(name, instance)| (name.as_str(), instance))
    }

    /// Calls a tool that the caller sees. Every failure is an answer too.
    pub async fn call(&self, tool: &Tool, arguments: Map<String, Value>, cancelled: CancellationToken) -> Answer {
        match self.attempt(tool, arguments, cancelled).await {
            Ok(answer) => answer,
            Err(error) => Answer::error(&error),
        }
    }

    async fn attempt(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        cancelled: CancellationToken,
    ) -> Result<Answer, odoo::Error> {
        if !self.settings.enabled {
            return Err(odoo::Error::new(Kind::Unavailable, "The administrator has switched this server off.")
                .hint("Ask the administrator; `server.enabled` in the configuration decides."));
        }
        let name = tool.instance.as_ref().unwrap_or(&self.default_instance);
        let instance = self.instances.get(name);
        operation::call(tool, instance.map(Arc::as_ref), &self.settings, arguments, cancelled).await
    }
}
