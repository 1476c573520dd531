//! `[[tool.step]]`: several operations, one after the other.

use crate::source::{Node, Place, Sink, Table, did_you_mean, shape};
use crate::template::Templated;

use super::super::language::{SMALL_STEPS, STEPS};
use super::super::operation::Operation;
use super::super::step::{Action, Level, List, Step};
use super::one_of::OneOf;
use super::result::keys_of;
use super::variables::Earlier;
use super::{Builder, text};

/// The keys of a tool's operations, in the order in which they run: the tool itself, or each of its steps.
pub(super) struct Written<'t> {
    /// Where its name stands, else where it begins.
    pub(super) place: &'t Place,
    /// What it is: `search_read`, `ask` … `None` where that is wrong.
    pub(super) key: Option<&'static str>,
    /// The table that has it.
    pub(super) table: &'t Table,
}

/// The steps of a tool, as written; what they are is checked.
pub(super) fn written<'t>(table: &'t Table, sink: &mut Sink) -> Vec<Written<'t>> {
    let nodes = table.get("step").and_then(Node::as_array).unwrap_or_default();
    let steps = nodes.iter().filter_map(|node| Some((node, node.as_table()?)));
    steps
        .map(|(node, table)| {
            let place = table.get("name").map_or(&node.place, |name| &name.place);
            Written { place, key: key(table, place, sink), table }
        })
        .collect()
}

/// The one thing that a step is.
fn key(table: &Table, place: &Place, sink: &mut Sink) -> Option<&'static str> {
    let rule = OneOf {
        keys: STEPS,
        none: "the step does nothing",
        needed: None,
        another: "the step has",
        instead: "a step does one thing; write another `[[tool.step]]`",
        first: "the first",
    };
    rule.key_of(table, place, sink)
}

