//! What Odoo gives only to a person's browser: its reports. A session is made with the password, since Odoo takes no API key there,
//! and kept until it lapses.
//!
//! Whether an answer is the report is decided by its bytes. Odoo answers a lapsed session with its login page, and a report that
//! fails with a page of its own; neither is ever handed on as a file.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use moka::future::Cache;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::client::Client;
use super::credential::{Kept, Secret};
use super::error::{Error, Kind};
use super::http::{Answer, Outgoing};
use super::jsonrpc::{self, Said};
use super::request::{Effect, Patience};
use super::{names, once, pages, session};

/// As much of a page of Odoo's as is looked at for what it says.
const PAGE: usize = 4_000;
/// The magic bytes of a PDF stand within so many of the first.
const MAGIC_WITHIN: usize = 1_024;

/// The password, and the session that holds.
#[derive(Debug)]
pub(super) struct Web {
    password: Option<Arc<Kept>>,
    generation: AtomicU64,
    visits: Cache<u64, Arc<Visit>>,
}

/// A session that Odoo gave.
struct Visit {
    cookie: HeaderValue,
    generation: u64,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit").field("generation", &self.generation).finish_non_exhaustive()
    }
}

impl Web {
    pub(super) fn new(password: Option<&Arc<Kept>>) -> Self {
        Self { password: password.cloned(), generation: AtomicU64::new(0), visits: Cache::new(4) }
    }

    /// Forgets a session that Odoo no longer knows, unless somebody did so before.
    fn lapse(&self, visit: &Visit) {
        let next = visit.generation + 1;
        // Where another was faster there is a newer session already.
        let _ = self.generation.compare_exchange(visit.generation, next, Ordering::AcqRel, Ordering::Acquire);
    }
}

