//! The operation `server`.

use serde_json::json;
use tooldoo::demo::{self, Options, Profile};

use crate::client::Server;

const TOOLS: &str = r#"
[[tool]]
name = "info"
bundles = ["default"]
[tool.server]
what = "info"

[[tool]]
name = "info_in_french"
[tool.server]
what = "info"
context = { lang = "fr_FR", tz = "Pacific/Auckland" }

[[tool]]
name = "access"
[tool.server]
what = "access"
model = "{{ model }}"
[tool.input]
required = ["model"]
properties = { model = { type = "string" } }

[[tool]]
name = "lead_access"
[tool.server]
what = "access"
model = "crm.lead"

[[tool]]
name = "models"
[tool.server]
what = "models"
query = "{{ query }}"
limit = 5
[tool.result]
max_bytes = 200
[tool.input.properties]
query = {}

[[tool]]
name = "search_leads"
model = "crm.lead"
bundles = ["default", "crm"]
[tool.search_read]

[[tool]]
name = "search_tickets"
model = "helpdesk.ticket"
bundles = ["default", "helpdesk"]
[tool.search_read]

[[tool]]
name = "search_any"
model = "{{ model }}"
bundles = ["default", "any"]
[tool.search_read]
[tool.input]
required = ["model"]
properties = { model = { type = "string" } }
"#;

fn start(version: Profile, account: demo::Account) -> Server {
    let options = Options { version, without: &["helpdesk.ticket"], ..Options::default() };
    Server::of(options, account, &[("TZ", "UTC")], TOOLS)
}

const VERSIONS: [Profile; 3] = [Profile::V19, Profile::V17, Profile::V14];

#[test]
fn info_names_the_apps_that_are_there_and_those_that_are_not() {
    for version in VERSIONS {
        let mut server = start(version, demo::EMPLOYEE);
        let info = server.call("info", json!({}));
        assert_eq!(info["apps"], json!({"crm": ["search_leads"]}), "on {version:?}");
        assert_eq!(info["apps_not_installed"], json!(["helpdesk"]));
        assert_eq!(info["odoo"], json!(version.serie()));
        assert_eq!(info["user"]["login"], "demo");
        let french = server.call("info_in_french", json!({}));
        assert_eq!((&french["language"], &french["zone"]), (&json!("fr_FR"), &json!("Pacific/Auckland")));
    }
}

#[test]
fn info_is_silent_of_apps_where_every_tool_is_for_any_model() {
    let any = r#"
[[tool]]
name = "info"
[tool.server]
what = "info"
"#;
    let mut server = Server::of(Options::default(), demo::EMPLOYEE, &[], any);
    let info = server.call("info", json!({}));
    assert!(info.get("apps").is_none() && info.get("user").is_some(), "{info}");
}

#[test]
fn access_is_what_the_caller_may_do() {
    for version in VERSIONS {
        let rights = |server: &mut Server, model: &str| {
            let answer = server.call("access", json!({"model": model}));
            ["read", "create", "write", "unlink"].map(|right| answer[right].as_bool().unwrap())
        };
        let mut admin = start(version, demo::ADMIN);
        assert_eq!(rights(&mut admin, "ir.config_parameter"), [true; 4], "on {version:?}");
        let mut employee = start(version, demo::EMPLOYEE);
        assert_eq!(rights(&mut employee, "ir.config_parameter"), [false; 4], "on {version:?}");
        assert_eq!(rights(&mut employee, "res.company"), [true, false, false, false], "on {version:?}");
        assert_eq!(employee.call("lead_access", json!({}))["model"], "crm.lead");
        employee.fails("access", json!({"model": "no.such.model"}), "unknown_model");
        employee.fails("access", json!({"model": "../x"}), "invalid_arguments");
        employee.fails("access", json!({}), "invalid_arguments");
    }
}

#[test]
fn models_are_cut_at_whole_ones_and_go_on_where_they_were_cut() {
    for version in VERSIONS {
        let mut server = start(version, demo::ADMIN);
        let (mut found, mut offset) = (Vec::new(), json!(0));
        loop {
            let page = server.call("models", json!({"offset": offset}));
            assert!(page.to_string().len() <= 200, "{page}");
            found.extend(page["models"].as_array().unwrap().iter().map(|model| model["name"].clone()));
            match page.get("next_offset") {
                Some(next) => offset = next.clone(),
                None => break,
            }
        }
        let count = found.len();
        found.dedup();
        assert_eq!(found.len(), count, "each once, on {version:?}");
        assert!(found.contains(&json!("crm.lead")) && !found.contains(&json!("helpdesk.ticket")), "{found:?}");
        server.fails("models", json!({"query": ["x"]}), "invalid_arguments");
    }
}

#[test]
fn access_is_told_over_both_protocols() {
    for version in [Profile::V14, Profile::V17, Profile::V19] {
        for protocol in ["auto", "jsonrpc"] {
            let variables = [("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol)];
            let mut server = Server::on(version, demo::EMPLOYEE, &variables, TOOLS);
            let told = server.call("access", json!({"model": "res.currency"}));
            assert_eq!(
                (&told["read"], &told["write"]),
                (&json!(true), &json!(false)),
                "{version:?} {protocol}: {told}"
            );
        }
    }
}
