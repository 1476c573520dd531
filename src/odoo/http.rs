//! The wire: one pooled HTTP client, what is sent when and how often, and how much of an answer is read.
//!
//! It knows nothing of Odoo. An answer, whatever its status, is an [`Answer`]; what came to nothing is an [`Error`] of `reach`.
//!
//! What may be sent twice: a read, and what is known not to have left. The body tells: as long as nobody asked for its bytes,
//! Odoo cannot have got the call ([`Watched`]).

use std::convert::Infallible;
use std::net::IpAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::{Method, StatusCode, Url};
use tokio::sync::{OnceCell, Semaphore};

use super::error::{Error, Kind};
use super::reach::{self, Trouble};
use super::request::{Effect, Ended, Patience};
use super::settings::Settings;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Proxies and firewalls forget idle connections, often without a word; a younger one is hardly ever stale.
const IDLE: Duration = Duration::from_secs(15);

/// One request to Odoo's host.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    /// Below the instance's URL, without a leading `/`.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) effect: Effect,
}

/// What came back, whatever it is.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: String,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    /// `Retry-After`, where it is a number of seconds.
    pub(super) retry_after: Option<Duration>,
    /// `session_id=…`, where the answer opens a browser's session; marked so that it does not print.
    pub(super) session: Option<HeaderValue>,
    pub(super) body: Bytes,
}

/// A pooled client for one host.
#[derive(Debug)]
pub(super) struct Http {
    client: OnceCell<reqwest::Client>,
    /// Trusted besides those of the system.
    certificates: Vec<reqwest::Certificate>,
    verify_tls: bool,
    base: Url,
    /// The instance's, for messages.
    name: String,
    database: Option<String>,
    max_connections: usize,
    permits: Semaphore,
    max_response: u64,
}

