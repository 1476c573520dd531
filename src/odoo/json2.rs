//! JSON-2: `POST /json/2/<model>/<method>` with named arguments and an API key. Odoo 19 and later.
//!
//! The header `X-Odoo-Database` names the database where several share the host. Odoo Online answers 404 when it is sent, and
//! a host with several answers 404 when it is not. So it is sent where a database is configured and the host is not Odoo
//! Online's; where that gets a 404 that blames the header's presence or absence, the other way is tried once, and kept if it
//! works. A 404 comes before anything runs, so a write may be sent again. A wrong name is never dropped in favour of
//! whatever other database the host has: then Odoo's own page says that it knows no such database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::credential::{Kept, Secret};
use super::error::Error;
use super::faults::Fault;
use super::http::{self, Answer, Http, Outgoing};
use super::jsonrpc::{Said, decode, encode};
use super::pages;
use super::request::{Effect, Named, Patience, Request};
use super::settings::Settings;

const DATABASE: HeaderName = HeaderName::from_static("x-odoo-database");

/// The key, and what was learnt of the host.
#[derive(Debug)]
pub(super) struct Json2 {
    instance: String,
    key: Arc<Kept>,
    database: Option<HeaderValue>,
    sends_database: AtomicBool,
}

impl Json2 {
    /// For the key of these settings; `None` without one.
    pub(super) fn new(settings: &Settings, key: Option<&Arc<Kept>>, http: &Http) -> Result<Option<Self>, Error> {
        let Some(key) = key else { return Ok(None) };
        if key.held().is_some_and(|key| key.bearer().is_none()) {
            return Err(no_key(&settings.name));
        }
        let database = match &settings.database {
            None => None,
            Some(name) => {
                let value = HeaderValue::from_str(name).map_err(|_| {
                    http::wrong(&settings.name, "database", "its database name cannot stand in an HTTP header")
                })?;
                Some(value)
            }
        };
        Ok(Some(Self {
            instance: settings.name.clone(),
            key: Arc::clone(key),
            sends_database: AtomicBool::new(database.is_some() && !http.is_odoo_online()),
            database,
        }))
    }

    /// Calls a method with the request's named arguments. Positional ones are the caller's to send elsewhere.
    ///
    /// A refused key means that nothing ran, so even a write may go again, with another key.
    pub(super) async fn call(
        &self,
        http: &Http,
        request: &Request,
        context: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Said, Error> {
        let body = encode(&Named { kwargs: &request.kwargs, ids: request.ids.as_deref(), context })?;
        let key = self.key.get(patience).await?;
        let said = self.call_with(&key, http, request, body.clone(), patience).await?;
        if matches!(&said, Said::Fault(fault) if fault.short_name() == "Unauthorized")
            && let Some(other) = self.key.instead_of(&key, patience).await
        {
            return self.call_with(&other, http, request, body, patience).await;
        }
        Ok(said)
    }

    async fn call_with(
        &self,
        key: &Secret,
        http: &Http,
        request: &Request,
        body: Bytes,
        patience: &Patience,
    ) -> Result<Said, Error> {
        let out = Outgoing {
            method: Method::POST,
            path: format!("json/2/{}/{}", request.model, request.method),
            headers: HeaderMap::new(),
            body,
            effect: request.effect,
        };
        let answer = self.exchange(key, http, out, patience).await?;
        self.read(http, answer, request.effect).await
    }

    /// A JSON document that Odoo has at a path below its own; `None` where there is none for this key.
    pub(super) async fn document(
        &self,
        http: &Http,
        path: String,
        patience: &Patience,
    ) -> Result<Option<Value>, Error> {
        let key = self.key.get(patience).await?;
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let out = Outgoing { method: Method::GET, path, headers, body, effect: Effect::Read };
        let answer = self.exchange(&key, http, out, patience).await?;
        if !(answer.status.is_success() && pages::is_json(&answer)) {
            return Ok(None);
        }
        Ok(decode(&answer.body).await.ok())
    }

    /// Sends with the key, and with the header of the database where the host wants it.
    async fn exchange(
        &self,
        key: &Secret,
        http: &Http,
        mut out: Outgoing,
        patience: &Patience,
    ) -> Result<Answer, Error> {
        let sends = self.sends_database.load(Ordering::Relaxed);
        out.headers = self.headers(key, sends)?;
        let answer = http.send(&out, patience).await?;
        if self.blames_header(&answer, sends) {
            out.headers = self.headers(key, !sends)?;
            let other = http.send(&out, patience).await?;
            if other.status != 404 || pages::is_json(&other) {
                tracing::debug!(host = %http.host(), sent = !sends, "`X-Odoo-Database` is handled the other way round");
                self.sends_database.store(!sends, Ordering::Relaxed);
                return Ok(other);
            }
        }
        Ok(answer)
    }

    async fn read(&self, http: &Http, answer: Answer, effect: Effect) -> Result<Said, Error> {
        if pages::is_json(&answer) {
            if answer.status.is_success() {
                if let Ok(value) = decode::<Value>(&answer.body).await {
                    return Ok(Said::Result(value));
                }
            } else if let Ok(fault) = decode::<Fault>(&answer.body).await
                && !fault.name.is_empty()
            {
                return Ok(Said::Fault(fault));
            }
        }
        // A page, or the envelope of JSON-RPC in which an older Odoo wraps its 404.
        if answer.status == 404 && !pages::lacks_database(&answer) {
            return Ok(Said::NoEndpoint(answer));
        }
        Err(pages::error(http, &answer, effect))
    }

    fn blames_header(&self, answer: &Answer, sent: bool) -> bool {
        let page = self.database.is_some() && answer.status == 404 && !pages::is_json(answer);
        page && sent != pages::lacks_database(answer)
    }

    fn headers(&self, key: &Secret, with_database: bool) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, key.bearer().cloned().ok_or_else(|| no_key(&self.instance))?);
        if let (true, Some(value)) = (with_database, &self.database) {
            headers.insert(DATABASE, value.clone());
        }
        Ok(headers)
    }
}

/// The error of a key that cannot stand in a header.
fn no_key(instance: &str) -> Error {
    http::wrong(instance, "api_key", "its API key holds characters that no key has")
}
