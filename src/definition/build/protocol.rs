//! What is MCP's own and written as MCP spells it: static content blocks and icons.

use base64::Engine as _;

use crate::source::{Node, Place, Table, did_you_mean};
use crate::template::{self, Templated};

use super::super::operation::needed_keys;
use super::{Builder, text};

/// The types of content blocks, and the keys of each beside `type`.
const BLOCKS: &[(&str, &[&str])] = &[
    ("text", &["text", "annotations", "_meta"]),
    ("image", &["data", "mimeType", "annotations", "_meta"]),
    ("audio", &["data", "mimeType", "annotations", "_meta"]),
    ("resource_link", &["uri", "name", "title", "description", "mimeType", "size", "icons", "annotations", "_meta"]),
    ("resource", &["resource", "annotations", "_meta"]),
];
const RESOURCE: &[&str] = &["uri", "mimeType", "text", "blob", "_meta"];
const ICON: &[&str] = &["src", "mimeType", "sizes", "theme"];

impl Builder<'_> {
    /// One block of static content.
    pub(super) fn content_block(&mut self, node: &Node) -> Option<Templated> {
        let table = node.as_table()?;
        let kind = table.get("type");
        let Some((name, keys)) =
            kind.and_then(Node::as_str).and_then(|kind| BLOCKS.iter().find(|(name, _)| *name == kind))
        else {
            let place = kind.map_or(&node.place, |kind| &kind.place);
            self.sink
                .error(place, "a content block needs a `type` that MCP knows")
                .hint("`text`, `image`, `audio`, `resource_link` or `resource`");
            return Some(self.templated(node));
        };
        let place = kind.map_or(&node.place, |kind| &kind.place);
        for key in needed_keys(name).iter().filter(|key| table.get(key).is_none()) {
            self.sink.error(place, format!("a content block of this `type` needs `{key}`"));
        }
        self.known_keys(table, keys, "type", &format!("a content block of the type `{name}`"));
        for key in ["text", "data", "mimeType", "uri", "name", "title", "description"] {
            self.must_be_text(table, key);
        }
        self.base64(table, "data");
        if let Some(resource) = table.get("resource") {
            self.resource(resource);
        }
        Some(self.templated(node))
    }

    /// `resource` of an embedded resource.
    fn resource(&mut self, node: &Node) {
        let Some(table) = node.as_table() else {
            self.sink.error(&node.place, format!("expected a table with `uri` and `text`, found {}", node.kind()));
            return;
        };
        if table.get("uri").is_none() {
            self.sink.error(&node.place, "an embedded resource needs `uri`");
        }
        if table.get("text").is_some() == table.get("blob").is_some() {
            self.sink.error(&node.place, "an embedded resource has either `text` or `blob`, the file in base64");
        }
        self.known_keys(table, RESOURCE, "uri", "an embedded resource");
        for key in ["uri", "mimeType", "text", "blob"] {
            self.must_be_text(table, key);
        }
        self.base64(table, "blob");
    }

    /// MCP icons.
    pub(super) fn icons(&mut self, table: &Table) -> Vec<serde_json::Value> {
        let icons = table.get("icons").and_then(Node::as_array).unwrap_or_default();
        for icon in icons {
            let Some(table) = icon.as_table() else { continue };
            let source = text(table, "src");
            if !source.is_some_and(|source| source.starts_with("https://") || source.starts_with("data:")) {
                self.sink
                    .error(&icon.place, "an icon needs `src`")
                    .hint("a `https://` or `data:` address, e.g. `{ src = \"https://…\", mimeType = \"image/png\" }`");
            }
            self.known_keys(table, ICON, "src", "an icon");
            self.must_be_text(table, "mimeType");
            if let Some(sizes) = table.get("sizes")
                && !sizes.as_array().is_some_and(|sizes| sizes.iter().all(|size| size.as_str().is_some()))
            {
                self.sink.error(&sizes.place, "`sizes` of an icon is a list").hint("e.g. `[\"48x48\"]` or `[\"any\"]`");
            }
            if let Some(theme) = table.get("theme")
                && !matches!(theme.as_str(), Some("light" | "dark"))
            {
                self.sink.error(&theme.place, "`theme` of an icon is `light` or `dark`");
            }
        }
        icons.iter().map(Node::to_json).collect()
    }

    /// MCP drops what it does not know: here it is an error.
    fn known_keys(&mut self, table: &Table, keys: &[&str], also: &str, what: &str) {
        for (key, place, _) in table.iter() {
            if key != also && !keys.contains(&key) {
                let hint = did_you_mean(key, keys.iter().copied())
                    .unwrap_or_else(|| format!("it has `{}`, as MCP spells them", keys.join("`, `")));
                self.unknown(place, key, what).hint(hint);
            }
        }
    }

    fn unknown(&mut self, place: &Place, key: &str, what: &str) -> &mut crate::source::Diagnostic {
        self.sink.error(place, format!("unknown key `{key}` in {what}"))
    }

    fn must_be_text(&mut self, table: &Table, key: &str) {
        if let Some(node) = table.get(key).filter(|node| node.as_str().is_none()) {
            self.sink.error(&node.place, format!("`{key}` is a string, found {}", node.kind()));
        }
    }

    /// A file written into a definition.
    fn base64(&mut self, table: &Table, key: &str) {
        if let Some((node, data)) = table.get(key).and_then(|node| Some((node, node.as_str()?)))
            && !template::is_template(data)
            && base64::engine::general_purpose::STANDARD.decode(data).is_err()
        {
            self.sink
                .error(&node.place, format!("`{key}` is not base64"))
                .hint("the file's bytes, encoded without line breaks");
        }
    }
}
