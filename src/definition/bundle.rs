//! One checked bundle: a team's set of tools.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};
use serde_json::Value;

use super::tool::{Parameter, Tool};
use crate::source::Place;

/// The bundle of tools that name none, and of callers that name none.
pub const DEFAULT_BUNDLE: &str = "default";

/// A `[[bundle]]` as its file declares it, checked. Who belongs to it is decided by the catalog, which has the tools.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// 1-40 of `[a-z0-9_-]`, unique.
    pub name: String,
    /// The name that people see.
    pub title: Option<String>,
    /// What a model is told beside the server's own instructions.
    pub instructions: Option<String>,
    /// Members, beside those that name the bundle.
    pub include: Vec<Pattern>,
    /// No members, whoever else says so.
    pub exclude: Vec<Pattern>,
    /// Its writing tools are not shown through it.
    pub read_only: bool,
    /// The Odoo of its tools that name none; `None` is the configuration's default instance.
    pub instance: Option<Named>,
    /// The only companies that its calls see, by id, the current one first. Never empty.
    pub company_ids: Option<Vec<i64>>,
    /// Arguments that are fixed, in their order.
    pub bind: Vec<Binding>,
    /// Where its name stands.
    pub place: Place,
}

/// A name, and where it stands.
#[derive(Debug, Clone)]
pub struct Named {
    /// As written.
    pub name: String,
    /// Where.
    pub place: Place,
}

/// One fixed argument.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The argument; also `bundle.<name>` in templates.
    pub name: String,
    /// What it always is.
    pub value: Value,
    /// Where the name stands.
    pub key: Place,
    /// Where the value stands.
    pub place: Place,
}

/// A name, or a glob over names, as written.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written: `search_*`.
    pub text: String,
    /// Where.
    pub place: Place,
    matcher: GlobMatcher,
}

impl Bundle {
    /// Whether a tool of that name, which names those bundles itself, belongs to this one.
    #[must_use]
    pub fn takes(&self, name: &str, bundles: &[String]) -> bool {
        let included = self.include.iter().any(|pattern| pattern.matches(name));
        (names(bundles, &self.name) || included) && !self.excludes(name)
    }

    /// Whether nothing of that name belongs to it, whoever says so.
    #[must_use]
    pub fn excludes(&self, name: &str) -> bool {
        self.exclude.iter().any(|pattern| pattern.matches(name))
    }
}

/// The names of all bundles: those that are declared, those that a tool names, and `default`.
pub fn all<'a>(tools: impl IntoIterator<Item = &'a Tool>, declared: &'a [Bundle]) -> BTreeSet<&'a str> {
    let named = tools.into_iter().flat_map(|tool| tool.bundles.iter().map(String::as_str));
    named.chain(declared.iter().map(|bundle| bundle.name.as_str())).chain([DEFAULT_BUNDLE]).collect()
}

/// Whether the bundle of that name, which may be declared, shows a tool.
#[must_use]
pub fn shows(name: &str, declared: Option<&Bundle>, tool: &Tool) -> bool {
    let bound = declared.map(|bundle| bundle.bind.as_slice()).unwrap_or_default();
    has(name, declared, tool) && lacking(tool, |name| bound.iter().any(|binding| binding.name == name)).is_none()
}

/// Whether a tool is one of that bundle's, which may be declared; without what it needs bound it is not shown yet. Without a
/// table of its own, `default` is every tool.
#[must_use]
pub fn has(name: &str, declared: Option<&Bundle>, tool: &Tool) -> bool {
    match declared {
        Some(bundle) => bundle.takes(&tool.name, &tool.bundles) && (!bundle.read_only || tool.annotations.read_only),
        None => name == DEFAULT_BUNDLE || names(&tool.bundles, name),
    }
}

/// What a tool needs of `bundle` that is not bound.
pub fn lacking(tool: &Tool, is_bound: impl Fn(&str) -> bool) -> Option<&Parameter> {
    tool.parameters.iter().find(|parameter| parameter.needed && !is_bound(&parameter.name))
}

/// Whether a binding of that name does anything to a tool: it has such an argument, or a template that names it.
#[must_use]
pub fn reaches(name: &str, tool: &Tool) -> bool {
    tool.input.declares(name) || tool.parameters.iter().any(|parameter| parameter.name == name)
}

/// Whether a tool that names those bundles means this one. Naming none is naming `default`.
#[must_use]
pub fn names(bundles: &[String], bundle: &str) -> bool {
    if bundles.is_empty() { bundle == DEFAULT_BUNDLE } else { bundles.iter().any(|name| name == bundle) }
}

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// Where it is no glob.
    pub fn new(text: &str, place: Place) -> Result<Self, globset::Error> {
        Ok(Self { text: text.to_owned(), place, matcher: Glob::new(text)?.compile_matcher() })
    }

    /// Whether it means that name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }
}
