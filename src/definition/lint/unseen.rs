//! A tool that no bundle shows: no client can ever call it.

use super::{Subject, Written};
use crate::definition::bundle::{self, Bundle, names};
use crate::source::Sink;

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    let bundles = subject.bundles();
    for written in &subject.tools {
        let tool = written.tool;
        if bundles.iter().any(|name| bundle::shows(name, subject.declared(name), tool)) {
            continue;
        }
        let diagnostic = sink.warning(&tool.place, "no bundle shows the tool: no client can call it");
        diagnostic.definition = Some(format!("tool `{}`", tool.name));
        diagnostic.hint(
            "take it out of `exclude`, or name another bundle in `bundles`; `enabled = false` switches a tool off",
        );
        for bundle in subject.declared.iter().filter(|bundle| names(&tool.bundles, &bundle.name)) {
            match excluding(bundle, written) {
                Some(pattern) => diagnostic.related(&pattern.place, format!("`{}` excludes it", bundle.name)),
                None => diagnostic.related(&bundle.place, format!("`{}` is read-only", bundle.name)),
            };
        }
    }
}

fn excluding<'b>(bundle: &'b Bundle, written: &Written<'_>) -> Option<&'b bundle::Pattern> {
    bundle.exclude.iter().find(|pattern| pattern.matches(&written.tool.name))
}
