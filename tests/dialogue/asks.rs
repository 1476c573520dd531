//! Questions to the person.

use serde_json::{Value, json};

use super::client::{MODERN, REVISIONS, World, accept, decline, dismiss, nobody};
use crate::Case;

pub const CASES: &[Case] = &[
    ("a form has properties of every type", form),
    ("questions of one round go out together", rounds),
    ("a question is asked when it is due, with what was looked up", due),
    ("declining and closing end the call, and nothing is written", declined),
    ("a client that cannot ask is told which argument to give", unable),
    ("a question among the steps", in_step),
    ("questions of one round among the steps go out together", rounds_in_steps),
    ("an optional question", optional),
    ("a text of the client's model, and its folders", model_and_folders),
    ("an answer that does not fit the form", unfit),
    ("what a tool requires of a client", required),
    ("the time that a person takes is not the call's", slow),
    ("a state is good for one call of one tool", states),
    ("answers that nobody asked for change nothing", unasked),
];

fn form(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let mut asked = Vec::new();
        let mut person = |method: &str, params: &Value| {
            asked.push((method.to_owned(), params.clone()));
            accept(json!({"word": "hello", "count": 4, "several": ["x", "y"], "sure": false}))
        };
        assert_eq!(client.says("ask_everything", json!({"topic": "tea"}), &mut person), "hello 4 x+y", "{revision}");
        assert_eq!(asked.len(), 1);
        let (method, params) = &asked[0];
        assert_eq!((method.as_str(), &params["message"]), ("elicitation/create", &json!("About tea?")));
        let schema = &params["requestedSchema"];
        assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["word", "count"])));
        let properties = &schema["properties"];
        assert_eq!(properties["word"]["minLength"], 2, "{schema}");
        assert_eq!(properties["count"]["default"], 3, "{schema}");
        assert_eq!(properties["choice"]["enum"], json!(["a", "b"]), "{schema}");
        assert_eq!(properties["titled"]["oneOf"][0]["title"], "The x", "{schema}");
        assert_eq!(properties["several"]["items"]["enum"], json!(["x", "y"]), "{schema}");
        let few = client
            .says("ask_everything", json!({"topic": "tea"}), &mut |_, _| accept(json!({"word": "hi", "count": 1})));
        assert_eq!(few, "hi 1 none");
    }
}

fn rounds(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let mut messages = Vec::new();
        let said = client.says("ask_rounds", json!({}), &mut |_, params| {
            messages.push(params["message"].as_str().unwrap().to_owned());
            accept(json!({"text": messages.len().to_string()}))
        });
        assert_eq!(messages, ["First?", "Second?", "After 1 and 2?"], "{revision}");
        assert_eq!(said, "1, 2, 3");
    }
    let mut client = world.client(MODERN);
    let first = client.attempt("ask_rounds", &json!({}), &json!({}));
    let keys: Vec<&String> = first["result"]["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first", "second"]);
    // What is missing is asked again, alone.
    let state = &first["result"]["requestState"];
    let answers = json!({"second": accept(json!({"text": "b"}))});
    let again = client.attempt("ask_rounds", &json!({}), &json!({"requestState": state, "inputResponses": answers}));
    let keys: Vec<&String> = again["result"]["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first"], "{again}");
}

fn due(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let name = world.name();
        client.make(json!({"name": name}));
        let mut messages = Vec::new();
        let noted = client.answers("ask_reason", json!({"name": name}), &mut |_, params| {
            messages.push(params["message"].clone());
            accept(json!({"reason": "Too far"}))
        });
        assert_eq!(
            (&noted["records"][0]["city"], messages),
            (&json!("Too far"), vec![json!(format!("Why is {name} noted?"))])
        );
        let given = client.works("ask_reason", json!({"name": name, "reason": "Other"}));
        assert_eq!(given["records"][0]["city"], "Other");
        // A record that is not there is not asked about.
        client.fails("ask_reason", json!({"name": "Nobody Tooldoo"}), "not_found", &mut nobody);
    }
}

