//! What is kept of every session, in which order it goes, and how much of it stays.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rmcp::model::ServerJsonRpcMessage;
use rmcp::transport::streamable_http_server::session::SessionId;
use tokio::sync::watch;

/// The stream that belongs to no request.
pub(super) const STANDALONE: u64 = 0;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(in crate::transport::http) struct Limits {
    /// Events in one session, and streams that have ended.
    pub(in crate::transport::http) events: usize,
    /// Bytes in one session.
    pub(in crate::transport::http) bytes: usize,
    /// Bytes in all sessions together.
    pub(in crate::transport::http) total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 500, bytes: 2 * 1024 * 1024, total: 32 * 1024 * 1024 }
    }
}

/// All of them, and their order.
#[derive(Default)]
pub(super) struct State {
    pub(super) sessions: HashMap<SessionId, Session>,
    /// Every event, the first to be dropped first.
    pub(super) order: BTreeMap<Rank, (SessionId, u64)>,
    pub(super) bytes: usize,
    pub(super) stamps: u64,
}

/// Whether it still waits to be taken, and when it was said.
pub(super) type Rank = (bool, u64);

pub(super) struct Session {
    /// In every id, so that one of another session is none of this.
    pub(super) tag: String,
    /// Whether the client understands an event without a message (2025-11-25).
    pub(super) primes: bool,
    pub(super) events: BTreeMap<u64, Event>,
    pub(super) bytes: usize,
    pub(super) streams: BTreeMap<u64, Track>,
    pub(super) next_event: u64,
    pub(super) next_stream: u64,
    pub(super) next_reader: u64,
    /// Whether somebody reads what belongs to no request.
    presence: watch::Sender<bool>,
}

pub(super) struct Event {
    pub(super) stream: u64,
    pub(super) message: Arc<ServerJsonRpcMessage>,
    pub(super) bytes: usize,
    pub(super) stamp: u64,
    pub(super) taken: bool,
}

impl Event {
    pub(super) fn rank(&self) -> Rank {
        (!self.taken, self.stamp)
    }
}

/// One stream. Each message goes to one connection: the newest.
pub(super) struct Track {
    pub(super) readers: Vec<u64>,
    pub(super) ended: bool,
    /// The last event that a connection has taken.
    pub(super) taken: u64,
    pub(super) waiting: usize,
    /// The last event that was dropped and that a client would miss.
    pub(super) lost: u64,
    pub(super) changed: watch::Sender<()>,
}

impl Session {
    pub(super) fn new(presence: watch::Sender<bool>) -> Self {
        let tag = uuid::Uuid::new_v4().simple().to_string();
        let mut session = Self {
            tag: tag.chars().take(8).collect(),
            primes: false,
            events: BTreeMap::new(),
            bytes: 0,
            streams: BTreeMap::new(),
            next_event: 1,
            next_stream: STANDALONE,
            next_reader: 0,
            presence,
        };
        session.begin();
        session
    }

    pub(super) fn begin(&mut self) -> u64 {
        let stream = self.next_stream;
        self.next_stream += 1;
        let changed = watch::Sender::new(());
        let track = Track { readers: Vec::new(), ended: false, taken: 0, waiting: 0, lost: 0, changed };
        self.streams.insert(stream, track);
        stream
    }

    /// Says whether somebody reads what belongs to no request, where that has changed.
    pub(super) fn say_presence(&self) {
        let is_there = self.streams.get(&STANDALONE).is_some_and(|track| !track.readers.is_empty());
        self.presence.send_if_modified(|said| std::mem::replace(said, is_there) != is_there);
    }

    pub(super) fn id(&self, stream: u64, event: u64) -> String {
        format!("{}-{stream}-{event}", self.tag)
    }

    /// The stream and the event of an id that this session gave.
    pub(super) fn parse(&self, id: &str) -> Option<(u64, u64)> {
        let (stream, event) = id.strip_prefix(&self.tag)?.strip_prefix('-')?.split_once('-')?;
        let (stream, event) = (stream.parse().ok()?, event.parse().ok()?);
        (stream < self.next_stream && event < self.next_event).then_some((stream, event))
    }

