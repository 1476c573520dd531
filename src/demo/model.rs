//! The models: what the definition files say, filtered to one version of Odoo.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use include_dir::{Dir, include_dir};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Profile,
    accounts::Groups,
    field::{Field, Kind, Told},
};

/// The sample data: `models/*.toml` and `records/*.json`.
pub(super) static DATA: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/demo/data");

/// Which operations a group has on a model: some of `r`, `w`, `c`, `d`.
pub(super) type Rights = IndexMap<String, String>;

/// A record rule: which records a group sees. Rules without a group hold for everyone and are joined by "and"; those of groups by "or".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// As Odoo names it; 14 tells it to who meets the rule.
    pub(super) name: String,
    /// None: everyone.
    #[serde(default)]
    pub(super) group: Option<String>,
    /// A domain in which the texts `user.id` and `company_ids` stand for the caller's.
    pub(super) domain: Value,
    /// Some of `r`, `w`, `c`, `d`; all when left out.
    #[serde(default)]
    pub(super) modes: Option<String>,
    /// The first major version that has the rule.
    #[serde(default)]
    since: Option<u8>,
    /// The last major version that has the rule.
    #[serde(default)]
    until: Option<u8>,
}

impl Rule {
    /// Whether it binds the operation: `r`, `w`, `c` or `d`.
    pub(super) fn holds(&self, mode: char) -> bool {
        self.modes.as_ref().is_none_or(|modes| modes.contains(mode))
    }

    fn in_version(&self, major: u8) -> bool {
        self.since.is_none_or(|first| first <= major) && self.until.is_none_or(|last| last >= major)
    }

    /// Whether the word occurs in its domain.
    pub(super) fn names(&self, word: &str) -> bool {
        fn within(domain: &Value, word: &str) -> bool {
            match domain {
                Value::String(text) => text.contains(word),
                Value::Array(items) => items.iter().any(|item| within(item, word)),
                _ => false,
            }
        }
        within(&self.domain, word)
    }
}

/// A constraint of the database: no two records have these values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unique {
    /// The database's name of it, which is all that 14 says: `crm_tag_name_uniq`.
    pub(super) name: String,
    pub(super) fields: Vec<String>,
    /// What Odoo says.
    pub(super) message: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: String,
    #[serde(default)]
    string: String,
    #[serde(default)]
    strings: IndexMap<String, String>,
    #[serde(default)]
    order: Option<String>,
    #[serde(default)]
    rec_name: Option<String>,
    /// The files below `mixins` whose fields it has too.
    #[serde(default)]
    mixins: Vec<String>,
    /// The groups that alone see the fields of the mixins, where it is not those that the mixins say.
    #[serde(default)]
    mixin_groups: Vec<String>,
    #[serde(default)]
    through: Option<Through>,
    #[serde(default)]
    transient: bool,
    #[serde(default)]
    name_search: Vec<String>,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default = "yes")]
    log_access: bool,
    #[serde(default)]
    list_view: Vec<String>,
    #[serde(default)]
    inherits: IndexMap<String, String>,
    #[serde(default)]
    overlooks_missing: String,
    #[serde(default)]
    since: Option<u8>,
    #[serde(default)]
    until: Option<u8>,
    #[serde(default)]
    access: Rights,
    #[serde(default)]
    public: Vec<String>,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    unique: Vec<Unique>,
    fields: IndexMap<String, Field>,
    #[serde(default)]
    told: Vec<Told>,
    /// Fields as they were before a version: `[before.17.fields]`.
    #[serde(default)]
    before: BTreeMap<String, Earlier>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    #[serde(default)]
    string: Option<String>,
    #[serde(default)]
    fields: IndexMap<String, Field>,
    #[serde(default)]
    order: Option<String>,
    #[serde(default)]
    list_view: Vec<String>,
    #[serde(default)]
    access: Option<Rights>,
    #[serde(default)]
    overlooks_missing: Option<String>,
    #[serde(default)]
    mixins: Option<Vec<String>>,
}

/// Fields that several models have: `mixins/*.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mixin {
    fields: IndexMap<String, Field>,
}

/// Records that belong to records of any model, such as messages, and are seen by who sees those.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Through {
    /// The field with the model's name.
    pub(super) model: String,
    /// The field with the id.
    pub(super) id: String,
    /// The fields whose partner or user may see the record in any case.
    #[serde(default)]
    pub(super) own: Vec<String>,
    /// The flag of a record that everyone may read.
    #[serde(default)]
    pub(super) public: Option<String>,
    /// What Odoo says to others, with `{operation}`.
    pub(super) refusal: String,
}

