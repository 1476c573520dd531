//! Odoo's exceptions, as the kinds and sentences of the definition language.
//!
//! An exception that Odoo answers with has rolled its transaction back, so `applied` is always `no` here. Odoo's message is
//! kept, its traceback (`debug`) never read. The classes are those of `odoo.exceptions`, Python and psycopg2, from 14 to 19.

use serde::Deserialize;
use serde_json::Value;

use super::error::{Error, Kind};
use super::pages;
use super::request::Request;

/// What Odoo says of an exception, on either protocol: the body of a JSON-2 error, `error.data` of a JSON-RPC one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fault {
    /// e.g. `odoo.exceptions.UserError`.
    #[serde(default)]
    pub(super) name: String,
    /// What the exception says.
    #[serde(default)]
    pub(super) message: Value,
}

impl Fault {
    /// The exception's message as one text.
    pub(super) fn text(&self) -> String {
        match &self.message {
            Value::String(text) => text.trim().to_owned(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// The class without its module: `UserError`.
    pub(super) fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// Whether the login or key was refused, or the login lapsed.
    pub(super) fn is_refused_login(&self) -> bool {
        matches!(self.short_name(), "AccessDenied" | "SessionExpiredException" | "Unauthorized")
    }

    /// Whether Odoo lacks the method that was called.
    pub(super) fn is_missing_method(&self, method: &str) -> bool {
        let text = self.text();
        matches!(self.short_name(), "AttributeError" | "NotFound")
            && (text.starts_with("The method '") && text.contains(&format!(".{method}'"))
                || text.starts_with("type object '") && text.contains(&format!("has no attribute '{method}'")))
    }
}

/// The error of a call that Odoo answered with an exception.
pub(super) fn error(fault: &Fault, request: &Request, host: &str) -> Error {
    let text = fault.text();
    let (kind, hint) = classify(fault, &text, request);
    let said = if text.is_empty() { format!("Odoo raised `{}` and said nothing.", fault.short_name()) } else { text };
    let message = match kind {
        Kind::UnknownField if fault.short_name() == "KeyError" => {
            format!("Odoo's `{}` has no field `{}`.", request.model, said.trim_matches('\''))
        }
        Kind::UnknownModel => format!("Odoo has no model `{}` ({}).", request.model, said.trim_end_matches('.')),
        Kind::OdooError | Kind::Conflict | Kind::Unavailable => {
            format!("`{}` on `{}`: {said}", request.method, request.model)
        }
        _ => said,
    };
    let error = if pages::names_the_plan(&message) { pages::plan(host) } else { Error::new(kind, message) };
    let error = match hint {
        Some(hint) if error.hint.is_none() => error.hint(hint),
        _ => error,
    };
    if fault.name.is_empty() { error } else { error.class(fault.name.clone()) }
}

fn classify(fault: &Fault, text: &str, request: &Request) -> (Kind, Option<&'static str>) {
    let concurrent = |text: &str| {
        let text = text.to_lowercase();
        text.contains("could not serialize") || text.contains("concurrent update") || text.contains("deadlock detected")
    };
    if fault.is_missing_method(&request.method) {
        return (Kind::InvalidArguments, Some("Check the method's name; another version or a module may have it."));
    }
    match fault.short_name() {
        "AccessDenied" | "SessionExpiredException" | "Unauthorized" => {
            (Kind::Unauthenticated, Some("Check the instance's login and key."))
        }
        "AccessError" | "Forbidden" => {
            (Kind::AccessDenied, Some("The Odoo user lacks the right; an Odoo administrator can give it."))
        }
        "MissingError" => (Kind::NotFound, Some("It may have been deleted; search for it again.")),
        "UserError" | "except_orm" | "ValidationError" | "NotFound" if is_unknown_model(text, &request.model) => {
            (Kind::UnknownModel, Some("Check the model's name; the module that brings it may not be installed."))
        }
        "ValidationError"
        | "UserError"
        | "RedirectWarning"
        | "Warning"
        | "except_orm"
        | "IntegrityError"
        | "NotNullViolation"
        | "UniqueViolation"
        | "CheckViolation"
        | "ForeignKeyViolation"
        | "ExclusionViolation"
        | "RestrictViolation" => (Kind::Validation, None),
        _ if concurrent(text) => (Kind::Conflict, Some("Somebody else changed the same records; try again.")),
        "SerializationFailure"
        | "TransactionRollbackError"
        | "LockNotAvailable"
        | "DeadlockDetected"
        | "ConcurrencyError"
        | "LockError" => (Kind::Conflict, Some("Somebody else changed the same records; try again.")),
        "UnprocessableEntity" | "BadRequest" => {
            (Kind::InvalidArguments, Some("The method does not take these arguments in this version of Odoo."))
        }
        "NotFound" => (Kind::NotFound, None),
        "ValueError" if text.starts_with("Invalid field") => {
            (Kind::UnknownField, Some("Ask for the model's fields first."))
        }
        "ValueError" if text.starts_with("External ID not found") => (Kind::NotFound, None),
        "ValueError" if text.starts_with("Invalid ") || text.starts_with("Granularity") => {
            (Kind::InvalidArguments, None)
        }
        "KeyError" if mentions(request, text.trim_matches('\'')) => {
            (Kind::UnknownField, Some("Ask for the model's fields first."))
        }
        "TypeError" if text.contains(&format!("{}()", request.method)) => {
            (Kind::InvalidArguments, Some("The method does not take these arguments in this version of Odoo."))
        }
        "IndexError" if request.ids.is_none() && request.args.is_empty() => {
            (Kind::InvalidArguments, Some("The method works on records: give `ids`."))
        }
        "DataError"
        | "InvalidTextRepresentation"
        | "InvalidDatetimeFormat"
        | "DatetimeFieldOverflow"
        | "NumericValueOutOfRange" => (Kind::InvalidArguments, None),
        "PoolError" => (Kind::Unavailable, Some("Odoo has no free database connection; try again in a moment.")),
        "OperationalError" if is_database_down(text) => {
            (Kind::Unavailable, Some("Odoo has lost its database; try again in a moment."))
        }
        _ => (Kind::OdooError, Some("Odoo's own log has the details.")),
    }
}

/// `Object res.nope doesn't exist` (JSON-RPC), `the model 'res.nope' does not exist` (JSON-2). The first is translated in old
/// versions, hence only the name is sure.
fn is_unknown_model(text: &str, model: &str) -> bool {
    text == format!("Object {model} doesn't exist")
        || text == format!("the model '{model}' does not exist")
        || (text.contains(model) && text.starts_with("Object ") && text.len() < model.len() + 60)
}

fn is_database_down(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "connection to server",
        "could not connect",
        "too many",
        "starting up",
        "shutting down",
        "server closed",
        "terminating connection",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// Whether the caller named this key: only then a `KeyError` is about a field and not about Odoo's own code.
fn mentions(request: &Request, key: &str) -> bool {
    fn within(value: &Value, key: &str) -> bool {
        match value {
            Value::String(text) => text == key,
            Value::Array(items) => items.iter().any(|item| within(item, key)),
            Value::Object(map) => map.iter().any(|(name, value)| name == key || within(value, key)),
            _ => false,
        }
    }
    !key.is_empty()
        && (request.args.iter().any(|value| within(value, key))
            || request.kwargs.values().any(|value| within(value, key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odoo::error::Applied;
    use crate::odoo::request::Effect;
    use serde_json::json;

    fn raised(class: &str, message: &str, request: &Request) -> Error {
        error(&Fault { name: class.into(), message: message.into() }, request, "erp.example.com")
    }

    #[test]
    fn every_class_has_its_kind_and_keeps_odoos_message() {
        let mut request = Request::new("res.partner", "write", Effect::Write);
        request.ids = Some(vec![1]);
        request.kwargs.insert("vals".into(), json!({"nope": 1}));
        for (class, message, kind) in [
            ("odoo.exceptions.AccessError", "You are not allowed", Kind::AccessDenied),
            ("odoo.exceptions.AccessDenied", "Access Denied", Kind::Unauthenticated),
            ("odoo.http.SessionExpiredException", "Session expired", Kind::Unauthenticated),
            ("odoo.exceptions.MissingError", "Record does not exist", Kind::NotFound),
            ("odoo.exceptions.ValidationError", "Contacts require a name", Kind::Validation),
            ("odoo.exceptions.UserError", "No.", Kind::Validation),
            ("odoo.exceptions.RedirectWarning", "Configure first", Kind::Validation),
            ("psycopg2.IntegrityError", "duplicate key", Kind::Validation),
            ("psycopg2.errors.NotNullViolation", "null value", Kind::Validation),
            ("psycopg2.errors.SerializationFailure", "could not serialize access", Kind::Conflict),
            (
                "psycopg2.extensions.TransactionRollbackError",
                "could not serialize access due to concurrent update",
                Kind::Conflict,
            ),
            ("odoo.exceptions.LockError", "Cannot grab a lock", Kind::Conflict),
            ("builtins.ValueError", "Invalid field 'nope' on 'res.partner'", Kind::UnknownField),
            ("builtins.KeyError", "nope", Kind::UnknownField),
            ("builtins.KeyError", "other", Kind::OdooError),
            ("builtins.ValueError", "Invalid operator '==='", Kind::InvalidArguments),
            ("builtins.ValueError", "could not convert string to float: 'x'", Kind::OdooError),
            ("odoo.exceptions.UserError", "Object res.partner doesn't exist", Kind::UnknownModel),
            ("werkzeug.exceptions.NotFound", "the model 'res.partner' does not exist", Kind::UnknownModel),
            ("werkzeug.exceptions.NotFound", "The method 'res.partner.write' does not exist", Kind::InvalidArguments),
            ("builtins.AttributeError", "type object 'res.partner' has no attribute 'write'", Kind::InvalidArguments),
            ("builtins.AttributeError", "'NoneType' object has no attribute 'id'", Kind::OdooError),
            ("werkzeug.exceptions.UnprocessableEntity", "missing a required argument: 'vals'", Kind::InvalidArguments),
            ("builtins.TypeError", "write() got an unexpected keyword argument 'x'", Kind::InvalidArguments),
            ("builtins.TypeError", "unsupported operand type(s)", Kind::OdooError),
            ("psycopg2.OperationalError", "connection to server failed", Kind::Unavailable),
            ("builtins.ZeroDivisionError", "division by zero", Kind::OdooError),
        ] {
            let error = raised(class, message, &request);
            assert_eq!(error.kind, kind, "{class}: {message}");
            assert!(error.message.contains(message.trim_end_matches('.')), "{}", error.message);
            assert_eq!(error.class.as_deref(), Some(class));
            assert_eq!(error.applied, Applied::No);
        }
    }

    #[test]
    fn a_plan_without_the_api_is_said() {
        let request = Request::new("res.users", "read", Effect::Read);
        let error = raised("odoo.exceptions.AccessDenied", "The external API is not part of your plan", &request);
        assert_eq!(error.kind, Kind::Unauthenticated);
        assert!(error.message.contains("Odoo Online plan"));
    }

    #[test]
    fn the_traceback_is_never_read() {
        let fault: Fault = serde_json::from_value(
            json!({"name": "a.B", "message": "m", "debug": "Traceback secret", "arguments": ["m"]}),
        )
        .unwrap();
        let error = error(&fault, &Request::new("a", "b", Effect::Read), "h");
        assert!(!format!("{error:?}").contains("Traceback"));
    }
}
