//! Invoices, bills and credit notes: journal, dates, lines and amounts that follow from others; posting, cancelling, what is still to pay.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{order, set};
use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    model::Model,
    orm::{compute, write},
    store::Store,
    value,
};

/// The value of a computed field of invoices and their lines, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str, argument: &str) -> Option<Value> {
    let (untaxed, tax) = match word {
        "invoice_line_subtotal" | "invoice_line_total" => order::taxed(env, model, id, "quantity", "tax_ids"),
        _ => (0.0, 0.0),
    };
    Some(match word {
        "copy" => env.get(model, id, argument),
        "invoice_line_subtotal" => json!(untaxed),
        "invoice_line_total" => json!(compute::round(untaxed + tax)),
        "invoice_tax" => {
            json!(compute::round(number(env, model, id, "amount_total") - number(env, model, id, "amount_untaxed")))
        }
        "invoice_residual" => json!(residual(env, model, id)),
        "invoice_signed" => {
            let inbound =
                matches!(env.text(model, id, "move_type").as_str(), "out_refund" | "in_invoice" | "in_receipt");
            let amount = number(env, model, id, argument);
            json!(if inbound && amount != 0.0 { -amount } else { amount })
        }
        "invoice_partner" => match env.registry.model("res.partner").zip(env.link(model, id, "partner_id")) {
            Some((partners, partner)) => json!(env.name(partners, partner)),
            None => Value::Null,
        },
        "invoice_payment_state" => json!(payment_state(env, model, id)),
        "invoice_status_in_payment" => match env.text(model, id, "state").as_str() {
            "posted" => {
                json!(Some(payment_state(env, model, id)).filter(|state| *state != "not_paid").unwrap_or("posted"))
            }
            state => json!(state),
        },
        _ => return None,
    })
}

fn number(env: &Env<'_>, model: &Model, id: i64, field: &str) -> f64 {
    env.get(model, id, field).as_f64().unwrap_or_default()
}

/// What was paid lies with the record as `_paid`: payments are no records of their own here.
fn paid(env: &Env<'_>, model: &Model, id: i64) -> f64 {
    env.store.get(&model.name, id).and_then(|row| row.get("_paid")).and_then(Value::as_f64).unwrap_or_default()
}

fn residual(env: &Env<'_>, model: &Model, id: i64) -> f64 {
    compute::round(number(env, model, id, "amount_total") - paid(env, model, id))
}

fn payment_state(env: &Env<'_>, model: &Model, id: i64) -> &'static str {
    let kept = env.store.get(&model.name, id).and_then(|row| row.get("_payment_state")).and_then(Value::as_str);
    match kept {
        Some("in_payment") => return "in_payment",
        Some("reversed") => return "reversed",
        _ => {}
    }
    if env.text(model, id, "state") != "posted" || paid(env, model, id) == 0.0 {
        "not_paid"
    } else if residual(env, model, id) == 0.0 {
        "paid"
    } else {
        "partial"
    }
}

/// `INV/2026/00004 (reference)`; of a draft what it is, and until 17 its id.
pub(super) fn display_name(env: &Env<'_>, model: &Model, id: i64) -> Option<Value> {
    if model.name == "account.account" {
        return Some(json!(format!("{} {}", env.text(model, id, "code"), env.text(model, id, "name"))));
    }
    if model.name != "account.move" {
        return None;
    }
    let mut name = env.text(model, id, "name");
    if env.text(model, id, "state") == "draft" {
        let kind = match env.text(model, id, "move_type").as_str() {
            "out_invoice" => "Draft Invoice",
            "out_refund" => "Draft Credit Note",
            "in_invoice" => "Draft Bill",
            "in_refund" => "Draft Vendor Credit Note",
            "out_receipt" => "Draft Sales Receipt",
            "in_receipt" => "Draft Purchase Receipt",
            _ => "Draft Entry",
        };
        name = match name.as_str() {
            "" | "/" if env.major() < 18 => format!("{kind} (* {id})"),
            "" | "/" => kind.to_owned(),
            _ => format!("{kind} {name}"),
        };
    }
    let reference = env.text(model, id, "ref");
    Some(json!(if reference.is_empty() { name } else { format!("{name} ({reference})") }))
}

/// Values that a new invoice takes from its type and its customer.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let kind = values.get("move_type").and_then(Value::as_str).unwrap_or("entry").to_owned();
    if let Some(journal) = journal(env, &kind, values.get("company_id").and_then(value::id)) {
        values.entry("journal_id").or_insert(json!(journal));
    }
    if env.major() < 18 {
        values.entry("name").or_insert(json!("/"));
    }
    if kind.starts_with("out_") {
        values.entry("invoice_user_id").or_insert(json!(env.context.uid));
    }
    if kind != "entry" {
        let today = clock::to_local(env.context.now, env.context.tz.as_deref()).date().to_string();
        if env.major() < 16 && kind.starts_with("in_") {
            values.entry("invoice_date").or_insert(json!(today));
        }
        let from = values.get("invoice_date").and_then(Value::as_str).unwrap_or(&today).to_owned();
        values.entry("invoice_date_due").or_insert(json!(from));
    }
    dated(values);
}

