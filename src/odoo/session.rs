//! The login over JSON-RPC: made once, shared by every call, made again when it lapses.
//!
//! Odoo answers `false` to a wrong login, a wrong password, a wrong key, an expired key and a password that two-factor login
//! forbids alike. One more question, asked only then, tells most of them apart.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use moka::future::Cache;
use serde_json::{Value, json};

use super::credential::{Kept, Secret};
use super::error::{Error, Kind};
use super::faults::{self, Fault};
use super::http::Http;
use super::json2::Json2;
use super::jsonrpc::{self, Said};
use super::once;
use super::pages;
use super::request::{Effect, Patience, Request};
use super::settings::Settings;

/// A login that Odoo accepted.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) uid: i64,
    pub(super) database: String,
    /// The key or password that it was made with; each call carries it.
    pub(super) secret: Arc<Secret>,
    /// Which login of this client it is.
    generation: u64,
}

/// Who logs in, and the login that holds.
#[derive(Debug)]
pub(super) struct Session {
    instance: String,
    username: Option<String>,
    secret: Option<Arc<Kept>>,
    secret_is_key: bool,
    database: Option<String>,
    generation: AtomicU64,
    logins: Cache<u64, Arc<Login>>,
    worked: AtomicBool,
}

impl Session {
    pub(super) fn new(settings: &Settings, key: Option<&Arc<Kept>>, password: Option<&Arc<Kept>>) -> Self {
        Self {
            instance: settings.name.clone(),
            username: settings.username.clone(),
            secret: key.or(password).cloned(),
            secret_is_key: key.is_some(),
            database: settings.database.clone(),
            generation: AtomicU64::new(0),
            logins: Cache::new(4),
            worked: AtomicBool::new(false),
        }
    }

    /// Whether there is a login and a secret for it.
    pub(super) fn is_possible(&self) -> bool {
        self.username.is_some() && self.secret.is_some()
    }

    /// The login that holds, made now if there is none.
    pub(super) async fn login(
        &self,
        http: &Http,
        json2: Option<&Json2>,
        patience: &Patience,
    ) -> Result<Arc<Login>, Error> {
        let generation = self.generation.load(Ordering::Acquire);
        once::shared(&self.logins, generation, patience, || self.authenticate(http, json2, generation, patience)).await
    }

    /// Forgets a login that Odoo no longer accepts, unless somebody did so before.
    pub(super) fn lapse(&self, login: &Login) {
        let next = login.generation + 1;
        if self.generation.compare_exchange(login.generation, next, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            tracing::debug!(instance = %self.instance, "the Odoo login lapsed");
        }
    }

    async fn authenticate(
        &self,
        http: &Http,
        json2: Option<&Json2>,
        generation: u64,
        patience: &Patience,
    ) -> Result<Arc<Login>, Error> {
        let (Some(username), Some(kept)) = (self.username.as_deref(), &self.secret) else {
            return Err(self.incomplete());
        };
        let mut secret = kept.get(patience).await?;
        let database = match &self.database {
            Some(name) => name.clone(),
            None => only_database(http, patience).await?,
        };
        let mut uid = self.uid(http, &database, username, &secret, patience).await?;
        if uid.is_none()
            && let Some(other) = kept.instead_of(&secret, patience).await
        {
            secret = other;
            uid = self.uid(http, &database, username, &secret, patience).await?;
        }
        let Some(uid) = uid else {
            return Err(self.refused(http, json2, username, &database, &secret, patience).await);
        };
        self.worked.store(true, Ordering::Relaxed);
        tracing::debug!(instance = %self.instance, uid, "logged in to Odoo");
        Ok(Arc::new(Login { uid, database, secret, generation }))
    }

    /// Who that is, by Odoo's own account; `None` where it refuses the login.
    async fn uid(
        &self,
        http: &Http,
        database: &str,
        username: &str,
        secret: &Secret,
        patience: &Patience,
    ) -> Result<Option<i64>, Error> {
        let args = json!([database, username, secret.expose(), {}]);
        match jsonrpc::service(http, "common", "authenticate", args, Effect::Read, patience).await? {
            Said::Result(uid) => Ok(uid.as_i64().filter(|uid| *uid > 0)),
            Said::Fault(fault) => Err(self.fault(http, &fault, database)),
            Said::NoEndpoint(answer) => Err(pages::error(http, &answer, Effect::Read)),
        }
    }

    /// The sentence for a login that cannot be tried.
    pub(super) fn incomplete(&self) -> Error {
        let instance = &self.instance;
        if self.secret.is_none() {
            let and = if self.username.is_none() { ", and before Odoo 19 the user's login as `username`" } else { "" };
            return Error::new(
                Kind::Unauthenticated,
                format!("The Odoo `{instance}` cannot be used: it has neither an API key nor a password."),
            )
            .hint(format!("Set `ODOO_API_KEY`, or `api_key` of `[instances.{instance}]`{and}."));
        }
        Error::new(Kind::Unauthenticated, format!("JSON-RPC needs a login, and the Odoo `{instance}` has none."))
            .hint(format!(
                "Set `ODOO_USERNAME`, or `username` of `[instances.{instance}]`; Odoo 19 and later needs only an API key."
            ))
    }

