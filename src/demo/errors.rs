//! What Odoo raises, and how each protocol prints it.
//!
//! The names are Python's and Odoo's class paths, because clients tell errors apart by them. The status is what JSON-2 answers; JSON-RPC
//! answers 200 to everything.

use serde_json::{Map, Value, json};

/// An exception of Odoo.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The class: `odoo.exceptions.AccessError`, `builtins.ValueError` …
    pub(super) name: &'static str,
    /// Its sentence.
    pub(super) message: String,
    /// `exception.args`; the message alone for most.
    pub(super) arguments: Vec<Value>,
    /// What a client may do about it, as Odoo's web client reads it.
    pub(super) context: Map<String, Value>,
    /// The HTTP status over JSON-2.
    pub(super) status: u16,
}

/// What the methods of the embedded Odoo give.
pub(super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    fn new(name: &'static str, status: u16, message: String) -> Self {
        let arguments = vec![Value::String(message.clone())];
        Self { name, message, arguments, context: Map::new(), status }
    }

    /// A user may not do this (403).
    pub(super) fn access(message: impl Into<String>) -> Self {
        Self::new("odoo.exceptions.AccessError", 403, message.into())
    }

    /// The login is refused (JSON-RPC's `execute_kw` with a wrong password).
    pub(super) fn denied() -> Self {
        Self::new("odoo.exceptions.AccessDenied", 403, "Access Denied".into())
    }

    /// A record is gone (404).
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::new("odoo.exceptions.MissingError", 404, message.into())
    }

    /// The user did something that makes no sense (422).
    pub(super) fn user(message: impl Into<String>) -> Self {
        Self::new("odoo.exceptions.UserError", 422, message.into())
    }

    /// A constraint does not hold (422).
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("odoo.exceptions.ValidationError", 422, message.into())
    }

    /// A constraint of the database does not hold (422). 14 tells its name and nothing else.
    pub(super) fn constraint(major: u8, name: &str, message: &str) -> Self {
        Self::validation(match major {
            15.. => format!("The operation cannot be completed: {message}"),
            _ => name.to_owned(),
        })
    }

    /// Python's `ValueError` (500): an unknown field, a malformed domain, a value that does not fit.
    pub(super) fn value(message: impl Into<String>) -> Self {
        Self::new("builtins.ValueError", 500, message.into())
    }

    /// Python's `TypeError` (500): wrong arguments over JSON-RPC.
    pub(super) fn type_error(message: impl Into<String>) -> Self {
        Self::new("builtins.TypeError", 500, message.into())
    }

    /// Python's `AttributeError` (500).
    pub(super) fn attribute(message: impl Into<String>) -> Self {
        Self::new("builtins.AttributeError", 500, message.into())
    }

    /// Python's `KeyError` (500): the message is the key.
    pub(super) fn key(key: &str) -> Self {
        Self::new("builtins.KeyError", 500, key.into())
    }

    /// The database refused (500).
    pub(super) fn database(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, 500, message.into())
    }

    /// JSON-2: no or a wrong key (401).
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new("werkzeug.exceptions.Unauthorized", 401, message.into())
    }

    /// JSON-2: no such model or method (404).
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new("werkzeug.exceptions.NotFound", 404, message.into())
    }

    /// JSON-2: the arguments do not fit the method (422).
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new("werkzeug.exceptions.UnprocessableEntity", 422, message.into())
    }

    /// JSON-2: the body is no JSON object (400).
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new("werkzeug.exceptions.BadRequest", 400, message.into())
    }

    /// JSON-2: a body that is no JSON (415).
    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new("werkzeug.exceptions.UnsupportedMediaType", 415, message.into())
    }

    /// Python's `IndexError` (500).
    pub(super) fn index(message: impl Into<String>) -> Self {
        Self::new("builtins.IndexError", 500, message.into())
    }

    /// Python's `UnboundLocalError` (500).
    pub(super) fn unbound(message: impl Into<String>) -> Self {
        Self::new("builtins.UnboundLocalError", 500, message.into())
    }

    /// Python's `AssertionError` (500).
    pub(super) fn assertion(message: impl Into<String>) -> Self {
        Self::new("builtins.AssertionError", 500, message.into())
    }

    /// Python's `NameError` (500).
    pub(super) fn name_error(message: impl Into<String>) -> Self {
        Self::new("builtins.NameError", 500, message.into())
    }

    /// Python's plain `Exception` (500).
    pub(super) fn exception(message: impl Into<String>) -> Self {
        Self::new("builtins.Exception", 500, message.into())
    }

    /// The five keys that both protocols print.
    pub(super) fn data(&self) -> Value {
        json!({
            "name": self.name,
            "message": self.message,
            "arguments": self.arguments,
            "context": self.context,
            "debug": format!("Traceback (most recent call last):\n  (embedded Odoo)\n{}: {}\n", self.name, self.message),
        })
    }
}
