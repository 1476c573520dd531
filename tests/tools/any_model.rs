//! The tools for any model that only read: what they answer, and what they say of what is wrong.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("generic: the connection is described, without a secret", connect),
    ("generic: records by ids, and what is wrong with them", read),
    ("generic: a count, and domains that are none", count),
    ("generic: groups, and fields that cannot be grouped", groups),
    ("generic: models by a word, in pages", models),
    ("generic: an employee sees the models that it may read", employees_models),
    ("generic: fields by a word, never too many at once", fields),
    ("generic: default values", defaults),
    ("generic: the installed modules", modules),
    ("generic: an employee and the installed modules", employees_modules),
    ("generic: the companies", companies),
    ("generic: an argument too many", too_many),
    ("generic: a search and a record of nobody", searches),
];

const BUNDLES: &str = "default+generic+crm+contacts";

fn start(target: &Target) -> Server {
    Server::start_in(target, &target.login, &target.api_key, BUNDLES)
}

fn start_as_employee(target: &Target) -> Server {
    let (login, key) = &target.employee;
    Server::start_in(target, login, key, BUNDLES)
}

fn message(error: &serde_json::Map<String, Value>) -> &str {
    error["message"].as_str().unwrap()
}

fn connect(_: &mut Server, target: &Target) {
    for (login, key) in [(&target.login, &target.api_key), (&target.employee.0, &target.employee.1)] {
        let mut server = Server::start_in(target, login, key, BUNDLES);
        let answer = server.call("odoo_connect", json!({}));
        assert_eq!((&answer["instance"], &answer["url"]), (&json!("main"), &json!(target.url)));
        assert_eq!((&answer["database"], &answer["user"]["login"]), (&json!(target.database), &json!(login)));
        assert!(answer["odoo"].as_str().unwrap().starts_with(&target.version.to_string()), "{answer:?}");
        assert!(answer["user"]["name"].is_string() && answer["user"]["id"].is_i64(), "{answer:?}");
        assert!(answer["language"].is_string() && answer["zone"].is_string(), "{answer:?}");
        let companies = answer["companies"].as_array().unwrap();
        assert!(companies.contains(&answer["company"]), "{answer:?}");
        assert!(companies.iter().all(|company| company["name"].is_string()), "{answer:?}");
        let crm = answer["apps"]["crm"].as_array().unwrap();
        assert!(crm.contains(&json!("search_crm_leads")), "{answer:?}");
        assert!(answer["apps"].get("default").is_none() && answer["apps"].get("generic").is_none(), "{answer:?}");
        assert!(!json!(answer).to_string().contains(key.as_str()), "a secret is in the answer");
    }
}

fn read(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let answer = server.call("odoo_read", json!({"model": "res.company", "ids": ["1", 99_999_999], "fields": ["name"]}));
    assert_eq!((&answer["records"][0]["id"], &answer["missing"]), (&json!(1), &json!([99_999_999])));
    let nobody = json!({"model": "res.partner", "ids": [99_999_999], "fields": ["name"]});
    assert!(message(&server.fails("odoo_read", nobody, "not_found")).contains("99999999"));
    let wrong = json!({"model": "res.partner", "ids": [1], "fields": ["nmae"]});
    let error = server.fails("odoo_read", wrong, "unknown_field");
    assert!(json!(error).to_string().contains("`name`"), "a suggestion: {error:?}");
    let error = server.fails("odoo_read", json!({"model": "no.such.model", "ids": [1]}), "unknown_model");
    assert!(message(&error).contains("no.such.model"), "{error:?}");
    server.fails("odoo_read", json!({"model": "No Such Model", "ids": [1]}), "invalid_arguments");
    server.fails("odoo_read", json!({"model": "res.partner"}), "invalid_arguments");
    let denied = json!({"model": "ir.config_parameter", "ids": [1], "fields": ["id"]});
    start_as_employee(target).fails("odoo_read", denied, "access_denied");
}

fn count(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let all = server.call("odoo_count", json!({"model": "res.partner"}))["count"].as_u64().unwrap();
    let python = "[('is_company', '=', True)]";
    let some = server.call("odoo_count", json!({"model": "res.partner", "domain": python}))["count"].as_u64().unwrap();
    let list = json!([["is_company", "=", true]]).to_string();
    assert_eq!(server.call("odoo_count", json!({"model": "res.partner", "domain": list}))["count"], some);
    assert!(0 < some && some < all, "{some} of {all}");
    for (domain, kind) in [
        ("[['name', '~~', 'x']]", "invalid_arguments"),
        ("[['name', '=']]", "invalid_arguments"),
        ("name = x", "invalid_arguments"),
        ("['|', ['name', '=', 'x']]", "invalid_arguments"),
        ("[['nmae', '=', 'x']]", "unknown_field"),
        ("[['create_date', '>=', '2026-02-30']]", "invalid_arguments"),
        ("[['create_date', '>=', 'last week']]", "invalid_arguments"),
        ("[['country_id', '=', 'Belgium']]", "invalid_arguments"),
    ] {
        let error = server.fails("odoo_count", json!({"model": "res.partner", "domain": domain}), kind);
        assert_eq!(error["applied"], "no", "{domain}: {error:?}");
    }
    server.fails("odoo_count", json!({"model": "no.such.model"}), "unknown_model");
    start_as_employee(target).fails("odoo_count", json!({"model": "ir.config_parameter"}), "access_denied");
}

