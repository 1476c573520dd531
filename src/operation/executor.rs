//! One call of a tool, in the order that the definition language promises: arguments, lookups, questions, what only reads, the
//! confirmation, the rest. Nothing is written before the questions are answered and a confirmation that is due is given.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::begin::begin;
use super::confirm::Given;
use super::done::{Done, Failed};
use super::instance::Instance;
use super::plan::{Frozen, Plan, Plans};
use super::prepared::{Body, Prepared};
use super::run::Run;
use super::server::Keeper;
use super::{arguments, asks, confirm, content, ids, lookup, small};
use crate::answer::{self, Answer, Frame, Site};
use crate::catalog::{Apps, Offered};
use crate::conversation::{Conversation, Outcome};
use crate::definition::operation::Operation;
use crate::definition::step::{Action, Step};
use crate::definition::tool::{Lookup, Tool};
use crate::odoo::{Effect, Error, Kind, Patience, Watch};
use crate::service::Settings;
use crate::template::Scope;

/// Said with an answer that was cut, by a tool that has no `offset`.
const LESS: &str = "The answer was cut: it is too long. Ask for less at once, e.g. fewer records or fields.";

/// One call, and all that it needs.
pub struct Call<'a> {
    /// What is called, as it is offered to who calls.
    pub offered: &'a Offered,
    /// The Odoo that it works on, where there is one.
    pub instance: Option<&'a Instance>,
    /// The ceilings of the configuration.
    pub settings: &'a Settings,
    /// What the tools of that Odoo are for, should one ask.
    pub apps: &'a (dyn Fn() -> Apps + Sync),
    /// Whether who calls could read a resource of that address.
    pub readable: &'a (dyn Fn(&str) -> bool + Sync),
    /// Who keeps prompts for the caller, where that is configured.
    pub keeper: Option<&'a dyn Keeper>,
    /// The client that called.
    pub conversation: &'a dyn Conversation,
    /// What `now()` is: the moment of the call, but in a test.
    pub now: Timestamp,
    /// When the call came.
    pub started: Timestamp,
    /// Who calls: [`crate::access::Caller::key`].
    pub caller: &'a str,
    /// Where plans wait for a person.
    pub plans: &'a dyn Plans,
    /// The call as plans know it; set by the executor.
    pub subject: String,
    /// As the client gave them.
    pub arguments: Map<String, Value>,
    /// Set when nobody waits for the answer any more.
    pub cancelled: CancellationToken,
    /// Who sees what it sends; usually nobody.
    pub watch: Option<Arc<Watch>>,
}

impl<'a> Call<'a> {
    /// The tool that is called.
    pub(super) fn tool(&self) -> &'a Tool {
        &self.offered.tool
    }
}

/// Calls a tool on its Odoo.
///
/// # Errors
/// Every kind of the definition language; the caller of this makes an answer of it.
pub async fn call(call: Call<'_>) -> Result<Outcome, Error> {
    conduct(call, Wanted::Answer).await
}

/// Calls a reading tool for what it answers: the keys of its answer, cut like it, whatever format the tool has.
///
/// # Errors
/// As [`call`]; `validation` with the text of an answer that says what went wrong.
pub async fn data(call: Call<'_>) -> Result<Value, Error> {
    let name = call.tool().name.clone();
    match conduct(call, Wanted::Data).await? {
        Outcome::Answer(answer) if answer.is_error => Err(Error::new(Kind::Validation, answer.first_text())),
        Outcome::Answer(answer) => Ok(Value::Object(answer.structured.unwrap_or_default())),
        Outcome::Ask { .. } => Err(Error::new(Kind::Unsupported, format!("`{name}` asks a question first."))
            .hint("Data comes from a tool that asks nothing.")),
    }
}

/// What is to be made of what a call gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// What a client gets.
    Answer,
    /// What a template sees.
    Data,
}

