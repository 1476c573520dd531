//! Leads and opportunities.

use serde_json::{Value, json};

use crate::client::Target;
use crate::session::Session;
use crate::{Case, tag};

pub const CASES: &[Case] = &[
    ("pipeline_by_stage_and_month", pipeline),
    ("log_call", log),
    ("attach_to_opportunity", attach),
    ("close_stale_opportunities", stale),
];

/// Resources.
pub const READ: &[Case] = &[("opportunity", record), ("open_opportunities", list)];

fn record(session: &mut Session, _: &Target) {
    let name = tag();
    let lead = opportunity(session, &name, &json!({"date_deadline": "2031-05-10", "expected_revenue": 1234.5}));
    let read = session.resource(&format!("odoo://crm.lead/{lead}"));
    session.remove("crm.lead", &[lead]);
    assert_eq!(read["mimeType"], "text/markdown");
    let text = read["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("# {name}\n")), "{text}");
    assert!(text.contains("- Stage: New") && text.contains("1234.5") && text.contains("2031-05-10"), "{text}");
}

fn list(session: &mut Session, _: &Target) {
    let name = tag();
    let lead = opportunity(session, &name, &json!({"expected_revenue": 987_654_321.5}));
    let read = session.resource("odoo:///open-opportunities?limit=1");
    let nobody = session.resource("odoo:///open-opportunities?salesperson=Nobody%20Of%20That%20Name");
    session.remove("crm.lead", &[lead]);
    assert_eq!(read["mimeType"], "text/csv");
    let lines: Vec<&str> = read["text"].as_str().unwrap().lines().collect();
    let header = "id,name,partner_id,stage_id,user_id,expected_revenue,date_deadline";
    assert_eq!((lines.len(), lines[0]), (2, header), "{read}");
    assert!(lines[1].contains(&name) && lines[1].contains("987654321.5"), "{read}");
    assert_eq!(nobody["text"], format!("{header}\r\n"), "{nobody}");
}

fn opportunity(session: &mut Session, name: &str, more: &Value) -> i64 {
    let mut values = json!({"name": name, "type": "opportunity"});
    for (key, value) in more.as_object().unwrap() {
        values[key] = value.clone();
    }
    session.create("crm.lead", values)
}

fn pipeline(session: &mut Session, _: &Target) {
    let text = session.text("pipeline_by_stage_and_month", json!({}));
    assert!(text.contains("| stage_id |") && text.contains("Proposition"), "{text}");
    assert!(!text.contains("Won"), "only what is open: {text}");
    let name = tag();
    let lead = opportunity(session, &name, &json!({"date_deadline": "2031-05-10", "expected_revenue": 1234.5}));
    let text = session.text("pipeline_by_stage_and_month", json!({"mine": true}));
    let row = text.lines().find(|line| line.contains("May 2031")).unwrap_or_else(|| panic!("{text}"));
    assert!(row.contains("New") && row.contains("1234.5") && row.contains("| 1 |"), "{row}");
    session.fails("pipeline_by_stage_and_month", json!({"team": "Nobody's team"}), "not_found");
    session.remove("crm.lead", &[lead]);
}

fn log(session: &mut Session, target: &Target) {
    let name = tag();
    let lead = opportunity(session, &name, &json!({}));
    let answer = session.call("log_call", json!({"lead_name": name, "summary": "They want <b>two</b> more"}));
    assert_eq!((&answer["records"][0]["id"], &answer["records"][0]["activity_summary"]), (&json!(lead), &Value::Null));
    let arguments = json!({"lead_name": name, "contact": "Ann", "summary": "Again", "call_again": "2031-05-10", "next_topic": "The offer"});
    let answer = session.call("log_call", arguments);
    let after = &answer["records"][0];
    assert_eq!(
        (&after["activity_date_deadline"], &after["activity_summary"]),
        (&json!("2031-05-10"), &json!("The offer"))
    );
    let own = json!([["res_model", "=", "crm.lead"], ["res_id", "=", lead], ["user_id.login", "=", target.login]]);
    assert_eq!(session.search("mail.activity", &own, &["summary"]).len(), 1, "it is the caller's");
    let domain = json!([["model", "=", "crm.lead"], ["res_id", "=", lead], ["body", "ilike", "Call with"]]);
    let mut notes = session.search("mail.message", &domain, &["body", "subtype_id"]);
    notes.sort_by_key(|note| note["id"].as_i64());
    let bodies: Vec<String> =
        notes.iter().map(|note| note["body"].as_str().unwrap().replace('\\', "").trim().to_owned()).collect();
    assert_eq!(bodies, ["Call with the customer: They want <b>two</b> more", "Call with Ann: Again"]);
    session.remove("crm.lead", &[lead]);
}

fn attach(session: &mut Session, _: &Target) {
    let name = tag();
    let lead = opportunity(session, &name, &json!({}));
    let answer = session
        .call("attach_to_opportunity", json!({"lead_name": name, "file_name": "minutes.txt", "text": "Agreed."}));
    assert_eq!((&answer["records"][0]["name"], &answer["records"][0]["size"]), (&json!("minutes.txt"), &json!(7)));
    session.call("attach_to_opportunity", json!({"lead_name": name, "file_name": "one.bin", "base64": "AAEC"}));
    let domain = json!([["res_model", "=", "crm.lead"], ["res_id", "=", lead]]);
    let files = session.search("ir.attachment", &domain, &["name", "file_size"]);
    assert_eq!(files.len(), 2, "{files:?}");
    let none = json!({"lead_name": name, "file_name": "empty.txt"});
    session.fails("attach_to_opportunity", none, "invalid_arguments");
    session.remove("crm.lead", &[lead]);
}

fn stale(session: &mut Session, _: &Target) {
    let name = tag();
    let old = [
        opportunity(session, &format!("{name} one"), &json!({"date_deadline": "2020-01-10", "expected_revenue": 10})),
        opportunity(session, &format!("{name} two"), &json!({"date_deadline": "2020-02-10"})),
    ];
    let fresh = opportunity(session, &format!("{name} three"), &json!({"date_deadline": "2031-02-10"}));
    let arguments = json!({"reason": "Too expensive", "query": name});
    let (shown, answer) = session.confirmed("close_stale_opportunities", &arguments);
    assert!(shown.contains("Mark these as lost: Too expensive?"), "{shown}");
    assert!(shown.contains(&format!("{name} one")) && shown.contains(&format!("{name} two")), "{shown}");
    assert!(!shown.contains(&format!("{name} three")), "{shown}");
    for lead in answer["records"].as_array().unwrap() {
        assert_eq!((&lead["active"], &lead["probability"]), (&json!(false), &json!(0.0)), "{answer}");
        assert_eq!(lead["lost_reason_id"]["name"], "Too expensive", "{answer}");
    }
    assert_eq!(answer["records"].as_array().unwrap().len(), 2);
    assert_eq!(session.read("crm.lead", fresh, &["active"])["active"], true);
    let (_, text) = session.fails("close_stale_opportunities", arguments, "validation");
    assert!(text.contains("more than 30 days ago") && text.contains("Nothing was changed"), "{text}");
    // One that is changed while the person thinks about it.
    let other = opportunity(session, &format!("{name} four"), &json!({"date_deadline": "2020-01-10"}));
    let arguments = json!({"reason": "Too expensive", "query": format!("{name} four")});
    let (error, _) = session.fails("close_stale_opportunities", arguments.clone(), "confirmation_required");
    let values = json!({"expected_revenue": 5000});
    // Odoo before 15 stamps a change to the second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    session.call("probe_write", json!({"model": "crm.lead", "ids": [other], "values": values}));
    let mut again = arguments;
    again["plan"] = error["plan"]["id"].clone();
    session.fails("close_stale_opportunities", again, "conflict");
    assert_eq!(session.read("crm.lead", other, &["active"])["active"], true);
    session.remove("crm.lead", &[old[0], old[1], fresh, other]);
}
