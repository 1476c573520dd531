//! Values that come about: names of records, sums, counts. Computed whenever they are asked for, whether Odoo stores them or not.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::demo::{
    clock::{self, When},
    domain::Node,
    env::Env,
    field::{Field, Kind},
    methods,
    model::Model,
    orm::search,
    value,
};

/// The value of a computed field; `how` is the word in its definition, with its arguments after colons.
pub(in crate::demo) fn value(env: &Env<'_>, model: &Model, id: i64, how: &str) -> Value {
    let (word, argument) = how.split_once(':').unwrap_or((how, ""));
    let env = &env.sudo();
    match word {
        "display_name" => display_name(env, model, id),
        "last_update" => {
            let stamp = |field: &str| env.get(model, id, field);
            Some(stamp("write_date")).filter(|at| !at.is_null()).unwrap_or_else(|| stamp("create_date"))
        }
        "complete_name" => json!(partner_name(env, model, id)),
        "path_name" => json!(path_name(env, model, id)),
        "company_type" => json!(if env.get(model, id, "is_company") == json!(true) { "company" } else { "person" }),
        "lower" => match env.get(model, id, argument) {
            Value::String(text) => json!(text.trim().to_lowercase()),
            _ => Value::Null,
        },
        "email_formatted" => match env.get(model, id, "email") {
            Value::String(email) => json!(format!("\"{}\" <{email}>", env.text(model, id, "name"))),
            _ => Value::Null,
        },
        "commercial_partner" => json!(commercial(env, model, id)),
        "commercial_company_name" => {
            let top = commercial(env, model, id);
            if env.get(model, top, "is_company") == json!(true) {
                env.get(model, top, "name")
            } else {
                env.get(model, id, "company_name")
            }
        }
        "address" => json!(address(env, model, id)),
        "tz_offset" => json!("+0000"),
        "count" => json!(value::ids(&env.get(model, id, argument)).len()),
        "sum" => sum(env, model, id, argument),
        "false" => json!(false),
        "true" => json!(true),
        "zero" => json!(0.0),
        "nothing" => Value::Null,
        "decimal_places" => {
            let rounding = env.get(model, id, "rounding").as_f64().unwrap_or(0.01);
            let mut places = 0;
            let mut unit = 1.0;
            while unit - rounding > 1e-9 && places < 8 {
                unit /= 10.0;
                places += 1;
            }
            json!(places)
        }
        "company_currency" => company_currency(env, model, id),
        "days" => days(env, model, id, argument),
        "external_id" => json!(format!("{}.{}", env.text(model, id, "module"), env.text(model, id, "name"))),
        "lst_price" => env.get(model, id, "list_price"),
        "first_variant" => {
            value::ids(&env.get(model, id, "product_variant_ids")).first().map_or(Value::Null, |id| json!(id))
        }
        "variant" => {
            only_variant(env, model, id).map_or(Value::Null, |(variants, variant)| env.get(variants, variant, argument))
        }
        word => methods::value(env, model, id, word, argument).unwrap_or_else(|| business(env, model, id, word)),
    }
}