/// An invoice's day is that of its entry.
pub(super) fn dated(values: &mut Map<String, Value>) {
    if let Some(date) = values.get("invoice_date").filter(|date| value::truthy(date)).cloned() {
        values.insert("date".into(), date);
    }
}

/// The first journal of the type that such an invoice goes into.
fn journal(env: &Env<'_>, kind: &str, company: Option<i64>) -> Option<i64> {
    let wanted = match kind.split('_').next() {
        Some("out") => "sale",
        Some("in") => "purchase",
        _ => "general",
    };
    let sudo = env.sudo();
    let journals = env.registry.model("account.journal")?;
    let fits =
        |id: &i64| sudo.text(journals, *id, "type") == wanted && sudo.link(journals, *id, "company_id") == company;
    env.store.ids(&journals.name).into_iter().find(fits)
}

/// Values that a new line takes from its invoice and its product.
pub(super) fn prefill_line(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let Some((moves, id)) = env.registry.model("account.move").zip(values.get("move_id").and_then(value::id)) else {
        return;
    };
    for field in ["currency_id", "partner_id"] {
        values.entry(field).or_insert(sudo.get(moves, id, field));
    }
    if values.get("display_type").is_some_and(|kind| value::truthy(kind) && kind != "product") {
        values.insert("quantity".into(), json!(if env.major() >= 16 { 0.0 } else { 1.0 }));
        return;
    }
    if env.major() >= 16 {
        values.insert("display_type".into(), json!("product"));
    }
    let sold = sudo.text(moves, id, "move_type").starts_with("out_");
    let account = if sold { "account.1_income" } else { "account.1_expense" };
    if let Some((_, account)) = sudo.store.named(account) {
        values.entry("account_id").or_insert(json!(account));
    }
    let Some((products, product)) =
        env.registry.model("product.product").zip(values.get("product_id").and_then(value::id))
    else {
        return;
    };
    values.entry("name").or_insert(json!(sudo.name(products, product)));
    let price = if sold { "lst_price" } else { "standard_price" };
    values.entry("price_unit").or_insert(sudo.get(products, product, price));
    // 14 fills it in only where the form's onchange does.
    if env.major() >= 16 {
        values.entry("product_uom_id").or_insert(sudo.get(products, product, "uom_id"));
    }
    let taxes = if sold { "taxes_id" } else { "supplier_taxes_id" };
    let company = sudo.link(moves, id, "company_id");
    values.entry("tax_ids").or_insert(order::taxes_of(&sudo, products, product, taxes, company));
}

