//! `ids`: an integer, digits, a list of them, a record of an earlier answer, or an external id.

use serde_json::Value;

use crate::odoo::{Client, Error, Kind, Patience};

/// The record ids that a value of `ids` names, in its order, each once.
///
/// # Errors
/// `not_found` for none at all (Odoo answers "true" to a method on nothing) and for an external id that does not exist;
/// `invalid_arguments` for what is no id.
pub(super) async fn resolve(
    client: &Client,
    model: &str,
    key: &str,
    value: &Value,
    patience: &Patience,
) -> Result<Vec<i64>, Error> {
    let mut ids = Vec::new();
    let list = std::slice::from_ref(value);
    for element in value.as_array().map_or(list, Vec::as_slice) {
        let id = match plain(element) {
            Some(id) => id,
            None => external(client, model, key, element, patience).await?,
        };
        if id < 1 {
            return Err(no_id(key, element));
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Err(Error::new(Kind::NotFound, format!("`{key}` names no record of `{model}`."))
            .hint("Give at least one record id."));
    }
    Ok(ids)
}

/// An id that needs no question to Odoo: a number, digits, or `{"id": …}`.
pub(super) fn plain(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => digits(text),
        Value::Object(record) => record.get("id").and_then(Value::as_i64),
        _ => None,
    }
}

/// Digits and nothing else.
pub(super) fn digits(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// A float that is a whole number, as JSON from some clients has it.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked: it is whole and far below 2^53")]
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// `module.name`: what an external id looks like.
pub(super) fn looks_external(text: &str) -> bool {
    let Some((module, name)) = text.split_once('.') else { return false };
    let word = |part: &str, more: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
    };
    module.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && word(module, "") && word(name, ".-")
}

async fn external(client: &Client, model: &str, key: &str, element: &Value, patience: &Patience) -> Result<i64, Error> {
    let Some(text) = element.as_str().filter(|text| looks_external(text)) else { return Err(no_id(key, element)) };
    let (of_model, id) = client.xml_id(text, patience).await?;
    if of_model == model {
        return Ok(id);
    }
    Err(Error::new(Kind::NotFound, format!("The external id `{text}` is a record of `{of_model}`, not of `{model}`.")))
}

fn no_id(key: &str, element: &Value) -> Error {
    Error::new(Kind::InvalidArguments, format!("`{key}` takes record ids, and {element} is none."))
        .hint("Search for the record first and give its `id`.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_an_id_without_asking() {
        assert_eq!(plain(&json!(7)), Some(7));
        assert_eq!(plain(&json!(7.0)), Some(7));
        assert_eq!(plain(&json!(" 12 ")), Some(12));
        assert_eq!(plain(&json!({"id": 3, "name": "x"})), Some(3));
        for value in [json!("seven"), json!(7.5), json!(true), json!(null), json!("-3"), json!("1e3"), json!("")] {
            assert_eq!(plain(&value), None, "{value}");
        }
    }

    #[test]
    fn external_ids_have_a_module_and_a_name() {
        for text in ["base.be", "__export__.res_partner_1-2", "sale.order.line_1"] {
            assert!(looks_external(text), "{text}");
        }
        for text in ["base", "S0001. 2", "Mr. Smith", ".x", "base.", "Acme.Inc"] {
            assert!(!looks_external(text), "{text}");
        }
    }
}
