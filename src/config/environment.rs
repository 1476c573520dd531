//! The environment as part of the configuration: `TOOLDOO_*` for every key, `ODOO_*` for the default instance, and the names
//! that other servers use.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::source::shape::{Kind, Shape};
use crate::source::{Diagnostic, Format, Node, NodeValue, Place, Sink, SourceFile, Table, did_you_mean, read_texts};

use super::Transport;
use super::language;

/// What the prefix and the path of a key make together.
const PREFIX: &str = "TOOLDOO_";

/// Variables with our prefix that are no keys.
const OTHERS: &[&str] = &["TOOLDOO_CONFIG"];

/// Reads `NAME=value` lines: comments, `export`, and quotes as shells know them. Nothing is expanded.
///
/// # Errors
/// A diagnostic that names the file, and the line where one is no assignment (but never shows it: it may be a secret).
pub(super) fn env_file(path: &Path) -> Result<BTreeMap<String, String>, Box<Diagnostic>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Box::new(Diagnostic::error(format!("the file `{}` of `--env-file` cannot be read: {error}", path.display())))
    })?;
    let mut variables = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let assignment = line.strip_prefix("export ").unwrap_or(line).split_once('=');
        let Some((name, value)) = assignment.filter(|(name, _)| is_name(name.trim())) else {
            let message = format!("line {} of `{}` is not `NAME=value`", index + 1, path.display());
            return Err(Box::new(Diagnostic::error(message)));
        };
        let value = value.trim();
        let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        // A comment after an unquoted value.
        let value = quoted.unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim_end());
        variables.insert(name.trim().to_owned(), value.to_owned());
    }
    Ok(variables)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The variables, and the tree that they go into.
