//! The app CRM.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("stages are listed in their order", stages),
    ("leads are found by stage, customer and team", search),
    ("leads that are lost are found by that word alone", lost),
    ("a flag that is false switches nothing on", mine),
    ("a lead is created, changed and read", life),
    ("leads: fields are emptied by their words", emptied),
    ("leads: a stage that does not exist is answered with those that do, and nothing changes", unknown_stage),
    ("leads: a customer who is unknown or not the only one", customers),
    ("leads: an id of nobody is not found", nobody),
    ("leads: a date that is none is refused before Odoo sees it", no_date),
    ("leads: every wrong argument is named at once", wrong_arguments),
    ("leads: an employee finds, creates and changes them", employee),
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
    assert_eq!(server.call("search_crm_leads", json!({"stage": "OPEN"}))["total"], open, "in any case");
    assert_eq!(server.call("search_crm_leads", json!({"stage": "Closed"}))["total"], closed);
    let qualified = server.call("search_crm_leads", json!({"stage": "qualif", "kind": "opportunity", "limit": 5}));
    for lead in qualified["records"].as_array().unwrap() {
        assert_eq!(lead["stage_id"]["name"], "Qualified");
        assert_eq!(lead["type"], "opportunity");
    }
    let by_id = json!({"stage": qualified["records"][0]["stage_id"]["id"], "kind": "opportunity"});
    assert_eq!(server.call("search_crm_leads", by_id)["total"], qualified["total"]);
    let several = server.call("search_crm_leads", json!({"stage": "w", "limit": 100}));
    let stages: std::collections::HashSet<_> =
        several["records"].as_array().unwrap().iter().map(|lead| lead["stage_id"]["name"].as_str().unwrap()).collect();
    assert_eq!(stages, ["New", "Won"].into(), "every stage that the text is part of");
    let rich = server.call("search_crm_leads", json!({"min_revenue": "15000", "limit": "3"}));
    for lead in rich["records"].as_array().unwrap() {
        assert!(lead["expected_revenue"].as_f64().unwrap() >= 15_000.0, "{lead}");
    }
    assert!(rich["records"].as_array().unwrap().len() <= 3);
}

fn lost(server: &mut Server, target: &Target) {
    let name = format!("Tooldoo Test lost {}", target.name);
    let values = json!({"name": name, "type": "opportunity", "user_id": 2});
    let made = server.call("probe_create", json!({"model": "crm.lead", "values": values}));
    let id = made["ids"][0].clone();
    let total = |server: &mut Server, stage: Option<&str>| {
        server.call("search_crm_leads", json!({"query": name, "stage": stage}))["total"].as_u64().unwrap()
    };
    let words = [None, Some("open"), Some("lost"), Some("New")];
    let before = words.map(|word| total(server, word));
    let lost = json!({"model": "crm.lead", "ids": [id], "values": {"active": false, "probability": 0}});
    server.call("probe_write", lost);
    let after = words.map(|word| total(server, word));
    let found = server.call("search_crm_leads", json!({"query": name, "stage": "Lost"}));
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
    assert_eq!(before, [1, 1, 0, 1]);
    assert_eq!(after, [0, 0, 1, 0]);
    assert_eq!(found["records"][0]["id"], id);
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
    for (tool, arguments) in [
        ("update_crm_lead", json!({"lead_id": lead["id"], "stage": "Nirvana"})),
        ("create_crm_lead", json!({"name": NOBODY, "stage": "Nirvana"})),
        ("search_crm_leads", json!({"stage": "Nirvana"})),
    ] {
        let error = server.fails(tool, arguments, "not_found");
        assert_eq!(error["applied"], "no");
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("New") && hint.contains("Qualified") && hint.contains("Won"), "{tool}: {hint}");
        let candidates = error["candidates"].as_array().unwrap();
        assert!(candidates.iter().any(|stage| stage["id"] == lead["stage_id"]["id"]), "{candidates:?}");
    }
    assert_eq!(any_lead(server)["stage_id"], lead["stage_id"]);
    assert_eq!(server.call("search_crm_leads", json!({"query": NOBODY}))["total"], 0);
}

/// The name of a lead that nothing creates.
const NOBODY: &str = "Tooldoo Test lead of nobody";

fn emptied(server: &mut Server, target: &Target) {
    let name = format!("Tooldoo Test emptied {}", target.name);
    let given = json!({
        "name": name, "customer": "Azure Interior", "deadline": "2031-05-10", "tags": ["Product"], "notes": "**x**",
        "salesperson": target.employee.0, "stage": "Qualified",
    });
    let created = server.call("create_crm_lead", given);
    let lead = &created["records"][0];
    assert_eq!(lead["stage_id"]["name"], "Qualified");
    assert!(lead["user_id"]["id"].is_i64(), "by login: {lead}");
    let id = created["ids"][0].clone();
    let words = ["salesperson", "deadline", "tags", "customer", "notes"];
    let changed = server.call("update_crm_lead", json!({"lead_id": id, "clear": words, "priority": "1"}));
    let lead = &changed["records"][0];
    for field in ["user_id", "date_deadline", "partner_id"] {
        assert_eq!(lead[field], Value::Null, "{field}: {lead}");
    }
    assert_eq!((&lead["tag_ids"], &lead["priority"]), (&json!([]), &json!("1")));
    let read = server.call("get_crm_lead", json!({"lead_id": id}));
    assert_eq!(read["records"][0]["description"], Value::Null);
    let both = json!({"lead_id": id, "clear": ["deadline"], "deadline": "2031-01-01"});
    server.fails("update_crm_lead", both, "invalid_arguments");
    server.fails("update_crm_lead", json!({"lead_id": id, "clear": ["name"]}), "invalid_arguments");
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
}