async fn conduct(mut call: Call<'_>, wanted: Wanted) -> Result<Outcome, Error> {
    let tool = call.tool();
    let input = &tool.input;
    let validator = input.validator().map_err(|error| {
        Error::new(Kind::Internal, format!("The schema of `{}` does not compile: {error}.", tool.name))
    })?;
    let given = std::mem::take(&mut call.arguments);
    let mut arguments =
        arguments::put_right(given, &call.offered.schema, validator, input.paging, &call.offered.bound)?;
    let plan = if input.plan { arguments.remove("plan") } else { None };
    call.subject = confirm::subject(&call, &arguments);
    let plan = match confirm::given(&call, plan.as_ref().and_then(Value::as_str)).await? {
        Given::None => None,
        Given::Run(plan) => Some(*plan),
        Given::Ask(pending) => return Ok(pending),
    };
    if let Some(plan) = &plan {
        call.now = plan.now;
    }
    if let (true, Some(Operation::Content(blocks))) = (tool.is_single(), tool.operation())
        && !content::asks_odoo(tool, blocks)
    {
        let mut scope = Scope::new(call.now, TimeZone::UTC);
        scope.set_arguments(&arguments);
        scope.set("bundle", json!(call.offered.parameters));
        let answer = answer::blocks(content::evaluate(blocks, &scope)?, max_bytes(&call));
        return Ok(Outcome::Answer(if wanted == Wanted::Data { answer.into_data() } else { answer }));
    }
    let Some(instance) = call.instance else {
        return Err(Error::new(Kind::Unavailable, "No Odoo is configured for this tool.")
            .hint("Set `ODOO_URL` and its login, or `[instances]` in the configuration."));
    };
    let timeout = tool.timeout.unwrap_or_else(|| instance.client.timeout());
    let patience =
        Patience { deadline: Instant::now() + timeout, cancelled: call.cancelled.clone(), watch: call.watch.clone() };
    let mut run = begin(&call, instance, &arguments, patience).await?;
    match &plan {
        // What was found out then holds.
        Some(plan) => run.restore(plan),
        None => {
            if let Err(error) = lookup::resolve_all(&mut run, &tool.lookups).await {
                return Err(missing_first(error, &run).await);
            }
            if let Some(pending) = asks::all(&tool.asks, &mut run.asking(), call.conversation).await? {
                return Ok(pending);
            }
        }
    }
    call.conversation.begins();
    let mut done = Done::default();
    let body = match steps(&call, &mut run, plan.as_ref(), &mut done).await {
        Ok(Progress::Done(body)) => body,
        Ok(Progress::Pending(pending)) => return Ok(pending),
        Err(error) => return Err(done.told(error, Failed::Step(run.step))),
    };
    match answered(&call, &run, &done, body, wanted).await {
        Ok(answer) => Ok(Outcome::Answer(answer)),
        Err(error) => Err(done.told(error, Failed::Answer)),
    }
}

/// How far the steps came.
enum Progress {
    /// To their end, with what the tool answers.
    Done(Body),
    /// The client has to be asked, and calls again.
    Pending(Outcome),
}

