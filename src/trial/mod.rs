//! Runs the tests that authors write beside their tools: against the embedded Odoo, or against the configured one.
//!
//! A test is one call through the same path as any other ([`Service::attempt`]), with a clock, a client and a watch of its own.
//! What came of it otherwise than expected is a diagnostic at the place of the expectation.

mod conversation;
mod embedded;
mod judge;
mod outgoing;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::catalog::{Catalog, Offered};
use crate::conversation::Outcome;
use crate::definition::Loaded;
use crate::definition::bundle::Bundle;
use crate::definition::example::{Example, Examples};
use crate::definition::tool::{Requirement, Tool};
use crate::demo::Account;
use crate::mcp::Backend;
use crate::mcp::Request;
use crate::odoo::{Error, Kind, Patience, Watch};
use crate::operation::{self, Instance, arguments};
use crate::service::{Circumstances, Service};
use crate::source::{Diagnostic, did_you_mean};
use crate::template;
use conversation::Script;

pub use embedded::on_embedded;

/// The tools of a load, and their tests.
#[derive(Debug)]
pub struct Suite {
    tools: Vec<Arc<Tool>>,
    bundles: Vec<Bundle>,
    examples: Vec<Examples>,
}

/// What came of the tests.
#[derive(Debug, Default)]
pub struct Report {
    /// What came otherwise than expected.
    pub diagnostics: Vec<Diagnostic>,
    /// How many came as expected.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// Why tests did not run, and the tools whose tests they are, one for each test.
    pub skipped: BTreeMap<String, Vec<String>>,
}

/// What is wrong with tests that can be seen without running them: beside the structure, arguments that the schema refuses and
/// logins that the embedded Odoo does not have.
#[must_use]
pub fn check(loaded: &Loaded) -> Vec<Diagnostic> {
    let (all, mut found) = loaded.examples();
    for examples in &all {
        let Some(tool) = loaded.definitions.tools.get(examples.tool) else { continue };
        for example in &examples.examples {
            let mut here: Vec<Diagnostic> = refused(tool, example).into_iter().chain(stranger(example)).collect();
            here.iter_mut().for_each(|diagnostic| diagnostic.definition = Some(label(tool)));
            found.append(&mut here);
        }
    }
    found
}

/// Arguments that the tool does not take, in a test that is not about that. What a template gives is known only to a call.
fn refused(tool: &Tool, example: &Example) -> Option<Diagnostic> {
    // What a bundle binds is not the caller's to give.
    if example.bundle.is_some() || example.error() == Some("invalid_arguments") {
        return None;
    }
    let given = example.arguments.as_literal()?.as_object()?.clone();
    let validator = tool.input.validator().ok()?;
    let error = arguments::put_right(given, &tool.input.schema, validator, tool.input.paging, &Map::new()).err()?;
    Some(
        Diagnostic::error(format!("the tool refuses the arguments of the test: {error}"))
            .at(&example.arguments_place)
            .with_hint("correct them, or expect the error `invalid_arguments`"),
    )
}

/// A login that only a live Odoo can have, in a test that is not for one.
fn stranger(example: &Example) -> Option<Diagnostic> {
    let (login, place) = example.user.as_ref()?;
    if example.live || Account::of(login).is_some() {
        return None;
    }
    let known = || Account::ALL.iter().map(|account| account.login);
    let hint = did_you_mean(login, known()).unwrap_or_else(|| {
        let known: Vec<&str> = known().collect();
        format!("it has `{}`; a test for a live Odoo alone says `live = true`", known.join("`, `"))
    });
    Some(Diagnostic::error(format!("the embedded Odoo has no login `{login}`")).at(place).with_hint(hint))
}

fn label(tool: &Tool) -> String {
    format!("tool `{}`", tool.name)
}

