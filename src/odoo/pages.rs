//! An answer that is not Odoo's: a page of a proxy, of a login, of another site, a redirect, a refusal. One sentence each.

use std::time::Duration;

use reqwest::Url;

use super::error::{Applied, Error, Kind};
use super::http::{Answer, Http};
use super::request::Effect;

/// Whether this is JSON by its own account.
pub(super) fn is_json(answer: &Answer) -> bool {
    answer.content_type.to_ascii_lowercase().contains("json")
}

/// Whether Odoo itself says that it does not know which database is meant.
pub(super) fn lacks_database(answer: &Answer) -> bool {
    answer.status == 404 && text(answer).contains("No database is selected")
}

/// What an answer means that no protocol of Odoo's can read.
pub(super) fn error(http: &Http, answer: &Answer, effect: Effect) -> Error {
    let error = sentence(http, answer);
    // Below 500 somebody refused before Odoo ran anything. A page with status 200 or 5xx may also be what a proxy shows
    // in place of an answer that it lost.
    let refused = answer.status.is_redirection() || (answer.status.is_client_error() && answer.status != 408);
    if effect == Effect::Write && !refused {
        return error
            .hint("The change may have happened or not: read the record before anything is tried again.")
            .applied(Applied::Unknown);
    }
    error
}

fn sentence(http: &Http, answer: &Answer) -> Error {
    let (host, url, status) = (http.host(), http.base(), answer.status.as_u16());
    let page = text(answer);
    if answer.status.is_redirection() {
        return redirect(http, answer);
    }
    if names_the_plan(&page) {
        return plan(&host);
    }
    if lacks_database(answer) {
        return no_database(&host, http.database());
    }
    if let (400 | 404 | 405 | 500, Some(root)) =
        (status, url.strip_suffix("/web").or_else(|| url.strip_suffix("/odoo")))
    {
        return Error::new(
            Kind::Unavailable,
            format!("No Odoo answers at `{url}`: that is a page for people, not Odoo's own address ({status})."),
        )
        .hint(format!("Set the instance's `url` to `{root}`."));
    }
    let titled = title(&page).map_or_else(String::new, |title| format!(" (its title: “{title}”)"));
    match status {
        429 => rate_limited(&host, answer.retry_after),
        401 | 407 => Error::new(
            Kind::Unauthenticated,
            format!("A server in front of Odoo at `{host}` asks for a login of its own ({status}){titled}."),
        )
        .hint("Let the proxy pass `/jsonrpc` and `/json/2`, or give an address behind it."),
        403 => Error::new(
            Kind::Unavailable,
            format!("A server in front of Odoo at `{host}` refused the request (403){titled}."),
        )
        .hint("A proxy or firewall blocks Odoo's external API: let it pass `/jsonrpc` and `/json/2`."),
        413 => Error::new(
            Kind::InvalidArguments,
            format!("The request is larger than the server in front of Odoo at `{host}` accepts (413)."),
        )
        .hint("Send less at once, or raise the proxy's limit (`client_max_body_size` in nginx)."),
        503 => maintenance(&host, status, &titled),
        _ if is_maintenance(&page) => maintenance(&host, status, &titled),
        502 | 504 => Error::new(
            Kind::Unavailable,
            format!("The server in front of Odoo at `{host}` got no answer from Odoo ({status}){titled}."),
        )
        .hint("Odoo may be restarting or overloaded; try again in a moment."),
        500..=599 => Error::new(
            Kind::Unavailable,
            format!("Odoo at `{host}` failed before it could answer ({status}){titled}."),
        )
        .hint("It may be starting or being upgraded; its log says more."),
        404 => Error::new(
            Kind::Unavailable,
            format!("No Odoo answers at `{url}`: the page for its external API does not exist (404){titled}."),
        )
        .hint(
            "Check the instance's `url`: it is the address of Odoo itself, without `/web` or `/odoo`. On Odoo 19 and later the module \
             `rpc` must be there.",
        ),
        _ if page.contains("/web/database/") => no_database(&host, http.database()),
        _ if is_html(answer, &page) => Error::new(
            Kind::Unavailable,
            format!("An HTML page answers at `{url}` where Odoo should ({status}){titled}."),
        )
        .hint("Check the instance's `url`; a proxy's login page or another site may stand there."),
        _ => Error::new(
            Kind::Unavailable,
            format!("What answers at `{url}` does not speak Odoo's protocol ({status})."),
        )
        .hint("Check the instance's `url` and any proxy between."),
    }
}

