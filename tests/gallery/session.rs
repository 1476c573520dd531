//! A client of the real binary, with definitions of its own: one that cannot ask its user, or one that can.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::client::Target;

/// A running server and the client's end of its pipes.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    /// What the person answers; `None` is a client that cannot ask.
    agrees: Option<bool>,
    /// What the person was shown.
    pub shown: Vec<String>,
}

impl Session {
    /// Whose client cannot ask: a plan comes back instead.
    pub fn new(target: &Target, definitions: &[&Path]) -> Self {
        Self::start(target, definitions, None)
    }

    /// Whose person agrees to everything, or to nothing.
    pub fn asking(target: &Target, definitions: &[&Path], agrees: bool) -> Self {
        Self::start(target, definitions, Some(agrees))
    }

    fn start(target: &Target, definitions: &[&Path], agrees: Option<bool>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.arg("serve").env_clear();
        for path in definitions {
            command.arg("--definitions").arg(path);
        }
        if let Some((password, _)) = &target.passwords {
            command.env("ODOO_PASSWORD", password);
        }
        let mut child = command
            .env("ODOO_URL", &target.url)
            .env("ODOO_DB", &target.database)
            .env("ODOO_USERNAME", &target.login)
            .env("ODOO_API_KEY", &target.api_key)
            .env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut session = Self { child, input, output, next: 0, agrees, shown: Vec::new() };
        let capabilities = if agrees.is_some() { json!({"elicitation": {}}) } else { json!({}) };
        session.request(
            "initialize",
            json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "tests", "version": "0"}}),
        );
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        session
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().expect("stdin is open"), "{message}").expect("the server reads");
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the server writes text");
            assert!(read > 0, "the server ended instead of answering {method}");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no frame: {line}"));
            if message["method"] == "elicitation/create" {
                self.shown.push(message["params"]["message"].as_str().unwrap_or_default().to_owned());
                let reply = if self.agrees == Some(true) {
                    json!({"action": "accept", "content": {}})
                } else {
                    json!({"action": "decline"})
                };
                self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": reply}));
            } else if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// What a resource holds.
    pub fn resource(&mut self, uri: &str) -> Value {
        let response = self.request("resources/read", json!({"uri": uri}));
        let contents = response["result"]["contents"].as_array().unwrap_or_else(|| panic!("{uri}: {response}"));
        contents[0].clone()
    }

    /// The names of the tools that are offered.
    pub fn names(&mut self) -> Vec<String> {
        let listed = self.request("tools/list", json!({}));
        let tools = listed["result"]["tools"].as_array().expect("tools");
        tools.iter().map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The result of a tool call, whatever it is.
    pub fn result(&mut self, tool: &str, arguments: &Value) -> Value {
        let response = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(response.get("error").is_none(), "{tool} {arguments}: {response}");
        response["result"].clone()
    }

    /// The text of a call that must work.
    pub fn text(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, &arguments);
        let text = text(&result);
        assert_ne!(result["isError"], true, "{tool} {arguments} failed: {text}");
        text
    }

    /// The JSON of a call that must work.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let text = self.text(tool, arguments.clone());
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{tool} {arguments} answered no JSON: {text}"))
    }

    /// The error of a call that must fail with this kind, and all that its text says.
    pub fn fails(&mut self, tool: &str, arguments: Value, kind: &str) -> (Value, String) {
        let result = self.result(tool, &arguments);
        let text = text(&result);
        assert_eq!(result["isError"], true, "{tool} {arguments} should fail with {kind}, but: {text}");
        let error = result["content"].as_array().expect("content").iter().find_map(|block| {
            let text = block["text"].as_str()?;
            let found: Value = serde_json::from_str(text.get(text.rfind("{\"kind\"")?..)?).ok()?;
            Some(found)
        });
        let error = error.unwrap_or_else(|| panic!("{tool} {arguments}: no error JSON in {text}"));
        assert_eq!(error["kind"], kind, "{tool} {arguments}: {text}");
        (error, text)
    }

    /// A call that needs a person's word, of a client that cannot ask: what the plan shows, then its answer when it runs.
    pub fn confirmed(&mut self, tool: &str, arguments: &Value) -> (String, Value) {
        let (error, shown) = self.fails(tool, arguments.clone(), "confirmation_required");
        assert_eq!(error["applied"], "no", "{shown}");
        let mut again = arguments.clone();
        again["plan"] = error["plan"]["id"].clone();
        (shown, self.call(tool, again))
    }

    /// A record of the tests' own.
    pub fn create(&mut self, model: &str, values: Value) -> i64 {
        let made = self.call("probe_create", json!({"model": model, "values": values}));
        made["ids"][0].as_i64().expect("an id")
    }

    /// Some fields of one record.
    pub fn read(&mut self, model: &str, id: i64, fields: &[&str]) -> Value {
        self.call("probe_read", json!({"model": model, "ids": [id], "fields": fields}))["records"][0].clone()
    }

    /// The records that meet a domain.
    pub fn search(&mut self, model: &str, domain: &Value, fields: &[&str]) -> Vec<Value> {
        let arguments = json!({"model": model, "domain": domain.to_string(), "fields": fields, "limit": 200});
        self.call("probe_search", arguments)["records"].as_array().expect("records").clone()
    }

    /// Removes records, and does not mind where Odoo refuses.
    pub fn remove(&mut self, model: &str, ids: &[i64]) {
        self.result("probe_unlink", &json!({"model": model, "ids": ids}));
    }
}

/// The texts of a result.
pub fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().expect("content");
    blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
