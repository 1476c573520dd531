//! `message_post`, `attach` and `attachments`, on every Odoo.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("a message shows its text as it is, line by line", post),
    ("a message of its author's HTML stays HTML", post_html),
    ("a message has the subtype and tells the partners that were named", post_to),
    ("a message on nobody, of nothing, or where there is no discussion is refused", post_wrong),
    ("a text, a file and an address are attached, and come back", attach),
    ("what is no file is not attached", attach_wrong),
    ("very many ids are refused, not compared with each other", many_ids),
    ("a model reads short texts, images and PDFs, and gets links to the rest", attachments),
    ("files come in pages, and a record without files has none", attachments_pages),
    ("a report is one PDF, by its name or its external id", report),
    ("a report that cannot be printed is said so before Odoo prints", report_wrong),
    ("a report wants the password, and says so where there is an API key alone", report_with_a_key),
    ("a method that opens a dialog is answered with its fields and buttons", wizard),
];

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const NOBODY: i64 = 99_999_999;

/// A contact of this test's own.
fn contact(server: &mut Server, name: &str) -> i64 {
    let created = server.call("probe_create", json!({"model": "res.partner", "values": {"name": name}}));
    created["ids"][0].as_i64().unwrap()
}

/// The newest message on a contact.
fn message(server: &mut Server, id: &Value) -> Value {
    let fields = ["body", "subtype_id", "message_type", "partner_ids", "res_id", "model"];
    server.call("probe_read", json!({"model": "mail.message", "ids": [id], "fields": fields}))["records"][0].clone()
}

fn messages_on(server: &mut Server, id: i64) -> u64 {
    let domain = format!("[['model', '=', 'res.partner'], ['res_id', '=', {id}]]");
    server.call("probe_search", json!({"model": "mail.message", "domain": domain, "fields": ["res_id"]}))["total"]
        .as_u64()
        .unwrap()
}

fn post(server: &mut Server, _: &Target) {
    let id = contact(server, "Posted on");
    let body = "<b>Tom</b> & Jerry's\nsecond line\n\n1 < 2";
    let posted = server.call("probe_post", json!({"model": "res.partner", "ids": [id], "body": body}));
    assert!(posted["company"]["id"].is_i64(), "{posted:?}");
    let message = message(server, &posted["ids"][0]);
    assert_eq!((&message["message_type"], &message["subtype_id"]["name"]), (&json!("comment"), &json!("Note")));
    assert_eq!((&message["model"], &message["res_id"]["id"]), (&json!("res.partner"), &json!(id)), "{message}");
    // Read as Markdown, in which markup that is text is escaped.
    let text = message["body"].as_str().unwrap().replace('\\', "");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(lines, ["<b>Tom</b> & Jerry's", "second line", "", "1 < 2"], "{text:?}");
}

fn post_html(server: &mut Server, _: &Target) {
    let id = contact(server, "Posted on in HTML");
    let arguments = json!({"model": "res.partner", "ids": [id], "body": "<p>One <b>bold</b> word</p>", "html": true});
    let posted = server.call("probe_post", arguments);
    let message = message(server, &posted["ids"][0]);
    assert_eq!(message["body"], "One **bold** word");
}

fn post_to(server: &mut Server, target: &Target) {
    // Found by its name: a real Odoo has those of earlier runs.
    let second = format!("Told Secondly {} {}", target.name, std::process::id());
    let (one, two) = (contact(server, "Told Firstly"), contact(server, &second));
    let arguments = json!({"model": "res.partner", "ids": [one, two], "body": "Hello", "subtype": "comment",
        "partners": [second, one.to_string()]});
    let posted = server.call("probe_post", arguments);
    let ids = posted["ids"].as_array().unwrap();
    assert_eq!(ids.len(), 2);
    for (message_id, record) in ids.iter().zip([one, two]) {
        let message = message(server, message_id);
        assert_eq!((&message["res_id"]["id"], &message["subtype_id"]["name"]), (&json!(record), &json!("Discussions")));
        let mut told: Vec<_> =
            message["partner_ids"].as_array().unwrap().iter().map(|partner| partner["id"].as_i64().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, [one, two]);
    }
    let external = json!({"model": "res.partner", "ids": [one], "body": "Hello", "subtype": "mail.mt_note"});
    let posted = server.call("probe_post", external);
    assert_eq!(message(server, &posted["ids"][0])["subtype_id"]["name"], "Note");
}

