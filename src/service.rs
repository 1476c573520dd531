//! What serves calls, whatever the protocol in front: the catalog of the moment, and the Odoo instances.

mod cache;
mod complete;
mod learn;
mod personal;
mod prompt;
mod read;
mod watch;

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::catalog::{Catalog, Found, Known, Offered, Prompted, literal_model};
use crate::conversation::Outcome;
use crate::definition::prompt::Said;
use crate::mcp::{Backend, Completing, Reading, Request, Suggestions};
use crate::odoo::{self, Kind, Watch};
use crate::operation::plan::{Memory, Plans};
use crate::operation::{self, Instance, Keeper, ToolCall};
use crate::personal::Store;
use crate::watch::Subject;
use cache::Answers;
use learn::Lesson;
use personal::Personal;

impl Backend for Service {
    fn snapshot(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    fn replace(&self, catalog: Catalog) -> Arc<Catalog> {
        let catalog = match &self.personal {
            Some(personal) => catalog.with_personal(&personal.prompts()),
            None => catalog,
        };
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
        offered: &'a Arc<Offered>,
        arguments: Map<String, Value>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Outcome> {
        self.call(offered, arguments, request).boxed()
    }

    fn read<'a>(
        &'a self,
        found: &'a Found,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Outcome<Reading>, odoo::Error>> {
        self.read(found, request).boxed()
    }

    fn watched<'a>(
        &'a self,
        found: &'a Found,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Option<Subject>, odoo::Error>> {
        self.watched(found, request).boxed()
    }

    fn prompt<'a>(
        &'a self,
        prompted: &'a Prompted,
        arguments: Map<String, Value>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Outcome<Vec<Said>>, odoo::Error>> {
        self.prompt(prompted, arguments, request).boxed()
    }

    fn complete<'a>(
        &'a self,
        completing: Completing<'a>,
        request: Request<'a>,
    ) -> BoxFuture<'a, Result<Suggestions, odoo::Error>> {
        self.complete(completing, request).boxed()
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
    /// Whether answers are structured too, where a tool does not say.
    pub structured: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { enabled: true, max_answer_bytes: 40_000, max_records: 500, structured: false }
    }
}

/// What a call meets beside its arguments.
#[derive(Clone)]
pub struct Circumstances<'a> {
    /// Who calls, of which catalog, through which client.
    pub request: Request<'a>,
    /// What `now()` is.
    pub now: Timestamp,
    /// Who sees what the call sends; usually nobody.
    pub watch: Option<Arc<Watch>>,
}

impl<'a> From<Request<'a>> for Circumstances<'a> {
    /// Now, and seen by nobody.
    fn from(request: Request<'a>) -> Self {
        Self { request, now: Timestamp::now(), watch: None }
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
    /// What waits for a person's word.
    plans: Arc<dyn Plans>,
    /// What may be answered again as it was.
    answers: Answers,
    /// What people were offered a moment ago.
    lately: complete::Lately,
    /// The prompts that single persons keep, where that is configured.
    personal: Option<Personal>,
}

impl Service {
    /// A server over these instances, with nothing to offer yet: [`Service::replace`] gives it a catalog.
    #[must_use]
    pub fn new(instances: IndexMap<String, Arc<Instance>>, default_instance: String, settings: Settings) -> Self {
        let known = Known::nothing(default_instance.clone()).structured(settings.structured);
        let known = ArcSwap::from_pointee(known);
        let lessons = instances.keys().map(|name| (name.clone(), Lesson::default())).collect();
        let plans = Arc::new(Memory::default());
        Self {
            catalog: ArcSwap::default(),
            instances,
            default_instance,
            known,
            lessons,
            settings,
            plans,
            answers: Answers::default(),
            lately: complete::Lately::default(),
            personal: None,
        }
    }

