//! One field of a model, as the definition files under `data/models` say it.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::within;

/// A field's type, by Odoo's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Boolean,
    Integer,
    Float,
    Monetary,
    Char,
    Text,
    Html,
    Selection,
    Date,
    Datetime,
    Binary,
    Many2one,
    One2many,
    Many2many,
    Json,
    #[serde(rename = "many2one_reference")]
    Many2oneReference,
}

impl Kind {
    /// Odoo's word for the type.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Monetary => "monetary",
            Self::Char => "char",
            Self::Text => "text",
            Self::Html => "html",
            Self::Selection => "selection",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Binary => "binary",
            Self::Many2one => "many2one",
            Self::One2many => "one2many",
            Self::Many2many => "many2many",
            Self::Json => "json",
            Self::Many2oneReference => "many2one_reference",
        }
    }

    /// Whether values are lists of records.
    pub(super) fn many(self) -> bool {
        matches!(self, Self::One2many | Self::Many2many)
    }

    /// Whether values are records.
    pub(super) fn relational(self) -> bool {
        self.many() || self == Self::Many2one
    }

    /// Whether values are text.
    pub(super) fn textual(self) -> bool {
        matches!(self, Self::Char | Self::Text | Self::Html)
    }

    /// Whether values are numbers.
    pub(super) fn numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Float | Self::Monetary)
    }
}

/// A field as written in a definition file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// Its name; filled in by the loader.
    #[serde(skip)]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    /// The label.
    #[serde(default)]
    pub(super) string: String,
    /// Labels in other languages.
    #[serde(default)]
    pub(super) strings: IndexMap<String, String>,
    #[serde(default)]
    pub(super) help: Option<String>,
    /// The model of the related records.
    #[serde(default)]
    pub(super) relation: Option<String>,
    /// The many2one behind a one2many.
    #[serde(default)]
    pub(super) inverse: Option<String>,
    /// The field beside `inverse` that says of which model the record is, where records of any model can be meant (`mail.message.model`).
    #[serde(default)]
    pub(super) inverse_model: Option<String>,
    /// The many2many whose other side this is: its values are kept there only.
    #[serde(default)]
    pub(super) mirror: Option<String>,
    #[serde(default)]
    pub(super) selection: Vec<(String, String)>,
    /// What `fields_get` says; a computed field is computed here whether Odoo stores it or not.
    #[serde(default = "yes")]
    pub(super) store: bool,
    #[serde(default)]
    pub(super) searchable: Option<bool>,
    #[serde(default)]
    pub(super) sortable: Option<bool>,
    #[serde(default)]
    pub(super) groupable: Option<bool>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) readonly: bool,
    #[serde(default)]
    pub(super) translate: bool,
    #[serde(default)]
    pub(super) company_dependent: bool,
    /// A path whose value this field shows.
    #[serde(default)]
    pub(super) related: Option<String>,
    /// The path again, where it leads to an `_inherits` parent; filled in by the loader.
    #[serde(skip)]
    pub(super) inherited: Option<String>,
    #[serde(default)]
    pub(super) depends: Vec<String>,
    /// The groups that may see it; none: everyone.
    #[serde(default)]
    pub(super) groups: Vec<String>,
    /// A literal default.
    #[serde(default)]
    pub(super) default: Option<Value>,
    /// A default that depends on the caller or the day: see `orm::defaults`.
    #[serde(default)]
    pub(super) default_from: Option<String>,
    /// How the value comes about: see `orm::compute`.
    #[serde(default)]
    pub(super) compute: Option<String>,
    #[serde(default)]
    pub(super) currency_field: Option<String>,
    #[serde(default)]
    pub(super) aggregator: Option<String>,
    #[serde(default)]
    pub(super) digits: Option<(u8, u8)>,
    #[serde(default)]
    pub(super) size: Option<u32>,
    /// Whether `copy` copies the records of a one2many with their owner.
    #[serde(default)]
    pub(super) copy: bool,
    /// The context that the related records are read in: whether archived ones count.
    #[serde(default)]
    pub(super) context: Map<String, Value>,
    /// Whether the related record must be of the record's own company, or of none.
    #[serde(default)]
    pub(super) check_company: bool,
    /// What happens here when the record a many2one names goes: `set null`, `restrict`, `cascade`.
    #[serde(default)]
    pub(super) ondelete: Option<String>,
    /// The first major version that has the field.
    #[serde(default)]
    pub(super) since: Option<u8>,
    /// The last major version that has the field.
    #[serde(default)]
    pub(super) until: Option<u8>,
    /// What `fields_get` says of it otherwise than all this; filled in by the loader.
    #[serde(skip)]
    pub(super) told: Told,
}

