//! Hearing of changes: what somebody watches is asked of Odoo again and again, and compared with what was seen before.
//!
//! All who watch records of one model through the same eyes (the same Odoo, login, companies and context) are one batch: one
//! request per interval for all of their records, however many there are; a search is a batch of its own. A batch begins with its first
//! watcher and ends with the last: while nobody watches, nothing is asked. Every look goes through the eyes of those who watch, so
//! what they may not see is not there, and a record that goes out of their sight has changed like one that was deleted. While Odoo
//! does not answer nothing is known, and nobody is told anything.

mod batch;
mod mailbox;
mod memory;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

pub use mailbox::Mailbox;

use crate::odoo::Error;
use crate::operation::{Instance, Records, Watched};
use batch::{Batch, Subscriber};

/// Whose eyes look at what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// An instance is one Odoo and one login; a batch keeps it, so that no other one has this address.
    eyes: usize,
    model: String,
    context: String,
    /// A search of its own.
    finding: Option<String>,
}

/// Every batch of the process.
#[derive(Debug, Clone, Default)]
pub struct Watcher {
    batches: Arc<Mutex<HashMap<Key, Arc<Batch>>>>,
}

/// What to look at, and through whose eyes.
#[derive(Debug, Clone)]
pub struct Subject {
    /// One Odoo and one login.
    pub instance: Arc<Instance>,
    /// The records.
    pub watched: Watched,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.instance, &other.instance) && self.watched == other.watched
    }
}

/// What somebody wants to hear of.
#[derive(Debug)]
pub struct Wish {
    /// What to look at.
    pub subject: Subject,
    /// How often, at least.
    pub every: Duration,
    /// What was written at this moment (as Odoo writes it, in UTC) or later is told of at the first look already.
    pub since: Option<String>,
    /// Whom to tell.
    pub mailbox: Arc<Mailbox>,
    /// In which words.
    pub uri: Arc<str>,
}

/// Somebody watches, until this is dropped.
#[derive(Debug)]
pub struct Watching {
    watcher: Watcher,
    key: Key,
    id: u64,
    looked: Option<oneshot::Receiver<Result<(), Error>>>,
}

impl Watcher {
    /// Looks from now on. In a tokio runtime.
    #[must_use]
    pub fn watch(&self, wish: Wish) -> Watching {
        let Wish { subject: Subject { instance, watched }, every, since, mailbox, uri } = wish;
        let (finding, ids) = match &watched.records {
            Records::ById(ids) => (None, ids.clone()),
            Records::Found(finding) => (Some(format!("{finding:?}")), Vec::new()),
        };
        let key = Key {
            eyes: Arc::as_ptr(&instance).addr(),
            model: watched.model.clone(),
            context: serde_json::to_string(&watched.context).unwrap_or_default(),
            finding,
        };
        let (tell, looked) = oneshot::channel();
        let fields = watched.fields.clone();
        let subscriber = Subscriber { ids, fields, every, since, mailbox, uri, looked: Some(tell), is_new: true };
        let mut batches = self.batches();
        let batch = match batches.entry(key.clone()) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                let batch = Arc::new(Batch::new(instance, watched));
                tokio::spawn(batch.clone().run());
                place.insert(batch)
            }
        };
        let id = batch.join(subscriber);
        drop(batches);
        Watching { watcher: self.clone(), key, id, looked: Some(looked) }
    }

    fn batches(&self) -> MutexGuard<'_, HashMap<Key, Arc<Batch>>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watching {
    /// Waits for the first look: whatever is written after it will be noticed.
    ///
    /// # Errors
    /// Why Odoo could not be asked. It will be asked again.
    pub async fn begun(&mut self) -> Result<(), Error> {
        match self.looked.take() {
            // Without a word the batch has ended, and this with it.
            Some(looked) => looked.await.unwrap_or(Ok(())),
            None => Ok(()),
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut batches = self.watcher.batches();
        let Entry::Occupied(batch) = batches.entry(self.key.clone()) else { return };
        if batch.get().leave(self.id) {
            batch.remove().end();
        }
    }
}
