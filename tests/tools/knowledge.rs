//! Knowledge articles. Real Odoos have them from the addon of `tests/odoo/addons`: Odoo Enterprise itself is not run.

use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("articles are found by title and text, topic, category and favorites", search),
    ("pages of articles follow each other", pages),
    ("an article is created below another, read as Markdown, changed and moved", life),
    ("wrong input to the article tools says what is wrong", wrong),
    ("an employee reads what is open, writes where they may, and no more", employee),
];

/// Knowledge came with Odoo 16; a real 14 has the tests' own addon.
fn missing(target: &Target) -> bool {
    target.version < 16 && target.name.starts_with("embedded")
}

fn names(answer: &Map<String, Value>) -> Vec<String> {
    let records = answer["records"].as_array().unwrap();
    records.iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect()
}

fn remove(server: &mut Server, ids: &[i64]) {
    server.call("probe_unlink", json!({"model": "knowledge.article", "ids": ids}));
}

fn create(server: &mut Server, arguments: Value) -> (i64, Value) {
    let created = server.call("create_knowledge_article", arguments);
    (created["ids"][0].as_i64().unwrap(), created["records"][0].clone())
}

fn search(server: &mut Server, target: &Target) {
    if missing(target) {
        return;
    }
    assert_eq!(
        names(&server.call("search_knowledge_articles", json!({"query": "onboarding"}))),
        ["Employee Onboarding"]
    );
    let text = server.call("search_knowledge_articles", json!({"query": "warranty is two years"}));
    assert_eq!(names(&text), ["Returns and Warranty"]);
    let article = &text["records"][0];
    assert!(article["parent_id"]["name"].as_str().unwrap().ends_with("Sales Playbook"), "{article}");
    assert_eq!(article["category"], "workspace");
    let topic = server.call("search_knowledge_articles", json!({"topic": "it hand", "limit": 100}));
    let mut found = names(&topic);
    found.sort();
    assert_eq!(found, ["How to connect to the VPN", "IT Handbook", "Printers"]);
    let private = server.call("search_knowledge_articles", json!({"category": "private"}));
    assert_eq!(names(&private), ["Board Meetings"]);
    let favorites = names(&server.call("search_knowledge_articles", json!({"favorite": true})));
    assert!(favorites.contains(&"Employee Onboarding".to_owned()) && !favorites.contains(&"Printers".to_owned()));
    let all = server.call("search_knowledge_articles", json!({"favorite": false}))["total"].as_u64().unwrap();
    assert!(all > u64::try_from(favorites.len()).unwrap(), "false switches nothing on");
    assert_eq!(server.call("search_knowledge_articles", json!({"edited_after": "2999-01-01"}))["total"], 0);
}

fn pages(server: &mut Server, target: &Target) {
    if missing(target) {
        return;
    }
    let all = names(&server.call("search_knowledge_articles", json!({"limit": 100})));
    let mut page = server.call("search_knowledge_articles", json!({"limit": 4}));
    let mut seen = names(&page);
    while let Some(offset) = page.get("next_offset") {
        page = server.call("search_knowledge_articles", json!({"limit": 4, "offset": offset}));
        seen.extend(names(&page));
    }
    assert_eq!(seen, all);
}

