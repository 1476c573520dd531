//! `[[resource]]`: a reading tool with an address.

mod address;
mod body;
mod shape;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::source::shape::duration;
use crate::source::{Node, Place, Sink, Table};

use super::super::ask::Ask;
use super::super::language::{RESOURCE, RESOURCE_OPERATIONS};
use super::super::resource::Resource;
use super::super::step::{Action, Step};
use super::super::tool::{Annotations, Confirm, Requirement, Tool};
use super::super::uri::UriTemplate;
use super::one_of::OneOf;
use super::scope::{Kind, Scope};
use super::{Builder, bundle, plain_text, requires, text};

/// The shortest `watch`.
const LEAST_WATCH: Duration = Duration::from_secs(1);

/// A resource as far as it could be built, and what only the whole load can judge.
pub(in super::super) struct BuiltResource {
    /// The resource; `None` where it, or its structure, had an error.
    pub(in super::super) resource: Option<Resource>,
    /// Its name, and where it stands.
    pub(in super::super) name: Option<(String, Place)>,
    /// Its address, and where it stands.
    pub(in super::super) uri: Option<(UriTemplate, Place)>,
    /// Which Odoo, as written.
    pub(in super::super) instance: Option<String>,
    /// What must be there.
    pub(in super::super) requires: Vec<Requirement>,
    /// `enabled = false`: checked, not offered.
    pub(in super::super) enabled: bool,
}

/// Builds one resource. `sound`: the structure of its file had no error. `None` where it is no table.
pub(in super::super) fn resource(node: &Node, sound: bool, sink: &mut Sink) -> Option<BuiltResource> {
    let table = node.as_table()?;
    let before = sink.errors();
    sink.definition = Some(match text(table, "name") {
        Some(name) => format!("resource `{name}`"),
        None => "a resource without a name".to_owned(),
    });
    let builder =
        Builder { sink, scope: Scope { kind: Kind::Resource, ..Scope::default() }, sound, before, guarded: false };
    let (uri, resource) = builder.resource_of(node, table);
    sink.definition = None;
    let named = |node: &Node| Some((node.as_str()?.to_owned(), node.place.clone()));
    Some(BuiltResource {
        resource: resource.filter(|_| sound && sink.errors() == before),
        name: table.get("name").and_then(named),
        uri: uri.zip(table.get("uri").map(|node| node.place.clone())),
        instance: text(table, "instance").map(str::to_owned),
        requires: requires::versions(table),
        enabled: table.get("enabled").and_then(Node::as_bool).unwrap_or(true),
    })
}

