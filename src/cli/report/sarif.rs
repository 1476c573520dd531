//! SARIF 2.1.0, as code scanning reads it.

use serde_json::{Map, Value, json};

use super::{path_of, text_of};
use crate::source::{Diagnostic, Place};

/// The log of one run.
pub(super) fn log(diagnostics: &[Diagnostic]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tooldoo",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } })),
            } },
            // Columns count characters.
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

const RULES: [(&str, &str); 3] = [
    ("error", "The definitions or the configuration cannot be used as they are."),
    ("warning", "It works, or may work, and could be better."),
    ("note", "What was not checked, and why."),
];

fn result(diagnostic: &Diagnostic) -> Value {
    let level = diagnostic.severity.as_str();
    let mut result = Map::from_iter([
        ("ruleId".to_owned(), json!(level)),
        ("ruleIndex".to_owned(), json!(RULES.iter().position(|(id, _)| *id == level))),
        ("level".to_owned(), json!(level)),
        ("message".to_owned(), json!({ "text": text_of(diagnostic) })),
    ]);
    if let Some(place) = &diagnostic.place {
        result.insert("locations".to_owned(), json!([{ "physicalLocation": physical(place) }]));
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic
            .related
            .iter()
            .map(|(place, label)| json!({ "physicalLocation": physical(place), "message": { "text": label } }));
        result.insert("relatedLocations".to_owned(), related.collect());
    }
    Value::Object(result)
}

fn physical(place: &Place) -> Value {
    let ((line, column), (end_line, end_column)) = (place.line_column(), place.end());
    json!({
        "artifactLocation": { "uri": uri(&path_of(&place.file.path)) },
        "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
    })
}

/// A path as a URI: relative stays relative.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("tools.d/crm.toml"), "tools.d/crm.toml");
        assert_eq!(uri("/a b/é.toml"), "file:///a%20b/%C3%A9.toml");
    }
}
