//! Reports: a browser's session where there is a password, and never a login page in place of a PDF.

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tooldoo::odoo::{Client, Kind, Settings};

use crate::server::{PASSWORD, Reply, Seen, Server, html, raise, until};

const REPORT: &str = "sale.report_saleorder";
const PDF: &str = "%PDF-1.4\n1 0 obj << /Type /Page >> endobj\n%%EOF\n";
const LOGIN_PAGE: &str = r#"<html><form class="oe_login_form" action="/web/login" method="post"></form></html>"#;

fn with_password(server: &Server) -> Settings {
    Settings { password: Some(SecretString::from(PASSWORD).into()), ..server.settings() }
}

fn opened(uid: i64, session: &str) -> Reply {
    let body = json!({"jsonrpc": "2.0", "id": 1, "result": {"uid": uid, "username": "bot@example.com"}});
    let cookie = format!("session_id={session}; Expires=Fri, 01 Jan 2100 00:00:00 GMT; HttpOnly; Path=/");
    let other = "frontend_lang=fr_FR; Path=/".to_owned();
    Reply::Page(200, "application/json", vec![("Set-Cookie", other), ("Set-Cookie", cookie)], body.to_string())
}

fn pdf() -> Reply {
    Reply::Page(200, "application/pdf", vec![], PDF.into())
}

fn is_report(seen: &Seen) -> bool {
    seen.path.starts_with("/report/pdf/")
}

fn reports(server: &Server) -> Vec<Seen> {
    server.seen().into_iter().filter(is_report).collect()
}

/// An Odoo that opens sessions and answers each request for a report by the script, which is told how many came before.
async fn odoo(version: &'static str, report: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Server {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    Server::odoo(version, move |seen, before| match seen.call().as_str() {
        "/web/session/authenticate" => Some(opened(7, &format!("session{before}"))),
        _ if is_report(seen) => Some(report(seen, asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst))),
        _ => None,
    })
    .await
}

async fn print(client: &Client) -> Result<bytes::Bytes, tooldoo::odoo::Error> {
    client.report_pdf(REPORT, &[7, 3], &Map::new(), &client.patience()).await
}

#[tokio::test]
async fn a_session_is_opened_once_with_the_password_and_its_cookie_gets_the_pdf() {
    for version in ["14.0", "17.0", "19.0"] {
        let server = odoo(version, |_, _| pdf()).await;
        let client = Client::new(with_password(&server)).unwrap();
        let (a, b) = tokio::join!(print(&client), print(&client));
        assert_eq!((a.unwrap(), b.unwrap()), (PDF.into(), PDF.into()), "{version}");
        let logins = server.of("/web/session/authenticate");
        assert_eq!(logins.len(), 1, "{version}");
        let params = &logins[0].body["params"];
        assert_eq!(params, &json!({"db": "erp", "login": "bot@example.com", "password": PASSWORD}));
        for seen in reports(&server) {
            assert_eq!(seen.path, "/report/pdf/sale.report_saleorder/7,3");
            assert_eq!(seen.headers["cookie"], "session_id=session0");
        }
    }
}

#[tokio::test]
async fn the_context_goes_along_and_cannot_leave_its_place() {
    let server = odoo("17.0", |_, _| pdf()).await;
    let client = Client::new(with_password(&server)).unwrap();
    let context =
        Map::from_iter([("lang".to_owned(), json!("fr&x=/../?#")), ("allowed_company_ids".to_owned(), json!([3]))]);
    client.report_pdf(REPORT, &[7], &context, &client.patience()).await.unwrap();
    let path = reports(&server)[0].path.clone();
    let (path, query) = path.split_once("?context=").unwrap();
    assert_eq!(path, "/report/pdf/sale.report_saleorder/7");
    assert!(query.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'%'), "{query}");
    let decoded = percent_encoding::percent_decode_str(query).decode_utf8().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&decoded).unwrap(), Value::Object(context));
}

#[tokio::test]
async fn without_a_password_nothing_is_sent_and_the_sentence_names_the_key() {
    let server = odoo("19.0", |_, _| pdf()).await;
    let error = print(&server.client()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("API key alone"), "{}", error.message);
    assert!(error.hint.unwrap().contains("`password` of `[instances.main]`"));
    assert_eq!(server.seen().iter().filter(|seen| is_report(seen)).count(), 0);
}

#[tokio::test]
async fn a_session_that_lapsed_is_opened_again() {
    type Lapsed = fn() -> Reply;
    let redirect: Lapsed =
        || Reply::Page(303, "text/html", vec![("Location", "/web/login?redirect=%2Freport".into())], String::new());
    let page: Lapsed = || html(200, LOGIN_PAGE);
    for lapsed in [redirect, page] {
        let server = odoo("17.0", move |_, before| if before == 1 { lapsed() } else { pdf() }).await;
        let client = Client::new(with_password(&server)).unwrap();
        for _ in 0..3 {
            assert_eq!(print(&client).await.unwrap(), PDF);
        }
        let cookies: Vec<_> = reports(&server).iter().map(|seen| seen.headers["cookie"].clone()).collect();
        assert_eq!(
            cookies,
            ["session_id=session0", "session_id=session0", "session_id=session1", "session_id=session1"]
        );
    }
}

