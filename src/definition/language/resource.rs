//! `[[resource]]`: its keys, and those of what can be behind one.

use super::keys::{
    BUNDLES_KEY, CATEGORY_KEY, COMPANY, ENABLED_KEY, FORMAT, ICONS_KEY, INSTANCE_KEY, LINKS_KEY, LOOKUPS, MAX_BYTES,
    META_KEY, MODEL_KEY, REQUIRES_KEY, SEQUENCE_KEY, TITLE_KEY, joined_keys, names,
};
use super::operation::{
    CONTEXT_KEY, DOMAIN_KEY, FIELDS_GET, FIELDS_KEY, IDS_KEY, LIMIT_KEY, ORDER_KEY, PAGE_KEY, READ, READ_GROUP,
    SEARCH_COUNT, SEARCH_READ, SERVER, SERVER_MODEL_KEY, SERVER_QUERY_KEY,
};
use super::{ASK, COMPLETE, RESOURCE_TEST};
use crate::source::shape::{Key, Kind, Shape};

/// The operations of a resource: the keys of which exactly one is there.
pub const RESOURCE_OPERATIONS: &[&str] = &names::<{ OPERATION_KEYS.len() }>(OPERATION_KEYS);

/// `[[resource]]`.
pub static RESOURCE: Shape =
    Shape {
        name: "resource",
        header: "[[resource]]",
        doc: "One resource: what a client reads at an address, or at each address of a template.",
        label: Some("resource"),
        one_of: RESOURCE_OPERATIONS,
        keys: joined_keys![
        &[
            Key::required("name", Kind::Text, "1 to 64 of `a-z`, `0-9` and `_`, unique among resources."),
            Key::required(
                "uri",
                Kind::Text,
                "Its address, or a template: `odoo://crm.lead/{id}`, with `{?a,b}` at the end for the query.",
            ).also(&["url", "address", "uriTemplate", "uri_template"]),
            TITLE_KEY,
            Key::new("description", Kind::Text, "What it holds."),
            Key::new(
                "mime_type",
                Kind::Text,
                "`application/json`, the default, `text/markdown`, `text/csv`, `text/plain`, or what the content is.",
            ).also(&["mimetype", "type"]),
            ICONS_KEY,
            META_KEY,
            Key::new(
                "annotations",
                Kind::Table(&RESOURCE_ANNOTATIONS),
                "MCP hints: for whom it is, and how important."
            ),
            Key::new(
                "size",
                Kind::Integer(0, i64::MAX),
                "How many bytes it has, where that is known; not of a template."
            ),
            BUNDLES_KEY,
            INSTANCE_KEY,
            MODEL_KEY,
            Key::new(
                "input",
                Kind::JsonSchema,
                "The JSON Schema (2020-12) of the variables of `uri`; texts without it."
            ),
            Key::new("lookup", LOOKUPS, "Names that become record ids before it is read."),
            REQUIRES_KEY,
            Key::new("company", COMPANY, "The company in which it is read, by name or id."),
            ENABLED_KEY,
            SEQUENCE_KEY,
            CATEGORY_KEY,
            Key::new("timeout", Kind::Duration, "The longest that reading may take."),
            Key::new("result", Kind::Table(&RESOURCE_RESULT), "How it is shaped."),
            Key::new(
                "watch",
                Kind::Duration,
                "How often Odoo is asked whether it has changed, while a client has subscribed.",
            ),
            Key::new("complete", COMPLETES, "By variable of `uri`: what is offered for it."),
            Key::new("ask", Kind::Tables(&ASK), "Questions to the person, before it is read."),
        ],
        OPERATION_KEYS,
        &[
            Key::new("cache", Kind::Duration, "How long what was read may be given again to whom it was given."),
            Key::new("test", Kind::Tables(&RESOURCE_TEST), "Examples that are also tests: `check --test` runs them."),
        ],
    ],
    };

/// What is offered, by variable.
const COMPLETES: Kind = Kind::Map(&Kind::Table(&COMPLETE));

