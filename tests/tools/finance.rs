//! The shipped tools of `tools.d/finance.toml`.

use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("invoices are found by number, customer, kind and product", search),
    ("invoices are found by the words for their state", states),
    ("invoices are found by their days, in pages", days),
    ("an invoice is read with its customer and its lines", get),
    ("overdue invoices are those past their day, the oldest first", overdue),
    ("an invoice that is posted late appears among the overdue ones", life),
    ("what is wrong of an invoice is said", wrong),
    ("the employee sees the own invoices", employee),
];

fn records(answer: &Map<String, Value>) -> Vec<Value> {
    answer["records"].as_array().unwrap().clone()
}

fn find(server: &mut Server, mut arguments: Value) -> Vec<Value> {
    arguments["limit"] = json!(100);
    records(&server.call("search_invoices", arguments))
}

fn today(server: &mut Server) -> String {
    server.call("probe_today", json!({}))["text"].as_str().unwrap_or_default().to_owned()
}

fn search(server: &mut Server, _: &Target) {
    let all = find(server, json!({"kind": "any"}));
    assert!(all.len() >= 6 && all.iter().all(|one| one["move_type"] != "entry"), "{all:?}");
    for (kind, value) in [
        ("invoice", "out_invoice"),
        ("credit_note", "out_refund"),
        ("bill", "in_invoice"),
        ("vendor_credit_note", "in_refund"),
    ] {
        let found = find(server, json!({"kind": kind}));
        assert!(found.iter().all(|one| one["move_type"] == value), "{kind}: {found:?}");
        assert_eq!(found.len(), all.iter().filter(|one| one["move_type"] == value).count(), "{kind}");
    }
    let usual = find(server, json!({}));
    let of_customers = |one: &&Value| one["move_type"] == "out_invoice" || one["move_type"] == "out_refund";
    assert_eq!(usual, all.iter().filter(of_customers).cloned().collect::<Vec<_>>());
    assert!(usual.len() < all.len());
    let one = all.iter().find(|one| one["move_type"] == "out_invoice" && one["state"] == "posted").unwrap();
    let number = one["name"].as_str().unwrap();
    let found = find(server, json!({"query": number.to_lowercase()}));
    assert!(!found.is_empty() && found.iter().all(|one| one["name"].as_str().unwrap().contains(number)), "{found:?}");
    for arguments in [json!({"customer": "azure"}), json!({"query": "azure"})] {
        let found = find(server, arguments);
        assert!(
            !found.is_empty() && found.iter().all(|one| one["partner_id"]["name"].as_str().unwrap().contains("Azure"))
        );
    }
    let found = find(server, json!({"salesperson": "marc"}));
    assert!(!found.is_empty() && found.iter().all(|one| one["invoice_user_id"]["name"] == "Marc Demo"));
    let read = server.call("get_invoice", json!({"invoice": one["id"]}));
    let lines = read["records"][0]["invoice_line_ids"].as_array().unwrap().clone();
    let product = lines.iter().find_map(|line| line["product_id"]["name"].as_str()).unwrap();
    let code = product.trim_start_matches('[').split(']').next().unwrap();
    let found = find(server, json!({ "product": product }));
    assert!(found.iter().any(|other| other["id"] == one["id"]), "as the answers call it: {product}: {found:?}");
    let found = find(server, json!({"product": code}));
    assert!(found.iter().any(|other| other["id"] == one["id"]) && found.len() < all.len(), "{code}: {found:?}");
}

fn states(server: &mut Server, target: &Target) {
    let all = find(server, json!({}));
    let embedded = target.name.starts_with("embedded");
    let found = |server: &mut Server, word: &str| find(server, json!({"state": word}));
    for (word, state) in [("draft", "draft"), ("posted", "posted"), ("cancelled", "cancel")] {
        let found = found(server, word);
        assert!(found.iter().all(|one| one["state"] == state), "{word}: {found:?}");
        assert_eq!(found.len(), all.iter().filter(|one| one["state"] == state).count(), "{word}");
        assert!(!found.is_empty() || !embedded, "{word}");
    }
    let unpaid = found(server, "unpaid");
    assert!(!unpaid.is_empty());
    for one in &unpaid {
        assert_eq!(one["state"], "posted");
        assert!(["not_paid", "partial"].contains(&one["payment_state"].as_str().unwrap()), "{one}");
        assert!(one["amount_residual"].as_f64().unwrap() > 0.0, "{one}");
    }
    let paid = found(server, "paid");
    assert!(
        paid.iter().all(|one| ["paid", "in_payment"].contains(&one["payment_state"].as_str().unwrap())),
        "{paid:?}"
    );
    assert!(paid.len() >= 2 || !embedded);
    let now = today(server);
    let overdue = found(server, "overdue");
    assert!(!overdue.is_empty() && overdue.len() < unpaid.len());
    assert!(overdue.iter().all(|one| one["invoice_date_due"].as_str().unwrap() < now.as_str()), "{now}: {overdue:?}");
    let expected = unpaid.iter().filter(|one| one["invoice_date_due"].as_str().is_some_and(|due| due < now.as_str()));
    assert_eq!(overdue.len(), expected.count());
}

