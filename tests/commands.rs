//! `check`, `init` and `schema` as a person uses them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tooldoo::cli::{Outcome, check, init, schema};
use tooldoo::config::Options;
use tooldoo::source::Look;

fn checked(options: &Options, deny_warnings: bool) -> (Outcome, String) {
    let mut out = Vec::new();
    let how = check::How { deny_warnings, ..check::How::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let outcome = runtime.block_on(check::check(options, &how, &mut out, Look::Plain)).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

fn definitions(path: &Path) -> Options {
    Options { definitions: vec![path.to_owned()], ..Options::default() }
}

const SOUND: &str = "[[tool]]\nname = \"count\"\ndescription = \"How many contacts there are.\"\nmodel = \"res.partner\"\n[tool.search_count]\n";

#[test]
fn check_ends_with_a_line_that_sums_up() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.toml"), SOUND).unwrap();
    let (outcome, text) = checked(&definitions(directory.path()), true);
    assert_eq!((outcome, text.as_str()), (Outcome::Done, "1 file, 1 tool: no problems\n"));

    fs::write(directory.path().join("b.toml"), SOUND).unwrap();
    let (outcome, text) = checked(&definitions(directory.path()), false);
    assert_eq!(outcome, Outcome::Failed);
    assert!(text.ends_with("\n2 files, 2 tools: 1 error\n"), "{text}");
    assert!(text.contains("a.toml:2:8") && text.contains("b.toml:2:8"), "both places: {text}");
}

#[test]
fn warnings_fail_only_when_denied() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("a.toml"),
        format!("{SOUND}[tool.input.properties]\nunused = {{ description = \"For nothing\" }}\n"),
    )
    .unwrap();
    let (outcome, text) = checked(&definitions(directory.path()), false);
    assert_eq!(outcome, Outcome::Done);
    assert!(text.ends_with("1 file, 1 tool: 1 warning\n"), "{text}");
    assert_eq!(checked(&definitions(directory.path()), true).0, Outcome::Failed);
}

#[test]
fn the_built_in_definitions_are_checked_where_nothing_is_configured() {
    let (outcome, text) = checked(&Options::default(), true);
    assert_eq!(outcome, Outcome::Done, "{text}");
}

#[test]
fn a_wrong_configuration_and_wrong_definitions_are_told_together() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    fs::write(&config, "[server]\nnaem = \"x\"\n").unwrap();
    fs::write(directory.path().join("a.toml"), SOUND.replace("count]", "cuont]")).unwrap();
    let options = Options { config: Some(config), ..definitions(&directory.path().join("a.toml")) };
    let (outcome, text) = checked(&options, false);
    assert_eq!(outcome, Outcome::Failed);
    assert!(text.contains("`naem`") && text.contains("`search_cuont`"), "{text}");
}

#[test]
fn a_tool_of_an_unknown_instance_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.toml"), SOUND.replace("[tool.", "instance = \"prdo\"\n[tool.")).unwrap();
    let environment = BTreeMap::from([("TOOLDOO_INSTANCES__PROD__URL".to_owned(), "https://example.com".to_owned())]);
    let (outcome, text) = checked(&Options { environment, ..definitions(directory.path()) }, false);
    assert_eq!(outcome, Outcome::Failed);
    assert!(text.contains("`prdo`") && text.contains("did you mean `prod`?"), "{text}");
}

#[test]
fn init_writes_what_check_accepts_and_never_overwrites() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("my odoo");
    let run = || {
        let mut out = Vec::new();
        let outcome = init::run(&init::Args { directory: root.clone() }, &mut out).unwrap();
        assert_eq!(outcome, Outcome::Done);
        String::from_utf8(out).unwrap()
    };
    run();
    let config = Some(root.join("config.toml"));
    let (outcome, text) = checked(&Options { config, ..Options::default() }, true);
    assert_eq!(outcome, Outcome::Done, "{text}");
    for entry in fs::read_dir(root.join("tools.d")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let schema = text.lines().next().unwrap().strip_prefix("#:schema ").expect("names its schema");
        assert!(root.join("tools.d").join(schema).exists(), "{schema}");
    }

    fs::write(root.join("config.toml"), "mine").unwrap();
    fs::remove_file(root.join("schema/config.schema.json")).unwrap();
    let text = run();
    assert_eq!(fs::read_to_string(root.join("config.toml")).unwrap(), "mine");
    assert!(text.contains("kept") && text.contains("wrote"), "{text}");
    assert!(root.join("schema/config.schema.json").exists());
}

#[test]
fn schema_writes_json() {
    for of in [schema::Of::Definitions, schema::Of::Config] {
        let mut out = Vec::new();
        schema::run(&schema::Args { of }, &mut out).unwrap();
        let schema: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert!(jsonschema::meta::is_valid(&schema));
    }
}

#[test]
fn a_tool_of_another_bundle_is_told_with_the_flag_that_shows_it() {
    let run = |tool: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tooldoo"))
            .args(["call", tool])
            .env_clear()
            .env("ODOO_URL", "http://127.0.0.1:9")
            .env("ODOO_DB", "none")
            .env("ODOO_USERNAME", "nobody")
            .env("ODOO_API_KEY", "none")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = run("odoo_connect");
    assert!(
        told.contains("`odoo_connect` is not in the bundle `default`, but in `generic`: `--bundle generic`."),
        "{told}"
    );
    assert!(run("odoo_conect").contains("There is no tool `odoo_conect`"));
}

#[test]
fn bundles_that_do_not_go_together_stop_a_start_and_a_list() {
    let directory = tempfile::tempdir().unwrap();
    let definitions = "
        [[tool]]\nname = \"greet\"\nbundles = [\"sales\", \"crm\"]\ncontent = [{ type = \"text\", text = \"{{ team }}\" }]
        input.properties.team = { type = \"string\" }
        [[bundle]]\nname = \"sales\"\nbind.team = \"Europe\"
        [[bundle]]\nname = \"crm\"\nbind.team = \"Asia\"
    ";
    fs::write(directory.path().join("tools.toml"), definitions).unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tooldoo"))
            .args(arguments)
            .arg("--definitions")
            .arg(directory.path())
            .env_clear()
            .env("ODOO_URL", "http://127.0.0.1:9")
            .env("ODOO_DB", "none")
            .env("ODOO_USERNAME", "nobody")
            .env("ODOO_API_KEY", "none")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for command in ["serve", "list"] {
        let (status, _, told) = run(&[command, "--bundle", "sales,crm"]);
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains("The bundles `crm` and `sales` cannot be used together: `team` is"), "{told}");
    }
    let (status, listed, _) = run(&["list", "--json", "--bundle", "sales"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((status, &listed["tools"][0]["inputSchema"]["properties"]), (Some(0), &serde_json::json!({})));
}

/// Proxies lead out of this machine: none is asked for an Odoo that runs on it, such as that of `demo`.
#[test]
fn an_odoo_on_this_machine_is_reached_without_the_proxy_of_the_environment() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let odoo = runtime.block_on(tooldoo::demo::Server::start(tooldoo::demo::Options::default())).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tooldoo"))
        .args(["call", "search_contacts", r#"{"query": "Azure Interior"}"#])
        .env_clear()
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
        .env("ODOO_URL", odoo.url())
        .env("ODOO_DB", odoo.database())
        .env("ODOO_USERNAME", tooldoo::demo::ADMIN.login)
        .env("ODOO_API_KEY", tooldoo::demo::ADMIN.api_key)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Azure Interior"), "{told}");
}
