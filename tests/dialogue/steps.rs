//! Several operations in one call.

use serde_json::json;

use super::client::{MODERN, REVISIONS, World, failure, nobody, text};
use crate::Case;

pub const CASES: &[Case] = &[
    ("what a step answered is a variable of the later ones", variables),
    ("a step that is skipped drops the conditions that need it", skipped),
    ("limit and offset are those of result.step alone", paged),
    ("fail ends a call before anything is written", guarded),
    ("a failure in the middle says what was applied", half),
    ("an answer that cannot be made is no step that failed", untold),
    ("log, progress and notify reach the client", told),
    ("at the newest revision a log has to be asked for", log_modern),
    ("content says whether it is an error", content),
    ("a call that is cancelled between two steps goes no further", cancelled),
    ("a call that takes too long ends between two steps", late),
];

fn variables(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let (like, name, tag) = (world.name(), world.name(), world.name());
    let country = client.works("probe_find", json!({"begins": ""}))["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["country_id"].is_object())
        .expect("somebody lives somewhere")["country_id"]
        .clone();
    client.make(json!({"name": like, "country_id": country["id"]}));
    let tagged = client.works("probe_tag", json!({"name": tag}))["ids"][0].clone();
    let all = client.works("step_variables", json!({"like": like, "name": name, "city": "Ghent", "tag": tag}));
    let record = &all["records"][0];
    assert_eq!((&record["name"], &record["city"]), (&json!(name), &json!("Ghent")), "{all}");
    assert_eq!((&record["country_id"], &record["category_id"][0]["id"]), (&country, &tagged), "{all}");
    assert!(all["company"]["id"].is_number(), "a write names its company: {all}");
    let name = world.name();
    let few = client.works("step_variables", json!({"like": like, "name": name}));
    let record = &few["records"][0];
    assert_eq!((&record["city"], &record["category_id"]), (&json!(null), &json!([])), "{few}");
    // An earlier answer without rows is not the caller's omission.
    let none =
        client.fails("step_variables", json!({"like": "Nobody Tooldoo", "name": name}), "not_found", &mut nobody);
    assert_eq!(none["applied"], "no", "{none}");
    assert!(none["message"].as_str().unwrap().contains("other.records[0]"), "{none}");
    client.works("probe_drop", json!({"model": "res.partner.category", "ids": [tagged]}));
}

fn skipped(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let begins = world.name();
    for name in ["a", "b"] {
        client.make(json!({"name": format!("{begins}{name}")}));
    }
    assert_eq!(client.works("step_skipped", json!({"begins": begins}))["count"], 2);
    assert_eq!(client.works("step_skipped", json!({"begins": begins, "country": "BE"}))["count"], 0);
    // A country that is not there was asked for: the condition must not vanish.
    client.fails("step_skipped", json!({"begins": begins, "country": "xx"}), "not_found", &mut nobody);
}

fn paged(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let begins = world.name();
    for name in ["a", "b", "c"] {
        client.make(json!({"name": format!("{begins}{name}")}));
    }
    let tools = client.request("tools/list", json!({}), &mut nobody);
    let tool = tools["result"]["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "step_paged").unwrap();
    assert!(tool["inputSchema"]["properties"]["offset"].is_object(), "{tool}");
    assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
    let page = client.works("step_paged", json!({"begins": begins}));
    assert_eq!((&page["total"], &page["next_offset"]), (&json!(2), &json!(1)), "{page}");
    let page = client.works("step_paged", json!({"begins": begins, "limit": 50, "offset": 1}));
    assert_eq!(page["records"].as_array().unwrap().len(), 1, "{page}");
    assert!(page.get("next_offset").is_none() && page.get("company").is_none(), "{page}");
}

fn guarded(world: &World) {
    let mut client = world.silent(REVISIONS[0]);
    let name = world.name();
    let error = client.fails("step_guarded", json!({"name": name, "number": 11}), "validation", &mut nobody);
    assert_eq!((&error["message"], &error["applied"]), (&json!(format!("11 is more than 10, {name}.")), &json!("no")));
    assert!(client.find(&name).is_empty());
    client.works("step_guarded", json!({"name": name}));
    assert_eq!(client.find(&name).len(), 1);
}

fn half(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    for (how, step, kind) in
        [("fail", "sentence", "validation"), ("gone", "gone", "not_found"), ("empty", "empty", "not_found")]
    {
        let name = world.name();
        let error = client.fails("step_half", json!({"name": name, "how": how}), kind, &mut nobody);
        let made = client.find(&name);
        assert_eq!((made.len(), &made[0]["city"]), (1, &json!("Halfway")), "{how}");
        assert_eq!((&error["applied"], &error["failed_step"]), (&json!("yes"), &json!(step)), "{how}: {error}");
        let id = &made[0]["id"];
        let applied = error["applied_steps"].as_array().unwrap();
        let applied: Vec<_> = applied.iter().map(|step| (&step["step"], &step["ids"])).collect();
        assert_eq!(applied, [(&json!("first"), &json!([id])), (&json!("second"), &json!([id]))], "{error}");
        let message = error["message"].as_str().unwrap();
        for part in [step, "`first`", "`second`", &id.to_string()] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }
    let name = world.name();
    let result = client.result("step_half", &json!({"name": name, "how": "refused"}), &mut nobody);
    assert!(text(&result).contains("\"applied\":\"yes\""), "{}", text(&result));
    // None of them went wrong.
    client.works("step_half", json!({"name": world.name(), "how": "not"}));
}

fn untold(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let name = world.name();
    let error = client.fails("step_untold", json!({ "name": name }), "invalid_arguments", &mut nobody);
    assert_eq!((&error["applied"], error.get("failed_step")), (&json!("yes"), None), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("its answer could not be made") && !message.contains("step"), "{message}");
    assert_eq!(client.find(&name).len(), 1);
}

fn told(world: &World) {
    for revision in &REVISIONS[..2] {
        let mut client = world.silent(revision);
        client.meta.insert("progressToken".to_owned(), json!("p-1"));
        assert_eq!(client.says("step_told", json!({"name": "Ada"}), &mut nobody), "told Ada");
        let logged = |client: &super::client::Client| {
            let of = |method: &'static str| client.told.iter().filter(move |told| told["method"] == method);
            of("notifications/message")
                .map(|told| (told["params"]["level"].clone(), told["params"]["data"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(logged(&client), [(json!("info"), json!("hello Ada")), (json!("error"), json!("large"))]);
        let progress: Vec<_> =
            client.told.iter().filter(|told| told["method"] == "notifications/progress").cloned().collect();
        let numbers: Vec<_> = progress.iter().map(|told| told["params"]["progress"].as_f64().unwrap()).collect();
        assert_eq!(numbers, [1.0, 2.0], "{progress:?}");
        let first = &progress[0]["params"];
        assert_eq!((&first["progressToken"], first["total"].as_f64()), (&json!("p-1"), Some(2.0)));
        assert_eq!(first["message"], "half of 2");
        // The notification goes its own way: it may come after the answer.
        while !client.told.iter().any(|told| told["method"] == "notifications/tools/list_changed") {
            let message = client.receive();
            client.told.push(message);
        }
        client.told.clear();
        client.meta.clear();
        client.request("logging/setLevel", json!({"level": "error"}), &mut nobody);
        client.says("step_told", json!({"name": "Ada"}), &mut nobody);
        assert_eq!(logged(&client), [(json!("error"), json!("large"))]);
        assert!(!client.told.iter().any(|told| told["method"] == "notifications/progress"), "{:?}", client.told);
    }
}

fn log_modern(world: &World) {
    let mut client = world.silent(MODERN);
    client.says("step_told", json!({"name": "Ada"}), &mut nobody);
    assert!(client.told.is_empty(), "{:?}", client.told);
    client.meta.insert("io.modelcontextprotocol/logLevel".to_owned(), json!("debug"));
    client.meta.insert("progressToken".to_owned(), json!(7));
    client.says("step_told", json!({"name": "Ada"}), &mut nobody);
    let methods: Vec<&str> = client.told.iter().map(|told| told["method"].as_str().unwrap()).collect();
    let (message, progress) = ("notifications/message", "notifications/progress");
    assert_eq!(methods, [message, message, message, progress, progress]);
}

fn content(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let bad = client.result("step_content", &json!({"bad": true}), &mut nobody);
    assert_eq!((&bad["isError"], text(&bad).as_str()), (&json!(true), "bad"));
    assert_eq!(client.says("step_content", json!({}), &mut nobody), "good");
}

fn cancelled(world: &World) {
    for revision in REVISIONS {
        let mut client = world.silent(revision);
        client.meta.insert("io.modelcontextprotocol/logLevel".to_owned(), json!("error"));
        let name = world.name();
        let id = client.begin("tools/call", json!({"name": "step_slow", "arguments": {"name": name}}));
        while client.receive()["params"]["data"] != "waiting" {}
        let cancel = json!({"requestId": id});
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel}));
        assert_eq!(client.find(&name).len(), 1, "{revision}");
        // The answer to what comes later is not preceded by one to the call.
        let again = client.begin("tools/call", json!({"name": "probe_find", "arguments": {"begins": name}}));
        loop {
            let message = client.receive();
            assert_ne!(message["id"], id, "{message}");
            if message["id"] == again {
                break;
            }
        }
        assert_eq!(client.find(&name).len(), 1, "{revision}");
    }
}

fn late(world: &World) {
    let mut client = world.silent(REVISIONS[1]);
    let name = world.name();
    let result = client.result("step_late", &json!({"name": name}), &mut nobody);
    let error = failure(&result, "timeout");
    assert_eq!((&error["applied"], &error["failed_step"]), (&json!("yes"), &json!("long")), "{error}");
    let made = client.find(&name);
    assert_eq!(error["applied_steps"][0]["ids"], json!([made[0]["id"]]));
    assert_eq!(made.len(), 1);
}
