//! Whatever a caller sends, only values of the request change: never its model, method, domain's shape, fields, order or context.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::client::Server;

const TOOLS: &str = r#"
[[tool]]
name = "find"
model = "res.partner"
[tool.search_read]
domain = [
  "|", ["name", "ilike", "{{ a }}"], "!", ["email", "=", "{{ b }}"],
  ["country_id.code", "in", ["{{ c }}", "BE"]],
  ["active", "=", true],
]
fields = ["name", { country_id = ["code"] }]
order = "id desc"
limit = 3
context = { tz = "Europe/Brussels", default_name = "{{ a }}" }
[tool.input.properties]
a = {}
b = {}
c = {}

[[tool]]
name = "change"
model = "res.partner"
[tool.write]
ids = [1]
return = []
values = { city = "{{ a }}", street = "{{ b }} {{ c }}" }
[tool.input.properties]
a = {}
b = {}
c = {}
"#;

/// Texts that mean something somewhere on the way, and anything else.
fn hostile() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "{{ user.login }}",
        "{% for i in range(9) %}x{% endfor %}",
        "')] or [('id', '>', 0",
        "[[\"id\", \">\", 0]]",
        "|",
        "&",
        "!",
        "name; drop table res_partner",
        "id, name",
        "res.users",
        "__class__",
        "\u{0}",
        "\u{202e}abc",
        "%",
        "a\"b'c\\d",
        "",
        "false",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("context|domain|ids|args|model|id|[a-z]{1,4}", inner, 0..3)
                .prop_map(|table| Value::Object(table.into_iter().collect())),
        ]
    })
}

/// Conditions as path and operator, values gone; the signs as they stand.
fn skeleton(domain: &Value) -> Vec<String> {
    let nodes = domain.as_array().unwrap().iter();
    nodes.map(|node| node.as_str().map_or_else(|| format!("{} {}", node[0], node[1]), str::to_owned)).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

#[test]
fn arguments_never_change_what_is_sent_but_values() {
    let mut server = Server::new(TOOLS);
    server.result("find", &json!({}));
    server.result("change", &json!({"a": "x"}));
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let server = std::cell::RefCell::new(server);
    let given = || prop::collection::hash_map("[abc]", hostile(), 0..4);
    let outcome = runner.run(&(given(), any::<bool>()), |(given, writes)| {
        let arguments = Value::Object(given.into_iter().collect());
        let tool = if writes { "change" } else { "find" };
        let (_, requests) = server.borrow_mut().recorded(|server| server.result(tool, &arguments));
        for request in requests {
            let body = &request.body;
            let context = &body["context"];
            match request.method.as_deref().unwrap() {
                "web_search_read" => {
                    prop_assert_eq!(request.model.as_deref(), Some("res.partner"));
                    let mut sent = keys(body);
                    sent.sort_unstable();
                    prop_assert_eq!(sent, ["context", "domain", "limit", "order", "specification"]);
                    prop_assert_eq!(&body["order"], "id desc");
                    prop_assert_eq!(&body["limit"], 3);
                    prop_assert_eq!(keys(&body["specification"]), ["name", "country_id"]);
                    let skeleton = skeleton(&body["domain"]);
                    let known = [
                        "&",
                        "|",
                        "!",
                        "\"name\" \"ilike\"",
                        "\"email\" \"=\"",
                        "\"email\" \"in\"",
                        "\"country_id.code\" \"in\"",
                        "\"active\" \"=\"",
                    ];
                    prop_assert!(skeleton.iter().all(|node| known.contains(&node.as_str())), "{skeleton:?}");
                    prop_assert_eq!(skeleton.iter().filter(|node| node.contains("active")).count(), 1);
                    prop_assert_eq!(&body["domain"].as_array().unwrap().last().unwrap()[2], true);
                    for (name, node) in [("a", "name"), ("b", "email"), ("c", "country_id")] {
                        let there = skeleton.iter().any(|condition| condition.contains(node));
                        prop_assert!(there || empty(&arguments[name]), "{name} {arguments} {skeleton:?}");
                    }
                    let mut known = keys(context);
                    known.retain(|key| !["lang", "tz", "default_name"].contains(key));
                    prop_assert!(known.is_empty(), "{known:?}");
                    prop_assert_eq!(&context["tz"], "Europe/Brussels");
                }
                "write" => {
                    prop_assert_eq!(request.model.as_deref(), Some("res.partner"));
                    prop_assert_eq!(&body["ids"], &json!([1]));
                    let mut known = keys(&body["vals"]);
                    known.retain(|key| !["city", "street"].contains(key));
                    prop_assert!(known.is_empty(), "{}", body);
                    prop_assert!(
                        body["vals"].as_object().unwrap().values().all(|value| value.is_string() || value == false)
                    );
                }
                // Whether what could not be read back is there at all.
                "read" => {
                    prop_assert_eq!(&body["ids"], &json!([1]));
                    prop_assert_eq!(&body["fields"], &json!(["display_name"]));
                }
                "fields_get" => {}
                other => prop_assert!(false, "{other} was sent: {body}"),
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

/// What counts as not given.
fn empty(value: &Value) -> bool {
    value.is_null() || value == "" || *value == json!([]) || *value == json!({})
}