fn post_wrong(server: &mut Server, _: &Target) {
    let id = contact(server, "Not posted on");
    let before = messages_on(server, id);
    let with = |key: &str, value: Value| {
        let mut arguments = json!({"model": "res.partner", "ids": [id], "body": "Hello"});
        arguments[key] = value;
        arguments
    };
    for (arguments, kind, said) in [
        (with("body", json!("  \n ")), "invalid_arguments", "empty"),
        (with("ids", json!([NOBODY])), "not_found", "99999999"),
        (with("ids", json!([id, NOBODY])), "not_found", "99999999"),
        (with("subtype", json!("internal")), "invalid_arguments", "`internal` is not a subtype"),
        (with("subtype", json!("base.main_company")), "invalid_arguments", "`res.company`"),
        (with("subtype", json!("mail.mt_nobody")), "not_found", "mail.mt_nobody"),
        (with("partners", json!(["Nobody Of That Name"])), "not_found", "Nobody Of That Name"),
        (json!({"model": "res.country", "ids": [1], "body": "Hello"}), "invalid_arguments", "no discussion"),
    ] {
        let error = server.fails("probe_post", arguments.clone(), kind);
        assert!(error["message"].as_str().unwrap().contains(said), "{arguments}: {error:?}");
        assert_eq!(error["applied"], "no", "{arguments}");
    }
    assert_eq!(messages_on(server, id), before, "nothing was posted");
}

fn records(answer: &Map<String, Value>) -> Vec<Value> {
    answer["records"].as_array().unwrap().clone()
}

