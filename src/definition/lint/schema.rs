//! JSON Schema that is right, and that some clients and models refuse or misread.

use super::Written;
use crate::definition::build::subschemas;
use crate::source::{Node, Sink};

pub(super) fn lint(written: &Written<'_>, sink: &mut Sink) {
    if let Some(input) = written.input() {
        schema(input, sink);
    }
}

fn schema(node: &Node, sink: &mut Sink) {
    let Some(table) = node.as_table() else { return };
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(place) = table.key_place(key) {
            sink.warning(place, format!("some clients refuse a schema with `{key}`"))
                .hint("give each property one `type`, and say the rest in its description");
        }
    }
    for key in ["$ref", "$dynamicRef"] {
        if let Some(place) = table.key_place(key) {
            sink.warning(place, format!("some clients do not follow `{key}`"))
                .hint("write the schema out where it is used");
        }
    }
    let kind = table.get("type");
    if let Some(kind) = kind.filter(|kind| kind.as_array().is_some()) {
        sink.warning(&kind.place, "some clients refuse a list of types")
            .hint("give it one `type`; what converts without loss is converted anyway: `\"12\"` to 12, one value to a list of one");
    }
    if let Some(kind) = kind.filter(|kind| kind.as_str() == Some("array"))
        && table.get("items").is_none()
    {
        sink.warning(&kind.place, "some clients refuse an array without `items`")
            .hint("say what is in it: `items = { type = \"string\" }`");
    }
    subschemas(table).for_each(|inner| schema(inner, sink));
}
