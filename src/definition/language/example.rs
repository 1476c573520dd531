//! `[[tool.test]]`.

use crate::source::shape::{Key, Kind, Shape};

/// `[[tool.test]]`.
pub static TEST: Shape = Shape {
    name: "test",
    header: "[[tool.test]]",
    doc: "A call of the tool, and what has to come of it: run by `check --test`.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("name", Kind::Text, "What it shows, in a few words."),
        Key::new("arguments", Kind::Map(&Kind::Any), "What the caller gives; may hold templates."),
        Key::required("expect", Kind::Table(&EXPECT), "What has to come of it."),
        Key::new("now", Kind::Text, "The moment of the call, e.g. `2026-03-10T12:00:00`, in the user's zone."),
        Key::new("user", Kind::Text, "The Odoo login of the caller. Default: the administrator."),
        Key::new("bundle", Kind::Text, "The bundle through which the tool is called."),
        Key::new("answers", Kind::Map(&Kind::Map(&Kind::Any)), "By the name of an `ask`, what the person answers."),
        Key::new("confirmed", Kind::Boolean, "The person says yes where the tool asks for a confirmation."),
        Key::new("live", Kind::Boolean, "Of a tool that writes: run it against a live Odoo too. Default false."),
    ],
};

/// `expect` of a test.
pub static EXPECT: Shape = Shape {
    name: "expect",
    header: "expect",
    doc: "What has to come of a call: all of these.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("text", PIECES, "Pieces that the answer's text has."),
        Key::new("not_text", PIECES, "Pieces that the answer's text does not have."),
        Key::new("records", Kind::Integer(0, i64::MAX), "How many records the answer has."),
        Key::new("error", Kind::Choice(ERRORS, &[]), "The kind of error that the call ends with."),
        Key::new("call", Kind::Table(&OUTGOING), "Part of one request that went to Odoo."),
    ],
};

pub(super) const PIECES: Kind = Kind::Either(&[Kind::Text, Kind::Words]);

/// The kinds of error, as answers name them.
pub const ERRORS: &[&str] = &[
    "invalid_arguments",
    "unknown_field",
    "unknown_model",
    "not_found",
    "ambiguous",
    "unauthenticated",
    "access_denied",
    "validation",
    "conflict",
    "confirmation_required",
    "declined",
    "unsupported",
    "rate_limited",
    "unavailable",
    "timeout",
    "cancelled",
    "odoo_error",
    "internal",
];

/// `expect.call` of a test.
pub static OUTGOING: Shape = Shape {
    name: "outgoing",
    header: "expect.call",
    doc: "Part of one request that went to Odoo. Tables are compared key by key, all else as a whole; may hold templates.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new("model", Kind::Text, "The model."),
        Key::new("method", Kind::Text, "The method: as sent, or `search_read` and `read_group` on every version."),
        Key::new("ids", Kind::Any, "The records: an id or a list of them."),
        Key::new("domain", Kind::Any, "The whole domain."),
        Key::new(
            "values",
            Kind::Any,
            "Of the values written, these; of several records that are created, one has them.",
        ),
        Key::new("fields", Kind::Words, "The names of the fields read."),
        Key::new("order", Kind::Text, "The order."),
        Key::new("limit", Kind::Any, "How many records at most."),
        Key::new("offset", Kind::Any, "How many records are skipped."),
        Key::new("group_by", Kind::Words, "What is grouped by."),
        Key::new("args", Kind::List(&Kind::Any), "Arguments by position."),
        Key::new("kwargs", Kind::Map(&Kind::Any), "Arguments by name."),
        Key::new("context", Kind::Map(&Kind::Any), "Keys of the context."),
    ],
};
