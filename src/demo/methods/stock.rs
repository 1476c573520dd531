//! Stock: how much of a product lies where, what is on its way, and the delivery of a confirmed order.

use serde_json::{Map, Value, json};

use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::Outcome,
    model::Model,
    orm::{compute, write},
    value,
};

/// The states of a move that is still to happen.
const TODO: [&str; 4] = ["waiting", "confirmed", "assigned", "partially_available"];

/// The value of a computed field of this application, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str, argument: &str) -> Option<Value> {
    let number = |field: &str| env.get(model, id, field).as_f64().unwrap_or_default();
    Some(match word {
        "stock" => json!(Quantities::of(env, model, id).named(argument)),
        "variants" => {
            let variants = env.registry.model("product.product")?;
            let ids = value::ids(&env.get(model, id, "product_variant_ids"));
            let each = ids.into_iter().map(|variant| Quantities::of(env, variants, variant).named(argument));
            json!(compute::round(each.sum()))
        }
        "quant_available" => json!(compute::round(number("quantity") - number("reserved_quantity"))),
        "move_product_qty" => json!(number("product_uom_qty")),
        "lot_quantity" => {
            let quants = env.registry.model("stock.quant")?;
            let inside = |quant: &i64| {
                let usage = env.follow(quants, *quant, "location_id.usage");
                matches!(usage.as_str(), Some("internal" | "transit"))
            };
            let held = value::ids(&env.get(model, id, "quant_ids")).into_iter().filter(inside);
            json!(compute::round(held.filter_map(|quant| env.get(quants, quant, "quantity").as_f64()).sum()))
        }
        "location_path" => json!(path(env, model, id)),
        "location_warehouse" => warehouse(env, model, id),
        "delivery_status" => delivery_status(env, model, id),
        _ => return None,
    })
}

/// `WH/Stock/Shelf 1`: a location's name after those of the locations around it; a view stands for itself.
fn path(env: &Env<'_>, model: &Model, id: i64) -> String {
    let name = env.text(model, id, "name");
    match env.link(model, id, "location_id") {
        Some(parent) if env.text(model, id, "usage") != "view" => format!("{}/{name}", path(env, model, parent)),
        _ => name,
    }
}

/// A location and those around it, from the inside out.
fn around(env: &Env<'_>, locations: &Model, id: i64) -> Vec<i64> {
    let mut found = vec![id];
    let mut at = id;
    while let Some(parent) = env.link(locations, at, "location_id").filter(|parent| !found.contains(parent)) {
        found.push(parent);
        at = parent;
    }
    found
}

fn warehouse(env: &Env<'_>, locations: &Model, id: i64) -> Value {
    let Some(warehouses) = env.registry.model("stock.warehouse") else {
        return Value::Null;
    };
    let around = around(env, locations, id);
    let holds =
        |one: &i64| env.link(warehouses, *one, "view_location_id").is_some_and(|location| around.contains(&location));
    env.store.ids(&warehouses.name).into_iter().find(holds).map_or(Value::Null, |id| json!(id))
}

/// The quantities of one product in the warehouses of the caller's companies, or in what the context names.
#[derive(Clone, Copy, Debug, Default)]
struct Quantities {
    available: f64,
    reserved: f64,
    incoming: f64,
    outgoing: f64,
}

impl Quantities {
    fn of(env: &Env<'_>, products: &Model, product: i64) -> Self {
        let models = (env.registry.model("stock.location"), env.registry.model("stock.quant"));
        let (Some(locations), Some(quants)) = models else {
            return Self::default();
        };
        let mut found = Self::default();
        if env.text(products, product, "type") == "service" {
            return found;
        }
        let roots = roots(env, locations);
        let inside = |location: Option<i64>| {
            location.is_some_and(|location| around(env, locations, location).iter().any(|at| roots.contains(at)))
        };
        for quant in value::ids(&env.get(products, product, "stock_quant_ids")) {
            if inside(env.link(quants, quant, "location_id")) {
                found.available += env.get(quants, quant, "quantity").as_f64().unwrap_or_default();
                found.reserved += env.get(quants, quant, "reserved_quantity").as_f64().unwrap_or_default();
            }
        }
        let Some(moves) = env.registry.model("stock.move") else {
            return found;
        };
        for one in value::ids(&env.get(products, product, "stock_move_ids")) {
            if !TODO.contains(&env.text(moves, one, "state").as_str()) {
                continue;
            }
            let quantity = env.get(moves, one, "product_qty").as_f64().unwrap_or_default();
            let (from, to) = (env.link(moves, one, "location_id"), env.link(moves, one, "location_dest_id"));
            match (inside(from), inside(to)) {
                (false, true) => found.incoming += quantity,
                (true, false) => found.outgoing += quantity,
                _ => {}
            }
        }
        found
    }

