//! What an operation cannot do without, and what it makes of nothing.

use serde_json::json;

use crate::client::Server;

#[test]
fn a_record_of_nothing_is_not_created() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "named"
        model = "res.partner.category"
        [tool.create]
        values = { name = "{{ name }}", color = "{{ color }}" }
        [tool.input.properties]
        name = { type = "string" }
        color = { type = "integer" }

        [[tool]]
        name = "given"
        model = "crm.lead"
        [tool.create]
        values = "{{ values }}"
        [tool.input.properties]
        values = {}
        "#,
    );
    for (tool, arguments) in [
        ("named", json!({})),
        ("given", json!({})),
        ("given", json!({"values": {}})),
        ("given", json!({"values": [{"name": "a"}, {}]})),
    ] {
        let (error, requests) = server.recorded(|server| server.fails(tool, arguments, "invalid_arguments"));
        assert_eq!(error["applied"], "no");
        assert!(requests.iter().all(|request| request.method.as_deref() != Some("create")));
    }
}

#[test]
fn a_list_is_not_written_as_one_table() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "change"
        model = "res.partner"
        [tool.write]
        ids = 1
        values = "{{ values }}"
        [tool.input.properties]
        values = {}
        "#,
    );
    let error = server.fails("change", json!({"values": [{"city": "a"}, {"city": "b"}]}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("list"), "{error}");
    assert_eq!(server.call("change", json!({"values": [{"city": "a"}]}))["ids"], json!([1]));
}

#[test]
fn nothing_is_no_text_to_search_by() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "names"
        model = "res.country"
        [tool.name_search]
        text = "{{ text }}"
        [tool.input.properties]
        text = {}
        "#,
    );
    let all = server.call("names", json!({}));
    assert_eq!(server.call("names", json!({"text": null})), all);
    assert_eq!(server.call("names", json!({"text": false})), all);
    server.fails("names", json!({"text": {"a": 1}}), "invalid_arguments");
}

#[test]
fn one_call_reads_no_more_records_than_the_server_allows() {
    let tool = r#"
        [[tool]]
        name = "read"
        model = "res.partner"
        [tool.read]
        ids = "{{ ids }}"
        fields = ["name"]
        [tool.input.properties]
        ids = { type = "array", items = { type = "integer" } }
        "#;
    let variables = [("TOOLDOO_SERVER__MAX_RECORDS", "2")];
    let mut server = Server::on(Default::default(), tooldoo::demo::ADMIN, &variables, tool);
    server.call("read", json!({"ids": [1, 2]}));
    let error = server.fails("read", json!({"ids": [1, 2, 3]}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("at most 2"), "{error}");
}
