//! What tools that write take: the values of a record and of its lines, each with the argument that gives it.

use std::collections::{BTreeSet, HashSet};

use super::super::arguments::{Naming, label, property, sentence, takes_one_argument, value};
use super::super::subject::{Described, Lines, is_odoos_own};
use super::super::text::{Row, Text, expression, row, string, strings};
use super::super::view::{Required, Shown, UNSEEN};
use super::Writer;
use super::fields::MOST_LINE_COLUMNS;
use crate::odoo::metadata::{Field, FieldType};

/// Arguments of a tool that writes.
const MOST_VALUES: usize = 18;

/// What a tool that writes takes.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Field and value.
    pub(super) rows: Vec<Row>,
    /// Argument and schema.
    pub(super) properties: Vec<Row>,
    /// The arguments that a caller has to give.
    pub(super) required: Vec<String>,
    /// Argument and field of what may be emptied.
    pub(super) clear: Vec<Row>,
    /// The record's lines.
    pub(super) lines: Vec<Line>,
    /// The models of the lines and of their relations.
    pub(super) models: BTreeSet<String>,
    /// The fields that found no place.
    pub(super) left_out: Vec<String>,
    /// The fields that Odoo requires and fills in, and that no view shows.
    pub(super) filled_in: Vec<String>,
}

/// A list of objects that become lines.
#[derive(Debug)]
pub(super) struct Line {
    field: String,
    argument: String,
    label: String,
    rows: Vec<Row>,
    properties: Vec<Row>,
    required: Vec<String>,
    models: Vec<String>,
}

/// A field that a caller might give a value.
#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    field: &'a Field,
    shown: &'a Shown,
    /// A new record cannot be without a value that only the caller has.
    needed: bool,
}

impl Writer<'_> {
    /// What a caller may give a new record, or a known one.
    pub(super) fn values(&self, new: bool) -> Values {
        let candidates = self.candidates(new);
        // The columns of the list come before what only the form shows, and all in the form's order.
        let usual = candidates.iter().map(|candidate| candidate.field).filter(|field| self.takes(field));
        let chosen: HashSet<&str> = usual.take(MOST_VALUES).map(|field| field.name.as_str()).collect();
        let in_form = |field: &Field| self.subject.form.iter().position(|shown| shown.name == field.name);
        let (needed, mut rest): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|candidate| candidate.needed);
        rest.sort_by_key(|candidate| in_form(candidate.field).unwrap_or(usize::MAX));

        let mut values = Values::default();
        for candidate in needed.into_iter().chain(rest) {
            let Candidate { field, shown, needed } = candidate;
            if field.kind == FieldType::One2many {
                if let Some(lines) = self.subject.lines.get(&field.name).filter(|lines| new && lines.may_create) {
                    values.lines.extend(self.line(field, shown, lines));
                }
                continue;
            }
            if !self.takes(field) {
                continue;
            }
            if needed || (shown.is_seen() && chosen.contains(field.name.as_str())) {
                values.add(candidate, self.naming.name(field));
            } else if shown.is_seen() {
                values.left_out.push(field.name.clone());
            } else {
                values.filled_in.push(field.name.clone());
            }
        }
        values.models.extend(values.lines.iter().flat_map(|line| line.models.clone()));
        values
    }

    /// What can be written, the columns of the list first. What a new record cannot be without is among it, whether a view
    /// shows it or not.
    fn candidates(&self, new: bool) -> Vec<Candidate<'_>> {
        let described = &self.subject.described;
        let unseen = self.subject.required_unseen().filter(|_| new).map(|field| (field, &UNSEEN));
        let all = self.subject.shown().chain(unseen).map(|(field, shown)| {
            let needed = new && is_needed(described, field, shown);
            Candidate { field, shown, needed }
        });
        all.filter(|Candidate { field, shown, needed }| {
            // A record belongs to the caller's company, and `company` says otherwise.
            let usual = !matches!(field.name.as_str(), "company_id" | "active" | "display_name");
            !field.readonly && usual && !is_odoos_own(field) && (!shown.readonly || *needed)
        })
        .collect()
    }

    /// Whether one argument can give it, to this login.
    fn takes(&self, field: &Field) -> bool {
        takes_one_argument(field) && self.subject.is_readable(field)
    }

    /// The argument for a record's lines.
    fn line(&self, field: &Field, shown: &Shown, lines: &Lines) -> Option<Line> {
        let described = &lines.described;
        let columns = shown.columns.iter().filter_map(|column| Some((described.field(&column.name)?, column)));
        let columns = columns.filter(|(field, column)| self.is_line_column(described, field, column));
        let columns: Vec<(&Field, &Shown)> = columns.take(MOST_LINE_COLUMNS).collect();
        if columns.is_empty() {
            return None;
        }
        let naming = Naming::of(columns.iter().copied(), "");
        let needed = |(field, column): &&(&Field, &Shown)| {
            let by_the_view = column.required != Required::No && !described.is_filled_in(field);
            described.is_needed(field, column.required) || by_the_view
        };
        let relations = columns.iter().filter_map(|(field, _)| field.relation.clone());
        Some(Line {
            field: field.name.clone(),
            argument: self.naming.name(field).to_owned(),
            label: sentence(label(field, shown)),
            rows: columns
                .iter()
                .map(|(field, _)| {
                    row(&format!("create.{}", field.name), value(field, &format!("item.{}", naming.name(field))))
                })
                .collect(),
            properties: columns
                .iter()
                .map(|(field, shown)| row(naming.name(field), property(field, shown, naming.name(field))))
                .collect(),
            required: columns.iter().filter(needed).map(|(field, _)| naming.name(field).to_owned()).collect(),
            models: field.relation.iter().cloned().chain(relations).collect(),
        })
    }

    /// Whether a caller may give it to a line.
    fn is_line_column(&self, described: &Described, field: &Field, column: &Shown) -> bool {
        let wanted = column.required != Required::No || described.is_needed(field, column.required);
        self.takes(field)
            && !field.readonly
            && !column.readonly
            && field.store
            && !is_odoos_own(field)
            && field.name != "company_id"
            && (!column.hidden_column || wanted)
    }
}

