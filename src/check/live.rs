//! One Odoo as the check asks it: each thing once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::memo::Memo;
use crate::odoo::{Client, Error, Kind, Model, Version};
use crate::operation::Instance;
use crate::operation::fit::{Fit, Metadata, Records};
use crate::operation::lookup::{self, Within};
use crate::source::Diagnostic;

/// The answer of a name search, whatever the name: which record it is does not matter to a check.
const SOME_ID: i64 = 1;

/// One Odoo, and what it said so far.
pub(super) struct Live<'a> {
    client: &'a Client,
    version: Version,
    zone: TimeZone,
    /// The first thing that went wrong with the connection: nothing more is asked then.
    broken: OnceLock<Error>,
    models: Memo<String, Result<Arc<Model>, Error>>,
    defaults: Memo<String, Option<Arc<Map<String, Value>>>>,
    methods: Memo<String, Option<Arc<[String]>>>,
    companies: Memo<String, Option<Error>>,
    external: Memo<String, Result<(String, i64), Error>>,
    /// Of the modules that tools require, those that are there; `None` where the login may not know.
    installed: Option<BTreeSet<String>>,
    /// What is not for this Odoo, by the reason: each with what it is called.
    passed_over: Mutex<BTreeMap<String, Vec<(&'static str, String)>>>,
    /// What could not be known, for one note about each.
    unknowable: Mutex<BTreeMap<Unknowable, usize>>,
    /// Of models, modules, languages: all that there are.
    lists: Memo<List, Option<Arc<[String]>>>,
}

/// A list of names that Odoo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Models,
    Modules,
    Languages,
}

/// What an Odoo may not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unknowable {
    /// Which methods a model has.
    Methods,
    /// Which modules are installed.
    Modules,
}

