//! Projects and tasks: the stage, customer and company that follow from the project; states and closing.

use serde_json::{Map, Value, json};

use crate::demo::{clock, domain::Node, env::Env, model::Model, orm::search, value};

/// Values that a new task takes from its project and its parent.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let (sudo, major) = (env.sudo(), env.major());
    let (Some(tasks), Some(projects)) = (env.registry.model("project.task"), env.registry.model("project.project"))
    else {
        return;
    };
    let now = json!(clock::print(env.context.now));
    let parent = values.get("parent_id").and_then(value::id);
    let given = values.get("project_id").and_then(value::id);
    let project = given.or_else(|| sudo.link(tasks, parent?, "project_id"));
    match project {
        Some(project) => {
            values.insert("project_id".into(), json!(project));
            // Before 15 a subtask that names no project of its own has no stage.
            if !values.contains_key("stage_id") && (given.is_some() || major >= 15) {
                values.extend(first_stage(env, project).map(|stage| ("stage_id".to_owned(), json!(stage))));
            }
            let company = sudo.get(projects, project, "company_id");
            if !company.is_null() {
                values.insert("company_id".into(), company);
            }
        }
        None => {
            values.remove("stage_id");
        }
    }
    if !values.get("partner_id").is_some_and(value::truthy) {
        let of_parent = parent.and_then(|parent| sudo.link(tasks, parent, "partner_id"));
        let of_project = project.and_then(|project| sudo.link(projects, project, "partner_id"));
        values.extend(of_parent.or(of_project).map(|partner| ("partner_id".to_owned(), json!(partner))));
    }
    if values.get("user_ids").is_some_and(value::truthy) {
        values.entry("date_assign").or_insert(now.clone());
    } else if major >= 15 && !values.contains_key("user_ids") && parent.is_none() {
        values.insert("user_ids".into(), json!([[6, 0, [env.context.uid]]]));
    }
    if let Some(stage) = values.get("stage_id").and_then(value::id) {
        values.entry("date_last_stage_update").or_insert(now.clone());
        if closes(env, stage) {
            values.entry("date_end").or_insert(now);
        }
    }
}

/// The stage that a task of the project begins in (`stage_find`).
fn first_stage(env: &Env<'_>, project: i64) -> Option<i64> {
    let (sudo, stages) = (env.sudo(), env.registry.model("project.task.type")?);
    let mut ids = search::matching(&sudo, stages, &Node::condition("project_ids", "=", json!(project))).ok()?;
    search::sort(&sudo, stages, &mut ids, "sequence, id");
    ids.iter().copied().find(|stage| sudo.get(stages, *stage, "fold") != json!(true)).or_else(|| ids.first().copied())
}

/// Whether a task ends in this stage.
fn closes(env: &Env<'_>, stage: i64) -> bool {
    let sudo = env.sudo();
    env.registry
        .model("project.task.type")
        .is_some_and(|stages| ["fold", "is_closed"].iter().any(|field| sudo.get(stages, stage, field) == json!(true)))
}

/// Values that a change of a task brings with it.
pub(super) fn before_write(env: &Env<'_>, model: &Model, id: i64, values: &mut Map<String, Value>) {
    let (sudo, major) = (env.sudo(), env.major());
    let now = json!(clock::print(env.context.now));
    if let Some(project) = values.get("project_id").and_then(value::id) {
        moved(env, model, id, project, values);
    }
    if let Some(stage) = values.get("stage_id").and_then(value::id) {
        let end = if closes(env, stage) { now.clone() } else { Value::Bool(false) };
        values.insert("date_end".into(), end);
        values.insert("date_last_stage_update".into(), now.clone());
        let open = !closed(&sudo.get(model, id, "state"));
        if major < 17 {
            values.entry("kanban_state").or_insert(json!("normal"));
        } else if open && sudo.link(model, id, "stage_id") != Some(stage) {
            values.entry("state").or_insert(json!("01_in_progress"));
        }
    }
    let assigned = ["user_ids", "user_id"].iter().any(|field| values.get(*field).is_some_and(value::truthy));
    if assigned {
        values.entry("date_assign").or_insert(now);
    }
}

/// A task that goes to another project takes one of its stages; before 15 also its customer.
fn moved(env: &Env<'_>, model: &Model, id: i64, project: i64, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some((projects, stages)) = env.registry.model("project.project").zip(env.registry.model("project.task.type"))
    else {
        return;
    };
    if !values.contains_key("stage_id") {
        let stays = sudo
            .link(model, id, "stage_id")
            .is_some_and(|stage| value::ids(&sudo.get(stages, stage, "project_ids")).contains(&project));
        if !stays {
            let stage = first_stage(env, project).map_or(Value::Bool(false), |stage| json!(stage));
            values.insert("stage_id".into(), stage);
        }
    }
    let partner = sudo.link(projects, project, "partner_id");
    let replaced = env.major() < 15 || sudo.link(model, id, "partner_id").is_none();
    if let Some(partner) = partner.filter(|_| replaced && !values.contains_key("partner_id")) {
        values.insert("partner_id".into(), json!(partner));
    }
}

fn closed(state: &Value) -> bool {
    matches!(state.as_str(), Some("1_done" | "1_canceled"))
}

/// The values that projects and tasks compute.
pub(super) fn computed(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Value {
    match word {
        "task_closed" => json!(match env.major() {
            17.. => closed(&env.get(model, id, "state")),
            _ => env.follow(model, id, "stage_id.fold") == json!(true),
        }),
        "task_template" => {
            let mut at = Some(id);
            // A chain of parents is short; a circle is refused when it is written.
            for _ in 0..100 {
                let Some(task) = at else { break };
                if env.get(model, task, "is_template") == json!(true) {
                    return json!(true);
                }
                at = env.link(model, task, "parent_id");
            }
            json!(false)
        }
        word => {
            let Some(tasks) = env.registry.model("project.task") else {
                return json!(0);
            };
            let open = |task: &i64| computed(env, tasks, *task, "task_closed") == json!(false);
            let unfolded = |task: &i64| env.follow(tasks, *task, "stage_id.fold") != json!(true);
            let ids = value::ids(&env.get(model, id, "task_ids"));
            json!(match word {
                "project_open_tasks" => ids.iter().filter(|task| open(task)).count(),
                "project_closed_tasks" => ids.iter().filter(|task| !open(task)).count(),
                // Before 17 the number of tasks is that of the open ones: whose stage is not folded.
                _ if env.major() < 17 => ids.iter().filter(|task| unfolded(task)).count(),
                _ => ids.len(),
            })
        }
    }
}
