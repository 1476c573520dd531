//! The conditions of a search: what people look for, made of the columns that they see.

use std::collections::BTreeSet;

use super::arguments::{Naming, label, options, property, sentence};
use super::subject::{Subject, is_speakable};
use super::text::{Row, Text, expression, row, string};
use super::view::Shown;
use super::words;
use crate::odoo::metadata::{Field, FieldType};

/// So many of each kind: more than a model chooses well among help nobody.
const MOST_TEXTS: usize = 4;
const MOST_RELATIONS: usize = 4;
const MOST_SELECTIONS: usize = 2;
const MOST_DATES: usize = 2;
const MOST_FLAGS: usize = 2;
/// Texts by which people know records, where the list does not show them.
const KNOWN_BY: [&str; 10] = [
    "ref",
    "default_code",
    "code",
    "barcode",
    "login",
    "email",
    "email_from",
    "client_order_ref",
    "partner_ref",
    "partner_name",
];

/// Conditions, and the arguments that they need.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// Variable, model, argument.
    lookups: Vec<(String, String, String)>,
    conditions: Vec<String>,
    /// The arguments.
    pub(super) properties: Vec<Row>,
    /// The labels of what is looked at, for the description.
    pub(super) words: Vec<String>,
    /// Models that are looked in.
    pub(super) models: BTreeSet<String>,
}

impl Filters {
    /// What to search a model by.
    pub(super) fn of(subject: &Subject, naming: &Naming, query: bool) -> Self {
        let mut filters = Self::default();
        if query {
            filters.query(subject);
        }
        filters.relations(subject, naming);
        filters.mine(subject);
        filters.selections(subject, naming);
        filters.flags(subject, naming);
        filters.dates(subject, naming);
        if subject.described.field("active").is_some() {
            filters.conditions.push(condition("active", "=", "false if archived"));
            filters.property("archived", "boolean", "Only archived ones, which are left out otherwise");
        }
        filters
    }

    fn property(&mut self, name: &str, kind: &str, description: &str) {
        let schema = super::text::inline([("type", string(kind)), ("description", string(description))]);
        self.properties.push(row(name, schema));
    }

    fn query(&mut self, subject: &Subject) {
        let model = &subject.described;
        let name = ["name", "x_name", "complete_name", "display_name"].into_iter().filter_map(|name| model.field(name));
        let name = name.filter(|field| is_text(field) || field.name == "display_name").find(|field| field.searchable);
        let listed = visible(subject).filter(|field| is_text(field) && field.store && field.searchable);
        let known =
            KNOWN_BY.iter().filter_map(|name| model.field(name)).filter(|field| field.searchable && is_text(field));
        let customer = model.field("partner_id").filter(|field| field.searchable && subject.is_readable(field));
        let mut fields: Vec<&Field> = Vec::new();
        for field in name.into_iter().chain(listed).chain(known).chain(customer) {
            // The same name, once with its parents.
            let again = field.name == "complete_name" && fields.iter().any(|known| known.name == "name");
            if !again && !fields.iter().any(|known| known.name == field.name) {
                fields.push(field);
            }
        }
        let customer = fields.iter().position(|field| field.name == "partner_id");
        if let Some(at) = customer.filter(|at| *at >= MOST_TEXTS) {
            fields.swap(at, MOST_TEXTS - 1);
        }
        fields.truncate(MOST_TEXTS);
        if fields.is_empty() {
            return;
        }
        let bars = vec!["\"|\"".to_owned(); fields.len() - 1].join(", ");
        let indent = if bars.is_empty() { "" } else { "  " };
        if !bars.is_empty() {
            self.conditions.push(bars);
        }
        self.conditions
            .extend(fields.iter().map(|field| format!("{indent}{}", condition(&field.name, "ilike", "query"))));
        let labels: Vec<String> = fields.iter().map(|field| words::lower(&words::plain(&field.string))).collect();
        self.property("query", "string", &format!("Part of {}", words::either(&labels)));
        self.words.extend(labels);
    }

    fn relations(&mut self, subject: &Subject, naming: &Naming) {
        const LEFT_OUT: [&str; 3] = ["company_id", "currency_id", "parent_id"];
        let useful = |(field, _): &(&Field, &Shown)| {
            matches!(field.kind, FieldType::Many2one | FieldType::Many2many)
                && field.searchable
                && field.store
                && subject.is_readable(field)
                && !LEFT_OUT.contains(&field.name.as_str())
        };
        for (field, shown) in shown(subject).filter(useful).take(MOST_RELATIONS) {
            let Some(model) = &field.relation else { continue };
            let argument = naming.name(field);
            let found = format!("{argument}_found");
            // Whoever asks for a company means its people and addresses too.
            let operator = if model == "res.partner" { "child_of" } else { "in" };
            self.conditions.push(condition(&field.name, operator, &found));
            let label = sentence(label(field, shown));
            let known = words::slug(&label).is_some_and(|slug| slug == argument);
            let hint = if known { "Name or part of it".to_owned() } else { format!("{label}: name or part of it") };
            self.property(argument, "string", &hint);
            self.words.push(words::lower(&label));
            self.lookups.push((found, model.clone(), argument.to_owned()));
            self.models.insert(model.clone());
        }
    }

    fn mine(&mut self, subject: &Subject) {
        let own = ["user_id", "user_ids"].into_iter().filter_map(|name| subject.described.field(name));
        // The salesperson of a user's partner says nothing of whose the user is.
        let own = own.filter(|_| subject.described.model.name != "res.users");
        let mut own = own.filter(|field| field.relation.as_deref() == Some("res.users") && field.searchable);
        if let Some(field) = own.next() {
            let operator = if field.kind == FieldType::Many2one { "=" } else { "in" };
            self.conditions.push(condition(&field.name, operator, "user.id if mine"));
            self.property("mine", "boolean", "Only the caller's own");
        }
    }