fn attach(server: &mut Server, _: &Target) {
    let id = contact(server, "Attached to");
    let on = |more: Value| {
        let mut arguments = json!({"model": "res.partner", "ids": [id]});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let text = server.call("probe_attach", on(json!({"file": "notes/2026.csv", "text": "a;b\n1;é\n"})));
    let text = &records(&text)[0];
    assert_eq!(
        (&text["name"], &text["type"], &text["size"]),
        (&json!("notes_2026.csv"), &json!("text/csv"), &json!(9))
    );
    assert_eq!(text["uri"], format!("odoo://ir.attachment/{}", text["id"]));
    let file = json!({"file": "pixel.png", "data": format!("data:image/png;base64,{PIXEL}")});
    let result = server.result("probe_attach", &on(file));
    let link = &result["content"][1];
    assert_eq!(
        (&link["type"], &link["name"], &link["mimeType"]),
        (&json!("resource_link"), &json!("pixel.png"), &json!("image/png"))
    );
    assert_eq!(link["size"], STANDARD.decode(PIXEL).unwrap().len());
    let url = server.call("probe_attach", on(json!({"file": "Terms", "url": "https://example.com/terms"})));
    assert_eq!(records(&url)[0]["uri"], "https://example.com/terms");
    let listed = server.call("probe_attachments", json!({"model": "res.partner", "ids": [id]}));
    let names: Vec<_> = records(&listed).iter().map(|record| record["name"].clone()).collect();
    assert_eq!(names, ["Terms", "pixel.png", "notes_2026.csv"], "the newest first");

    let other = contact(server, "Attached to, too");
    let both = json!({"model": "res.partner", "ids": [id, other], "file": "both.txt", "text": "both"});
    let both = records(&server.call("probe_attach", both));
    assert_eq!(both.iter().map(|record| record["record_id"].clone()).collect::<Vec<_>>(), [json!(id), json!(other)]);
}

fn many_ids(server: &mut Server, _: &Target) {
    let ids: Vec<i64> = (1..=150_000).chain(1..=150_000).collect();
    let error = server.fails(
        "probe_read",
        json!({"model": "res.partner", "ids": ids, "fields": ["name"]}),
        "invalid_arguments",
    );
    assert!(error["message"].as_str().unwrap().contains("names 150000 records"), "{error:?}");
}

fn attach_wrong(server: &mut Server, _: &Target) {
    let id = contact(server, "Not attached to");
    let on = |more: Value| {
        let mut arguments = json!({"model": "res.partner", "ids": [id], "file": "a.txt"});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    for (arguments, kind, said) in [
        (on(json!({})), "invalid_arguments", "nothing to attach"),
        (on(json!({"text": "x", "url": "https://example.com"})), "invalid_arguments", "both `text` and `url`"),
        (on(json!({"data": "not base64!"})), "invalid_arguments", "is not base64"),
        (on(json!({"url": "javascript:alert(1)"})), "invalid_arguments", "web address"),
        (on(json!({"url": "/web/content/1"})), "invalid_arguments", "web address"),
        (on(json!({"text": "x", "type": "text"})), "invalid_arguments", "`text/csv`"),
        (on(json!({"text": "x", "file": "../.."})), "invalid_arguments", "not the name of a file"),
        (on(json!({"text": "x", "ids": [NOBODY]})), "not_found", "99999999"),
        (on(json!({"text": "x", "ids": [id, NOBODY]})), "not_found", "99999999"),
    ] {
        let error = server.fails("probe_attach", arguments.clone(), kind);
        assert!(error["message"].as_str().unwrap().contains(said), "{arguments}: {error:?}");
        assert_eq!(error["applied"], "no", "{arguments}");
    }
    let listed = server.call("probe_attachments", json!({"model": "res.partner", "ids": [id]}));
    assert_eq!(listed["total"], 0, "nothing was attached");
}

fn attachments(server: &mut Server, _: &Target) {
    let id = contact(server, "Read from");
    let pdf = STANDARD.encode("%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\ntrailer\n%%EOF\n");
    let broken = STANDARD.encode("this is no image");
    let long = "x".repeat(60_000);
    for (name, key, content) in [
        ("notes.txt", "text", "Read me: ü"),
        ("pixel.png", "data", PIXEL),
        ("offer.pdf", "data", &pdf),
        ("broken.png", "data", &broken),
        ("long.txt", "text", &long),
        ("sheet.xlsx", "data", "UEsDBAoAAAAAAA=="),
    ] {
        server.call("probe_attach", json!({"model": "res.partner", "ids": [id], "file": name, key: content}));
    }
    let result = server.result("probe_attachments", &json!({"model": "res.partner", "ids": [id]}));
    let blocks = result["content"].as_array().unwrap();
    let list: Value = serde_json::from_str(blocks[0]["text"].as_str().unwrap()).unwrap();
    let names: Vec<_> =
        list["records"].as_array().unwrap().iter().map(|record| record["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sheet.xlsx", "long.txt", "broken.png", "offer.pdf", "pixel.png", "notes.txt"]);
    let kinds: Vec<_> = blocks[1..].iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["resource_link", "resource_link", "resource_link", "resource", "image", "resource"], "{list}");
    assert_eq!(blocks[4]["resource"]["blob"], pdf);
    assert_eq!((&blocks[5]["data"], &blocks[5]["mimeType"]), (&json!(PIXEL), &json!("image/png")));
    assert_eq!(blocks[6]["resource"]["text"], "Read me: ü");
    assert_eq!(blocks[6]["resource"]["uri"], list["records"][5]["uri"]);
    let url = list["records"][0]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/web/content/{}?download=true", list["records"][0]["id"])), "{url}");
}

fn attachments_pages(server: &mut Server, _: &Target) {
    let id = contact(server, "Paged from");
    let none = server.call("probe_attachments", json!({"model": "res.partner", "ids": [id]}));
    assert_eq!((&none["records"], &none["total"]), (&json!([]), &json!(0)));
    for number in 1..=3 {
        let file = format!("{number}.txt");
        server.call("probe_attach", json!({"model": "res.partner", "ids": [id], "file": file, "text": "x"}));
    }
    let first = server.call("probe_attachments", json!({"model": "res.partner", "ids": [id], "limit": 2}));
    assert_eq!((&first["total"], &first["next_offset"]), (&json!(3), &json!(2)));
    let rest = server.call("probe_attachments", json!({"model": "res.partner", "ids": [id], "limit": 2, "offset": 2}));
    assert_eq!((&records(&rest)[0]["name"], rest.get("next_offset")), (&json!("1.txt"), None));
    server.fails("probe_attachments", json!({"model": "res.partner", "ids": [NOBODY]}), "not_found");
}

/// Two orders of whoever is the first login.
fn orders(server: &mut Server) -> Vec<Value> {
    let found = server.call("probe_search", json!({"model": "sale.order", "fields": ["name"], "order": "id"}));
    records(&found).into_iter().take(2).collect()
}

/// The PDF of an answer. `None` where Odoo has nothing to print with.
fn printed(server: &mut Server, arguments: &Value) -> Option<(Value, Vec<u8>)> {
    let result = server.result("probe_report", arguments);
    let text = result["content"][0]["text"].as_str().unwrap();
    if result["isError"] == true {
        assert!(text.to_lowercase().contains("wkhtmltopdf"), "{text}");
        println!("nothing was printed: {text}");
        return None;
    }
    let resource = &result["content"][1]["resource"];
    assert_eq!(resource["mimeType"], "application/pdf");
    let pdf = STANDARD.decode(resource["blob"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF-"), "{text}");
    let answer: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&answer["uri"], &answer["size"]), (&resource["uri"], &json!(pdf.len())));
    Some((answer, pdf))
}

fn report(_: &mut Server, target: &Target) {
    let Some(mut server) = Server::start_with_password(target, false) else {
        return println!("no password: nothing is printed");
    };
    let orders = orders(&mut server);
    let (one, two) = (&orders[0], &orders[1]);
    let of = |ids: Value, report: &str| json!({"model": "sale.order", "ids": ids, "report": report});
    let Some((answer, _)) = printed(&mut server, &of(json!([one["id"]]), "sale.report_saleorder")) else { return };
    let name = answer["file_name"].as_str().unwrap();
    assert!(name.ends_with(&format!(" - {}.pdf", one["name"].as_str().unwrap())), "{name}");
    assert_eq!(answer["records"], json!([{"id": one["id"], "name": one["name"]}]));
    let by_external_id = printed(&mut server, &of(json!([one["id"]]), "sale.action_report_saleorder")).unwrap().0;
    assert_eq!(by_external_id["uri"], answer["uri"]);

    let both = of(json!([one["id"], two["id"]]), "sale.report_saleorder");
    // Debian's `wkhtmltopdf` prints one record at a time.
    if let Some((both, _)) = printed(&mut server, &both) {
        assert_eq!(both["records"].as_array().unwrap().len(), 2, "{both}");
    } else {
        assert!(target.name.starts_with("real"), "the embedded Odoo prints two");
    }
    let mut named = of(json!([one["id"]]), "sale.report_saleorder");
    named["file"] = json!("Offers/2026");
    let named = printed(&mut server, &named).unwrap().0;
    assert_eq!(named["file_name"], "Offers_2026.pdf");
    assert!(named["uri"].as_str().unwrap().ends_with("/Offers_2026.pdf"), "{named}");

    // Who may not read which reports there are may print them all the same.
    let mut employee = Server::start_with_password(target, true).unwrap();
    let visible = records(&employee.call("probe_search", json!({"model": "sale.order", "fields": ["name"]})));
    if let Some(order) = visible.first() {
        printed(&mut employee, &of(json!([order["id"]]), "sale.report_saleorder")).unwrap();
    }
}

fn report_wrong(_: &mut Server, target: &Target) {
    let Some(mut server) = Server::start_with_password(target, false) else { return };
    let order = orders(&mut server)[0]["id"].clone();
    let of = |ids: Value, report: &str| json!({"model": "sale.order", "ids": ids, "report": report});
    for (arguments, kind, said) in [
        (of(json!([order]), "sale.report_nothing"), "not_found", "no report `sale.report_nothing`"),
        (of(json!([order]), "base.main_company"), "not_found", "a record of `res.company`"),
        (of(json!([order]), "../../web/session/logout"), "invalid_arguments", "is not the name of an Odoo report"),
        (of(json!([order]), "sale.report_saleorder?x=1"), "invalid_arguments", "is not the name of an Odoo report"),
        (of(json!([NOBODY]), "sale.report_saleorder"), "not_found", "99999999"),
        (
            json!({"model": "res.partner", "ids": [1], "report": "sale.report_saleorder"}),
            "invalid_arguments",
            "prints `sale.order`",
        ),
    ] {
        let error = server.fails("probe_report", arguments.clone(), kind);
        assert!(error["message"].as_str().unwrap().contains(said), "{arguments}: {error:?}");
    }
    let error = server.fails("probe_report", of(json!([order]), "sale.report_nothing"), "not_found");
    assert!(error["hint"].as_str().unwrap().contains("`sale.report_saleorder`"), "those that there are: {error:?}");
}

fn report_with_a_key(server: &mut Server, _: &Target) {
    let order = orders(server)[0]["id"].clone();
    let arguments = json!({"model": "sale.order", "ids": [order], "report": "sale.report_saleorder"});
    let error = server.fails("probe_report", arguments, "unsupported");
    assert!(error["hint"].as_str().unwrap().contains("`password` of `[instances.main]`"), "{error:?}");
}

/// From 15 to 18 Odoo asks before it cancels an order that was confirmed.
fn wizard(server: &mut Server, target: &Target) {
    if !(15..=18).contains(&target.version) {
        return;
    }
    let customer = contact(server, "Asked before");
    let created = server.call("probe_create", json!({"model": "sale.order", "values": {"partner_id": customer}}));
    let order = created["ids"][0].as_i64().unwrap();
    server.call("probe_call", json!({"model": "sale.order", "method": "action_confirm", "ids": [order]}));
    let asked = server.call("probe_call", json!({"model": "sale.order", "method": "action_cancel", "ids": [order]}));
    let asked = &asked["result"];
    assert_eq!((&asked["action"], &asked["res_model"]), (&json!("ir.actions.act_window"), &json!("sale.order.cancel")));
    let context = &asked["context"];
    assert_eq!((&context["active_model"], &context["active_ids"]), (&json!("sale.order"), &json!([order])), "{asked}");
    let button = asked["buttons"].as_array().unwrap().iter().find(|button| button["name"] == "action_cancel");
    assert!(button.is_some_and(|button| button["label"].is_string()), "{asked}");
    for field in asked["fields"].as_array().unwrap() {
        assert!(field["name"].is_string() && field["label"].is_string() && field["type"].is_string(), "{field}");
    }
    assert!(asked["note"].as_str().unwrap().contains("nothing of it has happened"), "{asked}");
    let state = |server: &mut Server| {
        let read = json!({"model": "sale.order", "ids": [order], "fields": ["state"]});
        server.call("probe_read", read)["records"][0]["state"].clone()
    };
    assert_eq!(state(server), "sale", "nothing of it has happened");
    let values = json!({"model": asked["res_model"], "values": {"order_id": order}});
    let dialog = match asked["res_id"].as_i64() {
        Some(id) => id,
        None => server.call("probe_create", values)["ids"][0].as_i64().unwrap(),
    };
    server.call("probe_call", json!({"model": asked["res_model"], "method": "action_cancel", "ids": [dialog]}));
    assert_eq!(state(server), "cancel");
}
