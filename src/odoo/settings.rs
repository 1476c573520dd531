//! How one Odoo is reached: what the configuration says under `[instances.<name>]`.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::credential::Credential;

/// Which protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// JSON-2 on Odoo 19 and later where there is an API key, else JSON-RPC.
    #[default]
    Auto,
    /// `POST /json/2/<model>/<method>`; Odoo 19 and later, with an API key.
    Json2,
    /// `POST /jsonrpc`; needs a login and a key or a password.
    JsonRpc,
}

/// One Odoo, and as whom it is used. Secrets do not print.
///
/// `S` is a secret: a [`Credential`] is what a client takes; a configuration has what says where one lies.
#[derive(Debug, Clone)]
pub struct Settings<S = Credential> {
    /// The instance's name in the configuration, e.g. `main`.
    pub name: String,
    /// Where Odoo is, a path prefix included and without a `/` at its end, e.g. `https://example.odoo.com`.
    pub url: String,
    /// The database. Needed where several share the host.
    pub database: Option<String>,
    /// The login. JSON-2 with a key needs none.
    pub username: Option<String>,
    /// The API key.
    pub api_key: Option<S>,
    /// The password, used where there is no key, and for reports.
    pub password: Option<S>,
    /// Which protocol is spoken.
    pub protocol: Protocol,
    /// The whole call, retries included.
    pub timeout: Duration,
    /// How many requests are under way at once.
    pub max_connections: usize,
    /// The largest answer, in bytes, unpacked.
    pub max_response: u64,
    /// Whether the certificate is checked.
    pub verify_tls: bool,
    /// Certificates to trust besides the system's, as PEM.
    pub ca_file: Option<PathBuf>,
    /// The only companies that calls see, the current one first: a ceiling that whoever makes requests keeps to. Never empty; `None`
    /// is all of the user's.
    pub company_ids: Option<Vec<i64>>,
    /// Added to every call's context; the call's own keys win.
    pub context: Map<String, Value>,
    /// How long fields, the user and the version are kept.
    pub metadata_ttl: Duration,
    /// How many models' fields are kept.
    pub metadata_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "main".into(),
            url: String::new(),
            database: None,
            username: None,
            api_key: None,
            password: None,
            protocol: Protocol::Auto,
            timeout: Duration::from_secs(30),
            max_connections: 16,
            max_response: 64_000_000,
            verify_tls: true,
            ca_file: None,
            company_ids: None,
            context: Map::new(),
            metadata_ttl: Duration::from_secs(600),
            metadata_max: 1000,
        }
    }
}

impl<S> Settings<S> {
    /// The same Odoo with these secrets instead.
    #[must_use]
    pub fn with_secrets<T>(self, api_key: Option<T>, password: Option<T>) -> Settings<T> {
        Settings {
            api_key,
            password,
            name: self.name,
            url: self.url,
            database: self.database,
            username: self.username,
            protocol: self.protocol,
            timeout: self.timeout,
            max_connections: self.max_connections,
            max_response: self.max_response,
            verify_tls: self.verify_tls,
            ca_file: self.ca_file,
            company_ids: self.company_ids,
            context: self.context,
            metadata_ttl: self.metadata_ttl,
            metadata_max: self.metadata_max,
        }
    }
}