#[tokio::test]
async fn a_login_page_is_never_a_report() {
    let server = odoo("17.0", |_, _| html(200, LOGIN_PAGE)).await;
    let client = Client::new(with_password(&server)).unwrap();
    let error = print(&client).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(error.message.contains("its login page instead of the report"), "{}", error.message);
    assert_eq!(
        (reports(&server).len(), server.count("/web/session/authenticate")),
        (2, 2),
        "tried once more, no further"
    );
}

#[tokio::test]
async fn what_is_no_pdf_is_said_to_be_none() {
    let cases: [(u16, &'static str, &'static str, Kind, &str); 6] = [
        (200, "text/html; charset=utf-8", "<html><h1>Quotation</h1></html>", Kind::Unsupported, "gave `text/html`"),
        (200, "application/pdf", "PK\u{3}\u{4}", Kind::Unsupported, "not a PDF"),
        (
            404,
            "text/html",
            "<title>404</title><p>Gone away.</p>",
            Kind::NotFound,
            "no report `sale.report_saleorder`: Gone away.",
        ),
        (403, "text/html", "<title>403</title><p>Not for you.</p>", Kind::AccessDenied, "Not for you"),
        (
            400,
            "text/html",
            "<title>400</title><p>Unable to find Wkhtmltopdf</p>",
            Kind::Validation,
            "Unable to find Wkhtmltopdf",
        ),
        (500, "text/html", "<title>500</title><p>Oops &amp; more</p>", Kind::OdooError, "Oops & more"),
    ];
    for (status, content_type, body, kind, said) in cases {
        let server = odoo("17.0", move |_, _| Reply::Page(status, content_type, vec![], body.into())).await;
        let error = print(&Client::new(with_password(&server)).unwrap()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}: {error}");
        assert!(error.message.contains(said), "{status}: {error}");
        assert_eq!(reports(&server).len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_refused_password_a_second_factor_and_another_user_are_told_apart() {
    let client = |server: &Server| Client::new(with_password(server)).unwrap();
    let authenticate = |reply: fn() -> Reply| {
        Server::odoo("17.0", move |seen, _| (seen.call() == "/web/session/authenticate").then(reply))
    };
    let refused = authenticate(|| raise("odoo.exceptions.AccessDenied", "Access Denied")).await;
    let second = authenticate(|| Reply::Ok(json!({"uid": null}))).await;
    let other = authenticate(|| opened(8, "of_another")).await;
    let no_cookie = authenticate(|| Reply::Ok(json!({"uid": 7}))).await;
    for (server, said) in [
        (refused, "refused the password of `bot@example.com`"),
        (second, "second factor of `bot@example.com`"),
        (other, "API key of the Odoo `main` is not that of the login"),
        (no_cookie, "gave no session"),
    ] {
        let error = print(&client(&server)).await.unwrap_err();
        assert!(error.message.contains(said), "{error}");
        assert!(!format!("{error:?}").contains(PASSWORD));
        assert!(reports(&server).is_empty(), "{said}");
    }
}

#[tokio::test]
async fn a_name_that_is_no_report_never_reaches_odoo() {
    let server = odoo("17.0", |_, _| pdf()).await;
    let client = Client::new(with_password(&server)).unwrap();
    for name in
        ["", "../../web/session/logout", "sale.report/../x", "sale.report?x=1", "sale.report%2f..", "sale", "sale.a\nb"]
    {
        let error = client.report_pdf(name, &[1], &Map::new(), &client.patience()).await.unwrap_err();
        assert_eq!(error.kind, Kind::InvalidArguments, "{name}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_report_larger_than_allowed_a_cancelled_one_and_a_late_one_end() {
    let server =
        odoo("17.0", |_, _| Reply::Page(200, "application/pdf", vec![], format!("{PDF}{}", "x".repeat(50_000)))).await;
    let small = Client::new(Settings { max_response: 20_000, ..with_password(&server) }).unwrap();
    let error = print(&small).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("`max_response`"), "{error}");

    let silent = odoo("17.0", |_, _| Reply::Silence).await;
    let client = Client::new(with_password(&silent)).unwrap();
    let (patience, context) = (client.patience(), Map::new());
    let cancel = async {
        until(|| !reports(&silent).is_empty()).await;
        patience.cancelled.cancel();
    };
    let (printed, ()) = tokio::join!(client.report_pdf(REPORT, &[7], &context, &patience), cancel);
    assert_eq!(printed.unwrap_err().kind, Kind::Cancelled);
    until(|| silent.given_up() == 1).await;
    let mut hasty = client.patience();
    hasty.deadline = std::time::Instant::now() + std::time::Duration::from_millis(200);
    let error = client.report_pdf(REPORT, &[7], &Map::new(), &hasty).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout);
}

#[tokio::test]
async fn nothing_of_a_session_prints() {
    let server = odoo("17.0", |_, _| pdf()).await;
    let client = Client::new(with_password(&server)).unwrap();
    print(&client).await.unwrap();
    let printed = format!("{client:?}");
    assert!(!printed.contains("session0") && !printed.contains(PASSWORD), "{printed}");
}