impl Suite {
    /// The tests of a load whose tools are without errors; they are taken out of it.
    #[must_use]
    pub fn new(mut loaded: Loaded) -> Self {
        let (examples, _) = loaded.examples();
        let tools = std::mem::take(&mut loaded.definitions.tools).into_iter().map(Arc::new).collect();
        Self { tools, bundles: loaded.definitions.bundles, examples }
    }

    /// Only the tests of the tools of these names. Says which name no tool has.
    ///
    /// # Errors
    /// The name.
    pub fn only(mut self, names: &[String]) -> Result<Self, String> {
        let known = |name: &str| self.tools.iter().any(|tool| tool.name == name);
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(unknown.clone());
        }
        let wanted = |tool: &Tool| names.is_empty() || names.contains(&tool.name);
        self.examples.retain(|examples| self.tools.get(examples.tool).is_some_and(|tool| wanted(tool)));
        Ok(self)
    }

    /// The names of the tools.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tools.iter().map(|tool| tool.name.as_str())
    }

    fn catalog(&self) -> Catalog {
        Catalog::new(self.tools.clone()).with_bundles(&self.bundles)
    }

    fn all(&self) -> impl Iterator<Item = (&Arc<Tool>, &Example)> {
        self.examples.iter().flat_map(|examples| {
            let tool = self.tools.get(examples.tool);
            tool.into_iter().flat_map(|tool| examples.examples.iter().map(move |example| (tool, example)))
        })
    }

    /// Which tools this Odoo has all for that they need, as far as the service knows it once it was asked.
    async fn offered(&self, service: &Service) -> Vec<Arc<Tool>> {
        service.replace(Catalog::new(self.tools.clone()));
        service.learn_once(None).await;
        service.replace(Catalog::clone(&service.snapshot()));
        let caller = Caller { bundles: Vec::new(), read_only: false, login: None };
        let offered = service.snapshot().tools(&caller).map(|offered| offered.tool.clone()).collect();
        service.replace(self.catalog());
        offered
    }
}

