//! How a resource is shaped, and its MIME type.

use crate::source::{Node, Place, Table};

use super::super::super::operation::{Operation, is_mime_type};
use super::super::super::tool::{Format, ResultShape};
use super::super::{Builder, result};

impl Builder<'_> {
    /// How it is shaped, and its type: the one follows from the other.
    pub(super) fn resource_result(
        &mut self,
        table: &Table,
        key: Option<&str>,
        operation: Option<&Operation>,
        whole: bool,
    ) -> (ResultShape, Option<String>) {
        let said = table.get("mime_type").and_then(|node| Some((node, node.as_str()?)));
        if let Some((node, mime_type)) = said.filter(|(_, mime_type)| !is_type(mime_type)) {
            self.sink
                .error(&node.place, format!("`{mime_type}` is not a MIME type"))
                .hint("e.g. `application/json`, `text/markdown` or `text/csv`");
        }
        let written = table.get("result").and_then(Node::as_table);
        let mime_type = said.map(|(_, mime_type)| mime_type.to_owned());
        if whole {
            for (key, place, _) in written.into_iter().flat_map(Table::iter) {
                self.sink
                    .error(place, format!("`result.{key}` has no meaning here"))
                    .hint("what is in a field, or written as `content`, is given as it is; remove the key");
            }
            return (ResultShape { max_bytes: Some(usize::MAX), ..ResultShape::default() }, mime_type);
        }
        let mut shape = self.result(table, operation);
        shape.structured = Some(false);
        shape.output = None;
        let shaped = written.and_then(|result| ["format", "template"].iter().find_map(|key| result.key_place(key)));
        let plain = mime_type.as_deref().map(|mime_type| mime_type.split(';').next().unwrap_or_default().trim());
        let usual = match (plain, &shape.format) {
            (None, Format::Json) => "application/json",
            (None, Format::Text) => "text/plain",
            (None, _) | (Some("text/markdown"), Format::Table | Format::Text | Format::Template(_)) => "text/markdown",
            (Some("text/markdown"), _) => {
                shape.format = Format::Table;
                "text/markdown"
            }
            (Some("text/csv"), _) => {
                self.csv(key, operation, table, shaped, &mut shape);
                "text/csv"
            }
            (Some(json), Format::Json) if json == "application/json" || json.ends_with("+json") => json,
            (Some("text/plain"), Format::Json) if shaped.is_none() => {
                shape.format = Format::Text;
                "text/plain"
            }
            (Some(text), Format::Template(_)) => text,
            (Some("text/plain"), Format::Text | Format::Table) => "text/plain",
            (Some(other), _) => {
                if let Some((node, _)) = said.filter(|(_, mime_type)| is_type(mime_type)) {
                    let message = format!("nothing here makes `{other}` of the answer");
                    let diagnostic = self.sink.error(&node.place, message);
                    diagnostic.hint(
                        "`application/json`, `text/markdown`, `text/csv` and `text/plain` are made; for any other text write \
                         `result.template`",
                    );
                    if let Some(shaped) = shaped {
                        diagnostic.related(shaped, "what is said of its form");
                    }
                }
                other
            }
        };
        let usual = usual.to_owned();
        (shape, Some(mime_type.unwrap_or(usual)))
    }

    /// Rows for a spreadsheet: of what has rows.
    fn csv(
        &mut self,
        key: Option<&str>,
        operation: Option<&Operation>,
        table: &Table,
        shaped: Option<&Place>,
        shape: &mut ResultShape,
    ) {
        shape.format = Format::Csv;
        if let Some(place) = shaped {
            self.sink
                .error(place, "`text/csv` has a form of its own")
                .hint("remove `format` and `template`, or say another `mime_type`");
        }
        let rows = operation.and_then(result::keys_of).and_then(|keys| keys.first().copied());
        let has_rows = key == Some("fields_get")
            || rows.is_none_or(|first| matches!(first, "records" | "groups" | "modules" | "models"));
        if let (false, Some(node)) = (has_rows, table.get("mime_type")) {
            self.sink
                .error(&node.place, format!("`{}` has no rows, which `text/csv` is made of", key.unwrap_or_default()))
                .hint("use `application/json` or `text/markdown`");
        }
    }
}

/// A MIME type, with or without parameters.
fn is_type(text: &str) -> bool {
    is_mime_type(text.split(';').next().unwrap_or_default().trim())
}