impl<'a> Live<'a> {
    /// Asks what everything else depends on: the version, and which of these modules are installed.
    ///
    /// # Errors
    /// Odoo is not there, or the login is refused.
    pub(super) async fn new(instance: &'a Instance, modules: BTreeSet<String>) -> Result<Self, Error> {
        let client = &instance.client;
        let version = client.version(&client.patience()).await?;
        let installed = if modules.is_empty() { None } else { client.installed(&modules, &client.patience()).await? };
        Ok(Self {
            client,
            version,
            zone: TimeZone::UTC,
            broken: OnceLock::new(),
            models: Memo::default(),
            defaults: Memo::default(),
            methods: Memo::default(),
            companies: Memo::default(),
            external: Memo::default(),
            installed,
            passed_over: Mutex::default(),
            unknowable: Mutex::default(),
            lists: Memo::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        self.client.name()
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// What ended the questions, if anything did.
    pub(super) fn broken(&self) -> Option<&Error> {
        self.broken.get()
    }

    /// In what the rules of a call are asked.
    pub(super) fn fit(&self) -> Fit<'_, Self> {
        let before = |major| self.version < Version::new(major, 0);
        Fit { metadata: self, zone: &self.zone, older: before(19), any: !before(17) }
    }

    /// Keeps what went wrong with the connection.
    fn noted<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome
            && error.kind.is_of_the_connection()
        {
            // Of several, the first is the reason.
            let _ = self.broken.set(error.clone());
        }
        outcome
    }

    fn usable(&self) -> Result<(), Error> {
        self.broken.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// The values with which a new record begins, of the fields that must have one and of those they depend on. `None` where Odoo does not say.
    pub(super) async fn defaults(&self, model: &Model) -> Option<Arc<Map<String, Value>>> {
        let ask = || async {
            self.usable().ok()?;
            let required = model.fields.values().filter(|field| field.required);
            let names = required
                .flat_map(|field| field.depends.iter().chain([&field.name]))
                .filter(|name| model.fields.contains_key(*name));
            let names: Vec<String> = names.cloned().collect::<BTreeSet<_>>().into_iter().collect();
            let asked = self.client.default_get(&model.name, &names, &Map::new(), &self.client.patience()).await;
            self.noted(asked).ok().map(Arc::new)
        };
        self.defaults.get(model.name.clone(), ask).await
    }

    /// The public methods of a model. `None` where this Odoo does not tell.
    pub(super) async fn methods(&self, model: &str) -> Option<Arc<[String]>> {
        let ask = || async {
            self.usable().ok()?;
            let asked = self.client.public_methods(model, &self.client.patience()).await;
            self.noted(asked).ok().flatten().map(Arc::from)
        };
        self.methods.get(model.to_owned(), ask).await
    }

    /// What is wrong with a company, by name or id.
    pub(super) async fn company(&self, company: &Value) -> Option<Error> {
        let ask = || async {
            self.usable().ok()?;
            let found =
                lookup::one(self.client, "res.company", company, Within::default(), &self.client.patience()).await;
            self.noted(found.map(drop)).err()
        };
        self.companies.get(company.to_string(), ask).await
    }

    /// The record behind an external id.
    pub(super) async fn external(&self, id: &str) -> Result<(String, i64), Error> {
        let ask = || async {
            self.usable()?;
            let found = self.client.xml_id(id, &self.client.patience()).await;
            self.noted(found)
        };
        self.external.get(id.to_owned(), ask).await
    }

    /// Whether a module that some tool requires is installed. `None` where the login may not know.
    pub(super) fn has_module(&self, name: &str) -> Option<bool> {
        self.installed.as_ref().map(|installed| installed.contains(name))
    }

    /// A tool, a resource or a prompt is not for this Odoo, because of that: "it has no model `crm.lead`".
    pub(super) fn pass_over(&self, sort: &'static str, name: &str, reason: String) {
        let mut passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        passed_over.entry(reason).or_default().push((sort, name.to_owned()));
    }

    /// What is not for this Odoo: one note for each reason.
    pub(super) fn passed_over(&self) -> Vec<Diagnostic> {
        let passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        let said = passed_over.iter().map(|(reason, all)| {
            let mut names: Vec<String> = all.iter().map(|(_, name)| format!("`{name}`")).collect();
            names.sort();
            let first = all.first().map_or("tool", |(sort, _)| sort);
            let sort = if all.iter().all(|(sort, _)| *sort == first) { first } else { "definition" };
            let count = if all.len() == 1 { format!("1 {sort} was") } else { format!("{} {sort}s were", all.len()) };
            Diagnostic::note(format!("{count} not checked on {}: {reason}", self.title())).with_hint(names.join(", "))
        });
        said.collect()
    }

    /// The instance and its version, for messages.
    pub(super) fn title(&self) -> String {
        format!("`{}` (Odoo {})", self.name(), self.version)
    }

    /// One tool more of which something could not be known.
    pub(super) fn cannot_know(&self, what: Unknowable) {
        *self.unknowable.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    /// What could not be known, once for all tools.
    pub(super) fn unknowable(&self) -> Vec<Diagnostic> {
        let unknowable = self.unknowable.lock().unwrap_or_else(PoisonError::into_inner);
        let said = unknowable.iter().map(|(what, count)| {
            let (name, version) = (self.name(), self.version);
            let tools = if *count == 1 { "1 tool".to_owned() } else { format!("{count} tools") };
            match what {
                Unknowable::Methods => Diagnostic::note(format!(
                    "the Odoo `{name}` ({version}) does not tell which methods its models have: the methods of {tools} were not checked"
                ))
                .with_hint("Odoo 19 and later tells an API key whose user may read the technical documentation"),
                Unknowable::Modules => Diagnostic::warning(format!(
                    "the Odoo `{name}` does not tell this login which modules are installed: those that {tools} {} count as there",
                    if *count == 1 { "requires" } else { "require" }
                ))
                .with_hint("check with a login that may read `ir.module.module`"),
            }
        });
        said.collect()
    }

    /// All names of a kind. `None` where the login may not know.
    pub(super) async fn list(&self, list: List) -> Option<Arc<[String]>> {
        let ask = || async {
            self.usable().ok()?;
            let patience = self.client.patience();
            let asked = match list {
                List::Models => self.client.known_models(&patience).await,
                List::Modules => self.client.known_modules(&patience).await,
                List::Languages => self.client.languages(&patience).await,
            };
            self.noted(asked).ok().flatten().map(Arc::from)
        };
        self.lists.get(list, ask).await
    }

    /// Whether there is a model of that name.
    pub(super) async fn has_model(&self, name: &str) -> bool {
        !matches!(self.model(name).await, Err(error) if error.kind == Kind::UnknownModel)
    }
}

impl Metadata for Live<'_> {
    async fn model(&self, name: &str) -> Result<Arc<Model>, Error> {
        let ask = || async {
            self.usable()?;
            let asked = self.client.model(name, &self.client.patience()).await;
            self.noted(asked)
        };
        self.models.get(name.to_owned(), ask).await
    }
}

/// Names are looked up when a tool is called, not when it is checked.
impl Records for Live<'_> {
    async fn find(&self, _: &str, _: &Value, _: &Value) -> Result<i64, Error> {
        Ok(SOME_ID)
    }
}

/// A value that stands for a record, where only its being one matters.
pub(super) fn some_record() -> Value {
    json!(SOME_ID)
}
