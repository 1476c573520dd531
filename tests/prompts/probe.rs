//! What the language can say of prompts.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, MODERN, REVISIONS, accept, decline, nobody};
use crate::odoo::Target;
use crate::{Case, messages, texts};

pub const CASES: &[Case] = &[
    ("a prompt is listed with its arguments", listed),
    ("messages with texts, blocks and conditions", said),
    ("what is wrong with the arguments", wrong),
    ("data that fails is said where it was to stand", failing),
    ("a bundle binds arguments of prompts and of their data", bound),
    ("a person is asked at every revision", asked),
    ("what needs no Odoo needs none", unreachable),
    ("a file that is edited changes in the client", edited),
];

const FILE: &str = r#"
[[bundle]]
name = "europe"
bind = { word = "Europe", secret_query = "bound" }
read_only = true

[[tool]]
name = "find"
description = "Find contacts."
bundles = ["elsewhere"]
model = "res.partner"
[tool.search_read]
domain = [["name", "ilike", "{{ secret_query }}"]]
fields = ["name"]
order = "id"
limit = { default = 2, max = 3 }
[tool.input.properties]
secret_query = { type = "string" }

[[tool]]
name = "show"
description = "Say which query it has."
bundles = ["elsewhere"]
[tool.input.properties]
secret_query = { type = "string", default = "free" }
[[tool.content]]
type = "text"
text = "query {{ secret_query }}"

[[tool]]
name = "missing_model"
description = "Read what no Odoo has."
bundles = ["elsewhere"]
model = "x_no.such_model"
[tool.search_read]

[[tool]]
name = "fails"
description = "Fail with a sentence."
bundles = ["elsewhere"]
model = "res.partner"
[[tool.step]]
when = "{{ true }}"
fail = "The moon is in the wrong place."
[[tool.step]]
name = "never"
[tool.step.search_count]

[[prompt]]
name = "plain"
title = "A plain one"
description = "Says a word."
bundles = ["default", "europe"]
icons = [{ src = "https://example.com/icon.png", mimeType = "image/png" }]
meta = { "example.com/kind" = "test" }
[[prompt.argument]]
name = "word"
title = "The word"
description = "Any word"
required = true
[[prompt.argument]]
name = "loud"
[[prompt.message]]
text = "Say {{ word }}{% if loud %} loudly{% endif %}.{{ loud }}"
[[prompt.message]]
role = "assistant"
when = "{{ loud is defined }}"
text = "I will be loud."
[[prompt.message]]
content = { type = "image", data = "aGVsbG8=", mimeType = "image/png" }
[[prompt.message]]
content = { type = "resource", resource = { uri = "odoo://note/{{ word }}", mimeType = "text/plain", text = "A note of {{ word }} {{ loud }}" } }
[[prompt.message]]
content = { type = "resource_link", uri = "odoo://loud/{{ loud }}", name = "loud" }

[[prompt]]
name = "dated"
description = "Says who and when."
[[prompt.message]]
text = "{{ user.login }} on {{ today() }} with Odoo {{ odoo.version }}"

[[prompt]]
name = "with_data"
description = "Shows data."
bundles = ["default", "europe"]
[prompt.data.found]
tool = "find"
arguments = { secret_query = "a", limit = 3 }
[prompt.data.shown]
tool = "show"
arguments = { secret_query = "asked" }
[[prompt.message]]
text = "{{ found.records | length }} of {{ found.total }}"
[[prompt.message]]
text = "{{ shown.content[0].text }}"

[[prompt]]
name = "with_failures"
description = "Shows what fails."
[[prompt.argument]]
name = "more"
[prompt.data.good]
tool = "find"
[prompt.data.gone]
tool = "missing_model"
[prompt.data.bad]
tool = "fails"
[prompt.data.refused]
tool = "find"
arguments = { secret_query = ["{{ user.id }}", 7] }
[prompt.data.skipped]
tool = "fails"
when = "{{ more is defined }}"
[[prompt.message]]
text = "Nothing but words."
[[prompt.message]]
text = "{{ good.records | length }} good"
[[prompt.message]]
text = "{{ gone | tojson }}"
[[prompt.message]]
role = "assistant"
text = "{{ good.total }} and {{ bad | tojson }}"
[[prompt.message]]
text = "{{ refused | tojson }}"
[[prompt.message]]
when = "{{ more is defined }}"
text = "{{ skipped | tojson }}"
[[prompt.message]]
when = "{{ more is defined }}"
text = "In full: {{ bad | tojson }}"

[[prompt]]
name = "nothing_due"
description = "May say nothing."
[[prompt.argument]]
name = "more"
[[prompt.message]]
when = "{{ more is defined }}"
text = "More."

