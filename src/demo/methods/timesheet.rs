//! Timesheets: whose hours, on which project; and the rules that reorder stock.

use serde_json::{Map, Value, json};

use super::leave::employee_of;
use crate::demo::{
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    value,
};

/// The value of a computed field of tasks and of rules, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Option<Value> {
    let number = |name: &str| env.get(model, id, name).as_f64().unwrap_or_default();
    let planned = if env.major() >= 17 { "allocated_hours" } else { "planned_hours" };
    let spent = || {
        let lines = env.registry.model("account.analytic.line")?;
        let hours = |line: &i64| env.get(lines, *line, "unit_amount").as_f64().unwrap_or_default();
        Some(value::ids(&env.get(model, id, "timesheet_ids")).iter().map(hours).sum::<f64>() + 0.0)
    };
    Some(match word {
        "timesheet_spent" => json!(spent().unwrap_or_default()),
        "timesheet_left" => json!(number(planned) - spent().unwrap_or_default()),
        "timesheet_progress" => {
            // A part of the whole since 17, before it percents.
            let whole = if env.major() >= 17 { 1.0 } else { 100.0 };
            let part = if number(planned) > 0.0 { spent().unwrap_or_default() / number(planned) } else { 0.0 };
            json!((part * whole * 100.0).round() / 100.0)
        }
        "orderpoint_to_order" => {
            let (forecast, least, most) =
                (number("qty_forecast"), number("product_min_qty"), number("product_max_qty"));
            json!(if forecast < least { least.max(most) - forecast } else { 0.0 })
        }
        _ => return None,
    })
}

/// Values that a new line takes from its task, its employee or its user.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    if let Some((tasks, task)) = env.registry.model("project.task").zip(values.get("task_id").and_then(value::id)) {
        let project = sudo.get(tasks, task, "project_id");
        if !project.is_null() && !values.get("project_id").is_some_and(value::truthy) {
            values.insert("project_id".into(), project);
        }
        let partner = sudo.get(tasks, task, "partner_id");
        if !partner.is_null() {
            values.entry("partner_id").or_insert(partner);
        }
    }
    if !values.get("project_id").is_some_and(value::truthy) {
        values.entry("user_id").or_insert(json!(env.context.uid));
        return;
    }
    if !values.get("name").is_some_and(value::truthy) {
        values.insert("name".into(), json!("/"));
    }
    if !values.get("employee_id").is_some_and(value::truthy) {
        let user = values.get("user_id").and_then(value::id).unwrap_or(env.context.uid);
        values.extend(employee_of(env, user).map(|employee| ("employee_id".to_owned(), json!(employee))));
    }
    if let Some((employees, employee)) =
        env.registry.model("hr.employee").zip(values.get("employee_id").and_then(value::id))
    {
        let user = sudo.get(employees, employee, "user_id");
        values.insert("user_id".into(), user);
    }
    values.entry("product_uom_id").or_insert(json!(env.store.named("uom.product_uom_hour").map(|(_, id)| id)));
}

/// Hours on a project are an employee's.
pub(super) fn allowed(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    let lacks = sudo.link(model, id, "project_id").is_some() && sudo.link(model, id, "employee_id").is_none();
    if lacks && env.major() >= 15 {
        return Err(Fault::validation("Timesheets must be created with an active employee in the selected companies."));
    }
    Ok(())
}

/// Values that a new rule takes from its warehouse, and its number.
pub(super) fn prefill_rule(env: &Env<'_>, values: &mut Map<String, Value>) {
    let warehouses = env.registry.model("stock.warehouse").zip(values.get("warehouse_id").and_then(value::id));
    if let Some((warehouses, warehouse)) = warehouses {
        let place = env.sudo().get(warehouses, warehouse, "lot_stock_id");
        values.entry("location_id").or_insert(place);
    }
    values.entry("name").or_insert(json!("OP/"));
}

/// A new rule gets the next number.
pub(super) fn number(tx: &mut Tx<'_>, model: &Model, id: i64) {
    if tx.env().text(model, id, "name") == "OP/" {
        tx.store.set(&model.name, id, "name", json!(format!("OP/{id:05}")));
    }
}

/// An event ends when it has lasted as long as was said, and lasts until it ends.
pub(super) fn event(values: &mut Map<String, Value>) {
    use crate::demo::clock::{self, When};
    let at = |values: &Map<String, Value>, name: &str| match clock::parse(values.get(name)?.as_str()?)? {
        When::Moment(at) => Some(at),
        When::Day(day) => Some(day.to_datetime(jiff::civil::Time::midnight())),
    };
    let Some(start) = at(values, "start") else { return };
    match at(values, "stop") {
        Some(stop) => {
            let minutes = stop.duration_since(start).as_mins();
            #[expect(clippy::cast_precision_loss, reason = "minutes of a meeting")]
            values.entry("duration").or_insert(json!((minutes as f64 / 60.0 * 100.0).round() / 100.0));
        }
        None => {
            let hours = values.get("duration").and_then(Value::as_f64).filter(|hours| *hours > 0.0).unwrap_or(1.0);
            values.entry("duration").or_insert(json!(hours));
            #[expect(clippy::cast_possible_truncation, reason = "minutes of a meeting")]
            let span = jiff::Span::new().minutes((hours * 60.0).round() as i64);
            if let Ok(stop) = start.checked_add(span) {
                values.insert("stop".into(), json!(clock::print(stop)));
            }
        }
    }
}
