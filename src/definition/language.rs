//! The definition language as one table: every table an author may open, its keys, what they take, and whether this version
//! carries them out.
//!
//! Known keys, `not supported yet`, suggestions and the JSON Schema for editors all follow from it. What values mean, and how
//! they go together, is checked by [`super::build`].

use crate::source::shape::{Key, Kind, Shape};

/// A whole definition file.
pub static FILE: Shape = Shape {
    name: "a definition file",
    header: "",
    doc: "Definitions of tooldoo: the tools that an MCP server offers on Odoo.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("tool", Kind::Tables(&TOOL), "The tools."),
        Key::new("defaults", Kind::Table(&DEFAULTS), "Keys for every definition of the file that lacks them."),
        Key::new("bundle", Kind::Tables(&BUNDLE), "The teams' bundles of tools."),
        Key::not_yet("resource", "An MCP resource."),
        Key::not_yet("prompt", "An MCP prompt."),
    ],
};

/// `[defaults]`.
pub static DEFAULTS: Shape = Shape {
    name: "defaults",
    header: "[defaults]",
    doc: "Keys for every tool of the file that can have them and lacks them.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("model", Kind::Text, "The Odoo model; may be a template."),
        Key::new("instance", Kind::Text, "Which Odoo, by its name in the configuration."),
        Key::new("bundles", Kind::Words, "The bundles of tools that name none."),
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
        Key::new("title", Kind::Text, "The name that people see."),
        Key::new("instructions", Kind::Text, "What a model is told that uses the bundle."),
        Key::new("include", Kind::Words, "Names of tools, and patterns such as `search_*`."),
        Key::new("exclude", Kind::Words, "Names and patterns of tools that it does not have; wins."),
        Key::new("read_only", Kind::Boolean, "Only its reading tools are shown. Default false."),
        Key::not_yet("instance", "Which Odoo."),
        Key::not_yet("company_ids", "The only companies that its calls see."),
        Key::not_yet("bind", "Fixed arguments."),
    ],
};

/// The operations of a tool: the keys of which exactly one is there. The first ones are carried out.
pub static OPERATIONS: &[&str] = &[
    "search_read",
    "read",
    "search_count",
    "read_group",
    "name_search",
    "fields_get",
    "default_get",
    "create",
    "write",
    "unlink",
    "call",
    "server",
    "content",
    "step",
    "message_post",
    "attach",
    "attachments",
    "report",
];

/// `[[tool]]`.
pub static TOOL: Shape = Shape {
    name: "tool",
    header: "[[tool]]",
    doc: "One tool: an Odoo operation, with the arguments that a model gives.",
    label: Some("tool"),
    one_of: OPERATIONS,
    keys: &[
        Key::required("name", Kind::Text, "1 to 64 of `a-z`, `0-9` and `_`, unique."),
        Key::new("title", Kind::Text, "The name that people see."),
        Key::new("description", Kind::Text, "What it does, for the model that chooses among tools."),
        Key::new("icons", Kind::List(&Kind::Map(&Kind::Any)), "MCP icons: tables with `src`, `mimeType`, `sizes`."),
        Key::new("meta", Kind::Map(&Kind::Any), "MCP `_meta`."),
        Key::new("bundles", Kind::Words, "The bundles that it belongs to; none is the default bundle."),
        Key::new("instance", Kind::Text, "Which Odoo, by its name in the configuration."),
        Key::new("model", Kind::Text, "The Odoo model, e.g. `crm.lead`; may be a template."),
        Key::new("input", Kind::JsonSchema, "The JSON Schema (2020-12) of the arguments."),
        Key::new("lookup", Kind::Map(&Kind::Table(&LOOKUP)), "Names that become record ids before the operation runs."),
        Key::new(
            "confirm",
            Kind::Either(CONFIRM),
            "When a person has to confirm: `\"never\"`, `\"always\"` or a template.",
        ),
        Key::new("annotations", Kind::Table(&ANNOTATIONS), "MCP hints; derived from the operation where absent."),
        Key::new("requires", Kind::Words, "What must be there: models, modules, `odoo>=17`, client capabilities."),
        Key::new("company", Kind::Either(&[Kind::Text, POSITIVE]), "The company that the call runs in, by name or id."),
        Key::new("enabled", Kind::Boolean, "Not offered when false."),
        Key::new(
            "sequence",
            Kind::Integer(-1_000_000, 1_000_000),
            "Lists are sorted by this, then by name. Default 0.",
        ),
        Key::new("category", Kind::Text, "A word for grouping."),
        Key::new("aliases", Kind::Words, "Other names that it answers to, never listed."),
        Key::new("timeout", Kind::Duration, "The longest that a call may take."),
        Key::new("result", Kind::Table(&RESULT), "How the answer is shaped."),
        Key::new("search_read", Kind::Table(&SEARCH_READ), "Find records, and read them."),
        Key::new("read", Kind::Table(&READ), "Read records by id."),
        Key::new("search_count", Kind::Table(&SEARCH_COUNT), "Count records."),
        Key::new("read_group", Kind::Table(&READ_GROUP), "Group records, with aggregates."),
        Key::new("name_search", Kind::Table(&NAME_SEARCH), "Find ids and names by a text."),
        Key::new("fields_get", Kind::Table(&FIELDS_GET), "Describe the fields of the model."),
        Key::new("default_get", Kind::Table(&DEFAULT_GET), "The default values of a new record."),
        Key::new("create", Kind::Table(&CREATE), "Create records."),
        Key::new("write", Kind::Table(&WRITE), "Change records."),
        Key::new("unlink", Kind::Table(&UNLINK), "Delete records."),
        Key::new("call", Kind::Table(&CALL), "Call a method of the model."),
        Key::new("server", Kind::Table(&SERVER), "What the server itself knows of its Odoo."),
        Key::new("content", Kind::List(&Kind::Map(&Kind::Any)), "Static MCP content blocks, without Odoo."),
        Key::not_yet("step", "Several operations, one after the other."),
        Key::not_yet("message_post", "Post a message on records."),
        Key::not_yet("attach", "Attach a file to a record."),
        Key::not_yet("attachments", "The attachments of records."),
        Key::not_yet("report", "A report as PDF."),
        Key::not_yet("ask", "Questions to the person."),
        Key::not_yet("output", "The JSON Schema of a structured answer."),
        Key::not_yet("task", "Whether it may run in the background."),
        Key::not_yet("cache", "How long an answer is kept."),
        Key::not_yet("test", "Examples that are also tests."),
    ],
};

