//! A client that can be asked: at the revisions with a handshake in the middle of a call, at the newest one by calling again.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};

use crate::odoo::Target;

pub const MODERN: &str = "2026-07-28";
/// One of each kind of client.
pub const REVISIONS: [&str; 3] = ["2025-06-18", "2025-11-25", MODERN];

pub fn definitions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogue/definitions")
}

/// An Odoo, and names that no other test uses on it.
pub struct World {
    pub target: Target,
    next: Cell<u32>,
}

impl World {
    pub fn new(target: &Target) -> Self {
        Self { target: target.clone(), next: Cell::new(0) }
    }

    /// A name for contacts, that nothing else begins with.
    pub fn name(&self) -> String {
        self.next.set(self.next.get() + 1);
        format!("Tooldoo Dialogue {}-{}.", std::process::id(), self.next.get())
    }

    /// A client that can do everything.
    pub fn client(&self, revision: &str) -> Client {
        Client::start(&self.target, revision, json!({"elicitation": {}, "sampling": {}, "roots": {}}))
    }

    /// A client that can do nothing but wait.
    pub fn silent(&self, revision: &str) -> Client {
        Client::start(&self.target, revision, json!({}))
    }

    /// Removes what the cases have left.
    pub fn clean(&self) {
        let mut client = self.silent("2025-11-25");
        let begins = format!("Tooldoo Dialogue {}-", std::process::id());
        // The newest first, one by one: a contact with an archived child stays, and is in nobody's way.
        for record in client.find(&begins).iter().rev() {
            let drop = json!({"model": "res.partner", "ids": [record["id"]]});
            client.result("probe_drop", &drop, &mut nobody);
        }
    }
}

/// What the person, or the client, says to a question: gets the request's method and parameters, gives the result.
pub type Person<'p> = &'p mut dyn FnMut(&str, &Value) -> Value;

pub fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

pub fn decline() -> Value {
    json!({"action": "decline"})
}

pub fn dismiss() -> Value {
    json!({"action": "cancel"})
}

/// Nobody may be asked.
pub fn nobody(method: &str, params: &Value) -> Value {
    panic!("asked {method}: {params}")
}

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    pub revision: String,
    pub capabilities: Value,
    /// Notifications of the server, in their order.
    pub told: Vec<Value>,
    /// Goes into the `_meta` of every call.
    pub meta: Map<String, Value>,
}

impl Client {
    pub fn start(target: &Target, revision: &str, capabilities: Value) -> Self {
        Self::start_with(target, revision, capabilities, &definitions())
    }

    pub fn start_with(target: &Target, revision: &str, capabilities: Value, definitions: &Path) -> Self {
        let login = (target.login.as_str(), target.api_key.as_str());
        let mut command = Self::command(target, login, &[definitions]);
        command.args(["--bundle", "default"]);
        Self::run(command, revision, capabilities)
    }

