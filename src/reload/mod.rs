//! From files to a catalog in service: load, swap, notify, one code path for start and for every change.
//!
//! A catalog is replaced whole or not at all: definitions that cannot be loaded stop a start, and leave a running server as
//! it was. What a definition file means is not known here; [`Load`] is somebody else's.

mod fingerprint;
mod report;
mod watch;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::catalog::Catalog;
use crate::mcp::Hub;
use crate::source::{Diagnostic, Severity};
use fingerprint::Fingerprint;
pub use report::{CatalogReport, ReloadReport, Report, Status};

/// A catalog, and what an author would want to know of it.
#[derive(Debug)]
pub struct Loaded {
    /// Ready to serve.
    pub catalog: Catalog,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the definitions. All that is wrong with them at once, or a catalog.
pub type Load = dyn Fn() -> Result<Loaded, Vec<Diagnostic>> + Send + Sync;

/// How often a load is repeated because the files changed while it read them.
const ATTEMPTS: usize = 5;

/// The definitions: where they lie, and how they are read.
pub struct Definitions {
    paths: Vec<PathBuf>,
    load: Box<Load>,
    /// The files as they were when they were loaded last, with whatever result.
    seen: Mutex<Option<Fingerprint>>,
}

impl std::fmt::Debug for Definitions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definitions").field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl Definitions {
    /// `paths` are the files and directories that `load` reads; none where the definitions are built in.
    pub fn new(
        paths: Vec<PathBuf>,
        load: impl Fn() -> Result<Loaded, Vec<Diagnostic>> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { paths, load: Box::new(load), seen: Mutex::new(None) })
    }

    /// Loads them, as they are at one moment: files that change while they are read are read again.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(&self) -> Result<Loaded, Vec<Diagnostic>> {
        let mut before = Fingerprint::of(&self.paths);
        let mut attempt = 1;
        loop {
            let outcome = self.load_now();
            let after = Fingerprint::of(&self.paths);
            if before == after || attempt == ATTEMPTS {
                *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
                return outcome;
            }
            before = after;
            attempt += 1;
        }
    }

    /// What was loaded last may be half a file, and is not put into service: the next look finds a change.
    fn forget(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn changed(&self) -> bool {
        let now = Fingerprint::of(&self.paths);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).as_ref() != Some(&now)
    }

    fn load_now(&self) -> Result<Loaded, Vec<Diagnostic>> {
        // Whatever the loader makes of a path that is gone: it never means that there are no tools.
        let gone: Vec<Diagnostic> = self.paths.iter().filter(|path| !path.exists()).map(|path| missing(path)).collect();
        if !gone.is_empty() {
            return Err(gone);
        }
        (self.load)()
    }
}

fn missing(path: &std::path::Path) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message: format!("The definitions `{}` are not there.", path.display()),
        place: None,
        hint: Some("Put the file or directory back, or change `definitions.paths`.".to_owned()),
        definition: None,
        related: Vec::new(),
    }
}

/// Follows files and directories that need not be there, until `stop` is cancelled: `changed` is called when anything in them is
/// other than it was, and on SIGHUP.
pub async fn follow(paths: Vec<PathBuf>, changed: impl Fn() + Send + Sync + 'static, stop: CancellationToken) {
    let mut changes = watch::Changes::new(paths.clone());
    let changed = Arc::new(changed);
    // Whoever calls has read them a moment ago; what was saved since is found by looking once.
    let mut seen = None;
    loop {
        let now = {
            let paths = paths.clone();
            tokio::task::spawn_blocking(move || Fingerprint::of(&paths)).await.ok()
        };
        if seen != now {
            let changed = changed.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || changed()).await {
                tracing::error!(%error, "reading changed files failed; this is a fault of tooldoo");
            }
        }
        seen = now;
        tokio::select! {
            wake = changes.next() => if wake == watch::Wake::Asked { seen = None },
            () = stop.cancelled() => return,
        }
    }
}

/// Keeps the catalog in service equal to the files.
pub struct Reloader {
    definitions: Arc<Definitions>,
    hub: Arc<Hub>,
    status: Arc<Status>,
    before: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Reloader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reloader").field("definitions", &self.definitions).finish_non_exhaustive()
    }
}

impl Reloader {
    /// `status` tells `/health`.
    #[must_use]
    pub fn new(definitions: Arc<Definitions>, hub: Arc<Hub>, status: Arc<Status>) -> Self {
        Self { definitions, hub, status, before: Box::new(|| {}) }
    }

    /// With something else that every reload does first, whatever comes of it.
    #[must_use]
    pub fn before(mut self, also: impl Fn() + Send + Sync + 'static) -> Self {
        self.before = Box::new(also);
        self
    }

    /// Follows the files until `stop` is cancelled. `watched` false (`definitions.reload`): only on SIGHUP.
    pub async fn run(self, watched: bool, stop: CancellationToken) {
        let mut changes = watch::Changes::new(if watched { self.definitions.paths.clone() } else { Vec::new() });
        // What was saved between the start and the first watch is found by looking once.
        let (mut asked, mut discarded) = (false, false);
        loop {
            // Never twice in a row: who always writes does not keep the others' changes out.
            discarded = self.reload(asked, !discarded, &mut changes).await;
            asked = tokio::select! {
                wake = changes.next() => wake == watch::Wake::Asked,
                () = stop.cancelled() => return,
            };
        }
    }

    /// Loads and swaps, if the files are not those that were loaded last, or if somebody asked for it.
    ///
    /// True if what was loaded was thrown away, because somebody (where that is watched for: `wary`) began to write meanwhile.
    async fn reload(&self, asked: bool, wary: bool, changes: &mut watch::Changes) -> bool {
        let definitions = self.definitions.clone();
        let work = tokio::task::spawn_blocking(move || (asked || definitions.changed()).then(|| definitions.load()));
        let outcome = work.await;
        if wary && !asked && matches!(outcome, Ok(Some(_))) && changes.is_being_written() {
            self.definitions.forget();
            return true;
        }
        match outcome {
            Ok(None) => {}
            Ok(Some(Ok(loaded))) => {
                (self.before)();
                report::log(&loaded.diagnostics);
                let tools = loaded.catalog.len();
                self.hub.replace(loaded.catalog);
                self.status.loaded(tools, &loaded.diagnostics);
                tracing::info!(tools, "the definitions are in service");
            }
            Ok(Some(Err(diagnostics))) => {
                (self.before)();
                report::log(&diagnostics);
                self.status.failed(&diagnostics);
                tracing::error!(
                    problems = diagnostics.len(),
                    "the definitions were not reloaded: those loaded before stay in service"
                );
            }
            // The process ends.
            Err(error) if error.is_cancelled() => {}
            Err(error) => tracing::error!(%error, "loading the definitions failed; this is a fault of tooldoo"),
        }
        false
    }
}
