//! What bundles bind, held against what they show: only the whole load knows both.

use serde_json::Value;

use super::build::{Built, BuiltPrompt, BuiltResource};
use super::bundle::{self, Binding, Bundle};
use super::tool::Tool;
use super::{bound, lint};
use crate::source::{Node, Sink, did_you_mean, nearest};

/// Errors for a binding that does nothing, and for one whose value an argument refuses.
pub(super) fn check(
    built: &[(Built, Node)],
    resources: &[(BuiltResource, Node)],
    prompts: &[(BuiltPrompt, Node)],
    bundles: &[Bundle],
    sink: &mut Sink,
) {
    // A tool that is switched off for a while makes no binding wrong.
    let tools = built.iter().filter_map(|(built, _)| built.tool.as_ref());
    let read = resources.iter().filter_map(|(built, _)| Some(&*built.resource.as_ref()?.tool));
    let prompted = prompts.iter().filter_map(|(built, _)| Some(&*built.prompt.as_ref()?.tool));
    let all: Vec<&Tool> = tools.chain(read).chain(prompted).collect();
    let complete = all.len() == built.len() + resources.len() + prompts.len() && !sink.recovering;
    for bundle in bundles {
        let of_bundle = all.iter().filter(|tool| bundle::has(&bundle.name, Some(bundle), tool));
        let mut tools: Vec<&Tool> = of_bundle.copied().collect();
        for tool in behind(bundle, prompts, built) {
            if !tools.iter().any(|known| std::ptr::eq(*known, tool)) {
                tools.push(tool);
            }
        }
        sink.definition = Some(format!("bundle `{}`", bundle.name));
        for binding in &bundle.bind {
            let name = &binding.name;
            if SERVERS.contains(&name.as_str()) {
                let message = format!("`{name}` cannot be bound: it is the client's own, for one call at a time");
                sink.error(&binding.key, message).hint("remove it; `limit` can be bound");
            } else if tools.iter().any(|tool| bundle::reaches(&binding.name, tool)) {
                refused(binding, &tools, sink);
            } else if complete && tools.is_empty() {
                is_empty(bundle, binding, &all, bundles, sink);
            } else if complete {
                reaches_nothing(binding, &tools, sink);
            }
        }
    }
    sink.definition = None;
}

/// The tools that give the data of the bundle's prompts: they are bound as if the bundle showed them.
fn behind<'a>(
    bundle: &'a Bundle,
    prompts: &'a [(BuiltPrompt, Node)],
    built: &'a [(Built, Node)],
) -> impl Iterator<Item = &'a Tool> {
    let prompts = prompts.iter().filter_map(|(built, _)| built.prompt.as_ref());
    let shown = prompts.filter(|prompt| bundle::has(&bundle.name, Some(bundle), &prompt.tool));
    shown.flat_map(|prompt| &prompt.data).flat_map(|data| {
        let tools = built.iter().map(|(built, _)| built);
        tools
            .filter(|built| built.names.iter().any(|(name, _)| *name == data.tool))
            .filter_map(|built| built.tool.as_ref())
    })
}

/// Arguments that the server adds, and that mean something only for one call.
const SERVERS: &[&str] = &["offset", "plan", "clear"];

fn is_empty(bundle: &Bundle, binding: &Binding, tools: &[&Tool], bundles: &[Bundle], sink: &mut Sink) {
    let others = bundle::all(tools.iter().copied(), bundles).into_iter().filter(|name| *name != bundle.name);
    let hint = nearest(&bundle.name, others).map_or_else(
        || format!("write `bundles = [\"{}\"]` in tools, or `include` in the bundle", bundle.name),
        |near| format!("did you mean the bundle `{near}`?"),
    );
    sink.error(&binding.key, format!("`{}` is bound, and the bundle has no tools", binding.name)).hint(hint);
}

fn reaches_nothing(binding: &Binding, tools: &[&Tool], sink: &mut Sink) {
    let name = &binding.name;
    let otherwise = || {
        format!(
            "remove it, or use it: an argument `{name}` of a tool that the bundle shows, or `{{{{ bundle.{name} }}}}` in one"
        )
    };
    let hint = did_you_mean(name, tools.iter().flat_map(|tool| names(tool))).unwrap_or_else(otherwise);
    sink.error(&binding.key, format!("`{name}` is bound, and reaches no tool of the bundle")).hint(hint);
}

/// What a binding can reach in a tool.
fn names(tool: &Tool) -> impl Iterator<Item = &str> {
    let properties = tool.input.schema.get("properties").and_then(Value::as_object);
    let arguments = properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
    arguments.chain(tool.parameters.iter().map(|parameter| parameter.name.as_str()))
}

fn refused(binding: &Binding, tools: &[&Tool], sink: &mut Sink) {
    let declaring = tools.iter().filter(|tool| tool.input.declares(&binding.name));
    let refusals = declaring.filter_map(|tool| Some((tool, bound::refusal(tool, &binding.name, &binding.value)?)));
    let refusals: Vec<_> = refusals.collect();
    let Some((tool, reason)) = refusals.first() else { return };
    let others = refusals.len() - 1;
    let tools = match others {
        0 => format!("`{}` does not take", tool.name),
        1 => format!("`{}` and another tool do not take", tool.name),
        others => format!("`{}` and {others} other tools do not take", tool.name),
    };
    let name = &binding.name;
    let diagnostic = sink.error(&binding.place, format!("`{name}` is bound to a value that {tools}: {reason}"));
    diagnostic.hint(format!("bind a value that the schema of the argument `{name}` takes"));
    for (tool, _) in refusals.iter().take(lint::RELATED) {
        diagnostic.related(&tool.place, format!("`{}`", tool.name));
    }
}
