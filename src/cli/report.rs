//! How `check` says what it found: for people, for programs, for GitHub, and as SARIF.

mod github;
mod sarif;

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::definition::Counts;
use crate::source::{Diagnostic, Look, Severity, render, summary};
use crate::trial;

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Each finding with its line and a caret
    #[default]
    Human,
    /// One JSON object
    Json,
    /// Workflow commands of GitHub Actions, which shows them at their lines
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What was found, and in how much.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) diagnostics: &'a [Diagnostic],
    /// Definition files and tools; `None` where they were not read.
    pub(super) read: Option<Counts>,
    /// What became of the tests, where they ran.
    pub(super) tests: Option<&'a trial::Report>,
}

impl Report<'_> {
    /// Writes it in one of the forms.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write, look: Look) -> io::Result<()> {
        match format {
            Format::Human => {
                for diagnostic in self.diagnostics {
                    writeln!(out, "{}", render(diagnostic, look))?;
                }
                for (why, tools) in self.tests.into_iter().flat_map(|tests| &tests.skipped) {
                    let mut names = tools.clone();
                    names.dedup();
                    writeln!(out, "skipped: {} of `{}`: {why}", plural(tools.len(), "test"), names.join("`, `"))?;
                }
                writeln!(out, "{}", self.last_line())
            }
            Format::Json => writeln!(out, "{:#}", self.to_json()),
            Format::Github => {
                for diagnostic in self.diagnostics {
                    writeln!(out, "{}", github::command(diagnostic))?;
                }
                writeln!(out, "{}", self.last_line())
            }
            Format::Sarif => writeln!(out, "{:#}", sarif::log(self.diagnostics)),
        }
    }

    /// "3 files, 10 tools, 2 prompts: no problems".
    fn last_line(&self) -> String {
        let found = summary(self.diagnostics);
        let found = if found.is_empty() { "no problems".to_owned() } else { found };
        let Some(Counts { files, tools, resources, prompts }) = self.read else {
            return format!("configuration: {found}; the definitions were not read");
        };
        let tests = self.tests.map(|tests| format!(", {}", tests.summary())).unwrap_or_default();
        // Who writes only tools hears of nothing else.
        let others = [(resources, "resource"), (prompts, "prompt")].into_iter().filter(|(count, _)| *count > 0);
        let others: String = others.map(|(count, word)| format!(", {}", plural(count, word))).collect();
        format!("{}, {}{others}{tests}: {found}", plural(files, "file"), plural(tools, "tool"))
    }

    fn to_json(&self) -> Value {
        let of = |severity: Severity| self.diagnostics.iter().filter(|found| found.severity == severity).count();
        json!({
            "files": self.read.map(|read| read.files),
            "tools": self.read.map(|read| read.tools),
            "resources": self.read.map(|read| read.resources),
            "prompts": self.read.map(|read| read.prompts),
            "tests": self.tests.map(|tests| json!({
                "passed": tests.passed,
                "failed": tests.failed,
                "skipped": tests.skipped.values().map(Vec::len).sum::<usize>(),
            })),
            "errors": of(Severity::Error),
            "warnings": of(Severity::Warning),
            "notes": of(Severity::Note),
            "diagnostics": self.diagnostics.iter().map(Diagnostic::to_json).collect::<Vec<_>>(),
        })
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The path of a file as others find it: below the working directory where it lies there, with `/` between.
fn path_of(file: &std::path::Path) -> String {
    let below =
        std::env::current_dir().ok().and_then(|here| file.strip_prefix(here).ok().map(std::path::Path::to_owned));
    let path = below.as_deref().unwrap_or(file);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
        .replacen("//", "/", 1)
}

/// The message, with what it is in and what to do.
fn text_of(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(definition) = &diagnostic.definition {
        text.push_str(&format!(" (in {definition})"));
    }
    if let Some(hint) = &diagnostic.hint {
        text.push_str(&format!("\n{hint}"));
    }
    text
}
