//! What the definition files say: raw types with spans, checks, and the checked definitions.
//!
//! Reading is pure: text in, `(Definitions, Vec<Diagnostic>)` out; only `load` touches the disk.

mod build;
pub mod language;
mod load;
pub mod operation;
pub mod tool;

pub use load::{Loaded, built_in_files, load, load_embedded, load_texts};

/// Everything that the files of one load declare, checked: templates compiled, schemas compiled, names unique.
#[derive(Debug, Default)]
pub struct Definitions {
    /// In the order in which they were read.
    pub tools: Vec<tool::Tool>,
}
