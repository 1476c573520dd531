//! `fields_get` and `default_get`: what the models say of themselves.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tooldoo::demo;

use crate::{
    case,
    client::{Odoo, Protocol, Target, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("fields_get: type, relation, selection, and what can be searched, sorted, required", attributes),
        case!("fields_get: names and attributes are chosen; unknown names are left out", chosen),
        case!("fields_get: `groupable` and the path of a related field", 17, newer),
        case!(
            "fields_get: every field of the embedded Odoo is one of the real Odoo, with the same attributes",
            19,
            same
        ),
        case!("fields_get: an employee does not see the fields of groups, and may not read them", 17, groups),
        case!("fields_get: names that changed between versions", changed),
        case!("fields_get: until 16 a field may be read-only but in some states", 14, 16, states),
        case!("default_get: what a new record starts with", defaults),
    ]
}

async fn attributes(odoo: &Odoo) {
    let fields = odoo.ok("crm.lead", "fields_get", json!({})).await;
    let field = |name: &str| fields[name].as_object().unwrap_or_else(|| panic!("no field {name}"));
    assert_eq!(field("stage_id")["type"], "many2one");
    assert_eq!(field("stage_id")["relation"], "crm.stage");
    assert_eq!(field("type")["selection"], json!([["lead", "Lead"], ["opportunity", "Opportunity"]]));
    assert_eq!(field("name")["required"], true);
    assert_eq!(field("expected_revenue")["type"], "monetary");
    assert_eq!(field("expected_revenue")["currency_field"], "company_currency");
    assert_eq!(field("date_deadline")["type"], "date");
    assert_eq!(field("create_date")["readonly"], true);
    assert_eq!(field("tag_ids")["sortable"], false);
    assert_eq!(field("id")["type"], "integer");
    for name in ["name", "stage_id", "tag_ids"] {
        for key in ["type", "string", "store", "searchable", "sortable", "required", "readonly", "depends"] {
            assert!(field(name).contains_key(key), "{name} says {key}");
        }
    }
    let partners = odoo.ok("res.partner", "fields_get", json!({})).await;
    assert_eq!(partners["child_ids"]["type"], "one2many");
    assert_eq!(partners["child_ids"]["relation_field"], "parent_id");
    assert_eq!(
        (&partners["email_formatted"]["store"], &partners["email_formatted"]["sortable"]),
        (&json!(false), &json!(false))
    );
}

async fn chosen(odoo: &Odoo) {
    let arguments = json!({"allfields": ["name", "nope", "stage_id"], "attributes": ["type", "string"]});
    let fields = odoo.ok("crm.lead", "fields_get", arguments).await;
    let mut names: Vec<&String> = fields.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["name", "stage_id"]);
    assert_eq!(fields["stage_id"], json!({"type": "many2one", "string": "Stage"}));
}

async fn newer(odoo: &Odoo) {
    let fields = odoo.ok("res.partner", "fields_get", json!({})).await;
    assert_eq!(fields["country_id"]["groupable"], true);
    assert_eq!(fields["email_formatted"]["groupable"], false);
    assert_eq!(fields["country_code"]["related"], "country_id.code");
    assert_eq!(fields["display_name"]["searchable"], true);
}

/// What a client may build on.
const COMPARED: [&str; 17] = [
    "type",
    "string",
    "relation",
    "relation_field",
    "store",
    "searchable",
    "sortable",
    "groupable",
    "required",
    "readonly",
    "related",
    "translate",
    "company_dependent",
    "currency_field",
    "aggregator",
    "depends",
    "selection",
];

async fn same(odoo: &Odoo) {
    let server = demo::Server::start(demo::Options::default()).await.unwrap();
    let own = Odoo::new(&Arc::new(Target::embedded(&server, Protocol::Json2, 19, odoo.http.clone())));
    let models = own.ok("ir.model", "search_read", json!({"domain": [], "fields": ["model", "name"]})).await;
    let mut wrong = Vec::new();
    for model in models.as_array().unwrap() {
        let name = model["model"].as_str().unwrap();
        for who in [Who::Admin, Who::Employee] {
            let ours = own.call(who, name, "fields_get", json!({"attributes": COMPARED})).await;
            let theirs = odoo.call(who, name, "fields_get", json!({"attributes": COMPARED})).await;
            match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => differences(name, who, &ours, &theirs, &mut wrong),
                (Err(ours), Err(theirs)) => assert_eq!(ours.name, theirs.name),
                (ours, theirs) => {
                    wrong.push(format!("{name} as {who:?}: {:?} here, {:?} there", ours.is_ok(), theirs.is_ok()))
                }
            }
        }
    }
    server.stop().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(model: &str, who: Who, ours: &Value, theirs: &Value, wrong: &mut Vec<String>) {
    let empty = Map::new();
    let theirs = theirs.as_object().unwrap_or(&empty);
    for (field, said) in ours.as_object().unwrap() {
        let Some(there) = theirs.get(field) else {
            wrong.push(format!("{model}.{field} is not there as {who:?}"));
            continue;
        };
        for key in COMPARED {
            // Which languages and zones there are is a matter of the database.
            let database = key == "selection" && matches!(field.as_str(), "lang" | "tz");
            let told = |fields: &'_ Value| {
                fields.get(key).filter(|told| **told != json!(false) || key != "aggregator").cloned()
            };
            if !database && told(said) != told(there) {
                wrong.push(format!(
                    "{model}.{field} {key} as {who:?}: {:?} here, {:?} there",
                    said.get(key),
                    there.get(key)
                ));
            }
        }
    }
}

