//! Writes the tools of one model.

use std::collections::BTreeSet;

use super::arguments::{Naming, label, property, sentence, takes_one_argument, value};
use super::filters::Filters;
use super::subject::{Described, Lines, Subject, is_odoos_own, is_speakable};
use super::text::{Row, Text, expression, inline, list, row, string, strings};
use super::view::{Required, Shown};
use super::{Generated, Operation, words};
use crate::odoo::metadata::{Field, FieldType};

/// Columns of a search's answer.
const MOST_COLUMNS: usize = 14;
/// Fields of one record.
const MOST_FIELDS: usize = 45;
/// Arguments of a tool that writes.
const MOST_VALUES: usize = 18;
/// Columns of a line.
const MOST_LINE_COLUMNS: usize = 10;
/// Fields of the answer to a write.
const MOST_RETURNED: usize = 8;
/// Names of left-out fields in a comment.
const MOST_MENTIONED: usize = 20;

/// The tools of a model, as far as its rights and fields go.
pub(super) fn write(subject: &Subject, operations: &[Operation]) -> Generated {
    let model = &subject.described.model.name;
    let (one, many) = words::model_names(model);
    // What a new record cannot be without has a name too, whether a view shows it or not.
    let nothing = Shown::plain("");
    let fields = subject.described.model.fields.values();
    let unseen = fields.filter(|field| field.required && !subject.shown().any(|(other, _)| other.name == field.name));
    // The record itself comes first: `category` is the one that is meant, not its parent.
    let short = one.rsplit('_').next().unwrap_or("record").to_owned();
    let is_free = |name: &str| subject.described.field(name).is_none() && !crate::template::is_reserved(name);
    let candidates = [short.clone(), one.clone(), format!("{short}_id"), format!("{one}_record")];
    let key = candidates.into_iter().find(|name| is_free(name)).unwrap_or_else(|| "record_id".to_owned());
    let naming = Naming::of(subject.shown().chain(unseen.map(|field| (field, &nothing))), &key);
    let mut writer = Writer { subject, naming, one, many: many.clone(), key, text: Text::default(), notes: Vec::new() };
    let title = words::plain(&writer.many_label());
    writer.text.comment(&format!(
        "{} (`{model}`), made by `tooldoo generate` of what Odoo {} shows of them. Change what you like: it is only a beginning.",
        words::capital(&title),
        subject.version
    ));
    for operation in operations {
        writer.operation(*operation);
    }
    Generated { text: writer.text.finish(), notes: writer.notes, file_name: many }
}

struct Writer<'a> {
    subject: &'a Subject,
    naming: Naming,
    /// `sale_order`.
    one: String,
    /// `sale_orders`.
    many: String,
    /// The argument that says which record.
    key: String,
    text: Text,
    notes: Vec<String>,
}

/// A tool's first table.
struct Head {
    name: String,
    title: String,
    description: String,
    confirm: Option<(&'static str, &'static str)>,
    models: BTreeSet<String>,
}

