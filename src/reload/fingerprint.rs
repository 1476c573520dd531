//! The state of the definition files at one moment, without their content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Deeper directories are not looked at.
const DEPTH: usize = 32;

/// Which files there are, and when each was written. Two that are equal hold the same definitions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fingerprint {
    files: BTreeMap<PathBuf, Option<Mark>>,
}

/// One file, links followed. Reading it changes none of these.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    length: u64,
    modified: Option<SystemTime>,
    /// A file that is replaced by another within the clock's tick differs in it.
    inode: u64,
}

impl Fingerprint {
    /// Looks at these files and directories.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut fingerprint = Self::default();
        let mut entered = BTreeSet::new();
        for path in paths {
            fingerprint.add(path, DEPTH, &mut entered);
        }
        fingerprint
    }

    /// Enters a directory once, by whichever name: links that lead back up would multiply with every level.
    fn add(&mut self, path: &Path, depth: usize, entered: &mut BTreeSet<PathBuf>) {
        let Ok(metadata) = fs::metadata(path) else {
            self.files.insert(path.to_owned(), None);
            return;
        };
        if !metadata.is_dir() {
            let mark = Mark { length: metadata.len(), modified: metadata.modified().ok(), inode: inode(&metadata) };
            self.files.insert(path.to_owned(), Some(mark));
            return;
        }
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if depth == 0 || !entered.insert(real) {
            return;
        }
        let mut paths: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        // The same name of a directory is met first every time.
        paths.sort();
        for path in paths {
            self.add(&path, depth - 1, entered);
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_changes_nothing_and_writing_does() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.toml");
        fs::write(&file, "one").unwrap();
        let paths = [directory.path().to_owned()];
        let first = Fingerprint::of(&paths);
        fs::read(&file).unwrap();
        assert_eq!(Fingerprint::of(&paths), first);
        // As editors do it: another file, of the same length, in the place of the first.
        let other = directory.path().join("b");
        fs::write(&other, "two").unwrap();
        fs::rename(&other, &file).unwrap();
        let second = Fingerprint::of(&paths);
        assert_ne!(second, first);
        fs::remove_file(&file).unwrap();
        let third = Fingerprint::of(&paths);
        assert_ne!(third, second);
        fs::remove_dir(directory.path()).unwrap();
        assert_ne!(Fingerprint::of(&paths), third, "a directory that is gone is not an empty one");
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_back_do_not_multiply() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::os::unix::fs::symlink(directory.path(), directory.path().join(name)).unwrap();
        }
        fs::write(directory.path().join("d.toml"), "one").unwrap();
        // With three links to itself there would be 3 to the power of the depth.
        assert_eq!(Fingerprint::of(&[directory.path().to_owned()]).files.len(), 1);
    }
}
