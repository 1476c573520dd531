//! The flags that say which configuration and definitions a command works with.

use std::path::PathBuf;

use crate::config::Options;

/// Flags of every command that reads the configuration.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Settings {
    /// The configuration file (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A directory or file of definitions, instead of the configured ones; may be given several times
    #[arg(long, value_name = "PATH")]
    pub definitions: Vec<PathBuf>,
    /// A file of NAME=value lines that fill in the environment
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
}

impl Settings {
    /// What the configuration is loaded from: these flags and this process's environment.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            config: self.config.clone(),
            definitions: self.definitions.clone(),
            env_file: self.env_file.clone(),
            ..Options::from_process()
        }
    }
}
