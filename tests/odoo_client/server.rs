//! A scripted Odoo on a real socket: it says what it is told to, breaks off where it is told to, and notes what reached it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tooldoo::odoo::{Client, Protocol, Settings};

pub const KEY: &str = "0123456789abcdef0123456789abcdef01234567";
pub const PASSWORD: &str = "correct horse battery";

/// A request that arrived whole.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Value,
}

impl Seen {
    /// What was called: `common.version`, `res.partner.read` on either protocol, else the path.
    pub fn call(&self) -> String {
        if let Some(rest) = self.path.strip_prefix("/json/2/") {
            return rest.replace('/', ".");
        }
        let text = |pointer: &str| self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        match self.path.as_str() {
            "/jsonrpc" if text("/params/service") == "object" => {
                format!("{}.{}", text("/params/args/3"), text("/params/args/4"))
            }
            "/jsonrpc" => format!("{}.{}", text("/params/service"), text("/params/method")),
            path => path.to_owned(),
        }
    }

    /// The positional arguments of an `execute_kw`.
    pub fn args(&self) -> Value {
        self.body["params"]["args"][5].clone()
    }

    /// The named arguments, on either protocol.
    pub fn kwargs(&self) -> Value {
        if self.path == "/jsonrpc" { self.body["params"]["args"][6].clone() } else { self.body.clone() }
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The method's result, as the protocol writes it.
    Ok(Value),
    /// An exception: the status that JSON-2 gives it, its class and message.
    Raise(u16, &'static str, String),
    /// Anything: status, content type, further headers, body.
    Page(u16, &'static str, Vec<(&'static str, String)>, String),
    /// Ends the connection without a word.
    Cut,
    /// Ends the connection within the answer.
    Half,
    /// Resets the connection.
    Reset,
    /// Says nothing, until the other side goes away.
    Silence,
    /// Waits for the gate, then the result.
    Gated(Value),
    /// The result, and then the connection ends although it said that it would not.
    OkThenClose(Value),
}

pub fn html(status: u16, body: &str) -> Reply {
    Reply::Page(status, "text/html; charset=utf-8", vec![], body.into())
}

pub fn raise(class: &'static str, message: &str) -> Reply {
    Reply::Raise(500, class, message.into())
}

type Script = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

/// The server. It ends with the test.
pub struct Server {
    pub url: String,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    given_up: AtomicUsize,
    connections: AtomicUsize,
    busy: AtomicUsize,
    peak: AtomicUsize,
    gate: Semaphore,
}

impl Server {
    /// Answers each request by the script, which is told how often that call came before.
    pub async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    pub fn start_on(listener: TcpListener, script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            script: Box::new(script),
            seen: Mutex::default(),
            given_up: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            gate: Semaphore::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(converse(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state }
    }

    /// An Odoo of this version in which everything works; the script may say otherwise.
    pub async fn odoo(
        version: &'static str,
        script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |seen, before| script(seen, before).unwrap_or_else(|| working(version, seen))).await
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// The requests of one call.
    pub fn of(&self, call: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.call() == call).collect()
    }

    pub fn count(&self, call: &str) -> usize {
        self.of(call).len()
    }

    /// What was called since, without the questions that a client asks once.
    pub fn calls(&self) -> Vec<String> {
        const ONCE: [&str; 5] =
            ["common.version", "/web/version", "common.authenticate", "res.users.context_get", "res.users.read"];
        self.seen()
            .iter()
            .map(Seen::call)
            .filter(|call| !ONCE.contains(&call.as_str()) && !call.ends_with(".fields_get"))
            .collect()
    }

