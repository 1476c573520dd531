//! `[[resource]]`: a reading tool with an address.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::source::shape::duration;
use crate::source::{Node, NodeValue, Place, Sink, Table, nearest};
use crate::template;

use super::super::ask::Ask;
use super::super::complete::Complete;
use super::super::language::RESOURCE_OPERATIONS;
use super::super::operation::{Content, Operation, ReadField, is_mime_type};
use super::super::resource::Resource;
use super::super::step::{Action, Step};
use super::super::tool::{Annotations, Confirm, Format, Requirement, ResultShape, Tool};
use super::super::uri::UriTemplate;
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
        let key = self.resource_operation(table, &place);
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

    fn uri(&mut self, node: &Node) -> Option<UriTemplate> {
        match UriTemplate::parse(node.as_str()?) {
            Ok(uri) if uri.scheme().starts_with("odoo+") => {
                self.sink.error(&node.place, format!("`{}` is the scheme of one Odoo among several", uri.scheme())).hint(
                    "write `odoo://`: every Odoo that a client reaches has the same resource, under its own scheme; \
                     `instance` says which Odoo it is for",
                );
                None
            }
            Ok(uri) => {
                for name in uri.variables().filter(|name| template::is_reserved(name)) {
                    self.sink
                        .error(&node.place, format!("a variable cannot be called `{name}`: the name is reserved"))
                        .hint("`args`, `user`, `bundle`, `odoo`, `item`, `index` and the names of functions have a meaning of their own");
                }
                Some(uri)
            }
            Err(fault) => {
                let place = node.inside(fault.at);
                self.sink.error(&place, fault.message).hint(fault.hint);
                None
            }
        }
    }

    /// The one operation. Says so where there is none, or more than one.
    fn resource_operation(&mut self, table: &Table, place: &Place) -> Option<&'static str> {
        let mut written: Vec<(&'static str, &Place)> =
            RESOURCE_OPERATIONS.iter().filter_map(|key| table.key_place(key).map(|place| (*key, place))).collect();
        written.sort_by_key(|(_, place)| place.range.start);
        match written.as_slice() {
            [] => {
                self.sink.missing(
                    place,
                    "the resource holds nothing",
                    format!("it needs exactly one of `{}`", RESOURCE_OPERATIONS.join("`, `")),
                );
                None
            }
            [(key, _)] => Some(key),
            [(first, first_place), others @ ..] => {
                for (key, place) in others {
                    self.sink
                        .error(
                            place,
                            format!("a second operation: the resource has `{first}` already, and now `{key}`"),
                        )
                        .hint("a resource is one thing: write two of them")
                        .related(first_place, "the first operation");
                }
                Some(first)
            }
        }
    }

    /// The table with an `input` that declares every variable: as the author types it, else as a text.
    fn variables_of(&mut self, uri: &UriTemplate, table: &Table, paging: bool, place: &Place) -> Option<Table> {
        let place = table.get("uri").map_or(place, |node| &node.place);
        let string = |text: &str| Node { value: NodeValue::String(text.to_owned()), place: place.clone() };
        let of_table = |table: Table| Node { value: NodeValue::Table(table), place: place.clone() };
        let mut table = table.clone();
        let input =
            table.entries.entry("input".to_owned()).or_insert_with(|| (place.clone(), of_table(Table::default())));
        let NodeValue::Table(input) = &mut input.1.value else { return None };
        let properties =
            input.entries.entry("properties".to_owned()).or_insert_with(|| (place.clone(), of_table(Table::default())));
        let NodeValue::Table(properties) = &mut properties.1.value else { return None };
        for (name, place, _) in properties.iter() {
            if !uri.variables().any(|variable| variable == name) {
                let hint = nearest(name, uri.variables()).map_or_else(
                    || {
                        "the variables of `uri` are all that a client gives: write `{?…}` at its end, or remove it"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                self.sink.error(place, format!("`uri` has no variable `{name}`")).hint(hint);
            }
        }
        for name in uri.variables().filter(|name| !(paging && matches!(*name, "limit" | "offset"))) {
            properties.entries.entry(name.to_owned()).or_insert_with(|| {
                let text =
                    Table { entries: [("type".to_owned(), (place.clone(), string("string")))].into_iter().collect() };
                (place.clone(), of_table(text))
            });
        }
        let required = input.entries.entry("required".to_owned());
        let required = required
            .or_insert_with(|| (place.clone(), Node { value: NodeValue::Array(Vec::new()), place: place.clone() }));
        if let NodeValue::Array(required) = &mut required.1.value {
            for name in uri.path_variables() {
                if !required.iter().any(|node| node.as_str() == Some(name)) {
                    required.push(string(name));
                }
            }
        }
        Some(table)
    }

    /// Warns of variables that change nothing. Not where something else is wrong: a misspelt name would then be told twice.
    fn unused_variables(&mut self, table: &Table, place: &Place) {
        if self.scope.all_used || !self.sound || self.sink.errors() > self.before {
            return;
        }
        let uri = table.get("uri").and_then(|node| Some((node, node.as_str()?)));
        for name in self.scope.arguments.keys().filter(|name| !self.scope.used.contains(*name)) {
            let at = uri.and_then(|(node, text)| Some(node.inside(variable_in(text, name)?)));
            let hint = format!(
                "use `{{{{ {name} }}}}`, or take it out of `uri`: whatever an address has there, the same is read"
            );
            self.sink.warning(at.as_ref().unwrap_or(place), format!("nothing uses the variable `{name}`")).hint(hint);
        }
    }

    fn resource_body(&mut self, key: &str, body: &Node, table: &Table, uri: &UriTemplate) -> Option<Operation> {
        if key == "content" {
            return self.static_content(body, table, uri);
        }
        let Some((field, read)) = body.as_table().and_then(|read| Some((read.get("field")?, read))) else {
            return self.operation(key, body);
        };
        if let Some(fields) = read.key_place("fields") {
            self.sink
                .error(fields, "`fields` beside `field`: the resource is that one field")
                .hint("remove one of the two")
                .related(&field.place, "the field");
        }
        let ids = self.required_ids(read);
        if let Some(name) = field.as_str().filter(|name| !template::is_template(name))
            && super::fields::field_name(name).is_err()
        {
            self.sink
                .error(&field.place, format!("`{name}` is not the name of a field"))
                .hint("one field of the model itself, e.g. `field = \"image_1920\"`");
        }
        let name = match field.as_str() {
            Some(text) if template::is_template(text) => {
                template::Templated::Template(self.expression(field, "field")?)
            }
            _ => self.templated(field),
        };
        self.needed("field", field, &name);
        let html = text(table, "mime_type") == Some("text/html");
        Some(Operation::Field(ReadField { ids: ids?, field: name, html }))
    }

    /// What needs no Odoo: MCP's `text` or `blob`, or a content block.
    fn static_content(&mut self, body: &Node, table: &Table, uri: &UriTemplate) -> Option<Operation> {
        let blocks = body.as_array()?;
        if blocks.is_empty() {
            self.sink.error(&body.place, "`content` is empty").hint("e.g. `content = [{ text = \"…\" }]`");
        }
        let mut made = Vec::new();
        for block in blocks {
            let Some(written) = block.as_table() else { continue };
            if written.get("type").is_some() {
                if text(written, "type") == Some("resource_link") {
                    self.sink
                        .error(&block.place, "a link is nothing that a resource could hold")
                        .hint("`{ text = \"…\" }` or `{ blob = \"…\", mimeType = \"…\" }`");
                }
                made.push(self.content_block(block));
                continue;
            }
            if written.get("text").is_some() == written.get("blob").is_some() {
                self.sink
                    .error(&block.place, "a part of a resource is either `text` or `blob`, the file in base64")
                    .hint("`{ text = \"…\" }` or `{ blob = \"…\", mimeType = \"…\" }`");
                continue;
            }
            let string = |text: &str| Node { value: NodeValue::String(text.to_owned()), place: block.place.clone() };
            let entry = |key: &str, node: Node| (key.to_owned(), (block.place.clone(), node));
            let mut resource = written.clone();
            resource.entries.extend([entry("uri", string(uri.as_str()))]);
            if let (None, Some(mime_type)) = (resource.get("mimeType"), text(table, "mime_type")) {
                resource.entries.extend([entry("mimeType", string(mime_type))]);
            }
            let resource = Node { value: NodeValue::Table(resource), place: block.place.clone() };
            let whole = Table {
                entries: [entry("type", string("resource")), entry("resource", resource)].into_iter().collect(),
            };
            made.push(self.content_block(&Node { value: NodeValue::Table(whole), place: block.place.clone() }));
        }
        Some(Operation::Content(Content { blocks: made.into_iter().collect::<Option<_>>()?, is_error: false }))
    }

    fn completions(&mut self, table: &Table, uri: &UriTemplate) -> Vec<(String, Complete)> {
        let mut all = Vec::new();
        for (name, place, node) in table.get("complete").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
            if !uri.variables().any(|variable| variable == name) {
                let hint = nearest(name, uri.variables()).map_or_else(
                    || "only the variables of `uri` are offered values".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                self.sink.error(place, format!("`uri` has no variable `{name}`")).hint(hint);
            }
            all.extend(self.complete(node).map(|complete| (name.to_owned(), complete)));
        }
        all
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

    /// How it is shaped, and its type: the one follows from the other.
    fn resource_result(
        &mut self,
        table: &Table,
        key: Option<&str>,
        operation: Option<&Operation>,
        whole: bool,
    ) -> (ResultShape, Option<String>) {
        let said = table.get("mime_type").and_then(|node| Some((node, node.as_str()?)));
        if let Some((node, mime_type)) = said.filter(|(_, mime_type)| !is_type(mime_type)) {
            self.sink
                .error(&node.place, format!("`{mime_type}` is not a MIME type"))
                .hint("e.g. `application/json`, `text/markdown` or `text/csv`");
        }
        let written = table.get("result").and_then(Node::as_table);
        let mime_type = said.map(|(_, mime_type)| mime_type.to_owned());
        if whole {
            for (key, place, _) in written.into_iter().flat_map(Table::iter) {
                self.sink
                    .error(place, format!("`result.{key}` has no meaning here"))
                    .hint("what is in a field, or written as `content`, is given as it is; remove the key");
            }
            return (ResultShape { max_bytes: Some(usize::MAX), ..ResultShape::default() }, mime_type);
        }
        let mut shape = self.result(table, operation);
        shape.structured = Some(false);
        shape.output = None;
        let shaped = written.and_then(|result| ["format", "template"].iter().find_map(|key| result.key_place(key)));
        let plain = mime_type.as_deref().map(|mime_type| mime_type.split(';').next().unwrap_or_default().trim());
        let usual = match (plain, &shape.format) {
            (None, Format::Json) => "application/json",
            (None, Format::Text) => "text/plain",
            (None, _) | (Some("text/markdown"), Format::Table | Format::Text | Format::Template(_)) => "text/markdown",
            (Some("text/markdown"), _) => {
                shape.format = Format::Table;
                "text/markdown"
            }
            (Some("text/csv"), _) => {
                self.csv(key, operation, table, shaped, &mut shape);
                "text/csv"
            }
            (Some(json), Format::Json) if json == "application/json" || json.ends_with("+json") => json,
            (Some("text/plain"), Format::Json) if shaped.is_none() => {
                shape.format = Format::Text;
                "text/plain"
            }
            (Some(text), Format::Template(_)) => text,
            (Some("text/plain"), Format::Text | Format::Table) => "text/plain",
            (Some(other), _) => {
                if let Some((node, _)) = said.filter(|(_, mime_type)| is_type(mime_type)) {
                    let message = format!("nothing here makes `{other}` of the answer");
                    let diagnostic = self.sink.error(&node.place, message);
                    diagnostic.hint(
                        "`application/json`, `text/markdown`, `text/csv` and `text/plain` are made; for any other text write \
                         `result.template`",
                    );
                    if let Some(shaped) = shaped {
                        diagnostic.related(shaped, "what is said of its form");
                    }
                }
                other
            }
        };
        let usual = usual.to_owned();
        (shape, Some(mime_type.unwrap_or(usual)))
    }

    /// Rows for a spreadsheet: of what has rows.
    fn csv(
        &mut self,
        key: Option<&str>,
        operation: Option<&Operation>,
        table: &Table,
        shaped: Option<&Place>,
        shape: &mut ResultShape,
    ) {
        shape.format = Format::Csv;
        if let Some(place) = shaped {
            self.sink
                .error(place, "`text/csv` has a form of its own")
                .hint("remove `format` and `template`, or say another `mime_type`");
        }
        let rows = operation.and_then(super::result::keys_of).and_then(|keys| keys.first().copied());
        let has_rows = key == Some("fields_get")
            || rows.is_none_or(|first| matches!(first, "records" | "groups" | "modules" | "models"));
        if let (false, Some(node)) = (has_rows, table.get("mime_type")) {
            self.sink
                .error(&node.place, format!("`{}` has no rows, which `text/csv` is made of", key.unwrap_or_default()))
                .hint("use `application/json` or `text/markdown`");
        }
    }
}

/// Where a variable stands in the text of an address.
fn variable_in(text: &str, name: &str) -> Option<Range<usize>> {
    let stands = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).is_some_and(|before| before.ends_with(['{', '?', ',']));
        let after = text.get(at + name.len()..).is_some_and(|after| after.starts_with(['}', ',']));
        before && after
    };
    text.match_indices(name).find(stands).map(|(at, _)| at..at + name.len())
}

/// A MIME type, with or without parameters.
fn is_type(text: &str) -> bool {
    is_mime_type(text.split(';').next().unwrap_or_default().trim())
}
