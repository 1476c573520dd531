//! What a bundle says of its tools: arguments that are fixed, and the companies that its calls see.

use serde_json::{Value, json};
use tooldoo::demo::{self, Profile, Recorded};

use crate::client::Server;

const LEADS: &str = r#"
[[tool]]
name = "find"
model = "crm.lead"
search_read = { domain = [["team_id", "=", "{{ team }}"], ["name", "ilike", "{{ query }}"]], fields = ["name"] }
lookup.team = { model = "crm.team", match = "{{ of }}" }
[tool.input]
required = ["of"]
properties = { of = { type = "string" }, query = { type = "string" } }

[[tool]]
name = "greet"
content = [{ type = "text", text = "We are {{ bundle.of }}" }]
"#;

const SALES: &str = "[[bundle]]\nname = \"default\"\nbind.of = \"Sales\"\n";

#[test]
fn a_bound_argument_is_given_and_nobodys_to_set() {
    let mut server = Server::new(&format!("{LEADS}{SALES}"));
    let find = server.tools().into_iter().find(|tool| tool["name"] == "find").unwrap();
    let schema = &find["inputSchema"];
    assert!(schema["properties"].get("of").is_none() && schema.get("required").is_none(), "{schema}");
    assert!(schema["properties"].get("query").is_some());
    let (_, requests) = server.recorded(|server| server.call("find", json!({"query": "a"})));
    let asked: Vec<_> = requests.iter().filter(|request| request.body.to_string().contains("Sales")).collect();
    assert!(!asked.is_empty(), "{requests:?}");
    for of in [json!("Europe"), json!("Sales"), json!(""), Value::Null] {
        let error = server.fails("find", json!({"of": of}), "invalid_arguments");
        assert!(error["message"].as_str().unwrap().contains("`of` is not known"), "{error}");
        assert!(!error["hint"].as_str().unwrap().contains("`of`"), "{error}");
    }
    let greeting = server.result("greet", &json!({}));
    assert_eq!(greeting["content"][0]["text"], "We are Sales");
}

#[test]
fn a_client_is_told_when_a_binding_comes_or_goes() {
    let mut server = Server::new(LEADS);
    assert_eq!(server.names(), ["find"], "nothing binds what the other one needs");
    let unknown = server.request("tools/call", json!({"name": "greet", "arguments": {}}));
    assert_eq!(unknown["error"]["code"], -32602);
    server.save(&format!("{LEADS}{SALES}"));
    assert_eq!(server.names(), ["find", "greet"]);
    server.save(LEADS);
    assert_eq!(server.names(), ["find"]);
    server.call("find", json!({"of": "Sales"}));
}

const COMPANIES: &str = r#"
[[tool]]
name = "leads"
model = "crm.lead"
company = "{{ company }}"
search_read = { domain = [["name", "=", "{{ name }}"], ["company_id", "in", "{{ companies }}"]], fields = ["name", "company_id"] }
[tool.input.properties]
company = { type = "string" }
name = { type = "string" }
companies = { type = "array", items = { type = "integer" } }

[[tool]]
name = "mine"
model = "crm.lead"
search_count = { domain = [["company_id", "in", "{{ user.company_ids }}"]] }

[[tool]]
name = "current"
model = "res.company"
read = { ids = "{{ user.company_id }}", fields = ["name"] }

[[tool]]
name = "lead_in"
model = "crm.lead"
create = { values = { name = "{{ name }}", user_id = false, company_id = "{{ company }}" }, return = ["company_id"] }
[tool.input.properties]
name = { type = "string" }
company = { type = "integer" }

[[tool]]
name = "elsewhere"
model = "crm.lead"
search_count = { context = { allowed_company_ids = "{{ companies }}" } }
input.properties.companies = { type = "array", items = { type = "integer" } }

[[tool]]
name = "found"
model = "crm.lead"
search_count = { context = { allowed_company_ids = ["{{ company }}"] } }
lookup.company = { model = "res.company", match = "{{ named }}" }
input.properties.named = { type = "string" }

[[tool]]
name = "get"
model = "crm.lead"
read = { ids = "{{ lead.id }}", fields = ["name"] }
lookup.lead = { match = "{{ name }}" }
input.properties.name = { type = "string" }

