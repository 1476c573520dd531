//! How answers are shaped, on every Odoo: their formats, their bytes, their links, and the schemas of structured ones.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target, text};

pub const CASES: &[Case] = &[
    ("answers: every operation keeps to its bytes in every format", bytes),
    ("answers: the pages of every format are all of it", pages),
    ("answers: structured answers meet the schema that is published", structured),
    ("answers: tables, texts and labels", formats),
    ("answers: records have their address in Odoo", links),
];

/// Name, and everything of the tool but its name and result.
const OPERATIONS: [(&str, &str); 14] = [
    (
        "search",
        r#"model = "res.partner"
[tool.search_read]
fields = ["name", "email", "type", "is_company", "country_id", "category_id", "create_date", { child_ids = ["name", "phone"] }, "image_1920"]
order = "id"
limit = { default = 100, max = 200 }"#,
    ),
    (
        "search_view",
        r#"model = "res.partner"
[tool.search_read]
order = "id""#,
    ),
    (
        "read",
        r#"model = "res.partner"
[tool.read]
ids = "{{ ids }}"
fields = ["name", "comment", "parent_id", "image_128"]
[tool.input]
required = ["ids"]
properties = { ids = { type = "array", items = { type = "integer" } } }"#,
    ),
    ("count", "model = \"res.partner\"\n[tool.search_count]"),
    (
        "group",
        r#"model = "res.partner"
[tool.read_group]
group_by = ["country_id", "create_date:month", "type"]
aggregates = ["__count", "color:sum", "create_date:max"]"#,
    ),
    ("names", "model = \"res.partner\"\n[tool.name_search]\nlimit = 100"),
    ("fields", "model = \"res.partner\"\n[tool.fields_get]"),
    ("defaults", "model = \"res.partner\"\n[tool.default_get]"),
    (
        "call",
        r#"model = "res.partner"
[tool.call]
method = "fields_get"
writes = false"#,
    ),
    ("models", "[tool.server]\nwhat = \"models\"\nlimit = 100"),
    (
        "create",
        r#"model = "res.partner.category"
confirm = "never"
[tool.create]
each = "{{ names }}"
values = { name = "{{ item }}" }
return = ["name", "color", "active", "child_ids"]
[tool.input]
required = ["names"]
properties = { names = { type = "array", items = { type = "string" } } }"#,
    ),
    (
        "write",
        r#"model = "res.partner.category"
confirm = "never"
[tool.write]
ids = "{{ ids }}"
values = { color = 3 }
[tool.input]
required = ["ids"]
properties = { ids = { type = "array", items = { type = "integer" } } }"#,
    ),
    (
        "unlink",
        r#"model = "res.partner.category"
confirm = "never"
[tool.unlink]
ids = "{{ ids }}"
[tool.input]
required = ["ids"]
properties = { ids = { type = "array", items = { type = "integer" } } }"#,
    ),
    (
        "orders",
        r#"model = "sale.order"
[tool.search_read]
fields = ["name", "state", "date_order", "validity_date", "amount_total", "note", "client_order_ref", { partner_id = ["email"] },
    { order_line = ["name", "product_id", "product_uom_qty", "price_subtotal"] }, "tag_ids?", "nobody?"]
order = "id""#,
    ),
];

const FORMATS: [(&str, &str); 5] = [
    ("json", ""),
    ("table", "format = \"table\"\nlinks = true"),
    ("text", "format = \"text\""),
    (
        "template",
        r#"template = "{% for it in records or groups or modules or models or fields or [] %}{{ it }}\n{% endfor %}{{ count }}{{ defaults }}{{ result }}{{ ids }}""#,
    ),
    ("structured", "structured = true\nlinks = true\nlabels = true"),
];

/// The template names the keys of every operation, and each has only its own: the others are arguments that nobody gives.
fn open(operation: &str, format: &str) -> String {
    if format != "template" {
        return operation.to_owned();
    }
    match operation.contains("[tool.input]") {
        true => operation.replace("[tool.input]", "[tool.input]\nadditionalProperties = true"),
        false => format!("{operation}\n[tool.input]\nadditionalProperties = true"),
    }
}

