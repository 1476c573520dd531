//! Bindings that pass tools by, and templates that name what no bundle binds.

use super::{RELATED, Subject, Written};
use crate::definition::bundle::{self, DEFAULT_BUNDLE};
use crate::definition::tool::Parameter;
use crate::source::{Sink, nearest};

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    unreached(subject, sink);
    for written in &subject.tools {
        for parameter in &written.tool.parameters {
            names_nothing(subject, written, parameter, sink);
            hidden(subject, written, parameter, sink);
        }
    }
}

/// The tools that a binding does not reach: they are open to what it keeps others from.
fn unreached(subject: &Subject<'_>, sink: &mut Sink) {
    for bundle in subject.declared {
        for binding in &bundle.bind {
            let shown = subject.tools.iter().map(|written| written.tool);
            let shown = shown.filter(|tool| bundle::shows(&bundle.name, Some(bundle), tool));
            let passed: Vec<_> = shown.filter(|tool| !bundle::reaches(&binding.name, tool)).collect();
            if passed.is_empty() {
                continue;
            }
            let (name, count) = (&binding.name, passed.len());
            let mut names: Vec<String> = passed.iter().take(MOST).map(|tool| format!("`{}`", tool.name)).collect();
            if count > names.len() {
                names.push(format!("{} more", count - names.len()));
            }
            let tools = if count == 1 { "1 tool" } else { &format!("{count} tools") };
            sink.note(&binding.key, format!("`{name}` does not reach {tools} of the bundle: {}", names.join(", ")))
                .hint(format!("they have no argument `{name}` and no template that names `bundle.{name}`"))
                .definition = Some(format!("bundle `{}`", bundle.name));
        }
    }
}

/// So many tools are named.
const MOST: usize = 20;

/// What no bundle binds is a slip, or makes a default of no use.
fn names_nothing(subject: &Subject<'_>, written: &Written<'_>, parameter: &Parameter, sink: &mut Sink) {
    let bound = || subject.declared.iter().flat_map(|bundle| bundle.bind.iter().map(|binding| binding.name.as_str()));
    let name = &parameter.name;
    // Where it cannot do without, no bundle shows it: that is told with more of the reason.
    if parameter.needed || bound().any(|bound| bound == name) {
        return;
    }
    let diagnostic = sink.warning(&parameter.place, format!("no bundle binds `{name}`: the default always holds"));
    diagnostic.definition = Some(format!("tool `{}`", written.tool.name));
    diagnostic.hint(nearest(name, bound()).map_or_else(
        || format!("write `bind = {{ {name} = … }}` in a `[[bundle]]`"),
        |near| format!("did you mean `bundle.{near}`?"),
    ));
}

/// A bundle that a tool names and that does not bind what the tool needs.
fn hidden(subject: &Subject<'_>, written: &Written<'_>, parameter: &Parameter, sink: &mut Sink) {
    let tool = written.tool;
    let binds = |bundle: &str| {
        let declared = subject.declared(bundle);
        declared.is_some_and(|bundle| bundle.bind.iter().any(|binding| binding.name == parameter.name))
    };
    let shown = |bundle: &&str| bundle::shows(bundle, subject.declared(bundle), tool);
    // Where no bundle shows it, that is told.
    if !parameter.needed || !subject.bundles().iter().any(shown) {
        return;
    }
    let named = tool.bundles.iter().filter(|bundle| *bundle != DEFAULT_BUNDLE && !binds(bundle));
    let named: Vec<&String> = named.collect();
    let Some(first) = named.first() else { return };
    let name = &parameter.name;
    let diagnostic = sink.warning(
        &parameter.place,
        format!("the bundle `{first}` does not bind `{name}`, so it does not show the tool"),
    );
    diagnostic.definition = Some(format!("tool `{}`", tool.name));
    diagnostic.hint(format!("bind it there, or say what holds without it: `bundle.{name} | default(…)`"));
    for bundle in named.iter().take(RELATED).filter_map(|bundle| subject.declared(bundle)) {
        diagnostic.related(&bundle.place, format!("`{}`", bundle.name));
    }
}
