//! A plan binds what is sent, not the catalog: the definitions change between the plan and its run.

use std::path::Path;

use serde_json::json;

use super::client::{Client, definitions, failure, nobody};
use crate::odoo::Target;
use tooldoo::demo;

fn save(directory: &Path, name: &str, sequence: u32, city: &str) {
    let text = format!(
        r#"[[tool]]
name = "{name}"
description = "Move a contact, number {sequence}."
model = "res.partner"
confirm = "always"
[tool.write]
ids = "{{{{ ids }}}}"
values.city = "{city}"
[tool.input]
required = ["ids"]
[tool.input.properties]
ids = {{ type = "array", items = {{ type = "integer" }} }}
"#
    );
    // As editors do: never half a file.
    std::fs::write(directory.join(".move.toml~"), text).unwrap();
    std::fs::rename(directory.join(".move.toml~"), directory.join("move.toml")).unwrap();
}

/// Waits until the list says so.
fn until(client: &mut Client, description: &str) {
    for _ in 0..500 {
        let listed = client.request("tools/list", json!({}), &mut nobody);
        if listed.to_string().contains(description) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("never came: {description}");
}

#[test]
fn a_definition_that_changes_between_plan_and_run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(demo::Server::start(demo::Options::default())).unwrap();
    let target = Target::embedded(&server, 19, "auto");
    let files = tempfile::tempdir().unwrap();
    std::fs::copy(definitions().join("probe.toml"), files.path().join("probe.toml")).unwrap();
    save(files.path(), "move_it", 1, "There");
    let mut client = Client::start_with(&target, "2025-11-25", json!({}), files.path());
    let id = client.make(json!({"name": "Tooldoo Reload"}));
    let plan = |client: &mut Client| {
        client.fails("move_it", json!({"ids": [id]}), "confirmation_required", &mut nobody)["plan"]["id"].clone()
    };
    // Another payload: not what the person agreed to.
    let first = plan(&mut client);
    save(files.path(), "move_it", 2, "Elsewhere");
    until(&mut client, "number 2");
    let error = client.fails("move_it", json!({"ids": [id], "plan": first}), "conflict", &mut nobody);
    assert_eq!(error["applied"], "no", "{error}");
    // The same payload: the plan holds.
    let second = plan(&mut client);
    save(files.path(), "move_it", 3, "Elsewhere");
    until(&mut client, "number 3");
    client.works("move_it", json!({"ids": [id], "plan": second}));
    assert_eq!(client.find("Tooldoo Reload")[0]["city"], "Elsewhere");
    // The tool is gone: it answers as if it had never been there.
    let third = plan(&mut client);
    save(files.path(), "move_that", 4, "Nowhere");
    until(&mut client, "number 4");
    let response = client.response("move_it", &json!({"ids": [id], "plan": third}), &mut nobody);
    assert_eq!(response["error"]["code"], -32602, "{response}");
    let other = client.result("move_that", &json!({"ids": [id], "plan": third}), &mut nobody);
    failure(&other, "invalid_arguments");
    drop(client);
    runtime.block_on(server.stop());
}
