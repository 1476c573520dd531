//! The definition language as one table: every table an author may open, its keys, what they take, and whether this version
//! carries them out.
//!
//! Known keys, `not supported yet`, suggestions and the JSON Schema for editors all follow from it. What values mean, and how
//! they go together, is checked by [`super::build`].

mod ask;
mod example;
mod keys;
mod operation;
mod prompt;
mod resource;
mod step;

use crate::source::shape::{Key, Kind, Shape};

pub use ask::{ASK, CONFIRM, STEP_ASK};
pub use example::{ERRORS, EXPECT, OUTGOING, PROMPT_TEST, RESOURCE_TEST, TEST};
use keys::{
    BUNDLES_KEY, CATEGORY_KEY, COMPANY, ENABLED_KEY, FORMAT, ICONS_KEY, INSTANCE_KEY, LINKS_KEY, LOOKUPS, MAX_BYTES,
    META_KEY, MODEL_KEY, REQUIRES_KEY, SEQUENCE_KEY, TITLE_KEY, joined, joined_keys,
};
pub use operation::{
    ATTACH, ATTACHMENTS, CALL, CREATE, DEFAULT_GET, FIELDS_GET, LIMIT, MESSAGE_POST, NAME_SEARCH, READ, READ_GROUP,
    REPORT, SEARCH_COUNT, SEARCH_READ, SERVER, UNLINK, WRITE,
};
use operation::{DOMAIN, LIMIT_KEY, OPERATION_KEYS, OPERATION_NAMES};
pub use prompt::{ARGUMENT, COMPLETE, DATA, MESSAGE, PROMPT};
pub use resource::{RESOURCE, RESOURCE_OPERATIONS};
pub use step::{LOG, PROGRESS, SMALL_STEPS, STEP, STEPS};

/// A whole definition file.
pub static FILE: Shape = Shape {
    name: "a definition file",
    header: "",
    doc: "Definitions of tooldoo: the tools, resources and prompts that an MCP server offers on Odoo.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("tool", Kind::Tables(&TOOL), "The tools."),
        Key::new("defaults", Kind::Table(&DEFAULTS), "Keys for every definition of the file that lacks them."),
        Key::new("bundle", Kind::Tables(&BUNDLE), "The teams' bundles of tools."),
        Key::new("resource", Kind::Tables(&RESOURCE), "The resources."),
        Key::new("prompt", Kind::Tables(&PROMPT), "The prompts."),
    ],
};

/// A file of prompts that a single person keeps.
pub static PERSONAL: Shape = Shape {
    name: "a file of personal prompts",
    header: "",
    doc: "Prompts that a single person keeps.",
    label: None,
    one_of: &[],
    keys: &[Key::new("prompt", Kind::Tables(&PROMPT), "The prompts.")],
};

/// `[defaults]`.
pub static DEFAULTS: Shape = Shape {
    name: "defaults",
    header: "[defaults]",
    doc: "Keys for every tool, resource and prompt of the file that can have them and lacks them.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("model", Kind::Text, "The Odoo model; may be a template."),
        INSTANCE_KEY,
        Key::new("bundles", Kind::Words, "The bundles of what names none."),
        Key::new("requires", Kind::Words, "What must be there."),
        Key::new("timeout", Kind::Duration, "The longest that a call may take."),
        Key::new("result", Kind::Table(&RESULT), "How answers are shaped; merged key by key."),
        Key::new("context", Kind::Map(&Kind::Any), "Keys of the Odoo context; merged key by key."),
        LIMIT_KEY,
    ],
};

