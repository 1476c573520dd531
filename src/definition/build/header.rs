//! `x-mcp-header`: arguments that a client sends as headers too (`Mcp-Param-…`), so that what stands between it and the
//! server can route by them. Clients drop a tool whose annotations are not as the specification has them.

use crate::source::{Node, Place, Table};

use super::Builder;
use super::schema::subschemas;

/// The keyword.
pub(super) const HEADER: &str = "x-mcp-header";

/// What the value of an argument is that fits into a header.
const TYPES: &[&str] = &["string", "integer", "boolean"];

/// Where a schema stands among those of the arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// All arguments together.
    AtTheTop,
    /// Reached from there by the names of properties alone.
    AsProperty,
    /// In a list, a branch, a definition: there may be none or many of it.
    Elsewhere,
}

impl Builder<'_> {
    /// The annotations of the arguments: each gives a header a name of its own, for an argument of one plain type.
    pub(super) fn headers(&mut self, node: &Node) {
        if let Some(table) = node.as_table() {
            self.annotated(table, Stands::AtTheTop, &mut Vec::new());
        }
    }

    /// A schema of something else than arguments has none.
    pub(super) fn no_headers(&mut self, node: &Node) {
        let Some(table) = node.as_table() else { return };
        if let Some((place, _)) = written(table) {
            self.sink
                .error(place, format!("`{HEADER}` is for arguments: nothing here is sent as a header"))
                .hint("remove it, or write it at a property of `input`");
        }
        subschemas(table).for_each(|inner| self.no_headers(inner));
    }

    fn annotated<'a>(&mut self, table: &'a Table, stands: Stands, names: &mut Vec<&'a str>) {
        if let Some((place, value)) = written(table) {
            match stands {
                Stands::AsProperty => self.annotation(table, place, value, names),
                Stands::AtTheTop | Stands::Elsewhere => {
                    self.sink
                        .error(place, format!("`{HEADER}` is for one argument that always stands in the same place"))
                        .hint("write it at a property of `input`, or of an object among its properties");
                }
            }
        }
        let properties: Vec<&Node> = table
            .get("properties")
            .and_then(Node::as_table)
            .into_iter()
            .flat_map(Table::iter)
            .map(|(_, _, property)| property)
            .collect();
        for inner in subschemas(table) {
            let Some(schema) = inner.as_table() else { continue };
            let own = stands != Stands::Elsewhere && properties.iter().any(|property| std::ptr::eq(*property, inner));
            self.annotated(schema, if own { Stands::AsProperty } else { Stands::Elsewhere }, names);
        }
    }

    fn annotation<'a>(&mut self, property: &'a Table, place: &Place, value: &'a Node, names: &mut Vec<&'a str>) {
        let Some(name) = value.as_str() else {
            self.sink
                .error(&value.place, format!("`{HEADER}` is the name of a header, in a string"))
                .hint("e.g. `x-mcp-header = \"Region\"`, which is sent as `Mcp-Param-Region`");
            return;
        };
        if name.is_empty() || !name.bytes().all(is_token) {
            self.sink
                .error(&value.place, format!("`\"{name}\"` cannot be the end of a header's name"))
                .hint("letters, digits and `-`, e.g. `Region`, which is sent as `Mcp-Param-Region`");
        } else if names.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            self.sink
                .error(&value.place, format!("two arguments are sent as the header `Mcp-Param-{name}`"))
                .hint("give each a name of its own; upper and lower case are the same");
        }
        names.push(name);
        let kind = property.get("type").and_then(Node::as_str);
        if !kind.is_some_and(|kind| TYPES.contains(&kind)) {
            self.sink
                .error(place, format!("an argument with `{HEADER}` has one of the types `{}`", TYPES.join("`, `")))
                .hint("give it that `type`, or remove the annotation");
        }
    }
}

fn written(table: &Table) -> Option<(&Place, &Node)> {
    table.iter().find(|(key, _, _)| *key == HEADER).map(|(_, place, value)| (place, value))
}

/// What a header's name is made of (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
