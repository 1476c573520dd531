//! What the tools rely on in account.

use serde_json::{Map, Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("account.move: a draft has journal, due date and amounts, and no number that counts", draft),
        case!("account.move: posted, it has a number, a date, and all is still to pay", posted),
        case!("account.move: what is overdue is found by state, residual and due date", overdue),
        case!("account.move: a credit note's amounts are positive, its signed ones are not", credit_note),
        case!("account.move: a bill without a date is not posted", 16, bill),
        case!("account.move: what is posted cannot be removed", removed),
        case!("account.move: a salesperson reads the own customer invoices, and changes none", 19, employee),
        case!("account.move: names of fields", names),
    ]
}

async fn product(odoo: &Odoo) -> i64 {
    let values = json!({"name": odoo.tag, "type": "service", "supplier_taxes_id": [], "taxes_id": []});
    let id = odoo.make("product.product", values).await;
    let template = odoo.read("product.product", id, &["product_tmpl_id"]).await["product_tmpl_id"][0].as_i64().unwrap();
    odoo.keep("product.template", template);
    id
}

/// Two at 10 and a note, for a new partner.
async fn invoice(odoo: &Odoo, kind: &str, more: Value) -> i64 {
    let partner = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let product = product(odoo).await;
    let lines = json!([
        [0, 0, {"product_id": product, "quantity": 2, "price_unit": 10, "tax_ids": []}],
        [0, 0, {"display_type": "line_note", "name": "a note"}],
    ]);
    let mut values = json!({"move_type": kind, "partner_id": partner, "invoice_line_ids": lines});
    for (key, value) in more.as_object().unwrap() {
        values[key] = value.clone();
    }
    odoo.make("account.move", values).await
}

async fn row(odoo: &Odoo, id: i64) -> Map<String, Value> {
    let fields = [
        "name",
        "display_name",
        "state",
        "payment_state",
        "move_type",
        "invoice_date",
        "invoice_date_due",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "amount_residual_signed",
        "payment_reference",
        "invoice_user_id",
        "journal_id",
        "invoice_line_ids",
    ];
    odoo.read("account.move", id, &fields).await
}

async fn draft(odoo: &Odoo) {
    let id = invoice(odoo, "out_invoice", json!({})).await;
    let row = row(odoo, id).await;
    assert_eq!((&row["state"], &row["payment_state"]), (&json!("draft"), &json!("not_paid")));
    assert_eq!(row["name"], if odoo.version >= 18 { json!(false) } else { json!("/") });
    let shown = row["display_name"].as_str().unwrap();
    assert!(shown.starts_with("Draft Invoice"), "{shown}");
    assert_eq!(row["invoice_date"], false);
    assert!(row["invoice_date_due"].is_string(), "{row:?}");
    assert_eq!(
        (&row["amount_untaxed"], &row["amount_tax"], &row["amount_total"], &row["amount_residual"]),
        (&json!(20.0), &json!(0.0), &json!(20.0), &json!(20.0)),
        "of a draft too all is to pay: only its state tells"
    );
    assert_eq!(row["invoice_user_id"][0], odoo.uid(Who::Admin).await);
    let journal = odoo.read("account.journal", row["journal_id"][0].as_i64().unwrap(), &["type"]).await;
    assert_eq!(journal["type"], "sale");
    let fields = ["name", "display_type", "quantity", "price_unit", "price_subtotal", "price_total", "account_id"];
    let lines = json!({"ids": row["invoice_line_ids"], "fields": fields});
    let lines = odoo.ok("account.move.line", "read", lines).await;
    let kind = if odoo.version >= 16 { json!("product") } else { json!(false) };
    assert_eq!(
        (&lines[0]["name"], &lines[0]["display_type"], &lines[0]["price_subtotal"], &lines[0]["price_total"]),
        (&json!(odoo.tag), &kind, &json!(20.0), &json!(20.0))
    );
    assert!(lines[0]["account_id"].is_array());
    assert_eq!(
        (&lines[1]["name"], &lines[1]["display_type"], &lines[1]["price_total"]),
        (&json!("a note"), &json!("line_note"), &json!(0.0))
    );
}

async fn posted(odoo: &Odoo) {
    let id = invoice(odoo, "out_invoice", json!({"ref": odoo.tag})).await;
    odoo.ok("account.move", "action_post", json!({"ids": [id]})).await;
    let row = row(odoo, id).await;
    let name = row["name"].as_str().unwrap();
    assert_eq!((&row["state"], &row["payment_state"]), (&json!("posted"), &json!("not_paid")));
    assert!(name.starts_with("INV/"), "{name}");
    assert_eq!(row["display_name"], json!(format!("{name} ({})", odoo.tag)));
    assert_eq!(row["payment_reference"], name);
    assert!(row["invoice_date"].is_string() && row["invoice_date_due"] == row["invoice_date"], "{row:?}");
    assert_eq!(row["amount_residual"], 20.0);
    for (field, text) in [("name", name), ("ref", &odoo.tag), ("payment_reference", name), ("partner_id", &odoo.tag)] {
        let domain = json!([["id", "=", id], [field, "ilike", text.to_lowercase()]]);
        assert_eq!(odoo.count("account.move", domain).await, 1, "{field}");
    }
    let domain = json!([["id", "=", id], ["invoice_line_ids.product_id", "ilike", odoo.tag]]);
    assert_eq!(odoo.count("account.move", domain).await, 1);
    if odoo.version >= 15 {
        let fault = odoo.fault("account.move", "action_post", json!({"ids": [id]})).await;
        fault.is("odoo.exceptions.UserError", "must be in draft", 422);
    }
}

