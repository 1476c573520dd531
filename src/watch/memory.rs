//! What was seen of records, and what of them differs when they are looked at again.
//!
//! A record has changed when its `write_date` is another one, or when it is there and was not, or the other way round. Odoo tells
//! moments to the second: of two writes within one second, the second may come after a look that saw the first. So what was written
//! less than a minute ago (a minute, for the clocks may differ) is read as well, and read once more when that second is certainly
//! over: then another content is a change too.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// So long after a write was first seen no other one can have its second.
const OVER: Duration = Duration::from_secs(2);

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By id; `None` is a record that was looked for and not seen.
    marks: HashMap<i64, Option<Mark>>,
    /// Of a search: the rows in their order, and how many there are in all.
    list: Option<(Vec<i64>, Option<u64>)>,
}

/// One record that was seen.
#[derive(Debug)]
struct Mark {
    written: String,
    /// Its second may not be over.
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    /// When that write was first seen.
    since: Instant,
    content: String,
}

/// One look.
#[derive(Debug)]
pub(super) struct Look {
    /// When it began.
    pub(super) at: Instant,
    /// What was there, in its order, and when it was written.
    pub(super) rows: Vec<(i64, String)>,
    /// Of a search: how many there are in all.
    pub(super) total: Option<u64>,
    /// What stands in those that are [`Memory::open`].
    pub(super) contents: HashMap<i64, String>,
}

impl Memory {
    /// Whether that record was looked for.
    pub(super) fn knows(&self, id: i64) -> bool {
        self.marks.contains_key(&id)
    }

    /// Whether the search was made.
    pub(super) fn knows_list(&self) -> bool {
        self.list.is_some()
    }

    /// When that record was written, if it is there.
    pub(super) fn written(&self, id: i64) -> Option<&str> {
        self.marks.get(&id)?.as_ref().map(|mark| mark.written.as_str())
    }

    /// When the newest of the rows was written.
    pub(super) fn newest(&self) -> Option<&str> {
        self.marks.values().flatten().map(|mark| mark.written.as_str()).max()
    }

    /// Nobody watches that record any more.
    pub(super) fn forget(&mut self, id: i64) {
        self.marks.remove(&id);
    }

    /// Those of these rows whose content has to be known too. `recent` is when a write is too recent to be trusted.
    pub(super) fn open(&self, rows: &[(i64, String)], recent: &str) -> Vec<i64> {
        let is_open = |(id, written): &&(i64, String)| match self.marks.get(id) {
            Some(Some(mark)) if mark.written == *written => mark.open.is_some(),
            _ => written.as_str() >= recent,
        };
        rows.iter().filter(is_open).map(|(id, _)| *id).collect()
    }

    /// Takes in a look at these records; gives those that have changed since the last one.
    pub(super) fn records(&mut self, asked: &[i64], look: &Look) -> HashSet<i64> {
        let rows: HashMap<i64, &str> = look.rows.iter().map(|(id, written)| (*id, written.as_str())).collect();
        let mut changed = HashSet::new();
        for id in asked {
            let (seen, content) = (rows.get(id).copied(), look.contents.get(id));
            let before = self.marks.remove(id);
            let differs = match (&before, seen) {
                (None, _) | (Some(None), None) => false,
                (Some(None), Some(_)) | (Some(Some(_)), None) => true,
                (Some(Some(mark)), Some(written)) => mark.written != written || mark.reads_otherwise(content),
            };
            if differs {
                changed.insert(*id);
            }
            self.marks.insert(*id, seen.map(|written| Mark::next(before.flatten(), written, content, look.at)));
        }
        changed
    }

    /// Takes in a look at a search; says whether anything of it has changed.
    pub(super) fn list(&mut self, look: &Look) -> bool {
        let rows: Vec<i64> = look.rows.iter().map(|(id, _)| *id).collect();
        let differs = !self.records(&rows, look).is_empty();
        let now: HashSet<i64> = rows.iter().copied().collect();
        self.marks.retain(|id, _| now.contains(id));
        let before = self.list.replace((rows, look.total));
        differs || (before.is_some() && before != self.list)
    }
}

impl Mark {
    fn reads_otherwise(&self, content: Option<&String>) -> bool {
        matches!((&self.open, content), (Some(open), Some(content)) if open.content != *content)
    }

