//! What is wrong with a method or its parameters, on both transports.

use serde_json::{Value, json};

use super::row::Row;
use crate::common::modern_meta;

pub fn rows() -> Vec<Row> {
    [methods(), tools(), lists(), resources(), prompts(), completion(), others()].concat()
}

/// Wrong parameters.
fn wrong(name: &str, method: &str, params: Value) -> Row {
    Row::request(name, method, params).error(-32602)
}

fn methods() -> Vec<Row> {
    let unknown = |method: &str| Row::request(&format!("`{method}`"), method, json!({})).error(-32601);
    let gone = |method: &str, params: Value| {
        Row::request(&format!("`{method}` with {params}"), method, params).error(-32601).newest()
    };
    vec![
        unknown("no/such"),
        unknown(""),
        unknown("tools"),
        unknown("tools/list/x"),
        unknown("TOOLS/LIST"),
        unknown("notifications/initialized"),
        unknown("sampling/createMessage"),
        unknown("elicitation/create"),
        unknown("roots/list"),
        // What the newest revision no longer has.
        unknown("ping").newest(),
        gone("logging/setLevel", json!({"level": "info"})),
        gone("logging/setLevel", json!({})),
        gone("resources/subscribe", json!({"uri": "test://one"})),
        gone("resources/subscribe", json!({})),
        gone("resources/unsubscribe", json!({"uri": "test://one"})),
        gone("resources/unsubscribe", json!({})),
        // What only the newest has.
        Row::request("a subscription to come", "subscriptions/listen", json!({"notifications": {}}))
            .error(-32601)
            .sessions(),
    ]
}

fn tools() -> Vec<Row> {
    let call = |name: &str, params: Value| wrong(name, "tools/call", params);
    vec![
        call("a tool without a name", json!({})),
        call("a name that is a number", json!({"name": 7})),
        call("a name that is null", json!({"name": null})),
        call("arguments in a list", json!({"name": "echo", "arguments": [1]})),
        call("arguments that are a text", json!({"name": "echo", "arguments": "{}"})),
        call("a tool that there is not", json!({"name": "nothing", "arguments": {}})),
        call("a tool without letters", json!({"name": "", "arguments": {}})),
        call("a way out of the tools", json!({"name": "../echo", "arguments": {}})),
        call("a tool with a very long name", json!({"name": "e".repeat(5000), "arguments": {}})),
        call("a state that nobody gave", json!({"name": "ask", "requestState": "AAAA"})).newest(),
        call("a state that is a number", json!({"name": "ask", "requestState": 1})).newest(),
        call("a state of letters that are none", json!({"name": "ask", "requestState": "\u{0}é"})).newest(),
        call("answers in a list", json!({"name": "ask", "inputResponses": []})).newest(),
    ]
}

fn lists() -> Vec<Row> {
    let mut rows = Vec::new();
    for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
        for (name, cursor) in [
            ("a cursor that nobody gave", json!("x")),
            ("a cursor without letters", json!("")),
            ("a cursor that looks like one", json!("eyJvZmZzZXQiOjF9")),
            ("a very long cursor", json!("A".repeat(5000))),
        ] {
            rows.push(wrong(&format!("{name}, of `{method}`"), method, json!({"cursor": cursor})));
        }
        for (name, cursor) in [("a cursor that is a number", json!(1)), ("a cursor that is a list", json!(["x"]))] {
            let row = wrong(&format!("{name}, of `{method}`"), method, json!({"cursor": cursor}));
            rows.push(row.gives(400, -32602));
        }
    }
    rows
}