async fn overdue(odoo: &Odoo) {
    let dates = json!({"invoice_date": "2024-02-01", "invoice_date_due": "2024-02-15"});
    let id = invoice(odoo, "out_invoice", dates).await;
    let condition = json!([
        ["id", "=", id],
        ["move_type", "=", "out_invoice"],
        ["state", "=", "posted"],
        ["amount_residual", ">", 0],
        ["invoice_date_due", "<=", "2024-02-15"],
    ]);
    assert_eq!(odoo.count("account.move", condition.clone()).await, 0, "a draft is not overdue");
    odoo.ok("account.move", "action_post", json!({"ids": [id]})).await;
    assert_eq!(row(odoo, id).await["invoice_date_due"], "2024-02-15");
    assert_eq!(odoo.count("account.move", condition.clone()).await, 1);
    let unpaid = json!([
        ["id", "=", id],
        ["payment_state", "in", ["not_paid", "partial"]],
        ["invoice_date_due", "<", "2024-02-15"]
    ]);
    assert_eq!(odoo.count("account.move", unpaid).await, 0, "due on the day itself");
    odoo.ok("account.move", "button_draft", json!({"ids": [id]})).await;
    odoo.ok("account.move", "button_cancel", json!({"ids": [id]})).await;
    let row = row(odoo, id).await;
    assert_eq!((&row["state"], &row["payment_state"]), (&json!("cancel"), &json!("not_paid")));
    assert_eq!(odoo.count("account.move", condition).await, 0, "nor is what was cancelled");
}

async fn credit_note(odoo: &Odoo) {
    let id = invoice(odoo, "out_refund", json!({})).await;
    let row = row(odoo, id).await;
    assert_eq!((&row["amount_total"], &row["amount_residual"]), (&json!(20.0), &json!(20.0)));
    assert_eq!(row["amount_residual_signed"], -20.0);
    assert_eq!(row["move_type"], "out_refund");
}

async fn bill(odoo: &Odoo) {
    let id = invoice(odoo, "in_invoice", json!({"ref": odoo.tag})).await;
    let fault = odoo.fault("account.move", "action_post", json!({"ids": [id]})).await;
    fault.is("odoo.exceptions.UserError", "date is required", 422);
    odoo.ok("account.move", "write", json!({"ids": [id], "vals": {"invoice_date": "2024-02-01"}})).await;
    odoo.ok("account.move", "action_post", json!({"ids": [id]})).await;
    let name = row(odoo, id).await["name"].clone();
    assert!(name.as_str().unwrap().starts_with("BILL/2024/02/"), "{name}");
}

async fn removed(odoo: &Odoo) {
    let id = invoice(odoo, "out_invoice", json!({})).await;
    odoo.ok("account.move", "action_post", json!({"ids": [id]})).await;
    let fault = odoo.fault("account.move", "unlink", json!({"ids": [id]})).await;
    assert_eq!(fault.name, "odoo.exceptions.UserError", "{fault:?}");
    let message = if odoo.version < 15 { "has been posted once" } else { "can't delete a posted journal item" };
    assert!(fault.message.contains(message), "{fault:?}");
}

async fn employee(odoo: &Odoo) {
    let id = invoice(odoo, "out_invoice", json!({})).await;
    let domain = json!({"domain": [["id", "=", id]]});
    let seen = async || odoo.call(Who::Employee, "account.move", "search_count", domain.clone()).await.unwrap();
    assert_eq!(seen().await, 0, "the administrator's");
    let own = odoo.uid(Who::Employee).await;
    odoo.ok("account.move", "write", json!({"ids": [id], "vals": {"invoice_user_id": own}})).await;
    assert_eq!(seen().await, 1);
    odoo.ok("account.move", "write", json!({"ids": [id], "vals": {"invoice_user_id": false}})).await;
    assert_eq!(seen().await, 1, "nobody's are everybody's");
    let lines =
        json!({"domain": [["move_id", "=", id], ["display_type", "=", "product"]], "fields": ["name", "price_total"]});
    let lines = odoo.call(Who::Employee, "account.move.line", "search_read", lines).await.unwrap();
    assert_eq!(lines[0]["price_total"], 20.0);
    let write = json!({"ids": [id], "vals": {"ref": "x"}});
    let fault = odoo.call(Who::Employee, "account.move", "write", write).await.unwrap_err();
    fault.is(
        "odoo.exceptions.AccessError",
        "You are not allowed to modify 'Journal Entry' (account.move) records.",
        403,
    );
    let bill = invoice(odoo, "in_invoice", json!({})).await;
    let domain = json!({"domain": [["id", "=", bill]]});
    assert_eq!(odoo.call(Who::Employee, "account.move", "search_count", domain).await.unwrap(), 0);
}

async fn names(odoo: &Odoo) {
    let fields = odoo.ok("account.move", "fields_get", json!({"attributes": ["type", "selection", "store"]})).await;
    let values = |field: &str| -> Vec<Value> {
        fields[field]["selection"].as_array().unwrap().iter().map(|pair| pair[0].clone()).collect()
    };
    for state in ["not_paid", "in_payment", "paid", "partial", "reversed"] {
        assert!(values("payment_state").contains(&json!(state)), "{state}");
    }
    for kind in ["entry", "out_invoice", "out_refund", "in_invoice", "in_refund"] {
        assert!(values("move_type").contains(&json!(kind)), "{kind}");
    }
    assert_eq!(values("state"), ["draft", "posted", "cancel"]);
    for field in ["amount_residual", "payment_state", "invoice_date_due"] {
        assert_eq!(fields[field]["store"], true, "{field}: else 14 would ignore a condition on it");
    }
    assert_eq!(fields["narration"]["type"], if odoo.version >= 15 { "html" } else { "text" });
}