    fn named(self, field: &str) -> f64 {
        compute::round(match field {
            "qty_available" => self.available,
            "free_qty" => self.available - self.reserved,
            "incoming_qty" => self.incoming,
            "outgoing_qty" => self.outgoing,
            _ => self.available + self.incoming - self.outgoing,
        })
    }
}

/// The locations whose content counts: those that the context names under `location` (ids, or parts of names), those of the warehouse that
/// it names, or all warehouses of the companies.
fn roots(env: &Env<'_>, locations: &Model) -> Vec<i64> {
    let Some(warehouses) = env.registry.model("stock.warehouse") else {
        return Vec::new();
    };
    let raw = |key: &str| env.context.raw.get(key).filter(|given| value::truthy(given));
    if let Some(given) = raw("location") {
        return named(env, locations, "complete_name", given);
    }
    let views = |ids: Vec<i64>| -> Vec<i64> {
        ids.into_iter().filter_map(|id| env.link(warehouses, id, "view_location_id")).collect()
    };
    // `warehouse` until 17.
    if let Some(given) = raw(if env.major() >= 18 { "warehouse_id" } else { "warehouse" }) {
        return views(named(env, warehouses, "name", given));
    }
    let mut all = env.store.ids(&warehouses.name);
    all.retain(|id| env.link(warehouses, *id, "company_id").is_some_and(|own| env.context.companies.contains(&own)));
    views(all)
}

fn named(env: &Env<'_>, model: &Model, field: &str, given: &Value) -> Vec<i64> {
    let items = given.as_array().cloned().unwrap_or_else(|| vec![given.clone()]);
    let mut found = Vec::new();
    for item in &items {
        match item.as_str() {
            Some(part) => {
                let part = part.to_lowercase();
                let fits = |id: &i64| env.text(model, *id, field).to_lowercase().contains(&part);
                found.extend(env.store.ids(&model.name).into_iter().filter(fits));
            }
            None => found.extend(value::id(item)),
        }
    }
    found
}

fn delivery_status(env: &Env<'_>, orders: &Model, id: i64) -> Value {
    let Some((pickings, lines)) = env.registry.model("stock.picking").zip(env.registry.model("sale.order.line")) else {
        return Value::Null;
    };
    let ids = value::ids(&env.get(orders, id, "picking_ids"));
    let states: Vec<String> = ids.into_iter().map(|picking| env.text(pickings, picking, "state")).collect();
    let done = states.iter().any(|state| state == "done");
    let delivered = || {
        let lines_of = value::ids(&env.get(orders, id, "order_line"));
        lines_of.into_iter().any(|line| value::truthy(&env.get(lines, line, "qty_delivered")))
    };
    if states.iter().all(|state| state == "cancel") {
        return Value::Null;
    }
    json!(match done {
        _ if states.iter().all(|state| matches!(state.as_str(), "done" | "cancel")) => "full",
        true if delivered() => "partial",
        true => "started",
        false => "pending",
    })
}

/// The display names of this application's records that are not one of their fields.
pub(in crate::demo) fn display_name(env: &Env<'_>, model: &Model, id: i64) -> Option<Value> {
    let follow = |path: &str| env.follow(model, id, path).as_str().unwrap_or_default().to_owned();
    Some(match model.name.as_str() {
        // Until 16 a quant was called after its product.
        "stock.quant" if env.major() >= 17 => {
            let lot = follow("lot_id.name");
            let location = follow("location_id.complete_name");
            json!(if lot.is_empty() { location } else { format!("{location} - {lot}") })
        }
        "stock.quant" => {
            let products = env.registry.model("product.product")?;
            json!(env.name(products, env.link(model, id, "product_id")?))
        }
        "stock.move" => {
            let (origin, code) = (follow("picking_id.origin"), follow("product_id.default_code"));
            let origin = if origin.is_empty() { origin } else { format!("{origin}/") };
            let code = if code.is_empty() { code } else { format!("{code}: ") };
            json!(format!("{origin}{code}{}>{}", follow("location_id.name"), follow("location_dest_id.name")))
        }
        "stock.picking.type" => {
            let (warehouse, name) = (follow("warehouse_id.name"), env.text(model, id, "name"));
            json!(if warehouse.is_empty() { name } else { format!("{warehouse}: {name}") })
        }
        _ => return None,
    })
}

