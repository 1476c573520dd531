//! What is said on the streams of a session, kept so that a client whose connection broke hears the rest.
//!
//! A stream is written down by a task of its own, and its connection reads what was written: the one may end without the
//! other. rmcp's own memory forgets an answer in the moment it is given, repeats the event that a client has already seen, and
//! knows no bound in bytes.
//!
//! What a connected client has not yet taken is never dropped; its stream is held up instead. Everything else is dropped where
//! a bound is passed, what was taken before what was not.

mod ledger;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt};
use rmcp::model::ServerJsonRpcMessage;
use rmcp::transport::common::server_side_http::ServerSseMessage;
use rmcp::transport::streamable_http_server::session::SessionId;
use tokio::sync::watch;

pub(super) use ledger::Limits;
use ledger::{Event, STANDALONE, Session, State, Track};

/// What a client is told to wait before it connects again.
const RETRY: Duration = Duration::from_secs(1);

/// Events that are written down ahead of a client that is connected and reads slowly.
const AHEAD: usize = 16;

/// Counted for each event besides its text.
const OVERHEAD: usize = 256;

/// Why a stream cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// This session never sent that event.
    #[error("No event of this session has the id in `Last-Event-ID`: open a stream without that header.")]
    Unknown,
    /// The stream has ended, and nothing came after that event.
    #[error("Nothing comes after that event: its stream has ended.")]
    Complete,
    /// What came after it was dropped.
    #[error("What came after that event is no longer kept: send the request again.")]
    Lost,
}

/// The events of every session of the process.
pub(super) struct Events {
    limits: Limits,
    state: Mutex<State>,
}

impl Events {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session begins. `presence` is told whether somebody reads what belongs to no request.
    pub(super) fn open(&self, session: &SessionId, presence: watch::Sender<bool>) {
        self.lock().sessions.insert(session.clone(), Session::new(presence));
    }

    /// The client of that session understands events without a message.
    pub(super) fn prime(&self, session: &SessionId) {
        if let Some(session) = self.lock().sessions.get_mut(session) {
            session.primes = true;
        }
    }

    /// A session has ended: its streams end, and nothing of it is kept.
    pub(super) fn close(&self, session: &SessionId) {
        let mut state = self.lock();
        let Some(gone) = state.sessions.remove(session) else { return };
        state.bytes = state.bytes.saturating_sub(gone.bytes);
        for event in gone.events.values() {
            state.order.remove(&event.rank());
        }
    }

    /// Writes down what is said outside of any request.
    pub(super) fn record_standalone(
        self: &Arc<Self>,
        session: &SessionId,
        said: impl Stream<Item = ServerSseMessage> + Send + 'static,
    ) {
        tokio::spawn(record(self.clone(), session.clone(), STANDALONE, said));
    }

    /// Writes down what is said about one request, and gives it to read. `None` where there is no such session.
    pub(super) fn record(
        self: &Arc<Self>,
        session: &SessionId,
        said: impl Stream<Item = ServerSseMessage> + Send + 'static,
    ) -> Option<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static> {
        let stream = self.lock().sessions.get_mut(session)?.begin();
        // Read before it is written: what is read is not dropped.
        let reader = self.reader(session, stream, 0, true);
        tokio::spawn(record(self.clone(), session.clone(), stream, said));
        reader.map(Reader::into_stream)
    }

    /// What is said outside of any request, from the first that nobody has taken.
    pub(super) fn standalone(
        self: &Arc<Self>,
        session: &SessionId,
    ) -> Option<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static> {
        let taken = self.lock().sessions.get(session)?.streams.get(&STANDALONE)?.taken;
        self.reader(session, STANDALONE, taken, true).map(Reader::into_stream)
    }

