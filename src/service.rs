//! What serves calls, whatever the protocol in front: the catalog of the moment, and the Odoo instances.

mod learn;

use std::sync::Arc;

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::{Catalog, Known, literal_model};
use crate::definition::tool::Tool;
use crate::mcp::Backend;
use crate::odoo::{self, Kind};
use crate::operation::{self, Instance};
use learn::Lesson;

impl Backend for Service {
    fn snapshot(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    fn replace(&self, catalog: Catalog) -> Arc<Catalog> {
        let newer = Arc::new(catalog.with_known(self.known.load_full()));
        let older = self.catalog.swap(newer.clone());
        for (name, lesson) in &self.lessons {
            // Not where the same tools come again because something was learnt: then what is still open stays open.
            if newer.is_undecided(name) && newer.needs(name, None) != older.needs(name, None) {
                lesson.begin();
            }
        }
        older
    }

    fn ready(&self) -> BoxFuture<'_, ()> {
        self.learnt().boxed()
    }

    fn call<'a>(
        &'a self,
        catalog: &'a Catalog,
        tool: &'a Arc<Tool>,
        arguments: Map<String, Value>,
        caller: &'a Caller,
        cancelled: CancellationToken,
    ) -> BoxFuture<'a, Answer> {
        self.call(catalog, tool, arguments, caller, cancelled).boxed()
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
    known: ArcSwap<Known>,
    /// How the learning of each instance stands.
    lessons: IndexMap<String, Lesson>,
    settings: Settings,
}

impl Service {
    /// A server over these instances, with nothing to offer yet: [`Service::replace`] gives it a catalog.
    #[must_use]
    pub fn new(instances: IndexMap<String, Arc<Instance>>, default_instance: String, settings: Settings) -> Self {
        let known = ArcSwap::from_pointee(Known::nothing(default_instance.clone()));
        let lessons = instances.keys().map(|name| (name.clone(), Lesson::default())).collect();
        Self { catalog: ArcSwap::default(), instances, default_instance, known, lessons, settings }
    }

    /// Something may work now that did not: secrets are read again, and what could not be learnt is asked again.
    pub fn retry(&self) {
        self.instances.values().for_each(|instance| instance.client.doubt_secrets());
        for (name, lesson) in &self.lessons {
            if self.catalog.load().is_undecided(name) {
                lesson.again();
            }
        }
    }

    /// The names of the instances.
    pub fn instances(&self) -> impl Iterator<Item = (&str, &Arc<Instance>)> {
        self.instances.iter().map(|(name, instance)| (name.as_str(), instance))
    }

    /// Calls a tool that the caller sees. Every failure is an answer too.
    pub async fn call(
        &self,
        catalog: &Catalog,
        tool: &Tool,
        arguments: Map<String, Value>,
        caller: &Caller,
        cancelled: CancellationToken,
    ) -> Answer {
        match self.attempt(catalog, tool, arguments, caller, cancelled).await {
            Ok(answer) => answer,
            Err(error) => Answer::error(&error),
        }
    }

    async fn attempt(
        &self,
        catalog: &Catalog,
        tool: &Tool,
        arguments: Map<String, Value>,
        caller: &Caller,
        cancelled: CancellationToken,
    ) -> Result<Answer, odoo::Error> {
        if !self.settings.enabled {
            return Err(odoo::Error::new(Kind::Unavailable, "The administrator has switched this server off.")
                .hint("Ask the administrator; `server.enabled` in the configuration decides."));
        }
        let name = tool.instance.as_ref().unwrap_or(&self.default_instance);
        let instance = self.instances.get(name).map(Arc::as_ref);
        let apps = || catalog.apps(caller, name);
        let outcome = operation::call(tool, instance, &self.settings, &apps, arguments, cancelled).await;
        if let (Err(error), Some(_)) = (&outcome, literal_model(tool))
            && error.kind == Kind::UnknownModel
            && let Some(lesson) = self.lessons.get(name)
        {
            // A module may have been uninstalled.
            lesson.doubt();
        }
        outcome
    }
}