impl Builder<'_> {
    fn resource_of(mut self, node: &Node, table: &Table) -> (Option<UriTemplate>, Option<Resource>) {
        let place = table.get("name").map_or_else(|| node.place.clone(), |name| name.place.clone());
        self.resource_identity(table);
        let uri = table.get("uri").and_then(|node| self.uri(node));
        let resource = uri.clone().and_then(|uri| self.resource_at(uri, table, place));
        (uri, resource)
    }

    fn resource_at(&mut self, uri: UriTemplate, table: &Table, place: Place) -> Option<Resource> {
        let key = operation_key(table, &place, self.sink);
        let body = key.and_then(|key| table.get(key));
        let whole = key == Some("content") || body.is_some_and(|body| body.child("field").is_some());
        // What no address can say is no argument.
        let pages = uri.variables().any(|name| matches!(name, "limit" | "offset"));
        let paging = key.and_then(|key| self.paging_of(key, table)).filter(|_| pages);
        let input = self.variables_of(&uri, table, paging.is_some(), &place);
        let input = input.and_then(|table| self.input(&table, paging, &[], false, &place));
        let model = table.get("model").and_then(|node| self.model(node));
        if let (Some(node), Some(model)) = (table.get("model"), &model) {
            self.needed("model", node, model);
        }
        if let (Some(key), None) = (key, table.get("model"))
            && !matches!(key, "content" | "server")
            && !RESOURCE.misspelt_in(table, "model")
        {
            let message = format!("`model` is missing: `{key}` works on a model");
            self.sink.missing(&place, message, "e.g. `model = \"res.partner\"`, above the tables of the resource");
        }
        let lookups = self.lookups(table, model.is_some());
        let asks = self.asks(table);
        let company = table.get("company").map(|node| self.company(node));
        let operation = key.zip(body).and_then(|(key, body)| self.resource_body(key, body, table, &uri));
        let context = body.and_then(|body| body.child("context")?.as_table());
        let context = context.map(|context| self.context(context)).unwrap_or_default();
        let complete = self.completions(table, &uri);
        let annotations = self.resource_annotations(table);
        let requires = self.requires(table);
        let (result, mime_type) = self.resource_result(table, key, operation.as_ref(), whole);
        let size = self.size(table, &uri);
        let watch = self.watch(table, key, &asks);
        let step = Step {
            name: None,
            when: None,
            model: None,
            lookups: Vec::new(),
            action: Action::Operation { operation: operation?, context },
            place: place.clone(),
        };
        let steps = vec![step];
        let cache = self.cache(table, &steps, &asks, &Confirm::never());
        self.unused_variables(table, &place);
        let tool = Tool {
            model,
            lookups,
            asks,
            steps,
            company,
            annotations: Annotations { read_only: true, destructive: false, idempotent: true, open_world: false },
            requires,
            result,
            cache,
            ..self.bare(table, input?, place)?
        };
        let mut written = DefaultHasher::new();
        Value::Object(table.to_json()).hash(&mut written);
        let written = written.finish();
        Some(Resource { tool: Arc::new(tool), uri, mime_type, size, watch, complete, annotations, written })
    }

    /// Names, and the texts in which a template would be plain text.
    fn resource_identity(&mut self, table: &Table) {
        if let Some((node, name)) = table.get("name").and_then(|node| Some((node, node.as_str()?))) {
            let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if name.is_empty() || name.len() > 64 || !plain {
                self.sink
                    .error(&node.place, format!("`{name}` is not the name of a resource"))
                    .hint("1 to 64 of the characters `a-z`, `0-9` and `_`; what clients read is its `uri`");
            }
        }
        for node in table.get("bundles").and_then(Node::as_array).unwrap_or_default() {
            bundle::bundle_name(node, self.sink);
        }
        for key in
            ["name", "title", "description", "mime_type", "category", "bundles", "instance", "icons", "meta", "input"]
        {
            if let Some(node) = table.get(key) {
                plain_text(self.sink, node, key);
            }
        }
    }

    /// MCP annotations: what the structure alone does not say.
    fn resource_annotations(&mut self, table: &Table) -> Map<String, Value> {
        let Some(written) = table.get("annotations").and_then(Node::as_table) else { return Map::new() };
        if let Some(priority) = written.get("priority") {
            let number = priority.to_json().as_f64();
            if !number.is_some_and(|number| (0.0..=1.0).contains(&number)) {
                self.sink
                    .error(&priority.place, "`priority` is a number from 0 to 1")
                    .hint("1 is what matters most, 0 what can be left out");
            }
        }
        if let Some((node, moment)) = written.get("lastModified").and_then(|node| Some((node, node.as_str()?)))
            && moment.parse::<jiff::Timestamp>().is_err()
        {
            self.sink
                .error(&node.place, format!("`{moment}` is not a moment"))
                .hint("with a day, a time and a zone, e.g. `2026-03-01T12:00:00Z`");
        }
        written.to_json()
    }

    fn size(&mut self, table: &Table, uri: &UriTemplate) -> Option<u64> {
        let node = table.get("size")?;
        if !uri.is_fixed() {
            self.sink
                .error(&node.place, "`size` has no meaning for a template: each of its resources has its own")
                .hint("remove the key");
        }
        node.as_integer().and_then(|size| u64::try_from(size).ok())
    }

    /// Only of what reads records, and what can be read again by itself.
    fn watch(&mut self, table: &Table, key: Option<&str>, asks: &[Ask]) -> Option<Duration> {
        let node = table.get("watch")?;
        let place = &node.place;
        match key {
            Some("content") => {
                self.sink
                    .error(place, "there is nothing to watch: `content` stands in this file")
                    .hint("remove `watch`; whoever has subscribed hears of it when the file changes");
            }
            Some(key @ ("server" | "fields_get")) => {
                self.sink
                    .error(place, format!("there is nothing to watch: `{key}` reads no records"))
                    .hint("remove `watch`; records are watched by their `write_date`");
            }
            _ => {}
        }
        if let Some(cache) = table.key_place("cache") {
            self.sink
                .error(place, "`watch` beside `cache`: whoever hears of a change would be given the old answer")
                .hint("remove one of the two")
                .related(cache, "how long an answer is kept");
        }
        if !asks.is_empty() {
            self.sink
                .error(place, "`watch` of a resource that asks: what it reads is known only when somebody answers")
                .hint("remove `watch`, or the questions");
        }
        let every = node.as_str().and_then(|text| duration(text).ok())?;
        if every < LEAST_WATCH {
            self.sink
                .error(
                    place,
                    "`watch` is at least one second: that is how exactly Odoo tells when a record was written",
                )
                .hint("e.g. `\"30s\"`; each interval costs a request while somebody has subscribed");
        }
        Some(every)
    }
}

/// The one operation.
fn operation_key(table: &Table, place: &Place, sink: &mut Sink) -> Option<&'static str> {
    let rule = OneOf {
        keys: RESOURCE_OPERATIONS,
        none: "the resource holds nothing",
        needed: None,
        another: "a second operation: the resource has",
        instead: "a resource is one thing: write two of them",
        first: "the first operation",
    };
    let none = RESOURCE_OPERATIONS.iter().all(|key| table.get(key).is_none());
    if none && RESOURCE_OPERATIONS.iter().any(|key| RESOURCE.misspelt_in(table, key)) {
        // Told at the key.
        return None;
    }
    rule.key_of(table, place, sink)
}