fn groups(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let by_stage = json!({"model": "crm.lead", "group_by": "stage_id", "aggregates": ["expected_revenue:sum", "__count"]});
    let answer = server.call("odoo_read_group", by_stage);
    let counted: u64 =
        answer["groups"].as_array().unwrap().iter().map(|group| group["__count"].as_u64().unwrap()).sum();
    assert_eq!(server.call("odoo_count", json!({"model": "crm.lead"}))["count"], counted);
    let counts = server.call("odoo_read_group", json!({"model": "crm.lead", "group_by": ["create_date:month"]}));
    assert!(counts["groups"].as_array().unwrap().iter().all(|group| group["__count"].is_u64()), "{counts:?}");
    let whole = server.call("odoo_read_group", json!({"model": "crm.lead", "group_by": []}));
    assert_eq!(whole["groups"], json!([{"__count": counted}]), "nothing to group by is one group of all");
    for (wrong, kind) in [
        (json!({"group_by": ["stgae_id"]}), "unknown_field"),
        (json!({"group_by": ["stage_id"], "aggregates": ["expected_revenu:sum"]}), "unknown_field"),
        (json!({"group_by": ["create_date:decade"]}), "invalid_arguments"),
        (json!({"group_by": ["stage_id"], "aggregates": ["expected_revenue:total"]}), "invalid_arguments"),
        (json!({"group_by": ["stage_id"], "domain": "[['create_date', '<', 'soon']]"}), "invalid_arguments"),
    ] {
        let mut arguments = wrong.clone();
        arguments["model"] = json!("crm.lead");
        server.fails("odoo_read_group", arguments, kind);
    }
    server.fails("odoo_read_group", json!({"model": "no.such.model", "group_by": ["id"]}), "unknown_model");
    let mut employee = start_as_employee(target);
    employee.call("odoo_read_group", json!({"model": "crm.lead", "group_by": ["stage_id"]}));
}

