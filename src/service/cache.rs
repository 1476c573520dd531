//! Answers that a definition allows to be given again for a while (`cache`), each only to whom it was given.
//!
//! What was written through this server is never hidden by one: a write forgets what was read of its Odoo.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::access::Caller;
use crate::answer::Answer;
use crate::catalog::Offered;
use crate::definition::tool::Tool;

/// All answers together take no more than this; the least used go first.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The answers that are kept.
#[derive(Debug)]
pub(super) struct Answers {
    kept: Cache<Key, Kept>,
    /// How often something was written to each instance.
    writes: Mutex<HashMap<String, Arc<AtomicU64>>>,
}

/// A call that may write.
#[derive(Debug)]
pub(super) struct Writing(Arc<AtomicU64>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// Of what an answer is the answer, and for whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The tool as it was loaded. A kept answer keeps its tool, so that no other one has this address.
    tool: usize,
    /// Who it is decides what is bound, and which companies there are.
    caller: String,
    instance: String,
    writes: u64,
    arguments: String,
}

#[derive(Debug, Clone)]
struct Kept {
    answer: Arc<Answer>,
    tool: Arc<Tool>,
    bytes: u32,
    since: Instant,
}

/// An answer that was kept, and how long it still is.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) answer: Answer,
    pub(super) fresh: Duration,
}

struct Lifetime;

impl Expiry<Key, Kept> for Lifetime {
    fn expire_after_create(&self, _key: &Key, kept: &Kept, _now: Instant) -> Option<Duration> {
        kept.tool.cache
    }
}

impl Default for Answers {
    fn default() -> Self {
        let kept = Cache::builder().weigher(|_, kept: &Kept| kept.bytes).max_capacity(MOST_BYTES);
        Self { kept: kept.expire_after(Lifetime).build(), writes: Mutex::default() }
    }
}

impl Answers {
    /// What this call is known by; `None` where its tool keeps no answers.
    pub(super) fn key(
        &self,
        offered: &Offered,
        instance: &str,
        caller: &Caller,
        arguments: &Map<String, Value>,
    ) -> Option<Key> {
        offered.tool.cache?;
        Some(Key {
            tool: Arc::as_ptr(&offered.tool).addr(),
            caller: caller.key(),
            instance: instance.to_owned(),
            writes: self.writes(instance),
            arguments: serde_json::to_string(arguments).ok()?,
        })
    }

    pub(super) fn get(&self, key: &Key) -> Option<Remembered> {
        let kept = self.kept.get(key)?;
        let fresh = kept.tool.cache.unwrap_or_default().saturating_sub(kept.since.elapsed());
        Some(Remembered { answer: Answer::clone(&kept.answer), fresh })
    }

    /// Keeps an answer. One that says what went wrong is not kept.
    pub(super) fn put(&self, key: Key, tool: &Arc<Tool>, answer: &Answer) {
        if answer.is_error {
            return;
        }
        let blocks: usize = answer.content.iter().map(|block| block.to_string().len()).sum();
        let structured = answer.structured.as_ref().map_or(0, |_| blocks);
        let bytes = u32::try_from(blocks + structured + key.arguments.len()).unwrap_or(u32::MAX);
        let kept = Kept { answer: Arc::new(answer.clone()), tool: tool.clone(), bytes, since: Instant::now() };
        self.kept.insert(key, kept);
    }

    /// Something may be written to that instance until this is dropped, which forgets what was read of it: also where the call is
    /// dropped in the middle, or panics.
    pub(super) fn writing(&self, instance: &str) -> Writing {
        Writing(self.writes_of(instance))
    }

    /// How often something may have been written to that instance.
    pub(super) fn writes(&self, instance: &str) -> u64 {
        self.writes_of(instance).load(Ordering::Acquire)
    }

    fn writes_of(&self, instance: &str) -> Arc<AtomicU64> {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        writes.entry(instance.to_owned()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn whatever_becomes_of_a_call_that_may_write_nothing_from_before_it_is_answered_again() {
        let answers = Answers::default();
        let before = answers.writes("main");
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _writing = answers.writing("main");
            assert_eq!(answers.writes("main"), before, "it goes on");
            panic!("as asked");
        }));
        assert!(panicked.is_err());
        assert_ne!(answers.writes("main"), before);
        assert_eq!(answers.writes("other"), 0);
    }
}
