//! What is not there is not listed: models, modules and versions, on an embedded Odoo that lacks some.

use serde_json::json;
use tooldoo::demo::{self, Account, Options, Profile};

use crate::client::Server;

/// One tool of each kind of need; every one of them counts something.
fn tool(name: &str, model: &str, requires: &str) -> String {
    format!("[[tool]]\nname = \"{name}\"\nmodel = \"{model}\"\nrequires = {requires}\n[tool.search_count]\n")
}

fn definitions() -> String {
    [
        tool("partners", "res.partner", "[]"),
        tool("leads", "crm.lead", "[]"),
        tool("nothing", "no.such.model", "[]"),
        tool("custom", "x_no_such_model", "[]"),
        tool("partners_with_leads", "res.partner", "[\"crm.lead\"]"),
        tool("partners_with_custom", "res.partner", "[\"x_no_such_model\"]"),
        tool("partners_with_sales", "res.partner", "[\"sale_management\"]"),
        tool("partners_with_crm", "res.partner", "[\"crm\"]"),
        tool("partners_with_fleet", "res.partner", "[\"fleet\"]"),
        tool("parameters", "ir.config_parameter", "[]"),
    ]
    .concat()
}

fn start(version: Profile, account: Account, protocol: &str) -> Server {
    let options = Options { version, without: &["crm.lead"], ..Options::default() };
    Server::of(options, account, &[("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol)], &definitions())
}

const CASES: [(Profile, &str); 4] =
    [(Profile::V19, "json2"), (Profile::V19, "jsonrpc"), (Profile::V17, "auto"), (Profile::V14, "auto")];

#[test]
fn the_first_list_has_what_is_there() {
    for (version, protocol) in CASES {
        let mut server = start(version, demo::ADMIN, protocol);
        let names = server.names();
        assert_eq!(names, ["parameters", "partners", "partners_with_sales"], "on {version:?} over {protocol}");
    }
}

#[test]
fn what_is_there_and_not_allowed_stays_listed_and_says_so() {
    for (version, protocol) in CASES {
        let mut server = start(version, demo::EMPLOYEE, protocol);
        let mut expected = vec!["parameters", "partners", "partners_with_sales"];
        if version == Profile::V14 {
            // Which modules are installed is not an employee's to know: then they count as there.
            expected.extend(["partners_with_crm", "partners_with_fleet"]);
            expected.sort_unstable();
        }
        assert_eq!(server.names(), expected, "on {version:?} over {protocol}");
        server.fails("parameters", json!({}), "access_denied");
    }
}

#[test]
fn what_is_not_there_cannot_be_called_either() {
    let mut server = start(Profile::V19, demo::ADMIN, "auto");
    // Without a list before.
    for name in ["leads", "nothing", "partners_with_leads", "partners_with_fleet"] {
        let response = server.request("tools/call", json!({"name": name, "arguments": {}}));
        assert_eq!(response["error"]["code"], -32602, "{name}: {response}");
    }
    assert!(server.call("partners", json!({}))["count"].is_u64());
}

#[test]
fn after_a_reload_what_is_new_is_asked_for_and_the_next_list_waits_for_it() {
    let mut server = start(Profile::V19, demo::ADMIN, "auto");
    server.names();
    let more = [tool("stages", "crm.stage", "[]"), tool("more_of_nothing", "no.other.model", "[]")].concat();
    let ((), requests) = server.recorded(|server| {
        server.save(&(definitions() + &more));
        assert_eq!(server.names(), ["parameters", "partners", "partners_with_sales", "stages"]);
    });
    let asked: Vec<&str> = requests.iter().filter_map(|request| request.model.as_deref()).collect();
    assert!(asked.contains(&"crm.stage") && asked.contains(&"no.other.model"), "{asked:?}");
    assert!(!asked.contains(&"crm.lead") && !asked.contains(&"res.partner"), "known already: {asked:?}");
}

#[test]
fn list_and_call_of_the_command_line_know_it_too() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = Options { without: &["crm.lead"], ..Options::default() };
    let odoo = runtime.block_on(demo::Server::start(options)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("tools.toml"), definitions()).unwrap();
    let run = |arguments: &[&str], url: Option<String>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.args(arguments).arg("--definitions").arg(directory.path()).env_clear();
        if let Some(url) = url {
            command.env("ODOO_URL", url).env("ODOO_DB", odoo.database());
            command.env("ODOO_USERNAME", demo::ADMIN.login).env("ODOO_API_KEY", demo::ADMIN.api_key);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let names = |out: &str| -> Vec<String> {
        out.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    let (status, out, _) = run(&["list"], Some(odoo.url()));
    assert_eq!((status, names(&out)), (Some(0), ["parameters", "partners", "partners_with_sales"].map(str::to_owned).to_vec()));
    let (_, out, _) = run(&["list"], None);
    assert_eq!(names(&out).len(), 10, "all, where no Odoo is configured: {out}");
    let (status, out, err) = run(&["list"], Some("http://127.0.0.1:1".to_owned()));
    assert_eq!((status, names(&out).len()), (Some(0), 10), "all, where Odoo does not answer: {out} {err}");

    let (status, out, _) = run(&["call", "partners"], Some(odoo.url()));
    assert!(status == Some(0) && out.contains("count"), "{out}");
    let (status, _, err) = run(&["call", "leads"], Some(odoo.url()));
    assert!(status == Some(2) && err.contains("leads"), "{status:?} {err}");
    runtime.block_on(odoo.stop());
}
