//! What the author wrote under `values` and `ids`, checked: fields, relations, lookups on the spot, lines from a list.

use crate::domain::DomainTemplate;
use crate::template::{Template, Templated};

/// `values` of `create` and `write`.
#[derive(Debug)]
pub enum Values {
    /// A table of the author's.
    Fields(Fields),
    /// One expression: the caller gives all of it, a table or a list of them.
    Given(Template),
}

/// Field names as written (with `?` and `|`), and what each is given.
pub type Fields = Vec<(String, FieldValue)>;

/// What one field is given.
#[derive(Debug)]
pub enum FieldValue {
    /// A value, with templates.
    Plain(Templated),
    /// `{ lookup = … }`.
    Lookup(SpotLookup),
    /// A list with a lookup in it.
    List(Vec<FieldValue>),
    /// The words of relations.
    Relation(Box<Relation>),
}

/// `{ lookup = "{{ customer }}", domain = […], missing = "absent" }`: the model is known from where it stands.
#[derive(Debug)]
pub struct SpotLookup {
    /// The name, id or external id, or a list of those.
    pub matches: Templated,
    /// Candidates must meet it; `None` is all.
    pub domain: Option<DomainTemplate>,
    /// No match: as if nothing had been given, instead of `not_found`.
    pub missing_is_absent: bool,
}

/// `set`, `remove`, `add` and `create`, carried out in this order.
#[derive(Debug, Default)]
pub struct Relation {
    /// These and no others.
    pub set: Option<FieldValue>,
    /// Not these any more.
    pub remove: Option<FieldValue>,
    /// These too.
    pub add: Option<FieldValue>,
    /// New records: one for each table, or with `each` one for each element.
    pub create: Vec<Fields>,
    /// The list that `create` goes through.
    pub each: Option<Each>,
}

/// `each = "{{ lines }}"`, `as = "line"`.
#[derive(Debug)]
pub struct Each {
    /// One expression that gives a list.
    pub list: Template,
    /// What an element is called: `item` unless `as` says otherwise.
    pub name: String,
}

/// One word of `clear`, which a caller gives to empty a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clear {
    /// As the caller writes it.
    pub word: String,
    /// The field as written, with `?` and `|`.
    pub field: String,
}

/// `ids`.
#[derive(Debug)]
pub enum Ids {
    /// An id, digits, an external id, a list of those, or templates.
    Given(Templated),
    /// `{ lookup = … }` on the tool's own model.
    Lookup(SpotLookup),
}
