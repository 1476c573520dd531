//! `values`: fields that are not there or not to be written, what they are given, and what a new record lacks.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::live::some_record;
use super::supplied::{Gives, some_name};
use super::tool::{Check, is_templated};
use crate::odoo::{Error, Field, FieldType, Model, Version};
use crate::operation::faults::Faults;
use crate::operation::fit::{Metadata, Supplied};
use crate::operation::names::{find, written};
use crate::operation::scalar;
use crate::operation::values::{Entry, Given, Line, Table as By, Wanted, Words, fit_values, settable};
use crate::source::{Node, NodeValue, Place, Table};
use crate::template::Template;

/// From here on Odoo says which fields it computes for a new record; before, `create` of many models fills in what it is not given.
const TELLS: Version = Version::new(16, 0);

/// What to do with a name where an id is due.
const LOOK_IT_UP: &str = "look the name up: `{ lookup = \"…\" }`";

/// The words that make a table of `values` more than a value.
const WORDS: [&str; 4] = ["set", "remove", "add", "create"];

impl<'a> Check<'a> {
    /// The `values` of `create` and `write`.
    pub(super) async fn written(&mut self, creates: bool, body: &'a Table, values: &'a Node, model: &Arc<Model>) {
        let Some(table) = values.as_table() else { return };
        let entered = self.enter(body);
        self.values(table, model).await;
        self.leave(entered);
        if creates {
            let place = body.key_place("values").unwrap_or(&values.place);
            self.required(place, table, body, model, None).await;
        }
    }

    /// From here on what stands inside the `each` of a table, if it has one. Says whether to leave it again.
    fn enter(&mut self, table: &'a Table) -> bool {
        let each = table.get("each").and_then(Node::as_str);
        if each.is_some() {
            self.arguments.enter(table.get("as").and_then(Node::as_str).unwrap_or("item"), each);
        }
        each.is_some()
    }

    fn leave(&mut self, entered: bool) {
        if entered {
            self.arguments.leave();
        }
    }

