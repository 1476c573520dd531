//! What a client sees of its tasks, over stdio.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::TOOLS;
use crate::client::{Client, MODERN, accept, decline, failure, nobody, text};
use crate::odoo::Target;
use crate::suite::{none_failed, run_cases};

const PATIENCE: Duration = Duration::from_secs(30);

type Case = (&'static str, fn(&World));

const CASES: &[Case] = &[
    ("a task runs, asks in the middle, and ends with the answer", whole),
    ("what is wrong is answered at once", at_once),
    ("who declines ends the task with the tool's error", declined),
    ("a cancelled task writes nothing further, and says what it wrote", cancelled),
    ("a client that goes away ends its tasks", gone),
    ("a task that waits for a person can be cancelled", cancelled_while_asking),
    ("a person confirms a write in the middle of a task", confirmed),
    ("a client that cannot ask confirms with the plan", planned),
    ("the tool's own questions come before the task", asked_before),
    ("the timeout of a tool is that of its task", late),
    ("a fault of the server fails the task", failed),
    ("who has no tasks waits, or is told why not", without),
];

pub struct World<'t> {
    target: &'t Target,
    begins: String,
}

/// Runs every case on this Odoo, and names all that failed.
pub fn all(target: &Target) {
    let world = World { target, begins: format!("Tooldoo Task {}-", std::process::id()) };
    let failed = run_cases(&target.name, CASES, || (), |(), case| case(&world));
    let mut client = world.client(json!({}));
    let left: Vec<Value> = find(&mut client, &world.begins).iter().map(|record| record["id"].clone()).collect();
    if !left.is_empty() {
        client.works("probe_drop", json!({ "ids": left }));
    }
    none_failed(&target.name, &failed);
}

impl World<'_> {
    fn client(&self, mut capabilities: Value) -> Client {
        capabilities["extensions"] = json!({"io.modelcontextprotocol/tasks": {}});
        Client::start_with(self.target, MODERN, capabilities, Path::new(TOOLS))
    }

    /// One that can be asked.
    fn person(&self) -> Client {
        self.client(json!({"elicitation": {}}))
    }

    fn name(&self, what: &str) -> String {
        format!("{}{what}", self.begins)
    }
}

fn find(client: &mut Client, begins: &str) -> Vec<Value> {
    client.works("probe_find", json!({ "begins": begins }))["records"].as_array().unwrap().clone()
}

/// Calls a tool that must become a task; its id.
fn begin(client: &mut Client, tool: &str, arguments: Value) -> String {
    let response = client.attempt(tool, &arguments, &json!({}));
    let task = &response["result"];
    assert_eq!((&task["resultType"], &task["status"]), (&json!("task"), &json!("working")), "{response}");
    for absent in ["result", "error", "inputRequests", "requestState", "task"] {
        assert!(task.get(absent).is_none(), "{absent}: {task}");
    }
    assert!(task["ttlMs"].as_u64().unwrap() > task["pollIntervalMs"].as_u64().unwrap(), "{task}");
    task["taskId"].as_str().unwrap().to_owned()
}

fn get(client: &mut Client, id: &str) -> Value {
    let response = client.request("tasks/get", json!({ "taskId": id }), &mut nobody);
    let task = response.get("result").unwrap_or_else(|| panic!("{response}")).clone();
    assert_eq!((&task["taskId"], &task["resultType"]), (&json!(id), &json!("complete")), "{task}");
    task
}

