//! One Odoo as one user: which protocol a call takes, who makes it, what is remembered.
//!
//! Everything remembered (version, user, fields, login) is remembered by this client alone, and a client is one instance and
//! one user in one language: nothing is ever seen through another's eyes.

mod send;
mod version;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use serde_json::{Map, Value};

use super::credential::Kept;
use super::error::{Error, Kind};
use super::http::{self, Http};
use super::json2::Json2;
use super::metadata::Model;
use super::names;
use super::request::{Patience, Request};
use super::session::{Login, Session};
use super::settings::{Protocol, Settings};
use super::user::User;
use super::version::Version;
use super::web::Web;

/// The way to one Odoo. Share it in an `Arc`; calls run at the same time.
pub struct Client {
    settings: Settings,
    http: Http,
    json2: Option<Json2>,
    session: Session,
    web: Web,
    secrets: Vec<Arc<Kept>>,
    key_worked: AtomicBool,
    without_web: AtomicBool,
    versions: Cache<(), Version>,
    /// The last known version, `major << 32 | minor`; 0 is none.
    last_version: AtomicU64,
    pub(super) users: Cache<(), Arc<User>>,
    /// By name, and by language where it is not this client's own.
    pub(super) models: Cache<(String, Option<String>), Arc<Model>>,
}

/// Which protocol a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Json2,
    JsonRpc,
}

