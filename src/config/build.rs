//! From the tree to the checked [`Config`].

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use secrecy::SecretString;

use crate::source::shape::{bytes, duration};
use crate::source::{Node, Place, Sink, Table, did_you_mean, nearest};

use super::environment::{is_from_environment, origin};
use super::secret::Secret;
use super::settings::{
    CacheConfig, Config, HttpConfig, InstanceConfig, LimitsConfig, LogConfig, LogFormat, Protocol, ServerConfig,
    TlsConfig, Transport,
};
use super::{DEFAULT_LISTEN, Options};

pub(super) struct Build<'a> {
    pub(super) sink: &'a mut Sink,
    pub(super) options: &'a Options,
    /// The configuration file.
    pub(super) file: Option<PathBuf>,
}

/// A key's value in a table that may not be there.
pub(super) fn at<'n>(table: Option<&'n Node>, key: &str) -> Option<&'n Node> {
    table.and_then(|table| table.child(key))
}

pub(super) fn flag(table: Option<&Node>, key: &str, default: bool) -> bool {
    at(table, key).and_then(Node::as_bool).unwrap_or(default)
}

fn text(table: Option<&Node>, key: &str) -> Option<String> {
    at(table, key).and_then(Node::as_str).map(str::to_owned)
}

fn words(table: Option<&Node>, key: &str) -> Vec<String> {
    let items = at(table, key).and_then(Node::as_array).unwrap_or_default();
    items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

fn number<N: TryFrom<i64>>(table: Option<&Node>, key: &str, default: N) -> N {
    at(table, key).and_then(Node::as_integer).and_then(|number| N::try_from(number).ok()).unwrap_or(default)
}

fn time(table: Option<&Node>, key: &str, default: Duration) -> Duration {
    at(table, key).and_then(Node::as_str).and_then(|text| duration(text).ok()).unwrap_or(default)
}

fn size(table: Option<&Node>, key: &str, default: u64) -> u64 {
    at(table, key).and_then(bytes).unwrap_or(default)
}

impl Build<'_> {
    pub(super) fn config(mut self, root: &Node, default_instance: String, transport: Option<Transport>) -> Config {
        let server = root.child("server");
        let sessions = at(root.child("limits"), "sessions");
        let cache = root.child("cache");
        let log = root.child("log");
        Config {
            instances: self.instances(root, &default_instance),
            definitions: self.definitions(root.child("definitions")),
            http: self.http(root.child("http"), transport),
            server: ServerConfig {
                name: text(server, "name").unwrap_or_else(|| "tooldoo".to_owned()),
                instructions: text(server, "instructions"),
                enabled: flag(server, "enabled", true),
                read_only: flag(server, "read_only", false),
                max_answer_bytes: number(server, "max_answer_bytes", 40_000),
                max_records: number(server, "max_records", 500),
                structured: flag(server, "structured", false),
            },
            limits: LimitsConfig {
                max_sessions: number(sessions, "max", 1000),
                session_idle: time(sessions, "idle", Duration::from_secs(3600)),
            },
            cache: CacheConfig {
                metadata: time(cache, "metadata", Duration::from_secs(600)),
                max_entries: number(cache, "max_entries", 1000),
            },
            log: LogConfig {
                level: text(log, "level").unwrap_or_else(|| "info".to_owned()),
                format: if text(log, "format").as_deref() == Some("json") { LogFormat::Json } else { LogFormat::Text },
            },
            default_instance,
            transport,
            file: self.file,
        }
    }

    /// The ceiling. Of what is no list of ids the structure was told.
    fn company_ids(&mut self, node: Option<&Node>) -> Option<Vec<i64>> {
        let ids = node?.as_array()?;
        if let (true, Some(node)) = (ids.is_empty(), node) {
            self.sink
                .error(&node.place, "`company_ids` is empty: no call could see any company")
                .hint("name the companies by their ids, or remove the key: then it is every company of the Odoo user");
        }
        Some(ids.iter().filter_map(Node::as_integer).collect())
    }

    fn instances(&mut self, root: &Node, default: &str) -> IndexMap<String, InstanceConfig> {
        let table = root.child("instances").and_then(Node::as_table);
        let mut instances = IndexMap::new();
        for (name, place, node) in table.into_iter().flat_map(Table::iter) {
            let instance = Some(node);
            let timeout = time(instance, "timeout", Duration::from_secs(30));
            let url = at(instance, "url").and_then(|node| self.url(node));
            let api_key = self.secret(instance, name, "api_key");
            let password = self.secret(instance, name, "password");
            let tls = self.tls(at(instance, "tls"));
            if at(instance, "url").is_none() && name != default {
                self.sink
                    .error(place, format!("`instances.{name}` has no `url`"))
                    .hint("e.g. `url = \"https://example.odoo.com\"`");
            }
            let Some(url) = url else { continue };
            let protocol = match text(instance, "protocol").as_deref() {
                Some("json2") => Protocol::Json2,
                Some("jsonrpc") => Protocol::JsonRpc,
                _ => Protocol::Auto,
            };
            let instance_config = InstanceConfig {
                url,
                database: text(instance, "database"),
                username: text(instance, "username"),
                api_key,
                password,
                protocol,
                timeout,
                max_connections: number(instance, "max_connections", 16),
                max_response: size(instance, "max_response", 64_000_000),
                tls,
                company_ids: self.company_ids(at(instance, "company_ids")),
                context: at(instance, "context").and_then(Node::as_table).map(Table::to_json).unwrap_or_default(),
            };
            instances.insert(name.to_owned(), instance_config);
        }
        if let Some(node) = root.child("default_instance")
            && table.is_none_or(|table| table.get(default).is_none())
        {
            let names: Vec<_> = table.into_iter().flat_map(Table::iter).map(|(name, _, _)| name).collect();
            let hint = did_you_mean(default, names.iter().copied())
                .unwrap_or_else(|| format!("write `[instances.{default}]`"));
            self.sink.error(&node.place, format!("there is no instance `{default}`")).hint(hint);
        }
        instances
    }

    /// The address without a slash at its end.
    fn url(&mut self, node: &Node) -> Option<String> {
        let text = node.as_str()?.trim();
        let hint = "e.g. `https://example.odoo.com`";
        let url = match reqwest::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => url,
            _ => {
                self.sink.error(&node.place, "this is not the address of an Odoo").hint(hint);
                return None;
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            self.sink
                .error(&node.place, "the address has a login in it")
                .hint("write `username` and `api_key` beside it");
            return None;
        }
        if url.query().is_some() || url.fragment().is_some() {
            self.sink.error(&node.place, "the address ends in a `?` or `#` part").hint(hint);
            return None;
        }
        if url.scheme() == "http" && !is_loopback(url.host_str().unwrap_or_default()) {
            self.sink
                .warning(&node.place, "plain `http` beyond this machine: keys and data travel unencrypted")
                .hint("use `https`");
        }
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    fn secret(&mut self, instance: Option<&Node>, name: &str, key: &str) -> Option<Secret> {
        let node = at(instance, key)?;
        let table = node.as_table()?;
        let key_path = format!("instances.{name}.{key}");
        let given: Vec<_> =
            ["env", "file", "command"].into_iter().filter_map(|key| Some((key, table.get(key)?))).collect();
        let [(kind, value)] = given.as_slice() else {
            self.sink
                .error(&node.place, format!("`{key_path}` must have exactly one of `env`, `file` and `command`"))
                .hint(format!("e.g. `{key} = {{ env = \"ODOO_{}\" }}`", key.to_uppercase()));
            return None;
        };
        match *kind {
            "env" => self.secret_variable(value, &key_path),
            "file" => {
                let path = self.path(value)?;
                if !path.is_file() {
                    self.sink
                        .error(&value.place, format!("the file of `{key_path}` is not there: `{}`", path.display()))
                        .hint("relative paths begin at the configuration file");
                }
                Some(Secret::File(path))
            }
            _ => {
                let command = words(Some(node), "command");
                if command.is_empty() {
                    self.sink.error(&value.place, format!("the command of `{key_path}` is empty"));
                }
                Some(Secret::Command(command))
            }
        }
    }

    fn secret_variable(&mut self, node: &Node, key_path: &str) -> Option<Secret> {
        let variable = node.as_str()?;
        match self.options.environment.get(variable).map(|value| value.trim()) {
            Some(value) if !value.is_empty() => Some(Secret::Value(SecretString::from(value))),
            found => {
                let state = if found.is_some() { "empty" } else { "not set" };
                let known = self.options.environment.keys().map(String::as_str);
                let hint = nearest(variable, known.filter(|name| name.contains("ODOO") || name.contains("KEY")))
                    .map_or_else(
                        || format!("set `{variable}` in the environment in which tooldoo starts"),
                        |near| format!("set it; or did you mean `{near}`, which is set?"),
                    );
                self.sink
                    .error(&node.place, format!("`{key_path}` names the variable `{variable}`, which is {state}"))
                    .hint(hint);
                None
            }
        }
    }

    fn tls(&mut self, table: Option<&Node>) -> TlsConfig {
        let verify = flag(table, "verify", true);
        if let Some(node) = at(table, "verify").filter(|_| !verify) {
            self.sink
                .warning(&node.place, "certificates are not checked: anyone on the way can read keys and data")
                .hint("name the server's own certificate with `ca_file` instead");
        }
        let ca_file = at(table, "ca_file").and_then(|node| {
            let path = self.path(node)?;
            if !path.is_file() {
                self.sink.error(&node.place, format!("there is no file `{}`", path.display()));
            }
            Some(path)
        });
        TlsConfig { verify, ca_file }
    }

    /// Relative to the file; what a variable says, to the working directory.
    pub(super) fn path(&self, node: &Node) -> Option<PathBuf> {
        let path = Path::new(node.as_str()?);
        let directory = self.file.as_deref().and_then(Path::parent).filter(|_| !is_from_environment(&node.place));
        Some(directory.map_or_else(|| path.to_owned(), |directory| directory.join(path)))
    }

    fn http(&mut self, table: Option<&Node>, transport: Option<Transport>) -> HttpConfig {
        let listen = at(table, "listen");
        let origin = listen.map_or_else(|| "http.listen".to_owned(), |node| origin_of(&node.place));
        if let Some(node) = listen {
            self.listen(node, &origin, transport);
        }
        let path = at(table, "path");
        if let Some(node) = path
            && let Some(text) = node.as_str()
            && (!text.starts_with('/')
                || text.contains(['{', '}', '?', '#', '*', ' '])
                || text.len() > 1 && text.ends_with('/'))
        {
            self.sink.error(&node.place, format!("`{text}` is not a path")).hint("e.g. `/mcp`");
        }
        self.origins(at(table, "allowed_origins"));
        HttpConfig {
            listen: text(table, "listen").unwrap_or_else(|| DEFAULT_LISTEN.to_owned()),
            listen_origin: origin,
            path: text(table, "path").unwrap_or_else(|| "/mcp".to_owned()),
            allowed_hosts: words(table, "allowed_hosts"),
            allowed_origins: words(table, "allowed_origins"),
            max_body: size(table, "max_body", 4_000_000),
        }
    }

    fn listen(&mut self, node: &Node, origin: &str, transport: Option<Transport>) {
        let Some(text) = node.as_str() else { return };
        let Some((host, port)) =
            text.rsplit_once(':').filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        else {
            self.sink
                .error(&node.place, format!("`{text}` is not a host and port"))
                .hint("e.g. `127.0.0.1:8080` or `[::1]:8080`");
            return;
        };
        if is_loopback(host) {
            return;
        }
        let message = format!(
            "`{origin}` would listen on `{host}`, which other machines reach, and nothing says who may connect"
        );
        let hint = format!(
            "this version has no access control: listen on `127.0.0.1:{port}`, and put what checks callers in front of it"
        );
        if self.options.http || transport == Some(Transport::Http) {
            self.sink.error(&node.place, message).hint(hint);
        } else {
            self.sink.warning(&node.place, message).hint(hint);
        }
    }

    fn origins(&mut self, node: Option<&Node>) {
        for node in node.and_then(Node::as_array).unwrap_or_default() {
            let Some(text) = node.as_str() else { continue };
            let sound = text == "*"
                || text
                    .split_once("://")
                    .is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty() && !host.contains('/'));
            if !sound {
                self.sink
                    .error(&node.place, format!("`{text}` is not an origin"))
                    .hint("e.g. `https://app.example.com`, without a path");
            }
        }
    }
}

fn origin_of(place: &Place) -> String {
    if place.file.path == Path::new("command line") { "--listen".to_owned() } else { origin(place, "http.listen") }
}

/// Whether a host name or address is this machine alone.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
