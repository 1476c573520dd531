//! The tools that write to any model: what they write, what they refuse, and what they leave to a person.

use serde_json::json;

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("admin: a record is created and changed", create_and_write),
    ("admin: values that do not fit are refused", wrong_values),
    ("admin: deleting is left to a person", unlink),
    ("admin: a method is left to a person", call),
    ("admin: an employee meets Odoo's own rights", employee),
    ("admin: only who has the bundle sees the tools", bundle),
];

fn start(target: &Target) -> Server {
    Server::start_in(target, &target.login, &target.api_key, "default+generic+admin")
}

fn create_and_write(server: &mut Server, target: &Target) {
    let mut admin = start(target);
    let name = format!("Tooldoo Test {}", target.name);
    let values = json!({"name": name, "is_company": true, "city": "Ramillies", "country_id": 20});
    let created = admin.call("odoo_create", json!({"model": "res.partner", "values": values}));
    let id = created["ids"][0].clone();
    assert_eq!(created["records"][0]["name"], json!(name));
    assert!(created["company"]["id"].is_i64(), "a write says in which company: {created:?}");
    admin.call("odoo_write", json!({"model": "res.partner", "ids": [id], "values": {"city": null, "zip": "1367"}}));
    let fields = json!(["city", "zip", "country_id"]);
    let read = admin.call("odoo_read", json!({"model": "res.partner", "ids": [id], "fields": fields}));
    let record = &read["records"][0];
    assert_eq!((&record["city"], &record["zip"]), (&json!(null), &json!("1367")));
    assert!(record["country_id"]["id"] == 20, "{record}");
    server.call("probe_unlink", json!({"model": "res.partner", "ids": [id]}));
}

fn wrong_values(_: &mut Server, target: &Target) {
    let mut admin = start(target);
    let count = |admin: &mut Server| admin.call("odoo_count", json!({"model": "crm.lead"}))["count"].clone();
    let before = count(&mut admin);
    for (values, kind) in [
        (json!({"nmae": "Tooldoo Test"}), "unknown_field"),
        (json!({"name": "Tooldoo Test", "date_deadline": "2031-02-30"}), "invalid_arguments"),
        (json!({"name": "Tooldoo Test", "type": "oportunity"}), "invalid_arguments"),
        (json!({"name": "Tooldoo Test", "country_id": "Belgium"}), "invalid_arguments"),
        (json!({"name": "Tooldoo Test", "expected_revenue": "much"}), "invalid_arguments"),
        (json!({}), "invalid_arguments"),
    ] {
        let error = admin.fails("odoo_create", json!({"model": "crm.lead", "values": values}), kind);
        assert_eq!(error["applied"], "no");
        admin.fails("odoo_write", json!({"model": "crm.lead", "ids": [1], "values": values}), kind);
    }
    assert_eq!(count(&mut admin), before);
    let values = json!({"name": "Tooldoo Test"});
    admin.fails("odoo_create", json!({"model": "no.such.model", "values": values}), "unknown_model");
    admin.fails("odoo_write", json!({"model": "no.such.model", "ids": [1], "values": values}), "unknown_model");
    admin.fails("odoo_write", json!({"model": "crm.lead", "ids": [99_999_999], "values": values}), "not_found");
    admin.fails("odoo_write", json!({"model": "crm.lead", "ids": [], "values": values}), "not_found");
    for tool in ["odoo_create", "odoo_write", "odoo_unlink", "odoo_call"] {
        let mut arguments = json!({"model": "crm.lead", "context": {"active_test": false}});
        match tool {
            "odoo_create" => arguments["values"] = values.clone(),
            "odoo_call" => arguments["method"] = json!("action_set_won"),
            _ => {}
        }
        if tool != "odoo_create" {
            arguments["ids"] = json!([1]);
        }
        if tool == "odoo_write" {
            arguments["values"] = values.clone();
        }
        let error = admin.fails(tool, arguments, "invalid_arguments");
        assert!(error["message"].as_str().unwrap().contains("context"), "{error:?}");
    }
}

fn made(admin: &mut Server, target: &Target) -> serde_json::Value {
    let values = json!({"name": format!("Tooldoo Test {}", target.name), "type": "opportunity"});
    admin.call("odoo_create", json!({"model": "crm.lead", "values": values}))["ids"][0].clone()
}

fn unlink(server: &mut Server, target: &Target) {
    let mut admin = start(target);
    let id = made(&mut admin, target);
    let error = admin.fails("odoo_unlink", json!({"model": "crm.lead", "ids": [id]}), "confirmation_required");
    assert_eq!((&error["plan"]["records"][0]["id"], &error["applied"]), (&id, &json!("no")));
    admin.call("odoo_get_record", json!({"model": "crm.lead", "id": id}));
    admin.fails("odoo_unlink", json!({"model": "crm.lead", "ids": []}), "not_found");
    let planned = json!({"model": "crm.lead", "ids": [id], "plan": error["plan"]["id"]});
    assert_eq!(admin.call("odoo_unlink", planned)["ids"], json!([id]));
    server.fails("probe_unlink", json!({"model": "crm.lead", "ids": [id]}), "not_found");
}

fn call(server: &mut Server, target: &Target) {
    let mut admin = start(target);
    let id = made(&mut admin, target);
    let won = json!({"model": "crm.lead", "method": "action_set_won", "ids": [id]});
    let error = admin.fails("odoo_call", won.clone(), "confirmation_required");
    assert_eq!(error["applied"], "no");
    let stage = json!({"model": "crm.lead", "ids": [id], "fields": ["probability"]});
    assert_ne!(admin.call("odoo_read", stage.clone())["records"][0]["probability"].as_f64(), Some(100.0));
    admin.fails("odoo_call", json!({"model": "crm.lead", "method": "action_set_won", "ids": []}), "not_found");
    let mut planned = won;
    planned["plan"] = error["plan"]["id"].clone();
    admin.call("odoo_call", planned);
    assert_eq!(admin.call("odoo_read", stage)["records"][0]["probability"].as_f64(), Some(100.0));
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
}

fn employee(_: &mut Server, target: &Target) {
    let (login, key) = &target.employee;
    let mut server = Server::start_in(target, login, key, "admin");
    let parameter = json!({"model": "ir.config_parameter", "values": {"key": "tooldoo.test", "value": "x"}});
    server.fails("odoo_create", parameter, "access_denied");
    let company = json!({"model": "res.company", "ids": [1], "values": {"email": "test@example.com"}});
    server.fails("odoo_write", company, "access_denied");
    let delete = json!({"model": "res.company", "ids": [1]});
    server.fails("odoo_unlink", delete, "confirmation_required");
}

fn bundle(_: &mut Server, target: &Target) {
    let mut server = Server::start_in(target, &target.login, &target.api_key, "default");
    for tool in ["odoo_create", "odoo_write", "odoo_unlink", "odoo_call", "odoo_connect"] {
        let response = server.request("tools/call", json!({"name": tool, "arguments": {}}));
        assert_eq!(response["error"]["code"], -32602, "{tool}: {response}");
    }
    let response = start(target).request("tools/list", json!({}));
    for tool in response["result"]["tools"].as_array().unwrap() {
        let writes =
            ["odoo_create", "odoo_write", "odoo_unlink", "odoo_call"].contains(&tool["name"].as_str().unwrap());
        if tool["name"].as_str().unwrap().starts_with("odoo_") {
            assert_eq!(tool["annotations"]["readOnlyHint"] == true, !writes, "{tool}");
        }
    }
}