    pub(super) fn after(&self, stream: u64, event: u64) -> Option<(u64, &Event)> {
        let mut later = self.events.range(event.saturating_add(1)..);
        later.find(|(_, event)| event.stream == stream).map(|(number, event)| (*number, event))
    }

    fn may_drop(&self, event: &Event) -> bool {
        event.taken || self.streams.get(&event.stream).is_none_or(|track| track.readers.is_empty())
    }

    /// The event that a session with too much gives up: one that fills it alone, else the oldest that was taken, else the oldest.
    fn victim(&self, limit: usize) -> Option<u64> {
        let idle = || self.events.iter().filter(|(_, event)| self.may_drop(event));
        let chosen = idle().find(|(_, event)| event.bytes > limit);
        chosen.or_else(|| idle().find(|(_, event)| event.taken)).or_else(|| idle().next()).map(|(number, _)| *number)
    }

    /// A connection has taken that event of that stream. Gives the rank that it had while it waited, if it did.
    pub(super) fn take(&mut self, stream: u64, number: u64) -> Option<Rank> {
        let event = self.events.get_mut(&number).filter(|event| event.stream == stream && !event.taken)?;
        let before = event.rank();
        event.taken = true;
        if let Some(track) = self.streams.get_mut(&event.stream) {
            track.taken = track.taken.max(number);
            track.waiting = track.waiting.saturating_sub(1);
            track.changed.send_replace(());
        }
        Some(before)
    }

    /// Streams that have ended are remembered in number as events are, and none whose answer is gone.
    fn forget_streams(&mut self, limit: usize) {
        let kept: HashSet<u64> = self.events.values().map(|event| event.stream).collect();
        self.streams.retain(|stream, track| !track.ended || track.lost == 0 || kept.contains(stream));
        while self.streams.len() > limit {
            let oldest = self.streams.iter().find(|(stream, track)| track.ended && !kept.contains(stream));
            let Some(oldest) = oldest.map(|(stream, _)| *stream) else { return };
            self.streams.remove(&oldest);
        }
    }
}

impl State {
    pub(super) fn mark_taken(&mut self, session: &SessionId, number: u64, before: Rank) {
        self.order.remove(&before);
        self.order.insert((false, before.1), (session.clone(), number));
    }

    fn drop_event(&mut self, session: &SessionId, number: u64) {
        let Some(entry) = self.sessions.get_mut(session) else { return };
        let Some(event) = entry.events.remove(&number) else { return };
        entry.bytes = entry.bytes.saturating_sub(event.bytes);
        self.bytes = self.bytes.saturating_sub(event.bytes);
        self.order.remove(&event.rank());
        if let Some(track) = entry.streams.get_mut(&event.stream) {
            if !event.taken {
                track.waiting = track.waiting.saturating_sub(1);
            }
            // A client can do without a progress report; it cannot do without an answer or a question.
            if !matches!(*event.message, ServerJsonRpcMessage::Notification(_)) {
                track.lost = track.lost.max(number);
            }
        }
    }

    pub(super) fn enforce(&mut self, limits: &Limits, session: &SessionId) {
        while let Some(entry) = self.sessions.get_mut(session)
            && (entry.bytes > limits.bytes || entry.events.len() > limits.events)
        {
            let Some(victim) = entry.victim(limits.bytes) else { break };
            self.drop_event(session, victim);
        }
        while self.bytes > limits.total {
            let may_drop = |(session, number): &&(SessionId, u64)| {
                let entry = self.sessions.get(session);
                entry.is_some_and(|entry| entry.events.get(number).is_some_and(|event| entry.may_drop(event)))
            };
            let Some((session, number)) = self.order.values().find(may_drop).cloned() else { break };
            self.drop_event(&session, number);
        }
        if let Some(entry) = self.sessions.get_mut(session)
            && (entry.streams.len() > limits.events
                || entry.streams.values().any(|track| track.ended && track.lost > 0))
        {
            entry.forget_streams(limits.events);
        }
    }
}