fn declined(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let name = world.name();
        client.make(json!({"name": name}));
        for answer in [decline(), dismiss()] {
            let error = client.fails("ask_reason", json!({"name": name}), "declined", &mut |_, _| answer.clone());
            assert_eq!(error["applied"], "no", "{error}");
        }
        assert_eq!(client.find(&name)[0]["city"], Value::Null);
    }
}

fn unable(world: &World) {
    for revision in REVISIONS {
        let mut client = world.silent(revision);
        let name = world.name();
        client.make(json!({"name": name}));
        let error = client.fails("ask_reason", json!({"name": name}), "unsupported", &mut nobody);
        assert_eq!(error["arguments"], json!(["reason"]), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("`reason`"), "{error}");
        client.works("ask_reason", json!({"name": name, "reason": "Told in the chat"}));
    }
}

fn in_step(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let begins = world.name();
        client.works("ask_in_step", json!({"begins": begins}));
        client.answers("ask_in_step", json!({"begins": begins}), &mut |_, params| {
            assert_eq!(params["message"], "There are 1 already. Another?");
            accept(json!({"suffix": "two"}))
        });
        let names: Vec<Value> = client.find(&begins).iter().map(|record| record["name"].clone()).collect();
        assert_eq!(names, [format!("{begins} alone"), format!("{begins} two")]);
        client.fails("ask_in_step", json!({"begins": begins}), "declined", &mut |_, _| decline());
        assert_eq!(client.find(&begins).len(), 2);
    }
}

fn rounds_in_steps(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        for (second, asked) in [
            (true, ["First of true?", "Second?", "After 1 and 2?"].as_slice()),
            (false, ["First of true?", "After 1 and ?"].as_slice()),
        ] {
            let mut messages = Vec::new();
            let said = client.says("ask_rounds_in_steps", json!({"second_too": second}), &mut |_, params| {
                messages.push(params["message"].as_str().unwrap().to_owned());
                accept(json!({"text": messages.len().to_string()}))
            });
            assert_eq!(messages, asked, "{revision}");
            assert_eq!(said, if second { "1, 2, 3" } else { "1, none, 2" });
        }
    }
    let mut client = world.client(MODERN);
    let first = client.attempt("ask_rounds_in_steps", &json!({"second_too": true}), &json!({}));
    let keys: Vec<&String> = first["result"]["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first", "second"]);
}

fn optional(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let said = client.says("ask_optional", json!({}), &mut |_, _| accept(json!({"text": "salt"})));
        assert_eq!(said, "extra: salt");
        assert_eq!(client.says("ask_optional", json!({}), &mut |_, _| decline()), "extra: none");
        assert_eq!(world.silent(revision).says("ask_optional", json!({}), &mut nobody), "extra: none");
    }
}

fn model_and_folders(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let said = client.says("ask_model", json!({"topic": "tea"}), &mut |method, params| match method {
            "sampling/createMessage" => {
                assert_eq!((&params["maxTokens"], &params["systemPrompt"]), (&json!(50), &json!("Rhyme, tea.")));
                assert_eq!(params["messages"][0]["content"]["text"], "A poem about tea");
                json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "Tea, oh tea"}})
            }
            "roots/list" => json!({"roots": [{"uri": "file:///tmp"}]}),
            other => panic!("{other}"),
        });
        assert_eq!(said, "Tea, oh tea in file:///tmp", "{revision}");
        let mut silent = world.silent(revision);
        let error = silent.fails("ask_model", json!({"topic": "tea"}), "unsupported", &mut nobody);
        assert!(error["message"].as_str().unwrap().contains("`poem`"), "{error}");
    }
}

fn unfit(world: &World) {
    let wrong =
        [json!({"word": "hello"}), json!({"word": "hello", "count": 99}), json!({"word": "h", "count": 1}), json!([])];
    for revision in &REVISIONS[..2] {
        let mut client = world.client(revision);
        for wrong in &wrong {
            let error = client
                .fails("ask_everything", json!({"topic": "tea"}), "unsupported", &mut |_, _| accept(wrong.clone()));
            assert!(error["message"].as_str().unwrap().contains("`form`"), "{error}");
        }
    }
    let mut client = world.client(MODERN);
    let mut left = wrong.to_vec();
    let said = client.says("ask_everything", json!({"topic": "tea"}), &mut |_, _| {
        accept(left.pop().unwrap_or_else(|| json!({"word": "hello", "count": 9})))
    });
    assert_eq!((said.as_str(), left.len()), ("hello 9 none", 0));
}