impl Report {
    /// Everything of both.
    fn add(&mut self, tool: &Tool, example: &Example, found: Vec<Diagnostic>) {
        if found.is_empty() {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        self.diagnostics.extend(found.into_iter().map(|mut diagnostic| {
            diagnostic.definition = Some(label(tool));
            if diagnostic.place.is_none() { diagnostic.at(&example.place) } else { diagnostic }
        }));
    }

    fn skip(&mut self, tool: &Tool, why: &str) {
        self.skipped.entry(why.to_owned()).or_default().push(tool.name.clone());
    }

    /// "12 tests (1 failed, 2 skipped)".
    #[must_use]
    pub fn summary(&self) -> String {
        let skipped: usize = self.skipped.values().map(Vec::len).sum();
        let all = self.passed + self.failed + skipped;
        let parts: Vec<String> = [(self.failed, "failed"), (skipped, "skipped")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let tests = format!("{all} test{}", if all == 1 { "" } else { "s" });
        if parts.is_empty() { tests } else { format!("{tests} ({})", parts.join(", ")) }
    }
}

/// Runs the tests against the Odoo that is configured. Those of tools that write run only where they say `live = true`; those of
/// another login than the one of `logins` (by instance; the configured one) cannot.
pub async fn on_live(suite: &Suite, service: &Service, logins: &BTreeMap<String, String>) -> Report {
    let mut report = Report::default();
    let offered = suite.offered(service).await;
    let catalog = service.snapshot();
    for (tool, example) in suite.all() {
        if !offered.iter().any(|offered| Arc::ptr_eq(offered, tool)) {
            report.skip(tool, "the Odoo does not have what the tool needs");
        } else if !(tool.annotations.read_only || example.live) {
            report.skip(tool, "a tool that writes is tested on a live Odoo only with `live = true`");
        } else if let Some((login, _)) = &example.user
            && logins.get(service.instance_of(&offered_to(&catalog, tool, example))) != Some(login)
        {
            report.skip(tool, "the configuration has another login than the test's `user`");
        } else {
            let found = run(service, &catalog, tool, example).await;
            report.add(tool, example, found);
        }
    }
    report
}

/// Runs one test, and gives what came otherwise than expected.
async fn run(service: &Service, catalog: &Catalog, tool: &Arc<Tool>, example: &Example) -> Vec<Diagnostic> {
    match attempt(service, catalog, tool, example).await {
        Ok(found) => found,
        Err(error) => {
            let mut diagnostic =
                judge::failed(example, &example.place, &format!("the call could not be made: {error}"));
            diagnostic.hint_if(error.hint);
            vec![diagnostic]
        }
    }
}

async fn attempt(
    service: &Service,
    catalog: &Catalog,
    tool: &Arc<Tool>,
    example: &Example,
) -> Result<Vec<Diagnostic>, Error> {
    let offered = offered_to(catalog, tool, example);
    let (scope, now) = scope(service.instance(&offered), example).await?;
    let given = match example.arguments.evaluate(&scope)? {
        template::Outcome::Given(Value::Object(given)) => given,
        _ => Map::new(),
    };
    let script = script(tool, example, &scope)?;
    let watch = Arc::new(Watch::noting());
    let caller = caller(example);
    let request = Request { catalog, caller: &caller, conversation: &script, cancelled: CancellationToken::new() };
    let circumstances = Circumstances { request, now, watch: Some(watch.clone()) };
    let outcome = service.attempt(&offered, given, circumstances).await;
    let answer = match outcome {
        Ok(Outcome::Answer(answer)) => Ok(answer),
        Ok(Outcome::Ask { .. }) => {
            Err(Error::new(Kind::Internal, "The call asks a question that has to be answered by another call."))
        }
        Err(error) => Err(error),
    };
    Ok(judge::judge(example, &judge::Result { answer: &answer, sent: &watch.sent(), scope: &scope }))
}

/// The caller of a test.
fn caller(example: &Example) -> Caller {
    Caller { bundles: example.bundle.iter().map(|(name, _)| name.clone()).collect(), read_only: false, login: None }
}

/// The tool as the bundle of a test offers it; without one, as it is.
fn offered_to(catalog: &Catalog, tool: &Arc<Tool>, example: &Example) -> Arc<Offered> {
    let through = example.bundle.as_ref().and_then(|_| {
        let caller = caller(example);
        catalog.tools(&caller).find(|offered| Arc::ptr_eq(&offered.tool, tool))
    });
    through.unwrap_or_else(|| Arc::new(Offered::plain(tool.clone())))
}

/// What the templates of a test know, and when it is called.
async fn scope(instance: Option<&Instance>, example: &Example) -> Result<(template::Scope, Timestamp), Error> {
    let moment =
        |zone: &jiff::tz::TimeZone| example.now.and_then(|now| now.in_zone(zone)).unwrap_or_else(Timestamp::now);
    match instance {
        Some(instance) => {
            let patience: Patience = instance.client.patience();
            operation::scope(instance, moment, &patience).await
        }
        None => {
            let now = moment(&jiff::tz::TimeZone::UTC);
            Ok((template::Scope::new(now, jiff::tz::TimeZone::UTC), now))
        }
    }
}

/// The person and the client of a test.
fn script(tool: &Tool, example: &Example, scope: &template::Scope) -> Result<Script, Error> {
    let mut script = Script { confirmed: example.confirmed, ..Script::default() };
    for (name, answer) in &example.answers {
        if let template::Outcome::Given(answer) = answer.evaluate(scope)? {
            script.answers.insert(name.clone(), answer);
        }
    }
    for ask in tool.questions() {
        script.questions.insert(ask.name.clone());
        if script.answers.contains_key(&ask.name) {
            script.capabilities.insert(ask.kind.capability().to_owned());
        }
    }
    script.capabilities.extend(tool.requires.iter().filter_map(|requirement| match requirement {
        Requirement::Capability(name) => Some(name.clone()),
        _ => None,
    }));
    Ok(script)
}
