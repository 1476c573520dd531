//! What a client sees of a tool.

use serde_json::json;

use crate::client::Server;

const TOOLS: &str = r#"
[[tool]]
name = "b"
title = "Bee"
description = "Counts."
model = "res.partner"
aliases = ["count_contacts"]
icons = [{ src = "https://x.example/b.png", mimeType = "image/png", sizes = ["48x48"], theme = "dark" }]
meta = { "x.example/a" = { b = [1] } }
[tool.search_count]

[[tool]]
name = "a"
model = "res.partner"
annotations = { title = "Ay", idempotentHint = false, openWorldHint = true }
[tool.write]
ids = 1
values.city = "x"

[[tool]]
name = "first"
model = "res.partner"
sequence = -1
[tool.unlink]
ids = 1

[[tool]]
name = "off"
model = "res.partner"
enabled = false
[tool.search_count]

[[tool]]
name = "elsewhere"
model = "res.partner"
bundles = ["sales"]
[tool.search_count]

[[bundle]]
name = "default"
"#;

#[test]
fn tools_are_listed_once_sorted_and_whole() {
    let mut server = Server::new(TOOLS);
    let tools = server.tools();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["first", "a", "b"]);
    let b = &tools[2];
    assert_eq!((&b["title"], &b["description"]), (&json!("Bee"), &json!("Counts.")));
    assert_eq!(
        b["icons"],
        json!([{"src": "https://x.example/b.png", "mimeType": "image/png", "sizes": ["48x48"], "theme": "dark"}])
    );
    assert_eq!(b["_meta"], json!({"x.example/a": {"b": [1]}}));
    assert_eq!(b["inputSchema"], json!({"type": "object", "properties": {}, "additionalProperties": false}));
    // Only what differs from what MCP takes for granted.
    assert_eq!(tools[0]["annotations"], json!({"idempotentHint": true, "openWorldHint": false}));
    assert_eq!(tools[1].get("annotations"), None);
    assert_eq!(b["annotations"], json!({"readOnlyHint": true, "openWorldHint": false}));
    assert_eq!(tools[1]["title"], "Ay");
}

#[test]
fn an_alias_is_the_tool_and_what_is_not_listed_is_not_there() {
    let mut server = Server::new(TOOLS);
    assert_eq!(server.call("count_contacts", json!({})), server.call("b", json!({})));
    for name in ["off", "elsewhere", "B"] {
        let response = server.request("tools/call", json!({"name": name, "arguments": {}}));
        assert_eq!(response["error"]["code"], -32602, "{name}: {response}");
    }
}

#[test]
fn what_has_to_be_confirmed_is_not_done() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "large"
        model = "crm.lead"
        confirm = "{{ amount > 1000 }}"
        [tool.write]
        ids = 1
        values = { expected_revenue = "{{ amount }}", name = "{{ name }}" }
        [tool.input.properties]
        amount = { type = "number" }
        name = { type = "string" }

        [[tool]]
        name = "any_method"
        model = "crm.lead"
        [tool.call]
        method = "{{ method }}"
        ids = 1
        [tool.input]
        required = ["method"]
        properties = { method = { type = "string" } }

        [[tool]]
        name = "delete"
        model = "crm.lead"
        [tool.unlink]
        ids = 1
        "#,
    );
    server.call("large", json!({"amount": 10}));
    let ((), requests) = server.recorded(|server| {
        server.fails("large", json!({"amount": 5000}), "confirmation_required");
        server.fails("large", json!({"name": "nobody knows the amount"}), "confirmation_required");
        server.fails("any_method", json!({"method": "action_set_won"}), "confirmation_required");
        let error = server.fails("delete", json!({}), "confirmation_required");
        assert_eq!((&error["plan"]["records"][0]["id"], &error["applied"]), (&json!(1), &json!("no")));
    });
    // What is to be deleted is there: that is all that was asked.
    let reads = ["fields_get", "web_search_read"];
    let written = requests.iter().filter(|request| !reads.contains(&request.method.as_deref().unwrap()));
    assert_eq!(written.count(), 0, "{requests:?}");
}
