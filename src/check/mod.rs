//! `check --online`: the definitions against the models of a live Odoo.
//!
//! It walks what the authors wrote (the trees, for the places) and asks the rules that hold in a call (`operation`), one field, one
//! condition, one value at a time, so that whatever a call would be refused for is said here first, in the same words and at its
//! place. What only a call can decide (a name, an argument's value) is left alone. Nothing is written, and no method is called
//! but those that tell: each model's fields once.
//!
//! A prompt has no operation of its own: what its data asks for is checked at the tools that it names.

mod complete;
mod conditions;
mod fields;
mod live;
mod memo;
mod operation;
mod presence;
mod supplied;
mod tool;
mod values;

use std::collections::{BTreeSet, HashSet};

use futures::StreamExt;
use futures::stream;

use crate::definition::tool::{Requirement, Tool};
use crate::definition::{Loaded, bundle};
use crate::odoo::Error;
use crate::operation::Instance;
use crate::source::{Diagnostic, Table};
use live::Live;

/// So many tools are looked at at once; the client keeps to `max_connections`.
const AT_ONCE: usize = 32;

/// Checks the tools that work on this Odoo, `default` telling whether that is where a tool works that names none. In the order of
/// the files: errors, warnings, and notes on what was passed over.
///
/// `several`: the definitions work on more than one Odoo, so each finding names it.
pub async fn online(loaded: &Loaded, instance: &Instance, default: bool, several: bool) -> Vec<Diagnostic> {
    let name = instance.client.name();
    let tools: Vec<(&str, &Tool, &Table)> =
        loaded.written().filter(|(_, tool, _)| works_on(tool, name, default, loaded)).collect();
    if tools.is_empty() {
        return Vec::new();
    }
    let modules: BTreeSet<String> = tools.iter().flat_map(|(_, tool, _)| modules(tool)).collect();
    let live = match Live::new(instance, modules).await {
        Ok(live) => live,
        Err(error) => return vec![unreachable(name, &error)],
    };
    let checks = tools.into_iter().map(|(sort, tool, table)| tool::check(sort, tool, table, &live));
    let found: Vec<Vec<Diagnostic>> = stream::iter(checks).buffered(AT_ONCE).collect().await;
    if let Some(error) = live.broken() {
        return vec![unreachable(name, error)];
    }
    let mut found: Vec<Diagnostic> = found.into_iter().flatten().collect();
    // What is wrong with a default of a file is found again in every tool that it is given to.
    let mut seen = HashSet::new();
    found.retain(|diagnostic| {
        let place = diagnostic.place.as_ref().map(|place| (place.file.path.clone(), place.range.clone()));
        seen.insert((place, diagnostic.message.clone()))
    });
    if several {
        let odoo = format!("on `{name}` (Odoo {})", live.version());
        for diagnostic in &mut found {
            diagnostic.definition = diagnostic.definition.take().map(|definition| format!("{definition} {odoo}"));
        }
    }
    found.extend(live.unknowable());
    found.extend(live.passed_over());
    found
}

/// Whether a tool works on this instance: its own, else that of a bundle that shows it, else the default one.
fn works_on(tool: &Tool, name: &str, default: bool, loaded: &Loaded) -> bool {
    if let Some(own) = &tool.instance {
        return own == name;
    }
    let declared = &loaded.definitions.bundles;
    let shown = bundle::all([tool], declared).into_iter().filter_map(|bundle| {
        let table = declared.iter().find(|table| table.name == bundle);
        bundle::shows(bundle, table, tool).then_some(table)
    });
    let mut instances = shown.map(|table| table.and_then(|table| table.instance.as_ref())).peekable();
    // What no bundle shows is warned of elsewhere, and is right or wrong all the same.
    let nowhere = instances.peek().is_none();
    (nowhere && default) || instances.any(|instance| instance.map_or(default, |instance| instance.name == name))
}

fn modules(tool: &Tool) -> impl Iterator<Item = String> {
    tool.requires.iter().filter_map(|requirement| match requirement {
        Requirement::Module(name) => Some(name.clone()),
        _ => None,
    })
}

fn unreachable(name: &str, error: &Error) -> Diagnostic {
    let message = format!("the Odoo `{name}` cannot be asked: {}", error.message.trim_end_matches('.'));
    let mut diagnostic = Diagnostic::error(message);
    diagnostic.hint_if(error.hint.as_deref().map(tool::as_hint));
    diagnostic
}