/// The next free number: of the year for what is sold, of the month for the rest, and before 17 of the month for all.
fn next_number(env: &Env<'_>, model: &Model, id: i64) -> Option<String> {
    let day: Date = env.text(model, id, "date").parse().ok()?;
    let journals = env.registry.model("account.journal")?;
    let code = env.text(journals, env.link(model, id, "journal_id")?, "code");
    let kind = env.text(model, id, "move_type");
    let refund = if kind.ends_with("refund") { "R" } else { "" };
    let (prefix, width) = if env.major() >= 17 && kind.starts_with("out_") {
        (format!("{refund}{code}/{}/", day.year()), 5)
    } else {
        (format!("{refund}{code}/{}/{:02}/", day.year(), day.month()), 4)
    };
    let company = env.link(model, id, "company_id");
    let last = env.store.ids(&model.name).into_iter().filter(|other| env.link(model, *other, "company_id") == company);
    let last = last.filter_map(|other| env.text(model, other, "name").strip_prefix(&prefix)?.parse::<u32>().ok()).max();
    Some(format!("{prefix}{:0width$}", last.unwrap_or_default() + 1))
}

/// Gives the posted invoices of the sample data their numbers, which depend on the day.
pub(in crate::demo) fn number_samples(store: &mut Store, registry: &'static crate::demo::registry::Registry) {
    let Some(model) = registry.model("account.move") else {
        return;
    };
    let context = crate::demo::env::Context::new(store, 1, Map::new());
    let mut tx = Tx { store, registry, context };
    let env = tx.env();
    let mut posted: Vec<i64> =
        env.store.ids(&model.name).into_iter().filter(|id| env.text(model, *id, "state") != "draft").collect();
    posted.sort_by_key(|id| (env.text(model, *id, "date"), *id));
    for id in posted {
        name(&mut tx, model, id);
    }
}

fn name(tx: &mut Tx<'_>, model: &Model, id: i64) {
    let Some(number) = next_number(&tx.env().sudo(), model, id) else {
        return;
    };
    let sold = tx.env().sudo().text(model, id, "move_type").starts_with("out_");
    tx.store.set(&model.name, id, "name", json!(number));
    if sold && tx.env().sudo().get(model, id, "payment_reference").is_null() {
        tx.store.set(&model.name, id, "payment_reference", json!(number));
    }
}

/// `action_post`
pub(super) fn post(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64]) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    for id in ids.iter().copied() {
        let env = tx.env().sudo();
        if env.text(model, id, "state") != "draft" {
            if env.major() < 15 {
                continue;
            }
            return Err(Fault::user(format!("The entry {} (id {id}) must be in draft.", env.text(model, id, "name"))));
        }
        let kind = env.text(model, id, "move_type");
        let today = clock::to_local(env.context.now, env.context.tz.as_deref()).date();
        let mut values = json!({"state": "posted", "posted_before": true});
        if env.get(model, id, "invoice_date").is_null() && kind != "entry" {
            if kind.starts_with("in_") {
                return Err(Fault::user("The Bill/Refund date is required to validate this document."));
            }
            let today = today.to_string();
            values = json!({"state": "posted", "posted_before": true, "invoice_date": today, "date": today});
        }
        let number = env.text(model, id, "name");
        set(tx, model, &[id], values)?;
        if matches!(number.as_str(), "" | "/") {
            name(tx, model, id);
        }
    }
    Ok(match tx.env().major() {
        // The records, which JSON-RPC prints as Python does.
        ..15 => json!(format!("account.move{}", value::tuple(ids))),
        _ => json!(false),
    })
}

/// `button_draft`, `button_cancel`
pub(super) fn to_state(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], state: &str) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    set(tx, model, ids, json!({"state": state}))?;
    Ok(Value::Null)
}

/// Refuses to remove what is, or in 14 was, in the books.
pub(super) fn removable(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let forced = env.context.raw.get("force_delete").is_some_and(value::truthy);
    if env.major() < 15 {
        let posted = env.get(model, id, "posted_before") == json!(true) && !forced;
        return if posted {
            Err(Fault::user("You cannot delete an entry which has been posted once."))
        } else {
            Ok(())
        };
    }
    if env.text(model, id, "state") == "posted" && !forced {
        return Err(Fault::user(
            "You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal entry to draft before deleting it.",
        ));
    }
    Ok(())
}
