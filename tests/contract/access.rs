//! Access: what an ordinary employee may do, and how a refusal reads.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("access: an employee may not read the settings, nor remove leads", models),
        case!("access: `check_access_rights` and `has_access` tell beforehand", rights),
        case!("access: an employee sees own and unassigned leads only", rules),
        case!("access: counts, groups and relations keep to what the caller may see", everywhere),
        case!("access: the name of a related record is shown to who may not read it", names),
        case!("access: system parameters are the administrator's", parameters),
        case!("access: an employee sees own API keys only, and nobody the keys themselves", keys),
        case!("access: the available models are those that the caller may read", 19, available),
    ]
}

async fn as_employee(odoo: &Odoo, model: &str, method: &str, arguments: Value) -> Result<Value, crate::client::Fault> {
    odoo.call(Who::Employee, model, method, arguments).await
}

async fn models(odoo: &Odoo) {
    let fault = as_employee(odoo, closed(odoo), "search", json!({"domain": []})).await.unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
    if odoo.version < 15 {
        let readable = as_employee(odoo, "ir.model", "search", json!({"domain": [], "limit": 1})).await.unwrap();
        assert_eq!(readable.as_array().unwrap().len(), 1, "everyone may read the models in 14");
    }
    if odoo.version >= 19 {
        fault.is("odoo.exceptions.AccessError", "You are not allowed to access 'Models' (ir.model) records.", 403);
        fault.is(
            "odoo.exceptions.AccessError",
            "This operation is allowed for the following groups:\n\t- Access Rights",
            403,
        );
    }
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": odoo.uid(Who::Employee).await})).await;
    let fault = as_employee(odoo, "crm.lead", "unlink", json!({"ids": [lead]})).await.unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
    if odoo.version >= 19 {
        fault.is("odoo.exceptions.AccessError", "You are not allowed to delete 'Lead' (crm.lead) records.", 403);
    }
}

/// A model that an employee may not read.
fn closed(odoo: &Odoo) -> &'static str {
    if odoo.version < 15 { "ir.config_parameter" } else { "ir.model" }
}

async fn rights(odoo: &Odoo) {
    let table = [
        (closed(odoo), "read", false),
        ("crm.lead", "create", true),
        ("crm.lead", "unlink", false),
        ("res.partner", "write", true),
        ("crm.stage", "write", false),
    ];
    for (model, operation, expected) in table {
        let answer =
            as_employee(odoo, model, "check_access_rights", json!({"operation": operation, "raise_exception": false}))
                .await
                .unwrap();
        assert_eq!(answer, expected, "{model} {operation}");
        assert_eq!(
            odoo.ok(model, "check_access_rights", json!({"operation": operation, "raise_exception": false})).await,
            true
        );
        if odoo.version >= 18 {
            let answer =
                as_employee(odoo, model, "has_access", json!({"ids": [], "operation": operation})).await.unwrap();
            assert_eq!(answer, expected, "{model} {operation}");
        }
    }
    let raised =
        as_employee(odoo, closed(odoo), "check_access_rights", json!({"operation": "read"})).await.unwrap_err();
    assert_eq!(raised.name, "odoo.exceptions.AccessError");
}

/// A lead of the administrator's, one of the employee's, one of nobody's.
async fn three(odoo: &Odoo) -> [i64; 3] {
    let (admin, employee) = (odoo.uid(Who::Admin).await, odoo.uid(Who::Employee).await);
    [
        odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": admin})).await,
        odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": employee})).await,
        odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": false})).await,
    ]
}

