//! What one client has subscribed to: the resources of which it hears when they change.
//!
//! A client of the newest revision has one set for each `subscriptions/listen`, one of the others one for its session; each ends
//! with what it belongs to. A resource is found as it is for reading, so what the caller does not see cannot be subscribed to. A set
//! survives a reload: what then is another resource, or none, has changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use rmcp::model::ErrorData;
use serde_json::json;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::resources::nowhere;
use super::{Hub, Request, guard};
use crate::access::Caller;
use crate::catalog::{Catalog, Found};
use crate::conversation::Silent;
use crate::definition::operation::Operation;
use crate::definition::resource::Resource;
use crate::odoo::{Error, Kind};
use crate::watch::{Mailbox, Subject, Watching, Wish};

/// A session, or a listener, subscribes to no more resources than this.
const MOST: usize = 2_000;

/// A longer address is read, and not subscribed to, in bytes: subscriptions are kept for as long as their client likes.
const LONGEST: usize = 2_000;

/// Of those, lists: each of them costs a request of its own every time.
const MOST_LISTS: usize = 100;

/// All clients together subscribe to no more than this.
pub(super) const MOST_OF_ALL: usize = 50_000;

/// What a resource reads may depend on the day, or on names that are looked up: so often it is found out again.
const AGAIN: Duration = Duration::from_secs(600);

/// And so soon where Odoo did not answer.
const RETRY: Duration = Duration::from_secs(10);

/// So many are found out at the same time.
const AT_ONCE: usize = 8;

/// One client's set.
pub(super) struct Subscriptions {
    pub(super) caller: Arc<Caller>,
    /// What it is still to be told.
    pub(super) mailbox: Arc<Mailbox>,
    held: Mutex<HashMap<Arc<str>, Held>>,
    /// The catalog may be another one than a subscription was made with.
    doubt: Notify,
    /// There is one more.
    growth: Notify,
}

/// One subscription.
struct Held {
    _place: OwnedSemaphorePermit,
    /// What the address means; `None` where it means nothing any more.
    meant: Option<Found>,
    /// What was written since then is to be told of: the client does not wait for the first look.
    since: Option<String>,
    /// How many requests are about to begin it, and wait for the first look.
    beginning: usize,
    /// The client was told that it is subscribed.
    confirmed: bool,
    /// When it was found out what is to be looked at.
    known: Option<Instant>,
    subject: Option<Subject>,
    watching: Option<Watching>,
}

/// Why there is no subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such resource, or this caller does not see it.
    Unknown,
    /// Its address is too long to be kept.
    TooLong,
    /// It says nothing of its changes.
    Silent,
    /// There are too many.
    TooMany,
    /// There are too many lists.
    TooManyLists,
    /// There are too many, whosever they are.
    TooManyOfAll,
}

impl Refused {
    /// What a client is told that asked for it alone.
    pub(super) fn error(self, catalog: &Catalog, caller: &Caller, uri: &str) -> ErrorData {
        let message = match self {
            Self::Unknown => return nowhere(catalog, caller, uri),
            Self::TooLong => {
                format!("An address of more than {LONGEST} bytes cannot be subscribed to: read it again when you need it.")
            }
            Self::Silent => {
                "This resource does not announce its changes: read it again when you need it. (Its definition has no `watch`.)"
                    .to_owned()
            }
            Self::TooMany => format!("These are {MOST} subscriptions already: end some of them first."),
            Self::TooManyLists => format!("These are {MOST_LISTS} subscriptions to lists already: end some of them first."),
            Self::TooManyOfAll => "The server has as many subscriptions as it takes: try again later.".to_owned(),
        };
        ErrorData::invalid_params(message, Some(json!({"uri": uri})))
    }
}

