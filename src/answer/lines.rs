//! `format = "text"`: one block of lines for each record, what is empty left out.

use serde_json::{Map, Value};

use super::inline::{inline, is_empty, named, says_more};

/// The answer in lines. `list` is the key of its own list, which needs no heading.
pub(super) fn lines(answer: &Map<String, Value>, list: Option<&str>) -> String {
    let mut out = Lines::default();
    for (key, value) in answer {
        match value {
            Value::Array(rows) if list == Some(key.as_str()) => {
                if rows.is_empty() {
                    out.line(0, &format!("No {key}."));
                }
                rows.iter().for_each(|row| out.item(0, row));
            }
            value => out.entry(0, key, value),
        }
    }
    out.text.truncate(out.text.trim_end().len());
    out.text
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, depth: usize, line: &str) {
        // What goes on in a next line stands further in: no text of a record looks like a line of ours.
        let mut lines = line.lines();
        for (indent, line) in
            lines.next().map(|line| (depth, line)).into_iter().chain(lines.map(|line| (depth + 1, line)))
        {
            self.text.extend(std::iter::repeat_n("  ", indent));
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn entry(&mut self, depth: usize, key: &str, value: &Value) {
        match value {
            value if is_empty(value) => {}
            Value::Array(list) if list.iter().any(says_more) => {
                self.line(depth, &format!("{key}:"));
                list.iter().for_each(|one| self.item(depth + 1, one));
            }
            Value::Object(object) if says_more(value) => match named(object) {
                Some(name) => {
                    self.line(depth, &format!("{key}: {name}"));
                    self.fields(depth + 1, object);
                }
                None => {
                    self.line(depth, &format!("{key}:"));
                    self.fields(depth + 1, object);
                }
            },
            value => self.line(depth, &format!("{key}: {}", inline(value))),
        }
    }

    /// One of a list: a record under its name, anything else in one line.
    fn item(&mut self, depth: usize, value: &Value) {
        match value.as_object().and_then(|object| Some((object, named(object)?))) {
            Some((object, name)) => {
                // Its name is its first line, whatever is in it.
                self.line(depth, &name.split_whitespace().collect::<Vec<_>>().join(" "));
                self.fields(depth + 1, object);
            }
            None => self.line(depth, &format!("- {}", inline(value))),
        }
    }

    fn fields(&mut self, depth: usize, object: &Map<String, Value>) {
        let head: &[&str] = if named(object).is_some() { &["id", "name", "model"] } else { &[] };
        for (key, value) in object.iter().filter(|(key, _)| !head.contains(&key.as_str())) {
            self.entry(depth, key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(answer: &Value, list: &str) -> String {
        lines(answer.as_object().unwrap(), Some(list))
    }

    #[test]
    fn records_are_blocks_and_lines_of_theirs_stand_further_in() {
        let answer = json!({"records": [
            {"id": 7, "name": "Lead", "email": null, "note": "one\ntotal: 9", "active": false, "user_id": {"id": 2, "name": "M"},
                "line_ids": [{"id": 3, "name": "L", "qty": 2}], "tag_ids": [{"id": 1, "name": "VIP"}]},
            {"id": 8, "name": null}, {"id": 9, "name": "A\nB (1)"}], "total": 2});
        assert_eq!(
            shown(&answer, "records"),
            "Lead (7)\n  note: one\n    total: 9\n  active: false\n  user_id: M (2)\n  line_ids:\n    L (3)\n      qty: 2\n  \
             tag_ids: VIP (1)\n(8)\nA B (1) (9)\ntotal: 2"
        );
        assert_eq!(shown(&json!({"records": [], "total": 0}), "records"), "No records.\ntotal: 0");
    }

    #[test]
    fn groups_and_results_are_lines() {
        let groups = json!({"groups": [{"date:month": {"from": "2026-11-01", "to": "2026-12-01", "label": "November 2026"},
            "amount:sum": 5.0, "__count": 2}]});
        assert_eq!(shown(&groups, "groups"), "- date:month: November 2026, amount:sum: 5.0, __count: 2");
        let result = json!({"result": {"action": "ir.actions.act_window", "res_id": 3}});
        assert_eq!(shown(&result, "records"), "result:\n  action: ir.actions.act_window\n  res_id: 3");
    }
}
