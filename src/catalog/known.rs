//! What is known of each Odoo instance: its version, and which models and modules are there. It decides which of the tools
//! are offered; what is not known counts as there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::access::Caller;
use crate::definition::operation::Operation;
use crate::definition::tool::{Requirement, Tool};
use crate::odoo::Version;
use crate::operation::promise::{Seen, Unseen, output_schema};

/// What is known at one moment. Part of a catalog, so that a request sees one answer throughout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    default_instance: String,
    /// Answers are structured too, where a tool does not say.
    structured: bool,
    instances: HashMap<String, Facts>,
    /// Persons may keep prompts.
    personal: bool,
}

/// What is known of one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its version.
    pub version: Option<Version>,
    /// Models that were asked for, and whether they are there.
    pub models: HashMap<String, bool>,
    /// Modules that were asked for, and whether they are installed.
    pub modules: HashMap<String, bool>,
    /// The fields of models that structured answers are made of.
    pub seen: Seen,
    /// The login of its user.
    pub login: Option<String>,
}

/// The models and modules that tools need of one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// By technical name.
    pub models: BTreeSet<String>,
    /// By technical name.
    pub modules: BTreeSet<String>,
    /// Whose fields are still to be learnt, for the schemas of structured answers.
    pub unseen: Unseen,
}

impl Known {
    /// Nothing known yet.
    #[must_use]
    pub fn nothing(default_instance: impl Into<String>) -> Self {
        Self {
            default_instance: default_instance.into(),
            structured: false,
            instances: HashMap::new(),
            personal: false,
        }
    }

    /// The same, where answers are structured if a tool does not say.
    #[must_use]
    pub fn structured(self, structured: bool) -> Self {
        Self { structured, ..self }
    }

    /// The same, where persons may keep prompts.
    #[must_use]
    pub fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// With more of one instance; what was known before is kept where this says nothing.
    #[must_use]
    pub fn with(mut self, instance: &str, news: &Facts) -> Self {
        let facts = self.instances.entry(instance.to_owned()).or_default();
        facts.version = news.version.or(facts.version);
        facts.models.extend(news.models.iter().map(|(name, there)| (name.clone(), *there)));
        facts.modules.extend(news.modules.iter().map(|(name, there)| (name.clone(), *there)));
        facts.seen.extend(&news.seen);
        facts.login = news.login.clone().or(facts.login.take());
        self
    }

    /// The login of this caller: what the door knows, else that of whom the default instance is used as.
    pub(super) fn login<'a>(&'a self, caller: &'a Caller) -> Option<&'a str> {
        let user = || self.instances.get(&self.default_instance)?.login.as_deref();
        caller.login.as_deref().or_else(user)
    }

    /// What was learnt of the models of an instance.
    #[must_use]
    pub fn seen(&self, instance: &str) -> Option<&Seen> {
        self.instances.get(instance).map(|facts| &facts.seen)
    }

    /// Whether the answers of this tool are structured.
    pub(super) fn is_structured(&self, tool: &Tool) -> bool {
        tool.result.structured.unwrap_or(self.structured)
            && !matches!(tool.operation(), Some(Operation::Content(_)) | None)
    }

    /// The schema that is published for the tool's answers: the author's, or what follows from the fields that were seen. None
    /// before the Odoo was.
    pub(super) fn output(&self, tool: &Tool, instance: &str) -> Option<Arc<Map<String, Value>>> {
        if !self.is_structured(tool) {
            return None;
        }
        if let Some(output) = &tool.result.output {
            return Some(Arc::clone(&output.schema));
        }
        let facts = self.instances.get(instance).filter(|facts| facts.version.is_some())?;
        output_schema(tool, &facts.seen).map(Arc::new)
    }

    /// Those of the needs that nothing is known of.
    #[must_use]
    pub fn unknown(&self, instance: &str, mut needs: Needs) -> Needs {
        if let Some(facts) = self.instances.get(instance) {
            needs.models.retain(|name| !facts.models.contains_key(name));
            needs.modules.retain(|name| !facts.modules.contains_key(name));
        }
        needs
    }

    /// The models and modules that are known to be missing, sorted.
    #[must_use]
    pub fn missing(&self, instance: &str) -> BTreeSet<&str> {
        let facts = self.instances.get(instance);
        let all = facts.into_iter().flat_map(|facts| facts.models.iter().chain(&facts.modules));
        all.filter(|(_, there)| !**there).map(|(name, _)| name.as_str()).collect()
    }

    /// The version of an instance, for people.
    #[must_use]
    pub fn version(&self, instance: &str) -> Option<String> {
        self.instances.get(instance)?.version.map(|version| version.to_string())
    }

    /// The instance of whoever names none.
    pub(super) fn default_instance(&self) -> &str {
        &self.default_instance
    }

    /// The instance that this names.
    pub(super) fn named<'a>(&'a self, instance: Option<&'a str>) -> &'a str {
        instance.unwrap_or(&self.default_instance)
    }

    /// Whether the tool is for what that Odoo is known to be. `rivals` says that another tool of its name is for other
    /// versions: of those the one for the newest is offered while the version is unknown.
    pub(super) fn suits(&self, tool: &Tool, instance: &str, rivals: bool) -> bool {
        let facts = self.instances.get(instance);
        let version = match (facts.and_then(|facts| facts.version), rivals) {
            (Some(version), _) => Some((version.major, version.minor)),
            (None, true) => Some((u32::MAX, 0)),
            (None, false) => None,
        };
        let keeps = |operation: &Operation| matches!(operation, Operation::Server(server) if server.is_personal());
        if !self.personal && tool.operations().any(keeps) {
            return false;
        }
        version.is_none_or(|version| is_for(tool, version)) && facts.is_none_or(|facts| facts.has_all_of(tool))
    }
}

impl Facts {
    fn has_all_of(&self, tool: &Tool) -> bool {
        let there = |known: &HashMap<String, bool>, name: &str| known.get(name) != Some(&false);
        let mut needs = Needs::default();
        needs.add(tool);
        needs.models.iter().all(|name| there(&self.models, name))
            && needs.modules.iter().all(|name| there(&self.modules, name))
    }
}

impl Needs {
    /// Also what this tool needs: its model, where it is not a template, and what it requires.
    pub fn add(&mut self, tool: &Tool) {
        self.models.extend(literal_model(tool).map(str::to_owned));
        for requirement in &tool.requires {
            match requirement {
                Requirement::Model(name) => drop(self.models.insert(name.clone())),
                Requirement::Module(name) => drop(self.modules.insert(name.clone())),
                Requirement::Odoo(..) | Requirement::Capability(_) => {}
            }
        }
    }

    /// Whether nothing is needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.modules.is_empty() && self.unseen.is_empty()
    }
}

/// The tool's model, where it is known without a call.
pub fn literal_model(tool: &Tool) -> Option<&str> {
    tool.model.as_ref()?.as_literal().and_then(Value::as_str)
}

/// Whether the tool is for this version of Odoo: major, minor.
pub fn is_for(tool: &Tool, version: (u32, u32)) -> bool {
    tool.requires.iter().all(|requirement| match requirement {
        Requirement::Odoo(comparison, bound) => comparison.holds(version, *bound),
        Requirement::Model(_) | Requirement::Module(_) | Requirement::Capability(_) => true,
    })
}
