//! A client that knows as little as can be: named arguments in, the answer or the error out, over either protocol.

use std::{
    ops::Deref,
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value, json};
use tooldoo::demo;

/// How to reach the Odoo under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Json2,
    JsonRpc,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Admin,
    Employee,
}

#[derive(Clone, Debug)]
pub struct Login {
    pub login: String,
    pub password: String,
    pub api_key: String,
}

/// An Odoo under test, and who calls it.
pub struct Target {
    pub url: String,
    pub database: String,
    pub admin: Login,
    pub employee: Login,
    pub protocol: Protocol,
    /// The major version.
    pub version: u8,
    pub real: bool,
    /// Shared by all cases: a new one reads every root certificate of the machine.
    pub http: reqwest::Client,
    /// Shared by all cases too: Odoo takes half a second to hash a password.
    pub uids: Mutex<Vec<(String, i64)>>,
}

impl Target {
    pub fn embedded(server: &demo::Server, protocol: Protocol, version: u8, http: reqwest::Client) -> Self {
        let login = |account: demo::Account| Login {
            login: account.login.to_owned(),
            password: account.password.to_owned(),
            api_key: account.api_key.to_owned(),
        };
        Self {
            url: server.url(),
            database: server.database().to_owned(),
            admin: login(demo::ADMIN),
            employee: login(demo::EMPLOYEE),
            protocol,
            version,
            real: false,
            http,
            uids: Mutex::default(),
        }
    }

    pub fn login(&self, who: Who) -> &Login {
        if who == Who::Admin { &self.admin } else { &self.employee }
    }

    /// A call of a JSON-RPC service.
    pub async fn service(&self, service: &str, method: &str, args: Value) -> Result<Value, Fault> {
        let params = json!({"service": service, "method": method, "args": args});
        let body = json!({"jsonrpc": "2.0", "method": "call", "id": 7, "params": params});
        let answer = self.http.post(format!("{}/jsonrpc", self.url)).json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "JSON-RPC answers 200");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["id"], 7, "the answer names its request");
        match body.get("error") {
            Some(error) => Err(Fault::of(&error["data"], None)),
            None => Ok(body.get("result").cloned().unwrap_or(Value::Null)),
        }
    }

    pub async fn uid(&self, who: Who) -> i64 {
        let login = self.login(who).clone();
        let known = self.uids.lock().unwrap().iter().find(|(name, _)| *name == login.login).map(|(_, uid)| *uid);
        if let Some(uid) = known {
            return uid;
        }
        let args = json!([self.database, login.login, login.password, {}]);
        let uid = self.service("common", "authenticate", args).await.unwrap().as_i64().expect("the login is accepted");
        self.uids.lock().unwrap().push((login.login, uid));
        uid
    }
}

/// The Odoo under test, and what one case made in it.
pub struct Odoo {
    target: Arc<Target>,
    /// A text that no other run and no record of the database has.
    pub tag: String,
    made: Mutex<Vec<(String, i64)>>,
}

impl Deref for Odoo {
    type Target = Target;

    fn deref(&self) -> &Target {
        &self.target
    }
}

/// What Odoo raised.
#[derive(Clone, Debug)]
pub struct Fault {
    pub name: String,
    pub message: String,
    pub context: Value,
    /// The HTTP status, over JSON-2.
    pub status: Option<u16>,
}

impl Odoo {
    pub fn new(target: &Arc<Target>) -> Self {
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
        let tag = format!("zzc{}{:?}{nanos}", std::process::id(), target.protocol);
        Self { target: Arc::clone(target), tag, made: Mutex::default() }
    }

    /// A call as anyone; `ids` and `context` are arguments like any other.
    pub async fn call(&self, who: Who, model: &str, method: &str, arguments: Value) -> Result<Value, Fault> {
        match self.protocol {
            Protocol::Json2 => self.json2(who, model, method, arguments).await,
            Protocol::JsonRpc => self.jsonrpc(who, model, method, arguments).await,
        }
    }

    async fn json2(&self, who: Who, model: &str, method: &str, arguments: Value) -> Result<Value, Fault> {
        let url = format!("{}/json/2/{model}/{method}", self.url);
        let request = self
            .http
            .post(url)
            .bearer_auth(&self.login(who).api_key)
            .header("X-Odoo-Database", &self.database)
            .json(&arguments);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        if status == 200 { Ok(body) } else { Err(Fault::of(&body, Some(status))) }
    }

