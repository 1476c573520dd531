//! What the tools rely on in hr.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("hr.employee: an employee has no right to employees, and reads them all the same", reads),
        case!("hr.employee: what is private is not among an employee's fields, and fails a read", private),
        case!("hr.employee: found by name, job title, department, manager and e-mail", found),
        case!("hr.employee: an employee changes no employee", writes),
        case!("hr.employee: names of fields", names),
        case!("hr.department: named by its whole path, and found by any part of it", department),
        case!("hr.job: an employee may not see jobs in 14", 14, 14, jobs),
    ]
}

/// A department within a department, and someone in it with a manager.
async fn someone(odoo: &Odoo) -> (i64, i64, i64) {
    let above = odoo.make("hr.department", json!({"name": format!("{} above", odoo.tag)})).await;
    let below = odoo.make("hr.department", json!({"name": format!("{} below", odoo.tag), "parent_id": above})).await;
    let manager = odoo.make("hr.employee", json!({"name": format!("{} manager", odoo.tag)})).await;
    let values = json!({
        "name": format!("{} employee", odoo.tag), "department_id": below, "parent_id": manager,
        "job_title": format!("{} title", odoo.tag), "work_email": format!("{}@example.com", odoo.tag), "barcode": false,
    });
    (odoo.make("hr.employee", values).await, above, manager)
}

async fn as_employee(odoo: &Odoo, method: &str, arguments: Value) -> Value {
    odoo.call(Who::Employee, "hr.employee", method, arguments)
        .await
        .unwrap_or_else(|fault| panic!("{method}: {fault:?}"))
}

async fn reads(odoo: &Odoo) {
    let (id, _, manager) = someone(odoo).await;
    let rights = json!({"operation": "read", "raise_exception": false});
    if odoo.version < 19 {
        assert_eq!(as_employee(odoo, "check_access_rights", rights).await, false);
    } else {
        assert_eq!(as_employee(odoo, "has_access", json!({"ids": [], "operation": "read"})).await, false);
    }
    let fields =
        ["name", "department_id", "parent_id", "work_email", "work_phone", "mobile_phone", "coach_id", "tz", "active"];
    let rows = as_employee(odoo, "read", json!({"ids": [id], "fields": fields})).await;
    assert_eq!(rows[0]["name"], json!(format!("{} employee", odoo.tag)));
    assert_eq!(rows[0]["parent_id"][0], manager);
    let title = as_employee(odoo, "read", json!({"ids": [id], "fields": ["job_title"]})).await;
    assert_eq!(title[0]["job_title"], json!(format!("{} title", odoo.tag)));
    let found = as_employee(odoo, "search_count", json!({"domain": [["name", "ilike", odoo.tag]]})).await;
    assert_eq!(found, 2);
    let below = as_employee(odoo, "read", json!({"ids": [manager], "fields": ["child_ids"]})).await;
    assert_eq!(below[0]["child_ids"], json!([id]));
}

async fn private(odoo: &Odoo) {
    let (id, ..) = someone(odoo).await;
    let fields = as_employee(odoo, "fields_get", json!({"attributes": ["type"]})).await;
    let all = odoo.ok("hr.employee", "fields_get", json!({"attributes": ["type"]})).await;
    for field in ["birthday", "identification_id", "emergency_contact", "marital"] {
        assert!(all.get(field).is_some() && fields.get(field).is_none(), "{field}");
        let arguments = json!({"ids": [id], "fields": ["name", field]});
        let fault = odoo.call(Who::Employee, "hr.employee", "read", arguments).await.unwrap_err();
        assert_eq!(fault.name, "odoo.exceptions.AccessError", "{field}: {fault:?}");
        odoo.ok("hr.employee", "read", json!({"ids": [id], "fields": [field]})).await;
    }
    for field in ["name", "job_title", "department_id", "parent_id", "work_email", "work_phone", "child_ids"] {
        assert!(fields.get(field).is_some(), "{field}");
    }
}

async fn found(odoo: &Odoo) {
    let (id, ..) = someone(odoo).await;
    let tag = odoo.tag.to_uppercase();
    for (field, text) in [
        ("name", format!("{tag} EMP")),
        ("job_title", format!("{tag} TITLE")),
        ("work_email", format!("{tag}@example")),
        ("department_id", format!("{tag} below")),
        ("department_id", format!("{tag} above")),
        ("parent_id", format!("{tag} manager")),
    ] {
        for who in [Who::Employee, Who::Admin] {
            let domain = json!({"domain": [["id", "=", id], [field, "ilike", text]]});
            let count = odoo.call(who, "hr.employee", "search_count", domain).await.unwrap();
            // A department is known by its whole path from 15 on; in 14 by its own name, which the path begins with there too.
            assert_eq!(count, 1, "{field} {text} {who:?}");
        }
    }
}

async fn writes(odoo: &Odoo) {
    let (id, ..) = someone(odoo).await;
    for (method, arguments) in [
        ("write", json!({"ids": [id], "vals": {"name": "x"}})),
        ("create", json!({"vals_list": [{"name": odoo.tag}]})),
        ("unlink", json!({"ids": [id]})),
    ] {
        let fault = odoo.call(Who::Employee, "hr.employee", method, arguments).await.unwrap_err();
        assert_eq!(fault.name, "odoo.exceptions.AccessError", "{method}: {fault:?}");
    }
}

async fn names(odoo: &Odoo) {
    let fields = odoo.ok("hr.employee", "fields_get", json!({"attributes": ["type"]})).await;
    assert_eq!(fields.get("work_location_id").is_some(), odoo.version >= 15);
    assert_eq!(fields.get("work_location").is_some(), odoo.version < 15);
    for (field, kind) in [("job_title", "char"), ("resource_calendar_id", "many2one"), ("address_id", "many2one")] {
        assert_eq!(fields[field]["type"], kind, "{field}");
    }
}

async fn department(odoo: &Odoo) {
    let (id, above, _) = someone(odoo).await;
    let below = odoo.read("hr.employee", id, &["department_id"]).await["department_id"].clone();
    assert_eq!(below[1], json!(format!("{0} above / {0} below", odoo.tag)));
    let domain = json!({"domain": [["complete_name", "ilike", format!("{} above", odoo.tag)]], "fields": ["name", "parent_id", "manager_id"], "order": "name, id"});
    let found = odoo.call(Who::Employee, "hr.department", "search_read", domain).await.unwrap();
    let ids: Vec<&Value> = found.as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, [&json!(above), &below[0]]);
    let counted = json!({"ids": [above], "fields": ["total_employee"]});
    assert_eq!(odoo.ok("hr.department", "read", counted.clone()).await[0]["total_employee"], 0);
    let fault = odoo.call(Who::Employee, "hr.department", "read", counted).await.err();
    assert_eq!(fault.is_some(), odoo.version < 15, "until then whoever counts employees reads them: {fault:?}");
}

async fn jobs(odoo: &Odoo) {
    let fault = odoo.call(Who::Employee, "hr.job", "search_count", json!({"domain": []})).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "You are not allowed to access 'Job Position' (hr.job) records.", 403);
}