fn redirect(http: &Http, answer: &Answer) -> Error {
    let url = http.base();
    let target = answer.location.as_deref().and_then(|location| Url::parse(url).ok()?.join(location).ok());
    let Some(target) = target else {
        return Error::new(Kind::Unavailable, format!("`{url}` answers with a redirect that names no address."))
            .hint("Check the instance's `url`.");
    };
    if target.path().contains("/web/database/") {
        return no_database(&http.host(), http.database());
    }
    if http.is_odoo_online() && target.path().contains("typo") {
        return Error::new(Kind::Unavailable, format!("Odoo Online knows no database at `{}`.", http.host()))
            .hint("Check the instance's `url`.");
    }
    let port = target.port().map_or_else(String::new, |port| format!(":{port}"));
    let to = format!("{}://{}{port}", target.scheme(), target.host_str().unwrap_or_default());
    Error::new(Kind::Unavailable, format!("`{url}` redirects to `{to}`, and redirects are not followed."))
        .hint(format!("If `{to}` is your Odoo, set the instance's `url` to it."))
}

/// The database is missing or wrong. Odoo tells the two apart no better than what was sent to it.
pub(super) fn no_database(host: &str, database: Option<&str>) -> Error {
    match database {
        Some(name) => Error::new(Kind::Unauthenticated, format!("Odoo at `{host}` has no database `{name}`."))
            .hint("Check `database`; Odoo's own login page lists the names, if it may."),
        None => Error::new(
            Kind::Unauthenticated,
            format!("Odoo at `{host}` does not know which database is meant: it has none, or several."),
        )
        .hint("Set the instance's `database` (`ODOO_DB`)."),
    }
}

/// Odoo Online sells its external API with some plans only.
pub(super) fn plan(host: &str) -> Error {
    Error::new(Kind::Unauthenticated, format!("The Odoo Online plan of `{host}` does not include the external API."))
        .hint("Change to the Custom plan, the only one of Odoo Online that includes it, or use an Odoo of your own.")
}

/// Whether Odoo Online says that the plan lacks the external API.
pub(super) fn names_the_plan(text: &str) -> bool {
    let text = text.to_lowercase();
    (text.contains("external api") || text.contains("api access")) && text.contains("plan")
}

/// Too many requests, by Odoo's own account or a proxy's.
pub(super) fn rate_limited(host: &str, retry_after: Option<Duration>) -> Error {
    let error = Error::new(
        Kind::RateLimited,
        format!("Odoo at `{host}`, or a server in front of it, takes no more requests for now (429)."),
    );
    match retry_after {
        Some(after) => error.hint(format!("Try again in {} seconds.", after.as_secs())),
        None => error.hint("Try again later, and with fewer calls at once."),
    }
}

fn maintenance(host: &str, status: u16, titled: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        format!("Odoo at `{host}` is being upgraded, restarted or maintained ({status}){titled}."),
    )
    .hint("Try again in a few minutes.")
}

fn is_maintenance(page: &str) -> bool {
    let page = page.to_lowercase();
    ["maintenance", "being upgraded", "upgrade in progress", "being updated", "be right back", "back soon"]
        .iter()
        .any(|words| page.contains(words))
}

fn is_html(answer: &Answer, page: &str) -> bool {
    answer.content_type.contains("html") || page.trim_start().starts_with('<')
}

