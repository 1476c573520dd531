//! The models of one version of Odoo.

mod file;

use include_dir::{Dir, include_dir};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::{field::Field, within};

/// The sample data: `models/*.toml` and `records/*.json`.
pub(super) static DATA: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/demo/data");

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
        within(self.since, self.until, major)
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

pub(super) use file::models;
