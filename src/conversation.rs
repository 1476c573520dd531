//! The client at the other end of a call, whatever the protocol in between: what can be asked of it, and told to it, while
//! the call runs.
//!
//! There are three kinds of client. One can be asked in the middle of a call, and the call waits. One answers a question by
//! making the same call again, with the answers: then the call ends with [`Outcome::Ask`], and whoever serves it keeps what the
//! client answered so far. And one can do neither.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::answer::Answer;
pub use crate::definition::step::{Level, List};
use crate::odoo::Error;

/// What a call came to; of a resource or a prompt, what was read.
#[derive(Debug)]
pub enum Outcome<T = Answer> {
    /// It is done.
    Answer(T),
    /// It has to be made again with the answers to these. Nothing was written.
    Ask {
        /// What is still to be answered.
        questions: Vec<Question>,
        /// The plan that is waiting for a confirmation, to be given again with the answers.
        plan: Option<String>,
    },
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Unique in the call.
    pub key: String,
    /// For the person.
    pub message: String,
    /// What is asked of whom.
    pub kind: QuestionKind,
}

/// What is asked of whom.
#[derive(Debug, Clone, PartialEq)]
pub enum QuestionKind {
    /// A form for the person: a flat JSON Schema, as MCP's elicitation has it.
    Form(Map<String, Value>),
    /// The client's model is to write something.
    Sample {
        /// The most tokens of its answer.
        max_tokens: u32,
        /// A system prompt.
        system: Option<String>,
    },
    /// The client's folders.
    Roots,
}

impl QuestionKind {
    /// The client capability that it needs.
    #[must_use]
    pub fn capability(&self) -> &'static str {
        match self {
            Self::Form(_) => "elicitation",
            Self::Sample { .. } => "sampling",
            Self::Roots => "roots",
        }
    }
}

/// What was answered to one question.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The form's content, the message, or `{"roots": […]}`.
    Given(Value),
    /// The person said no.
    Declined,
    /// The person closed the question.
    Dismissed,
}

/// What became of questions.
#[derive(Debug)]
pub enum Asked {
    /// All were answered, in their order.
    Answered(Vec<Reply>),
    /// These have to go out with the answer of the call.
    Later(Vec<Question>),
}

/// How a client agrees to a plan where it cannot ask anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It calls again, with the id of the plan.
    CallsAgain,
    /// It has agreed to whatever this call does: a person said so when they made it.
    Given,
    /// It calls only once. This is what its person can do instead.
    Cannot(&'static str),
}

/// The client of one call.
pub trait Conversation: Send + Sync {
    /// Whether the client has said that it can do that: `elicitation`, `sampling`, `roots`.
    fn can(&self, capability: &str) -> bool;

    /// Asks. Only what the client [`can`](Self::can).
    ///
    /// # Errors
    /// Where the client did not answer, or answered what was not asked.
    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>>;

    /// The arguments are right, what they name was found, and the tool's own questions are answered: from here on it works. A
    /// client that does not wait for that may be let go.
    fn begins(&self) {}

    /// The plan that an earlier try of this call made, where its confirmation comes with this one.
    fn plan(&self) -> Option<String> {
        None
    }

    /// How it agrees to a plan where it cannot ask anybody.
    fn agreement(&self) -> Agreement {
        Agreement::CallsAgain
    }

    /// How long a person has been waited for in this call: no part of the time that the call may take.
    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    /// Into the client's log, where it wants that level.
    fn log(&self, level: Level, text: String) -> BoxFuture<'_, ()> {
        let _ = (level, text);
        std::future::ready(()).boxed()
    }

    /// How far the call is, where the client wants to know.
    fn progress(&self, at: f64, total: Option<f64>, text: Option<String>) -> BoxFuture<'_, ()> {
        let _ = (at, total, text);
        std::future::ready(()).boxed()
    }

    /// Announces to all clients that a list has changed.
    fn notify(&self, list: List) {
        let _ = list;
    }
}

/// A client that can only wait for the answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Conversation for Silent {
    fn can(&self, _capability: &str) -> bool {
        false
    }

    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>> {
        std::future::ready(Ok(Asked::Later(questions.to_vec()))).boxed()
    }
}
