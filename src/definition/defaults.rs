//! `[defaults]`: keys that every definition of the file has which can have them and lacks them.
//!
//! They are put into the tree of the tool before it is built, each with its own place, so that whatever is wrong with one is
//! shown where it was written.

use super::language::OPERATIONS;
use crate::source::shape::{Kind, Shape};
use crate::source::{Node, NodeValue, Place, Table};

/// Keys of the file's defaults that stand in the tool itself.
const OF_TOOL: &[&str] = &["model", "instance", "bundles", "requires", "timeout", "result"];

/// Those that stand in the table of its operation.
const OF_OPERATION: &[&str] = &["context", "limit"];

/// Those that are merged key by key, the nearer wins. Everything else is replaced.
const MERGED: &[&str] = &["context", "result"];

/// The tool, or resource, as written, with what the defaults of its file add.
pub(super) fn applied(tool: &Node, of_shape: &'static Shape, defaults: &Table) -> Node {
    let mut tool = tool.clone();
    let NodeValue::Table(table) = &mut tool.value else { return tool };
    let static_content = table.get("content").is_some();
    let one_field = table.get("read").is_some_and(|read| read.child("field").is_some());
    // What works on no model has use for one only in its lookups.
    let modelless = (static_content || table.get("server").is_some()) && table.get("lookup").is_none();
    for (key, place, value) in of(defaults, OF_TOOL) {
        let has = match key {
            "model" => !modelless,
            "result" => !static_content && !one_field,
            _ => true,
        };
        if has {
            give(table, key, place, value);
        }
    }
    for operation in OPERATIONS {
        let Some(shape) = shape_of(operation, of_shape) else { continue };
        let Some((_, Node { value: NodeValue::Table(body), .. })) = table.entries.get_mut(*operation) else { continue };
        // Of what the server knows, only these are lists.
        let what = body.get("what").and_then(Node::as_str);
        let one = *operation == "server" && !matches!(what, Some("modules" | "models"));
        let takes = |key: &str| shape.key(key).is_some() && !(one && key == "limit");
        for (key, place, value) in of(defaults, OF_OPERATION).filter(|(key, _, _)| takes(key)) {
            give(body, key, place, value);
        }
    }
    tool
}

/// Keys of the file's defaults that stand in a prompt.
const OF_PROMPT: &[&str] = &["instance", "bundles", "requires", "timeout"];

/// The prompt as written, with what the defaults of its file add.
pub(super) fn applied_to_prompt(prompt: &Node, defaults: &Table) -> Node {
    let mut prompt = prompt.clone();
    let NodeValue::Table(table) = &mut prompt.value else { return prompt };
    for (key, place, value) in of(defaults, OF_PROMPT) {
        give(table, key, place, value);
    }
    prompt
}

fn of<'d>(defaults: &'d Table, keys: &'static [&'static str]) -> impl Iterator<Item = (&'d str, &'d Place, &'d Node)> {
    defaults.iter().filter(move |(key, _, _)| keys.contains(key))
}

/// The shape of an operation's table, where it is one.
fn shape_of(operation: &str, of: &'static Shape) -> Option<&'static Shape> {
    match of.key(operation)?.kind {
        Kind::Table(shape) => Some(shape),
        _ => None,
    }
}

fn give(table: &mut Table, key: &str, place: &Place, value: &Node) {
    match table.entries.get_mut(key) {
        None => {
            table.entries.insert(key.to_owned(), (place.clone(), value.clone()));
        }
        Some((_, Node { value: NodeValue::Table(own), .. })) if MERGED.contains(&key) => {
            for (key, place, value) in value.as_table().into_iter().flat_map(Table::iter) {
                if own.get(key).is_none() {
                    own.entries.insert(key.to_owned(), (place.clone(), value.clone()));
                }
            }
        }
        Some(_) => {}
    }
}
