//! What an operation has in hand while it runs: the tool, its Odoo, who it runs as, the names that templates may use.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::instance::Instance;
use super::needed::needed;
use crate::catalog::Apps;
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind, Model, Patience};
use crate::template::{Scope, Templated};

/// One call of one tool, on its way.
pub(super) struct Run<'a> {
    /// What is called.
    pub(super) tool: &'a Tool,
    /// The Odoo that it is called on.
    pub(super) instance: &'a Instance,
    /// How long, and until who says stop.
    pub(super) patience: Patience,
    /// The names that its templates may use.
    pub(super) scope: Scope,
    /// The arguments that were given, by name; those of the environment (`user` …) too.
    pub(super) given: HashSet<String>,
    /// The zone of that person: what the caller writes and reads is in it.
    pub(super) zone: TimeZone,
    /// The operation's context, with the company that it runs in.
    pub(super) context: Map<String, Value>,
    /// The language in which labels are without a word of the operation's.
    pub(super) lang: String,
    /// The company that it runs in.
    pub(super) company: i64,
    /// Which part of a list is wanted.
    pub(super) window: Window,
    /// The words of `clear` that were given.
    pub(super) clear: Vec<String>,
    /// No call reads more records than this.
    pub(super) max_records: u32,
    /// What names in values were found to be: equal ones in many lines are asked once.
    pub(super) found: Mutex<HashMap<Named, Result<i64, Error>>>,
    /// What the tools of this Odoo are for, as the caller sees them.
    pub(super) apps: &'a (dyn Fn() -> Apps + Sync),
}

/// Model, name and domain of a lookup.
pub(super) type Named = (String, String, String);

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Window {
    /// `limit` of the arguments, already clamped; `None` where the operation has no such argument.
    pub(super) limit: Option<u32>,
    /// `offset` of the arguments.
    pub(super) offset: u64,
}

impl Run<'_> {
    /// The tool's model, as its template gives it.
    pub(super) fn model(&self) -> Result<String, Error> {
        match &self.tool.model {
            Some(model) => self.model_name(model),
            None => Err(Error::new(Kind::Internal, format!("The tool `{}` names no model.", self.tool.name))),
        }
    }

    /// A model name that a key gives.
    pub(super) fn model_name(&self, model: &Templated) -> Result<String, Error> {
        match needed("model", model, self)? {
            Value::String(name) => Ok(name),
            other => {
                Err(Error::new(Kind::InvalidArguments, format!("`model` is the name of an Odoo model, not {other}.")))
            }
        }
    }

    /// What Odoo knows of a model, in the language of the call.
    pub(super) async fn metadata(&self, model: &str) -> Result<Arc<Model>, Error> {
        let lang = self.context.get("lang").and_then(Value::as_str).filter(|lang| *lang != self.lang);
        self.instance.client.model_in(model, lang, &self.patience).await
    }

    /// How many rows this call reads, where its table says `default` when the caller says nothing.
    pub(super) fn limit(&self, default: u32) -> u32 {
        self.window.limit.unwrap_or(default).clamp(1, self.max_records.max(1))
    }
}
