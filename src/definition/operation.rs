//! The checked operation tables of the definition language: what each Odoo operation takes.

use super::tool::Paging;
use super::values::{Clear, Each, Ids, Values};
use crate::domain::DomainTemplate;
use crate::template::{Template, Templated};

/// Exactly one per tool. Each is named after the Odoo method that admins know.
#[derive(Debug)]
pub enum Operation {
    /// `search_read`.
    SearchRead(SearchRead),
    /// `read`.
    Read(Read),
    /// `search_count`.
    SearchCount(SearchCount),
    /// `read_group`.
    ReadGroup(ReadGroup),
    /// `name_search`.
    NameSearch(NameSearch),
    /// `fields_get`.
    FieldsGet(FieldsGet),
    /// `default_get`.
    DefaultGet(DefaultGet),
    /// `create`.
    Create(Create),
    /// `write`.
    Write(Write),
    /// `unlink`.
    Unlink(Unlink),
    /// `call`: any method.
    Call(Call),
    /// What the server itself knows of its Odoo.
    Server(Server),
    /// Static MCP content blocks, no Odoo at all.
    Content(Content),
}

/// Rows, total and next offset in one round trip.
#[derive(Debug)]
pub struct SearchRead {
    /// Default: every record.
    pub domain: Option<DomainTemplate>,
    /// What to read.
    pub fields: FieldList,
    /// `priority desc, id desc`; may be one expression.
    pub order: Option<Templated>,
    /// How many.
    pub limit: Paging,
    /// Adds the arguments `limit` and `offset`.
    pub page: bool,
    /// Whether `total` is wanted.
    pub count: bool,
}

/// Records by id, in the order asked, archived ones too.
#[derive(Debug)]
pub struct Read {
    /// Which.
    pub ids: Ids,
    /// What to read.
    pub fields: FieldList,
}

/// How many records there are.
#[derive(Debug)]
pub struct SearchCount {
    /// Default: every record.
    pub domain: Option<DomainTemplate>,
}

/// Groups with aggregates.
#[derive(Debug)]
pub struct ReadGroup {
    /// Default: every record.
    pub domain: Option<DomainTemplate>,
    /// `date_order:month`, …; a list or one expression.
    pub group_by: Templated,
    /// `amount_total:sum`, …; default `["__count"]`.
    pub aggregates: Option<Templated>,
    /// Also by an aggregate, as written there.
    pub order: Option<Templated>,
    /// How many groups.
    pub limit: Paging,
    /// Adds the arguments `limit` and `offset`.
    pub page: bool,
}

/// Ids and names by a text.
#[derive(Debug)]
pub struct NameSearch {
    /// The text; absent is the empty text.
    pub text: Templated,
    /// Default: every record.
    pub domain: Option<DomainTemplate>,
    /// How many.
    pub limit: Paging,
    /// Adds the arguments `limit` and `offset`.
    pub page: bool,
}

/// Everything that `attributes` of a `fields_get` may ask for.
pub const ATTRIBUTES: &[&str] = &[
    "type",
    "string",
    "required",
    "readonly",
    "relation",
    "selection",
    "help",
    "store",
    "searchable",
    "sortable",
    "groupable",
    "currency_field",
    "model_field",
];

/// The model's fields.
#[derive(Debug)]
pub struct FieldsGet {
    /// Only these; absent is all.
    pub fields: Option<Templated>,
    /// Which attributes; absent is a short useful set.
    pub attributes: Option<Templated>,
    /// Only fields whose name or label contains it.
    pub query: Option<Templated>,
}

/// Default values.
#[derive(Debug)]
pub struct DefaultGet {
    /// Of which fields.
    pub fields: FieldList,
}

/// New records.
#[derive(Debug)]
pub struct Create {
    /// A table, or a template that gives a table or a list of tables.
    pub values: Values,
    /// One record for each element of this list.
    pub each: Option<Each>,
    /// What to read of them afterwards; `Default` is their names, an empty list nothing.
    pub returns: FieldList,
}

/// Changed records.
#[derive(Debug)]
pub struct Write {
    /// Which.
    pub ids: Ids,
    /// A table, or a template that gives one; `None` where only `clear` is written.
    pub values: Option<Values>,
    /// What the caller may empty.
    pub clear: Vec<Clear>,
    /// What to read of them afterwards; `Default` is their names, an empty list nothing.
    pub returns: FieldList,
}

/// Deleted records.
#[derive(Debug)]
pub struct Unlink {
    /// Which.
    pub ids: Ids,
}

/// Any method of the model.
#[derive(Debug)]
pub struct Call {
    /// Its name; may be one expression.
    pub method: Templated,
    /// On which records; `None` is a call on the model.
    pub ids: Option<Ids>,
    /// Named arguments.
    pub kwargs: Option<Templated>,
    /// Positional arguments.
    pub args: Option<Templated>,
    /// Whether it writes: `true`, `false`, or an expression. Default true.
    pub writes: Writes,
}

/// `writes` of a `call`.
#[derive(Debug)]
pub enum Writes {
    /// Known when the file is loaded.
    Fixed(bool),
    /// Known when it is called; anything but `false` counts as writing.
    When(Template),
}

/// `server`, by its `what`.
#[derive(Debug)]
pub enum Server {
    /// Which Odoo, as which user, and what the tools here are for.
    Info,
    /// The installed modules.
    Modules(Named),
    /// The models that the caller may read.
    Models(Named),
    /// What the caller may do with this model; a name, or one expression.
    Access(Templated),
}

/// Things with a name and a label, in pages.
#[derive(Debug)]
pub struct Named {
    /// Only those whose name or label contains it.
    pub query: Option<Templated>,
    /// How many.
    pub limit: Paging,
}

/// What an MCP content block of this type cannot be without.
#[must_use]
pub fn needed_keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["text"],
        "image" | "audio" => &["data", "mimeType"],
        "resource_link" => &["uri", "name"],
        "resource" => &["resource"],
        _ => &[],
    }
}

/// Static content.
#[derive(Debug)]
pub struct Content {
    /// MCP content blocks, with templates in their strings.
    pub blocks: Vec<Templated>,
}

/// `fields` or `return`.
#[derive(Debug, Clone)]
pub enum FieldList {
    /// Not written: the operation's own default.
    Default,
    /// As the author listed them.
    Listed(Vec<FieldEntry>),
    /// One expression that gives a list of names (generic tools).
    Given(Template),
}

/// One field of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldEntry {
    /// As written, with `?` and `|`: see `FieldName`.
    pub name: FieldName,
    /// Fields of the related records.
    pub nested: Option<Nested>,
}

/// `{ order_line = ["product_id"] }` or `{ order_line = { fields = […], limit = 50, order = "sequence" } }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// Fields of the related records.
    pub fields: Vec<FieldEntry>,
    /// At most so many of an x2many; `None` is 20.
    pub limit: Option<u32>,
    /// Their order.
    pub order: Option<String>,
}

/// A field name as written: `user_ids|user_id`, `qty_available?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// The first that exists is read; the answer calls it by the first.
    pub alternatives: Vec<String>,
    /// Left out where none of them exists.
    pub optional: bool,
}
