//! Contacts, employees, and everybody's own day.

use serde_json::{Value, json};

use crate::client::Target;
use crate::session::Session;
use crate::{Case, tag};

pub const CASES: &[Case] = &[
    ("filter_companies", filter),
    ("duplicate_contacts", duplicates),
    ("leave_requests_to_approve", leave),
    ("my_timesheet", timesheet),
    ("daily_briefing", briefing),
];

fn names(answer: &Value) -> Vec<&str> {
    answer["records"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

fn filter(session: &mut Session, _: &Target) {
    let all = session.call("filter_companies", json!({}))["total"].as_u64().unwrap();
    let domain = r#"["|", ["name", "ilike", "azure"], ["name", "ilike", "lumber inc"]]"#;
    let found = session.call("filter_companies", json!({"domain": domain}));
    assert_eq!(names(&found), ["Azure Interior", "Lumber Inc"]);
    // It cannot widen what the tool finds: people stay out.
    let wide = session.call("filter_companies", json!({"domain": "['|', ('id', '>', 0), ('id', '<', 0)]"}));
    assert_eq!(wide["total"].as_u64().unwrap(), all);
    let people = session.call("filter_companies", json!({"domain": "[['is_company', '=', false]]"}));
    assert_eq!(people["total"], 0);
    session.fails("filter_companies", json!({"domain": "[['nonsense', '=', 1]]"}), "unknown_field");
    session.fails("filter_companies", json!({"domain": "[['name', 'ilike'"}), "invalid_arguments");
}

fn duplicates(session: &mut Session, _: &Target) {
    let name = tag();
    let address = format!("{}@example.com", name.replace(' ', "-").to_lowercase());
    let one = session.create("res.partner", json!({"name": format!("{name} one"), "email": address}));
    let alone = session.text("duplicate_contacts", json!({"query": name}));
    assert!(!alone.contains(&name), "one alone is none: {alone}");
    let two = session.create("res.partner", json!({"name": format!("{name} two"), "email": address.to_uppercase()}));
    let text = session.text("duplicate_contacts", json!({"query": name}));
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(&address)).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[0].contains("one") && rows[1].contains("two"), "{text}");
    session.remove("res.partner", &[one, two]);
}

fn leave(session: &mut Session, target: &Target) {
    let name = tag();
    let employee = session.create("hr.employee", json!({"name": name, "barcode": false}));
    let mut values = json!({"name": name, "leave_validation_type": "hr"});
    match target.version {
        18.. => values["requires_allocation"] = json!(false),
        15.. => values["requires_allocation"] = json!("no"),
        _ => {
            values["allocation_type"] = json!("no");
            if target.name.starts_with("real") {
                values["validity_start"] = json!(false);
            }
        }
    }
    let kind = session.create("hr.leave.type", values);
    let request = session.create(
        "hr.leave",
        json!({
            "name": name, "employee_id": employee, "holiday_status_id": kind,
            "request_date_from": "2031-06-02", "request_date_to": "2031-06-04",
            "date_from": "2031-06-02 06:00:00", "date_to": "2031-06-04 15:00:00",
        }),
    );
    let waiting = session.text("leave_requests_to_approve", json!({"employee": name}));
    let row = waiting.lines().find(|line| line.contains("2031-06-02")).unwrap_or_else(|| panic!("{waiting}"));
    assert!(row.contains(&name) && row.contains("2031-06-04"), "{row}");
    let later = session.text("leave_requests_to_approve", json!({"employee": name, "from_day": "2031-06-03"}));
    assert!(!later.contains("2031-06-02"), "{later}");
    session.call("probe_call", json!({"model": "hr.leave", "method": "action_approve", "ids": [request]}));
    let after = session.text("leave_requests_to_approve", json!({"employee": name}));
    assert!(!after.contains("2031-06-02"), "it is approved: {after}");
    session.result("probe_call", &json!({"model": "hr.leave", "method": "action_refuse", "ids": [request]}));
    if target.version < 18 {
        session.result("probe_call", &json!({"model": "hr.leave", "method": "action_draft", "ids": [request]}));
    }
    session.remove("hr.leave", &[request]);
    session.remove("hr.leave.type", &[kind]);
    session.remove("hr.employee", &[employee]);
}

fn timesheet(session: &mut Session, _: &Target) {
    let name = tag();
    let today = session.call("probe_today", json!({}))["text"].as_str().unwrap_or_default().to_owned();
    let project = session.create("project.project", json!({"name": name}));
    let task = session.create("project.task", json!({"name": format!("{name} task"), "project_id": project}));
    let entry = json!({"name": name, "project_id": project, "task_id": task, "unit_amount": 2.5, "date": today});
    let line = session.create("account.analytic.line", entry);
    let text = session.text("my_timesheet", json!({}));
    let row = text.lines().find(|row| row.contains(&name)).unwrap_or_else(|| panic!("{text}"));
    assert!(row.starts_with(&format!("- {today}: 2.5 h, {name} / {name} task")), "{row}");
    assert!(text.lines().next().unwrap().contains(" hours in "), "{text}");
    let before = session.text("my_timesheet", json!({"weeks_ago": 1}));
    assert!(!before.contains(&name), "{before}");
    session.remove("account.analytic.line", &[line]);
    session.remove("project.task", &[task]);
    session.remove("project.project", &[project]);
}

fn briefing(session: &mut Session, target: &Target) {
    let name = tag();
    let user = session.search("res.users", &json!([["login", "=", target.login]]), &["login"])[0]["id"].clone();
    let today = session.call("probe_today", json!({}))["text"].as_str().unwrap_or_default().to_owned();
    let lead = session.create("crm.lead", json!({"name": name, "type": "opportunity", "date_deadline": today}));
    // Overdue for long, hence among the first.
    let kwargs = json!({"act_type_xmlid": "mail.mail_activity_data_call", "date_deadline": "2020-05-10", "summary": format!("{name} call"), "user_id": user});
    session.call(
        "probe_call",
        json!({"model": "crm.lead", "method": "activity_schedule", "ids": [lead], "kwargs": kwargs}),
    );
    // Noon in UTC is today for whoever lives not too far from it.
    let values = json!({"name": format!("{name} meeting"), "start": format!("{today} 12:00:00"), "stop": format!("{today} 13:00:00")});
    let event = session.create("calendar.event", values);
    let text = session.text("daily_briefing", json!({}));
    let parts: Vec<&str> = text.split("\n## ").collect();
    assert_eq!(parts.len(), 5, "{text}");
    assert!(parts[0].contains(&today), "{text}");
    assert!(parts[1].contains(&format!("{name} call")), "{text}");
    assert!(parts[2].contains(&format!("{name} meeting")), "{text}");
    assert!(parts[3].contains(&name), "{text}");
    assert!(parts[4].starts_with("Quotations older than a week: "), "{text}");
    session.remove("calendar.event", &[event]);
    session.remove("crm.lead", &[lead]);
}
