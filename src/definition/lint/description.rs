//! A tool, or an argument, that a model is told too little about.

use super::Written;
use crate::source::{Node, Place, Sink, Table};

/// Words that say nothing of what a tool is for.
const EMPTY: &[&str] = &["a", "an", "the", "of", "to", "in", "by", "for", "from", "and", "or", "with", "odoo"];

/// Fewer words than this tell a model nothing.
const FEWEST_WORDS: usize = 3;

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    tool(written, sink);
    if let Some(input) = written.input() {
        // The server describes those that it adds itself.
        let own = |name: &str| written.tool.input.paging.is_some() && matches!(name, "limit" | "offset");
        properties(input, "", &own, sink);
    }
}

/// A person chooses among prompts by what they are for.
pub(super) fn of_prompt(written: &Written<'_>, sink: &mut Sink) {
    if written.table.get("description").is_none_or(is_blank) {
        sink.warning(&written.tool.place, "the prompt has no `description`: it is what a person chooses by")
            .hint("one sentence: what comes of it");
    }
}

/// A person attaches a resource, and a model follows an address, for what is there.
pub(super) fn of_resource(written: &Written<'_>, sink: &mut Sink) {
    if written.table.get("description").is_none_or(is_blank) {
        sink.warning(&written.tool.place, "the resource has no `description`: it is what people and models choose by")
            .hint("one sentence: what is read there");
    }
}

fn tool(written: &Written<'_>, sink: &mut Sink) {
    let description = written.table.get("description").filter(|node| !is_blank(node));
    let hint = "one or two sentences: what it finds or does, by what, and when another tool is better";
    let Some(node) = description else {
        sink.warning(&written.tool.place, "the tool has no `description`: it is what a model chooses by").hint(hint);
        return;
    };
    let text = node.as_str().unwrap_or_default();
    let known = words(&written.tool.name).chain(words(written.tool.title.as_deref().unwrap_or_default()));
    let known: Vec<String> = known.collect();
    let says_more = words(text).any(|word| !EMPTY.contains(&word.as_str()) && !known.contains(&word));
    if !says_more || words(text).count() < FEWEST_WORDS {
        sink.warning(&node.place, "the description says no more than the name").hint(hint);
    }
}

/// Every declared property, also those of objects inside.
fn properties(schema: &Node, above: &str, server_adds: &dyn Fn(&str) -> bool, sink: &mut Sink) {
    for (name, place, property) in schema.child("properties").and_then(Node::as_table).into_iter().flat_map(Table::iter)
    {
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        if property.child("description").is_none_or(is_blank) && !server_adds(&path) {
            undescribed(&path, place, sink);
        }
        properties(property, &path, server_adds, sink);
    }
    if let Some(items) = schema.child("items") {
        properties(items, above, server_adds, sink);
    }
}

fn undescribed(path: &str, place: &Place, sink: &mut Sink) {
    sink.warning(place, format!("the argument `{path}` has no `description`"))
        .hint("a few words, with an example where the form is not obvious: `description = \"From this day on, e.g. 2026-03-01\"`");
}

fn is_blank(node: &Node) -> bool {
    node.as_str().is_none_or(|text| text.trim().is_empty())
}

/// In small letters, without a plural `s`.
fn words(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(|word| {
        let word = word.to_lowercase();
        word.strip_suffix('s').map_or_else(|| word.clone(), str::to_owned)
    })
}
