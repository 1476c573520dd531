//! Which tasks there are: whose, how far each is, and what became of it. Bounded in every direction.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rmcp::model::{DetailedTask, InputRequest, Task, TaskPayload, TaskStatus};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::odoo::{Error, Kind};

/// How often a client may ask how far its task is.
const POLL: Duration = Duration::from_secs(1);

/// How much may run and be kept.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// Tasks of one caller that run at once.
    pub(super) running_each: usize,
    /// Tasks that run at once.
    pub(super) running: usize,
    /// Tasks of one caller, those that have ended included.
    pub(super) kept_each: usize,
    /// Tasks, those that have ended included.
    pub(super) kept: usize,
    /// What the answers of those that have ended take together, as JSON.
    pub(super) bytes: usize,
    /// How long a task that has ended is kept.
    pub(super) lifetime: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            running_each: 16,
            running: 64,
            kept_each: 256,
            kept: 1024,
            bytes: 64 * 1024 * 1024,
            lifetime: Duration::from_secs(900),
        }
    }
}

/// Why a task cannot be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// So many are running.
    Running(usize),
    /// So many are kept, and not all of them were fetched.
    Kept(usize),
}

impl Full {
    pub(super) fn error(self) -> Error {
        match self {
            Self::Running(most) => {
                Error::new(Kind::RateLimited, format!("{most} tasks are running, and more may not: nothing was done."))
                    .hint("Wait until one has ended, or cancel one (`tasks/cancel`); then call again.")
            }
            Self::Kept(most) => Error::new(
                Kind::RateLimited,
                format!("{most} tasks are kept whose answers nobody has fetched: nothing was done."),
            )
            .hint("Fetch their answers (`tasks/get`), or wait until they are forgotten; then call again."),
        }
    }
}

/// All tasks of the process.
#[derive(Debug, Default)]
pub(super) struct Store {
    bounds: Bounds,
    tasks: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    /// [`crate::access::Caller::key`].
    owner: String,
    created: Timestamp,
    updated: Timestamp,
    began: Instant,
    /// How long it is there at least, counted from its beginning: what the client was told.
    promised: Duration,
    /// For people.
    message: Option<String>,
    stop: CancellationToken,
    /// The questions that are open, and who waits for their answers.
    open: BTreeMap<String, (InputRequest, oneshot::Sender<Value>)>,
    /// The keys that questions have had, and how often each name was asked for: no key is used twice.
    used: HashMap<String, u32>,
    ended: Option<Ended>,
}

#[derive(Debug)]
struct Ended {
    payload: TaskPayload,
    at: Instant,
    bytes: usize,
    /// The client has seen it.
    fetched: bool,
}

impl Entry {
    fn touch(&mut self) {
        self.updated = Timestamp::now();
    }

    /// How long after its beginning it may be forgotten.
    fn lifetime(&self, now: Instant, lifetime: Duration) -> Duration {
        let until = self.ended.as_ref().map_or(now, |ended| ended.at);
        self.promised.max(until.saturating_duration_since(self.began) + lifetime)
    }

    fn task(&self, id: &str, now: Instant, lifetime: Duration) -> Task {
        let (created, updated) = (self.created.to_string(), self.updated.to_string());
        let mut task = Task::new(id, TaskStatus::Working, created, updated)
            .with_ttl_ms(milliseconds(self.lifetime(now, lifetime)))
            .with_poll_interval_ms(milliseconds(POLL));
        task.status_message.clone_from(&self.message);
        task
    }

    /// A key that no question had: its name, or its name and a number. Who answers wrongly is asked again and again, so it goes on
    /// from the last number.
    fn unused(&mut self, name: String) -> String {
        let mut times = self.used.get(&name).copied().unwrap_or_default();
        loop {
            times = times.saturating_add(1);
            let key = if times == 1 { name.clone() } else { format!("{name}-{times}") };
            if !self.used.contains_key(&key) {
                self.used.insert(key.clone(), 1);
                self.used.insert(name, times);
                return key;
            }
        }
    }

