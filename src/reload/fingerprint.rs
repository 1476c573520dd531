//! The state of the definition files at one moment, without their content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Deeper directories are those of a link that leads back to itself.
const DEPTH: usize = 16;

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
        for path in paths {
            fingerprint.add(path, DEPTH);
        }
        fingerprint
    }

    fn add(&mut self, path: &Path, depth: usize) {
        let Ok(metadata) = fs::metadata(path) else {
            self.files.insert(path.to_owned(), None);
            return;
        };
        if !metadata.is_dir() {
            let mark = Mark { length: metadata.len(), modified: metadata.modified().ok(), inode: inode(&metadata) };
            self.files.insert(path.to_owned(), Some(mark));
            return;
        }
        if depth == 0 {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            self.add(&entry.path(), depth - 1);
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
}
