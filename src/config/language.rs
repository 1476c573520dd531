//! The configuration as one table: every key, what it takes, its default, and whether this version carries it out.
//!
//! Known keys, `not supported yet`, suggestions, the names of environment variables and the JSON Schema for editors all
//! follow from it.

use crate::source::shape::{Key, Kind, Shape};

const COUNT: Kind = Kind::Integer(1, 1_000_000_000);

macro_rules! shape {
    ($variable:ident, $name:literal, $header:literal, $doc:literal, [$($key:expr),* $(,)?]) => {
        #[doc = concat!("`", $header, "`: ", $doc)]
        pub static $variable: Shape =
            Shape { name: $name, header: $header, doc: $doc, label: None, one_of: &[], keys: &[$($key),*] };
    };
}

shape!(
    FILE,
    "the configuration",
    "",
    "How tooldoo runs.",
    [
        Key::new("default_instance", Kind::Text, "The Odoo of every tool that names none. Default `main`."),
        Key::new("instances", Kind::Map(&Kind::Table(&INSTANCE)), "The Odoo servers, by name."),
        Key::new("definitions", Kind::Table(&DEFINITIONS), "Where the definition files lie."),
        Key::new("server", Kind::Table(&SERVER), "What clients are told and given."),
        Key::new("http", Kind::Table(&HTTP), "The HTTP transport."),
        Key::not_yet("access", "Who may connect over HTTP."),
        Key::new("limits", Kind::Table(&LIMITS), "Bounds on callers over HTTP."),
        Key::not_yet("policy", "Rules on top of Odoo's own rights."),
        Key::new("cache", Kind::Table(&CACHE), "What is remembered of Odoo."),
        Key::not_yet("audit", "A log of every call."),
        Key::new("log", Kind::Table(&LOG), "The log, on stderr."),
        Key::not_yet("telemetry", "Metrics and traces."),
        Key::not_yet("shared", "Several replicas."),
    ]
);

shape!(
    INSTANCE,
    "instance",
    "[instances.…]",
    "One Odoo server.",
    [
        Key::new("url", Kind::Text, "Its address; a path prefix works too."),
        Key::new("database", Kind::Text, "Its database. Default: the only one that the server has."),
        Key::new("username", Kind::Text, "The login."),
        Key::new("api_key", Kind::Table(&SECRET), "The API key of that login."),
        Key::new("password", Kind::Table(&SECRET), "The password, used where there is no key, and for reports."),
        Key::new(
            "protocol",
            Kind::Choice(&["auto", "json2", "jsonrpc"], &["xmlrpc"]),
            "Default `auto`: JSON-2 on Odoo 19 and later with a key, else JSON-RPC."
        ),
        Key::new("timeout", Kind::Duration, "The whole call, retries included. Default `30s`."),
        Key::new("max_connections", Kind::Integer(1, 10_000), "Connections at once. Default 16."),
        Key::new("max_response", Kind::Size, "The largest answer that is read. Default `64MB`."),
        Key::new("tls", Kind::Table(&TLS), "Certificates."),
        Key::new("context", Kind::Map(&Kind::Any), "Keys of the Odoo context of every call."),
        Key::new(
            "company_ids",
            Kind::List(&Kind::Integer(1, i64::MAX)),
            "The only companies that calls see. Default: all of the Odoo user's."
        ),
        Key::not_yet("match_db", "The database name that selects it."),
        Key::not_yet("users_dir", "One file per Odoo login, with that user's key."),
        Key::not_yet("users", "Keys of users, by login."),
        Key::not_yet("headers", "Extra headers for an Odoo behind an access proxy."),
    ]
);

/// A secret: where it lies.
pub static SECRET: Shape = Shape {
    name: "secret",
    header: "{ env | file | command }",
    doc: "A secret: exactly one of these keys. Never logged or shown.",
    label: None,
    one_of: &["env", "file", "command"],
    keys: &[
        Key::new("env", Kind::Text, "The environment variable that holds it."),
        Key::new("file", Kind::Text, "The file that holds it; relative to the configuration file."),
        Key::new("command", Kind::Words, "A command that prints it; run without a shell, for at most 10 s."),
    ],
};

shape!(
    TLS,
    "tls",
    "[instances.….tls]",
    "Certificates of the connection to Odoo.",
    [
        Key::new("verify", Kind::Boolean, "Check the server's certificate. Default true."),
        Key::new("ca_file", Kind::Text, "Certificates (PEM) that are trusted besides the usual ones."),
        Key::not_yet("cert", "A client certificate."),
        Key::not_yet("key", "Its key."),
    ]
);

