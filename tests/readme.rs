//! What the pages show a newcomer is what happens: their tools load, the first tool works, its mistake is shown as printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "test code")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use tooldoo::access::Caller;
use tooldoo::catalog::{Catalog, Known};
use tooldoo::definition;
use tooldoo::demo;

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The fenced blocks of a page in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn tooldoo(directory: &Path, arguments: &[&str], odoo: Option<&demo::Server>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
    command.current_dir(directory).args(arguments).env_clear();
    if let Some(odoo) = odoo {
        command
            .env("ODOO_URL", odoo.url())
            .env("ODOO_DB", odoo.database())
            .env("ODOO_USERNAME", demo::ADMIN.login)
            .env("ODOO_API_KEY", demo::ADMIN.api_key);
    }
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_tool_in_the_pages_loads() {
    let mut seen = 0;
    for name in ["README.md", "docs/definitions.md"] {
        for block in blocks(&page(name), "toml").into_iter().filter(|block| block.contains("[[tool]]")) {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("example.toml");
            std::fs::write(&file, &block).unwrap();
            let loaded = definition::load(&[file]);
            assert!(loaded.diagnostics.is_empty(), "{name}:\n{block}\n{:#?}", loaded.diagnostics);
            seen += 1;
        }
    }
    assert!(seen >= 3, "the pages show tools");
}

/// Beside what ships: a prompt names the tools whose answers it needs.
#[test]
fn every_prompt_in_the_pages_loads_beside_what_ships() {
    let mut seen = 0;
    for name in ["README.md", "docs/definitions.md"] {
        for block in blocks(&page(name), "toml").into_iter().filter(|block| block.contains("[[prompt]]")) {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("example.toml");
            std::fs::write(&file, &block).unwrap();
            let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools.d");
            let loaded = definition::load(&[tools, file]);
            assert!(loaded.diagnostics.is_empty(), "{name}:\n{block}\n{:#?}", loaded.diagnostics);
            seen += loaded.definitions.prompts.len();
        }
    }
    assert!(seen >= 2, "the pages show prompts");
}

#[test]
fn the_prompts_that_ship_are_all_named() {
    let page = page("README.md");
    for prompt in definition::load_embedded().definitions.prompts {
        assert!(page.contains(&format!("`{}`", prompt.tool.name)), "the README does not name {}", prompt.tool.name);
    }
}

#[test]
fn the_table_of_what_ships_is_what_ships() {
    let definitions = definition::load_embedded().definitions;
    let tools: Vec<_> = definitions.tools.into_iter().map(Arc::new).collect();
    let count = tools.len();
    // With what is there only where the configuration wants it.
    let known = Arc::new(Known::nothing("main").personal());
    let catalog = Catalog::new(tools).with_bundles(&definitions.bundles).with_known(known);
    let page = page("README.md");
    let rows: Vec<(&str, BTreeSet<&str>)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(bundle, row)| (bundle, row.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).collect()))
        .collect();
    let mut above = BTreeSet::new();
    let mut all = BTreeSet::new();
    for (bundle, mut told) in rows.iter().cloned() {
        let caller = Caller { bundles: vec![bundle.to_owned()], read_only: false, login: None };
        let there: BTreeSet<String> = catalog.tools(&caller).map(|offered| offered.tool.name.clone()).collect();
        told.remove("confirmation_required");
        if bundle == "default" {
            told.extend(&above);
        }
        assert!(
            told.iter().copied().eq(there.iter().map(String::as_str)),
            "the bundle `{bundle}`: {told:?}, {there:?}"
        );
        assert_eq!(told.len(), there.len(), "the bundle `{bundle}`");
        above.extend(told.iter().copied());
        all.extend(told);
    }
    let named: BTreeSet<&str> = rows.iter().map(|(bundle, _)| *bundle).collect();
    assert_eq!(named, catalog.bundles().into_iter().collect());
    assert_eq!((all.len(), count), (58, 58));
}

/// `tooldoo init my-odoo`, and the README's first tool in it.
fn first_tool() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let made = tooldoo(directory.path(), &["init", "my-odoo"], None);
    assert!(made.status.success(), "{}", text(&made));
    let tools = blocks(&page("README.md"), "toml");
    let tool = tools.iter().find(|block| block.contains("contacts_of_country")).expect("the first tool");
    let file = directory.path().join("my-odoo/tools.d/my_first.toml");
    std::fs::write(&file, tool).unwrap();
    (directory, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_tool_works() {
    let (directory, _) = first_tool();
    let odoo = demo::Server::start(demo::Options::default()).await.unwrap();
    let checked = tooldoo(directory.path(), &["check", "--definitions", "my-odoo/tools.d"], None);
    assert!(checked.status.success(), "{}", text(&checked));
    assert_eq!(text(&checked).matches('⚠').count(), 1, "the one that the page names: {}", text(&checked));
    assert!(text(&checked).contains("the bundle `default` has 41 tools"), "{}", text(&checked));
    let readme = page("README.md");
    let line = readme.lines().find(|line| line.starts_with("tooldoo call contacts_of_country ")).expect("it is called");
    let given = line.split('\'').nth(1).unwrap();
    let arguments = ["call", "contacts_of_country", given, "--definitions", "my-odoo/tools.d"];
    let called = tooldoo(directory.path(), &arguments, Some(&odoo));
    let shown = readme.split(line).nth(1).unwrap().split("```json\n").nth(1).unwrap().lines().next().unwrap();
    assert!(called.status.success() && text(&called).trim() == shown, "{}", text(&called));
    let configured = tooldoo(directory.path(), &["list", "--config", "my-odoo/config.toml"], Some(&odoo));
    assert!(configured.status.success() && text(&configured).contains("contacts_of_country"), "{}", text(&configured));
    odoo.stop().await;
}

#[test]
fn its_mistake_is_shown_as_the_page_says() {
    let (directory, file) = first_tool();
    let tool = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, tool.replacen("fields", "feilds", 1)).unwrap();
    let checked = tooldoo(directory.path(), &["check", "--definitions", "my-odoo/tools.d"], None);
    assert_eq!(checked.status.code(), Some(1));
    let page = page("README.md");
    let shown = blocks(&page, "text").into_iter().find(|block| block.contains("feilds")).expect("the page shows it");
    assert!(text(&checked).contains(shown.trim()), "shown:\n{shown}\nprinted:\n{}", text(&checked));
}

#[test]
fn the_json_of_the_pages_is_json() {
    for block in blocks(&page("README.md"), "json") {
        serde_json::from_str::<serde_json::Value>(&block).unwrap_or_else(|error| panic!("{error}:\n{block}"));
    }
}
