//! System parameters: `get_param`, `set_param`, one value for a key.

use serde_json::{Map, Value, json};

use crate::demo::{
    access::{self, Mode},
    env::{Env, Tx},
    errors::Outcome,
    model::Model,
    orm::write,
    value,
};

fn find(env: &Env<'_>, model: &Model, key: &str) -> Option<i64> {
    env.store.ids(&model.name).into_iter().find(|id| env.text(model, *id, "key") == key)
}

fn key(arguments: &Map<String, Value>) -> String {
    arguments.get("key").map(value::str).unwrap_or_default()
}

/// `get_param`: the value, else the default given, else false.
pub(in crate::demo) fn get(env: &Env<'_>, model: &Model, arguments: &Map<String, Value>) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    let found = find(env, model, &key(arguments)).map(|id| env.get(model, id, "value"));
    Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::Bool(false)))
}

/// `set_param`: the value before, else false. A false value removes the parameter.
pub(super) fn set(tx: &mut Tx<'_>, model: &'static Model, arguments: &Map<String, Value>) -> Outcome<Value> {
    access::check(&tx.env(), model, Mode::Read)?;
    let key = key(arguments);
    let given = arguments.get("value").filter(|given| !given.is_null() && **given != Value::Bool(false));
    let (id, before) = {
        let env = tx.env();
        let id = find(&env, model, &key);
        (id, id.map(|id| env.get(model, id, "value")))
    };
    match (id, given) {
        (Some(id), Some(given)) => {
            write::write(tx, model, &[id], &Map::from_iter([("value".to_owned(), json!(value::str(given)))]))?;
        }
        (Some(id), None) => write::unlink(tx, model, &[id])?,
        (None, Some(given)) => {
            let values = [("key".to_owned(), json!(key)), ("value".to_owned(), json!(value::str(given)))];
            write::create(tx, model, &[Map::from_iter(values)])?;
        }
        (None, None) => {}
    }
    Ok(before.unwrap_or(Value::Bool(false)))
}