/// `[[bundle]]`.
pub static BUNDLE: Shape = Shape {
    name: "bundle",
    header: "[[bundle]]",
    doc: "A team's bundle: the tools that name it, and those that it includes itself.",
    label: Some("bundle"),
    one_of: &[],
    keys: &[
        Key::required("name", Kind::Text, "1 to 40 of `a-z`, `0-9`, `_` and `-`, unique."),
        TITLE_KEY,
        Key::new("instructions", Kind::Text, "What a model is told that uses the bundle."),
        Key::new("include", Kind::Words, "Names of tools, and patterns such as `search_*`.").also(&["tools"]),
        Key::new("exclude", Kind::Words, "Names and patterns of tools that it does not have; wins."),
        Key::new("read_only", Kind::Boolean, "Only its reading tools are shown. Default false."),
        Key::new(
            "instance",
            Kind::Text,
            "Which Odoo its tools work on that name none, by its name in the configuration.",
        ),
        Key::new("company_ids", Kind::List(&POSITIVE), "The only companies that its calls see, the current one first."),
        Key::new("bind", Kind::Map(&Kind::Any), "Fixed arguments, never the caller's to set; also `{{ bundle.… }}`."),
    ],
};

/// The operations of a tool: the keys of which exactly one is there.
pub static OPERATIONS: &[&str] = joined![""; OPERATION_NAMES, &["step"]];

/// `[[tool]]`.
pub static TOOL: Shape = Shape {
    name: "tool",
    header: "[[tool]]",
    doc: "One tool: an Odoo operation, with the arguments that a model gives.",
    label: Some("tool"),
    one_of: OPERATIONS,
    keys: joined_keys![
        &[
            Key::required("name", Kind::Text, "1 to 64 of `a-z`, `0-9` and `_`, unique."),
            TITLE_KEY,
            Key::new("description", Kind::Text, "What it does, for the model that chooses among tools.")
                .also(&["desc", "help"]),
            ICONS_KEY,
            META_KEY,
            BUNDLES_KEY,
            INSTANCE_KEY,
            MODEL_KEY,
            Key::new("input", Kind::JsonSchema, "The JSON Schema (2020-12) of the arguments.").also(&[
                "arguments",
                "parameters",
                "params",
                "inputSchema",
                "input_schema"
            ]),
            Key::new("lookup", LOOKUPS, "Names that become record ids before the operation runs."),
            Key::new(
                "confirm",
                Kind::Either(CONFIRM_FORMS),
                "When a person has to confirm: `\"never\"`, `\"always\"`, a template, or a table.",
            )
            .instead("`\"always\"`, `\"never\"`, or a template such as `\"{{ amount > 1000 }}\"`"),
            Key::new("annotations", Kind::Table(&ANNOTATIONS), "MCP hints; derived from the operation where absent.")
                .also(&["hints"]),
            REQUIRES_KEY,
            Key::new("company", COMPANY, "The company that the call runs in, by name or id."),
            ENABLED_KEY,
            SEQUENCE_KEY,
            CATEGORY_KEY,
            Key::new("aliases", Kind::Words, "Other names that it answers to, never listed."),
            Key::new("timeout", Kind::Duration, "The longest that a call may take."),
            Key::new("result", Kind::Table(&RESULT), "How the answer is shaped."),
        ],
        OPERATION_KEYS,
        &[
            Key::new("step", Kind::Tables(&STEP), "Several operations, one after the other."),
            Key::new("ask", Kind::Tables(&ASK), "Questions to the person, before anything is written.").also(&[
                "question",
                "questions",
                "elicit"
            ]),
            Key::new(
                "output",
                Kind::JsonSchema,
                "The JSON Schema of the structured answer, instead of the one that follows from the fields.",
            ),
            Key::new(
                "task",
                Kind::Choice(&["never", "allowed", "required"], &[]),
                "Whether a call runs in the background for a client that has MCP's tasks; `required` refuses every other client. Default `never`.",
            ),
            Key::new(
                "cache",
                Kind::Duration,
                "How long the same call of the same caller gets the same answer. Only of tools that only read; by default not at all.",
            ),
            Key::new("test", Kind::Tables(&TEST), "Examples that are also tests: `check --test` runs them."),
        ],
    ],
};

const POSITIVE: Kind = Kind::Integer(1, i64::MAX);

const CONFIRM_FORMS: &[Kind] = &[Kind::Text, Kind::Table(&CONFIRM)];

