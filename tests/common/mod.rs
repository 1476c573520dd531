//! What the protocol tests share: a catalog of tools without Odoo, a backend that plays them, and clients.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

pub mod backend;
pub mod line;
pub mod process;
pub mod web;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tooldoo::access::Caller;
use tooldoo::definition::bundle::Bundle;
use tooldoo::definition::load_texts;
use tooldoo::definition::operation::{Content, Operation};
use tooldoo::definition::step::{Action, Step};
use tooldoo::definition::tool::{Annotations, Confirm, Input, ResultShape, TaskSupport, Tool};
use tooldoo::source::{Format, Place, SourceFile};

pub const MODERN: &str = "2026-07-28";
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

pub fn everyone() -> Caller {
    Caller { bundles: Vec::new(), read_only: false, login: None }
}

/// A tool that answers what [`backend::Fake`] makes of its name.
pub fn tool(name: &str) -> Tool {
    let schema = json!({"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": false});
    let Value::Object(schema) = schema else { unreachable!() };
    let file = Arc::new(SourceFile { path: "tools.d/test.toml".into(), text: String::new() });
    Tool {
        name: name.to_owned(),
        aliases: Vec::new(),
        title: Some(format!("The tool {name}")),
        description: Some("Does what its name says".to_owned()),
        icons: vec![json!({"src": "https://example.com/icon.png", "mimeType": "image/png"})],
        meta: serde_json::Map::from_iter([("example.com/kind".to_owned(), json!("test"))]),
        category: None,
        sequence: 0,
        bundles: Vec::new(),
        instance: None,
        model: None,
        input: Input::new(schema, None).unwrap(),
        parameters: Vec::new(),
        lookups: Vec::new(),
        asks: Vec::new(),
        steps: vec![Step {
            name: None,
            when: None,
            model: None,
            lookups: Vec::new(),
            action: Action::Operation {
                operation: Operation::Content(Content { blocks: Vec::new(), is_error: false }),
                context: Vec::new(),
            },
            place: Place { file: file.clone(), range: 0..0 },
        }],
        answer: 0,
        company: None,
        confirm: Confirm::never(),
        annotations: Annotations { read_only: true, destructive: false, idempotent: true, open_world: true },
        requires: Vec::new(),
        result: ResultShape::default(),
        timeout: None,
        task: TaskSupport::Never,
        cache: None,
        place: Place { file, range: 0..0 },
    }
}

/// The bundles that a definition file declares.
pub fn bundles(text: &str) -> Vec<Bundle> {
    let loaded = load_texts([(Path::new("bundles.toml"), text, Format::Toml)]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.definitions.bundles
}

/// The `_meta` that a request of the revision without a handshake carries.
pub fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    })
}

pub fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})
}

pub fn initialize(revision: &str) -> Value {
    let client = json!({"name": "test", "version": "1"});
    request(0, "initialize", json!({"protocolVersion": revision, "capabilities": {}, "clientInfo": client}))
}

pub fn initialized() -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/initialized"})
}

pub fn call(id: impl Into<Value>, tool: &str, arguments: Value) -> Value {
    request(id, "tools/call", json!({"name": tool, "arguments": arguments}))
}

/// The same request, of the revision without a handshake.
pub fn modern(mut request: Value) -> Value {
    request["params"]["_meta"] = modern_meta();
    request
}