/// The first warehouse of the company.
pub(in crate::demo) fn default_warehouse(env: &Env<'_>) -> Option<i64> {
    let warehouses = env.registry.model("stock.warehouse")?;
    let company = env.context.company()?;
    let own = |id: &i64| env.link(warehouses, *id, "company_id") == Some(company);
    env.store.ids(&warehouses.name).into_iter().find(own)
}

/// The delivery of a confirmed order: a transfer with a move for each line of goods, reserved as far as the stock reaches.
pub(super) fn deliver(tx: &mut Tx<'_>, orders: &Model, order: i64) -> Outcome<()> {
    let registry = tx.registry;
    let (Some(lines), Some(pickings), Some(moves)) =
        (registry.model("sale.order.line"), registry.model("stock.picking"), registry.model("stock.move"))
    else {
        return Ok(());
    };
    let mut sudo = tx.sudo();
    let env = sudo.env();
    let goods = |line: &i64| {
        let kind = env.follow(lines, *line, "product_id.type");
        matches!(kind.as_str(), Some("consu" | "product"))
            && env.get(lines, *line, "product_uom_qty").as_f64().is_some_and(|quantity| quantity > 0.0)
    };
    let wanted: Vec<i64> = value::ids(&env.get(orders, order, "order_line")).into_iter().filter(goods).collect();
    let Some((kind, from, to)) = route(&env, orders, order).filter(|_| !wanted.is_empty()) else {
        return Ok(());
    };
    let common = common(&env, orders, order, kind, from, to);
    let uom = if env.major() >= 19 { "product_uom_id" } else { "product_uom" };
    let line_values = |line: i64| {
        let mut values = common.clone();
        values.insert("date".into(), json!(clock::print(env.context.now)));
        values.insert("product_id".into(), env.get(lines, line, "product_id"));
        values.insert("product_uom".into(), env.get(lines, line, uom));
        values.insert("product_uom_qty".into(), env.get(lines, line, "product_uom_qty"));
        values.insert("sale_line_id".into(), json!(line));
        if moves.field("name").is_some() {
            values.insert("name".into(), env.get(lines, line, "name"));
        }
        values
    };
    let move_values: Vec<Map<String, Value>> = wanted.iter().map(|line| line_values(*line)).collect();
    let mut transfer = common.clone();
    transfer.insert("sale_id".into(), json!(order));
    transfer.insert("scheduled_date".into(), json!(clock::print(env.context.now)));
    let code = env.follow(orders, order, "warehouse_id.code").as_str().unwrap_or("WH").to_owned();
    let number = sudo.store.next("stock.picking.out");
    let name = format!("{code}/OUT/{number:05}");
    transfer.insert("name".into(), json!(name));
    let picking = write::create(&mut sudo, pickings, &[transfer])?.pop().unwrap_or_default();
    let mut ready = false;
    for mut values in move_values {
        values.insert("picking_id".into(), json!(picking));
        values.insert("reference".into(), json!(name));
        let id = write::create(&mut sudo, moves, &[values])?.pop().unwrap_or_default();
        ready |= reserve(&mut sudo, moves, id);
    }
    sudo.store.set(&pickings.name, picking, "state", json!(if ready { "assigned" } else { "confirmed" }));
    Ok(())
}

/// The delivery type of the order's warehouse, and from where to where it goes.
fn route(env: &Env<'_>, orders: &Model, order: i64) -> Option<(i64, i64, i64)> {
    let warehouses = env.registry.model("stock.warehouse")?;
    let types = env.registry.model("stock.picking.type")?;
    let warehouse = env.link(orders, order, "warehouse_id")?;
    let outgoing = |id: &i64| {
        env.link(types, *id, "warehouse_id") == Some(warehouse) && env.text(types, *id, "code") == "outgoing"
    };
    let kind = env.store.ids(&types.name).into_iter().find(outgoing)?;
    let (_, customers) = env.store.named("stock.stock_location_customers")?;
    Some((kind, env.link(warehouses, warehouse, "lot_stock_id")?, customers))
}

/// What the transfer and its moves have in common.
fn common(env: &Env<'_>, orders: &Model, order: i64, kind: i64, from: i64, to: i64) -> Map<String, Value> {
    Map::from_iter([
        ("origin".to_owned(), env.get(orders, order, "name")),
        ("partner_id".to_owned(), env.get(orders, order, "partner_shipping_id")),
        ("company_id".to_owned(), env.get(orders, order, "company_id")),
        ("picking_type_id".to_owned(), json!(kind)),
        ("location_id".to_owned(), json!(from)),
        ("location_dest_id".to_owned(), json!(to)),
    ])
}