fn days(server: &mut Server, _: &Target) {
    let all = find(server, json!({"kind": "invoice", "state": "posted"}));
    let dates: Vec<&str> = all.iter().map(|one| one["invoice_date"].as_str().unwrap()).collect();
    assert!(dates.windows(2).all(|two| two[0] >= two[1]), "the newest first: {dates:?}");
    let (newest, oldest) = (dates[0], dates[dates.len() - 1]);
    let of = |server: &mut Server, arguments: Value| {
        let mut arguments = arguments;
        arguments["kind"] = json!("invoice");
        arguments["state"] = json!("posted");
        find(server, arguments).len()
    };
    assert_eq!(of(server, json!({"invoiced_after": newest})), dates.iter().filter(|date| **date == newest).count());
    assert_eq!(of(server, json!({"invoiced_before": oldest})), dates.iter().filter(|date| **date == oldest).count());
    assert_eq!(of(server, json!({"invoiced_after": oldest, "invoiced_before": newest})), all.len());
    let due = all[0]["invoice_date_due"].as_str().unwrap();
    let expected = all.iter().filter(|one| one["invoice_date_due"].as_str().is_some_and(|day| day <= due)).count();
    assert_eq!(of(server, json!({"due_before": due})), expected);
    let page = server.call("search_invoices", json!({"kind": "invoice", "state": "posted", "limit": 2, "offset": 1}));
    assert_eq!((&page["total"], &page["next_offset"]), (&json!(all.len()), &json!(3)));
    assert_eq!(records(&page)[0]["id"], all[1]["id"]);
}

fn get(server: &mut Server, _: &Target) {
    let all = find(server, json!({"kind": "invoice"}));
    let one = find(server, json!({"kind": "invoice", "state": "posted", "customer": "azure"}))[0].clone();
    let answer = server.call("get_invoice", json!({"invoice": one["id"]}));
    let read = &answer["records"][0];
    assert_eq!(read["name"], one["name"]);
    assert_eq!(read["payment_reference"], one["name"]);
    let same = all.iter().filter(|other| other["name"] == one["name"]).count();
    if same == 1 {
        // By its number, too; companies may have the same ones.
        assert_eq!(server.call("get_invoice", json!({"invoice": one["name"]}))["records"][0]["id"], one["id"]);
    } else {
        server.fails("get_invoice", json!({"invoice": one["name"]}), "ambiguous");
    }
    assert!(read["partner_id"]["email"].is_string() && read["company_id"]["name"].is_string(), "{read}");
    assert!(answer["currency"].is_string() || read["currency"].is_string(), "{answer:?}");
    let lines = read["invoice_line_ids"].as_array().unwrap();
    let sum = |field: &str| -> f64 { lines.iter().map(|line| line[field].as_f64().unwrap()).sum() };
    assert!((sum("price_subtotal") - read["amount_untaxed"].as_f64().unwrap()).abs() < 0.01, "{read}");
    assert!((sum("price_total") - read["amount_total"].as_f64().unwrap()).abs() < 0.01, "{read}");
    let tax = read["amount_total"].as_f64().unwrap() - read["amount_untaxed"].as_f64().unwrap();
    assert!((tax - read["amount_tax"].as_f64().unwrap()).abs() < 0.01, "{read}");
    assert!(lines.iter().all(|line| line["name"].is_string() && line["quantity"].is_number()), "{lines:?}");
}

fn overdue(server: &mut Server, _: &Target) {
    let now = today(server);
    let list = records(&server.call("list_overdue_invoices", json!({"limit": 100})));
    assert!(!list.is_empty());
    for one in &list {
        assert!(one["invoice_date_due"].as_str().unwrap() < now.as_str(), "{now}: {one}");
        assert!(one["amount_residual"].as_f64().unwrap() > 0.0, "{one}");
        assert!(one["partner_id"]["name"].is_string(), "{one}");
    }
    let due: Vec<&str> = list.iter().map(|one| one["invoice_date_due"].as_str().unwrap()).collect();
    assert!(due.windows(2).all(|two| two[0] <= two[1]), "the oldest first: {due:?}");
    let same = find(server, json!({"state": "overdue", "kind": "invoice"}));
    assert_eq!(list.len(), same.len(), "as the search says it");
    let long = server.call("list_overdue_invoices", json!({"days": 9999}));
    assert_eq!(long["total"], 0);
    let customer = list[0]["partner_id"]["name"].as_str().unwrap();
    let of = records(&server.call("list_overdue_invoices", json!({"customer": customer})));
    // And a company's people.
    assert!(
        !of.is_empty() && of.iter().all(|one| one["partner_id"]["name"].as_str().unwrap().starts_with(customer)),
        "{of:?}"
    );
    let of = records(&server.call("list_overdue_invoices", json!({"salesperson": "marc"})));
    assert!(of.iter().all(|one| one["invoice_user_id"]["name"] == "Marc Demo"), "{of:?}");
}

