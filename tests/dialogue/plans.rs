//! Writes that a person confirms.

use serde_json::{Value, json};

use super::client::{Client, MODERN, REVISIONS, World, accept, decline, dismiss, failure, nobody};
use crate::Case;

pub const CASES: &[Case] = &[
    ("a plan of a change shows what is and what will be", shows_a_change),
    ("a plan of a creation shows the new records", shows_a_creation),
    ("a plan of a deletion shows the records", shows_a_deletion),
    ("a plan of a call shows its arguments", shows_a_call),
    ("a plan of several steps names the later writes", shows_steps),
    ("confirm when: absent counts as true", when),
    ("confirm when: nothing is equal to what is absent", when_equal),
    ("a record takes one line of a plan, whatever its name", one_line_each),
    ("a plan does not show what is named like a secret", hides_secrets),
    ("only a person's own word", by_person),
    ("a person is asked, where the client can", elicited),
    ("a plan binds the call, runs once, and each refusal is another", refusals),
    ("records that change meanwhile are a conflict", conflicts),
    ("a plan holds what its first steps read", holds_what_was_read),
    ("questions come before the plan, and are not asked again", asked_before),
    ("a confirmation cannot be carried to another call", states),
];

/// The plan of a call that needs one.
fn plan(client: &mut Client, tool: &str, arguments: &Value) -> Value {
    let error = client.fails(tool, arguments.clone(), "confirmation_required", &mut nobody);
    assert_eq!(error["applied"], "no", "{error}");
    let id = error["plan"]["id"].as_str().unwrap_or_else(|| panic!("no plan: {error}"));
    assert!(error["hint"].as_str().unwrap().contains(id), "{error}");
    error
}

fn with_plan(arguments: &Value, error: &Value) -> Value {
    let mut arguments = arguments.clone();
    arguments["plan"] = error["plan"]["id"].clone();
    arguments
}

fn shows_a_change(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let (name, tag) = (world.name(), world.name());
    let id = client.make(json!({"name": name, "city": "Here", "phone": "123", "type": "contact"}));
    let tag_id = client.works("probe_tag", json!({"name": tag}))["ids"][0].clone();
    let arguments = json!({
        "ids": [id], "city": "There", "country": "Belgium", "type": "invoice", "tags": [tag], "person": format!("{name} child"),
    });
    let error = plan(&mut client, "plan_write", &arguments);
    let record = &error["plan"]["records"][0];
    assert_eq!(
        (&record["id"], &record["name"], &record["phone"]),
        (&json!(id), &json!(name), &json!("123")),
        "{error}"
    );
    let changes = &record["changes"];
    assert_eq!(changes["city"], json!({"from": "Here", "to": "There"}), "{error}");
    assert_eq!(changes["country_id"]["from"], Value::Null, "{error}");
    assert_eq!(changes["country_id"]["to"]["name"], "Belgium", "{error}");
    assert_eq!(changes["category_id"]["to"]["add"][0], json!({"id": tag_id, "name": tag}), "{error}");
    let line = &changes["child_ids"]["to"]["create"][0];
    assert_eq!(
        (&line["name"], &line["country_id"]["name"]),
        (&json!(format!("{name} child")), &json!("Belgium")),
        "{error}"
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Move 1 contacts?"), "{message}");
    assert!(message.contains(": Here → There"), "{message}");
    // A selection and its field by their labels, a relation by its name.
    assert!(message.contains("Invoice") && !message.contains("type: contact"), "{message}");
    assert!(message.contains("— → Belgium"), "{message}");
    assert!(message.contains(&format!("add {tag}")), "{message}");
    assert!(!message.contains("country_id"), "{message}");
    let before = client.find(&name);
    assert_eq!((before.len(), &before[0]["city"]), (1, &json!("Here")));
    let done = client.works("plan_write", with_plan(&arguments, &error));
    assert_eq!(done["records"][0]["city"], "There");
    let after = client.find(&name);
    assert_eq!((after.len(), &after[0]["category_id"][0]["id"]), (2, &tag_id));
    client.works("probe_drop", json!({"model": "res.partner.category", "ids": [tag_id]}));
}

fn shows_a_creation(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let name = world.name();
    let arguments = json!({"names": [format!("{name}a"), format!("{name}b")], "country": "Belgium"});
    let error = plan(&mut client, "plan_create", &arguments);
    let records = error["plan"]["records"].as_array().unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1]["values"]["name"], format!("{name}b"));
    assert_eq!(records[1]["values"]["country_id"]["name"], "Belgium");
    assert!(client.find(&name).is_empty());
    assert_eq!(client.works("plan_create", with_plan(&arguments, &error))["ids"].as_array().unwrap().len(), 2);
    assert_eq!(client.find(&name).len(), 2);
}