fn required(world: &World) {
    for revision in &REVISIONS[..2] {
        let mut client = world.silent(revision);
        let error = client.fails("ask_required", json!({}), "unsupported", &mut nobody);
        assert!(error["hint"].as_str().unwrap().contains("`reason`"), "{error}");
        let said = world.client(revision).says("ask_required", json!({}), &mut |_, _| accept(json!({"text": "so"})));
        assert_eq!(said, "so");
    }
    let mut client = world.silent(MODERN);
    let tools = client.request("tools/list", json!({}), &mut nobody);
    assert!(tools["result"]["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "ask_required"));
    let response = client.response("ask_required", &json!({}), &mut nobody);
    assert_eq!(response["error"]["code"], -32021, "{response}");
    assert!(response["error"]["data"]["requiredCapabilities"]["elicitation"].is_object(), "{response}");
    let mut urls = world.silent(MODERN);
    urls.capabilities = json!({"elicitation": {"url": {}}});
    let response = urls.response("ask_required", &json!({}), &mut nobody);
    assert_eq!(response["error"]["code"], -32021, "{response}");
}

fn slow(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let found = client.answers("ask_quick", json!({}), &mut |_, _| {
            // Longer than the call may take.
            std::thread::sleep(std::time::Duration::from_millis(2500));
            accept(json!({}))
        });
        assert_eq!(found["count"], 1, "{revision}");
    }
}

fn states(world: &World) {
    let mut client = world.client(MODERN);
    let name = world.name();
    client.make(json!({"name": name}));
    let call = json!({"name": name});
    let first = client.attempt("ask_reason", &call, &json!({}));
    let state = first["result"]["requestState"].as_str().unwrap().to_owned();
    let answers = json!({"why": accept(json!({"reason": "Too far"}))});
    let mut tampered = state.clone();
    let middle = tampered.len() / 2;
    let other = if &tampered[middle..=middle] == "A" { "B" } else { "A" };
    tampered.replace_range(middle..=middle, other);
    let with = |state: &str| json!({"requestState": state, "inputResponses": answers});
    let everything = json!({"name": name, "reason": "x"});
    for (tool, arguments, state) in [
        ("ask_reason", &call, tampered.as_str()),
        ("ask_reason", &call, "made up"),
        ("ask_reason", &everything, state.as_str()),
        ("ask_in_step", &json!({"begins": "x"}), state.as_str()),
    ] {
        let response = client.attempt(tool, arguments, &with(state));
        assert_eq!(response["error"]["code"], -32602, "{tool} {arguments}: {response}");
    }
    assert_eq!(client.find(&name)[0]["city"], Value::Null);
    let done = client.attempt("ask_reason", &call, &with(&state));
    assert_eq!(done["result"]["isError"], json!(false), "{done}");
    assert_eq!(client.find(&name)[0]["city"], "Too far");
}

fn unasked(world: &World) {
    let mut client = world.client(MODERN);
    let name = world.name();
    let id = client.make(json!({"name": name}));
    // Somebody agrees to a plan that was never shown.
    let agreed = json!({"inputResponses": {"confirm-plan": accept(json!({})), "confirm": accept(json!({}))}});
    let response = client.attempt("plan_unlink", &json!({"ids": [id]}), &agreed);
    assert_eq!(response["result"]["resultType"], "input_required", "{response}");
    let more = json!({
        "requestState": response["result"]["requestState"],
        "inputResponses": {"nobody": accept(json!({"x": "y".repeat(20_000)}))},
    });
    let again = client.attempt("plan_unlink", &json!({"ids": [id]}), &more);
    assert_eq!(again["result"]["resultType"], "input_required", "{again}");
    assert!(again.to_string().len() < 5_000, "what nobody asked for travels back");
    assert_eq!(client.find(&name).len(), 1);
    let none = client.attempt("ask_in_step", &json!({"begins": world.name()}), &agreed);
    assert_eq!(none["result"]["isError"], json!(false), "{none}");
}
