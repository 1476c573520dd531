//! Projects, tasks and stages.

use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("projects are found by name, manager and customer, and come in pages", projects),
    ("a project is read with its stages in their order", project),
    ("tasks are found by what their project, stage, assignee and tag are called", search),
    ("tasks are found by the words of a project's name", words),
    ("deadlines from and up to a day count the whole day", deadlines),
    ("pages of tasks follow each other without a gap", pages),
    ("a task is created by names, changed and read", life),
    ("a stage is one of the task's own project", stages_of_the_project),
    ("several assignees, where Odoo has them", assignees),
    ("a subtask belongs to a task of the same project", subtask),
    ("the state of a task takes the words that people see", states),
    ("a stage of tasks is listed with its projects, and personal ones are not", stages),
    ("wrong input to the task tools says what is wrong", wrong),
    ("an employee works on tasks, and does not see what is not theirs", employee),
];

fn names(answer: &Map<String, Value>) -> Vec<String> {
    let records = answer["records"].as_array().unwrap();
    records.iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect()
}

/// A task of the tests, and its id.
fn create(server: &mut Server, more: Value) -> (i64, Value) {
    let mut arguments = json!({"name": "Tooldoo Test task", "project": "Office Design"});
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = server.call("create_task", arguments);
    (created["ids"][0].as_i64().unwrap(), created["records"][0].clone())
}

fn remove(server: &mut Server, ids: &[i64]) {
    server.call("probe_unlink", json!({"model": "project.task", "ids": ids}));
}

fn projects(server: &mut Server, _: &Target) {
    let all = server.call("list_projects", json!({}));
    let total = all["total"].as_u64().unwrap();
    assert!(total >= 2 && names(&all).contains(&"Office Design".to_owned()), "{all:?}");
    let found = server.call("list_projects", json!({"query": "office des"}));
    assert_eq!(names(&found), ["Office Design"]);
    let office = &found["records"][0];
    assert_eq!(office["user_id"]["name"], "Marc Demo");
    assert!(office["task_count"].as_u64().unwrap() > 0 && office["date_start"].is_string(), "{office}");
    let managed = server.call("list_projects", json!({"manager": "marc", "customer": "joel"}));
    assert_eq!(names(&managed), ["Office Design"]);
    let mine = server.call("list_projects", json!({"mine": true}));
    assert!(!names(&mine).contains(&"Office Design".to_owned()));
    let mut page = server.call("list_projects", json!({"limit": 1}));
    let mut paged = names(&page);
    while let Some(offset) = page.get("next_offset") {
        page = server.call("list_projects", json!({"limit": 1, "offset": offset}));
        paged.extend(names(&page));
    }
    assert_eq!(paged, names(&all));
    assert_eq!(server.call("list_projects", json!({"query": "no such project"}))["total"], 0);
}

fn office(server: &mut Server) -> i64 {
    server.call("list_projects", json!({"query": "Office Design"}))["records"][0]["id"].as_i64().unwrap()
}

