//! Definition files as an author sees them: what is wrong with each of a corpus of wrong ones, and what right ones become.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tooldoo::definition::operation::{FieldList, Operation};
use tooldoo::definition::tool::{Confirm, Paging, Tool};
use tooldoo::definition::{Loaded, load, load_embedded, load_texts};
use tooldoo::source::{Format, Look, render};

/// The wrong files, each with the whole of what `check` says about it. A new snapshot is written with `INSTA_UPDATE=always`.
#[test]
fn every_wrong_file_is_explained() {
    // Paths in the messages are relative to the package.
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    let mut files: Vec<_> = fs::read_dir("tests/wrong").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| Format::of(path).is_some());
    files.sort();
    assert!(files.len() >= 40);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("wrong/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in files {
        let loaded = load(std::slice::from_ref(&path));
        if loaded.diagnostics.is_empty() {
            println!("NOT WRONG {}", path.display());
            continue;
        }
        let text =
            loaded.diagnostics.iter().map(|diagnostic| render(diagnostic, Look::Plain)).collect::<Vec<_>>().join("\n");
        let name = path.file_name().unwrap().to_string_lossy().replace('.', "_");
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}