pub(super) struct Environment<'a> {
    /// Empty values count as not set.
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) sink: &'a mut Sink,
}

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// `TOOLDOO_*` over what the file says.
    pub(super) fn own(&mut self, root: &mut Node) {
        let variables = self.variables;
        for (name, value) in variables {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            if OTHERS.contains(&name.as_str()) || name.starts_with("TOOLDOO_TEST_") || value.trim().is_empty() {
                continue;
            }
            let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
            if name == "TOOLDOO_ACCESS_KEY" {
                let place = masked(name).place;
                self.sink
                    .error(&place, "`TOOLDOO_ACCESS_KEY` is not supported yet")
                    .hint("this version of tooldoo has no access control, and listens on loopback only");
                continue;
            }
            match kind_at(&language::FILE, &path) {
                Ok(kind) => {
                    if let Some(node) = self.value(name, value, kind) {
                        set(root, &path, node);
                    }
                }
                Err((shape, wrong)) => {
                    let place = masked(name).place;
                    let hint = did_you_mean(wrong, shape.keys.iter().map(|key| key.name));
                    self.sink.error(&place, format!("the variable `{name}` names no key of the configuration")).hint(
                        hint.unwrap_or_else(|| {
                            "the name is `TOOLDOO_` and the key's path, with `__` between levels".to_owned()
                        }),
                    );
                }
            }
        }
    }

    /// `ODOO_*` where nothing else set the key of the default instance.
    pub(super) fn odoo(&mut self, root: &mut Node, instance: &str) {
        let names: [(&[&str], &str); 5] = [
            (&["ODOO_URL"], "url"),
            (&["ODOO_DB", "ODOO_DATABASE"], "database"),
            (&["ODOO_USERNAME", "ODOO_USER"], "username"),
            (&["ODOO_API_KEY"], "api_key"),
            (&["ODOO_PASSWORD"], "password"),
        ];
        for (variables, key) in names {
            let Some(name) = variables.iter().find(|name| self.get(name).is_some()) else { continue };
            let path = ["instances".to_owned(), instance.to_owned(), key.to_owned()];
            if get(root, &path).is_none() {
                let value = self.get(name).unwrap_or_default().to_owned();
                let secret = matches!(key, "api_key" | "password");
                set(root, &path, if secret { secret_node(name) } else { text_node(name, &value) });
            }
        }
        let path = ["instances".to_owned(), instance.to_owned(), "timeout".to_owned()];
        if let (Some(value), None) = (self.get("ODOO_TIMEOUT"), get(root, &path)) {
            // Other servers count seconds.
            let seconds = value.trim().bytes().all(|byte| byte.is_ascii_digit());
            let mut node = text_node("ODOO_TIMEOUT", value);
            if seconds {
                node.value = NodeValue::String(format!("{}s", value.trim()));
            }
            set(root, &path, node);
        }
        let path = ["instances".to_owned(), instance.to_owned(), "tls".to_owned(), "verify".to_owned()];
        let verify = ["ODOO_VERIFY_SSL", "ODOO_SSL_VERIFY"].into_iter().find_map(|name| Some((name, self.get(name)?)));
        if let (Some((name, value)), None) = (verify, get(root, &path)) {
            let mut node = text_node(name, value);
            match value.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => node.value = NodeValue::Boolean(true),
                "false" | "0" | "no" | "off" => node.value = NodeValue::Boolean(false),
                _ => {
                    self.sink.error(&node.place, format!("`{name}` is neither true nor false"));
                    return;
                }
            }
            set(root, &path, node);
        }
    }

    /// The names of other servers, where the key's own variable is not set.
    pub(super) fn others(&mut self, root: &mut Node) -> Option<Transport> {
        let port = ["MCP_PORT", "PORT"].into_iter().find_map(|name| Some((name, self.get(name)?.trim().to_owned())));
        let host = self.get("MCP_HOST").map(|host| host.trim().to_owned());
        if self.get("TOOLDOO_HTTP__LISTEN").is_none() && (port.is_some() || host.is_some()) {
            let path = ["http".to_owned(), "listen".to_owned()];
            let before = get(root, &path).and_then(Node::as_str).unwrap_or(super::DEFAULT_LISTEN).to_owned();
            let (old_host, old_port) = before.rsplit_once(':').unwrap_or((&before, "8080"));
            let new_port = port.as_ref().map_or(old_port, |(_, port)| port);
            let new_host = host.as_deref().unwrap_or(old_host);
            let new_host = if new_host.contains(':') && !new_host.starts_with('[') {
                format!("[{new_host}]")
            } else {
                new_host.to_owned()
            };
            let (name, value) = match (&host, &port) {
                (Some(host), _) => ("MCP_HOST", host.clone()),
                (None, Some((name, port))) => (*name, port.clone()),
                (None, None) => return None,
            };
            if let Some((name, port)) = port.as_ref().filter(|(_, port)| port.parse::<u16>().is_err()) {
                self.sink.error(&text_node(name, port).place, format!("`{name}` is not a port: `{port}`"));
            } else {
                let mut node = text_node(name, &value);
                node.value = NodeValue::String(format!("{new_host}:{new_port}"));
                set(root, &path, node);
            }
        }
        if let (Some(value), None) = (self.get("MCP_HTTP_PATH"), self.get("TOOLDOO_HTTP__PATH")) {
            set(root, &["http".to_owned(), "path".to_owned()], text_node("MCP_HTTP_PATH", value));
        }
        if let Some(value) = self.get("MCP_SSE_PATH") {
            let place = text_node("MCP_SSE_PATH", value).place;
            self.sink.warning(&place, "`MCP_SSE_PATH` has no effect: the old SSE transport is not supported yet");
        }
        let value = self.get("MCP_TRANSPORT")?.trim().to_owned();
        let place = text_node("MCP_TRANSPORT", &value).place;
        match value.as_str() {
            "stdio" => Some(Transport::Stdio),
            "http" | "streamable-http" | "streamable_http" => Some(Transport::Http),
            "sse" => {
                self.sink
                    .error(&place, "`MCP_TRANSPORT=sse` is not supported yet")
                    .hint("use `http`: streamable HTTP, which replaced the old transport");
                None
            }
            _ => {
                let known = ["stdio", "http", "streamable-http"];
                let hint = did_you_mean(&value, known)
                    .unwrap_or_else(|| "it is one of `stdio`, `http`, `streamable-http`".to_owned());
                self.sink.error(&place, format!("`MCP_TRANSPORT` cannot be `{value}`")).hint(hint);
                None
            }
        }
    }

    /// A value as its key takes it: texts as they are, everything else as TOML.
    fn value(&mut self, name: &str, value: &str, kind: &Kind) -> Option<Node> {
        if is_secret(kind) && !value.trim_start().starts_with('{') {
            return Some(secret_node(name));
        }
        match kind {
            Kind::Text | Kind::Duration | Kind::Size | Kind::Choice(..) => return Some(text_node(name, value)),
            // What does not parse stays a text, and the check says which type is due.
            Kind::Integer(..) => {
                let mut node = text_node(name, value);
                if let Ok(number) = value.trim().parse() {
                    node.value = NodeValue::Integer(number);
                }
                return Some(node);
            }
            Kind::Boolean => {
                let mut node = text_node(name, value);
                match value.trim() {
                    "true" | "1" => node.value = NodeValue::Boolean(true),
                    "false" | "0" => node.value = NodeValue::Boolean(false),
                    _ => {}
                }
                return Some(node);
            }
            Kind::Any if !value.trim_start().starts_with(['{', '[', '"']) => return Some(text_node(name, value)),
            _ => {}
        }
        let text = format!("{name} = {value}");
        let before = self.sink.errors();
        let mut node = None;
        let texts = [(Path::new("environment"), text.as_str(), Format::Toml)];
        read_texts(texts, self.sink, |root, _| node = root.child(name).cloned());
        node.filter(|_| self.sink.errors() == before)
    }
}

