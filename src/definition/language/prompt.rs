//! `[[prompt]]`, and what is offered while a person types.

use super::ask::ASK;
use super::example::PROMPT_TEST;
use super::keys::{
    BUNDLES_KEY, CATEGORY_KEY, ENABLED_KEY, ICONS_KEY, INSTANCE_KEY, META_KEY, REQUIRES_KEY, SEQUENCE_KEY, TITLE_KEY,
};
use super::operation::DOMAIN;
use crate::source::shape::{Key, Kind, Shape};

/// `[[prompt]]`.
pub static PROMPT: Shape = Shape {
    name: "prompt",
    header: "[[prompt]]",
    doc: "One prompt: messages that a person puts into a conversation, with live data in them.",
    label: Some("prompt"),
    one_of: &[],
    keys: &[
        Key::required("name", Kind::Text, "1 to 64 of `a-z`, `0-9` and `_`, unique among the prompts."),
        TITLE_KEY,
        Key::new("description", Kind::Text, "What it is for, for the person who chooses among prompts."),
        ICONS_KEY,
        META_KEY,
        BUNDLES_KEY,
        INSTANCE_KEY,
        REQUIRES_KEY,
        ENABLED_KEY,
        SEQUENCE_KEY,
        CATEGORY_KEY,
        Key::new("timeout", Kind::Duration, "The longest that it may take, its data included."),
        Key::new("argument", Kind::Tables(&ARGUMENT), "What the person is asked for first; each is a text.").also(&[
            "arguments",
            "input",
            "parameters",
        ]),
        Key::new("ask", Kind::Tables(&ASK), "Questions to the person, before the data is fetched."),
        Key::new("data", Kind::Map(&Kind::Table(&DATA)), "Answers of reading tools, fetched when the prompt is used."),
        Key::new("message", Kind::Tables(&MESSAGE), "What is said, in this order; at least one."),
        Key::new("test", Kind::Tables(&PROMPT_TEST), "Examples that are also tests: `check --test` runs them."),
    ],
};

/// `[[prompt.argument]]`.
pub static ARGUMENT: Shape = Shape {
    name: "argument",
    header: "[[prompt.argument]]",
    doc: "An argument of a prompt. Its value is a text.",
    label: None,
    one_of: &[],
    keys: &[
        Key::required("name", Kind::Text, "Its name in templates: letters, digits and `_`."),
        TITLE_KEY,
        Key::new("description", Kind::Text, "What to write there."),
        Key::new("required", Kind::Boolean, "The prompt cannot be used without it. Default false."),
        Key::new("complete", Kind::Table(&COMPLETE), "What is offered while the person types."),
    ],
};

/// `[prompt.data.<name>]`.
pub static DATA: Shape = Shape {
    name: "data",
    header: "[prompt.data.…]",
    doc: "The answer of a reading tool; its name stands for it in the messages.",
    label: None,
    one_of: &[],
    keys: &[
        Key::required("tool", Kind::Text, "The tool, by name; it need not be in the caller's bundle."),
        Key::new("arguments", Kind::Map(&Kind::Any), "Its arguments; may hold templates."),
        Key::new("when", Kind::Text, "Not fetched unless this expression is true."),
    ],
};

/// `[[prompt.message]]`.
pub static MESSAGE: Shape = Shape {
    name: "message",
    header: "[[prompt.message]]",
    doc: "One message of a prompt: a text, or one MCP content block.",
    label: None,
    one_of: &["text", "content"],
    keys: &[
        Key::new("role", Kind::Choice(&["user", "assistant"], &[]), "Who is to have said it. Default `user`."),
        Key::new("text", Kind::Text, "The text; may be a template, in which what is absent prints as nothing."),
        Key::new(
            "content",
            Kind::Map(&Kind::Any),
            "One MCP block: `image`, `audio`, `resource`, `resource_link`, `text`.",
        ),
        Key::new("when", Kind::Text, "Left out unless this expression is true."),
    ],
};

/// `complete` of a prompt's argument, and of a variable of a resource's address.
pub static COMPLETE: Shape = Shape {
    name: "complete",
    header: "complete = { … }",
    doc: "What is offered while a person types: fixed values, or what the records of a model are called.",
    label: None,
    one_of: &["values", "model"],
    keys: &[
        Key::new("values", Kind::Words, "These."),
        Key::new(
            "model",
            Kind::Text,
            "The model whose records are offered, as the caller may read them; may be a template.",
        ),
        Key::new("domain", DOMAIN, "Only these records; may use the arguments that are given so far."),
        Key::new(
            "field",
            Kind::Text,
            "The values of this field. Default: the name, and for the variable of an address the id.",
        ),
    ],
};
