//! One definition file, the real binary over stdio, and the embedded Odoo behind it, recorded.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tooldoo::demo::{self, Account, Profile, Recorded};

use crate::target::Target;

/// A server with one definition file.
pub struct Server {
    /// The embedded Odoo that is its own, and what runs it.
    odoo: Option<(demo::Server, tokio::runtime::Runtime)>,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    directory: tempfile::TempDir,
}

impl Server {
    /// On the embedded Odoo 19, as its administrator.
    pub fn new(definitions: &str) -> Self {
        Self::on(Profile::V19, demo::ADMIN, &[], definitions)
    }

    /// On the embedded Odoo of that version, as that user, with these variables.
    pub fn on(version: Profile, account: Account, variables: &[(&str, &str)], definitions: &str) -> Self {
        Self::of(demo::Options { version, ..demo::Options::default() }, account, variables, definitions)
    }

    /// On this embedded Odoo.
    pub fn of(options: demo::Options, account: Account, variables: &[(&str, &str)], definitions: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let odoo = runtime.block_on(demo::Server::start(options)).unwrap();
        let (url, database) = (odoo.url(), odoo.database().to_owned());
        let environment = [
            ("ODOO_URL", url.as_str()),
            ("ODOO_DB", &database),
            ("ODOO_USERNAME", account.login),
            ("ODOO_API_KEY", account.api_key),
        ];
        let environment: Vec<_> = environment.into_iter().chain(variables.iter().copied()).collect();
        Self::start(&environment, definitions, Some((odoo, runtime)))
    }

    /// On an Odoo that is there already, as one of its users.
    pub fn at(target: &Target, (login, key): (&str, &str), definitions: &str) -> Self {
        let environment = [
            ("ODOO_URL", target.url.as_str()),
            ("ODOO_DB", &target.database),
            ("ODOO_USERNAME", login),
            ("ODOO_API_KEY", key),
            ("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol),
        ];
        Self::start(&environment, definitions, None)
    }

    fn start(
        environment: &[(&str, &str)],
        definitions: &str,
        odoo: Option<(demo::Server, tokio::runtime::Runtime)>,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("tools.toml"), definitions).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tooldoo"))
            .args(["serve", "--definitions"])
            .arg(directory.path())
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { odoo, child, input, output, next: 0, directory };
        server.request(
            "initialize",
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "tests", "version": "0"}}),
        );
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        server
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// The whole response to a request.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended instead of answering {method}");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Saves other definitions, and waits until they are in service.
    pub fn save(&mut self, definitions: &str) {
        std::fs::write(self.directory.path().join("tools.toml"), definitions).unwrap();
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended");
            if line.contains("notifications/tools/list_changed") {
                return;
            }
        }
    }

    /// The names of the tools as listed.
    pub fn names(&mut self) -> Vec<String> {
        self.tools().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The tools as listed.
    pub fn tools(&mut self) -> Vec<Value> {
        self.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone()
    }

    /// The result of a tool call, whatever it is.
    pub fn result(&mut self, tool: &str, arguments: &Value) -> Value {
        let response = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(response.get("error").is_none(), "{tool}: {response}");
        response["result"].clone()
    }

    /// The answer of a call that must work.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, &arguments);
        assert_ne!(result["isError"], true, "{tool} {arguments} failed: {result}");
        serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
    }

    /// The error of a call that must fail with this kind.
    pub fn fails(&mut self, tool: &str, arguments: Value, kind: &str) -> Value {
        let result = self.result(tool, &arguments);
        assert_eq!(result["isError"], true, "{tool} {arguments} should fail with {kind}: {result}");
        let error: Value = serde_json::from_str(result["content"][1]["text"].as_str().unwrap()).unwrap();
        assert_eq!(error["kind"], kind, "{tool} {arguments}: {error}");
        error
    }

    /// What reaches the embedded Odoo while this runs.
    pub fn recorded<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> (T, Vec<Recorded>) {
        self.odoo.as_ref().unwrap().0.clear_requests();
        let done = act(self);
        (done, self.odoo.as_ref().unwrap().0.requests())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
        if let Some((odoo, runtime)) = self.odoo.take() {
            runtime.block_on(odoo.stop());
        }
    }
}
