//! What the tools rely on in project.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("project: a new task takes stage, customer and company from its project", new_task),
        case!("project: what a task calls its assignees, hours, state and deadline", names_of_fields),
        case!("project: closed is a stage before 16, and a state from 17 on", closed),
        case!("project: a stage is found through the tasks of its projects", stages_of_a_task),
        case!("project: a task that moves takes a stage of its new project", moved),
        case!("project: a subtask is in its parent's project, and none is its own parent", subtask),
        case!("project: stages of one user are not everybody's", 15, personal),
        case!("project: templates are told from tasks", 19, templates),
        case!("project: an employee keeps tasks, and reads projects that are open to them", rights),
    ]
}

/// A project with two stages of its own, the second of which is folded and, before 16, closing.
async fn project(odoo: &Odoo, more: Value) -> (i64, i64, i64) {
    let first = odoo.make("project.task.type", json!({"name": format!("{} first", odoo.tag), "sequence": 1})).await;
    let mut last = json!({"name": format!("{} last", odoo.tag), "sequence": 2, "fold": true});
    if odoo.version < 16 {
        last["is_closed"] = json!(true);
    }
    let last = odoo.make("project.task.type", last).await;
    let mut values = json!({"name": odoo.tag, "type_ids": [[6, 0, [last, first]]]});
    values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (odoo.make("project.project", values).await, first, last)
}

fn assignees(odoo: &Odoo) -> &'static str {
    if odoo.version < 15 { "user_id" } else { "user_ids" }
}

async fn new_task(odoo: &Odoo) {
    let customer = odoo.make("res.partner", json!({"name": format!("{} firm", odoo.tag)})).await;
    let (project, first, last) = project(odoo, json!({"partner_id": customer})).await;
    let task = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    let row =
        odoo.read("project.task", task, &["stage_id", "partner_id", "priority", "date_end", assignees(odoo)]).await;
    assert_eq!(row["stage_id"][0], first);
    // With sales on it (`sale_project`), only projects that are billed hand their customer on.
    if odoo.version < 15 {
        assert_eq!(row["partner_id"][0], customer);
    }
    assert_eq!((&row["priority"], &row["date_end"]), (&json!("0"), &json!(false)));
    let uid = odoo.uid(Who::Admin).await;
    assert_eq!(row[assignees(odoo)][0], uid, "a task without assignees goes to whoever makes it");
    let given = json!({"name": odoo.tag, "project_id": project, "stage_id": last});
    let given = odoo.make("project.task", given).await;
    let row = odoo.read("project.task", given, &["stage_id", "date_end", "date_last_stage_update"]).await;
    assert_eq!(row["stage_id"][0], last);
    assert!(row["date_end"].is_string() && row["date_last_stage_update"].is_string(), "{row:?}");
    let alone = odoo.make("project.task", json!({"name": odoo.tag})).await;
    let row = odoo.read("project.task", alone, &["stage_id", "project_id", "partner_id"]).await;
    assert_eq!([&row["stage_id"], &row["project_id"], &row["partner_id"]], [&json!(false); 3]);
}

async fn names_of_fields(odoo: &Odoo) {
    let fields = odoo.ok("project.task", "fields_get", json!({"attributes": ["type", "store", "searchable"]})).await;
    let kind = |name: &str| fields[name]["type"].as_str().map(str::to_owned);
    let table: [(&str, Option<&str>); 8] = match odoo.version {
        ..15 => [
            ("user_id", Some("many2one")),
            ("user_ids", None),
            ("planned_hours", Some("float")),
            ("allocated_hours", None),
            ("kanban_state", Some("selection")),
            ("state", None),
            ("date_deadline", Some("date")),
            ("milestone_id", None),
        ],
        _ => [
            ("user_id", None),
            ("user_ids", Some("many2many")),
            ("planned_hours", None),
            ("allocated_hours", Some("float")),
            ("kanban_state", None),
            ("state", Some("selection")),
            ("date_deadline", Some("datetime")),
            ("milestone_id", Some("many2one")),
        ],
    };
    for (name, expected) in table {
        assert_eq!(kind(name).as_deref(), expected, "{name}");
    }
    assert_eq!((&fields["is_closed"]["store"], &fields["is_closed"]["searchable"]), (&json!(false), &json!(true)));
}

