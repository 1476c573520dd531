//! Streams of the revisions with sessions whose connection breaks: what was said goes on, and is heard afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use common::backend::{Fake, NAMES};
use common::line::PATIENCE;
use common::web::{Answer, Web};
use common::{call, initialize, initialized, request, tool};
use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use tooldoo::catalog::Catalog;
use tooldoo::mcp::Hub;

/// One event, as it was written.
#[derive(Debug, Clone, Default, PartialEq)]
struct Event {
    id: Option<String>,
    data: String,
    retry: Option<u64>,
}

impl Event {
    fn message(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("no message: {self:?}"))
    }

    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_else(|| panic!("no id: {self:?}"))
    }

    /// What it says, in short: `1` for a progress report, else the method or the text of the answer.
    fn gist(&self) -> String {
        let message = self.message();
        if let Some(at) = message["params"]["progress"].as_f64() {
            return at.to_string();
        }
        let text = message["method"].as_str().or_else(|| message["result"]["content"][0]["text"].as_str());
        text.unwrap_or_else(|| panic!("{message}")).to_owned()
    }
}

/// An open stream. Dropping it cuts the connection.
struct Events {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
}

impl Events {
    fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { bytes: Box::pin(response.bytes_stream()), text: String::new() }
    }

    /// The next event, or `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                // Keep-alive comments are no events.
                if block.lines().all(|line| line.starts_with(':')) {
                    continue;
                }
                let mut event = Event::default();
                for line in block.lines() {
                    let (field, value) = line.split_once(':').unwrap();
                    let value = value.strip_prefix(' ').unwrap_or(value);
                    match field {
                        "id" => event.id = Some(value.to_owned()),
                        "data" => event.data.push_str(value),
                        "retry" => event.retry = Some(value.parse().unwrap()),
                        _ => {}
                    }
                }
                return Some(event);
            }
            let more = tokio::time::timeout(PATIENCE, self.bytes.next()).await.expect("an event in time")?;
            self.text.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    async fn expect(&mut self) -> Event {
        self.next().await.expect("another event")
    }

    async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn gists(events: &[Event]) -> Vec<String> {
    events.iter().map(Event::gist).collect()
}

/// A server, and one session of a client.
struct Client {
    web: Web,
    fake: Arc<Fake>,
    hub: Arc<Hub>,
    session: String,
    revision: &'static str,
}

impl Client {
    async fn new(revision: &'static str) -> Self {
        let fake = Fake::new(NAMES.into_iter().chain(["steps"]).map(tool).collect());
        let hub = common::backend::hub(fake.clone());
        let web = Web::new(&hub).await;
        let hello = web.post("/mcp", &[], &initialize(revision)).await;
        let session = hello.header("mcp-session-id").unwrap();
        let client = Self { web, fake, hub, session, revision };
        assert_eq!(client.post(&initialized()).await.status(), 202);
        client.ping().await;
        client
    }

    fn headers(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header("mcp-session-id", &self.session).header("mcp-protocol-version", self.revision)
    }

    async fn post(&self, message: &Value) -> reqwest::Response {
        let request = self.headers(self.web.http.post(self.web.url("/mcp")));
        let request = request.header("accept", "application/json, text/event-stream");
        request.header("content-type", "application/json").body(message.to_string()).send().await.unwrap()
    }

    /// Whatever was handled beside other requests is through when this returns.
    async fn ping(&self) {
        let answer = Events::of(self.post(&request("ping", "ping", json!({}))).await).rest().await;
        assert_eq!(answer.last().unwrap().message()["result"], json!({}));
    }

    async fn get(&self, last: Option<&str>) -> reqwest::Response {
        let mut request = self.headers(self.web.http.get(self.web.url("/mcp"))).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        tokio::time::timeout(PATIENCE, request.send()).await.unwrap().unwrap()
    }

    async fn resume(&self, last: &Event) -> Events {
        Events::of(self.get(Some(last.id())).await)
    }

