//! Prompts that a person keeps: they are that person's alone.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, nobody};
use crate::odoo::Target;
use crate::{Case, texts};

pub const CASES: &[Case] = &[
    ("what one keeps only they see", kept),
    ("nothing is kept where it is not configured", off),
    ("folders are followed", followed),
];

const BUNDLE: &str = "default+prompts";

fn start(target: &Target, login: (&str, &str), personal: Option<&Path>) -> Client {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (tools, prompts) = (root.join("tools.d"), root.join("prompts.d"));
    let mut command = Client::command(target, login, &[&tools, &prompts]);
    command.args(["--bundle", BUNDLE]);
    if let Some(personal) = personal {
        command.env("TOOLDOO_DEFINITIONS__PERSONAL", personal);
    }
    Client::run(command, "2025-11-25", json!({}))
}

fn names(client: &mut Client) -> Vec<String> {
    let listed = client.request("tools/list", json!({}), &mut nobody)["result"]["tools"].clone();
    listed.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// What was heard so far, once the server has answered everything before.
fn heard(client: &mut Client) -> usize {
    client.request("ping", json!({}), &mut nobody);
    let told: Vec<Value> = std::mem::take(&mut client.told);
    told.iter().filter(|told| told["method"] == "notifications/prompts/list_changed").count()
}

fn kept(target: &Target) {
    let directory = tempfile::tempdir().unwrap();
    let personal = directory.path().join("people");
    let mut mine = start(target, (&target.login, &target.api_key), Some(&personal));
    let mut theirs = start(target, (&target.employee.0, &target.employee.1), Some(&personal));
    let shared = theirs.prompts();
    assert!(shared.contains(&"daily_briefing".to_owned()) && names(&mut mine).contains(&"save_my_prompt".to_owned()));
    heard(&mut theirs);
    let tools = mine.request("tools/list", json!({}), &mut nobody)["result"]["tools"].clone();
    for name in ["save_my_prompt", "delete_my_prompt"] {
        let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
        assert_ne!(tool["annotations"]["readOnlyHint"], true, "clients ask before they call what writes: {tool}");
    }

    let prompt = json!({
        "name": "weekly", "title": "My week", "description": "The week of a team.",
        "text": "Report on {{ team }}.", "arguments": [{"name": "team", "description": "Which", "required": true}],
    });
    let saved = mine.works("save_my_prompt", prompt.clone());
    assert_eq!((&saved["name"], &saved["replaced"], &saved["kept"]), (&json!("weekly"), &json!(false), &json!(1)));
    mine.hears("notifications/prompts/list_changed");
    let listed = mine.request("prompts/list", json!({}), &mut nobody)["result"]["prompts"].clone();
    let weekly = listed.as_array().unwrap().iter().find(|prompt| prompt["name"] == "weekly").unwrap().clone();
    assert_eq!(weekly["arguments"], json!([{"name": "team", "description": "Which", "required": true}]));
    assert_eq!(texts(&mine.prompt("weekly", &json!({"team": "Sales"}), &mut nobody)), ["Report on Sales."]);

    // Also the other server reads the folder, and has nothing to tell its client.
    assert_eq!(theirs.prompts(), shared);
    assert_eq!(theirs.prompt("weekly", &json!({"team": "Sales"}), &mut nobody)["error"]["code"], -32602);
    theirs.fails("delete_my_prompt", json!({"name": "weekly"}), "not_found", &mut nobody);
    theirs.works("save_my_prompt", json!({"name": "weekly", "text": "Another's."}));
    assert_eq!(texts(&mine.prompt("weekly", &json!({"team": "Sales"}), &mut nobody)), ["Report on Sales."]);
    assert_eq!(texts(&theirs.prompt("weekly", &json!({}), &mut nobody)), ["Another's."]);

    mine.fails("save_my_prompt", prompt.clone(), "conflict", &mut nobody);
    let mut again = prompt;
    again["overwrite"] = json!(true);
    again["text"] = json!("Report again on {{ team }}.");
    assert_eq!(mine.works("save_my_prompt", again)["replaced"], true);
    assert_eq!(texts(&mine.prompt("weekly", &json!({"team": "Sales"}), &mut nobody)), ["Report again on Sales."]);
    mine.fails("save_my_prompt", json!({"name": "daily_briefing", "text": "Mine."}), "conflict", &mut nobody);
    mine.fails("save_my_prompt", json!({"name": "x", "text": "{{ user.login }}"}), "invalid_arguments", &mut nobody);
    mine.fails("save_my_prompt", json!({"name": "../x", "text": "Hello."}), "invalid_arguments", &mut nobody);
    let outside: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["people"]);

    assert_eq!(mine.works("delete_my_prompt", json!({"name": "weekly"}))["deleted"], true);
    assert!(!mine.prompts().contains(&"weekly".to_owned()));
    assert!(theirs.prompts().contains(&"weekly".to_owned()));
}

fn off(target: &Target) {
    let mut client = start(target, (&target.login, &target.api_key), None);
    assert!(!names(&mut client).iter().any(|name| name.contains("my_prompt")));
    let called = client.request("tools/call", json!({"name": "save_my_prompt", "arguments": {}}), &mut nobody);
    assert_eq!(called["error"]["code"], -32602, "{called}");
}

/// An administrator writes into somebody's folder; what is wrong with a file takes nothing else away.
fn followed(target: &Target) {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join(&target.login);
    let mut client = start(target, (&target.login, &target.api_key), Some(directory.path()));
    let shared = client.prompts();
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("broken.toml"), "[[prompt]\n").unwrap();
    let file = "[[prompt]]\nname = \"mine\"\n[[prompt.message]]\ntext = \"Mine.\"\n\
                [[prompt]]\nname = \"daily_briefing\"\n[[prompt.message]]\ntext = \"Not the shared one.\"\n";
    fs::write(folder.join("mine.toml"), file).unwrap();
    fs::create_dir_all(directory.path().join("somebody else")).unwrap();
    fs::write(directory.path().join("somebody else/x.toml"), file.replace("mine", "theirs")).unwrap();
    client.hears("notifications/prompts/list_changed");
    while client.prompts().len() == shared.len() {
        client.hears("notifications/prompts/list_changed");
    }
    let now = client.prompts();
    let new: Vec<_> = now.iter().filter(|name| !shared.contains(name)).collect();
    assert_eq!(new, ["mine"]);
    assert!(texts(&client.prompt("daily_briefing", &json!({}), &mut nobody)).len() > 1, "the shared one stays");
    fs::remove_file(folder.join("mine.toml")).unwrap();
    client.hears("notifications/prompts/list_changed");
    assert_eq!(client.prompts(), shared);
}
