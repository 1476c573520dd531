//! From a path to a spanned value: reading, size, encoding, and which of the two formats.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
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

/// Reads files, and lets `check` look at the root value of each, in this order. What is wrong goes into `sink`.
///
/// Of TOML with syntax errors `check` sees what could be recovered; what it finds in the broken parts is dropped, since there
/// one mistake would look like several. Where nothing could be read `check` does not run.
pub fn read(files: &[(PathBuf, Format)], sink: &mut Sink, check: impl FnMut(&Node, &mut Sink)) {
    read_sources(files.iter().map(|(path, format)| (open(path), *format)).collect(), sink, check);
}

/// The same for texts that are already there (built-in files, tests).
pub fn read_texts<'a>(
    texts: impl IntoIterator<Item = (&'a Path, &'a str, Format)>,
    sink: &mut Sink,
    check: impl FnMut(&Node, &mut Sink),
) {
    let source = |(path, text, format): (&Path, &str, Format)| (Ok(source(path, text)), format);
    read_sources(texts.into_iter().map(source).collect(), sink, check);
}

/// What there is to read, or why there is nothing.
type Source = (Result<Arc<SourceFile>, Box<Diagnostic>>, Format);

fn read_sources(sources: Vec<Source>, sink: &mut Sink, mut check: impl FnMut(&Node, &mut Sink)) {
    let of_toml = sources.iter().filter(|(_, format)| *format == Format::Toml);
    let mut parsed = toml::parse(of_toml.filter_map(|(file, _)| file.as_ref().ok()).collect()).into_iter();
    for (file, format) in sources {
        match (file, format) {
            (Err(diagnostic), _) => {
                sink.push(*diagnostic);
            }
            (Ok(file), Format::Json) => {
                if let Some(root) = super::json::parse(&file, sink) {
                    check(&root, sink);
                }
            }
            (Ok(file), Format::Toml) => match parsed.next().flatten() {
                Some(parsed) => check_toml(parsed, sink, &mut check),
                None => {
                    sink.error(&Place { file, range: 0..0 }, "the file cannot be read as TOML");
                }
            },
        }
    }
}

fn check_toml(parsed: toml::Parsed, sink: &mut Sink, check: &mut impl FnMut(&Node, &mut Sink)) {
    let toml::Parsed { node, found, broken } = parsed;
    for diagnostic in found {
        sink.push(diagnostic);
    }
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

fn source(path: &Path, text: &str) -> Arc<SourceFile> {
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    Arc::new(SourceFile { path: path.to_owned(), text })
}

fn open(path: &Path) -> Result<Arc<SourceFile>, Box<Diagnostic>> {
    let bytes =
        read_bytes(path).map_err(|error| Diagnostic::error(format!("`{}` cannot be read: {error}", path.display())))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(source(path, &text)),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let end = offset + char::REPLACEMENT_CHARACTER.len_utf8();
            let place = Place { file: Arc::new(SourceFile { path: path.to_owned(), text }), range: offset..end };
            let diagnostic = Diagnostic::error("the file is not UTF-8 text").at(&place);
            Err(Box::new(diagnostic.with_hint("save it with the encoding UTF-8")))
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
