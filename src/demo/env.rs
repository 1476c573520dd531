//! Who asks, and with which eyes: user, language, zone, companies; and the values of fields as that caller sees them.

use std::{collections::HashSet, sync::Arc};

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::{
    field::{Field, Kind},
    model::Model,
    orm::compute,
    registry::Registry,
    store::Store,
    value,
};

/// The caller and the context of a call.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) uid: i64,
    /// Whether access is not checked.
    pub(super) su: bool,
    pub(super) lang: Option<String>,
    pub(super) tz: Option<String>,
    /// The companies that the call works in; the first is the current one. Without any in the context all of the caller's, their own first.
    pub(super) companies: Vec<i64>,
    /// Whether the context names companies that are not the caller's: what needs to know the companies fails then.
    pub(super) foreign_companies: bool,
    /// Whether archived records are left out.
    pub(super) active_test: bool,
    /// The groups of the caller, as external ids.
    pub(super) groups: Arc<HashSet<String>>,
    /// The context as sent.
    pub(super) raw: Arc<Map<String, Value>>,
    pub(super) now: DateTime,
}

/// A caller looking at a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Env<'s> {
    pub(super) store: &'s Store,
    pub(super) registry: &'static Registry,
    pub(super) context: Context,
}

/// A caller changing a copy, which takes the original's place when the call succeeds.
#[derive(Debug)]
pub(super) struct Tx<'s> {
    pub(super) store: &'s mut Store,
    pub(super) registry: &'static Registry,
    pub(super) context: Context,
}

impl Tx<'_> {
    /// A look at the copy as it is now.
    pub(super) fn env(&self) -> Env<'_> {
        Env { store: self.store, registry: self.registry, context: self.context.clone() }
    }

    /// The same without access checks, archived records included.
    pub(super) fn sudo(&mut self) -> Tx<'_> {
        let mut context = self.context.clone();
        context.su = true;
        context.active_test = false;
        Tx { store: self.store, registry: self.registry, context }
    }
}

impl Context {
    /// The context of a user's call. `allowed_company_ids` that the user does not have are noted for `access` to refuse.
    pub(super) fn new(store: &Store, uid: i64, raw: Map<String, Value>) -> Self {
        let user = store.get("res.users", uid);
        let stored = |field: &str| user.and_then(|user| user.get(field)).cloned().unwrap_or(Value::Null);
        let current = value::id(&stored("company_id"));
        let own = value::ids(&stored("company_ids"));
        let (companies, foreign_companies) = match raw.get("allowed_company_ids").filter(|asked| value::truthy(asked)) {
            Some(asked) => {
                let known = |one: &Value| value::id(one).is_some_and(|id| own.contains(&id));
                let foreign = asked.as_array().is_none_or(|asked| !asked.iter().all(known));
                (value::ids(asked), foreign)
            }
            None => {
                let others = own.iter().copied().filter(|company| Some(*company) != current);
                (current.into_iter().chain(others).collect(), false)
            }
        };
        let mut groups: HashSet<String> = HashSet::new();
        let listed = stored("groups");
        for group in listed.as_array().into_iter().flatten().filter_map(Value::as_str) {
            groups.insert(group.to_owned());
        }
        // Without a language in its context a call speaks English, whatever the user's own language is.
        let lang = raw.get("lang").and_then(Value::as_str).map(str::to_owned);
        let tz = raw.get("tz").and_then(Value::as_str).map(str::to_owned).or_else(|| user_zone(store, uid));
        let active_test = raw.get("active_test").is_none_or(value::truthy);
        Self {
            uid,
            su: false,
            lang,
            tz,
            companies,
            foreign_companies,
            active_test,
            groups: Arc::new(groups),
            raw: Arc::new(raw),
            now: store.now(),
        }
    }

    /// Whether the caller is in the group.
    pub(super) fn in_group(&self, group: &str) -> bool {
        self.groups.contains(group)
    }

    /// The current company.
    pub(super) fn company(&self) -> Option<i64> {
        self.companies.first().copied()
    }
}

fn user_zone(store: &Store, uid: i64) -> Option<String> {
    let partner = value::id(store.get("res.users", uid)?.get("partner_id")?)?;
    store.get("res.partner", partner)?.get("tz")?.as_str().map(str::to_owned)
}

impl<'s> Env<'s> {
    /// The same without access checks.
    pub(super) fn sudo(&self) -> Self {
        let mut env = self.clone();
        env.context.su = true;
        env
    }

    /// The same with archived records left out or not.
    pub(super) fn active_test(&self, active_test: bool) -> Self {
        let mut env = self.clone();
        env.context.active_test = active_test;
        env
    }

    /// The language to read texts in.
    pub(super) fn lang(&self) -> Option<&str> {
        self.context.lang.as_deref()
    }

    /// The major version played.
    pub(super) fn major(&self) -> u8 {
        self.registry.profile.major()
    }

