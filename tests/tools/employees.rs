//! The shipped tools of `tools.d/employees.toml`.

use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("employees are found by name, e-mail, job and department", search),
    ("employees have pages and a total", pages),
    ("an employee is read with manager, place and team", get),
    ("departments are listed with what they belong to", departments),
    ("what is wrong of an employee is said", wrong),
    ("an employee sees of the others what the administrator is told, and nothing private", employee),
];

fn records(answer: &Map<String, Value>) -> Vec<Value> {
    answer["records"].as_array().unwrap().clone()
}

fn find(server: &mut Server, mut arguments: Value) -> Vec<Value> {
    arguments["limit"] = json!(100);
    records(&server.call("search_employees", arguments))
}

fn search(server: &mut Server, _: &Target) {
    let all = find(server, json!({}));
    assert!(all.len() >= 20, "{all:?}");
    let marc = find(server, json!({"query": "marc de"}));
    assert_eq!(marc.len(), 1);
    assert_eq!(marc[0]["job_title"], "Experienced Developer");
    assert_eq!(marc[0]["parent_id"]["name"], "Mitchell Admin");
    assert!(marc[0]["department_id"]["name"].as_str().unwrap().contains("Research & Development"));
    let email = find(server, json!({"query": "tina.williamson98@"}));
    assert_eq!((email.len(), &email[0]["name"]), (1, &json!("Tina Williamson")));
    for arguments in [json!({"job": "consult"}), json!({"query": "consultant"})] {
        let found = find(server, arguments);
        assert!(found.len() >= 3 && found.iter().all(|one| one["job_title"] == "Consultant"), "{found:?}");
    }
    let found = find(server, json!({"department": "research"}));
    let research = |one: &Value| one["department_id"]["name"].as_str().unwrap().contains("Research");
    assert!(found.len() >= 8 && found.len() < all.len() && found.iter().all(research), "{found:?}");
    let found = find(server, json!({"manager": "mitchell"}));
    assert!(found.len() >= 3 && found.iter().all(|one| one["parent_id"]["name"] == "Mitchell Admin"), "{found:?}");
    let both = find(server, json!({"department": "research", "job": "technical officer"}));
    assert_eq!((both.len(), &both[0]["name"]), (1, &json!("Ronnie Hart")));
    assert_eq!(find(server, json!({"query": "nobody of that name"})), Vec::<Value>::new());
}

fn pages(server: &mut Server, _: &Target) {
    let all = find(server, json!({}));
    let names: Vec<&str> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.windows(2).all(|two| two[0] <= two[1]), "{names:?}");
    let page = server.call("search_employees", json!({"limit": 5, "offset": 5}));
    assert_eq!((&page["total"], &page["next_offset"]), (&json!(all.len()), &json!(10)));
    assert_eq!(records(&page)[0]["id"], all[5]["id"]);
}

fn get(server: &mut Server, target: &Target) {
    let id = find(server, json!({"query": "Mitchell Admin"}))
        .into_iter()
        .find(|one| one["name"] == "Mitchell Admin")
        .expect("Mitchell Admin")["id"]
        .clone();
    let answer = server.call("get_employee", json!({"employee_id": id}));
    let read = &answer["records"][0];
    assert_eq!(read["user_id"]["name"], "Mitchell Admin");
    assert!(read["work_email"].as_str().unwrap().contains('@'));
    // A name in 14, a record of its own later.
    let place = if target.version >= 15 { &read["work_location_id"]["name"] } else { &read["work_location_id"] };
    assert_eq!(place, "Building 1, Second Floor");
    assert!(read["resource_calendar_id"]["name"].as_str().unwrap().contains("hours/week"), "{read}");
    let team = read["child_ids"].as_array().unwrap();
    let expected = find(server, json!({"manager": "Mitchell Admin"}));
    assert!(team.iter().all(|one| one["name"].is_string() && one["job_title"].is_string()), "{team:?}");
    for one in &expected {
        assert!(team.iter().any(|other| other["id"] == one["id"]), "{one} is not in {team:?}");
    }
}

fn departments(server: &mut Server, _: &Target) {
    let all = records(&server.call("list_departments", json!({})));
    let names: Vec<&str> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
    for name in ["Administration", "Management", "Professional Services", "Research & Development", "Sales"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(names.windows(2).all(|two| two[0] <= two[1]), "{names:?}");
    for one in &all {
        let whole = one["complete_name"].as_str().unwrap();
        assert!(whole.ends_with(one["name"].as_str().unwrap()), "{one}");
        assert_eq!(whole.contains(" / "), one["parent_id"].is_object(), "{one}");
    }
    let found = records(&server.call("list_departments", json!({"query": "research"})));
    assert!(!found.is_empty() && found.iter().all(|one| one["complete_name"].as_str().unwrap().contains("Research")));
}

fn wrong(server: &mut Server, _: &Target) {
    server.fails("get_employee", json!({"employee_id": 99_999_999}), "not_found");
    server.fails("get_employee", json!({"employee_id": "Marc"}), "invalid_arguments");
    let error = server.fails("search_employees", json!({"salary": 1}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("salary"), "{error:?}");
    server.fails("list_departments", json!({"limit": 3}), "invalid_arguments");
}

fn employee(server: &mut Server, target: &Target) {
    let mut own = Server::start_as_employee(target);
    assert_eq!(find(server, json!({})), find(&mut own, json!({})));
    let id = find(&mut own, json!({"query": "Tina Williamson"}))[0]["id"].clone();
    let answer = own.call("get_employee", json!({"employee_id": id}));
    assert_eq!(answer, server.call("get_employee", json!({"employee_id": id})));
    assert_eq!(server.call("list_departments", json!({})), own.call("list_departments", json!({})));
    own.fails("get_employee", json!({"employee_id": 99_999_999}), "not_found");
    // What is private has no field for this caller, whatever tool asks.
    let private = json!({"model": "hr.employee", "id": id, "fields": ["name", "birthday"]});
    own.fails("odoo_get_record", private.clone(), "unknown_field");
    assert_eq!(server.call("odoo_get_record", private)["records"][0]["name"], "Tina Williamson");
}
