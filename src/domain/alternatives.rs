//! What the `|`s of a written domain choose among, for checks that need places.

use serde_json::Value;

use super::parse::{self, Element, Tree};

/// For each `|` of the list, from the outside in, its branches: each the positions in the list of the conditions in it. Those
/// inside `any` are not looked into. Nothing where it is no well-formed domain.
#[must_use]
pub fn alternatives(written: &Value) -> Vec<Vec<Vec<usize>>> {
    let items = written.as_array().map(Vec::as_slice).unwrap_or_default();
    let elements = items.iter().enumerate().map(|(at, item)| (at, parse::junction(item).unwrap_or(Element::Leaf(at))));
    let mut found = Vec::new();
    if let Ok(tree) = parse::assemble(elements.collect(), &[]) {
        collect(&tree, &mut found);
    }
    found
}

fn collect(tree: &Tree<usize>, found: &mut Vec<Vec<Vec<usize>>>) {
    match tree {
        Tree::Or(parts) => {
            found.push(parts.iter().map(leaves).collect());
            parts.iter().for_each(|part| collect(part, found));
        }
        Tree::And(parts) => parts.iter().for_each(|part| collect(part, found)),
        Tree::Not(inner) => collect(inner, found),
        Tree::Leaf(_) => {}
    }
}

fn leaves(tree: &Tree<usize>) -> Vec<usize> {
    match tree {
        Tree::And(parts) | Tree::Or(parts) => parts.iter().flat_map(leaves).collect(),
        Tree::Not(inner) => leaves(inner),
        Tree::Leaf(at) => vec![*at],
    }
}
