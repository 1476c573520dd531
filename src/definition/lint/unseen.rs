//! What no bundle shows: no client can ever use it.

use super::{Subject, Written};
use crate::definition::bundle::{self, Bundle, names};
use crate::definition::tool::Parameter;
use crate::source::{Sink, nearest};

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    let bundles = subject.bundles();
    for (what, written) in subject.all() {
        let tool = written.tool;
        if bundles.iter().any(|name| bundle::shows(name, subject.declared(name), tool)) {
            continue;
        }
        let declared = subject.declared.iter();
        let binds = |name: &str| declared.clone().any(|bundle| bundle.bind.iter().any(|bound| bound.name == name));
        if let Some(parameter) = bundle::lacking(tool, binds) {
            needs(subject, (what, written), parameter, sink);
            continue;
        }
        let diagnostic = sink.warning(&tool.place, format!("no bundle shows the {what}: no client can use it"));
        diagnostic.definition = Some(format!("{what} `{}`", tool.name));
        diagnostic
            .hint("take it out of `exclude`, or name another bundle in `bundles`; `enabled = false` switches it off");
        for bundle in subject.declared.iter().filter(|bundle| names(&tool.bundles, &bundle.name)) {
            let binds = |name: &str| bundle.bind.iter().any(|bound| bound.name == name);
            match (excluding(bundle, written), bundle::lacking(tool, binds)) {
                (Some(pattern), _) => diagnostic.related(&pattern.place, format!("`{}` excludes it", bundle.name)),
                (None, Some(parameter)) => {
                    diagnostic.related(&bundle.place, format!("`{}` does not bind `{}`", bundle.name, parameter.name))
                }
                (None, None) => diagnostic.related(&bundle.place, format!("`{}` is read-only", bundle.name)),
            };
        }
    }
}

/// It names something of `bundle` that none binds.
fn needs(subject: &Subject<'_>, (what, written): (&str, &Written<'_>), parameter: &Parameter, sink: &mut Sink) {
    let name = &parameter.name;
    let message = format!("no bundle shows the {what}: it needs `{name}`, which none binds");
    let bound = subject.declared.iter().flat_map(|bundle| bundle.bind.iter().map(|bound| bound.name.as_str()));
    let diagnostic = sink.warning(&parameter.place, message);
    diagnostic.definition = Some(format!("{what} `{}`", written.tool.name));
    diagnostic.hint(nearest(name, bound).map_or_else(
        || format!("write `bind = {{ {name} = … }}` in a `[[bundle]]`, or `bundle.{name} | default(…)` here"),
        |near| format!("did you mean `bundle.{near}`?"),
    ));
}

fn excluding<'b>(bundle: &'b Bundle, written: &Written<'_>) -> Option<&'b bundle::Pattern> {
    bundle.exclude.iter().find(|pattern| pattern.matches(&written.tool.name))
}
