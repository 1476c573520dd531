//! From a `[[bundle]]` as written to a checked [`Bundle`].

use crate::source::{Node, Place, Sink, Table};

use super::super::bundle::{Binding, Bundle, Named, Pattern};
use super::{plain_text, text};

/// A bundle as far as it could be built.
pub(in crate::definition) struct BuiltBundle {
    /// The bundle; `None` where it, or its structure, had an error.
    pub(in crate::definition) bundle: Option<Bundle>,
    /// Its name, and where it stands.
    pub(in crate::definition) name: Option<(String, Place)>,
}

/// Builds one bundle. `sound`: the structure of its file had no error. `None` where it is no table.
pub(in crate::definition) fn bundle(node: &Node, sound: bool, sink: &mut Sink) -> Option<BuiltBundle> {
    let table = node.as_table()?;
    let before = sink.errors();
    sink.definition = Some(match text(table, "name") {
        Some(name) => format!("bundle `{name}`"),
        None => "a bundle without a name".to_owned(),
    });
    if let Some(node) = table.get("name") {
        bundle_name(node, sink);
    }
    for key in ["name", "title", "instructions", "include", "exclude", "instance", "bind"] {
        if let Some(node) = table.get(key) {
            plain_text(sink, node, key);
        }
    }
    let (include, exclude) = (patterns(table, "include", sink), patterns(table, "exclude", sink));
    let company_ids = companies(table, sink);
    let bind = bindings(table);
    sink.definition = None;
    let name = table.get("name").and_then(|node| Some((node.as_str()?.to_owned(), node.place.clone())));
    let bundle = name.clone().filter(|_| sound && sink.errors() == before).map(|(name, place)| Bundle {
        name,
        title: text(table, "title").map(str::to_owned),
        instructions: text(table, "instructions").map(str::to_owned),
        include,
        exclude,
        read_only: table.get("read_only").and_then(Node::as_bool).unwrap_or_default(),
        instance: table
            .get("instance")
            .and_then(|node| Some(Named { name: node.as_str()?.to_owned(), place: node.place.clone() })),
        company_ids,
        bind,
        place,
    });
    Some(BuiltBundle { bundle, name })
}

/// Says so where a name is not one that a bundle can have.
pub(super) fn bundle_name(node: &Node, sink: &mut Sink) {
    // What is no string was told with the structure.
    let Some(name) = node.as_str() else { return };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(plain) {
        sink.error(&node.place, format!("`{name}` is not a bundle name"))
            .hint("1 to 40 of the characters `a-z`, `0-9`, `_` and `-`");
    }
}

/// The ceiling of companies. Of what is no list of ids the structure was told.
fn companies(table: &Table, sink: &mut Sink) -> Option<Vec<i64>> {
    let node = table.get("company_ids")?;
    let ids: Vec<i64> = node.as_array()?.iter().filter_map(Node::as_integer).collect();
    if ids.is_empty() && node.as_array().is_some_and(<[Node]>::is_empty) {
        sink.error(&node.place, "`company_ids` is empty: no call could see any company")
            .hint("name the companies by their ids, or remove the key: then it is every company of the Odoo user");
    }
    Some(ids)
}

/// The fixed arguments.
fn bindings(table: &Table) -> Vec<Binding> {
    let Some(bind) = table.get("bind").and_then(Node::as_table) else { return Vec::new() };
    bind.iter()
        .map(|(name, key, node)| Binding {
            name: name.to_owned(),
            value: node.to_json(),
            key: key.clone(),
            place: node.place.clone(),
        })
        .collect()
}

fn patterns(table: &Table, key: &str, sink: &mut Sink) -> Vec<Pattern> {
    let written = table.get(key).and_then(Node::as_array).unwrap_or_default();
    let mut patterns = Vec::with_capacity(written.len());
    for node in written {
        let Some(text) = node.as_str() else { continue };
        match Pattern::new(text, node.place.clone()) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                sink.error(&node.place, format!("`{text}` is not a pattern: {}", error.kind()))
                    .hint("a name, or a pattern of names such as `search_*` or `{get,list}_*`");
            }
        }
    }
    patterns
}
