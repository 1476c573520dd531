//! Relations in writes: commands at an x2many, and what becomes of those who name a record that goes.

use serde_json::{Map, Value, json};

use super::{
    convert,
    write::{create, exist, unlink, write},
};
use crate::demo::{
    env::Tx,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    value,
};

/// Commands, ids or nothing at an x2many.
pub(super) fn many(tx: &mut Tx<'_>, model: &'static Model, id: i64, field: &Field, given: &Value) -> Outcome<()> {
    let commands: Vec<(i64, i64, Value)> = match given {
        Value::Null | Value::Bool(false) => vec![(5, 0, Value::Null)],
        Value::Array(items) if items.is_empty() => Vec::new(),
        Value::Array(items) if !items.iter().any(Value::is_array) => {
            for item in items {
                if item.is_object() {
                    return Err(Fault::type_error("unhashable type: 'dict'"));
                }
                convert::reference(item)?;
            }
            vec![(6, 0, given.clone())]
        }
        Value::Array(items) => items.iter().map(|item| command(item, model, field)).collect::<Outcome<_>>()?,
        other => {
            return Err(Fault::value(format!("Wrong value for {}.{}: {}", model.name, field.name, value::str(other))));
        }
    };
    let comodel = field
        .relation
        .as_deref()
        .and_then(|relation| tx.registry.model(relation))
        .ok_or_else(|| Fault::key(&field.name))?;
    for (code, target, extra) in commands {
        one_command(tx, model, id, field, comodel, code, target, &extra)?;
    }
    Ok(())
}

fn command(item: &Value, model: &Model, field: &Field) -> Outcome<(i64, i64, Value)> {
    let wrong = || Fault::value(format!("Wrong value for {}.{}: {}", model.name, field.name, value::repr(item)));
    let parts = item.as_array().ok_or_else(wrong)?;
    let code = parts.first().and_then(value::integer).ok_or_else(wrong)?;
    let target = parts.get(1).and_then(value::integer).unwrap_or_default();
    Ok((code, target, parts.get(2).cloned().unwrap_or(Value::Null)))
}

#[expect(clippy::too_many_arguments, reason = "a command has this many parts")]
fn one_command(
    tx: &mut Tx<'_>,
    model: &'static Model,
    id: i64,
    field: &Field,
    comodel: &'static Model,
    code: i64,
    target: i64,
    extra: &Value,
) -> Outcome<()> {
    let values = extra.as_object().cloned().unwrap_or_default();
    match code {
        0 => {
            let mut values = values;
            if let Some(inverse) = &field.inverse {
                values.insert(inverse.clone(), json!(id));
            }
            if let Some(inverse_model) = &field.inverse_model {
                values.insert(inverse_model.clone(), json!(model.name));
            }
            let made = create(tx, comodel, &[values])?;
            if field.inverse.is_none() {
                made.into_iter().try_for_each(|made| link(tx, model, id, field, comodel, made))?;
            }
            Ok(())
        }
        // A many2many passes over a record that is gone.
        1 if field.inverse.is_none() && !tx.store.has(&comodel.name, target) => Ok(()),
        1 => write(tx, comodel, &[target], &values),
        2 => {
            if tx.store.has(&comodel.name, target) {
                unlink(tx, comodel, &[target])
            } else {
                Ok(())
            }
        }
        3 => cut(tx, model, id, field, comodel, target),
        4 => link(tx, model, id, field, comodel, target),
        5 | 6 => {
            let wanted = if code == 6 { value::ids(extra) } else { Vec::new() };
            let present = value::ids(&tx.env().active_test(false).value(model, id, field));
            for old in present.iter().filter(|old| !wanted.contains(old)) {
                cut(tx, model, id, field, comodel, *old)?;
            }
            for new in wanted.iter().filter(|new| !present.contains(new)) {
                link(tx, model, id, field, comodel, *new)?;
            }
            Ok(())
        }
        // Odoo passes over a command that it does not know.
        _ => Ok(()),
    }
}

