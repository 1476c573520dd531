//! Values that name records: lookups on the spot, lines from a list.

use serde_json::{Value, json};
use tooldoo::demo::Recorded;

use crate::client::Server;

const ORDER: &str = r#"
[[tool]]
name = "order"
model = "sale.order"
[tool.create]
return = ["partner_id", { order_line = ["product_id", "product_uom_qty", "price_unit", "name"] }]
[tool.create.values]
partner_id = { lookup = "{{ customer }}", domain = [["is_company", "=", true]] }
user_id = { lookup = "{{ salesperson }}", missing = "absent" }
[tool.create.values.order_line]
each = "{{ lines }}"
create.product_id = { lookup = "{{ item.product }}", domain = [["sale_ok", "=", true]] }
create.product_uom_qty = "{{ item.quantity }}"
create.price_unit = "{{ item.price }}"
[tool.input]
required = ["customer", "lines"]
[tool.input.properties]
customer = { type = "string" }
salesperson = { type = "string" }
lines = { type = "array", items = { type = "object", required = ["product"], properties = { product = { type = "string" }, quantity = { type = "number" }, price = { type = "number" }, day = { type = "string" } } } }
"#;

fn created(requests: &[Recorded]) -> Vec<&Recorded> {
    requests.iter().filter(|request| request.method.as_deref() == Some("create")).collect()
}

#[test]
fn an_order_is_created_from_names_and_equal_ones_are_asked_once() {
    let mut server = Server::new(ORDER);
    let line = |quantity: u32| json!({"product": "Large Cabinet", "quantity": quantity});
    let one = json!({"customer": "Azure Interior", "salesperson": "Nobody", "lines": [line(1)]});
    let ((), few) = server.recorded(|server| drop(server.call("order", one.clone())));
    let ((), again) = server.recorded(|server| drop(server.call("order", one)));
    let many = json!({
        "customer": "Azure Interior",
        "lines": [line(1), line(2), {"product": "Large Cabinet", "quantity": 3, "price": 9.5}],
    });
    let (answer, requests) = server.recorded(|server| server.call("order", many));
    let order = &answer["records"][0];
    assert_eq!(order["partner_id"]["name"], "Azure Interior");
    let lines = order["order_line"].as_array().unwrap();
    let quantities: Vec<_> = lines.iter().map(|line| line["product_uom_qty"].as_f64().unwrap()).collect();
    assert_eq!(quantities, [1.0, 2.0, 3.0]);
    assert!(lines[0]["price_unit"].as_f64().unwrap() > 9.5, "a line without a price has the product's: {order}");
    assert_eq!(lines[2]["price_unit"], 9.5);
    assert_eq!(created(&requests).len(), 1);
    assert!(few.len() >= again.len(), "the second asks for no fields");
    // The salesperson that is not there costs the difference.
    assert!(requests.len() <= again.len(), "{} for three lines, {} for one", requests.len(), again.len());
}

#[test]
fn every_fault_of_every_line_is_named_by_its_place_and_nothing_is_created() {
    let mut server = Server::new(ORDER);
    let lines = json!([
        {"product": "Large Cabinet"}, {"product": "Time machine", "quantity": 2}, {"product": "Desk"},
    ]);
    let arguments = json!({"customer": "Nobody at all", "lines": lines});
    let (error, requests) = server.recorded(|server| server.fails("order", arguments, "not_found"));
    let message = error["message"].as_str().unwrap();
    for part in [
        "Nobody at all",
        "`lines[1].product`: No record of `product.product` is called `Time machine`",
        "`lines[2].product`: `Desk` is",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(error["candidates"].as_array().unwrap().len() > 1, "{error}");
    assert!(created(&requests).is_empty());
}

#[test]
fn a_record_outside_the_domain_is_not_found() {
    let mut server = Server::new(ORDER);
    let arguments = json!({"customer": "Brandon Freeman", "lines": [{"product": "Large Cabinet"}]});
    let error = server.fails("order", arguments, "not_found");
    assert!(error["message"].as_str().unwrap().contains("not one that may be used here"), "{error}");
}

#[test]
fn each_element_may_become_a_record_and_has_a_name_and_a_number() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "tags"
        model = "res.partner.category"
        [tool.create]
        each = "{{ names }}"
        as = "tag"
        return = ["name", "parent_id"]
        values.name = "{{ index }}. {{ tag.name }}"
        values.parent_id = { lookup = "{{ tag.under }}" }
        [tool.input.properties]
        names = { type = "array", items = { type = "object" } }
        "#,
    );
    let answer = server.call("tags", json!({"names": [{"name": "a"}, {"name": "b", "under": "Services"}]}));
    let names: Vec<_> = answer["records"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["1. a", "2. b"]);
    assert_eq!(answer["records"][0]["parent_id"], Value::Null);
    assert_eq!(answer["records"][1]["parent_id"]["name"], "Services");
    let error = server.fails("tags", json!({"names": [{"name": "a"}, {"name": "b", "under": "Nothing"}]}), "not_found");
    assert!(error["message"].as_str().unwrap().contains("`names[1].under`: No record"), "{error}");
    let error = server.fails("tags", json!({"names": [{"name": "a"}, {"nme": "b"}]}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("`names[1]` gives no value"), "{error}");
    server.fails("tags", json!({}), "invalid_arguments");
    server.fails("tags", json!({"names": []}), "invalid_arguments");
}