fn project(server: &mut Server, target: &Target) {
    let id = office(server);
    let answer = server.call("get_project", json!({"project_id": id}));
    let project = &answer["records"][0];
    assert_eq!(project["name"], "Office Design");
    assert!(project["partner_id"]["name"].as_str().unwrap().contains("Joel Willis"));
    let stages: Vec<_> =
        project["type_ids"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(stages, ["New", "In Progress", "Done", "Cancelled"]);
    assert_eq!(project["active"], true);
    if target.version >= 17 {
        assert!(project["milestone_ids"].as_array().unwrap().iter().any(|it| it["name"] == "First Phase"), "{project}");
        assert!(project["last_update_status"].is_string());
    }
}

fn search(server: &mut Server, _: &Target) {
    let count =
        |server: &mut Server, arguments: Value| server.call("search_tasks", arguments)["total"].as_u64().unwrap();
    let all = count(server, json!({}));
    let (open, closed) = (count(server, json!({"stage": "open"})), count(server, json!({"stage": "closed"})));
    assert!(open > 0 && closed > 0);
    assert_eq!(open + closed, all, "a task is open or closed");
    assert_eq!(count(server, json!({"stage": "Open"})), open, "in any case");
    assert_eq!(count(server, json!({"stage": "CLOSED"})), closed);
    let done = server.call("search_tasks", json!({"stage": "done", "project": "office", "limit": 100}));
    assert!(!done["records"].as_array().unwrap().is_empty());
    for task in done["records"].as_array().unwrap() {
        assert_eq!((&task["stage_id"]["name"], &task["project_id"]["name"]), (&json!("Done"), &json!("Office Design")));
    }
    let marc = server.call("search_tasks", json!({"assignee": "marc", "query": "Black Chairs"}));
    assert_eq!(names(&marc), ["Black Chairs for managers"]);
    assert_eq!(marc["records"][0]["user_ids"][0]["name"], "Marc Demo", "a list on every version");
    let mine = server.call("search_tasks", json!({"mine": true, "project": "office", "limit": 100}));
    assert!(
        mine["records"]
            .as_array()
            .unwrap()
            .iter()
            .all(|task| { task["user_ids"].as_array().unwrap().iter().any(|user| user["name"] == "Mitchell Admin") })
    );
    assert!(mine["total"].as_u64().unwrap() > 0 && !names(&mine).contains(&"Black Chairs for managers".to_owned()));
    let bugs = server.call("search_tasks", json!({"tag": "bug", "customer": "joel"}));
    assert_eq!(names(&bugs), ["Modifications asked by the customer"]);
    let important = server.call("search_tasks", json!({"priority": "1", "limit": 100}));
    assert!(important["records"].as_array().unwrap().iter().all(|task| task["priority"] == "1"));
    let error = server.fails("search_tasks", json!({"stage": "no such stage"}), "not_found");
    assert!(error["hint"].as_str().unwrap().contains("In Progress"), "the stages that there are: {error:?}");
    assert_eq!(count(server, json!({"created_before": "2001-01-01"})), 0);
    assert_eq!(count(server, json!({"created_after": "2001-01-01"})), all);
}

fn words(server: &mut Server, target: &Target) {
    let found = server.call("search_tasks", json!({"query": "website redesign", "limit": 10}));
    if target.name.starts_with("embedded") {
        assert!(found["records"].as_array().unwrap().len() >= 5, "{found:?}");
        assert_eq!(found["records"][0]["project_id"]["name"], "Website Redesign");
    }
    // Not of the task's own name: every task of the project.
    let office = server.call("search_tasks", json!({"query": "office design", "limit": 1}))["total"].clone();
    assert_eq!(office, server.call("search_tasks", json!({"project": "office design", "limit": 1}))["total"]);
}

fn deadlines(server: &mut Server, _: &Target) {
    let (task, record) = create(server, json!({"deadline": "2041-05-10"}));
    assert!(record["date_deadline"].as_str().unwrap().starts_with("2041-05-10"), "{record}");
    let found = |server: &mut Server, from: &str, to: &str| {
        let days = json!({"deadline_after": from, "deadline_before": to, "query": "Tooldoo Test task"});
        server.call("search_tasks", days)["total"].as_u64().unwrap()
    };
    assert_eq!(found(server, "2041-05-10", "2041-05-10"), 1);
    assert_eq!(found(server, "2041-05-11", "2041-05-30"), 0);
    assert_eq!(found(server, "2041-05-01", "2041-05-09"), 0);
    remove(server, &[task]);
}

fn pages(server: &mut Server, _: &Target) {
    let all = server.call("search_tasks", json!({"project": "office", "limit": 100}));
    let mut offset = json!(0);
    let mut seen = Vec::new();
    loop {
        let page = server.call("search_tasks", json!({"project": "office", "limit": 3, "offset": offset}));
        assert_eq!(page["total"], all["total"]);
        seen.extend(names(&page));
        match page.get("next_offset") {
            Some(next) => offset = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, names(&all));
}

fn life(server: &mut Server, target: &Target) {
    let (task, record) = create(
        server,
        json!({
            "stage": "in progress", "assignees": ["Marc Demo"], "customer": "Azure Interior", "priority": "1",
            "deadline": "2031-05-10", "hours": "7.5", "tags": ["Bug", "new feature"], "description": "# Plan\n\n- one\n- **two** <b>",
        }),
    );
    assert_eq!(record["project_id"]["name"], "Office Design");
    assert_eq!(record["stage_id"]["name"], "In Progress");
    assert_eq!(record["user_ids"][0]["name"], "Marc Demo");
    assert_eq!(record["partner_id"]["name"], "Azure Interior");
    assert_eq!(record["tag_ids"].as_array().unwrap().len(), 2);
    let changed = server.call(
        "update_task",
        json!({"task_id": task, "stage": "Done", "assignees": ["admin"], "tags": ["Usability"], "deadline": "", "priority": null}),
    );
    let record = &changed["records"][0];
    assert_eq!(record["stage_id"]["name"], "Done");
    assert_eq!(record["user_ids"], json!([{"id": 2, "name": "Mitchell Admin"}]));
    assert_eq!(record["tag_ids"].as_array().unwrap().len(), 1, "tags take the place of the present ones");
    assert!(record["date_deadline"].as_str().unwrap().starts_with("2031-05-10"), "an empty text changes nothing");
    assert_eq!(record["priority"], "1");
    let read = server.call("get_task", json!({"task_id": task}));
    let record = &read["records"][0];
    assert_eq!(record["allocated_hours"], 7.5, "under one name on every version");
    let text = record["description"].as_str().unwrap();
    assert!(text.contains("# Plan") && text.contains("**two** \\<b>"), "{text}");
    assert!(record["partner_id"]["email"].is_string());
    assert_eq!(record["create_uid"]["name"], "Mitchell Admin");
    // In 14 what closes is the stage; since 17 it is the state.
    assert_eq!(record["is_closed"], target.version < 16);
    assert_eq!(record["date_end"].is_string(), target.version < 16, "{record}");
    let emptied = json!({"task_id": task, "clear": ["deadline", "assignees", "tags"], "name": "Tooldoo Test emptied"});
    let emptied = server.call("update_task", emptied);
    let record = &emptied["records"][0];
    assert_eq!(
        (&record["date_deadline"], &record["user_ids"], &record["tag_ids"]),
        (&Value::Null, &json!([]), &json!([]))
    );
    assert_eq!(record["partner_id"]["name"], "Azure Interior");
    remove(server, &[task]);
    server.fails("get_task", json!({"task_id": task}), "not_found");
    server.fails("update_task", json!({"task_id": task, "name": "x"}), "not_found");
}

fn stages_of_the_project(server: &mut Server, target: &Target) {
    let probe = |server: &mut Server, model: &str, values: Value| {
        server.call("probe_create", json!({"model": model, "values": values}))["ids"][0].as_i64().unwrap()
    };
    let name = format!("Tooldoo Test {}", target.name);
    let stage = probe(server, "project.task.type", json!({"name": "Tooldoo Test stage"}));
    let project = probe(server, "project.project", json!({"name": name, "type_ids": [stage]}));
    let (task, _) = create(server, json!({"project": project.to_string()}));
    let read = server.call("get_task", json!({"task_id": task}));
    assert_eq!(read["records"][0]["stage_id"]["name"], "Tooldoo Test stage", "the project's first");
    let error = server.fails("update_task", json!({"task_id": task, "stage": "In Progress"}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("In Progress"), "{error:?}");
    server.fails("create_task", json!({"name": "x", "project": name, "stage": "Done"}), "not_found");
    let moved =
        server.call("update_task", json!({"task_id": task, "project": "Office Design", "stage": "In Progress"}));
    assert_eq!(moved["records"][0]["stage_id"]["name"], "In Progress");
    assert_eq!(moved["records"][0]["project_id"]["name"], "Office Design");
    remove(server, &[task]);
    server.call("probe_unlink", json!({"model": "project.project", "ids": [project]}));
    server.call("probe_unlink", json!({"model": "project.task.type", "ids": [stage]}));
}

fn assignees(server: &mut Server, target: &Target) {
    let two = json!({"name": "Tooldoo Test task", "project": "Office Design", "assignees": ["Marc Demo", "admin"]});
    if target.version < 15 {
        let error = server.fails("create_task", two, "unsupported");
        assert!(error["message"].as_str().unwrap().contains("one record"), "{error:?}");
        return;
    }
    let created = server.call("create_task", two);
    assert_eq!(created["records"][0]["user_ids"].as_array().unwrap().len(), 2);
    let task = created["ids"][0].as_i64().unwrap();
    for assignee in ["marc", "mitchell"] {
        let found = server.call("search_tasks", json!({"query": "Tooldoo Test task", "assignee": assignee}));
        assert_eq!(found["records"][0]["id"], task);
    }
    remove(server, &[task]);
}

fn subtask(server: &mut Server, _: &Target) {
    let (parent, _) = create(server, json!({"name": "Tooldoo Test parent"}));
    let (child, _) = create(server, json!({"parent_task": "Tooldoo Test parent"}));
    let read = server.call("get_task", json!({"task_id": parent}));
    let children = read["records"][0]["child_ids"].as_array().unwrap();
    assert_eq!((&children[0]["id"], &children[0]["stage_id"]["name"]), (&json!(child), &json!("New")), "{children:?}");
    let read = server.call("get_task", json!({"task_id": child}));
    assert_eq!(read["records"][0]["parent_id"]["name"], "Tooldoo Test parent");
    let elsewhere = json!({"name": "x", "project": "Research & Development", "parent_task": parent.to_string()});
    server.fails("create_task", elsewhere, "not_found");
    remove(server, &[child]);
    remove(server, &[parent]);
}

fn states(server: &mut Server, target: &Target) {
    let (task, _) = create(server, json!({}));
    let (word, value) = if target.version >= 17 { ("done", "1_done") } else { ("ready", "done") };
    let changed = server.call("update_task", json!({"task_id": task, "state": word}));
    assert_eq!(changed["records"][0]["state"], value);
    let closed = server.call("search_tasks", json!({"query": "Tooldoo Test task", "stage": "closed"}));
    assert_eq!(closed["total"], u64::from(target.version >= 17));
    let error = server.fails("update_task", json!({"task_id": task, "state": "asleep"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("In Progress"), "{error:?}");
    remove(server, &[task]);
}

fn stages(server: &mut Server, target: &Target) {
    let answer = server.call("list_task_stages", json!({"project": "Office Design"}));
    assert_eq!(names(&answer), ["New", "In Progress", "Done", "Cancelled"]);
    let projects = answer["records"][0]["project_ids"].as_array().unwrap();
    assert!(projects.iter().any(|project| project["name"] == "Office Design"));
    server.fails("list_task_stages", json!({"project": "no such project"}), "not_found");
    if target.version >= 15 {
        let stage = json!({"model": "project.task.type", "values": {"name": "Tooldoo Test personal", "user_id": 2}});
        let stage = server.call("probe_create", stage)["ids"][0].clone();
        assert!(!names(&server.call("list_task_stages", json!({}))).contains(&"Tooldoo Test personal".to_owned()));
        server.call("probe_unlink", json!({"model": "project.task.type", "ids": [stage]}));
    }
}

fn wrong(server: &mut Server, _: &Target) {
    let (task, before) = create(server, json!({}));
    server.fails("get_project", json!({"project_id": 987_654_321}), "not_found");
    server.fails("get_task", json!({"task_id": 987_654_321}), "not_found");
    for (word, value) in [("name", "x"), ("stage", "New")] {
        let error = server.fails("update_task", json!({"task_id": 987_654_321, word: value}), "not_found");
        assert!(error["message"].as_str().unwrap().contains("987654321"), "{word}: {error:?}");
    }
    server.fails("create_task", json!({"name": "x", "project": "No such project"}), "not_found");
    server.fails(
        "create_task",
        json!({"name": "x", "project": "Office Design", "customer": "Nobody & Sons"}),
        "not_found",
    );
    let error = server.fails("update_task", json!({"task_id": task, "customer": "an"}), "ambiguous");
    let candidates = error["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1 && candidates.iter().all(|candidate| candidate["id"].is_i64()), "{error:?}");
    let error = server.fails("update_task", json!({"task_id": task, "stage": "Nirvana"}), "not_found");
    assert_eq!(error["applied"], "no");
    let error = server.fails("update_task", json!({"task_id": task, "deadline": "next Tuesday"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("next Tuesday"), "{error:?}");
    server.fails("search_tasks", json!({"deadline_before": "soon"}), "invalid_arguments");
    server.fails("search_tasks", json!({"priority": "high"}), "invalid_arguments");
    for (tool, argument) in [
        ("search_tasks", "project"),
        ("search_tasks", "assignee"),
        ("search_tasks", "customer"),
        ("search_tasks", "tag"),
        ("list_projects", "customer"),
        ("list_projects", "manager"),
        ("list_projects", "tag"),
    ] {
        let error = server.fails(tool, json!({ argument: "Nobody & Sons" }), "not_found");
        assert!(error["message"].as_str().unwrap().contains("Nobody & Sons"), "{tool} {argument}: {error:?}");
    }
    server.fails("create_task", json!({"name": "x", "project": "Office Design", "hours": -1}), "invalid_arguments");
    server.fails("create_task", json!({"name": "x"}), "invalid_arguments");
    server.fails("update_task", json!({"task_id": task}), "invalid_arguments");
    let error = server.fails("update_task", json!({"task_id": task, "colour": 3}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("colour"), "{error:?}");
    let after = server.call("get_task", json!({"task_id": task}));
    assert_eq!(after["records"][0]["stage_id"], before["stage_id"]);
    assert_eq!(server.call("search_tasks", json!({"query": "Tooldoo Test task"}))["total"], 1, "nothing was created");
    remove(server, &[task]);
}

fn employee(server: &mut Server, target: &Target) {
    let mut demo = Server::start_as(target, &target.employee.0, &target.employee.1);
    let mine = demo.call("search_tasks", json!({"mine": true, "query": "Black Chairs"}));
    assert_eq!(names(&mine), ["Black Chairs for managers"]);
    let created = demo.call(
        "create_task",
        json!({"name": "Tooldoo Test task", "project": "Office Design", "assignees": ["demo"], "tags": ["Bug"]}),
    );
    let task = created["ids"][0].as_i64().unwrap();
    let changed = demo.call("update_task", json!({"task_id": task, "stage": "Done", "hours": 2}));
    assert_eq!(changed["records"][0]["stage_id"]["name"], "Done");
    assert_eq!(demo.call("get_task", json!({"task_id": task}))["records"][0]["create_uid"]["name"], "Marc Demo");
    assert_eq!(names(&demo.call("list_task_stages", json!({"project": "Office Design"}))).len(), 4);
    assert!(demo.call("list_projects", json!({"mine": true}))["total"].as_u64().unwrap() > 0);
    remove(server, &[task]);
    if target.version >= 17 {
        // A project of its followers only.
        let hidden = server.call("list_projects", json!({"query": "Research"}))["records"][0]["id"].clone();
        assert_eq!(demo.call("list_projects", json!({"query": "Research"}))["total"], 0);
        demo.fails("get_project", json!({"project_id": hidden}), "access_denied");
        demo.fails("create_task", json!({"name": "x", "project": hidden.to_string()}), "not_found");
    }
}
