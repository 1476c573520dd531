//! Time off, timesheets, meetings, rules that reorder stock, and which day is today.

use jiff::{Span, civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("hr.leave: a request has its days, waits for approval, and is approved", leave),
        case!("hr.leave: a request is refused, and no longer counts", refused),
        case!("hr.leave: two requests may not overlap", overlap),
        case!("hr.leave: an employee may not approve", 17, not_by_employees),
        case!("hr.leave.type: what an employee has left of a type", balance),
        case!("hr.leave.type: days count from the first to the last day of their allocation", 17, spans),
        case!("account.analytic.line: hours on a task, of its project and the user's employee", hours),
        case!("account.analytic.line: an employee sees their own hours", own_hours),
        case!("stock.warehouse.orderpoint: a product below its minimum", below),
        case!("calendar.event: a meeting about a lead", meeting),
        case!("today, where Odoo fills it in, is the day in the caller's zone", 16, today),
    ]
}

async fn employee(odoo: &Odoo) -> i64 {
    odoo.make("hr.employee", json!({"name": odoo.tag, "barcode": false})).await
}

/// A type that an officer approves and that needs no allocation, or needs one.
async fn kind(odoo: &Odoo, allocation: bool) -> i64 {
    let mut values = json!({"name": odoo.tag, "leave_validation_type": "hr"});
    match odoo.version {
        18.. => values["requires_allocation"] = json!(allocation),
        15.. => values["requires_allocation"] = json!(if allocation { "yes" } else { "no" }),
        _ => values["allocation_type"] = json!(if allocation { "fixed" } else { "no" }),
    }
    if odoo.version < 15 {
        values["validity_start"] = Value::Bool(false);
        if !odoo.real {
            values.as_object_mut().unwrap().shift_remove("validity_start");
        }
    }
    odoo.make("hr.leave.type", values).await
}

/// A Monday to a Wednesday, far from everything.
async fn request(odoo: &Odoo, employee: i64, kind: i64) -> i64 {
    let values = json!({
        "name": odoo.tag, "employee_id": employee, "holiday_status_id": kind,
        "request_date_from": "2031-06-02", "request_date_to": "2031-06-04",
        "date_from": "2031-06-02 06:00:00", "date_to": "2031-06-04 15:00:00",
    });
    odoo.make("hr.leave", values).await
}

/// Back to a state in which a request may be removed.
async fn release(odoo: &Odoo, leave: i64) {
    let _ = odoo.call(Who::Admin, "hr.leave", "action_refuse", json!({"ids": [leave]})).await;
    if odoo.version < 18 {
        let _ = odoo.call(Who::Admin, "hr.leave", "action_draft", json!({"ids": [leave]})).await;
    }
}

async fn leave(odoo: &Odoo) {
    let (employee, kind) = (employee(odoo).await, kind(odoo, false).await);
    let leave = request(odoo, employee, kind).await;
    let fields = ["state", "number_of_days", "employee_id", "holiday_status_id", "request_date_from", "date_from"];
    let row = odoo.read("hr.leave", leave, &fields).await;
    assert_eq!((&row["state"], &row["number_of_days"]), (&json!("confirm"), &json!(3.0)));
    assert_eq!((&row["employee_id"][0], &row["holiday_status_id"][0]), (&json!(employee), &json!(kind)));
    assert_eq!(row["request_date_from"], "2031-06-02");
    assert!(row["date_from"].as_str().unwrap().starts_with("2031-06-02"), "{row:?}");
    odoo.ok("hr.leave", "action_approve", json!({"ids": [leave]})).await;
    assert_eq!(odoo.read("hr.leave", leave, &["state"]).await["state"], "validate");
    assert_eq!(
        odoo.fault("hr.leave", "action_approve", json!({"ids": [leave]})).await.name,
        "odoo.exceptions.UserError"
    );
    release(odoo, leave).await;
}

async fn refused(odoo: &Odoo) {
    let (employee, kind) = (employee(odoo).await, kind(odoo, false).await);
    let leave = request(odoo, employee, kind).await;
    odoo.ok("hr.leave", "action_refuse", json!({"ids": [leave]})).await;
    assert_eq!(odoo.read("hr.leave", leave, &["state"]).await["state"], "refuse");
    let again = request(odoo, employee, kind).await;
    assert_eq!(odoo.read("hr.leave", again, &["state"]).await["state"], "confirm");
    release(odoo, again).await;
    release(odoo, leave).await;
}