fn customers(server: &mut Server, _: &Target) {
    for argument in ["customer", "salesperson", "team"] {
        let error = server.fails("search_crm_leads", json!({ argument: "Nobody & Sons" }), "not_found");
        assert!(error["message"].as_str().unwrap().contains("Nobody & Sons"), "{argument}: {error:?}");
    }
    let lead = any_lead(server);
    for (tool, key, value) in
        [("create_crm_lead", "name", json!(NOBODY)), ("update_crm_lead", "lead_id", lead["id"].clone())]
    {
        let with = |customer: &str| json!({ key: value, "customer": customer });
        let error = server.fails(tool, with("an"), "ambiguous");
        let candidates = error["candidates"].as_array().unwrap();
        assert!(candidates.len() > 1 && candidates.len() <= 10);
        assert!(candidates.iter().all(|candidate| candidate["id"].is_i64() && candidate["name"].is_string()));
        let error = server.fails(tool, with("Nobody of that name"), "not_found");
        assert!(error.get("candidates").is_none(), "there are too many to name: {error:?}");
        let several =
            json!({ key: value, "customer": "Nobody of that name", "tags": ["No such tag"], "deadline": "soon" });
        let error = server.fails(tool, several, "not_found");
        for part in ["Nobody of that name", "No such tag", "`soon`"] {
            assert!(error["message"].as_str().unwrap().contains(part), "{error:?}");
        }
    }
    assert_eq!(server.call("search_crm_leads", json!({"query": NOBODY}))["total"], 0);
}

fn nobody(server: &mut Server, _: &Target) {
    for (tool, arguments) in [
        ("get_crm_lead", json!({"lead_id": 99_999_999})),
        ("update_crm_lead", json!({"lead_id": 99_999_999, "name": "x"})),
        ("search_crm_leads", json!({"stage": 99_999_999})),
    ] {
        assert_eq!(server.fails(tool, arguments, "not_found")["applied"], "no");
    }
}

fn no_date(server: &mut Server, _: &Target) {
    let lead = any_lead(server);
    for (tool, arguments, field) in [
        ("update_crm_lead", json!({"lead_id": lead["id"], "deadline": "next Tuesday"}), "date_deadline"),
        ("create_crm_lead", json!({"name": NOBODY, "deadline": "next Tuesday"}), "date_deadline"),
        ("search_crm_leads", json!({"created_after": "next Tuesday"}), "create_date"),
        ("search_crm_leads", json!({"created_before": "next Tuesday"}), "create_date"),
    ] {
        let error = server.fails(tool, arguments, "invalid_arguments");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(field) && message.contains("next Tuesday"), "{message}");
    }
}

fn wrong_arguments(server: &mut Server, _: &Target) {
    for (tool, arguments, wrong) in [
        (
            "search_crm_leads",
            json!({"qeury": "x", "kind": "deal", "min_revenue": "much"}),
            &["qeury", "kind", "min_revenue"][..],
        ),
        ("get_crm_lead", json!({"lead_id": "x", "fields": ["name"]}), &["lead_id", "fields"]),
        (
            "create_crm_lead",
            json!({"stage_id": 1, "expected_revenue": -1}),
            &["stage_id", "expected_revenue", "`name`"],
        ),
        (
            "update_crm_lead",
            json!({"lead_id": 0, "probability": 101, "active": false, "priority": "9"}),
            &["lead_id", "probability", "active", "priority"],
        ),
        ("list_crm_stages", json!({"team": "Europe"}), &["team"]),
    ] {
        let error = server.fails(tool, arguments, "invalid_arguments");
        for wrong in wrong {
            assert!(error["message"].as_str().unwrap().contains(wrong), "{tool}: {wrong} is not named in {error:?}");
        }
    }
}

fn employee(server: &mut Server, target: &Target) {
    let mut employee = Server::start_as(target, &target.employee.0, &target.employee.1);
    assert!(!employee.call("list_crm_stages", json!({}))["records"].as_array().unwrap().is_empty());
    let name = format!("Tooldoo Test employee {}", target.name);
    let given =
        json!({"name": name, "customer": "Azure Interior", "tags": ["Product"], "salesperson": target.employee.0});
    let id = employee.call("create_crm_lead", given)["ids"][0].clone();
    let changed = employee.call("update_crm_lead", json!({"lead_id": id, "stage": "Qualified"}));
    assert_eq!(changed["records"][0]["stage_id"]["name"], "Qualified");
    let found = employee.call("search_crm_leads", json!({"query": name, "stage": "qualif", "mine": true}));
    assert_eq!(found["records"][0]["id"], id);
    assert_eq!(employee.call("get_crm_lead", json!({"lead_id": id}))["records"][0]["name"], name);
    let error = employee.fails("search_crm_leads", json!({"stage": "Nirvana"}), "not_found");
    assert!(error["hint"].as_str().unwrap().contains("Qualified"), "{error:?}");
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
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
