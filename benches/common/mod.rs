//! Catalogs of any size, out of the definitions that ship.

use std::fmt::Write as _;
use std::path::PathBuf;

use tooldoo::definition::{built_in_files, load_embedded};
use tooldoo::source::Format;

/// A definition file: its path below the directory of definitions, and what is in it.
pub type File = (PathBuf, String);

/// At least so many tools: the shipped files again and again, with every name made another.
#[must_use]
pub fn files(tools: usize) -> Vec<File> {
    let shipped: Vec<String> = load_embedded().definitions.tools.into_iter().map(|tool| tool.name).collect();
    let copies = tools.div_ceil(shipped.len());
    let mut files = Vec::new();
    for copy in 0..copies {
        for (path, text) in built_in_files()
            .into_iter()
            .filter(|(path, _)| path.starts_with("tools.d") && Format::of(path) == Some(Format::Toml))
        {
            // What a file says of bundles can be said once.
            if copy > 0 && !text.contains("[[tool]]") {
                continue;
            }
            files.push((PathBuf::from(format!("{copy:04}")).join(path), renamed(text, &shipped, copy)));
        }
    }
    files
}

/// How many tools [`files`] makes of this number.
#[must_use]
pub fn count(tools: usize) -> usize {
    let shipped = load_embedded().definitions.tools.len();
    tools.div_ceil(shipped) * shipped
}

fn renamed(text: &str, names: &[String], copy: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let name = line.strip_prefix("name").and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim);
        match name.and_then(|name| names.iter().find(|known| name == format!("\"{known}\""))) {
            Some(known) => writeln!(out, "name = \"{known}_{copy:04}\""),
            None if line.starts_with("aliases") => Ok(()),
            None => writeln!(out, "{line}"),
        }
        .expect("a String takes everything");
    }
    out
}