fn resources() -> Vec<Row> {
    let read = |name: &str, params: Value| wrong(name, "resources/read", params);
    let mut rows = vec![
        read("a resource without an address", json!({})),
        read("an address that is a number", json!({"uri": 7})),
        read("addresses in a list", json!({"uri": ["test://one"]})),
    ];
    for uri in [
        "",
        "x",
        "odoo://",
        "odoo:///",
        "odoo://../",
        "odoo://res.partner/1/../..",
        "odoo://res.partner/../res.users/1",
        "odoo://res.partner%2F1",
        "odoo://res.partner/%2e%2e/1",
        "odoo://res.partner/1%00",
        "odoo://res.partner/1/name/extra/parts",
        "odoo:///fields/../modules",
        "odoo+nowhere://res.partner/1",
        "odoo://res.partner/..%2f1",
        "odoo://res.partner/1#fragment",
        "odoo:///fields/a/b",
        "odoo:////fields/res.partner",
        "test://item/../item/1",
        "test://item/%2e%2e",
        "test://item/a%2Fb",
        "test://item/a/b",
        "test://item/",
        "test://item@evil.example/1",
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "test://one/%zz",
    ] {
        // The name in the headers is in letters that a header can carry.
        let row = Row::request(&format!("the address `{uri}`"), "resources/read", json!({"uri": uri}));
        rows.push(row.error(-32002).newest_code(-32602).data("uri"));
    }
    rows
}

fn prompts() -> Vec<Row> {
    let get = |name: &str, params: Value| wrong(name, "prompts/get", params);
    let asking = || Row::request("a prompt that asks, and nobody can be", "prompts/get", json!({"name": "asking"}));
    vec![
        asking().error(-32603).legacy(),
        asking().gives(400, -32021).data("requiredCapabilities").newest(),
        get("a prompt without a name", json!({})),
        get("a name of a prompt that is a number", json!({"name": 7})),
        get("a prompt that there is not", json!({"name": "nothing"})),
        get("arguments of a prompt in a list", json!({"name": "nothing", "arguments": [1]})),
    ]
}

fn completion() -> Vec<Row> {
    let complete = |name: &str, reference: Value, argument: Value| {
        wrong(name, "completion/complete", json!({"ref": reference, "argument": argument}))
    };
    let argument = json!({"name": "a", "value": ""});
    vec![
        wrong("a completion of nothing", "completion/complete", json!({})),
        complete("a reference without a type", json!({"name": "x"}), argument.clone()),
        complete("a reference to a tool", json!({"type": "ref/tool", "name": "echo"}), argument.clone()),
        complete("a reference to no prompt", json!({"type": "ref/prompt", "name": "nothing"}), argument.clone()),
        complete("a reference to no resource", json!({"type": "ref/resource", "uri": "odoo://{nothing}"}), argument),
        complete("an argument that is a text", json!({"type": "ref/prompt", "name": "nothing"}), json!("a")),
        complete("an argument without a value", json!({"type": "ref/prompt", "name": "nothing"}), json!({"name": "a"})),
    ]
}

fn others() -> Vec<Row> {
    let with = |key: &str, value: Value| {
        let mut meta = modern_meta();
        meta[key] = value;
        meta
    };
    vec![
        wrong("a level that there is not", "logging/setLevel", json!({"level": "loud"})).legacy(),
        wrong("a level that is a number", "logging/setLevel", json!({"level": 3})).legacy(),
        wrong("no level", "logging/setLevel", json!({})).legacy(),
        wrong("a subscription to nothing in particular", "subscriptions/listen", json!({})).newest(),
        wrong("a subscription to a list", "subscriptions/listen", json!({"notifications": []}))
            .newest()
            .gives(400, -32602),
        wrong(
            "a subscription to a text",
            "subscriptions/listen",
            json!({"notifications": {"toolsListChanged": "yes"}}),
        )
        .newest(),
        // A wish that cannot be read is none.
        Row::request(
            "a level in `_meta` that there is not",
            "tools/call",
            json!({"name": "echo", "_meta": with("io.modelcontextprotocol/logLevel", json!("loud"))}),
        )
        .newest(),
        Row::request(
            "a progress token that is a list",
            "tools/call",
            json!({"name": "echo", "_meta": with("progressToken", json!([1]))}),
        )
        .newest(),
        Row::request("keys that nobody knows", "tools/call", json!({"name": "echo", "extra": {"a": [1]}})),
    ]
}
