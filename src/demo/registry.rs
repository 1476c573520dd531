//! The models of one version of Odoo that there are, each leading only to others that are there too.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use indexmap::IndexMap;

use super::{
    Profile,
    accounts::Groups,
    field::Field,
    model::{self, Model},
};

/// All models of one version of Odoo.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) profile: Profile,
    /// Models that this one lacks.
    pub(super) without: &'static [&'static str],
    pub(super) groups: Groups,
    models: IndexMap<String, Model>,
}

impl Registry {
    /// The models of a version; parsed once in a process.
    ///
    /// # Errors
    /// A sentence naming the definition file that cannot be read. The files are embedded, so this is a mistake of whoever changed them.
    pub(super) fn of(profile: Profile) -> Result<&'static Self, String> {
        static REGISTRIES: [OnceLock<Result<Registry, String>>; 3] =
            [OnceLock::new(), OnceLock::new(), OnceLock::new()];
        let [v14, v17, v19] = &REGISTRIES;
        let cell = match profile {
            Profile::V14 => v14,
            Profile::V17 => v17,
            Profile::V19 => v19,
        };
        cell.get_or_init(|| Self::load(profile, &[])).as_ref().map_err(Clone::clone)
    }

    /// The same without some of its models, as if their modules were not installed: no other model has a field that leads to
    /// them. Each is made once in a process.
    ///
    /// # Errors
    /// As [`Registry::of`].
    pub(super) fn without(profile: Profile, models: &'static [&'static str]) -> Result<&'static Self, String> {
        static OTHERS: Mutex<BTreeMap<(Profile, Vec<&str>), &Registry>> = Mutex::new(BTreeMap::new());
        if models.is_empty() {
            return Self::of(profile);
        }
        let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(registry) = others.get(&(profile, models.to_vec())) {
            return Ok(registry);
        }
        let registry: &'static Self = Box::leak(Box::new(Self::load(profile, models)?));
        others.insert((profile, models.to_vec()), registry);
        Ok(registry)
    }

    /// The model of that name.
    pub(super) fn model(&self, name: &str) -> Option<&Model> {
        self.models.get(name)
    }

    /// All models, in the order of the files.
    pub(super) fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.values()
    }

    fn load(profile: Profile, without: &'static [&'static str]) -> Result<Self, String> {
        let mut models = model::models(profile.major())?;
        if !without.is_empty() {
            uninstall(&mut models, without);
        }
        let registry = Self { profile, groups: Groups::load(profile)?, without, models };
        registry.check()?;
        Ok(registry)
    }

    /// Every relation, inverse and path must lead somewhere, so that no later code has to doubt it.
    fn check(&self) -> Result<(), String> {
        for model in self.models.values() {
            for field in model.fields.values() {
                let place = format!("{}.{}", model.name, field.name);
                if field.kind.relational() {
                    let relation = field.relation.as_deref().ok_or_else(|| format!("`{place}` names no relation"))?;
                    let comodel = self
                        .model(relation)
                        .ok_or_else(|| format!("`{place}` leads to `{relation}`, which is not defined"))?;
                    for inverse in field.inverse.iter().chain(&field.mirror).chain(&field.inverse_model) {
                        if comodel.field(inverse).is_none() {
                            return Err(format!(
                                "`{place}` has the inverse `{relation}.{inverse}`, which is not defined"
                            ));
                        }
                    }
                }
                if let Some(path) = field.path() {
                    let mut at = model;
                    for (number, step) in path.split('.').enumerate() {
                        let here = at
                            .field(step)
                            .ok_or_else(|| format!("`{place}` follows `{path}`, and `{step}` is not defined"))?;
                        if number + 1 < path.split('.').count() {
                            let relation = here.relation.as_deref().unwrap_or_default();
                            at = self
                                .model(relation)
                                .ok_or_else(|| format!("`{place}` follows `{path}` through `{step}`"))?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether there is a field at the end of the path.
fn reaches(models: &IndexMap<String, Model>, model: &Model, path: &str) -> bool {
    let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let Some(field) = model.fields.get(step) else { return false };
    let next = || models.get(field.relation.as_deref()?);
    rest.is_none_or(|rest| next().is_some_and(|model| reaches(models, model, rest)))
}

/// Removes models, and every field that leads to one of them.
fn uninstall(models: &mut IndexMap<String, Model>, without: &[&str]) {
    models.retain(|name, _| !without.contains(&name.as_str()));
    loop {
        let there = |model: &str, field: &str| models.get(model).is_some_and(|model| model.fields.contains_key(field));
        let leads = |model: &Model, field: &Field| {
            let relation = field.relation.as_deref();
            let comodel = relation.is_none_or(|relation| models.contains_key(relation));
            let inverse =
                relation.is_none_or(|to| field.inverse.iter().chain(&field.mirror).all(|name| there(to, name)));
            comodel && inverse && field.path().is_none_or(|path| reaches(models, model, path))
        };
        let gone: Vec<(String, String)> = models
            .values()
            .flat_map(|model| model.fields.values().map(move |field| (model, field)))
            .filter(|(model, field)| !leads(model, field))
            .map(|(model, field)| (model.name.clone(), field.name.clone()))
            .collect();
        if gone.is_empty() {
            break;
        }
        for (model, field) in gone {
            if let Some(model) = models.get_mut(&model) {
                model.fields.shift_remove(&field);
            }
        }
    }
    for model in models.values_mut() {
        let fields = &model.fields;
        model.list_view.retain(|field| fields.contains_key(field));
    }
}
