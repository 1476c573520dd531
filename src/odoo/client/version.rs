//! Which Odoo answers: asked over whatever protocol is open, and remembered.

use std::sync::atomic::Ordering;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{Client, Wire};
use crate::odoo::error::{Error, Kind};
use crate::odoo::faults;
use crate::odoo::http::Outgoing;
use crate::odoo::jsonrpc::{self, Said};
use crate::odoo::once;
use crate::odoo::pages;
use crate::odoo::request::{Effect, Patience, Request};
use crate::odoo::settings::Protocol;
use crate::odoo::version::Version;

impl Client {
    /// Odoo's version. Asked once, then remembered as long as the metadata.
    ///
    /// # Errors
    /// Odoo is not there, or is not Odoo.
    pub async fn version(&self, patience: &Patience) -> Result<Version, Error> {
        let version = once::shared(&self.versions, (), patience, || self.ask_version(patience)).await?;
        let packed = u64::from(version.major) << 32 | u64::from(version.minor);
        self.last_version.store(packed, Ordering::Relaxed);
        Ok(version)
    }

    /// The version, if it was ever learnt. Sends nothing.
    #[must_use]
    pub fn known_version(&self) -> Option<Version> {
        let packed = self.last_version.load(Ordering::Relaxed);
        let half = |bits: u64| u32::try_from(bits).unwrap_or(u32::MAX);
        (packed != 0).then(|| Version::new(half(packed >> 32), half(packed & 0xffff_ffff)))
    }

    async fn ask_version(&self, patience: &Patience) -> Result<Version, Error> {
        if self.settings.protocol == Protocol::Json2 {
            return self.ask_web_version(patience).await;
        }
        match jsonrpc::service(&self.http, "common", "version", json!([]), Effect::Read, patience).await? {
            Said::Result(answer) => Version::from_answer(&answer).ok_or_else(|| self.no_version()),
            Said::Fault(fault) => {
                Err(faults::error(&fault, &Request::new("common", "version", Effect::Read), &self.http.host()))
            }
            Said::NoEndpoint(answer) => {
                // Where only JSON-2 is let through, or left, `/jsonrpc` is not needed.
                let version = self.ask_web_version(patience).await.ok();
                let json2 = self.settings.protocol == Protocol::Auto && self.json2.is_some();
                match version.filter(|version| json2 && version.major >= 19) {
                    Some(version) => Ok(version),
                    None => Err(self.no_endpoint(&answer, Wire::JsonRpc, patience).await),
                }
            }
        }
    }

    /// The version as Odoo's web pages tell it: `/web/version`, before it `/web/webclient/version_info`.
    pub(super) async fn ask_web_version(&self, patience: &Patience) -> Result<Version, Error> {
        let out = Outgoing {
            method: Method::GET,
            path: "web/version".into(),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
            effect: Effect::Read,
        };
        let answer = self.http.send(&out, patience).await?;
        if pages::is_json(&answer)
            && let Ok(value) = jsonrpc::decode::<Value>(&answer.body).await
        {
            return Version::from_answer(&value).ok_or_else(|| self.no_version());
        }
        if answer.status != 404 {
            return Err(pages::error(&self.http, &answer, Effect::Read));
        }
        match jsonrpc::call(&self.http, "web/webclient/version_info", json!({}), Effect::Read, patience).await? {
            Said::Result(value) => Version::from_answer(&value).ok_or_else(|| self.no_version()),
            _ => Err(pages::error(&self.http, &answer, Effect::Read)),
        }
    }

    fn no_version(&self) -> Error {
        Error::new(Kind::Unavailable, format!("What answers at `{}` does not say which Odoo it is.", self.http.base()))
            .hint("Check the instance's `url`.")
    }
}
