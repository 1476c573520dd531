//! `tooldoo call` as the client: nobody sits at a pipe, so `--yes` is all that can be said.

use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tooldoo::demo;

use super::client::definitions;

fn called(odoo: &demo::Server, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
    command.arg("call").args(arguments).arg("--definitions").arg(definitions()).env_clear().stdin(Stdio::null());
    command.env("ODOO_URL", odoo.url()).env("ODOO_DB", odoo.database());
    command.env("ODOO_USERNAME", demo::ADMIN.login).env("ODOO_API_KEY", demo::ADMIN.api_key);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_command_agrees_beforehand_or_is_told_how() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let odoo = runtime.block_on(demo::Server::start(demo::Options::default())).unwrap();
    let found = || {
        let (done, out, err) = called(&odoo, &["probe_find", &json!({"begins": "Tooldoo Call"}).to_string()]);
        assert!(done, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()["total"].clone()
    };
    let create = json!({"names": ["Tooldoo Call"]}).to_string();
    let (done, out, err) = called(&odoo, &["plan_create", &create]);
    assert!(!done && out.is_empty(), "{out}{err}");
    assert!(err.contains("confirmation_required") && err.contains("`--yes`") && err.contains("Tooldoo Call"), "{err}");
    assert!(!err.contains("`plan`"), "a plan is of no use to a command that ends: {err}");
    assert_eq!(found(), 0);
    let (done, _, err) = called(&odoo, &["plan_create", &create, "--yes"]);
    assert!(done, "{err}");
    let (done, _, err) = called(&odoo, &["plan_person", &json!({"name": "Tooldoo Call 2"}).to_string()]);
    assert!(!done && err.contains("`--yes`"), "{err}");
    let (done, _, err) = called(&odoo, &["plan_person", &json!({"name": "Tooldoo Call 2"}).to_string(), "--yes"]);
    assert!(done, "{err}");
    assert_eq!(found(), 2);
    // A question is no confirmation.
    let reason = json!({"name": "Tooldoo Call 2"}).to_string();
    let (done, _, err) = called(&odoo, &["ask_reason", &reason, "--yes"]);
    assert!(!done && err.contains("`reason`"), "{err}");
    runtime.block_on(odoo.stop());
}
