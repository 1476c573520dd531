//! What an operation has in hand while it runs: the tool, its Odoo, who it runs as, the names that templates may use.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::asks::Asking;
use super::begin;
use super::companies::Companies;
use super::instance::Instance;
use super::needed::{needed, optional};
use super::plan::{Frozen, Plan};
use super::server::Keeper;
use crate::answer::Links;
use crate::catalog::Apps;
use crate::conversation::{Asked, Conversation, Question};
use crate::definition::step::Step;
use crate::definition::tool::{Lookup, Tool};
use crate::odoo::{Error, Kind, Model, Patience, User};
use crate::template::{Scope, Templated};

/// One call of one tool, on its way.
pub(super) struct Run<'a> {
    /// What is called.
    pub(super) tool: &'a Tool,
    /// The step that it is at; `None` before the first.
    pub(super) step: Option<&'a Step>,
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
    /// What every step's context has: the company of the tool, the companies of the bundle.
    pub(super) base: Map<String, Value>,
    /// The step's context, with the company that it runs in.
    pub(super) context: Map<String, Value>,
    /// The language in which labels are without a word of the operation's.
    pub(super) lang: String,
    /// The company that the step runs in.
    pub(super) company: i64,
    /// The companies that it may run in.
    pub(super) companies: Companies,
    /// Whose login it is.
    pub(super) user: Arc<User>,
    /// Which part of a list is wanted.
    pub(super) window: Window,
    /// The words of `clear` that were given.
    pub(super) clear: Vec<String>,
    /// No call reads more records than this.
    pub(super) max_records: u32,
    /// No answer has more bytes than this, files apart.
    pub(super) max_bytes: usize,
    /// What names in values were found to be: equal ones in many lines are asked once.
    pub(super) found: Mutex<HashMap<Named, Result<i64, Error>>>,
    /// The variables so far, in the order in which they were set.
    pub(super) variables: Vec<(String, Frozen)>,
    /// What the answer may point to.
    pub(super) links: Links<'a>,
    /// What the tools of this Odoo are for, as the caller sees them.
    pub(super) apps: &'a (dyn Fn() -> Apps + Sync),
    /// Who keeps prompts for the caller.
    pub(super) keeper: Option<&'a dyn Keeper>,
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

impl<'a> Run<'a> {
    /// Goes on to a step: its context, with the zone and the company that follow from it. A key of the context that names what is
    /// not known yet is left out: a tool with one operation enters it again when its lookups have run.
    ///
    /// # Errors
    /// As the templates of the context; `invalid_arguments` for a zone that is none, `access_denied` for a company of others.
    pub(super) fn enter(&mut self, step: &'a Step) -> Result<(), Error> {
        self.step = Some(step);
        self.context.clone_from(&self.base);
        for (key, value) in step.context() {
            if let Some(value) = optional(key, Some(value), &self.scope)? {
                self.context.insert(key.clone(), value);
            }
        }
        if let Some(tz) = self.context.get("tz")
            && tz.as_str().is_none_or(|tz| TimeZone::get(tz).is_err())
        {
            // Odoo would take UTC instead and say nothing.
            return Err(Error::new(Kind::InvalidArguments, format!("`tz` is the name of a time zone, not {tz}."))
                .hint("Time zones are written like `Europe/Brussels`."));
        }
        let preset = self.instance.client.instance_context();
        let named = self.context.get("tz").or_else(|| preset.get("tz")).and_then(Value::as_str);
        self.zone = begin::zone([named, self.user.tz.as_deref()]);
        self.scope.set_zone(self.zone.clone());
        self.company = self.companies.of(&self.context, preset)?;
        Ok(())
    }

    /// Sets a variable: what a lookup found, a person answered, a step gave.
    pub(super) fn bind(&mut self, name: &str, value: Frozen) {
        self.variables.push((name.to_owned(), value.clone()));
        value.thaw(name, &mut self.scope);
    }

    /// Puts questions to the client. What a person takes to answer is no part of the call's time.
    ///
    /// # Errors
    /// As [`Conversation::ask`].
    pub(super) async fn put(
        &mut self,
        conversation: &dyn Conversation,
        questions: &[Question],
    ) -> Result<Asked, Error> {
        self.asking().put(conversation, questions).await
    }

    /// What it needs to ask the person.
    pub(super) fn asking(&mut self) -> Asking<'_> {
        let Self { tool, scope, variables, patience, .. } = self;
        Asking { tool, scope, variables, patience }
    }

    /// Whether the variable was set, be it to nothing.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.variables.iter().any(|(known, _)| known == name)
    }

    /// Everything is as it was when the plan was made.
    pub(super) fn restore(&mut self, plan: &Plan) {
        for (name, value) in &plan.variables {
            self.bind(name, value.clone());
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(plan.found.iter().map(|(name, id)| (name.clone(), Ok(*id))));
    }

    /// The ids that names in values were found to be.
    pub(super) fn names_found(&self) -> Vec<(Named, i64)> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.iter().filter_map(|(name, id)| Some((name.clone(), *id.as_ref().ok()?))).collect()
    }

    /// The lookups that have run, or run next.
    pub(super) fn lookups(&self) -> impl Iterator<Item = &'a Lookup> {
        self.tool.lookups.iter().chain(self.step.into_iter().flat_map(|step| &step.lookups))
    }

    /// Whether the step's answer is the tool's: the only one that `limit` and `offset` are for.
    pub(super) fn answers(&self) -> bool {
        let answer = self.tool.steps.get(self.tool.answer);
        matches!((answer, self.step), (Some(answer), Some(step)) if std::ptr::eq(answer, step))
    }

    /// The offset of the first row that is wanted.
    pub(super) fn offset(&self) -> u64 {
        if self.answers() { self.window.offset } else { 0 }
    }

    /// The step's model, else the tool's, as its template gives it.
    pub(super) fn model(&self) -> Result<String, Error> {
        match self.step.and_then(|step| step.model.as_ref()).or(self.tool.model.as_ref()) {
            Some(model) => self.model_name(model),
            None => Err(Error::new(Kind::Internal, format!("The tool `{}` names no model.", self.tool.name))),
        }
    }

    /// Whether that id stands for a record which a call that only shows what it would do pretended to have created.
    pub(super) fn made_up(&self, id: i64) -> bool {
        self.patience.watch.as_ref().is_some_and(|watch| watch.made_up(id))
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
        self.window.limit.filter(|_| self.answers()).unwrap_or(default).clamp(1, self.max_records.max(1))
    }
}
