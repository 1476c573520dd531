//! `tooldoo init`: the built-in configuration and definitions as files for editing.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Outcome;
use super::schema::{self, Of};
use crate::definition::built_in_files;

/// The example configuration that ships.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// Flags of `init`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Example:\n  tooldoo init my-odoo && tooldoo serve --config my-odoo/config.toml")]
pub struct Args {
    /// Where to write; made if it is not there
    #[arg(default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
}

/// Writes the files, and says which. What is there already is left alone.
///
/// # Errors
/// Where `out` cannot be written.
pub fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let mut files: Vec<(PathBuf, String)> = vec![
        ("config.toml".into(), EXAMPLE.to_owned()),
        ("schema/definitions.schema.json".into(), schema::text(Of::Definitions)),
        ("schema/config.schema.json".into(), schema::text(Of::Config)),
    ];
    files.extend(built_in_files().into_iter().map(|(path, text)| (path, text.to_owned())));
    let mut outcome = Outcome::Done;
    for (relative, text) in files {
        let path = args.directory.join(relative);
        match write_new(&path, &text) {
            Ok(()) => writeln!(out, "wrote {}", path.display())?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                writeln!(out, "kept {}, which is there already", path.display())?;
            }
            Err(error) => {
                writeln!(out, "`{}` cannot be written: {error}", path.display())?;
                outcome = Outcome::Failed;
            }
        }
    }
    if outcome == Outcome::Done {
        let config = args.directory.join("config.toml");
        writeln!(out, "\nNext: tooldoo check --config {0}\n      tooldoo serve --config {0}", config.display())?;
    }
    Ok(outcome)
}

/// Fails with `AlreadyExists` where the file is there.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
