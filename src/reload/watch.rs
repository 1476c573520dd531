//! When to look at the definitions again: after changes on disk that have come to rest, and on SIGHUP.
//!
//! Only a hint: whether anything differs is decided by the fingerprint. So a change may be reported that is none, and
//! directories beside the definitions may be watched.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Files are at rest when nothing has happened for so long.
const REST: Duration = Duration::from_millis(120);

/// Where they never come to rest, they are read nevertheless after this long.
const RESTLESS: Duration = Duration::from_secs(1);

/// A file that somebody has open for writing is half written; it is waited for, but not for ever.
const WRITING: Duration = Duration::from_secs(5);

/// How often files are looked at that cannot be watched (network mounts, or too many watches).
const POLL: Duration = Duration::from_secs(1);

/// Why to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// Something may have changed.
    Changed,
    /// Somebody asked for it (SIGHUP).
    Asked,
}

/// What the watcher's thread tells.
enum Signal {
    /// Written to, and still open, as far as is known.
    Writing(PathBuf),
    /// Closed by who wrote to it.
    Closed(PathBuf),
    /// Anything else.
    Touched,
}

/// The stream of reasons to look again.
pub(super) struct Changes {
    paths: Vec<PathBuf>,
    signals: mpsc::UnboundedReceiver<Signal>,
    sender: mpsc::UnboundedSender<Signal>,
    /// Dropped when another takes its place. `None`: the files are polled.
    watcher: Option<RecommendedWatcher>,
    hangup: Hangup,
    complained: bool,
    /// Files that somebody writes to, as far as is known.
    writing: HashSet<PathBuf>,
}

impl Changes {
    /// With no path, only SIGHUP is a reason.
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        let (sender, signals) = mpsc::unbounded_channel();
        let (hangup, writing) = (Hangup::new(), HashSet::new());
        let mut changes = Self { paths, signals, sender, watcher: None, hangup, complained: false, writing };
        changes.watch();
        changes
    }

    /// Waits for the next reason, and until the files have come to rest.
    pub(super) async fn next(&mut self) -> Wake {
        if self.is_being_written() {
            self.rest(None).await;
            self.watch();
            return Wake::Changed;
        }
        let poll = !self.paths.is_empty() && self.watcher.is_none();
        tokio::select! {
            signal = self.signals.recv() => {
                self.rest(signal).await;
                // A directory that came back, or a link that leads elsewhere now, needs new watches. The old ones end
                // only when the new ones stand: nothing is missed in between.
                self.watch();
                Wake::Changed
            }
            () = tokio::time::sleep(POLL), if poll => {
                self.watch();
                Wake::Changed
            }
            () = self.hangup.recv() => {
                self.watch();
                Wake::Asked
            }
        }
    }

    async fn rest(&mut self, first: Option<Signal>) {
        let began = Instant::now();
        let mut signal = first;
        loop {
            self.note(signal);
            let limit = if self.writing.is_empty() { RESTLESS } else { WRITING };
            if began.elapsed() >= limit {
                // Whoever still writes was waited for long enough.
                self.writing.clear();
                return;
            }
            signal = match tokio::time::timeout(REST, self.signals.recv()).await {
                Ok(signal) => signal,
                Err(_) if self.writing.is_empty() => return,
                Err(_) => {
                    // A file that is gone is not being written.
                    self.writing.retain(|path| path.exists());
                    None
                }
            };
        }
    }

    fn note(&mut self, signal: Option<Signal>) {
        match signal {
            Some(Signal::Writing(path)) => _ = self.writing.insert(path),
            Some(Signal::Closed(path)) => _ = self.writing.remove(&path),
            Some(Signal::Touched) | None => {}
        }
    }

    /// Whether somebody began to write since the files came to rest, and has not ended: what was read since may be half a
    /// file. Then the next reason comes when they are at rest again.
    pub(super) fn is_being_written(&mut self) -> bool {
        let mut touched = false;
        while let Ok(signal) = self.signals.try_recv() {
            touched = true;
            self.note(Some(signal));
        }
        let written = !self.writing.is_empty();
        if touched && !written {
            // These signals were reasons, too.
            let _ = self.sender.send(Signal::Touched);
        }
        written
    }

    /// Watches all that has to do with the paths, as they are now.
    fn watch(&mut self) {
        if self.paths.is_empty() {
            return;
        }
        let mut wanted = places(&self.paths);
        let watcher = loop {
            let watcher = self.watcher_of(&wanted);
            // What went away or came back while it was watched has to be looked for elsewhere now.
            let now = places(&self.paths);
            if watcher.is_err() || now == wanted {
                break watcher;
            }
            wanted = now;
        };
        match watcher {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                if !self.complained {
                    tracing::warn!(%error, "the definitions cannot be watched: they are looked at every second instead");
                    self.complained = true;
                }
                self.watcher = None;
            }
        }
    }

    fn watcher_of(&self, places: &BTreeMap<PathBuf, bool>) -> notify::Result<RecommendedWatcher> {
        let sender = self.sender.clone();
        let roots = self.paths.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let signal = match event {
                Ok(event) => signal(event, &roots),
                Err(_) => Some(Signal::Touched),
            };
            if let Some(signal) = signal {
                let _ = sender.send(signal);
            }
        })?;
        for (path, tree) in places {
            let mode = if *tree { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            match watcher.watch(path, mode) {
                Err(error) if !path.exists() => tracing::debug!(%error, "a path went away before it was watched"),
                outcome => outcome?,
            }
        }
        Ok(watcher)
    }
}

