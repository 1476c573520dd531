//! The real binary over stdio, driven by plain JSON: what a client would see.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};
use tooldoo::demo;

/// Everything that ships: the last three are not in the first.
const BUNDLES: &str = "default+generic+admin+finance";

/// An Odoo that the binary is pointed at.
#[derive(Debug, Clone)]
pub struct Target {
    /// For messages: which Odoo, over which protocol.
    pub name: String,
    pub url: String,
    pub database: String,
    pub login: String,
    pub api_key: String,
    pub protocol: &'static str,
    /// Its major version.
    pub version: u32,
    /// The ordinary employee.
    pub employee: (String, String),
    /// The passwords of the first login and of the employee, where they are known: reports need them.
    pub passwords: Option<(String, String)>,
}

impl Target {
    /// The embedded Odoo, of this major version.
    pub fn embedded(odoo: &demo::Server, version: u32, protocol: &'static str) -> Self {
        Self {
            name: format!("embedded {version} over {protocol}"),
            url: odoo.url(),
            database: odoo.database().to_owned(),
            login: demo::ADMIN.login.to_owned(),
            api_key: demo::ADMIN.api_key.to_owned(),
            protocol,
            version,
            employee: (demo::EMPLOYEE.login.to_owned(), demo::EMPLOYEE.api_key.to_owned()),
            passwords: Some((demo::ADMIN.password.to_owned(), demo::EMPLOYEE.password.to_owned())),
        }
    }

    /// The real Odoo that the environment names. `None` where it names none and none is required, and for JSON-2 on one
    /// that does not have it yet.
    pub fn real(protocol: &'static str) -> Option<Self> {
        let variable =
            |name: &str| std::env::var(format!("TOOLDOO_TEST_ODOO_{name}")).ok().filter(|value| !value.is_empty());
        let Some(url) = variable("URL") else {
            assert!(
                variable("REQUIRED").is_none(),
                "TOOLDOO_TEST_ODOO_REQUIRED is set, and there is no TOOLDOO_TEST_ODOO_URL"
            );
            println!("no real Odoo: only the embedded one was tested");
            return None;
        };
        let needed = |name: &str| variable(name).unwrap_or_else(|| panic!("TOOLDOO_TEST_ODOO_{name} is not set"));
        let version: u32 = needed("VERSION").split('.').next().unwrap().parse().unwrap();
        if protocol == "json2" && version < 19 {
            println!("not for this version: Odoo {version} has no JSON-2");
            return None;
        }
        Some(Self {
            name: format!("real {version} over {protocol}"),
            url,
            database: needed("DB"),
            login: needed("LOGIN"),
            api_key: needed("API_KEY"),
            protocol,
            version,
            employee: (needed("USER_LOGIN"), needed("USER_API_KEY")),
            passwords: variable("PASSWORD").zip(variable("USER_PASSWORD")),
        })
    }

    /// Runs this on an embedded Odoo of its own.
    pub fn on_embedded(profile: demo::Profile, protocol: &'static str, run: impl FnOnce(&Self)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = demo::Options { version: profile, ..demo::Options::default() };
        let server = runtime.block_on(demo::Server::start(options)).unwrap();
        run(&Self::embedded(&server, u32::from(profile.major()), protocol));
        runtime.block_on(server.stop());
    }

    /// Runs this on the real Odoo, where there is one. One at a time: what one case creates, another would count.
    pub fn on_real(protocol: &'static str, run: impl FnOnce(&Self)) {
        static REAL: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _alone = REAL.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(target) = Self::real(protocol) {
            run(&target);
        }
    }
}