[[prompt]]
name = "asking"
description = "Asks first."
[[prompt.argument]]
name = "topic"
required = true
[[prompt.ask]]
name = "which"
round = 1
message = "Which {{ topic }}?"
schema = { properties.kind = { type = "string" }, required = ["kind"] }
[[prompt.ask]]
name = "size"
round = 1
message = "Which size?"
schema = { properties.number = { type = "integer" } }
[[prompt.ask]]
name = "sure"
when = "{{ which.kind == 'green' }}"
message = "Really {{ which.kind }}?"
schema = { properties.yes = { type = "boolean" } }
[[prompt.message]]
text = "A {{ which.kind }} {{ topic }}, {{ size.number }}{% if sure %}, {{ sure.yes }}{% endif %}."
"#;

/// The definitions in a folder of their own, and a client of them.
fn start(target: &Target, revision: &str, capabilities: Value, bundle: &str) -> (tempfile::TempDir, Client) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("probe.toml"), FILE).unwrap();
    let login = (target.login.as_str(), target.api_key.as_str());
    let mut command = Client::command(target, login, &[directory.path()]);
    command.args(["--bundle", bundle]);
    let client = Client::run(command, revision, capabilities);
    (directory, client)
}

fn listed(target: &Target) {
    let (_directory, mut client) = start(target, "2025-11-25", json!({}), "default");
    let listed = client.request("prompts/list", json!({}), &mut nobody)["result"]["prompts"].clone();
    let plain = listed.as_array().unwrap().iter().find(|prompt| prompt["name"] == "plain").unwrap();
    assert_eq!(
        plain,
        &json!({
            "name": "plain", "title": "A plain one", "description": "Says a word.",
            "arguments": [
                {"name": "word", "title": "The word", "description": "Any word", "required": true},
                {"name": "loud"},
            ],
            "icons": [{"src": "https://example.com/icon.png", "mimeType": "image/png"}],
            "_meta": {"example.com/kind": "test"},
        })
    );
}

fn said(target: &Target) {
    for revision in REVISIONS {
        let (_directory, mut client) = start(target, revision, json!({}), "default");
        let quiet = client.prompt("plain", &json!({"word": "tea", "loud": ""}), &mut nobody);
        assert_eq!(quiet["result"]["description"], "Says a word.", "{revision}: {quiet}");
        let said = quiet["result"]["messages"].as_array().unwrap();
        assert_eq!(said[0], json!({"role": "user", "content": {"type": "text", "text": "Say tea."}}), "{revision}");
        assert_eq!(said[1]["content"], json!({"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"}));
        let resource = json!({"uri": "odoo://note/tea", "mimeType": "text/plain", "text": "A note of tea "});
        assert_eq!(said[2]["content"]["resource"], resource);
        assert_eq!(said.len(), 3, "what was not given leaves out the link and what is due only then: {quiet}");
        let loud = messages(&client.prompt("plain", &json!({"word": "tea", "loud": "very"}), &mut nobody));
        assert_eq!(loud[0].1, "Say tea loudly.very");
        assert_eq!(loud[1], ("assistant".to_owned(), "I will be loud.".to_owned()));
        assert!(loud[4].1.contains("odoo://loud/very"), "{loud:?}");
        let dated = texts(&client.prompt("dated", &json!({}), &mut nobody));
        assert!(dated[0].starts_with(&format!("{} on 20", target.login)), "{dated:?}");
        assert!(dated[0].contains(&format!("with Odoo {}", target.version)), "{dated:?}");
    }
}

fn wrong(target: &Target) {
    for revision in REVISIONS {
        let (_directory, mut client) = start(target, revision, json!({}), "default");
        for (name, arguments, piece) in [
            ("plain", json!({}), "`word`"),
            ("plain", json!({"word": ""}), "word"),
            ("plain", json!({"word": "a", "lous": "b"}), "`loud`"),
            ("plian", json!({"word": "a"}), "did you mean `plain`"),
            ("nothing_due", json!({}), "says nothing"),
        ] {
            let error = client.prompt(name, &arguments, &mut nobody)["error"].clone();
            assert_eq!(error["code"], -32602, "{name} {arguments}: {error}");
            assert!(error["message"].as_str().unwrap().contains(piece), "{name} {arguments}: {error}");
        }
    }
}

fn failing(target: &Target) {
    let (_directory, mut client) = start(target, "2025-11-25", json!({}), "default");
    let said = messages(&client.prompt("with_failures", &json!({}), &mut nobody));
    let texts: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts[0], "Nothing but words.");
    assert_eq!(texts[1], "2 good");
    assert!(texts[2].starts_with("The data `gone` could not be read: "), "{texts:?}");
    assert_eq!(said[3].0, "assistant");
    assert!(texts[3].starts_with("The data `bad` could not be read: The moon is in the wrong place."), "{texts:?}");
    assert!(texts[4].contains("secret_query"), "{texts:?}");
    assert_eq!(texts.len(), 5, "{texts:?}");
}

