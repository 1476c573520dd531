//! A key or a password, which may be read again: where Odoo refuses what was read, its source may have a newer one by now.
//!
//! What a secret lies in (a file, a command's output) is not known here; [`Source`] is somebody else's. A source is asked at
//! the first call that needs it, by one call at a time, and never while nobody needs it: it may be slow.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::error::{Error, Kind};
use super::once;
use super::request::Patience;

/// A source that had nothing new is left alone for so long, however many calls Odoo refuses meanwhile.
const FRUITLESS: Duration = Duration::from_secs(5);

/// Where a secret can be read, now and again.
pub trait Source: Send + Sync {
    /// Reads it. The error says why it cannot be read, in a clause without a full stop, and never what was read.
    fn read(&self) -> BoxFuture<'_, Result<SecretString, Unreadable>>;
}

/// Why a secret cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// A secret of the settings. It has no form that prints.
#[derive(Clone)]
pub enum Credential {
    /// Known, and the same for ever.
    Fixed(SecretString),
    /// Read when it is needed, and again when Odoo refuses it.
    Read(Arc<dyn Source>),
}

impl From<SecretString> for Credential {
    fn from(secret: SecretString) -> Self {
        Self::Fixed(secret)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Credential::Fixed(…)",
            Self::Read(_) => "Credential::Read(…)",
        })
    }
}

/// A secret that was read.
pub(super) struct Secret {
    text: SecretString,
    bearer: Option<HeaderValue>,
}

impl Secret {
    fn new(text: SecretString) -> Arc<Self> {
        let bearer = HeaderValue::from_str(&format!("bearer {}", text.expose_secret().trim())).ok();
        let bearer = bearer.map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Arc::new(Self { text, bearer })
    }

    /// The secret itself.
    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret().trim()
    }

    /// `bearer <key>`, marked so that it does not print; `None` where it holds characters that no header may.
    pub(super) fn bearer(&self) -> Option<&HeaderValue> {
        self.bearer.as_ref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A credential of one client: what was read of it last.
pub(super) struct Kept {
    /// `api_key` or `password`.
    key: &'static str,
    instance: String,
    source: Option<Arc<dyn Source>>,
    held: Mutex<Option<Arc<Secret>>>,
    /// Somebody said that the source may have another.
    stale: AtomicBool,
    /// Held while the source is asked.
    reading: tokio::sync::Mutex<()>,
    /// When the source was asked for another and had none.
    fruitless: Mutex<Option<Instant>>,
}

impl Kept {
    pub(super) fn new(key: &'static str, instance: &str, credential: &Credential) -> Arc<Self> {
        let (source, held) = match credential {
            Credential::Fixed(secret) => (None, Some(Secret::new(secret.clone()))),
            Credential::Read(source) => (Some(Arc::clone(source)), None),
        };
        Arc::new(Self {
            key,
            instance: instance.to_owned(),
            source,
            held: Mutex::new(held),
            stale: AtomicBool::new(false),
            reading: tokio::sync::Mutex::default(),
            fruitless: Mutex::default(),
        })
    }

    /// What was read last. Reads nothing.
    pub(super) fn held(&self) -> Option<Arc<Secret>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next call reads it again.
    pub(super) fn doubt(&self) {
        self.stale.store(self.source.is_some(), Ordering::Release);
    }

    /// The secret, read now if it is not known.
    pub(super) async fn get(&self, patience: &Patience) -> Result<Arc<Secret>, Error> {
        let current = || self.held().filter(|_| !self.stale.load(Ordering::Acquire));
        if let Some(secret) = current() {
            return Ok(secret);
        }
        let _reading = patience.limit(self.reading.lock()).await.map_err(once::given_up)?;
        if let Some(secret) = current() {
            return Ok(secret);
        }
        match (self.read(patience).await, self.held()) {
            (Ok(read), held) => {
                self.stale.store(false, Ordering::Release);
                // The same secret stays the same one: a login that it made still holds.
                Ok(held.filter(|held| held.expose() == read.expose()).unwrap_or_else(|| self.hold(read)))
            }
            (Err(error), Some(held)) if !is_callers(&error) => {
                self.stale.store(false, Ordering::Release);
                tracing::warn!("{error} The one that was read before stays in use.");
                Ok(held)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Another secret in place of one that Odoo refused; `None` where the source has no other.
    pub(super) async fn instead_of(&self, refused: &Arc<Secret>, patience: &Patience) -> Option<Arc<Secret>> {
        self.source.as_ref()?;
        let _reading = patience.limit(self.reading.lock()).await.ok()?;
        if let Some(held) = self.held().filter(|held| !Arc::ptr_eq(held, refused)) {
            return Some(held);
        }
        let fruitless =
            |now| std::mem::replace(&mut *self.fruitless.lock().unwrap_or_else(PoisonError::into_inner), now);
        let last = fruitless(None);
        if last.is_some_and(|last| last.elapsed() < FRUITLESS) {
            fruitless(last);
            return None;
        }
        match self.read(patience).await {
            Ok(read) if read.expose() != refused.expose() => {
                tracing::info!(instance = self.instance, "Odoo refused the `{}`; another one was read", self.key);
                Some(self.hold(read))
            }
            outcome => {
                if let Err(error) = outcome {
                    tracing::warn!("{error}");
                }
                fruitless(Some(Instant::now()));
                None
            }
        }
    }

    fn hold(&self, secret: Arc<Secret>) -> Arc<Secret> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&secret));
        secret
    }

    async fn read(&self, patience: &Patience) -> Result<Arc<Secret>, Error> {
        let (key, instance) = (self.key, &self.instance);
        let unreadable = |reason: String| {
            Error::new(Kind::Unauthenticated, format!("The `{key}` of the Odoo `{instance}` cannot be read: {reason}."))
                .hint(format!(
                    "Put it right, or change `{key}` of `[instances.{instance}]`; it is read again at the next call."
                ))
        };
        let Some(source) = &self.source else {
            return self.held().ok_or_else(|| unreadable("there is none".to_owned()));
        };
        match patience.limit(source.read()).await.map_err(once::given_up)? {
            Ok(secret) => Ok(Secret::new(secret)),
            Err(Unreadable(reason)) => Err(unreadable(reason)),
        }
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("key", &self.key).field("instance", &self.instance).finish_non_exhaustive()
    }
}

/// Whether it is the caller who gave up, and not the source.
fn is_callers(error: &Error) -> bool {
    matches!(error.kind, Kind::Timeout | Kind::Cancelled)
}
