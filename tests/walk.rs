//! The way of somebody who has only the guide: three files in a fresh folder, the mistakes on the way to them, and each tool
//! on every Odoo. A file in `walk/mistakes` begins with what `check` (or, where its name begins with `online`, `check --online`) has to say of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "tools/client.rs"]
#[allow(dead_code, reason = "only its targets are used here")]
mod client;
#[path = "gallery/session.rs"]
#[allow(dead_code, reason = "it can more than is needed here")]
mod session;
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use client::Target;
use serde_json::{Value, json};
use session::Session;

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk")
}

/// A folder of the admin's own, with the three files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["find_orders.toml", "create_quotation.toml", "cancel_orders.toml"] {
        fs::copy(here().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// What `check` prints, and whether it is content.
fn check(definitions: &Path, more: &[&str], odoo: Option<&Target>) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
    command.args(["check", "--deny-warnings", "--definitions"]).arg(definitions).args(more).env_clear();
    if let Some(target) = odoo {
        command
            .env("ODOO_URL", &target.url)
            .env("ODOO_DB", &target.database)
            .env("ODOO_USERNAME", &target.login)
            .env("ODOO_API_KEY", &target.api_key)
            .env("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol);
    }
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

fn mistakes(online: bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(here().join("mistakes")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("online_") == online).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn explained(file: &Path, (sound, text): (bool, String)) {
    assert!(!sound, "{}: nothing was found wrong", file.display());
    for part in fs::read_to_string(file).unwrap().lines().filter_map(|line| line.strip_prefix("#> ")) {
        assert!(text.contains(part), "{}: `{part}` is not in\n{text}", file.display());
    }
}

#[test]
fn the_three_files_are_checked_clean() {
    let folder = folder();
    let (sound, text) = check(folder.path(), &[], None);
    assert!(sound && text.contains("3 files, 3 tools: no problems"), "{text}");
}

#[test]
fn check_explains_each_mistake_on_the_way() {
    for file in mistakes(false) {
        explained(&file, check(&file, &[], None));
    }
}

/// All of it on one Odoo.
fn walk(target: &Target) {
    let folder = folder();
    let (sound, text) = check(folder.path(), &["--online"], Some(target));
    assert!(sound, "{}: {text}", target.name);
    for file in mistakes(true) {
        explained(&file, check(&file, &["--online"], Some(target)));
    }
    tools(target, folder.path());
    println!("{}: ok", target.name);
}

/// The three tools, one after the other.
fn tools(target: &Target, definitions: &Path) {
    let mut session = Session::new(target, &[definitions]);
    assert_eq!(session.names(), ["cancel_customer_orders", "create_quotation", "find_customer_orders"]);

    let lines = json!([{"product": "Large Cabinet", "quantity": 2}, {"product": "FURN_7800", "quantity": 1}]);
    let made = session.call("create_quotation", json!({"customer": "Lumber Inc", "lines": lines}));
    let order = &made["records"][0];
    let number = order["name"].as_str().unwrap().to_owned();
    assert_eq!((&order["state"], &order["partner_id"]["name"]), (&json!("draft"), &json!("Lumber Inc")));
    assert_eq!(order["order_line"].as_array().unwrap().len(), 2, "{order}");
    let wrong = json!({"customer": "Lumber Inc", "lines": [{"product": "Perpetuum mobile", "quantity": 2}]});
    let (error, text) = session.fails("create_quotation", wrong, "not_found");
    assert!(error["applied"] == "no" && text.contains("Perpetuum mobile"), "{text}");

    let find = json!({"customer": "lumber", "only_quotations": true});
    let numbers = |found: &Value| -> Vec<String> {
        let records = found["records"].as_array().unwrap();
        records.iter().map(|order| order["name"].as_str().unwrap().to_owned()).collect()
    };
    let found = session.call("find_customer_orders", find.clone());
    assert!(numbers(&found).contains(&number), "{found}");
    session.fails("find_customer_orders", json!({"customer": "Lumbre Inc"}), "not_found");

    // A client that cannot ask: a plan first, and nothing is cancelled until it runs.
    let arguments = json!({"orders": [number]});
    let (error, shown) = session.fails("cancel_customer_orders", arguments.clone(), "confirmation_required");
    for part in ["Cancel these orders?", number.as_str(), "Lumber Inc"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(numbers(&session.call("find_customer_orders", find.clone())).contains(&number));
    // One that can, and a person who says no.
    let mut asked = Session::asking(target, &[definitions], false);
    asked.fails("cancel_customer_orders", arguments.clone(), "declined");
    assert!(asked.shown[0].contains(&number), "{:?}", asked.shown);
    assert!(numbers(&session.call("find_customer_orders", find.clone())).contains(&number));
    let mut agreed = arguments;
    agreed["plan"] = error["plan"]["id"].clone();
    session.call("cancel_customer_orders", agreed);
    assert!(!numbers(&session.call("find_customer_orders", find)).contains(&number), "it is cancelled");
    let (_, text) = session.fails("cancel_customer_orders", json!({"orders": [number]}), "not_found");
    assert!(text.contains(&number), "{text}");
}

suite! {
    walk;
    on_the_embedded_odoo_19: embedded(V19, "auto"),
    on_the_embedded_odoo_17: embedded(V17, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo_over_json2: real("json2"),
    on_a_real_odoo_over_jsonrpc: real("jsonrpc"),
}
