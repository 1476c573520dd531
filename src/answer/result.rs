//! What a method of a `call` answered: records as ids on every version, an action described.

use serde_json::{Map, Value, json};

/// A method's result. Records, which Odoo 14 gives as the text `mail.activity(32,)`, are ids; an action that Odoo's
/// screen would open next is described, never run.
#[must_use]
pub fn result(value: Value) -> Value {
    match value {
        Value::String(text) => match ids_of_text(&text) {
            Some(ids) => json!(ids),
            None => Value::String(text),
        },
        Value::Object(table) => {
            let kind = table.get("type").and_then(Value::as_str).filter(|kind| kind.starts_with("ir.actions."));
            match kind.map(str::to_owned) {
                Some(kind) => action(&kind, &table),
                None => Value::Object(table),
            }
        }
        value => value,
    }
}

/// The ids of `res.partner(3, 5)`; `None` for any other text.
fn ids_of_text(text: &str) -> Option<Vec<i64>> {
    let (model, ids) = text.strip_suffix(')')?.split_once('(')?;
    let is_model = model.contains('.')
        && model.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
    if !is_model {
        return None;
    }
    if ids.is_empty() {
        return Some(Vec::new());
    }
    // Python writes a tuple of one with a comma, and of several without one at the end.
    let ids = match ids.strip_suffix(',') {
        Some(one) if !one.contains(',') => one,
        Some(_) => return None,
        None if ids.contains(", ") => ids,
        None => return None,
    };
    ids.split(", ").map(|id| id.parse().ok()).collect()
}

/// What a person would see next, and that nothing of it has happened.
fn action(kind: &str, table: &Map<String, Value>) -> Value {
    let (note, keys): (&str, &[&str]) = match kind {
        "ir.actions.act_window" => (
            "The method ran. Odoo's screen would now open this view.",
            &["res_model", "res_id", "domain", "view_mode", "target"],
        ),
        "ir.actions.act_url" => ("The method ran. Odoo's screen would now open this address.", &["url", "target"]),
        "ir.actions.report" => (
            "The method ran. Odoo's screen would now print this report.",
            &["report_name", "report_type", "report_file", "model"],
        ),
        "ir.actions.client" => ("The method ran. Odoo's screen would now do this.", &["tag", "params"]),
        "ir.actions.act_window_close" => ("The method ran. Odoo's screen would now close its dialog.", &["infos"]),
        _ => ("The method ran. Odoo's screen would now do this.", &["res_model", "res_id", "tag", "params"]),
    };
    let mut said = Map::new();
    said.insert("action".to_owned(), kind.into());
    let empty = |value: &Value| matches!(value, Value::Null | Value::Bool(false)) || value == "" || value == &json!([]);
    for key in std::iter::once(&"name").chain(keys) {
        // Odoo's own actions are stored with 0 where there is no record.
        let none = |value: &Value| empty(value) || (*key == "res_id" && value.as_i64() == Some(0));
        if let Some(value) = table.get(*key).filter(|value| !none(value)) {
            said.insert((*key).to_owned(), value.clone());
        }
    }
    // What a wizard starts from: the records it is for and the values it opens with. The rest is the screen's affair.
    let context = table.get("context").and_then(Value::as_object);
    let wanted = |key: &str| key.starts_with("default_") || ["active_id", "active_ids", "active_model"].contains(&key);
    let context: Map<String, Value> = context
        .into_iter()
        .flatten()
        .filter(|(key, _)| wanted(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !context.is_empty() {
        said.insert("context".to_owned(), Value::Object(context));
    }
    said.insert("note".to_owned(), note.into());
    Value::Object(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_ids_on_every_version() {
        assert_eq!(result(json!("mail.activity(32,)")), json!([32]));
        assert_eq!(result(json!("res.partner(3, 5)")), json!([3, 5]));
        assert_eq!(result(json!("res.partner()")), json!([]));
        assert_eq!(result(json!([32])), json!([32]));
        for text in ["done(1)", "a.b(x,)", "See a.b(3,) there", "a.b(1,2)", "a.b(", "A.b(1,)", "a.b(1, 2,)"] {
            assert_eq!(result(json!(text)), json!(text), "{text}");
        }
    }

    #[test]
    fn an_action_is_described() {
        let wizard = json!({"type": "ir.actions.act_window", "name": "Lost", "res_model": "crm.lead.lost", "res_id": false,
            "views": [[false, "form"]], "context": {"default_reason": 3, "active_ids": [1], "lang": "en_US"}});
        let said = result(wizard);
        assert_eq!(said["action"], "ir.actions.act_window");
        assert_eq!(said["res_model"], "crm.lead.lost");
        assert_eq!(said["context"], json!({"default_reason": 3, "active_ids": [1]}));
        assert!(said.get("views").is_none() && said.get("res_id").is_none());
        let stored =
            result(json!({"type": "ir.actions.act_window", "res_model": "account.move.reversal", "res_id": 0}));
        assert!(stored.get("res_id").is_none(), "{stored}");
        let url = result(json!({"type": "ir.actions.act_url", "url": "/x", "target": "new"}));
        assert_eq!(url["url"], "/x");
        assert_eq!(result(json!({"type": "other", "x": 1})), json!({"type": "other", "x": 1}));
    }
}