async fn rules(odoo: &Odoo) {
    let [other, own, free] = three(odoo).await;
    let found = as_employee(odoo, "crm.lead", "search", json!({"domain": [["name", "=", odoo.tag]], "order": "id"}))
        .await
        .unwrap();
    assert_eq!(found, json!([own, free]));
    for (method, arguments) in [
        ("read", json!({"ids": [other], "fields": ["name"]})),
        ("read", json!({"ids": [own, other], "fields": ["name"]})),
        ("write", json!({"ids": [other], "vals": {"name": "x"}})),
    ] {
        let fault = as_employee(odoo, "crm.lead", method, arguments).await.unwrap_err();
        assert_eq!(fault.name, "odoo.exceptions.AccessError");
        if odoo.version >= 19 {
            fault.is("odoo.exceptions.AccessError", "doesn't have 'read' access to:\n- Lead (crm.lead)", 403);
        }
    }
    assert_eq!(
        as_employee(odoo, "crm.lead", "write", json!({"ids": [own], "vals": {"priority": "1"}})).await.unwrap(),
        true
    );
    let fault =
        as_employee(odoo, "crm.lead", "write", json!({"ids": [own], "vals": {"user_id": odoo.uid(Who::Admin).await}}))
            .await;
    if let Err(fault) = fault {
        assert_eq!(fault.name, "odoo.exceptions.AccessError");
    }
}

async fn everywhere(odoo: &Odoo) {
    let [_, own, _] = three(odoo).await;
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let leads = odoo.ok("crm.lead", "search", json!({"domain": [["name", "=", odoo.tag]]})).await;
    odoo.ok("crm.lead", "write", json!({"ids": leads, "vals": {"partner_id": customer}})).await;
    let domain = json!([["name", "=", odoo.tag]]);
    assert_eq!(as_employee(odoo, "crm.lead", "search_count", json!({"domain": domain})).await.unwrap(), 2);
    let groups = json!({"domain": domain, "fields": ["id"], "groupby": ["name"]});
    let groups = as_employee(odoo, "crm.lead", "read_group", groups).await.unwrap();
    assert_eq!(groups[0]["name_count"], 2);
    let admin = &odoo.admin.login;
    let path = json!([["id", "=", customer], ["opportunity_ids.user_id.login", "=", admin]]);
    assert_eq!(
        as_employee(odoo, "res.partner", "search_count", json!({"domain": path})).await.unwrap(),
        0,
        "a path does not leak"
    );
    assert_eq!(odoo.count("res.partner", path).await, 1);
    let rows = as_employee(odoo, "res.partner", "read", json!({"ids": [customer], "fields": ["opportunity_ids"]}))
        .await
        .unwrap();
    let seen = rows[0]["opportunity_ids"].as_array().unwrap();
    assert!(seen.contains(&json!(own)) && seen.len() == 2, "an x2many shows what may be seen: {seen:?}");
}

async fn names(odoo: &Odoo) {
    let [other, ..] = three(odoo).await;
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let order = odoo
        .make(
            "sale.order",
            json!({"partner_id": customer, "opportunity_id": other, "user_id": odoo.uid(Who::Employee).await}),
        )
        .await;
    let rows =
        as_employee(odoo, "sale.order", "read", json!({"ids": [order], "fields": ["opportunity_id"]})).await.unwrap();
    assert_eq!(rows[0]["opportunity_id"], json!([other, odoo.tag]));
}

async fn available(odoo: &Odoo) {
    let models = as_employee(odoo, "ir.model", "get_available_models", json!({})).await.unwrap();
    let names: Vec<&str> = models.as_array().unwrap().iter().map(|model| model["model"].as_str().unwrap()).collect();
    assert!(names.contains(&"res.partner") && names.contains(&"crm.lead"));
    assert!(!names.contains(&"ir.model"));
    assert!(models[0]["display_name"].is_string());
}

