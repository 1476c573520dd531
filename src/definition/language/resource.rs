//! `[[resource]]`: its keys, and those of what can be behind one.

use super::operation::{CONTEXT_KEY, DOMAIN_KEY, FIELDS_KEY, IDS_KEY, LIMIT_KEY, NAMES, ORDER_KEY, PAGE_KEY};
use super::{ASK, COMPLETE, LOOKUP, POSITIVE, RESOURCE_TEST};
use crate::source::shape::{Key, Kind, Shape};

/// The operations of a resource: the keys of which exactly one is there.
pub const RESOURCE_OPERATIONS: &[&str] =
    &["read", "search_read", "search_count", "read_group", "fields_get", "server", "content"];

/// `[[resource]]`.
pub static RESOURCE: Shape = Shape {
    name: "resource",
    header: "[[resource]]",
    doc: "One resource: what a client reads at an address, or at each address of a template.",
    label: Some("resource"),
    one_of: RESOURCE_OPERATIONS,
    keys: &[
        Key::required("name", Kind::Text, "1 to 64 of `a-z`, `0-9` and `_`, unique among resources."),
        Key::required(
            "uri",
            Kind::Text,
            "Its address, or a template: `odoo://crm.lead/{id}`, with `{?a,b}` at the end for the query.",
        )
        .also(&["url", "address", "uriTemplate", "uri_template"]),
        Key::new("title", Kind::Text, "The name that people see."),
        Key::new("description", Kind::Text, "What it holds."),
        Key::new(
            "mime_type",
            Kind::Text,
            "`application/json`, the default, `text/markdown`, `text/csv`, `text/plain`, or what the content is.",
        )
        .also(&["mimetype", "type"]),
        Key::new("icons", Kind::List(&Kind::Map(&Kind::Any)), "MCP icons: tables with `src`, `mimeType`, `sizes`.")
            .instead("e.g. `[{ src = \"https://example.com/icon.png\" }]`"),
        Key::new("meta", Kind::Map(&Kind::Any), "MCP `_meta`."),
        Key::new("annotations", Kind::Table(&RESOURCE_ANNOTATIONS), "MCP hints: for whom it is, and how important."),
        Key::new("size", Kind::Integer(0, i64::MAX), "How many bytes it has, where that is known; not of a template."),
        Key::new("bundles", Kind::Words, "The bundles that it belongs to; none is the default bundle."),
        Key::new("instance", Kind::Text, "Which Odoo, by its name in the configuration."),
        Key::new("model", Kind::Text, "The Odoo model, e.g. `crm.lead`; may be a template."),
        Key::new("input", Kind::JsonSchema, "The JSON Schema (2020-12) of the variables of `uri`; texts without it."),
        Key::new("lookup", Kind::Map(&Kind::Table(&LOOKUP)), "Names that become record ids before it is read."),
        Key::new("requires", Kind::Words, "What must be there: models, modules, `odoo>=17`, client capabilities."),
        Key::new("company", Kind::Either(&[Kind::Text, POSITIVE]), "The company in which it is read, by name or id."),
        Key::new("enabled", Kind::Boolean, "Not offered when false."),
        Key::new(
            "sequence",
            Kind::Integer(-1_000_000, 1_000_000),
            "Lists are sorted by this, then by name. Default 0.",
        ),
        Key::new("category", Kind::Text, "A word for grouping."),
        Key::new("timeout", Kind::Duration, "The longest that reading may take."),
        Key::new("result", Kind::Table(&RESOURCE_RESULT), "How it is shaped."),
        Key::new(
            "watch",
            Kind::Duration,
            "How often Odoo is asked whether it has changed, while a client has subscribed.",
        ),
        Key::new("complete", Kind::Map(&Kind::Table(&COMPLETE)), "By variable of `uri`: what is offered for it."),
        Key::new("ask", Kind::Tables(&ASK), "Questions to the person, before it is read."),
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
        Key::new("cache", Kind::Duration, "How long what was read may be given again to whom it was given."),
        Key::new("test", Kind::Tables(&RESOURCE_TEST), "Examples that are also tests: `check --test` runs them."),
    ],
};

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
        Key::new(
            "format",
            Kind::Choice(&["json", "table", "text"], &[]),
            "`json`, the default; `table`: Markdown tables; `text`: readable lines.",
        ),
        Key::new(
            "template",
            Kind::Text,
            "The whole text, instead of a format; the answer's keys are names beside all others.",
        ),
        Key::new("max_bytes", Kind::Integer(100, 100_000_000), "It is cut at whole records beyond this."),
        Key::new("links", Kind::Boolean, "Each record's web address, in Odoo's own interface. Default false."),
        Key::new("labels", Kind::Boolean, "A selection's label beside its value. Default false."),
    ],
};

macro_rules! operation {
    ($variable:ident, $name:literal, $doc:literal, [$($key:expr),* $(,)?]) => {
        #[doc = concat!("`[resource.", $name, "]`.")]
        pub(super) static $variable: Shape = Shape {
            name: concat!("resource_", $name),
            header: concat!("[resource.", $name, "]"),
            doc: $doc,
            label: None,
            one_of: &[],
            keys: &[$($key,)* CONTEXT_KEY],
        };
    };
}

operation!(
    RESOURCE_READ,
    "read",
    "Records by id, archived ones too; or one field of one record.",
    [
        IDS_KEY,
        FIELDS_KEY,
        Key::new(
            "field",
            Kind::Text,
            "The one field that the resource is: a file, with the type of its own, or a whole text.",
        ),
    ]
);
operation!(
    RESOURCE_SEARCH_READ,
    "search_read",
    "Rows, their total, and the next offset.",
    [
        DOMAIN_KEY,
        FIELDS_KEY,
        ORDER_KEY,
        LIMIT_KEY,
        PAGE_KEY,
        Key::new("count", Kind::Boolean, "Whether there is `total`. Default true."),
    ]
);
operation!(RESOURCE_SEARCH_COUNT, "search_count", "How many records there are.", [DOMAIN_KEY]);
operation!(
    RESOURCE_READ_GROUP,
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
    RESOURCE_FIELDS_GET,
    "fields_get",
    "The fields of the model.",
    [
        Key::new("fields", NAMES, "Only these."),
        Key::new("attributes", NAMES, "Which attributes of them."),
        Key::new("query", Kind::Text, "Only fields whose name or label contains it."),
    ]
);
operation!(
    RESOURCE_SERVER,
    "server",
    "What the server itself knows of its Odoo.",
    [
        Key::required(
            "what",
            Kind::Choice(&["info", "modules", "models", "access"], &[]),
            "The connection, the modules or models that there are, or what the caller may do with a model.",
        ),
        Key::new("model", Kind::Text, "With `access`: the model; may be one template."),
        Key::new("query", Kind::Text, "With `modules` and `models`: only those whose name or label contains it."),
        LIMIT_KEY,
        PAGE_KEY,
    ]
);
