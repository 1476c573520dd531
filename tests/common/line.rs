//! A client over stdio that writes whatever it likes: the server's end runs in the same process, over in-memory pipes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tooldoo::access::Caller;
use tooldoo::mcp::Hub;
use tooldoo::transport::stdio;

/// No test waits longer than this for what has to come; it is not a measure of speed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Client {
    input: Option<DuplexStream>,
    output: Lines<BufReader<DuplexStream>>,
    pub server: JoinHandle<()>,
    pub stop: CancellationToken,
}

impl Client {
    pub fn new(hub: &Arc<Hub>) -> Self {
        Self::of(hub, super::everyone())
    }

    pub fn of(hub: &Arc<Hub>, caller: Caller) -> Self {
        // One pipe each way, so that each end can be closed by itself.
        let (client_output, server_input) = tokio::io::duplex(64 * 1024);
        let (server_output, client_input) = tokio::io::duplex(64 * 1024);
        let stop = CancellationToken::new();
        let (hub, token) = (hub.clone(), stop.clone());
        let server = tokio::spawn(async move {
            stdio::serve(&hub, caller, server_input, server_output, token).await;
        });
        Self { input: Some(client_output), output: BufReader::new(client_input).lines(), server, stop }
    }

    pub async fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        tokio::time::timeout(PATIENCE, input.write_all(bytes)).await.unwrap().unwrap();
    }

    pub async fn send(&mut self, message: &Value) {
        self.raw(format!("{message}\n").as_bytes()).await;
    }

    /// The next message, or `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await.unwrap().unwrap()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("not a frame: {line}: {error}")))
    }

    /// Sends a request and waits for the answer to it; what comes in between is dropped.
    pub async fn ask(&mut self, message: &Value) -> Value {
        self.send(message).await;
        loop {
            let answer = self.next().await.expect("the server went away");
            if answer["id"] == message["id"] {
                return answer;
            }
        }
    }

    pub async fn handshake(&mut self, revision: &str) -> Value {
        let answer = self.ask(&super::initialize(revision)).await;
        self.send(&super::initialized()).await;
        answer
    }

    /// The input, to be written by somebody else.
    pub fn take_input(&mut self) -> DuplexStream {
        self.input.take().unwrap()
    }

    /// Closes the input.
    pub fn close(&mut self) {
        self.input = None;
    }

    /// Waits until the server is done.
    pub async fn ended(self) {
        tokio::time::timeout(PATIENCE, self.server).await.unwrap().unwrap();
    }
}

/// The two ends of an rmcp client's connection to the same server.
pub fn connect(hub: &Arc<Hub>) -> (DuplexStream, JoinHandle<()>) {
    let (client, server) = tokio::io::duplex(64 * 1024);
    let (input, output) = tokio::io::split(server);
    let hub = hub.clone();
    let server = tokio::spawn(async move {
        stdio::serve(&hub, super::everyone(), input, output, CancellationToken::new()).await;
    });
    (client, server)
}
