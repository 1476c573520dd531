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
    /// `read` with `field`, of a resource.
    Field(ReadField),
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
    /// `message_post`.
    MessagePost(MessagePost),
    /// `attach`: a file or an address on records.
    Attach(Attach),
    /// `attachments`: the files of records.
    Attachments(Attachments),
    /// `report`: records as one PDF.
    Report(Report),
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

/// One field of one record, whole.
#[derive(Debug)]
pub struct ReadField {
    /// Which record.
    pub ids: Ids,
    /// The name of a file or text; a name or one expression.
    pub field: Templated,
    /// A text with markup stays HTML, instead of becoming Markdown.
    pub html: bool,
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

/// A message in the discussion of records.
#[derive(Debug)]
pub struct MessagePost {
    /// On which records.
    pub ids: Ids,
    /// The text.
    pub body: Templated,
    /// `note` (also where absent), `comment` or the external id of a subtype.
    pub subtype: Option<Templated>,
    /// Who is told: partners by id, external id or name.
    pub partner_ids: Option<Ids>,
    /// Whether `body` is HTML: `true`, `false`, or an expression. Default false.
    pub body_is_html: Option<Templated>,
}

/// A file, or an address, attached to records. Exactly one of `text`, `data` and `url` is given when it is called.
#[derive(Debug)]
pub struct Attach {
    /// To which records.
    pub ids: Ids,
    /// The file's name.
    pub name: Templated,
    /// What is in it, as text.
    pub text: Option<Templated>,
    /// What is in it, as base64.
    pub data: Option<Templated>,
    /// An address instead of a file.
    pub url: Option<Templated>,
    /// Absent: what the name says.
    pub mime_type: Option<Templated>,
}

/// The files attached to records.
#[derive(Debug)]
pub struct Attachments {
    /// Of which records.
    pub ids: Ids,
    /// How many.
    pub limit: Paging,
}

/// Records printed as one PDF.
#[derive(Debug)]
pub struct Report {
    /// Its `report_name`, or its external id.
    pub report: Templated,
    /// Which records, in this order.
    pub ids: Ids,
    /// What the file is called; absent is the report's and the record's name.
    pub file_name: Option<Templated>,
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
    /// Keeps a prompt for the caller.
    SavePrompt(Box<SavePrompt>),
    /// Deletes the prompt of that name that the caller keeps.
    DeletePrompt(Templated),
}

impl Server {
    /// Whether it is about the prompts that a person keeps.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::SavePrompt(_) | Self::DeletePrompt(_))
    }
}

/// A prompt to be kept.
#[derive(Debug)]
pub struct SavePrompt {
    /// Its name.
    pub name: Templated,
    /// The name that people see.
    pub title: Option<Templated>,
    /// What it is for.
    pub description: Option<Templated>,
    /// What it says: a template of its own, for those who use it.
    pub text: Templated,
    /// A list of names or tables.
    pub arguments: Option<Templated>,
    /// In the place of one of that name.
    pub overwrite: Option<Templated>,
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

/// Whether this is an address that a browser opens as a page or a file: `http` or `https`, with a host.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() || !byte.is_ascii());
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    plain && rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_alphanumeric() || first == '['))
}

/// Whether this has the form of a MIME type, without parameters.
#[must_use]
pub fn is_mime_type(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, sub)| word(kind) && word(sub))
}

/// Whether this can be the name of a report, or its external id: `sale.report_saleorder`.
#[must_use]
pub fn is_report_name(text: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    text.len() <= 200 && text.contains('.') && text.split('.').all(word)
}

/// Static content.
#[derive(Debug)]
pub struct Content {
    /// MCP content blocks, with templates in their strings.
    pub blocks: Vec<Templated>,
    /// The blocks say what went wrong.
    pub is_error: bool,
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
