//! `read` and `search_read`: values as the classic clients see them.

use serde_json::{Map, Value, json};

use crate::demo::{
    access::{self, Mode},
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    methods::attachment,
    model::Model,
    value,
};

/// The fields asked for; none asked: all that the caller may see.
pub(in crate::demo) fn chosen<'m>(env: &Env<'_>, model: &'m Model, names: &[String]) -> Outcome<Vec<&'m Field>> {
    if names.is_empty() {
        return Ok(model.fields.values().filter(|field| access::sees(env, field)).collect());
    }
    let mut fields: Vec<&Field> = Vec::with_capacity(names.len());
    for name in names {
        let field = model.field(name).ok_or_else(|| match env.major() {
            19.. => Fault::value(format!("Invalid field {} on '{}'", value::repr_text(name), model.name)),
            _ => Fault::value(format!("Invalid field {} on model '{}'", value::repr_text(name), model.name)),
        })?;
        access::check_field(env, model, field, "read")?;
        if !fields.iter().any(|known| known.name == field.name) {
            fields.push(field);
        }
    }
    Ok(fields)
}

/// `read`: the records that are there, in the order asked. `names`: whether a many2one is `[id, name]` or an id.
pub(in crate::demo) fn read(
    env: &Env<'_>,
    model: &Model,
    ids: &[i64],
    fields: &[String],
    names: bool,
) -> Outcome<Vec<Value>> {
    access::check(env, model, Mode::Read)?;
    // For `id` alone Odoo does not ask its database, unless rules make it: any number is a record then.
    let unasked = matches!(fields, [only] if only == "id") && (env.major() >= 15 || model.rules.is_empty());
    let fields = chosen(env, model, fields)?;
    access::check_records(env, model, ids, Mode::Read)?;
    attachment::printable(env, model, ids, &fields)?;
    // Until 14 whoever counts a department's employees reads them.
    let counts = model.name == "hr.department" && fields.iter().any(|field| field.name == "total_employee");
    if let Some(employees) = env.registry.model("hr.employee").filter(|_| counts && env.major() < 15) {
        access::granted(env, employees, Mode::Read)?;
    }
    let there = ids.iter().copied().filter(|id| unasked || env.store.has(&model.name, *id));
    Ok(there.map(|id| Value::Object(row(env, model, id, &fields, names))).collect())
}

fn row(env: &Env<'_>, model: &Model, id: i64, fields: &[&Field], names: bool) -> Map<String, Value> {
    let mut row = Map::with_capacity(fields.len() + 1);
    row.insert("id".into(), json!(id));
    for field in fields {
        row.insert(field.name.clone(), shown(env, model, id, field, names));
    }
    row
}

/// One value as `read` shows it.
pub(in crate::demo) fn shown(env: &Env<'_>, model: &Model, id: i64, field: &Field, names: bool) -> Value {
    let found = env.value(model, id, field);
    if let Some(size) = attachment::size_only(env, field, &found).filter(|_| !found.is_null()) {
        return size;
    }
    match (&found, field.kind) {
        (Value::Null, _) => field.empty(),
        (_, Kind::Many2one) if names => {
            let comodel = field.relation.as_deref().and_then(|relation| env.registry.model(relation));
            match (comodel, value::id(&found)) {
                (Some(comodel), Some(target)) => json!([target, env.sudo().name(comodel, target)]),
                _ => Value::Bool(false),
            }
        }
        (_, kind) if kind.many() => visible(env, field, found),
        _ => found,
    }
}

/// The related records that the caller may see: rules apply to x2many values too.
pub(in crate::demo) fn visible(env: &Env<'_>, field: &Field, found: Value) -> Value {
    let Some(comodel) = field.relation.as_deref().and_then(|relation| env.registry.model(relation)) else {
        return found;
    };
    if env.context.su {
        return found;
    }
    if comodel.through.is_some() {
        return json!(access::reached(env, comodel, value::ids(&found), Mode::Read));
    }
    if comodel.rules.is_empty() {
        return found;
    }
    let Ok(Some(node)) = access::rules(env, comodel, Mode::Read) else {
        return found;
    };
    let sudo = env.sudo().active_test(false);
    let Ok(test) = crate::demo::domain::compile(&sudo, comodel, &node) else {
        return found;
    };
    json!(value::ids(&found).into_iter().filter(|id| test.passes(&sudo, comodel, *id)).collect::<Vec<_>>())
}