    fn selections(&mut self, subject: &Subject, naming: &Naming) {
        let useful = |(field, _): &(&Field, &Shown)| {
            field.kind == FieldType::Selection
                && field.searchable
                && field.store
                && options(field).is_some_and(|options| options.len() <= 15)
        };
        for (field, shown) in columns(subject).filter(useful).take(MOST_SELECTIONS) {
            let argument = naming.name(field);
            self.conditions.push(condition(&field.name, "=", argument));
            self.properties.push(row(argument, property(field, shown, argument)));
            self.words.push(words::lower(&words::plain(label(field, shown))));
        }
    }

    fn flags(&mut self, subject: &Subject, naming: &Naming) {
        let useful = |(field, _): &(&Field, &Shown)| {
            field.kind == FieldType::Boolean && field.searchable && field.store && field.name != "active"
        };
        for (field, shown) in columns(subject).filter(useful).take(MOST_FLAGS) {
            let argument = naming.name(field);
            self.conditions.push(condition(&field.name, "=", argument));
            self.properties.push(row(argument, property(field, shown, argument)));
        }
    }

    fn dates(&mut self, subject: &Subject, naming: &Naming) {
        let useful = |(field, _): &(&Field, &Shown)| {
            matches!(field.kind, FieldType::Date | FieldType::Datetime) && field.searchable && field.store
        };
        let dates: Vec<_> =
            columns(subject).filter(useful).filter(|(field, _)| field.name != "create_date").take(MOST_DATES).collect();
        for (field, shown) in &dates {
            let label = sentence(label(field, shown));
            self.range(&field.name, naming.name(field), &label);
            self.words.push(words::lower(&label));
        }
        if dates.is_empty() && subject.described.field("create_date").is_some_and(|field| field.searchable) {
            self.range("create_date", "created", "Created");
        }
    }

    fn range(&mut self, field: &str, argument: &str, label: &str) {
        for (word, operator, hint) in
            [("after", ">=", "from this day on, e.g. 2026-03-01"), ("before", "<=", "until this day")]
        {
            let name = format!("{argument}_{word}");
            self.conditions.push(condition(field, operator, &name));
            self.property(&name, "string", &format!("{label}: {hint}"));
        }
    }

    /// The lookups' tables, then the operation's: its domain and these other keys.
    pub(super) fn write(&self, out: &mut Text, header: &str, others: impl IntoIterator<Item = Row>) {
        self.write_lookups(out);
        out.header(header);
        let domain = self.domain().map(|domain| row("domain", domain));
        out.rows(&domain.into_iter().chain(others).collect::<Vec<_>>());
    }

    /// The lookups' tables.
    fn write_lookups(&self, out: &mut Text) {
        for (at, (variable, model, argument)) in self.lookups.iter().enumerate() {
            if at == 0 {
                out.comment("Names become the ids of all that they are part of; a name of nobody is an error, not an answer of nothing.");
            }
            out.header(&format!("[tool.lookup.{variable}]"));
            out.rows(&[row("model", string(model)), row("match", expression(argument)), row("several", string("all"))]);
            out.gap();
        }
    }

    /// The domain as the value of a key; `None` where there is no condition.
    fn domain(&self) -> Option<String> {
        let lines: Vec<String> = self.conditions.iter().map(|condition| format!("  {condition},")).collect();
        (!lines.is_empty()).then(|| format!("[\n{}\n]", lines.join("\n")))
    }
}

fn condition(field: &str, operator: &str, value: &str) -> String {
    format!("[{}, {}, {}]", string(field), string(operator), expression(value))
}

fn is_text(field: &Field) -> bool {
    matches!(field.kind, FieldType::Char | FieldType::Text)
}

/// What the list shows without asking, then what says where a record stands, then the rest of its columns.
fn columns(subject: &Subject) -> impl Iterator<Item = (&Field, &Shown)> {
    const STANDING: [&str; 4] = ["state", "stage_id", "type", "move_type"];
    let hidden = |(_, shown): &(&Field, &Shown)| {
        subject.list.iter().any(|column| column.name == shown.name && column.hidden_column)
    };
    let listed = |(_, shown): &(&Field, &Shown)| subject.list.iter().any(|column| column.name == shown.name);
    let stands = |(field, _): &(&Field, &Shown)| STANDING.contains(&field.name.as_str());
    let all: Vec<_> = subject.shown().filter(|(field, _)| is_speakable(field)).collect();
    let visible = all.iter().copied().filter(move |pair| listed(pair) && !hidden(pair)).collect::<Vec<_>>();
    let standing = all.iter().copied().filter(|pair| stands(pair)).collect::<Vec<_>>();
    let rest = all.iter().copied().filter(move |pair| hidden(pair)).collect::<Vec<_>>();
    let mut seen = std::collections::HashSet::new();
    visible.into_iter().chain(standing).chain(rest).filter(move |(field, _)| seen.insert(field.name.as_str()))
}

/// The columns, then what only the form shows.
fn shown(subject: &Subject) -> impl Iterator<Item = (&Field, &Shown)> {
    let mut seen = std::collections::HashSet::new();
    let form = subject.shown().filter(|(field, _)| is_speakable(field));
    columns(subject).chain(form).filter(move |(field, _)| seen.insert(field.name.as_str()))
}

/// The columns that people see without asking.
fn visible(subject: &Subject) -> impl Iterator<Item = &Field> {
    subject.list.iter().filter(|shown| !shown.hidden_column).filter_map(|shown| subject.described.field(&shown.name))
}
