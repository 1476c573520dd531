//! Whether a tool is for this Odoo at all: what is not is passed over, and said once.

use std::sync::Arc;

use super::live::{List, Live, Unknowable};
use super::tool::{Check, literal};
use crate::catalog::{is_for, literal_model};
use crate::definition::tool::{Requirement, Tool};
use crate::source::{Node, Place, Table, nearest};

/// Whether the tool is to be checked. Where this Odoo lacks what it needs it is not offered here, and that is as it should be,
/// unless the name of what is lacking is nearly one that is there.
pub(super) async fn judge(tool: &Tool, table: &Table, check: &mut Check<'_>) -> bool {
    let live = check.live;
    let version = live.version();
    let odoo = live.title();
    if !is_for(tool, (version.major, version.minor)) {
        live.pass_over(check.sort, &tool.name, "`requires` names other versions".to_owned());
        return false;
    }
    let entries = table.get("requires").and_then(Node::as_array).unwrap_or_default();
    let place = |name: &str| entries.iter().find(|node| node.as_str().map(str::trim) == Some(name));
    for requirement in &tool.requires {
        match requirement {
            Requirement::Model(name) if !live.has_model(name).await => {
                let place = place(name).map_or(&tool.place, |node| &node.place);
                return lacking(check, tool, place, "model", name, similar_own(name, live).await, &odoo);
            }
            Requirement::Module(name) => match live.has_module(name) {
                Some(true) => {}
                None => live.cannot_know(Unknowable::Modules),
                Some(false) => {
                    let place = place(name).map_or(&tool.place, |node| &node.place);
                    let all = live.list(List::Modules).await.unwrap_or_else(|| Arc::from([]));
                    // A module that Odoo knows and that is not installed is not misspelt.
                    let known = all.iter().any(|other| other == name);
                    let near = if known { None } else { slip(name, &all) };
                    return lacking(check, tool, place, "module", name, near, &odoo);
                }
            },
            Requirement::Model(_) | Requirement::Odoo(..) | Requirement::Capability(_) => {}
        }
    }
    let Some(model) = literal_model(tool) else { return true };
    if live.has_model(model).await {
        return true;
    }
    let place = table.get("model").and_then(literal).map_or(&tool.place, |named| named.place);
    lacking(check, tool, place, "model", model, similar_own(model, live).await, &odoo)
}

/// Says what is lacking; never true.
fn lacking(
    check: &mut Check<'_>,
    tool: &Tool,
    place: &Place,
    what: &str,
    name: &str,
    near: Option<String>,
    odoo: &str,
) -> bool {
    match near {
        Some(near) => {
            let message =
                format!("there is no {what} `{name}` in {odoo}, so the {} is never offered there", check.sort);
            check.sink.error(place, message).hint(format!("did you mean `{near}`?"));
        }
        None => {
            check.live.pass_over(check.sort, &tool.name, format!("it has no {what} `{name}`"));
        }
    }
    false
}

/// A model that is there and that was going by one slip: `crm.lead` and `crm.team` are two models, `res.partnr` is none.
async fn similar_own(name: &str, live: &Live<'_>) -> Option<String> {
    slip(name, &live.list(List::Models).await?)
}

/// A model that was probably where one is wrong in any case.
pub(super) async fn similar_model(name: &str, live: &Live<'_>) -> Option<String> {
    let all = live.list(List::Models).await?;
    nearest(name, all.iter().map(String::as_str)).map(str::to_owned)
}

fn slip(name: &str, all: &[String]) -> Option<String> {
    let near = |other: &&String| strsim::damerau_levenshtein(name, other) <= if name.len() < 12 { 1 } else { 2 };
    all.iter().filter(|other| *other != name).find(near).cloned()
}