async fn groups(odoo: &Odoo) {
    let all = odoo.ok("res.partner", "fields_get", json!({"allfields": ["name", "signup_type"]})).await;
    assert!(all.get("signup_type").is_some());
    let fewer = odoo
        .call(Who::Employee, "res.partner", "fields_get", json!({"allfields": ["name", "signup_type"]}))
        .await
        .unwrap();
    assert_eq!(fewer.as_object().unwrap().keys().collect::<Vec<_>>(), ["name"]);
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let denied = "You do not have enough rights to access the field \"signup_type\" on Contact (res.partner)";
    let calls = [
        ("read", json!({"ids": [id], "fields": ["name", "signup_type"]})),
        ("search", json!({"domain": [["signup_type", "=", "x"]]})),
        ("search", json!({"domain": [], "order": "signup_type"})),
        ("write", json!({"ids": [id], "vals": {"signup_type": "x"}})),
    ];
    for (method, arguments) in calls {
        let fault = odoo.call(Who::Employee, "res.partner", method, arguments).await.unwrap_err();
        if odoo.version >= 19 {
            fault.is("odoo.exceptions.AccessError", denied, 403);
        } else {
            assert_eq!(fault.name, "odoo.exceptions.AccessError");
        }
    }
}

async fn changed(odoo: &Odoo) {
    let names = async |model: &str| odoo.ok(model, "fields_get", json!({"attributes": ["type"]})).await;
    let has = |fields: &Value, name: &str, since: u8, until: u8| {
        let there = fields.get(name).is_some();
        assert_eq!(there, (since..=until).contains(&odoo.version), "{name} in {}", odoo.version);
    };
    let leads = names("crm.lead").await;
    has(&leads, "lost_reason_id", 16, 99);
    has(&leads, "lost_reason", 14, 15);
    let stages = names("crm.stage").await;
    has(&stages, "team_ids", 19, 99);
    has(&stages, "team_id", 14, 18);
    let lines = names("sale.order.line").await;
    has(&lines, "product_uom_id", 19, 99);
    has(&lines, "product_uom", 14, 18);
    let partners = names("res.partner").await;
    has(&partners, "mobile", 14, 18);
    assert_eq!(partners["comment"]["type"], if odoo.version >= 15 { "html" } else { "text" });
}

async fn states(odoo: &Odoo) {
    let attributes = json!({"attributes": ["readonly", "states", "depends"]});
    let orders = odoo.ok("sale.order", "fields_get", attributes.clone()).await;
    for field in ["partner_id", "partner_invoice_id", "partner_shipping_id", "validity_date"] {
        assert_eq!(orders[field]["readonly"], true, "{field}");
        assert_eq!(orders[field]["states"]["draft"], json!([["readonly", false]]), "{field}");
    }
    assert_eq!(orders["partner_invoice_id"]["depends"], json!([]), "`create` fills it in");
    let lines = odoo.ok("sale.order.line", "fields_get", attributes).await;
    assert_eq!(lines["name"]["depends"], json!([]));
}

async fn defaults(odoo: &Odoo) {
    let found = odoo
        .ok("crm.lead", "default_get", json!({"fields": ["user_id", "type", "priority", "name", "date_deadline"]}))
        .await;
    assert_eq!(found, json!({"user_id": odoo.uid(Who::Admin).await, "type": "opportunity", "priority": "0"}));
    // Team and stage are computed, not defaults.
    for who in [Who::Admin, Who::Employee] {
        let asked = json!({"fields": ["type", "team_id", "user_id", "stage_id", "company_id", "active"]});
        let found = odoo.call(who, "crm.lead", "default_get", asked).await.unwrap();
        let mut expected = json!({"type": "opportunity", "user_id": odoo.uid(who).await, "active": true});
        if odoo.version < 15 {
            // There the company was a default too.
            expected["company_id"] = json!(odoo.reference("base.main_company").await);
        }
        assert_eq!(found, expected);
    }
    let team = json!({"fields": ["type", "team_id"], "context": {"default_type": "lead", "default_team_id": 2}});
    assert_eq!(odoo.ok("crm.lead", "default_get", team).await, json!({"type": "lead", "team_id": 2}));
    let given = json!({"fields": ["name", "type"], "context": {"default_name": "x", "default_type": "lead"}});
    assert_eq!(odoo.ok("crm.lead", "default_get", given).await, json!({"name": "x", "type": "lead"}));
    let order = odoo.ok("sale.order", "default_get", json!({"fields": ["state", "company_id", "partner_id"]})).await;
    assert_eq!(order["state"], "draft");
    assert!(order["company_id"].is_i64());
    assert!(order.get("partner_id").is_none(), "a field without a default is left out");
}
