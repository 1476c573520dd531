//! `mime_type = "text/csv"`: a list as rows for a spreadsheet (RFC 4180).

use csv::{Terminator, WriterBuilder};
use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::columns::Described;
use super::inline::inline;

/// The list of an answer, one column for every key that any row has; of no rows, the columns that they would have.
pub(super) fn csv(answer: &Map<String, Value>, list: Option<&str>, described: Option<&Described>) -> String {
    let rows = list.and_then(|list| answer.get(list)?.as_array()).map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
    let mut keys: IndexSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    if keys.is_empty() {
        let columns = described.map(|described| &described.columns);
        keys.extend(columns.filter(|columns| columns.model.is_some()).map(|_| "id"));
        keys.extend(columns.into_iter().flat_map(|columns| &columns.list).map(|column| column.key.as_str()));
        keys.extend(list.filter(|_| columns.is_none()));
    }
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // Nothing fails where the bytes are only kept.
    let _ = writer.write_record(keys.iter().map(|key| guarded((*key).to_owned())));
    for row in rows {
        let _ = writer.write_record(keys.iter().map(|key| row.get(*key).map(cell).unwrap_or_default()));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Number(_) | Value::Bool(_) | Value::Null => inline(value),
        value => guarded(inline(value)),
    }
}

/// A text that no spreadsheet takes for a formula: whoever can write into a record could write one.
fn guarded(text: String) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(answer: &Value) -> String {
        csv(answer.as_object().unwrap(), Some("records"), None)
    }

    #[test]
    fn every_record_is_a_row_and_stays_in_its_cells() {
        let answer = json!({"records": [
            {"id": 1, "name": "A, \"B\"\nC", "amount": -5.5, "partner_id": {"id": 9, "name": "Acme"}, "active": false},
            {"id": 2, "name": null, "tags": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]},
        ], "total": 2});
        assert_eq!(
            shown(&answer),
            "id,name,amount,partner_id,active,tags\r\n1,\"A, \"\"B\"\"\nC\",-5.5,Acme (9),false,\r\n2,,,,,\"x (1), y (2)\"\r\n"
        );
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\u{a0}=1"] {
            let answer = json!({"records": [{"a": text, "b": {"id": 1, "name": text}}]});
            let mut rows = ::csv::Reader::from_reader(std::io::Cursor::new(shown(&answer).into_bytes()));
            let row = rows.records().next().unwrap().unwrap();
            assert_eq!(row.get(0), Some(format!("'{text}").as_str()));
            assert!(row.get(1).unwrap().starts_with('\''), "{row:?}");
        }
        assert_eq!(shown(&json!({"records": [{"a": -1, "b": "x=1"}]})), "a,b\r\n-1,x=1\r\n");
    }

    #[test]
    fn nothing_is_a_header() {
        assert_eq!(shown(&json!({"records": []})), "records\r\n");
    }
}
