//! Wizards and forms: what a dialog is filled with, and what its buttons do.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("wizard: leads are lost with a reason, and with a closing note", 17, lost),
        case!("wizard: before 15 the lost leads are those of the context", 14, 14, lost_of_context),
        case!("wizard: 17 and 18 cancel a sent order by a wizard", 17, 18, cancelled),
        case!("sale.order: 14 and 19 cancel a sent order at once", 14, 14, at_once),
        case!("sale.order: 19 cancels a sent order at once", 19, at_once),
        case!("views: a form has fields, lines with fields of their own, and buttons", forms),
        case!("views: a wizard's form has its buttons", wizard_form),
        case!("views: a model without a form of its own has one of all its fields", plain),
        case!("views: before 16 `load_views` gives several at once", 14, 15, several),
    ]
}

async fn lead(odoo: &Odoo) -> i64 {
    odoo.make("crm.lead", json!({"name": odoo.tag})).await
}

async fn reason(odoo: &Odoo) -> Value {
    odoo.ok("crm.lost.reason", "search", json!({"domain": [], "limit": 1})).await[0].clone()
}

async fn lost(odoo: &Odoo) {
    let (lead, reason) = (lead(odoo).await, reason(odoo).await);
    let values = json!({"lead_ids": [[6, 0, [lead]]], "lost_reason_id": reason, "lost_feedback": "<p>Too dear</p>"});
    let wizard = odoo.make("crm.lead.lost", values).await;
    odoo.ok("crm.lead.lost", "action_lost_reason_apply", json!({"ids": [wizard]})).await;
    let row = odoo.read("crm.lead", lead, &["active", "lost_reason_id", "probability"]).await;
    assert_eq!((&row["active"], &row["lost_reason_id"][0]), (&json!(false), &reason));
    let messages = json!({"domain": [["model", "=", "crm.lead"], ["res_id", "=", lead]], "fields": ["body"]});
    let messages = odoo.ok("mail.message", "search_read", messages).await;
    assert!(messages.to_string().contains("Too dear"), "{messages}");
}

async fn lost_of_context(odoo: &Odoo) {
    let (lead, reason) = (lead(odoo).await, reason(odoo).await);
    let wizard = odoo.make("crm.lead.lost", json!({"lost_reason_id": reason})).await;
    let arguments = json!({"ids": [wizard], "context": {"active_ids": [lead]}});
    odoo.ok("crm.lead.lost", "action_lost_reason_apply", arguments).await;
    let row = odoo.read("crm.lead", lead, &["active", "lost_reason"]).await;
    assert_eq!((&row["active"], &row["lost_reason"][0]), (&json!(false), &reason));
}

async fn sent(odoo: &Odoo) -> i64 {
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let order = odoo.make("sale.order", json!({"partner_id": customer})).await;
    odoo.ok("sale.order", "write", json!({"ids": [order], "vals": {"state": "sent"}})).await;
    order
}

async fn cancelled(odoo: &Odoo) {
    let order = sent(odoo).await;
    let action = odoo.ok("sale.order", "action_cancel", json!({"ids": [order]})).await;
    assert_eq!((&action["type"], &action["res_model"]), (&json!("ir.actions.act_window"), &json!("sale.order.cancel")));
    let wizard = json!({"vals_list": [{}], "context": action["context"]});
    let wizard = odoo.ok("sale.order.cancel", "create", wizard).await[0].clone();
    odoo.ok("sale.order.cancel", "action_cancel", json!({"ids": [wizard]})).await;
    assert_eq!(odoo.read("sale.order", order, &["state"]).await["state"], "cancel");
}

async fn at_once(odoo: &Odoo) {
    let order = sent(odoo).await;
    assert_eq!(odoo.ok("sale.order", "action_cancel", json!({"ids": [order]})).await, true);
    assert_eq!(odoo.read("sale.order", order, &["state"]).await["state"], "cancel");
}

