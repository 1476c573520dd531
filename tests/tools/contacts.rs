//! The app Contacts.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("a company is found by a part of its name, with its people", search),
    ("a list has pages and a total", pages),
    ("a contact is read whole, with its people", get),
    ("an id of nobody is not found", nobody),
    ("a contact is created from names", create),
    ("contacts: names of nobody are not found, all of them named, and nothing is created", unknown_names),
    ("contacts: a company of which there are several gives candidates", ambiguous),
    ("contacts: every wrong argument is named at once", wrong_arguments),
    ("contacts: an employee finds and reads them", employee),
];

fn search(server: &mut Server, _: &Target) {
    let answer = server.call("search_contacts", json!({"query": "azure", "kind": "company"}));
    assert_eq!(answer["total"], 1, "{answer:?}");
    let azure = &answer["records"][0];
    assert_eq!(azure["name"], "Azure Interior");
    assert_eq!(azure["is_company"], true);
    assert_eq!(azure["parent_id"], Value::Null);
    assert!(azure["country_id"]["id"].is_i64() && azure["country_id"]["name"].is_string(), "{azure}");
    let people = server.call("search_contacts", json!({"query": "azure", "kind": "person"}));
    let names: Vec<_> = people["records"].as_array().unwrap().iter().map(|person| &person["name"]).collect();
    assert!(names.contains(&&json!("Brandon Freeman")), "{names:?}");
    for person in people["records"].as_array().unwrap() {
        assert_eq!(person["parent_id"]["name"], "Azure Interior");
    }
    let of_company = server.call("search_contacts", json!({"company": "Azure Interior", "query": "", "limit": null}));
    assert_eq!(of_company["total"], people["total"], "what is not given drops its condition");
}

fn pages(server: &mut Server, _: &Target) {
    let first = server.call("search_contacts", json!({"limit": 2}));
    assert_eq!(first["records"].as_array().unwrap().len(), 2);
    assert_eq!(first["next_offset"], 2);
    let total = first["total"].as_u64().unwrap();
    let second = server.call("search_contacts", json!({"limit": 2, "offset": 2}));
    assert_ne!(first["records"], second["records"]);
    let last = server.call("search_contacts", json!({"limit": 2, "offset": total - 1}));
    assert_eq!(last["records"].as_array().unwrap().len(), 1);
    assert!(!last.contains_key("next_offset"), "{last:?}");
    let clamped = server.call("search_contacts", json!({"limit": 0}));
    assert_eq!(clamped["records"].as_array().unwrap().len(), 1, "0 would be all records to Odoo");
}

fn id_of(server: &mut Server, name: &str) -> i64 {
    let answer = server.call("search_contacts", json!({"query": name}));
    let found = answer["records"].as_array().unwrap().iter().find(|record| record["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no contact {name}"))["id"].as_i64().unwrap()
}

fn get(server: &mut Server, _: &Target) {
    let id = id_of(server, "Azure Interior");
    let answer = server.call("get_contact", json!({"contact_id": id}));
    let azure = &answer["records"][0];
    assert_eq!(azure["id"], id);
    let people = azure["child_ids"].as_array().unwrap();
    let brandon = people.iter().find(|person| person["name"] == "Brandon Freeman").expect("Brandon Freeman");
    assert!(brandon["id"].is_i64() && brandon["email"].is_string(), "{brandon}");
    assert!(azure["create_date"].as_str().unwrap().contains('T'), "a moment has a zone: {}", azure["create_date"]);
    assert_eq!(server.call("get_contact", json!({"contact_id": id.to_string()}))["records"][0]["id"], id);
}

fn nobody(server: &mut Server, _: &Target) {
    let error = server.fails("get_contact", json!({"contact_id": 99_999_999}), "not_found");
    assert_eq!(error["applied"], "no");
    assert!(error["message"].as_str().unwrap().contains("99999999"), "{error:?}");
}