/// Runs the steps, one after the other.
async fn steps<'a>(
    call: &Call<'a>,
    run: &mut Run<'a>,
    plan: Option<&Plan>,
    done: &mut Done,
) -> Result<Progress, Error> {
    let tool = call.tool();
    let never_writes = !tool.steps.iter().any(Step::may_write);
    let mut confirmed = false;
    let mut answer: Option<(bool, Body)> = None;
    let mut asked = 0;
    for (position, step) in tool.steps.iter().enumerate() {
        if position < asked {
            continue;
        }
        // What only reads ran when the plan was made; of it only the tool's own answer is read again.
        let before = plan.is_some_and(|plan| position < plan.step);
        if before && position != tool.answer {
            continue;
        }
        run.step = Some(step);
        if let Some(ended) = run.patience.ended() {
            return Err(small::ended(ended));
        }
        if !small::is_due(step.when.as_ref(), &run.scope)? {
            if let Some(name) = step.name.as_ref().filter(|_| !before) {
                run.bind(name, Frozen::Absent);
            }
            continue;
        }
        run.enter(step)?;
        let operation = match &step.action {
            Action::Operation { operation, .. } => operation,
            Action::Ask(_) => {
                let round = asks::round(tool.steps.get(position..).unwrap_or_default(), run)?;
                asked = position + round.len();
                let due = round.into_iter().flatten();
                if let Some(pending) = asks::all(due, &mut run.asking(), call.conversation).await? {
                    return Ok(Progress::Pending(pending));
                }
                continue;
            }
            other => {
                small::run(other, run, call.conversation).await?;
                continue;
            }
        };
        let prepared = match decide(operation, step, run).await {
            Ok(prepared) => prepared,
            Err(error) => return Err(missing_first(error, run).await),
        };
        // Nobody is asked about what is only shown.
        let withheld = run.patience.watch.as_ref().is_some_and(|watch| watch.withholds());
        if !confirmed && !before && !withheld && (step.may_write() || (never_writes && position == tool.answer)) {
            if let Some(pending) = confirm::agree(call, plan, run, &prepared, position).await? {
                return Ok(Progress::Pending(pending));
            }
            confirmed = true;
        }
        let outline = prepared.outline();
        let body = prepared.run(run).await?;
        if outline.effect == Effect::Write && !withheld {
            done.applied(step, outline, &body);
        }
        if let Some(name) = step.name.as_ref().filter(|_| !before) {
            run.bind(name, Frozen::Answer(body.value()));
        }
        // The answer of the step that is to answer stays; else the last one's.
        if !matches!(answer, Some((true, _))) {
            answer = Some((position == tool.answer, body));
        }
    }
    Ok(Progress::Done(answer.map_or_else(nothing, |(_, body)| body)))
}

/// What a tool answers none of whose operations was due.
fn nothing() -> Body {
    Body::of([("done", json!(false)), ("note", json!("Nothing had to be done: every step was skipped."))])
}

/// Resolves the lookups of a step, and decides what its operation will do.
pub(super) async fn decide<'a>(operation: &Operation, step: &'a Step, run: &mut Run<'a>) -> Result<Prepared, Error> {
    let open: Vec<&Lookup> = step.lookups.iter().filter(|lookup| !run.is_bound(&lookup.name)).collect();
    if !open.is_empty() {
        lookup::resolve_all(run, open).await?;
        // Its context may name what they found.
        run.enter(step)?;
    }
    Prepared::new(operation, run).await
}

/// A lookup that depends on a record which is not there finds nothing either: the record is what is missing.
async fn missing_first(error: Error, run: &Run<'_>) -> Error {
    if error.kind != Kind::NotFound {
        return error;
    }
    ids::missing(run).await.unwrap_or(error)
}

/// The answer of a call that is done.
///
/// # Errors
/// Those of the tool's own text and schema.
async fn answered(
    call: &Call<'_>,
    run: &Run<'_>,
    done: &Done,
    mut body: Body,
    wanted: Wanted,
) -> Result<Answer, Error> {
    if done.any() && body.blocks.is_none() {
        name_company(run, &mut body).await;
    }
    let (tool, client) = (call.tool(), &run.instance.client);
    let frame = Frame {
        shape: &tool.result,
        structured: tool.result.structured.unwrap_or(call.settings.structured),
        max_bytes: run.max_bytes,
        // Who cannot ask for the next page has to ask for less.
        note: tool.input.paging.is_none().then_some(LESS),
        links: run.links,
        site: client.known_version().map(|version| Site { url: client.url(), version }),
        scope: &run.scope,
    };
    match wanted {
        Wanted::Answer => answer::present(body, &frame),
        Wanted::Data => Ok(answer::data(body, &frame)),
    }
}

/// The most bytes of the answer.
fn max_bytes(call: &Call<'_>) -> usize {
    call.tool().result.max_bytes.unwrap_or(call.settings.max_answer_bytes)
}

/// A write's answer says in which company it happened.
async fn name_company(run: &Run<'_>, body: &mut Body) {
    // The write has happened: a name that cannot be read is no reason to report a failure.
    let company = match run.instance.company_name(run.company, &run.patience).await {
        Ok(name) => json!({"id": run.company, "name": &*name}),
        Err(_) => json!({"id": run.company}),
    };
    body.answer.insert("company".to_owned(), company);
}
