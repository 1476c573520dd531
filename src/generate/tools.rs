//! Writes the tools of one model.

mod fields;
mod values;

use std::collections::BTreeSet;

use super::arguments::{Naming, label, sentence};
use super::filters::Filters;
use super::subject::{Subject, is_odoos_own};
use super::text::{Row, Text, expression, inline, list, row, string, strings};
use super::view::UNSEEN;
use super::{Generated, Operation, words};
use crate::odoo::metadata::{Field, FieldType};
use fields::MOST_COLUMNS;

/// Names of left-out fields in a comment.
const MOST_MENTIONED: usize = 20;

/// The tools of a model, as far as its rights and fields go.
pub(super) fn write(subject: &Subject, operations: &[Operation]) -> Generated {
    let model = &subject.described.model.name;
    let (one, many) = words::model_names(model);
    // The record itself comes first: `category` is the one that is meant, not its parent.
    let short = one.rsplit('_').next().unwrap_or("record").to_owned();
    let is_free = |name: &str| subject.described.field(name).is_none() && !crate::template::is_reserved(name);
    let candidates = [short.clone(), one.clone(), format!("{short}_id"), format!("{one}_record")];
    let key = candidates.into_iter().find(|name| is_free(name)).unwrap_or_else(|| "record_id".to_owned());
    // What a new record cannot be without has a name too, whether a view shows it or not.
    let unseen = subject.required_unseen().map(|field| (field, &UNSEEN));
    let naming = Naming::of(subject.shown().chain(unseen), &key);
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
            models: filters.models.clone(),
        });
        let fields = row("fields", strings(self.columns(MOST_COLUMNS), 9, 0));
        filters.write(&mut self.text, "[tool.search_read]", [fields, limit(20, 100)]);
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
            models: filters.models.clone(),
        });
        filters.write(&mut self.text, "[tool.search_count]", []);
        self.input(&[], &filters.properties);
    }

    fn group(&mut self) {
        let by = self.group_by();
        if by.is_empty() {
            self.notes.push(format!("{}: they cannot be grouped by anything that is shown.", self.many_label()));
            return;
        }
        let filters = Filters::of(self.subject, &self.naming, false);
        let many = self.many_label();
        self.head(Head {
            name: format!("group_{}", self.many),
            title: format!("Add up {many}"),
            description: format!("How many {many} there are, with totals, for each value of one field or several."),
            confirm: None,
            models: filters.models.clone(),
        });
        let group_by = row("group_by", expression("group_by"));
        let aggregates = row("aggregates", strings(self.aggregates(), 13, 0));
        filters.write(&mut self.text, "[tool.read_group]", [group_by, aggregates, limit(50, 200)]);
        let by: Vec<String> = by.iter().map(|name| string(name)).collect();
        let items = inline([("type", string("string")), ("enum", format!("[{}]", by.join(", ")))]);
        let group_by = inline([
            ("type", string("array")),
            ("minItems", "1".to_owned()),
            ("items", items),
            ("description", string("One group for each value of these")),
        ]);
        let properties: Vec<Row> = [row("group_by", group_by)].into_iter().chain(filters.properties).collect();
        self.input(&["group_by".to_owned()], &properties);
    }

    /// What can be grouped by: what has few values, and dates by their periods.
    fn group_by(&self) -> Vec<String> {
        let shown = self.subject.shown().map(|(field, _)| field);
        let stored = shown.filter(|field| field.groupable && field.store && !is_odoos_own(field));
        let by = stored.flat_map(|field| match field.kind {
            FieldType::Many2one | FieldType::Selection | FieldType::Boolean => vec![field.name.clone()],
            FieldType::Date | FieldType::Datetime => {
                ["month", "quarter", "year"].map(|unit| format!("{}:{unit}", field.name)).into()
            }
            _ => Vec::new(),
        });
        by.take(MOST_COLUMNS).collect()
    }

    /// How many, and the sums of the list's columns.
    fn aggregates(&self) -> Vec<String> {
        let columns = self.subject.list.iter().filter_map(|shown| self.subject.described.field(&shown.name));
        let sums = columns.filter(|field| {
            matches!(field.kind, FieldType::Float | FieldType::Monetary) && field.store && adds_up(field)
        });
        ["__count".to_owned()].into_iter().chain(sums.map(|field| format!("{}:sum", field.name))).collect()
    }

    fn get(&mut self) {
        let fields = self.record_fields();
        let mut shown = self.subject.shown();
        let lines = shown.find(|(field, _)| self.subject.lines.contains_key(&field.name));
        let lines =
            lines.map(|(field, shown)| format!(" with its {}", words::lower(label(field, shown)))).unwrap_or_default();
        self.head(Head {
            name: format!("get_{}", self.one),
            title: format!("Get {}", self.a_label()),
            description: format!("One {}{lines}: all that its form shows.", self.subject.label),
            confirm: None,
            models: fields.models,
        });
        self.text.header("[tool.read]");
        let ids = self.ids();
        self.text.rows(&[row("ids", ids), row("fields", list(&fields.written, 9, 0))]);
        self.mention("Also on its form:", &fields.left_out);
        self.record_input(Vec::new());
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
        self.record_input(values.properties);
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
        self.record_input(Vec::new());
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
            self.record_input(Vec::new());
        }
    }

    /// The field that people know a record by.
    fn name_field(&self) -> Option<&Field> {
        let names = ["name", "x_name", "complete_name"].into_iter();
        let texts = names.filter_map(|name| self.subject.described.field(name));
        texts.filter(|field| field.kind == FieldType::Char && field.searchable).find(|field| field.store)
    }

    /// `ids` of a tool for one record.
    fn ids(&self) -> String {
        match self.name_field() {
            Some(_) => inline([("lookup", expression(&self.key))]),
            None => expression(&self.key),
        }
    }

    /// The argument that says which record.
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

    /// The arguments of a tool for one record: which one, and what else there is to say.
    fn record_input(&mut self, others: Vec<Row>) {
        let properties: Vec<Row> = [self.key_property()].into_iter().chain(others).collect();
        let required = [self.key.clone()];
        self.input(&required, &properties);
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

/// `limit` of an operation.
fn limit(default: u32, max: u32) -> Row {
    row("limit", inline([("default", default.to_string()), ("max", max.to_string())]))
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
