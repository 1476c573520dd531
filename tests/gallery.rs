//! The recipes of `gallery/`, each through the real binary: against the embedded Odoo in its version profiles always, and against
//! a real Odoo over both protocols where `TOOLDOO_TEST_ODOO_URL` names one.
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
#[path = "gallery/crm.rs"]
mod crm;
#[path = "gallery/money.rs"]
mod money;
#[path = "gallery/people.rs"]
mod people;
#[path = "gallery/sales.rs"]
mod sales;
#[path = "gallery/session.rs"]
mod session;
#[path = "tools/suite.rs"]
#[macro_use]
mod suite;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use client::Target;
use session::Session;
use suite::{none_failed, run_cases};

/// A recipe on some Odoo: the tool that it is about, and what it has to do.
type Case = (&'static str, fn(&mut Session, &Target));

fn cases() -> Vec<Case> {
    [sales::CASES, crm::CASES, money::CASES, people::CASES, crm::READ].concat()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("gallery")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn start(target: &Target) -> Session {
    Session::new(target, &definitions().iter().map(PathBuf::as_path).collect::<Vec<_>>())
}

/// The recipes, and what the tests make their records with.
fn definitions() -> [PathBuf; 2] {
    [root().join("gallery"), root().join("tests/tools/definitions")]
}

/// Letters and digits that no other run uses.
fn tag() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("Tooldoo {}", since.as_nanos())
}

/// Runs every case on this Odoo, and names all that failed.
fn run(target: &Target) {
    let mut session = start(target);
    let offered = session.names();
    let read = |name: &str| crm::READ.iter().any(|(one, _)| *one == name);
    let cases = cases();
    let hidden: Vec<&str> = cases
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !read(name) && !offered.iter().any(|one| one == name))
        .collect();
    assert!(hidden.is_empty(), "on {}: not offered: {hidden:?}", target.name);
    let mut first = Some(session);
    let begin = || first.take().unwrap_or_else(|| start(target));
    none_failed(&target.name, &run_cases(&target.name, &cases, begin, |session, case| case(session, target)));
}

suite! {
    run;
    on_the_embedded_odoo_19_over_json2: embedded(V19, "json2"),
    on_the_embedded_odoo_19_over_jsonrpc: embedded(V19, "jsonrpc"),
    on_the_embedded_odoo_17: embedded(V17, "auto"),
    on_the_embedded_odoo_14: embedded(V14, "auto"),
    on_a_real_odoo_over_json2: real("json2"),
    on_a_real_odoo_over_jsonrpc: real("jsonrpc"),
}

#[test]
fn every_recipe_is_checked_clean_and_has_a_case_and_a_place_in_the_page() {
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_tooldoo"))
        .args(["check", "--deny-warnings", "--definitions"])
        .arg(root().join("gallery"))
        .env_clear()
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let page = std::fs::read_to_string(root().join("docs/gallery.md")).unwrap();
    let mut tools = BTreeSet::new();
    for file in files() {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(page.contains(&format!("(../gallery/{name})")), "docs/gallery.md has no link to {name}");
        let definitions = tooldoo::definition::load(std::slice::from_ref(&file)).definitions;
        for resource in definitions.resources {
            assert!(page.contains(&format!("`{}`", resource.tool.name)), "docs/gallery.md does not name {name}");
            tools.insert(resource.tool.name.clone());
        }
        for prompt in definitions.prompts {
            let name = &prompt.tool.name;
            assert!(page.contains(&format!("`{name}`")), "docs/gallery.md does not name {name}");
        }
        for tool in definitions.tools {
            assert!(page.contains(&format!("`{}`", tool.name)), "docs/gallery.md does not name {}", tool.name);
            tools.insert(tool.name);
        }
    }
    let tried: BTreeSet<String> = cases().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(tools, tried, "each tool has a case of its name");
    assert!(tools.len() >= 16, "{}", tools.len());
}