fn business(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Value {
    let number = |name: &str| env.get(model, id, name).as_f64().unwrap_or_default();
    let sales = |confirmed: bool| -> Vec<i64> {
        let Some(orders) = env.registry.model("sale.order") else {
            return Vec::new();
        };
        let ids = value::ids(&env.get(model, id, "order_ids"));
        ids.into_iter()
            .filter(|order| matches!(env.text(orders, *order, "state").as_str(), "sale" | "done") == confirmed)
            .collect()
    };
    match word {
        "prorated_revenue" => json!(round(number("expected_revenue") * number("probability") / 100.0)),
        "won_status" => {
            let active = env.get(model, id, "active") == json!(true);
            let stages = env.registry.model("crm.stage");
            let won = stages
                .zip(env.link(model, id, "stage_id"))
                .is_some_and(|(stages, stage)| env.get(stages, stage, "is_won") == json!(true));
            json!(if active && won && number("probability") >= 100.0 {
                "won"
            } else if !active && number("probability") <= 0.0 {
                "lost"
            } else {
                "pending"
            })
        }
        "partner_visible" => json!(env.link(model, id, "partner_id").is_some()),
        "lead_sales" => json!(sales(true).len()),
        "lead_quotations" => json!(sales(false).len()),
        "lead_amount" => {
            let orders = env.registry.model("sale.order");
            let total = |order: &i64| {
                orders.and_then(|orders| env.get(orders, *order, "amount_untaxed").as_f64()).unwrap_or_default()
            };
            json!(round(sales(true).iter().map(total).sum()))
        }
        "user_companies" => match env.registry.model("res.company") {
            Some(companies) => json!(env.store.ids(&companies.name)),
            None => Value::Null,
        },
        "lead_commercial_partner" => match env.registry.model("res.partner").zip(env.link(model, id, "partner_id")) {
            Some((partners, partner)) => json!(commercial(env, partners, partner)),
            None => Value::Null,
        },
        "lost_leads" => {
            let Some(leads) = env.registry.model("crm.lead") else {
                return json!(0);
            };
            let node = Node::condition("lost_reason_id", "=", json!(id));
            json!(search::matching(&env.active_test(false), leads, &node).map_or(0, |ids| ids.len()))
        }
        "line_template" => env.follow(model, id, "product_id.product_tmpl_id"),
        _ => methods::computed(env, model, id, word),
    }
}

/// Two decimals, as the currencies of the sample data have.
///
/// Of no amounts Rust makes a sum of -0.0; Odoo's is 0.0.
pub(in crate::demo) fn round(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0 + 0.0
}

/// The name that clients show for a record.
pub(in crate::demo) fn display_name(env: &Env<'_>, model: &Model, id: i64) -> Value {
    if let Some(name) = methods::display_name(env, model, id) {
        return name;
    }
    let own = || model.rec_name.as_deref().map(|field| env.get(model, id, field));
    match model.name.as_str() {
        "res.partner" => json!(partner_name(env, model, id)),
        "res.partner.category" => json!(path_name(env, model, id)),
        "res.country.state" => {
            let code = env.follow(model, id, "country_id.code");
            json!(format!("{} ({})", env.text(model, id, "name"), code.as_str().unwrap_or_default()))
        }
        "product.product" | "product.template" => {
            let code = env.text(model, id, "default_code");
            let name = env.text(model, id, "name");
            let variant = env.store.get(&model.name, id).and_then(|row| row.get("_variant")).and_then(Value::as_str);
            let name = variant.map_or_else(|| name.clone(), |variant| format!("{name} ({variant})"));
            json!(if code.is_empty() { name } else { format!("[{code}] {name}") })
        }
        "helpdesk.ticket" => {
            // Its number, and before 16 its id.
            let number =
                if model.field("ticket_ref").is_some() { env.text(model, id, "ticket_ref") } else { id.to_string() };
            json!(format!("{} (#{number})", env.text(model, id, "name")))
        }
        "knowledge.article" => {
            let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
            let icon = or(env.text(model, id, "icon"), "📄");
            json!(format!("{icon} {}", or(env.text(model, id, "name"), "Untitled")))
        }
        "sale.order.line" => {
            let name = env.text(model, id, "name");
            let order = env.follow(model, id, "order_id.name");
            let partner = env.registry.model("res.partner").zip(env.link(model, id, "order_partner_id"));
            let partner = partner.map(|(partners, partner)| env.name(partners, partner)).unwrap_or_default();
            let first = name.lines().next().unwrap_or_default();
            json!(format!("{} - {first} ({partner})", order.as_str().unwrap_or_default()))
        }
        name => match own() {
            Some(Value::Null) | None if model.rec_name.is_none() => json!(format!("{name},{id}")),
            Some(found) => found,
            None => Value::Null,
        },
    }
}

fn partner_name(env: &Env<'_>, model: &Model, id: i64) -> String {
    let mut name = env.text(model, id, "name");
    let parent = env.link(model, id, "parent_id");
    if parent.is_none() && env.text(model, id, "company_name").is_empty() {
        return name.trim().to_owned();
    }
    if name.is_empty() {
        let kind = env.text(model, id, "type");
        let labels = model.field("type").map(|field| field.selection.as_slice()).unwrap_or_default();
        name = labels.iter().find(|(value, _)| *value == kind).map(|(_, label)| label.clone()).unwrap_or_default();
    }
    if env.get(model, id, "is_company") != json!(true) {
        let mut company = env.text(model, id, "commercial_company_name");
        if company.is_empty() {
            company = parent.map(|parent| env.text(model, parent, "name")).unwrap_or_default();
        }
        name = format!("{company}, {name}");
    }
    name.trim().to_owned()
}

fn path_name(env: &Env<'_>, model: &Model, id: i64) -> String {
    let own = env.text(model, id, "name");
    match env.link(model, id, "parent_id") {
        Some(parent) => format!("{} / {own}", path_name(env, model, parent)),
        None => own,
    }
}

/// The company behind a partner, or the partner itself.
fn commercial(env: &Env<'_>, model: &Model, id: i64) -> i64 {
    let mut top = id;
    // A circle of parents is refused only once it is written.
    for _ in 0..100 {
        match env.link(model, top, "parent_id") {
            Some(parent) if env.get(model, top, "is_company") != json!(true) => top = parent,
            _ => break,
        }
    }
    top
}

fn address(env: &Env<'_>, model: &Model, id: i64) -> String {
    let state = env.follow(model, id, "state_id.code");
    let country = env.follow(model, id, "country_id.name");
    let line = format!(
        "{} {} {}",
        env.text(model, id, "city"),
        state.as_str().unwrap_or_default(),
        env.text(model, id, "zip")
    );
    let company = if env.link(model, id, "parent_id").is_some() {
        env.get(model, id, "commercial_company_name")
    } else {
        Value::Null
    };
    let company = company.as_str().map(str::to_owned).unwrap_or_default();
    let lines = [
        company,
        env.text(model, id, "street"),
        env.text(model, id, "street2"),
        line,
        country.as_str().unwrap_or_default().to_owned(),
    ];
    let lines: Vec<String> =
        lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn sum(env: &Env<'_>, model: &Model, id: i64, path: &str) -> Value {
    let Some((many, inner)) = path.split_once('.') else {
        return json!(0.0);
    };
    let comodel = model.field(many).and_then(|field| env.registry.model(field.relation.as_deref()?));
    let Some(comodel) = comodel else {
        return json!(0.0);
    };
    let ids = value::ids(&env.get(model, id, many));
    json!(round(ids.into_iter().map(|id| env.get(comodel, id, inner).as_f64().unwrap_or_default()).sum::<f64>()))
}

fn company_currency(env: &Env<'_>, model: &Model, id: i64) -> Value {
    let company = env.link(model, id, "company_id").or_else(|| env.context.company());
    match env.registry.model("res.company").zip(company) {
        Some((companies, company)) => env.get(companies, company, "currency_id"),
        None => Value::Null,
    }
}

fn days(env: &Env<'_>, model: &Model, id: i64, argument: &str) -> Value {
    let at = |field: &str| -> Option<DateTime> {
        match clock::parse(env.get(model, id, field).as_str()?)? {
            When::Moment(at) => Some(at),
            When::Day(day) => Some(day.to_datetime(jiff::civil::Time::midnight())),
        }
    };
    let span = argument.split_once(':').and_then(|(from, to)| Some(at(to)?.duration_since(at(from)?)));
    span.map_or(Value::Null, |span| json!((span.as_hours().abs() / 24) as f64))
}

fn only_variant<'e>(env: &Env<'e>, model: &Model, id: i64) -> Option<(&'static Model, i64)> {
    let variants = env.registry.model("product.product")?;
    match value::ids(&env.get(model, id, "product_variant_ids")).as_slice() {
        [one] => Some((variants, *one)),
        _ => None,
    }
}

/// Where a write to a computed field goes: another field of the record, or of its only variant.
pub(in crate::demo) fn inverse(
    env: &Env<'_>,
    model: &Model,
    id: i64,
    field: &Field,
    given: &Value,
) -> Option<(String, i64, String, Value)> {
    let how = field.compute.as_deref()?;
    match how.split_once(':').unwrap_or((how, "")) {
        ("company_type", _) => Some((model.name.clone(), id, "is_company".into(), json!(given == "company"))),
        ("lst_price", _) => Some((model.name.clone(), id, "list_price".into(), given.clone())),
        ("variant", name) => only_variant(env, model, id)
            .map(|(variants, variant)| (variants.name.clone(), variant, name.into(), given.clone())),
        _ => None,
    }
}

/// Some models put an exact code before everything else (`res.country`: `BE`).
pub(in crate::demo) fn name_search_order(env: &Env<'_>, model: &Model, text: &Value, ids: &mut [i64]) {
    if model.name != "res.country" {
        return;
    }
    let code = text.as_str().unwrap_or_default().to_uppercase();
    ids.sort_by_key(|id| env.text(model, *id, "code") != code);
}

/// Whether a write may set the field on this model directly.
pub(in crate::demo) fn writable(field: &Field) -> bool {
    !matches!(field.name.as_str(), "id" | "create_uid" | "create_date" | "write_uid" | "write_date" | "display_name")
        && (!field.derived()
            || field.path().is_some() && !field.readonly
            || matches!(field.kind, Kind::Boolean) && field.path().is_some())
}
