//! Questions to the person, before anything is written.

use std::time::Instant;

use serde_json::json;

use super::plan::Frozen;
use super::run::Run;
use super::small::{is_due, text};
use crate::conversation::{Asked, Conversation, Outcome, Question, QuestionKind, Reply};
use crate::definition::ask::{Ask, AskKind};
use crate::definition::step::{Action, Step};
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind, Patience};
use crate::template::Scope;

/// Who asks, and where the answers go.
pub(super) struct Asking<'r> {
    /// What is called.
    pub(super) tool: &'r Tool,
    /// The names that its templates may use: with the answers, when they are there.
    pub(super) scope: &'r mut Scope,
    /// The answers again, in their order.
    pub(super) variables: &'r mut Vec<(String, Frozen)>,
    /// What a person takes to answer is no part of the call's time.
    pub(super) patience: &'r mut Patience,
}

impl Asking<'_> {
    fn bind(&mut self, name: &str, value: Frozen) {
        self.variables.push((name.to_owned(), value.clone()));
        value.thaw(name, self.scope);
    }

    /// Puts questions to the client.
    ///
    /// # Errors
    /// As [`Conversation::ask`].
    pub(super) async fn put(
        &mut self,
        conversation: &dyn Conversation,
        questions: &[Question],
    ) -> Result<Asked, Error> {
        let asked = Instant::now();
        let answer = conversation.ask(questions).await;
        self.patience.deadline += asked.elapsed();
        answer
    }
}

/// Asks what is due, in its order; those of one round go out together. What is answered is in the scope then; `Some` where the
/// client has to call again with the answers.
///
/// # Errors
/// `declined` where the person says no, `unsupported` where the client cannot ask; those of the templates.
pub(super) async fn all(
    asks: impl IntoIterator<Item = &Ask>,
    run: &mut Asking<'_>,
    conversation: &dyn Conversation,
) -> Result<Option<Outcome>, Error> {
    let asks: Vec<&Ask> = asks.into_iter().collect();
    let mut rest = asks.as_slice();
    while let Some(first) = rest.first() {
        let together = match first.round {
            Some(round) => rest.iter().take_while(|ask| ask.round == Some(round)).count(),
            None => 1,
        };
        let (group, later) = rest.split_at(together);
        rest = later;
        let mut due = Vec::new();
        for &ask in group {
            if !is_due(ask.when.as_ref(), run.scope)? {
                run.bind(&ask.name, Frozen::Absent);
            } else if conversation.can(ask.kind.capability()) {
                due.push(ask);
            } else if ask.optional {
                run.bind(&ask.name, Frozen::Absent);
            } else {
                return Err(cannot_ask(ask, run.tool));
            }
        }
        if due.is_empty() {
            continue;
        }
        let questions: Vec<Question> = due.iter().map(|ask| question(ask, run)).collect::<Result<_, _>>()?;
        match run.put(conversation, &questions).await? {
            Asked::Later(questions) => return Ok(Some(Outcome::Ask { questions, plan: None })),
            Asked::Answered(replies) => {
                for (ask, reply) in due.into_iter().zip(replies) {
                    answered(ask, reply, run)?;
                }
            }
        }
    }
    Ok(None)
}

/// The questions among these steps that go out together with the first: those of its round that follow it at once. `None` stands
/// for one whose step is skipped; its answer is absent then.
///
/// # Errors
/// Those of the steps' `when`.
pub(super) fn round<'t>(steps: &'t [Step], run: &mut Run<'_>) -> Result<Vec<Option<&'t Ask>>, Error> {
    let asks = steps.iter().map_while(|step| match &step.action {
        Action::Ask(ask) => Some((step, ask)),
        _ => None,
    });
    let mut together: Vec<Option<&Ask>> = Vec::new();
    let mut first = None;
    for (position, (step, ask)) in asks.enumerate() {
        if position > 0 && (ask.round.is_none() || ask.round != first) {
            break;
        }
        first = ask.round;
        let due = is_due(step.when.as_ref(), &run.scope)?;
        if !due {
            run.bind(&ask.name, Frozen::Absent);
        }
        together.push(due.then_some(ask));
    }
    Ok(together)
}

fn question(ask: &Ask, run: &Asking<'_>) -> Result<Question, Error> {
    let message = text(&ask.message, run.scope)?;
    let kind = match &ask.kind {
        AskKind::Form(schema) => QuestionKind::Form(schema.clone()),
        AskKind::Sample { max_tokens, system } => {
            let system = system.as_ref().map(|system| text(system, run.scope)).transpose()?;
            QuestionKind::Sample { max_tokens: *max_tokens, system }
        }
        AskKind::Roots => QuestionKind::Roots,
    };
    Ok(Question { key: ask.name.clone(), message, kind })
}

fn answered(ask: &Ask, reply: Reply, run: &mut Asking<'_>) -> Result<(), Error> {
    match reply {
        Reply::Given(value) => run.bind(&ask.name, Frozen::Reply(value)),
        _ if ask.continues => run.bind(&ask.name, Frozen::Absent),
        Reply::Declined => return Err(declined("The person declined to answer, so nothing was done.")),
        Reply::Dismissed => return Err(declined("The person closed the question, so nothing was done.")),
    }
    Ok(())
}

fn declined(sentence: &str) -> Error {
    Error::new(Kind::Declined, sentence).hint("Ask the person in the chat what they want instead.")
}

/// A client that cannot ask may know the answer already: the arguments with which the question is not due.
fn cannot_ask(ask: &Ask, tool: &Tool) -> Error {
    let what = match &ask.kind {
        AskKind::Form(_) => "ask its user",
        AskKind::Sample { .. } => "let its model write a text",
        AskKind::Roots => "name its folders",
    };
    let error = Error::new(
        Kind::Unsupported,
        format!("`{}` has to ask a question (`{}`), and this client cannot {what}.", tool.name, ask.name),
    );
    let instead = ask.instead(&tool.input);
    let mut error = match instead.as_slice() {
        [] => error.hint("Use a client that can, or another tool."),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            error.hint(format!("Ask the person in the chat, and give the answer as {}.", names.join(", ")))
        }
    };
    error.lacks = Some(ask.kind.capability());
    if !instead.is_empty() {
        error.details.insert("arguments".to_owned(), json!(instead));
    }
    error
}
