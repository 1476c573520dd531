//! The command line: one file per command.

pub mod check;
pub mod init;
pub mod schema;
pub mod settings;

/// How a command ended, where nothing stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit status 0.
    Done,
    /// Exit status 1: what it found was written already.
    Failed,
}
