//! `check --test` and `call --dry-run` as an author of tools uses them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tooldoo::cli::{Outcome, check};
use tooldoo::config::Options;
use tooldoo::definition::example::Of;
use tooldoo::definition::load_embedded;
use tooldoo::demo;
use tooldoo::source::Look;

/// What the tests of these definitions come to.
async fn tested(text: &str) -> (Outcome, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tools.toml");
    fs::write(&path, text).unwrap();
    let options = Options { definitions: vec![path.clone()], ..Options::default() };
    let (outcome, text) = checked(&check::How { test: true, ..check::How::default() }, &options).await;
    (outcome, text.replace(&path.display().to_string(), "tools.toml"))
}

async fn checked(args: &check::How, options: &Options) -> (Outcome, String) {
    let mut out = Vec::new();
    let outcome = check::check(options, args, &mut out, Look::Plain).await.unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn the_tests_of_what_ships_pass() {
    let args = check::How { test: true, deny_warnings: true, ..check::How::default() };
    let (outcome, text) = checked(&args, &Options::default()).await;
    assert_eq!(outcome, Outcome::Done, "{text}");
    assert!(text.contains(" tests: no problems") && !text.contains("skipped"), "{text}");
}

#[test]
fn the_tools_that_are_used_most_have_two_tests_each() {
    let loaded = load_embedded();
    let (all, problems) = loaded.examples();
    assert!(problems.is_empty(), "{problems:?}");
    let tests: BTreeMap<&str, usize> = all
        .iter()
        .filter_map(|examples| match examples.of {
            Of::Tool(at) => Some((loaded.definitions.tools[at].name.as_str(), examples.examples.len())),
            _ => None,
        })
        .collect();
    let bundles = ["crm", "sales", "contacts", "project", "inventory", "helpdesk", "products", "generic"];
    for tool in &loaded.definitions.tools {
        if tool.bundles.iter().any(|bundle| bundles.contains(&bundle.as_str())) {
            assert!(tests.get(tool.name.as_str()).is_some_and(|count| *count >= 2), "{}", tool.name);
        }
    }
}

/// The examples of the page about tests, as they stand there.
#[tokio::test]
async fn the_tests_of_the_documentation_pass() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/definitions.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with("Tests\n")).unwrap();
    let examples = section.split("```toml\n").skip(1).map(|example| example.split("```").next().unwrap());
    let (outcome, text) = tested(&examples.collect::<String>()).await;
    let last = Some("1 file, 1 tool, 1 resource, 3 tests: no problems");
    assert_eq!((outcome, text.lines().last()), (Outcome::Done, last), "{text}");
}

const STAGES: &str = r#"
[[tool]]
name = "rename_stage"
description = "Rename a stage of the pipeline."
confirm = "never"
model = "crm.stage"
[tool.write]
ids = "{{ id }}"
[tool.write.values]
name = "{{ name }}"
[tool.input]
required = ["id", "name"]
properties = { id = { type = "integer", description = "The stage" }, name = { type = "string", description = "Its name" } }
"#;

#[tokio::test]
async fn no_test_sees_what_another_wrote() {
    let renames = "[[tool.test]]\narguments = { id = 1, name = \"Renamed\" }\nexpect.text = \"Renamed\"\n";
    let (outcome, text) = tested(&format!(
        r#"{STAGES}{renames}{renames}
[[tool]]
name = "list_stages"
description = "The stages of the pipeline."
model = "crm.stage"
[tool.search_read]
fields = ["name"]
[[tool.test]]
expect.not_text = "Renamed"
"#
    ))
    .await;
    assert_eq!(
        (outcome, text.lines().last()),
        (Outcome::Done, Some("1 file, 2 tools, 3 tests: no problems")),
        "{text}"
    );
}

