//! Time off: days and balances, what may not be asked for, and approval.

use jiff::{Span, civil::Date};
use serde_json::{Map, Value, json};

use super::set;
use crate::demo::{
    clock::{self, When},
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::write,
    value,
};

const OFFICER: &str = "hr_holidays.group_hr_holidays_user";

/// The employee that a user is.
pub(super) fn employee_of(env: &Env<'_>, user: i64) -> Option<i64> {
    let is = |id: &i64| {
        env.store.get("hr.employee", *id).and_then(|row| row.get("user_id")).and_then(value::id) == Some(user)
    };
    env.store.ids("hr.employee").into_iter().find(is)
}

/// The value of a computed field of time off, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str, argument: &str) -> Option<Value> {
    let days = || env.get(model, id, "number_of_days").as_f64().unwrap_or_default();
    Some(match word {
        "leave_name" => {
            let employee = env.follow(model, id, "employee_id.name");
            let kind = env.follow(model, id, "holiday_status_id.name");
            let text = |found: &Value| found.as_str().unwrap_or_default().to_owned();
            json!(format!("{} on {}: {:.2} days", text(&employee), text(&kind), days()))
        }
        "leave_hours" => json!(days() * 8.0),
        "leave_duration" => json!(format!("{} days", plain(days()))),
        "leave_can" => json!(env.context.in_group(OFFICER)),
        "leave_balance" => {
            let asked = ["employee_id", "default_employee_id"]
                .into_iter()
                .find_map(|key| env.context.raw.get(key).and_then(value::id));
            let employee = asked.or_else(|| employee_of(env, env.context.uid));
            let balance = employee.map_or(Balance::default(), |employee| balance(env, employee, id, None));
            json!(match argument {
                "max" => balance.given,
                "taken" => balance.taken,
                "left" => balance.given - balance.taken,
                _ => balance.given - balance.taken - balance.asked,
            })
        }
        _ => return None,
    })
}

fn plain(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }
}

/// What an employee has of a type: days given, taken and asked for.
#[derive(Default)]
struct Balance {
    given: f64,
    taken: f64,
    asked: f64,
}

fn balance(env: &Env<'_>, employee: i64, kind: i64, without: Option<i64>) -> Balance {
    // As of the day in UTC, whatever the user's own day is.
    let today = env.context.now.date().to_string();
    let sum = |name: &str, states: &[&str]| -> f64 {
        // Odoo 14 counts an allocation whenever it begins.
        let spans = name == "hr.leave.allocation" && env.major() >= 17;
        let Some(model) = env.registry.model(name) else { return 0.0 };
        let sudo = env.sudo();
        let counts = |id: &i64| {
            Some(*id) != without
                && sudo.link(model, *id, "employee_id") == Some(employee)
                && sudo.link(model, *id, "holiday_status_id") == Some(kind)
                && states.contains(&sudo.text(model, *id, "state").as_str())
                && (!spans || covers(&sudo.text(model, *id, "date_from"), &sudo.text(model, *id, "date_to"), &today))
        };
        let days = |id: i64| sudo.get(model, id, "number_of_days").as_f64().unwrap_or_default();
        env.store.ids(name).into_iter().filter(counts).map(days).sum::<f64>() + 0.0
    };
    Balance {
        given: sum("hr.leave.allocation", &["validate"]),
        taken: sum("hr.leave", &["validate"]),
        asked: sum("hr.leave", &["confirm", "validate1"]),
    }
}

/// Whether a day lies in a span of days, whose end may be open.
fn covers(from: &str, to: &str, day: &str) -> bool {
    from <= day && (to.is_empty() || day <= to)
}

/// The working days of a span.
fn working_days(from: Date, to: Date) -> f64 {
    let mut days = 0.0;
    let mut at = from;
    while at <= to && days < 1_000.0 {
        if at.weekday().to_monday_zero_offset() < 5 {
            days += 1.0;
        }
        let Ok(next) = at.checked_add(Span::new().days(1)) else { break };
        at = next;
    }
    days
}

/// A leave's moments and days from the days that were asked for, or the other way round; its department from its employee.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    if let Some((employees, employee)) =
        env.registry.model("hr.employee").zip(values.get("employee_id").and_then(value::id))
    {
        for (field, from) in [("department_id", "department_id"), ("manager_id", "parent_id")] {
            let found = sudo.get(employees, employee, from);
            if !found.is_null() && env.registry.model("hr.leave").is_some_and(|model| model.field(field).is_some()) {
                values.entry(field).or_insert(found);
            }
        }
    }
    dates(env, values);
}

/// As [`prefill`], of the days alone.
pub(super) fn dates(env: &Env<'_>, values: &mut Map<String, Value>) {
    let moment = |values: &Map<String, Value>, name: &str| match clock::parse(values.get(name)?.as_str()?)? {
        When::Day(day) => Some(day),
        When::Moment(at) => Some(clock::to_local(at, env.context.tz.as_deref()).date()),
    };
    let asked = (moment(values, "request_date_from"), moment(values, "request_date_to"));
    let given = (moment(values, "date_from"), moment(values, "date_to"));
    let (from, to) = match (asked, given) {
        ((Some(from), to), _) => (from, to.unwrap_or(from)),
        (_, (Some(from), Some(to))) => (from, to),
        _ => return,
    };
    let at = |day: Date, hour: i8| {
        let local = day.to_datetime(jiff::civil::time(hour, 0, 0, 0));
        json!(clock::print(clock::to_utc(local, env.context.tz.as_deref())))
    };
    values.insert("request_date_from".into(), json!(from.to_string()));
    values.insert("request_date_to".into(), json!(to.to_string()));
    if given.0.is_none() {
        values.insert("date_from".into(), at(from, 8));
        values.insert("date_to".into(), at(to, 17));
    }
    let half = values.get("request_unit_half").is_some_and(value::truthy);
    if !values.contains_key("number_of_days") {
        values.insert("number_of_days".into(), json!(if half { 0.5 } else { working_days(from, to) }));
    }
}

