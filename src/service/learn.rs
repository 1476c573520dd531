//! Learning what each Odoo is and has: its version, and which of the models and modules that tools need are there.
//!
//! The first list waits for it, [`PATIENCE`] at most, and so does the first after a reload that names something new. An Odoo
//! that does not answer hides nothing: all tools are listed, and clients are told when more is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::{join, join_all};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::Service;
use crate::catalog::{Facts, Known, Needs};
use crate::odoo::{Client, Error, Kind, Patience};
use crate::operation::promise::{Seen, Unseen};

/// The longest that a list waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// When to ask again what is known: modules get installed. The version is asked only when the client's memory of it ends.
const AGAIN: Duration = Duration::from_secs(600);

/// The longest pause between two attempts at an Odoo that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Relations within relations deeper than this are nobody's.
const DEEPEST: usize = 10;

/// How the learning of one instance stands.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    /// Until when a list waits for what is being asked.
    due: watch::Sender<Option<Instant>>,
    /// There is something to ask.
    wake: Notify,
    /// What is known may be wrong.
    doubted: AtomicBool,
    /// Somebody asks.
    followed: AtomicBool,
}

impl Lesson {
    /// Something wants to be known that lists wait for, if somebody asks.
    pub(super) fn begin(&self) {
        if self.followed.load(Ordering::Acquire) {
            self.hold();
            self.wake.notify_one();
        }
    }

    /// From now on lists wait.
    fn hold(&self) {
        self.due.send_replace(Some(Instant::now() + PATIENCE));
    }

    /// It may be answered now.
    pub(super) fn again(&self) {
        self.wake.notify_one();
    }

    /// What is known does not hold any longer.
    pub(super) fn doubt(&self) {
        self.doubted.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// It is as well known as it gets for now.
    fn settle(&self) {
        self.due.send_replace(None);
    }

    async fn settled(&self) {
        let mut due = self.due.subscribe();
        loop {
            let Some(until) = *due.borrow_and_update() else { return };
            if !matches!(timeout_at(until, due.changed()).await, Ok(Ok(()))) {
                return;
            }
        }
    }
}

impl Service {
    /// Waits until it is known what each Odoo has, or until it is no use to wait.
    pub(super) async fn learnt(&self) {
        for lesson in self.lessons.values() {
            lesson.settled().await;
        }
    }

    /// Learns what is to be known of an instance, and again whenever that may have changed; `news` is called when it has: then
    /// the catalog wants to be replaced by itself. From the call on, lists wait for the first lesson; it goes on until the
    /// future is dropped.
    pub fn follow<N: Fn() + Send + 'static>(
        self: &Arc<Self>,
        name: &str,
        news: N,
    ) -> impl Future<Output = ()> + Send + use<N> {
        let (service, name, enabled) = (self.clone(), name.to_owned(), self.settings.enabled);
        if let Some(lesson) = self.lessons.get(&name).filter(|_| enabled) {
            lesson.followed.store(true, Ordering::Release);
            lesson.hold();
        }
        async move {
            let (Some(instance), Some(lesson)) = (service.instances.get(&name), service.lessons.get(&name)) else {
                return;
            };
            if !enabled {
                return;
            }
            let client = &instance.client;
            if let Err(error) = client.read_secret(&client.patience()).await {
                tracing::warn!(instance = name, "{error}");
            }
            let mut pause = Duration::from_secs(1);
            let mut all = true;
            loop {
                let patience = client.patience();
                let (changed, outcome) = tokio::select! {
                    asked = service.ask(&name, client, None, all, &patience) => asked,
                    // What refuses connections is asked a few times more; nobody has to wait for that.
                    () = refused(client) => {
                        lesson.settle();
                        service.ask(&name, client, None, all, &patience).await
                    }
                };
                if changed {
                    let known = service.known.load();
                    let missing = known.missing(&name).into_iter().collect::<Vec<_>>().join(", ");
                    let missing = Some(missing).filter(|missing| !missing.is_empty());
                    tracing::info!(instance = name, version = known.version(&name), missing, "Odoo is there");
                    news();
                }
                lesson.settle();
                match outcome {
                    Ok(()) => pause = AGAIN,
                    Err(error) => {
                        tracing::warn!(instance = name, "{error}");
                        // A login that is refused stays so until somebody changes it, and too many attempts lock it.
                        let refused = error.kind == Kind::Unauthenticated;
                        pause = if refused { AGAIN } else { (pause * 2).min(LONGEST_PAUSE) };
                    }
                }
                let woken = timeout(pause, lesson.wake.notified()).await.is_ok();
                all = lesson.doubted.swap(false, Ordering::AcqRel) || !woken;
            }
        }
    }

    /// Learns once what is to be known of every instance, or of those that the tools of one name work on; not longer than a
    /// list would wait. The catalog wants to be replaced by itself then.
    pub async fn learn_once(&self, tool: Option<&str>) {
        if !self.settings.enabled {
            return;
        }
        let lessons = self.instances.iter().map(|(name, instance)| async move {
            let client = &instance.client;
            let patience = Patience::lasting(PATIENCE);
            tokio::select! {
                (_, outcome) = self.ask(name, client, tool, true, &patience) => {
                    if let Err(error) = outcome {
                        tracing::warn!(instance = name, "{error}");
                    }
                }
                () = refused(client) => tracing::warn!(instance = name, "Odoo does not answer: what it lacks is not known"),
            }
        });
        join_all(lessons).await;
    }

