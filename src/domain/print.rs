//! Writing Odoo's prefix notation: as people write it, and as a call sends it.

use serde_json::{Value, json};

use super::{Condition, Domain, Operand};

/// Where the operators of three and more operands stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// All before the first operand: `|`, `|`, a, b, c. An outermost "and" goes without them.
    Written,
    /// Each before the two that it joins: `|`, a, `|`, b, c. None is left out.
    Sent,
}

impl Domain<Value> {
    /// The notation in which people write domains. "Every record" is `[]`; conditions that all must hold stand side by side.
    #[must_use]
    pub fn print(&self) -> Value {
        Style::Written.whole(self)
    }

    /// The notation in which calls send domains: every operator is explicit, each right before the two operands that it joins.
    /// "Every record" is `[]`.
    #[must_use]
    pub fn print_explicit(&self) -> Value {
        Style::Sent.whole(self)
    }
}

impl Style {
    fn whole(self, domain: &Domain<Value>) -> Value {
        let mut out = Vec::new();
        match domain {
            Domain::And(parts) if parts.is_empty() => {}
            Domain::And(parts) if self == Self::Written => parts.iter().for_each(|part| self.operand(part, &mut out)),
            other => self.operand(other, &mut out),
        }
        Value::Array(out)
    }

    fn operand(self, domain: &Domain<Value>, out: &mut Vec<Value>) {
        match domain {
            Domain::And(parts) if parts.is_empty() => out.push(json!([1, "=", 1])),
            Domain::Or(parts) if parts.is_empty() => out.push(json!([0, "=", 1])),
            Domain::Not(inner) if inner.is_empty() && self == Self::Written => out.push(json!([0, "=", 1])),
            Domain::And(parts) => self.joined("&", parts, out),
            Domain::Or(parts) => self.joined("|", parts, out),
            Domain::Not(inner) => {
                out.push("!".into());
                self.operand(inner, out);
            }
            Domain::Condition(Condition { path, operator, operand }) => {
                let value = match operand {
                    Operand::Value(value) => value.clone(),
                    Operand::Domain(inner) => self.whole(inner),
                };
                out.push(json!([path, operator.as_str(), value]));
            }
        }
    }

    fn joined(self, operator: &str, parts: &[Domain<Value>], out: &mut Vec<Value>) {
        let Some((last, others)) = parts.split_last() else { return };
        if self == Self::Written {
            out.extend(others.iter().map(|_| Value::from(operator)));
        }
        for part in others {
            if self == Self::Sent {
                out.push(operator.into());
            }
            self.operand(part, out);
        }
        self.operand(last, out);
    }
}
