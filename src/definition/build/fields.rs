//! Field names as written: lists with nested fields, order, grouping and aggregates.

use crate::source::{Node, NodeValue, Table, did_you_mean, nearest};
use crate::template::{self, Templated};

use super::super::operation::{ATTRIBUTES, FieldEntry, FieldList, FieldName, Nested};
use super::Builder;

/// What dates may be grouped by: Odoo's granularities, and the numbers of later versions.
const GRANULARITIES: &[&str] = &[
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "second_number",
    "minute_number",
    "hour_number",
    "day_of_week",
    "day_of_month",
    "day_of_year",
    "iso_week_number",
    "month_number",
    "quarter_number",
    "year_number",
];

/// Odoo's aggregates.
const AGGREGATES: &[&str] =
    &["sum", "avg", "min", "max", "count", "count_distinct", "bool_and", "bool_or", "array_agg", "array_agg_distinct"];

/// Why a text is no field name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FieldNameError {
    /// A path.
    #[error("`{0}` is a path: a dot is for domains and grouping")]
    Path(String),
    /// Anything else.
    #[error("`{0}` is not a field name")]
    Malformed(String),
}

/// Parses `name`, `name?`, `a|b`, `a|b?`.
pub(super) fn field_name(text: &str) -> Result<FieldName, FieldNameError> {
    let (names, optional) = text.strip_suffix('?').map_or((text, false), |names| (names, true));
    let alternatives: Vec<String> = names.split('|').map(str::to_owned).collect();
    if alternatives.iter().all(|name| is_field(name)) {
        return Ok(FieldName { alternatives, optional });
    }
    if names.contains('.') && names.split(['|', '.']).all(is_field) {
        return Err(FieldNameError::Path(text.to_owned()));
    }
    Err(FieldNameError::Malformed(text.to_owned()))
}

