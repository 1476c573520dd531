//! The prompts of `prompts.d`: each is used once, and its data is really there.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, nobody};
use crate::odoo::Target;
use crate::{Case, texts};

pub const CASES: &[Case] = &[("every prompt that ships brings its data", all), ("an employee has them too", employee)];

/// Of each prompt: the arguments, and what its messages hold on the embedded Odoo.
fn uses() -> Vec<(&'static str, Value, &'static [&'static str])> {
    vec![
        (
            "pipeline_review",
            json!({"salesperson": "Mitchell"}),
            &["of Mitchell", "\"expected_revenue\"", "Head office redesign"],
        ),
        ("overdue_invoices", json!({"days": "30"}), &["Lumber Inc", "\"amount_residual\""]),
        ("month_end_check", json!({}), &["Drafts", "\"state\":\"draft\"", "Lumber Inc"]),
        ("daily_briefing", json!({}), &["I am Mitchell Admin", "\"date_deadline\"", "Head office redesign"]),
        ("customer_360", json!({"customer": "Azure Interior"}), &["Nicole Ford", "5 VP Chairs", "out_invoice"]),
        (
            "prepare_meeting",
            json!({"customer": "Azure Interior", "goal": "sell chairs"}),
            &["sell chairs", "Nicole Ford"],
        ),
        ("contact_data_quality", json!({}), &["email_normalized", "\"is_company\""]),
        ("stock_alerts", json!({}), &["our warehouses", "\"product_min_qty\"", "\"qty_forecast\""]),
        ("chase_deliveries", json!({}), &["\"date_planned\"", "P000"]),
        ("follow_up_quotations", json!({"days": "0"}), &["S000", "\"state\":\"draft\""]),
        (
            "sales_report",
            json!({"since": "2020-01-01"}),
            &["2020-01-01", "amount_untaxed:sum", "Gemini Furniture", "\"currency_id\":{"],
        ),
        ("ticket_triage", json!({}), &["Kitchen collapsing", "Customer Care"]),
        ("project_status", json!({"project": "Office Design"}), &["Office Design", "\"stage_id\""]),
        (
            "write_a_tool",
            json!({"model": "res.partner", "wish": "find partners without e-mail"}),
            &["{{ customer }}", "without e-mail", "\"name\":\"email\""],
        ),
    ]
}

fn start(target: &Target, login: (&str, &str)) -> Client {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (tools, prompts) = (root.join("tools.d"), root.join("prompts.d"));
    let mut command = Client::command(target, login, &[&tools, &prompts]);
    command.args(["--bundle", "default+generic+admin+finance"]);
    Client::run(command, "2025-11-25", json!({}))
}

fn all(target: &Target) {
    let mut client = start(target, (&target.login, &target.api_key));
    let listed = client.prompts();
    let names: Vec<&str> = uses().iter().map(|(name, ..)| *name).collect();
    let unknown: Vec<_> = listed.iter().filter(|name| !names.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "no use of {unknown:?}");
    if target.name.starts_with("embedded") {
        assert_eq!(listed.len(), names.len(), "{listed:?}");
    }
    for (name, arguments, expected) in uses().into_iter().filter(|(name, ..)| listed.iter().any(|one| one == name)) {
        let texts = texts(&client.prompt(name, &arguments, &mut nobody));
        let whole = texts.join("\n");
        // An app that a real Odoo does not have is said in its place.
        let failed = texts.iter().filter(|text| text.contains("could not be read") && text.starts_with("The data `"));
        let lacking = |text: &&String| !text.contains("lacks what") && !text.contains("no model");
        let failed: Vec<_> = failed.filter(lacking).collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
        assert!(texts.len() >= 2 && texts[0].len() > 200, "{name}: {whole}");
        if target.name.starts_with("embedded") {
            let missing: Vec<_> = expected.iter().filter(|piece| !whole.contains(**piece)).collect();
            assert!(missing.is_empty(), "{name} lacks {missing:?}: {whole}");
            assert!(!whole.contains("The data `"), "{name}: {whole}");
        }
        assert!(
            ["\"records\":[", "\"groups\":[", "\"fields\":["].iter().any(|key| whole.contains(key)),
            "{name}: {whole}"
        );
    }
}

/// What they may not read is said in its place, and takes nothing else away.
fn employee(target: &Target) {
    let mut client = start(target, (&target.employee.0, &target.employee.1));
    for (name, arguments, _) in
        uses().into_iter().filter(|(name, ..)| ["daily_briefing", "customer_360"].contains(name))
    {
        let texts = texts(&client.prompt(name, &arguments, &mut nobody));
        assert_eq!(texts.len(), 6, "{texts:?}");
        assert!(texts.iter().any(|text| text.contains("\"records\":[")), "{texts:?}");
    }
}
