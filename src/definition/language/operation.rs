//! The tables of the operations, and the keys that several of them have.

use super::keys::names;
use super::{AS_KEY, EACH_KEY, SPOT_LOOKUP};
use crate::source::shape::{Key, Kind, Shape};

pub(super) const DOMAIN: Kind = Kind::Either(&[Kind::List(&Kind::Any), Kind::Text]);
pub(super) const FIELDS: Kind =
    Kind::Either(&[Kind::List(&Kind::Either(&[Kind::Text, Kind::Map(&Kind::Any)])), Kind::Text]);
pub(super) const NAMES: Kind = Kind::Either(&[Kind::Words, Kind::Text]);
pub(super) const VALUES: Kind = Kind::Either(&[Kind::Map(&Kind::Any), Kind::Text]);
pub(super) const IDS: Kind =
    Kind::Either(&[Kind::Text, Kind::Integer(1, i64::MAX), Kind::List(&Kind::Any), Kind::Table(&SPOT_LOOKUP)]);
pub(super) const LIMIT_FORMS: Kind = Kind::Either(&[Kind::Integer(1, 10_000), Kind::Table(&LIMIT)]);

pub(super) const DOMAIN_KEY: Key =
    Key::new("domain", DOMAIN, "The Odoo domain. Default: every record.").also(&["filter", "filters", "where"]);
pub(super) const FIELDS_KEY: Key =
    Key::new("fields", FIELDS, "The fields to read; `{ order_line = [\"product_id\"] }` reads related ones.")
        .also(&["columns", "select"]);
pub(super) const RETURN_KEY: Key =
    Key::new("return", FIELDS, "The fields to read afterwards; an empty list reads none. Default: the names.");
pub(super) const ORDER_KEY: Key =
    Key::new("order", Kind::Text, "e.g. `date_order desc, id desc`.").also(&["order_by", "orderby", "sort", "sort_by"]);
pub(super) const LIMIT_KEY: Key =
    Key::new("limit", LIMIT_FORMS, "How many: a number, or `{ default = 20, max = 100 }`.");
pub(super) const PAGE_KEY: Key =
    Key::new("page", Kind::Boolean, "Adds the arguments `limit` and `offset`. Default true.");
pub(super) const CONTEXT_KEY: Key = Key::new("context", Kind::Map(&Kind::Any), "Keys of the Odoo context.");
pub(super) const IDS_KEY: Key =
    Key::required("ids", IDS, "The records: an id, a list of ids, an external id, or a template.").also(&[
        "id",
        "record_id",
        "record_ids",
        "records",
    ]);
pub(super) const SERVER_MODEL_KEY: Key =
    Key::new("model", Kind::Text, "With `access`: the model; may be one template.");
