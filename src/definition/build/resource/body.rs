//! What a resource holds, where a tool could not be the same: one field of a record, or parts without Odoo.

use crate::source::{Node, Table};
use crate::template::{self, Templated};

use super::super::super::operation::{Content, Operation, ReadField};
use super::super::super::uri::UriTemplate;
use super::super::{Builder, fields, text};

impl Builder<'_> {
    /// The operation, as a tool has it or only a resource.
    pub(super) fn resource_body(
        &mut self,
        key: &str,
        body: &Node,
        table: &Table,
        uri: &UriTemplate,
    ) -> Option<Operation> {
        if key == "content" {
            return self.static_content(body, table, uri);
        }
        let Some((field, read)) = body.as_table().and_then(|read| Some((read.get("field")?, read))) else {
            return self.operation(key, body);
        };
        if let Some(fields) = read.key_place("fields") {
            self.sink
                .error(fields, "`fields` beside `field`: the resource is that one field")
                .hint("remove one of the two")
                .related(&field.place, "the field");
        }
        let ids = self.required_ids(read);
        if let Some(name) = field.as_str().filter(|name| !template::is_template(name))
            && fields::field_name(name).is_err()
        {
            self.sink
                .error(&field.place, format!("`{name}` is not the name of a field"))
                .hint("one field of the model itself, e.g. `field = \"image_1920\"`");
        }
        let name = match field.as_str() {
            Some(text) if template::is_template(text) => Templated::Template(self.expression(field, "field")?),
            _ => self.templated(field),
        };
        self.needed("field", field, &name);
        let html = text(table, "mime_type") == Some("text/html");
        Some(Operation::Field(ReadField { ids: ids?, field: name, html }))
    }

    /// What needs no Odoo: MCP's `text` or `blob`, or a content block.
    fn static_content(&mut self, body: &Node, table: &Table, uri: &UriTemplate) -> Option<Operation> {
        let blocks = body.as_array()?;
        if blocks.is_empty() {
            self.sink.error(&body.place, "`content` is empty").hint("e.g. `content = [{ text = \"…\" }]`");
        }
        let mut made = Vec::new();
        for block in blocks {
            let Some(written) = block.as_table() else { continue };
            if written.get("type").is_some() {
                if text(written, "type") == Some("resource_link") {
                    self.sink
                        .error(&block.place, "a link is nothing that a resource could hold")
                        .hint("`{ text = \"…\" }` or `{ blob = \"…\", mimeType = \"…\" }`");
                }
                made.push(self.content_block(block));
                continue;
            }
            if written.get("text").is_some() == written.get("blob").is_some() {
                self.sink
                    .error(&block.place, "a part of a resource is either `text` or `blob`, the file in base64")
                    .hint("`{ text = \"…\" }` or `{ blob = \"…\", mimeType = \"…\" }`");
                continue;
            }
            let string = |text: &str| Node::string(text, block.place.clone());
            let mut resource = written.clone();
            resource.insert("uri", string(uri.as_str()));
            if let (None, Some(mime_type)) = (resource.get("mimeType"), text(table, "mime_type")) {
                resource.insert("mimeType", string(mime_type));
            }
            let mut whole = Table::default();
            whole.insert("type", string("resource"));
            whole.insert("resource", Node::table(resource, block.place.clone()));
            made.push(self.content_block(&Node::table(whole, block.place.clone())));
        }
        Some(Operation::Content(Content { blocks: made.into_iter().collect::<Option<_>>()?, is_error: false }))
    }
}
