//! Shaping what Odoo answered into what a model reads: records, dates, budget, formats.

use serde_json::Value;

/// What a tool call answers, before it becomes MCP.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// MCP content blocks as JSON (`{"type": "text", "text": …}`): what `mcp` sends as it is.
    pub content: Vec<Value>,
    /// A tool error.
    pub is_error: bool,
}