fn shows_a_deletion(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let name = world.name();
    let id = client.make(json!({"name": name}));
    let arguments = json!({"ids": [id]});
    let error = plan(&mut client, "plan_unlink", &arguments);
    assert_eq!(error["plan"]["records"], json!([{"id": id, "name": name}]));
    assert!(error["message"].as_str().unwrap().contains(&format!("{name} (id {id})")), "{error}");
    // Nobody is asked about what is not there.
    client.fails("plan_unlink", json!({"ids": [id, 999_999_999]}), "not_found", &mut nobody);
    assert_eq!(client.works("plan_unlink", with_plan(&arguments, &error))["ids"], json!([id]));
    assert!(client.find(&name).is_empty());
}

fn shows_a_call(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let name = world.name();
    let id = client.make(json!({"name": name}));
    let arguments = json!({"ids": [id], "method": "write", "kwargs": {"vals": {"city": "Called"}}});
    let error = plan(&mut client, "plan_call", &arguments);
    assert_eq!(error["plan"]["arguments"], json!({"vals": {"city": "Called"}}), "{error}");
    let message = error["message"].as_str().unwrap();
    for part in ["`write`", "Called", &name] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert_eq!(client.works("plan_call", with_plan(&arguments, &error))["result"], true);
    assert_eq!(client.find(&name)[0]["city"], "Called");
}

fn shows_steps(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let begins = world.name();
    let arguments = json!({ "begins": begins });
    let error = plan(&mut client, "plan_steps", &arguments);
    assert_eq!(error["plan"]["then"], json!(["second (create)", "moved (write)"]), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("There are 0 of them.") && message.contains("Then: second"), "{message}");
    assert!(client.find(&begins).is_empty());
    let done = client.works("plan_steps", with_plan(&arguments, &error));
    assert_eq!(done["records"][0]["city"], "Moved");
    assert_eq!(client.find(&begins).len(), 2);
    // What is known not to come is not announced, and what is known to come is.
    let begins = world.name();
    let arguments = json!({"begins": begins, "rename": format!("{begins} renamed")});
    let error = plan(&mut client, "plan_steps", &arguments);
    assert_eq!(error["plan"]["then"], json!(["second (create)", "moved (write)", "renamed (write)"]), "{error}");
}

fn when(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let name = world.name();
    for (arguments, asks) in [
        (json!({"name": name, "size": 1, "hurry": false}), false),
        (json!({"name": name, "size": 1000, "hurry": true}), false),
        (json!({"name": name, "size": 1000, "hurry": false}), true),
        (json!({"name": name, "hurry": false}), true),
        (json!({"name": name, "hurry": true}), true),
    ] {
        let before = client.find(&name).len();
        let result = client.result("plan_large", &arguments, &mut nobody);
        assert_eq!(result["isError"] == true, asks, "{arguments}");
        assert_eq!(client.find(&name).len() - before, usize::from(!asks), "{arguments}");
    }
}

fn when_equal(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let name = world.name();
    for arguments in [
        json!({"name": name, "looks": true}),
        json!({"name": name, "kind": "small", "looks": true}),
        json!({"name": name, "kind": "small"}),
        json!({"name": name, "kind": "large"}),
    ] {
        plan(&mut client, "plan_kind", &arguments);
    }
    assert!(client.find(&name).is_empty());
}

fn one_line_each(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let name = world.name();
    let id = client.make(json!({"name": format!("{name}\n- Another (id 1)")}));
    let error = plan(&mut client, "plan_unlink", &json!({"ids": [id]}));
    let message = error["message"].as_str().unwrap();
    assert_eq!(message.lines().filter(|line| line.starts_with("- ")).count(), 1, "{message}");
}

fn hides_secrets(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let id = client.make(json!({"name": world.name()}));
    for (method, kwargs) in [
        ("write", json!({"vals": {"city": "Shown", "new_password": "s3cret"}})),
        ("write", json!({"vals": {"city": "Shown"}, "access_token": "s3cret"})),
    ] {
        let error = plan(&mut client, "plan_call", &json!({"ids": [id], "method": method, "kwargs": kwargs}));
        assert!(!error.to_string().contains("s3cret") && error.to_string().contains("Shown"), "{error}");
    }
}

