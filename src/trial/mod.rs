//! Runs the tests that authors write beside their definitions: against the embedded Odoo, or against the configured one.
//!
//! A test is one call, one reading or one use through the same path as any other ([`Service::attempt`], [`Service::using`]), with a
//! clock, a client and a watch of its own.
//! What came of it otherwise than expected is a diagnostic at the place of the expectation.

mod conversation;
mod embedded;
mod judge;
mod outgoing;
mod subject;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::catalog::{Catalog, Offered};
use crate::definition::bundle::Bundle;
use crate::definition::example::{Example, Examples, Of};
use crate::definition::tool::{Requirement, Tool};
use crate::definition::{Definitions, Loaded};
use crate::demo::Account;
use crate::mcp::Backend;
use crate::mcp::Request;
use crate::odoo::{Error, Patience, Watch};
use crate::operation::{self, Instance, arguments};
use crate::service::{Circumstances, Service};
use crate::source::{Diagnostic, did_you_mean};
use crate::template;
use conversation::Script;
use subject::Subject;

pub use embedded::on_embedded;

/// What a load declares, and the tests of it.
#[derive(Debug)]
pub struct Suite {
    subjects: Vec<Subject>,
    bundles: Vec<Bundle>,
    /// The position of a subject, and its tests.
    examples: Vec<(usize, Vec<Example>)>,
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
    /// Why tests did not run, and the names of what they are of, one for each test.
    pub skipped: BTreeMap<String, Vec<String>>,
}

/// What is wrong with tests that can be seen without running them: beside the structure, arguments that the schema refuses and
/// logins that the embedded Odoo does not have.
#[must_use]
pub fn check(loaded: &Loaded) -> Vec<Diagnostic> {
    let (all, mut found) = loaded.examples();
    let Definitions { tools, resources, prompts, .. } = &loaded.definitions;
    for Examples { of, examples } in &all {
        let tool = match *of {
            Of::Tool(at) => tools.get(at),
            Of::Resource(at) => resources.get(at).map(|resource| &*resource.tool),
            Of::Prompt(at) => prompts.get(at).map(|prompt| &*prompt.tool),
        };
        let Some(tool) = tool else { continue };
        for example in examples {
            let mut here: Vec<Diagnostic> = refused(*of, tool, example).into_iter().chain(stranger(example)).collect();
            let label = format!("{} `{}`", of.sort(), tool.name);
            here.iter_mut().for_each(|diagnostic| diagnostic.definition = Some(label.clone()));
            found.append(&mut here);
        }
    }
    found
}

/// Arguments that are not taken, in a test that is not about that. What a template gives is known only to a call.
fn refused(of: Of, tool: &Tool, example: &Example) -> Option<Diagnostic> {
    // What a bundle binds is not the caller's to give.
    if example.bundle.is_some() || example.error() == Some("invalid_arguments") {
        return None;
    }
    let mut given = example.arguments.as_literal()?.as_object()?.clone();
    if !matches!(of, Of::Tool(_)) {
        given = texts(given);
    }
    let validator = tool.input.validator().ok()?;
    let error = arguments::put_right(given, &tool.input.schema, validator, tool.input.paging, &Map::new()).err()?;
    Some(
        Diagnostic::error(format!("the {} refuses the arguments of the test: {error}", of.sort()))
            .at(&example.arguments_place)
            .with_hint("correct them, or expect the error `invalid_arguments`"),
    )
}

/// What is in an address, and what a person types for a prompt, is text.
fn texts(given: Map<String, Value>) -> Map<String, Value> {
    let text = |value: Value| match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        other => other,
    };
    given.into_iter().map(|(name, value)| (name, text(value))).collect()
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

impl Suite {
    /// The tests of a load that is without errors; its definitions are taken out of it.
    #[must_use]
    pub fn new(mut loaded: Loaded) -> Self {
        let (examples, _) = loaded.examples();
        let Definitions { tools, resources, prompts, bundles } = std::mem::take(&mut loaded.definitions);
        let (of_tools, of_resources) = (tools.len(), resources.len());
        let tools = tools.into_iter().map(|tool| Subject::Tool(Arc::new(tool)));
        let resources = resources.into_iter().map(|resource| Subject::Resource(Arc::new(resource)));
        let prompts = prompts.into_iter().map(|prompt| Subject::Prompt(Arc::new(prompt)));
        let position = |of| match of {
            Of::Tool(at) => at,
            Of::Resource(at) => of_tools + at,
            Of::Prompt(at) => of_tools + of_resources + at,
        };
        let examples = examples.into_iter().map(|Examples { of, examples }| (position(of), examples)).collect();
        Self { subjects: tools.chain(resources).chain(prompts).collect(), bundles, examples }
    }

