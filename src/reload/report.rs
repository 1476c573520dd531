//! What happened to the definitions: for the log, and for `/health`.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::source::{Diagnostic, Look, Severity, render};

/// The state of the server, as `/health` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `ok`, or `degraded` where the last reload failed.
    pub status: &'static str,
    /// The server's version.
    pub version: &'static str,
    /// When the process began to serve.
    pub started: jiff::Timestamp,
    /// What is in service.
    pub catalog: CatalogReport,
    /// The last attempt to load the definitions.
    pub reload: ReloadReport,
}

/// What is in service.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogReport {
    /// How many tools.
    pub tools: usize,
    /// Since when this catalog has been in service.
    pub since: jiff::Timestamp,
}

/// The last attempt to load the definitions.
#[derive(Debug, Clone, Serialize)]
pub struct ReloadReport {
    /// When.
    pub at: jiff::Timestamp,
    /// Whether it gave the catalog that is in service.
    pub ok: bool,
    /// Everything that was found, as `check` prints it.
    pub diagnostics: Vec<String>,
}

/// Kept by the reloader, read by `/health`.
#[derive(Debug)]
pub struct Status {
    report: Mutex<Report>,
}

impl Status {
    /// After the load of the start, which gave so many tools.
    #[must_use]
    pub fn new(tools: usize, diagnostics: &[Diagnostic]) -> Self {
        let now = jiff::Timestamp::now();
        let report = Report {
            status: "ok",
            version: env!("CARGO_PKG_VERSION"),
            started: now,
            catalog: CatalogReport { tools, since: now },
            reload: ReloadReport { at: now, ok: true, diagnostics: diagnostics.iter().map(text).collect() },
        };
        Self { report: Mutex::new(report) }
    }

    /// As it is now.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn loaded(&self, tools: usize, diagnostics: &[Diagnostic]) {
        let now = jiff::Timestamp::now();
        self.change(|report| {
            report.status = "ok";
            report.catalog = CatalogReport { tools, since: now };
            report.reload = ReloadReport { at: now, ok: true, diagnostics: diagnostics.iter().map(text).collect() };
        });
    }

    pub(super) fn failed(&self, diagnostics: &[Diagnostic]) {
        let now = jiff::Timestamp::now();
        self.change(|report| {
            report.status = "degraded";
            report.reload = ReloadReport { at: now, ok: false, diagnostics: diagnostics.iter().map(text).collect() };
        });
    }

    fn change(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// One entry of the log for each.
pub(super) fn log(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        match diagnostic.severity {
            Severity::Error => tracing::error!("{}", text(diagnostic)),
            Severity::Warning => tracing::warn!("{}", text(diagnostic)),
            Severity::Note => tracing::info!("{}", text(diagnostic)),
        }
    }
}

/// As `check` prints it.
fn text(diagnostic: &Diagnostic) -> String {
    render(diagnostic, Look::Plain).trim().to_owned()
}
