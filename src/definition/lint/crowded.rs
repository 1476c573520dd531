//! A bundle with more tools than a model chooses well among.

use std::collections::HashSet;

use super::Subject;
use crate::definition::bundle;
use crate::source::Sink;

/// More than this, and the wrong one is chosen too often.
const MOST: usize = 40;

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    for name in subject.bundles() {
        let declared = subject.declared(name);
        let mut seen = HashSet::new();
        // Tools of one name are for different Odoos: a client sees one of them.
        let shown = subject
            .tools
            .iter()
            .filter(|written| bundle::shows(name, declared, written.tool) && seen.insert(written.tool.name.as_str()));
        let shown: Vec<_> = shown.collect();
        let Some(beyond) = shown.get(MOST) else { continue };
        let place = declared.map_or(&beyond.tool.place, |bundle| &bundle.place);
        let hint = if declared.is_some() {
            "`exclude` what few need, and give it to a bundle of its own"
        } else {
            "declare it: a `[[bundle]]` of that name with `exclude`, and bundles for the teams"
        };
        let message =
            format!("the bundle `{name}` has {} tools: models choose badly among more than {MOST}", shown.len());
        sink.warning(place, message).hint(hint).definition = Some(format!("bundle `{name}`"));
    }
}