    fn next(before: Option<Self>, written: &str, content: Option<&String>, at: Instant) -> Self {
        let since = match before {
            Some(mark) if mark.written == written => mark.open.map(|open| open.since),
            _ => Some(at),
        };
        let since = since.filter(|since| at.saturating_duration_since(*since) < OVER);
        let open = since.zip(content).map(|(since, content)| Open { since, content: content.clone() });
        Self { written: written.to_owned(), open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(at: Instant, rows: &[(i64, &str)], contents: &[(i64, &str)]) -> Look {
        Look {
            at,
            rows: rows.iter().map(|(id, written)| (*id, (*written).to_owned())).collect(),
            total: None,
            contents: contents.iter().map(|(id, content)| (*id, (*content).to_owned())).collect(),
        }
    }

    fn changed(memory: &mut Memory, asked: &[i64], look: &Look) -> Vec<i64> {
        let mut changed: Vec<i64> = memory.records(asked, look).into_iter().collect();
        changed.sort_unstable();
        changed
    }

    const OLD: &str = "2026-03-10 12:00:00";
    const NEW: &str = "2026-03-10 12:00:07";

    #[test]
    fn what_is_written_goes_and_comes_back_has_changed() {
        let (mut memory, at) = (Memory::default(), Instant::now());
        assert!(changed(&mut memory, &[1, 2, 3], &look(at, &[(1, OLD), (2, OLD)], &[])).is_empty(), "the first look");
        assert!(changed(&mut memory, &[1, 2, 3], &look(at, &[(1, OLD), (2, OLD)], &[])).is_empty());
        assert_eq!(changed(&mut memory, &[1, 2, 3], &look(at, &[(1, NEW), (3, OLD)], &[])), [1, 2, 3]);
        assert!(changed(&mut memory, &[1, 2, 3], &look(at, &[(1, NEW), (3, OLD)], &[])).is_empty(), "told once");
        assert_eq!(changed(&mut memory, &[2], &look(at, &[(2, OLD)], &[])), [2], "visible again");
        memory.forget(2);
        assert!(changed(&mut memory, &[2], &look(at, &[], &[])).is_empty(), "looked at for somebody else");
    }

    #[test]
    fn a_second_write_in_the_second_of_the_first_is_noticed() {
        let (mut memory, at) = (Memory::default(), Instant::now());
        let row = [(1, NEW)];
        let rows = [(1, NEW.to_owned())];
        assert_eq!(memory.open(&rows, OLD), [1], "too recent");
        assert!(memory.open(&rows, "2026-03-10 12:00:08").is_empty(), "long over");
        assert!(changed(&mut memory, &[1], &look(at, &row, &[(1, "a")])).is_empty());
        assert_eq!(memory.open(&rows, OLD), [1]);
        let soon = at + Duration::from_secs(1);
        assert_eq!(changed(&mut memory, &[1], &look(soon, &row, &[(1, "b")])), [1]);
        assert!(changed(&mut memory, &[1], &look(soon, &row, &[(1, "b")])).is_empty());
        let later = at + Duration::from_secs(30);
        assert_eq!(changed(&mut memory, &[1], &look(later, &row, &[(1, "c")])), [1], "once more when it is over");
        assert!(memory.open(&rows, OLD).is_empty(), "and then not again");
    }

    #[test]
    fn a_list_has_changed_with_its_rows_their_order_and_their_number() {
        let (mut memory, at) = (Memory::default(), Instant::now());
        let of = |rows: &[(i64, &str)], total| Look { total: Some(total), ..look(at, rows, &[]) };
        assert!(!memory.list(&of(&[(1, OLD), (2, OLD)], 9)), "the first look");
        assert!(!memory.list(&of(&[(1, OLD), (2, OLD)], 9)));
        assert!(memory.list(&of(&[(2, OLD), (1, OLD)], 9)), "another order");
        assert!(memory.list(&of(&[(2, OLD), (1, OLD)], 8)), "one that is on no page went");
        assert!(memory.list(&of(&[(2, OLD), (3, OLD)], 8)), "another record");
        assert!(memory.list(&of(&[(2, NEW), (3, OLD)], 8)));
        assert!(!memory.list(&of(&[(2, NEW), (3, OLD)], 8)));
        assert_eq!((memory.newest(), memory.written(1)), (Some(NEW), None));
    }
}
