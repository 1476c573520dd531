//! Names and addresses of resources, held against each other: only the whole load knows all of them.

use std::collections::HashMap;

use super::build::{BuiltResource, exclude_each_other};
use crate::source::{Node, Sink};

/// Errors for two resources of one name, and for two at one address, unless no Odoo has both.
pub(super) fn check(built: &[(BuiltResource, Node)], sink: &mut Sink) {
    let enabled: Vec<&BuiltResource> = built.iter().map(|(built, _)| built).filter(|built| built.enabled).collect();
    let mut names: HashMap<&str, Vec<&BuiltResource>> = HashMap::new();
    for one in &enabled {
        let Some((name, place)) = &one.name else { continue };
        let others = names.entry(name).or_default();
        let clash = others.iter().find(|other| !exclude_each_other(&other.requires, &one.requires));
        if let Some((_, first)) = clash.and_then(|other| other.name.as_ref()) {
            sink.definition = Some(format!("resource `{name}`"));
            sink.error(place, format!("the name `{name}` is taken by another resource"))
                .hint("names are unique, unless the resources require Odoo versions that exclude each other")
                .related(first, "the first one");
        }
        others.push(one);
    }
    for (position, one) in enabled.iter().enumerate() {
        let Some((uri, place)) = &one.uri else { continue };
        let same = enabled.iter().take(position).find_map(|other| {
            let (known, first) = other.uri.as_ref()?;
            let both = known.is_same_as(uri)
                && other.instance == one.instance
                && !exclude_each_other(&other.requires, &one.requires);
            both.then_some((known, first))
        });
        if let Some((known, first)) = same {
            sink.definition = one.name.as_ref().map(|(name, _)| format!("resource `{name}`"));
            sink.error(place, format!("`{uri}` and `{known}` are the same addresses: nothing says which one is read"))
                .hint(
                    "one of them needs more text, e.g. the name of the model; names of variables and the query say nothing",
                )
                .related(first, "the first one");
        }
    }
    sink.definition = None;
}
