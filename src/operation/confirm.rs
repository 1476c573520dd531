//! Whether a call needs a person's word, and what happens until it has it.

use serde_json::{Map, Value, json};

use super::executor::Call;
use super::plan::{Claim, LIFETIME, Marks, Plan, QUESTION, Shown, moved, payload, shown};
use super::prepared::{Planned, Prepared};
use super::run::Run;
use super::small::{self, text};
use crate::conversation::{Agreement, Asked, Outcome, Question, QuestionKind, Reply};
use crate::definition::step::Step;
use crate::definition::tool::{Confirm, Due};
use crate::odoo::{Error, Kind};
use crate::template::{self, Scope, Template};

/// Whether a person has to confirm this call.
///
/// # Errors
/// As the template.
fn is_due(confirm: &Confirm, run: &Run<'_>) -> Result<bool, Error> {
    Ok(match &confirm.due {
        Due::Never => false,
        Due::Always => true,
        // What its template names may be absent: then nobody knows, and it counts as true.
        Due::When(template) => {
            template.names().iter().any(|name| !name.guarded && is_absent(name, run))
                || template.evaluate_decision(&run.scope)? != template::Outcome::Given(Value::Bool(false))
        }
    })
}

/// Whether nobody gave what this name stands for. One that the template tests first (`default`, `is defined`, left of an `or`) is
/// its author's business.
fn is_absent(name: &template::Name, run: &Run<'_>) -> bool {
    match (name.root.as_str(), &name.attribute) {
        ("args", Some(_)) => run.scope.argument(name).is_none(),
        (root, _) => !run.scope.has(root),
    }
}

/// Has what a step is about to do agreed to: by the plan that a person has said yes to, or by asking, where that is due. `Some` is
/// what the client is answered first.
///
/// # Errors
/// As asking; `conflict` where what the plan said no longer holds.
pub(super) async fn agree(
    call: &Call<'_>,
    plan: Option<&Plan>,
    run: &mut Run<'_>,
    prepared: &Prepared,
    step: usize,
) -> Result<Option<Outcome>, Error> {
    match plan {
        Some(plan) => holds(plan, run, prepared).await.map(|()| None),
        None if is_due(&call.tool().confirm, run)? => ask(call, run, prepared, step).await,
        None => Ok(None),
    }
}

/// Asks the person, or gives the client a plan. `None`: the person agreed, and nothing has changed meanwhile.
///
/// # Errors
/// `confirmation_required` with the plan, for a client that cannot ask; `declined`; `conflict` where a record changed while the
/// person was thinking; `unsupported` where only a person's own word counts and the client cannot ask for it.
async fn ask(call: &Call<'_>, run: &mut Run<'_>, prepared: &Prepared, step: usize) -> Result<Option<Outcome>, Error> {
    let agreement = call.conversation.agreement();
    if agreement == Agreement::Given {
        return Ok(None);
    }
    let confirm = &run.tool.confirm;
    let (outline, planned) = (prepared.outline(), prepared.planned());
    let shown = shown(run, &planned, &outline.ids, confirm).await?;
    let later = later(&run.tool.steps, step, &run.scope)?;
    let question = match &confirm.message {
        Some(message) => Some(text(message, &run.scope)?).filter(|text| !text.trim().is_empty()),
        None => None,
    };
    let question = question.unwrap_or_else(|| format!("{}: do it?", outline.what));
    let told = told(&question, &shown, &planned, &later);
    let can_ask = call.conversation.can("elicitation");
    if !can_ask && confirm.by_person {
        return Err(Error::new(
            Kind::Unsupported,
            format!(
                "{} needs a person's own word, and this client cannot ask its user: nothing was done.",
                outline.what
            ),
        )
        .hint(match agreement {
            Agreement::Cannot(instead) => instead,
            _ => "Do it in Odoo, or with a client that can ask (MCP elicitation).",
        }));
    }
    let plan = Plan {
        id: uuid::Uuid::new_v4().simple().to_string(),
        caller: call.caller.to_owned(),
        subject: call.subject.clone(),
        expires: call.started + LIFETIME,
        now: call.now,
        question: told.clone(),
        step,
        variables: run.variables.clone(),
        found: run.names_found(),
        payload: payload(&planned.payload),
        marks: shown.marks.clone(),
    };
    if !can_ask {
        let mut error = required(&plan.id, &outline.what, &told, &shown, planned.arguments, &later);
        if let Agreement::Cannot(instead) = agreement {
            error.details.remove("plan");
            return Err(error.hint(instead));
        }
        let id = plan.id.clone();
        call.plans.put(plan).await.map_err(|refusal| refusal.error(&id))?;
        return Err(error);
    }
    match run.put(call.conversation, &[asked(&told)]).await? {
        Asked::Later(questions) => {
            let id = plan.id.clone();
            call.plans.put(plan).await.map_err(|refusal| refusal.error(&id))?;
            Ok(Some(Outcome::Ask { questions, plan: Some(id) }))
        }
        Asked::Answered(replies) => {
            agreed(&replies)?;
            still(run, prepared, &shown.marks).await?;
            Ok(None)
        }
    }
}

