//! The app CRM.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("stages are listed in their order", stages),
    ("leads are found by stage, customer and team", search),
    ("a flag that is false switches nothing on", mine),
    ("a lead is created, changed and read", life),
    ("a stage that does not exist is not found, and nothing changes", unknown_stage),
    ("an ambiguous customer gives candidates", ambiguous),
    ("a date that is none is refused before Odoo sees it", no_date),
    ("a change of nothing is refused", nothing),
    ("a confirmation that is due stops the write", confirmation),
];

fn stages(server: &mut Server, _: &Target) {
    let answer = server.call("list_crm_stages", json!({}));
    let names: Vec<_> =
        answer["records"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    let position =
        |name: &str| names.iter().position(|stage| *stage == name).unwrap_or_else(|| panic!("{name}: {names:?}"));
    assert!(position("New") < position("Qualified") && position("Qualified") < position("Won"));
    let won = &answer["records"][position("Won")];
    assert_eq!(won["is_won"], true);
    assert!(won["team_ids"].is_array(), "one name and one shape on every version: {won}");
}

fn search(server: &mut Server, _: &Target) {
    let open = server.call("search_crm_leads", json!({"stage": "open"}))["total"].as_u64().unwrap();
    let closed = server.call("search_crm_leads", json!({"stage": "closed"}))["total"].as_u64().unwrap();
    let all = server.call("search_crm_leads", json!({}))["total"].as_u64().unwrap();
    // A lead without a stage is neither.
    assert!(open > 0 && closed > 0 && open + closed <= all, "{open} + {closed} of {all}");
    let qualified = server.call("search_crm_leads", json!({"stage": "qualif", "kind": "opportunity", "limit": 5}));
    for lead in qualified["records"].as_array().unwrap() {
        assert_eq!(lead["stage_id"]["name"], "Qualified");
        assert_eq!(lead["type"], "opportunity");
    }
    let none = server.call("search_crm_leads", json!({"stage": "no such stage"}));
    assert_eq!((&none["total"], &none["records"]), (&json!(0), &json!([])));
    let rich = server.call("search_crm_leads", json!({"min_revenue": "15000", "limit": "3"}));
    for lead in rich["records"].as_array().unwrap() {
        assert!(lead["expected_revenue"].as_f64().unwrap() >= 15_000.0, "{lead}");
    }
    assert!(rich["records"].as_array().unwrap().len() <= 3);
}

fn mine(server: &mut Server, _: &Target) {
    let all = server.call("search_crm_leads", json!({}));
    assert_eq!(server.call("search_crm_leads", json!({"mine": false}))["total"], all["total"]);
    let mine = server.call("search_crm_leads", json!({"mine": true, "limit": 5}));
    assert!(mine["total"].as_u64().unwrap() < all["total"].as_u64().unwrap());
}

fn life(server: &mut Server, target: &Target) {
    let name = format!("Tooldoo deal {}", target.name);
    let created = server.call(
        "create_crm_lead",
        json!({
            "name": name, "customer": "Azure Interior", "expected_revenue": "1234.5", "priority": "2",
            "deadline": "2031-05-10", "tags": ["Product"],
        }),
    );
    let id = created["ids"][0].as_i64().unwrap();
    let lead = &created["records"][0];
    assert_eq!(lead["name"], name);
    assert_eq!(lead["partner_id"]["name"], "Azure Interior");
    assert_eq!(lead["date_deadline"], "2031-05-10");
    assert_eq!(lead["expected_revenue"], 1234.5);
    let changed = server.call(
        "update_crm_lead",
        json!({"lead_id": id, "stage": "Qualified", "salesperson": null, "deadline": "", "tags": []}),
    );
    let lead = &changed["records"][0];
    assert_eq!(lead["stage_id"]["name"], "Qualified");
    assert_eq!(lead["date_deadline"], "2031-05-10", "an empty text is not given, and changes nothing");
    assert_eq!(lead["tag_ids"][0]["name"], "Product");
    assert_eq!(lead["priority"], "2");
    let read = server.call("get_crm_lead", json!({"lead_id": id}));
    let lead = &read["records"][0];
    assert_eq!(lead["partner_id"]["name"], "Azure Interior");
    assert!(lead["partner_id"]["email"].is_string(), "{lead}");
    assert_eq!(lead["lost_reason_id"], Value::Null);
    assert_eq!(lead["active"], true);
    let today = server.call(
        "search_crm_leads",
        json!({"query": name, "created_after": "2020-01-01", "created_before": "2999-12-31"}),
    );
    assert_eq!(today["total"], 1);
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
    server.fails("get_crm_lead", json!({"lead_id": id}), "not_found");
}

fn any_lead(server: &mut Server) -> Value {
    server.call("search_crm_leads", json!({"limit": 1, "kind": "opportunity"}))["records"][0].clone()
}

fn unknown_stage(server: &mut Server, _: &Target) {
    let lead = any_lead(server);
    let error = server.fails("update_crm_lead", json!({"lead_id": lead["id"], "stage": "Nirvana"}), "not_found");
    assert_eq!(error["applied"], "no");
    assert_eq!(any_lead(server)["stage_id"], lead["stage_id"]);
}

fn ambiguous(server: &mut Server, _: &Target) {
    let error = server.fails("create_crm_lead", json!({"name": "x", "customer": "an"}), "ambiguous");
    let candidates = error["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1 && candidates.len() <= 10);
    assert!(candidates.iter().all(|candidate| candidate["id"].is_i64() && candidate["name"].is_string()));
}

fn no_date(server: &mut Server, _: &Target) {
    let lead = any_lead(server);
    let error = server.fails(
        "update_crm_lead",
        json!({"lead_id": lead["id"], "deadline": "next Tuesday"}),
        "invalid_arguments",
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("date_deadline") && message.contains("next Tuesday"), "{message}");
}

fn nothing(server: &mut Server, _: &Target) {
    let lead = any_lead(server);
    server.fails("update_crm_lead", json!({"lead_id": lead["id"], "name": "", "notes": null}), "invalid_arguments");
}

fn confirmation(server: &mut Server, _: &Target) {
    let lead = any_lead(server);
    let before = server.call(
        "probe_read",
        json!({"model": "crm.lead", "ids": [lead["id"]], "fields": ["expected_revenue", "write_date"]}),
    );
    let error =
        server.fails("probe_large_deal", json!({"lead_id": lead["id"], "amount": 99_999}), "confirmation_required");
    assert_eq!(error["applied"], "no");
    server.fails("probe_delete_unless_asked", json!({"ids": [1]}), "confirmation_required");
    let after = server.call(
        "probe_read",
        json!({"model": "crm.lead", "ids": [lead["id"]], "fields": ["expected_revenue", "write_date"]}),
    );
    assert_eq!(before["records"], after["records"]);
    let revenue = lead["expected_revenue"].clone();
    let small = server.call("probe_large_deal", json!({"lead_id": lead["id"], "amount": 10}));
    assert_eq!(small["ids"], json!([lead["id"]]));
    server.call(
        "probe_write",
        json!({"model": "crm.lead", "ids": [lead["id"]], "values": {"expected_revenue": revenue}}),
    );
}
