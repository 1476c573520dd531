//! The Odoo behind the server, and what is asked of it without tooldoo in between.

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tooldoo::demo;

use crate::server::{self, Http};

/// How to reach an Odoo.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: String,
    pub url: String,
    pub database: String,
    pub login: String,
    pub key: String,
    pub version: u32,
    /// `json2` or `jsonrpc`.
    pub protocol: &'static str,
}

/// The embedded Odoo, on threads of this process.
pub struct Embedded {
    runtime: Runtime,
    odoo: Option<demo::Server>,
    version: u32,
}

impl Embedded {
    pub fn start(version: u32) -> Self {
        let profile = match version {
            14 => demo::Profile::V14,
            17 => demo::Profile::V17,
            _ => demo::Profile::V19,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = demo::Options { version: profile, ..demo::Options::default() };
        let odoo = Some(runtime.block_on(demo::Server::start(options)).unwrap());
        Self { runtime, odoo, version }
    }

    fn odoo(&self) -> &demo::Server {
        self.odoo.as_ref().expect("it runs until it is dropped")
    }

    pub fn target(&self, protocol: &'static str) -> Target {
        Target {
            name: format!("embedded {}", self.version),
            url: self.odoo().url(),
            database: self.odoo().database().to_owned(),
            login: demo::ADMIN.login.to_owned(),
            key: demo::ADMIN.api_key.to_owned(),
            version: self.version,
            protocol,
        }
    }

    /// What reaches it while something is done.
    pub fn recorded(&self, act: impl FnOnce()) -> Vec<demo::Recorded> {
        self.odoo().clear_requests();
        act();
        let requests = self.odoo().requests();
        self.odoo().clear_requests();
        requests
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(odoo) = self.odoo.take() {
            self.runtime.block_on(odoo.stop());
        }
    }
}

/// The real Odoo that the environment names, as the tests know it.
pub fn real(protocol: &'static str) -> Option<Target> {
    let variable =
        |name: &str| std::env::var(format!("TOOLDOO_TEST_ODOO_{name}")).ok().filter(|value| !value.is_empty());
    let version = variable("VERSION")?.split('.').next()?.parse().ok()?;
    Some(Target {
        name: format!("real Odoo {version}"),
        url: variable("URL")?,
        database: variable("DB")?,
        login: variable("LOGIN")?,
        key: variable("API_KEY")?,
        version,
        protocol,
    })
    .filter(|target| protocol != "json2" || target.version >= 19)
}

/// One request, as tooldoo sends it, sent without tooldoo.
pub struct Bare {
    http: Http,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Bare {
    /// The request that a search of tooldoo makes, found out at the embedded Odoo of that version and protocol.
    pub fn of_a_search(target: &Target) -> Self {
        let embedded = Embedded::start(target.version);
        let mut server = server::Server::http(&embedded.target(target.protocol));
        server.search();
        let mut requests = embedded.recorded(|| server.search());
        assert_eq!(requests.len(), 1, "a warm search is one request: {requests:?}");
        let request = requests.remove(0);
        let http = Http::new();
        let mut body = request.body;
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if target.protocol == "json2" {
            headers.push(("authorization", format!("bearer {}", target.key)));
            headers.push(("x-odoo-database", target.database.clone()));
        } else {
            let uid = log_in(&http, target);
            let arguments = body["params"]["args"].as_array_mut().expect("execute_kw has arguments");
            arguments.splice(0..3, [json!(target.database), uid, json!(target.key)]);
        }
        Self { http, url: format!("{}{}", target.url, request.path), headers, body: body.to_string().into_bytes() }
    }

    pub fn search(&self) {
        let answer = self.found();
        assert!(answer.contains("\"records\""), "not what was asked for: {answer}");
    }

    /// The whole answer.
    pub fn found(&self) -> String {
        self.http.post(&self.url, &self.headers, &self.body)
    }
}

fn log_in(http: &Http, target: &Target) -> Value {
    let call = json!({"jsonrpc": "2.0", "method": "call", "params": {
        "service": "common", "method": "login", "args": [target.database, target.login, target.key]}});
    let headers = [("content-type", "application/json".to_owned())];
    let answer = http.post(&format!("{}/jsonrpc", target.url), &headers, call.to_string().as_bytes());
    serde_json::from_str::<Value>(&answer).expect("an answer of JSON-RPC")["result"].take()
}
