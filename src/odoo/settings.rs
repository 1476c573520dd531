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
#[derive(Debug, Clone)]
pub struct Settings {
    /// The instance's name in the configuration, e.g. `main`.
    pub name: String,
    /// Where Odoo is, a path prefix included, e.g. `https://example.odoo.com`.
    pub url: String,
    /// The database. Needed where several share the host.
    pub database: Option<String>,
    /// The login. JSON-2 with a key needs none.
    pub username: Option<String>,
    /// The API key.
    pub api_key: Option<Credential>,
    /// The password, used where there is no key, and for reports.
    pub password: Option<Credential>,
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
    /// The only companies that calls see: a ceiling that whoever makes requests keeps to. `None` is all of the user's.
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