fn bound(target: &Target) {
    let (_directory, mut client) = start(target, "2025-11-25", json!({}), "europe");
    assert_eq!(client.prompts(), ["plain", "with_data"]);
    let listed = client.request("prompts/list", json!({}), &mut nobody)["result"]["prompts"].clone();
    assert_eq!(listed[0]["arguments"], json!([{"name": "loud"}]), "what is bound is not asked");
    assert_eq!(texts(&client.prompt("plain", &json!({}), &mut nobody))[0], "Say Europe.");
    let set = client.prompt("plain", &json!({"word": "Asia"}), &mut nobody);
    assert_eq!(set["error"]["code"], -32602, "{set}");
    let said = texts(&client.prompt("with_data", &json!({}), &mut nobody));
    assert_eq!(said[0], "0 of 0", "the bundle's word is looked for, not the prompt's");
    assert_eq!(said[1], "query bound");
    let (_directory, mut client) = start(target, "2025-11-25", json!({}), "default");
    let said = texts(&client.prompt("with_data", &json!({}), &mut nobody));
    assert!(said[0].starts_with("3 of "), "{said:?}");
    assert_eq!(said[1], "query asked");
}

fn asked(target: &Target) {
    let can = json!({"elicitation": {}});
    for revision in REVISIONS {
        let (_directory, mut client) = start(target, revision, can.clone(), "default");
        let mut questions = Vec::new();
        let said = client.prompt("asking", &json!({"topic": "chair"}), &mut |_, params| {
            let message = params["message"].as_str().unwrap().to_owned();
            questions.push(message.clone());
            match message.as_str() {
                "Which chair?" => accept(json!({"kind": "green"})),
                "Which size?" => accept(json!({"number": 4})),
                _ => accept(json!({"yes": true})),
            }
        });
        assert_eq!(texts(&said), ["A green chair, 4, true."], "{revision}");
        // Those of one round have no order.
        questions[..2].sort();
        assert_eq!(questions, ["Which chair?", "Which size?", "Really green?"], "{revision}");
        let declined = client.prompt("asking", &json!({"topic": "chair"}), &mut |_, _| decline());
        assert!(declined["error"]["message"].as_str().unwrap().contains("declined"), "{declined}");
        let (_directory, mut silent) = start(target, revision, json!({}), "default");
        let unable = silent.prompt("asking", &json!({"topic": "chair"}), &mut nobody);
        let error = &unable["error"];
        assert!(error["message"].as_str().unwrap().contains("cannot ask"), "{unable}");
        let (code, required) = match revision {
            MODERN => (-32021, json!({"elicitation": {}})),
            _ => (-32603, Value::Null),
        };
        assert_eq!((&error["code"], &error["data"]["requiredCapabilities"]), (&json!(code), &required), "{revision}");
        assert_eq!(error["data"]["kind"], "unsupported", "{revision}");
    }
    // A state is good for one prompt with its arguments.
    let (_directory, mut client) = start(target, MODERN, can, "default");
    let first = client.request("prompts/get", json!({"name": "asking", "arguments": {"topic": "chair"}}), &mut nobody);
    let state = &first["result"]["requestState"];
    let other = json!({"name": "asking", "arguments": {"topic": "desk"}, "requestState": state});
    assert_eq!(client.request("prompts/get", other, &mut nobody)["error"]["code"], -32602);
}

/// Nobody listens at that address.
fn unreachable(target: &Target) {
    let nowhere = Target { url: "http://127.0.0.1:9".to_owned(), ..target.clone() };
    let (_directory, mut client) = start(&nowhere, "2025-11-25", json!({"elicitation": {}}), "default");
    assert_eq!(texts(&client.prompt("plain", &json!({"word": "tea"}), &mut nobody))[0], "Say tea.");
    let said =
        client.prompt("asking", &json!({"topic": "chair"}), &mut |_, _| accept(json!({"kind": "red", "number": 1})));
    assert_eq!(texts(&said), ["A red chair, 1."]);
    let error = client.prompt("dated", &json!({}), &mut nobody)["error"].clone();
    assert_eq!(error["code"], -32603, "{error}");
}

fn edited(target: &Target) {
    let (directory, mut client) = start(target, "2025-11-25", json!({}), "default");
    let file = directory.path().join("probe.toml");
    assert_eq!(texts(&client.prompt("plain", &json!({"word": "tea"}), &mut nobody))[0], "Say tea.");
    replace(
        &file,
        &FILE.replace("text = \"Say {{ word }}", "text = \"Sing {{ word }}").replace("A plain one", "A song"),
    );
    client.hears("notifications/prompts/list_changed");
    assert_eq!(texts(&client.prompt("plain", &json!({"word": "tea"}), &mut nobody))[0], "Sing tea.");
    // One that is wrong changes nothing.
    replace(&file, &FILE.replace("{{ word }}", "{{ wrod }}"));
    replace(&directory.path().join("more.toml"), "[[prompt]]\nname = \"new\"\n[[prompt.message]]\ntext = \"New.\"\n");
    replace(&file, FILE);
    client.hears("notifications/prompts/list_changed");
    while !client.prompts().contains(&"new".to_owned()) {
        client.hears("notifications/prompts/list_changed");
    }
    assert_eq!(texts(&client.prompt("new", &json!({}), &mut nobody)), ["New."]);
}

/// As editors save.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}