/// Until the task is so.
fn until(client: &mut Client, id: &str, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let task = get(client, id);
        if so(&task) {
            return task;
        }
        assert!(since.elapsed() < PATIENCE, "never {what}: {task}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn status(client: &mut Client, id: &str, wanted: &str) -> Value {
    let ended = |task: &Value| ["completed", "failed", "cancelled"].iter().any(|end| task["status"] == *end);
    let task = until(client, id, wanted, |task| task["status"] == wanted || ended(task));
    assert_eq!(task["status"], wanted, "{task}");
    task
}

fn ack(client: &mut Client, method: &str, params: Value) {
    let response = client.request(method, params, &mut nobody);
    assert_eq!(response["result"], json!({"resultType": "complete"}), "{method}: {response}");
}

fn answer(client: &mut Client, id: &str, key: &str, answer: Value) {
    ack(client, "tasks/update", json!({"taskId": id, "inputResponses": {key: answer}}));
}

fn keys(task: &Value) -> Vec<&str> {
    task["inputRequests"]
        .as_object()
        .unwrap_or_else(|| panic!("asks nothing: {task}"))
        .keys()
        .map(String::as_str)
        .collect()
}

fn whole(world: &World) {
    let mut client = world.person();
    let declared = client.request("server/discover", json!({}), &mut nobody);
    assert_eq!(
        declared["result"]["capabilities"]["extensions"],
        json!({"io.modelcontextprotocol/tasks": {}}),
        "{declared}"
    );
    let name = world.name("Whole");
    let id = begin(&mut client, "task_import", json!({"name": name, "country": "Belgium", "several": true}));
    let task = status(&mut client, &id, "input_required");
    assert_eq!(task["statusMessage"], "Looking (1 of 2)", "{task}");
    assert_eq!(keys(&task), ["how", "where"]);
    let asked = &task["inputRequests"]["where"];
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    assert_eq!(asked["params"]["message"], format!("Where does {name} of Belgium live?"));
    assert_eq!(find(&mut client, &name), Vec::<Value>::new(), "nothing is written before the questions are answered");
    // One at a time; what nobody asked for changes nothing.
    answer(&mut client, &id, "confirm", accept(json!({})));
    answer(&mut client, &id, "how", accept(json!({"city": "Ghent"})));
    answer(&mut client, &id, "how", accept(json!({"city": "Bruges"})));
    assert_eq!(keys(&get(&mut client, &id)), ["where"]);
    // What does not fit the form is asked for again, under a key of its own.
    answer(&mut client, &id, "where", accept(json!({"city": "X"})));
    let again = until(&mut client, &id, "asked again", |task| task["inputRequests"].get("where-2").is_some());
    assert_eq!(keys(&again), ["where-2"]);
    answer(&mut client, &id, "where-2", accept(json!({"city": "Antwerp"})));
    let done = status(&mut client, &id, "completed");
    let result = &done["result"];
    assert_ne!(result["isError"], true, "{done}");
    let said: Value = serde_json::from_str(&text(result)).unwrap();
    assert_eq!(said["records"][0]["city"], "Antwerp and Ghent", "{said}");
    assert_eq!(find(&mut client, &name).len(), 1);
    // It stays for a while, and to cancel it changes nothing.
    ack(&mut client, "tasks/cancel", json!({ "taskId": id }));
    assert_eq!(get(&mut client, &id)["result"], *result);
}

fn at_once(world: &World) {
    let mut client = world.person();
    let name = world.name("At once");
    client.fails("task_import", json!({"name": name}), "invalid_arguments", &mut nobody);
    client.fails("task_import", json!({"name": name, "country": "Nowhere Tooldoo"}), "not_found", &mut nobody);
    // Parameters of the wrong shape are no unknown method.
    for params in [json!({}), json!({"taskId": 7})] {
        assert_eq!(client.request("tasks/get", params, &mut nobody)["error"]["code"], -32602);
    }
    for method in ["tasks/list", "tasks/result"] {
        assert_eq!(client.request(method, json!({"taskId": "x"}), &mut nobody)["error"]["code"], -32601, "{method}");
    }
}

fn declined(world: &World) {
    let mut client = world.person();
    let name = world.name("Declined");
    let id = begin(&mut client, "task_import", json!({"name": name, "country": "Belgium"}));
    status(&mut client, &id, "input_required");
    answer(&mut client, &id, "where", decline());
    let done = status(&mut client, &id, "completed");
    assert_eq!(failure(&done["result"], "declined")["applied"], "no");
    assert_eq!(find(&mut client, &name), Vec::<Value>::new());
}

fn cancelled(world: &World) {
    let mut client = world.person();
    let name = world.name("Cancelled");
    let id = begin(&mut client, "task_slow", json!({ "name": name }));
    until(&mut client, &id, "half", |task| task["statusMessage"] == "Half of it is done (1 of 2)");
    ack(&mut client, "tasks/cancel", json!({ "taskId": id }));
    let task = status(&mut client, &id, "cancelled");
    let said = task["statusMessage"].as_str().unwrap();
    let made = find(&mut client, &name);
    assert_eq!(made.len(), 1);
    assert!(said.contains("Applied before it") && said.contains(&made[0]["id"].to_string()), "{said}");
    assert!(task.get("result").is_none() && task.get("error").is_none(), "{task}");
}

fn gone(world: &World) {
    let name = world.name("Gone");
    let mut client = world.person();
    let id = begin(&mut client, "task_slow", json!({ "name": name }));
    until(&mut client, &id, "half", |task| task["statusMessage"] == "Half of it is done (1 of 2)");
    // Waits for the process, which would wait for the task.
    drop(client);
    assert_eq!(find(&mut world.client(json!({})), &name).len(), 1);
}

fn cancelled_while_asking(world: &World) {
    let mut client = world.person();
    let name = world.name("Asking");
    let id = begin(&mut client, "task_import", json!({"name": name, "country": "Belgium"}));
    status(&mut client, &id, "input_required");
    ack(&mut client, "tasks/cancel", json!({ "taskId": id }));
    let task = status(&mut client, &id, "cancelled");
    assert!(task["statusMessage"].as_str().unwrap().contains("Nothing was written."), "{task}");
    answer(&mut client, &id, "where", accept(json!({"city": "Ghent"})));
    assert_eq!(find(&mut client, &name), Vec::<Value>::new());
}

fn confirmed(world: &World) {
    let mut client = world.person();
    for (agreed, left) in [(false, 1), (true, 0)] {
        let name = world.name(&format!("Confirmed {agreed}"));
        run(&mut client, "task_find", json!({ "name": name }));
        let id = begin(&mut client, "task_delete", json!({ "name": name }));
        let task = status(&mut client, &id, "input_required");
        let key = keys(&task)[0].to_owned();
        let message = task["inputRequests"][&key]["params"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("Delete {name}?")), "{message}");
        answer(&mut client, &id, &key, if agreed { accept(json!({})) } else { decline() });
        let done = status(&mut client, &id, "completed");
        if agreed {
            assert_ne!(done["result"]["isError"], true, "{done}");
        } else {
            failure(&done["result"], "declined");
        }
        assert_eq!(find(&mut client, &name).len(), left);
    }
}