impl Http {
    /// A client for the URL of these settings. Reads the CA file; sends nothing.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let base = base_url(settings)?;
        let certificates = match &settings.ca_file {
            Some(path) => certificates(&settings.name, path)?,
            None => Vec::new(),
        };
        Ok(Self {
            client: OnceCell::new(),
            certificates,
            verify_tls: settings.verify_tls,
            base,
            name: settings.name.clone(),
            database: settings.database.clone(),
            max_connections: settings.max_connections.max(1),
            permits: Semaphore::new(settings.max_connections.max(1)),
            max_response: settings.max_response,
        })
    }

    /// The pooled client. It is made when it is first needed, and beside the calls: reading all the authorities that the
    /// system trusts takes longer than everything else of a start.
    async fn client(&self) -> Result<&reqwest::Client, Error> {
        let build = async || {
            let builder = self.builder();
            let built = tokio::task::spawn_blocking(move || builder.build());
            match built.await {
                Ok(Ok(client)) => Ok(client),
                Ok(Err(error)) => {
                    Err(wrong(&self.name, "tls", &format!("TLS cannot be set up: {}", error.without_url())))
                }
                Err(_) => Err(Error::new(Kind::Internal, "The client of Odoo could not be made.")),
            }
        };
        self.client.get_or_try_init(build).await
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tooldoo/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .gzip(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(self.max_connections)
            .tls_danger_accept_invalid_certs(!self.verify_tls);
        if is_loopback(&self.base) {
            // No proxy knows the way to it.
            builder = builder.no_proxy();
        }
        if !may_need_tls(&self.base) {
            builder = builder.tls_certs_only([]);
        } else if !self.certificates.is_empty() {
            builder = builder.tls_certs_merge(self.certificates.iter().cloned());
        }
        builder
    }

    /// The host and port, for messages.
    pub(super) fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The host and port, for a connection.
    pub(super) fn address(&self) -> Option<(String, u16)> {
        let host = self.base.host_str()?.trim_matches(['[', ']']);
        Some((host.to_owned(), self.base.port_or_known_default()?))
    }

    /// The instance's URL, for messages. It holds no secret: credentials in a URL are refused.
    pub(super) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The configured database, for messages.
    pub(super) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Whether the host is Odoo Online's.
    pub(super) fn is_odoo_online(&self) -> bool {
        self.base.host_str().is_some_and(|host| host.ends_with(".odoo.com"))
    }

    /// Sends, and where that is safe sends again, until there is an answer.
    ///
    /// Boxed, so that the many futures above do not each hold the whole of it on the stack.
    pub(super) fn send<'a>(
        &'a self,
        out: &'a Outgoing,
        patience: &'a Patience,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        self.send_repeatedly(out, patience).boxed()
    }

    async fn send_repeatedly(&self, out: &Outgoing, patience: &Patience) -> Result<Answer, Error> {
        let url = self.base.join(&out.path).map_err(|_| {
            Error::new(Kind::Internal, format!("`{}` is not a path below `{}`.", out.path, self.base()))
        })?;
        let client = self.client().await?;
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(3))
            .with_factor(2.0)
            .with_max_times(4)
            .with_jitter()
            .build();
        loop {
            let left = Arc::new(AtomicBool::new(false));
            let attempt = self.attempt(client, out, url.clone(), &left, patience).await;
            let may_repeat = out.effect == Effect::Read || !left.load(Ordering::Acquire);
            let trouble = |trouble| reach::error(self, &trouble, out.effect, left.load(Ordering::Acquire));
            let wait = match &attempt {
                Ok(answer) if out.effect == Effect::Read && passes(answer.status) => answer.retry_after,
                Err(found) if may_repeat && found.passes() => None,
                _ => return attempt.map_err(trouble),
            };
            let pause = match pauses.next() {
                Some(pause) => pause.max(wait.unwrap_or_default()),
                None => return attempt.map_err(trouble),
            };
            if pause >= patience.left() {
                return attempt.map_err(trouble);
            }
            tracing::debug!(host = %self.host(), path = %out.path, pause = ?pause, "Odoo did not answer; sending again");
            if patience.limit(tokio::time::sleep(pause)).await == Err(Ended::Cancelled) {
                return Err(trouble(Trouble::Ended(Ended::Cancelled)));
            }
        }
    }

    /// Sends once. Dropping it closes the connection.
    async fn attempt(
        &self,
        client: &reqwest::Client,
        out: &Outgoing,
        url: Url,
        left: &Arc<AtomicBool>,
        patience: &Patience,
    ) -> Result<Answer, Trouble> {
        if let Some(ended) = patience.ended() {
            return Err(Trouble::Ended(ended));
        }
        patience.limit(self.exchange(client, out, url, left)).await.unwrap_or_else(|ended| Err(Trouble::Ended(ended)))
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        out: &Outgoing,
        url: Url,
        left: &Arc<AtomicBool>,
    ) -> Result<Answer, Trouble> {
        let _permit = self.permits.acquire().await.map_err(|_| Trouble::Cut("the client was closed".into()))?;
        let mut request = client.request(out.method.clone(), url).headers(out.headers.clone());
        if out.method != Method::GET {
            let body = Watched { data: Some(out.body.clone()), left: Arc::clone(left) };
            request = request.header(CONTENT_TYPE, "application/json").body(reqwest::Body::wrap(body));
        } else {
            left.store(true, Ordering::Release);
        }
        let mut response = request.send().await.map_err(|error| Trouble::from_send(&error))?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut answer = Answer {
            status: response.status(),
            content_type: header(CONTENT_TYPE).unwrap_or_default(),
            location: header(LOCATION),
            retry_after: header(RETRY_AFTER).and_then(|text| text.trim().parse().ok()).map(Duration::from_secs),
            session: session(response.headers()),
            body: Bytes::new(),
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Trouble::from_body(&error))? {
            if (body.len() + chunk.len()) as u64 > self.max_response {
                return Err(Trouble::TooLarge(self.max_response));
            }
            body.extend_from_slice(&chunk);
        }
        answer.body = body.into();
        Ok(answer)
    }
}

