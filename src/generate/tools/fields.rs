//! What the answers of tools hold: the columns of a search, the fields of one record and of its lines.

use std::collections::BTreeSet;

use super::super::subject::{Lines, is_odoos_own, is_speakable};
use super::super::text::{string, strings};
use super::super::view::Shown;
use super::{Writer, dedup};
use crate::odoo::metadata::{Field, FieldType};

/// Columns of a search's answer.
pub(super) const MOST_COLUMNS: usize = 14;
/// Fields of one record.
const MOST_FIELDS: usize = 45;
/// Columns of a line.
pub(super) const MOST_LINE_COLUMNS: usize = 10;
/// Fields of the answer to a write.
const MOST_RETURNED: usize = 8;

/// The fields of one record.
#[derive(Debug, Default)]
pub(super) struct RecordFields {
    /// Each as it is written: a name, or a table with the columns of lines.
    pub(super) written: Vec<String>,
    /// The names of those that found no place.
    pub(super) left_out: Vec<String>,
    /// The models of the lines.
    pub(super) models: BTreeSet<String>,
}

impl Writer<'_> {
    /// The columns of the list; where there is none, what the form begins with.
    pub(super) fn columns(&self, most: usize) -> Vec<String> {
        let described = &self.subject.described;
        let good = |shown: &&Shown| {
            described.field(&shown.name).is_some_and(|field| self.is_read(field) && field.kind != FieldType::One2many)
        };
        let list = self.subject.list.iter().filter(good).filter(|shown| !shown.hidden_column).map(|shown| &shown.name);
        let mut names: Vec<String> = self.name_field().map(|field| field.name.clone()).into_iter().collect();
        let add = |name: &String, names: &mut Vec<String>| {
            if !names.contains(name) {
                names.push(name.clone());
            }
        };
        list.for_each(|name| add(name, &mut names));
        if names.len() < 3 {
            self.subject.form.iter().filter(good).take(MOST_RETURNED).for_each(|shown| add(&shown.name, &mut names));
        }
        // A form's state is what one asks first, though lists show it as a colour.
        if let Some(state) = described.field("state").filter(|field| field.kind == FieldType::Selection) {
            add(&state.name, &mut names);
        }
        if names.is_empty() {
            names.push("display_name".to_owned());
        }
        names.truncate(most);
        names
    }

    /// `return` of a tool that writes.
    pub(super) fn returned(&self) -> String {
        strings(self.columns(MOST_RETURNED), 9, 0)
    }

    /// Whether answers hold it.
    fn is_read(&self, field: &Field) -> bool {
        let many = matches!(field.kind, FieldType::One2many | FieldType::Many2many);
        let named = field.name != "display_name" || self.name_field().is_none();
        is_speakable(field) && !is_odoos_own(field) && named && (!many || self.subject.is_readable(field))
    }

    /// Whether it only helps to show others: a label, a warning, what a widget draws.
    fn is_helper(&self, field: &Field) -> bool {
        let shown = self.subject.list.iter().any(|shown| shown.name == field.name);
        !shown
            && !field.store
            && field.readonly
            && matches!(field.kind, FieldType::Char | FieldType::Text | FieldType::Boolean)
    }

    /// The fields of one record: the name first, then as the form has them, then what only the list shows.
    pub(super) fn record_fields(&self) -> RecordFields {
        let subject = self.subject;
        let name = self.name_field().and_then(|field| subject.shown().find(|(other, _)| other.name == field.name));
        let in_form = subject.form.iter();
        let form = in_form.filter_map(|shown| Some((subject.described.field(&shown.name)?, shown)));
        let mut fields = RecordFields::default();
        let mut seen = BTreeSet::new();
        for (field, shown) in name.into_iter().chain(form).chain(subject.shown()) {
            if !self.is_read(field) || self.is_helper(field) || !seen.insert(&field.name) {
                continue;
            }
            if fields.written.len() >= MOST_FIELDS {
                fields.left_out.push(field.name.clone());
                continue;
            }
            let Some(lines) = subject.lines.get(&field.name) else {
                fields.written.push(string(&field.name));
                continue;
            };
            let columns = self.line_fields(shown, lines);
            if !columns.is_empty() {
                fields.models.extend(field.relation.clone());
                let columns = strings(&columns, field.name.len() + 20, 2);
                fields.written.push(format!("{{ {} = {{ fields = {columns}, limit = 50 }} }}", field.name));
            }
        }
        if fields.written.is_empty() {
            fields.written.push(string("display_name"));
        }
        fields
    }

    fn line_fields(&self, shown: &Shown, lines: &Lines) -> Vec<String> {
        let columns = shown.columns.iter().filter_map(|column| lines.described.field(&column.name));
        // What is computed of another relation, like the template of a product, says nothing more.
        let own = columns.filter(|field| field.store || field.kind != FieldType::Many2one);
        let readable = own.filter(|field| self.is_read(field) || field.name == "name");
        dedup(&readable.map(|field| field.name.clone()).take(MOST_LINE_COLUMNS).collect::<Vec<_>>())
    }
}