fn is_field(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Builder<'_> {
    /// `fields` or `return`.
    pub(super) fn fields(&mut self, table: &Table, key: &str) -> FieldList {
        let Some(node) = table.get(key) else { return FieldList::Default };
        if let NodeValue::String(text) = &node.value {
            if !template::is_template(text) {
                self.sink
                    .error(&node.place, format!("`{key}` is a list of field names"))
                    .hint(format!("write `{key} = [\"{text}\"]`"));
                return FieldList::Default;
            }
            return self.expression(node, key).map_or(FieldList::Default, FieldList::Given);
        }
        FieldList::Listed(self.field_entries(node, key, true))
    }

    fn field_entries(&mut self, node: &Node, key: &str, outermost: bool) -> Vec<FieldEntry> {
        let mut entries: Vec<FieldEntry> = Vec::new();
        for item in node.as_array().unwrap_or_default() {
            match &item.value {
                NodeValue::String(text) => {
                    if let Some(name) = self.listed_name(item, text, key) {
                        self.add_entry(&mut entries, FieldEntry { name, nested: None }, item);
                    }
                }
                NodeValue::Table(table) => {
                    for (text, place, inner) in table.iter() {
                        let named = Node::string(text, place.clone());
                        let name = self.listed_name(&named, text, key);
                        let nested = self.nested(text, inner);
                        if let (Some(name), Some(nested)) = (name, nested) {
                            self.add_entry(&mut entries, FieldEntry { name, nested: Some(nested) }, &named);
                        }
                    }
                }
                // The types of the outermost list were checked with the shape; those of nested ones were not.
                _ if outermost => {}
                _ => {
                    self.sink.error(&item.place, format!("expected a field name, found {}", item.kind()));
                }
            }
        }
        entries
    }

    fn add_entry(&mut self, entries: &mut Vec<FieldEntry>, entry: FieldEntry, node: &Node) {
        // `note?` and `note|comment` are two: which of them exists is known to the model only.
        if let Some(other) = entries.iter_mut().find(|other| other.name.alternatives == entry.name.alternatives) {
            other.nested = other.nested.take().or(entry.nested);
            let name = entry.name.alternatives.first().cloned().unwrap_or_default();
            self.sink.warning(&node.place, format!("`{name}` is listed twice")).hint("remove one of the two");
            return;
        }
        entries.push(entry);
    }

    fn listed_name(&mut self, node: &Node, text: &str, key: &str) -> Option<FieldName> {
        if template::is_template(text) {
            self.sink
                .error(&node.place, "a field name cannot be a template")
                .hint(format!("the whole list may be one: `{key} = \"{{{{ fields }}}}\"`"));
            return None;
        }
        match field_name(text) {
            Ok(name) => Some(name),
            Err(error) => {
                let hint = match (&error, text.split_once('.')) {
                    (FieldNameError::Path(_), Some((first, rest))) => {
                        format!("fields of related records are written `{{ {first} = [\"{rest}\"] }}`")
                    }
                    _ => "letters, digits and `_`; `name?` may be missing in an Odoo, `a|b` is the first that exists"
                        .to_owned(),
                };
                self.sink.error(&node.place, error.to_string()).hint(hint);
                None
            }
        }
    }

    fn nested(&mut self, name: &str, node: &Node) -> Option<Nested> {
        match &node.value {
            NodeValue::Array(_) => {
                Some(Nested { fields: self.field_entries(node, "fields", false), limit: None, order: None })
            }
            NodeValue::Table(table) => {
                for (key, place, value) in table.iter() {
                    let fits = match key {
                        "fields" => value.as_array().is_some(),
                        "limit" => value.as_integer().is_some_and(|limit| (1..=10_000).contains(&limit)),
                        "order" => value.as_str().is_some(),
                        _ => {
                            let known = ["fields", "limit", "order"];
                            let hint = did_you_mean(key, known)
                                .unwrap_or_else(|| "its keys are `fields`, `limit` and `order`".to_owned());
                            self.sink
                                .error(place, format!("unknown key `{key}` in the nested fields of `{name}`"))
                                .hint(hint);
                            continue;
                        }
                    };
                    if !fits {
                        let wanted = match key {
                            "fields" => "a list of field names",
                            "limit" => "a number from 1 to 10000",
                            _ => "a string such as `\"sequence, id desc\"`",
                        };
                        self.sink.error(&value.place, format!("`{key}` of nested fields is {wanted}"));
                    }
                }
                let Some(fields) = table.get("fields") else {
                    self.sink
                        .error(&node.place, format!("the nested fields of `{name}` lack `fields`"))
                        .hint(format!("e.g. `{{ {name} = {{ fields = [\"name\"], limit = 50 }} }}`"));
                    return None;
                };
                let order = table.get("order");
                if let Some(order) = order {
                    self.literal_order(order);
                }
                Some(Nested {
                    fields: self.field_entries(fields, "fields", false),
                    limit: table.get("limit").and_then(Node::as_integer).and_then(|limit| u32::try_from(limit).ok()),
                    order: order.and_then(Node::as_str).map(str::to_owned),
                })
            }
            _ => {
                self.sink
                    .error(&node.place, format!("expected the fields of `{name}`, found {}", node.kind()))
                    .hint(format!("e.g. `{{ {name} = [\"name\"] }}`"));
                None
            }
        }
    }

    /// `order`: written out, or one expression.
    pub(super) fn order(&mut self, node: &Node) -> Option<Templated> {
        let text = node.as_str()?;
        if template::is_template(text) {
            return self.expression(node, "order").map(Templated::Template);
        }
        self.literal_order(node);
        Some(Templated::Literal(text.into()))
    }

    fn literal_order(&mut self, node: &Node) {
        let Some(text) = node.as_str() else { return };
        if template::is_template(text) {
            self.sink.error(&node.place, "the order of nested fields cannot be a template");
            return;
        }
        let mut start = 0;
        for part in text.split(',') {
            let range = start..start + part.len();
            start = range.end + 1;
            let words: Vec<_> = part.split_whitespace().collect();
            let (name, direction) = words.split_first().map_or(("", &[][..]), |(name, rest)| (*name, rest));
            let lower: Vec<_> = direction.iter().map(|word| word.to_ascii_lowercase()).collect();
            let lower: Vec<_> = lower.iter().map(String::as_str).collect();
            let sound = matches!(
                lower.as_slice(),
                [] | ["asc" | "desc"] | ["asc" | "desc", "nulls", "first" | "last"] | ["nulls", "first" | "last"]
            );
            let field = name.strip_suffix('?').unwrap_or(name);
            let (field, aggregate) = field.split_once(':').unwrap_or((field, "month"));
            if !sound || !field.split(['.', '|']).all(is_field) || !is_field(aggregate) {
                let place = node.inside(range);
                let hint = match lower.first().and_then(|word| nearest(word, ["desc", "asc"])) {
                    Some(near) if !sound => format!("did you mean `{near}`?"),
                    _ => "an order is written `name, date_order desc`".to_owned(),
                };
                self.sink.error(&place, format!("`{}` is not an order", part.trim())).hint(hint);
            }
        }
    }

    /// A list of names, or one expression: `group_by`, `aggregates`, `attributes` …
    pub(super) fn names_list(&mut self, node: &Node, key: &str) -> Option<Templated> {
        if let Some(text) = node.as_str() {
            if !template::is_template(text) {
                self.sink
                    .error(&node.place, format!("`{key}` is a list"))
                    .hint(format!("write `{key} = [\"{text}\"]`"));
                return None;
            }
            return self.expression(node, key).map(Templated::Template);
        }
        for item in node.as_array()? {
            let Some(text) = item.as_str() else { continue };
            if template::is_template(text) {
                self.sink
                    .error(&item.place, format!("an element of `{key}` cannot be a template"))
                    .hint(format!("the whole list may be one: `{key} = \"{{{{ {key} }}}}\"`"));
                continue;
            }
            match key {
                "group_by" => self.part_of(
                    item,
                    text,
                    GRANULARITIES,
                    "is not something to group by",
                    "e.g. `partner_id` or `date_order:month`",
                ),
                "aggregates" if text == "__count" => {}
                "aggregates" if !text.contains(':') => {
                    self.sink
                        .error(&item.place, format!("`{text}` is not an aggregate"))
                        .hint(format!("say which one, e.g. `{text}:sum`; the number of records is `__count`"));
                }
                "aggregates" => self.part_of(item, text, AGGREGATES, "is not an aggregate", "e.g. `amount_total:sum`"),
                "attributes" if !ATTRIBUTES.contains(&text) => {
                    let hint = did_you_mean(text, ATTRIBUTES.iter().copied())
                        .unwrap_or_else(|| format!("it is one of `{}`", ATTRIBUTES.join("`, `")));
                    self.sink.error(&item.place, format!("a field has no attribute `{text}`")).hint(hint);
                }
                "fields" if field_name(text).is_err() => {
                    self.sink.error(&item.place, format!("`{text}` is not a field name"));
                }
                _ => {}
            }
        }
        Some(Templated::Literal(node.to_json()))
    }

    fn part_of(&mut self, node: &Node, text: &str, words: &'static [&'static str], wrong: &str, hint: &str) {
        let bare = text.strip_suffix('?').unwrap_or(text);
        let (path, word) = bare.split_once(':').map_or((bare, None), |(path, word)| (path, Some(word)));
        if !path.split(['.', '|']).all(is_field) {
            self.sink.error(&node.place, format!("`{text}` {wrong}")).hint(hint);
        } else if let Some(word) = word.filter(|word| !words.contains(word)) {
            let hint = nearest(word, words.iter().copied()).map_or_else(
                || format!("it is one of `{}`", words.join("`, `")),
                |near| format!("did you mean `{path}:{near}`?"),
            );
            self.sink.error(&node.place, format!("`{text}` {wrong}: there is no `{word}`")).hint(hint);
        }
    }
}
