//! Definitions made from a live Odoo: what `tooldoo generate` writes. A file is made of what Odoo's own views show of a model,
//! of what its fields are, and of what the instance's login may do; it is then an author's to change.
//!
//! The way: [`subject`] asks Odoo through [`asker`], [`arguments`] decides what a caller gives, [`tools`] writes.

mod arguments;
mod asker;
mod filters;
mod subject;
mod text;
mod tools;
mod view;
mod words;

use crate::odoo::Error;
pub use asker::{Asker, Models};

/// Hears of every question to Odoo.
pub trait Progress: Sync {
    /// One was asked.
    fn asked(&self);
    /// One was answered.
    fn answered(&self);
}

/// The tools that can be made of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Operation {
    /// Find records
    Search,
    /// Read one record whole
    Get,
    /// Count records
    Count,
    /// Totals by fields
    Group,
    /// Make a record
    Create,
    /// Change a record
    Update,
    /// Delete a record
    Delete,
    /// The buttons of the form
    Actions,
}

/// Those of every model, unless others are asked for.
pub const USUAL: [Operation; 4] = [Operation::Search, Operation::Get, Operation::Create, Operation::Update];

/// What is made of one model.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The tools, without the file's first lines.
    pub text: String,
    /// What was asked for and left out, and why: sentences.
    pub notes: Vec<String>,
    /// A name for the file of this model alone, without an ending.
    pub file_name: String,
}

/// Makes the tools of one model.
///
/// # Errors
/// The model or a field is not there or not for this login; else what Odoo or the way to it said.
pub async fn generate(
    model: &str,
    operations: &[Operation],
    fields: &[String],
    models: &Models,
    asker: &Asker<'_>,
) -> Result<Generated, Error> {
    let subject = subject::Subject::ask(model, fields, models, asker).await?;
    Ok(tools::write(&subject, operations))
}
