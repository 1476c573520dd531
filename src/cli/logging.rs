//! The log: to stderr, always; stdout belongs to the protocol.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Begins to log. What others log already stays as it is.
pub(super) fn start(config: &LogConfig) {
    let filter = EnvFilter::new(filter(&config.level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start in one process changes nothing, and that is right.
    let _ = match config.format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// The level is that of this program's own words. Libraries print what they carry below WARN (whole requests and answers,
/// headers), and rmcp complains at WARN of every unknown method and at ERROR of every client that goes away.
fn filter(level: &str) -> String {
    let others = if matches!(level, "off" | "error") { level } else { "warn" };
    format!("{others},rmcp=off,tooldoo={level}")
}
