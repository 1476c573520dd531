//! What the definition files say: raw types with spans, checks, and the checked definitions.
//!
//! Reading is pure: text in, `(Definitions, Vec<Diagnostic>)` out; only `load` touches the disk.

mod build;
pub mod bundle;
mod defaults;
pub mod language;
mod lint;
mod load;
pub mod operation;
pub mod tool;
mod validator;
pub mod values;

pub use load::{Loaded, built_in_files, load, load_embedded, load_texts};

use crate::config::Config;
use crate::source::{Diagnostic, did_you_mean};

/// Everything that the files of one load declare, checked: templates compiled, schemas compiled, names unique.
#[derive(Debug, Default)]
pub struct Definitions {
    /// In the order in which they were read.
    pub tools: Vec<tool::Tool>,
    /// Those that have a table of their own.
    pub bundles: Vec<bundle::Bundle>,
}

impl Definitions {
    /// Errors for the tools that name an Odoo which the configuration does not have.
    #[must_use]
    pub fn unknown_instances(&self, config: &Config) -> Vec<Diagnostic> {
        let known = || config.instances.keys().map(String::as_str).chain([config.default_instance.as_str()]);
        let unknown = self.tools.iter().filter_map(|tool| {
            let instance = tool.instance.as_deref().filter(|instance| !known().any(|name| name == *instance))?;
            let mut diagnostic =
                Diagnostic::error(format!("the configuration has no instance `{instance}`")).at(&tool.place).with_hint(
                    did_you_mean(instance, known()).unwrap_or_else(|| format!("write `[instances.{instance}]` there")),
                );
            diagnostic.definition = Some(format!("tool `{}`", tool.name));
            Some(diagnostic)
        });
        unknown.collect()
    }
}
