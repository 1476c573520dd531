//! The log: to stderr, always; stdout belongs to the protocol.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Begins to log. What others log already stays as it is.
pub(super) fn start(config: &LogConfig) {
    // rmcp logs whole requests and answers at DEBUG, and warns of every unknown method.
    let filter = EnvFilter::new(format!("{},rmcp=error,hyper=warn,hyper_util=warn,h2=warn,reqwest=warn", config.level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start in one process changes nothing, and that is right.
    let _ = match config.format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
