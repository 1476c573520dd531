//! `format = "table"`: lists as Markdown tables, everything else in lines around them.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::inline::{inline, named, says_more};

/// The answer as Markdown. `list` is the key of its own list, which needs no heading.
pub(super) fn table(answer: &Map<String, Value>, list: Option<&str>) -> String {
    let mut out = String::new();
    for (key, value) in answer {
        let heading = list != Some(key.as_str());
        match value {
            Value::Array(rows) if rows.is_empty() && !heading => line(&mut out, &format!("No {key}.")),
            Value::Array(rows) if !rows.is_empty() && rows.iter().all(Value::is_object) => {
                part(&mut out, key, heading, &rows_of(rows));
            }
            Value::Object(pairs) if says_more(value) && named(pairs).is_none() => {
                part(&mut out, key, heading, &pairs_of(pairs));
            }
            value => line(&mut out, &format!("{key}: {}", inline(value).replace('\n', "\n  "))),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A table, with an empty line around it: Markdown needs one.
fn part(out: &mut String, key: &str, heading: bool, table: &str) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
    if heading {
        out.push_str(key);
        out.push_str(":\n\n");
    }
    out.push_str(table);
    out.push('\n');
}

fn line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// One column for every key that any row has, in the order in which they come.
fn rows_of(rows: &[Value]) -> String {
    let rows: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
    let keys: IndexSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    let mut out = row(keys.iter().map(|key| cell(key)));
    out.push_str(&row(keys.iter().map(|_| "---".to_owned())));
    for record in rows {
        out.push_str(&row(keys
            .iter()
            .map(|key| record.get(*key).map(|value| cell(&inline(value))).unwrap_or_default())));
    }
    out
}

fn pairs_of(pairs: &Map<String, Value>) -> String {
    let mut out = String::from("| key | value |\n| --- | --- |\n");
    for (key, value) in pairs {
        out.push_str(&row([cell(key), cell(&inline(value))].into_iter()));
    }
    out
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let mut out = String::from("|");
    for cell in cells {
        out.push(' ');
        out.push_str(&cell);
        out.push_str(" |");
    }
    out.push('\n');
    out
}

/// A text that stays in its cell, whatever it is: records must not write rows of their own.
fn cell(text: &str) -> String {
    let text = text.trim().replace('\\', "\\\\").replace('|', "\\|");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("<br>")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(answer: &Value) -> String {
        table(answer.as_object().unwrap(), Some("records"))
    }

    #[test]
    fn records_are_rows_and_nested_values_readable() {
        let answer = json!({"records": [
            {"id": 7, "name": "A | B", "partner_id": {"id": 9, "name": "Acme"}, "tag_ids": [{"id": 1, "name": "VIP"}, {"id": 2, "name": "Hot"}],
                "note": "one\ntwo", "active": false, "stage": {"value": "new", "label": "New"}},
            {"id": 8, "name": null, "partner_id": {"id": 9, "name": "Acme", "email": "a@b"}, "tag_ids": [], "note": null, "active": true,
                "stage": null, "currency": "USD"}],
            "total": 2, "currency": "EUR"});
        assert_eq!(
            shown(&answer),
            "| id | name | partner_id | tag_ids | note | active | stage | currency |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |\n\
             | 7 | A \\| B | Acme (9) | VIP (1), Hot (2) | one<br>two | false | New |  |\n\
             | 8 |  | Acme (9), email: a@b |  |  | true |  | USD |\n\n\
             total: 2\ncurrency: EUR"
        );
        assert_eq!(shown(&json!({"records": [], "total": 0})), "No records.\ntotal: 0");
    }

    #[test]
    fn what_is_no_list_of_records_is_lines_and_pairs() {
        assert_eq!(shown(&json!({"count": 3})), "count: 3");
        assert_eq!(
            shown(&json!({"result": [3, 4], "company": {"id": 1, "name": "C"}})),
            "result: 3, 4\ncompany: C (1)"
        );
        assert_eq!(
            shown(&json!({"defaults": {"type": "lead", "user_id": {"id": 2, "name": "M"}}, "model": "crm.lead"})),
            "defaults:\n\n| key | value |\n| --- | --- |\n| type | lead |\n| user_id | M (2) |\n\nmodel: crm.lead"
        );
    }

    #[test]
    fn no_text_leaves_its_cell() {
        let answer = json!({"records": [{"id": 1, "name": "x |\n| 2 | y\r\n\\| 3"}]});
        assert_eq!(shown(&answer).lines().count(), 3);
        assert!(shown(&answer).ends_with("| 1 | x \\|<br>\\| 2 \\| y<br>\\\\\\| 3 |"), "{}", shown(&answer));
    }
}
