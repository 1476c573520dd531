//! List views: which columns a model's own list shows. The server reads them where a tool names no fields.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("views: `get_views` gives the list view, with the fields that it shows", 16, views),
        case!("views: `get_view` gives one view", 16, one),
        case!("views: before 16 `fields_view_get` gives it, as a `tree`", 14, 15, old),
        case!("views: the columns of each model's list", columns),
        case!("views: a list is told only to who may read the records", refused),
        case!("views: a type that is not there is refused", missing),
    ]
}

/// Model, columns in order. Columns of modules and fields that the embedded Odoo does not have are in [`BEYOND`].
const LISTS: [(&str, &str); 28] = [
    ("crm.lead", "name contact_name email_from user_id expected_revenue stage_id"),
    ("crm.lost.reason", "name"),
    ("crm.stage", "sequence name is_won team_ids"),
    ("crm.tag", "name color"),
    ("crm.team", "sequence name user_id company_id"),
    ("ir.config_parameter", "key value"),
    ("ir.model", "model name state transient"),
    ("ir.model.data", "complete_name display_name res_id"),
    ("ir.module.module", "shortdesc author website state"),
    ("product.category", "display_name"),
    ("product.product", "is_favorite default_code name lst_price standard_price"),
    ("product.template", "is_favorite name default_code list_price standard_price"),
    ("res.company", "sequence name partner_id child_ids"),
    ("res.country", "name code"),
    ("res.country.state", "name code country_id"),
    ("res.currency", "name symbol full_name active"),
    ("res.lang", "name active"),
    ("res.partner", "complete_name email phone country_id"),
    ("res.partner.category", "name parent_id color"),
    ("res.partner.industry", "name full_name"),
    ("res.users", "name login"),
    ("res.users.apikeys", "user_id name scope create_date"),
    ("sale.order", "name date_order partner_id user_id company_id amount_total invoice_status"),
    (
        "sale.order.line",
        "order_id order_partner_id name salesman_id product_uom_qty qty_delivered qty_invoiced qty_to_invoice price_subtotal",
    ),
    ("uom.uom", "sequence name relative_factor relative_uom_id"),
    ("utm.campaign", "title"),
    ("utm.medium", "name"),
    ("utm.source", "name"),
];

/// Columns that only the real Odoo shows.
const BEYOND: [(&str, &str); 12] = [
    ("crm.lead", "lead_properties"),
    ("crm.team", "alias_id"),
    ("ir.module.module", "installed_version"),
    // `sale_timesheet`, of sales and timesheets, turns units of measure on.
    ("product.product", "product_template_variant_value_ids qty_available virtual_available uom_id"),
    ("product.template", "qty_available virtual_available activity_exception_decoration uom_id"),
    ("res.company", "logo"),
    ("res.currency", "date rate"),
    ("res.partner", "avatar_128 activity_ids application_statistics"),
    ("res.users", "avatar_128 role"),
    ("sale.order", "activity_ids"),
    ("sale.order.line", "product_uom_id"),
    ("utm.campaign", "user_id stage_id tag_ids"),
];

/// The columns of a list that are shown without asking, in order.
fn shown(arch: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(arch).unwrap();
    let hidden = |node: &roxmltree::Node<'_, '_>| {
        let set = |name| matches!(node.attribute(name), Some("1" | "True" | "true"));
        set("column_invisible") || set("invisible") || node.attribute("optional") == Some("hide")
    };
    let columns = document.root_element().children().filter(|node| node.has_tag_name("field") && !hidden(node));
    columns.map(|node| node.attribute("name").unwrap().to_owned()).collect()
}

/// What this version calls a list.
fn kind(odoo: &Odoo) -> &'static str {
    if odoo.version >= 18 { "list" } else { "tree" }
}

async fn list(odoo: &Odoo, model: &str) -> Vec<String> {
    let kind = kind(odoo);
    let arch = if odoo.version >= 16 {
        odoo.ok(model, "get_views", json!({"views": [[false, kind]]})).await["views"][kind]["arch"].clone()
    } else {
        odoo.ok(model, "fields_view_get", json!({"view_type": kind})).await["arch"].clone()
    };
    let arch = arch.as_str().unwrap();
    assert!(arch.trim_start().starts_with(&format!("<{kind}")), "{model}: {arch}");
    shown(arch)
}