fn definitions(max_bytes: usize) -> String {
    let mut text = String::new();
    for (operation, body) in OPERATIONS {
        for (format, result) in FORMATS {
            let body = open(body, format);
            let _ =
                writeln!(text, "[[tool]]\nname = \"{operation}_{format}\"\ndescription = \"Of the tests.\"\n{body}");
            let _ = writeln!(text, "[tool.result]\nmax_bytes = {max_bytes}\n{result}\n");
        }
    }
    text
}

fn start(target: &Target, definitions: &str) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tools.toml");
    std::fs::write(&file, definitions).unwrap();
    let mut server = Server::start_with(target, (&target.login, &target.api_key), "default", &[file]);
    server.definitions = Some(directory);
    server
}

/// The arguments of an operation, and what they name.
fn arguments(server: &mut Server, operation: &str) -> Value {
    match operation {
        "create" => json!({"names": (0..30).map(|index| format!("Tooldoo Test tag {index}")).collect::<Vec<_>>()}),
        "write" | "unlink" => {
            let tags = arguments(server, "create");
            let made = server.result("create_structured", &tags);
            json!({"ids": ids(&made)})
        }
        "read" => json!({"ids": (1..=60).collect::<Vec<i64>>()}),
        _ => json!({}),
    }
}

/// Removes the tags that were made: where there are many, a tool that is asked for one does not name them.
fn sweep(probe: &mut Server) {
    let model = "res.partner.category";
    loop {
        let found = probe.call(
            "probe_search",
            json!({"model": model, "domain": "[['name', '=like', 'Tooldoo Test tag %']]", "fields": ["name"]}),
        );
        let ids: Vec<Value> = found["records"].as_array().unwrap().iter().map(|tag| tag["id"].clone()).collect();
        if ids.is_empty() {
            break;
        }
        probe.call("probe_unlink", json!({"model": model, "ids": ids}));
    }
}