/// The keys that open what can be behind an address.
const OPERATION_KEYS: &[Key] = &[
    Key::new("read", Kind::Table(&RESOURCE_READ), "Records by id, or one field of one record."),
    Key::new("search_read", Kind::Table(&RESOURCE_SEARCH_READ), "Records that meet a domain."),
    Key::new("search_count", Kind::Table(&RESOURCE_SEARCH_COUNT), "How many records there are."),
    Key::new("read_group", Kind::Table(&RESOURCE_READ_GROUP), "Groups with aggregates."),
    Key::new("fields_get", Kind::Table(&RESOURCE_FIELDS_GET), "The fields of the model."),
    Key::new("server", Kind::Table(&RESOURCE_SERVER), "What the server itself knows of its Odoo."),
    Key::new(
        "content",
        Kind::List(&Kind::Map(&Kind::Any)),
        "What it holds, without Odoo: `{ text = \"…\" }` or `{ blob = \"…\", mimeType = \"…\" }`.",
    ),
];

/// `annotations` of a resource, as MCP spells them.
pub(super) static RESOURCE_ANNOTATIONS: Shape = Shape {
    name: "resource_annotations",
    header: "[resource.annotations]",
    doc: "MCP hints about a resource.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new(
            "audience",
            Kind::List(&Kind::Choice(&["user", "assistant"], &[])),
            "For whom it is: `user`, `assistant`, or both.",
        ),
        Key::new("priority", Kind::Any, "How important it is: a number from 0 to 1."),
        Key::new("lastModified", Kind::Text, "When it changed last, e.g. `2026-03-01T12:00:00Z`."),
    ],
};

/// `result` of a resource.
pub(super) static RESOURCE_RESULT: Shape = Shape {
    name: "resource_result",
    header: "[resource.result]",
    doc: "How a resource is shaped; its type is `mime_type`.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("format", FORMAT, "`json`, the default; `table`: Markdown tables; `text`: readable lines."),
        Key::new(
            "template",
            Kind::Text,
            "The whole text, instead of a format; the answer's keys are names beside all others.",
        ),
        Key::new("max_bytes", MAX_BYTES, "It is cut at whole records beyond this."),
        LINKS_KEY,
        Key::new("labels", Kind::Boolean, "A selection's label beside its value. Default false."),
    ],
};

/// `[resource.read]`.
pub(super) static RESOURCE_READ: Shape = Shape {
    name: "resource_read",
    header: "[resource.read]",
    doc: "Records by id, archived ones too; or one field of one record.",
    keys: &[
        IDS_KEY,
        FIELDS_KEY,
        Key::new(
            "field",
            Kind::Text,
            "The one field that the resource is: a file, with the type of its own, or a whole text.",
        ),
        CONTEXT_KEY,
    ],
    ..READ
};

/// `[resource.search_read]`.
pub(super) static RESOURCE_SEARCH_READ: Shape = Shape {
    name: "resource_search_read",
    header: "[resource.search_read]",
    keys: &[
        DOMAIN_KEY,
        FIELDS_KEY,
        ORDER_KEY,
        LIMIT_KEY,
        PAGE_KEY,
        Key::new("count", Kind::Boolean, "Whether there is `total`. Default true."),
        CONTEXT_KEY,
    ],
    ..SEARCH_READ
};

/// `[resource.search_count]`.
pub(super) static RESOURCE_SEARCH_COUNT: Shape =
    Shape { name: "resource_search_count", header: "[resource.search_count]", ..SEARCH_COUNT };

/// `[resource.read_group]`.
pub(super) static RESOURCE_READ_GROUP: Shape =
    Shape { name: "resource_read_group", header: "[resource.read_group]", ..READ_GROUP };

/// `[resource.fields_get]`.
pub(super) static RESOURCE_FIELDS_GET: Shape =
    Shape { name: "resource_fields_get", header: "[resource.fields_get]", ..FIELDS_GET };

/// `[resource.server]`: what of a tool's a resource can be.
pub(super) static RESOURCE_SERVER: Shape = Shape {
    name: "resource_server",
    header: "[resource.server]",
    keys: &[
        Key::required(
            "what",
            Kind::Choice(&["info", "modules", "models", "access"], &[]),
            "The connection, the modules or models that there are, or what the caller may do with a model.",
        ),
        SERVER_MODEL_KEY,
        SERVER_QUERY_KEY,
        LIMIT_KEY,
        PAGE_KEY,
        CONTEXT_KEY,
    ],
    ..SERVER
};