async fn views(odoo: &Odoo) {
    let kind = kind(odoo);
    let answer = odoo.ok("res.country", "get_views", json!({"views": [[false, kind]]})).await;
    let view = &answer["views"][kind];
    assert_eq!(view["model"], "res.country");
    assert!(view["id"].is_i64());
    assert_eq!(shown(view["arch"].as_str().unwrap()), ["name", "code"]);
    let fields = answer["models"]["res.country"]["fields"].as_object().unwrap();
    let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["code", "id", "name", "write_date"]);
    assert_eq!(fields["name"]["string"], "Country Name");
    let none = odoo.ok("res.country", "get_views", json!({"views": []})).await;
    assert_eq!(none["views"], json!({}));
}

async fn one(odoo: &Odoo) {
    let answer = odoo.ok("res.country", "get_view", json!({"view_type": kind(odoo)})).await;
    assert_eq!(shown(answer["arch"].as_str().unwrap()), ["name", "code"]);
    assert!(answer["models"]["res.country"].as_array().unwrap().contains(&json!("code")));
    if odoo.version >= 19 {
        let gone = odoo.call(Who::Admin, "res.country", "fields_view_get", json!({})).await.unwrap_err();
        assert!(gone.message.contains("fields_view_get"), "{gone:?}");
    }
}

async fn old(odoo: &Odoo) {
    let answer = odoo.ok("res.country", "fields_view_get", json!({"view_type": "tree"})).await;
    assert_eq!((&answer["model"], &answer["type"]), (&json!("res.country"), &json!("tree")));
    assert_eq!(answer["fields"]["code"]["type"], "char");
    assert_eq!(shown(answer["arch"].as_str().unwrap()), ["name", "code"]);
}

async fn columns(odoo: &Odoo) {
    for (model, expected) in LISTS {
        let beyond: Vec<&str> =
            BEYOND.iter().filter(|(name, _)| *name == model).flat_map(|(_, names)| names.split(' ')).collect();
        let found = list(odoo, model).await;
        let fields = odoo.ok(model, "fields_get", json!({"attributes": ["type"]})).await;
        for name in &found {
            assert!(fields.get(name).is_some(), "{model}.{name} is a field");
        }
        // The lists of earlier versions are like today's, but nobody has compared them.
        if odoo.version >= 19 {
            let found: Vec<&str> =
                found.iter().map(String::as_str).filter(|name| !odoo.real || !beyond.contains(name)).collect();
            assert_eq!(found, expected.split(' ').collect::<Vec<_>>(), "{model}");
        } else {
            assert!(!found.is_empty(), "{model}");
        }
    }
}

async fn refused(odoo: &Odoo) {
    let (method, arguments) = if odoo.version >= 16 {
        ("get_views", json!({"views": [[false, kind(odoo)]]}))
    } else {
        ("fields_view_get", json!({"view_type": "tree"}))
    };
    // 14 shows the models to everyone.
    let closed: &[&str] =
        if odoo.version < 15 { &["ir.config_parameter"] } else { &["ir.model", "ir.config_parameter"] };
    for model in closed {
        let fault = odoo.call(Who::Employee, model, method, arguments.clone()).await.unwrap_err();
        assert_eq!(fault.name, "odoo.exceptions.AccessError", "{model}");
    }
    let seen: Value = odoo.call(Who::Employee, "res.partner", method, arguments).await.unwrap();
    assert!(seen.to_string().contains("email"));
}

async fn missing(odoo: &Odoo) {
    for asked in ["bogus", if odoo.version >= 18 { "tree" } else { "bogus" }] {
        let (method, arguments) = if odoo.version >= 16 {
            ("get_views", json!({"views": [[false, asked]]}))
        } else {
            ("fields_view_get", json!({"view_type": asked}))
        };
        let fault = odoo.fault("res.country", method, arguments).await;
        fault.is("odoo.exceptions.UserError", &format!("No default view of type '{asked}' could be found"), 422);
    }
    if odoo.version >= 16 {
        let fault = odoo.fault("res.country", "get_views", json!({"views": [[2_000_000_000, kind(odoo)]]})).await;
        fault.is("odoo.exceptions.MissingError", "(Record: ir.ui.view(2000000000,)", 404);
    }
}