impl Values {
    fn add(&mut self, Candidate { field, shown, needed }: Candidate<'_>, argument: &str) {
        self.rows.push(row(&field.name, value(field, argument)));
        self.properties.push(row(argument, property(field, shown, argument)));
        if may_be_emptied(field) {
            self.clear.push(row(argument, string(&field.name)));
        }
        if needed {
            self.required.push(argument.to_owned());
        }
    }

    /// The tables of the lines' values.
    pub(super) fn write_lines(&self, out: &mut Text) {
        for line in &self.lines {
            out.header(&format!("[tool.create.values.{}]", line.field));
            out.rows(&[row("each", expression(&line.argument))]);
            out.rows(&line.rows);
        }
    }

    /// The schemas of the lines' arguments.
    pub(super) fn write_line_properties(&self, out: &mut Text) {
        for line in &self.lines {
            let path = format!("tool.input.properties.{}", line.argument);
            out.header(&format!("[{path}]"));
            let mut rows = vec![
                row("type", string("array")),
                row("description", string(&line.label)),
                row("items.type", string("object")),
            ];
            if !line.required.is_empty() {
                rows.push(row("items.required", strings(&line.required, 17, 0)));
            }
            out.rows(&rows);
            out.header(&format!("[{path}.items.properties]"));
            out.rows(&line.properties);
        }
    }
}

fn is_needed(described: &Described, field: &Field, shown: &Shown) -> bool {
    // Where the name is wanted of some records, it is the name of all that people make.
    let the_name = field.name == "name" && shown.required == Required::Sometimes && !described.is_filled_in(field);
    let inherited = described.is_of_made(field)
        && field.kind != FieldType::Boolean
        && (shown.required == Required::Always || (field.required && !shown.name.is_empty()));
    described.is_needed(field, shown.required) || the_name || inherited
}

fn may_be_emptied(field: &Field) -> bool {
    use FieldType::{Date, Datetime, Html, Many2many, Many2one, Text};
    !field.required && matches!(field.kind, Many2one | Many2many | Date | Datetime | Text | Html)
}