/// Every model that a query finds, page by page.
fn every_model(server: &mut Server, query: &str, limit: u32) -> Vec<String> {
    let (mut found, mut offset) = (Vec::new(), json!(0));
    loop {
        let page = server.call("odoo_get_models", json!({"query": query, "limit": limit, "offset": offset}));
        let models = page["models"].as_array().unwrap();
        assert!(models.len() <= limit as usize, "{page:?}");
        assert!(models.iter().all(|model| model["label"].is_string()), "{page:?}");
        found.extend(models.iter().map(|model| model["name"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("next_offset") else { return found };
        assert!(next.as_u64() > offset.as_u64(), "it goes on: {page:?}");
        offset = next.clone();
    }
}

fn models(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let found = every_model(&mut server, "crm.", 50);
    assert!(found.contains(&"crm.lead".to_owned()) && found.contains(&"crm.stage".to_owned()), "{found:?}");
    assert_eq!(every_model(&mut server, "crm.", 2), found, "in smaller pages");
    assert!(every_model(&mut server, "Sales Order", 50).contains(&"sale.order".to_owned()), "by label");
    assert!(every_model(&mut server, "no such thing", 50).is_empty());
}

fn employees_models(_: &mut Server, target: &Target) {
    let mut server = start_as_employee(target);
    assert!(every_model(&mut server, "crm.lead", 50).contains(&"crm.lead".to_owned()));
    let technical = every_model(&mut server, "ir.config", 50);
    assert!(!technical.contains(&"ir.config_parameter".to_owned()), "may not be read: {technical:?}");
    let mut server = start(target);
    assert!(every_model(&mut server, "ir.config", 50).contains(&"ir.config_parameter".to_owned()));
}

fn fields(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let answer = server.call("odoo_get_fields", json!({"model": "crm.lead", "query": "deadline"}));
    let fields = answer["fields"].as_array().unwrap();
    let deadline = fields.iter().find(|field| field["name"] == "date_deadline").expect("date_deadline");
    assert_eq!(deadline["type"], "date");
    let whole = server.call("odoo_get_fields", json!({"model": "res.partner"}));
    assert!(json!(whole).to_string().len() <= 16_000);
    let shown = whole["fields"].as_array().unwrap();
    assert!(shown.len() >= 20, "one field with many values does not take the place of all: {}", shown.len());
    assert!(whole["total"].as_u64().unwrap() >= shown.len() as u64);
    let named = server.call("odoo_get_fields", json!({"model": "res.partner", "fields": ["name", "country_id"]}));
    assert_eq!(named["fields"].as_array().unwrap().len(), 2);
    let error = server.fails("odoo_get_fields", json!({"model": "res.partner", "fields": ["nmae"]}), "unknown_field");
    assert!(json!(error).to_string().contains("`name`"), "a suggestion: {error:?}");
    server.fails("odoo_get_fields", json!({"model": "no.such.model"}), "unknown_model");
    let mut employee = start_as_employee(target);
    assert!(employee.call("odoo_get_fields", json!({"model": "crm.lead", "query": "stage"})).contains_key("fields"));
}

fn defaults(_: &mut Server, target: &Target) {
    for mut server in [start(target), start_as_employee(target)] {
        let answer = server.call("odoo_default_get", json!({"model": "crm.lead", "fields": ["type", "user_id"]}));
        assert!(["lead", "opportunity"].contains(&answer["defaults"]["type"].as_str().unwrap()), "{answer:?}");
        assert!(answer["defaults"]["user_id"]["id"].is_i64(), "{answer:?}");
    }
    let mut server = start(target);
    assert!(server.call("odoo_default_get", json!({"model": "crm.lead"}))["defaults"].is_object());
    server.fails("odoo_default_get", json!({"model": "crm.lead", "fields": ["tpye"]}), "unknown_field");
    server.fails("odoo_default_get", json!({"model": "no.such.model"}), "unknown_model");
}

fn modules(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let answer = server.call("odoo_list_modules", json!({"query": "crm"}));
    let modules = answer["modules"].as_array().unwrap();
    let crm = modules.iter().find(|module| module["name"] == "crm").expect("crm");
    assert_eq!(crm["label"], "CRM");
    assert!(crm["version"].as_str().unwrap().starts_with(&format!("{}.", target.version)), "{crm}");
    assert!(modules.iter().all(|module| module["name"] != "website_crm"), "not installed: {modules:?}");
    let page = server.call("odoo_list_modules", json!({"limit": 2}));
    assert_eq!((page["modules"].as_array().unwrap().len(), &page["next_offset"]), (2, &json!(2)));
    let next = server.call("odoo_list_modules", json!({"limit": 2, "offset": 2}));
    assert_ne!(page["modules"], next["modules"]);
    assert_eq!(server.call("odoo_list_modules", json!({"query": "no such module"}))["modules"], json!([]));
}

/// Everyone may read them since `base_install_request` (16); before, an employee is told what there is instead.
fn employees_modules(_: &mut Server, target: &Target) {
    let mut server = start_as_employee(target);
    if target.version >= 16 {
        assert!(!server.call("odoo_list_modules", json!({}))["modules"].as_array().unwrap().is_empty());
        return;
    }
    let error = server.fails("odoo_list_modules", json!({}), "access_denied");
    assert!(error["apps"].as_array().unwrap().contains(&json!("crm")), "{error:?}");
    let (login, key) = &target.employee;
    let mut alone = Server::start_in(target, login, key, "generic");
    let error = alone.fails("odoo_list_modules", json!({}), "access_denied");
    assert!(error["hint"].as_str().unwrap().contains("models"), "{error:?}");
}

fn companies(_: &mut Server, target: &Target) {
    for mut server in [start(target), start_as_employee(target)] {
        let answer = server.call("odoo_list_companies", json!({}));
        let companies = answer["records"].as_array().unwrap();
        assert!(!companies.is_empty());
        assert!(
            companies.iter().all(|company| company["name"].is_string() && company["currency_id"]["name"].is_string()),
            "{companies:?}"
        );
    }
}

fn too_many(_: &mut Server, target: &Target) {
    let mut server = start(target);
    for (tool, mut arguments) in [
        ("odoo_connect", json!({})),
        ("odoo_read", json!({"model": "res.partner", "ids": [1]})),
        ("odoo_count", json!({"model": "res.partner"})),
        ("odoo_read_group", json!({"model": "res.partner", "group_by": ["country_id"]})),
        ("odoo_get_models", json!({})),
        ("odoo_get_fields", json!({"model": "res.partner"})),
        ("odoo_default_get", json!({"model": "res.partner"})),
        ("odoo_list_modules", json!({})),
        ("odoo_list_companies", json!({})),
        ("odoo_search", json!({"model": "res.partner"})),
        ("odoo_get_record", json!({"model": "res.partner", "id": 1})),
    ] {
        arguments["password"] = json!("x");
        let error = server.fails(tool, arguments, "invalid_arguments");
        assert!(message(&error).contains("password"), "{error:?}");
    }
}

fn searches(_: &mut Server, target: &Target) {
    let mut server = start(target);
    let search = |domain: &str| json!({"model": "crm.lead", "domain": domain, "fields": ["name"]});
    server.fails("odoo_search", search("[['create_date', '>=', '2026-02-30']]"), "invalid_arguments");
    server.fails("odoo_search", search("[["), "invalid_arguments");
    let error = server.fails("odoo_search", search("[['stage', '=', 1]]"), "unknown_field");
    assert!(json!(error).to_string().contains("stage_id"), "a suggestion: {error:?}");
    let order = json!({"model": "crm.lead", "order": "nmae desc"});
    server.fails("odoo_search", order, "unknown_field");
    server.fails("odoo_get_record", json!({"model": "crm.lead", "id": 99_999_999}), "not_found");
    server.fails("odoo_get_record", json!({"model": "crm.lead", "id": 0}), "invalid_arguments");
}