    pub fn given_up(&self) -> usize {
        self.state.given_up.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The largest number of requests that were under way at once.
    pub fn peak(&self) -> usize {
        self.state.peak.load(Ordering::SeqCst)
    }

    pub fn open_gate(&self, permits: usize) {
        self.state.gate.add_permits(permits);
    }

    /// Settings for this server: a login with a key.
    pub fn settings(&self) -> Settings {
        Settings {
            url: self.url.clone(),
            database: Some("erp".into()),
            username: Some("bot@example.com".into()),
            api_key: Some(SecretString::from(KEY).into()),
            ..Settings::default()
        }
    }

    pub fn client(&self) -> Client {
        Client::new(self.settings()).unwrap()
    }

    pub fn jsonrpc(&self) -> Client {
        Client::new(Settings { protocol: Protocol::JsonRpc, ..self.settings() }).unwrap()
    }

    /// A client that has asked what is asked once, so that what follows is the call alone.
    pub async fn warm(&self, settings: Settings) -> Client {
        let client = Client::new(settings).unwrap();
        client.version(&client.patience()).await.unwrap();
        client.user(&client.patience()).await.unwrap();
        client
    }
}

/// Waits until something is so. What never becomes so hangs the test, which is a failure too.
pub async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

/// What a healthy Odoo says.
pub fn working(version: &str, seen: &Seen) -> Reply {
    let model = seen.call().rsplit_once('.').map(|(model, _)| model.to_owned()).unwrap_or_default();
    match seen.call().as_str() {
        "common.version" => Reply::Ok(json!({"server_version": version, "protocol_version": 1})),
        "/web/version" if version.starts_with("19") => {
            Reply::Page(200, "application/json", vec![], json!({"version": version}).to_string())
        }
        "common.authenticate" => Reply::Ok(json!(7)),
        "res.users.context_get" => Reply::Ok(json!({"lang": "fr_FR", "tz": "Europe/Brussels", "uid": 7})),
        "res.users.read" => Reply::Ok(json!([{"id": 7, "login": "bot@example.com", "name": "Bot", "lang": "fr_FR",
            "tz": "Europe/Brussels", "company_id": [1, "My Company"], "company_ids": [1, 3]}])),
        call if call.ends_with(".fields_get") => Reply::Ok(fields(&model)),
        call if call.ends_with(".web_search_read") => Reply::Ok(json!({"length": 1, "records": [{"id": 1}]})),
        call if call.ends_with(".search_count") => Reply::Ok(json!(1)),
        call if call.ends_with(".create") => Reply::Ok(json!([41])),
        call if call.ends_with(".write") || call.ends_with(".unlink") => Reply::Ok(json!(true)),
        call if call.ends_with(".read") || call.ends_with(".search_read") => Reply::Ok(json!([])),
        _ => html(404, "<title>404 Not Found</title><p>The requested URL was not found</p>"),
    }
}

/// The fields of a few models, with what Odoo 14 says of them.
fn fields(model: &str) -> Value {
    match model {
        "sale.order" => json!({
            "name": {"type": "char", "string": "Order", "store": true, "searchable": true, "sortable": true},
            "partner_id": {"type": "many2one", "relation": "res.partner", "string": "Customer", "store": true},
            "user_id": {"type": "many2one", "relation": "res.users", "string": "Salesperson", "store": true},
            "order_line": {"type": "one2many", "relation": "sale.order.line", "string": "Lines", "store": true},
            "tag_ids": {"type": "many2many", "relation": "crm.tag", "string": "Tags", "store": true},
            "date_order": {"type": "datetime", "string": "Date", "store": true},
            "origin_ref": {"type": "reference", "string": "Source", "store": true},
            "state": {"type": "selection", "string": "State", "store": true, "selection": [["sale", "Sale"]]},
            "amount_total": {"type": "monetary", "string": "Total", "store": true, "currency_field": "currency_id"},
        }),
        "sale.order.line" => json!({
            "name": {"type": "text", "string": "Description", "store": true},
            "product_id": {"type": "many2one", "relation": "product.product", "string": "Product", "store": true},
        }),
        _ => json!({
            "name": {"type": "char", "string": "Name", "store": true},
            "email": {"type": "char", "string": "E-mail", "store": true},
            "country_id": {"type": "many2one", "relation": "res.country", "string": "Country", "store": true},
        }),
    }
}

async fn converse(mut stream: TcpStream, state: Arc<State>) {
    let mut buffer = Vec::new();
    while let Some(seen) = receive(&mut stream, &mut buffer).await {
        let before = {
            let mut all = state.seen.lock().unwrap();
            let before = all.iter().filter(|other| other.call() == seen.call()).count();
            all.push(seen.clone());
            before
        };
        let busy = state.busy.fetch_add(1, Ordering::SeqCst) + 1;
        state.peak.fetch_max(busy, Ordering::SeqCst);
        let stays = answer(&mut stream, &state, &seen, (state.script)(&seen, before)).await;
        state.busy.fetch_sub(1, Ordering::SeqCst);
        if !stays {
            return;
        }
    }
}

async fn answer(stream: &mut TcpStream, state: &State, seen: &Seen, reply: Reply) -> bool {
    let json2 = seen.path.starts_with("/json/2/");
    let (status, content_type, headers, body) = match reply {
        Reply::Ok(value) if json2 => (200, "application/json", vec![], value.to_string()),
        Reply::Ok(value) => {
            (200, "application/json", vec![], json!({"jsonrpc": "2.0", "id": 1, "result": value}).to_string())
        }
        Reply::Raise(status, name, message) => {
            let data = json!({"name": name, "message": message, "debug": "Traceback: secret internals", "arguments": [message]});
            let body = if json2 {
                data
            } else {
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": data}})
            };
            (if json2 { status } else { 200 }, "application/json; charset=utf-8", vec![], body.to_string())
        }
        Reply::Page(status, content_type, headers, body) => (status, content_type, headers, body),
        Reply::Cut => return false,
        Reply::Half => {
            let _ = stream
                .write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"jsonrpc\"",
                )
                .await;
            return false;
        }
        Reply::Reset => {
            stream.set_zero_linger().unwrap();
            return false;
        }
        Reply::Silence => {
            let _ = stream.read(&mut [0; 1]).await;
            state.given_up.fetch_add(1, Ordering::SeqCst);
            return false;
        }
        Reply::Gated(value) => {
            state.gate.acquire().await.unwrap().forget();
            return Box::pin(answer(stream, state, seen, Reply::Ok(value))).await;
        }
        Reply::OkThenClose(value) => {
            Box::pin(answer(stream, state, seen, Reply::Ok(value))).await;
            return false;
        }
    };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: {content_type}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.is_ok() && stream.write_all(body.as_bytes()).await.is_ok()
}

async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let mut chunk = [0; 8192];
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut chunk).await {
            // A TLS greeting: a server that speaks plain HTTP says that it does not understand.
            Ok(n) if n > 0 && buffer.is_empty() && chunk[0] == 0x16 => {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
                return None;
            }
            Ok(n) if n > 0 => buffer.extend_from_slice(&chunk[..n]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while buffer.len() < head_end + length {
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 => buffer.extend_from_slice(&chunk[..n]),
            _ => return None,
        }
    }
    let body = serde_json::from_slice(&buffer[head_end..head_end + length]).unwrap_or_default();
    buffer.drain(..head_end + length);
    Some(Seen { path, headers, body })
}
