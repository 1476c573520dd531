//! What a call gives the fields of a record: the author's words with their templates filled in, not yet fitted to the model.

use serde_json::{Map, Value};

use crate::definition::values::{Each, FieldValue, Fields, Relation, SpotLookup};
use crate::domain::Domain;
use crate::odoo::Error;
use crate::operation::faults::{invalid, quote};
use crate::operation::fit::Supplied;
use crate::operation::needed::{empty, value_of};
use crate::template::{Cause, Outcome, Scope, Template, Templated};

/// One key of `values`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The field as written.
    pub key: String,
    /// What it is given.
    pub given: Given,
    /// The caller had a part in it: it is never silently dropped.
    pub from_caller: bool,
    /// Where the caller said it: an argument, or inside `each` e.g. `lines[2].product`.
    pub place: Option<String>,
}

/// What a field is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A value.
    Value(Value),
    /// A record by its name.
    Lookup(Wanted),
    /// A list with a lookup in it.
    List(Vec<Given>),
    /// The words of relations.
    Words(Words),
}

/// A record, or records, that a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// A name, id or external id, or a list of those.
    pub name: Value,
    /// What it must meet; not fitted to the model yet.
    pub domain: Option<Domain<Supplied>>,
    /// Nothing found is nothing given.
    pub missing_is_absent: bool,
    /// Where the caller gave the name.
    pub place: Option<String>,
}

/// `set`, `remove`, `add`, `create`, carried out in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// These and no others.
    pub set: Option<Box<Given>>,
    /// Not these any more.
    pub remove: Option<Box<Given>>,
    /// These too.
    pub add: Option<Box<Given>>,
    /// New records.
    pub create: Vec<Line>,
}

/// The values of one new record.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its keys.
    pub entries: Vec<Entry>,
    /// The author wrote it without any: a record of defaults.
    pub defaults_alone: bool,
    /// The element it was made of, e.g. `lines[2]`.
    pub place: Option<String>,
}

impl Entry {
    /// A plain value at a field.
    #[must_use]
    pub fn value(key: impl Into<String>, supplied: Supplied) -> Self {
        let Supplied { value, from_caller, argument } = supplied;
        Self { key: key.into(), given: Given::Value(value), from_caller, place: argument }
    }

    /// A table that the caller gave whole.
    #[must_use]
    pub fn by_caller(table: Map<String, Value>) -> Vec<Self> {
        table.into_iter().map(|(key, value)| Self::value(key, Supplied::by_caller(value))).collect()
    }
}

impl Words {
    /// The words as a caller writes them in `values` that are the caller's whole: a table of nothing else.
    #[must_use]
    pub fn by_caller(table: &Map<String, Value>) -> Option<Self> {
        let mut words = Self::default();
        for (word, value) in table {
            let plain = || Some(Box::new(Given::Value(value.clone())));
            match word.as_str() {
                "set" => words.set = plain(),
                "remove" => words.remove = plain(),
                "add" => words.add = plain(),
                "create" => {
                    let tables = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for table in tables {
                        let entries = Entry::by_caller(table.as_object()?.clone());
                        words.create.push(Line { entries, defaults_alone: true, place: None });
                    }
                }
                _ => return None,
            }
        }
        (!table.is_empty()).then_some(words)
    }

    fn is_empty(&self) -> bool {
        self.set.is_none() && self.remove.is_none() && self.add.is_none() && self.create.is_empty()
    }
}

/// A scope, and where in the caller's arguments the elements of `each` in it come from.
#[derive(Debug, Clone)]
pub struct Around {
    scope: Scope,
    /// The name of an element, and its place; the innermost last.
    elements: Vec<(String, String)>,
}

impl Around {
    /// Outside of any `each`.
    #[must_use]
    pub fn new(scope: &Scope) -> Self {
        Self { scope: scope.child(), elements: Vec::new() }
    }