/// What may not be asked for: an end before the start, days that overlap, more than there is.
pub(super) fn allowed(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    let old = env.major() < 15;
    let text = |id: i64, field: &str| sudo.text(model, id, field);
    let (from, to) = (text(id, "date_from"), text(id, "date_to"));
    if from > to {
        return Err(Fault::validation("The start date must be before or equal to the end date."));
    }
    if matches!(text(id, "state").as_str(), "refuse" | "cancel" | "draft") {
        return Ok(());
    }
    let employee = sudo.link(model, id, "employee_id");
    let overlaps = |other: &i64| {
        *other != id
            && sudo.link(model, *other, "employee_id") == employee
            && !matches!(text(*other, "state").as_str(), "refuse" | "cancel")
            && text(*other, "date_from") < to
            && text(*other, "date_to") > from
    };
    if env.store.ids(&model.name).iter().any(overlaps) {
        return Err(Fault::validation(if old {
            "You can not set 2 time off that overlaps on the same day for the same employee."
        } else {
            "You've already booked time off which overlaps with this period."
        }));
    }
    let (Some(employee), Some(kind)) = (employee, sudo.link(model, id, "holiday_status_id")) else {
        return Ok(());
    };
    let limited = env.registry.model("hr.leave.type").is_some_and(|kinds| {
        let needs = sudo.get(kinds, kind, "requires_allocation");
        needs == json!(true) || needs == json!("yes") || old && text_of(&sudo, kinds, kind) != "no"
    });
    let rest = balance(env, employee, kind, Some(id));
    let days = sudo.get(model, id, "number_of_days").as_f64().unwrap_or_default();
    if limited && rest.given - rest.taken - rest.asked < days {
        return Err(Fault::validation(if old {
            "The number of remaining time off is not sufficient for this time off type.\nPlease also check the time off waiting for validation."
        } else {
            "There is no valid allocation to cover that request."
        }));
    }
    Ok(())
}

fn text_of(env: &Env<'_>, kinds: &Model, kind: i64) -> String {
    env.text(kinds, kind, "allocation_type")
}

/// A new leave or allocation whose type asks nobody is approved at once.
pub(super) fn created(tx: &mut Tx<'_>, model: &'static Model, id: i64) -> Outcome<()> {
    if tx.env().sudo().text(model, id, "validation_type") == "no_validation" {
        set(&mut tx.sudo(), model, &[id], json!({"state": "validate"}))?;
    }
    Ok(())
}

/// `action_approve`, `action_validate`, `action_refuse`, `action_draft`, `action_confirm` of leaves and allocations.
pub(super) fn act(tx: &mut Tx<'_>, model: &'static Model, method: &str, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    crate::demo::access::check_records(&tx.env(), model, ids, crate::demo::access::Mode::Read)?;
    let what = if model.name == "hr.leave" { "Time off request" } else { "Allocation request" };
    let old = tx.env().major() < 18;
    let judging = matches!(method, "action_approve" | "action_validate" | "action_refuse");
    if judging && !tx.context.in_group(OFFICER) {
        return Err(Fault::user(match (old, method) {
            (_, "action_refuse") | (true, _) => {
                "Only a Time Off Officer or Manager can approve/refuse its own requests."
            }
            _ => "You cannot approve this leave.",
        }));
    }
    let own = employee_of(&tx.env(), tx.context.uid);
    for id in ids.iter().copied() {
        let state = tx.env().sudo().text(model, id, "state");
        let both = tx.env().sudo().text(model, id, "validation_type") == "both";
        let from: &[&str] = match method {
            "action_approve" if old => &["confirm"],
            "action_approve" | "action_validate" => &["confirm", "validate1"],
            "action_refuse" if old && model.name == "hr.leave" => &["draft", "confirm", "validate", "validate1"],
            "action_refuse" => &["confirm", "validate", "validate1"],
            "action_draft" => &["confirm", "refuse"],
            _ => &["draft"],
        };
        if !from.contains(&state.as_str()) {
            return Err(Fault::user(match method {
                "action_approve" if !old => "You cannot approve this leave.".to_owned(),
                "action_approve" => format!("{what} must be confirmed (\"To Approve\") in order to approve it."),
                "action_validate" => format!("{what} must be confirmed in order to approve it."),
                "action_refuse" => format!("{what} must be confirmed or validated in order to refuse it."),
                "action_draft" => {
                    format!("{what} state must be \"Refused\" or \"To Approve\" in order to be reset to draft.")
                }
                _ => format!("{what} must be in Draft state (\"To Submit\") in order to confirm it."),
            }));
        }
        let first = ["first_approver_id", "approver_id"]
            .into_iter()
            .find(|name| model.field(name).is_some())
            .unwrap_or_default();
        let (state, by) = match method {
            "action_approve" if both && state == "confirm" => ("validate1", first),
            "action_approve" | "action_validate" if both => ("validate", "second_approver_id"),
            "action_approve" | "action_validate" => ("validate", first),
            "action_refuse" => ("refuse", first),
            "action_draft" => ("draft", ""),
            _ => ("confirm", ""),
        };
        let mut values = json!({"state": state}).as_object().cloned().unwrap_or_default();
        if !by.is_empty() {
            values.insert(by.into(), json!(own));
        }
        write::write(&mut tx.sudo(), model, &[id], &values)?;
    }
    Ok(json!(true))
}
