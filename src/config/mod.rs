//! How the server runs: settings, environment, secrets.
//!
//! One order for every key: flag, environment, file, default. All of them become one tree of values with places, which is
//! checked against [`language`], so that a mistake in a variable is shown like one in the file.

mod build;
mod definitions;
mod environment;
pub mod language;
mod mask;
mod secret;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Diagnostic, Format, Node, NodeValue, Place, Sink, SourceFile, Table, read_texts, shape};

pub use secret::{Secret, SecretError};
pub use settings::{
    CacheConfig, Config, DefinitionsConfig, HttpConfig, InstanceConfig, LimitsConfig, LogConfig, LogFormat, Protocol,
    ServerConfig, TlsConfig, Transport,
};

/// Where HTTP listens unless told otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// What the configuration is loaded from, besides the file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--definitions`; several are allowed. Empty: as configured.
    pub definitions: Vec<PathBuf>,
    /// `--env-file`.
    pub env_file: Option<PathBuf>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--listen`.
    pub listen: Option<String>,
    /// The command serves HTTP whatever `MCP_TRANSPORT` says. Only then is a listen beyond loopback an error.
    pub http: bool,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The user's configuration directory, in which `tooldoo/config.toml` is looked for.
    pub user_directory: Option<PathBuf>,
}

impl Options {
    /// With this process's environment and the user's configuration directory, and no flags.
    #[must_use]
    pub fn from_process() -> Self {
        use etcetera::BaseStrategy as _;
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let user_directory = etcetera::choose_base_strategy().ok().map(|strategy| strategy.config_dir());
        Self { environment, user_directory, ..Self::default() }
    }

    fn set(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The configuration file, if there is one. One that is named must be there.
    fn file(&self) -> Option<PathBuf> {
        if let Some(path) = &self.config {
            return Some(path.clone());
        }
        if let Some(path) = self.set("TOOLDOO_CONFIG") {
            return Some(path.into());
        }
        let directory = self.user_directory.as_ref()?.join("tooldoo");
        ["config.toml", "config.json"].into_iter().map(|name| directory.join(name)).find(|path| path.exists())
    }
}

/// Loads the configuration.
///
/// # Errors
/// Everything that is wrong with it, warnings among it; at least one is an error. What is right comes with its warnings.
pub fn load(options: &Options) -> Result<(Config, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut sink = Sink::new();
    let mut options = options.clone();
    if let Some(path) = &options.env_file {
        match environment::env_file(path) {
            // What is set already is nearer to the user than a file.
            Ok(variables) => variables.into_iter().for_each(|(name, value)| {
                options.environment.entry(name).or_insert(value);
            }),
            Err(diagnostic) => {
                sink.push(*diagnostic);
            }
        }
    }
    let file = options.file();
    let mut root = file.as_deref().and_then(|path| read(path, &mut sink)).unwrap_or_else(empty);
    refuse_written_secrets(&mut root, &mut sink);
    let variables = options.environment.clone();
    let mut from_environment = environment::Environment { variables: &variables, sink: &mut sink };
    from_environment.own(&mut root);
    let transport = from_environment.others(&mut root);
    let default = default_instance(&root);
    environment::Environment { variables: &variables, sink: &mut sink }.odoo(&mut root, &default);
    flags(&options, &mut root);
    shape::check(&root, &language::FILE, &mut sink);
    let config = build::Build { sink: &mut sink, options: &options, file }.config(&root, default, transport);
    let failed = sink.errors() > 0;
    let diagnostics = sink.finish();
    if failed { Err(diagnostics) } else { Ok((config, diagnostics)) }
}

fn read(path: &Path, sink: &mut Sink) -> Option<Node> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the configuration `{}` cannot be read: {error}", path.display());
            sink.push(Diagnostic::error(message).with_hint("correct `--config` or `TOOLDOO_CONFIG`"));
            return None;
        }
    };
    // Diagnostics show lines of the file: no secret may be in them.
    let text = mask::masked(&text, language::SECRET_KEYS);
    let format = Format::of(path).unwrap_or(Format::Toml);
    let mut read = None;
    read_texts([(path, text.as_str(), format)], sink, |root, sink| {
        if root.as_table().is_some() {
            read = Some(root.clone());
        } else {
            sink.error(&root.place, format!("expected a table, found {}", root.kind()));
        }
    });
    read
}

fn empty() -> Node {
    let file = Arc::new(SourceFile { path: PathBuf::new(), text: String::new() });
    Node::table(Table::default(), Place { file, range: 0..0 })
}

/// The named one, else the only one, else `main`.
fn default_instance(root: &Node) -> String {
    let named = root.child("default_instance").and_then(Node::as_str);
    let mut names = root.child("instances").and_then(Node::as_table).into_iter().flat_map(Table::iter);
    let only = names.next().filter(|_| names.next().is_none()).map(|(name, _, _)| name);
    named.or(only).unwrap_or("main").to_owned()
}

/// A secret that stands in the file itself.
fn refuse_written_secrets(root: &mut Node, sink: &mut Sink) {
    let NodeValue::Table(table) = &mut root.value else { return };
    let Some((_, instances)) = table.entries.get_mut("instances") else { return };
    let NodeValue::Table(instances) = &mut instances.value else { return };
    for (name, (_, instance)) in &mut instances.entries {
        let NodeValue::Table(instance) = &mut instance.value else { continue };
        for key in language::SECRET_KEYS {
            if instance.get(key).is_some_and(|node| node.as_str().is_some())
                && let Some((place, _)) = instance.entries.shift_remove(*key)
            {
                sink.error(
                    &place,
                    format!("`instances.{name}.{key}` is written out: a secret never stands in this file"),
                )
                .hint(format!(
                    "`{key} = {{ env = \"ODOO_{}\" }}`, or `{{ file = \"…\" }}`, or `{{ command = [\"…\"] }}`",
                    key.to_uppercase()
                ));
            }
        }
    }
}

/// Flags over everything else.
fn flags(options: &Options, root: &mut Node) {
    let node = |flag: &str, value: NodeValue, shown: &str| {
        let text = format!("{flag} {shown}");
        let range = flag.len() + 1..text.len();
        let file = Arc::new(SourceFile { path: "command line".into(), text });
        Node { value, place: Place { file, range } }
    };
    if let Some(listen) = &options.listen {
        let value = node("--listen", NodeValue::String(listen.clone()), listen);
        environment::set(root, &["http".to_owned(), "listen".to_owned()], value);
    }
    if options.read_only {
        let value = node("--read-only", NodeValue::Boolean(true), "");
        environment::set(root, &["server".to_owned(), "read_only".to_owned()], value);
    }
}