async fn closed(odoo: &Odoo) {
    let (project, _, last) = project(odoo, json!({})).await;
    let task = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    let found = async |closed: bool| {
        odoo.count("project.task", json!([["project_id", "=", project], ["is_closed", "=", closed]])).await
    };
    assert_eq!((found(true).await, found(false).await), (0, 1));
    let values = if odoo.version < 17 { json!({"stage_id": last}) } else { json!({"state": "1_done"}) };
    odoo.ok("project.task", "write", json!({"ids": [task], "vals": values})).await;
    assert_eq!((found(true).await, found(false).await), (1, 0));
    assert_eq!(odoo.read("project.task", task, &["is_closed"]).await["is_closed"], true);
    if odoo.version < 16 {
        odoo.ok("project.task", "write", json!({"ids": [task], "vals": {"stage_id": false}})).await;
        assert_eq!(odoo.read("project.task", task, &["is_closed"]).await["is_closed"], false);
        assert_eq!((found(true).await, found(false).await), (0, 0), "without a stage it is found by neither");
    }
    if odoo.version >= 17 {
        let other =
            odoo.make("project.task", json!({"name": odoo.tag, "project_id": project, "state": "03_approved"})).await;
        odoo.ok("project.task", "write", json!({"ids": [other], "vals": {"stage_id": last}})).await;
        let row = odoo.read("project.task", other, &["state", "is_closed"]).await;
        assert_eq!(
            (&row["state"], &row["is_closed"]),
            (&json!("01_in_progress"), &json!(false)),
            "a folded stage closes nothing"
        );
    }
}

async fn stages_of_a_task(odoo: &Odoo) {
    let (project, first, _) = project(odoo, json!({})).await;
    let task = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    let named = async |name: &str, task: i64| {
        let arguments =
            json!({"name": name, "domain": [["project_ids.tasks", "=", task]], "operator": "=", "limit": 5});
        odoo.ok("project.task.type", "name_search", arguments).await
    };
    let name = format!("{} first", odoo.tag);
    assert_eq!(named(&name, task).await, json!([[first, name]]));
    assert_eq!(named("In Progress", task).await, json!([]));
}

async fn moved(odoo: &Odoo) {
    let (project, _, _) = project(odoo, json!({})).await;
    let other = odoo.make("project.task.type", json!({"name": format!("{} other", odoo.tag)})).await;
    let target = json!({"name": format!("{} target", odoo.tag), "type_ids": [[6, 0, [other]]]});
    let target = odoo.make("project.project", target).await;
    let task = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    odoo.ok("project.task", "write", json!({"ids": [task], "vals": {"project_id": target}})).await;
    let row = odoo.read("project.task", task, &["project_id", "stage_id"]).await;
    assert_eq!((&row["project_id"][0], &row["stage_id"][0]), (&json!(target), &json!(other)));
}

async fn subtask(odoo: &Odoo) {
    let (project, _, _) = project(odoo, json!({})).await;
    let task = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    let child = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project, "parent_id": task})).await;
    let row = odoo.read("project.task", task, &["child_ids", "subtask_count"]).await;
    assert_eq!((&row["child_ids"], &row["subtask_count"]), (&json!([child]), &json!(1)));
    let fault = odoo.fault("project.task", "write", json!({"ids": [task], "vals": {"parent_id": task}})).await;
    fault.is("odoo.exceptions.UserError", "can't set a task as its parent task", 422);
}

async fn personal(odoo: &Odoo) {
    let mine = odoo.make("project.task.type", json!({"name": odoo.tag, "user_id": 2})).await;
    let domain = json!([["id", "=", mine]]);
    let seen = odoo.call(Who::Employee, "project.task.type", "search_count", json!({"domain": domain})).await;
    assert_eq!(seen.unwrap(), 0);
    assert_eq!(odoo.count("project.task.type", json!([["id", "=", mine], ["user_id", "=", false]])).await, 0);
}

async fn templates(odoo: &Odoo) {
    let (project, _, _) = project(odoo, json!({})).await;
    let task = json!({"name": odoo.tag, "project_id": project, "is_template": true});
    let task = odoo.make("project.task", task).await;
    let child = json!({"name": odoo.tag, "project_id": project, "parent_id": task});
    odoo.make("project.task", child).await;
    let plain = odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await;
    let domain = json!([
        ["project_id", "=", project],
        ["has_template_ancestor", "=", false],
        ["has_project_template", "=", false]
    ]);
    let found = odoo.ok("project.task", "search", json!({"domain": domain})).await;
    assert_eq!(found, json!([plain]));
}

async fn rights(odoo: &Odoo) {
    let (open, _, _) = project(odoo, json!({"privacy_visibility": "employees"})).await;
    let made = json!({"vals_list": [{"name": odoo.tag, "project_id": open}]});
    let task = odoo.call(Who::Employee, "project.task", "create", made).await.unwrap()[0].as_i64().unwrap();
    odoo.keep("project.task", task);
    let change = json!({"ids": [task], "vals": {"name": format!("{} changed", odoo.tag)}});
    assert_eq!(odoo.call(Who::Employee, "project.task", "write", change).await.unwrap(), true);
    if odoo.version < 17 {
        return; // The employee of a real 14 manages projects.
    }
    let hidden = json!({"name": odoo.tag, "privacy_visibility": "followers"});
    let hidden = odoo.make("project.project", hidden).await;
    let count = json!({"domain": [["id", "in", [open, hidden]]]});
    assert_eq!(odoo.call(Who::Employee, "project.project", "search_count", count).await.unwrap(), 1);
    let fault = odoo.call(Who::Employee, "project.project", "create", json!({"vals_list": [{"name": odoo.tag}]})).await;
    fault.unwrap_err().is("odoo.exceptions.AccessError", "project.project", 403);
}
