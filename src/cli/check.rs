//! `tooldoo check`: every problem in configuration and definitions, without Odoo.

use std::io::{self, Write};

use super::Outcome;
use super::settings::Settings;
use crate::config::{self, Options};
use crate::definition::{Loaded, load, load_embedded};
use crate::source::{Diagnostic, Look, render, summary};

/// Flags of `check`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:\n  tooldoo check\n  tooldoo check --definitions tools.d --deny-warnings")]
pub struct Args {
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// Warnings count as failures too
    #[arg(long)]
    pub deny_warnings: bool,
}

/// Checks, and writes what it found and a line that sums it up.
///
/// # Errors
/// Where `out` cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, look: Look) -> io::Result<Outcome> {
    check(&args.settings.options(), args.deny_warnings, out, look)
}

/// The same with the environment and all else given.
///
/// # Errors
/// Where `out` cannot be written.
pub fn check(options: &Options, deny_warnings: bool, out: &mut dyn Write, look: Look) -> io::Result<Outcome> {
    let (diagnostics, loaded) = match config::load(options) {
        Ok((config, mut diagnostics)) => {
            let mut loaded = config.definitions.paths.as_deref().map_or_else(load_embedded, load);
            diagnostics.append(&mut loaded.diagnostics);
            diagnostics.extend(loaded.definitions.unknown_instances(&config));
            // What could be better is for definitions that work.
            if !diagnostics.iter().any(Diagnostic::is_error) {
                diagnostics.extend(loaded.lints());
            }
            (diagnostics, Some(loaded))
        }
        // Where the definitions lie may be among what is wrong.
        Err(mut diagnostics) if !options.definitions.is_empty() => {
            let mut loaded = load(&options.definitions);
            diagnostics.append(&mut loaded.diagnostics);
            (diagnostics, Some(loaded))
        }
        Err(diagnostics) => (diagnostics, None),
    };
    for diagnostic in &diagnostics {
        writeln!(out, "{}", render(diagnostic, look))?;
    }
    writeln!(out, "{}", last_line(&diagnostics, loaded.as_ref()))?;
    let failed = diagnostics.iter().any(|diagnostic| deny_warnings || diagnostic.is_error());
    Ok(if failed { Outcome::Failed } else { Outcome::Done })
}

/// "3 files, 10 tools: no problems".
fn last_line(diagnostics: &[Diagnostic], loaded: Option<&Loaded>) -> String {
    let found = summary(diagnostics);
    let found = if found.is_empty() { "no problems".to_owned() } else { found };
    let Some(loaded) = loaded else { return format!("configuration: {found}; the definitions were not read") };
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}: {found}", plural(loaded.file_count, "file"), plural(loaded.tool_count, "tool"))
}
