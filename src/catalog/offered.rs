//! What a set of bundles makes of the tools: which they show, with which arguments fixed, on which Odoo, for which companies.
//!
//! Made once for each set of bundles that somebody uses, so that a list costs nothing; list and call both ask here.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::bundles::Members;
use super::entry::Entry;
use super::placed::Placed;
use crate::definition::tool::Tool;
use crate::definition::{bound, bundle};

/// A tool, or what is built like one, as a set of bundles offers it.
#[derive(Debug, Clone)]
pub struct Offered {
    /// What is offered.
    pub tool: Arc<Tool>,
    /// The JSON Schema that clients see: the tool's, without the arguments that are bound.
    pub schema: Arc<Map<String, Value>>,
    /// The arguments that are bound, and to what: never the caller's to set.
    pub bound: Map<String, Value>,
    /// All that is bound: `bundle` in templates.
    pub parameters: Arc<Map<String, Value>>,
    /// Which Odoo; `None` is the configuration's default instance.
    pub instance: Option<String>,
    /// The only companies that a call sees, the current one first; `None` is every company of the Odoo user. Never empty.
    pub companies: Option<Vec<i64>>,
}

impl Offered {
    /// A tool that no bundle changes.
    #[must_use]
    pub fn plain(tool: Arc<Tool>) -> Self {
        Self {
            schema: tool.input.schema.clone(),
            bound: Map::new(),
            parameters: Arc::default(),
            instance: tool.instance.clone(),
            companies: None,
            tool,
        }
    }
}

/// Why bundles cannot be used together: a sentence, and one on what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash(String);

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Clash {
    fn new(members: &[&Members], reason: impl fmt::Display) -> Self {
        let names: Vec<String> = members.iter().map(|members| format!("`{}`", members.name)).collect();
        let names = match names.as_slice() {
            [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
            names => names.concat(),
        };
        Self(format!("The bundles {names} cannot be used together: {reason}. Connect to each of them by itself."))
    }
}

/// Everything, as one set of bundles offers it.
#[derive(Debug, Default)]
pub(super) struct View {
    /// By the position in the catalog; `None` is not shown.
    offered: Vec<Option<Arc<Offered>>>,
    /// The resources, at every Odoo where they are, in the order in which they are listed.
    pub(super) resources: Vec<Placed>,
    /// These bundles do not go together: nothing is shown.
    pub(super) clash: Option<Clash>,
}

impl View {
    /// What these bundles offer together. `default_instance` is the name of the Odoo of whoever names none.
    pub(super) fn new(entries: &[Entry], bundles: &[&Members], default_instance: &str) -> Self {
        match (Together { bundles, default_instance }).offer(entries) {
            Ok(view) => view,
            Err(clash) => Self { clash: Some(clash), ..Self::default() },
        }
    }

    /// A tool that need not be shown, for whoever sees a prompt through `showing`, on the Odoo of that prompt where the tool names
    /// none: bound, and kept to companies, as if those bundles showed it too.
    ///
    /// # Errors
    /// What they bind does not go with the tool.
    pub(super) fn behind(
        tool: &Arc<Tool>,
        bundles: &[&Members],
        showing: &[&Members],
        instance: Option<&str>,
        default_instance: &str,
    ) -> Result<Offered, Clash> {
        let together = Together { bundles, default_instance };
        let bound = together.bindings()?;
        if let Some(parameter) = bundle::lacking(tool, |name| bound.contains_key(name)) {
            let (name, parameter) = (&tool.name, &parameter.name);
            return Err(Clash(format!("The tool `{name}` needs `{parameter}`, which no bundle here binds.")));
        }
        let parameters = bound.iter().map(|(name, (value, _))| ((*name).to_owned(), (*value).clone())).collect();
        let instance = tool.instance.as_deref().or(instance);
        let companies = together.companies(tool, showing, instance)?;
        // Nobody held what is bound against a tool that the bundles do not have.
        let offered = together.bind(tool, &[], &bound, &Arc::new(parameters))?;
        Ok(Offered { instance: instance.map(str::to_owned), companies, ..offered })
    }

    pub(super) fn at(&self, position: usize) -> Option<&Arc<Offered>> {
        self.offered.get(position)?.as_ref()
    }
}

/// What is bound, to what, and by whom first.
pub(super) type Bound<'a> = BTreeMap<&'a str, (&'a Value, &'a Members)>;

/// Bundles that one client uses at once.
#[derive(Clone, Copy)]
pub(super) struct Together<'a> {
    bundles: &'a [&'a Members],
    pub(super) default_instance: &'a str,
}

impl<'a> Together<'a> {
    fn offer(self, entries: &[Entry]) -> Result<View, Clash> {
        let bound = self.bindings()?;
        let parameters = bound.iter().map(|(name, (value, _))| ((*name).to_owned(), (*value).clone())).collect();
        let parameters = Arc::new(parameters);
        let mut resources = Vec::new();
        let mut offer = |(position, entry): (usize, &Entry)| {
            let tool = entry.tool();
            let showing: Vec<&Members> = self.bundles.iter().copied().filter(|members| members.has(position)).collect();
            if showing.is_empty() || bundle::lacking(tool, |name| bound.contains_key(name)).is_some() {
                return Ok(None);
            }
            if let Entry::Resource(resource) = entry {
                let placed = self.place(resource, &showing, entries, &bound, &parameters)?;
                let first = placed.first().map(|placed| placed.offered.clone());
                resources.extend(placed);
                return Ok(first);
            }
            self.one(tool, &showing, &bound, &parameters).map(|offered| Some(Arc::new(offered)))
        };
        let offered = entries.iter().enumerate().map(&mut offer).collect::<Result<_, _>>()?;
        Ok(View { offered, resources, clash: None })
    }