fn planned(world: &World) {
    let mut client = world.client(json!({}));
    let name = world.name("Planned");
    run(&mut client, "task_find", json!({ "name": name }));
    let done = run(&mut client, "task_delete", json!({ "name": name }));
    let error = failure(&done["result"], "confirmation_required");
    assert_eq!(find(&mut client, &name).len(), 1);
    let done = run(&mut client, "task_delete", json!({"name": name, "plan": error["plan"]["id"]}));
    assert_ne!(done["result"]["isError"], true, "{done}");
    assert_eq!(find(&mut client, &name).len(), 0);
}

/// A task to its end, which comes without questions.
fn run(client: &mut Client, tool: &str, arguments: Value) -> Value {
    let id = begin(client, tool, arguments);
    status(client, &id, "completed")
}

fn asked_before(world: &World) {
    let mut client = world.person();
    let arguments = json!({"name": world.name("Before")});
    let first = client.attempt("task_make", &arguments, &json!({}));
    let first = &first["result"];
    assert_eq!(first["resultType"], "input_required", "{first}");
    assert!(first.get("taskId").is_none(), "{first}");
    let more = json!({
        "requestState": first["requestState"], "inputResponses": {"place": accept(json!({"city": "Ghent"}))},
    });
    let second = client.attempt("task_make", &arguments, &more);
    assert_eq!(second["result"]["resultType"], "task", "{second}");
    assert!(second["result"].get("requestState").is_none(), "{second}");
    let id = second["result"]["taskId"].as_str().unwrap().to_owned();
    let done = status(&mut client, &id, "completed");
    let said: Value = serde_json::from_str(&text(&done["result"])).unwrap();
    assert_eq!(said["records"][0]["city"], "Ghent", "{said}");
}

fn late(world: &World) {
    let mut client = world.person();
    let name = world.name("Late");
    let done = run(&mut client, "task_late", json!({ "name": name }));
    assert_eq!(failure(&done["result"], "timeout")["applied"], "yes", "{done}");
    assert_eq!(find(&mut client, &name).len(), 1);
}

fn failed(world: &World) {
    let mut client = world.person();
    let id = begin(&mut client, "task_broken", json!({}));
    let task = status(&mut client, &id, "failed");
    assert_eq!(
        (&task["error"]["code"], &task["error"]["data"]["kind"]),
        (&json!(-32603), &json!("internal")),
        "{task}"
    );
    assert!(task["error"]["message"].as_str().unwrap().contains("output"), "{task}");
    assert!(task.get("result").is_none(), "{task}");
}

fn without(world: &World) {
    let tools = Path::new(TOOLS);
    for revision in ["2025-06-18", "2025-11-25", MODERN] {
        // Tasks are a thing of the newest revision, whatever a client of an older one says.
        let modern = revision == MODERN;
        let extensions = if modern { json!({}) } else { json!({"io.modelcontextprotocol/tasks": {}}) };
        let capabilities = json!({"elicitation": {}, "extensions": extensions});
        let mut client = Client::start_with(world.target, revision, capabilities, tools);
        let name = world.name(revision);
        client.works("task_find", json!({ "name": name }));
        assert_eq!(find(&mut client, &name).len(), 1, "{revision}");
        let required = client.response("task_make", &json!({ "name": name }), &mut nobody);
        if modern {
            let error = &required["error"];
            assert_eq!(error["code"], -32021, "{required}");
            assert_eq!(
                error["data"]["requiredCapabilities"]["extensions"],
                json!({"io.modelcontextprotocol/tasks": {}}),
                "{required}"
            );
            for (method, params) in [
                ("tasks/get", json!({"taskId": "x"})),
                ("tasks/cancel", json!({"taskId": "x"})),
                ("tasks/update", json!({"taskId": "x", "inputResponses": {}})),
            ] {
                assert_eq!(client.request(method, params, &mut nobody)["error"]["code"], -32021, "{method}");
            }
        } else {
            failure(&required["result"], "unsupported");
        }
        assert_eq!(find(&mut client, &name).len(), 1, "{revision}");
    }
}