fn by_person(world: &World) {
    for revision in REVISIONS {
        let name = world.name();
        let mut silent = world.silent(revision);
        silent.fails("plan_person", json!({"name": name}), "unsupported", &mut nobody);
        let tools = silent.request("tools/list", json!({}), &mut nobody);
        let tool = tools["result"]["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "plan_person");
        assert!(tool.unwrap()["inputSchema"]["properties"].get("plan").is_none(), "{tool:?}");
        let result = silent.result("plan_person", &json!({"name": name, "plan": "x"}), &mut nobody);
        assert_eq!(result["isError"], true, "{result}");
        assert!(silent.find(&name).is_empty());
        let mut client = world.client(revision);
        client.answers("plan_person", json!({"name": name}), &mut |_, params| {
            assert!(params["message"].as_str().unwrap().starts_with("Really?"), "{params}");
            accept(json!({}))
        });
        assert_eq!(client.find(&name).len(), 1);
    }
}

fn elicited(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let name = world.name();
        let id = client.make(json!({"name": name}));
        let arguments = json!({"ids": [id]});
        for answer in [decline(), dismiss()] {
            let error = client.fails("plan_unlink", arguments.clone(), "declined", &mut |_, _| answer.clone());
            assert_eq!(error["applied"], "no", "{error}");
        }
        assert_eq!(client.find(&name).len(), 1);
        let mut asked = Vec::new();
        client.answers("plan_unlink", arguments, &mut |method, params| {
            asked.push((method.to_owned(), params.clone()));
            accept(json!({}))
        });
        assert_eq!(asked.len(), 1, "{revision}");
        let message = asked[0].1["message"].as_str().unwrap();
        assert!(message.contains(&name) && message.contains("Deleting"), "{message}");
        assert_eq!(
            (asked[0].0.as_str(), &asked[0].1["requestedSchema"]["type"]),
            ("elicitation/create", &json!("object"))
        );
        assert!(client.find(&name).is_empty(), "{revision}");
    }
}

fn refusals(world: &World) {
    for revision in [REVISIONS[1], MODERN] {
        let mut client = world.silent(revision);
        let name = world.name();
        let id = client.make(json!({"name": name}));
        let arguments = json!({"ids": [id], "city": "Planned", "note": {"a": 1, "b": 2}});
        let error = plan(&mut client, "plan_write", &arguments);
        let mut unknown = with_plan(&arguments, &error);
        unknown["plan"] = json!("0123456789abcdef0123456789abcdef");
        let mut altered = with_plan(&arguments, &error);
        altered["city"] = json!("Altered");
        let mut said = vec![
                client.fails("plan_write", unknown, "not_found", &mut nobody)["message"].clone(),
                client.fails("plan_write", altered, "invalid_arguments", &mut nobody)["message"].clone(),
                // The same arguments, another tool.
                client.fails("plan_unlink", with_plan(&json!({"ids": [id]}), &error), "invalid_arguments", &mut nobody)
                    ["message"]
                    .clone(),
            ];
        assert_eq!(said[1], said[2]);
        said.pop();
        assert_eq!(client.find(&name)[0]["city"], Value::Null);
        // Written in another way, it is the same call.
        let same = json!({"note": {"b": 2.0, "a": 1.0}, "city": "Planned", "ids": [f64::from(i32::try_from(id).unwrap())], "plan": error["plan"]["id"]});
        client.works("plan_write", same);
        assert_eq!(client.find(&name)[0]["city"], "Planned");
        client.works("probe_change", json!({"ids": [id], "values": {"city": "Changed"}}));
        let again = client.fails("plan_write", with_plan(&arguments, &error), "conflict", &mut nobody);
        assert!(again["message"].as_str().unwrap().contains("runs once"), "{again}");
        said.push(again["message"].clone());
        said.dedup();
        assert_eq!(said.len(), 3, "{said:?}");
        assert_eq!(client.find(&name)[0]["city"], "Changed");
    }
}

