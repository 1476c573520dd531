//! What single models do beyond the common rules: values that follow from others, constraints, business methods.

use jiff::Span;
use serde_json::{Map, Value, json};

use super::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::{search, write},
    value,
};

/// Values that a new record takes from others that were given, where the caller gave none.
pub(super) fn prefill(env: &Env<'_>, model: &Model, values: &mut Map<String, Value>) {
    match model.name.as_str() {
        "crm.lead" => lead_defaults(env, values),
        "sale.order" => order_defaults(env, values),
        "sale.order.line" => line_defaults(env, values),
        "res.partner" => {
            if let Some(parent) = values.get("parent_id").and_then(value::id) {
                let sudo = env.sudo();
                let address = ["street", "street2", "city", "zip", "state_id", "country_id"];
                let contact = values.get("type").and_then(Value::as_str).unwrap_or("contact") == "contact";
                if contact && !address.iter().any(|field| values.contains_key(*field)) {
                    take(&sudo, model, parent, &address, values);
                }
            }
        }
        "res.users" => {
            let company = values.get("company_id").cloned();
            if let Some(company) = company.filter(|company| value::id(company).is_some()) {
                values.entry("company_ids").or_insert(json!([[6, 0, [company]]]));
            }
        }
        _ => {}
    }
}

fn take(env: &Env<'_>, model: &Model, from: i64, fields: &[&str], values: &mut Map<String, Value>) {
    for field in fields {
        let found = env.get(model, from, field);
        if !found.is_null() && !values.contains_key(*field) {
            values.insert((*field).to_owned(), found);
        }
    }
}

fn lead_defaults(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let now = json!(clock::print(env.context.now));
    if let Some(user) = values.get("user_id").and_then(value::id) {
        values.entry("date_open").or_insert(now.clone());
        if let Some(users) = env.registry.model("res.users") {
            if let Some(team) = sudo.link(users, user, "sale_team_id") {
                values.entry("team_id").or_insert(json!(team));
            }
            if let Some(company) = sudo.link(users, user, "company_id") {
                values.entry("company_id").or_insert(json!(company));
            }
        }
    }
    if let Some(stages) = env.registry.model("crm.stage").filter(|_| !values.contains_key("stage_id")) {
        let mut ids = search::matching(&sudo, stages, &super::domain::Node::Const(true)).unwrap_or_default();
        search::sort(&sudo, stages, &mut ids, &stages.order);
        values.extend(ids.first().map(|stage| ("stage_id".to_owned(), json!(stage))));
    }
    values.entry("date_last_stage_update").or_insert(now);
    if !values.contains_key("probability") {
        // Odoo learns the probability from won and lost leads; here it grows with the stage.
        let stage = values.get("stage_id").and_then(value::id);
        let sequence =
            env.registry.model("crm.stage").zip(stage).map(|(stages, stage)| sudo.get(stages, stage, "sequence"));
        let sequence = sequence.and_then(|sequence| sequence.as_f64()).unwrap_or(1.0);
        values.insert("probability".into(), json!((sequence * 20.0).min(95.0)));
    }
    lead_contact(env, values);
}

/// A lead takes what it lacks from its customer.
fn lead_contact(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some((partners, partner)) = env.registry.model("res.partner").zip(values.get("partner_id").and_then(value::id))
    else {
        return;
    };
    if !env.store.has("res.partner", partner) {
        return;
    }
    let email = sudo.get(partners, partner, "email");
    if !email.is_null() && !values.contains_key("email_from") {
        values.insert("email_from".into(), email);
    }
    let fields = ["phone", "function", "website", "street", "street2", "city", "zip", "state_id", "country_id"];
    take(&sudo, partners, partner, &fields, values);
    let company = sudo.get(partners, partner, "is_company") == json!(true);
    let name = sudo.get(partners, partner, "name");
    if company {
        values.entry("partner_name").or_insert(name);
    } else {
        values.entry("contact_name").or_insert(name);
        let parent = sudo.link(partners, partner, "parent_id");
        if let Some(parent) = parent {
            values.entry("partner_name").or_insert(sudo.get(partners, parent, "name"));
        }
    }
}

fn order_defaults(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some(partner) = values.get("partner_id").and_then(value::id) else {
        return;
    };
    for field in ["partner_invoice_id", "partner_shipping_id"] {
        values.entry(field).or_insert(json!(partner));
    }
    let salesperson = env.registry.model("res.partner").and_then(|partners| sudo.link(partners, partner, "user_id"));
    let user = salesperson.unwrap_or(env.context.uid);
    values.entry("user_id").or_insert(json!(user));
    if let Some(team) = env.registry.model("res.users").and_then(|users| sudo.link(users, user, "sale_team_id")) {
        values.entry("team_id").or_insert(json!(team));
    }
    let today = env.context.now.date();
    if let Ok(until) = today.checked_add(Span::new().days(30)) {
        values.entry("validity_date").or_insert(json!(until.to_string()));
    }
}