[[tool]]
name = "cost"
model = "product.product"
read = { ids = "{{ id }}", fields = ["standard_price"] }
input.properties.id = { type = "integer" }

[[tool]]
name = "price"
model = "product.product"
write = { ids = "{{ id }}", values.standard_price = "{{ price }}", context = { allowed_company_ids = "{{ companies }}" } }
[tool.input.properties]
id = { type = "integer" }
price = { type = "number" }
companies = { type = "array", items = { type = "integer" } }

[[tool]]
name = "product"
model = "product.product"
create.values.name = "Thing"

[[tool]]
name = "order"
model = "sale.order"
company = "{{ company }}"
create = { values.partner_id = { lookup = "{{ customer }}" }, return = ["company_id"] }
[tool.input]
required = ["customer"]
properties = { customer = { type = "string" }, company = { type = "string" } }

[[tool]]
name = "orders"
model = "sale.order"
read_group = { group_by = ["company_id"] }

[[tool]]
name = "info"
server.what = "info"
"#;

/// San Francisco, the main one, and Chicago.
const MAIN: i64 = 1;
const CHICAGO: i64 = 3;

fn ceiling(companies: &[i64]) -> String {
    format!("{COMPANIES}\n[[bundle]]\nname = \"default\"\ncompany_ids = {companies:?}\n")
}

/// The companies of every request that asks for records of the tools' models.
fn companies(requests: &[Recorded]) -> Vec<Value> {
    let about = |request: &&Recorded| {
        let method = request.method.as_deref().unwrap_or_default();
        let model = request.model.as_deref().unwrap_or_default();
        !matches!(method, "fields_get" | "context_get" | "version" | "check_object_reference") && model != "res.users"
    };
    requests.iter().filter(about).map(|request| request.body["context"]["allowed_company_ids"].clone()).collect()
}

#[test]
fn every_request_is_made_within_the_companies_of_the_bundle() {
    let mut server = Server::new(COMPANIES);
    for company in [MAIN, CHICAGO] {
        server.call("lead_in", json!({"name": format!("Of {company}"), "company": company}));
    }
    server.call("order", json!({"customer": "Azure Interior", "company": "3"}));
    assert_eq!(server.call("orders", json!({}))["groups"].as_array().unwrap().len(), 2, "orders of both");
    let all = server.call("mine", json!({}))["count"].as_u64().unwrap();
    let product = server.call("product", json!({}))["ids"][0].clone();
    for (company, price) in [(MAIN, 5), (CHICAGO, 7)] {
        server.call("price", json!({"id": product, "price": price, "companies": [company]}));
    }

    server.save(&format!(
        "{}\n[[tool]]\nname = \"more\"\ncontent = [{{ type = \"text\", text = \"more\" }}]\n",
        ceiling(&[CHICAGO])
    ));
    let (_, requests) = server.recorded(|server| {
        let own = server.call("leads", json!({"name": "Of 3"}));
        assert_eq!(own["records"][0]["company_id"]["id"], CHICAGO);
        for arguments in [json!({"name": "Of 1"}), json!({"companies": [MAIN]})] {
            assert_eq!(server.call("leads", arguments)["total"], 0, "what is of another company");
        }
        assert!(server.call("mine", json!({}))["count"].as_u64().unwrap() < all);
        assert_eq!(server.call("current", json!({}))["records"][0]["id"], CHICAGO, "the first one is the current one");
        server.call("get", json!({"name": "Of 3"}));
        server.fails("get", json!({"name": "Of 1"}), "not_found");
        assert_eq!(server.call("cost", json!({"id": product}))["records"][0]["standard_price"], 7.0);
        let made = server.call("lead_in", json!({"name": "New", "company": CHICAGO}));
        assert_eq!(made["company"]["id"], CHICAGO);
        let orders = server.call("orders", json!({}));
        assert_eq!(
            (orders["groups"][0]["company_id"]["id"].clone(), orders["groups"].as_array().unwrap().len()),
            (json!(CHICAGO), 1)
        );
        let order = server.call("order", json!({"customer": "Azure Interior"}));
        assert_eq!(order["records"][0]["company_id"]["id"], CHICAGO);
        // Odoo's own rules refuse what would land in another company.
        server.fails("lead_in", json!({"name": "New", "company": MAIN}), "access_denied");
    });
    let sent = companies(&requests);
    assert!(sent.len() > 10 && sent.iter().all(|companies| *companies == json!([CHICAGO])), "{sent:?}");
    let info = server.call("info", json!({}));
    assert_eq!(info["company"]["id"], CHICAGO);
    assert_eq!(info["companies"], json!([{"id": CHICAGO, "name": "My Company (Chicago)"}]));
}