const POSITIVE: Kind = Kind::Integer(1, i64::MAX);

const CONFIRM: &[Kind] =
    &[Kind::Text, Kind::NotYet("`confirm` as a table (`when`, `message`, `show`, `by`)", &Kind::Map(&Kind::Any))];

/// `[tool.lookup.<var>]`.
pub static LOOKUP: Shape = Shape {
    name: "lookup",
    header: "[tool.lookup.…]",
    doc: "A name, id or external id that becomes a record id.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("model", Kind::Text, "The model to look in. Default: the tool's."),
        Key::required("match", Kind::Any, "The name, id or external id, or a list of them; usually a template."),
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
        Key::new("format", Kind::Choice(&["json"], &["table", "text"]), "`json`, the default: compact, sent once."),
        Key::new("max_bytes", Kind::Integer(100, 100_000_000), "The answer is cut at whole records beyond this."),
        Key::not_yet("template", "A template for text answers."),
        Key::not_yet("structured", "An output schema, and structured content."),
        Key::not_yet("links", "Each record's web address."),
        Key::not_yet("labels", "A selection's label beside its value."),
        Key::not_yet("step", "The step whose answer is the tool's."),
    ],
};

const DOMAIN: Kind = Kind::Either(&[Kind::List(&Kind::Any), Kind::Text]);
const FIELDS: Kind = Kind::Either(&[Kind::List(&Kind::Either(&[Kind::Text, Kind::Map(&Kind::Any)])), Kind::Text]);
const NAMES: Kind = Kind::Either(&[Kind::Words, Kind::Text]);
const VALUES: Kind = Kind::Either(&[Kind::Map(&Kind::Any), Kind::Text]);
const IDS: Kind =
    Kind::Either(&[Kind::Text, Kind::Integer(1, i64::MAX), Kind::List(&Kind::Any), Kind::Table(&SPOT_LOOKUP)]);
const LIMIT_FORMS: Kind = Kind::Either(&[Kind::Integer(1, 10_000), Kind::Table(&LIMIT)]);

const DOMAIN_KEY: Key = Key::new("domain", DOMAIN, "The Odoo domain. Default: every record.");
const FIELDS_KEY: Key =
    Key::new("fields", FIELDS, "The fields to read; `{ order_line = [\"product_id\"] }` reads related ones.");
const RETURN_KEY: Key =
    Key::new("return", FIELDS, "The fields to read afterwards; an empty list reads none. Default: the names.");
const ORDER_KEY: Key = Key::new("order", Kind::Text, "e.g. `date_order desc, id desc`.");
const LIMIT_KEY: Key = Key::new("limit", LIMIT_FORMS, "How many: a number, or `{ default = 20, max = 100 }`.");
const PAGE_KEY: Key = Key::new("page", Kind::Boolean, "Adds the arguments `limit` and `offset`. Default true.");
const CONTEXT_KEY: Key = Key::new("context", Kind::Map(&Kind::Any), "Keys of the Odoo context.");
const IDS_KEY: Key = Key::required("ids", IDS, "The records: an id, a list of ids, an external id, or a template.");