/// The ids of all that was created, however little of the answer was shown.
fn ids(made: &Value) -> Vec<i64> {
    let answer = &made["structuredContent"];
    answer["ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
}

fn bytes(probe: &mut Server, target: &Target) {
    let max = 400;
    let mut server = start(target, &definitions(max));
    for (operation, _) in OPERATIONS {
        for (format, _) in FORMATS {
            let arguments = arguments(&mut server, operation);
            let tool = format!("{operation}_{format}");
            let result = server.result(&tool, &arguments);
            let text = text(&result);
            assert_ne!(result["isError"], true, "{tool}: {text}");
            assert!(text.len() <= max, "{tool}: {} bytes: {text}", text.len());
            assert!(!text.trim().is_empty(), "{tool} says nothing");
            if format == "json" || format == "structured" {
                let answer: Map<String, Value> = serde_json::from_str(&text).unwrap();
                if format == "structured" {
                    assert_eq!(json!(answer), result["structuredContent"], "{tool}");
                } else {
                    assert!(result.get("structuredContent").is_none(), "{tool}: {result}");
                }
            }
        }
    }
    sweep(probe);
}

fn pages(_: &mut Server, target: &Target) {
    let mut server = start(target, &definitions(1_500));
    let all = server.call("search_json", json!({"limit": 1}))["total"].as_u64().unwrap();
    for (format, _) in FORMATS {
        let (mut seen, mut offset) = (0, Some(0));
        while let Some(from) = offset {
            let result = server.result(&format!("search_{format}"), &json!({"offset": from, "limit": 200}));
            let text = text(&result);
            let next = match serde_json::from_str::<Value>(&text) {
                Ok(answer) => answer["next_offset"].as_u64(),
                Err(_) => {
                    text.lines().find_map(|line| line.strip_prefix("next_offset: ")).map(|next| next.parse().unwrap())
                }
            };
            let rows = match format {
                "table" => text.lines().filter(|line| line.starts_with("| ")).count() as u64 - 2,
                "template" => text.lines().filter(|line| line.starts_with("{\"id\"")).count() as u64,
                "text" => text.lines().filter(|line| !line.starts_with(' ') && line.ends_with(')')).count() as u64,
                _ => serde_json::from_str::<Value>(&text).unwrap()["records"].as_array().unwrap().len() as u64,
            };
            assert!(rows > 0, "{format}: {text}");
            if let Some(next) = next {
                assert_eq!(next, from + rows, "{format}: {text}");
            }
            seen += rows;
            offset = next;
        }
        assert_eq!(seen, all, "{format}");
    }
}

/// The list, once the server has seen the fields of every model: a schema is published then, and a slow Odoo is not waited for.
fn seen(server: &mut Server) -> Vec<Value> {
    let mut listed = Vec::new();
    for _ in 0..300 {
        listed = server.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone();
        let seen =
            |tool: &Value| !tool["name"].as_str().unwrap().ends_with("_structured") || tool["outputSchema"].is_object();
        if listed.iter().all(seen) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    listed
}

fn structured(probe: &mut Server, target: &Target) {
    for max in [600, 1_000_000] {
        let mut server = start(target, &definitions(max));
        let listed = seen(&mut server);
        for (operation, _) in OPERATIONS {
            let tool = format!("{operation}_structured");
            let shown = listed.iter().find(|shown| shown["name"] == *tool).unwrap();
            let schema = &shown["outputSchema"];
            assert_eq!(schema["type"], "object", "{tool}: {shown}");
            let other = listed.iter().find(|shown| shown["name"] == format!("{operation}_json")).unwrap();
            assert!(other.get("outputSchema").is_none(), "{other}");
            let validator = jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
            let arguments = arguments(&mut server, operation);
            let answer = server.result(&tool, &arguments)["structuredContent"].clone();
            let errors: Vec<String> = validator.iter_errors(&answer).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{tool} on {}: {errors:?} in {answer}", target.name);
            // It says something: what is no answer of it is refused.
            if operation != "models" {
                assert!(!validator.is_valid(&json!({})), "{tool}: {schema}");
            }
        }
        let record = |tool: &str| {
            let shown = listed.iter().find(|shown| shown["name"] == tool).unwrap();
            shown["outputSchema"]["properties"]["records"]["items"]["properties"].clone()
        };
        let orders = record("orders_structured");
        assert_eq!(orders["amount_total"], json!({"type": ["number", "null"]}));
        assert_eq!(orders["validity_date"]["format"], "date");
        assert_eq!(orders["order_line"]["items"]["properties"]["product_id"]["required"], json!(["id"]));
        assert!(orders.get("nobody").is_none());
        assert!(record("search_view_structured")["name"].is_object(), "the list view is known");
    }
    sweep(probe);
}

const SHOWN: &str = r#"
[defaults]
model = "res.partner"

[[tool]]
name = "table"
description = "Of the tests."
[tool.search_read]
domain = [["name", "=", "{{ name }}"], ["type", "=", "contact"]]
fields = ["name", "type", "is_company", "country_id", "email", "category_id", "comment"]
[tool.input.properties]
name = { type = "string" }
[tool.result]
format = "table"

[[tool]]
name = "text"
description = "Of the tests."
[tool.search_read]
domain = [["name", "=", "{{ name }}"]]
fields = ["name", "type", "email", "country_id", "comment"]
[tool.input.properties]
name = { type = "string" }
[tool.result]
format = "text"

[[tool]]
name = "labels"
description = "Of the tests."
[tool.search_read]
domain = [["name", "=", "{{ name }}"]]
fields = ["type"]
[tool.input.properties]
name = { type = "string" }
[tool.result]
labels = true

[[tool]]
name = "labelled_groups"
description = "Of the tests."
[tool.read_group]
domain = [["name", "=", "{{ name }}"]]
group_by = ["type"]
[tool.input.properties]
name = { type = "string" }
[tool.result]
labels = true

[[tool]]
name = "template"
description = "Of the tests."
[tool.search_read]
domain = [["name", "=", "{{ name }}"]]
fields = ["name", "email", "is_company"]
[tool.input.properties]
name = { type = "string" }
total = { type = "integer", description = "Shadowed by the answer's." }
[tool.result]
template = """{{ total }} ({{ args.total }}) called {{ name }}{% for it in records %}
- {{ it.name }} {{ it.email }} {{ it.is_company }}{% else %}: nobody{% endfor %}"""

[[tool]]
name = "create"
description = "Of the tests."
confirm = "never"
[tool.create.values]
name = "{{ name }}"
is_company = true
comment = "{{ comment }}"
country_id = { lookup = "BE" }
[tool.input.properties]
name = { type = "string" }
comment = { type = "string" }
[tool.result]
format = "table"
links = true

[[tool]]
name = "remove"
description = "Of the tests."
confirm = "never"
[tool.unlink]
ids = "{{ id }}"
[tool.input]
required = ["id"]
properties = { id = { type = "integer" } }
[tool.result]
template = "Gone: {{ ids | join(', ') }} in {{ company.name }}"

[[tool]]
name = "find"
description = "Of the tests."
[tool.search_read]
domain = [["name", "=", "{{ name }}"]]
fields = ["name"]
[tool.input.properties]
name = { type = "string" }
[tool.result]
links = true
"#;

fn formats(_: &mut Server, target: &Target) {
    let mut server = start(target, SHOWN);
    let name = format!("Tooldoo Test | Pipes {}", target.name);
    let shown = |server: &mut Server, tool: &str, arguments: Value| {
        let result = server.result(tool, &arguments);
        assert_ne!(result["isError"], true, "{tool}: {result}");
        text(&result)
    };
    let made = shown(&mut server, "create", json!({"name": name, "comment": "one\n\ntotal: 9\n\n| 1 | 2 |"}));
    assert!(made.contains("| id | name | link |") && made.contains("company: "), "{made}");
    let table = shown(&mut server, "table", json!({"name": name}));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "| id | name | type | is_company | country_id | email | category_id | comment |", "{table}");
    assert_eq!(lines.len(), 5, "one row, and none of the record's own making: {table}");
    assert!(lines[2].contains("Tooldoo Test \\| Pipes") && lines[2].contains("| true | Belgium ("), "{table}");
    // Its label differs between versions, but it has one.
    assert!(lines[2].contains("| Contact ") || lines[2].contains("| Other "), "{table}");
    assert_eq!(lines[4], "total: 1");
    assert_eq!(shown(&mut server, "table", json!({"name": "nobody at all"})), "No records.\ntotal: 0");
    let lines = shown(&mut server, "text", json!({"name": name}));
    let head = lines.lines().next().unwrap();
    assert!(head.starts_with(&name) && head.ends_with(')'), "{lines}");
    assert!(lines.contains("\n  country_id: Belgium (") && !lines.contains("email"), "{lines}");
    assert_eq!(lines.lines().filter(|line| line.starts_with("total")).count(), 1, "{lines}");
    let labels = server.call("labels", json!({"name": name}))["records"][0]["type"].clone();
    assert_eq!(labels["value"], "contact");
    assert_eq!(server.call("labelled_groups", json!({"name": name}))["groups"][0]["type"], labels);
    let template = shown(&mut server, "template", json!({"name": name, "total": 7}));
    assert_eq!(template, format!("1 (7) called {name}\n- {name}  true"));
    assert_eq!(shown(&mut server, "template", json!({"name": "nobody at all"})), "0 () called nobody at all: nobody");
    let id = server.call("find", json!({"name": name}))["records"][0]["id"].clone();
    let gone = shown(&mut server, "remove", json!({"id": id}));
    assert!(gone.starts_with(&format!("Gone: {id} in ")) && gone.len() > format!("Gone: {id} in ").len(), "{gone}");
}

fn links(_: &mut Server, target: &Target) {
    let mut server = start(target, SHOWN);
    let found = server.call("find", json!({}));
    for record in found["records"].as_array().unwrap() {
        let id = &record["id"];
        let expected = match target.version {
            18.. => format!("{}/odoo/res.partner/{id}", target.url),
            _ => format!("{}/web#id={id}&model=res.partner&view_type=form", target.url),
        };
        assert_eq!(record["link"], expected);
    }
}
