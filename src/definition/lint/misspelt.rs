//! A bundle that is named in one place only, by a name that is nearly another's.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Subject;
use crate::source::{Node, Place, Sink};

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    // By places, not by tools: one default may reach many.
    let mut uses: IndexMap<&str, Vec<&Place>> = IndexMap::new();
    let mut seen = HashSet::new();
    let named = subject.all().filter_map(|(_, written)| written.table.get("bundles")?.as_array()).flatten();
    let named = named.filter_map(|node: &Node| Some((node.as_str()?, &node.place)));
    let declared = subject.declared.iter().map(|bundle| (bundle.name.as_str(), &bundle.place));
    for (name, place) in declared.chain(named) {
        if seen.insert((place.file.path.as_path(), place.range.start)) {
            uses.entry(name).or_default().push(place);
        }
    }
    for (name, places) in &uses {
        let [place] = places.as_slice() else { continue };
        // A table that says itself what belongs to it means what it says.
        if subject.declared(name).is_some_and(|bundle| !bundle.include.is_empty()) {
            continue;
        }
        let others = uses.iter().filter(|(other, _)| *other != name && resembles(name, other));
        let Some((other, elsewhere)) = others.max_by_key(|(_, elsewhere)| elsewhere.len()) else { continue };
        // Of two that are both used once, the later one is the slip.
        if elsewhere.len() == 1 && uses.get_index_of(name) < uses.get_index_of(other) {
            continue;
        }
        let diagnostic = sink.warning(place, format!("the bundle `{name}` is named only here"));
        diagnostic.hint(format!("did you mean `{other}`?"));
        if let Some(first) = elsewhere.first() {
            diagnostic.related(first, format!("`{other}`"));
        }
    }
}

/// One slip in a short name, two in a long one.
fn resembles(one: &str, other: &str) -> bool {
    let shorter = one.chars().count().min(other.chars().count());
    strsim::damerau_levenshtein(one, other) <= if shorter < 8 { 1 } else { 2 }
}