/// The position of the step whose answer is the tool's: that of `result.step`, else the last operation.
pub(super) fn answering(table: &Table, steps: &[Written<'_>], sink: &mut Sink) -> Option<usize> {
    let is_operation = |step: &Written<'_>| step.key.is_some_and(|key| !SMALL_STEPS.contains(&key));
    if let Some((node, wanted)) =
        table.get("result").and_then(|result| result.child("step")).and_then(|node| Some((node, node.as_str()?)))
    {
        if let Some(found) = steps.iter().position(|step| text(step.table, "name") == Some(wanted)) {
            if !steps.get(found).is_some_and(is_operation) {
                sink.error(&node.place, format!("the step `{wanted}` has no answer"))
                    .hint("name a step that is an operation");
            }
            return Some(found);
        }
        let names = || steps.iter().filter(|step| is_operation(step)).filter_map(|step| text(step.table, "name"));
        let hint = did_you_mean(wanted, names()).unwrap_or_else(|| match names().collect::<Vec<_>>().as_slice() {
            [] => "give the step a `name`".to_owned(),
            names => format!("there are `{}`", names.join("`, `")),
        });
        sink.missing(&node.place, format!("there is no step `{wanted}`"), hint);
    }
    steps.iter().rposition(is_operation)
}

impl Builder<'_> {
    /// Checks the steps, in their order: each sees the answers of those before it.
    pub(super) fn steps(&mut self, written: &[Written<'_>], tool: &Table) -> Vec<Step> {
        let name = |step: &Written<'_>| Some(text(step.table, "name")?.to_owned());
        self.scope.later.extend(written.iter().filter_map(name));
        let mut steps: Vec<Step> = Vec::new();
        let mut after_write = false;
        for one in written {
            let node = one.table.get("name");
            let named = node.and_then(|node| Some((node.as_str()?, &node.place)));
            if let Some((name, _)) = named {
                self.scope.later.retain(|later| later != name);
            }
            let step = self.step(one, named, tool, after_write);
            self.guarded = false;
            if let Some(step) = step {
                after_write |= step.may_write();
                steps.push(step);
            }
        }
        steps
    }

    fn step(
        &mut self,
        written: &Written<'_>,
        named: Option<(&str, &Place)>,
        tool: &Table,
        after_write: bool,
    ) -> Option<Step> {
        let Written { table, place, key } = written;
        let key = (*key)?;
        if let Some((name, place)) = named.filter(|_| key != "ask") {
            self.variable("the step", name, place);
        }
        let when = table.get("when").and_then(|node| self.expression(node, "when"));
        self.guarded = when.is_some();
        let small = SMALL_STEPS.contains(&key) || key == "content";
        if let Some(place) = table.key_place("model").filter(|_| small) {
            self.sink
                .error(place, "`model` has no meaning for this step")
                .hint("only an operation works on a model; remove it");
        }
        if let Some(place) = table.key_place("is_error").filter(|_| key != "content") {
            self.sink
                .error(place, "`is_error` goes with `content`")
                .hint("a step that ends the call is `fail = \"…\"`");
        }
        let model = table.get("model").and_then(|node| {
            let model = self.model(node)?;
            self.needed("model", node, &model);
            Some(model)
        });
        let has_model = model.is_some() || tool.get("model").is_some();
        let lookups = self.lookups(table, has_model);
        let body = table.get(key)?;
        let action = match key {
            "ask" => self.question(written, named, body, after_write)?,
            "fail" => Action::Fail(self.templated(body)),
            "log" => {
                let body = body.as_table()?;
                Action::Log { level: level(text(body, "level")), text: self.templated(body.get("text")?) }
            }
            "progress" => {
                let body = body.as_table()?;
                Action::Progress {
                    at: self.templated(body.get("at")?),
                    total: body.get("total").map(|node| self.templated(node)),
                    text: body.get("text").map(|node| self.templated(node)),
                }
            }
            "wait" => Action::Wait(shape::duration(body.as_str()?).ok()?),
            "notify" => Action::Notify(match body.as_str()? {
                "resources" => List::Resources,
                "prompts" => List::Prompts,
                _ => List::Tools,
            }),
            key => {
                if !has_model && !matches!(key, "content" | "server") {
                    let message = format!("`model` is missing: `{key}` works on a model");
                    self.sink.missing(place, message, "write it in the step, or for all steps in the tool");
                }
                let (operation, context) = self.operation_in(table, key, body)?;
                if let Some((name, _)) = named {
                    let keys = keys_of(&operation).map(|keys| keys.iter().map(|key| (*key).to_owned()).collect());
                    self.scope.earlier.insert(name.to_owned(), Earlier { may_be_absent: when.is_some(), keys });
                }
                Action::Operation { operation, context }
            }
        };
        if let (Some((name, place)), Action::Fail(_) | Action::Log { .. } | Action::Wait(_) | Action::Notify(_)) =
            (named, &action)
        {
            // Its name says where a call failed; nothing can use it.
            self.scope.nothing.insert(name.to_owned(), place.clone());
        }
        Some(Step {
            name: named.map(|(name, _)| name.to_owned()),
            when,
            model,
            lookups,
            action,
            place: (*place).clone(),
        })
    }

    fn question(
        &mut self,
        written: &Written<'_>,
        named: Option<(&str, &Place)>,
        body: &Node,
        after_write: bool,
    ) -> Option<Action> {
        let Some((name, place)) = named else {
            self.sink.missing(written.place, "a question needs a `name`", "its answer is known by it");
            return None;
        };
        if after_write {
            self.sink
                .error(place, "a question after a write")
                .hint("nothing may be written before the questions are answered: move it up, above the first write");
        }
        Some(Action::Ask(self.ask(name, place, body.as_table()?)))
    }

    /// The operation of a step, and its context.
    fn operation_in(&mut self, step: &Table, key: &str, body: &Node) -> Option<(Operation, Vec<(String, Templated)>)> {
        let mut operation = self.operation(key, body)?;
        if let Operation::Content(content) = &mut operation {
            content.is_error = step.get("is_error").and_then(Node::as_bool).unwrap_or_default();
        }
        let context = body.child("context").and_then(Node::as_table);
        let context = context.map(|context| self.context(context)).unwrap_or_default();
        Some((operation, context))
    }
}

fn level(word: Option<&str>) -> Level {
    match word {
        Some("debug") => Level::Debug,
        Some("notice") => Level::Notice,
        Some("warning") => Level::Warning,
        Some("error") => Level::Error,
        Some("critical") => Level::Critical,
        Some("alert") => Level::Alert,
        Some("emergency") => Level::Emergency,
        _ => Level::Info,
    }
}