    /// The sentence for `false`.
    async fn refused(
        &self,
        http: &Http,
        json2: Option<&Json2>,
        username: &str,
        database: &str,
        password: &Secret,
        patience: &Patience,
    ) -> Error {
        let online = if http.is_odoo_online() { " On Odoo Online the external API needs the Custom plan." } else { "" };
        let secret = if self.secret_is_key { "API key" } else { "password" };
        if self.worked.load(Ordering::Relaxed) {
            return Error::new(
                Kind::Unauthenticated,
                format!("Odoo no longer accepts the {secret} of `{username}`: it was changed, removed or has expired, or the user was archived."),
            )
            .hint(format!("Give the instance a new {secret}."));
        }
        if self.secret_is_key {
            if let Some(json2) = json2 {
                let probe = Request::new("res.users", "context_get", Effect::Read);
                match json2.call(http, &probe, &serde_json::Map::new(), patience).await {
                    Ok(Said::Result(_)) => {
                        return Error::new(
                            Kind::Unauthenticated,
                            format!("Odoo knows the API key, but it is not the key of the login `{username}`."),
                        )
                        .hint("Set `username` to the login of the user who made the key.");
                    }
                    Ok(Said::Fault(fault)) if fault.is_refused_login() => return wrong_key(false),
                    _ => {}
                }
            }
            return Error::new(
                Kind::Unauthenticated,
                format!("Odoo refused the login `{username}` with its API key: one of the two is wrong, or the key has expired."),
            )
            .hint(format!("Check `username`, and make a new key in that user's preferences under “Account Security”.{online}"));
        }
        let params = json!({"db": database, "login": username, "password": password.expose()});
        let accepted = matches!(
            jsonrpc::call(http, "web/session/authenticate", params, Effect::Read, patience).await,
            Ok(Said::Result(session)) if session.is_object()
        );
        if accepted {
            return Error::new(
                Kind::Unauthenticated,
                format!("The password of `{username}` is right, but Odoo takes no password from programs here: two-factor login is on."),
            )
            .hint("Make an API key in that user's preferences under “Account Security” and set it as `api_key`.");
        }
        Error::new(Kind::Unauthenticated, format!("Odoo refused the login `{username}` with its password."))
            .hint(format!("Check `username`, `password` and that the user is active; an API key is better.{online}"))
    }

    /// The error of an exception that the login or the database, not the method, is the reason of. Also for `object`.
    pub(super) fn fault(&self, http: &Http, fault: &Fault, database: &str) -> Error {
        if is_no_database(fault, database) {
            return pages::no_database(&http.host(), self.database.as_deref());
        }
        if fault.short_name() == "KeyError" {
            return Error::new(
                Kind::Unavailable,
                format!("The database `{database}` is not an Odoo database, or is being created or upgraded."),
            )
            .hint("Check `database`, or try again in a few minutes.")
            .class(fault.name.clone());
        }
        faults::error(fault, &Request::new("common", "authenticate", Effect::Read), &http.host())
    }
}

/// Whether Odoo says that there is no such database. PostgreSQL's words are those of the server's language.
pub(super) fn is_no_database(fault: &Fault, database: &str) -> bool {
    let text = fault.text();
    match fault.short_name() {
        "OperationalError" => text.contains("FATAL") && text.contains(database),
        "AssertionError" => text.contains("database name"),
        _ => false,
    }
}

/// The sentence for a key that Odoo does not know. Odoo does not tell a wrong key from an expired one; that it worked does.
pub(super) fn wrong_key(worked: bool) -> Error {
    let error = if worked {
        Error::new(
            Kind::Unauthenticated,
            "Odoo no longer accepts the API key: it has expired or was removed, or its user was archived.",
        )
    } else {
        Error::new(
            Kind::Unauthenticated,
            "Odoo refused the API key: it is wrong, has expired, or belongs to another database.",
        )
    };
    error.hint("Make a new key in the user's preferences under “Account Security” and set it as `api_key`.")
}

/// The host's database where none is configured and there is only one.
pub(super) async fn only_database(http: &Http, patience: &Patience) -> Result<String, Error> {
    let missing = pages::no_database(&http.host(), None);
    let said = jsonrpc::service(http, "db", "list", json!([]), Effect::Read, patience).await?;
    let Said::Result(Value::Array(names)) = said else { return Err(missing) };
    let names: Vec<String> = names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    match names.as_slice() {
        [] => Err(missing),
        [name] => Ok(name.clone()),
        names => Err(missing.hint(format!("Set the instance's `database` to one of `{}`.", names.join("`, `")))),
    }
}
