//! Names in, ids out.

use serde_json::json;

use crate::client::Server;

const TAGGED: &str = r#"
[[tool]]
name = "tagged"
model = "res.partner"
[tool.lookup.tag_records]
model = "res.partner.category"
match = "{{ tags }}"
missing = "absent"
[tool.search_read]
domain = [["category_id", "in", "{{ tag_records }}"]]
fields = []
[tool.input.properties]
tags = { type = "array", items = { type = "string" } }
"#;

#[test]
fn a_list_of_which_nothing_is_found_is_absent() {
    let mut server = Server::new(TAGGED);
    let all = server.call("tagged", json!({}))["total"].clone();
    assert!(all.as_u64() > Some(10));
    assert_eq!(server.call("tagged", json!({"tags": ["No such tag"]}))["total"], all);
    let some = server.call("tagged", json!({"tags": ["No such tag", "Services"]}))["total"].clone();
    assert!(some.as_u64() < all.as_u64(), "{some}");
}

#[test]
fn every_fault_of_a_list_is_named_with_its_hint() {
    let mut server = Server::new(&TAGGED.replace("missing = \"absent\"", ""));
    let error = server.fails("tagged", json!({"tags": ["No such tag", "99999", "e"]}), "not_found");
    let message = error["message"].as_str().unwrap();
    for part in ["No such tag", "99999", "`e` is"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(error["hint"].as_str().unwrap().contains("Give the id of the one"), "{error}");
    assert!(error["candidates"].as_array().unwrap().len() > 1, "{error}");
}

#[test]
fn what_is_missing_for_a_lookup_is_said_by_the_arguments_name() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "get"
        model = "res.partner"
        [tool.lookup.customer_record]
        match = "{{ customer }}"
        missing = "absent"
        [tool.read]
        ids = "{{ customer_record }}"
        [tool.input.properties]
        customer = { type = "string" }
        "#,
    );
    let error = server.fails("get", json!({}), "invalid_arguments");
    assert_eq!(error["hint"], "Give `customer`.");
    let error = server.fails("get", json!({"customer": "Nobody at all"}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("customer_record"), "{error}");
}