/// A secret that stands in a variable itself is one whose `env` names that variable.
fn secret_node(name: &str) -> Node {
    let Node { place, .. } = masked(name);
    let mut table = Table::default();
    table.insert("env", Node::string(name, place.clone()));
    Node::table(table, place)
}

/// Shows the variable, but not its value.
fn masked(name: &str) -> Node {
    text_node(name, "…")
}

fn text_node(name: &str, value: &str) -> Node {
    let text = format!("{name}={value}");
    let range = name.len() + 1..text.len();
    let file = Arc::new(SourceFile { path: "environment".into(), text });
    Node::string(value, Place { file, range })
}

/// Whether the value of a variable came from the environment.
pub(super) fn is_from_environment(place: &Place) -> bool {
    place.file.path == Path::new("environment")
}

/// What a message calls the origin of a value: the variable, or the key.
pub(super) fn origin(place: &Place, key: &str) -> String {
    let variable = place.file.text.split('=').next().filter(|_| is_from_environment(place));
    variable.map_or_else(|| key.to_owned(), |variable| variable.trim().to_owned())
}

fn is_secret(kind: &Kind) -> bool {
    matches!(kind, Kind::Table(shape) if std::ptr::eq(*shape, &raw const language::SECRET))
}

/// The kind of the key at a path; where there is none, the table that lacks it, and the part of the path.
fn kind_at<'p>(root: &'static Shape, path: &'p [String]) -> Result<&'static Kind, (&'static Shape, &'p str)> {
    let mut shape = root;
    let mut segments = path.iter();
    while let Some(segment) = segments.next() {
        let mut kind = &shape.key(segment).ok_or((shape, segment.as_str()))?.kind;
        while let Kind::Map(inner) = kind {
            if segments.next().is_none() {
                return Ok(kind);
            }
            kind = inner;
        }
        match kind {
            _ if segments.as_slice().is_empty() => return Ok(kind),
            Kind::Table(inner) => shape = inner,
            // A key that is not carried out: the check of the tree says so.
            Kind::Any => return Ok(kind),
            _ => return Err((shape, segment)),
        }
    }
    Err((shape, ""))
}

pub(super) fn get<'n>(root: &'n Node, path: &[String]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, segment| node.as_table()?.get(segment))
}

/// Sets the value at a path, making tables on the way.
pub(super) fn set(root: &mut Node, path: &[String], node: Node) {
    let Some((last, before)) = path.split_last() else { return };
    let mut at = root;
    for segment in before {
        if at.as_table().is_none() {
            at.value = NodeValue::Table(Table::default());
        }
        let NodeValue::Table(table) = &mut at.value else { return };
        let entry = table.entries.entry(segment.clone());
        let (_, child) = entry.or_insert_with(|| {
            let place = node.place.clone();
            (place.clone(), Node::table(Table::default(), place))
        });
        at = child;
    }
    if at.as_table().is_none() {
        at.value = NodeValue::Table(Table::default());
    }
    if let NodeValue::Table(table) = &mut at.value {
        table.insert(last, node);
    }
}
