//! Where a set of bundles puts its resources: each at every Odoo that it reaches, under the scheme of that Odoo.
//!
//! `odoo://` is the Odoo of whoever names none. A resource of a bundle is also at the other Odoos that tools of the same bundle
//! work on, and nowhere else: using several bundles at once opens nothing that none of them opens by itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Offered;
use super::bundles::Members;
use super::entry::{Entry, Sort};
use super::offered::{Bound, Clash, Together};
use crate::definition::resource::{Resource, SCHEME, scheme_of};
use crate::definition::uri::UriTemplate;

/// A resource at one Odoo.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) resource: Arc<Resource>,
    pub(super) offered: Arc<Offered>,
    /// Its address there, without what is bound.
    pub(super) uri: UriTemplate,
    /// It is there because a tool of its bundle works there: only for who sees such a tool.
    pub(super) by_tool: bool,
}

impl Placed {
    /// It is for one Odoo by its own word.
    pub(super) fn names_its_odoo(&self) -> bool {
        self.resource.tool.instance.is_some()
    }
}

/// The bundles that put it at one Odoo.
struct Place<'a> {
    members: Vec<&'a Members>,
    by_tool: bool,
}

impl<'a> Together<'a> {
    /// A resource wherever these bundles put it; first where it is for whoever asks for its name.
    ///
    /// # Errors
    /// What the bundles bind, or the companies that they leave, do not go together there.
    pub(super) fn place(
        self,
        resource: &Arc<Resource>,
        showing: &[&'a Members],
        entries: &[Entry],
        bound: &Bound<'a>,
        parameters: &Arc<Map<String, Value>>,
    ) -> Result<Vec<Placed>, Clash> {
        let tool = &resource.tool;
        if tool.instance.is_some() || resource.uri.scheme() != SCHEME {
            let offered = Arc::new(self.one(tool, showing, bound, parameters)?);
            return Ok(self.placed(resource, offered, false).into_iter().collect());
        }
        let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
        for members in showing {
            let own = self.name_of(members.instance.as_deref());
            places.entry(own).or_insert(Place { members: Vec::new(), by_tool: false }).members.push(members);
        }
        for members in showing {
            let tools = entries.iter().enumerate().filter(|(at, entry)| entry.sort() == Sort::Tool && members.has(*at));
            for name in tools.filter_map(|(_, entry)| entry.tool().instance.as_deref()) {
                let place = places.entry(name).or_insert(Place { members: Vec::new(), by_tool: true });
                if !place.members.iter().any(|known| known.name == members.name) {
                    place.members.push(members);
                }
            }
        }
        let mut all = Vec::new();
        let mut first = None;
        for (name, place) in places {
            let Some(one) = place.members.get(..1) else { continue };
            let offered = self.one(tool, one, bound, parameters).and_then(|offered| {
                let companies = self.companies(tool, &place.members, Some(name))?;
                let instance = (name != self.default_instance).then(|| name.to_owned());
                Ok(Offered { instance, companies, ..offered })
            });
            match offered {
                Ok(offered) => all.extend(self.placed(resource, Arc::new(offered), place.by_tool)),
                Err(clash) if !place.by_tool => first = first.or(Some(clash)),
                Err(_) => {}
            }
        }
        if let Some(clash) = first {
            return Err(clash);
        }
        // The Odoo of whoever names none comes first.
        all.sort_by_key(|placed| (placed.by_tool, placed.offered.instance.is_some()));
        Ok(all)
    }

    /// With its address there.
    fn placed(self, resource: &Arc<Resource>, offered: Arc<Offered>, by_tool: bool) -> Option<Placed> {
        let fixed: HashMap<&str, Option<String>> =
            offered.bound.iter().map(|(name, value)| (name.as_str(), text_of(value))).collect();
        let mut uri = resource.uri.clone();
        if uri.variables().any(|name| fixed.contains_key(name)) {
            // What is bound is never the caller's to say.
            uri = uri.with_values(|name| fixed.get(name).map(Option::as_deref))?;
        }
        if uri.scheme() == SCHEME {
            uri = uri.with_scheme(&scheme_of(self.name_of(offered.instance.as_deref()), self.default_instance));
        }
        Some(Placed { resource: resource.clone(), offered, uri, by_tool })
    }
}

/// What an address says for a value.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