    /// What a resumption that cannot be answers.
    async fn refused(&self, last: &str) -> Answer {
        let response = self.get(Some(last)).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// Calls `steps`, up to its first report; gives what was heard.
    async fn begin(&self, id: u64) -> (Events, Vec<Event>) {
        let mut message = call(id, "steps", json!({}));
        message["params"]["_meta"] = json!({"progressToken": format!("token {id}")});
        let mut events = Events::of(self.post(&message).await);
        let mut heard = vec![events.expect().await];
        if heard[0].data.is_empty() {
            heard.push(events.expect().await);
        }
        assert_eq!(heard.last().unwrap().gist(), "1");
        tokio::time::timeout(PATIENCE, self.fake.begun.notified()).await.unwrap();
        (events, heard)
    }

    fn change(&self, name: &str) {
        self.hub.replace(Catalog::new(vec![Arc::new(tool(name))]));
    }
}

const WITH_SESSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

#[tokio::test]
async fn what_was_said_while_the_connection_was_gone_is_heard_afterwards() {
    for revision in WITH_SESSIONS {
        let client = Client::new(revision).await;
        let (events, heard) = client.begin(1).await;
        drop(events);
        // The client comes back when all is said.
        client.fake.release.notify_one();
        let again = client.resume(heard.last().unwrap()).await.rest().await;
        assert_eq!(gists(&again), ["2", "done"], "{revision}");
        assert_eq!(again.last().unwrap().message()["id"], 1);
        // As often as it wants, from wherever it was.
        assert_eq!(client.resume(heard.last().unwrap()).await.rest().await, again);
        assert_eq!(client.resume(&again[0]).await.rest().await, again[1..]);
        assert_eq!(client.get(Some(again[1].id())).await.status(), 204, "nothing comes after the answer");
    }
}

#[tokio::test]
async fn a_stream_that_is_resumed_in_the_middle_goes_on() {
    let client = Client::new("2025-11-25").await;
    let (events, heard) = client.begin(1).await;
    drop(events);
    let resumed = client.resume(heard.last().unwrap()).await;
    client.fake.release.notify_one();
    assert_eq!(gists(&resumed.rest().await), ["2", "done"]);
}

#[tokio::test]
async fn of_two_connections_to_one_stream_the_newer_hears_the_rest_and_both_end() {
    let client = Client::new("2025-11-25").await;
    let (first, heard) = client.begin(1).await;
    let second = client.resume(&heard[0]).await;
    client.fake.release.notify_one();
    assert_eq!(gists(&second.rest().await), ["1", "2", "done"]);
    assert_eq!(first.rest().await, []);
}

#[tokio::test]
async fn two_calls_in_one_session_are_not_mixed_up() {
    let client = Client::new("2025-11-25").await;
    let (events, one) = client.begin(1).await;
    drop(events);
    let (events, two) = client.begin(2).await;
    drop(events);
    client.fake.release.notify_one();
    client.fake.release.notify_one();
    for (id, heard) in [(1, one), (2, two)] {
        let mut resumed = client.resume(heard.last().unwrap()).await;
        // The permits of two notifications may have become one.
        client.fake.release.notify_one();
        let (report, answer) = (resumed.expect().await.message(), resumed.expect().await.message());
        assert_eq!(report["params"]["progressToken"], format!("token {id}"));
        assert_eq!(answer["id"], id);
    }
}

#[tokio::test]
async fn streams_are_primed_for_those_who_understand_it() {
    let client = Client::new("2025-11-25").await;
    let (_events, heard) = client.begin(1).await;
    assert_eq!((heard[0].data.as_str(), heard[0].retry), ("", Some(1000)));
    let primed = Events::of(client.get(None).await).expect().await;
    assert_eq!((primed.data.as_str(), primed.retry, primed.id.is_some()), ("", Some(1000), true));
    // A client of an older revision would read the empty text as a message.
    let older = Client::new("2025-06-18").await;
    let (_events, heard) = older.begin(1).await;
    assert_eq!(heard.len(), 1);
    let mut listening = Events::of(older.get(None).await);
    older.change("only");
    assert_eq!(listening.expect().await.gist(), "notifications/tools/list_changed");
}

#[tokio::test]
async fn an_id_that_is_none_of_this_session_is_refused() {
    let client = Client::new("2025-11-25").await;
    let (_events, heard) = client.begin(1).await;
    let stranger = Client::new("2025-11-25").await;
    let (_stranger, foreign) = stranger.begin(1).await;
    let tag = heard[0].id().split('-').next().unwrap();
    for id in
        [foreign[0].id(), "0", "x", "1/0", &format!("{tag}-99-1"), &format!("{tag}-1-99"), &format!("{tag}-1"), "é"]
    {
        let refused = client.refused(id).await;
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(-32600)), "{id}");
    }
    // And it has done the session no harm.
    client.ping().await;
    assert_eq!(client.resume(&heard[0]).await.expect().await.gist(), "1");
}