fn conflicts(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let name = world.name();
    let id = client.make(json!({"name": name, "city": "Here", "phone": "1"}));
    let arguments = json!({"ids": [id], "city": "There"});
    // At once, so within the second in which it was made: what is planned, and what is only shown.
    for values in [json!({"city": "Elsewhere"}), json!({"phone": "2"})] {
        let error = plan(&mut client, "plan_write", &arguments);
        client.works("probe_change", json!({"ids": [id], "values": values}));
        let conflict = client.fails("plan_write", with_plan(&arguments, &error), "conflict", &mut nobody);
        assert_eq!((&conflict["ids"], &conflict["applied"]), (&json!([id]), &json!("no")), "{conflict}");
        assert_eq!(client.find(&name)[0]["city"], "Elsewhere");
    }
    // Anything else is noticed by the moment of the change, which Odoo tells to the second.
    let delete = json!({"ids": [id]});
    let error = plan(&mut client, "plan_unlink", &delete);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    client.works("probe_change", json!({"ids": [id], "values": {"city": "Moved"}}));
    client.fails("plan_unlink", with_plan(&delete, &error), "conflict", &mut nobody);
    assert_eq!(client.find(&name).len(), 1);
    // While the person was thinking.
    for revision in REVISIONS {
        let mut other = world.client(revision);
        let error = other.fails("plan_write", json!({"ids": [id], "city": "There"}), "conflict", &mut |_, _| {
            client.works("probe_change", json!({"ids": [id], "values": {"city": format!("While {revision}")}}));
            accept(json!({}))
        });
        assert_eq!(error["applied"], "no", "{error}");
        assert_eq!(client.find(&name)[0]["city"], format!("While {revision}"));
    }
    // The record is gone.
    let error = plan(&mut client, "plan_write", &arguments);
    client.works("probe_drop", json!({"model": "res.partner", "ids": [id]}));
    let result = client.result("plan_write", &with_plan(&arguments, &error), &mut nobody);
    assert_eq!(result["isError"], true, "{result}");
}

fn holds_what_was_read(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let begins = world.name();
    let arguments = json!({ "begins": begins });
    let error = plan(&mut client, "plan_steps", &arguments);
    // What the first step counts is another number now; the plan said 0.
    client.make(json!({"name": format!("{begins} other")}));
    client.works("plan_steps", with_plan(&arguments, &error));
    let names: Vec<Value> = client.find(&begins).iter().map(|record| record["name"].clone()).collect();
    assert!(names.contains(&json!(format!("{begins} 0"))), "{names:?}");
}

fn asked_before(world: &World) {
    for revision in REVISIONS {
        let mut client = world.client(revision);
        let name = world.name();
        let id = client.make(json!({"name": name}));
        let mut messages = Vec::new();
        let done = client.answers("plan_asked", json!({"ids": [id]}), &mut |_, params| {
            messages.push(params["message"].as_str().unwrap().to_owned());
            // The clock of the plan is the one of the write, however long this takes.
            std::thread::sleep(std::time::Duration::from_millis(20));
            if messages.len() == 1 { accept(json!({"city": "Asked"})) } else { accept(json!({})) }
        });
        assert_eq!((messages.len(), messages[0].as_str()), (2, "Where to?"), "{revision}: {messages:?}");
        assert!(messages[1].contains("— → Asked"), "{messages:?}");
        assert_eq!(done["records"][0]["city"], "Asked");
    }
}

fn states(world: &World) {
    let mut client = world.client(MODERN);
    let name = world.name();
    let one = client.make(json!({"name": format!("{name}1")}));
    let two = client.make(json!({"name": format!("{name}2")}));
    let response = client.attempt("plan_unlink", &json!({"ids": [one]}), &json!({}));
    let state = response["result"]["requestState"].clone();
    let keys: Vec<&String> = response["result"]["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 1);
    let more = json!({"requestState": state, "inputResponses": {keys[0]: accept(json!({}))}});
    let other = client.attempt("plan_unlink", &json!({"ids": [two]}), &more);
    assert_eq!(other["error"]["code"], -32602, "{other}");
    assert_eq!(client.find(&name).len(), 2);
    // Without an answer it is asked again.
    let again = client.attempt("plan_unlink", &json!({"ids": [one]}), &json!({"requestState": state}));
    assert_eq!(again["result"]["resultType"], "input_required", "{again}");
    let done = client.attempt("plan_unlink", &json!({"ids": [one]}), &more);
    assert_eq!(done["result"]["isError"], json!(false), "{done}");
    // The same state once more: the plan has run.
    let replayed = client.attempt("plan_unlink", &json!({"ids": [one]}), &more);
    failure(&replayed["result"], "conflict");
    assert_eq!(client.find(&name).len(), 1);
}
