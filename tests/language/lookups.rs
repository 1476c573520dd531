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

const STAGES: &str = r#"
[[tool]]
name = "leads"
model = "crm.lead"
[tool.lookup.stages]
model = "crm.stage"
match = "{{ stage if stage not in ['open', 'closed'] }}"
several = "all"
[tool.search_read]
domain = [
  ["stage_id", "in", "{{ stages }}"],
  ["stage_id.is_won", "=", "{{ (stage == 'closed') if stage in ['open', 'closed'] }}"],
]
fields = ["stage_id"]
[tool.input.properties]
stage = {}
"#;

#[test]
fn all_that_match_are_a_list_and_nobody_is_told_what_there_is() {
    let mut server = Server::new(STAGES);
    let all = server.call("leads", json!({}))["total"].as_u64().unwrap();
    let total = |server: &mut Server, stage: serde_json::Value| {
        let answer = server.call("leads", json!({ "stage": stage, "limit": 100 }));
        let rows = answer["records"].as_array().unwrap().clone();
        let mut names: Vec<_> =
            rows.iter().map(|lead| lead["stage_id"]["name"].as_str().unwrap_or_default().to_owned()).collect();
        names.sort();
        names.dedup();
        (answer["total"].as_u64().unwrap(), names)
    };
    // `New` and `Won` have a w.
    let (some, names) = total(&mut server, json!("w"));
    assert_eq!(names, ["New", "Won"]);
    assert!(some < all);
    let (new, _) = total(&mut server, json!("New"));
    let (won, _) = total(&mut server, json!("won"));
    assert_eq!(new + won, some);
    assert_eq!(total(&mut server, json!(["New", "Won"])).0, some);
    let id = server.call("leads", json!({"stage": "New", "limit": 1}))["records"][0]["stage_id"]["id"].clone();
    assert_eq!(total(&mut server, id.clone()).0, new);
    assert_eq!(total(&mut server, json!(id.to_string())).0, new);
    assert!(total(&mut server, json!("open")).0 > 0);
    let error = server.fails("leads", json!({"stage": "Nirvana"}), "not_found");
    assert_eq!(error["hint"], "`stage`: there are: New, Qualified, Proposition, Won.");
    assert!(error["message"].as_str().unwrap().starts_with("`stage`: No record of `crm.stage`"), "{error}");
    let won = &error["candidates"][3];
    assert_eq!((&won["argument"], &won["model"], &won["name"]), (&json!("stage"), &json!("crm.stage"), &json!("Won")));
    assert!(error["candidates"][3]["id"].is_i64());
}