#[tokio::test]
async fn what_was_said_is_gone_with_the_session() {
    let client = Client::new("2025-11-25").await;
    let (events, heard) = client.begin(1).await;
    let standalone = Events::of(client.get(None).await);
    let delete = client.headers(client.web.http.delete(client.web.url("/mcp"))).send().await.unwrap();
    assert_eq!(delete.status(), 204);
    assert_eq!(client.refused(heard[1].id()).await.status, 404);
    assert_eq!(events.rest().await, []);
    standalone.rest().await;
}

#[tokio::test]
async fn the_newest_revision_resumes_nothing() {
    let client = Client::new("2025-11-25").await;
    let (_events, heard) = client.begin(1).await;
    let newest = Client { revision: common::MODERN, ..client };
    assert_eq!(newest.refused(heard[0].id()).await.status, 405);
}

#[tokio::test]
async fn a_stream_that_a_cancellation_ended_is_not_asked_for_again() {
    let client = Client::new("2025-11-25").await;
    let mut events = Events::of(client.post(&call(7, "wait", json!({}))).await);
    let primed = events.expect().await;
    client.fake.begun.notified().await;
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}});
    assert_eq!(client.post(&cancel).await.status(), 202);
    assert_eq!(events.rest().await, []);
    assert_eq!(client.get(Some(primed.id())).await.status(), 204);
}

#[tokio::test]
async fn news_that_came_while_nobody_listened_are_heard_once() {
    let client = Client::new("2025-11-25").await;
    client.change("one");
    client.ping().await;
    let mut listening = Events::of(client.get(None).await);
    let primed = listening.expect().await;
    assert_eq!(primed.data, "");
    let first = listening.expect().await;
    assert_eq!(first.gist(), "notifications/tools/list_changed");
    client.change("two");
    let second = listening.expect().await;
    drop(listening);
    client.change("three");
    client.change("four");
    let mut listening = client.resume(&second).await;
    let (third, fourth) = (listening.expect().await, listening.expect().await);
    assert!(third.id() != second.id() && fourth.id() != third.id());
    client.change("five");
    let fifth = listening.expect().await;
    assert_eq!(fifth.gist(), "notifications/tools/list_changed");
    // Somebody who does not say what he had gets nothing again, and everything from now on.
    let mut newer = Events::of(client.get(None).await);
    assert_eq!(newer.expect().await.data, "");
    client.change("six");
    let sixth = newer.expect().await;
    assert!(![&first, &second, &third, &fourth, &fifth].iter().any(|event| event.id() == sixth.id()));
    // The older connection is still there, and takes over where the newer one ended.
    drop(newer);
    let mut changes = 0;
    let seventh = loop {
        changes += 1;
        client.change(&format!("change {changes}"));
        // Until the server has noticed, the news may go to the connection that is gone.
        let heard = tokio::time::timeout(Duration::from_millis(50), listening.next()).await;
        match heard {
            Ok(heard) => break heard.unwrap(),
            Err(_) => assert!(changes < 200, "the older connection hears nothing"),
        }
    };
    assert!(seventh.id() != sixth.id());
}

#[tokio::test]
async fn a_call_in_a_session_goes_on_when_its_connection_is_cut() {
    let client = Client::new("2025-06-18").await;
    let events = client.post(&call(1, "wait", json!({}))).await;
    client.fake.begun.notified().await;
    drop(events);
    client.ping().await;
    // Whether the server has noticed or not: the call is still there to be cancelled.
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    assert_eq!(client.post(&cancel).await.status(), 202);
    tokio::time::timeout(PATIENCE, client.fake.cancelled.notified()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stops_ends_streams_that_were_resumed() {
    let client = Client::new("2025-11-25").await;
    let (events, heard) = client.begin(1).await;
    drop(events);
    let resumed = client.resume(&heard[0]).await;
    client.web.stop.cancel();
    client.fake.release.notify_one();
    let said = gists(&resumed.rest().await);
    assert_eq!(said, ["1", "2", "done"]);
    client.web.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_keep_is_given_once_and_then_refused() {
    let client = Client::new("2025-11-25").await;
    let large = "x".repeat(3 * 1024 * 1024);
    let heard = Events::of(client.post(&call(1, "echo", json!({"text": large}))).await).rest().await;
    assert_eq!(heard[1].gist().len(), large.len(), "a client that is there gets it whole");
    let refused = client.refused(heard[0].id()).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (410, &json!(-32600)));
    let small = Events::of(client.post(&call(2, "echo", json!({"text": "small"}))).await).rest().await;
    assert_eq!(gists(&client.resume(&small[0]).await.rest().await), ["small"], "others are kept");
}
