//! What one listener is still to be told.

use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexSet;
use tokio::sync::Notify;

/// The addresses of what has changed, each once however often it did, so that a listener who is slow fills nothing.
#[derive(Debug, Default)]
pub struct Mailbox {
    waiting: Mutex<IndexSet<Arc<str>>>,
    news: Notify,
}

impl Mailbox {
    /// The resource at this address has changed.
    pub fn put(&self, uri: &Arc<str>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.clone());
        self.news.notify_one();
    }

    /// The next address, when there is one. For one reader at a time; nothing is lost where the future is dropped.
    pub async fn next(&self) -> Arc<str> {
        loop {
            let first = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).shift_remove_index(0);
            match first {
                Some(uri) => return uri,
                None => self.news.notified().await,
            }
        }
    }

    /// What waits for that address is nobody's any more.
    pub fn forget(&self, uri: &str) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).shift_remove(uri);
    }
}
