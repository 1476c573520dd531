//! `[[tool.step]]`.

use super::LOOKUP;
use super::ask::STEP_ASK;
use super::operation::{
    ATTACH_KEY, ATTACHMENTS_KEY, CALL_KEY, CREATE_KEY, DEFAULT_GET_KEY, FIELDS_GET_KEY, MESSAGE_POST_KEY,
    NAME_SEARCH_KEY, READ_GROUP_KEY, READ_KEY, REPORT_KEY, SEARCH_COUNT_KEY, SEARCH_READ_KEY, SERVER_KEY, UNLINK_KEY,
    WRITE_KEY,
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
        SEARCH_READ_KEY,
        READ_KEY,
        SEARCH_COUNT_KEY,
        READ_GROUP_KEY,
        NAME_SEARCH_KEY,
        FIELDS_GET_KEY,
        DEFAULT_GET_KEY,
        CREATE_KEY,
        WRITE_KEY,
        UNLINK_KEY,
        CALL_KEY,
        MESSAGE_POST_KEY,
        ATTACH_KEY,
        ATTACHMENTS_KEY,
        REPORT_KEY,
        SERVER_KEY,
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