async fn overlap(odoo: &Odoo) {
    let (employee, kind) = (employee(odoo).await, kind(odoo, false).await);
    let leave = request(odoo, employee, kind).await;
    let values = json!({
        "name": odoo.tag, "employee_id": employee, "holiday_status_id": kind,
        "request_date_from": "2031-06-03", "request_date_to": "2031-06-05",
        "date_from": "2031-06-03 06:00:00", "date_to": "2031-06-05 15:00:00",
    });
    let fault = odoo.fault("hr.leave", "create", json!({"vals_list": [values]})).await;
    fault.is("odoo.exceptions.ValidationError", "overlap", 422);
    release(odoo, leave).await;
}

async fn not_by_employees(odoo: &Odoo) {
    let (employee, kind) = (employee(odoo).await, kind(odoo, false).await);
    let leave = request(odoo, employee, kind).await;
    let fault = odoo.call(Who::Employee, "hr.leave", "action_approve", json!({"ids": [leave]})).await.unwrap_err();
    assert!(fault.name.starts_with("odoo.exceptions."), "{fault:?}");
    assert_eq!(odoo.read("hr.leave", leave, &["state"]).await["state"], "confirm");
    release(odoo, leave).await;
}

/// An approved allocation of twelve days. Without a span it begins on the user's day, which begins before that of UTC or after it.
async fn allocation(odoo: &Odoo, employee: i64, kind: i64, span: Option<(&str, Value)>) -> i64 {
    let mut values =
        json!({"name": odoo.tag, "employee_id": employee, "holiday_status_id": kind, "number_of_days": 12});
    if let Some((from, to)) = span {
        values["date_from"] = json!(from);
        values["date_to"] = to;
    }
    let allocation = odoo.make("hr.leave.allocation", values).await;
    if odoo.read("hr.leave.allocation", allocation, &["state"]).await["state"] == "confirm" {
        let approve = if odoo.version < 18 { "action_validate" } else { "action_approve" };
        odoo.ok("hr.leave.allocation", approve, json!({"ids": [allocation]})).await;
    }
    assert_eq!(odoo.read("hr.leave.allocation", allocation, &["state"]).await["state"], "validate");
    allocation
}

/// Lets an allocation go: Odoo deletes none that is approved.
async fn take_back(odoo: &Odoo, allocation: i64) {
    let _ = odoo.call(Who::Admin, "hr.leave.allocation", "action_refuse", json!({"ids": [allocation]})).await;
    if odoo.version < 18 {
        let _ = odoo.call(Who::Admin, "hr.leave.allocation", "action_draft", json!({"ids": [allocation]})).await;
    }
}

/// The days of a type that an employee was given, and those that are left.
async fn left(odoo: &Odoo, employee: i64, kind: i64) -> (Value, Value) {
    let arguments = json!({"ids": [kind], "fields": ["max_leaves", "virtual_remaining_leaves"], "context": {"employee_id": employee}});
    let row = odoo.ok("hr.leave.type", "read", arguments).await[0].clone();
    (row["max_leaves"].clone(), row["virtual_remaining_leaves"].clone())
}

async fn balance(odoo: &Odoo) {
    let (employee, kind) = (employee(odoo).await, kind(odoo, true).await);
    let span = (odoo.version >= 15).then(|| ("2026-01-01", Value::Bool(false)));
    let allocation = allocation(odoo, employee, kind, span).await;
    assert_eq!(left(odoo, employee, kind).await, (json!(12.0), json!(12.0)));
    take_back(odoo, allocation).await;
}

async fn spans(odoo: &Odoo) {
    for (from, to) in [("2020-01-01", json!("2020-12-31")), ("2199-01-01", Value::Bool(false))] {
        let (employee, kind) = (employee(odoo).await, kind(odoo, true).await);
        let allocation = allocation(odoo, employee, kind, Some((from, to.clone()))).await;
        assert_eq!(left(odoo, employee, kind).await, (json!(0.0), json!(0.0)), "{from} to {to}");
        take_back(odoo, allocation).await;
    }
}

async fn task(odoo: &Odoo) -> (i64, i64) {
    let project = odoo.make("project.project", json!({"name": odoo.tag})).await;
    (odoo.make("project.task", json!({"name": odoo.tag, "project_id": project})).await, project)
}

async fn hours(odoo: &Odoo) {
    let (task, project) = task(odoo).await;
    let values =
        json!({"name": "Drawing", "task_id": task, "project_id": project, "unit_amount": 2.5, "date": "2026-03-10"});
    let line = odoo.make("account.analytic.line", values).await;
    let fields = ["name", "project_id", "task_id", "employee_id", "user_id", "unit_amount", "date"];
    let row = odoo.read("account.analytic.line", line, &fields).await;
    assert_eq!((&row["project_id"][0], &row["task_id"][0]), (&json!(project), &json!(task)));
    assert_eq!(row["user_id"][0], odoo.uid(Who::Admin).await);
    assert!(row["employee_id"][0].is_i64(), "{row:?}");
    assert_eq!((&row["unit_amount"], &row["date"]), (&json!(2.5), &json!("2026-03-10")));
    let row = odoo.read("project.task", task, &["effective_hours", "timesheet_ids"]).await;
    assert_eq!((&row["effective_hours"], &row["timesheet_ids"]), (&json!(2.5), &json!([line])));
}

