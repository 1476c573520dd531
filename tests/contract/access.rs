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
