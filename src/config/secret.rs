//! Secrets: where they lie, and how they are read. They have no form that prints.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;

/// A command that prints a secret runs no longer than this.
const COMMAND_TIME: Duration = Duration::from_secs(10);

/// A secret, and where it comes from. Read it again when Odoo refuses what it gave.
#[derive(Debug, Clone)]
pub enum Secret {
    /// From the environment, as it was when the configuration was loaded.
    Value(SecretString),
    /// The content of a file, without the newline at its end.
    File(PathBuf),
    /// What a command prints, without the newline at its end. Run without a shell.
    Command(Vec<String>),
}

/// Why a secret cannot be read. Never says what was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The file.
    #[error("the secret's file `{path}` cannot be read: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The command.
    #[error("the secret's command `{program}` {reason}")]
    Command {
        /// Which, without its arguments.
        program: String,
        /// Why.
        reason: String,
    },
    /// Nothing in it.
    #[error("the secret from {0} is empty")]
    Empty(String),
}

impl Secret {
    /// Reads it.
    ///
    /// # Errors
    /// Where the file or the command gives nothing.
    pub async fn read(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::File(path) => {
                let text = tokio::fs::read_to_string(path)
                    .await
                    .map_err(|error| SecretError::File { path: path.clone(), reason: error.to_string() })?;
                trimmed(&text, || format!("`{}`", path.display()))
            }
            Self::Command(words) => run(words).await,
        }
    }
}

async fn run(words: &[String]) -> Result<SecretString, SecretError> {
    let (program, arguments) = words.split_first().ok_or_else(|| SecretError::Empty("no command".into()))?;
    let failed = |reason: String| SecretError::Command { program: program.clone(), reason };
    let child = tokio::process::Command::new(program)
        .args(arguments)
        // In stdio mode the standard streams are the protocol's.
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND_TIME, child)
        .await
        .map_err(|_| failed("ran for more than 10 s".into()))?
        .map_err(|error| failed(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed: {}", output.status)));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| failed("printed something that is not text".into()))?;
    trimmed(&text, || format!("the command `{program}`"))
}

fn trimmed(text: &str, origin: impl Fn() -> String) -> Result<SecretString, SecretError> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(SecretError::Empty(origin())) } else { Ok(SecretString::from(text)) }
}