/// The cookie of the session that an answer opens, as a request sends it back.
fn session(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut pairs = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()?.split(';').next());
    let pair = pairs.find(|pair| pair.trim_start().starts_with("session_id="))?;
    let mut value = HeaderValue::from_str(pair.trim()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Statuses that pass by themselves.
fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// A body that tells whether anybody has taken it.
struct Watched {
    data: Option<Bytes>,
    left: Arc<AtomicBool>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.left.store(true, Ordering::Release);
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

/// A setting of this instance that cannot work.
pub(super) fn wrong(instance: &str, key: &str, what: &str) -> Error {
    Error::new(Kind::Unavailable, format!("The Odoo `{instance}` cannot be used: {what}."))
        .hint(format!("Set `{key}` of `[instances.{instance}]`."))
}

/// The authorities of a file.
fn certificates(instance: &str, path: &Path) -> Result<Vec<reqwest::Certificate>, Error> {
    let pem = std::fs::read(path)
        .map_err(|error| wrong(instance, "tls.ca_file", &format!("`{}` cannot be read: {error}", path.display())))?;
    reqwest::Certificate::from_pem_bundle(&pem)
        .ok()
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| wrong(instance, "tls.ca_file", &format!("`{}` holds no PEM certificate", path.display())))
}

/// Whether a connection may be encrypted: to the host itself, or to a proxy before it that the environment names.
fn may_need_tls(base: &Url) -> bool {
    let names_tls = |name| std::env::var(name).is_ok_and(|proxy| proxy.starts_with("https:"));
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    base.scheme() == "https" || !is_loopback(base) && proxies.into_iter().any(names_tls)
}

/// Whether it is this machine. (A URL's host is in lower case.)
fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The URL as a folder, so that paths join below it.
fn base_url(settings: &Settings) -> Result<Url, Error> {
    if settings.url.trim().is_empty() {
        return Err(wrong(&settings.name, "url", "it has no URL"));
    }
    let mut url = Url::parse(settings.url.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| wrong(&settings.name, "url", "its URL is not of the form `https://example.odoo.com`"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(&settings.name, "url", "its URL carries credentials, which would end in logs"));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings { url: url.into(), ..Settings::default() }
    }

    #[test]
    fn a_path_prefix_is_kept_and_a_query_is_not() {
        for (url, joined) in [
            ("https://example.odoo.com", "https://example.odoo.com/json/2/a/b"),
            ("https://example.com/erp", "https://example.com/erp/json/2/a/b"),
            ("https://example.com/erp/?debug=1#x", "https://example.com/erp/json/2/a/b"),
            (" http://127.0.0.1:8069/ ", "http://127.0.0.1:8069/json/2/a/b"),
        ] {
            let base = base_url(&settings(url)).unwrap();
            assert_eq!(base.join("json/2/a/b").unwrap().as_str(), joined);
        }
    }

    #[test]
    fn this_machine_is_known_by_every_name() {
        let here = |url: &str| is_loopback(&base_url(&settings(url)).unwrap());
        for url in [
            "http://localhost:8069",
            "http://LOCALHOST",
            "http://erp.localhost",
            "http://127.0.0.1:8069",
            "http://127.1.2.3",
            "http://[::1]:8069",
            "https://[::ffff:127.0.0.1]",
        ] {
            assert!(here(url), "{url}");
        }
        for url in ["http://odoo:8069", "http://192.168.1.1", "https://localhost.example.com", "http://[2001:db8::1]"] {
            assert!(!here(url), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_said_with_its_key_and_without_its_secret() {
        for url in ["", "example.odoo.com", "ftp://example.com", "file:///etc/passwd", "https://u:s3cret@example.com"] {
            let error = base_url(&settings(url)).unwrap_err();
            assert!(error.hint.as_deref().unwrap().contains("`url`"), "{url}");
            assert!(!format!("{error:?}").contains("s3cret"));
        }
    }

    #[test]
    fn a_ca_file_that_is_missing_or_empty_is_named() {
        let missing = Settings { ca_file: Some("/nowhere/ca.pem".into()), ..settings("https://example.com") };
        assert!(Http::new(&missing).unwrap_err().message.contains("/nowhere/ca.pem"));
        let file = tempfile::NamedTempFile::new().unwrap();
        let empty = Settings { ca_file: Some(file.path().into()), ..settings("https://example.com") };
        assert!(Http::new(&empty).unwrap_err().message.contains("no PEM certificate"));
    }
}