    /// A field's value by name; null when there is none.
    pub(super) fn get(&self, model: &Model, id: i64, field: &str) -> Value {
        model.field(field).map_or(Value::Null, |field| self.value(model, id, field))
    }

    /// A many2one's id by name.
    pub(super) fn link(&self, model: &Model, id: i64, field: &str) -> Option<i64> {
        value::id(&self.get(model, id, field))
    }

    /// A text by name.
    pub(super) fn text(&self, model: &Model, id: i64, field: &str) -> String {
        match self.get(model, id, field) {
            Value::String(text) => text,
            _ => String::new(),
        }
    }

    /// A field's value, as it is stored or computed: a many2one is an id, an x2many a list of ids, an empty value null.
    pub(super) fn value(&self, model: &Model, id: i64, field: &Field) -> Value {
        if field.name == "id" {
            return json!(id);
        }
        if let Some(path) = field.path() {
            return self.follow(model, id, path);
        }
        if let Some(how) = &field.compute {
            return compute::value(self, model, id, how);
        }
        let stored = || self.store.get(&model.name, id).and_then(|row| row.get(field.name.as_str()));
        match field.kind {
            Kind::One2many => json!(self.many(field, |env, comodel, other| {
                let inverse = field.inverse.as_deref().unwrap_or_default();
                env.store.get(&comodel.name, other).is_some_and(|row| {
                    let of_model = |name: &str| row.get(name).and_then(value::text) == Some(&model.name);
                    row.get(inverse).and_then(value::id) == Some(id)
                        && field.inverse_model.as_deref().is_none_or(of_model)
                })
            })),
            Kind::Many2many if field.mirror.is_some() => {
                json!(self.many(field, |env, comodel, other| {
                    let mirror = field.mirror.as_deref().unwrap_or_default();
                    env.store
                        .get(&comodel.name, other)
                        .and_then(|row| row.get(mirror))
                        .is_some_and(|list| value::ids(list).contains(&id))
                }))
            }
            Kind::Many2many => {
                let kept: HashSet<i64> = stored().map(value::ids).unwrap_or_default().into_iter().collect();
                json!(self.many(field, |_, _, other| kept.contains(&other)))
            }
            Kind::Many2one => {
                let target = stored().and_then(|stored| value::id(self.of_company(field, stored)?));
                let there = |id: &i64| field.relation.as_deref().is_some_and(|relation| self.store.has(relation, *id));
                target.filter(there).map_or(Value::Null, |id| json!(id))
            }
            _ => match stored() {
                Some(Value::Object(texts)) if field.translate => {
                    let lang = self.lang().unwrap_or("en_US");
                    texts.get(lang).or_else(|| texts.get("en_US")).cloned().unwrap_or(Value::Null)
                }
                Some(found) => match self.of_company(field, found) {
                    Some(found) if *found != Value::Bool(false) || field.kind == Kind::Boolean => found.clone(),
                    _ => Value::Null,
                },
                None => Value::Null,
            },
        }
    }

    /// A stored value; of a field with a value per company the current one's.
    fn of_company<'v>(&self, field: &Field, stored: &'v Value) -> Option<&'v Value> {
        match stored {
            Value::Object(values) if field.company_dependent => {
                values.get(self.context.company()?.to_string().as_str())
            }
            other => Some(other),
        }
    }

    /// The value at the end of a path of names.
    pub(super) fn follow(&self, model: &Model, id: i64, path: &str) -> Value {
        let Some((first, rest)) = path.split_once('.') else {
            return self.get(model, id, path);
        };
        let Some(field) = model.field(first) else {
            return Value::Null;
        };
        let comodel = field.relation.as_deref().and_then(|relation| self.registry.model(relation));
        let target = value::id(&self.value(model, id, field));
        match (comodel, target) {
            (Some(comodel), Some(target)) => self.follow(comodel, target, rest),
            _ => Value::Null,
        }
    }

    /// The ids of the related records that satisfy `keep`, in the related model's order, archived ones left out as the context and the field say.
    fn many(&self, field: &Field, keep: impl Fn(&Self, &Model, i64) -> bool) -> Vec<i64> {
        let Some(comodel) = field.relation.as_deref().and_then(|relation| self.registry.model(relation)) else {
            return Vec::new();
        };
        let active_test =
            field.context.get("active_test").map_or(self.context.active_test, value::truthy) && comodel.archivable();
        let kept = self.store.ids(&comodel.name).into_iter().filter(|other| keep(self, comodel, *other));
        let mut found: Vec<i64> =
            kept.filter(|other| !active_test || self.get(comodel, *other, "active") == Value::Bool(true)).collect();
        if found.len() > 1 {
            super::orm::search::sort(&self.sudo(), comodel, &mut found, &comodel.order);
        }
        found
    }

    /// The display name of a record.
    pub(super) fn name(&self, model: &Model, id: i64) -> String {
        match compute::display_name(self, model, id) {
            Value::String(text) => text,
            _ => String::new(),
        }
    }
}