/// What `fields_get` says of some fields where Odoo keeps them otherwise than they are kept here: 19 says of an employee's department that it
/// is the department of the employee's current version, a model there is no need of here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// The fields it is said of.
    pub(super) fields: Vec<String>,
    #[serde(default)]
    pub(super) store: Option<bool>,
    #[serde(default)]
    pub(super) readonly: Option<bool>,
    /// The path; `*` stands for the field's own name. It need not lead anywhere here.
    #[serde(default)]
    pub(super) related: Option<String>,
    #[serde(default)]
    pub(super) depends: Option<Vec<String>>,
    /// What of it differs by the record's state: `{ draft = [["readonly", false]] }`. Until 16.
    #[serde(default)]
    pub(super) states: Option<Value>,
    /// Attributes as they are, whatever follows from how the field works here; null is one that is not said. See [`super::told`].
    #[serde(skip)]
    pub(super) attributes: serde_json::Map<String, Value>,
    /// The first major version that says so.
    #[serde(default)]
    since: Option<u8>,
    /// The last major version that says so.
    #[serde(default)]
    until: Option<u8>,
}

impl Told {
    /// Whether this version of Odoo says so.
    pub(super) fn in_version(&self, major: u8) -> bool {
        within(self.since, self.until, major)
    }

    /// Adds what it says to what is said already.
    pub(super) fn add_to(&self, field: &mut Field) {
        let said = &mut field.told;
        said.store = self.store.or(said.store);
        said.readonly = self.readonly.or(said.readonly);
        if let Some(states) = &self.states {
            said.states = Some(states.clone());
        }
        if let Some(path) = &self.related {
            said.related = Some(path.replace('*', &field.name));
        }
        if let Some(paths) = &self.depends {
            said.depends = Some(paths.iter().map(|path| path.replace('*', &field.name)).collect());
        }
    }
}

fn yes() -> bool {
    true
}

impl Field {
    /// Whether this version of Odoo has the field.
    pub(super) fn in_version(&self, major: u8) -> bool {
        within(self.since, self.until, major)
    }

    /// The path that this field shows.
    pub(super) fn path(&self) -> Option<&str> {
        self.related.as_deref()
    }

    /// Whether the value comes from elsewhere and is kept nowhere.
    pub(super) fn derived(&self) -> bool {
        self.compute.is_some() || self.path().is_some()
    }

    /// Whether a domain may name it.
    pub(super) fn is_searchable(&self) -> bool {
        self.searchable.unwrap_or(self.store || self.path().is_some())
    }

    /// Whether records may be ordered by it.
    pub(super) fn is_sortable(&self) -> bool {
        self.sortable.unwrap_or(self.store && !self.kind.many() && self.kind != Kind::Binary)
    }

    /// Whether records may be grouped by it.
    pub(super) fn is_groupable(&self) -> bool {
        self.groupable.unwrap_or(self.store && !matches!(self.kind, Kind::One2many | Kind::Binary | Kind::Json))
    }

    /// The label in a language.
    pub(super) fn label(&self, lang: Option<&str>) -> &str {
        lang.and_then(|lang| self.strings.get(lang)).unwrap_or(&self.string)
    }

    /// What `read` answers for an empty value.
    pub(super) fn empty(&self) -> Value {
        match self.kind {
            Kind::Integer | Kind::Many2oneReference => json!(0),
            Kind::Float | Kind::Monetary => json!(0.0),
            Kind::One2many | Kind::Many2many => json!([]),
            _ => Value::Bool(false),
        }
    }
}
