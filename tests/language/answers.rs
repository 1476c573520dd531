//! What comes back.

use serde_json::json;
use tooldoo::demo::{self, Profile};

use crate::client::Server;

#[test]
fn defaults_name_the_records_they_hold() {
    let tool = r#"
        [[tool]]
        name = "defaults"
        model = "crm.lead"
        [tool.default_get]
        fields = ["user_id", "partner_id", "country_id"]
        context = { default_partner_id = 1, default_country_id = 20 }
        "#;
    for version in [Profile::V19, Profile::V14] {
        let mut server = Server::on(version, demo::ADMIN, &[], tool);
        server.call("defaults", json!({}));
        let (answer, requests) = server.recorded(|server| server.call("defaults", json!({})));
        let defaults = &answer["defaults"];
        for field in ["user_id", "partner_id", "country_id"] {
            assert!(defaults[field]["id"].is_u64() && defaults[field]["name"].is_string(), "{field}: {defaults}");
        }
        assert_eq!(requests.len(), 4, "one more for each related model: {requests:?}");
    }
}

#[test]
fn fields_that_not_every_odoo_has_are_looked_for_wherever_a_field_is_named() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "fields"
        model = "res.partner"
        [tool.fields_get]
        fields = ["no_such_field?", "no_such_field|phone", "name"]
        query = "{{ query }}"
        [tool.input.properties]
        query = {}
        "#,
    );
    let names = |answer: serde_json::Value| -> Vec<String> {
        let fields = answer["fields"].as_array().unwrap();
        fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(server.call("fields", json!({}))), ["name", "phone"]);
    assert_eq!(names(server.call("fields", json!({"query": 12}))), [""; 0]);
    server.fails("fields", json!({"query": ["name"]}), "invalid_arguments");
}

#[test]
fn a_block_without_what_it_is_made_of_is_left_out() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "greet"
        model = "res.partner"
        [tool.lookup.partner]
        match = "{{ customer }}"
        [[tool.content]]
        type = "text"
        text = "Hello {{ partner.name }}"
        [[tool.content]]
        type = "text"
        text = "Day {{ today() }}"
        annotations = { audience = ["user"], priority = "{{ priority }}" }
        [[tool.content]]
        type = "resource"
        resource = { uri = "a://b", text = "{{ note }}" }
        [tool.input.properties]
        customer = { type = "string" }
        note = { type = "string" }
        priority = { type = "number" }
        "#,
    );
    let shown = server.result("greet", &json!({}))["content"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1, "{shown}");
    assert!(shown[0]["text"].as_str().unwrap().starts_with("Day 2"), "{shown}");
    let shown = server.result("greet", &json!({"customer": "Azure Interior", "note": "x"}))["content"].clone();
    assert_eq!(shown[0]["text"], "Hello Azure Interior");
    assert_eq!(shown[2]["resource"]["text"], "x");
}

#[test]
fn defaults_without_a_list_are_all_of_them() {
    let mut server = Server::new("[[tool]]\nname = \"defaults\"\nmodel = \"crm.lead\"\n[tool.default_get]\n");
    let defaults = server.call("defaults", json!({}))["defaults"].clone();
    assert!(defaults["type"].is_string() && defaults["user_id"]["name"].is_string(), "{defaults}");
}

#[test]
fn a_return_that_the_caller_leaves_out_is_the_names() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "tag"
        model = "res.partner.category"
        [tool.create]
        values.name = "Tag"
        return = "{{ fields }}"
        [tool.input.properties]
        fields = { type = "array", items = { type = "string" } }
        "#,
    );
    let created = server.call("tag", json!({}));
    assert_eq!(created["records"], json!([{"id": created["ids"][0], "name": "Tag"}]));
    assert!(server.call("tag", json!({"fields": ["color"]}))["records"][0].get("color").is_some());
}