fn create(server: &mut Server, target: &Target) {
    let name = format!("Tooldoo Test {}", target.name);
    let answer = server.call(
        "create_contact",
        json!({
            "name": name, "kind": "company", "country": "BE", "city": "Ramillies",
            "email": "test@example.com", "tags": ["Services"], "notes": "**bold** & <b>no markup</b>", "website": "",
        }),
    );
    let id = answer["ids"][0].as_i64().unwrap();
    let record = &answer["records"][0];
    assert_eq!(record["country_id"]["name"], "Belgium", "looked up by its code");
    assert!(answer["company"]["name"].is_string(), "{answer:?}");
    let read = server.call("get_contact", json!({"contact_id": id}));
    let notes = read["records"][0]["comment"].as_str().unwrap();
    assert!(notes.contains("bold") && notes.contains("no markup"), "{notes}");
    assert_eq!(read["records"][0]["website"], Value::Null);
    assert_eq!(read["records"][0]["category_id"][0]["name"], "Services");
    let person =
        server.call("create_contact", json!({"name": format!("{name} person"), "company": name.to_uppercase()}));
    assert_eq!(
        person["records"][0]["parent_id"],
        json!({"id": id, "name": name}),
        "looked up by its name, whatever the case"
    );
    let ids = json!([person["ids"][0], id]);
    assert_eq!(server.call("probe_unlink", json!({"model": "res.partner", "ids": ids}))["ids"], ids);
    server.fails("get_contact", json!({"contact_id": id}), "not_found");
}

fn unknown_names(server: &mut Server, _: &Target) {
    let name = "Tooldoo Test nowhere";
    let error = server.fails("create_contact", json!({"name": name, "country": "Atlantis"}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("Atlantis"), "{error:?}");
    assert!(error.get("candidates").is_none(), "there are too many countries to name");
    let error = server.fails(
        "create_contact",
        json!({"name": name, "company": "Brandon Freeman", "country": "US", "state": "Bavaria", "tags": ["Services", "No such tag"]}),
        "not_found",
    );
    // A person is no company to belong to.
    for part in ["Brandon Freeman", "not one that may be used here", "Bavaria", "No such tag"] {
        assert!(error["message"].as_str().unwrap().contains(part), "{part}: {error:?}");
    }
    assert_eq!(error["applied"], "no");
    assert_eq!(server.call("search_contacts", json!({"query": name}))["total"], 0);
}

fn ambiguous(server: &mut Server, _: &Target) {
    let error = server.fails("create_contact", json!({"name": "Tooldoo Test", "company": "e"}), "ambiguous");
    let candidates = error["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1 && candidates.iter().all(|candidate| candidate["id"].is_i64()), "{error:?}");
}

fn wrong_arguments(server: &mut Server, _: &Target) {
    for (tool, arguments, wrong) in [
        (
            "create_contact",
            json!({"nmae": "x", "kind": "robot", "tags": {"a": 1}}),
            &["nmae", "kind", "tags", "`name`"][..],
        ),
        ("search_contacts", json!({"name": "x", "kind": "robot", "limit": "many"}), &["name", "kind", "limit"]),
        ("get_contact", json!({"contact_id": "Azure", "id": 7}), &["contact_id", "`id`"]),
    ] {
        let error = server.fails(tool, arguments, "invalid_arguments");
        for wrong in wrong {
            assert!(error["message"].as_str().unwrap().contains(wrong), "{tool}: {wrong} is not named in {error:?}");
        }
    }
    let error = server.fails("search_contacts", json!({"created_after": "last spring"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("last spring"), "{error:?}");
}

fn employee(server: &mut Server, target: &Target) {
    let mut employee = Server::start_as(target, &target.employee.0, &target.employee.1);
    let id = id_of(&mut employee, "Azure Interior");
    assert_eq!(id, id_of(server, "Azure Interior"));
    assert_eq!(employee.call("get_contact", json!({"contact_id": id}))["records"][0]["name"], "Azure Interior");
}
