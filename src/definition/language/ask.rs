//! What a person is asked: confirmations and questions.

use super::operation::FIELDS;
use crate::source::shape::{Key, Kind, Shape};

/// `confirm` as a table.
pub static CONFIRM: Shape = Shape {
    name: "confirm",
    header: "[tool.confirm]",
    doc: "When a person has to confirm, and what that person is shown.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new(
            "when",
            Kind::Text,
            "`\"always\"`, the default here, `\"never\"`, or a template that is true or false.",
        ),
        Key::new("message", Kind::Text, "The question, for the person; may be a template."),
        Key::new("show", FIELDS, "The fields of each record that the person sees. Default: the names."),
        Key::new(
            "by",
            Kind::Choice(&["anyone", "person"], &[]),
            "`person`: only a client that can ask its user runs it; by default a model may confirm where the client cannot ask.",
        ),
    ],
};

/// `[[tool.ask]]`.
pub static ASK: Shape = Shape {
    name: "ask",
    header: "[[tool.ask]]",
    doc: "A question to the person behind the client, before anything is written.",
    label: None,
    one_of: &[],
    keys: &[
        Key::required("name", Kind::Text, "The variable that holds the answer."),
        Key::new("round", Kind::Integer(1, 100), "Questions of one round go out together."),
        ASK_WHEN,
        ASK_MESSAGE,
        ASK_SCHEMA,
        ASK_KIND,
        ASK_ON_DECLINE,
        ASK_OPTIONAL,
        ASK_MAX_TOKENS,
        ASK_SYSTEM,
    ],
};

/// `[tool.step.ask]`: its name is the step's.
pub static STEP_ASK: Shape = Shape {
    name: "step_ask",
    header: "[tool.step.ask]",
    doc: "A question to the person behind the client; its answer has the name of the step.",
    label: None,
    one_of: &[],
    keys: &[
        Key::new(
            "round",
            Kind::Integer(1, 100),
            "Questions of one round go out together, where their steps follow each other.",
        ),
        ASK_WHEN,
        ASK_MESSAGE,
        ASK_SCHEMA,
        ASK_KIND,
        ASK_ON_DECLINE,
        ASK_OPTIONAL,
        ASK_MAX_TOKENS,
        ASK_SYSTEM,
    ],
};

pub(super) const ASK_WHEN: Key = Key::new("when", Kind::Text, "Asked only where this expression is true.");
pub(super) const ASK_MESSAGE: Key = Key::new("message", Kind::Text, "The question; may be a template.");
pub(super) const ASK_SCHEMA: Key = Key::new(
    "schema",
    Kind::JsonSchema,
    "The form: a flat JSON Schema, with texts, numbers, booleans and choices among `properties`.",
);
pub(super) const ASK_KIND: Key = Key::new(
    "kind",
    Kind::Choice(&["form", "sample", "roots"], &[]),
    "`form`, the default, asks the person; `sample` lets the client's model write, `roots` names its folders.",
);
pub(super) const ASK_ON_DECLINE: Key = Key::new(
    "on_decline",
    Kind::Choice(&["end", "continue"], &[]),
    "Who declines ends the call (`end`, the default), or it goes on without an answer.",
);
pub(super) const ASK_OPTIONAL: Key =
    Key::new("optional", Kind::Boolean, "Skipped where the client cannot do it. Default false.");
pub(super) const ASK_MAX_TOKENS: Key =
    Key::new("max_tokens", Kind::Integer(1, 100_000), "With `sample`: the most tokens of the answer. Default 1000.");
pub(super) const ASK_SYSTEM: Key = Key::new("system", Kind::Text, "With `sample`: a system prompt; may be a template.");
