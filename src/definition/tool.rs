//! One checked tool.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::ask::Ask;
use super::bound;
use super::operation::{FieldList, Operation};
use super::step::{Action, Step};
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
    /// What its templates name of `bundle`.
    pub parameters: Vec<Parameter>,
    /// Resolved before anything else, in this order.
    pub lookups: Vec<Lookup>,
    /// Asked after the lookups, in this order.
    pub asks: Vec<Ask>,
    /// What it does, in this order; at least one of them is an operation.
    pub steps: Vec<Step>,
    /// The position in `steps` of the operation whose answer is the tool's.
    pub answer: usize,
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
    /// Whether a call may outlive the request that made it.
    pub task: TaskSupport,
    /// How long an answer may be given again; `None` is not at all. Only of a tool that only reads.
    pub cache: Option<Duration>,
    /// Where its name stands.
    pub place: Place,
}

impl Tool {
    /// The operation whose answer is the tool's.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        self.steps.get(self.answer).and_then(Step::operation)
    }

    /// All operations, in the order in which they run.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.steps.iter().filter_map(Step::operation)
    }

    /// All questions, in the order in which they are asked.
    pub fn questions(&self) -> impl Iterator<Item = &Ask> {
        let among_steps = self.steps.iter().filter_map(|step| match &step.action {
            Action::Ask(ask) => Some(ask),
            _ => None,
        });
        self.asks.iter().chain(among_steps)
    }

    /// Whether its operation stands in a table of its own, and is no step among others.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self.steps.as_slice(), [only] if only.name.is_none())
    }
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
    /// The schema has the argument `plan`, which the server adds to a tool that a person may have to confirm.
    pub plan: bool,
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
        Ok(Self { schema: Arc::new(schema), compiled: validator.into(), paging, plan: false })
    }

    /// Whether it has an argument of that name, also where only a branch of the schema declares it.
    #[must_use]
    pub fn declares(&self, name: &str) -> bool {
        bound::declares(&self.schema, name)
    }

    /// What judges arguments by the schema. The first call of a tool waits until it is compiled.
    ///
    /// # Errors
    /// None: a schema that does not compile was refused with its file.
    pub fn validator(&self) -> Result<&jsonschema::Validator, jsonschema::ValidationError<'static>> {
        self.compiled.of(&self.schema)
    }
}

/// `bundle.<name>` in a template.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name that a bundle has to bind.
    pub name: String,
    /// Some template cannot do without it: a bundle that does not bind it does not show the tool.
    pub needed: bool,
    /// Where it is named first.
    pub place: Place,
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

/// `task`: whether a call runs in the background, for clients that have MCP's tasks extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskSupport {
    /// Every client waits for the answer.
    #[default]
    Never,
    /// Who has tasks gets one; everybody else waits.
    Allowed,
    /// Only who has tasks may call it.
    Required,
}

/// `confirm`.
#[derive(Debug)]
pub struct Confirm {
    /// When.
    pub due: Due,
    /// The question, for the person; `None` is the server's own.
    pub message: Option<Templated>,
    /// The fields of each record that the person sees; `Default` is their names.
    pub show: FieldList,
    /// Only a person's own word counts: a client that cannot ask its user cannot run it.
    pub by_person: bool,
}

/// When a person has to confirm.
#[derive(Debug)]
pub enum Due {
    /// Never.
    Never,
    /// Always.
    Always,
    /// When true, or when something that it names is absent.
    When(Template),
}

impl Confirm {
    /// Runs at once.
    #[must_use]
    pub fn never() -> Self {
        Self::of(Due::Never)
    }

    /// With nothing but when.
    #[must_use]
    pub fn of(due: Due) -> Self {
        Self { due, message: None, show: FieldList::Default, by_person: false }
    }

    /// Whether no call asks.
    #[must_use]
    pub fn is_never(&self) -> bool {
        matches!(self.due, Due::Never)
    }
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

/// `result`.
#[derive(Debug, Clone, Default)]
pub struct ResultShape {
    /// What the text of the answer is.
    pub format: Format,
    /// The answer is cut at whole records beyond this many bytes; `None` is the server's.
    pub max_bytes: Option<usize>,
    /// Send it as structured content too, by a published schema; `None` is the server's.
    pub structured: Option<bool>,
    /// Each record's web address.
    pub links: bool,
    /// A selection's label beside its value.
    pub labels: bool,
    /// The author's own schema of the structured answer.
    pub output: Option<Arc<Output>>,
}

/// `result.format`, or `result.template`.
#[derive(Debug, Clone, Default)]
pub enum Format {
    /// Compact JSON.
    #[default]
    Json,
    /// Markdown tables.
    Table,
    /// Readable lines.
    Text,
    /// Rows for a spreadsheet, of a resource.
    Csv,
    /// The author's own text.
    Template(Template),
}

/// `output`: the author's own JSON Schema of a structured answer.
#[derive(Debug)]
pub struct Output {
    /// As written; its root is an object.
    pub schema: Arc<Map<String, Value>>,
    /// The same, compiled.
    pub(super) compiled: Compiled,
}

impl Output {
    /// What judges an answer by the schema.
    ///
    /// # Errors
    /// None: a schema that does not compile was refused with its file.
    pub fn validator(&self) -> Result<&jsonschema::Validator, jsonschema::ValidationError<'static>> {
        self.compiled.of(&self.schema)
    }
}
