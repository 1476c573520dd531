//! Messages, files and reports where Odoo does not do its part, over the whole way from stdio to the wire.

use serde_json::{Value, json};
use tokio::process::Command;

use crate::server::{PASSWORD, Reply, Seen, Server, html, raise};
use crate::{called, facts, serve, started};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/files.toml");
const PDF: &str = "%PDF-1.4\n<< /Type /Page >>\n%%EOF\n";

fn serve_files(server: &Server) -> Command {
    let mut command = serve(&server.url);
    command.args(["--definitions", TOOLS]).env("ODOO_PASSWORD", PASSWORD);
    command
}

/// An Odoo with contacts that have a discussion, files and reports; the script may say otherwise.
async fn odoo(version: &'static str, script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::odoo(version, move |seen, before| {
        let field = |kind: &str| json!({"type": kind, "string": "Field", "store": true});
        let newest = version.starts_with("20");
        script(seen, before).or_else(|| match seen.call().as_str() {
            "res.partner.fields_get" => {
                Some(Reply::Ok(json!({"name": field("char"), "display_name": field("char"), "message_ids":
                {"type": "one2many", "relation": "mail.message", "string": "Messages", "store": true}})))
            }
            "ir.attachment.fields_get" if newest => {
                Some(Reply::Ok(json!({"name": field("char"), "raw": field("binary")})))
            }
            "ir.attachment.fields_get" => {
                Some(Reply::Ok(json!({"name": field("char"), "raw": field("binary"), "datas": field("binary")})))
            }
            // 14 asks for the rows alone.
            "res.partner.search_read" | "res.partner.web_search_read" => {
                let domain = seen.kwargs().get("domain").cloned().unwrap_or_else(|| seen.args()[0].clone());
                let ids = domain[0][2].as_array().cloned().unwrap_or_default();
                let records: Value = ids.iter().map(|id| json!({"id": id, "display_name": "Bob"})).collect();
                let whole = seen.call().ends_with("web_search_read");
                Some(Reply::Ok(if whole { json!({"length": ids.len(), "records": records}) } else { records }))
            }
            "ir.attachment.web_search_read" => {
                Some(Reply::Ok(json!({"length": 1, "records": [{"id": 41, "name": "a.txt",
                "mimetype": "text/plain", "file_size": 5, "type": "binary", "url": false, "res_id": 1}]})))
            }
            "ir.actions.report.web_search_read" => {
                Some(Reply::Ok(json!({"length": 1, "records": [{"id": 9, "name": "Badge",
                "report_name": "base.report_badge", "model": "res.partner", "report_type": "qweb-pdf"}]})))
            }
            "/web/session/authenticate" => {
                let body = json!({"jsonrpc": "2.0", "id": 1, "result": {"uid": 7}}).to_string();
                Some(Reply::Page(200, "application/json", vec![("Set-Cookie", "session_id=abc; Path=/".into())], body))
            }
            _ => None,
        })
    })
    .await
}

fn pdf(body: String) -> Reply {
    Reply::Page(200, "application/pdf", vec![], body)
}

#[tokio::test]
async fn a_message_is_html_of_our_own_and_has_an_id_on_every_version() {
    for (version, said, told) in
        [("14.0", json!("mail.message(5,)"), false), ("16.0", json!(5), true), ("19.0", json!([5]), true)]
    {
        let server =
            odoo(version, move |seen, _| (seen.call() == "res.partner.message_post").then(|| Reply::Ok(said.clone())))
                .await;
        let mut process = started(&mut serve_files(&server)).await;
        let result = called(&mut process, "post", json!({"ids": [1], "body": "<b>\nx"})).await;
        let answer: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(answer["ids"], json!([5]), "{version}");
        let sent = server.of("res.partner.message_post")[0].kwargs();
        assert_eq!(sent["body"], "<p>&lt;b&gt;<br/>x</p>", "{version}");
        assert_eq!((&sent["message_type"], &sent["subtype_xmlid"]), (&json!("comment"), &json!("mail.mt_note")));
        assert_eq!(sent.get("body_is_html").is_some(), told, "{version}");
        assert!(sent.get("partner_ids").is_none(), "{sent}");
        process.end().await;
    }
}

