//! `check --online`: what ships against every Odoo, and a directory of wrong files against the embedded one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "test code"
)]

#[path = "tools/client.rs"]
mod client;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use client::Target;
use secrecy::SecretString;
use serde_json::Value;
use tooldoo::check::online;
use tooldoo::cli::Outcome;
use tooldoo::cli::check::{How, check};
use tooldoo::config::Options;
use tooldoo::definition::load;
use tooldoo::demo;
use tooldoo::odoo::{Client, Credential, Settings};
use tooldoo::operation::Instance;
use tooldoo::source::{Format, Look, render};

fn options(target: &Target, definitions: Vec<PathBuf>) -> Options {
    let environment = [
        ("ODOO_URL", target.url.as_str()),
        ("ODOO_DB", &target.database),
        ("ODOO_USERNAME", &target.login),
        ("ODOO_API_KEY", &target.api_key),
        ("TOOLDOO_INSTANCES__MAIN__PROTOCOL", target.protocol),
    ];
    let environment: BTreeMap<String, String> =
        environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Options { definitions, environment, ..Options::default() }
}

async fn checked(options: &Options, how: &How) -> (Outcome, String) {
    let mut out = Vec::new();
    let outcome = check(options, how, &mut out, Look::Plain).await.unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

fn instance(odoo: &demo::Server) -> Instance {
    let settings = Settings {
        name: "main".to_owned(),
        url: odoo.url(),
        database: Some(odoo.database().to_owned()),
        username: Some(demo::ADMIN.login.to_owned()),
        api_key: Some(Credential::from(SecretString::from(demo::ADMIN.api_key))),
        ..Settings::default()
    };
    Instance::new(Client::new(settings).unwrap())
}

fn strictly() -> How {
    How { online: true, deny_warnings: true, ..How::default() }
}

async fn start(profile: demo::Profile) -> demo::Server {
    demo::Server::start(demo::Options { version: profile, ..demo::Options::default() }).await.unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What ships has nothing to be warned of, and each model's fields are asked once.
#[tokio::test(flavor = "multi_thread")]
async fn what_ships_is_clean_on_the_embedded_odoos() {
    for (profile, version, protocol) in [
        (demo::Profile::V14, 14, "auto"),
        (demo::Profile::V17, 17, "auto"),
        (demo::Profile::V19, 19, "auto"),
        (demo::Profile::V19, 19, "jsonrpc"),
    ] {
        let odoo = start(profile).await;
        let target = Target::embedded(&odoo, version, protocol);
        let (outcome, text) = checked(&options(&target, Vec::new()), &strictly()).await;
        println!("{text}");
        assert_eq!(outcome, Outcome::Done, "on {}: {text}", target.name);

        let mut asked: HashMap<String, usize> = HashMap::new();
        for request in odoo.requests().into_iter().filter(|request| request.method.as_deref() == Some("fields_get")) {
            *asked.entry(request.model.unwrap()).or_default() += 1;
        }
        assert!(asked.len() > 20, "{asked:?}");
        assert!(asked.values().all(|times| *times == 1), "on {}: {asked:?}", target.name);
        odoo.stop().await;
    }
}

/// The wrong files, each with the whole of what `check --online` says about it. A new snapshot is written with
/// `INSTA_UPDATE=always`.
#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_file_is_explained_at_its_line() {
    // Paths in the messages are relative to the package.
    std::env::set_current_dir(root()).unwrap();
    let newest = start(demo::Profile::V19).await;
    let oldest = start(demo::Profile::V14).await;
    let mut files: Vec<_> = fs::read_dir("tests/online").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| Format::of(path).is_some());
    files.sort();
    assert!(files.len() >= 18);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("online/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().replace('.', "_");
        let old = fs::read_to_string(&path).unwrap().starts_with("# On Odoo 14.");
        let loaded = load(std::slice::from_ref(&path));
        let sound: Vec<_> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        assert!(!loaded.has_errors(), "{sound:#?}");
        let found = online(&loaded, &instance(if old { &oldest } else { &newest }), true, false).await;
        assert!(!found.is_empty(), "{name} is not wrong");
        let text = found.iter().map(|one| render(one, Look::Plain)).collect::<Vec<_>>().join("\n");
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
    newest.stop().await;
    oldest.stop().await;
}

/// The real binary in a directory, on an embedded Odoo or none.
fn tooldoo(directory: &Path, arguments: &[&str], target: Option<&Target>) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
    command.current_dir(directory).args(arguments).env_clear();
    if let Some(target) = target {
        command.envs(options(target, Vec::new()).environment);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const WRONG: &str = "[[tool]]\nname = \"count\"\ndescription = \"How many contacts of a kind there are.\"\nmodel = \"res.partner\"\n[tool.search_count]\ndomain = [[\"is_compny\", \"=\", true]]\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_status_tells_errors_from_wrong_usage() {
    let odoo = start(demo::Profile::V19).await;
    let target = Target::embedded(&odoo, 19, "auto");
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], target: Option<&Target>| tooldoo(directory.path(), arguments, target);
    let warned = WRONG
        .replace("is_compny", "is_company")
        .replace("description = \"How many contacts of a kind there are.\"\n", "");
    for (text, strict, status) in
        [(WRONG, false, 1), (&WRONG.replace("compny", "company"), true, 0), (&warned, false, 0), (&warned, true, 1)]
    {
        fs::write(directory.path().join("a.toml"), text).unwrap();
        let mut arguments = vec!["check", "--online", "--definitions", "a.toml"];
        arguments.extend(strict.then_some("--deny-warnings"));
        let (found, out, err) = run(&arguments, Some(&target));
        assert_eq!(found, status, "{out}{err}");
    }
    fs::write(directory.path().join("a.toml"), WRONG).unwrap();
    assert_eq!(run(&["check", "--definitions", "a.toml"], Some(&target)).0, 0, "without Odoo nothing is wrong");
    assert_eq!(run(&["check", "--format", "xml"], Some(&target)).0, 2);
    let (status, out, _) = run(&["check", "--online", "--definitions", "a.toml"], None);
    assert!(status == 1 && out.contains("`instances.main.url` is not set"), "{out}");

    let elsewhere = Target { api_key: "no-such-key".to_owned(), ..target.clone() };
    let (status, out, _) = run(&["check", "--online", "--definitions", "a.toml"], Some(&elsewhere));
    assert!(status == 1 && out.contains("the Odoo `main` cannot be asked"), "{out}");
    assert!(out.matches("error").count() <= 3, "one error, however many models: {out}");
    odoo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_the_same_findings() {
    let odoo = start(demo::Profile::V19).await;
    let target = Target::embedded(&odoo, 19, "auto");
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("my tools")).unwrap();
    fs::write(directory.path().join("my tools/a.toml"), WRONG).unwrap();
    let run = |format: &str| {
        let arguments = ["check", "--online", "--definitions", "my tools", "--format", format];
        let (status, out, err) = tooldoo(directory.path(), &arguments, Some(&target));
        assert_eq!((status, err.as_str()), (1, ""), "{out}");
        out
    };
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["tools"], 1);
    assert_eq!((&json["errors"], &json["warnings"], &json["notes"]), (&1.into(), &0.into(), &0.into()));
    let found = &json["diagnostics"][0];
    assert_eq!((&found["line"], &found["column"], &found["end_column"]), (&6.into(), &13.into(), &22.into()));
    assert_eq!(found["hint"], "did you mean `is_company`?");
    assert_eq!(found["definition"], "tool `count`");

    let github = run("github");
    let expected = "::error file=my tools/a.toml,line=6,endLine=6,col=13,endColumn=22,title=tooldoo::\
        `res.partner` has no field `is_compny`, or this login may not see it (in tool `count`)%0A\
        did you mean `is_company`?\n1 file, 1 tool: 1 error\n";
    assert_eq!(github, expected);

    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("tests/online/sarif.schema")).unwrap()).unwrap();
    let faults: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&sarif).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let result = &sarif["runs"][0]["results"][0];
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "my%20tools/a.toml");
    assert_eq!(physical["region"]["startLine"], 6);
    odoo.stop().await;
}