fn link(
    tx: &mut Tx<'_>,
    model: &'static Model,
    id: i64,
    field: &Field,
    comodel: &'static Model,
    target: i64,
) -> Outcome<()> {
    if !tx.store.has(&comodel.name, target) {
        if field.inverse.is_some() {
            return exist(tx, comodel, &[target]);
        }
        if tx.registry.profile.major() < 15 {
            return Err(Fault::validation(format!(
                "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Unknown (Unknown), Constraint: {}_{}_fkey",
                model.name.replace('.', "_"),
                field.name
            )));
        }
        return Err(Fault::validation(format!(
            "The operation cannot be completed: Another model is using the record you are trying to delete.\n\nThe troublemaker is: Unknown\nThanks to the following constraint: {}_{}_fkey\nHow about archiving the record instead?",
            model.name.replace('.', "_"),
            field.name
        )));
    }
    match (&field.inverse, &field.mirror) {
        (Some(inverse), _) => {
            let mut values = Map::from_iter([(inverse.clone(), json!(id))]);
            values.extend(field.inverse_model.iter().map(|name| (name.clone(), json!(model.name))));
            write(tx, comodel, &[target], &values)
        }
        (None, Some(mirror)) => set_member(tx, comodel, target, mirror, id, true),
        (None, None) => set_member(tx, model, id, &field.name, target, true),
    }
}

fn cut(
    tx: &mut Tx<'_>,
    model: &'static Model,
    id: i64,
    field: &Field,
    comodel: &'static Model,
    target: i64,
) -> Outcome<()> {
    match (&field.inverse, &field.mirror) {
        (Some(inverse), _) => {
            let owned = comodel
                .field(inverse)
                .is_some_and(|field| field.required || field.ondelete.as_deref() == Some("cascade"));
            if owned {
                return unlink(tx, comodel, &[target]);
            }
            write(tx, comodel, &[target], &Map::from_iter([(inverse.clone(), Value::Bool(false))]))
        }
        (None, Some(mirror)) => set_member(tx, comodel, target, mirror, id, false),
        (None, None) => set_member(tx, model, id, &field.name, target, false),
    }
}

fn set_member(tx: &mut Tx<'_>, model: &Model, id: i64, field: &str, member: i64, wanted: bool) -> Outcome<()> {
    let mut members = tx.store.get(&model.name, id).and_then(|row| row.get(field)).map(value::ids).unwrap_or_default();
    members.retain(|other| *other != member);
    if wanted {
        members.push(member);
    }
    tx.store.set(&model.name, id, field, json!(members));
    Ok(())
}

/// What happens to the records that name one that goes.
pub(super) fn release(tx: &mut Tx<'_>, id: i64, other: &'static Model, field: &Field) -> Outcome<()> {
    if field.kind == Kind::Many2many && field.mirror.is_none() {
        let holders = tx.store.ids(&other.name);
        return holders.into_iter().try_for_each(|holder| set_member_if(tx, other, holder, &field.name, id));
    }
    if field.kind != Kind::Many2one || matches!(field.name.as_str(), "create_uid" | "write_uid") {
        return Ok(());
    }
    let names = |tx: &Tx<'_>, holder: i64| {
        tx.store.get(&other.name, holder).and_then(|row| row.get(field.name.as_str())).and_then(value::id) == Some(id)
    };
    let holders: Vec<i64> = tx.store.ids(&other.name).into_iter().filter(|holder| names(tx, *holder)).collect();
    if holders.is_empty() {
        return Ok(());
    }
    match field.ondelete.as_deref() {
        Some("cascade") => unlink(&mut tx.sudo(), other, &holders),
        ondelete if ondelete == Some("restrict") || field.required => {
            Err(convert::troublemaker(tx.registry.profile.major(), other, field, tx.context.lang.as_deref()))
        }
        _ => {
            for holder in holders {
                tx.store.set(&other.name, holder, &field.name, Value::Null);
            }
            Ok(())
        }
    }
}

fn set_member_if(tx: &mut Tx<'_>, model: &Model, holder: i64, field: &str, member: i64) -> Outcome<()> {
    let held = tx
        .store
        .get(&model.name, holder)
        .and_then(|row| row.get(field))
        .is_some_and(|list| value::ids(list).contains(&member));
    if held { set_member(tx, model, holder, field, member, false) } else { Ok(()) }
}
