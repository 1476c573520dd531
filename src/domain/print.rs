//! Writing Odoo's prefix notation.

use serde_json::{Value, json};

use super::{Domain, Operand};

impl Domain<Value> {
    /// Odoo's prefix notation. "Every record" is `[]`; conditions that all must hold stand side by side.
    #[must_use]
    pub fn print(&self) -> Value {
        let mut out = Vec::new();
        match self {
            Self::And(parts) => parts.iter().for_each(|part| part.operand(&mut out)),
            other => other.operand(&mut out),
        }
        Value::Array(out)
    }

    /// As one operand: `&` and `|` written out.
    fn operand(&self, out: &mut Vec<Value>) {
        match self {
            Self::And(parts) if parts.is_empty() => out.push(json!([1, "=", 1])),
            Self::Or(parts) if parts.is_empty() => out.push(json!([0, "=", 1])),
            Self::Not(inner) if inner.is_empty() => out.push(json!([0, "=", 1])),
            Self::And(parts) => joined("&", parts, out),
            Self::Or(parts) => joined("|", parts, out),
            Self::Not(inner) => {
                out.push("!".into());
                inner.operand(out);
            }
            Self::Condition(condition) => {
                let value = match &condition.operand {
                    Operand::Value(value) => value.clone(),
                    Operand::Domain(inner) => inner.print(),
                };
                out.push(json!([condition.path, condition.operator.as_str(), value]));
            }
        }
    }
}

fn joined(operator: &str, parts: &[Domain<Value>], out: &mut Vec<Value>) {
    for _ in 1..parts.len() {
        out.push(operator.into());
    }
    parts.iter().for_each(|part| part.operand(out));
}