#[test]
fn ids_may_be_a_name_too() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "company"
        model = "res.partner"
        [tool.read]
        ids = { lookup = "{{ names }}", domain = [["is_company", "=", true]] }
        fields = ["name"]
        [tool.input.properties]
        names = {}
        "#,
    );
    let name = |answer: &Value, index: usize| answer["records"][index]["name"].as_str().unwrap().to_owned();
    let answer = server.call("company", json!({"names": "azure interior"}));
    assert_eq!(name(&answer, 0), "Azure Interior");
    let answer = server.call("company", json!({"names": ["Wood Corner", answer["records"][0]["id"]]}));
    assert_eq!((name(&answer, 0), name(&answer, 1)), ("Wood Corner".into(), "Azure Interior".into()));
    server.fails("company", json!({"names": ["Brandon Freeman"]}), "not_found");
    let error = server.fails("company", json!({}), "invalid_arguments");
    assert_eq!(error["hint"], "Give `names`.");
    server.fails("company", json!({"names": {"a": 1}}), "invalid_arguments");
}

#[test]
fn fields_are_emptied_by_words() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "change"
        model = "crm.lead"
        [tool.write]
        ids = 1
        values = { name = "{{ name }}", user_id = { lookup = "{{ salesperson }}" }, date_deadline = "{{ deadline }}" }
        clear = { salesperson = "user_id", deadline = "date_deadline", tags = "tag_ids", gone = "no_such_field", old = "older?" }
        return = ["name", "user_id", "date_deadline", "tag_ids"]
        [tool.input.properties]
        name = { type = "string" }
        salesperson = { type = "string" }
        deadline = { type = "string" }

        [[tool]]
        name = "empty"
        model = "crm.lead"
        [tool.write]
        ids = 1
        clear = { deadline = "date_deadline" }
        return = ["date_deadline"]
        "#,
    );
    let listed = server.tools().into_iter().find(|tool| tool["name"] == "change").unwrap();
    let clear = &listed["inputSchema"]["properties"]["clear"];
    assert_eq!(clear["items"]["enum"], json!(["salesperson", "deadline", "tags", "gone", "old"]));
    let set = json!({"salesperson": "Marc Demo", "deadline": "2031-01-01"});
    assert!(server.call("change", set.clone())["records"][0]["user_id"]["id"].is_i64());
    let lead = server.call("change", json!({"name": "x", "clear": ["salesperson", "tags"]}))["records"][0].clone();
    assert_eq!((&lead["name"], &lead["user_id"], &lead["tag_ids"]), (&json!("x"), &Value::Null, &json!([])));
    assert_eq!(lead["date_deadline"], "2031-01-01");
    assert_eq!(server.call("change", json!({"clear": "deadline"}))["records"][0]["date_deadline"], Value::Null);
    server.call("change", set);
    assert_eq!(server.call("empty", json!({"clear": ["deadline"]}))["records"][0]["date_deadline"], Value::Null);
    let both = json!({"deadline": "2031-01-01", "clear": ["deadline"]});
    let error = server.fails("change", both, "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("`deadline` stands in `clear`"), "{error}");
    let error = server.fails("change", json!({"clear": ["gone"]}), "unknown_field");
    assert!(error["message"].as_str().unwrap().contains("no_such_field"), "{error}");
    server.fails("change", json!({"clear": ["old"]}), "unsupported");
    server.fails("change", json!({"clear": ["name"]}), "invalid_arguments");
    server.fails("change", json!({"clear": []}), "invalid_arguments");
    server.fails("empty", json!({}), "invalid_arguments");
}

#[test]
fn relations_are_changed_by_words_and_names() {
    let mut server = Server::new(
        r#"
        [[tool]]
        name = "contact"
        model = "res.partner"
        [tool.write]
        ids = { lookup = "{{ name }}" }
        return = ["category_id", { child_ids = ["name", "country_id", "comment"] }]
        [tool.write.values]
        category_id = { set = "{{ tags }}", add = "{{ more }}", remove = "{{ less }}" }
        # Of a kind that has an address of its own: a contact has its company's.
        child_ids.create = [{ name = "{{ person }}", type = "{{ kind }}", country_id = { lookup = "{{ country }}" }, comment = { html = "<b>{{ note }}</b>" } }]
        [tool.input.properties]
        name = { type = "string", default = "Gemini Furniture" }
        tags = { type = "array", items = { type = "string" } }
        more = { type = "array", items = { type = "string" } }
        less = { type = "array", items = { type = "string" } }
        person = { type = "string" }
        kind = { type = "string" }
        country = { type = "string" }
        note = { type = "string" }
        "#,
    );
    let tags = |answer: &Value| {
        let tags = answer["records"][0]["category_id"].as_array().unwrap().clone();
        let mut names: Vec<_> = tags.iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(tags(&server.call("contact", json!({"tags": ["Services"]}))), ["Services"]);
    let more = server.call("contact", json!({"more": ["Desk Manufacturers", "Services"]}));
    assert_eq!(tags(&more).len(), 2);
    assert!(tags(&server.call("contact", json!({"less": ["services"]}))).iter().all(|name| name != "Services"));
    let before = more["records"][0]["child_ids"].as_array().unwrap().len();
    let answer =
        server.call("contact", json!({"person": "Tooldoo Person", "kind": "other", "country": "BE", "note": "x"}));
    let people = answer["records"][0]["child_ids"].as_array().unwrap();
    assert_eq!(people.len(), before + 1);
    let person = people.iter().find(|person| person["name"] == "Tooldoo Person").unwrap();
    assert_eq!((&person["country_id"]["name"], &person["comment"]), (&json!("Belgium"), &json!("**x**")));
    let wrong = json!({"tags": ["Nothing", "None"], "person": "y", "country": "Atlantis"});
    let error = server.fails("contact", wrong, "not_found");
    for part in ["`Nothing`", "`None`", "`Atlantis`"] {
        assert!(error["message"].as_str().unwrap().contains(part), "{error}");
    }
}
