//! What becomes of an answer: schemas of its own, the server's default, static content, what a model is told once.

use serde_json::json;
use tooldoo::demo::{self, Profile};

use crate::client::Server;

#[test]
fn an_author_s_own_schema_is_published_and_held() {
    let mut server = Server::new(
        r#"
        [defaults]
        model = "res.partner"

        [[tool]]
        name = "right"
        [tool.search_read]
        fields = ["name"]
        limit = 2
        [tool.output]
        type = "object"
        required = ["records"]
        properties.records = { type = "array", items = { type = "object", required = ["id", "name"], properties = { name = { type = "string" } } } }

        [[tool]]
        name = "wrong"
        [tool.search_read]
        fields = ["name"]
        limit = 2
        [tool.output]
        type = "object"
        properties.records = { type = "array", items = { properties = { name = { type = "integer" } } } }

        [[tool]]
        name = "wrong_write"
        model = "res.partner.category"
        confirm = "never"
        [tool.create.values]
        name = "Tag of the tests"
        [tool.output]
        type = "object"
        properties.ids = { type = "string" }
        "#,
    );
    let tools = server.tools();
    let right = tools.iter().find(|tool| tool["name"] == "right").unwrap();
    assert_eq!(right["outputSchema"]["required"], json!(["records"]));
    let result = server.result("right", &json!({}));
    assert_eq!(result["structuredContent"]["records"].as_array().unwrap().len(), 2);
    let error = server.fails("wrong", json!({}), "internal");
    assert!(error["message"].as_str().unwrap().contains("`/records/0/name`"), "{error}");
    assert_eq!(error["applied"], "no");
    let error = server.fails("wrong_write", json!({}), "internal");
    assert_eq!(error["applied"], "yes", "{error}");
    assert!(error["applied_steps"][0]["ids"][0].is_u64(), "{error}");
}

#[test]
fn the_configuration_decides_where_a_tool_does_not() {
    let tools = r#"
        [[tool]]
        name = "leads"
        model = "crm.lead"
        [tool.search_read]
        fields = ["name", "expected_revenue", { partner_id = ["name", { country_id = ["code"] }] }]
        limit = 3

        [[tool]]
        name = "plain"
        model = "crm.lead"
        [tool.search_count]
        [tool.result]
        structured = false

        [[tool]]
        name = "rules"
        [[tool.content]]
        type = "text"
        text = "Be kind."
        "#;
    for version in [Profile::V19, Profile::V17, Profile::V14] {
        let mut server = Server::on(version, demo::ADMIN, &[("TOOLDOO_SERVER__STRUCTURED", "true")], tools);
        let (listed, requests) = server.recorded(Server::tools);
        // Whether a model is there is asked for one field alone.
        let whole = |body: &str| body.contains("fields_get") && !body.contains("allfields");
        let fields = requests.iter().filter(|request| whole(&format!("{} {}", request.path, request.body))).count();
        assert!(fields <= 3, "one of each model: {requests:?}");
        let schema = |name: &str| listed.iter().find(|tool| tool["name"] == name).unwrap().get("outputSchema").cloned();
        let leads = schema("leads").unwrap();
        let record = &leads["properties"]["records"]["items"]["properties"];
        assert_eq!(
            record["partner_id"]["properties"]["country_id"]["properties"]["code"]["type"],
            json!(["string", "null"])
        );
        assert_eq!((schema("plain"), schema("rules")), (None, None));
        let result = server.result("leads", &json!({}));
        assert!(jsonschema::draft202012::is_valid(&leads, &result["structuredContent"]), "{result}");
        assert!(server.result("plain", &json!({})).get("structuredContent").is_none());
        assert!(server.result("rules", &json!({})).get("structuredContent").is_none());
    }
}

#[test]
fn a_schema_follows_a_definition_that_is_saved() {
    let tool = |field: &str| {
        format!(
            "[[tool]]\nname = \"find\"\nmodel = \"res.partner\"\n[tool.search_read]\nfields = [\"name\", {field}]\n\
             [tool.result]\nstructured = true\n"
        )
    };
    let mut server = Server::new(&tool("\"email\""));
    let properties =
        |server: &mut Server| server.tools()[0]["outputSchema"]["properties"]["records"]["items"]["properties"].clone();
    assert_eq!(properties(&mut server)["email"], json!({"type": ["string", "null"]}));
    server.save(&tool("{ country_id = [\"code\"] }"));
    let now = properties(&mut server);
    assert!(now.get("email").is_none());
    assert_eq!(now["country_id"]["properties"]["code"], json!({"type": ["string", "null"]}), "its model was learnt");
}

#[test]
fn static_content_keeps_to_its_bytes() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "echo"
        [[tool.content]]
        type = "text"
        text = "{{ text }}"
        [[tool.content]]
        type = "image"
        data = "iVBORw0KGgo="
        mimeType = "image/png"
        [tool.result]
        max_bytes = 200
        [tool.input.properties]
        text = { type = "string" }
        "#,
    );
    let short = server.result("echo", &json!({"text": "hi"}))["content"].clone();
    assert_eq!((&short[0]["text"], &short[1]["type"]), (&json!("hi"), &json!("image")));
    let long = server.result("echo", &json!({"text": "é".repeat(5_000)}))["content"].clone();
    let text = long[0]["text"].as_str().unwrap();
    assert!(text.len() <= 200 && text.ends_with("… (cut, 5000 characters)"), "{long}");
}

#[test]
fn a_template_that_fails_after_a_write_says_what_was_written() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "tag"
        model = "res.partner.category"
        confirm = "never"
        [tool.create.values]
        name = "Tag of the tests"
        [tool.result]
        template = "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}{{ ids }}"
        "#,
    );
    let error = server.fails("tag", json!({}), "internal");
    assert_eq!(error["applied"], "yes", "{error}");
    assert!(error["applied_steps"][0]["ids"][0].is_u64(), "{error}");
}
