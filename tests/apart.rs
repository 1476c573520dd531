//! Callers of one server, kept apart: who is told of what, what one cannot use of another, and what one alone cannot take for itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::backend::{self, Fake};
use common::line::{self, Client};
use common::web::{Web, options};
use common::{call, everyone, initialize, initialized, modern, request, tool};
use indexmap::IndexMap;
use secrecy::SecretString;
use serde_json::{Value, json};
use tooldoo::access::Caller;
use tooldoo::catalog::Catalog;
use tooldoo::definition::load_texts;
use tooldoo::demo;
use tooldoo::mcp::Hub;
use tooldoo::odoo::{Client as Odoo, Credential, settings};
use tooldoo::operation::Instance;
use tooldoo::personal::{Kept, Store};
use tooldoo::service::{Service, Settings};
use tooldoo::source::Format;
use tooldoo::transport::http;

/// What asks before it answers, of each sort.
const ASKING: &str = r#"
[[tool]]
name = "asking"
description = "Asks first."
content = [{ type = "text", text = "A {{ which.kind }} one." }]
[[tool.ask]]
name = "which"
message = "Which?"
schema = { properties.kind = { type = "string" }, required = ["kind"] }

[[resource]]
name = "asked"
uri = "test://asked"
content = [{ text = "A {{ which.kind }} one." }]
[[resource.ask]]
name = "which"
message = "Which?"
schema = { properties.kind = { type = "string" }, required = ["kind"] }

[[prompt]]
name = "asking"
description = "Asks first."
[[prompt.ask]]
name = "which"
message = "Which?"
schema = { properties.kind = { type = "string" }, required = ["kind"] }
[[prompt.message]]
text = "A {{ which.kind }} one."
"#;