/// A new invoice of 2024, as draft, posted, and cancelled again.
fn life(server: &mut Server, target: &Target) {
    let name = format!("Tooldoo Test {}", target.name);
    let partner = server.call("create_contact", json!({"name": name, "kind": "company"}))["ids"][0].clone();
    let values = json!({
        "move_type": "out_invoice", "partner_id": partner, "invoice_date": "2024-02-01", "invoice_date_due": "2024-02-15",
        "invoice_line_ids": [[0, 0, {"name": "Something", "quantity": 2, "price_unit": 10, "tax_ids": [[6, 0, []]]}]],
    });
    let made = server.call("probe_create", json!({"model": "account.move", "values": values}));
    let id = made["ids"][0].clone();
    let seen = |server: &mut Server| records(&server.call("list_overdue_invoices", json!({"customer": name})));
    let draft = seen(server);
    let by = |server: &mut Server, word: &str| find(server, json!({"customer": name, "state": word})).len();
    let as_draft = (by(server, "draft"), by(server, "unpaid"));
    let call = |server: &mut Server, method: &str| {
        server.call("probe_call", json!({"model": "account.move", "method": method, "ids": [id]}));
    };
    call(server, "action_post");
    let posted = seen(server);
    let as_posted = (by(server, "draft"), by(server, "unpaid"), by(server, "overdue"), by(server, "paid"));
    let longer = records(&server.call("list_overdue_invoices", json!({"customer": name, "days": 300})));
    call(server, "button_draft");
    call(server, "button_cancel");
    let cancelled = seen(server);
    call(server, "button_draft");
    server.call("probe_unlink_forced", json!({"model": "account.move", "ids": [id]}));
    server.call("probe_unlink", json!({"model": "res.partner", "ids": [partner]}));
    assert_eq!(draft, Vec::<Value>::new());
    assert_eq!(as_draft, (1, 0));
    assert_eq!(posted.len(), 1);
    assert_eq!((&posted[0]["amount_residual"], &posted[0]["invoice_date_due"]), (&json!(20.0), &json!("2024-02-15")));
    assert_eq!(as_posted, (0, 1, 1, 0));
    assert_eq!(longer.len(), 1);
    assert_eq!(cancelled, Vec::<Value>::new());
}

fn wrong(server: &mut Server, _: &Target) {
    server.fails("get_invoice", json!({"invoice": 99_999_999}), "not_found");
    server.fails("get_invoice", json!({"invoice": "INV/1999/00001"}), "not_found");
    let error = server.fails("get_invoice", json!({"invoice": "INV/20"}), "ambiguous");
    assert!(error["candidates"].as_array().unwrap().len() > 1, "{error:?}");
    let error =
        server.fails("search_invoices", json!({"state": "late", "kind": "receipt", "x": 1}), "invalid_arguments");
    let message = error["message"].as_str().unwrap();
    for piece in ["overdue", "credit_note", "`x`"] {
        assert!(message.contains(piece), "{piece}: {message}");
    }
    let error = server.fails("search_invoices", json!({"due_before": "31.12.2025"}), "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("31.12.2025"), "{error:?}");
    for (tool, argument) in [
        ("search_invoices", "customer"),
        ("search_invoices", "salesperson"),
        ("search_invoices", "product"),
        ("list_overdue_invoices", "customer"),
        ("list_overdue_invoices", "salesperson"),
    ] {
        let error = server.fails(tool, json!({ argument: "Nobody & Sons" }), "not_found");
        assert!(error["message"].as_str().unwrap().contains("Nobody & Sons"), "{tool} {argument}: {error:?}");
    }
    server.fails("list_overdue_invoices", json!({"days": 0}), "invalid_arguments");
    server.fails("list_overdue_invoices", json!({"days": "soon"}), "invalid_arguments");
}

/// A salesperson sees the customer invoices that are the own or nobody's; in 14 the employee of the demo data is an accountant.
fn employee(server: &mut Server, target: &Target) {
    let all = find(server, json!({"kind": "any"}));
    let mut server = Server::start_as_employee(target);
    let own = find(&mut server, json!({"kind": "any"}));
    assert!(!own.is_empty());
    if target.version >= 17 {
        assert!(own.len() < all.len());
        for one in &own {
            assert!(["out_invoice", "out_refund"].contains(&one["move_type"].as_str().unwrap()), "{one}");
            assert!(one["invoice_user_id"].is_null() || one["invoice_user_id"]["name"] == "Marc Demo", "{one}");
        }
        let other = all.iter().find(|one| one["move_type"] == "in_invoice").unwrap();
        // What the caller may not see is not there.
        server.fails("get_invoice", json!({"invoice": other["id"]}), "not_found");
    }
    let one = own.iter().find(|one| one["move_type"] == "out_invoice" && one["state"] == "posted").unwrap();
    let read = server.call("get_invoice", json!({"invoice": one["id"]}));
    assert!(!read["records"][0]["invoice_line_ids"].as_array().unwrap().is_empty());
    assert!(!records(&server.call("list_overdue_invoices", json!({}))).is_empty());
}
