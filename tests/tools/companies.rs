//! A ceiling of companies, on every Odoo: what its own company rules make of it.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("companies: a bundle's ceiling holds for what is read, written and named", ceiling),
    ("bundles: a bound argument is the bundle's alone", bound),
];

const CHICAGO: &str = "stock.res_company_1";

fn ceiling(server: &mut Server, target: &Target) {
    let domain = json!([["name", "ilike", "Chicago"]]).to_string();
    let chicago = server.call("probe_search", json!({"model": "res.company", "domain": domain, "fields": ["name"]}));
    let chicago = chicago["records"][0].clone();
    let (id, name) = (chicago["id"].clone(), chicago["name"].as_str().unwrap().to_owned());
    let tag = format!("Tooldoo Test {}", target.name);
    let theirs = server.call("probe_company", json!({"name": tag, "company": name}))["ids"][0].clone();
    let ours = server.call("probe_company", json!({"name": tag, "company": "1"}))["ids"][0].clone();
    let product =
        server.call("probe_create", json!({"model": "product.product", "values": {"name": tag, "standard_price": 5}}));
    let product = product["ids"][0].clone();

    let mut within = Server::start_in(target, &target.login, &target.api_key, "ceiling");
    let domain = json!([["name", "=", tag]]).to_string();
    let found = within.call("probe_search", json!({"model": "crm.lead", "domain": domain, "fields": ["company_id"]}));
    let found: Vec<Value> = found["records"].as_array().unwrap().iter().map(|lead| lead["id"].clone()).collect();
    assert!(found.contains(&ours) && !found.contains(&theirs), "{found:?}");
    // Odoo tells who reads it by its id where it is, and refuses; or does not find it.
    let read = within.request(
        "tools/call",
        json!({"name": "probe_read", "arguments": {"model": "crm.lead", "ids": [theirs], "fields": ["name"]}}),
    );
    assert_eq!(read["result"]["isError"], true, "{read}");
    let cost =
        within.call("probe_read", json!({"model": "product.product", "ids": [product], "fields": ["standard_price"]}));
    assert_eq!(cost["records"][0]["standard_price"], 5.0, "the value of the only company");
    let made = within.call("probe_company", json!({"name": tag}));
    assert_eq!((&made["records"][0]["company_id"]["id"], &made["company"]["id"]), (&json!(1), &json!(1)));
    for company in [name.as_str(), CHICAGO, id.to_string().as_str()] {
        within.fails("probe_company", json!({"name": tag, "company": company}), "access_denied");
    }
    within.fails(
        "probe_write",
        json!({"model": "crm.lead", "ids": [theirs], "values": {"name": "x"}}),
        "access_denied",
    );
    let values = json!({"name": tag, "user_id": null, "company_id": id});
    within.fails("probe_create", json!({"model": "crm.lead", "values": values}), "access_denied");
    let connection = within.call("odoo_connect", json!({}));
    assert_eq!(connection["companies"].as_array().unwrap().len(), 1, "{connection:?}");

    for lead in [ours, theirs, made["ids"][0].clone()] {
        server.call("probe_unlink_forced", json!({"model": "crm.lead", "ids": [lead]}));
    }
    server.call("probe_unlink_forced", json!({"model": "product.product", "ids": [product]}));
}

fn bound(_: &mut Server, target: &Target) {
    let mut server = Server::start_in(target, &target.login, &target.api_key, "bound");
    let found = server.call("probe_search", json!({"fields": ["stage_id"]}));
    assert!(found["total"].as_u64().unwrap() > 0 && found["records"][0].get("stage_id").is_some(), "{found:?}");
    let error = server.fails("probe_search", json!({"model": "res.partner"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("`model` is not known"), "{error:?}");
}
