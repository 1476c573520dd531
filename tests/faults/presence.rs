//! An Odoo that is slow, silent or changes under the server: what is listed meanwhile, and who hears of it.

use serde_json::{Value, json};

use crate::common::process::Process;
use crate::common::request;
use crate::server::{Reply, Seen, Server, raise};
use crate::{called, facts, started, until};

/// Two models; the scripted Odoo decides which are there.
const TOOLS: &str = r#"
[[tool]]
name = "count_partners"
model = "res.partner"
[tool.search_count]

[[tool]]
name = "count_tickets"
model = "helpdesk.ticket"
[tool.search_count]
"#;

struct Running {
    process: Process,
    _directory: tempfile::TempDir,
}

async fn start(url: &str) -> Running {
    let directory = tempfile::tempdir().unwrap();
    crate::common::process::save(directory.path(), "tools.toml", TOOLS);
    let mut command = crate::common::process::tooldoo(&["serve", "--definitions", crate::path(directory.path())]);
    command.envs([("ODOO_URL", url), ("ODOO_DB", "erp"), ("ODOO_USERNAME", "bot@example.com")]);
    command.env("ODOO_API_KEY", crate::server::KEY);
    let mut process = started(&mut command).await;
    process.write(format!("{}\n", crate::common::initialized()).as_bytes()).await;
    Running { process, _directory: directory }
}

async fn names(running: &mut Running) -> Vec<String> {
    let listed = running.process.ask(&request(1, "tools/list", json!({}))).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

async fn list_changed(running: &mut Running) {
    loop {
        let frame = running.process.next().await.expect("the server went away");
        if frame["method"] == "notifications/tools/list_changed" {
            return;
        }
    }
}

fn unknown(seen: &Seen, model: &str) -> Reply {
    if seen.path.starts_with("/json/2") {
        let message = format!("the model '{model}' does not exist");
        return Reply::Raise(404, "werkzeug.exceptions.NotFound", message);
    }
    raise("odoo.exceptions.UserError", &format!("Object {model} doesn't exist"))
}

const ALL: [&str; 2] = ["count_partners", "count_tickets"];

#[tokio::test]
async fn an_odoo_that_is_slow_hides_nothing_and_clients_hear_when_more_is_known() {
    let odoo = Server::odoo("19.0", |seen, _| match seen.call().as_str() {
        "helpdesk.ticket.fields_get" => Some(unknown(seen, "helpdesk.ticket")),
        "res.partner.fields_get" => Some(Reply::Gated(json!({"name": {"type": "char"}}))),
        _ => None,
    })
    .await;
    let mut running = start(&odoo.url).await;
    // The gate is closed: the list comes without an answer.
    assert_eq!(names(&mut running).await, ALL);
    odoo.open_gate(8);
    list_changed(&mut running).await;
    assert_eq!(names(&mut running).await, ["count_partners"]);
    let answer = running.process.ask(&crate::common::call(2, "count_tickets", json!({}))).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[tokio::test]
async fn an_odoo_that_says_nothing_keeps_no_handshake_waiting_and_hides_nothing() {
    let odoo = Server::start(|_, _| Reply::Silence).await;
    // The handshake is answered although nothing is known.
    let mut running = start(&odoo.url).await;
    assert_eq!(names(&mut running).await, ALL);
    assert_eq!(names(&mut running).await, ALL);
}

#[tokio::test]
async fn a_login_that_is_refused_hides_nothing_and_is_tried_once() {
    let odoo =
        Server::odoo("17.0", |seen, _| (seen.call() == "common.authenticate").then(|| Reply::Ok(json!(false)))).await;
    let mut running = start(&odoo.url).await;
    assert_eq!(names(&mut running).await, ALL);
    until("the attempt", || odoo.count("common.authenticate") == 1).await;
    assert_eq!(names(&mut running).await, ALL);
    assert_eq!(odoo.count("common.authenticate"), 1, "not once for every model");
}

#[tokio::test]
async fn a_module_that_is_uninstalled_takes_its_tools_with_it() {
    let odoo = Server::odoo("19.0", |seen, before| match (seen.call().as_str(), before) {
        ("helpdesk.ticket.search_count", 1..) => Some(unknown(seen, "helpdesk.ticket")),
        // There at the start; then it is gone.
        ("helpdesk.ticket.fields_get", 1..) => Some(unknown(seen, "helpdesk.ticket")),
        _ => None,
    })
    .await;
    let mut running = start(&odoo.url).await;
    assert_eq!(names(&mut running).await, ALL);
    let fine: Value = called(&mut running.process, "count_tickets", json!({})).await;
    assert_ne!(fine["isError"], true, "{fine}");
    let gone = facts(&called(&mut running.process, "count_tickets", json!({})).await);
    assert_eq!(gone["kind"], "unknown_model");
    list_changed(&mut running).await;
    assert_eq!(names(&mut running).await, ["count_partners"]);
}

#[tokio::test]
async fn over_http_without_a_session_the_first_list_has_what_is_there() {
    let odoo = Server::odoo("19.0", |seen, _| {
        (seen.call() == "helpdesk.ticket.fields_get").then(|| unknown(seen, "helpdesk.ticket"))
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    crate::common::process::save(directory.path(), "tools.toml", TOOLS);
    let mut command = crate::common::process::tooldoo(&["serve", "--http", "--listen", "127.0.0.1:0", "--definitions"]);
    command.arg(directory.path());
    command.envs([("ODOO_URL", odoo.url.as_str()), ("ODOO_DB", "erp"), ("ODOO_USERNAME", "bot@example.com")]);
    command.env("ODOO_API_KEY", crate::server::KEY);
    let web = super::gone::Web::run(&mut command).await;
    let listed = web.post(&crate::common::modern(request(1, "tools/list", json!({}))), None).send().await.unwrap();
    let text = listed.text().await.unwrap();
    assert!(text.contains("count_partners") && !text.contains("count_tickets"), "{text}");
}

/// A person may keep prompts; nobody but them sees them.
const PROMPTS: &str = r#"
[[tool]]
name = "save_my_prompt"
server = { what = "save_prompt", name = "{{ name }}", text = "{{ text }}" }
[tool.input]
required = ["name", "text"]
[tool.input.properties]
name = { type = "string" }
text = { type = "string" }

[[tool]]
name = "count_partners"
model = "res.partner"
[tool.search_count]
"#;

#[tokio::test]
async fn a_prompt_that_was_kept_is_there_although_the_odoo_is_still_being_learnt() {
    let odoo = Server::odoo("19.0", |seen, _| match seen.call().as_str() {
        "res.partner.fields_get" => Some(Reply::Gated(json!({"name": {"type": "char"}}))),
        _ => None,
    })
    .await;
    let (directory, people) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    crate::common::process::save(directory.path(), "tools.toml", PROMPTS);
    let mut command = crate::common::process::tooldoo(&["serve", "--definitions", crate::path(directory.path())]);
    command.envs([("ODOO_URL", odoo.url.as_str()), ("ODOO_DB", "erp"), ("ODOO_USERNAME", "bot@example.com")]);
    command.env("ODOO_API_KEY", crate::server::KEY).env("TOOLDOO_DEFINITIONS__PERSONAL", crate::path(people.path()));
    let mut server = started(&mut command).await;
    let kept = called(&mut server, "save_my_prompt", json!({"name": "weekly", "text": "The week."})).await;
    assert_ne!(kept["isError"], true, "{kept}");
    let prompt = server.ask(&request(3, "prompts/get", json!({"name": "weekly"}))).await;
    assert_eq!(prompt["result"]["messages"][0]["content"]["text"], "The week.", "{prompt}");
}