shape!(
    DEFINITIONS,
    "definitions",
    "[definitions]",
    "Where the definition files lie.",
    [
        Key::new("paths", Kind::Words, "Directories or files, instead of the built-in definitions."),
        Key::new("reload", Kind::Boolean, "Watch them and apply changes. Default true."),
        Key::new(
            "personal",
            Kind::Text,
            "A directory with a folder for each login: prompts that only that user sees, and may keep."
        ),
    ]
);

shape!(
    SERVER,
    "server",
    "[server]",
    "What clients are told and given.",
    [
        Key::new("name", Kind::Text, "The name of the server. Default `tooldoo`."),
        Key::new("instructions", Kind::Text, "Instructions for the model."),
        Key::new(
            "enabled",
            Kind::Boolean,
            "false: every call says that the administrator switched it off. Default true."
        ),
        Key::new("read_only", Kind::Boolean, "Only tools that write nothing. Default false."),
        Key::new(
            "max_answer_bytes",
            Kind::Integer(100, 100_000_000),
            "An answer is cut at whole records beyond this. Default 40000."
        ),
        Key::new("max_records", COUNT, "A ceiling over every tool's limit. Default 500."),
        Key::new(
            "structured",
            Kind::Boolean,
            "Publish the schema of every answer and send it as structured content too, where a tool does not say. Default false."
        ),
    ]
);

shape!(
    HTTP,
    "http",
    "[http]",
    "The HTTP transport.",
    [
        Key::new("listen", Kind::Text, "Host and port. Default `127.0.0.1:8080`."),
        Key::new("path", Kind::Text, "Where MCP is served. Default `/mcp`."),
        Key::new("allowed_hosts", Kind::Words, "Host names that requests may carry. Default: loopback names only."),
        Key::new("allowed_origins", Kind::Words, "Origins of pages in browsers that may call. Default: none."),
        Key::new("max_body", Kind::Size, "The largest request that is read. Default `4MB`."),
        Key::not_yet("trusted_proxies", "Proxies whose headers are believed."),
        Key::not_yet("sse", "The old HTTP+SSE transport."),
        Key::not_yet("sse_path", "Its path."),
        Key::not_yet("messages_path", "Its path for messages."),
        Key::not_yet("rest", "Tools over REST."),
        Key::not_yet("rest_path", "Its path."),
        Key::not_yet("routes", "Extra REST paths for tools."),
        Key::not_yet("tls", "HTTPS."),
    ]
);

shape!(
    LIMITS,
    "limits",
    "[limits]",
    "Bounds on callers over HTTP.",
    [
        Key::new("sessions", Kind::Table(&SESSIONS), "How many sessions, and how long they stay idle."),
        Key::not_yet("requests_per_minute", "Requests of one caller."),
        Key::not_yet("burst", "Requests at once."),
        Key::not_yet("max_wait", "How long a request waits for its turn."),
        Key::not_yet("lockout", "What failed logins lead to."),
        Key::not_yet("allow_ips", "Addresses that may connect."),
        Key::not_yet("deny_ips", "Addresses that may not."),
        Key::not_yet("max_ids", "Records that one write may touch without a plan."),
    ]
);

shape!(
    SESSIONS,
    "sessions",
    "[limits.sessions]",
    "How many sessions, and how long they stay idle.",
    [
        Key::new("max", COUNT, "Sessions at once. Default 1000."),
        Key::new("idle", Kind::Duration, "A session without requests ends after this. Default `1h`."),
    ]
);

shape!(
    CACHE,
    "cache",
    "[cache]",
    "What is remembered of Odoo.",
    [
        Key::new("metadata", Kind::Duration, "How long fields and rights are remembered. Default `10m`."),
        Key::new("max_entries", COUNT, "How many of them. Default 1000."),
        Key::not_yet("enabled", "Whether anything is."),
    ]
);

shape!(
    LOG,
    "log",
    "[log]",
    "The log, on stderr.",
    [
        Key::new("level", Kind::Choice(&["off", "error", "warn", "info", "debug", "trace"], &[]), "Default `info`."),
        Key::new("format", Kind::Choice(&["text", "json"], &[]), "Default `text`."),
        Key::not_yet("file", "A log file."),
    ]
);

/// Keys of an instance that hold secrets.
pub const SECRET_KEYS: &[&str] = &["api_key", "password"];