/// `limit = { default, max }`.
pub static LIMIT: Shape = Shape {
    name: "limit",
    header: "limit = { … }",
    doc: "How many, and the most that one call may ask for.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("default", Kind::Integer(1, 10_000), "Without the argument. Default 20."),
        Key::new("max", Kind::Integer(1, 10_000), "The most. Default 100, or `default` where that is more."),
    ],
};

macro_rules! operation {
    ($variable:ident, $name:literal, $doc:literal, [$($key:expr),* $(,)?]) => {
        #[doc = concat!("`[tool.", $name, "]`.")]
        pub static $variable: Shape = Shape {
            name: $name,
            header: concat!("[tool.", $name, "]"),
            doc: $doc,
            label: None,
            one_of: &[],
            keys: &[$($key,)* CONTEXT_KEY],
        };
    };
}

operation!(
    SEARCH_READ,
    "search_read",
    "Rows, their total, and the next offset.",
    [
        DOMAIN_KEY,
        FIELDS_KEY,
        ORDER_KEY,
        LIMIT_KEY,
        PAGE_KEY,
        Key::new("count", Kind::Boolean, "Whether the answer has `total`. Default true."),
    ]
);
operation!(READ, "read", "Records by id, in the order asked, archived ones too.", [IDS_KEY, FIELDS_KEY]);
operation!(SEARCH_COUNT, "search_count", "How many records there are.", [DOMAIN_KEY]);
operation!(
    READ_GROUP,
    "read_group",
    "Groups with aggregates.",
    [
        DOMAIN_KEY,
        Key::required("group_by", NAMES, "e.g. `[\"partner_id\", \"date_order:month\"]`."),
        Key::new("aggregates", NAMES, "e.g. `[\"amount_total:sum\"]`. Default `[\"__count\"]`."),
        ORDER_KEY,
        LIMIT_KEY,
        PAGE_KEY,
    ]
);
operation!(
    NAME_SEARCH,
    "name_search",
    "Ids and names by a text.",
    [Key::new("text", Kind::Text, "The text to look for."), DOMAIN_KEY, LIMIT_KEY, PAGE_KEY,]
);
operation!(
    FIELDS_GET,
    "fields_get",
    "The fields of the model.",
    [
        Key::new("fields", NAMES, "Only these."),
        Key::new("attributes", NAMES, "Which attributes of them."),
        Key::new("query", Kind::Text, "Only fields whose name or label contains it."),
    ]
);
operation!(DEFAULT_GET, "default_get", "The default values of a new record.", [FIELDS_KEY]);
operation!(
    CREATE,
    "create",
    "New records.",
    [
        Key::required("values", VALUES, "The values: a table, or a template that gives a table or a list of them."),
        RETURN_KEY,
        EACH_KEY,
        AS_KEY,
    ]
);
operation!(
    WRITE,
    "write",
    "Changed records.",
    [
        IDS_KEY,
        Key::new("values", VALUES, "The values: a table, or a template that gives one."),
        RETURN_KEY,
        Key::new(
            "clear",
            Kind::Map(&Kind::Text),
            "Words for fields that the caller may empty: adds the argument `clear`, a list of these words.",
        ),
    ]
);
operation!(UNLINK, "unlink", "Deleted records.", [IDS_KEY]);
operation!(
    CALL,
    "call",
    "A method of the model.",
    [
        Key::required("method", Kind::Text, "Its name; may be one template."),
        Key::new("ids", IDS, "The records that it is called on. Without the key it is called on the model."),
        Key::new("kwargs", VALUES, "Named arguments."),
        Key::new("args", Kind::Either(&[Kind::List(&Kind::Any), Kind::Text]), "Positional arguments; prefer `kwargs`."),
        Key::new("writes", Kind::Either(&[Kind::Boolean, Kind::Text]), "Whether it changes something. Default true."),
    ]
);
operation!(
    SERVER,
    "server",
    "What the server itself knows of its Odoo.",
    [
        Key::required(
            "what",
            Kind::Choice(&["info", "modules", "models", "access"], &["save_prompt", "delete_prompt"]),
            "The connection, the modules or models that there are, or what the caller may do with a model.",
        ),
        Key::new("model", Kind::Text, "With `access`: the model; may be one template."),
        Key::new("query", Kind::Text, "With `modules` and `models`: only those whose name or label contains it."),
        LIMIT_KEY,
        PAGE_KEY,
    ]
);