    /// Everything that is bound, by whom first. Whoever comes through several bundles is bound by all of them.
    fn bindings(self) -> Result<Bound<'a>, Clash> {
        let mut bound = Bound::new();
        for members in self.bundles {
            for (name, value) in &members.bind {
                match bound.get(name.as_str()) {
                    Some((other, by)) if *other != value => {
                        return Err(Clash::new(
                            &[by, members],
                            format!("`{name}` is {other} in one and {value} in another"),
                        ));
                    }
                    Some(_) => {}
                    None => drop(bound.insert(name, (value, members))),
                }
            }
        }
        Ok(bound)
    }

    pub(super) fn one(
        self,
        tool: &Arc<Tool>,
        showing: &[&'a Members],
        bound: &Bound<'a>,
        parameters: &Arc<Map<String, Value>>,
    ) -> Result<Offered, Clash> {
        let instance = self.instance(tool, showing)?;
        let companies = self.companies(tool, showing, instance.as_deref())?;
        let offered = self.bind(tool, showing, bound, parameters)?;
        Ok(Offered { instance, companies, ..offered })
    }

    /// The tool with its arguments fixed, not yet on any Odoo.
    fn bind(
        self,
        tool: &Arc<Tool>,
        showing: &[&'a Members],
        bound: &BTreeMap<&'a str, (&'a Value, &'a Members)>,
        parameters: &Arc<Map<String, Value>>,
    ) -> Result<Offered, Clash> {
        let mut own = Map::new();
        for (name, (value, by)) in bound.iter().filter(|(name, _)| tool.input.declares(name)) {
            // What a bundle binds was held against its own tools when it was loaded.
            if !showing.iter().any(|members| members.name == by.name)
                && let Some(reason) = bound::refusal(tool, name, value)
            {
                let all: Vec<&Members> = std::iter::once(*by).chain(showing.iter().copied()).collect();
                let reason = format!("`{name}` is bound to a value that `{}` does not take: {reason}", tool.name);
                return Err(Clash::new(&all, reason));
            }
            own.insert((*name).to_owned(), (*value).clone());
        }
        let schema = match own.is_empty() {
            true => tool.input.schema.clone(),
            false => Arc::new(bound::without(&tool.input.schema, &own)),
        };
        let parameters = parameters.clone();
        Ok(Offered { tool: tool.clone(), schema, bound: own, parameters, instance: None, companies: None })
    }

    pub(super) fn name_of<'b>(self, instance: Option<&'b str>) -> &'b str
    where
        'a: 'b,
    {
        instance.unwrap_or(self.default_instance)
    }

    /// The tool's own Odoo, else that of the bundles that show it.
    fn instance(self, tool: &Tool, showing: &[&'a Members]) -> Result<Option<String>, Clash> {
        if tool.instance.is_some() {
            return Ok(tool.instance.clone());
        }
        let named = |members: &&'a Members| self.name_of(members.instance.as_deref());
        let first = showing.first();
        if let (Some(first), Some(other)) =
            (first, showing.iter().find(|members| first.is_some_and(|first| named(members) != named(first))))
        {
            let (one, another) = (named(first), named(other));
            let reason = format!("`{}` works on the Odoo `{one}` in one and on `{another}` in another", tool.name);
            return Err(Clash::new(&[first, other], reason));
        }
        Ok(first.and_then(|members| members.instance.clone()))
    }

    /// The companies that all ceilings leave. Those of a bundle for another Odoo, which does not show the tool, say nothing here.
    pub(super) fn companies(
        self,
        tool: &Tool,
        showing: &[&'a Members],
        instance: Option<&str>,
    ) -> Result<Option<Vec<i64>>, Clash> {
        let instance = instance.unwrap_or(self.default_instance);
        let counts = |members: &Members| {
            showing.iter().any(|showing| showing.name == members.name)
                || self.name_of(members.instance.as_deref()) == instance
        };
        let mut left: Option<Vec<i64>> = None;
        let mut by = Vec::new();
        for members in self.bundles.iter().copied().filter(|members| counts(members)) {
            let Some(ceiling) = &members.companies else { continue };
            by.push(members);
            let ids = left
                .map_or_else(|| ceiling.clone(), |left| left.into_iter().filter(|id| ceiling.contains(id)).collect());
            if ids.is_empty() {
                let reason =
                    format!("no company is among the `company_ids` of all of them, and `{}` needs one", tool.name);
                return Err(Clash::new(&by, reason));
            }
            left = Some(ids);
        }
        Ok(left)
    }
}

/// The views that were made, by the names of their bundles.
#[derive(Debug, Default)]
pub(super) struct Views(RwLock<HashMap<Vec<String>, Arc<View>>>);

/// More sets of bundles than these are not kept: whoever connects chooses the set.
const MOST: usize = 100;

impl Views {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The view of that set, made where it is not there.
    pub(super) fn get(&self, names: &[String], make: impl FnOnce(&[String]) -> View) -> Arc<View> {
        let is_sorted = names.windows(2).all(|pair| matches!(pair, [one, two] if one < two));
        if !is_sorted {
            let mut sorted = names.to_vec();
            sorted.sort();
            sorted.dedup();
            return self.get(&sorted, make);
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(names).cloned();
        known.unwrap_or_else(|| {
            let view = Arc::new(make(names));
            let mut views = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if views.len() >= MOST {
                views.clear();
            }
            // Who comes second takes what the first one made, so that all hold the same.
            views.entry(names.to_vec()).or_insert(view).clone()
        })
    }
}
