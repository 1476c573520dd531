//! `child_of` and `parent_of`.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    compile::{by_name, comodel, listed, printed},
    test::Test,
};
use crate::demo::{
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    orm::search,
    value,
};

/// `child_of` and `parent_of`: from the records named by the value, down or up the tree.
pub(super) fn hierarchy(env: &Env<'_>, model: &Model, field: &Field, operator: &str, right: &Value) -> Outcome<Test> {
    if *right == Value::Bool(false) {
        return Ok(Test::Const(false));
    }
    let comodel = match field.kind {
        kind if kind.relational() => comodel(env, field)?,
        _ if field.name == "id" => env.registry.model(&model.name).ok_or_else(|| Fault::key(&model.name))?,
        _ => {
            let place = format!("{}.{}", model.name, field.name);
            let printed = printed(&field.name, operator, right);
            return Err(Fault::value(format!(
                "Cannot execute {operator} for {place}, works only for relational fields in condition {printed}"
            )));
        }
    };
    let within = if field.kind == Kind::Many2one { env.active_test(false) } else { env.clone() };
    let itself = comodel.name == model.name;
    let parent = if itself && field.name != "id" { Some(field.name.clone()) } else { comodel.parent.clone() };
    let mut start: Vec<i64> = Vec::new();
    for one in listed(right, false) {
        match &one {
            Value::String(_) => {
                let test = by_name(&within, comodel, "ilike", &one)?;
                start.extend(search::passing(&within, comodel, &test)?);
            }
            other => start.extend(value::id(other)),
        }
    }
    let sudo = env.sudo().active_test(false);
    let parent = parent.unwrap_or_else(|| "parent_id".into());
    let mut found: HashSet<i64> = HashSet::new();
    if operator == "child_of" {
        let all = env.store.ids(&comodel.name);
        let mut queue = start;
        while let Some(at) = queue.pop() {
            if found.insert(at) {
                queue.extend(all.iter().copied().filter(|id| sudo.link(comodel, *id, &parent) == Some(at)));
            }
        }
    } else {
        for mut at in start {
            while found.insert(at) {
                match sudo.link(comodel, at, &parent) {
                    Some(above) => at = above,
                    None => break,
                }
            }
        }
    }
    Ok(match field.kind {
        // On the model itself the question is about the records, not about where the field leads.
        Kind::Many2one if itself => Test::Ids(found),
        kind if kind.relational() => Test::Linked { field: field.name.clone(), ids: found, empty: false },
        _ => Test::Ids(found),
    })
}