/// What an event means; reads mean nothing, or every load would cause the next.
fn signal(event: Event, roots: &[PathBuf]) -> Option<Signal> {
    let path = event.paths.into_iter().next();
    match (event.kind, path) {
        (EventKind::Access(AccessKind::Close(AccessMode::Write)), Some(path)) => Some(Signal::Closed(path)),
        (EventKind::Access(_), _) => None,
        // Only where the system tells of the end of writing, too.
        (EventKind::Modify(ModifyKind::Data(_)), Some(path))
            if cfg!(target_os = "linux") && roots.iter().any(|root| path.starts_with(root)) =>
        {
            Some(Signal::Writing(path))
        }
        _ => Some(Signal::Touched),
    }
}

/// Where to watch: each path; the directory that holds it, and that of each link on the way to it, so that it is seen to
/// come back or to lead elsewhere; and the directories in which files lie that are linked to from within.
///
/// True where all that is below is watched, too.
fn places(paths: &[PathBuf]) -> BTreeMap<PathBuf, bool> {
    let mut trees = Vec::new();
    let mut single = HashSet::new();
    for path in paths {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if path.is_dir() {
            trees.push(path.clone());
            linked(&path, &mut single, 8);
        } else if let Ok(target) = path.canonicalize() {
            single.extend(target.parent().map(Path::to_owned));
        }
        single.extend(nearest(path.parent()));
        for link in path.ancestors().filter(|ancestor| ancestor.is_symlink()) {
            single.extend(nearest(link.parent()));
        }
    }
    let mut places: BTreeMap<PathBuf, bool> = single.into_iter().map(|path| (path, false)).collect();
    places.extend(trees.into_iter().map(|path| (path, true)));
    places
}

/// The nearest directory above that exists.
fn nearest(directory: Option<&Path>) -> Option<PathBuf> {
    directory?.ancestors().find(|ancestor| ancestor.is_dir()).map(Path::to_owned)
}

/// The directories of the targets of links within a directory.
fn linked(directory: &Path, found: &mut HashSet<PathBuf>, depth: usize) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_symlink()
            && let Ok(target) = path.canonicalize()
            && !target.is_dir()
        {
            found.extend(target.parent().map(Path::to_owned));
        } else if depth > 0 && path.is_dir() && !path.is_symlink() {
            linked(&path, found, depth - 1);
        }
    }
}

/// SIGHUP, where there is one.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    #[cfg(unix)]
    fn new() -> Self {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        Self { signal: signal.inspect_err(|error| tracing::warn!(%error, "SIGHUP cannot be received")).ok() }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    async fn recv(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
