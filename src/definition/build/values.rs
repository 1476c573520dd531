//! Values of operations: ids, tables of fields, the words of relations, and what may be one single expression.

use serde_json::Value;

use crate::source::{Node, NodeValue, Place, Table, shape};
use crate::template::{self, Templated};

use super::super::language::{RELATION, SPOT_LOOKUP};
use super::super::values::{Each, FieldValue, Fields, Ids, Relation, SpotLookup, Values};
use super::Builder;
use super::fields::field_name;

impl Builder<'_> {
    /// `ids`: an id, digits, an external id, a list of those, templates, or a lookup on the tool's model.
    pub(super) fn ids(&mut self, node: &Node) -> Option<Ids> {
        if node.as_table().is_some() {
            let lookup = self.spot_lookup(node, true)?;
            self.needed("ids", node, &lookup.matches);
            if lookup.missing_is_absent {
                let missing = node.child("missing").unwrap_or(node);
                self.sink
                    .error(&missing.place, "`missing = \"absent\"` contradicts `ids`, which needs a record")
                    .hint("leave it out: nothing found is `not_found`");
            }
            return Some(Ids::Lookup(lookup));
        }
        self.ids_checked(node);
        let ids = self.templated(node);
        self.needed("ids", node, &ids);
        Some(Ids::Given(ids))
    }

    fn ids_checked(&mut self, node: &Node) {
        let wrong = |builder: &mut Self, message: String| {
            builder
                .sink
                .error(&node.place, message)
                .hint("an id (7), its digits, an external id (`base.main_partner`), a list of them, or a template");
        };
        match &node.value {
            NodeValue::Integer(id) if *id < 1 => wrong(self, format!("`{id}` is not a record id")),
            NodeValue::String(text) if template::is_template(text) => {}
            NodeValue::String(text) => {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let external = text.split_once('.').is_some_and(|(module, name)| {
                    let word = |part: &str| {
                        !part.is_empty()
                            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
                    };
                    word(module) && word(name)
                });
                if !digits && !external {
                    wrong(self, format!("`{text}` is not a record id"));
                }
            }
            NodeValue::Array(items) => {
                if items.is_empty() {
                    wrong(self, "`ids` is empty".to_owned());
                }
                for item in items {
                    match &item.value {
                        NodeValue::Array(_) => {
                            self.sink.error(&item.place, "`ids` is a flat list").hint("e.g. `ids = [7, 8]`");
                        }
                        NodeValue::Table(table) if table.get("lookup").is_some() => {
                            self.sink
                                .error(&item.place, "a `lookup` in `ids` stands alone, not in a list")
                                .hint("`ids = { lookup = \"{{ names }}\" }`: a list of names gives a list of ids");
                        }
                        NodeValue::Table(_) => {
                            self.sink.error(&item.place, "a table is not a record id");
                        }
                        _ => self.ids_checked(item),
                    }
                }
            }
            NodeValue::Boolean(_) | NodeValue::Float(_) | NodeValue::Null => {
                wrong(self, format!("expected a record id, found {}", node.kind()));
            }
            NodeValue::Integer(_) | NodeValue::Table(_) => {}
        }
    }

    /// `{ lookup = …, domain = …, missing = … }`. `checked`: its keys were, with the structure of the file.
    pub(super) fn spot_lookup(&mut self, node: &Node, checked: bool) -> Option<SpotLookup> {
        if !checked {
            shape::check(node, &SPOT_LOOKUP, self.sink);
        }
        let table = node.as_table()?;
        let domain = table.get("domain").and_then(|node| self.domain(node));
        let matches = self.templated(table.get("lookup")?);
        Some(SpotLookup { matches, domain, missing_is_absent: super::text(table, "missing") == Some("absent") })
    }

    /// `values` of `create` and `write`: a table of fields, or one expression.
    pub(super) fn values(&mut self, node: &Node) -> Option<Values> {
        let Some(table) = node.as_table() else {
            let values = self.whole(node, "values").inspect(|values| self.needed("values", node, values))?;
            return values.as_template().cloned().map(Values::Given);
        };
        Some(Values::Fields(self.value_fields(table)))
    }

    fn value_fields(&mut self, table: &Table) -> Fields {
        let mut fields = Vec::with_capacity(table.entries.len());
        for (key, place, value) in table.iter() {
            self.value_key(key, place);
            if let Some(value) = self.field_value(key, value) {
                fields.push((key.to_owned(), value));
            }
        }
        fields
    }

    fn value_key(&mut self, key: &str, place: &Place) {
        if template::is_template(key) {
            self.sink.warning(place, "a template in a key is plain text").hint("templates are read in values");
            return;
        }
        if let Err(error) = field_name(key) {
            self.sink.error(place, error.to_string()).hint("keys of `values` are field names, e.g. `partner_id`");
        }
    }

    /// What one field is given: tables with a word of the language are what the word says, everything else is a value.
    fn field_value(&mut self, key: &str, node: &Node) -> Option<FieldValue> {
        match &node.value {
            NodeValue::Table(table) if table.get("lookup").is_some() => {
                self.spot_lookup(node, false).map(FieldValue::Lookup)
            }
            NodeValue::Table(table) if RELATION.keys.iter().any(|word| table.get(word.name).is_some()) => {
                self.relation(key, node, table).map(|relation| FieldValue::Relation(Box::new(relation)))
            }
            NodeValue::Array(items) if items.iter().any(|item| item.child("lookup").is_some()) => {
                let items: Vec<_> = items.iter().map(|item| self.element(item)).collect();
                items.into_iter().collect::<Option<_>>().map(FieldValue::List)
            }
            NodeValue::Table(table) if self.misspelt(table) => {
                // What its templates name is used all the same.
                self.templated(node);
                None
            }
            _ => Some(FieldValue::Plain(self.templated(node))),
        }
    }

    /// Says of a table whose keys are all words of the language, or slips of them, which word was meant. Every other table may be the
    /// value of a field that holds one.
    fn misspelt(&mut self, table: &Table) -> bool {
        let is_word = |key: &str| WORDS.contains(&key) || COMPANIONS.contains(&key);
        let meant: Vec<_> = table.iter().map(|(key, place, _)| (key, place, slip(key))).collect();
        if !meant.iter().all(|(key, _, word)| word.is_some() || is_word(key)) {
            return false;
        }
        for (key, place, word) in &meant {
            if let Some(word) = word {
                self.sink
                    .error(place, format!("`{key}` is no word of `values`"))
                    .hint(format!("did you mean `{word}`?"));
            }
        }
        meant.iter().any(|(_, _, word)| word.is_some())
    }

    /// What stands in a list, or after `set`, `add`, `remove`: ids and names, or lookups.
    fn element(&mut self, node: &Node) -> Option<FieldValue> {
        match &node.value {
            NodeValue::Table(table) if table.get("lookup").is_some() => {
                self.spot_lookup(node, false).map(FieldValue::Lookup)
            }
            NodeValue::Table(_) => {
                self.sink
                    .error(&node.place, "a table is neither a record id nor a name")
                    .hint("an id, a name, a list of them, a template, or `{ lookup = \"…\" }`");
                None
            }
            NodeValue::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.element(item)).collect();
                items.into_iter().collect::<Option<_>>().map(FieldValue::List)
            }
            _ => Some(FieldValue::Plain(self.templated(node))),
        }
    }

    fn relation(&mut self, key: &str, node: &Node, table: &Table) -> Option<Relation> {
        let errors = self.sink.errors();
        shape::check(node, &RELATION, self.sink);
        let each = self.each(table);
        let mut word = |word: &str| table.get(word).map(|node| self.element(node));
        let (set, remove, add) = (word("set"), word("remove"), word("add"));
        let create = self.created(key, table);
        let whole = self.sink.errors() == errors;
        whole.then_some(Relation { set: set.flatten(), remove: remove.flatten(), add: add.flatten(), create, each })
    }

    /// The tables of `create`; with `each` its one table, in which the element has a name.
    fn created(&mut self, key: &str, table: &Table) -> Vec<Fields> {
        let written = table.key_place("each");
        let Some(node) = table.get("create") else {
            if let Some(place) = written {
                self.sink
                    .error(place, format!("`each` at `{key}` has no `create`"))
                    .hint("`create.FIELD = \"{{ item… }}\"` says what each new record is given");
            }
            return Vec::new();
        };
        match (&node.value, written) {
            (NodeValue::Array(_), Some(_)) => {
                self.sink
                    .error(&node.place, "with `each`, `create` is one table")
                    .hint("it is filled in once for each element of the list");
                Vec::new()
            }
            (NodeValue::Array(items), None) => {
                items.iter().filter_map(Node::as_table).map(|table| self.value_fields(table)).collect()
            }
            (NodeValue::Table(fields), _) => vec![self.within(table, |builder| builder.value_fields(fields))],
            _ => Vec::new(),
        }
    }

    /// `each` and `as` of a table.
    pub(super) fn each(&mut self, table: &Table) -> Option<Each> {
        let renamed = table.get("as").and_then(|node| Some((node, node.as_str()?)));
        let Some(node) = table.get("each") else {
            if let Some((node, _)) = renamed {
                self.sink.error(&node.place, "`as` names the elements of `each`, which is not there");
            }
            return None;
        };
        if node.as_str().is_some_and(|text| !template::is_template(text)) {
            self.sink
                .error(&node.place, "`each` cannot be a plain string")
                .hint("give the list with one single `{{ expression }}`, e.g. `each = \"{{ lines }}\"`");
            return None;
        }
        if let Some((node, name)) = renamed {
            self.element_name(node, name);
        }
        let list = self.expression(node, "each")?;
        Some(Each { list, name: renamed.map_or("item", |(_, name)| name).to_owned() })
    }

    fn element_name(&mut self, node: &Node, name: &str) {
        if !template::is_identifier(name) {
            self.sink
                .error(&node.place, format!("`{name}` is not a variable name"))
                .hint("letters, digits and `_`, beginning with a letter");
        } else if template::is_reserved(name) && name != "item" {
            self.sink.error(&node.place, format!("an element cannot be called `{name}`: the name is reserved"));
        } else if self.scope.arguments.contains_key(name) || self.scope.lookups.contains_key(name) {
            self.sink
                .error(&node.place, format!("the element `{name}` has the name of an argument or lookup"))
                .hint("templates could not tell the two apart: rename one of them");
        }
    }

    /// Builds what stands inside the `each` of a table, if it has one: its element is a name there, even if the list is wrong.
    pub(super) fn within<T>(&mut self, table: &Table, build: impl FnOnce(&mut Self) -> T) -> T {
        if table.get("each").is_none() {
            return build(self);
        }
        self.scope.elements.push(super::text(table, "as").unwrap_or("item").to_owned());
        let built = build(self);
        self.scope.elements.pop();
        built
    }

    /// A string that must be one single expression, because the key takes a table or a list otherwise.
    pub(super) fn whole(&mut self, node: &Node, key: &str) -> Option<Templated> {
        if !node.as_str().is_some_and(template::is_template) {
            if node.as_str().is_some() {
                self.sink
                    .error(&node.place, format!("`{key}` cannot be a plain string"))
                    .hint("write it out, or give it with one single `{{ expression }}`");
            }
            return None;
        }
        self.expression(node, key).map(Templated::Template)
    }

    /// `kwargs` of a call.
    pub(super) fn kwargs(&mut self, node: &Node) -> Option<Templated> {
        let Some(table) = node.as_table() else { return self.whole(node, "kwargs") };
        if let Some(place) = table.key_place("context") {
            self.sink
                .error(place, "`context` is not a named argument here")
                .hint("its keys are written under `[tool.call.context]`");
        }
        Some(self.templated(node))
    }

    /// `args` of a call.
    pub(super) fn args(&mut self, node: &Node) -> Option<Templated> {
        if node.as_array().is_none() { self.whole(node, "args") } else { Some(self.templated(node)) }
    }
}

/// Words that make a table in `values` more than a value.
const WORDS: [&str; 7] = ["lookup", "set", "add", "remove", "create", "each", "html"];
/// What may stand beside them.
const COMPANIONS: [&str; 3] = ["domain", "missing", "as"];

/// The word that a key is a slip of: one letter in short words, two in long ones.
fn slip(key: &str) -> Option<&'static str> {
    let wanted = key.to_lowercase();
    let near = |word: &&str| strsim::damerau_levenshtein(&wanted, word) <= if word.len() < 6 { 1 } else { 2 };
    (!WORDS.contains(&key)).then(|| WORDS.into_iter().find(near)).flatten()
}

/// Whether a value gives nothing at all.
pub(super) fn is_empty_table(node: &Node) -> bool {
    node.as_table().is_some_and(|table: &Table| table.entries.is_empty()) || node.to_json() == Value::Null
}