impl Client {
    /// A report as a PDF, of these records in this order: `GET /report/pdf/<report>/<ids>` in a browser's session.
    ///
    /// The context is the instance's and this one; the language and zone are otherwise those of the session's user.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] without a password, or where Odoo gives something that is no PDF; [`Kind::Unauthenticated`] for a
    /// password that Odoo refuses; what Odoo says of a report that it cannot print.
    pub async fn report_pdf(
        &self,
        report: &str,
        ids: &[i64],
        context: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Bytes, Error> {
        self.print(report, ids, context, patience).await.map_err(|error| self.without_secrets(error))
    }

    async fn print(
        &self,
        report: &str,
        ids: &[i64],
        context: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Bytes, Error> {
        names::report(report)?;
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut path = format!("report/pdf/{report}/{}", ids.join(","));
        let mut whole = self.instance_context().clone();
        whole.extend(context.iter().map(|(key, value)| (key.clone(), value.clone())));
        if !whole.is_empty() {
            let context = Value::Object(whole).to_string();
            path = format!("{path}?context={}", utf8_percent_encode(&context, NON_ALPHANUMERIC));
        }
        let visit = self.visit(patience).await?;
        let mut answer = self.get(&path, &visit, patience).await?;
        if is_login_page(&answer) {
            self.web().lapse(&visit);
            let visit = self.visit(patience).await?;
            answer = self.get(&path, &visit, patience).await?;
        }
        if answer.status == 200 && is_pdf(&answer.body) {
            return Ok(answer.body);
        }
        Err(self.no_report(report, &answer))
    }

    async fn get(&self, path: &str, visit: &Visit, patience: &Patience) -> Result<Answer, Error> {
        let headers = HeaderMap::from_iter([(COOKIE, visit.cookie.clone())]);
        let out =
            Outgoing { method: Method::GET, path: path.to_owned(), headers, body: Bytes::new(), effect: Effect::Read };
        self.http().send(&out, patience).await
    }

    /// The session that holds, made now if there is none.
    async fn visit(&self, patience: &Patience) -> Result<Arc<Visit>, Error> {
        let web = self.web();
        let generation = web.generation.load(Ordering::Acquire);
        once::shared(&web.visits, generation, patience, || self.open(generation, patience)).await
    }

    async fn open(&self, generation: u64, patience: &Patience) -> Result<Arc<Visit>, Error> {
        let Some(kept) = &self.web().password else {
            let instance = self.name();
            return Err(Error::new(
                Kind::Unsupported,
                format!(
                    "Odoo prints reports only for a login with a password, and the Odoo `{instance}` has an API key alone."
                ),
            )
            .hint(format!(
                "The administrator of this server can set `password` of `[instances.{instance}]` beside `api_key`; until then \
                 open the record in Odoo and print it there."
            )));
        };
        let user = self.user(patience).await?;
        let login = self.username().unwrap_or(&user.login);
        let database = match self.database() {
            Some(name) => name.to_owned(),
            None => session::only_database(self.http(), patience).await?,
        };
        let mut password = kept.get(patience).await?;
        let mut opened = self.authenticate(&database, login, &password, patience).await?;
        if opened.is_none()
            && let Some(other) = kept.instead_of(&password, patience).await
        {
            password = other;
            opened = self.authenticate(&database, login, &password, patience).await?;
        }
        let Some((uid, cookie)) = opened else {
            return Err(Error::new(
                Kind::Unauthenticated,
                format!("Odoo refused the password of `{login}`, with which its reports are printed."),
            )
            .hint(format!("Check `password` and `username` of `[instances.{}]`.", self.name())));
        };
        if uid != user.id {
            return Err(Error::new(
                Kind::Unauthenticated,
                format!("The API key of the Odoo `{}` is not that of the login `{login}`, whose password it has.", self.name()),
            )
            .hint("Set `api_key`, `username` and `password` to those of one user: reports must not show what that user may not see."));
        }
        Ok(Arc::new(Visit { cookie, generation }))
    }

    /// Who that is, and the cookie of the session; `None` where Odoo refuses the password.
    async fn authenticate(
        &self,
        database: &str,
        login: &str,
        password: &Secret,
        patience: &Patience,
    ) -> Result<Option<(i64, HeaderValue)>, Error> {
        let params = json!({"db": database, "login": login, "password": password.expose()});
        let http = self.http();
        let answer = jsonrpc::post(http, "web/session/authenticate", params, Effect::Read, patience).await?;
        let cookie = answer.session.clone();
        match jsonrpc::understand(http, answer, Effect::Read).await? {
            Said::Result(said) => match (said.get("uid").and_then(Value::as_i64).filter(|uid| *uid > 0), cookie) {
                (Some(uid), Some(cookie)) => Ok(Some((uid, cookie))),
                (Some(_), None) => Err(Error::new(
                    Kind::Unavailable,
                    format!("Odoo at `{}` accepted the password and gave no session.", http.host()),
                )
                .hint("A proxy before Odoo may drop its cookies (`Set-Cookie`).")),
                (None, _) => Err(Error::new(
                    Kind::Unauthenticated,
                    format!(
                        "Odoo wants a second factor of `{login}`, which a server cannot give, so it prints no reports."
                    ),
                )
                .hint("Use a user without two-factor login for this server, or print the report in Odoo.")),
            },
            Said::Fault(fault) if fault.is_refused_login() => Ok(None),
            Said::Fault(fault) => Err(self.session().fault(http, &fault, database)),
            Said::NoEndpoint(answer) => Err(pages::error(http, &answer, Effect::Read)),
        }
    }

    /// The sentence for an answer that is not the report.
    fn no_report(&self, report: &str, answer: &Answer) -> Error {
        let host = self.http().host();
        if is_login_page(answer) {
            return Error::new(
                Kind::Unauthenticated,
                format!("Odoo at `{host}` answered with its login page instead of the report, although it took the password."),
            )
            .hint("A proxy before Odoo may drop its cookies, or several Odoos without a shared session store stand behind it.");
        }
        let said = said(&answer.body).map_or_else(String::new, |said| format!(": {said}"));
        match answer.status.as_u16() {
            200 => {
                let kind = answer.content_type.split(';').next().unwrap_or_default().trim();
                let kind = if kind.is_empty() { "nothing that it names" } else { kind };
                Error::new(Kind::Unsupported, format!("Odoo gave `{kind}` for the report `{report}`, and not a PDF."))
                    .hint("Only reports that Odoo prints as PDF can be asked for here.")
            }
            404 => Error::new(Kind::NotFound, format!("Odoo has no report `{report}`{said}."))
                .hint("A report's name is its `report_name` in Odoo, e.g. `sale.report_saleorder`."),
            403 => Error::new(Kind::AccessDenied, format!("Odoo refuses the report `{report}`{said}."))
                .hint("The Odoo user lacks the right to print it, or to read the records."),
            400 | 422 => Error::new(Kind::Validation, format!("Odoo cannot print the report `{report}`{said}.")),
            500 => Error::new(Kind::OdooError, format!("Odoo failed to print the report `{report}`{said}."))
                .hint("Odoo's log says why: there may be no report of that name, no `wkhtmltopdf`, the program that it prints with, or one that prints a single record at a time."),
            _ => pages::error(self.http(), answer, Effect::Read),
        }
    }
}

fn is_pdf(body: &[u8]) -> bool {
    body.get(..MAGIC_WITHIN).unwrap_or(body).windows(5).any(|bytes| bytes == b"%PDF-")
}

/// Whether Odoo asks to log in: by a redirect, or by the page itself.
fn is_login_page(answer: &Answer) -> bool {
    if answer.status.is_redirection() {
        return answer.location.as_deref().is_some_and(|location| location.contains("/web/login"));
    }
    let page = String::from_utf8_lossy(answer.body.get(..64_000).unwrap_or(&answer.body));
    !is_pdf(&answer.body)
        && answer.content_type.contains("html")
        && (page.contains("oe_login_form") || page.contains("action=\"/web/login"))
}

/// What a short page of Odoo's says in its first paragraph.
fn said(body: &Bytes) -> Option<String> {
    let page = std::str::from_utf8(body).ok().filter(|page| page.len() <= PAGE)?;
    let paragraph = page.split_once("<p>")?.1.split_once("</p>")?.0;
    let mut text = String::new();
    let mut within = false;
    for letter in paragraph.chars() {
        match letter {
            '<' => within = true,
            '>' => within = false,
            letter if !within => text.push(letter),
            _ => {}
        }
    }
    for (escaped, letter) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(escaped, letter);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches('.');
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_its_first_paragraph() {
        let page = "<!doctype html>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>Unable to find <b>it</b> &amp; &#39;more&#39;.</p>";
        assert_eq!(said(&Bytes::from(page)).as_deref(), Some("Unable to find it & 'more'"));
        assert_eq!(said(&Bytes::from("%PDF-1.4")), None);
        assert_eq!(said(&Bytes::from("<p></p>")), None);
        assert_eq!(said(&Bytes::from(format!("<p>{}</p>", "x".repeat(PAGE)))), None);
    }

    #[test]
    fn a_pdf_is_known_by_its_bytes() {
        assert!(is_pdf(b"%PDF-1.4\n"));
        assert!(is_pdf(b"\n\n%PDF-1.7"));
        assert!(!is_pdf(b"<html>"));
        assert!(!is_pdf(b""));
    }
}
