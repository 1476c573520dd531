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
