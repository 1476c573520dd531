//! The person and the client that a test plays.

use std::collections::HashSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::conversation::{Asked, Conversation, Question, QuestionKind, Reply};
use crate::odoo::Error;

/// Answers what the test has answers for, and closes every other question. A confirmation is given where the test says so.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// By the name of the question.
    pub(super) answers: Map<String, Value>,
    /// What those questions need of a client.
    pub(super) capabilities: HashSet<String>,
    /// The names of all questions of the tool: what else is asked is a confirmation.
    pub(super) questions: HashSet<String>,
    pub(super) confirmed: bool,
}

impl Script {
    fn reply(&self, question: &Question) -> Reply {
        if let Some(answer) = self.answers.get(&question.key) {
            return Reply::Given(answer.clone());
        }
        if self.questions.contains(&question.key) {
            return Reply::Dismissed;
        }
        match &question.kind {
            QuestionKind::Form(schema) if self.confirmed => Reply::Given(agreeing(schema)),
            _ => Reply::Declined,
        }
    }
}

/// Yes to whatever a form has to be ticked.
fn agreeing(schema: &Map<String, Value>) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let flags = properties.filter(|(_, property)| property.get("type").is_some_and(|kind| kind == "boolean"));
    Value::Object(flags.map(|(name, _)| (name.clone(), Value::Bool(true))).collect())
}

impl Conversation for Script {
    fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability) || (self.confirmed && capability == "elicitation")
    }

    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>> {
        let replies = questions.iter().map(|question| self.reply(question)).collect();
        std::future::ready(Ok(Asked::Answered(replies))).boxed()
    }
}
