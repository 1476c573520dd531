//! The binary that is measured, and a client of it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::odoo::Target;

/// The search that is measured: what an assistant asks for most.
const SEARCH: &str = r#"
[[tool]]
name        = "find"
description = "Finds contacts by name."
model       = "res.partner"

[tool.search_read]
domain = [["name", "ilike", "{{ query }}"]]
fields = ["name", "email"]
order  = "name, id"
limit  = { default = 10, max = 100 }

[tool.input.properties]
query = { type = "string", description = "Part of the name" }
"#;

/// A client that keeps its connections.
#[derive(Debug)]
pub struct Http(ureq::Agent);

impl Http {
    pub fn new() -> Self {
        let settings = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60)));
        Self(settings.http_status_as_error(false).proxy(None).build().into())
    }

    pub fn post(&self, url: &str, headers: &[(&'static str, String)], body: &[u8]) -> String {
        let request = headers.iter().fold(self.0.post(url), |request, (name, value)| request.header(*name, value));
        request.send(body).expect("an answer").body_mut().read_to_string().expect("a text")
    }
}

/// A process that does not outlive who measures it.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A tooldoo, and how to talk to it.
pub struct Server {
    pub process: Process,
    door: Door,
    search: String,
    /// Kept as long as the server reads it.
    definitions: Option<TempDir>,
}

enum Door {
    Http { client: Http, url: String },
    Stdio { input: ChildStdin, output: BufReader<ChildStdout> },
}

/// The binary as it ships. The one that cargo makes for benchmarks has features that only tests need, and so it is made anew.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("TOOLDOO_BENCH_BINARY") {
            return path.into();
        }
        eprintln!("building the release …");
        let arguments = ["build", "--release", "--locked", "--bin", "tooldoo"];
        let status = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::null())
            .status();
        assert!(status.expect("cargo starts").success(), "the release does not build");
        env!("CARGO_BIN_EXE_tooldoo").into()
    })
}

/// The binary, in an environment that names this Odoo and nothing else.
pub fn command(target: &Target) -> Command {
    let mut command = Command::new(binary());
    command
        .arg("serve")
        .env_clear()
        .env("ODOO_URL", &target.url)
        .env("ODOO_DB", &target.database)
        .env("ODOO_USERNAME", &target.login)
        .env("ODOO_API_KEY", &target.key)
        .env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol)
        .envs(std::env::var_os("TOKIO_WORKER_THREADS").map(|threads| ("TOKIO_WORKER_THREADS", threads)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

pub fn initialize() -> String {
    request(
        0,
        "initialize",
        &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "0"}}),
    )
}

pub fn request(id: u64, method: &str, params: &Value) -> String {
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
}

impl Server {
    /// Over HTTP, with the search to measure.
    pub fn http(target: &Target) -> Self {
        let definitions = searching();
        let mut server = Self::http_of(command(target).arg("--definitions").arg(definitions.path()));
        server.definitions = Some(definitions);
        server
    }

    /// Over HTTP, as it is told.
    pub fn http_of(command: &mut Command) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let child = command.args(["--http", "--listen", &address.to_string()]).spawn().expect("the binary starts");
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let door = Door::Http { client: Http::new(), url: format!("http://{address}/mcp") };
        Self { process: Process(child), door, search: search(), definitions: None }
    }

    /// Over stdio, with the search to measure, after the handshake.
    pub fn stdio(target: &Target) -> Self {
        let definitions = searching();
        let mut server = Self::stdio_of(command(target).arg("--definitions").arg(definitions.path()));
        server.definitions = Some(definitions);
        server
    }

    /// Over stdio, as it is told, after the handshake.
    pub fn stdio_of(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the binary starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut server =
            Self { process: Process(child), door: Door::Stdio { input, output }, search: search(), definitions: None };
        server.ask(&initialize());
        if let Door::Stdio { input, .. } = &mut server.door {
            let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
            input.write_all(format!("{initialized}\n").as_bytes()).expect("the server reads");
        }
        server
    }

    /// The answer to a request.
    pub fn ask(&mut self, request: &str) -> String {
        match &mut self.door {
            Door::Http { client, url } => {
                let headers = [("content-type", "application/json".to_owned())];
                client.post(url, &headers, request.as_bytes())
            }
            Door::Stdio { input, output } => {
                input.write_all(request.as_bytes()).expect("the server reads");
                loop {
                    let line = line(output);
                    // Notifications come in between.
                    if line.contains("\"id\"") {
                        return line;
                    }
                }
            }
        }
    }

    /// The search that is measured.
    pub fn search(&mut self) {
        let search = std::mem::take(&mut self.search);
        let answer = self.ask(&search);
        assert!(answer.contains("\\\"records\\\"") && !answer.contains("isError\":true"), "no records: {answer}");
        self.search = search;
    }

    /// The whole response to the search that is measured.
    pub fn found(&mut self) -> String {
        self.ask(&search())
    }

    /// The ends of the pipes of a server over stdio, for who wants to read on a thread of its own.
    pub fn into_pipes(self) -> (Process, ChildStdin, BufReader<ChildStdout>) {
        match self.door {
            Door::Stdio { input, output } => (self.process, input, output),
            Door::Http { .. } => panic!("a server over HTTP has no pipes"),
        }
    }
}

pub fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    let read = output.read_line(&mut line).expect("text");
    assert!(read > 0, "the server ended");
    line
}

fn search() -> String {
    request(1, "tools/call", &json!({"name": "find", "arguments": {"query": "a"}}))
}

fn searching() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("find.toml"), SEARCH).expect("a file");
    directory
}
