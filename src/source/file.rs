//! From a path to a spanned value: reading, size, encoding, and which of the two formats.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::{Diagnostic, Node, Place, Sink, SourceFile, toml};

/// A larger file is refused: nobody writes one by hand.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// How deep values may be nested.
pub(super) const MAX_DEPTH: usize = 64;

/// The two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `*.toml`
    Toml,
    /// `*.json`
    Json,
}

impl Format {
    /// The format that the path's ending names; `None` for any other ending.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Reads a file, and lets `check` look at its root value. What is wrong goes into `sink`.
///
/// Of TOML with syntax errors `check` sees what could be recovered; what it finds in the broken parts is dropped, since there
/// one mistake would look like several. Where nothing could be read `check` does not run.
pub fn read(path: &Path, format: Format, sink: &mut Sink, check: impl FnOnce(&Node, &mut Sink)) {
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("`{}` cannot be read: {error}", path.display());
            sink.push(Diagnostic::error(message));
            return;
        }
    };
    let file = match String::from_utf8(bytes) {
        Ok(text) => Arc::new(SourceFile { path: path.to_owned(), text }),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let end = offset + char::REPLACEMENT_CHARACTER.len_utf8();
            let file = Arc::new(SourceFile { path: path.to_owned(), text });
            sink.error(&Place { file, range: offset..end }, "the file is not UTF-8 text")
                .hint("save it with the encoding UTF-8");
            return;
        }
    };
    read_source(file, format, sink, check);
}

/// The same for a text that is already there (built-in files, tests).
pub fn read_text(path: &Path, text: &str, format: Format, sink: &mut Sink, check: impl FnOnce(&Node, &mut Sink)) {
    read_source(Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() }), format, sink, check);
}

fn read_source(mut file: Arc<SourceFile>, format: Format, sink: &mut Sink, check: impl FnOnce(&Node, &mut Sink)) {
    // Some editors put a byte order mark in front.
    if let Some(text) = file.text.strip_prefix('\u{feff}') {
        file = Arc::new(SourceFile { path: file.path.clone(), text: text.to_owned() });
    }
    match format {
        Format::Json => {
            if let Some(root) = super::json::parse(&file, sink) {
                check(&root, sink);
            }
        }
        Format::Toml => {
            let Some(toml::Parsed { node, broken }) = toml::parse(&file, sink) else { return };
            sink.recovering = !broken.is_empty();
            let before = sink.diagnostics.len();
            check(&node, sink);
            sink.recovering = false;
            if !broken.is_empty() {
                sink.retain_since(before, |diagnostic| {
                    diagnostic.place.as_ref().is_none_or(|Place { range, .. }| {
                        range.end > 0 && !broken.iter().any(|broken| broken.contains(&range.start))
                    })
                });
            }
        }
    }
}

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    // A pipe or a device would never end.
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(MAX_FILE_BYTES)).unwrap_or_default());
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(std::io::Error::other("it is larger than 4 MB"));
    }
    Ok(bytes)
}
