//! `[[tool.step]]`.

use super::LOOKUP;
use super::ask::STEP_ASK;
use super::operation::{
    ATTACH, ATTACHMENTS, CALL, CREATE, DEFAULT_GET, FIELDS_GET, MESSAGE_POST, NAME_SEARCH, READ, READ_GROUP, REPORT,
    SEARCH_COUNT, SEARCH_READ, SERVER, UNLINK, WRITE,
};
use crate::source::shape::{Key, Kind, Shape};

/// What a step may be, beside the operations.
pub static SMALL_STEPS: &[&str] = &["ask", "fail", "log", "progress", "wait", "notify"];

/// The operations and the others: the keys of a step of which exactly one is there.
pub static STEPS: &[&str] = &[
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
    "message_post",
    "attach",
    "attachments",
    "report",
    "server",
    "content",
    "ask",
    "fail",
    "log",
    "progress",
    "wait",
    "notify",
];

/// `[[tool.step]]`.
pub static STEP: Shape = Shape {
    name: "step",
    header: "[[tool.step]]",
    doc: "One of several operations of a tool; its name stands for its answer in the steps after it.",
    label: None,
    one_of: STEPS,
    keys: &[
        Key::new("name", Kind::Text, "The variable that holds its answer, and what it is called where it fails."),
        Key::new("when", Kind::Text, "Skipped unless this expression is true."),
        Key::new("model", Kind::Text, "Its own Odoo model, instead of the tool's; may be a template."),
        Key::new("lookup", Kind::Map(&Kind::Table(&LOOKUP)), "Names that become record ids before it runs."),
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
        Key::new("message_post", Kind::Table(&MESSAGE_POST), "Post a message on records."),
        Key::new("attach", Kind::Table(&ATTACH), "Attach a file or an address to records."),
        Key::new("attachments", Kind::Table(&ATTACHMENTS), "The files attached to records."),
        Key::new("report", Kind::Table(&REPORT), "Print records as one PDF."),
        Key::new("server", Kind::Table(&SERVER), "What the server itself knows of its Odoo."),
        Key::new("content", Kind::List(&Kind::Map(&Kind::Any)), "Static MCP content blocks, without Odoo."),
        Key::new("is_error", Kind::Boolean, "With `content`: the blocks say what went wrong. Default false."),
        Key::new("ask", Kind::Table(&STEP_ASK), "A question to the person, before anything is written."),
        Key::new("fail", Kind::Text, "Ends the call with this sentence; may be a template."),
        Key::new("log", Kind::Table(&LOG), "A message for the client's log."),
        Key::new("progress", Kind::Table(&PROGRESS), "How far the call is."),
        Key::new("wait", Kind::Duration, "Does nothing for so long, e.g. `\"50ms\"`."),
        Key::new(
            "notify",
            Kind::Choice(&["tools", "resources", "prompts"], &[]),
            "Announces to all clients that a list has changed; for tests.",
        ),
    ],
};

/// `log = { level, text }`.
pub static LOG: Shape = Shape {
    name: "log",
    header: "[tool.step.log]",
    doc: "A message for the client's log.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new(
            "level",
            Kind::Choice(&["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"], &[]),
            "How important it is. Default `info`.",
        ),
        Key::required("text", Kind::Text, "The message; may be a template."),
    ],
};

/// `progress = { at, total, text }`.
pub static PROGRESS: Shape = Shape {
    name: "progress",
    header: "[tool.step.progress]",
    doc: "How far the call is, for a client that wants to know.",
    label: None,
    one_of: &[],
    keys: &[
        Key::required("at", Kind::Any, "A number that grows, or a template that gives one."),
        Key::new("total", Kind::Any, "Where it ends."),
        Key::new("text", Kind::Text, "For people; may be a template."),
    ],
};