/// `[tool.lookup.<var>]`.
pub static LOOKUP: Shape = Shape {
    name: "lookup",
    header: "[tool.lookup.…]",
    doc: "A name, id or external id that becomes a record id.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("model", Kind::Text, "The model to look in. Default: the tool's."),
        Key::required("match", Kind::Any, "The name, id or external id, or a list of them; usually a template.")
            .also(&["text", "query"]),
        Key::new("domain", DOMAIN, "Candidates must meet it; may use earlier lookups."),
        MISSING_KEY,
        Key::new(
            "several",
            Kind::Choice(&["error", "all"], &[]),
            "What several matches do: `error`, the default, or `all`: the list of all their ids, for conditions with `in`.",
        ),
    ],
};

const MISSING_KEY: Key =
    Key::new("missing", Kind::Choice(&["error", "absent"], &[]), "What no match does. Default `error`.");

/// `{ lookup = … }`: in `values` at a relation, and as `ids`.
pub static SPOT_LOOKUP: Shape = Shape {
    name: "lookup_on_the_spot",
    header: "{ lookup = … }",
    doc: "A name, id or external id that becomes a record id; the model is known from where it stands.",
    label: None,
    one_of: &[],
    keys: &[
        Key::required("lookup", Kind::Any, "The name, id or external id, or a list of them; usually a template."),
        Key::new("domain", DOMAIN, "Candidates must meet it; may use lookups."),
        MISSING_KEY,
    ],
};

/// The words of relations in `values`.
pub static RELATION: Shape = Shape {
    name: "relation",
    header: "{ set = …, remove = …, add = …, create = … }",
    doc: "What becomes of the records of a relation.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("set", Kind::Any, "These and no others: ids, or names, which are looked up."),
        Key::new("remove", Kind::Any, "Not these any more."),
        Key::new("add", Kind::Any, "These too."),
        Key::new(
            "create",
            Kind::Either(&[Kind::List(&Kind::Map(&Kind::Any)), Kind::Map(&Kind::Any)]),
            "New records: tables of values; with `each` one table.",
        ),
        EACH_KEY,
        AS_KEY,
    ],
};

const EACH_KEY: Key =
    Key::new("each", Kind::Text, "A list, as one expression: one record for each element, which is `item`.");
const AS_KEY: Key = Key::new("as", Kind::Text, "What the element of `each` is called instead of `item`.");

/// `annotations`, as MCP spells them.
pub static ANNOTATIONS: Shape = Shape {
    name: "annotations",
    header: "[tool.annotations]",
    doc: "MCP hints about what the tool does.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("title", Kind::Text, "The name that people see; `title` of the tool is preferred."),
        Key::new("readOnlyHint", Kind::Boolean, "It changes nothing."),
        Key::new("destructiveHint", Kind::Boolean, "It may delete or overwrite."),
        Key::new("idempotentHint", Kind::Boolean, "Twice is the same as once."),
        Key::new("openWorldHint", Kind::Boolean, "It reaches beyond Odoo."),
    ],
};

/// `result`.
pub static RESULT: Shape = Shape {
    name: "result",
    header: "[tool.result]",
    doc: "How the answer is shaped.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new(
            "format",
            FORMAT,
            "`json`, the default: compact, sent once; `table`: Markdown tables; `text`: readable lines.",
        ),
        Key::new(
            "template",
            Kind::Text,
            "The text of the answer, instead of a format; the answer's keys are names beside all others.",
        ),
        Key::new("max_bytes", MAX_BYTES, "The answer is cut at whole records beyond this."),
        Key::new(
            "structured",
            Kind::Boolean,
            "Publish an output schema, and send the answer as structured content too. Default: the server's.",
        ),
        LINKS_KEY,
        Key::new(
            "labels",
            Kind::Boolean,
            "A selection's label beside its value: `{\"value\", \"label\"}`. Default false; tables and texts always show labels.",
        ),
        Key::new("step", Kind::Text, "The step whose answer is the tool's. Default: the last operation."),
    ],
};