/// The plan that this call is to run, where the client gives one: its argument `plan`, or an answer to the question that an
/// earlier try asked.
///
/// # Errors
/// Why the plan is refused; `declined`.
pub(super) async fn given(call: &Call<'_>, argument: Option<&str>) -> Result<Given, Error> {
    let claim = |id| Claim { id, caller: call.caller, subject: &call.subject, now: call.started };
    if let Some(id) = argument {
        return match call.plans.take(claim(id)).await {
            Ok(plan) => Ok(Given::Run(Box::new(plan))),
            Err(refusal) => Err(refusal.error(id)),
        };
    }
    let Some(id) = call.conversation.plan() else { return Ok(Given::None) };
    let plan = call.plans.peek(claim(&id)).await.map_err(|refusal| refusal.error(&id))?;
    match call.conversation.ask(&[asked(&plan.question)]).await? {
        Asked::Later(questions) => Ok(Given::Ask(Outcome::Ask { questions, plan: Some(id) })),
        Asked::Answered(replies) => {
            // Whatever the answer was, it was the answer to this plan.
            let plan = call.plans.take(claim(&id)).await.map_err(|refusal| refusal.error(&id))?;
            agreed(&replies)?;
            Ok(Given::Run(Box::new(plan)))
        }
    }
}

/// What a client gave of a plan.
pub(super) enum Given {
    /// Nothing.
    None,
    /// A plan that may run.
    Run(Box<Plan>),
    /// The person has not answered yet.
    Ask(Outcome),
}

/// Whether what would be sent now is what the person agreed to, and the records are as they were.
///
/// # Errors
/// `conflict`.
async fn holds(plan: &Plan, run: &Run<'_>, prepared: &Prepared) -> Result<(), Error> {
    if payload(&prepared.planned().payload) != plan.payload {
        return Err(Error::new(
            Kind::Conflict,
            "What would be written is no longer what the plan said, so nothing was done: the tool or the records changed.",
        )
        .hint("Call again without `plan` for a new one, and show that one to the person."));
    }
    still(run, prepared, &plan.marks).await
}

async fn still(run: &Run<'_>, prepared: &Prepared, then: &Marks) -> Result<(), Error> {
    let (outline, planned) = (prepared.outline(), prepared.planned());
    if *then == Marks::default() {
        return Ok(());
    }
    let now = shown(run, &planned, &outline.ids, &run.tool.confirm).await?;
    moved(then, &now.marks, planned.model.as_deref().unwrap_or_default())
}

fn agreed(replies: &[Reply]) -> Result<(), Error> {
    match replies.first() {
        Some(Reply::Given(_)) => Ok(()),
        _ => Err(Error::new(Kind::Declined, "The person did not agree, so nothing was done.")
            .hint("Ask the person in the chat what they want instead.")),
    }
}

/// Accepting or declining is the whole answer: the form has nothing to fill in.
fn asked(message: &str) -> Question {
    let schema = Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), json!({}))]);
    Question { key: QUESTION.to_owned(), message: message.to_owned(), kind: QuestionKind::Form(schema) }
}

/// The names of the writes that come after the first, without those of which it is known now that they do not come.
///
/// # Errors
/// A `when` that gives neither true nor false.
fn later(steps: &[Step], first: usize, scope: &Scope) -> Result<Vec<String>, Error> {
    let to_come: Vec<&str> = steps.iter().skip(first).filter_map(|step| step.name.as_deref()).collect();
    let mut later = Vec::new();
    for step in steps.iter().skip(first + 1).filter(|step| step.may_write()) {
        let names = step.when.iter().flat_map(Template::names);
        let is_open = names.map(|name| name.root.as_str()).any(|root| to_come.contains(&root));
        if !is_open && !small::is_due(step.when.as_ref(), scope)? {
            continue;
        }
        let what = step.operation().map_or("", |operation| operation.name());
        later.push(step.name.as_ref().map_or_else(|| what.to_owned(), |name| format!("{name} ({what})")));
    }
    Ok(later)
}

fn told(question: &str, shown: &Shown, planned: &Planned, later: &[String]) -> String {
    let mut told = question.trim_end().to_owned();
    if !shown.text.is_empty() {
        told.push_str("\n\n");
        told.push_str(shown.text.trim_end());
    }
    if !planned.arguments.is_empty() {
        let arguments = planned.arguments.iter().map(|(key, value)| format!("{key}: {value}"));
        told.push_str("\n\nWith: ");
        told.push_str(&arguments.collect::<Vec<_>>().join("; "));
    }
    if !later.is_empty() {
        told.push_str("\n\nThen: ");
        told.push_str(&later.join(", "));
    }
    told
}

fn required(id: &str, what: &str, told: &str, shown: &Shown, arguments: Map<String, Value>, later: &[String]) -> Error {
    let minutes = LIFETIME.as_secs() / 60;
    let mut error =
        Error::new(Kind::ConfirmationRequired, format!("Nothing was done yet: {what} needs the user's agreement.\n\n{told}\n"))
            .hint(format!(
                "Show this to the user. If they agree, call again with the same arguments and `plan` = `{id}` within {minutes} minutes."
            ));
    let mut plan =
        Map::from_iter([("id".to_owned(), json!(id)), ("expires_in".to_owned(), json!(format!("{minutes}m")))]);
    plan.insert("what".to_owned(), json!(what));
    plan.insert("records".to_owned(), json!(shown.records));
    if !arguments.is_empty() {
        plan.insert("arguments".to_owned(), Value::Object(arguments));
    }
    if !later.is_empty() {
        plan.insert("then".to_owned(), json!(later));
    }
    error.details.insert("plan".to_owned(), Value::Object(plan));
    error
}

/// A call of a tool, so that a plan for it is a plan for it alone.
pub(super) fn subject(call: &Call<'_>, arguments: &Map<String, Value>) -> String {
    let mut arguments = arguments.clone();
    // A plan for what one bundle binds is none for what another, or a later one, does.
    let said = json!({ "bind": call.offered.parameters, "company_ids": call.offered.companies });
    arguments.insert("[[bundle]]".to_owned(), said);
    super::plan::subject(&call.tool().name, call.instance.map_or("", |instance| instance.client.name()), &arguments)
}
