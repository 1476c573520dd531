//! A request to Odoo as a person who writes a test sees it: the same on every version and protocol.

use serde_json::{Map, Value, json};

use crate::domain::Domain;
use crate::odoo::Sent;

/// Longer than this is cut where a request is shown, in characters.
const SHOWN: usize = 600;

/// The parts of a request under the names that `expect.call` has for them.
pub(super) fn parts(sent: &Sent) -> Map<String, Value> {
    let mut parts = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            parts.insert(key.to_owned(), value);
        }
    };
    let kwarg = |names: &[&str]| names.iter().find_map(|name| sent.kwargs.get(*name)).cloned();
    put("model", Some(json!(sent.model)));
    put("method", Some(json!(sent.method)));
    let domain = kwarg(&["domain"]);
    put("ids", sent.ids.as_ref().map(|ids| json!(ids)).or_else(|| by_id(domain.as_ref()?)));
    put("domain", domain);
    put("values", kwarg(&["vals", "vals_list"]));
    // A specification is a table whose keys are the fields.
    let specified = sent.kwargs.get("specification").and_then(Value::as_object);
    let specified = specified.map(|fields| fields.keys().map(|name| json!(name)).collect());
    put("fields", specified.or_else(|| kwarg(&["fields"])));
    put("order", kwarg(&["order", "orderby"]));
    put("limit", kwarg(&["limit"]));
    put("offset", kwarg(&["offset"]));
    put("group_by", kwarg(&["groupby"]));
    put("args", (!sent.args.is_empty()).then(|| json!(sent.args)));
    put("kwargs", Some(json!(sent.kwargs)));
    put("context", Some(json!(sent.context)));
    parts
}

/// The ids of a request that reads records by a domain of nothing else.
fn by_id(domain: &Value) -> Option<Value> {
    let [condition] = domain.as_array()?.as_slice() else { return None };
    match condition.as_array()?.as_slice() {
        [field, operator, ids] if field == "id" && operator == "in" => Some(ids.clone()),
        _ => None,
    }
}

/// What of `expected` the request does not have: sentences, none where it fits.
pub(super) fn faults(expected: &Map<String, Value>, sent: &Sent) -> Vec<String> {
    let (parts, shown) = (parts(sent), parts(&sent.shown()));
    let fault = |(key, wanted): (&String, &Value)| {
        let got = parts.get(key);
        if got.is_some_and(|got| is_met(key, wanted, got)) {
            return None;
        }
        Some(match got {
            Some(_) => differing(key, wanted, shown.get(key).unwrap_or(&Value::Null)),
            None => format!("it has no `{key}`"),
        })
    };
    expected.iter().filter_map(fault).collect()
}

fn is_met(key: &str, wanted: &Value, got: &Value) -> bool {
    match key {
        "method" => got == wanted || got.as_str().and_then(plain_method).is_some_and(|plain| wanted == plain),
        "ids" if !wanted.is_array() => {
            got.as_array().is_some_and(|got| matches!(got.as_slice(), [id] if has(id, wanted)))
        }
        "domain" => canonical(wanted) == canonical(got) || has(got, wanted),
        // Several records are created by one request.
        "values" if wanted.is_object() && got.is_array() => {
            got.as_array().into_iter().flatten().any(|record| has(record, wanted))
        }
        _ => has(got, wanted),
    }
}

/// The name under which admins know a method that newer versions of Odoo call otherwise.
fn plain_method(method: &str) -> Option<&'static str> {
    match method {
        "web_search_read" => Some("search_read"),
        "formatted_read_group" => Some("read_group"),
        "web_read" => Some("read"),
        _ => None,
    }
}

/// A domain in the one notation that all of the same meaning have.
fn canonical(domain: &Value) -> Option<Value> {
    Domain::<Value>::parse(domain).ok().map(|domain| numbers(domain.normalized().print()))
}

/// 2.0 is 2.
fn numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Number(number), |number| json!(number)),
        Value::Array(items) => items.into_iter().map(numbers).collect(),
        other => other,
    }
}