impl Subscriptions {
    pub(super) fn new(caller: Arc<Caller>) -> Arc<Self> {
        Arc::new(Self {
            caller,
            mailbox: Arc::default(),
            held: Mutex::default(),
            doubt: Notify::new(),
            growth: Notify::new(),
        })
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// Whether that is one of them.
    pub(super) fn holds(&self, uri: &str) -> bool {
        self.held().contains_key(uri)
    }

    /// Whether these are all of them.
    pub(super) fn is_of(&self, uris: &BTreeSet<&str>) -> bool {
        let held = self.held();
        held.len() == uris.len() && uris.iter().all(|uri| held.contains_key(*uri))
    }

    /// Ends all of them.
    pub(super) fn clear(&self) {
        let ended = std::mem::take(&mut *self.held());
        drop(ended);
    }

    /// Takes in a subscription. Nothing is looked at before [`Subscriptions::begin`] or [`Subscriptions::keep_up`]; `is_told`: the
    /// client is told at once that it is subscribed, and counts on hearing of what is written from now on.
    pub(super) fn admit(&self, hub: &Hub, catalog: &Catalog, uri: &str, is_told: bool) -> Result<(), Refused> {
        let found = catalog.resource(&self.caller, uri).ok_or(Refused::Unknown)?;
        if !announces(&found.resource) {
            return Err(Refused::Silent);
        }
        if uri.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let mut held = self.held();
        if let Some(there) = held.get_mut(uri) {
            there.beginning += usize::from(!is_told);
            return Ok(());
        }
        if held.len() >= MOST {
            return Err(Refused::TooMany);
        }
        let lists = || held.values().filter_map(|held| held.meant.as_ref()).filter(|found| is_list(found)).count();
        if is_list(&found) && lists() >= MOST_LISTS {
            return Err(Refused::TooManyLists);
        }
        let place = hub.places.clone().try_acquire_owned().map_err(|_| Refused::TooManyOfAll)?;
        let since = is_told.then(now_in_odoo);
        let one = Held {
            _place: place,
            meant: Some(found),
            since,
            beginning: usize::from(!is_told),
            confirmed: is_told,
            known: None,
            subject: None,
            watching: None,
        };
        held.insert(uri.into(), one);
        self.growth.notify_one();
        if !std::ptr::eq(&*hub.snapshot(), catalog) {
            self.doubt.notify_one();
        }
        Ok(())
    }

    /// Ends a subscription.
    pub(super) fn end(&self, uri: &str) {
        let ended = self.held().remove(uri);
        drop(ended);
        self.mailbox.forget(uri);
    }

    /// Begins to look, and waits for the first look: what changes after it will be heard of. Once for each that was admitted.
    ///
    /// # Errors
    /// Why it cannot be watched. Then there is no subscription, unless another request for the same one was or will be confirmed.
    pub(super) async fn begin(&self, hub: &Hub, uri: &str, cancelled: CancellationToken) -> Result<(), Error> {
        let begun = async {
            let Some((address, found)) = self.open(uri) else { return Ok(()) };
            let subject = self.find_out(hub, &found, cancelled.clone()).await?;
            let Some(mut watching) = self.settle(hub, &address, &found, subject) else { return Ok(()) };
            let outcome = tokio::select! {
                outcome = watching.begun() => outcome,
                () = cancelled.cancelled() => Err(Error::new(Kind::Cancelled, "The request was cancelled.")),
            };
            if let Some(held) = self.held().get_mut(uri).filter(|held| held.known.is_some()) {
                held.watching = Some(watching);
            }
            outcome
        };
        let outcome = begun.await;
        let mut all = self.held();
        let is_over = all.get_mut(uri).is_some_and(|held| {
            held.beginning = held.beginning.saturating_sub(1);
            held.confirmed |= outcome.is_ok();
            // A reload came in between.
            if held.confirmed && held.known.is_none() {
                self.doubt.notify_one();
            }
            !held.confirmed && held.beginning == 0
        });
        let ended = if is_over { all.remove(uri) } else { None };
        drop(all);
        if ended.is_some() {
            self.mailbox.forget(uri);
        }
        outcome
    }

    /// Looks at nothing any more, until [`Subscriptions::resume`].
    pub(super) fn rest(&self) {
        let mut held = self.held();
        for one in held.values_mut() {
            (one.known, one.subject, one.watching) = (None, None, None);
        }
        drop(held);
        // What grew until now was looked at.
        let _ = self.growth.notified().now_or_never();
    }

    /// Until there is one more.
    pub(super) async fn grown(&self) {
        self.growth.notified().await;
    }

    /// Looks again, at what was rested of. Nobody knows what has changed meanwhile, so all of it may have.
    pub(super) fn resume(&self) {
        for (uri, one) in self.held().iter_mut().filter(|(_, one)| one.confirmed) {
            one.since = Some(now_in_odoo());
            self.mailbox.put(uri);
        }
    }

    /// Goes with the catalog, and with the time. Never ends.
    pub(super) async fn keep_up(&self, hub: &Hub) {
        let mut news = hub.news();
        loop {
            news.borrow_and_update();
            let pause = if self.renew(hub).await { AGAIN } else { RETRY };
            tokio::select! {
                // The hub outlives its clients.
                _ = news.changed() => {}
                () = self.doubt.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Finds out anew what every address means, and what is to be looked at. Says whether Odoo answered what it was asked.
    async fn renew(&self, hub: &Hub) -> bool {
        let catalog = hub.snapshot();
        for (uri, held) in self.held().iter_mut() {
            let now = catalog.resource(&self.caller, uri).filter(|found| announces(&found.resource));
            let same = match (&held.meant, &now) {
                (Some(one), Some(other)) => is_same(one, other),
                (None, None) => true,
                _ => false,
            };
            if !same {
                self.mailbox.put(uri);
                (held.known, held.subject, held.watching) = (None, None, None);
                held.since = Some(now_in_odoo());
            }
            held.meant = now;
        }
        let due: Vec<(Arc<str>, Found)> = {
            let held = self.held();
            let is_due = |held: &Held| held.beginning == 0 && held.known.is_none_or(|known| known.elapsed() >= AGAIN);
            let due = held.iter().filter(|(_, held)| is_due(held));
            due.filter_map(|(uri, held)| Some((uri.clone(), held.meant.clone()?))).collect()
        };
        let found_out = futures::stream::iter(due).map(|(uri, found)| async move {
            let subject = self.find_out(hub, &found, CancellationToken::new()).await;
            (uri, found, subject)
        });
        let mut found_out = found_out.buffer_unordered(AT_ONCE);
        let mut all = true;
        while let Some((uri, found, subject)) = found_out.next().await {
            match subject {
                Ok(subject) => {
                    if let Some(watching) = self.settle(hub, &uri, &found, subject)
                        && let Some(held) = self.held().get_mut(&uri)
                    {
                        held.watching = Some(watching);
                    }
                }
                Err(error) if error.kind.is_of_the_connection() => {
                    tracing::debug!(%uri, "a subscription cannot begin yet: {error}");
                    all = false;
                }
                Err(error) => {
                    tracing::debug!(%uri, "nothing is to be heard of a subscription: {error}");
                    let had = self.held().get_mut(&uri).map(|held| {
                        held.known = Some(Instant::now());
                        (held.subject.take(), held.watching.take())
                    });
                    if had.is_some_and(|(subject, _)| subject.is_some()) {
                        self.mailbox.put(&uri);
                    }
                }
            }
        }
        all
    }

    /// The address and what it means, where that is still to be looked at.
    fn open(&self, uri: &str) -> Option<(Arc<str>, Found)> {
        let held = self.held();
        let (uri, held) = held.get_key_value(uri)?;
        held.known.is_none().then(|| held.meant.clone()).flatten().map(|found| (uri.clone(), found))
    }

    /// What is to be looked at.
    async fn find_out(&self, hub: &Hub, found: &Found, cancelled: CancellationToken) -> Result<Option<Subject>, Error> {
        let catalog = hub.snapshot();
        let request = Request { catalog: &catalog, caller: &self.caller, conversation: &Silent, cancelled };
        guard::run(hub, &found.offered.tool, request, |request| hub.backend.watched(found, request)).await
    }

    /// This is to be looked at, if the address still means the same. Gives the watching where there is a new one.
    fn settle(&self, hub: &Hub, uri: &Arc<str>, found: &Found, subject: Option<Subject>) -> Option<Watching> {
        let mut all = self.held();
        let held = all.get_mut(uri)?;
        if !held.meant.as_ref().is_some_and(|meant| is_same(meant, found)) {
            return None;
        }
        held.known = Some(Instant::now());
        if held.subject == subject {
            return None;
        }
        if held.subject.is_some() {
            self.mailbox.put(uri);
            held.since = Some(now_in_odoo());
        }
        held.subject.clone_from(&subject);
        let (subject, every) = subject.zip(found.resource.watch)?;
        let (since, mailbox, uri) = (held.since.take(), self.mailbox.clone(), uri.clone());
        Some(hub.watcher.watch(Wish { subject, every, since, mailbox, uri }))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Arc<str>, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This moment, as Odoo writes it.
fn now_in_odoo() -> String {
    Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Whether who subscribes hears of changes: it is watched, or its content stands in its definition.
fn announces(resource: &Resource) -> bool {
    resource.watch.is_some() || matches!(resource.tool.operation(), Some(Operation::Content(_)))
}

fn is_list(found: &Found) -> bool {
    !matches!(found.resource.tool.operation(), Some(Operation::Read(_) | Operation::Field(_) | Operation::Content(_)))
}

/// Whether an address means the same as before: the same definition, through the same bundles.
fn is_same(one: &Found, other: &Found) -> bool {
    let (here, there) = (&one.offered, &other.offered);
    one.resource.written == other.resource.written
        && one.arguments == other.arguments
        && here.bound == there.bound
        && here.parameters == there.parameters
        && here.instance == there.instance
        && here.companies == there.companies
}
