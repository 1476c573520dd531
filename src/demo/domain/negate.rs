//! `!` as Odoo had it until 18 (`osv/expression.py`, `distribute_not`): turned into the opposite operators, so that what a path finds is
//! compared the other way round rather than left out.

use super::Node;

/// The operators that have an opposite; before any other `!` stays.
const OPPOSITES: [(&str, &str); 8] = [
    ("<", ">="),
    (">", "<="),
    ("=", "!="),
    ("in", "not in"),
    ("like", "not like"),
    ("ilike", "not ilike"),
    ("any", "not any"),
    ("<>", "="),
];

fn opposite(operator: &str) -> Option<&'static str> {
    OPPOSITES.iter().find_map(|(one, other)| match operator {
        operator if operator == *one => Some(*other),
        operator if operator == *other => Some(*one),
        _ => None,
    })
}

/// The domain without `!` where that can be said, negated or not.
pub(super) fn distributed(node: Node, negated: bool) -> Node {
    let all = |nodes: Vec<Node>| nodes.into_iter().map(|node| distributed(node, negated)).collect();
    match node {
        Node::Const(flag) => Node::Const(flag != negated),
        Node::Not(inner) => distributed(*inner, !negated),
        Node::All(nodes) if negated => Node::Any(all(nodes)),
        Node::Any(nodes) if negated => Node::All(all(nodes)),
        Node::All(nodes) => Node::All(all(nodes)),
        Node::Any(nodes) => Node::Any(all(nodes)),
        Node::Condition { path, operator, value } if negated => match opposite(&operator) {
            Some(operator) => Node::Condition { path, operator: operator.into(), value },
            None => Node::Not(Box::new(Node::Condition { path, operator, value })),
        },
        condition => condition,
    }
}