async fn form(odoo: &Odoo, model: &str) -> (String, Value) {
    if odoo.version >= 16 {
        let answer = odoo.ok(model, "get_views", json!({"views": [[false, "form"]]})).await;
        let fields = answer["models"][model]["fields"].clone();
        return (answer["views"]["form"]["arch"].as_str().unwrap().to_owned(), fields);
    }
    let answer = odoo.ok(model, "fields_view_get", json!({"view_type": "form"})).await;
    (answer["arch"].as_str().unwrap().to_owned(), answer["fields"].clone())
}

async fn forms(odoo: &Odoo) {
    let expected = [
        (
            "crm.lead",
            "name partner_id email_from phone user_id team_id expected_revenue probability stage_id tag_ids description",
        ),
        ("res.partner", "name parent_id street city zip country_id phone email website category_id child_ids comment"),
        (
            "sale.order",
            "partner_id validity_date date_order payment_term_id order_line user_id client_order_ref note state",
        ),
        ("project.task", "name project_id partner_id date_deadline tag_ids description stage_id priority"),
        ("helpdesk.ticket", "name team_id user_id partner_id priority description stage_id"),
        ("product.template", "name sale_ok purchase_ok list_price standard_price categ_id default_code barcode"),
        ("account.move", "partner_id invoice_date invoice_date_due journal_id invoice_line_ids ref state"),
        ("stock.picking", "partner_id picking_type_id location_id location_dest_id scheduled_date origin state"),
        ("hr.employee", "name job_title work_email work_phone department_id job_id parent_id"),
        ("purchase.order", "partner_id partner_ref date_order order_line user_id state"),
    ];
    for (model, names) in expected {
        let (arch, fields) = form(odoo, model).await;
        let document = roxmltree::Document::parse(&arch).unwrap_or_else(|error| panic!("{model}: {error}\n{arch}"));
        assert!(document.root_element().has_tag_name("form"), "{model}");
        let shown: Vec<&str> = document
            .descendants()
            .filter(|node| node.has_tag_name("field"))
            .filter_map(|node| node.attribute("name"))
            .collect();
        for name in names.split(' ') {
            assert!(shown.contains(&name), "{model} shows {name}");
            assert!(fields.get(name).is_some(), "{model} describes {name}");
        }
    }
    let (arch, fields) = form(odoo, "sale.order").await;
    let document = roxmltree::Document::parse(&arch).unwrap();
    let button = |name: &str| {
        document.descendants().any(|node| node.has_tag_name("button") && node.attribute("name") == Some(name))
    };
    for name in ["action_confirm", "action_cancel", "action_draft", "action_quotation_send"] {
        assert!(button(name), "{name}");
    }
    let lines = if odoo.version >= 16 {
        let lines = document.descendants().find(|node| node.attribute("name") == Some("order_line")).unwrap();
        let names = lines.descendants().filter_map(|node| node.attribute("name"));
        names.map(str::to_owned).collect::<Vec<_>>().join(" ")
    } else {
        fields["order_line"]["views"]["tree"]["arch"].as_str().unwrap().to_owned()
    };
    for name in ["product_id", "product_uom_qty", "price_unit"] {
        assert!(lines.contains(name), "{name}: {lines}");
    }
}

async fn wizard_form(odoo: &Odoo) {
    let (arch, fields) = form(odoo, "crm.lead.lost").await;
    assert!(arch.contains("name=\"action_lost_reason_apply\"") && arch.contains("type=\"object\""), "{arch}");
    assert!(fields.get("lost_reason_id").is_some());
}

async fn plain(odoo: &Odoo) {
    let (arch, fields) = form(odoo, "crm.lost.reason").await;
    assert!(arch.contains("name=\"name\"") && fields.get("name").is_some(), "{arch}");
}

async fn several(odoo: &Odoo) {
    let arguments = json!({"views": [[false, "list"], [false, "form"]]});
    let answer = odoo.ok("crm.lead", "load_views", arguments).await;
    assert!(answer["fields_views"]["list"]["arch"].as_str().unwrap().contains("<tree"), "{answer}");
    assert!(answer["fields_views"]["form"]["arch"].as_str().unwrap().contains("<form"));
    assert!(answer["fields"]["name"]["type"] == "char");
}