impl Writer<'_> {
    fn many_label(&self) -> String {
        words::plural(&self.subject.label)
    }

    /// "a sales order".
    fn a_label(&self) -> String {
        format!("{} {}", words::article(&self.subject.label), self.subject.label)
    }

    fn operation(&mut self, operation: Operation) {
        let rights = self.subject.rights;
        let (may, word) = match operation {
            Operation::Create => (rights.create, "create"),
            Operation::Update => (rights.write, "change"),
            Operation::Delete => (rights.unlink, "delete"),
            _ => (true, ""),
        };
        if !may {
            self.notes.push(format!("{}: the user may not {word} them.", self.many_label()));
            return;
        }
        match operation {
            Operation::Search => self.search(),
            Operation::Get => self.get(),
            Operation::Count => self.count(),
            Operation::Group => self.group(),
            Operation::Create => self.create(),
            Operation::Update => self.update(),
            Operation::Delete => self.delete(),
            Operation::Actions => self.actions(),
        }
    }

    fn head(&mut self, head: Head) {
        let model = &self.subject.described.model.name;
        self.text.gap();
        self.text.header("[[tool]]");
        let mut rows = vec![
            row("name", string(&head.name)),
            row("title", string(&words::capital(&words::plain(&head.title)))),
            row("description", string(&words::plain(&head.description))),
            row("bundles", strings([words::app(model)], 14, 0)),
            row("model", string(model)),
        ];
        // The model itself need not be named.
        let family = |name: &str| name.split('.').next().map(str::to_owned);
        let others = head
            .models
            .iter()
            .filter(|other| !matches!(family(other).as_deref(), Some("res" | "ir")) && family(other) != family(model));
        let others: Vec<_> = others.collect();
        if !others.is_empty() {
            rows.push(row("requires", strings(others, 14, 0)));
        }
        if let Some((confirm, why)) = head.confirm {
            rows.push(("confirm".to_owned(), string(confirm), Some(why.to_owned())));
        }
        self.text.rows(&rows);
        self.text.gap();
    }

    fn input(&mut self, required: &[String], properties: &[Row]) {
        if properties.is_empty() {
            return;
        }
        self.text.gap();
        if !required.is_empty() {
            self.text.header("[tool.input]");
            self.text.rows(&[row("required", strings(required, 11, 0))]);
        }
        self.text.header("[tool.input.properties]");
        self.text.rows(properties);
    }

    fn search(&mut self) {
        let filters = Filters::of(self.subject, &self.naming, true);
        let by = words::either(&dedup(&filters.words));
        let many = self.many_label();
        let description = if by.is_empty() {
            format!("Find {many}; without arguments all of them.")
        } else {
            format!("Find {many} by {by}.")
        };
        self.head(Head {
            name: format!("search_{}", self.many),
            title: format!("Search {many}"),
            description,
            confirm: None,
            models: filters.models.iter().cloned().collect(),
        });
        filters.write_lookups(&mut self.text);
        self.text.header("[tool.search_read]");
        let mut rows: Vec<Row> = filters.domain().map(|domain| row("domain", domain)).into_iter().collect();
        rows.push(row("fields", strings(self.columns(MOST_COLUMNS), 9, 0)));
        rows.push(row("limit", inline([("default", "20".to_owned()), ("max", "100".to_owned())])));
        self.text.rows(&rows);
        self.input(&[], &filters.properties);
    }

    fn count(&mut self) {
        let filters = Filters::of(self.subject, &self.naming, true);
        let many = self.many_label();
        self.head(Head {
            name: format!("count_{}", self.many),
            title: format!("Count {many}"),
            description: format!("How many {many} meet the conditions; without any, how many there are."),
            confirm: None,
            models: filters.models.iter().cloned().collect(),
        });
        filters.write_lookups(&mut self.text);
        self.text.header("[tool.search_count]");
        self.text.rows(&filters.domain().map(|domain| row("domain", domain)).into_iter().collect::<Vec<_>>());
        self.input(&[], &filters.properties);
    }

    fn group(&mut self) {
        let shown = || self.subject.shown().map(|(field, _)| field).filter(|field| field.groupable && field.store);
        let mut by: Vec<String> = Vec::new();
        for field in shown().filter(|field| !is_odoos_own(field)) {
            match field.kind {
                FieldType::Many2one | FieldType::Selection | FieldType::Boolean => by.push(field.name.clone()),
                FieldType::Date | FieldType::Datetime => {
                    by.extend(["month", "quarter", "year"].map(|unit| format!("{}:{unit}", field.name)));
                }
                _ => {}
            }
        }
        if by.is_empty() {
            self.notes.push(format!("{}: they cannot be grouped by anything that is shown.", self.many_label()));
            return;
        }
        by.truncate(MOST_COLUMNS);
        let sums = self.subject.list.iter().filter_map(|shown| self.subject.described.field(&shown.name));
        let sums = sums.filter(|field| {
            matches!(field.kind, FieldType::Float | FieldType::Monetary) && field.store && adds_up(field)
        });
        let sums: Vec<String> =
            ["__count".to_owned()].into_iter().chain(sums.map(|field| format!("{}:sum", field.name))).collect();
        let filters = Filters::of(self.subject, &self.naming, false);
        let many = self.many_label();
        self.head(Head {
            name: format!("group_{}", self.many),
            title: format!("Add up {many}"),
            description: format!("How many {many} there are, with totals, for each value of one field or several."),
            confirm: None,
            models: filters.models.iter().cloned().collect(),
        });
        filters.write_lookups(&mut self.text);
        self.text.header("[tool.read_group]");
        let mut rows: Vec<Row> = filters.domain().map(|domain| row("domain", domain)).into_iter().collect();
        rows.push(row("group_by", expression("group_by")));
        rows.push(row("aggregates", strings(&sums, 13, 0)));
        rows.push(row("limit", inline([("default", "50".to_owned()), ("max", "200".to_owned())])));
        self.text.rows(&rows);
        let items = inline([
            ("type", string("string")),
            ("enum", format!("[{}]", by.iter().map(|name| string(name)).collect::<Vec<_>>().join(", "))),
        ]);
        let group_by = inline([
            ("type", string("array")),
            ("minItems", "1".to_owned()),
            ("items", items),
            ("description", string("One group for each value of these")),
        ]);
        let properties: Vec<Row> = [row("group_by", group_by)].into_iter().chain(filters.properties).collect();
        self.input(&["group_by".to_owned()], &properties);
    }

    fn get(&mut self) {
        let label = &self.subject.label;
        let (fields, left_out, models) = self.fields();
        let lines: Vec<&str> = self
            .subject
            .shown()
            .filter(|(field, _)| self.subject.lines.contains_key(&field.name))
            .map(|(field, shown)| super::arguments::label(field, shown))
            .take(1)
            .collect();
        let lines = lines.first().map(|label| format!(" with its {}", words::lower(label))).unwrap_or_default();
        self.head(Head {
            name: format!("get_{}", self.one),
            title: format!("Get {}", self.a_label()),
            description: format!("One {label}{lines}: all that its form shows."),
            confirm: None,
            models,
        });
        self.text.header("[tool.read]");
        let ids = self.ids();
        self.text.rows(&[row("ids", ids), row("fields", list(&fields, 9, 0))]);
        self.mention("Also on its form:", &left_out);
        let property = self.key_property();
        let key = self.key.clone();
        self.input(std::slice::from_ref(&key), &[property]);
    }

    fn create(&mut self) {
        let values = self.values(true);
        self.head(Head {
            name: format!("create_{}", self.one),
            title: format!("Create {}", self.a_label()),
            description: format!("Create {}. What is not given begins as it does in Odoo's own form.", self.a_label()),
            confirm: Some(("never", "\"always\" asks a person first")),
            models: values.models.clone(),
        });
        self.text.header("[tool.create]");
        self.text.rows(&[row("return", self.returned())]);
        self.text.header("[tool.create.values]");
        self.text.rows(&values.rows);
        values.write_lines(&mut self.text);
        self.mention("Odoo fills these in where they are not written here:", &values.filled_in);
        self.mention("Also on its form:", &values.left_out);
        self.input(&values.required, &values.properties);
        values.write_line_properties(&mut self.text);
    }

    fn update(&mut self) {
        let mut values = self.values(false);
        if let Some(active) = self.subject.described.field("active").filter(|field| !field.readonly)
            && !values.rows.iter().any(|(key, ..)| key == "active")
        {
            values.rows.push(row("active", expression("active")));
            let schema =
                [("type", string("boolean")), ("description", string("false archives it, true brings it back"))];
            values.properties.push(row(&active.name, inline(schema)));
        }
        if values.rows.is_empty() {
            self.notes.push(format!("{}: no field of theirs that is shown can be changed.", self.many_label()));
            return;
        }
        self.head(Head {
            name: format!("update_{}", self.one),
            title: format!("Change {}", self.a_label()),
            description: format!("Change what is given of {}; the rest stays as it is.", self.a_label()),
            confirm: Some(("always", "a person sees the change first; \"never\" makes it at once")),
            models: values.models.clone(),
        });
        self.text.header("[tool.write]");
        let ids = self.ids();
        self.text.rows(&[row("ids", ids), row("return", self.returned())]);
        self.text.header("[tool.write.values]");
        self.text.rows(&values.rows);
        self.mention("Also on its form:", &values.left_out);
        if !values.clear.is_empty() {
            self.text.comment("What a caller may empty, and by which word.");
            self.text.header("[tool.write.clear]");
            self.text.rows(&values.clear);
        }
        let properties: Vec<Row> = [self.key_property()].into_iter().chain(values.properties).collect();
        let key = self.key.clone();
        self.input(std::slice::from_ref(&key), &properties);
    }

    fn delete(&mut self) {
        let instead = match self.subject.described.field("active") {
            Some(_) => "; archiving keeps what archived records are for.",
            None => ", with everything that is part of it.",
        };
        self.head(Head {
            name: format!("delete_{}", self.one),
            title: format!("Delete {}", self.a_label()),
            description: format!("Delete {} for ever{instead}", self.a_label()),
            confirm: Some(("always", "there is no way back")),
            models: BTreeSet::new(),
        });
        self.text.header("[tool.unlink]");
        let ids = self.ids();
        self.text.rows(&[row("ids", ids)]);
        let property = self.key_property();
        let key = self.key.clone();
        self.input(std::slice::from_ref(&key), &[property]);
    }

    /// A tool for each button of the form's head.
    fn actions(&mut self) {
        let mut seen = BTreeSet::new();
        let buttons: Vec<_> = self.subject.buttons.iter().filter(|button| seen.insert(&button.method)).collect();
        if buttons.is_empty() {
            self.notes.push(format!("{}: their form has no button that calls a method.", self.many_label()));
        }
        let mut names = BTreeSet::new();
        for button in buttons {
            let word = words::slug(&button.label).unwrap_or_else(|| button.method.clone());
            let mut name = format!("{word}_{}", self.one);
            if !names.insert(name.clone()) {
                name = format!("{}_{}", button.method, self.one);
            }
            name.truncate(64);
            self.head(Head {
                name,
                title: format!("{}: {}", self.subject.label, button.label),
                description: format!(
                    "Press the button \"{}\" on {}, as a person does in its form.",
                    button.label,
                    self.a_label()
                ),
                confirm: Some(("always", "what a method does, only Odoo knows")),
                models: BTreeSet::new(),
            });
            self.text.header("[tool.call]");
            let ids = self.ids();
            self.text.rows(&[row("method", string(&button.method)), row("ids", ids)]);
            let property = self.key_property();
            let key = self.key.clone();
            self.input(std::slice::from_ref(&key), &[property]);
        }
    }

    /// The field that people know a record by.
    fn name_field(&self) -> Option<&Field> {
        let names = ["name", "x_name", "complete_name"].into_iter();
        let texts = names.filter_map(|name| self.subject.described.field(name));
        texts.filter(|field| field.kind == FieldType::Char && field.searchable).find(|field| field.store)
    }

    fn ids(&self) -> String {
        match self.name_field() {
            Some(_) => inline([("lookup", expression(&self.key))]),
            None => expression(&self.key),
        }
    }

    fn key_property(&self) -> Row {
        let schema = match self.name_field() {
            Some(field) => {
                let name = sentence(&field.string);
                inline([("type", string("string")), ("description", string(&format!("{name} or id")))])
            }
            None => inline([
                ("type", string("integer")),
                ("minimum", "1".to_owned()),
                ("description", string(&format!("Id, from search_{}", self.many))),
            ]),
        };
        row(&self.key, schema)
    }

    /// The columns of the list; where there is none, what the form begins with.
    fn columns(&self, most: usize) -> Vec<String> {
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

    fn returned(&self) -> String {
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

    /// The fields of one record, each as it is written; what found no place; the models of lines.
    fn fields(&self) -> (Vec<String>, Vec<String>, BTreeSet<String>) {
        let (mut written, mut left_out, mut models) = (Vec::new(), Vec::new(), BTreeSet::new());
        let name = self.name_field().and_then(|field| self.subject.shown().find(|(other, _)| other.name == field.name));
        let in_form = self.subject.form.iter();
        let form = in_form.filter_map(|shown| Some((self.subject.described.field(&shown.name)?, shown)));
        let mut seen = BTreeSet::new();
        for (field, shown) in name.into_iter().chain(form).chain(self.subject.shown()) {
            if !self.is_read(field) || self.is_helper(field) || !seen.insert(&field.name) {
                continue;
            }
            if written.len() >= MOST_FIELDS {
                left_out.push(field.name.clone());
                continue;
            }
            match self.subject.lines.get(&field.name) {
                Some(lines) => {
                    let columns = self.line_fields(shown, lines);
                    if columns.is_empty() {
                        continue;
                    }
                    models.extend(field.relation.clone());
                    let fields = strings(&columns, field.name.len() + 20, 2);
                    written.push(format!("{{ {} = {{ fields = {fields}, limit = 50 }} }}", field.name));
                }
                None => written.push(string(&field.name)),
            }
        }
        if written.is_empty() {
            written.push(string("display_name"));
        }
        (written, left_out, models)
    }

    fn line_fields(&self, shown: &Shown, lines: &Lines) -> Vec<String> {
        let columns = shown.columns.iter().filter_map(|column| lines.described.field(&column.name));
        // What is computed of another relation, like the template of a product, says nothing more.
        let own = columns.filter(|field| field.store || field.kind != FieldType::Many2one);
        let readable = own.filter(|field| self.is_read(field) || field.name == "name");
        dedup(&readable.map(|field| field.name.clone()).take(MOST_LINE_COLUMNS).collect::<Vec<_>>())
    }

    /// What a caller may give a new record, or a known one.
    fn values(&self, new: bool) -> Values {
        let described = &self.subject.described;
        let mut values = Values::default();
        let nothing = Shown::plain("");
        let shown: Vec<(&Field, &Shown)> = self.subject.shown().collect();
        // What a record cannot be without is asked for, whether a view shows it or not.
        let unseen = described.model.fields.values().filter(|field| {
            field.required && !is_odoos_own(field) && !shown.iter().any(|(other, _)| other.name == field.name)
        });
        let all: Vec<(&Field, &Shown)> =
            shown.iter().copied().chain(unseen.map(|field| (field, &nothing)).filter(|_| new)).collect();
        let needed = |(field, shown): &(&Field, &Shown)| new && self.is_needed(described, field, shown);
        let writable = |(field, shown): &(&Field, &Shown)| {
            // A record belongs to the caller's company, and `company` says otherwise.
            let usual = !matches!(field.name.as_str(), "company_id" | "active" | "display_name");
            !field.readonly && usual && !is_odoos_own(field) && (!shown.readonly || needed(&(field, shown)))
        };
        let all: Vec<(&Field, &Shown)> = all.into_iter().filter(writable).collect();
        // The columns of the list come before what only the form shows, and all in the form's order.
        let in_form = |field: &Field| self.subject.form.iter().position(|shown| shown.name == field.name);
        let taken = |field: &Field| takes_one_argument(field) && self.subject.is_readable(field);
        let mut chosen: Vec<&str> =
            all.iter().map(|(field, _)| *field).filter(|field| taken(field)).map(|field| field.name.as_str()).collect();
        chosen.truncate(MOST_VALUES);
        let (first, mut rest): (Vec<_>, Vec<_>) = all.iter().copied().partition(needed);
        rest.sort_by_key(|(field, _)| in_form(field).unwrap_or(usize::MAX));
        let seen = |shown: &Shown| shown.name == nothing.name;
        for (field, shown) in first.iter().chain(&rest) {
            if field.kind == FieldType::One2many {
                if let Some(lines) = self.subject.lines.get(&field.name).filter(|lines| new && lines.may_create) {
                    values.lines.extend(self.line(field, shown, lines));
                }
                continue;
            }
            if !takes_one_argument(field) || !self.subject.is_readable(field) {
                continue;
            }
            let needed = needed(&(field, shown));
            // Required by Odoo, filled in by Odoo, shown to nobody.
            if seen(shown) && !needed {
                values.filled_in.push(field.name.clone());
                continue;
            }
            if !needed && !chosen.contains(&field.name.as_str()) {
                values.left_out.push(field.name.clone());
                continue;
            }
            let name = self.naming.name(field).to_owned();
            values.rows.push(row(&field.name, value(field, &name)));
            values.properties.push(row(&name, property(field, shown, &name)));
            let may_be_empty = !field.required
                && matches!(
                    field.kind,
                    FieldType::Many2one
                        | FieldType::Many2many
                        | FieldType::Date
                        | FieldType::Datetime
                        | FieldType::Text
                        | FieldType::Html
                );
            if may_be_empty {
                values.clear.push(row(&name, string(&field.name)));
            }
            if needed {
                values.required.push(name);
            }
        }
        values.models.extend(values.lines.iter().flat_map(|line| line.models.clone()));
        values
    }

    fn is_needed(&self, described: &Described, field: &Field, shown: &Shown) -> bool {
        // Where the name is wanted of some records, it is the name of all that people make.
        let the_name = field.name == "name" && shown.required == Required::Sometimes && !described.is_filled_in(field);
        let inherited = described.is_of_made(field)
            && field.kind != FieldType::Boolean
            && (shown.required == Required::Always || (field.required && !shown.name.is_empty()));
        described.is_needed(field, shown.required) || the_name || inherited
    }

    /// The argument for a record's lines.
    fn line(&self, field: &Field, shown: &Shown, lines: &Lines) -> Option<Line> {
        let described = &lines.described;
        let columns = shown.columns.iter().filter_map(|column| Some((described.field(&column.name)?, column)));
        let wanted = |column: &Shown| column.required != Required::No;
        let good = |(field, column): &(&Field, &Shown)| {
            let needed = described.is_needed(field, column.required);
            takes_one_argument(field)
                && !field.readonly
                && !column.readonly
                && field.store
                && !is_odoos_own(field)
                && field.name != "company_id"
                && self.subject.is_readable(field)
                && (!column.hidden_column || wanted(column) || needed)
        };
        let columns: Vec<(&Field, &Shown)> = columns.filter(good).take(MOST_LINE_COLUMNS).collect();
        if columns.is_empty() {
            return None;
        }
        let naming = Naming::of(columns.iter().copied(), "");
        let needed = |(field, column): &&(&Field, &Shown)| {
            let by_the_view = wanted(column) && !described.is_filled_in(field);
            described.is_needed(field, column.required) || by_the_view
        };
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
            models: field
                .relation
                .iter()
                .cloned()
                .chain(columns.iter().filter_map(|(field, _)| field.relation.clone()))
                .collect(),
        })
    }

    /// A comment that names fields.
    fn mention(&mut self, what: &str, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let more = names.len().saturating_sub(MOST_MENTIONED);
        let mut text = format!("{what} {}", names.iter().take(MOST_MENTIONED).cloned().collect::<Vec<_>>().join(", "));
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        self.text.comment(&format!("{text}."));
    }
}