/// Reserves what there is for a move; whether it can go at least in part.
fn reserve(tx: &mut Tx<'_>, moves: &Model, id: i64) -> bool {
    let env = tx.env();
    let Some(quants) = env.registry.model("stock.quant") else {
        return false;
    };
    let (product, from) = (env.link(moves, id, "product_id"), env.link(moves, id, "location_id"));
    let demand = env.get(moves, id, "product_uom_qty").as_f64().unwrap_or_default();
    let kept = |path: &str| env.follow(moves, id, path);
    let storable = kept("product_id.is_storable") == json!(true) || kept("product_id.type") == json!("product");
    let locations = env.registry.model("stock.location");
    let mut open = demand;
    let mut taken: Vec<(i64, f64)> = Vec::new();
    for quant in env.store.ids(&quants.name).into_iter().filter(|_| storable) {
        let here = env.link(quants, quant, "product_id") == product
            && locations.zip(env.link(quants, quant, "location_id")).is_some_and(|(locations, location)| {
                from.is_some_and(|from| around(&env, locations, location).contains(&from))
            });
        let free = env.get(quants, quant, "available_quantity").as_f64().unwrap_or_default();
        if here && free > 0.0 && open > 0.0 {
            let reserved = env.get(quants, quant, "reserved_quantity").as_f64().unwrap_or_default();
            taken.push((quant, reserved + free.min(open)));
            open -= free.min(open);
        }
    }
    let got = if storable { demand - open } else { demand };
    let field = if env.major() >= 17 { "quantity" } else { "reserved_availability" };
    let state = match got {
        got if got >= demand => "assigned",
        got if got > 0.0 => "partially_available",
        _ => "confirmed",
    };
    for (quant, reserved) in taken {
        tx.store.set("stock.quant", quant, "reserved_quantity", json!(reserved));
    }
    tx.store.set(&moves.name, id, field, json!(got));
    tx.store.set(&moves.name, id, "state", json!(state));
    got > 0.0
}

/// Cancels what was to be delivered for an order, and lets go of what was reserved.
pub(super) fn undeliver(tx: &mut Tx<'_>, orders: &Model, order: i64) {
    let env = tx.env().sudo();
    let (Some(moves), Some(pickings), Some(quants)) =
        (env.registry.model("stock.move"), env.registry.model("stock.picking"), env.registry.model("stock.quant"))
    else {
        return;
    };
    let mut changes: Vec<(&str, i64, &str, Value)> = Vec::new();
    let waiting = |picking: &i64| !matches!(env.text(pickings, *picking, "state").as_str(), "done" | "cancel");
    for picking in value::ids(&env.get(orders, order, "picking_ids")).into_iter().filter(waiting) {
        changes.push(("stock.picking", picking, "state", json!("cancel")));
    }
    let field = if env.major() >= 17 { "quantity" } else { "reserved_availability" };
    let mut released: Map<String, Value> = Map::new();
    for one in env.store.ids(&moves.name) {
        let of_order = env.follow(moves, one, "sale_line_id.order_id") == json!(order);
        if !of_order || !TODO.contains(&env.text(moves, one, "state").as_str()) {
            continue;
        }
        let mut back = env.get(moves, one, field).as_f64().unwrap_or_default();
        for quant in env.store.ids(&quants.name) {
            if env.link(quants, quant, "product_id") != env.link(moves, one, "product_id") || back <= 0.0 {
                continue;
            }
            let now = released
                .get(&quant.to_string())
                .cloned()
                .unwrap_or_else(|| env.get(quants, quant, "reserved_quantity"));
            let reserved = now.as_f64().unwrap_or_default();
            released.insert(quant.to_string(), json!(reserved - reserved.min(back)));
            back -= reserved.min(back);
        }
        changes.push(("stock.move", one, field, json!(0.0)));
        changes.push(("stock.move", one, "state", json!("cancel")));
    }
    for (quant, reserved) in released {
        if let Ok(quant) = quant.parse() {
            changes.push(("stock.quant", quant, "reserved_quantity", reserved));
        }
    }
    for (model, id, field, given) in changes {
        tx.store.set(model, id, field, given);
    }
}

/// Whether something of the order has left already.
pub(super) fn delivered(env: &Env<'_>, orders: &Model, order: i64) -> bool {
    let sudo = env.sudo();
    let done = |picking: &i64| {
        env.registry.model("stock.picking").is_some_and(|model| sudo.text(model, *picking, "state") == "done")
    };
    value::ids(&sudo.get(orders, order, "picking_ids")).iter().any(done)
}
