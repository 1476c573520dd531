//! Plans: what a call is about to write, shown to a person before it is written.
//!
//! A plan holds what the call had found out when it was made (the ids of names, the answers of questions and of the steps that
//! only read, the clock) and a digest of what it would send. When it runs, the call is made again from exactly that; where what
//! would be sent is no longer the same, or a record has changed meanwhile, it is refused.

mod frozen;
mod marks;
mod show;
mod store;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub(super) use frozen::Frozen;
pub(super) use marks::{Marks, moved};
pub(super) use show::{Shown, shown};
pub use store::{Claim, Memory, Plans, Refusal};

/// The key of the question whether a plan may run: no question of a tool can have it, for it is no identifier.
pub const QUESTION: &str = "confirm-plan";

/// How long a person has to make up their mind.
pub const LIFETIME: std::time::Duration = std::time::Duration::from_secs(600);

/// A plan, as a store keeps it. It is plain data, so that several servers may share a store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Given to the client; nobody can guess it.
    pub id: String,
    /// Who made it: [`crate::access::Caller::key`].
    pub caller: String,
    /// Of which call: [`subject`].
    pub subject: String,
    /// After this it is refused.
    pub expires: Timestamp,
    /// What `now()` was.
    pub(super) now: Timestamp,
    /// The question, for a client that has to be asked again.
    pub(super) question: String,
    /// The position of the first step that writes.
    pub(super) step: usize,
    /// The variables of the steps before it.
    pub(super) variables: Vec<(String, Frozen)>,
    /// What names in values were found to be: model, name and domain, and the id.
    pub(super) found: Vec<((String, String, String), i64)>,
    /// A digest of what is sent.
    pub(super) payload: String,
    /// The records as they were.
    pub(super) marks: Marks,
}

/// A call of that tool on that instance with these arguments: equal for `1` and `1.0`, and whatever the order of keys.
#[must_use]
pub fn subject(tool: &str, instance: &str, arguments: &Map<String, Value>) -> String {
    let mut text = String::new();
    canonical(&Value::Object(arguments.clone()), &mut text);
    digest(&format!("{tool}\n{instance}\n{text}"))
}

/// SHA-256, in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// What is sent, for [`digest`]: as [`subject`] reads it.
pub(super) fn payload(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    digest(&text)
}

/// One text for one meaning: keys sorted, whole numbers without a fraction.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(table) => {
            let mut keys: Vec<&String> = table.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for key in keys {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical(table.get(key).unwrap_or(&Value::Null), out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                out.push_str(&format!("{float:.0}"));
            }
            _ => out.push_str(&number.to_string()),
        },
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(arguments: Value) -> String {
        let Value::Object(arguments) = arguments else { panic!("a table") };
        subject("cancel_orders", "main", &arguments)
    }

    #[test]
    fn a_number_and_the_order_of_keys_may_be_written_in_two_ways() {
        assert_eq!(of(json!({"a": 1, "b": [2.0]})), of(json!({"b": [2], "a": 1.0})));
    }

    #[test]
    fn anything_else_is_another_call() {
        let one = of(json!({"ids": [1, 2]}));
        for other in [json!({"ids": [2, 1]}), json!({"ids": ["1", "2"]}), json!({"ids": [1, 2], "x": null}), json!({})]
        {
            assert_ne!(one, of(other.clone()), "{other}");
        }
        assert_ne!(subject("a", "b\nc", &Map::new()), subject("a\nb", "c", &Map::new()).replace('c', "d"));
    }
}