#[test]
fn what_there_is_is_said_only_where_it_is_few() {
    let tool = r#"
        [[tool]]
        name = "get"
        model = "{{ model }}"
        [tool.lookup.it]
        match = "{{ name }}"
        domain = [["parent_id.name", "=", "{{ under }}"]]
        [tool.read]
        ids = "{{ it }}"
        [tool.input]
        required = ["model", "name"]
        [tool.input.properties]
        model = { type = "string" }
        name = { type = "string" }
        under = { type = "string" }
        "#;
    let mut server = Server::new(tool);
    let error = server.fails("get", json!({"model": "res.partner", "name": "Nobody at all"}), "not_found");
    assert!(error.get("candidates").is_none(), "{error}");
    assert!(!error["hint"].as_str().unwrap().contains("There are"), "{error}");
    let people = json!({"model": "res.partner", "name": "Nobody at all", "under": "Azure Interior"});
    let error = server.fails("get", people, "not_found");
    assert!(error["hint"].as_str().unwrap().contains("Brandon Freeman"), "{error}");
    // One that is there, but not under that company.
    let other = json!({"model": "res.partner", "name": "Wood Corner", "under": "Azure Interior"});
    let error = server.fails("get", other, "not_found");
    assert!(error["message"].as_str().unwrap().contains("not one that may be used here"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("Brandon Freeman"), "{error}");
}

const ORDER: &str = r#"
[[tool]]
name = "order"
model = "sale.order"
confirm = "never"
[tool.create.values]
partner_id = { lookup = "{{ customer }}" }
tag_ids = { set = "{{ tags }}" }
date_order = "{{ date }}"
"nowhere_id?" = "{{ nowhere }}"
[tool.create.values.order_line]
each = "{{ lines }}"
create.product_id = { lookup = "{{ item.product }}" }
[tool.input.properties]
customer = {}
tags = {}
date = {}
nowhere = {}
lines = { type = "array", items = { type = "object" } }
"#;

#[test]
fn each_candidate_names_its_argument_and_its_model() {
    let mut server = Server::new(ORDER);
    let error = server.fails("order", json!({"customer": "Azure", "lines": [{"product": "Desk"}]}), "ambiguous");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`customer`: `Azure` is"), "{message}");
    assert!(message.contains("`lines[0].product`: `Desk` is"), "{message}");
    let candidates = error["candidates"].as_array().unwrap();
    let of = |argument: &str, model: &str| {
        let all = candidates.iter().filter(|one| one["argument"] == argument && one["model"] == model);
        all.count()
    };
    let (customers, products) = (of("customer", "res.partner"), of("lines[0].product", "product.product"));
    assert!(customers > 1 && products > 1, "{candidates:?}");
    assert_eq!(customers + products, candidates.len(), "{candidates:?}");
}

#[test]
fn the_fault_of_a_value_names_its_argument() {
    let mut server = Server::new(ORDER);
    let error = server.fails("order", json!({"customer": "Azure Interior", "date": "yesterday"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().starts_with("`date`: `date_order` (datetime) takes"), "{error}");
    let error = server.fails("order", json!({"customer": "Azure Interior", "nowhere": 3}), "unsupported");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("`nowhere` was given, and `sale.order` in this Odoo has no field `nowhere_id` for it"));
    let error = server.fails("order", json!({"customer": "Azure Interior", "tags": ["No such tag"]}), "not_found");
    assert!(error["message"].as_str().unwrap().starts_with("`tags`: No record of `crm.tag`"), "{error}");
}

#[test]
fn the_fault_of_a_condition_names_its_argument() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "leads"
        model = "crm.lead"
        [tool.search_read]
        domain = [["create_date", ">=", "{{ created_after }}"], "{{ domain }}"]
        [tool.input.properties]
        created_after = {}
        domain = {}
        "#,
    );
    let error = server.fails("leads", json!({"created_after": "yesterday"}), "invalid_arguments");
    assert!(
        error["message"].as_str().unwrap().starts_with("`created_after`: `create_date` (datetime) takes"),
        "{error}"
    );
    let error = server.fails("leads", json!({"domain": [["stage_id", "="]]}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().starts_with("The argument `domain` is not a domain: "), "{error}");
    let error = server.fails("leads", json!({"domain": [["stage_id", "=", "New"]]}), "invalid_arguments");
    assert!(
        error["message"].as_str().unwrap().starts_with("`domain`: `stage_id` (many2one of `crm.stage`)"),
        "{error}"
    );
    assert!(!error["hint"].as_str().unwrap().contains("definition"), "{error}");
}

#[test]
fn a_record_that_is_not_there_is_said_before_what_depends_on_it() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "move"
        model = "project.task"
        confirm = "never"
        [tool.write]
        ids = "{{ task_id }}"
        [tool.write.values.stage_id]
        lookup = "{{ stage }}"
        domain = [["project_ids.tasks", "=", "{{ task_id }}"]]
        [tool.input]
        required = ["task_id", "stage"]
        properties = { task_id = { type = "integer" }, stage = { type = "string" } }
        "#,
    );
    let (error, requests) =
        server.recorded(|server| server.fails("move", json!({"task_id": 999_999, "stage": "Done"}), "not_found"));
    assert_eq!(error["message"], "`task_id`: There is no record 999999 of `project.task`.");
    assert!(!requests.iter().any(|request| request.method.as_deref() == Some("write")));
    let error = server.fails("move", json!({"task_id": 1, "stage": "No such stage"}), "not_found");
    assert!(error["message"].as_str().unwrap().starts_with("`stage`: "), "{error}");
}

#[test]
fn blanks_around_a_name_do_not_matter() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "get"
        model = "res.partner"
        [tool.read]
        ids = { lookup = "{{ name }}" }
        [tool.input]
        required = ["name"]
        properties = { name = { type = "string" } }

        [[tool]]
        name = "named"
        model = "res.partner"
        [tool.name_search]
        text = "{{ text }}"
        [tool.input.properties]
        text = { type = "string" }
        "#,
    );
    let found = server.call("get", json!({"name": " Azure Interior\n"}));
    assert!(found["records"][0]["name"] == "Azure Interior" || found["name"] == "Azure Interior", "{found}");
    assert!(!server.call("named", json!({"text": " azure int "}))["records"].as_array().unwrap().is_empty());
}

/// Odoo shows a product as `[FURN_7777] Office Chair` and does not find it by that.
#[test]
fn a_name_as_it_is_shown_is_found_again() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "all"
        model = "product.product"
        [tool.search_read]
        fields = ["display_name"]
        limit = { default = 60 }

        [[tool]]
        name = "get"
        model = "product.product"
        [tool.read]
        ids = { lookup = "{{ product }}" }
        fields = ["display_name"]
        [tool.input]
        required = ["product"]
        properties.product = { type = "string" }
        "#,
    );
    let products = server.call("all", json!({}));
    let names: Vec<_> = products["records"].as_array().unwrap().iter().map(|one| &one["display_name"]).collect();
    let shown = |part: &str| names.iter().filter(|name| name.as_str().unwrap().contains(part)).count();
    assert!(shown("[") > 3, "{names:?}");
    for product in products["records"].as_array().unwrap() {
        let name = &product["display_name"];
        if names.iter().filter(|other| **other == name).count() > 1 {
            continue;
        }
        let found = server.call("get", json!({"product": name}));
        assert_eq!(found["records"][0]["id"], product["id"], "{name}");
    }
}
