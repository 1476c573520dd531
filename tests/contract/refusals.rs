//! What is missing, what is hidden, what is forbidden, what is wrong: which class of error, and in which words.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("refusals: a record of nobody is missing, one of others is forbidden, both together forbidden", missing),
        case!("refusals: who may not do it at all hears so first, whatever the record", rights_first),
        case!("refusals: a rule that keeps records back says so", rule),
        case!("refusals: what is required, said by `create` and by `write`", required),
        case!("refusals: what is there already", taken),
        case!("refusals: an operation that is none is no question", operation),
        case!("refusals: 14 groups by columns only, and orders by what it answers", 14, 14, old_groups),
    ]
}

const NOBODY: i64 = 2_000_000_000;

async fn lead_of_admin(odoo: &Odoo) -> i64 {
    odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": odoo.uid(Who::Admin).await})).await
}

async fn missing(odoo: &Odoo) {
    let hidden = lead_of_admin(odoo).await;
    let own = odoo.make("crm.lead", json!({"name": odoo.tag, "user_id": odoo.uid(Who::Employee).await})).await;
    let call = async |method: &str, ids: Value| {
        let mut arguments = json!({"ids": ids});
        match method {
            "read" => arguments["fields"] = json!(["name"]),
            _ => arguments["vals"] = json!({"priority": "1"}),
        }
        odoo.call(Who::Employee, "crm.lead", method, arguments).await
    };
    assert_eq!(call("read", json!([NOBODY])).await.unwrap(), json!([]));
    let rows = call("read", json!([NOBODY, own])).await.unwrap();
    assert_eq!(rows, json!([{"id": own, "name": odoo.tag}]), "what is missing is left out");
    let nobody = call("write", json!([NOBODY])).await.unwrap_err();
    nobody.is("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404);
    for ids in [json!([hidden]), json!([own, hidden])] {
        for method in ["read", "write"] {
            let fault = call(method, ids.clone()).await.unwrap_err();
            assert_eq!(fault.name, "odoo.exceptions.AccessError", "{method} {ids}");
        }
    }
    assert_eq!(call("read", json!([hidden, NOBODY])).await.unwrap_err().name, "odoo.exceptions.AccessError");
}

async fn rights_first(odoo: &Odoo) {
    let label = if odoo.version < 15 { "Lead/Opportunity" } else { "Lead" };
    let refused = format!(
        "You are not allowed to delete '{label}' (crm.lead) records.\n\nThis operation is allowed for the following groups:\n\t- Sales/Administrator\n\nContact your administrator to request access if necessary."
    );
    let fault = odoo.call(Who::Employee, "crm.lead", "unlink", json!({"ids": [NOBODY]})).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", &refused, 403);
    let stage = json!({"ids": [1], "vals": {"name": "x"}});
    let fault = odoo.call(Who::Employee, "crm.stage", "write", stage).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "You are not allowed to modify 'CRM Stages' (crm.stage) records.", 403);
}

async fn rule(odoo: &Odoo) {
    let hidden = lead_of_admin(odoo).await;
    let read = json!({"ids": [hidden], "fields": ["name"]});
    let fault = odoo.call(Who::Employee, "crm.lead", "read", read).await.unwrap_err();
    let employee = odoo.uid(Who::Employee).await;
    let said = match odoo.version {
        15.. => format!(
            "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Marc Demo (id={employee}) doesn't have 'read' access to:\n- Lead (crm.lead)"
        ),
        _ => format!(
            "Due to security restrictions, you are not allowed to access 'Lead/Opportunity' (crm.lead) records.\n\nRecords: {} (id={hidden})\nUser: Marc Demo (id={employee})\n\nThis restriction is due to the following rules:\n- Personal Leads\n\nContact your administrator",
            odoo.tag
        ),
    };
    fault.is("odoo.exceptions.AccessError", &said, 403);
}

async fn required(odoo: &Odoo) {
    let said = match odoo.version {
        15.. => "Missing required value for the field 'Opportunity' (name).",
        _ => {
            "- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Lead/Opportunity (crm.lead), Field: Opportunity (name)"
        }
    };
    let create = odoo.fault("crm.lead", "create", json!({"vals_list": [{}]})).await;
    create.is("odoo.exceptions.ValidationError", said, 422);
    let id = lead_of_admin(odoo).await;
    for empty in [json!(false), Value::Null] {
        let write = odoo.fault("crm.lead", "write", json!({"ids": [id], "vals": {"name": empty}})).await;
        write.is("odoo.exceptions.ValidationError", said, 422);
    }
    let nameless = if odoo.version < 15 { "res_partner_check_name" } else { "Contacts require a name" };
    let fault = odoo.fault("res.partner", "create", json!({"vals_list": [{}]})).await;
    fault.is("odoo.exceptions.ValidationError", nameless, 422);
    let partner = odoo.make("res.partner", json!({"type": "invoice"})).await;
    assert_eq!(odoo.read("res.partner", partner, &["name"]).await["name"], false, "an address needs no name");
}

async fn taken(odoo: &Odoo) {
    odoo.make("crm.tag", json!({"name": odoo.tag})).await;
    let again = odoo.fault("crm.tag", "create", json!({"vals_list": [{"name": odoo.tag}]})).await;
    let said = if odoo.version < 15 { "crm_tag_name_uniq" } else { "Tag name already exists!" };
    again.is("odoo.exceptions.ValidationError", said, 422);
    assert_eq!(odoo.count("crm.tag", json!([["name", "=", odoo.tag]])).await, 1);
    let login = json!([{"name": odoo.tag, "login": odoo.admin.login}]);
    let user = odoo.fault("res.users", "create", json!({"vals_list": login})).await;
    assert_eq!(user.name, "odoo.exceptions.ValidationError");
    assert_eq!(odoo.count("res.partner", json!([["name", "=", odoo.tag]])).await, 0, "nor is its contact there");
}

async fn operation(odoo: &Odoo) {
    let asked = json!({"operation": "nope", "raise_exception": false});
    let fault = odoo.fault("res.partner", "check_access_rights", asked).await;
    fault.is("builtins.AssertionError", "Invalid access mode", 500);
}

async fn old_groups(odoo: &Odoo) {
    let ask = async |fields: Value, by: &str, order: Value| {
        let arguments = json!({"domain": [], "fields": fields, "groupby": [by], "orderby": order});
        odoo.call(Who::Admin, "crm.lead", "read_group", arguments).await
    };
    let id = json!(["id"]);
    let many = ask(id.clone(), "tag_ids", json!(false)).await.unwrap_err();
    many.is("builtins.AssertionError", "Fields in 'groupby' must be regular database-persisted fields", 500);
    let path = ask(id.clone(), "partner_id.country_id", json!(false)).await.unwrap_err();
    path.is("builtins.ValueError", "Invalid field 'partner_id.country_id' on model 'crm.lead'", 500);
    let twice = json!(["expected_revenue:sum", "expected_revenue:avg"]);
    let twice = ask(twice, "type", json!(false)).await.unwrap_err();
    twice.is("odoo.exceptions.UserError", "Output name 'expected_revenue' is used twice.", 422);
    for order in ["expected_revenue:sum", "__count desc", "type_count"] {
        let fault = ask(json!(["a:sum(expected_revenue)"]), "type", json!(order)).await.unwrap_err();
        let name = order.split(' ').next().unwrap();
        fault.is("builtins.ValueError", &format!("Invalid field '{name}' on model 'crm.lead'"), 500);
    }
    ask(json!(["a:sum(expected_revenue)"]), "type", json!("a desc")).await.unwrap();
}