async fn own_hours(odoo: &Odoo) {
    let (task, project) = task(odoo).await;
    let values = json!({"name": odoo.tag, "task_id": task, "project_id": project, "unit_amount": 1});
    odoo.make("account.analytic.line", values).await;
    let domain = json!({"domain": [["name", "=", odoo.tag]]});
    let found = odoo.call(Who::Employee, "account.analytic.line", "search_count", domain).await.unwrap();
    assert_eq!(found, 0);
}

async fn below(odoo: &Odoo) {
    let mut values = json!({"name": odoo.tag, "type": "consu", "is_storable": true});
    if odoo.version < 18 {
        values = json!({"name": odoo.tag, "type": "product"});
    }
    let product = odoo.make("product.product", values).await;
    let template =
        odoo.read("product.product", product, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    let rule = json!({"product_id": product, "product_min_qty": 5, "product_max_qty": 20});
    let rule = odoo.make("stock.warehouse.orderpoint", rule).await;
    let fields = [
        "product_min_qty",
        "product_max_qty",
        "qty_on_hand",
        "qty_forecast",
        "warehouse_id",
        "location_id",
        "trigger",
        "name",
    ];
    let row = odoo.read("stock.warehouse.orderpoint", rule, &fields).await;
    assert_eq!((&row["product_min_qty"], &row["product_max_qty"]), (&json!(5.0), &json!(20.0)));
    assert_eq!((&row["qty_on_hand"], &row["qty_forecast"]), (&json!(0.0), &json!(0.0)));
    assert!(row["warehouse_id"][0].is_i64() && row["location_id"][0].is_i64(), "{row:?}");
    assert_eq!(row["trigger"], "auto");
    assert!(row["name"].as_str().unwrap().starts_with("OP/"), "{row:?}");
}

async fn meeting(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let values = json!({"name": odoo.tag, "start": "2031-05-10 08:00:00", "stop": "2031-05-10 09:30:00", "opportunity_id": lead});
    let event = odoo.make("calendar.event", values).await;
    let row = odoo.read("calendar.event", event, &["duration", "user_id", "opportunity_id", "allday", "show_as"]).await;
    assert_eq!((&row["duration"], &row["allday"], &row["show_as"]), (&json!(1.5), &json!(false), &json!("busy")));
    assert_eq!((&row["user_id"][0], &row["opportunity_id"][0]), (&json!(odoo.uid(Who::Admin).await), &json!(lead)));
}

/// At every moment the day of one of these zones is not that of UTC.
const EDGES: [&str; 2] = ["Pacific/Kiritimati", "Pacific/Pago_Pago"];

/// The day on which a record was made, in a zone, and so many days later.
async fn day_of(odoo: &Odoo, model: &str, id: i64, zone: &str, later: i64) -> Value {
    let made = odoo.read(model, id, &["create_date"]).await["create_date"].as_str().unwrap().to_owned();
    let made = made.parse::<DateTime>().unwrap().to_zoned(TimeZone::UTC).unwrap();
    json!(made.in_tz(zone).unwrap().date().checked_add(Span::new().days(later)).unwrap().to_string())
}

async fn today(odoo: &Odoo) {
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    for zone in EDGES {
        let context = json!({"tz": zone});
        for (model, values, field, later) in [
            ("sale.order", json!({"partner_id": customer}), "validity_date", 30),
            ("account.move", json!({"move_type": "out_invoice", "partner_id": customer}), "date", 0),
        ] {
            let id =
                odoo.ok(model, "create", json!({"vals_list": [values], "context": context})).await[0].as_i64().unwrap();
            odoo.keep(model, id);
            let row = odoo.read(model, id, &[field]).await;
            assert_eq!(row[field], day_of(odoo, model, id, zone, later).await, "{model}.{field} in {zone}");
        }
        for (model, field) in [
            ("account.analytic.line", "date"),
            ("mail.activity", "date_deadline"),
            ("hr.leave.allocation", "date_from"),
        ] {
            let now = odoo.make("res.partner", json!({"name": odoo.tag})).await;
            let row = odoo.ok(model, "default_get", json!({"fields": [field], "context": context})).await;
            assert_eq!(row[field], day_of(odoo, "res.partner", now, zone, 0).await, "{model}.{field} in {zone}");
        }
    }
}