    /// The server on this Odoo, as that login, with these definitions.
    pub fn command(target: &Target, (login, key): (&str, &str), definitions: &[&Path]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.arg("serve").env_clear();
        for path in definitions {
            command.arg("--definitions").arg(path);
        }
        command.env("ODOO_URL", &target.url).env("ODOO_DB", &target.database);
        command.env("ODOO_USERNAME", login).env("ODOO_API_KEY", key);
        command.env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol);
        command
    }

    pub fn run(mut command: Command, revision: &str, capabilities: Value) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the binary starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut client = Self {
            child,
            input,
            output,
            next: 0,
            revision: revision.to_owned(),
            capabilities,
            told: Vec::new(),
            meta: Map::new(),
        };
        if !client.is_modern() {
            let hello = json!({
                "protocolVersion": revision, "capabilities": client.capabilities,
                "clientInfo": {"name": "tests", "version": "0"},
            });
            let answer = client.request("initialize", hello, &mut nobody);
            assert_eq!(answer["result"]["protocolVersion"], revision, "{answer}");
            client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        }
        client
    }

    pub fn is_modern(&self) -> bool {
        self.revision == MODERN
    }

    pub fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("stdin is open");
        writeln!(input, "{message}").expect("the server reads");
    }

    pub fn receive(&mut self) -> Value {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).expect("the server writes text");
        assert!(read > 0, "the server ended instead of answering");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no frame: {line}"))
    }

    /// Writes a request; gives its id.
    pub fn begin(&mut self, method: &str, mut params: Value) -> u64 {
        self.next += 1;
        let mut meta = self.meta.clone();
        if self.is_modern() {
            let client = json!({"name": "tests", "version": "0"});
            meta.insert("io.modelcontextprotocol/protocolVersion".to_owned(), json!(self.revision));
            meta.insert("io.modelcontextprotocol/clientCapabilities".to_owned(), self.capabilities.clone());
            meta.insert("io.modelcontextprotocol/clientInfo".to_owned(), client);
        }
        if !meta.is_empty() {
            params["_meta"] = Value::Object(meta);
        }
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// A request, and the whole response; what the server asks in between, the person answers.
    pub fn request(&mut self, method: &str, params: Value, person: Person<'_>) -> Value {
        let id = self.begin(method, params);
        loop {
            let message = self.receive();
            match (message.get("method").and_then(Value::as_str), message.get("id")) {
                (Some(method), Some(asked)) => {
                    let result = person(method, &message["params"]);
                    self.send(&json!({"jsonrpc": "2.0", "id": asked, "result": result}));
                }
                (Some(_), None) => self.told.push(message),
                (None, Some(answered)) if *answered == id => return message,
                _ => {}
            }
        }
    }

    /// A prompt, to its end, whatever the revision; the response.
    pub fn prompt(&mut self, name: &str, arguments: &Value, person: Person<'_>) -> Value {
        let mut params = json!({"name": name, "arguments": arguments});
        for _ in 0..10 {
            let response = self.request("prompts/get", params.clone(), person);
            if response["result"]["resultType"] != "input_required" {
                return response;
            }
            params["requestState"] = response["result"]["requestState"].clone();
            params["inputResponses"] = answers(&response["result"], person);
        }
        panic!("{name} asks for ever")
    }

    /// The names of the prompts that it is shown.
    pub fn prompts(&mut self) -> Vec<String> {
        let listed = self.request("prompts/list", json!({}), &mut nobody);
        let prompts = listed["result"]["prompts"].as_array().unwrap_or_else(|| panic!("{listed}"));
        prompts.iter().map(|prompt| prompt["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits for a notification, also one that came already.
    pub fn hears(&mut self, method: &str) {
        loop {
            if let Some(at) = self.told.iter().position(|told| told["method"] == method) {
                self.told.remove(at);
                return;
            }
            let message = self.receive();
            self.told.push(message);
        }
    }

    /// One try of a call at the newest revision.
    pub fn attempt(&mut self, tool: &str, arguments: &Value, more: &Value) -> Value {
        let mut params = json!({"name": tool, "arguments": arguments});
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.request("tools/call", params, &mut nobody)
    }

    /// A call to its end, whatever the revision; the response.
    pub fn response(&mut self, tool: &str, arguments: &Value, person: Person<'_>) -> Value {
        let mut params = json!({"name": tool, "arguments": arguments});
        for _ in 0..10 {
            let response = self.request("tools/call", params.clone(), person);
            if response["result"]["resultType"] != "input_required" {
                return response;
            }
            assert!(self.is_modern(), "{response}");
            params["requestState"] = response["result"]["requestState"].clone();
            params["inputResponses"] = answers(&response["result"], person);
        }
        panic!("{tool} asks for ever")
    }

    pub fn result(&mut self, tool: &str, arguments: &Value, person: Person<'_>) -> Value {
        let response = self.response(tool, arguments, person);
        assert!(response.get("error").is_none(), "{tool} {arguments}: {response}");
        response["result"].clone()
    }

    /// A call that must work; its text.
    pub fn says(&mut self, tool: &str, arguments: Value, person: Person<'_>) -> String {
        let result = self.result(tool, &arguments, person);
        assert_ne!(result["isError"], true, "{tool} {arguments} failed: {}", text(&result));
        text(&result)
    }

    /// A call that must work and answers JSON.
    pub fn answers(&mut self, tool: &str, arguments: Value, person: Person<'_>) -> Value {
        let text = self.says(tool, arguments, person);
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{tool} answered no JSON: {text}"))
    }

    /// The same, and nobody is asked.
    pub fn works(&mut self, tool: &str, arguments: Value) -> Value {
        self.answers(tool, arguments, &mut nobody)
    }

    /// A call that must fail with this kind; the error's JSON.
    pub fn fails(&mut self, tool: &str, arguments: Value, kind: &str, person: Person<'_>) -> Value {
        let result = self.result(tool, &arguments, person);
        failure(&result, kind)
    }

    /// The contacts whose name begins so.
    pub fn find(&mut self, begins: &str) -> Vec<Value> {
        self.works("probe_find", json!({ "begins": begins }))["records"].as_array().unwrap().clone()
    }

    /// A contact with these values; its id.
    pub fn make(&mut self, values: Value) -> i64 {
        self.works("probe_make", json!({ "values": values }))["ids"][0].as_i64().unwrap()
    }
}

/// The error of a result that must be one of this kind.
pub fn failure(result: &Value, kind: &str) -> Value {
    assert_eq!(result["isError"], true, "should fail with {kind}: {}", text(result));
    let blocks = result["content"].as_array().expect("content");
    let mut facts = blocks.iter().filter_map(|block| serde_json::from_str::<Value>(block["text"].as_str()?).ok());
    let facts = facts.next_back().unwrap_or_else(|| panic!("no facts: {}", text(result)));
    assert_eq!(facts["kind"], kind, "{}", text(result));
    facts
}

/// The answers to what an `input_required` asks.
pub fn answers(result: &Value, person: Person<'_>) -> Value {
    let asked = result["inputRequests"].as_object().unwrap_or_else(|| panic!("asks nothing: {result}"));
    let answers =
        asked.iter().map(|(key, asked)| (key.clone(), person(asked["method"].as_str().unwrap(), &asked["params"])));
    Value::Object(answers.collect())
}

pub fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().unwrap_or_else(|| panic!("no content: {result}"));
    blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
