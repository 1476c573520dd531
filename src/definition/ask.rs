//! Questions to the person behind a client.

use serde_json::{Map, Value};

use super::tool::Input;
use crate::source::Place;
use crate::template::{Template, Templated};

/// One question.
#[derive(Debug)]
pub struct Ask {
    /// Its variable: what the person answered.
    pub name: String,
    /// It is not asked, and its variable absent, where this is false or absent.
    pub when: Option<Template>,
    /// Those of one round go out together.
    pub round: Option<u32>,
    /// For the person.
    pub message: Templated,
    /// What is asked of whom.
    pub kind: AskKind,
    /// Who declines does not end the call.
    pub continues: bool,
    /// Skipped where the client cannot do it.
    pub optional: bool,
    /// Where its name stands.
    pub place: Place,
}

impl Ask {
    /// The arguments that decide whether it is asked: who cannot be asked may give those.
    #[must_use]
    pub fn instead(&self, input: &Input) -> Vec<&str> {
        let properties = input.schema.get("properties").and_then(Value::as_object);
        let declared = |name: &str| properties.is_some_and(|properties| properties.contains_key(name));
        let mut instead: Vec<&str> = Vec::new();
        for name in self.when.iter().flat_map(|when| when.names()) {
            let argument = if name.root == "args" { name.attribute.as_deref() } else { Some(name.root.as_str()) };
            if let Some(argument) = argument.filter(|argument| declared(argument) && !instead.contains(argument)) {
                instead.push(argument);
            }
        }
        instead
    }
}

/// What is asked of whom.
#[derive(Debug)]
pub enum AskKind {
    /// A form for the person (MCP elicitation): a flat JSON Schema.
    Form(Map<String, Value>),
    /// The client's model is to write something (MCP sampling).
    Sample {
        /// The most tokens of its answer.
        max_tokens: u32,
        /// A system prompt.
        system: Option<Templated>,
    },
    /// The client's folders (MCP roots).
    Roots,
}

impl AskKind {
    /// The client capability that it needs, as `requires` and MCP call it.
    #[must_use]
    pub fn capability(&self) -> &'static str {
        match self {
            Self::Form(_) => "elicitation",
            Self::Sample { .. } => "sampling",
            Self::Roots => "roots",
        }
    }
}
