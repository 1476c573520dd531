//! What a resource holds.

use serde_json::Value;

use super::Answer;

/// One resource as it was read, or one part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// MCP `mimeType`.
    pub mime_type: Option<String>,
    /// What it holds.
    pub body: Held,
}

/// A text, or bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// As it is.
    Text(String),
    /// In base64.
    Blob(String),
}

impl Contents {
    /// An answer as the contents of a resource, in their order. Texts are of that type (those after the first say more about
    /// it, and are plain); files have their own, but where `mime_type` says another one.
    #[must_use]
    pub fn of(answer: &Answer, mime_type: Option<&str>) -> Vec<Self> {
        let mut texts = 0;
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let own = |value: &Value| text(value, "mimeType").or_else(|| mime_type.map(str::to_owned));
        let part = |block: &Value| {
            let (mime_type, body) = match block.get("type").and_then(Value::as_str)? {
                "text" => {
                    texts += 1;
                    let mime_type = mime_type.filter(|_| texts == 1).unwrap_or("text/plain");
                    (Some(mime_type.to_owned()), Held::Text(text(block, "text")?))
                }
                "resource" => {
                    let resource = block.get("resource")?;
                    let body = match text(resource, "blob") {
                        Some(blob) => Held::Blob(blob),
                        None => Held::Text(text(resource, "text")?),
                    };
                    (own(resource), body)
                }
                _ => (own(block), Held::Blob(text(block, "data")?)),
            };
            Some(Self { mime_type, body })
        };
        answer.content.iter().filter_map(part).collect()
    }
}