    /// The keys of a table, each with what it is given; one whose value is absent is left out.
    ///
    /// # Errors
    /// Those of the templates; `not_found` where an earlier answer was empty.
    pub fn entries(&self, fields: &Fields) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::with_capacity(fields.len());
        for (key, value) in fields {
            if let Some(given) = self.given(key, value)? {
                let templates = templates(value);
                let names = || templates.iter().flat_map(|template| template.names());
                let from_caller = names().any(|name| name.is_callers());
                entries.push(Entry { key: key.clone(), given, from_caller, place: self.place(value, &templates) });
            }
        }
        Ok(entries)
    }

    /// One scope for each element of a list, and where it stands; nothing where the list is absent.
    ///
    /// # Errors
    /// As [`Self::entries`]; `invalid_arguments` where it is no list.
    pub fn each(&self, each: &Each) -> Result<Vec<Self>, Error> {
        let list = match value_of("each", each.list.evaluate(&self.scope)?)? {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(other) => {
                let name = each.list.names().first().map_or("each", |name| name.root.as_str());
                return Err(invalid(format!("`{name}` is a list, one element for each record, not {}", quote(&other))));
            }
        };
        let of = self.named(each.list.names().first());
        let scopes = list.into_iter().enumerate().map(|(index, element)| {
            let mut around = self.clone();
            around.scope.set(&each.name, element);
            around.scope.set("index", (index + 1).into());
            around.elements.push((each.name.clone(), format!("{}[{index}]", of.as_deref().unwrap_or("each"))));
            around
        });
        Ok(scopes.collect())
    }

    /// Where the innermost element stands.
    #[must_use]
    pub fn element(&self) -> Option<&str> {
        self.elements.last().map(|(_, place)| place.as_str())
    }

    fn given(&self, key: &str, value: &FieldValue) -> Result<Option<Given>, Error> {
        Ok(match value {
            FieldValue::Plain(templated) => self.value(key, templated)?.map(Given::Value),
            FieldValue::Lookup(lookup) => self.wanted(key, lookup)?.map(Given::Lookup),
            FieldValue::List(items) => {
                let items = items.iter().map(|item| self.given(key, item)).collect::<Result<Vec<_>, _>>()?;
                items.into_iter().collect::<Option<_>>().map(Given::List)
            }
            FieldValue::Relation(relation) => {
                let words = self.words(key, relation)?;
                (!words.is_empty()).then_some(Given::Words(words))
            }
        })
    }

    fn words(&self, key: &str, relation: &Relation) -> Result<Words, Error> {
        let word = |value: &Option<FieldValue>| match value {
            Some(value) => Ok::<_, Error>(self.given(key, value)?.map(Box::new)),
            None => Ok(None),
        };
        let (set, remove, add) = (word(&relation.set)?, word(&relation.remove)?, word(&relation.add)?);
        let mut create = Vec::new();
        for fields in &relation.create {
            let scopes = match &relation.each {
                Some(each) => self.each(each)?,
                None => vec![self.clone()],
            };
            for scope in scopes {
                let line = scope.line(fields)?;
                // A table of the author's that loses every key is absent; an element of the caller's is never dropped.
                if relation.each.is_some() || line.defaults_alone || !line.entries.is_empty() {
                    create.push(line);
                }
            }
        }
        Ok(Words { set, remove, add, create })
    }

    fn line(&self, fields: &Fields) -> Result<Line, Error> {
        let place = self.element().map(str::to_owned);
        Ok(Line { entries: self.entries(fields)?, defaults_alone: fields.is_empty(), place })
    }

    /// A lookup with its templates filled in; `None` where its match is absent.
    ///
    /// # Errors
    /// Those of the templates; `not_found` where an earlier answer was empty.
    pub fn wanted(&self, key: &str, lookup: &SpotLookup) -> Result<Option<Wanted>, Error> {
        let Some(name) = self.value(key, &lookup.matches)?.filter(|name| !name.is_null()) else { return Ok(None) };
        let domain = match &lookup.domain {
            None => None,
            Some(domain) => {
                let filled = domain.evaluate_filled(&self.scope)?;
                Some(filled.map(Supplied::from))
            }
        };
        let place = lookup.matches.names().into_iter().find_map(|name| self.said(name));
        Ok(Some(Wanted { name, domain, missing_is_absent: lookup.missing_is_absent, place }))
    }

    fn value(&self, key: &str, templated: &Templated) -> Result<Option<Value>, Error> {
        match templated.evaluate(&self.scope)? {
            Outcome::Given(value) => Ok(Some(value)),
            Outcome::Absent(Cause::NotGiven) => Ok(None),
            Outcome::Absent(Cause::Empty(expression)) => Err(empty(key, &expression)),
        }
    }

    /// Where the caller said what these templates use: the attribute of an element, else the innermost element; outside of elements
    /// the one argument that they use.
    fn place(&self, value: &FieldValue, templates: &[&Template]) -> Option<String> {
        let Some(innermost) = self.element() else {
            return match value {
                FieldValue::Lookup(lookup) => self.scope.first_argument(lookup.matches.names()),
                _ => self.scope.only_argument(templates.iter().flat_map(|template| template.names())),
            };
        };
        let names = templates.iter().flat_map(|template| template.names());
        let of_element = names.filter(|name| self.elements.iter().any(|(element, _)| *element == name.root));
        let said = of_element.min_by_key(|name| name.attribute.is_none());
        Some(self.named(said).unwrap_or_else(|| innermost.to_owned()))
    }

    /// The same, where that is an element or an argument.
    fn said(&self, name: &crate::template::Name) -> Option<String> {
        let of_element = self.elements.iter().any(|(element, _)| *element == name.root);
        if of_element { self.named(Some(name)) } else { self.scope.argument(name) }
    }

    /// `item.product` as the caller wrote it: `lines[2].product`.
    fn named(&self, name: Option<&crate::template::Name>) -> Option<String> {
        let name = name?;
        let element = self.elements.iter().rev().find(|(element, _)| *element == name.root);
        let root = match element {
            Some((_, place)) => place.as_str(),
            None if name.root == "args" => return name.attribute.clone(),
            None => name.root.as_str(),
        };
        Some(match &name.attribute {
            Some(attribute) => format!("{root}.{attribute}"),
            None => root.to_owned(),
        })
    }
}

/// Every template of a value, but those of records that are created: these are told by their own keys.
fn templates(value: &FieldValue) -> Vec<&Template> {
    match value {
        FieldValue::Plain(templated) => templated.templates().collect(),
        FieldValue::Lookup(lookup) => {
            let domain = lookup.domain.iter().flat_map(crate::domain::DomainTemplate::templates);
            lookup.matches.templates().chain(domain).collect()
        }
        FieldValue::List(items) => items.iter().flat_map(templates).collect(),
        FieldValue::Relation(relation) => {
            let words = [&relation.set, &relation.remove, &relation.add].into_iter().flatten().flat_map(templates);
            let created = relation.create.iter().flatten().flat_map(|(_, value)| templates(value));
            words.chain(created).chain(relation.each.iter().map(|each| &each.list)).collect()
        }
    }
}
