//! Clients over HTTP that say stop, or go away, and a server that is told to stop: what becomes of the request to Odoo.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::common::line::PATIENCE;
use crate::common::process::Process;
use crate::common::{call, initialize, initialized, modern, request};
use crate::server::{Reply, Server};
use crate::{until, with_odoo};

pub struct Web {
    process: Process,
    url: String,
    http: reqwest::Client,
}

impl Web {
    async fn start(odoo: &Server) -> Self {
        Self::run(&mut with_odoo(&["serve", "--http", "--listen", "127.0.0.1:0"], &odoo.url)).await
    }

    /// This command, as soon as it says where it listens.
    pub async fn run(command: &mut tokio::process::Command) -> Self {
        let mut process = Process::start(command);
        let mut log = BufReader::new(&mut process.errors).lines();
        let url = loop {
            let line = tokio::time::timeout(PATIENCE, log.next_line()).await.unwrap().unwrap().expect("an address");
            if let Some((_, rest)) = line.split_once(" at http://") {
                break format!("http://{}", rest.trim());
            }
        };
        Self { process, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// A session, with its handshake done.
    async fn open(&self, revision: &str) -> String {
        let opened = self.post(&initialize(revision), None).send().await.unwrap();
        let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        assert_eq!(self.post(&initialized(), Some(&session)).send().await.unwrap().status(), 202);
        session
    }

    fn get(&self, session: &str, last: Option<&str>) -> reqwest::RequestBuilder {
        let request = self.http.get(&self.url).header("accept", "text/event-stream").header("mcp-session-id", session);
        match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        }
    }

    pub fn post(&self, message: &Value, session: Option<&str>) -> reqwest::RequestBuilder {
        let mut request = self.http.post(&self.url).header("accept", "application/json, text/event-stream");
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        if message["params"]["_meta"].is_object() {
            request = request
                .header("mcp-protocol-version", crate::common::MODERN)
                .header("mcp-method", message["method"].as_str().unwrap());
            if let Some(name) = message["params"]["name"].as_str() {
                request = request.header("mcp-name", name);
            }
        }
        request.header("content-type", "application/json").body(message.to_string())
    }
}

async fn silent() -> Server {
    Server::odoo("19.0", |seen, _| (seen.call() == "res.partner.web_search_read").then_some(Reply::Silence)).await
}

const SEARCH: &str = "res.partner.web_search_read";

/// Of each kind: the answer of a call that ends when the server stops must not depend on which task comes first.
#[cfg(unix)]
const ANSWERS: u64 = 3;

#[tokio::test]
async fn a_client_of_the_newest_revision_that_goes_away_gives_up_the_request_to_odoo() {
    let odoo = silent().await;
    let web = Web::start(&odoo).await;
    for accept in ["application/json, text/event-stream", "text/event-stream"] {
        let before = odoo.given_up();
        let request = web.post(&modern(call(1, "find_partner", json!({}))), None).header("accept", accept);
        let waiting = tokio::spawn(request.send());
        until("the request", || odoo.count(SEARCH) == before + 1).await;
        waiting.abort();
        until("the end of the request", || odoo.given_up() == before + 1).await;
    }
}

#[tokio::test]
async fn a_client_without_a_session_that_goes_away_gives_up_the_request_to_odoo() {
    let odoo = silent().await;
    let web = Web::start(&odoo).await;
    for accept in ["application/json", "application/json, text/event-stream", "text/event-stream"] {
        let before = odoo.given_up();
        let request = web.http.post(&web.url).header("accept", accept).header("content-type", "application/json");
        let waiting = tokio::spawn(request.body(call(1, "find_partner", json!({})).to_string()).send());
        until("the request", || odoo.count(SEARCH) == before + 1).await;
        waiting.abort();
        // A stream has begun, and its reader is what goes away.
        drop(waiting);
        until("the end of the request", || odoo.given_up() == before + 1).await;
    }
}

/// The revisions whose clients have sessions.
const WITH_SESSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

#[tokio::test]
async fn a_cancellation_in_a_session_gives_up_the_request_to_odoo_and_nothing_more_is_said_of_it() {
    for revision in WITH_SESSIONS {
        let odoo = silent().await;
        let web = Web::start(&odoo).await;
        let session = web.open(revision).await;
        let listening = web.get(&session, None).send().await.unwrap();
        let waiting = web.post(&call(5, "find_partner", json!({})), Some(&session)).send().await.unwrap();
        until("the request", || odoo.count(SEARCH) == 1).await;
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}});
        assert_eq!(web.post(&cancel, Some(&session)).send().await.unwrap().status(), 202);
        until("the end of the request", || odoo.given_up() == 1).await;
        let said = tokio::time::timeout(PATIENCE, waiting.text()).await.unwrap().unwrap();
        assert!(!said.contains("jsonrpc"), "{revision}: {said}");
        // Neither on the stream that belongs to no request: it ends with the session.
        let ping = web.post(&request(6, "ping", json!({})), Some(&session)).send().await.unwrap();
        assert!(ping.text().await.unwrap().contains(r#""id":6"#));
        let delete = web.http.delete(&web.url).header("mcp-session-id", &session);
        assert_eq!(delete.send().await.unwrap().status(), 204);
        let said = tokio::time::timeout(PATIENCE, listening.text()).await.unwrap().unwrap();
        assert!(!said.contains("jsonrpc"), "{revision}: {said}");
        assert_eq!(odoo.count(SEARCH), 1, "{revision}");
    }
}

