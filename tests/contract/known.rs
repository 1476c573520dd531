//! What documentation, forum answers and scripts take for granted: ids and external ids of the first records.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("known: user 1 is OdooBot, 2 the administrator, partner 1 the company", ids),
        case!("known: external ids of what is archived lead nowhere", archived),
        case!("known: contacts with a company's name show it", company_name),
    ]
}

async fn ids(odoo: &Odoo) {
    let dollar = if odoo.version < 15 { 2 } else { 1 };
    let table = [
        ("base.main_company", "res.company", 1),
        ("base.main_partner", "res.partner", 1),
        ("base.partner_admin", "res.partner", 3),
        ("base.user_admin", "res.users", 2),
        ("base.USD", "res.currency", dollar),
        ("base.lang_en", "res.lang", 1),
        ("base.be", "res.country", 20),
        ("base.us", "res.country", 233),
        ("crm.stage_lead1", "crm.stage", 1),
        ("crm.stage_lead4", "crm.stage", 4),
        ("sales_team.team_sales_department", "crm.team", 1),
        ("uom.product_uom_unit", "uom.uom", 1),
    ];
    for (external, model, id) in table {
        let (module, name) = external.split_once('.').unwrap();
        let arguments = json!({"module": module, "xml_id": name});
        let found = odoo.ok("ir.model.data", "check_object_reference", arguments).await;
        assert_eq!(found, json!([model, id]), "{external}");
    }
    assert_eq!(odoo.uid(Who::Admin).await, 2);
    assert_eq!(odoo.reference("base.user_demo").await, odoo.uid(Who::Employee).await);
    let users = json!({"ids": [1, 2], "fields": ["login", "partner_id", "company_id", "active", "share"]});
    let users = odoo.ok("res.users", "read", users).await;
    let row = |number: usize| {
        let row = &users[number];
        json!([row["login"], row["partner_id"][0], row["company_id"][0], row["active"], row["share"]])
    };
    assert_eq!(row(0), json!(["__system__", 2, 1, false, false]));
    assert_eq!(row(1), json!(["admin", 3, 1, true, false]));
    let company = odoo.read("res.company", 1, &["partner_id"]).await;
    assert_eq!(company["partner_id"][0], 1);
    let made = odoo.read("crm.stage", 1, &["create_uid"]).await;
    assert_eq!(made["create_uid"], json!([1, "OdooBot"]), "modules are installed by OdooBot");
}

async fn archived(odoo: &Odoo) {
    for (name, model) in [("user_root", "res.users"), ("partner_root", "res.partner"), ("public_user", "res.users")] {
        let arguments = json!({"module": "base", "xml_id": name});
        let found = odoo.ok("ir.model.data", "check_object_reference", arguments).await;
        assert_eq!(found, json!([model, false]), "{name}");
    }
    let arguments = json!({"module": "base", "xml_id": "user_root", "raise_on_access_error": true});
    let fault = odoo.fault("ir.model.data", "check_object_reference", arguments).await;
    let name = if odoo.version < 15 { ": base.user_root" } else { " \"base.user_root\"" };
    fault.is("odoo.exceptions.AccessError", &format!("Not enough access rights on the external ID{name}"), 403);
}

async fn company_name(odoo: &Odoo) {
    let named = |name: &str| format!("{} {name}", odoo.tag);
    let ann = odoo.make("res.partner", json!({"name": named("Ann"), "company_name": "Ann's Bakery"})).await;
    let firm = json!({"name": named("Firm"), "company_name": "unused", "is_company": true});
    let firm = odoo.make("res.partner", firm).await;
    let shown =
        async |id: i64| -> Value { odoo.read("res.partner", id, &["display_name"]).await["display_name"].clone() };
    assert_eq!(shown(ann).await, format!("Ann's Bakery, {}", named("Ann")));
    assert_eq!(shown(firm).await, named("Firm"));
}
