//! One client, over two pipes: a line is a message.
//!
//! Own reading and writing, because rmcp's ends the process on a notification that comes before `initialize`, drops a line
//! that is too long without a word, and leaves the client of a closed pipe waiting five seconds for a subscription.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::{RoleServer, ServerInitializeError, serve_server_with_ct};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::mcp::Hub;
use crate::mcp::wire::{self, Incoming, Refusal};

/// The longest line that is read; what is longer is answered with an error and skipped.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// How long calls may still run after the client closed its side.
const DRAIN: Duration = Duration::from_secs(3);

/// Messages on their way in, and frames on their way out: a client that does not read stops being read.
const QUEUE: usize = 128;

/// Serves one client until its input ends or `stop` is cancelled.
///
/// Only frames are written to `output`; the caller hands over the process's stdout and writes nothing else to it.
pub async fn serve<R, W>(hub: &Arc<Hub>, caller: Caller, input: R, output: W, stop: CancellationToken)
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let handler = hub.handler(caller);
    let cancel = CancellationToken::new();
    let (frames, queue) = mpsc::channel(QUEUE);
    let writer = tokio::spawn(write(queue, output, cancel.clone()));
    let (messages, incoming) = mpsc::channel(QUEUE);
    let reader = tokio::spawn(read(input, messages, frames.clone()));
    let lines = Lines { incoming: Arc::new(Mutex::new(incoming)), frames };

    let end = tokio::spawn(end(hub.clone(), reader, stop, cancel.clone()));
    loop {
        match serve_server_with_ct(handler.clone(), lines.clone(), cancel.clone()).await {
            Ok(running) => {
                let _ = running.waiting().await;
                break;
            }
            // Something else than a request came first, or a handshake that could not be agreed: the client may try again.
            Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
                tracing::debug!("ignored a message that came before `initialize`");
            }
            Err(ServerInitializeError::InitializeFailed(error)) => tracing::warn!(%error, "a handshake failed"),
            Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => break,
            Err(error) => {
                tracing::warn!(%error, "the connection failed");
                break;
            }
        }
    }
    end.abort();
    drop(lines);
    // The writer ends when the last sender is gone: what was answered is written out before this returns.
    let _ = tokio::time::timeout(DRAIN, writer).await;
}

/// Decides when the connection ends: soon after its input did, or at once when the process is told to stop.
async fn end(hub: Arc<Hub>, mut reader: JoinHandle<()>, stop: CancellationToken, cancel: CancellationToken) {
    tokio::select! {
        _ = &mut reader => {
            // Subscriptions would outlive the client.
            hub.close();
            tokio::time::sleep(DRAIN).await;
        }
        () = stop.cancelled() => {
            hub.close();
            reader.abort();
        }
    }
    cancel.cancel();
}

/// Reads lines until the end of the input or until nobody takes them.
async fn read<R>(input: R, messages: mpsc::Sender<ClientJsonRpcMessage>, frames: mpsc::Sender<Vec<u8>>)
where
    R: AsyncRead + Send + Unpin + 'static,
{
    let mut input = BufReader::with_capacity(64 * 1024, input);
    let mut line = Vec::new();
    loop {
        line.clear();
        match read_line(&mut input, &mut line).await {
            Ok(Line::Whole) => {}
            Ok(Line::TooLong) => {
                tracing::warn!(max = MAX_LINE, "skipped a message that is too long");
                let message = format!("A message is at most {MAX_LINE} bytes long.");
                if send(&frames, Refusal::invalid(None, message)).await.is_err() {
                    return;
                }
                continue;
            }
            Ok(Line::End) => return,
            Err(error) => {
                tracing::warn!(%error, "the input cannot be read");
                return;
            }
        }
        let taken = match wire::read(&line) {
            Incoming::Message(message) => messages.send(*message).await.is_ok(),
            Incoming::Nothing => true,
            // Not answered: there is no id to answer, and a peer that echoes what it gets would echo for ever.
            Incoming::NotJson(error) => {
                tracing::warn!(%error, "skipped a line that is not JSON");
                true
            }
            Incoming::Refused(refusal) => send(&frames, refusal).await.is_ok(),
        };
        if !taken {
            return;
        }
        // One huge message does not keep its memory for ever.
        line.shrink_to(1024 * 1024);
    }
}

async fn send(frames: &mpsc::Sender<Vec<u8>>, refusal: Refusal) -> io::Result<()> {
    let frame = frame(&refusal.into_message())?;
    frames.send(frame).await.map_err(|_| closed())
}

enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads up to the next newline, or up to the end of the input: the last line may lack one.
async fn read_line<R: AsyncRead + Unpin>(input: &mut BufReader<R>, line: &mut Vec<u8>) -> io::Result<Line> {
    let mut too_long = false;
    loop {
        let available = input.fill_buf().await?;
        if available.is_empty() {
            return Ok(match (too_long, line.is_empty()) {
                (true, _) => Line::TooLong,
                (false, true) => Line::End,
                (false, false) => Line::Whole,
            });
        }
        let newline = available.iter().position(|byte| *byte == b'\n');
        let taken = newline.map_or(available.len(), |at| at + 1);
        if line.len() + taken > MAX_LINE {
            too_long = true;
            line.clear();
        }
        if let (false, Some(part)) = (too_long, available.get(..taken)) {
            line.extend_from_slice(part);
        }
        input.consume(taken);
        if newline.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

/// Writes frames, several at once where several wait. Cancels everything when the client no longer reads.
async fn write<W: AsyncWrite + Unpin>(mut queue: mpsc::Receiver<Vec<u8>>, mut output: W, cancel: CancellationToken) {
    while let Some(mut buffer) = queue.recv().await {
        while buffer.len() < 64 * 1024 {
            let Ok(more) = queue.try_recv() else { break };
            buffer.extend(more);
        }
        let written = async {
            output.write_all(&buffer).await?;
            output.flush().await
        };
        if let Err(error) = written.await {
            tracing::info!(%error, "the client no longer reads");
            cancel.cancel();
            return;
        }
    }
}

fn frame(message: &ServerJsonRpcMessage) -> io::Result<Vec<u8>> {
    let mut frame = serde_json::to_vec(message)?;
    frame.push(b'\n');
    Ok(frame)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the client is gone")
}

/// The connection, as rmcp sees it. A clone is the same connection: rmcp gives one back only by dropping it.
#[derive(Clone)]
struct Lines {
    incoming: Arc<Mutex<mpsc::Receiver<ClientJsonRpcMessage>>>,
    frames: mpsc::Sender<Vec<u8>>,
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(&mut self, item: ServerJsonRpcMessage) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let frames = self.frames.clone();
        async move { frames.send(frame(&item)?).await.map_err(|_| closed()) }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.incoming.lock().await.recv().await
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        Ok(())
    }
}
