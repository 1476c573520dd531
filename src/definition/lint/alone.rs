//! An `|` that loses a branch with an argument, and keeps one that no argument asked for.
//!
//! `["|", ["user_id", "=", false], ["user_id", "ilike", "{{ salesperson }}"]]` without a salesperson is not "everything" but "only
//! records without one": a condition whose value is absent is dropped, the one beside it is not.

use super::Written;
use crate::definition::tool::Lookup;
use crate::domain;
use crate::source::{Node, Place, Sink, Table};
use crate::template::{Outcome, Scope, Template, is_template};

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    let steps = written.table.get("step").and_then(Node::as_array).unwrap_or_default();
    let lookups = std::iter::once(written.table).chain(steps.iter().filter_map(Node::as_table));
    let lookups = lookups.filter_map(|table| table.get("lookup")?.as_table()).flat_map(Table::iter);
    let bodies = written.operations().map(|(_, body)| body);
    let domains = lookups.map(|(_, _, lookup)| lookup).chain(bodies).filter_map(|table| table.child("domain"));
    for domain in domains {
        for argument in optional(written) {
            list(domain, &Argument { name: argument, written }, sink);
        }
    }
}

/// The declared arguments that a call may leave out.
fn optional<'a>(written: &Written<'a>) -> impl Iterator<Item = &'a str> {
    let input = written.input();
    let required = input.and_then(|input| input.child("required")?.as_array()).unwrap_or_default();
    let properties = input.and_then(|input| input.child("properties")?.as_table()).into_iter().flat_map(Table::iter);
    properties
        .filter(|(name, _, property)| {
            property.child("default").is_none() && !required.iter().any(|node| node.as_str() == Some(name))
        })
        .map(|(name, _, _)| name)
}

/// The argument that is thought away.
struct Argument<'a> {
    name: &'a str,
    written: &'a Written<'a>,
}

/// One domain: its `|`s, and those of the domains inside `any`.
fn list(domain: &Node, argument: &Argument<'_>, sink: &mut Sink) {
    let items = domain.as_array().unwrap_or_default();
    items.iter().filter_map(related).for_each(|inner| list(inner, argument, sink));
    for branches in domain::alternatives(&domain.to_json()) {
        let branches = branches.iter().map(|leaves| leaves.iter().filter_map(|at| items.get(*at)).collect::<Vec<_>>());
        let (gone, kept): (Vec<_>, Vec<_>) =
            branches.partition(|leaves| leaves.iter().all(|leaf| argument.drops(leaf)));
        let unasked = |leaves: &&Vec<&Node>| !leaves.iter().any(|leaf| !argument.drops(leaf) && argument.asks(leaf));
        let (Some(gone), Some(kept)) = (gone.iter().flatten().next(), kept.iter().find(unasked)) else { continue };
        let name = argument.name;
        let place = argument.place(gone).unwrap_or_else(|| gone.place.clone());
        let diagnostic = sink.warning(&place, format!("without `{name}` the other branch of this `|` remains alone"));
        diagnostic.hint(format!(
            "let both depend on it, e.g. `\"{{{{ false if {name} is defined }}}}\"` for `false`, or make the argument required"
        ));
        if let Some(first) = kept.first() {
            diagnostic.related(&first.place, "this condition holds for every call then");
        }
    }
}

/// The domain inside `any` and `not any`.
fn related(leaf: &Node) -> Option<&Node> {
    let [_, operator, value] = leaf.as_array()? else { return None };
    matches!(operator.as_str(), Some("any" | "not any")).then_some(value)
}

impl Argument<'_> {
    /// Whether the condition goes when the argument is not given.
    fn drops(&self, leaf: &Node) -> bool {
        if let Some(inner) = related(leaf).and_then(Node::as_array) {
            let mut conditions = inner.iter().filter(|item| !is_junction(item)).peekable();
            return conditions.peek().is_some() && conditions.all(|condition| self.drops(condition));
        }
        templates(leaf).iter().any(|(_, template)| self.makes_absent(template))
    }

    fn makes_absent(&self, template: &Template) -> bool {
        let mut uses =
            template.names().iter().filter(|name| self.means(&name.root, name.attribute.as_deref())).peekable();
        // `{{ 5 if x is defined }}` only tests `x`, and is absent without it all the same.
        let nothing_given = || {
            let scope = Scope::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
            matches!(template.evaluate(&scope), Ok(Outcome::Absent(_)))
        };
        uses.peek().is_some() && (uses.any(|name| !name.guarded) || nothing_given())
    }

    /// Of the tool and its steps.
    fn lookups(&self) -> impl Iterator<Item = &Lookup> {
        let tool = self.written.tool;
        tool.lookups.iter().chain(tool.steps.iter().flat_map(|step| &step.lookups))
    }

    /// Whether a name in a template is the argument, or a lookup of it.
    fn means(&self, root: &str, attribute: Option<&str>) -> bool {
        let lookup = self.lookups().find(|lookup| lookup.name == root);
        match lookup {
            Some(lookup) => lookup.matches.templates().any(|template| self.makes_absent(template)),
            None => root == self.name || (root == "args" && attribute == Some(self.name)),
        }
    }

    /// Whether the condition depends on anything that the caller gives.
    fn asks(&self, leaf: &Node) -> bool {
        templates(leaf).iter().flat_map(|(_, template)| template.names()).any(|name| {
            let lookup = self.lookups().find(|lookup| lookup.name == name.root);
            lookup
                .map_or_else(|| name.is_callers(), |lookup| lookup.matches.names().iter().any(|name| name.is_callers()))
        })
    }

    /// Where the condition names the argument.
    fn place(&self, leaf: &Node) -> Option<Place> {
        templates(leaf).iter().find_map(|(node, template)| {
            let mut uses = template.names().iter();
            let found = uses.find(|name| self.means(&name.root, name.attribute.as_deref()))?;
            Some(node.inside(found.place.clone()))
        })
    }
}

fn is_junction(item: &Node) -> bool {
    matches!(item.as_str(), Some("|" | "&" | "!"))
}

/// Every template inside.
fn templates(node: &Node) -> Vec<(&Node, Template)> {
    if let Some(text) = node.as_str().filter(|text| is_template(text)) {
        return Template::compile(text).ok().map(|template| (node, template)).into_iter().collect();
    }
    node.as_array().unwrap_or_default().iter().flat_map(templates).collect()
}