fn catalog(text: &str) -> Catalog {
    let loaded = load_texts([(Path::new("test.toml"), text, Format::Toml)]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    Catalog::of(loaded.definitions)
}

fn person(login: &str) -> Caller {
    Caller { login: Some(login.to_owned()), ..everyone() }
}

fn instance(odoo: &demo::Server) -> Arc<Instance> {
    let settings = settings::Settings {
        url: odoo.url(),
        database: Some(odoo.database().to_owned()),
        username: Some(demo::ADMIN.login.to_owned()),
        api_key: Some(Credential::from(SecretString::from(demo::ADMIN.api_key))),
        ..settings::Settings::default()
    };
    Arc::new(Instance::new(Odoo::new(settings).unwrap()))
}

/// A service with this Odoo, if any, and the hub around it.
fn site(directory: &Path, odoo: Option<&demo::Server>) -> (Arc<Service>, Arc<Hub>) {
    let store = Store::new(directory.join("people"));
    let instances: IndexMap<_, _> = odoo.map(|odoo| ("default".to_owned(), instance(odoo))).into_iter().collect();
    let service = Service::new(instances, "default".to_owned(), Settings::default()).with_personal(store);
    let service = Arc::new(service);
    let hub = backend::hub(service.clone());
    let weak = Arc::downgrade(&hub);
    service.on_personal_news(move || weak.upgrade().into_iter().for_each(|hub| hub.refresh()));
    hub.replace(catalog(ASKING));
    (service, hub)
}

/// A client that is told of changes without asking.
async fn told(hub: &Arc<Hub>, caller: Caller) -> Client {
    let mut client = Client::of(hub, caller);
    client.handshake("2025-11-25").await;
    // The notification that the handshake is done is handled beside other messages: one answer later it is through.
    client.ask(&request(1, "ping", json!({}))).await;
    client
}

/// A client that listens, to this.
async fn listening(hub: &Arc<Hub>, caller: Caller, filter: Value) -> (Client, Value) {
    let mut client = Client::of(hub, caller);
    client.send(&modern(request("s", "subscriptions/listen", json!({"notifications": filter})))).await;
    let acknowledged = client.next().await.unwrap();
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    (client, acknowledged["params"]["notifications"].clone())
}

#[tokio::test]
async fn of_the_prompts_of_one_person_nobody_else_is_told() {
    const TOOLS: &str = "notifications/tools/list_changed";
    const PROMPTS: &str = "notifications/prompts/list_changed";
    let directory = tempfile::tempdir().unwrap();
    let (service, hub) = site(directory.path(), None);
    let both = json!({"toolsListChanged": true, "promptsListChanged": true});
    let mut anna = told(&hub, person("anna")).await;
    let mut ben = told(&hub, person("ben")).await;
    let mut nobody = told(&hub, everyone()).await;
    let (mut anna_listens, _) = listening(&hub, person("anna"), both.clone()).await;
    let (mut ben_listens, _) = listening(&hub, person("ben"), both.clone()).await;
    let (mut nobody_listens, _) = listening(&hub, everyone(), both).await;

    let kept = Kept { name: "weekly".to_owned(), text: "Report.".to_owned(), ..Kept::default() };
    Store::new(directory.path().join("people")).save("anna", &kept, false).unwrap();
    service.reread_personal();
    for client in [&mut anna, &mut anna_listens] {
        assert_eq!(client.next().await.unwrap()["method"], PROMPTS, "the owner is told");
    }
    // What all hear of next.
    hub.replace(catalog(&format!(
        "{ASKING}\n[[tool]]\nname = \"more\"\ndescription = \"More.\"\ncontent = [{{ type = \"text\", text = \"x\" }}]\n"
    )));
    for client in [&mut anna, &mut anna_listens, &mut ben, &mut ben_listens, &mut nobody, &mut nobody_listens] {
        assert_eq!(client.next().await.unwrap()["method"], TOOLS, "nobody else is told");
    }
    let weekly = request(2, "prompts/get", json!({"name": "weekly"}));
    assert!(anna.ask(&weekly).await["result"].is_object());
    assert_eq!(ben.ask(&weekly).await["error"]["code"], -32602);
    assert_eq!(nobody.ask(&weekly).await["error"]["code"], -32602);
}

#[tokio::test]
async fn a_state_is_good_for_the_caller_alone_to_whom_it_was_given() {
    let directory = tempfile::tempdir().unwrap();
    let odoo = demo::Server::start(demo::Options::default()).await.unwrap();
    let (_, hub) = site(directory.path(), Some(&odoo));
    let subjects = [
        ("tools/call", json!({"name": "asking"})),
        ("resources/read", json!({"uri": "test://asked"})),
        ("prompts/get", json!({"name": "asking"})),
    ];
    let asked = |id: u64, method: &str, params: &Value, more: Value| {
        let mut message = modern(request(id, method, params.clone()));
        message["params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"elicitation": {}});
        message
    };
    let reply = json!({"which": {"action": "accept", "content": {"kind": "green"}}});
    let mut anna = Client::of(&hub, person("anna"));
    let mut states = Vec::new();
    for (method, params) in &subjects {
        let first = anna.ask(&asked(1, method, params, json!({}))).await;
        assert_eq!(first["result"]["resultType"], "input_required", "{method}: {first}");
        states.push(first["result"]["requestState"].clone());
    }
    let others = [person("ben"), everyone(), Caller { read_only: true, ..person("anna") }];
    for ((method, params), state) in subjects.iter().zip(&states) {
        let again = |state: &Value| asked(2, method, params, json!({"requestState": state, "inputResponses": reply}));
        for other in &others {
            let refused = Client::of(&hub, other.clone()).ask(&again(state)).await;
            assert_eq!(refused["error"]["code"], -32602, "{method} of {other:?}: {refused}");
        }
        for foreign in states.iter().filter(|foreign| *foreign != state) {
            assert_eq!(anna.ask(&again(foreign)).await["error"]["code"], -32602, "{method}: of another method");
        }
        let own = anna.ask(&again(state)).await;
        assert!(own["result"].to_string().contains("A green one."), "{method}: {own}");
    }
    odoo.stop().await;
}

#[tokio::test]
async fn who_says_again_and_again_that_it_is_ready_is_told_once() {
    let (_, hub) = Fake::hub();
    let mut client = Client::new(&hub);
    client.ask(&initialize("2025-11-25")).await;
    for _ in 0..100 {
        client.send(&initialized()).await;
    }
    client.ask(&request(1, "ping", json!({}))).await;
    hub.replace(Catalog::new(vec![Arc::new(tool("only"))]));
    assert_eq!(client.next().await.unwrap()["method"], "notifications/tools/list_changed");
    client.send(&call(2, "only", json!({"text": "quiet"}))).await;
    assert_eq!(client.next().await.unwrap()["id"], 2, "nothing came twice");
}

#[tokio::test]
async fn of_what_is_announced_in_a_burst_no_list_is_lost() {
    let fake = Fake::new(vec![tool("announce")]);
    let hub = backend::hub(fake);
    let (mut client, _) =
        listening(&hub, everyone(), json!({"toolsListChanged": true, "promptsListChanged": true})).await;
    client.send(&modern(call(1, "announce", json!({})))).await;
    loop {
        let message = client.next().await.unwrap();
        if message["method"] == "notifications/prompts/list_changed" {
            break;
        }
    }
}

/// A record that is watched.
const WATCHED: &str = r#"
[[resource]]
name = "partner"
uri = "test://partner/{id}"
model = "res.partner"
watch = "1s"
[resource.read]
ids = "{{ id }}"
fields = ["name"]
"#;

#[tokio::test]
async fn for_who_is_gone_without_a_word_nothing_is_asked_and_who_is_back_is_told() {
    let odoo = demo::Server::start(demo::Options::default()).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (_service, hub) = site(directory.path(), Some(&odoo));
    hub.replace(catalog(WATCHED));
    let web = Web::with(&hub, http::Options { session_absence: Duration::from_millis(200), ..options() }).await;
    let session = web.open("/mcp").await;
    let stream = || {
        let stream = web.http.get(web.url("/mcp")).header("accept", "text/event-stream");
        stream.header("mcp-session-id", &session).send()
    };
    let first = stream().await.unwrap();
    let subscribe = request(1, "resources/subscribe", json!({"uri": "test://partner/1"}));
    let subscribed = web.post("/mcp", &[("mcp-session-id", session.as_str())], &subscribe).await;
    assert_eq!(subscribed.events()[0]["result"], json!({}));
    odoo.clear_requests();
    eventually(async || !odoo.requests().is_empty()).await;

    drop(first);
    let longer_than_its_interval = Duration::from_millis(2500);
    eventually(async || {
        odoo.clear_requests();
        tokio::time::sleep(longer_than_its_interval).await;
        odoo.requests().is_empty()
    })
    .await;

    let mut again = stream().await.unwrap();
    let mut heard = String::new();
    while !heard.contains("notifications/resources/updated") {
        let part = tokio::time::timeout(line::PATIENCE, again.chunk()).await.expect("who is back is told");
        heard.push_str(&String::from_utf8_lossy(&part.unwrap().unwrap()));
    }
    assert!(heard.contains("test://partner/1"), "{heard}");
    odoo.clear_requests();
    eventually(async || !odoo.requests().is_empty()).await;
    odoo.stop().await;
}

/// Waits until that is so.
async fn eventually(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(line::PATIENCE, waiting).await.expect("it comes to be so");
}

#[tokio::test]
async fn nobody_has_the_server_keep_endless_addresses() {
    const WATCHED: &str = r#"
        [[resource]]
        name = "partner"
        uri = "test://partner/{id}"
        model = "res.partner"
        watch = "1m"
        read = { ids = "{{ id }}", fields = ["name"] }
    "#;
    let hub = backend::hub(Fake::new(Vec::new()));
    hub.replace(catalog(WATCHED));
    let named = |uris: Vec<String>| json!({"toolsListChanged": true, "resourceSubscriptions": uris});
    let (short, long) = ("test://partner/1".to_owned(), format!("test://partner/{}", "1".repeat(3_000)));
    let (mut client, accepted) = listening(&hub, everyone(), named(vec![short.clone(), long.clone()])).await;
    assert_eq!(accepted, named(vec![short.clone()]));
    let many = (0..10_001).map(|number| format!("test://partner/{number}")).collect();
    for uris in [many, vec![long.clone(); 400]] {
        let listen = modern(request("t", "subscriptions/listen", json!({"notifications": named(uris)})));
        assert_eq!(client.ask(&listen).await["error"]["code"], -32602);
    }
    let mut client = told(&hub, everyone()).await;
    assert!(client.ask(&request(2, "resources/subscribe", json!({"uri": short}))).await["result"].is_object());
    let refused = client.ask(&request(3, "resources/subscribe", json!({"uri": long}))).await;
    assert_eq!((&refused["error"]["code"], &refused["error"]["data"]["uri"]), (&json!(-32602), &json!(long)));
}

#[tokio::test]
async fn a_subscription_that_was_confirmed_stays_when_another_request_for_it_is_cancelled() {
    let slow = |description: &str| {
        catalog(&format!(
            "[[resource]]\nname = \"slow\"\nuri = \"test://slow\"\nmodel = \"res.partner\"\nwatch = \"1m\"\n\
             description = \"{description}\"\nread = {{ ids = [1], fields = [\"name\"] }}\n"
        ))
    };
    let fake = Fake::new(Vec::new());
    let hub = backend::hub(fake.clone());
    hub.replace(slow("One."));
    let mut client = told(&hub, everyone()).await;
    let subscribe = |id: u64| request(id, "resources/subscribe", json!({"uri": "test://slow"}));
    client.send(&subscribe(2)).await;
    fake.begun.notified().await;
    assert!(client.ask(&subscribe(3)).await["result"].is_object());
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})).await;
    fake.cancelled.notified().await;
    client.ask(&request(4, "ping", json!({}))).await;
    hub.replace(slow("Another."));
    while client.next().await.unwrap()["method"] != "notifications/resources/updated" {}
}