/// As much of a page as is looked at.
fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(answer.body.get(..64_000).unwrap_or(&answer.body)).into_owned()
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + page.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let title = page.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().take(80).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odoo::settings::Settings;
    use reqwest::StatusCode;

    fn http(url: &str) -> Http {
        Http::new(&Settings { url: url.into(), database: Some("erp".into()), ..Settings::default() }).unwrap()
    }

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            content_type: content_type.into(),
            location: None,
            retry_after: None,
            session: None,
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn each_page_that_is_not_odoos_has_a_sentence_of_its_own() {
        let http = http("https://erp.example.com");
        let cases = [
            (
                answer(200, "text/html", "<html><title>Welcome to nginx!</title>"),
                Kind::Unavailable,
                "An HTML page answers",
            ),
            (answer(404, "text/html", "<title>404 Not Found</title>"), Kind::Unavailable, "No Odoo answers"),
            (
                answer(404, "text/html", "<p>No database is selected and the …"),
                Kind::Unauthenticated,
                "has no database `erp`",
            ),
            (answer(401, "text/html", "<title>SSO</title>"), Kind::Unauthenticated, "asks for a login of its own"),
            (answer(403, "text/html", "<title>Blocked</title>"), Kind::Unavailable, "refused the request"),
            (answer(413, "text/html", ""), Kind::InvalidArguments, "larger than"),
            (answer(429, "text/plain", ""), Kind::RateLimited, "no more requests"),
            (answer(503, "text/html", "<h1>Maintenance</h1>"), Kind::Unavailable, "being upgraded"),
            (answer(200, "text/html", "<h1>We will be right back</h1>"), Kind::Unavailable, "being upgraded"),
            (answer(502, "text/html", ""), Kind::Unavailable, "got no answer from Odoo"),
            (answer(500, "text/html", ""), Kind::Unavailable, "failed before it could answer"),
            (answer(200, "text/plain", "hello"), Kind::Unavailable, "does not speak Odoo's protocol"),
            (
                answer(403, "text/html", "The External API is not available on your pricing plan"),
                Kind::Unauthenticated,
                "plan of `erp.example.com` does not include",
            ),
        ];
        for (answer, kind, words) in cases {
            let error = error(&http, &answer, Effect::Read);
            assert_eq!(error.kind, kind, "{}", error.message);
            assert!(error.message.contains(words), "{}", error.message);
            assert!(error.hint.is_some(), "{}", error.message);
            assert_eq!(error.applied, Applied::No);
        }
    }

    #[test]
    fn a_redirect_names_where_to() {
        let http = http("http://erp.example.com/erp");
        let mut moved = answer(301, "text/html", "");
        moved.location = Some("https://www.example.com:8443/erp/jsonrpc?key=s3cret".into());
        let error = error(&http, &moved, Effect::Write);
        assert!(error.message.contains("`https://www.example.com:8443`"), "{}", error.message);
        assert!(!error.message.contains("s3cret"));
        assert_eq!(error.applied, Applied::No);
        moved.location = Some("/web/database/selector".into());
        assert_eq!(sentence(&http, &moved).kind, Kind::Unauthenticated);
    }

    #[test]
    fn a_page_instead_of_an_answer_leaves_a_write_unknown_and_a_refusal_does_not() {
        let http = http("https://erp.example.com");
        for (status, applied) in [
            (200, Applied::Unknown),
            (500, Applied::Unknown),
            (502, Applied::Unknown),
            (503, Applied::Unknown),
            (504, Applied::Unknown),
            (408, Applied::Unknown),
            (404, Applied::No),
            (403, Applied::No),
            (429, Applied::No),
            (413, Applied::No),
        ] {
            let error = error(&http, &answer(status, "text/html", ""), Effect::Write);
            assert_eq!(error.applied, applied, "{status}");
        }
    }

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(title("<TITLE lang=en>\n A\n  b </TITLE>").as_deref(), Some("A b"));
        assert_eq!(title("<title></title>"), None);
        assert_eq!(title("no"), None);
    }
}