fn yes() -> bool {
    true
}

/// One model of one version of Odoo.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// `res.partner`
    pub(super) name: String,
    /// `Contact`
    pub(super) string: String,
    /// The name in other languages.
    pub(super) strings: IndexMap<String, String>,
    /// Odoo's `_order`.
    pub(super) order: String,
    /// The field behind `display_name`, where it is one field.
    pub(super) rec_name: Option<String>,
    /// The names of the mixins: `thread`, `activity`.
    pub(super) mixins: Vec<String>,
    /// The record that each one belongs to, where access comes from there.
    pub(super) through: Option<Through>,
    /// Whether it is a wizard's.
    pub(super) transient: bool,
    /// Odoo's `_rec_names_search`.
    pub(super) name_search: Vec<String>,
    /// The many2one that `child_of` follows.
    pub(super) parent: Option<String>,
    /// Odoo's `_inherits`: the parent model, and the many2one to it.
    pub(super) inherits: IndexMap<String, String>,
    /// The columns that the model's list view shows.
    pub(super) list_view: Vec<String>,
    /// Which of `w`, `d` pass over ids of nobody and answer "true", as Odoo does where nothing (a rule, an override, a computed field) makes
    /// it look at the records.
    pub(super) overlooks_missing: String,
    /// Group → rights.
    pub(super) access: Rights,
    /// The groups that read it without a right to, as employees read each other: Odoo answers them from another model.
    pub(super) public: Vec<String>,
    /// Record rules.
    pub(super) rules: Vec<Rule>,
    /// What only one record may have.
    pub(super) unique: Vec<Unique>,
    /// The fields, in the order of the file.
    pub(super) fields: IndexMap<String, Field>,
}

impl Model {
    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// Whether it has the mixin: `thread`, `activity`.
    pub(super) fn has(&self, mixin: &str) -> bool {
        self.mixins.iter().any(|name| name == mixin)
    }

    /// Whether records of it can be archived.
    pub(super) fn archivable(&self) -> bool {
        self.fields.contains_key("active")
    }

    /// Its name in a language.
    pub(super) fn label(&self, lang: Option<&str>) -> &str {
        lang.and_then(|lang| self.strings.get(lang)).unwrap_or(&self.string)
    }
}

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
        let major = profile.major();
        let mut models = IndexMap::new();
        let mixins = mixins()?;
        let files = DATA.get_dir("models").into_iter().flat_map(Dir::files);
        for file in files {
            let path = file.path().display();
            let text = file.contents_utf8().ok_or_else(|| format!("`{path}` is not UTF-8"))?;
            let definition: Definition = toml::from_str(text).map_err(|error| format!("`{path}`: {error}"))?;
            if definition.since.is_some_and(|first| first > major) || definition.until.is_some_and(|last| last < major)
            {
                continue;
            }
            let model = build(definition, major, &mixins)?;
            models.insert(model.name.clone(), model);
        }
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

fn mixins() -> Result<BTreeMap<String, Mixin>, String> {
    let files = DATA.get_dir("mixins").into_iter().flat_map(Dir::files);
    files
        .map(|file| {
            let path = file.path().display();
            let text = file.contents_utf8().ok_or_else(|| format!("`{path}` is not UTF-8"))?;
            let mixin = toml::from_str(text).map_err(|error| format!("`{path}`: {error}"))?;
            let name = file.path().file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((name, mixin))
        })
        .collect()
}