#[test]
fn nothing_that_a_tool_or_a_caller_says_goes_beyond_the_ceiling() {
    let mut server = Server::new(&ceiling(&[CHICAGO]));
    server.call("leads", json!({}));
    let main = "My Company (San Francisco)";
    let (_, requests) = server.recorded(|server| {
        for company in [main, "1", "san francisco", "base.main_company"] {
            let error = server.fails("leads", json!({"company": company}), "access_denied");
            assert!(error["message"].as_str().unwrap().contains("company 1"), "{error}");
            assert!(error["hint"].as_str().unwrap().contains('3'), "{error}");
        }
        server.fails("leads", json!({"company": "No Such Company"}), "not_found");
        for companies in [json!([1]), json!([3, 1]), json!([1, 3])] {
            server.fails("elsewhere", json!({"companies": companies}), "access_denied");
        }
        server.fails("elsewhere", json!({"companies": [99]}), "access_denied");
        server.fails("found", json!({"named": "1"}), "access_denied");
    });
    let counted = requests.iter().filter(|request| request.model.as_deref() == Some("crm.lead")).count();
    assert_eq!(counted, 0, "{requests:?}");
    for company in ["My Company (Chicago)", "3", "chicago", "stock.res_company_1", ""] {
        server.call("leads", json!({"company": company}));
    }
    server.call("elsewhere", json!({"companies": [3]}));
    server.call("found", json!({"named": "Chicago"}));
}

#[test]
fn a_lookup_does_not_carry_a_context_beyond_the_ceiling() {
    let text = ceiling(&[CHICAGO]).replace(
        "lookup.company = { model = \"res.company\", match = \"{{ named }}\" }",
        "lookup.company = { model = \"res.partner\", match = \"{{ named }}\" }",
    );
    let mut server = Server::new(&text);
    // The id of a record that happens to be that of a company.
    server.fails("found", json!({"named": "base.main_partner"}), "access_denied");
}

#[test]
fn a_ceiling_that_leaves_the_user_nothing_refuses_every_call() {
    let mut server = Server::on(Profile::V19, demo::SALESPERSON, &[], &ceiling(&[CHICAGO]));
    let error = server.fails("leads", json!({}), "access_denied");
    let told = error.to_string();
    assert!(told.contains(demo::SALESPERSON.login) && told.contains("company_ids"), "{told}");
    assert_eq!(error["applied"], "no");
}

#[test]
fn the_ceiling_of_the_instance_holds_with_that_of_the_bundle() {
    let variable = [("TOOLDOO_INSTANCES__MAIN__COMPANY_IDS", "[3]")];
    for definitions in [COMPANIES.to_owned(), ceiling(&[MAIN, CHICAGO])] {
        let mut server = Server::on(Profile::V19, demo::ADMIN, &variable, &definitions);
        let (_, requests) = server.recorded(|server| server.call("leads", json!({})));
        assert_eq!(companies(&requests).last(), Some(&json!([CHICAGO])));
        server.fails("leads", json!({"company": "1"}), "access_denied");
        server.fails("elsewhere", json!({"companies": [1]}), "access_denied");
    }
    let variables = [
        ("TOOLDOO_INSTANCES__MAIN__CONTEXT", "{ allowed_company_ids = [1, 3] }"),
        ("TOOLDOO_INSTANCES__MAIN__COMPANY_IDS", "[3]"),
    ];
    let mut server = Server::on(Profile::V19, demo::ADMIN, &variables, COMPANIES);
    let (_, requests) = server.recorded(|server| server.call("leads", json!({})));
    assert_eq!(companies(&requests).last(), Some(&json!([CHICAGO])), "a context of the instance's does not widen it");
}
