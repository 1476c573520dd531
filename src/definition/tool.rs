//! One checked tool.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::operation::Operation;
use super::validator::{Compiled, compile};
use crate::domain::DomainTemplate;
use crate::source::Place;
use crate::template::{Template, Templated};

/// A tool as its file declares it, checked and compiled; it cannot hold a template or a schema that does not compile.
#[derive(Debug)]
pub struct Tool {
    /// 1-64 of `[a-z0-9_]`, unique in the catalog (but see `requires`).
    pub name: String,
    /// Other names that it answers to, never listed.
    pub aliases: Vec<String>,
    /// MCP `title`.
    pub title: Option<String>,
    /// MCP `description`.
    pub description: Option<String>,
    /// MCP `icons`, as MCP spells them.
    pub icons: Vec<Value>,
    /// MCP `_meta`.
    pub meta: Map<String, Value>,
    /// A word for grouping.
    pub category: Option<String>,
    /// Lists are sorted by this, then by name. Default 0.
    pub sequence: i64,
    /// The bundles it names; empty means `default`.
    pub bundles: Vec<String>,
    /// Which Odoo; `None` is the configuration's default instance.
    pub instance: Option<String>,
    /// The model; `None` only for tools with static content.
    pub model: Option<Templated>,
    /// The arguments.
    pub input: Input,
    /// Resolved before the operation, in this order.
    pub lookups: Vec<Lookup>,
    /// What it does.
    pub operation: Operation,
    /// Context keys of the operation: `context` of its table. A key whose value is absent is left out.
    pub context: Vec<(String, Templated)>,
    /// The company that the call runs in.
    pub company: Option<Templated>,
    /// When a person has to confirm.
    pub confirm: Confirm,
    /// MCP hints, derived from the operation where the author does not say.
    pub annotations: Annotations,
    /// What must be there for it to be listed.
    pub requires: Vec<Requirement>,
    /// How the answer is shaped.
    pub result: ResultShape,
    /// The whole call; `None` is the instance's.
    pub timeout: Option<Duration>,
    /// Where its name stands.
    pub place: Place,
}

/// The arguments of a tool.
#[derive(Debug)]
pub struct Input {
    /// The JSON Schema that clients see: the author's, plus what the server adds (`type`, `additionalProperties`, `limit`, `offset`).
    pub schema: Arc<Map<String, Value>>,
    /// The same, compiled: see [`Input::validator`].
    pub(super) compiled: Compiled,
    /// What the operation's paging adds and clamps.
    pub paging: Option<Paging>,
}

impl Input {
    /// Arguments by this schema, compiled at once.
    ///
    /// # Errors
    /// The schema does not compile.
    pub fn new(
        schema: Map<String, Value>,
        paging: Option<Paging>,
    ) -> Result<Self, jsonschema::ValidationError<'static>> {
        let validator = compile(&Value::Object(schema.clone()))?;
        Ok(Self { schema: Arc::new(schema), compiled: validator.into(), paging })
    }

    /// What judges arguments by the schema. The first call of a tool waits until it is compiled.
    ///
    /// # Errors
    /// None: a schema that does not compile was refused with its file.
    pub fn validator(&self) -> Result<&jsonschema::Validator, jsonschema::ValidationError<'static>> {
        self.compiled.of(&self.schema)
    }
}

/// `limit` and `offset`, added to the arguments of a paging operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Without the argument.
    pub default: u32,
    /// The most that one call may ask for.
    pub max: u32,
}

/// A name that becomes a record id before the operation runs.
#[derive(Debug)]
pub struct Lookup {
    /// Its variable.
    pub name: String,
    /// Default: the tool's model.
    pub model: Option<Templated>,
    /// The name, id or external id, or a list of those.
    pub matches: Templated,
    /// Candidates must meet it; `None` is all.
    pub domain: Option<DomainTemplate>,
    /// No match: leave the variable absent, instead of `not_found`.
    pub missing_is_absent: bool,
    /// Several matches: the variable is the list of them, instead of `ambiguous`.
    pub several_is_all: bool,
}

/// `confirm`.
#[derive(Debug)]
pub enum Confirm {
    /// Runs at once.
    Never,
    /// Always asks.
    Always,
    /// Asks when true, or when something that it names is absent.
    When(Template),
}

/// MCP tool annotations, all four decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "MCP has these four hints")]
pub struct Annotations {
    /// `readOnlyHint`.
    pub read_only: bool,
    /// `destructiveHint`.
    pub destructive: bool,
    /// `idempotentHint`.
    pub idempotent: bool,
    /// `openWorldHint`.
    pub open_world: bool,
}

/// One entry of `requires`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// An Odoo model: a name with a dot, or that starts with `x_`.
    Model(String),
    /// An Odoo module.
    Module(String),
    /// `odoo>=17`: major, minor.
    Odoo(Comparison, (u32, u32)),
    /// A client capability: `elicitation`, `sampling`, `roots`.
    Capability(String),
}

/// The comparisons of `requires`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its name")]
pub enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// `result`, as far as it is carried out.
#[derive(Debug, Clone, Default)]
pub struct ResultShape {
    /// The answer is cut at whole records beyond this many bytes; `None` is the server's.
    pub max_bytes: Option<usize>,
}
