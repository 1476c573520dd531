//! All who watch records of one model through the same eyes, and the task that looks for them.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::mailbox::Mailbox;
use super::memory::{Look, Memory};
use crate::odoo::{Error, FieldSpecification, Kind, Patience, Search, Specification};
use crate::operation::{Instance, Records, WRITTEN, Watched};

/// One request asks for no more records than this: what is larger, proxies refuse.
const MOST_AT_ONCE: usize = 10_000;

/// Who comes is waited for so long, so that many who come together cost one look.
const GATHERING: Duration = Duration::from_millis(20);

/// What was written so long ago is trusted not to be written again in the same second, though the clocks may differ.
const RECENT: Duration = Duration::from_secs(60);

/// The longest pause between two attempts at an Odoo that does not answer, unless the interval is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// One who watches.
#[derive(Debug)]
pub(super) struct Subscriber {
    /// The records; none of a search, which is watched whole.
    pub(super) ids: Vec<i64>,
    pub(super) fields: Vec<String>,
    pub(super) every: Duration,
    pub(super) since: Option<String>,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) uri: Arc<str>,
    /// Who waits for the first look.
    pub(super) looked: Option<oneshot::Sender<Result<(), Error>>>,
    /// There was no look yet.
    pub(super) is_new: bool,
}

/// A batch.
#[derive(Debug)]
pub(super) struct Batch {
    instance: Arc<Instance>,
    watched: Watched,
    state: Mutex<State>,
    /// Somebody has come.
    came: Notify,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    subscribers: HashMap<u64, Subscriber>,
    /// By how many each record is watched.
    watched: HashMap<i64, usize>,
    memory: Memory,
}

impl Batch {
    /// Nobody watches yet. Of `watched` only the records of a search count: those by id are each subscriber's.
    pub(super) fn new(instance: Arc<Instance>, watched: Watched) -> Self {
        Self { instance, watched, state: Mutex::default(), came: Notify::new(), stop: CancellationToken::new() }
    }

    /// Somebody comes, and gets a number.
    pub(super) fn join(&self, subscriber: Subscriber) -> u64 {
        let mut state = self.state();
        state.next += 1;
        let id = state.next;
        for record in &subscriber.ids {
            *state.watched.entry(*record).or_default() += 1;
        }
        state.subscribers.insert(id, subscriber);
        drop(state);
        self.came.notify_one();
        id
    }

    /// Somebody goes. Says whether it was the last one.
    pub(super) fn leave(&self, id: u64) -> bool {
        let mut state = self.state();
        let gone = state.subscribers.remove(&id);
        for record in gone.iter().flat_map(|gone| &gone.ids) {
            let left = state.watched.get(record).map_or(0, |count| count.saturating_sub(1));
            if left == 0 {
                state.watched.remove(record);
                state.memory.forget(*record);
            } else {
                state.watched.insert(*record, left);
            }
        }
        state.subscribers.is_empty()
    }

    /// Ends the task, and the request that it may be waiting for.
    pub(super) fn end(&self) {
        self.stop.cancel();
    }