    /// The same, with a place where persons keep prompts.
    #[must_use]
    pub fn with_personal(mut self, store: Store) -> Self {
        self.known.rcu(|known| Known::clone(known).personal());
        self.personal = Some(Personal::new(store));
        self
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

    /// The name of the instance that a tool works on.
    #[must_use]
    pub fn instance_of<'a>(&'a self, offered: &'a Offered) -> &'a str {
        offered.instance.as_ref().unwrap_or(&self.default_instance)
    }

    /// The instance that a tool works on, where it is configured.
    #[must_use]
    pub fn instance(&self, offered: &Offered) -> Option<&Instance> {
        self.instances.get(self.instance_of(offered)).map(Arc::as_ref)
    }

    /// Calls a tool that the caller sees. Every failure is an answer too.
    pub async fn call(&self, offered: &Offered, arguments: Map<String, Value>, request: Request<'_>) -> Outcome {
        let instance = self.instance_of(offered);
        let key = || self.answers.key(offered, instance, request.caller, &arguments);
        let key = self.settings.enabled.then(key).flatten();
        if let Some(known) = key.as_ref().and_then(|key| self.answers.get(key)) {
            return Outcome::Answer(known.answer);
        }
        let writing = (!offered.tool.annotations.read_only).then(|| self.answers.writing(instance));
        let outcome = self.attempt(offered, arguments, request.into()).await;
        drop(writing);
        match outcome {
            Ok(outcome) => {
                if let (Some(key), Outcome::Answer(answer)) = (key, &outcome) {
                    self.answers.put(key, &offered.tool, answer);
                }
                outcome
            }
            Err(error) => Outcome::Answer(Answer::error(&error)),
        }
    }

    /// The same, in circumstances of one's own, and with the error that the answer would have been made of.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub async fn attempt(
        &self,
        offered: &Offered,
        arguments: Map<String, Value>,
        circumstances: Circumstances<'_>,
    ) -> Result<Outcome, odoo::Error> {
        self.called(offered, arguments, circumstances, async |call: ToolCall<'_>| operation::call_tool(call).await)
            .await
    }

    /// What a reading tool answers, for a template.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub async fn data(
        &self,
        offered: &Offered,
        arguments: Map<String, Value>,
        circumstances: Circumstances<'_>,
    ) -> Result<Value, odoo::Error> {
        self.called(offered, arguments, circumstances, async |call: ToolCall<'_>| operation::tool_data(call).await)
            .await
    }

    /// # Errors
    /// The administrator has switched the server off.
    fn switched_on(&self) -> Result<(), odoo::Error> {
        if self.settings.enabled {
            return Ok(());
        }
        Err(odoo::Error::new(Kind::Unavailable, "The administrator has switched this server off.")
            .hint("Ask the administrator; `server.enabled` in the configuration decides."))
    }

    /// What a request makes of a definition: the one place that says what a call is made of, whatever the definition is of.
    async fn called<T>(
        &self,
        offered: &Offered,
        arguments: Map<String, Value>,
        circumstances: Circumstances<'_>,
        call: impl AsyncFnOnce(ToolCall<'_>) -> Result<T, odoo::Error>,
    ) -> Result<T, odoo::Error> {
        self.switched_on()?;
        let Circumstances { request: Request { catalog, caller, conversation, cancelled }, now, watch } = circumstances;
        let name = self.instance_of(offered);
        let instance = self.instance(offered);
        let apps = || catalog.apps(caller, name);
        // Few answers point to anything.
        let readable = OnceLock::new();
        let keeper = self.keeping(caller);
        let outcome = call(ToolCall {
            offered,
            instance,
            settings: &self.settings,
            apps: &apps,
            readable: &|uri| readable.get_or_init(|| catalog.readable(caller)).has(uri),
            keeper: keeper.as_ref().map(|keeping| keeping as &dyn Keeper),
            started: Timestamp::now(),
            caller: &caller.key(),
            plans: &*self.plans,
            subject: String::new(),
            arguments,
            conversation,
            now,
            watch,
            cancelled,
        })
        .await;
        if let Err(error) = &outcome
            && error.kind == Kind::Internal
        {
            // What is wrong is the definition's: whoever wrote it finds it here, a model has no use for a path.
            tracing::warn!(name = offered.tool.name, at = %offered.tool.place, "{}", error.message);
        }
        if let (Err(error), Some(_)) = (&outcome, literal_model(&offered.tool))
            && error.kind == Kind::UnknownModel
            && let Some(lesson) = self.lessons.get(name)
        {
            // A module may have been uninstalled.
            lesson.doubt();
        }
        outcome
    }
}
