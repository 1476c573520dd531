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
