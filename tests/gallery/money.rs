//! Invoices.

use serde_json::{Value, json};

use crate::client::Target;
use crate::session::Session;
use crate::{Case, tag};

pub const CASES: &[Case] = &[("overdue_by_customer", overdue), ("revenue_by_month", revenue), ("print_invoice", print)];

/// A posted invoice of 2024 over 20, for a customer of its own.
fn invoice(session: &mut Session, name: &str) -> (i64, i64) {
    let partner = session.create("res.partner", json!({"name": name}));
    let values = json!({
        "move_type": "out_invoice", "partner_id": partner, "invoice_date": "2024-02-01", "invoice_date_due": "2024-02-15",
        "invoice_line_ids": [[0, 0, {"name": "Something", "quantity": 2, "price_unit": 10, "tax_ids": [[6, 0, []]]}]],
    });
    let id = session.create("account.move", values);
    session.call("probe_call", json!({"model": "account.move", "method": "action_post", "ids": [id]}));
    (id, partner)
}

fn gone(session: &mut Session, (id, partner): (i64, i64)) {
    session.call("probe_call", json!({"model": "account.move", "method": "button_draft", "ids": [id]}));
    session.call("probe_unlink_forced", json!({"model": "account.move", "ids": [id]}));
    session.remove("res.partner", &[partner]);
}

fn group<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    answer["groups"].as_array().unwrap().iter().find(|group| group["partner_id"]["name"] == name)
}

fn overdue(session: &mut Session, _: &Target) {
    let before = session.call("overdue_by_customer", json!({"limit": 100}));
    let amounts: Vec<f64> = before["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["amount_residual_signed:sum"].as_f64().unwrap())
        .collect();
    assert!(!amounts.is_empty() && amounts.windows(2).all(|two| two[0] >= two[1]), "{before}");
    let name = tag();
    let made = invoice(session, &name);
    let after = session.call("overdue_by_customer", json!({"limit": 100, "days": 300}));
    let own = group(&after, &name).unwrap_or_else(|| panic!("{after}")).clone();
    let long_ago = session.call("overdue_by_customer", json!({"limit": 100, "days": 99_999}));
    gone(session, made);
    assert_eq!((&own["amount_residual_signed:sum"], &own["__count"]), (&json!(20.0), &json!(1)), "{own}");
    assert_eq!(own["invoice_date_due:min"], "2024-02-15", "{own}");
    assert_eq!(long_ago["groups"], json!([]));
}

fn revenue(session: &mut Session, _: &Target) {
    let of = |session: &mut Session| session.text("revenue_by_month", json!({"year": 2024}));
    let before = of(session);
    let made = invoice(session, &tag());
    let after = of(session);
    let other = session.text("revenue_by_month", json!({"year": 2024, "company_name": "My Company (Chicago)"}));
    gone(session, made);
    assert!(!before.contains("February 2024"), "nothing else is of then: {before}");
    let row = after.lines().find(|line| line.contains("February 2024")).unwrap_or_else(|| panic!("{after}"));
    assert!(row.contains("20") && row.contains("| 1 |"), "{row}");
    assert!(!other.contains("February 2024"), "another company's: {other}");
    session.fails("revenue_by_month", json!({"company_name": "Nobody Ltd"}), "not_found");
}

fn print(session: &mut Session, target: &Target) {
    if target.passwords.is_none() {
        return;
    }
    let made = invoice(session, &tag());
    let number = session.read("account.move", made.0, &["name"])["name"].clone();
    let result = session.result("print_invoice", &json!({"invoice": number}));
    gone(session, made);
    let blocks = result["content"].as_array().unwrap();
    let told: Value = serde_json::from_str(blocks[0]["text"].as_str().unwrap())
        .unwrap_or_else(|_| panic!("no answer but an error: {result}"));
    assert_eq!(told["file_name"], "invoice.pdf", "{told}");
    let file = &blocks.last().unwrap()["resource"];
    assert_eq!(file["mimeType"], "application/pdf", "{told}");
    assert!(file["blob"].as_str().unwrap().starts_with("JVBERi"), "a PDF");
    session.fails("print_invoice", json!({"invoice": "INV/1999/99999"}), "not_found");
}