    async fn jsonrpc(&self, who: Who, model: &str, method: &str, arguments: Value) -> Result<Value, Fault> {
        let uid = self.uid(who).await;
        let mut kwargs = arguments.as_object().cloned().unwrap_or_default();
        let mut args: Vec<Value> = kwargs.shift_remove("ids").into_iter().collect();
        // Names of arguments differ from version to version; positions do not.
        let positional: &[&str] = match method {
            "search" | "search_count" => &["domain"],
            "name_search" => &["name", "domain", "operator", "limit"],
            "default_get" => &["fields"],
            "create" => &["vals_list"],
            "write" => &["vals"],
            _ => &[],
        };
        for name in positional {
            match kwargs.shift_remove(*name) {
                Some(given) => args.push(given),
                None => break,
            }
        }
        let params = json!([self.database, uid, self.login(who).password, model, method, args, Value::Object(kwargs)]);
        self.service("object", "execute_kw", params).await
    }

    /// A call of the administrator that must succeed.
    pub async fn ok(&self, model: &str, method: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        match self.call(Who::Admin, model, method, arguments).await {
            Ok(answer) => answer,
            Err(fault) => panic!("{model}.{method}({shown}) raised {fault:?}"),
        }
    }

    /// A call of the administrator that must fail.
    pub async fn fault(&self, model: &str, method: &str, arguments: Value) -> Fault {
        let shown = arguments.to_string();
        match self.call(Who::Admin, model, method, arguments).await {
            Ok(answer) => {
                panic!("{model}.{method}({shown}) answered {answer} and should have failed")
            }
            Err(fault) => fault,
        }
    }

    /// Creates a record, removed when the case ends.
    pub async fn make(&self, model: &str, values: Value) -> i64 {
        let answer = self.ok(model, "create", json!({"vals_list": [values]})).await;
        let id = answer[0].as_i64().expect("`create` of a list answers a list of ids");
        self.keep(model, id);
        id
    }

    /// Notes a record to remove.
    pub fn keep(&self, model: &str, id: i64) {
        self.made.lock().unwrap().push((model.to_owned(), id));
    }

    /// Removes what the case made, the newest first; what is gone already is passed over.
    pub async fn clean(&self) {
        let made: Vec<(String, i64)> = self.made.lock().unwrap().drain(..).rev().collect();
        for (model, id) in made {
            if model == "sale.order" {
                let _ = self
                    .call(
                        Who::Admin,
                        &model,
                        "action_cancel",
                        json!({"ids": [id], "context": {"disable_cancel_warning": true}}),
                    )
                    .await;
            }
            let undo = match model.as_str() {
                "purchase.order" => Some("button_cancel"),
                "account.move" => Some("button_draft"),
                _ => None,
            };
            if let Some(undo) = undo {
                let _ = self.call(Who::Admin, &model, undo, json!({"ids": [id]})).await;
            }
            // What was in the books once is removed only by force.
            let arguments = json!({"ids": [id], "context": {"force_delete": true}});
            let _ = self.call(Who::Admin, &model, "unlink", arguments).await;
        }
    }

    /// Fields of one record.
    pub async fn read(&self, model: &str, id: i64, fields: &[&str]) -> Map<String, Value> {
        let rows = self.ok(model, "read", json!({"ids": [id], "fields": fields})).await;
        rows[0].as_object().cloned().unwrap_or_else(|| panic!("{model}({id}) cannot be read: {rows}"))
    }

    pub async fn count(&self, model: &str, domain: Value) -> i64 {
        self.ok(model, "search_count", json!({"domain": domain})).await.as_i64().unwrap()
    }

    /// The id behind an external id.
    pub async fn reference(&self, external: &str) -> i64 {
        let (module, name) = external.split_once('.').unwrap();
        let found = self.ok("ir.model.data", "check_object_reference", json!({"module": module, "xml_id": name})).await;
        found[1].as_i64().unwrap()
    }
}

impl Fault {
    fn of(body: &Value, status: Option<u16>) -> Self {
        for key in ["name", "message", "arguments", "context", "debug"] {
            assert!(body.get(key).is_some(), "an error has `{key}`: {body}");
        }
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        Self { name: text("name"), message: text("message"), context: body["context"].clone(), status }
    }

    /// Asserts what it is: the class, a piece of the message, and over JSON-2 the status.
    pub fn is(&self, name: &str, piece: &str, status: u16) {
        assert_eq!(self.name, name, "{self:?}");
        assert!(self.message.contains(piece), "{self:?} does not say {piece:?}");
        if let Some(found) = self.status {
            assert_eq!(found, status, "{self:?}");
        }
    }
}
