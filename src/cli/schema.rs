//! `tooldoo schema`: the JSON Schemas of both file kinds, for editors.

use std::io::{self, Write};

use serde_json::Value;

use crate::source::json_schema;
use crate::{config, definition};

/// Flags of `schema`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Example:\n  tooldoo schema definitions > definitions.schema.json")]
pub struct Args {
    /// Of which files
    #[arg(value_enum)]
    pub of: Of,
}

/// The two kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Of {
    /// Definition files
    Definitions,
    /// The configuration file
    Config,
}

/// Writes the schema.
///
/// # Errors
/// Where `out` cannot be written.
pub fn run(args: &Args, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(text(args.of).as_bytes())
}

/// The schema as the file that ships: indented, with a newline at its end.
#[must_use]
pub fn text(of: Of) -> String {
    let schema: Value = match of {
        Of::Definitions => json_schema(&definition::language::FILE, "tooldoo definitions"),
        Of::Config => json_schema(&config::language::FILE, "tooldoo configuration"),
    };
    format!("{schema:#}\n")
}
