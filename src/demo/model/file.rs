//! What the definition files say, below `models` and `mixins`, and what it comes to in one version of Odoo.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use include_dir::{Dir, File};
use indexmap::IndexMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{DATA, Model, Rights, Rule, Through, Unique};
use crate::demo::{
    field::{Field, Kind, Told},
    told, within,
};

#[derive(Debug, Deserialize)]
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

#[derive(Debug, Deserialize)]
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mixin {
    fields: IndexMap<String, Field>,
}

type Mixins = BTreeMap<String, Mixin>;

fn yes() -> bool {
    true
}

/// The models that a version has, by name, in the order of the files.
///
/// # Errors
/// A sentence naming the file that cannot be read.
pub(in crate::demo) fn models(major: u8) -> Result<IndexMap<String, Model>, String> {
    let mixins = mixins()?;
    let mut models = IndexMap::new();
    for file in DATA.get_dir("models").into_iter().flat_map(Dir::files) {
        let definition: Definition = read(file)?;
        if within(definition.since, definition.until, major) {
            models.insert(definition.name.clone(), definition.into_model(major, &mixins)?);
        }
    }
    Ok(models)
}

fn mixins() -> Result<Mixins, String> {
    let files = DATA.get_dir("mixins").into_iter().flat_map(Dir::files);
    files
        .map(|file| {
            let name = file.path().file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((name, read(file)?))
        })
        .collect()
}

fn read<T: DeserializeOwned>(file: &File<'_>) -> Result<T, String> {
    let path = file.path().display();
    let text = file.contents_utf8().ok_or_else(|| format!("`{path}` is not UTF-8"))?;
    toml::from_str(text).map_err(|error| format!("`{path}`: {error}"))
}

impl Definition {
    fn into_model(mut self, major: u8, mixins: &Mixins) -> Result<Model, String> {
        let mut fields = self.own_fields(major);
        for earlier in self.earlier(major)? {
            self.overrule(earlier, major, &mut fields);
        }
        self.mix_in(mixins, major, &mut fields)?;
        complete(&mut fields, &self.inherits, major);
        let is_field = |name: &str| fields.contains_key(name);
        let rec_name =
            self.rec_name.take().filter(|name| is_field(name)).or_else(|| is_field("name").then(|| "name".into()));
        // Before 17 a contact's whole name was its stored `display_name`.
        let known = |path: String| match path.split('.').next() {
            Some(name) if is_field(name) => path,
            _ => "display_name".into(),
        };
        let name_search = std::mem::take(&mut self.name_search).into_iter().map(known).collect();
        self.list_view.retain(|field| is_field(field));
        if let Some(display_name) = fields.get_mut("display_name").filter(|field| field.depends.is_empty()) {
            display_name.depends = rec_name.iter().cloned().collect();
        }
        self.tell(major, &mut fields)?;
        Ok(Model {
            name: self.name,
            string: self.string,
            strings: self.strings,
            order: self.order.unwrap_or_else(|| "id".into()),
            rec_name,
            mixins: self.mixins,
            through: self.through,
            transient: self.transient,
            name_search,
            parent: self.parent,
            list_view: self.list_view,
            overlooks_missing: self.overlooks_missing,
            inherits: self.inherits,
            access: self.access,
            public: self.public,
            rules: self.rule.into_iter().filter(|rule| rule.in_version(major)).collect(),
            unique: self.unique,
            fields,
        })
    }

    /// The fields that every model has, and those of the file.
    fn own_fields(&mut self, major: u8) -> IndexMap<String, Field> {
        let mut fields = magic(major);
        if !self.log_access {
            fields.retain(|field, _| matches!(field.as_str(), "id" | "display_name" | "__last_update"));
        }
        fields.extend(std::mem::take(&mut self.fields).into_iter().filter(|(_, field)| field.in_version(major)));
        // Before 17 the name of a record could not be searched under `display_name`.
        if let Some(display_name) = fields.get_mut("display_name") {
            display_name.searchable = Some(major >= 17);
        }
        fields
    }

    /// What was otherwise in this version, the oldest last: it says most exactly how the oldest was.
    fn earlier(&mut self, major: u8) -> Result<Vec<Earlier>, String> {
        let mut all: Vec<(u8, Earlier)> = Vec::new();
        for (version, earlier) in std::mem::take(&mut self.before) {
            let number = version.parse().map_err(|_| format!("`{}`: `before.{version}` is no version", self.name))?;
            all.push((number, earlier));
        }
        all.retain(|(version, _)| major < *version);
        all.sort_by_key(|(version, _)| Reverse(*version));
        Ok(all.into_iter().map(|(_, earlier)| earlier).collect())
    }

    fn overrule(&mut self, earlier: Earlier, major: u8, fields: &mut IndexMap<String, Field>) {
        fields.extend(earlier.fields.into_iter().filter(|(_, field)| field.in_version(major)));
        self.order = earlier.order.or(self.order.take());
        replace(&mut self.access, earlier.access);
        replace(&mut self.string, earlier.string);
        replace(&mut self.mixins, earlier.mixins);
        replace(&mut self.overlooks_missing, earlier.overlooks_missing);
        replace(&mut self.list_view, Some(earlier.list_view).filter(|columns| !columns.is_empty()));
    }

    /// Adds the fields of the mixins, where the model has none of the name.
    fn mix_in(&self, mixins: &Mixins, major: u8, fields: &mut IndexMap<String, Field>) -> Result<(), String> {
        for name in &self.mixins {
            let mixin = mixins
                .get(name)
                .ok_or_else(|| format!("`{}` has the mixin `{name}`, which is not there", self.name))?;
            for (key, field) in mixin.fields.iter().filter(|(_, field)| field.in_version(major)) {
                let field = fields.entry(key.clone()).or_insert_with(|| field.clone());
                if !self.mixin_groups.is_empty() {
                    field.groups.clone_from(&self.mixin_groups);
                }
            }
        }
        Ok(())
    }

    /// What `fields_get` says otherwise.
    fn tell(&self, major: u8, fields: &mut IndexMap<String, Field>) -> Result<(), String> {
        for (field, attributes) in told::of(&self.name, major)? {
            if let Some(field) = fields.get_mut(&field) {
                field.told.attributes = attributes;
            }
        }
        for told in self.told.iter().filter(|told| told.in_version(major)) {
            for name in &told.fields {
                let field = fields
                    .get_mut(name)
                    .ok_or_else(|| format!("`{}`: `told` names `{name}`, no field of {major}", self.name))?;
                told.add_to(field);
            }
        }
        Ok(())
    }
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

/// What follows of fields without being said of each.
fn complete(fields: &mut IndexMap<String, Field>, inherits: &IndexMap<String, String>, major: u8) {
    for (key, field) in fields {
        field.name.clone_from(key);
        if field.kind == Kind::Boolean && field.default.is_none() && key == "active" {
            field.default = Some(Value::Bool(true));
        }
        // Since 17 places in an order are no numbers to add up.
        if major >= 17 && key == "sequence" && field.aggregator.is_none() {
            field.aggregator = Some("none".into());
        }
        // Until 17 a value per company was a record of its own (`ir.property`), which a domain reaches and an order does not.
        if field.company_dependent && major < 18 {
            field.store = false;
            field.searchable = Some(true);
        }
        let through = |path: &String| inherits.values().any(|link| path.split('.').next() == Some(link.as_str()));
        field.inherited = field.related.clone().filter(through);
    }
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
