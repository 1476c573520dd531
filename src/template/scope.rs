//! The names that a template sees.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Enumerator, Object, Value};
use serde_json::Map;

use super::dates::Clock;
use super::{Cause, Name, is_identifier, is_reserved, json};

/// The names that a template sees, and the clock. A clone is cheap, and what is set in it is not seen by the original: that is the
/// scope of one element of a list.
#[derive(Debug, Clone)]
pub struct Scope {
    clock: Arc<Clock>,
    names: Arc<HashMap<Arc<str>, Binding>>,
    nearer: Vec<(Arc<str>, Binding)>,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// An argument, a lookup, an element: what is not in it was not given.
    Given(Value),
    /// An earlier answer: what is not in it was empty there.
    Answer(Value),
    /// `user`, `bundle`, `odoo`: what is not in it fails the call.
    Environment(Value),
    /// Not there, and why.
    Absent(Cause),
}

impl Scope {
    /// An empty scope. `now` is what `now()` gives, `zone` the user's.
    #[must_use]
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { clock: Arc::new(Clock::new(now, zone)), names: Arc::default(), nearer: Vec::new() }
    }

    /// A scope that sees the same names; what is set in it, this one does not see.
    #[must_use]
    pub fn child(&self) -> Self {
        self.clone()
    }

    /// Sets a name. `user`, `bundle` and `odoo` are marked as what must have a value.
    pub fn set(&mut self, name: &str, value: serde_json::Value) {
        let value = json::to_value(&value);
        let binding = match name {
            "user" | "bundle" | "odoo" => Binding::Environment(value),
            _ => Binding::Given(value),
        };
        self.bind(name, binding);
    }

    /// Sets every argument by its name, where that is a name and not reserved, and all of them as `args`.
    pub fn set_arguments(&mut self, arguments: &Map<String, serde_json::Value>) {
        let mut all = Vec::with_capacity(arguments.len());
        for (name, value) in arguments {
            let value = json::to_value(value);
            if is_identifier(name) && !is_reserved(name) {
                self.bind(name, Binding::Given(value.clone()));
            }
            all.push((name.as_str(), value));
        }
        self.bind("args", Binding::Given(Value::from_pairs(all)));
    }

    /// Sets what a lookup found: the name is the id, a number; `.name` is the display name, `.id` the id.
    pub fn set_record(&mut self, name: &str, id: i64, display_name: &str) {
        self.bind(name, Binding::Given(Record::value(id, display_name)));
    }

    /// Sets what a lookup of several names found.
    pub fn set_records(&mut self, name: &str, records: Vec<(i64, String)>) {
        let records: Vec<_> = records.iter().map(|(id, display_name)| Record::value(*id, display_name)).collect();
        self.bind(name, Binding::Given(Value::from(records)));
    }

    /// Sets an earlier answer: what is not in it, or is null there, was empty and not left out by the caller.
    pub fn set_result(&mut self, name: &str, value: serde_json::Value) {
        self.bind(name, Binding::Answer(json::to_value(&value)));
    }

    /// Says why a name is not there. A name that was never set is `Cause::NotGiven`.
    pub fn set_absent(&mut self, name: &str, cause: Cause) {
        self.bind(name, Binding::Absent(cause));
    }

    /// Whether that name stands for something.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|binding| !matches!(binding, Binding::Absent(_)))
    }

    /// The argument that a name stands for, as the caller knows it: `customer`, `customer.city`. `None` for what is no argument of
    /// this call.
    #[must_use]
    pub fn argument(&self, name: &Name) -> Option<String> {
        let gave = |argument: &str| match self.get("args") {
            Some(Binding::Given(all)) => all.get_attr(argument).is_ok_and(|value| !value.is_undefined()),
            _ => false,
        };
        match (name.root.as_str(), &name.attribute) {
            ("args", Some(argument)) => gave(argument).then(|| argument.clone()),
            ("args", None) => None,
            (root, None) => gave(root).then(|| root.to_owned()),
            (root, Some(attribute)) => gave(root).then(|| format!("{root}.{attribute}")),
        }
    }

    /// The one argument that these names stand for; `None` where they are several, or none.
    #[must_use]
    pub fn only_argument<'n>(&self, names: impl IntoIterator<Item = &'n Name>) -> Option<String> {
        let mut arguments: Vec<String> = names.into_iter().filter_map(|name| self.argument(name)).collect();
        arguments.dedup();
        let mut arguments = arguments.into_iter();
        arguments.next().filter(|_| arguments.next().is_none())
    }

    /// The first argument that these names stand for.
    #[must_use]
    pub fn first_argument<'n>(&self, names: impl IntoIterator<Item = &'n Name>) -> Option<String> {
        names.into_iter().find_map(|name| self.argument(name))
    }

    /// Dates are in this zone from now on.
    pub fn set_zone(&mut self, zone: TimeZone) {
        self.clock = Arc::new(self.clock.in_zone(zone));
    }

    fn bind(&mut self, name: &str, binding: Binding) {
        if let Some(names) = Arc::get_mut(&mut self.names) {
            names.insert(name.into(), binding);
        } else if let Some((_, old)) = self.nearer.iter_mut().find(|(known, _)| **known == *name) {
            *old = binding;
        } else {
            self.nearer.push((name.into(), binding));
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.nearer
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, binding)| binding)
            .or_else(|| self.names.get(name))
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// What a lookup found. It is its id wherever it is used, but has `.id` and `.name`.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: i64,
    name: Arc<str>,
}

impl Record {
    fn value(id: i64, name: &str) -> Value {
        Value::from_object(Self { id, name: name.into() })
    }
}

impl Object for Record {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "id" => Some(self.id.into()),
            "name" => Some(Value::from(self.name.clone())),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["id", "name"])
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.id)
    }
}