    fn values<'f>(&'f mut self, table: &'a Table, model: &'f Arc<Model>) -> BoxFuture<'f, ()>
    where
        'a: 'f,
    {
        async move {
            for (key, place, node) in table.iter() {
                let name = written(key);
                let field = match settable(&name, model, "") {
                    Ok(Some(named)) => named.field.clone(),
                    Ok(None) => continue,
                    Err(error) => {
                        self.fault(place, error);
                        continue;
                    }
                };
                if field.readonly {
                    let message = format!("`{}` of `{}` is read-only: Odoo keeps it itself", field.name, model.name);
                    self.sink
                        .warning(place, message)
                        .hint("Odoo may overwrite or ignore what is written there; look for the method that sets it");
                }
                self.given(key, place, node, &field, model).await;
            }
        }
        .boxed()
    }

    async fn given(&mut self, key: &str, place: &Place, node: &'a Node, field: &Field, model: &Arc<Model>) {
        match &node.value {
            NodeValue::Table(table) if table.get("lookup").is_some() => {
                self.lookup(key, place, node, field, model).await;
            }
            NodeValue::Table(table) if WORDS.iter().any(|word| table.get(word).is_some()) => {
                self.words(key, table, field, model).await;
            }
            NodeValue::Array(items) if items.iter().any(|item| item.child("lookup").is_some()) => {
                for item in items.iter().filter(|item| item.child("lookup").is_some()) {
                    self.lookup(key, place, item, field, model).await;
                }
            }
            _ if !is_templated(node) => {
                let entry = Entry::value(key, Supplied::by_author(node.to_json()));
                if let Some(error) = self.unfit(entry, model).await {
                    self.misfit(node, field, error, LOOK_IT_UP);
                }
            }
            _ => self.argument(key, node, field, model).await,
        }
    }

    /// A value that a template gives, going by what its argument is declared to be.
    async fn argument(&mut self, key: &str, node: &'a Node, field: &Field, model: &Arc<Model>) {
        let Some(template) = node.as_str().and_then(|text| Template::compile(text).ok()) else { return };
        let named = || Entry::value(key, Supplied::by_author(some_name()));
        match self.arguments.gives(&template) {
            Gives::Text(name, values) => {
                if field.kind == FieldType::Many2one && self.unfit(named(), model).await.is_some() {
                    let why = format!("`{name}` is declared as a text");
                    self.name_for_id(key, field, &why, &node.place, LOOK_IT_UP);
                }
                if field.kind == FieldType::Selection {
                    for value in values {
                        if let Err(error) = scalar::selection(field, key, &value.to_json()) {
                            self.option(value, field, error);
                        }
                    }
                }
            }
            Gives::Composed if field.kind == FieldType::Many2one => {
                if self.unfit(named(), model).await.is_some() {
                    self.name_for_id(key, field, "this is always a text", &node.place, LOOK_IT_UP);
                }
            }
            Gives::Composed | Gives::Anything => {}
        }
    }

    /// `{ lookup = … }` at a field.
    async fn lookup(&mut self, key: &str, place: &Place, node: &'a Node, field: &Field, model: &Arc<Model>) {
        let wanted = Wanted { name: some_name(), domain: None, missing_is_absent: false, place: None };
        let at = node.as_table().and_then(|table| table.key_place("lookup")).unwrap_or(place);
        if let Some(error) = self.unfit(entry(key, Given::Lookup(wanted)), model).await {
            return self.no_relation(at, field, error);
        }
        if let (Some(domain), Some(related)) = (node.child("domain"), self.related(field, at).await) {
            self.domain(domain, &related).await;
        }
    }

    /// The words of relations at a field.
    async fn words(&mut self, key: &str, table: &'a Table, field: &Field, model: &Arc<Model>) {
        let given = |word: &str| table.get(word).map(|_| Box::new(Given::Value(some_record())));
        let line = Line { entries: Vec::new(), defaults_alone: true, place: None };
        for word in WORDS {
            let Some(at) = table.key_place(word) else { continue };
            let only = |this: &str| if word == this { given(word) } else { None };
            let create = if word == "create" { vec![line.clone()] } else { Vec::new() };
            let words = Words { set: only("set"), remove: only("remove"), add: only("add"), create };
            if let Some(error) = self.unfit(entry(key, Given::Words(words)), model).await {
                return self.no_relation(at, field, error);
            }
            let Some(related) = self.related(field, at).await else { return };
            let Some(node) = table.get(word) else { continue };
            if word == "create" {
                let entered = self.enter(table);
                for fields in tables(node) {
                    self.values(fields, &related).await;
                }
                self.leave(entered);
                for fields in tables(node) {
                    self.required(at, fields, &Table::default(), &related, Some(&model.name)).await;
                }
            } else {
                for domain in
                    node.as_array().unwrap_or(std::slice::from_ref(node)).iter().filter_map(|item| item.child("domain"))
                {
                    self.domain(domain, &related).await;
                }
            }
        }
    }

    async fn related(&mut self, field: &Field, place: &Place) -> Option<Arc<Model>> {
        match self.live.model(field.relation.as_deref()?).await {
            Ok(model) => Some(model),
            Err(error) => {
                self.fault(place, error);
                None
            }
        }
    }

    fn no_relation(&mut self, place: &Place, field: &Field, mut error: Error) {
        // Its own speaks to the caller of a tool.
        error.hint = Some(match field.relation {
            Some(_) => "write `set`, or the value itself".to_owned(),
            None => {
                "write the value itself; `lookup`, `set`, `add`, `remove` and `create` are for relations".to_owned()
            }
        });
        self.fault(place, error);
    }

    /// What a call with this entry would be refused for.
    async fn unfit(&self, entry: Entry, model: &Arc<Model>) -> Option<Error> {
        let mut faults = Faults::default();
        match fit_values(vec![entry], model, &self.live.fit(), By::Authors, &mut faults).await {
            Ok(_) => faults.into_error(),
            Err(error) => Some(error),
        }
    }

    /// What a new record must have, is not given, and does not begin with. `parent`: the model of the record that it is a line of.
    pub(super) async fn required(
        &mut self,
        place: &Place,
        given: &Table,
        body: &Table,
        model: &Arc<Model>,
        parent: Option<&str>,
    ) {
        let names: Vec<_> = given.iter().map(|(key, _, _)| written(key)).collect();
        let context = body.get("context").and_then(Node::as_table);
        let given = |field: &Field| {
            let named = |name| find(name, model).is_some_and(|named| named.field.name == field.name);
            let preset = || context.is_some_and(|context| context.get(&format!("default_{}", field.name)).is_some());
            let of_parent =
                field.kind == FieldType::Many2one && parent.is_some() && field.relation.as_deref() == parent;
            names.iter().any(named) || preset() || of_parent
        };
        // Odoo holds nobody to a required list, and makes what a record is a part of.
        let demanded = |field: &Field| {
            let value = !matches!(field.kind, FieldType::Boolean | FieldType::One2many | FieldType::Many2many);
            // A relation of that other record, such as the model of a project's alias, comes from the same hand.
            let through = field.through.as_deref().and_then(|name| model.fields.get(name));
            let of_made = field.kind == FieldType::Many2one && through.is_some_and(|through| model.makes(through));
            field.required && !field.readonly && value && !model.makes(field) && !of_made
        };
        let open = |field: &&Field| demanded(field) && !given(field);
        let open: Vec<&Field> = model.fields.values().filter(open).collect();
        if open.is_empty() {
            return;
        }
        let Some(defaults) = self.live.defaults(model).await else { return };
        let begins = |name: &str| !matches!(defaults.get(name), None | Some(Value::Null | Value::Bool(false)));
        // What Odoo makes of other fields it makes where one of those has a value.
        let made = |field: &Field| {
            let has_value = |other: &Field| given(other) || begins(&other.name) || !other.depends.is_empty();
            field.depends.iter().any(|name| model.fields.get(name).is_none_or(has_value))
        };
        let lacking: Vec<&Field> = open.into_iter().filter(|field| !begins(&field.name) && !made(field)).collect();
        // Nor is what it would make of one that is lacking itself.
        let follows = |field: &Field| lacking.iter().any(|other| field.depends.contains(&other.name));
        let lacking: Vec<String> =
            lacking.iter().filter(|field| !follows(field)).map(|field| format!("`{}`", field.name)).collect();
        if lacking.is_empty() {
            return;
        }
        let (fields, are) = if lacking.len() == 1 { ("field", "it is") } else { ("fields", "they are") };
        let message =
            format!("a new `{}` must have the {fields} {}, and {are} not given", model.name, lacking.join(", "));
        if self.live.version() >= TELLS {
            self.sink.warning(place, message).hint("add what is missing to `values`: Odoo knows no default");
        } else {
            self.sink.note(place, message).hint("`create` of this model may fill it in; Odoo before 16 does not tell");
        }
    }
}

fn tables(node: &Node) -> impl Iterator<Item = &Table> {
    node.as_array().unwrap_or(std::slice::from_ref(node)).iter().filter_map(Node::as_table)
}

fn entry(key: &str, given: Given) -> Entry {
    Entry { key: key.to_owned(), given, from_caller: false, place: None }
}
