//! The pages lead somewhere: every link and anchor, and whatever ARCHITECTURE.md names of the tree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The files below a folder whose names end so.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(end) {
                found.push(path);
            }
        }
    }
    found
}

fn pages() -> Vec<PathBuf> {
    let top = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = top.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.extend(files("docs", ".md"));
    pages
}

/// The lines of a page that are in no fenced block.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// As GitHub makes them: small letters, digits, `_` and `-`, with `-` for blanks.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter_map(|line| Some(line.strip_prefix('#')?.trim_start_matches('#').trim()));
    let kept = |letter: char| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
        _ => None,
    };
    headings.map(|heading| heading.to_lowercase().chars().filter_map(kept).collect()).collect()
}

#[test]
fn every_link_of_the_pages_leads_somewhere() {
    let mut dead = Vec::new();
    let mut seen = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for line in prose(&page) {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if link.starts_with("http") {
                    continue;
                }
                seen += 1;
                let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
                let sound = target.exists()
                    && (anchor.is_empty() || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
                if !sound {
                    dead.push(format!("{}: {link}", path.display()));
                }
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_map_of_the_architecture_is_the_tree() {
    let page = read("ARCHITECTURE.md");
    let rows: BTreeSet<String> =
        page.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned())).collect();
    let modules: BTreeSet<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "lib" && name != "main")
        .collect();
    assert_eq!(rows, modules);
}

/// A test that is renamed leaves an invariant unguarded, as far as a reader can tell.
#[test]
fn every_test_that_guards_an_invariant_is_there() {
    let page = read("ARCHITECTURE.md");
    let invariants = page.split("## Invariants").nth(1).unwrap().split("\n## ").next().unwrap();
    let code: String = files("src", ".rs")
        .iter()
        .chain(&files("tests", ".rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut seen = 0;
    for name in invariants.split('`').skip(1).step_by(2).filter(|name| *name != "tests/FILE.rs") {
        let there = if name.contains('/') {
            // From the root, or from `tests`; of a module, a file or a folder.
            ["", "tests/"].iter().any(|folder| {
                let path = root().join(folder).join(name);
                path.exists() || path.with_extension("rs").exists()
            })
        } else if name.matches('_').count() >= 2 || name.starts_with("what_") {
            code.contains(&format!("fn {name}("))
        } else {
            // A file of tests, or a word of the sentence.
            continue;
        };
        assert!(there, "`{name}` is not there");
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}
