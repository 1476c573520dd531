//! The resources of a catalog, as one caller sees them, and which of them an address means.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::entry::Sort;
use super::offered::View;
use super::placed::Placed;
use super::{Catalog, Offered};
use crate::access::Caller;
use crate::definition::resource::Resource;
use crate::definition::uri::UriTemplate;

/// A resource as a set of bundles offers it, at one Odoo.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// What is offered.
    pub resource: Arc<Resource>,
    /// What the bundles make of it.
    pub offered: Arc<Offered>,
    /// Its address, or the template of its addresses, with the scheme of its Odoo and without what is bound.
    pub uri: String,
    /// Whether that is the address of one resource.
    pub is_fixed: bool,
}

/// The resource that a URI means.
#[derive(Debug, Clone)]
pub struct Found {
    /// The resource.
    pub resource: Arc<Resource>,
    /// What the bundles make of it, at the Odoo of the URI.
    pub offered: Arc<Offered>,
    /// What stands for the variables of its address.
    pub arguments: Map<String, Value>,
    /// The URI, as it was asked for.
    pub uri: String,
}

/// Whether a client that listed the one would notice the other.
impl PartialEq for Addressed {
    fn eq(&self, other: &Self) -> bool {
        let (one, another) = (&self.offered.tool, &other.offered.tool);
        self.uri == other.uri
            && one.name == another.name
            && one.title == another.title
            && one.description == another.description
            && one.icons == another.icons
            && one.meta == another.meta
            && self.resource.mime_type == other.resource.mime_type
            && self.resource.size == other.resource.size
            && self.resource.annotations == other.resource.annotations
    }
}

/// The addresses that one caller can read.
#[derive(Debug, Default)]
pub struct Readable(Vec<UriTemplate>);

impl Readable {
    /// Whether something is there, or could be.
    #[must_use]
    pub fn has(&self, uri: &str) -> bool {
        self.0.iter().any(|template| template.matches(uri).is_some())
    }
}

impl Catalog {
    /// The resources and templates that this caller sees, in the order in which they are listed; at each Odoo that it reaches.
    #[must_use]
    pub fn addresses(&self, caller: &Caller) -> Vec<Addressed> {
        let view = self.view(caller);
        let addressed = |placed: &Placed| Addressed {
            resource: placed.resource.clone(),
            offered: placed.offered.clone(),
            uri: placed.uri.as_str().to_owned(),
            is_fixed: placed.uri.is_fixed(),
        };
        self.placed(caller, &view).map(addressed).collect()
    }

    /// What answers to this caller may point to.
    #[must_use]
    pub fn readable(&self, caller: &Caller) -> Readable {
        let view = self.view(caller);
        Readable(self.placed(caller, &view).map(|placed| placed.uri.clone()).collect())
    }

    /// The resource that this URI means, if this caller sees it. Where several match, the one with more text of its own.
    #[must_use]
    pub fn resource(&self, caller: &Caller, uri: &str) -> Option<Found> {
        let view = self.view(caller);
        let matching = self.placed(caller, &view).filter_map(|placed| Some((placed, placed.uri.matches(uri)?)));
        let (placed, values) = matching.max_by(|(one, _), (other, _)| one.uri.precedence(&other.uri))?;
        let arguments = values.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let (resource, offered) = (placed.resource.clone(), placed.offered.clone());
        Some(Found { resource, offered, arguments, uri: uri.to_owned() })
    }

    /// What this caller sees of the resources of a view.
    fn placed<'v>(&'v self, caller: &'v Caller, view: &'v View) -> impl Iterator<Item = &'v Placed> {
        // Which Odoos are reached by way of tools is rarely asked.
        let reached: OnceCell<BTreeSet<String>> = OnceCell::new();
        let named: Vec<&Placed> = view.resources.iter().filter(|placed| placed.names_its_odoo()).collect();
        let mut taken = HashSet::new();
        view.resources.iter().filter(move |placed| {
            let instance = self.known.named(placed.offered.instance.as_deref());
            let there = !placed.by_tool || reached.get_or_init(|| self.reached(caller)).contains(instance);
            // Of several of one name, for Odoos of different versions, the first that suits.
            there
                && self.sees(caller, Sort::Resource, &placed.offered)
                // Who wrote one for just this Odoo meant that one there, and not the one for all.
                && (placed.names_its_odoo()
                    || !named.iter().any(|other| {
                        other.uri.is_same_as(&placed.uri) && self.sees(caller, Sort::Resource, &other.offered)
                    }))
                && taken.insert((placed.resource.tool.name.as_str(), placed.uri.scheme()))
        })
    }

    /// The Odoos that this caller reaches: those that some tool of its works on.
    fn reached(&self, caller: &Caller) -> BTreeSet<String> {
        self.tools(caller).map(|offered| self.known.named(offered.instance.as_deref()).to_owned()).collect()
    }
}