#[tokio::test]
async fn a_client_in_a_session_that_goes_away_keeps_its_request_and_hears_the_answer_when_it_comes_back() {
    for revision in WITH_SESSIONS {
        let odoo = Server::odoo("19.0", |seen, _| {
            (seen.call() == SEARCH).then(|| Reply::Gated(json!({"length": 0, "records": []})))
        })
        .await;
        let web = Web::start(&odoo).await;
        let session = web.open(revision).await;
        // An answer that was heard: whoever was not told where the stream of its call begins can go on from there.
        let ping = web.post(&request(1, "ping", json!({})), Some(&session)).send().await.unwrap();
        let before = ping.text().await.unwrap();
        let mut waiting = web.post(&call(2, "find_partner", json!({})), Some(&session)).send().await.unwrap();
        until("the request", || odoo.count(SEARCH) == 1).await;
        let begun = if revision == "2025-11-25" {
            String::from_utf8(waiting.chunk().await.unwrap().unwrap().to_vec()).unwrap()
        } else {
            String::new()
        };
        drop(waiting);
        // The server notices at the latest when it has something to say.
        odoo.open_gate(1);
        let last = |said: &str| {
            said.lines().filter_map(|line| line.strip_prefix("id:")).next_back().map(|id| id.trim().to_owned())
        };
        match last(&begun) {
            Some(id) => {
                let again = web.get(&session, Some(&id)).send().await.unwrap();
                assert_eq!(again.status(), 200);
                let said = tokio::time::timeout(PATIENCE, again.text()).await.unwrap().unwrap();
                assert!(said.contains(r#""id":2"#) && said.contains(r#""result""#), "{said}");
            }
            // Nothing was heard of the stream: there is nothing to go on from, and the call still ends well.
            None => {
                let id = last(&before).unwrap();
                assert_eq!(web.get(&session, Some(&id)).send().await.unwrap().status(), 204);
                let ping = web.post(&request(3, "ping", json!({})), Some(&session)).send().await.unwrap();
                assert!(ping.text().await.unwrap().contains(r#""id":3"#));
            }
        }
        assert_eq!((odoo.count(SEARCH), odoo.given_up()), (1, 0), "{revision}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn told_to_terminate_it_lets_a_call_finish_and_takes_no_more() {
    let odoo = Server::odoo("19.0", |seen, _| {
        (seen.call() == SEARCH).then(|| Reply::Gated(json!({"length": 0, "records": []})))
    })
    .await;
    let web = Web::start(&odoo).await;
    let opened = web.post(&initialize("2025-11-25"), None).send().await.unwrap();
    let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    assert_eq!(web.post(&initialized(), Some(&session)).send().await.unwrap().status(), 202);
    let mut waiting = Vec::new();
    for id in 1..=ANSWERS {
        let find = call(id, "find_partner", json!({}));
        for request in [web.post(&find, None), web.post(&find, Some(&session)), web.post(&modern(find.clone()), None)] {
            waiting.push(tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() }));
        }
    }
    until("the requests", || odoo.count(SEARCH) == waiting.len()).await;
    web.process.signal("-TERM");
    // It no longer takes connections.
    let address = web.url.trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
    let refused = async { while tokio::net::TcpStream::connect(&address).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, refused).await.unwrap();
    // The calls outlast the time that streams are given anyway.
    tokio::time::sleep(Duration::from_millis(300)).await;
    odoo.open_gate(waiting.len());
    for answer in waiting {
        let answer = answer.await.unwrap();
        assert!(answer.contains(r#""result""#) && !answer.contains(r#""isError":true"#), "{answer:?}");
    }
    assert_eq!(web.process.ended().await.0, Some(0));
}
