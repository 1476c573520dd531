//! Text with places: files, spanned values from TOML and JSON, and diagnostics that show the line.
//!
//! Both the definition files and the configuration are read through this module, so that every mistake in either is shown
//! in the same way. It does not know what any key means: [`shape`] takes tables of keys, and checks a file against them.

mod diagnostic;
mod file;
mod json;
mod node;
mod render;
pub mod shape;
mod shape_schema;
mod suggest;
mod toml;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

pub use diagnostic::{Diagnostic, Severity, Sink};
pub use file::{Format, MAX_FILE_BYTES, read, read_texts};
pub use render::{Look, render, summary};
pub use shape_schema::json_schema;
pub use suggest::{did_you_mean, nearest};

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