    fn payload(&self) -> TaskPayload {
        match &self.ended {
            Some(ended) => ended.payload.clone(),
            None if self.open.is_empty() => TaskPayload::Working,
            None => {
                let open = self.open.iter().map(|(key, (request, _))| (key.clone(), request.clone()));
                TaskPayload::InputRequired { input_requests: open.collect() }
            }
        }
    }
}

impl Store {
    #[cfg(test)]
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, tasks: HashMap::new() }
    }

    /// A new task of that owner, which takes no longer than `limit` of its own; its id cannot be guessed.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn begin(
        &mut self,
        owner: &str,
        limit: Duration,
        stop: CancellationToken,
        now: Instant,
    ) -> Result<String, Full> {
        self.sweep(now);
        let (all, mine) = self.count(owner, |entry| entry.ended.is_none());
        for (there, most) in [(mine, self.bounds.running_each), (all, self.bounds.running)] {
            if there >= most {
                return Err(Full::Running(most));
            }
        }
        if self.count(owner, |_| true).1 >= self.bounds.kept_each && !self.evict(Some(owner), true) {
            return Err(Full::Kept(self.bounds.kept_each));
        }
        if self.tasks.len() >= self.bounds.kept && !self.evict(None, true) {
            return Err(Full::Kept(self.bounds.kept));
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let created = Timestamp::now();
        let entry = Entry {
            owner: owner.to_owned(),
            created,
            updated: created,
            began: now,
            promised: limit + self.bounds.lifetime,
            message: None,
            stop,
            open: BTreeMap::new(),
            used: HashMap::new(),
            ended: None,
        };
        self.tasks.insert(id.clone(), entry);
        Ok(id)
    }

    /// A call that ended before it became a task.
    pub(super) fn forget(&mut self, id: &str) {
        self.tasks.remove(id);
    }

    /// The task as who began it is told of it first.
    pub(super) fn seed(&self, id: &str, now: Instant) -> Option<Task> {
        Some(self.tasks.get(id)?.task(id, now, self.bounds.lifetime))
    }

    /// How far a task of that owner is.
    pub(super) fn get(&mut self, owner: &str, id: &str, now: Instant) -> Option<DetailedTask> {
        self.sweep(now);
        let lifetime = self.bounds.lifetime;
        let entry = self.owned(owner, id)?;
        let task = DetailedTask::new(entry.task(id, now, lifetime), entry.payload());
        if let Some(ended) = &mut entry.ended {
            ended.fetched = true;
        }
        Some(task)
    }

    /// Hands over answers to the questions of a task; those that nobody asked for, or that were answered already, are ignored.
    pub(super) fn answer(
        &mut self,
        owner: &str,
        id: &str,
        answers: impl IntoIterator<Item = (String, Value)>,
        now: Instant,
    ) -> Option<()> {
        self.sweep(now);
        let entry = self.owned(owner, id)?;
        for (key, value) in answers {
            if let Some((_, waiting)) = entry.open.remove(&key) {
                // Nobody waiting: the call has just ended.
                let _ = waiting.send(value);
                entry.touch();
            }
        }
        Some(())
    }

    /// Asks a task to end. One that has ended stays as it is.
    pub(super) fn cancel(&mut self, owner: &str, id: &str, now: Instant) -> Option<()> {
        self.sweep(now);
        let entry = self.owned(owner, id)?;
        if entry.ended.is_none() {
            entry.stop.cancel();
            entry.open.clear();
            entry.message = Some("The task is being cancelled.".to_owned());
            entry.touch();
        }
        Some(())
    }

    /// Puts questions to whoever asks how far the task is; what they answer comes in that order.
    pub(super) fn ask(
        &mut self,
        id: &str,
        questions: impl IntoIterator<Item = (String, InputRequest)>,
    ) -> Vec<oneshot::Receiver<Value>> {
        let Some(entry) = self.tasks.get_mut(id) else { return Vec::new() };
        let mut waiting = Vec::new();
        for (name, request) in questions {
            let key = entry.unused(name);
            let (sender, receiver) = oneshot::channel();
            entry.open.insert(key, (request, sender));
            waiting.push(receiver);
        }
        entry.touch();
        waiting
    }

    /// Nobody waits for answers any more.
    pub(super) fn withdraw(&mut self, id: &str) {
        if let Some(entry) = self.tasks.get_mut(id) {
            entry.open.clear();
        }
    }

    /// How far it is, for people.
    pub(super) fn say(&mut self, id: &str, message: String) {
        if let Some(entry) = self.tasks.get_mut(id).filter(|entry| !entry.stop.is_cancelled()) {
            entry.message = Some(message);
            entry.touch();
        }
    }

    /// The task has ended.
    pub(super) fn end(&mut self, id: &str, payload: TaskPayload, message: Option<String>, now: Instant) {
        let bytes = match &payload {
            TaskPayload::Completed { result: object } | TaskPayload::Failed { error: object } => {
                serde_json::to_vec(object).map_or(0, |json| json.len())
            }
            _ => 0,
        };
        let Some(entry) = self.tasks.get_mut(id) else { return };
        entry.open.clear();
        entry.message = message;
        entry.ended = Some(Ended { payload, at: now, bytes, fetched: false });
        entry.touch();
        while self.bytes() > self.bounds.bytes && (self.evict(None, true) || self.evict(None, false)) {}
    }

    /// Whether that owner has any.
    pub(super) fn any(&mut self, owner: &str, now: Instant) -> bool {
        self.sweep(now);
        self.tasks.values().any(|entry| entry.owner == owner)
    }

    fn owned(&mut self, owner: &str, id: &str) -> Option<&mut Entry> {
        self.tasks.get_mut(id).filter(|entry| entry.owner == owner)
    }

    /// How many there are of that kind: of all, and of that owner.
    fn count(&self, owner: &str, of: impl Fn(&Entry) -> bool) -> (usize, usize) {
        let all = self.tasks.values().filter(|entry| of(entry));
        all.fold((0, 0), |(all, mine), entry| (all + 1, mine + usize::from(entry.owner == owner)))
    }

    fn bytes(&self) -> usize {
        self.tasks.values().filter_map(|entry| entry.ended.as_ref()).map(|ended| ended.bytes).sum()
    }

    /// Forgets the one that ended first, of that owner or of all; with `fetched` only one whose end its client has seen.
    fn evict(&mut self, owner: Option<&str>, fetched: bool) -> bool {
        let of = self.tasks.iter().filter(|(_, entry)| owner.is_none_or(|owner| entry.owner == owner));
        let ended = of.filter_map(|(id, entry)| Some((id, entry.ended.as_ref()?)));
        let oldest = ended.filter(|(_, ended)| ended.fetched || !fetched).min_by_key(|(_, ended)| ended.at);
        let Some(id) = oldest.map(|(id, _)| id.clone()) else { return false };
        if !fetched {
            tracing::warn!("the answer of a task was forgotten before it was fetched: there is no room for more");
        }
        self.tasks.remove(&id).is_some()
    }

    /// Forgets what has been there for long enough.
    fn sweep(&mut self, now: Instant) {
        let lifetime = self.bounds.lifetime;
        self.tasks.retain(|_, entry| {
            entry.ended.is_none() || now.saturating_duration_since(entry.began) <= entry.lifetime(now, lifetime)
        });
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    fn small() -> Store {
        let lifetime = Duration::from_secs(60);
        Store::new(Bounds { running_each: 2, running: 3, kept_each: 4, kept: 6, bytes: 100, lifetime })
    }

    fn begin(store: &mut Store, owner: &str, now: Instant) -> Result<String, Full> {
        store.begin(owner, LIMIT, CancellationToken::new(), now)
    }

    fn done(size: usize) -> TaskPayload {
        TaskPayload::Completed { result: serde_json::Map::from_iter([("x".to_owned(), json!("y".repeat(size)))]) }
    }

    /// One that has ended.
    fn past(store: &mut Store, owner: &str, now: Instant) -> String {
        let id = begin(store, owner, now).unwrap();
        store.end(&id, done(1), None, now);
        id
    }

    #[test]
    fn so_many_run_and_no_more() {
        let (mut store, now) = (small(), Instant::now());
        let first = begin(&mut store, "a", now).unwrap();
        begin(&mut store, "a", now).unwrap();
        assert_eq!(begin(&mut store, "a", now), Err(Full::Running(2)));
        begin(&mut store, "b", now).unwrap();
        assert_eq!(begin(&mut store, "c", now), Err(Full::Running(3)));
        store.end(&first, done(1), None, now);
        begin(&mut store, "c", now).unwrap();
    }

    #[test]
    fn what_was_fetched_makes_room_and_what_was_not_stays() {
        let (mut store, now) = (small(), Instant::now());
        let ids: Vec<String> = (0..4).map(|_| past(&mut store, "a", now)).collect();
        assert_eq!(begin(&mut store, "a", now), Err(Full::Kept(4)));
        store.get("a", &ids[2], now).unwrap();
        begin(&mut store, "a", now).unwrap();
        assert!(store.get("a", &ids[2], now).is_none());
        assert!(store.get("a", &ids[0], now).is_some());
        // Of all together: somebody else's go too, once they were seen.
        past(&mut store, "b", now);
        past(&mut store, "b", now);
        begin(&mut store, "b", now).unwrap();
        assert!(store.get("a", &ids[0], now).is_none());
        assert_eq!(begin(&mut store, "b", now), Err(Full::Kept(6)));
    }

    #[test]
    fn answers_take_so_many_bytes_together() {
        let (mut store, now) = (small(), Instant::now());
        let first = begin(&mut store, "a", now).unwrap();
        store.end(&first, done(60), None, now);
        let second = begin(&mut store, "a", now).unwrap();
        store.end(&second, done(60), None, now + Duration::from_secs(1));
        assert!(store.get("a", &first, now).is_none());
        assert!(store.get("a", &second, now).is_some());
    }

    #[test]
    fn a_task_is_there_for_as_long_as_was_said() {
        let (mut store, now) = (small(), Instant::now());
        let id = begin(&mut store, "a", now).unwrap();
        let told = Duration::from_millis(store.seed(&id, now).unwrap().ttl_ms.unwrap());
        assert_eq!(told, Duration::from_secs(90));
        // One that runs is never forgotten, and the time after its end is its own.
        let late = now + Duration::from_secs(500);
        let running = store.get("a", &id, late).unwrap();
        assert_eq!((running.status(), running.task.ttl_ms), (TaskStatus::Working, Some(560_000)));
        store.end(&id, done(1), None, late);
        assert!(store.get("a", &id, late + Duration::from_secs(60)).is_some());
        assert!(store.get("a", &id, late + Duration::from_secs(61)).is_none());
        let early = past(&mut store, "a", now);
        assert!(store.get("a", &early, now + told).is_some());
        assert!(store.get("a", &early, now + told + Duration::from_secs(1)).is_none());
        assert!(!store.any("a", now + told + Duration::from_secs(1)));
    }

    #[test]
    fn a_task_is_its_owners() {
        let (mut store, now) = (small(), Instant::now());
        let id = begin(&mut store, "a", now).unwrap();
        assert!(store.get("b", &id, now).is_none());
        assert!(store.cancel("b", &id, now).is_none());
        assert!(store.answer("b", &id, [], now).is_none());
        assert!(!store.any("b", now));
        assert_eq!(store.get("a", &id, now).unwrap().status(), TaskStatus::Working);
    }

    #[test]
    fn no_key_of_a_question_is_used_twice() {
        let (mut store, now) = (small(), Instant::now());
        let id = begin(&mut store, "a", now).unwrap();
        let request = || InputRequest::ListRoots(Default::default());
        let open = |store: &mut Store| match store.get("a", &id, now).unwrap().payload {
            TaskPayload::InputRequired { input_requests } => input_requests.into_keys().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let mut first = store.ask(&id, [("why".to_owned(), request())]);
        assert_eq!(open(&mut store), ["why"]);
        store.answer("a", &id, [("other".to_owned(), json!(1)), ("why".to_owned(), json!(2))], now).unwrap();
        assert_eq!(first[0].try_recv().unwrap(), json!(2));
        store.ask(&id, [("why".to_owned(), request())]);
        assert_eq!(open(&mut store), ["why-2"]);
        store.withdraw(&id);
        assert_eq!(store.get("a", &id, now).unwrap().status(), TaskStatus::Working);
    }
}
