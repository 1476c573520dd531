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
        NAME,
        Key::new("arguments", Kind::Map(&Kind::Any), "What the caller gives; may hold templates."),
        EXPECTED,
        NOW,
        USER,
        Key::new("bundle", Kind::Text, "The bundle through which the tool is called."),
        ANSWERS,
        Key::new("confirmed", Kind::Boolean, "The person says yes where the tool asks for a confirmation."),
        Key::new("live", Kind::Boolean, "Of a tool that writes: run it against a live Odoo too. Default false."),
    ],
};

/// `[[resource.test]]`.
pub static RESOURCE_TEST: Shape = Shape {
    name: "resource_test",
    header: "[[resource.test]]",
    doc: "A reading of the resource, and what has to come of it: run by `check --test`.",
    label: None,
    one_of: &[],
    keys: &[
        NAME,
        Key::new("arguments", Kind::Map(&Kind::Any), "The variables of its address; may hold templates."),
        EXPECTED,
        NOW,
        USER,
        Key::new("bundle", Kind::Text, "The bundle through which it is read."),
        ANSWERS,
        ONLY_LIVE,
    ],
};

/// `[[prompt.test]]`.
pub static PROMPT_TEST: Shape = Shape {
    name: "prompt_test",
    header: "[[prompt.test]]",
    doc: "A use of the prompt, and what its messages have to say: run by `check --test`.",
    label: None,
    one_of: &[],
    keys: &[
        NAME,
        Key::new("arguments", Kind::Map(&Kind::Any), "What the person gives, texts; may hold templates."),
        EXPECTED,
        NOW,
        USER,
        Key::new("bundle", Kind::Text, "The bundle through which it is used."),
        ANSWERS,
        ONLY_LIVE,
    ],
};

const NAME: Key = Key::new("name", Kind::Text, "What it shows, in a few words.");
const EXPECTED: Key = Key::required("expect", Kind::Table(&EXPECT), "What has to come of it.");
const NOW: Key = Key::new("now", Kind::Text, "The moment of the call, e.g. `2026-03-10T12:00:00`, in the user's zone.");
const USER: Key = Key::new("user", Kind::Text, "The Odoo login of the caller. Default: the administrator.");
const ANSWERS: Key =
    Key::new("answers", Kind::Map(&Kind::Map(&Kind::Any)), "By the name of an `ask`, what the person answers.");
const ONLY_LIVE: Key = Key::new("live", Kind::Boolean, "Its `user` is one that only a live Odoo has. Default false.");

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