/// A running server and the client's end of its pipes.
pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    /// Definitions of its own, as long as it runs.
    pub definitions: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts `tooldoo serve` on this Odoo, with the shipped tools and those of the tests.
    pub fn start(target: &Target) -> Self {
        Self::start_as(target, &target.login, &target.api_key)
    }

    /// The same as the ordinary employee.
    pub fn start_as_employee(target: &Target) -> Self {
        Self::start_as(target, &target.employee.0, &target.employee.1)
    }

    pub fn start_as(target: &Target, login: &str, key: &str) -> Self {
        Self::start_in(target, login, key, BUNDLES)
    }

    /// As one of the two whose passwords are known, with the password beside the key. `None` where they are not.
    pub fn start_with_password(target: &Target, employee: bool) -> Option<Self> {
        let (first, second) = target.passwords.as_ref()?;
        let (login, key, password) = if employee {
            (&target.employee.0, &target.employee.1, second)
        } else {
            (&target.login, &target.api_key, first)
        };
        Some(Self::spawn(target, login, key, BUNDLES, &[("ODOO_PASSWORD", password)]))
    }

    /// With the tools of these bundles, and those of the tests where `default` is among them.
    pub fn start_in(target: &Target, login: &str, key: &str, bundles: &str) -> Self {
        Self::spawn(target, login, key, bundles, &[])
    }

    fn spawn(target: &Target, login: &str, key: &str, bundles: &str, variables: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let definitions = [root.join("tools.d"), root.join("tests/tools/definitions")];
        Self::begin(target, (login, key), bundles, &definitions, variables)
    }

    /// With the definitions of these files and directories alone.
    pub fn start_with(target: &Target, login: (&str, &str), bundles: &str, definitions: &[PathBuf]) -> Self {
        Self::begin(target, login, bundles, definitions, &[])
    }

    /// With variables of its own too.
    pub fn begin(
        target: &Target,
        (login, key): (&str, &str),
        bundles: &str,
        definitions: &[PathBuf],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tooldoo"))
            .args(["serve", "--bundle", bundles])
            .args(definitions.iter().flat_map(|path| [OsStr::new("--definitions"), path.as_os_str()]))
            .env_clear()
            .env("ODOO_URL", &target.url)
            .env("ODOO_DB", &target.database)
            .env("ODOO_USERNAME", login)
            .env("ODOO_API_KEY", key)
            .env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut server = Self { child, input, output, next: 0, definitions: None };
        server.request(
            "initialize",
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "tests", "version": "0"}}),
        );
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        server
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("stdin is open");
        writeln!(input, "{message}").expect("the server reads");
    }

    /// A request, and the whole response.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the server writes text");
            assert!(read > 0, "the server ended instead of answering {method}");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no frame: {line}"));
            if message["id"] == id {
                return message;
            }
        }
    }

    /// A tool call that must work; the answer's JSON.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Map<String, Value> {
        let result = self.result(tool, &arguments);
        let text = text(&result);
        assert_ne!(result["isError"], true, "{tool} {arguments} failed: {text}");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{tool} {arguments} answered no JSON object: {text}"))
    }

    /// A tool call that must fail with this kind; the error's JSON.
    pub fn fails(&mut self, tool: &str, arguments: Value, kind: &str) -> Map<String, Value> {
        let result = self.result(tool, &arguments);
        let text = text(&result);
        assert_eq!(result["isError"], true, "{tool} {arguments} should fail with {kind}, but: {text}");
        let error = result["content"].as_array().expect("content").iter().find_map(|block| {
            let text = block["text"].as_str()?;
            serde_json::from_str::<Map<String, Value>>(text.get(text.find('{')?..)?).ok()
        });
        let error = error.unwrap_or_else(|| panic!("{tool} {arguments}: no error JSON in {text}"));
        assert_eq!(error["kind"], kind, "{tool} {arguments}: {text}");
        assert!(!text.contains("Traceback"), "{tool} {arguments}: {text}");
        error
    }

    /// The result of a tool call, whatever it is.
    pub fn result(&mut self, tool: &str, arguments: &Value) -> Value {
        let response = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(response.get("error").is_none(), "{tool}: {response}");
        response["result"].clone()
    }
}

/// The texts of a result.
pub fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().expect("content");
    blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
