//! `[[tool.step]]`.

use super::ask::STEP_ASK;
use super::keys::{LOOKUPS, joined, joined_keys, names};
use super::operation::{OPERATION_KEYS, OPERATION_NAMES};
use crate::source::shape::{Key, Kind, Shape};

/// What a step may be, beside the operations.
pub static SMALL_STEPS: &[&str] = SMALL_STEP_NAMES;

const SMALL_STEP_NAMES: &[&str] = &names::<{ SMALL_STEP_KEYS.len() }>(SMALL_STEP_KEYS);

/// The operations and the others: the keys of a step of which exactly one is there.
pub static STEPS: &[&str] = joined![""; OPERATION_NAMES, SMALL_STEP_NAMES];

/// `[[tool.step]]`.
pub static STEP: Shape = Shape {
    name: "step",
    header: "[[tool.step]]",
    doc: "One of several operations of a tool; its name stands for its answer in the steps after it.",
    label: None,
    one_of: STEPS,
    keys: joined_keys![
        &[
            Key::new("name", Kind::Text, "The variable that holds its answer, and what it is called where it fails."),
            Key::new("when", Kind::Text, "Skipped unless this expression is true."),
            Key::new("model", Kind::Text, "Its own Odoo model, instead of the tool's; may be a template."),
            Key::new("lookup", LOOKUPS, "Names that become record ids before it runs."),
        ],
        OPERATION_KEYS,
        &[Key::new("is_error", Kind::Boolean, "With `content`: the blocks say what went wrong. Default false.")],
        SMALL_STEP_KEYS,
    ],
};

const SMALL_STEP_KEYS: &[Key] = &[
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
];

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
