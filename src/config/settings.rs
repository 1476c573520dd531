//! The checked configuration.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;

use super::secret::Secret;
use crate::source::Diagnostic;

/// How the server runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from, if there was one.
    pub file: Option<PathBuf>,
    /// The Odoo of every tool that names none. Not necessarily among `instances`: see [`Config::default_instance`].
    pub default_instance: String,
    /// The Odoo servers, by name; each has an address.
    pub instances: IndexMap<String, InstanceConfig>,
    /// Where the definition files lie.
    pub definitions: DefinitionsConfig,
    /// What clients are told and given.
    pub server: ServerConfig,
    /// The HTTP transport.
    pub http: HttpConfig,
    /// Bounds on callers.
    pub limits: LimitsConfig,
    /// What is remembered of Odoo.
    pub cache: CacheConfig,
    /// The log.
    pub log: LogConfig,
    /// What `MCP_TRANSPORT` says; a flag decides before it.
    pub transport: Option<Transport>,
}

impl Config {
    /// The default Odoo.
    ///
    /// # Errors
    /// A sentence that names what to set, where no address of it is known.
    pub fn default_instance(&self) -> Result<&InstanceConfig, Box<Diagnostic>> {
        self.instances.get(&self.default_instance).ok_or_else(|| {
            let name = &self.default_instance;
            let message = format!("no address of an Odoo is known: `instances.{name}.url` is not set");
            let hint =
                "set `ODOO_URL` (and `ODOO_DB`, `ODOO_USERNAME`, `ODOO_API_KEY`), or write it in the configuration file";
            Box::new(Diagnostic::error(message).with_hint(hint))
        })
    }
}

/// One Odoo server; its secrets are still to be read.
pub type InstanceConfig = crate::odoo::Settings<Secret>;

/// `[definitions]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionsConfig {
    /// Directories and files; `None` is what is built in.
    pub paths: Option<Vec<PathBuf>>,
    /// Watch them and apply changes.
    pub reload: bool,
    /// A folder for each login, with prompts that only that person sees. `None`: nobody keeps any.
    pub personal: Option<PathBuf>,
}

/// `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// The name of the server.
    pub name: String,
    /// Instructions for the model.
    pub instructions: Option<String>,
    /// false: every call says that the administrator switched it off.
    pub enabled: bool,
    /// Only tools that write nothing.
    pub read_only: bool,
    /// An answer is cut at whole records beyond this many bytes.
    pub max_answer_bytes: usize,
    /// A ceiling over every tool's limit.
    pub max_records: u32,
    /// Whether answers are structured too, where a tool does not say.
    pub structured: bool,
}

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Host and port; loopback.
    pub listen: String,
    /// Where that was said, for a message about a port in use: a key, a variable or a flag.
    pub listen_origin: String,
    /// Where MCP is served; begins with a slash.
    pub path: String,
    /// Host names that requests may carry; empty is loopback names only.
    pub allowed_hosts: Vec<String>,
    /// Origins of pages that may call.
    pub allowed_origins: Vec<String>,
    /// The largest request that is read, in bytes.
    pub max_body: u64,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Sessions at once.
    pub max_sessions: usize,
    /// A session without requests ends after this.
    pub session_idle: Duration,
}

/// `[cache]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheConfig {
    /// How long fields and rights are remembered.
    pub metadata: Duration,
    /// How many of them.
    pub max_entries: u64,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// `log.format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// `MCP_TRANSPORT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// stdin and stdout.
    Stdio,
    /// Streamable HTTP.
    Http,
}
