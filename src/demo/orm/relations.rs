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

/// The x2many of one record.
struct Many<'a> {
    model: &'static Model,
    id: i64,
    field: &'a Field,
    comodel: &'static Model,
}

/// What becomes of one record of an x2many, or of all of them: Odoo's `Command`.
enum Command {
    /// 0
    Create(Map<String, Value>),
    /// 1
    Update(i64, Map<String, Value>),
    /// 2
    Delete(i64),
    /// 3
    Unlink(i64),
    /// 4
    Link(i64),
    /// 5, and 6 with the ids that are to stay alone.
    Set(Vec<i64>),
    /// Odoo passes over a command that it does not know.
    Unknown,
}

/// Commands, ids or nothing at an x2many.
pub(super) fn many(tx: &mut Tx<'_>, model: &'static Model, id: i64, field: &Field, given: &Value) -> Outcome<()> {
    let commands: Vec<Command> = match given {
        Value::Null | Value::Bool(false) => vec![Command::Set(Vec::new())],
        Value::Array(items) if items.is_empty() => Vec::new(),
        Value::Array(items) if !items.iter().any(Value::is_array) => {
            for item in items {
                if item.is_object() {
                    return Err(Fault::type_error("unhashable type: 'dict'"));
                }
                convert::reference(item)?;
            }
            vec![Command::Set(value::ids(given))]
        }
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let wrong =
                    || Fault::value(format!("Wrong value for {}.{}: {}", model.name, field.name, value::repr(item)));
                Command::read(item).ok_or_else(wrong)
            })
            .collect::<Outcome<_>>()?,
        other => {
            return Err(Fault::value(format!("Wrong value for {}.{}: {}", model.name, field.name, value::str(other))));
        }
    };
    let comodel = field
        .relation
        .as_deref()
        .and_then(|relation| tx.registry.model(relation))
        .ok_or_else(|| Fault::key(&field.name))?;
    let many = Many { model, id, field, comodel };
    commands.into_iter().try_for_each(|command| many.run(tx, command))
}

impl Command {
    fn read(item: &Value) -> Option<Self> {
        let parts = item.as_array()?;
        let code = parts.first().and_then(value::integer)?;
        let target = parts.get(1).and_then(value::integer).unwrap_or_default();
        let values = || parts.get(2).and_then(Value::as_object).cloned().unwrap_or_default();
        Some(match code {
            0 => Self::Create(values()),
            1 => Self::Update(target, values()),
            2 => Self::Delete(target),
            3 => Self::Unlink(target),
            4 => Self::Link(target),
            5 => Self::Set(Vec::new()),
            6 => Self::Set(parts.get(2).map(value::ids).unwrap_or_default()),
            _ => Self::Unknown,
        })
    }
}

impl Many<'_> {
    fn run(&self, tx: &mut Tx<'_>, command: Command) -> Outcome<()> {
        let Self { model, id, field, comodel } = *self;
        match command {
            Command::Create(mut values) => {
                if let Some(inverse) = &field.inverse {
                    values.insert(inverse.clone(), json!(id));
                }
                if let Some(inverse_model) = &field.inverse_model {
                    values.insert(inverse_model.clone(), json!(model.name));
                }
                let made = create(tx, comodel, &[values])?;
                if field.inverse.is_none() {
                    made.into_iter().try_for_each(|made| self.link(tx, made))?;
                }
                Ok(())
            }
            // A many2many passes over a record that is gone.
            Command::Update(target, _) if field.inverse.is_none() && !tx.store.has(&comodel.name, target) => Ok(()),
            Command::Update(target, values) => write(tx, comodel, &[target], &values),
            Command::Delete(target) if tx.store.has(&comodel.name, target) => unlink(tx, comodel, &[target]),
            Command::Unlink(target) => self.cut(tx, target),
            Command::Link(target) => self.link(tx, target),
            Command::Set(wanted) => {
                let present = value::ids(&tx.env().active_test(false).value(model, id, field));
                for old in present.iter().filter(|old| !wanted.contains(old)) {
                    self.cut(tx, *old)?;
                }
                for new in wanted.iter().filter(|new| !present.contains(new)) {
                    self.link(tx, *new)?;
                }
                Ok(())
            }
            Command::Delete(_) | Command::Unknown => Ok(()),
        }
    }

    fn link(&self, tx: &mut Tx<'_>, target: i64) -> Outcome<()> {
        let Self { model, id, field, comodel } = *self;
        if !tx.store.has(&comodel.name, target) {
            return match field.inverse {
                Some(_) => exist(tx, comodel, &[target]),
                None => Err(self.names_nobody(tx.registry.profile.major())),
            };
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

    /// What the database says where a many2many is to name a record that is not there.
    fn names_nobody(&self, major: u8) -> Fault {
        let constraint = format!("{}_{}_fkey", self.model.name.replace('.', "_"), self.field.name);
        if major < 15 {
            return Fault::validation(format!(
                "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: Unknown (Unknown), Constraint: {constraint}"
            ));
        }
        Fault::validation(format!(
            "The operation cannot be completed: Another model is using the record you are trying to delete.\n\nThe troublemaker is: Unknown\nThanks to the following constraint: {constraint}\nHow about archiving the record instead?"
        ))
    }

    fn cut(&self, tx: &mut Tx<'_>, target: i64) -> Outcome<()> {
        let Self { model, id, field, comodel } = *self;
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