    /// Looks until the last one has gone.
    pub(super) async fn run(self: Arc<Self>) {
        let mut last = Instant::now();
        let mut failures = 0;
        loop {
            let due = last + pause(self.interval(), failures);
            let all = tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.came.notified() => {
                    tokio::time::sleep(GATHERING).await;
                    false
                }
                () = tokio::time::sleep_until(due.into()) => true,
            };
            if all {
                last = Instant::now();
            }
            let model = &self.watched.model;
            match self.look(all).await {
                Ok(()) if failures > 0 => {
                    tracing::info!(instance = self.instance.client.name(), model, "changes are heard of again");
                    failures = 0;
                }
                Ok(()) => {}
                Err(_) if self.stop.is_cancelled() => return,
                Err(error) => {
                    if failures == 0 {
                        tracing::warn!(
                            instance = self.instance.client.name(),
                            model,
                            "changes are not heard of: {error}"
                        );
                    }
                    failures += 1;
                }
            }
        }
    }

    /// The shortest that anybody wants.
    fn interval(&self) -> Duration {
        self.state().subscribers.values().map(|one| one.every).min().unwrap_or(LONGEST_PAUSE)
    }

    /// Looks at all that is watched, or only at what those who have just come watch and nobody watched before; tells who is to be
    /// told.
    async fn look(&self, all: bool) -> Result<(), Error> {
        let (asked, came, fields) = self.asked(all);
        let outcome = match asked {
            Some(ids) => self.ask(&ids, &fields).await.map(|look| Some((ids, look))),
            None => Ok(None),
        };
        let mut state = self.state();
        let State { subscribers, watched, memory, .. } = &mut *state;
        let (looked, outcome) = match outcome {
            Ok(looked) => (looked, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let (changed, list) = match &looked {
            Some((_, look)) if self.is_search() => (None, memory.list(look)),
            Some((ids, look)) => {
                // Who went meanwhile has taken their records along.
                let ids: Vec<i64> = ids.iter().copied().filter(|id| watched.contains_key(id)).collect();
                (Some(memory.records(&ids, look)), false)
            }
            None => (None, false),
        };
        for (id, one) in subscribers {
            let has_changed =
                list || changed.as_ref().is_some_and(|changed| one.ids.iter().any(|id| changed.contains(id)));
            let mut tell = has_changed && !one.is_new;
            if one.is_new && came.contains(id) {
                if let Some(waiting) = one.looked.take() {
                    let _ = waiting.send(outcome.clone());
                }
                if outcome.is_ok() {
                    one.is_new = false;
                    let newest = if self.is_search() {
                        memory.newest()
                    } else {
                        one.ids.iter().filter_map(|id| memory.written(*id)).max()
                    };
                    tell = one.since.as_deref().is_some_and(|since| newest.is_some_and(|newest| newest >= since));
                }
            }
            if tell {
                one.mailbox.put(&one.uri);
            }
        }
        outcome
    }

    /// Which records have to be asked for (`None`: nothing has to be asked), who has come, and what is read of the records.
    fn asked(&self, all: bool) -> (Option<Vec<i64>>, HashSet<u64>, BTreeSet<String>) {
        let state = self.state();
        let came: HashSet<u64> = state.subscribers.iter().filter(|(_, one)| one.is_new).map(|(id, _)| *id).collect();
        let fields = state.subscribers.values().flat_map(|one| one.fields.iter().cloned()).collect();
        let asked = if self.is_search() {
            (all || !state.memory.knows_list()).then(Vec::new)
        } else {
            let mut ids: Vec<i64> = state.watched.keys().copied().collect();
            ids.retain(|id| all || !state.memory.knows(*id));
            ids.sort_unstable();
            (!ids.is_empty()).then_some(ids)
        };
        (asked, came, fields)
    }

    /// Asks Odoo.
    ///
    /// # Errors
    /// Odoo could not be asked. What it refuses to show is an answer: there is nothing to be seen.
    async fn ask(&self, ids: &[i64], fields: &BTreeSet<String>) -> Result<Look, Error> {
        let patience = Patience {
            deadline: Instant::now() + self.instance.client.timeout(),
            cancelled: self.stop.clone(),
            watch: None,
        };
        let mut look = Look { at: Instant::now(), rows: Vec::new(), total: None, contents: HashMap::new() };
        let recent = before(RECENT);
        match &self.watched.records {
            Records::ById(_) => {
                for ids in ids.chunks(MOST_AT_ONCE) {
                    look.rows.extend(self.rows(self.by_id(ids, [WRITTEN]), &patience).await?.0);
                }
            }
            Records::Found(finding) => {
                let search = Search {
                    model: self.watched.model.clone(),
                    domain: finding.domain.clone(),
                    specification: specification([WRITTEN]),
                    order: finding.order.clone(),
                    offset: finding.offset,
                    limit: Some(finding.limit),
                    count: true,
                    context: self.watched.context.clone(),
                };
                (look.rows, look.total) = self.rows(search, &patience).await?;
            }
        }
        let open = self.state().memory.open(&look.rows, &recent);
        for ids in open.chunks(MOST_AT_ONCE) {
            if fields.is_empty() {
                break;
            }
            let mut search = self.by_id(ids, fields.iter().map(String::as_str));
            search.context.insert("active_test".to_owned(), Value::Bool(false));
            // Of a file its size is enough.
            search.context.insert("bin_size".to_owned(), Value::Bool(true));
            match self.instance.client.search_read(&search, &patience).await {
                Ok(page) => look.contents.extend(page.records.into_iter().filter_map(|row| {
                    Some((row.get("id")?.as_i64()?, serde_json::to_string(&row).unwrap_or_default()))
                })),
                Err(error) if error.kind.is_of_the_connection() => return Err(error),
                // A field that is not for this user: then the second counts alone.
                Err(error) => tracing::debug!(model = self.watched.model, "not to be compared: {error}"),
            }
        }
        Ok(look)
    }

    /// When the rows of a search were written.
    async fn rows(&self, search: Search, patience: &Patience) -> Result<(Vec<(i64, String)>, Option<u64>), Error> {
        match self.instance.client.search_read(&search, patience).await {
            Ok(page) => {
                let row = |row: Map<String, Value>| {
                    let written = row.get(WRITTEN).and_then(Value::as_str).unwrap_or_default().to_owned();
                    Some((row.get("id")?.as_i64()?, written))
                };
                Ok((page.records.into_iter().filter_map(row).collect(), page.total))
            }
            Err(error) if matches!(error.kind, Kind::AccessDenied | Kind::UnknownModel) => Ok((Vec::new(), None)),
            Err(error) => Err(error),
        }
    }

    fn by_id<'a>(&self, ids: &[i64], fields: impl IntoIterator<Item = &'a str>) -> Search {
        Search {
            model: self.watched.model.clone(),
            domain: json!([["id", "in", ids]]),
            specification: specification(fields),
            order: Some("id".to_owned()),
            offset: 0,
            limit: None,
            count: false,
            context: self.watched.context.clone(),
        }
    }

    fn is_search(&self) -> bool {
        matches!(self.watched.records, Records::Found(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn specification<'a>(fields: impl IntoIterator<Item = &'a str>) -> Specification {
    Specification { fields: fields.into_iter().map(|name| (name.to_owned(), FieldSpecification::default())).collect() }
}

/// The moment so long before now, as Odoo writes it.
fn before(ago: Duration) -> String {
    let then = Timestamp::now().checked_sub(jiff::SignedDuration::try_from(ago).unwrap_or_default());
    then.unwrap_or_default().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// How long to wait for the next look: a tenth more or less, so that what began together does not go on together, and longer
/// after every failure.
fn pause(interval: Duration, failures: u32) -> Duration {
    let pause = interval.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE.max(interval));
    let random = u32::try_from(RandomState::new().build_hasher().finish() % 200).unwrap_or_default();
    pause.saturating_mul(900 + random) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_failures_and_end_at_minutes() {
        let seconds = |interval, failures| pause(Duration::from_secs(interval), failures).as_secs_f64();
        for _ in 0..100 {
            assert!((27.0..=33.0).contains(&seconds(30, 0)));
            assert!((108.0..=132.0).contains(&seconds(30, 2)));
            assert!((270.0..=330.0).contains(&seconds(30, 60)));
            assert!((3240.0..=3960.0).contains(&seconds(3600, 5)), "never more often than was asked for");
        }
    }
}
