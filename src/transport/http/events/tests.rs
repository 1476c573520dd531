//! The bounds, which no client can see from outside without filling them.

use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use rmcp::model::{ErrorData, RequestId, ServerJsonRpcMessage};
use serde_json::json;

use super::*;

const LIMITS: Limits = Limits { events: 10, bytes: 20_000, total: 50_000 };

fn session(name: &str) -> SessionId {
    SessionId::from(name)
}

/// An answer of about that many bytes.
fn answer(id: i64, bytes: usize) -> ServerSseMessage {
    let error = ErrorData::invalid_request("x".repeat(bytes), None);
    ServerSseMessage::from_message(ServerJsonRpcMessage::error(error, Some(RequestId::Number(id))))
}

fn report(at: usize) -> ServerSseMessage {
    let message = json!({"jsonrpc": "2.0", "method": "notifications/progress",
        "params": {"progressToken": 1, "progress": at}});
    ServerSseMessage::from_message(serde_json::from_value(message).unwrap())
}

/// Waits for what another task does.
async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
}

/// A stream that says this, and nothing after it; nobody is connected to it.
async fn said(events: &Arc<Events>, session: &SessionId, messages: Vec<ServerSseMessage>) -> u64 {
    let stream = events.lock().sessions.get_mut(session).unwrap().begin();
    record(events.clone(), session.clone(), stream, futures::stream::iter(messages)).await;
    stream
}

fn kept(events: &Events, session: &SessionId) -> (usize, usize) {
    let state = events.lock();
    let entry = &state.sessions[session];
    assert_eq!(entry.bytes, entry.events.values().map(|event| event.bytes).sum::<usize>());
    assert_eq!(state.bytes, state.sessions.values().map(|entry| entry.bytes).sum::<usize>());
    assert_eq!(state.order.len(), state.sessions.values().map(|entry| entry.events.len()).sum::<usize>());
    (entry.events.len(), entry.bytes)
}

fn id(events: &Events, session: &SessionId, stream: u64) -> String {
    events.lock().sessions[session].id(stream, 0)
}

#[tokio::test]
async fn a_session_keeps_so_many_events_and_so_many_bytes() {
    let events = Events::new(LIMITS);
    let one = session("one");
    events.open(&one, watch::Sender::new(false));
    for at in 0..50 {
        said(&events, &one, vec![answer(at, 10)]).await;
        assert!(kept(&events, &one).0 <= LIMITS.events);
    }
    for at in 0..50 {
        said(&events, &one, vec![answer(at, 3000)]).await;
        assert!(kept(&events, &one).1 <= LIMITS.bytes);
    }
    assert!(events.lock().sessions[&one].streams.len() <= LIMITS.events + 1);
}

#[tokio::test]
async fn all_sessions_together_keep_so_many_bytes_and_a_closed_one_keeps_nothing() {
    let events = Events::new(LIMITS);
    let sessions: Vec<SessionId> = (0..20).map(|at| session(&format!("session {at}"))).collect();
    for one in &sessions {
        events.open(one, watch::Sender::new(false));
        said(&events, one, vec![answer(1, 9000)]).await;
        kept(&events, one);
        assert!(events.lock().bytes <= LIMITS.total);
    }
    assert!(events.lock().bytes > LIMITS.total / 2);
    for one in &sessions {
        events.close(one);
    }
    let state = events.lock();
    assert_eq!((state.bytes, state.order.len(), state.sessions.len()), (0, 0, 0));
}

#[tokio::test]
async fn what_a_client_has_taken_goes_before_what_it_waits_for() {
    let events = Events::new(LIMITS);
    let (away, busy) = (session("away"), session("busy"));
    events.open(&away, watch::Sender::new(false));
    events.open(&busy, watch::Sender::new(false));
    let waiting = said(&events, &away, vec![answer(1, 9000)]).await;
    // Another client fills the memory, again and again, and takes it all.
    for at in 0..40 {
        let heard = events.record(&busy, futures::stream::iter(vec![answer(at, 9000)])).unwrap();
        assert_eq!(heard.count().await, 1);
    }
    let rest = events.resume(&away, &id(&events, &away, waiting)).unwrap();
    assert_eq!(rest.count().await, 1);
}

#[tokio::test]
async fn an_answer_that_was_dropped_is_missed_and_a_report_is_not() {
    let events = Events::new(LIMITS);
    let one = session("one");
    events.open(&one, watch::Sender::new(false));
    let mut messages: Vec<_> = (0..30).map(report).collect();
    messages.push(answer(1, 10));
    let reports = said(&events, &one, messages).await;
    let rest = events.resume(&one, &id(&events, &one, reports)).unwrap();
    assert_eq!(rest.count().await, LIMITS.events, "the newest");
    let lost = said(&events, &one, vec![answer(2, 30_000)]).await;
    let refused = |stream| events.resume(&one, &id(&events, &one, stream)).err();
    assert_eq!(refused(lost), Some(Refused::Lost));
    assert_eq!(refused(reports), None, "what is too large takes nothing else with it");
    assert_eq!(refused(99), Some(Refused::Unknown));
}

#[tokio::test]
async fn a_client_that_is_there_misses_nothing_however_slow_it_is() {
    let events = Events::new(LIMITS);
    let one = session("one");
    events.open(&one, watch::Sender::new(false));
    let (said, source): (UnboundedSender<_>, _) = unbounded();
    let heard = events.record(&one, source).unwrap();
    for at in 0..200 {
        said.unbounded_send(report(at)).unwrap();
    }
    said.unbounded_send(answer(1, 30_000)).unwrap();
    drop(said);
    until(|| kept(&events, &one).0 >= AHEAD).await;
    assert_eq!(kept(&events, &one).0, AHEAD, "and is not waited for in memory");
    assert_eq!(heard.count().await, 201);
    assert!(kept(&events, &one).0 <= LIMITS.events);
}

#[tokio::test]
async fn who_goes_away_lets_the_stream_go_on() {
    let events = Events::new(LIMITS);
    let one = session("one");
    events.open(&one, watch::Sender::new(false));
    let (said, source): (UnboundedSender<_>, _) = unbounded();
    let heard = events.record(&one, source).unwrap();
    for at in 0..100 {
        said.unbounded_send(report(at)).unwrap();
    }
    said.unbounded_send(answer(1, 10)).unwrap();
    drop(said);
    until(|| kept(&events, &one).0 >= AHEAD).await;
    drop(heard);
    until(|| events.lock().sessions[&one].streams[&1].ended).await;
    assert_eq!(kept(&events, &one).0, LIMITS.events);
    let rest = events.resume(&one, &id(&events, &one, 1)).unwrap();
    assert_eq!(rest.count().await, LIMITS.events);
}