    /// Asks what the tools need of an instance: `all` of it, or only what is not known yet. Says whether there is news, also
    /// where not every question was answered.
    async fn ask(
        &self,
        name: &str,
        client: &Client,
        tool: Option<&str>,
        all: bool,
        patience: &Patience,
    ) -> (bool, Result<(), Error>) {
        let Some(mut needs) = self.catalog.load().needs(name, tool) else { return (false, Ok(())) };
        if !all {
            needs = self.known.load().unknown(name, needs);
        }
        let (mut facts, mut outcome) = match client.version(patience).await {
            Ok(version) => {
                let (facts, outcome) = presence(client, needs, patience).await;
                (Facts { version: Some(version), ..facts }, outcome)
            }
            Err(error) => return (false, Err(error)),
        };
        // Whose prompts are to be shown, where the door does not know.
        if self.personal.is_some() && name == self.default_instance && outcome.is_ok() {
            match client.user(patience).await {
                Ok(user) => facts.login = Some(user.login.clone()),
                Err(error) => outcome = Err(error),
            }
        }
        if outcome.is_ok() {
            (facts.seen, outcome) = self.look(name, tool, all, patience).await;
        }
        let before = self.known.rcu(|known| Known::clone(known).with(name, &facts));
        (*before != **self.known.load(), outcome)
    }
}

impl Service {
    /// Learns the fields of the models that structured answers are made of: of the related ones when it is known which they are.
    async fn look(&self, name: &str, tool: Option<&str>, all: bool, patience: &Patience) -> (Seen, Result<(), Error>) {
        let mut news = Seen::default();
        let Some(instance) = self.instances.get(name) else { return (news, Ok(())) };
        let catalog = self.catalog.load_full();
        let mut seen = if all { None } else { self.known.load().seen(name).cloned() }.unwrap_or_default();
        for _ in 0..DEEPEST {
            let mut unseen = Unseen::default();
            catalog.structured(name, tool).for_each(|tool| unseen.add(tool, &seen));
            if unseen.is_empty() {
                break;
            }
            let models = unseen.models.into_iter().map(|model| async move {
                let fields = match instance.client.model(&model, patience).await {
                    Ok(fields) => Ok(Some(fields)),
                    Err(error) if error.kind.is_of_the_connection() => Err(error),
                    // It is not there, or not for this user: nothing is promised of it.
                    Err(_) => Ok(None),
                };
                fields.map(|fields| (model, fields))
            });
            let views = unseen.list_views.into_iter().map(|model| async move {
                let fields = instance.list_view(&model, patience).await;
                fields.map(|fields| (model, fields))
            });
            let (models, views) = join(join_all(models), join_all(views)).await;
            let mut outcome = Ok(());
            let mut found = Seen::default();
            models.into_iter().for_each(|model| match model {
                Ok((name, model)) => drop(found.models.insert(name, model)),
                Err(error) => outcome = Err(error),
            });
            views.into_iter().for_each(|view| match view {
                Ok((name, fields)) => drop(found.list_views.insert(name, fields)),
                Err(error) => outcome = Err(error),
            });
            news.extend(&found);
            seen.extend(&found);
            if outcome.is_err() {
                return (news, outcome);
            }
        }
        (news, Ok(()))
    }
}

/// Ends where the address refuses connections, and never otherwise.
async fn refused(client: &Client) {
    if !client.nobody_listens().await {
        std::future::pending().await
    }
}

/// Which of these are there, as far as Odoo answers.
async fn presence(client: &Client, needs: Needs, patience: &Patience) -> (Facts, Result<(), Error>) {
    let mut facts = Facts::default();
    let mut models = needs.models.into_iter();
    // One alone: where the login is wrong, it is tried once and not for every model.
    if let Some(model) = models.next() {
        match client.has_model(&model, patience).await {
            Ok(there) => drop(facts.models.insert(model, there)),
            Err(error) => return (facts, Err(error)),
        }
    }
    // The others at once; the client keeps to `max_connections`.
    let models = models.map(|model| async move {
        let there = client.has_model(&model, patience).await;
        (model, there)
    });
    let modules =
        async { if needs.modules.is_empty() { Ok(None) } else { client.installed(&needs.modules, patience).await } };
    let (models, modules) = join(join_all(models), modules).await;
    let mut outcome = Ok(());
    for (model, there) in models {
        match there {
            Ok(there) => drop(facts.models.insert(model, there)),
            Err(error) => outcome = Err(error),
        }
    }
    match modules {
        // Who may not read it has what it names.
        Ok(installed) => facts.modules.extend(needs.modules.into_iter().map(|module| {
            let there = installed.as_ref().is_none_or(|installed| installed.contains(&module));
            (module, there)
        })),
        Err(error) => outcome = Err(error),
    }
    (facts, outcome)
}
