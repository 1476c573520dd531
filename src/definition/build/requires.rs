//! `requires`: what must be there for a tool to be listed.

use crate::source::{Node, Table, nearest};

use super::super::tool::{Comparison, Requirement};
use super::{Builder, is_model_name};

/// Client capabilities that a tool may require.
const CAPABILITIES: &[&str] = &["elicitation", "sampling", "roots"];

impl Builder<'_> {
    pub(super) fn requires(&mut self, table: &Table) -> Vec<Requirement> {
        let entries = table.get("requires").and_then(Node::as_array).unwrap_or_default();
        entries.iter().filter_map(|node| self.requirement(node)).collect()
    }

    fn requirement(&mut self, node: &Node) -> Option<Requirement> {
        let text = node.as_str()?.trim();
        if let Some(rest) =
            text.strip_prefix("odoo").map(str::trim_start).filter(|rest| rest.starts_with(['<', '>', '=', '!']))
        {
            let requirement = odoo(rest);
            if requirement.is_none() {
                self.sink
                    .error(&node.place, format!("`{text}` is not a requirement"))
                    .hint("versions are compared like `odoo>=17`, `odoo<16` or `odoo==18.2`");
            }
            return requirement;
        }
        let word =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if CAPABILITIES.contains(&text) {
            return Some(Requirement::Capability(text.to_owned()));
        }
        if !text.split('.').all(word) {
            self.sink
                .error(&node.place, format!("`{text}` is not a requirement"))
                .hint("a model (`crm.lead`), a module (`sale_stock`), a version (`odoo>=17`) or a client capability (`elicitation`)");
            return None;
        }
        if text.contains('.') || text.starts_with("x_") {
            if !is_model_name(text) {
                self.sink
                    .error(&node.place, format!("`{text}` is not the name of an Odoo model"))
                    .hint("model names look like `res.partner`, in small letters");
                return None;
            }
            return Some(Requirement::Model(text.to_owned()));
        }
        if let Some(near) = nearest(text, CAPABILITIES.iter().copied()) {
            self.sink
                .warning(&node.place, format!("`{text}` is taken for the name of an Odoo module"))
                .hint(format!("did you mean the client capability `{near}`?"));
        }
        Some(Requirement::Module(text.to_owned()))
    }
}

/// The version requirements, whatever is wrong with the others.
pub(super) fn versions(table: &Table) -> Vec<Requirement> {
    let entries = table.get("requires").and_then(Node::as_array).unwrap_or_default();
    let version = |node: &Node| odoo(node.as_str()?.trim().strip_prefix("odoo")?.trim_start());
    entries.iter().filter_map(version).collect()
}

fn odoo(text: &str) -> Option<Requirement> {
    let operators = [
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    let (operator, comparison) = operators.into_iter().find(|(operator, _)| text.starts_with(operator))?;
    let version = text.get(operator.len()..)?.trim();
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some(Requirement::Odoo(comparison, (major.parse().ok()?, minor.parse().ok()?)))
}

impl Comparison {
    /// Whether a version (major, minor) meets the comparison with this bound. `odoo==17` is 17.0 alone.
    #[must_use]
    pub fn holds(self, version: (u32, u32), bound: (u32, u32)) -> bool {
        match self {
            Self::Less => version < bound,
            Self::LessOrEqual => version <= bound,
            Self::Equal => version == bound,
            Self::NotEqual => version != bound,
            Self::GreaterOrEqual => version >= bound,
            Self::Greater => version > bound,
        }
    }
}

/// Whether no Odoo version meets both lists.
pub(in crate::definition) fn exclude_each_other(one: &[Requirement], other: &[Requirement]) -> bool {
    let bounds: Vec<_> = one
        .iter()
        .chain(other)
        .filter_map(|requirement| match requirement {
            Requirement::Odoo(comparison, bound) => Some((*comparison, *bound)),
            _ => None,
        })
        .collect();
    // Between two neighbouring bounds nothing changes: the bounds themselves and their neighbours stand for all versions.
    let mut candidates = vec![(0, 0), (u32::MAX, 0)];
    for (_, (major, minor)) in &bounds {
        candidates.extend([(*major, *minor), (*major, minor.saturating_add(1))]);
        candidates.push(match minor.checked_sub(1) {
            Some(minor) => (*major, minor),
            None => (major.saturating_sub(1), u32::MAX),
        });
    }
    !candidates.iter().any(|version| bounds.iter().all(|(comparison, bound)| comparison.holds(*version, *bound)))
}