    /// What came and will come after that event, on its stream.
    ///
    /// # Errors
    /// See [`Refused`].
    pub(super) fn resume(
        self: &Arc<Self>,
        session: &SessionId,
        id: &str,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static + use<>, Refused> {
        let (stream, event) = self.find(session, id)?;
        self.reader(session, stream, event, false).map(Reader::into_stream).ok_or(Refused::Lost)
    }

    /// Whether, and where, that event can be resumed from.
    ///
    /// # Errors
    /// See [`Refused`].
    pub(super) fn find(&self, session: &SessionId, id: &str) -> Result<(u64, u64), Refused> {
        let state = self.lock();
        let session = state.sessions.get(session).ok_or(Refused::Unknown)?;
        let (stream, event) = session.parse(id).ok_or(Refused::Unknown)?;
        let track = session.streams.get(&stream).ok_or(Refused::Lost)?;
        if stream != STANDALONE && event < track.lost {
            return Err(Refused::Lost);
        }
        if track.ended && session.after(stream, event).is_none() {
            return Err(Refused::Complete);
        }
        Ok((stream, event))
    }

    fn reader(self: &Arc<Self>, session: &SessionId, stream: u64, after: u64, prime: bool) -> Option<Reader> {
        let mut state = self.lock();
        let entry = state.sessions.get_mut(session)?;
        let number = entry.next_reader;
        entry.next_reader += 1;
        let id = entry.id(stream, after);
        // Who has seen an event has seen those before it.
        let seen: Vec<u64> = entry.events.range(..=after).map(|(number, _)| *number).collect();
        let seen: Vec<_> = seen.into_iter().filter_map(|number| Some((number, entry.take(stream, number)?))).collect();
        let track = entry.streams.get_mut(&stream)?;
        track.readers.push(number);
        track.changed.send_replace(());
        let changed = track.changed.subscribe();
        entry.say_presence();
        let prime = (prime && entry.primes).then(|| ServerSseMessage::priming(id, RETRY));
        for (number, before) in seen {
            state.mark_taken(session, number, before);
        }
        Some(Reader {
            prime,
            changed,
            events: self.clone(),
            session: session.clone(),
            stream,
            number,
            cursor: after,
            aside: false,
        })
    }

    /// Writes one message down. `false` where the session is gone.
    fn put(&self, session: &SessionId, stream: u64, message: Arc<ServerJsonRpcMessage>) -> bool {
        let bytes = length(&message).saturating_add(OVERHEAD);
        let mut state = self.lock();
        state.stamps += 1;
        let event = Event { stream, message, bytes, stamp: state.stamps, taken: false };
        let Some(entry) = state.sessions.get_mut(session) else { return false };
        let number = entry.next_event;
        entry.next_event += 1;
        entry.bytes += bytes;
        let rank = event.rank();
        entry.events.insert(number, event);
        if let Some(track) = entry.streams.get_mut(&stream) {
            track.waiting += 1;
            track.changed.send_replace(());
        }
        state.bytes += bytes;
        state.order.insert(rank, (session.clone(), number));
        state.enforce(&self.limits, session);
        true
    }

    fn end(&self, session: &SessionId, stream: u64) {
        let mut state = self.lock();
        if let Some(track) = state.sessions.get_mut(session).and_then(|entry| entry.streams.get_mut(&stream)) {
            track.ended = true;
            track.changed.send_replace(());
        }
        state.enforce(&self.limits, session);
    }

    fn track<T>(&self, session: &SessionId, stream: u64, of: impl FnOnce(&Track) -> T) -> Option<T> {
        Some(of(self.lock().sessions.get(session)?.streams.get(&stream)?))
    }

    /// What a reader has next, once what it had before is taken.
    fn next(&self, reader: &mut Reader) -> Next {
        let mut state = self.lock();
        let Some(entry) = state.sessions.get_mut(&reader.session) else { return Next::End };
        if let Some(before) = entry.take(reader.stream, reader.cursor) {
            state.mark_taken(&reader.session, reader.cursor, before);
            state.enforce(&self.limits, &reader.session);
        }
        let Some(entry) = state.sessions.get(&reader.session) else { return Next::End };
        let Some(track) = entry.streams.get(&reader.stream) else { return Next::End };
        if track.readers.last() != Some(&reader.number) {
            reader.aside = true;
            return if track.ended { Next::End } else { Next::Wait };
        }
        if std::mem::take(&mut reader.aside) {
            // The newer connection is gone; this one goes on where that one ended.
            reader.cursor = reader.cursor.max(track.taken);
        }
        match entry.after(reader.stream, reader.cursor) {
            Some((number, event)) => {
                reader.cursor = number;
                let mut said = ServerSseMessage::default();
                said.event_id = Some(entry.id(reader.stream, number));
                said.message = Some(event.message.clone());
                Next::Event(said)
            }
            None if track.ended => Next::End,
            None => Next::Wait,
        }
    }
}

/// Writes a stream down to its end, no faster than a client that is connected reads it.
async fn record(
    events: Arc<Events>,
    session: SessionId,
    stream: u64,
    said: impl Stream<Item = ServerSseMessage> + Send + 'static,
) {
    let Some(mut changed) = events.track(&session, stream, |track| track.changed.subscribe()) else { return };
    let mut said = std::pin::pin!(said);
    while let Some(event) = said.next().await {
        let Some(message) = event.message else { continue };
        if !events.put(&session, stream, message) {
            return;
        }
        loop {
            changed.borrow_and_update();
            let behind = |track: &Track| !track.readers.is_empty() && track.waiting >= AHEAD;
            if !events.track(&session, stream, behind).unwrap_or_default() {
                break;
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
    events.end(&session, stream);
}

enum Next {
    Event(ServerSseMessage),
    Wait,
    End,
}

/// One connection that reads a stream.
struct Reader {
    events: Arc<Events>,
    session: SessionId,
    stream: u64,
    number: u64,
    /// The event that was read last: it counts as taken when the next one is asked for.
    cursor: u64,
    /// A newer connection reads in its place.
    aside: bool,
    prime: Option<ServerSseMessage>,
    changed: watch::Receiver<()>,
}

impl Reader {
    async fn next(&mut self) -> Option<ServerSseMessage> {
        if let Some(prime) = self.prime.take() {
            return Some(prime);
        }
        let events = self.events.clone();
        loop {
            self.changed.borrow_and_update();
            match events.next(self) {
                Next::Event(said) => return Some(said),
                Next::End => return None,
                Next::Wait => self.changed.changed().await.ok()?,
            }
        }
    }

    fn into_stream(self) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static {
        futures::stream::unfold(self, |mut reader| async move { Some((reader.next().await?, reader)) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.events.lock();
        if let Some(entry) = state.sessions.get_mut(&self.session) {
            if let Some(track) = entry.streams.get_mut(&self.stream) {
                track.readers.retain(|reader| *reader != self.number);
                track.changed.send_replace(());
            }
            entry.say_presence();
        }
        // What nobody reads any more may be dropped.
        state.enforce(&self.events.limits, &self.session);
    }
}

/// The bytes of a message as it is sent.
fn length(message: &ServerJsonRpcMessage) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    let _ = serde_json::to_writer(&mut count, message);
    count.0
}
