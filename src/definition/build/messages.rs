//! Messages, attachments and reports.

use crate::source::{Node, Table};
use crate::template::{self, Templated};

use super::super::operation::{Attach, MessagePost, Report, is_mime_type, is_report_name, is_web_address};
use super::super::values::Ids;
use super::Builder;

/// What a file that is attached can be made of.
const SOURCES: [&str; 3] = ["text", "data", "url"];

impl Builder<'_> {
    pub(super) fn message_post(&mut self, table: &Table) -> Option<MessagePost> {
        let ids = self.required_ids(table);
        let body = self.needed_text(table, "body");
        let subtype = table.get("subtype").map(|node| {
            if let Some(word) = literal(node)
                && !matches!(word, "note" | "comment")
                && !is_external_id(word)
            {
                self.sink
                    .error(&node.place, format!("`{word}` is not a subtype of messages"))
                    .hint("`\"note\"`, `\"comment\"`, or an external id such as `\"sale.mt_order_confirmed\"`");
            }
            self.templated(node)
        });
        let partner_ids = table.get("partner_ids").and_then(|node| match node.as_table() {
            Some(_) => self.spot_lookup(node, true).map(Ids::Lookup),
            None => Some(Ids::Given(self.templated(node))),
        });
        let body_is_html = table.get("body_is_html").and_then(|node| self.boolean(node, "body_is_html"));
        Some(MessagePost { ids: ids?, body: body?, subtype, partner_ids, body_is_html })
    }

    pub(super) fn attach(&mut self, table: &Table) -> Option<Attach> {
        let ids = self.required_ids(table);
        let name = self.needed_text(table, "name");
        let given: Vec<(&str, &Node)> = SOURCES.iter().filter_map(|key| Some((*key, table.get(key)?))).collect();
        match given.as_slice() {
            [] => {
                if let Some(node) = table.get("name") {
                    let hint = "one of `text = \"…\"`, `data = \"…\"` (base64) and `url = \"https://…\"`";
                    self.sink.missing(&node.place, "there is nothing to attach", hint);
                }
            }
            // One alone is needed; of several the caller gives one.
            [(key, node)] => {
                let value = self.templated(node);
                self.needed(key, node, &value);
            }
            several => {
                let mut literals = several.iter().filter(|(_, node)| literal(node).is_some());
                if let Some((key, node)) = literals.next() {
                    self.sink
                        .error(
                            &node.place,
                            format!("`{key}` is always given, and a file is made of one of `text`, `data`, `url`"),
                        )
                        .hint("keep one of them, or make each a template of an optional argument");
                }
            }
        }
        if let Some((node, url)) = table.get("url").and_then(|node| Some((node, literal(node)?)))
            && !is_web_address(url)
        {
            self.sink
                .error(&node.place, format!("`{url}` is not a web address"))
                .hint("e.g. `https://example.com/a.pdf`");
        }
        if let Some((node, mime)) = table.get("mime_type").and_then(|node| Some((node, literal(node)?)))
            && !is_mime_type(mime)
        {
            self.sink.error(&node.place, format!("`{mime}` is not a MIME type")).hint("e.g. `text/csv`");
        }
        let mut source = |key: &str| table.get(key).map(|node| self.templated(node));
        let (text, data, url, mime_type) = (source("text"), source("data"), source("url"), source("mime_type"));
        Some(Attach { ids: ids?, name: name?, text, data, url, mime_type })
    }

    pub(super) fn report(&mut self, table: &Table) -> Option<Report> {
        if let Some((node, name)) = table.get("report").and_then(|node| Some((node, literal(node)?)))
            && !is_report_name(name)
        {
            self.sink
                .error(&node.place, format!("`{name}` is not the name of an Odoo report"))
                .hint("e.g. `sale.report_saleorder`: its `report_name` in Odoo, or its external id");
        }
        let report = self.needed_text(table, "report");
        let ids = self.required_ids(table);
        let file_name = table.get("file_name").map(|node| self.templated(node));
        Some(Report { report: report?, ids: ids?, file_name })
    }

    /// A text that the operation cannot do without.
    fn needed_text(&mut self, table: &Table, key: &str) -> Option<Templated> {
        let node = table.get(key)?;
        if node.as_str().is_some_and(|text| text.trim().is_empty()) {
            self.sink.error(&node.place, format!("`{key}` is empty"));
        }
        let value = self.templated(node);
        self.needed(key, node, &value);
        Some(value)
    }

    /// `true`, `false`, or one single expression.
    fn boolean(&mut self, node: &Node, key: &str) -> Option<Templated> {
        match node.as_str() {
            Some(text) if template::is_template(text) => self.expression(node, key).map(Templated::Template),
            Some(_) => {
                self.sink
                    .error(&node.place, format!("`{key}` cannot be a plain string"))
                    .hint("`true`, `false`, or one single `{{ expression }}`");
                None
            }
            None => Some(self.templated(node)),
        }
    }
}

/// A string that is no template.
fn literal(node: &Node) -> Option<&str> {
    node.as_str().filter(|text| !template::is_template(text))
}

fn is_external_id(text: &str) -> bool {
    let word = |part: &str, more: &[u8]| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || more.contains(&byte))
    };
    text.split_once('.').is_some_and(|(module, name)| word(module, b"") && word(name, b".-"))
}