/// Whose login sees less is told what could not be known, and nothing is made up.
#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_login_is_told_what_it_may_not_know() {
    let directory = tempfile::tempdir().unwrap();
    let text = WRONG.replace("is_compny", "is_company").replace("[tool.search", "requires = [\"crm\"]\n[tool.search");
    let text = text.clone()
        + &text
            .replace("search_count", "call")
            .replace("\"count\"", "\"archive\"")
            .replace("domain = [[\"is_company\", \"=\", true]]", "method = \"action_archiv\"\nids = 1")
            .replace("model =", "confirm = \"always\"\nmodel =");
    fs::write(directory.path().join("a.toml"), text).unwrap();
    // On 19 everybody may read the modules, on 14 administrators only; the methods are for administrators on both.
    for (profile, version) in [(demo::Profile::V14, 14), (demo::Profile::V19, 19)] {
        let odoo = start(profile).await;
        let admin = Target::embedded(&odoo, version, "auto");
        let employee = Target { login: admin.employee.0.clone(), api_key: admin.employee.1.clone(), ..admin };
        let options = options(&employee, vec![directory.path().to_owned()]);
        let (outcome, text) = checked(&options, &How { online: true, ..How::default() }).await;
        assert_eq!(outcome, Outcome::Done, "{text}");
        let words = text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(words.contains("the methods of 1 tool were not checked"), "{text}");
        let modules = "does not tell this login which modules are installed: those that 2 tools require";
        assert_eq!(words.contains(modules), version == 14, "{text}");
        let found = if version == 14 { "1 warning and 1 note" } else { "1 note" };
        assert!(text.ends_with(&format!("1 file, 2 tools: {found}\n")), "{text}");
        odoo.stop().await;
    }
}