#[test]
fn an_answer_that_was_cut_says_how_to_go_on() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "search"
        model = "res.partner"
        [tool.search_read]
        fields = ["name", "email"]
        order = "id"
        [tool.result]
        max_bytes = 500

        [[tool]]
        name = "read"
        model = "res.partner"
        [tool.read]
        ids = "{{ ids }}"
        fields = ["name", "email"]
        [tool.result]
        max_bytes = 600
        [tool.input]
        required = ["ids"]
        properties = { ids = { type = "array", items = { type = "integer" } } }

        [[tool]]
        name = "fields"
        model = "res.partner"
        [tool.fields_get]
        [tool.result]
        max_bytes = 2000
        "#,
    );
    let mut seen = Vec::new();
    let mut offset = json!(0);
    while offset.is_u64() {
        let page = server.call("search", json!({"offset": offset, "limit": 7}));
        assert!(page.to_string().len() <= 500 && page.get("note").is_none(), "{page}");
        seen.extend(page["records"].as_array().unwrap().iter().map(|record| record["id"].as_u64().unwrap()));
        offset = page["next_offset"].clone();
    }
    assert_eq!(json!(seen.len()), server.call("search", json!({}))["total"]);
    assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");

    let ids: Vec<u64> = seen.iter().rev().copied().take(30).collect();
    let cut = server.call("read", json!({"ids": ids}));
    let shown = cut["records"].as_array().unwrap();
    assert_eq!(cut["next_offset"], json!(shown.len()));
    assert!(shown.iter().zip(&ids).all(|(record, id)| record["id"] == *id), "{cut}");
    assert!(cut["note"].as_str().unwrap().contains("fewer records"), "{cut}");
    assert!(server.call("read", json!({"ids": [1, 2]})).get("note").is_none());
    let fields = server.call("fields", json!({}));
    assert!(fields["next_offset"].is_u64() && fields["note"].is_string(), "{fields}");
}

const TAGS: &str = r#"
[[tool]]
name = "tag"
model = "project.tags"
confirm = "never"
[tool.create]
values = { name = "{{ name }}" }
[tool.input.properties]
name = {}

[[tool]]
name = "rename"
model = "project.tags"
confirm = "never"
[tool.write]
ids = "{{ ids }}"
values = { name = "{{ name }}" }
return = ["name"]
[tool.input.properties]
ids = { type = "array", items = { type = "integer" } }
name = {}

[[tool]]
name = "rename_quietly"
model = "project.tags"
confirm = "never"
[tool.write]
ids = "{{ ids }}"
values = { name = "{{ name }}" }
return = []
[tool.input.properties]
ids = { type = "array", items = { type = "integer" } }
name = {}

[[tool]]
name = "remove"
model = "project.tags"
confirm = "never"
[tool.unlink]
ids = "{{ ids }}"
[tool.input.properties]
ids = { type = "array", items = { type = "integer" } }
"#;

#[test]
fn a_change_of_nobody_is_not_found_where_odoo_answers_true() {
    const NOBODY: i64 = 99_999_999;
    for version in [Profile::V19, Profile::V17, Profile::V14] {
        let mut server = Server::on(version, demo::ADMIN, &[], TAGS);
        let id = server.call("tag", json!({"name": "Urgent"}))["ids"][0].clone();
        for tool in ["rename", "rename_quietly"] {
            let error = server.fails(tool, json!({"ids": [NOBODY], "name": "Late"}), "not_found");
            assert_eq!(error["applied"], "no", "{tool}: {error}");
            assert!(error["message"].as_str().unwrap().contains("99999999"), "{tool}: {error}");
            let some = server.call(tool, json!({"ids": [NOBODY, id], "name": tool}));
            assert_eq!((&some["ids"], &some["missing"]), (&json!([id]), &json!([NOBODY])), "{tool}: {some}");
            let all = server.call(tool, json!({"ids": [id], "name": "Late"}));
            assert_eq!((&all["ids"], all.get("missing")), (&json!([id]), None), "{tool}: {all}");
        }
        let error = server.fails("remove", json!({"ids": [id, NOBODY]}), "not_found");
        assert_eq!(error["applied"], "no");
        assert!(!error["message"].as_str().unwrap().contains(&format!("{id},")), "{error}");
        assert_eq!(server.call("rename", json!({"ids": [id], "name": "There"}))["records"][0]["name"], "There");
        assert_eq!(server.call("remove", json!({"ids": [id]}))["ids"], json!([id]));
        server.fails("remove", json!({"ids": [id]}), "not_found");
    }
}