#[tokio::test]
async fn a_failure_is_at_its_place_with_what_was_expected_and_what_was_got() {
    let (outcome, text) = tested(&format!(
        r#"{STAGES}
[[tool.test]]
name = "wrong in two ways"
arguments = {{ id = 1, name = "Renamed" }}
expect.text = "Renmaed"
expect.call = {{ method = "write", values = {{ name = "Other" }} }}

[[tool.test]]
arguments = {{ id = 99999, name = "Renamed" }}
expect.text = "Renamed"

[[tool.test]]
arguments = {{ id = 1, name = "Renamed" }}
expect.error = "not_found"

[[tool.test]]
arguments = {{ id = 1, name = "Renamed" }}
expect = {{ records = 1, not_text = "Renamed" }}
"#
    ))
    .await;
    assert_eq!(outcome, Outcome::Failed);
    let text = text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    for said in [
        "error in tool `rename_stage`",
        "test `wrong in two ways`: the answer does not have the text `Renmaed`",
        "tools.toml:18:15",
        r#"the answer begins: {"ids":[1],"#,
        r#"no request to Odoo was like this: its `values.name` is "Renamed" instead of "Other""#,
        "tools.toml:19:8",
        r#"crm.stage.write ids=[1] values={"name":"Renamed"}"#,
        "the call failed with `not_found`",
        "the call did not fail with `not_found`",
        "the answer has the text `Renamed`",
        "1 file, 1 tool, 4 tests (4 failed): 5 errors",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[tokio::test]
async fn a_test_has_its_own_moment_user_and_version() {
    let (outcome, text) = tested(
        r#"
[[tool]]
name = "new_leads"
description = "The leads of the last days."
model = "crm.lead"
[tool.search_read]
domain = [["create_date", ">=", "{{ today(days=-days) }}"], ["user_id", "=", "{{ user.id }}"]]
fields = ["create_date"]
[tool.input]
required = ["days"]
properties = { days = { type = "integer", description = "How many" } }

[[tool.test]]
name = "the sample data are of that day, too"
arguments = { days = 400 }
now = 2026-03-10T12:00:00
expect.text = '"create_date":"2026-03-'
expect.not_text = '"create_date":"2026-04-'
expect.call = { domain = [["create_date", ">=", "2025-02-02 23:00:00"], ["user_id", "=", 2]] }

[[tool.test]]
arguments = { days = 1 }
user = "demo"
expect.call = { domain = [["create_date", ">=", "{{ today(days=-1) }}"], ["user_id", "=", "{{ user.id }}"]] }
expect.not_text = '"user_id":{"id":2,'

[[tool]]
name = "version"
description = "Which Odoo this is."
requires = ["odoo<17"]
[tool.server]
what = "info"
[[tool.test]]
expect.text = "14.0"

[[tool]]
name = "of_no_version"
description = "Which Odoo this is."
requires = ["odoo=16"]
[tool.server]
what = "info"
[[tool.test]]
expect.text = "16.0"

[[tool]]
name = "of_another_app"
description = "What only this company has."
model = "x_machine"
[tool.search_count]
[[tool.test]]
expect.text = "count"
"#,
    )
    .await;
    // A day is a moment in the caller's zone only once it meets a field, which a test does not know.
    assert_eq!(outcome, Outcome::Failed, "{text}");
    assert!(text.contains("5 tests (1 failed, 2 skipped): 1 error"), "{text}");
    assert!(text.contains("tools.toml:24:8"), "{text}");
    assert!(text.contains("skipped: 1 test of `of_no_version`: the tool is for a version"), "{text}");
    assert!(text.contains("skipped: 1 test of `of_another_app`: the embedded Odoo does not have"), "{text}");
}

#[tokio::test]
async fn a_person_answers_or_does_not() {
    let (outcome, text) = tested(
        r#"
[[tool]]
name = "close_stage"
description = "Rename a stage, for a reason."
confirm = "never"
model = "crm.stage"
[tool.write]
ids = "{{ id }}"
[tool.write.values]
name = "Closed: {{ why.reason }}"
[tool.input]
required = ["id"]
properties = { id = { type = "integer", description = "The stage" } }
[[tool.ask]]
name = "why"
message = "Why?"
schema = { properties.reason = { type = "string" }, required = ["reason"] }

[[tool.test]]
arguments = { id = 1 }
answers.why = { reason = "too long" }
expect.text = "Closed: too long"

[[tool.test]]
name = "a client that cannot ask"
arguments = { id = 1 }
expect.error = "unsupported"

[[tool]]
name = "rename_after_asking"
description = "Rename a stage, once a person agrees."
confirm = "always"
model = "crm.stage"
[tool.write]
ids = "{{ id }}"
values = { name = "{{ name.name }}" }
[tool.input]
required = ["id"]
properties = { id = { type = "integer", description = "The stage" } }
[[tool.ask]]
name = "name"
message = "How is it to be called?"
schema = { properties.name = { type = "string" }, required = ["name"] }

[[tool.test]]
arguments = { id = 1 }
answers.name = { name = "Agreed" }
confirmed = true
expect.text = "Agreed"
expect.call = { method = "write", values = { name = "Agreed" } }

[[tool.test]]
name = "a person who answers, and then does not agree"
arguments = { id = 1 }
answers.name = { name = "Agreed" }
expect.error = "declined"

[[tool.test]]
name = "a person who closes the question"
arguments = { id = 1 }
confirmed = true
expect.error = "declined"

[[tool]]
name = "rename_with_a_plan"
description = "Rename a stage, once a person agrees."
confirm = "always"
model = "crm.stage"
[tool.write]
ids = "{{ id }}"
values = { name = "Planned" }
[tool.input]
required = ["id"]
properties = { id = { type = "integer", description = "The stage" } }
[[tool.test]]
name = "a client that cannot ask gets a plan"
arguments = { id = 1 }
expect = { error = "confirmation_required", text = "Planned" }
"#,
    )
    .await;
    assert_eq!(
        (outcome, text.lines().last()),
        (Outcome::Done, Some("1 file, 3 tools, 6 tests: no problems")),
        "{text}"
    );
}

/// A configuration of an embedded Odoo, as if it were a real one.
fn configured(server: &demo::Server, definitions: &Path) -> Options {
    let environment = BTreeMap::from_iter(
        [
            ("ODOO_URL", server.url()),
            ("ODOO_DB", server.database().to_owned()),
            ("ODOO_USERNAME", demo::ADMIN.login.to_owned()),
            ("ODOO_API_KEY", demo::ADMIN.api_key.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    Options { definitions: vec![definitions.to_owned()], environment, ..Options::default() }
}

#[tokio::test]
async fn on_a_live_odoo_only_what_may_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tools.toml");
    let test = |more: &str| {
        format!("[[tool.test]]\narguments = {{ id = 1, name = \"Live\" }}\n{more}expect.text = \"Live\"\n")
    };
    let other = "[[tool]]\nname = \"count\"\ndescription = \"How many there are.\"\nmodel = \"crm.stage\"\n[tool.search_count]\n";
    let asks =
        "[[tool.test]]\nuser = \"demo\"\nexpect.text = \"4\"\n[[tool.test]]\nuser = \"admin\"\nexpect.text = \"4\"\n";
    let server = demo::Server::start(demo::Options::default()).await.unwrap();
    let args = check::How { test: true, live: true, ..check::How::default() };

    fs::write(&path, format!("{STAGES}{}{other}{asks}", test(""))).unwrap();
    let (outcome, text) = checked(&args, &configured(&server, &path)).await;
    assert_eq!(outcome, Outcome::Done, "{text}");
    assert!(text.contains("3 tests (2 skipped): no problems"), "{text}");
    assert!(text.contains("skipped: 1 test of `rename_stage`: a tool that writes"), "{text}");
    assert!(text.contains("skipped: 1 test of `count`: the configuration has another login"), "{text}");
    let wrote = |server: &demo::Server| server.requests().iter().any(|sent| sent.method.as_deref() == Some("write"));
    assert!(!wrote(&server));

    fs::write(&path, format!("{STAGES}{}{other}{asks}", test("live = true\n"))).unwrap();
    let args = check::How { only: vec!["rename_stage".to_owned()], ..args };
    let (outcome, text) = checked(&args, &configured(&server, &path)).await;
    assert_eq!(outcome, Outcome::Done, "{text}");
    assert!(text.ends_with("1 test: no problems\n") && wrote(&server), "{text}");
    server.stop().await;
}

/// Runs the binary on an embedded Odoo.
fn called(server: &demo::Server, args: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tooldoo"))
        .args(args)
        .env_clear()
        .envs([
            ("ODOO_URL", server.url().as_str()),
            ("ODOO_DB", server.database()),
            ("ODOO_USERNAME", demo::ADMIN.login),
            ("ODOO_API_KEY", demo::ADMIN.api_key),
        ])
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_write_as_it_would_be_sent_and_sends_none() {
    let server = demo::Server::start(demo::Options::default()).await.unwrap();
    let arguments = json!({"customer": "Azure Interior", "lines": [{"product": "FURN_8888", "quantity": 2}]});
    let (done, out, err) = called(&server, &["call", "create_sales_order", &arguments.to_string(), "--dry-run"]);
    assert!(done, "{out}{err}");
    for said in [
        "1. res.partner.name_search  (reads)\n   name = \"Azure Interior\"",
        "3. sale.order.create  (writes, not sent)\n",
        r#""partner_id":15,"order_line":[[0,0,{"product_id":6,"product_uom_qty":2}]]"#,
        "\nNothing was written.\n",
    ] {
        assert!(out.contains(said), "{said}\n{out}");
    }
    let sent: Vec<Value> = server.requests().iter().map(|sent| json!(sent.method)).collect();
    assert!(sent.contains(&json!("name_search")) && !sent.contains(&json!("create")), "{sent:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_goes_through_all_steps_and_says_where_it_ends() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tools.toml");
    fs::write(
        &path,
        r#"
[[tool]]
name = "new_login"
description = "Make a contact, then a login for it."
confirm = "always"
[[tool.step]]
name = "made"
model = "res.partner"
[tool.step.create]
values = { name = "{{ name }}" }
[[tool.step]]
name = "login"
model = "res.users"
[tool.step.create]
values = { login = "{{ name }}", partner_id = "{{ made.ids[0] }}" }
[[tool.step]]
name = "greeted"
model = "res.partner"
[tool.step.write]
ids = "{{ made.ids }}"
values = { comment = "Welcome" }
[[tool.step]]
name = "shared"
model = "res.partner"
[tool.step.call]
method = "share"
ids = "{{ made.ids }}"
kwargs = { access_token = "s3cret", to = "{{ login.ids }}" }
[tool.input]
required = ["name"]
properties = { name = { type = "string", description = "A name" } }
"#,
    )
    .unwrap();
    let server = demo::Server::start(demo::Options::default()).await.unwrap();
    let definitions = path.display().to_string();
    let arguments = ["call", "new_login", r#"{"name": "ann"}"#, "--dry-run", "--definitions", &definitions];
    let (done, out, err) = called(&server, &arguments);
    assert!(!out.contains("s3cret") && !err.contains("s3cret"), "{out}{err}");
    assert!(out.contains(r#"vals_list = [{"login":"ann","partner_id":2000000001}]"#), "{out}{err}");
    assert!(out.contains("Ids from 2000000001 on stand for") && out.contains("A person would be asked"), "{out}{err}");
    assert!(out.contains("access_token = \"…\"\n   to = [2000000002]"), "{out}{err}");
    assert!(done && out.contains("res.partner.write  (writes, not sent)\n   ids = [2000000001]"), "{out}{err}");
    assert!(!server.requests().iter().any(|sent| matches!(sent.method.as_deref(), Some("create" | "write"))));
    server.stop().await;
}

/// A resource and a prompt are tested like a tool: what is read, and what is said, on the sample data.
#[tokio::test]
async fn resources_and_prompts_have_tests_too() {
    let text = r#"
[[tool]]
name = "find_partners"
description = "Find partners by their name."
model = "res.partner"
[tool.search_read]
domain = [["name", "ilike", "{{ query }}"]]
[tool.input.properties]
query = { type = "string", description = "Part of the name" }

[[resource]]
name = "partner"
uri = "odoo://partners/{id}"
description = "One partner."
model = "res.partner"
[resource.read]
ids = "{{ id }}"
fields = ["name"]
[[resource.test]]
arguments = { id = 999999 }
expect.error = "not_found"
[[resource.test]]
arguments = { id = "base.main_partner" }
expect = { records = 1, call = { model = "res.partner", fields = ["name"] } }
[[resource.test]]
name = "wrong"
arguments = { id = "base.main_partner" }
expect.text = "Nobody at all"

[[prompt]]
name = "review"
description = "Review the partners of a name."
[[prompt.argument]]
name = "who"
required = true
[prompt.data.found]
tool = "find_partners"
arguments = { query = "{{ who }}" }
[[prompt.message]]
text = "There are {{ found.total }} of {{ who }} on {{ today() }}."
[[prompt.test]]
arguments = { who = "azure" }
now = "2026-03-10T12:00:00"
expect = { text = ["of azure", "2026-03-10"], not_text = "There are 0", call = { model = "res.partner" } }
[[prompt.test]]
name = "wrong too"
arguments = { who = "azure" }
expect.text = "Goodbye"
"#;
    let (outcome, told) = tested(text).await;
    assert_eq!(outcome, Outcome::Failed, "{told}");
    assert!(
        told.contains("error in resource `partner`") && told.contains("test `wrong`: the answer does not have"),
        "{told}"
    );
    assert!(
        told.contains("error in prompt `review`") && told.contains("test `wrong too`: the answer does not"),
        "{told}"
    );
    assert!(told.contains("5 tests (2 failed): 2 errors"), "{told}");
}