/// What a tool that writes takes.
#[derive(Debug, Default)]
struct Values {
    rows: Vec<Row>,
    properties: Vec<Row>,
    required: Vec<String>,
    clear: Vec<Row>,
    lines: Vec<Line>,
    models: BTreeSet<String>,
    left_out: Vec<String>,
    filled_in: Vec<String>,
}

/// A list of objects that become lines.
#[derive(Debug)]
struct Line {
    field: String,
    argument: String,
    label: String,
    rows: Vec<Row>,
    properties: Vec<Row>,
    required: Vec<String>,
    models: Vec<String>,
}

impl Values {
    fn write_lines(&self, out: &mut Text) {
        for line in &self.lines {
            out.header(&format!("[tool.create.values.{}]", line.field));
            out.rows(&[row("each", expression(&line.argument))]);
            out.rows(&line.rows);
        }
    }

    fn write_line_properties(&self, out: &mut Text) {
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

/// A sum of percentages or of prices for one says nothing.
fn adds_up(field: &Field) -> bool {
    let not = ["probability", "percent", "discount", "progress", "rate", "price_unit", "standard_price", "list_price"];
    !not.iter().any(|word| field.name.contains(word))
}

fn dedup(names: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.iter().filter(|name| seen.insert(name.as_str())).cloned().collect()
}