impl Client {
    /// A client for these settings. Sends nothing; reads the CA file.
    ///
    /// # Errors
    /// A setting that cannot work, by its key.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let http = Http::new(&settings)?;
        let kept = |key, credential: &Option<_>| credential.as_ref().map(|it| Kept::new(key, &settings.name, it));
        let (key, password) = (kept("api_key", &settings.api_key), kept("password", &settings.password));
        let json2 = Json2::new(&settings, key.as_ref(), &http)?;
        if settings.protocol == Protocol::Json2 && json2.is_none() {
            return Err(http::wrong(&settings.name, "api_key", "`protocol = \"json2\"` needs an API key"));
        }
        let session = Session::new(&settings, key.as_ref(), password.as_ref());
        if settings.protocol == Protocol::JsonRpc && !session.is_possible() {
            return Err(session.incomplete());
        }
        if json2.is_none() && !session.is_possible() {
            return Err(session.incomplete());
        }
        let web = Web::new(password.as_ref());
        Ok(Self {
            http,
            json2,
            session,
            web,
            secrets: key.into_iter().chain(password).collect(),
            key_worked: AtomicBool::new(false),
            without_web: AtomicBool::new(false),
            versions: remembered(1, &settings),
            last_version: AtomicU64::new(0),
            users: remembered(1, &settings),
            models: remembered(settings.metadata_max.max(1), &settings),
            settings,
        })
    }

    /// The instance's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The instance's URL, without a `/` at its end. It never holds a secret.
    #[must_use]
    pub fn url(&self) -> &str {
        self.http.base()
    }

    /// The host and port that requests go to, unless a proxy takes them.
    pub(super) fn address(&self) -> Option<(String, u16)> {
        self.http.address()
    }

    /// The configured database; `None` where the host has one alone.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.settings.database.as_deref()
    }

    /// How long a call may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// From now on as long as a call may take, with a cancellation of its own.
    #[must_use]
    pub fn patience(&self) -> Patience {
        Patience::lasting(self.settings.timeout)
    }

    /// Reads the secret that calls will use, if that is still to be done, so that the first call need not wait for it.
    ///
    /// # Errors
    /// It cannot be read; the first call tries again.
    pub async fn read_secret(&self, patience: &Patience) -> Result<(), Error> {
        // The key is there first, and goes before the password.
        match self.secrets.first() {
            Some(secret) => secret.get(patience).await.map(drop),
            None => Ok(()),
        }
    }

    /// The next call reads the secrets again where they lie: there may be newer ones.
    pub fn doubt_secrets(&self) {
        self.secrets.iter().for_each(|secret| secret.doubt());
    }

    /// Forgets every model's fields, so that the next call asks anew.
    pub fn forget_metadata(&self) {
        self.models.invalidate_all();
    }

    /// Calls any method.
    ///
    /// Positional arguments go over JSON-RPC, the only protocol that has them. The context is the instance's, the user's `lang`
    /// and `tz`, and the request's, the last one winning.
    ///
    /// # Errors
    /// What Odoo or the way to it said, with a truthful `applied`.
    pub async fn execute(&self, request: &Request, patience: &Patience) -> Result<Value, Error> {
        let wire = self.wire_for(request, patience).await?;
        let mut own = request.context.clone();
        if let Some(Value::Object(named)) = request.kwargs.get("context") {
            own.extend(named.clone());
        }
        let context = self.context(&own, patience).await?;
        self.send(wire, request, context, patience).await
    }

    /// Which protocol calls without positional arguments take.
    pub(super) async fn wire(&self, patience: &Patience) -> Result<Wire, Error> {
        match self.settings.protocol {
            Protocol::Json2 => Ok(Wire::Json2),
            Protocol::JsonRpc => Ok(Wire::JsonRpc),
            Protocol::Auto if self.json2.is_none() => Ok(Wire::JsonRpc),
            Protocol::Auto => Ok(if self.version(patience).await?.major >= 19 { Wire::Json2 } else { Wire::JsonRpc }),
        }
    }

    async fn wire_for(&self, request: &Request, patience: &Patience) -> Result<Wire, Error> {
        names::model(&request.model)?;
        names::method(&request.method)?;
        let positional = !request.args.is_empty() || request.kwargs.contains_key("ids");
        if !positional {
            return self.wire(patience).await;
        }
        if self.settings.protocol == Protocol::Json2 || !self.session.is_possible() {
            return Err(Error::new(
                Kind::Unsupported,
                format!("`{}` is called with positional arguments, and JSON-2 has none.", request.method),
            )
            .hint("Name the arguments, or give the instance a `username` and leave `protocol` at `auto`."));
        }
        Ok(Wire::JsonRpc)
    }

    /// The whole context of a call.
    pub(super) async fn context(
        &self,
        own: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Map<String, Value>, Error> {
        let mut context = self.settings.context.clone();
        let says = |key| own.contains_key(key) || self.settings.context.contains_key(key);
        if !(says("lang") && says("tz")) {
            let user = self.user(patience).await?;
            if !says("lang") {
                context.insert("lang".into(), user.lang.clone().into());
            }
            if let (false, Some(tz)) = (says("tz"), &user.tz) {
                context.insert("tz".into(), tz.clone().into());
            }
        }
        context.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(context)
    }

    /// The instance's own context: added to that of every call.
    #[must_use]
    pub fn instance_context(&self) -> &Map<String, Value> {
        &self.settings.context
    }

    /// The wire.
    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// The login over JSON-RPC, or what there is for one.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The browser's session, or what there is for one.
    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    /// The ceiling of companies; `None` is all of the user's.
    #[must_use]
    pub fn company_ids(&self) -> Option<&[i64]> {
        self.settings.company_ids.as_deref()
    }

    /// The configured login.
    pub(super) fn username(&self) -> Option<&str> {
        self.settings.username.as_deref()
    }

    /// A JSON document of Odoo's own, for the API key: `None` where there is none, or no key.
    pub(super) async fn document(&self, path: String, patience: &Patience) -> Result<Option<Value>, Error> {
        let Some(json2) = &self.json2 else { return Ok(None) };
        json2.document(&self.http, path, patience).await.map_err(|error| self.without_secrets(error))
    }

    /// The login over JSON-RPC.
    pub(super) async fn login(&self, patience: &Patience) -> Result<Arc<Login>, Error> {
        // It tells best what is wrong where no Odoo answers, and is known almost always.
        self.version(patience).await?;
        let json2 = self.json2.as_ref();
        self.session.login(&self.http, json2, patience).await.map_err(|error| self.without_secrets(error))
    }

    /// Whether this Odoo was found to lack the module `web`, and with it `web_search_read`.
    pub(super) fn lacks_web(&self) -> bool {
        self.without_web.load(Ordering::Relaxed)
    }

    /// Takes note that this Odoo lacks the module `web`.
    pub(super) fn note_lack_of_web(&self) {
        self.without_web.store(true, Ordering::Relaxed);
    }

    /// Removes what must not be shown, should Odoo or a proxy have repeated it.
    pub(super) fn without_secrets(&self, mut error: Error) -> Error {
        for secret in self.secrets.iter().filter_map(|kept| kept.held()) {
            let secret = secret.expose();
            if secret.len() >= 6 && error.message.contains(secret) {
                error.message = error.message.replace(secret, "…");
            }
        }
        error
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.settings.name)
            .field("url", &self.http.base())
            .field("version", &self.known_version())
            .finish_non_exhaustive()
    }
}

/// What is remembered as long as the metadata.
fn remembered<K, V>(entries: u64, settings: &Settings) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(entries).time_to_live(settings.metadata_ttl).build()
}