fn life(server: &mut Server, target: &Target) {
    if missing(target) {
        return;
    }
    let text = "# Locks\n\n1. Measure\n2. **Order** <b>";
    let (article, record) = create(
        server,
        json!({"title": "Tooldoo Test article", "text": text, "icon": "🔑", "parent": "Sales Playbook"}),
    );
    assert_eq!((&record["name"], &record["icon"]), (&json!("Tooldoo Test article"), &json!("🔑")));
    assert_eq!(record["category"], "workspace", "as the article above it");
    let read = server.call("get_knowledge_article", json!({"article_id": article}));
    let read = &read["records"][0];
    let body = read["body"].as_str().unwrap();
    assert!(body.contains("# Locks") && body.contains("**Order** \\<b>"), "{body}");
    assert_eq!(read["last_edition_uid"]["name"], "Mitchell Admin");
    assert_eq!((&read["is_locked"], &read["is_user_favorite"]), (&json!(false), &json!(false)));
    assert!(read["article_url"].as_str().unwrap().ends_with(&format!("/knowledge/article/{article}")), "{read}");
    let changed = server.call(
        "update_knowledge_article",
        json!({"article_id": article, "title": "Tooldoo Test locks", "parent": "IT Handbook", "locked": true, "icon": ""}),
    );
    let record = &changed["records"][0];
    assert_eq!((&record["name"], &record["icon"]), (&json!("Tooldoo Test locks"), &json!("🔑")));
    assert!(record["parent_id"]["name"].as_str().unwrap().ends_with("IT Handbook"), "{record}");
    assert_eq!(record["is_locked"], true);
    let above = record["parent_id"]["id"].clone();
    let above = server.call("get_knowledge_article", json!({"article_id": above}));
    let below = above["records"][0]["child_ids"].as_array().unwrap();
    assert!(below.iter().any(|child| child["name"] == "Tooldoo Test locks"), "{below:?}");
    let (root, record) = create(server, json!({"title": "Tooldoo Test root"}));
    assert_eq!((&record["parent_id"], &record["category"]), (&Value::Null, &json!("workspace")));
    remove(server, &[article, root]);
    server.fails("get_knowledge_article", json!({"article_id": article}), "not_found");
}

fn wrong(server: &mut Server, target: &Target) {
    if missing(target) {
        return;
    }
    server.fails("get_knowledge_article", json!({"article_id": 987_654_321}), "not_found");
    server.fails("update_knowledge_article", json!({"article_id": 987_654_321, "title": "x"}), "not_found");
    server.fails("create_knowledge_article", json!({"title": "x", "parent": "No such article"}), "not_found");
    let error = server.fails("create_knowledge_article", json!({"title": "x", "parent": "e"}), "ambiguous");
    assert!(error["candidates"].as_array().unwrap().iter().all(|candidate| candidate["id"].is_i64()), "{error:?}");
    server.fails("create_knowledge_article", json!({"text": "x"}), "invalid_arguments");
    server.fails("search_knowledge_articles", json!({"category": "secret"}), "invalid_arguments");
    server.fails("search_knowledge_articles", json!({"edited_after": "lately"}), "invalid_arguments");
    let id = server.call("search_knowledge_articles", json!({"query": "Printers"}))["records"][0]["id"].clone();
    server.fails("update_knowledge_article", json!({"article_id": id}), "invalid_arguments");
    let error = server.fails("update_knowledge_article", json!({"article_id": id, "cover": "x"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("cover"), "{error:?}");
}

fn employee(server: &mut Server, target: &Target) {
    if missing(target) {
        return;
    }
    let mut demo = Server::start_as(target, &target.employee.0, &target.employee.1);
    let all = names(&demo.call("search_knowledge_articles", json!({"limit": 100})));
    assert!(all.contains(&"IT Handbook".to_owned()) && !all.contains(&"Board Meetings".to_owned()), "{all:?}");
    let board =
        server.call("search_knowledge_articles", json!({"query": "Board Meetings"}))["records"][0]["id"].clone();
    demo.fails("get_knowledge_article", json!({"article_id": board}), "access_denied");
    let (article, _) =
        create(&mut demo, json!({"title": "Tooldoo Test note", "text": "one", "parent": "Company Organization"}));
    let changed = demo.call("update_knowledge_article", json!({"article_id": article, "text": "two"}));
    assert_eq!(changed["records"][0]["name"], "Tooldoo Test note");
    let handbook = demo.call("search_knowledge_articles", json!({"query": "IT Handbook"}))["records"][0]["id"].clone();
    let error =
        demo.fails("update_knowledge_article", json!({"article_id": handbook, "text": "mine"}), "access_denied");
    assert_eq!(error["applied"], "no");
    demo.fails(
        "create_knowledge_article",
        json!({"title": "Tooldoo Test note", "parent": handbook.to_string()}),
        "access_denied",
    );
    remove(server, &[article]);
}
