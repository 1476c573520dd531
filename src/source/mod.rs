//! Text with places: files, spanned values from TOML and JSON, and diagnostics that show the line.
//!
//! Both the definition files and the configuration are read through this module, so that every mistake in either is shown
//! in the same way. It does not know what any key means.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

/// One file that was read, kept as long as something points into it.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as it is shown to people.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A stretch of a file: byte offsets into its text.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The bytes.
    pub range: Range<usize>,
}

/// A value as written, with its place. TOML and JSON both become this.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub value: NodeValue,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of value that TOML and JSON share. A TOML date or time is the string of it; `Null` comes from JSON only.
#[derive(Debug, Clone)]
pub enum NodeValue {
    /// JSON `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// A table (TOML) or object (JSON), in the order written.
    Table(Table),
}

/// A table: its keys, each with its own place.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Key to (place of the key, value).
    pub entries: IndexMap<String, (Place, Node)>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but an author would want to know.
    Warning,
    /// The file cannot be used.
    Error,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One sentence on what is wrong.
    pub message: String,
    /// Where; `None` for what has no place (a directory that is gone).
    pub place: Option<Place>,
    /// What to do, or "did you mean".
    pub hint: Option<String>,
    /// What it is in, e.g. "tool `search_crm_leads`".
    pub definition: Option<String>,
    /// Other places that belong to it (the first of two duplicates), each with a label.
    pub related: Vec<(Place, String)>,
}