#[tokio::test]
async fn a_message_that_reaches_some_records_says_which() {
    for (cut, applied) in [(false, "yes"), (true, "unknown")] {
        let server = odoo("19.0", move |seen, before| match (seen.call().as_str(), before) {
            ("res.partner.message_post", 2..) if cut => Some(Reply::Cut),
            ("res.partner.message_post", 2..) => Some(raise("odoo.exceptions.AccessError", "Not on this one.")),
            ("res.partner.message_post", before) => Some(Reply::Ok(json!(50 + before))),
            _ => None,
        })
        .await;
        let mut process = started(&mut serve_files(&server)).await;
        let facts = facts(&called(&mut process, "post", json!({"ids": [1, 2, 3, 4], "body": "x"})).await);
        assert_eq!((&facts["applied"], &facts["posted_on"]), (&json!(applied), &json!([1, 2])), "{facts}");
        assert_eq!(facts["message_ids"], json!([50, 51]));
        assert_eq!(server.count("res.partner.message_post"), 3, "none after the one that failed");
        process.end().await;
    }
}

#[tokio::test]
async fn a_file_goes_where_this_version_takes_it() {
    for (version, field) in [("14.0", "datas"), ("19.0", "datas"), ("20.0", "raw")] {
        let server = odoo(version, |_, _| None).await;
        let mut process = started(&mut serve_files(&server)).await;
        let result = called(&mut process, "attach", json!({"id": 1, "text": "hello"})).await;
        assert_ne!(result["isError"], true, "{version}: {result}");
        let seen = &server.of("ir.attachment.create")[0];
        let values =
            if seen.path == "/jsonrpc" { seen.args()[0][0].clone() } else { seen.kwargs()["vals_list"][0].clone() };
        let wanted = json!({"name": "a.txt", field: "aGVsbG8=", "mimetype": "text/plain", "res_model": "res.partner", "res_id": 1});
        assert_eq!(values, wanted, "{version}");
        process.end().await;
    }
}

#[tokio::test]
async fn files_whose_content_cannot_be_read_are_links_and_the_reason_is_said() {
    let script: fn(&Seen, usize) -> Option<Reply> =
        |seen, _| (seen.call() == "ir.attachment.read").then(|| raise("odoo.exceptions.AccessError", "Not yours."));
    let server = odoo("19.0", script).await;
    let mut process = started(&mut serve_files(&server)).await;
    let result = called(&mut process, "files", json!({"id": 1})).await;
    assert_ne!(result["isError"], true, "{result}");
    let answer: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert!(answer["note"].as_str().unwrap().contains("Not yours."), "{answer}");
    assert_eq!(result["content"][1]["type"], "resource_link");
    process.end().await;
}

#[tokio::test]
async fn a_login_page_and_a_report_that_is_too_large_are_no_answers() {
    type Script = fn(&Seen, usize) -> Option<Reply>;
    let login: Script = |seen, _| {
        let page = r#"<form class="oe_login_form" action="/web/login"></form>"#;
        seen.path.starts_with("/report/").then(|| html(200, page))
    };
    let large: Script =
        |seen, _| seen.path.starts_with("/report/").then(|| pdf(format!("{PDF}{}", "x".repeat(10_000_000))));
    let fine: Script = |seen, _| seen.path.starts_with("/report/").then(|| pdf(PDF.into()));
    for (script, kind, said) in
        [(login, "unauthenticated", "its login page"), (large, "unsupported", "at most 10000000")]
    {
        let server = odoo("19.0", script).await;
        let mut process = started(&mut serve_files(&server)).await;
        let facts = facts(&called(&mut process, "badge", json!({"id": 1})).await);
        assert_eq!((&facts["kind"], &facts["applied"]), (&json!(kind), &json!("no")), "{facts}");
        assert!(facts["message"].as_str().unwrap().contains(said), "{facts}");
        let (_, log) = process.end().await;
        crate::clean(&log);
    }
    let server = odoo("19.0", fine).await;
    let mut process = started(&mut serve_files(&server)).await;
    let result = called(&mut process, "badge", json!({"id": 1})).await;
    let answer: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&answer["file_name"], &answer["pages"]), (&json!("Badge - Bob.pdf"), &json!(1)), "{result}");
    assert_eq!(result["content"][1]["resource"]["uri"], "odoo://report/base.report_badge/1/Badge%20-%20Bob.pdf");
    process.end().await;
}