    /// Only the tests of what has these names. Says which name there is not.
    ///
    /// # Errors
    /// The name.
    pub fn only(mut self, names: &[String]) -> Result<Self, String> {
        let known = |name: &str| self.names().any(|known| known == name);
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(unknown.clone());
        }
        let wanted = |subject: &Subject| names.is_empty() || names.contains(&subject.tool().name);
        self.examples.retain(|(at, _)| self.subjects.get(*at).is_some_and(wanted));
        Ok(self)
    }

    /// The names of all that can have tests.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.subjects.iter().map(|subject| subject.tool().name.as_str())
    }

    /// Without the declared bundles.
    fn plain(&self) -> Catalog {
        let tools = self.subjects.iter().filter_map(|subject| match subject {
            Subject::Tool(tool) => Some(tool.clone()),
            _ => None,
        });
        let resources = self.subjects.iter().filter_map(|subject| match subject {
            Subject::Resource(resource) => Some(resource.clone()),
            _ => None,
        });
        let prompts = self.subjects.iter().filter_map(|subject| match subject {
            Subject::Prompt(prompt) => Some(prompt.clone()),
            _ => None,
        });
        Catalog::shared(tools, resources, prompts)
    }

    fn catalog(&self) -> Catalog {
        self.plain().with_bundles(&self.bundles)
    }

    fn all(&self) -> impl Iterator<Item = (&Subject, &Example)> {
        self.examples.iter().flat_map(|(at, examples)| {
            let subject = self.subjects.get(*at);
            subject.into_iter().flat_map(|subject| examples.iter().map(move |example| (subject, example)))
        })
    }

    /// What this Odoo has all for that it needs, as far as the service knows it once it was asked.
    async fn offered(&self, service: &Service) -> Vec<Arc<Offered>> {
        service.replace(self.plain());
        service.learn_once(None).await;
        service.replace(Catalog::clone(&service.snapshot()));
        let caller = Caller { bundles: Vec::new(), read_only: false, login: None };
        let offered = seen(&service.snapshot(), &caller);
        service.replace(self.catalog());
        offered
    }
}

impl Report {
    /// Everything of both.
    fn add(&mut self, subject: &Subject, example: &Example, found: Vec<Diagnostic>) {
        if found.is_empty() {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        self.diagnostics.extend(found.into_iter().map(|mut diagnostic| {
            diagnostic.definition = Some(subject.label());
            if diagnostic.place.is_none() { diagnostic.at(&example.place) } else { diagnostic }
        }));
    }

    fn skip(&mut self, subject: &Subject, why: &str) {
        self.skipped.entry(why.to_owned()).or_default().push(subject.tool().name.clone());
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
    for (subject, example) in suite.all() {
        if !subject.is_among(&offered) {
            report.skip(subject, &format!("the Odoo does not have what the {} needs", subject.sort()));
        } else if !(subject.only_reads() || example.live) {
            report.skip(subject, "a tool that writes is tested on a live Odoo only with `live = true`");
        } else if let Some((login, _)) = &example.user
            && logins.get(service.instance_of(&offered_to(&catalog, subject, example))) != Some(login)
        {
            report.skip(subject, "the configuration has another login than the test's `user`");
        } else {
            let found = run(service, &catalog, subject, example).await;
            report.add(subject, example, found);
        }
    }
    report
}

/// Runs one test, and gives what came otherwise than expected.
async fn run(service: &Service, catalog: &Catalog, subject: &Subject, example: &Example) -> Vec<Diagnostic> {
    match attempt(service, catalog, subject, example).await {
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
    subject: &Subject,
    example: &Example,
) -> Result<Vec<Diagnostic>, Error> {
    let offered = offered_to(catalog, subject, example);
    let (scope, now) = scope(service.instance(&offered), example).await?;
    let given = match example.arguments.evaluate(&scope)? {
        template::Outcome::Given(Value::Object(given)) => given,
        _ => Map::new(),
    };
    let script = script(subject.tool(), example, &scope)?;
    let watch = Arc::new(Watch::noting());
    let caller = caller(example);
    let request = Request { catalog, caller: &caller, conversation: &script, cancelled: CancellationToken::new() };
    let circumstances = Circumstances { request, now, watch: Some(watch.clone()) };
    let answer = subject.used(service, offered, given, circumstances).await;
    Ok(judge::judge(example, &judge::Result { answer: &answer, sent: &watch.sent(), scope: &scope }))
}

/// The caller of a test.
fn caller(example: &Example) -> Caller {
    Caller { bundles: example.bundle.iter().map(|(name, _)| name.clone()).collect(), read_only: false, login: None }
}

/// All that a caller sees.
fn seen(catalog: &Catalog, caller: &Caller) -> Vec<Arc<Offered>> {
    let resources = catalog.addresses(caller).into_iter().map(|addressed| addressed.offered);
    let prompts = catalog.prompts(caller).into_iter().map(|prompted| prompted.offered);
    catalog.tools(caller).chain(resources).chain(prompts).collect()
}

/// What is tested as the bundle of a test offers it; without one, as it is.
fn offered_to(catalog: &Catalog, subject: &Subject, example: &Example) -> Arc<Offered> {
    let through = example.bundle.as_ref().and_then(|_| {
        let caller = caller(example);
        seen(catalog, &caller).into_iter().find(|offered| Arc::ptr_eq(&offered.tool, subject.tool()))
    });
    through.unwrap_or_else(|| Arc::new(Offered::plain(subject.tool().clone())))
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