/// Whether a value has all of another: tables key by key, all else as a whole.
fn has(got: &Value, wanted: &Value) -> bool {
    match (got, wanted) {
        (Value::Object(got), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| got.get(key).is_some_and(|got| has(got, wanted)))
        }
        (Value::Array(got), Value::Array(wanted)) => {
            got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| has(got, wanted))
        }
        (Value::Number(got), Value::Number(wanted)) => got == wanted || got.as_f64() == wanted.as_f64(),
        _ => got == wanted,
    }
}

/// The first place where two values part, in words.
fn differing(path: &str, wanted: &Value, got: &Value) -> String {
    let shown = |value: &Value| cut(&value.to_string(), 200);
    if let (Value::Object(wanted), Value::Object(got)) = (wanted, got)
        && let Some((key, wanted)) =
            wanted.iter().find(|(key, wanted)| !got.get(*key).is_some_and(|got| has(got, wanted)))
    {
        let path = format!("{path}.{key}");
        return match got.get(key) {
            Some(got) => differing(&path, wanted, got),
            None => format!("it has no `{path}`"),
        };
    }
    if let (Value::Object(_), Value::Array(records)) = (wanted, got)
        && let [record] = records.as_slice()
    {
        return differing(path, wanted, record);
    }
    format!("its `{path}` is {} instead of {}", shown(got), shown(wanted))
}

/// A request on one line.
pub(super) fn line(sent: &Sent) -> String {
    let mut parts = parts(&sent.shown());
    let mut text = format!("{}.{}", sent.model, sent.method);
    for key in ["model", "method", "context"] {
        parts.shift_remove(key);
    }
    // What has a name of its own need not be shown twice.
    if parts.keys().any(|key| !matches!(key.as_str(), "kwargs" | "args" | "ids")) {
        parts.shift_remove("kwargs");
    }
    for (key, value) in &parts {
        if value.as_object().is_none_or(|table| !table.is_empty()) {
            text.push_str(&format!(" {key}={value}"));
        }
    }
    cut(&text, SHOWN)
}

/// The first so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odoo::Effect;

    fn sent(method: &str, kwargs: Value) -> Sent {
        Sent {
            model: "crm.lead".to_owned(),
            method: method.to_owned(),
            ids: Some(vec![7]),
            args: Vec::new(),
            kwargs: kwargs.as_object().unwrap().clone(),
            context: Map::new(),
            effect: Effect::Read,
            withheld: false,
        }
    }

    fn faults_of(expected: Value, sent: &Sent) -> Vec<String> {
        faults(expected.as_object().unwrap(), sent)
    }

    #[test]
    fn what_is_expected_is_a_part_of_what_is_sent() {
        let search = sent(
            "web_search_read",
            json!({"domain": ["&", ["active", "=", true], ["id", "in", [1, 2]]], "specification": {"name": {}}, "limit": 5}),
        );
        for expected in [
            json!({"model": "crm.lead", "method": "search_read"}),
            json!({"method": "web_search_read", "fields": ["name"], "ids": 7}),
            json!({"domain": [["active", "=", true], ["id", "in", [1, 2]]], "limit": 5.0}),
            json!({"kwargs": {"specification": {}}}),
        ] {
            assert_eq!(faults_of(expected, &search), [""; 0]);
        }
        assert_eq!(
            faults_of(json!({"domain": [["active", "=", true]], "order": "id", "ids": [7, 8]}), &search),
            [
                r#"its `domain` is ["&",["active","=",true],["id","in",[1,2]]] instead of [["active","=",true]]"#,
                "it has no `order`",
                "its `ids` is [7] instead of [7,8]",
            ]
        );
    }

    #[test]
    fn values_of_one_record_or_of_one_among_several() {
        let one = sent("write", json!({"vals": {"name": "A", "color": 3}}));
        assert_eq!(faults_of(json!({"values": {"color": 3.0}}), &one), [""; 0]);
        assert_eq!(faults_of(json!({"values": {"name": "B"}}), &one), [r#"its `values.name` is "A" instead of "B""#]);
        let two = sent("create", json!({"vals_list": [{"name": "A"}, {"name": "B"}]}));
        assert_eq!(faults_of(json!({"values": {"name": "B"}}), &two), [""; 0]);
        assert_eq!(faults_of(json!({"values": [{"name": "A"}, {}]}), &two), [""; 0]);
        assert_eq!(faults_of(json!({"values": {"name": "C"}}), &two).len(), 1);
    }
}
