//! Whose company, zone and language a call runs in, and who may say so.

use serde_json::json;
use tooldoo::demo::{self, Profile};

use crate::client::Server;

const COUNT: &str = r#"
[[tool]]
name = "count"
model = "res.partner"
company = "{{ company }}"
[tool.search_count]
context = { tz = "{{ tz }}" }
[tool.input.properties]
company = { type = "string" }
tz = { type = "string" }

[[tool]]
name = "count_in"
model = "res.partner"
[tool.search_count]
context = { allowed_company_ids = "{{ companies }}" }
[tool.input.properties]
companies = { type = "array", items = { type = "integer" } }
"#;

#[test]
fn a_company_that_the_user_may_not_use_is_refused_before_anything_is_asked_in_it() {
    let mut server = Server::on(Profile::V19, demo::EMPLOYEE, &[], COUNT);
    server.call("count", json!({}));
    let (error, requests) = server.recorded(|server| {
        server.fails("count", json!({"company": "No Such Company"}), "not_found");
        server.fails("count_in", json!({"companies": [1, 2]}), "access_denied").to_string()
    });
    assert!(error.contains("company 2") && error.contains(demo::EMPLOYEE.login), "{error}");
    assert!(requests.iter().all(|request| request.method.as_deref() != Some("search_count")), "{requests:?}");
}

#[test]
fn the_answer_of_a_write_names_the_company_of_the_context() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "tag"
        model = "res.partner.category"
        [tool.create]
        values.name = "Tag"
        context = { allowed_company_ids = [3, 1] }
        "#,
    );
    assert_eq!(server.call("tag", json!({}))["company"], json!({"id": 3, "name": "My Company (Chicago)"}));
}

#[test]
fn a_zone_that_is_none_is_refused() {
    let mut server = Server::new(COUNT);
    let error = server.fails("count", json!({"tz": "Europe/Nowhere"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("Europe/Nowhere"), "{error}");
}

#[test]
fn labels_are_in_the_language_of_the_context() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "fields"
        model = "crm.stage"
        [tool.fields_get]
        fields = ["name"]
        attributes = ["string"]
        context = { lang = "{{ lang }}" }
        [tool.input.properties]
        lang = { type = "string" }
        "#,
    );
    let (_, requests) = server.recorded(|server| {
        server.call("fields", json!({}));
        server.call("fields", json!({"lang": "fr_FR"}));
        server.call("fields", json!({"lang": "fr_FR"}));
        server.call("fields", json!({"lang": "en_US"}));
    });
    let asked: Vec<_> = requests
        .iter()
        .filter(|request| request.method.as_deref() == Some("fields_get"))
        .map(|request| request.body["context"]["lang"].clone())
        // Whether a model is there is asked without a language.
        .filter(|lang| !lang.is_null())
        .collect();
    assert_eq!(asked, [json!("en_US"), json!("fr_FR")], "once for each language");
}

#[test]
fn a_caller_does_not_bring_a_context() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "count"
        model = "res.partner"
        [tool.call]
        method = "search_count"
        kwargs = "{{ kwargs }}"
        writes = false
        [tool.input.properties]
        kwargs = { type = "object" }
        "#,
    );
    assert!(server.call("count", json!({"kwargs": {"domain": []}}))["result"].is_u64());
    let kwargs = json!({"kwargs": {"domain": [], "context": {"allowed_company_ids": [2], "active_test": false}}});
    let error = server.fails("count", kwargs, "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("context"), "{error}");
}

#[test]
fn defaults_in_a_context_meet_their_fields() {
    for operation in [
        "create = { values.name = \"x\", context = { default_country_id = \"{{ country }}\" } }",
        "write = { ids = 1, values.city = \"x\", context = { default_country_id = \"{{ country }}\" } }",
        "call = { method = \"create\", kwargs.vals_list = [{ name = \"x\" }], context = { default_country_id = \"{{ country }}\" } }",
        "default_get = { fields = [\"country_id\"], context = { default_country_id = \"{{ country }}\" } }",
    ] {
        let mut server = Server::new(&format!(
            "[[tool]]\nname = \"try\"\nmodel = \"res.partner\"\n{operation}\n[tool.input.properties]\ncountry = {{}}\n"
        ));
        let error = server.fails("try", json!({"country": "Belgium"}), "invalid_arguments");
        assert!(error["message"].as_str().unwrap().contains("default_country_id"), "{operation}: {error}");
        server.call("try", json!({"country": "20"}));
    }
}
