//! What stops a command.

use std::io;
use std::process::ExitCode;

use crate::catalog::Clash;
use crate::source::{Diagnostic, Look, render, summary};
use crate::transport::http;

/// What stops a command, and with which exit status.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration or the definitions are wrong: everything that was found.
    #[error("{}", summary(.0))]
    Diagnostics(Vec<Diagnostic>),
    /// HTTP cannot be served.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// An instance cannot be used as it is configured: which, why, and what to do.
    #[error("{0}")]
    Instance(String),
    /// A bundle that no tool names.
    #[error("There is no bundle `{name}`: no tool names it. There {}.", those(.known))]
    UnknownBundle {
        /// As asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Bundles that do not go together.
    #[error("{0}")]
    Clash(Clash),
    /// A tool that is not there.
    #[error("There is no tool `{name}`{}: `tooldoo list` shows those that there are.", guess(.meant.as_ref()))]
    UnknownTool {
        /// As asked for.
        name: String,
        /// The nearest.
        meant: Option<String>,
    },
    /// A prompt that is not there.
    #[error("There is no prompt `{name}`{}: `tooldoo list` shows those that there are.", guess(.meant.as_ref()))]
    UnknownPrompt {
        /// As asked for.
        name: String,
        /// The nearest.
        meant: Option<String>,
    },
    /// A tool or prompt that other bundles show.
    #[error("`{name}` is not in the {}, but in {}: `--bundle {}`.", bundles(.asked), listed(.elsewhere), .elsewhere.first().map_or("", String::as_str))]
    OtherBundle {
        /// As asked for.
        name: String,
        /// Through these bundles.
        asked: Vec<String>,
        /// Those that show it, at least one.
        elsewhere: Vec<String>,
    },
    /// Arguments of a tool that are no JSON object.
    #[error("The arguments of `{tool}` are a JSON object, like '{{\"limit\": 5}}': {reason}.")]
    Arguments {
        /// Of which tool.
        tool: String,
        /// What is wrong.
        reason: String,
    },
    /// Definitions cannot be made or written: which, and what to do.
    #[error("{0}")]
    Generate(String),
    /// The command was asked for what is not there.
    #[error("{0}")]
    Usage(String),
    /// The embedded Odoo cannot be started.
    #[error("The embedded Odoo cannot be started: {0}.")]
    Demo(io::Error),
    /// stdout cannot be written.
    #[error("The output cannot be written: {0}.")]
    Output(io::Error),
    /// The system refuses what the program needs.
    #[error("The program cannot be started: {0}.")]
    System(io::Error),
}

fn those(names: &[String]) -> String {
    match names {
        [one] => format!("is only `{one}`"),
        names => format!("are {}", listed(names)),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn bundles(names: &[String]) -> String {
    format!("{} {}", if names.len() == 1 { "bundle" } else { "bundles" }, listed(names))
}

fn guess(name: Option<&String>) -> String {
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

impl Error {
    /// For people.
    pub(super) fn shown(&self, look: Look) -> String {
        match self {
            Self::Diagnostics(found) => {
                let drawn: Vec<String> = found.iter().map(|diagnostic| render(diagnostic, look)).collect();
                format!("{}\n{self}", drawn.join("\n"))
            }
            error => error.to_string(),
        }
    }

    pub(super) fn status(&self) -> ExitCode {
        match self {
            Self::UnknownBundle { .. }
            | Self::Clash(_)
            | Self::UnknownTool { .. }
            | Self::UnknownPrompt { .. }
            | Self::OtherBundle { .. }
            | Self::Arguments { .. }
            | Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
