//! What the tools rely on in helpdesk. A real Odoo has it from the addon of `tests/odoo/addons`: Odoo Enterprise itself is not run.

use serde_json::json;

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("helpdesk: a new ticket gets team, first stage, and its customer's details", new_ticket),
        case!("helpdesk: a closing stage dates the end of a ticket", closing),
        case!("helpdesk: a stage is found through the tickets of its teams", stages_of_a_ticket),
        case!("helpdesk: a ticket is called by its subject and number", display_name),
        case!("helpdesk: an employee keeps tickets and removes none", rights),
    ]
}

async fn new_ticket(odoo: &Odoo) {
    let customer = json!({"name": format!("{} firm", odoo.tag), "email": "someone@example.com"});
    let customer = odoo.make("res.partner", customer).await;
    let ticket = odoo.make("helpdesk.ticket", json!({"name": odoo.tag, "partner_id": customer})).await;
    let fields = ["team_id", "stage_id", "partner_name", "partner_email", "priority", "kanban_state", "close_date"];
    let row = odoo.read("helpdesk.ticket", ticket, &fields).await;
    assert_eq!(row["team_id"][1], "Customer Care", "the first team that the caller is a member of");
    assert_eq!(row["stage_id"][1], "New");
    assert_eq!(
        (&row["partner_name"], &row["partner_email"]),
        (&json!(format!("{} firm", odoo.tag)), &json!("someone@example.com"))
    );
    assert_eq!(
        (&row["priority"], &row["kanban_state"], &row["close_date"]),
        (&json!("0"), &json!("normal"), &json!(false))
    );
}

async fn closing(odoo: &Odoo) {
    let ticket = odoo.make("helpdesk.ticket", json!({"name": odoo.tag})).await;
    let solved = odoo.reference("helpdesk.stage_solved").await;
    let path = if odoo.version < 16 { "stage_id.is_close" } else { "stage_id.fold" };
    let open = json!([["id", "=", ticket], [path, "=", false]]);
    assert_eq!(odoo.count("helpdesk.ticket", open.clone()).await, 1);
    odoo.ok("helpdesk.ticket", "write", json!({"ids": [ticket], "vals": {"stage_id": solved}})).await;
    assert!(odoo.read("helpdesk.ticket", ticket, &["close_date"]).await["close_date"].is_string());
    assert_eq!(odoo.count("helpdesk.ticket", open).await, 0);
    let new = odoo.reference("helpdesk.stage_new").await;
    odoo.ok("helpdesk.ticket", "write", json!({"ids": [ticket], "vals": {"stage_id": new}})).await;
    assert_eq!(odoo.read("helpdesk.ticket", ticket, &["close_date"]).await["close_date"], false);
}

async fn stages_of_a_ticket(odoo: &Odoo) {
    let vip = odoo.reference("helpdesk.helpdesk_team3").await;
    let ticket = odoo.make("helpdesk.ticket", json!({"name": odoo.tag, "team_id": vip})).await;
    let named = async |name: &str| {
        let arguments =
            json!({"name": name, "domain": [["team_ids.ticket_ids", "=", ticket]], "operator": "=", "limit": 5});
        odoo.ok("helpdesk.stage", "name_search", arguments).await.as_array().unwrap().len()
    };
    assert_eq!((named("Solved").await, named("On Hold").await), (1, 0));
    let care = odoo.reference("helpdesk.helpdesk_team1").await;
    let held = odoo.reference("helpdesk.stage_on_hold").await;
    let vals = json!({"team_id": care, "stage_id": held});
    odoo.ok("helpdesk.ticket", "write", json!({"ids": [ticket], "vals": vals})).await;
    odoo.ok("helpdesk.ticket", "write", json!({"ids": [ticket], "vals": {"team_id": vip}})).await;
    assert_eq!(
        odoo.read("helpdesk.ticket", ticket, &["stage_id"]).await["stage_id"][1],
        "New",
        "a stage of the new team"
    );
}

async fn display_name(odoo: &Odoo) {
    let ticket = odoo.make("helpdesk.ticket", json!({"name": odoo.tag})).await;
    let number = if odoo.version < 16 {
        ticket.to_string()
    } else {
        odoo.read("helpdesk.ticket", ticket, &["ticket_ref"]).await["ticket_ref"].as_str().unwrap().to_owned()
    };
    let row = odoo.read("helpdesk.ticket", ticket, &["display_name"]).await;
    assert_eq!(row["display_name"], format!("{} (#{number})", odoo.tag));
}

async fn rights(odoo: &Odoo) {
    let made = json!({"vals_list": [{"name": odoo.tag}]});
    let ticket = odoo.call(Who::Employee, "helpdesk.ticket", "create", made).await.unwrap()[0].as_i64().unwrap();
    odoo.keep("helpdesk.ticket", ticket);
    let change = json!({"ids": [ticket], "vals": {"priority": "3"}});
    assert_eq!(odoo.call(Who::Employee, "helpdesk.ticket", "write", change).await.unwrap(), true);
    let fault = odoo.call(Who::Employee, "helpdesk.ticket", "unlink", json!({"ids": [ticket]})).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "helpdesk.ticket", 403);
    let team = odoo.reference("helpdesk.helpdesk_team1").await;
    let change = json!({"ids": [team], "vals": {"name": "x"}});
    let fault = odoo.call(Who::Employee, "helpdesk.team", "write", change).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "helpdesk.team", 403);
}