pub(super) const SERVER_QUERY_KEY: Key =
    Key::new("query", Kind::Text, "With `modules` and `models`: only those whose name or label contains it.");

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
        Key::required("group_by", NAMES, "e.g. `[\"partner_id\", \"date_order:month\"]`.").also(&["groupby", "by"]),
        Key::new("aggregates", NAMES, "e.g. `[\"amount_total:sum\"]`. Default `[\"__count\"]`.")
            .also(&["aggregate", "measures"]),
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
        Key::required("values", VALUES, "The values: a table, or a template that gives a table or a list of them.")
            .also(&["vals", "value", "data"]),
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
        Key::new("values", VALUES, "The values: a table, or a template that gives one.")
            .also(&["vals", "value", "data"]),
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
    MESSAGE_POST,
    "message_post",
    "A message in the discussion of records.",
    [
        IDS_KEY,
        Key::required("body", Kind::Text, "The text; every character is shown as it is, and line breaks are kept.")
            .also(&["text", "message"]),
        Key::new(
            "subtype",
            Kind::Text,
            "`note`, the default: for colleagues; `comment`: mailed to followers; or the external id of a subtype.",
        ),
        Key::new("partner_ids", IDS, "Partners who are told: ids, names, or a lookup."),
        Key::new("body_is_html", Kind::Either(&[Kind::Boolean, Kind::Text]), "`body` is HTML. Default false."),
    ]
);
operation!(
    ATTACH,
    "attach",
    "A file, or an address, attached to records.",
    [
        IDS_KEY,
        Key::required("name", Kind::Text, "The file's name, e.g. `offer.pdf`."),
        Key::new("text", Kind::Text, "What is in the file, where it is text."),
        Key::new("data", Kind::Text, "What is in the file, as base64."),
        Key::new("url", Kind::Text, "An address instead of a file."),
        Key::new("mime_type", Kind::Text, "e.g. `text/csv`. Default: what the name says."),
    ]
);
operation!(
    ATTACHMENTS,
    "attachments",
    "The files attached to records, the newest first; text, images and PDFs with their content.",
    [IDS_KEY, LIMIT_KEY, PAGE_KEY]
);
operation!(
    REPORT,
    "report",
    "Records printed as one PDF.",
    [
        Key::required("report", Kind::Text, "Its `report_name` in Odoo, or its external id."),
        IDS_KEY,
        Key::new("file_name", Kind::Text, "What the file is called. Default: the report and the record."),
    ]
);
operation!(
    SERVER,
    "server",
    "What the server itself knows of its Odoo.",
    [
        Key::required(
            "what",
            Kind::Choice(&["info", "modules", "models", "access", "save_prompt", "delete_prompt"], &[]),
            "The connection, the modules or models that there are, what the caller may do with a model, or the prompts that the caller keeps.",
        ),
        SERVER_MODEL_KEY,
        SERVER_QUERY_KEY,
        LIMIT_KEY,
        PAGE_KEY,
        Key::new("name", Kind::Text, "With `save_prompt` and `delete_prompt`: the name of the prompt."),
        Key::new("title", Kind::Text, "With `save_prompt`: the name that people see."),
        Key::new("description", Kind::Text, "With `save_prompt`: what the prompt is for."),
        Key::new("text", Kind::Text, "With `save_prompt`: what the prompt says."),
        Key::new(
            "arguments",
            Kind::Either(&[Kind::List(&Kind::Any), Kind::Text]),
            "With `save_prompt`: its arguments, names or tables."
        ),
        Key::new(
            "overwrite",
            Kind::Either(&[Kind::Boolean, Kind::Text]),
            "With `save_prompt`: in the place of one of that name. Default false."
        ),
    ]
);

/// The keys that open the operations, of a tool and of a step alike.
pub(super) const OPERATION_KEYS: &[Key] = &[
    Key::new("search_read", Kind::Table(&SEARCH_READ), "Find records, and read them.")
        .also(&["search", "find", "list"]),
    Key::new("read", Kind::Table(&READ), "Read records by id.").also(&["browse", "get"]),
    Key::new("search_count", Kind::Table(&SEARCH_COUNT), "Count records.").also(&["count"]),
    Key::new("read_group", Kind::Table(&READ_GROUP), "Group records, with aggregates.").also(&[
        "group",
        "groups",
        "web_read_group",
        "formatted_read_group",
    ]),
    Key::new("name_search", Kind::Table(&NAME_SEARCH), "Find ids and names by a text."),
    Key::new("fields_get", Kind::Table(&FIELDS_GET), "Describe the fields of the model."),
    Key::new("default_get", Kind::Table(&DEFAULT_GET), "The default values of a new record."),
    Key::new("create", Kind::Table(&CREATE), "Create records.").also(&["new", "insert"]),
    Key::new("write", Kind::Table(&WRITE), "Change records.").also(&["update"]),
    Key::new("unlink", Kind::Table(&UNLINK), "Delete records.").also(&["delete", "remove"]),
    Key::new("call", Kind::Table(&CALL), "Call a method of the model.").also(&[
        "method",
        "execute",
        "execute_kw",
        "action",
        "button",
    ]),
    Key::new("message_post", Kind::Table(&MESSAGE_POST), "Post a message on records.").also(&["post", "message"]),
    Key::new("attach", Kind::Table(&ATTACH), "Attach a file or an address to records.").also(&["attachment", "upload"]),
    Key::new("attachments", Kind::Table(&ATTACHMENTS), "The files attached to records."),
    Key::new("report", Kind::Table(&REPORT), "Print records as one PDF.").also(&["print"]),
    Key::new("server", Kind::Table(&SERVER), "What the server itself knows of its Odoo."),
    Key::new("content", Kind::List(&Kind::Map(&Kind::Any)), "Static MCP content blocks, without Odoo."),
];

/// Their names.
pub(super) const OPERATION_NAMES: &[&str] = &names::<{ OPERATION_KEYS.len() }>(OPERATION_KEYS);