/// A tool is checked against the Odoo that it works on, and each finding names it.
#[tokio::test(flavor = "multi_thread")]
async fn each_tool_is_checked_on_its_own_instance() {
    let (newest, oldest) = (start(demo::Profile::V19).await, start(demo::Profile::V14).await);
    let target = Target::embedded(&newest, 19, "auto");
    let directory = tempfile::tempdir().unwrap();
    let tool = |name: &str, more: &str| {
        format!(
            "[[tool]]\nname = \"{name}\"\ndescription = \"Leads and why they were lost.\"\nmodel = \"crm.lead\"\n{more}[tool.search_read]\nfields = [\"lost_reason_id\"]\n"
        )
    };
    fs::write(directory.path().join("a.toml"), tool("here", "") + &tool("there", "instance = \"old\"\n")).unwrap();
    let mut options = options(&target, vec![directory.path().to_owned()]);
    for (key, value) in [
        ("URL", oldest.url()),
        ("DATABASE", oldest.database().to_owned()),
        ("USERNAME", demo::ADMIN.login.to_owned()),
        ("API_KEY", demo::ADMIN.api_key.to_owned()),
    ] {
        options.environment.insert(format!("TOOLDOO_INSTANCES__OLD__{key}"), value);
    }
    options.environment.insert("TOOLDOO_DEFAULT_INSTANCE".to_owned(), "main".to_owned());
    let (outcome, text) = checked(&options, &How { online: true, ..How::default() }).await;
    assert_eq!(outcome, Outcome::Failed, "{text}");
    assert!(text.contains("error in tool `there` on `old` (Odoo 14.0)") && !text.contains("tool `here`"), "{text}");

    // A bundle says where the tools work that name no Odoo.
    let bundle = "[[bundle]]\nname = \"veterans\"\ninclude = [\"*\"]\ninstance = \"old\"\n";
    fs::write(directory.path().join("a.toml"), tool("here", "") + bundle).unwrap();
    let (_, text) = checked(&options, &How { online: true, ..How::default() }).await;
    assert!(text.contains("error in tool `here` on `old` (Odoo 14.0)"), "{text}");
    newest.stop().await;
    oldest.stop().await;
}

/// The hook and the workflow of the page do what it says.
#[tokio::test(flavor = "multi_thread")]
async fn the_hook_and_the_workflow_of_the_page_work() {
    let page = fs::read_to_string(root().join("docs/check.md")).unwrap();
    let block = |fence: &str| page.split(fence).nth(1).unwrap().split("```").next().unwrap().to_owned();
    let odoo = start(demo::Profile::V19).await;
    let target = Target::embedded(&odoo, 19, "auto");
    let directory = tempfile::tempdir().unwrap();
    let tools = directory.path().join("tools.d");
    fs::create_dir(&tools).unwrap();
    fs::write(tools.join("a.toml"), WRONG.replace("compny", "company")).unwrap();

    // Every command of the workflow, and of the page's beginning.
    let workflow = block("```yaml\n");
    assert!(!workflow.contains('\t') && workflow.lines().all(|line| (line.len() - line.trim_start().len()) % 2 == 0));
    let commands: Vec<&str> =
        workflow.lines().filter_map(|line| line.split_once("run: ")).map(|(_, run)| run).collect();
    let first = block("```sh\n");
    let first: Vec<&str> = first.lines().filter_map(|line| line.split('#').next()).map(str::trim).collect();
    assert!(commands.len() == 2 && first.len() >= 4);
    for command in commands.into_iter().chain(first) {
        let arguments: Vec<&str> = command.strip_prefix("tooldoo ").expect("a command of ours").split(' ').collect();
        let (status, out, err) = tooldoo(directory.path(), &arguments, Some(&target));
        assert_eq!(status, 0, "{command}: {out}{err}");
    }

    // The hook lets pass what does not touch the definitions, and what is right; it stops what is wrong.
    let binaries = Path::new(env!("CARGO_BIN_EXE_tooldoo")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let hook = directory.path().join("hook.sh");
    fs::write(&hook, block("As `.git/hooks/pre-commit`, executable:\n\n```sh\n")).unwrap();
    let git = |arguments: &[&str]| {
        let done = Command::new("git").current_dir(directory.path()).args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    };
    let hooked =
        || Command::new("sh").arg(&hook).current_dir(directory.path()).env("PATH", &path).status().unwrap().success();
    git(&["init", "-q"]);
    fs::write(tools.join("b.toml"), "[[tool]]\n").unwrap();
    assert!(hooked(), "nothing of the definitions is to be committed");
    git(&["add", "tools.d"]);
    assert!(!hooked(), "a tool without anything");
    fs::write(tools.join("b.toml"), "").unwrap();
    git(&["add", "tools.d"]);
    assert!(hooked());
    odoo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ships_is_clean_on_a_real_odoo() {
    for protocol in ["json2", "jsonrpc"] {
        let Some(target) = Target::real(protocol) else { continue };
        let (outcome, text) = checked(&options(&target, Vec::new()), &strictly()).await;
        println!("{}: {text}", target.name);
        assert_eq!(outcome, Outcome::Done, "on {}: {text}", target.name);
    }
}