async fn parameters(odoo: &Odoo) {
    let system = |fault: &crate::client::Fault| {
        assert_eq!(fault.name, "odoo.exceptions.AccessError");
        if odoo.version >= 19 {
            let refused = "You are not allowed to access 'System Parameter' (ir.config_parameter) records.\n\nThis operation is allowed for the following groups:\n\t- Role / Administrator\n\nContact your administrator to request access if necessary.";
            fault.is("odoo.exceptions.AccessError", refused, 403);
        }
    };
    let domain = json!([["key", "=", "web.base.url"]]);
    let asked = json!({"domain": domain, "fields": ["key", "value"]});
    for (method, arguments) in [("search_read", asked.clone()), ("search_count", json!({"domain": domain}))] {
        system(&as_employee(odoo, "ir.config_parameter", method, arguments).await.unwrap_err());
    }
    let rows = odoo.ok("ir.config_parameter", "search_read", asked).await;
    assert_eq!(rows[0]["key"], "web.base.url");
    assert!(rows[0]["value"].as_str().unwrap().starts_with("http"));
    let get = json!({"key": "web.base.url"});
    assert_eq!(odoo.ok("ir.config_parameter", "get_param", get.clone()).await, rows[0]["value"]);
    let refused = as_employee(odoo, "ir.config_parameter", "get_param", get).await.unwrap_err();
    if odoo.version < 15 || odoo.version >= 18 {
        system(&refused);
    }
    let known = as_employee(odoo, "ir.config_parameter", "fields_get", json!({"attributes": ["type"]})).await.unwrap();
    assert_eq!(known["value"]["type"], "text", "the fields are told to who may not read");

    let own = format!("{}.parameter", odoo.tag);
    let ask = async |method: &str, arguments: Value| odoo.ok("ir.config_parameter", method, arguments).await;
    assert_eq!(ask("get_param", json!({"key": own})).await, false);
    assert_eq!(ask("get_param", json!({"key": own, "default": "d"})).await, "d");
    assert_eq!(ask("set_param", json!({"key": own, "value": "1"})).await, false);
    assert_eq!(ask("set_param", json!({"key": own, "value": "2"})).await, "1", "the value before");
    assert_eq!(ask("get_param", json!({"key": own})).await, "2");
    let twice = odoo.fault("ir.config_parameter", "create", json!({"vals_list": [{"key": own, "value": "x"}]})).await;
    let said = match odoo.version {
        15.. => "The operation cannot be completed: Key must be unique.",
        _ => "ir_config_parameter_key_uniq",
    };
    twice.is("odoo.exceptions.ValidationError", said, 422);
    assert_eq!(ask("set_param", json!({"key": own, "value": false})).await, "2");
    assert_eq!(odoo.count("ir.config_parameter", json!([["key", "=", own]])).await, 0, "no value removes it");
}

async fn keys(odoo: &Odoo) {
    let (admin, employee) = (odoo.uid(Who::Admin).await, odoo.uid(Who::Employee).await);
    let asked = json!({"domain": [], "fields": ["name", "user_id", "scope"]});
    let owners = |rows: &Value| -> Vec<i64> {
        rows.as_array().unwrap().iter().map(|row| row["user_id"][0].as_i64().unwrap()).collect()
    };
    let seen = odoo.ok("res.users.apikeys", "search_read", asked.clone()).await;
    assert!(owners(&seen).contains(&admin) && owners(&seen).contains(&employee));
    let own = as_employee(odoo, "res.users.apikeys", "search_read", asked).await.unwrap();
    assert!(!owners(&own).is_empty() && owners(&own).iter().all(|owner| *owner == employee));
    let other = seen.as_array().unwrap().iter().find(|row| row["user_id"][0] == admin).unwrap()["id"].clone();
    let read = json!({"ids": [other], "fields": ["name"]});
    let fault = as_employee(odoo, "res.users.apikeys", "read", read).await.unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
    let fields = odoo.ok("res.users.apikeys", "fields_get", json!({"attributes": ["type"]})).await;
    let mut names: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut expected = vec!["create_date", "display_name", "id", "name", "scope", "user_id"];
    if odoo.version >= 18 {
        expected.insert(2, "expiration_date");
    }
    if odoo.version < 17 {
        expected.insert(0, "__last_update");
    }
    assert_eq!(names, expected, "no key, and no log of who wrote it");
    for (method, arguments) in
        [("create", json!({"vals_list": [{"name": "x"}]})), ("write", json!({"ids": [other], "vals": {"name": "x"}}))]
    {
        let fault = odoo.fault("res.users.apikeys", method, arguments).await;
        assert_eq!(fault.name, "odoo.exceptions.AccessError");
        if odoo.version >= 19 {
            fault.is("odoo.exceptions.AccessError", "No group currently allows this operation.", 403);
        }
    }
}
