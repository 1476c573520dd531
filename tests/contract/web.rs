//! Sessions and reports: what Odoo gives to a browser alone.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("web: a login and its password open a session", opened),
        case!("web: a wrong password opens none", refused),
        case!("web: a report is a PDF with a session", report),
        case!("web: without a session a report is the login page", without),
        case!("web: a report or a record that is not there is an error in HTML", missing),
        case!("web: reports are records", records),
    ]
}

async fn authenticate(odoo: &Odoo, password: &str) -> (Option<String>, Value) {
    let params = json!({"db": odoo.database, "login": odoo.login(Who::Admin).login, "password": password});
    let body = json!({"jsonrpc": "2.0", "method": "call", "id": 3, "params": params});
    let url = format!("{}/web/session/authenticate", odoo.url);
    let answer = odoo.http.post(url).json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let session = cookies.filter_map(|cookie| cookie.split(';').next()?.strip_prefix("session_id=")).next_back();
    (session.map(str::to_owned), answer.json().await.unwrap())
}

async fn session(odoo: &Odoo) -> String {
    authenticate(odoo, &odoo.login(Who::Admin).password).await.0.expect("a cookie")
}

async fn opened(odoo: &Odoo) {
    let (session, answer) = authenticate(odoo, &odoo.login(Who::Admin).password).await;
    assert!(session.is_some_and(|session| session.len() >= 20));
    let info = &answer["result"];
    assert_eq!(info["uid"], odoo.uid(Who::Admin).await);
    assert_eq!(info["username"], json!(odoo.login(Who::Admin).login));
    assert_eq!(info["db"], json!(odoo.database));
    assert_eq!(info["server_version_info"][0], odoo.version);
}

async fn refused(odoo: &Odoo) {
    let (_, answer) = authenticate(odoo, "no such password").await;
    assert_eq!(answer["error"]["data"]["name"], "odoo.exceptions.AccessDenied", "{answer}");
    assert!(answer.get("result").is_none());
}

async fn get(odoo: &Odoo, path: &str, session: Option<&str>) -> (u16, String, Vec<u8>) {
    let mut request = odoo.http.get(format!("{}{path}", odoo.url));
    if let Some(session) = session {
        request = request.header("Cookie", format!("session_id={session}"));
    }
    let answer = request.send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.bytes().await.unwrap().to_vec())
}

async fn order(odoo: &Odoo) -> i64 {
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    odoo.make("sale.order", json!({"partner_id": customer})).await
}

async fn report(odoo: &Odoo) {
    let order = order(odoo).await;
    let path = format!("/report/pdf/sale.report_saleorder/{order}");
    let (status, kind, body) = get(odoo, &path, Some(&session(odoo).await)).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"), "{}", String::from_utf8_lossy(&body));
    assert!(body.starts_with(b"%PDF-"));
    assert!(String::from_utf8_lossy(&body[body.len() - 32..]).contains("%%EOF"));
}

async fn without(odoo: &Odoo) {
    let order = order(odoo).await;
    let url = format!("{}/report/pdf/sale.report_saleorder/{order}", odoo.url);
    let answer = odoo.http.get(url).send().await.unwrap();
    // What the page says is not looked at: it needs files that not every package of Odoo brings.
    assert_eq!(answer.url().path(), "/web/login");
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{kind}");
}

async fn missing(odoo: &Odoo) {
    let (session, order) = (session(odoo).await, order(odoo).await);
    for path in
        [format!("/report/pdf/sale.report_bogus/{order}"), "/report/pdf/sale.report_saleorder/2000000000".into()]
    {
        let (status, kind, body) = get(odoo, &path, Some(&session)).await;
        assert!((400..=500).contains(&status), "{path}: {status}");
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
        assert!(!body.starts_with(b"%PDF"));
    }
}

async fn records(odoo: &Odoo) {
    for (external, model, name) in [
        ("sale.action_report_saleorder", "sale.order", "sale.report_saleorder"),
        ("account.account_invoices", "account.move", "account.report_invoice_with_payments"),
        ("stock.action_report_delivery", "stock.picking", "stock.report_deliveryslip"),
        ("purchase.action_report_purchase_order", "purchase.order", "purchase.report_purchaseorder"),
    ] {
        let id = odoo.reference(external).await;
        let row = odoo.read("ir.actions.report", id, &["model", "report_name", "report_type"]).await;
        assert_eq!((&row["model"], &row["report_name"]), (&json!(model), &json!(name)), "{external}");
        assert_eq!(row["report_type"], "qweb-pdf", "{external}");
    }
}
