//! Keys of which exactly one is there: the operations of a tool, of a resource, of a step.

use crate::source::{Place, Sink, Table};

/// Such keys, and what an author is told who does not keep to them.
pub(super) struct OneOf<'a> {
    pub(super) keys: &'static [&'static str],
    /// What is wrong where none is there.
    pub(super) none: &'a str,
    /// What to do then; else the keys are named.
    pub(super) needed: Option<&'a str>,
    /// What is wrong with a second one: goes on with "`read` already, and now `write`".
    pub(super) another: &'a str,
    /// What to do then.
    pub(super) instead: &'a str,
    /// What the first one is called.
    pub(super) first: &'a str,
}

impl OneOf<'_> {
    /// The one that is there, the first of several. Says so where there is none, or more than one.
    pub(super) fn key_of(&self, table: &Table, place: &Place, sink: &mut Sink) -> Option<&'static str> {
        let mut written: Vec<(&'static str, &Place)> =
            self.keys.iter().filter_map(|key| table.key_place(key).map(|place| (*key, place))).collect();
        written.sort_by_key(|(_, place)| place.range.start);
        let Some(((first, first_place), others)) = written.split_first() else {
            let named = || format!("it needs exactly one of `{}`", self.keys.join("`, `"));
            sink.missing(place, self.none, self.needed.map_or_else(named, str::to_owned));
            return None;
        };
        for (key, place) in others {
            sink.error(place, format!("{} `{first}` already, and now `{key}`", self.another))
                .hint(self.instead)
                .related(first_place, self.first);
        }
        Some(first)
    }
}