fn build(definition: Definition, major: u8, shared: &BTreeMap<String, Mixin>) -> Result<Model, String> {
    let Definition {
        name,
        string,
        strings,
        order,
        rec_name,
        mut mixins,
        mixin_groups,
        through,
        transient,
        name_search,
        parent,
        log_access,
        list_view,
        inherits,
        access,
        public,
        rule,
        unique,
        fields,
        told,
        before,
        mut overlooks_missing,
        ..
    } = definition;
    let mut order = order.unwrap_or_else(|| "id".into());
    let (mut list_view, mut access, mut string) = (list_view, access, string);
    let mut kept: IndexMap<String, Field> = magic(major);
    if !log_access {
        kept.retain(|field, _| matches!(field.as_str(), "id" | "display_name" | "__last_update"));
    }
    let inserted = fields.into_iter().filter(|(_, field)| field.in_version(major));
    kept.extend(inserted);
    // Before 17 the name of a record could not be searched under `display_name`.
    if let Some(display_name) = kept.get_mut("display_name") {
        display_name.searchable = Some(major >= 17);
    }
    // The oldest last: it says most exactly how the oldest was.
    let mut earlier: Vec<(u8, Earlier)> = Vec::new();
    for (version, one) in before {
        let version: u8 = version.parse().map_err(|_| format!("`{name}`: `before.{version}` is no version"))?;
        earlier.push((version, one));
    }
    earlier.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    for (version, earlier) in earlier {
        if major < version {
            kept.extend(earlier.fields.into_iter().filter(|(_, field)| field.in_version(major)));
            order = earlier.order.unwrap_or(order);
            access = earlier.access.unwrap_or(access);
            string = earlier.string.unwrap_or(string);
            mixins = earlier.mixins.unwrap_or(mixins);
            overlooks_missing = earlier.overlooks_missing.unwrap_or(overlooks_missing);
            if !earlier.list_view.is_empty() {
                list_view = earlier.list_view;
            }
        }
    }
    for mixin in &mixins {
        let mixin = shared.get(mixin).ok_or_else(|| format!("`{name}` has the mixin `{mixin}`, which is not there"))?;
        for (key, field) in mixin.fields.iter().filter(|(_, field)| field.in_version(major)) {
            let field = kept.entry(key.clone()).or_insert_with(|| field.clone());
            if !mixin_groups.is_empty() {
                field.groups.clone_from(&mixin_groups);
            }
        }
    }
    for (key, field) in &mut kept {
        field.name.clone_from(key);
        if field.kind == Kind::Boolean && field.default.is_none() && key == "active" {
            field.default = Some(Value::Bool(true));
        }
        // Since 17 places in an order are no numbers to add up.
        if major >= 17 && key == "sequence" && field.aggregator.is_none() {
            field.aggregator = Some("none".into());
        }
    }
    // Until 17 a value per company was a record of its own (`ir.property`), which a domain reaches and an order does not.
    for field in kept.values_mut().filter(|field| field.company_dependent && major < 18) {
        field.store = false;
        field.searchable = Some(true);
    }
    for field in kept.values_mut() {
        let through = |path: &String| inherits.values().any(|link| path.split('.').next() == Some(link.as_str()));
        field.inherited = field.related.clone().filter(through);
    }
    // Before 17 a contact's whole name was its stored `display_name`.
    let known = |name: String| {
        if kept.contains_key(name.split('.').next().unwrap_or_default()) { name } else { "display_name".into() }
    };
    let name_search: Vec<String> = name_search.into_iter().map(known).collect();
    let rec_name =
        rec_name.filter(|name| kept.contains_key(name)).or_else(|| kept.contains_key("name").then(|| "name".into()));
    list_view.retain(|field| kept.contains_key(field));
    if let Some(display_name) = kept.get_mut("display_name").filter(|field| field.depends.is_empty()) {
        display_name.depends = rec_name.iter().cloned().collect();
    }
    for (field, attributes) in super::told::of(&name, major)? {
        if let Some(field) = kept.get_mut(&field) {
            field.told.attributes = attributes;
        }
    }
    for told in told.iter().filter(|told| told.in_version(major)) {
        for field in &told.fields {
            let field =
                kept.get_mut(field).ok_or_else(|| format!("`{name}`: `told` names `{field}`, no field of {major}"))?;
            told.add_to(field);
        }
    }
    Ok(Model {
        name,
        string,
        strings,
        order,
        rec_name,
        mixins,
        through,
        transient,
        name_search,
        parent,
        list_view,
        overlooks_missing,
        inherits,
        access,
        public,
        rules: rule.into_iter().filter(|rule| rule.in_version(major)).collect(),
        unique,
        fields: kept,
    })
}

/// The fields that every model has.
fn magic(major: u8) -> IndexMap<String, Field> {
    let text = r#"
id = { type = "integer", string = "ID", readonly = true }
display_name = { type = "char", string = "Display Name", store = false, searchable = true, readonly = true, compute = "display_name" }
__last_update = { type = "datetime", string = "Last Modified on", store = false, readonly = true, compute = "last_update" }
create_uid = { type = "many2one", string = "Created by", relation = "res.users", readonly = true }
create_date = { type = "datetime", string = "Created on", readonly = true }
write_uid = { type = "many2one", string = "Last Updated by", relation = "res.users", readonly = true }
write_date = { type = "datetime", string = "Last Updated on", readonly = true }
"#;
    let mut fields: IndexMap<String, Field> = toml::from_str(text).unwrap_or_default();
    // Until 16 each model had it, for clients to notice a change in between.
    if major >= 17 {
        fields.shift_remove("__last_update");
    }
    fields
}