fn line_defaults(env: &Env<'_>, values: &mut Map<String, Value>) {
    if values.get("display_type").is_some_and(value::truthy) {
        for field in ["product_uom_qty", "price_unit"] {
            values.insert(field.into(), json!(0.0));
        }
        return;
    }
    let sudo = env.sudo();
    let Some((products, product)) =
        env.registry.model("product.product").zip(values.get("product_id").and_then(value::id))
    else {
        return;
    };
    let mut name = sudo.name(products, product);
    let description = sudo.text(products, product, "description_sale");
    if !description.is_empty() {
        name = format!("{name}\n{description}");
    }
    values.entry("name").or_insert(json!(name));
    values.entry("price_unit").or_insert(sudo.get(products, product, "lst_price"));
    let uom = if env.major() >= 19 { "product_uom_id" } else { "product_uom" };
    values.entry(uom).or_insert(sudo.get(products, product, "uom_id"));
}

/// What follows once a record is there.
pub(super) fn created(tx: &mut Tx<'_>, model: &'static Model, id: i64) -> Outcome<()> {
    match model.name.as_str() {
        "sale.order" if tx.env().text(model, id, "name") == "New" => {
            let number = tx.store.next("sale.order");
            tx.store.set(&model.name, id, "name", json!(format!("S{number:05}")));
            Ok(())
        }
        // A template comes with one variant, unless it is the variant that brings its template.
        "product.template" if !tx.context.raw.contains_key("create_product_product") => {
            let variant = tx.registry.model("product.product").ok_or_else(|| Fault::key("product.product"))?;
            let values = Map::from_iter([("product_tmpl_id".to_owned(), json!(id))]);
            write::create(&mut tx.sudo(), variant, &[values])?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Values that a change brings with it.
pub(super) fn before_write(env: &Env<'_>, model: &Model, id: i64, values: &mut Map<String, Value>) -> Outcome<()> {
    if model.name != "crm.lead" {
        return Ok(());
    }
    let sudo = env.sudo();
    if let Some(stage) = values.get("stage_id").and_then(value::id)
        && sudo.link(model, id, "stage_id") != Some(stage)
    {
        let now = json!(clock::print(env.context.now));
        let won =
            env.registry.model("crm.stage").is_some_and(|stages| sudo.get(stages, stage, "is_won") == json!(true));
        values.insert("date_last_stage_update".into(), now.clone());
        values.insert("date_closed".into(), if won { now } else { Value::Bool(false) });
        if won {
            values.insert("probability".into(), json!(100.0));
        }
    }
    if values.get("user_id").is_some_and(value::truthy) {
        values.entry("date_open").or_insert(json!(clock::print(env.context.now)));
    }
    Ok(())
}

/// What follows a change.
pub(super) fn written(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    if model.name == "crm.lead" && values.get("partner_id").is_some_and(value::truthy) {
        let mut taken =
            Map::from_iter([("partner_id".to_owned(), values.get("partner_id").cloned().unwrap_or(Value::Null))]);
        lead_contact(&tx.env(), &mut taken);
        taken.remove("partner_id");
        for (field, found) in taken {
            if !values.contains_key(&field) {
                tx.store.set(&model.name, id, &field, found);
            }
        }
    }
    Ok(())
}

/// What must hold of a record.
pub(super) fn constraints(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    if model.name == "res.partner" {
        let contact = sudo.text(model, id, "type") == "contact" || sudo.get(model, id, "type").is_null();
        if contact && sudo.get(model, id, "name").is_null() {
            return Err(Fault::validation("The operation cannot be completed: Contacts require a name"));
        }
    }
    let Some(parent) = &model.parent else {
        return Ok(());
    };
    let mut at = id;
    for _ in 0..1_000 {
        match sudo.link(model, at, parent) {
            Some(above) if above == id => {
                return Err(Fault::validation(match model.name.as_str() {
                    "res.partner" => "You cannot create recursive Partner hierarchies.".to_owned(),
                    "res.partner.category" => "You can not create recursive tags.".to_owned(),
                    _ => "Recursion Detected.".to_owned(),
                }));
            }
            Some(above) => at = above,
            None => break,
        }
    }
    Ok(())
}

/// What may not be removed.
pub(super) fn before_unlink(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    match model.name.as_str() {
        "sale.order" if !matches!(sudo.text(model, id, "state").as_str(), "draft" | "cancel") => Err(Fault::user(
            "You can not delete a sent quotation or a confirmed sales order. You must first cancel it.",
        )),
        "sale.order.line" => {
            let state = sudo.text(model, id, "state");
            if matches!(state.as_str(), "sale" | "done") && sudo.get(model, id, "display_type").is_null() {
                return Err(Fault::user(
                    "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something gets invoiced or delivered).\n                Set the quantity to 0 instead.",
                ));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a copy does not take over.
pub(super) fn copied(model: &Model, values: &mut Map<String, Value>) {
    match model.name.as_str() {
        "sale.order" => {
            for field in ["name", "state", "date_order", "validity_date", "locked", "client_order_ref"] {
                values.remove(field);
            }
        }
        "crm.lead" => {
            for field in
                ["date_open", "date_closed", "lost_reason_id", "date_last_stage_update", "probability", "stage_id"]
            {
                values.remove(field);
            }
        }
        _ => {}
    }
}

/// A method of the records' own, by name: what it answers. `kwargs` are the arguments beside the ids.
pub(super) fn call(
    tx: &mut Tx<'_>,
    model: &'static Model,
    method: &str,
    ids: &[i64],
    kwargs: &Map<String, Value>,
) -> Outcome<Value> {
    match (model.name.as_str(), method) {
        (_, "action_archive" | "action_unarchive" | "toggle_active") => archive(tx, model, method, ids),
        ("crm.lead", "action_set_lost") => lose(tx, model, ids, kwargs),
        ("crm.lead", "action_set_won" | "action_set_won_rainbowman") => win(tx, model, ids),
        ("sale.order", "action_confirm") => confirm(tx, model, ids),
        ("sale.order", "action_cancel") => cancel(tx, model, ids),
        ("sale.order", "action_draft") => {
            let states = tx.env();
            let back: Vec<i64> = ids
                .iter()
                .copied()
                .filter(|id| matches!(states.text(model, *id, "state").as_str(), "cancel" | "sent"))
                .collect();
            set(tx, model, &back, json!({"state": "draft"}))?;
            Ok(json!(true))
        }
        ("sale.order", "action_quotation_send") => Ok(json!({
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": "mail.compose.message",
            "views": [[false, "form"]],
            "view_id": false,
            "target": "new",
            "context": {"default_model": "sale.order", "default_res_ids": ids, "mark_so_as_sent": true},
        })),
        _ => Err(Fault::attribute(format!("The method '{}.{method}' does not exist", model.name))),
    }
}

fn set(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], values: Value) -> Outcome<()> {
    let values = values.as_object().cloned().unwrap_or_default();
    write::write(tx, model, ids, &values)
}

fn archive(tx: &mut Tx<'_>, model: &'static Model, method: &str, ids: &[i64]) -> Outcome<Value> {
    for id in ids.iter().copied() {
        write::exist(tx, model, &[id])?;
        let active = match method {
            "action_archive" => false,
            "action_unarchive" => true,
            _ => tx.env().get(model, id, "active") != json!(true),
        };
        let mut values = json!({"active": active});
        if model.name == "crm.lead" && active {
            let reason = if tx.env().major() >= 16 { "lost_reason_id" } else { "lost_reason" };
            values = json!({"active": true, reason: false, "probability": 20.0});
        }
        set(tx, model, &[id], values)?;
    }
    Ok(if tx.env().major() >= 19 { Value::Null } else { json!(true) })
}

fn lose(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], kwargs: &Map<String, Value>) -> Outcome<Value> {
    let now = clock::print(tx.context.now);
    let mut values =
        json!({"active": false, "probability": 0.0, "date_closed": now}).as_object().cloned().unwrap_or_default();
    values.extend(kwargs.clone());
    write::write(tx, model, ids, &values)?;
    Ok(if tx.env().major() >= 19 { Value::Null } else { json!(true) })
}

fn win(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    let env = tx.env().sudo();
    let stage = env.registry.model("crm.stage").and_then(|stages| {
        let mut ids =
            search::matching(&env, stages, &super::domain::Node::condition("is_won", "=", json!(true))).ok()?;
        search::sort(&env, stages, &mut ids, &stages.order);
        ids.first().copied()
    });
    set(tx, model, ids, json!({"active": true, "probability": 100.0, "stage_id": stage}))?;
    Ok(json!(true))
}

fn confirm(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    let waiting = |id: &i64| matches!(tx.env().text(model, *id, "state").as_str(), "draft" | "sent");
    if !ids.iter().all(waiting) {
        return Err(Fault::user(match tx.env().major() {
            17.. => "Some orders are not in a state requiring confirmation.".to_owned(),
            _ => "It is not allowed to confirm an order in the following states: cancel, done".to_owned(),
        }));
    }
    set(tx, model, ids, json!({"state": "sale", "date_order": clock::print(tx.context.now)}))?;
    Ok(json!(true))
}

fn cancel(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    // 15 to 18 ask first, for an order that was sent or confirmed.
    let asks = (15..19).contains(&tx.env().major()) && !tx.context.raw.contains_key("disable_cancel_warning");
    if asks && ids.iter().any(|id| tx.env().text(model, *id, "state") != "draft") {
        return Ok(json!({
            "name": "Cancel Quotation",
            "view_mode": "form",
            "res_model": "sale.order.cancel",
            "type": "ir.actions.act_window",
            "context": {"default_order_id": ids.first()},
            "target": "new",
        }));
    }
    set(tx, model, ids, json!({"state": "cancel"}))?;
    Ok(json!(true))
}
