//! One row of the tables: what is sent, at which revisions, and what has to come.

use serde_json::{Value, json};

use crate::common::{LEGACY, MODERN, modern_meta};

/// Neither a session nor a revision: what a manual's `curl` example sends.
pub const BARE: &str = "bare";

/// A request that is not quite right.
#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub revisions: Vec<&'static str>,
    pub method: &'static str,
    pub path: &'static str,
    /// In place of, or beside, those that a client of the revision sends; none in place of a header leaves it out.
    pub headers: Vec<(&'static str, Option<String>)>,
    pub body: Vec<u8>,
    /// The HTTP status where the request stands by itself or is of the newest revision, and in a session.
    pub status: (u16, u16),
    /// The code of JSON-RPC before the newest revision, and at it. `None`: no error.
    pub code: (Option<i64>, Option<i64>),
    /// Whether the error is one of HTTP, to nobody in particular: `{"error": {"status": …}}`.
    pub plain: bool,
    /// Something that the error's `data` has at the newest revision.
    pub data: Option<&'static str>,
    /// Whether it is also sent as a line over stdio.
    pub stdio: bool,
    /// Over stdio nothing is said.
    pub silent: bool,
    /// The body gets no `_meta`, at the newest revision.
    pub raw: bool,
    /// The id of a request that cannot be read as JSON, and is answered all the same.
    pub id: Option<i64>,
}

impl Row {
    pub fn new(name: &str, body: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.to_owned(),
            revisions: [BARE].into_iter().chain(LEGACY).chain([MODERN]).collect(),
            method: "POST",
            path: "/mcp",
            headers: Vec::new(),
            body: body.as_ref().to_vec(),
            status: (200, 200),
            code: (None, None),
            plain: false,
            data: None,
            stdio: false,
            silent: false,
            raw: false,
            id: None,
        }
    }

    /// A request of that method.
    pub fn request(name: &str, method: &str, params: Value) -> Self {
        let message = json!({"jsonrpc": "2.0", "id": "wrong", "method": method, "params": params});
        Self { stdio: true, ..Self::new(name, message.to_string()) }
    }

    pub fn legacy(mut self) -> Self {
        self.revisions = [BARE].into_iter().chain(LEGACY).collect();
        self
    }

    pub fn sessions(mut self) -> Self {
        self.revisions = LEGACY.to_vec();
        self
    }

    pub fn bare(mut self) -> Self {
        self.revisions = vec![BARE];
        self
    }

    pub fn newest(mut self) -> Self {
        self.revisions = vec![MODERN];
        self
    }

    /// A header in place of the one that belongs there, or beside those.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, Some(value.to_owned())));
        self
    }

    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.push((name, None));
        self
    }

    pub fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// The body stays as it is at the newest revision.
    pub fn raw(mut self) -> Self {
        self.raw = true;
        self
    }

    /// The same status and code, wherever it is sent.
    pub fn answered_to(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    pub fn gives(mut self, status: u16, code: i64) -> Self {
        self.status = (status, status);
        self.code = (Some(code), Some(code));
        self
    }

    /// In a session, where the stream is open before the request is read, the status is 200.
    pub fn error(mut self, code: i64) -> Self {
        self.code = (Some(code), Some(code));
        self
    }

    pub fn newest_code(mut self, code: i64) -> Self {
        self.code.1 = Some(code);
        self
    }

    /// No error.
    pub fn accepted(mut self, status: u16) -> Self {
        self.status = (status, status);
        self
    }

    /// An error of HTTP alone.
    pub fn plain(mut self, status: u16) -> Self {
        self.status = (status, status);
        self.plain = true;
        self
    }

    pub fn data(mut self, key: &'static str) -> Self {
        self.data = Some(key);
        self
    }

    pub fn stdio(mut self) -> Self {
        self.stdio = true;
        self
    }

    pub fn silent(mut self) -> Self {
        (self.stdio, self.silent) = (true, true);
        self
    }

    pub fn expected_code(&self, revision: &str) -> Option<i64> {
        if revision == MODERN { self.code.1 } else { self.code.0 }
    }

    pub fn expected_status(&self, revision: &str) -> u16 {
        // What rmcp has a status for, at the revision that prescribes it.
        match self.expected_code(revision) {
            Some(-32601) if revision == MODERN && self.status == (200, 200) => 404,
            _ if revision == BARE || revision == MODERN => self.status.0,
            _ => self.status.1,
        }
    }

    /// The body as it is sent at that revision, and as it is read, where it can be.
    pub fn message(&self, revision: &str) -> (Vec<u8>, Value) {
        let mut message = serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| self.id.map_or(Value::Null, |id| json!({ "id": id })));
        if revision == MODERN && !self.raw && message["params"].is_object() && message["params"].get("_meta").is_none()
        {
            message["params"]["_meta"] = modern_meta();
            return (message.to_string().into_bytes(), message);
        }
        (self.body.clone(), message)
    }
}

/// The id that an answer has to carry.
pub fn answerable(message: &Value) -> Option<&Value> {
    if message.get("result").is_some() || message.get("error").is_some() {
        return None;
    }
    message.get("id").filter(|id| id.is_string() || id.is_i64())
}
