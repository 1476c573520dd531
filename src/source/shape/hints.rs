//! What to do about a key that is unknown and a value of the wrong type.

use super::{Checker, Kind, Shape};
use crate::source::{Diagnostic, Format, Node, NodeValue, Place, Table};

impl Checker<'_, '_> {
    pub(super) fn wrong_type(&mut self, node: &Node, expected: &str) -> &mut Diagnostic {
        let hint = match &node.value {
            NodeValue::Integer(number) if expected == "a string" => Some(format!("put it in quotes: `\"{number}\"`")),
            NodeValue::Integer(number) if expected.contains("30s") => {
                Some(format!("with its unit, and in quotes: `\"{number}s\"`"))
            }
            NodeValue::String(text) if expected.contains("a number") && text.trim().parse::<i64>().is_ok() => {
                Some(format!("without quotes: `{}`", text.trim()))
            }
            NodeValue::Float(_) if expected == "a number" => Some("write a whole number".to_owned()),
            NodeValue::String(text) if expected == "a boolean" => boolean(text).map(|flag| {
                if flag == text {
                    format!("without quotes: `{flag}`")
                } else {
                    format!("write `{flag}`, without quotes")
                }
            }),
            NodeValue::Integer(number) if expected == "a boolean" => {
                boolean(&number.to_string()).map(|flag| format!("write `{flag}`"))
            }
            NodeValue::String(text) if expected == "a list of strings" => Some(format!("in brackets: `[\"{text}\"]`")),
            NodeValue::Array(items) if expected == "a string" => match items.as_slice() {
                [item] => item.as_str().map(|text| format!("without brackets: `\"{text}\"`")),
                _ => None,
            },
            _ => None,
        };
        self.sink.error(&node.place, format!("expected {expected}, found {}", node.kind())).hint_if(hint)
    }

    pub(super) fn unknown(&mut self, name: &str, place: &Place, shape: &'static Shape, table: &Table) {
        let hint = if self.sink.is_full() { String::new() } else { self.hint_for(name, place, shape, table) };
        self.sink.error(place, format!("unknown key `{name}` in {}", self.described(shape))).hint(hint);
    }

    fn hint_for(&self, name: &str, place: &Place, shape: &'static Shape, table: &Table) -> String {
        let mut above = self.above.iter().rev().filter(|(above, _)| !above.header.is_empty());
        if let Some((above, around)) = above.find(|(above, _)| above.key(name).is_some()) {
            // One that is there as well is not out of place: another was meant.
            if around.get(name).is_none() {
                return self.belongs_above(name, place, shape, above);
            }
            if !takes_values(shape) && shape.likely(name).is_none() {
                return format!("`{name}` is a key of `{}`, which has it already: remove it here", above.header);
            }
        }
        // One of the tables that are opened here, or may be.
        let below = |present: bool| {
            shape.keys.iter().filter(move |key| table.get(key.name).is_some() == present).find_map(|key| {
                let (Kind::Table(inner) | Kind::Tables(inner)) = &key.kind else { return None };
                inner.key(name).map(|_| *inner)
            })
        };
        if let Some(inner) = below(true) {
            return format!("`{name}` is a key of `{}`", inner.header);
        }
        // What another kind of definition has.
        let [(root, _)] = self.above.as_slice() else { return self.likeness(name, shape, below(false)) };
        let mut siblings = root.keys.iter().filter_map(|key| match &key.kind {
            Kind::Tables(other) if !std::ptr::eq(*other, shape) => Some(*other),
            _ => None,
        });
        let other = siblings.find(|other| other.key(name).is_some_and(|key| key.carried_out));
        if let Some(other) = other.filter(|_| shape.another_word(name).is_none()) {
            return format!("`{name}` is a key of `{}`, and not of {}", other.header, self.described(shape));
        }
        self.likeness(name, shape, below(false))
    }

    /// TOML has no way back to the table around; JSON only has to close one.
    fn belongs_above(&self, name: &str, place: &Place, shape: &'static Shape, above: &'static Shape) -> String {
        if is_json(place) {
            let own = shape.header.trim_matches(['[', ']']).rsplit('.').next().filter(|own| !own.contains(' '));
            let own = own.map_or_else(|| "this table".to_owned(), |own| format!("`{own}`"));
            return format!("`{name}` is a key of the {}: write it beside {own}, not in it", above.name);
        }
        format!(
            "`{name}` is a key of `{}`: write it above {}, since TOML has no way back up",
            above.header,
            self.described(shape)
        )
    }

    /// A key that looks like it, else a table that has it, else all that there are.
    fn likeness(&self, name: &str, shape: &'static Shape, below: Option<&'static Shape>) -> String {
        if let Some(likely) = shape.likely(name) {
            return format!("did you mean `{likely}`?");
        }
        if takes_values(shape) {
            return format!("a field of the record stands under `values`: `values.{name} = …`");
        }
        if let Some(inner) = below {
            return format!("`{name}` is a key of `{}`", inner.header);
        }
        let list = shape.keys.iter().filter(|key| key.carried_out).map(|key| format!("`{}`", key.name));
        format!("the keys of {} are {}", self.described(shape), list.collect::<Vec<_>>().join(", "))
    }

    /// How an author opens the table here: `[tool.write]` inside `[[tool.step]]` is `[tool.step.write]`.
    pub(super) fn described(&self, shape: &Shape) -> String {
        let header = shape.header;
        if header.is_empty() {
            return shape.name.to_owned();
        }
        let bare = |header: &'static str| header.trim_matches(['[', ']']);
        let (own, around) = (bare(header), self.above.last().map_or("", |(above, _)| bare(above.header)));
        let beside = around
            .rsplit_once('.')
            .and_then(|(root, _)| own.strip_prefix(root)?.strip_prefix('.'))
            .filter(|_| !own.starts_with(around));
        match beside {
            Some(rest) => format!("`{}`", header.replacen(own, &format!("{around}.{rest}"), 1)),
            None => format!("`{header}`"),
        }
    }
}

/// What to write instead of a value that this kind does not take, as far as it says more than the types.
pub(super) fn for_kind(kind: &'static Kind, node: &Node, key: &str) -> Option<String> {
    match kind {
        Kind::Table(shape) => Some(opened(shape, node, key)),
        Kind::Tables(shape) => node.as_table().map(|table| listed(shape, table, &node.place)),
        Kind::List(inner) if inner.accepts(node) && node.as_table().is_none() => {
            Some(format!("in brackets: `[{}]`", node.place.text()))
        }
        _ => None,
    }
}

/// How a table is written, where something else stands.
pub(super) fn opened(shape: &'static Shape, node: &Node, key: &str) -> String {
    let takes = |key: &str| shape.key(key).is_some();
    match &node.value {
        NodeValue::Array(_) if takes("values") => format!("write `{key} = {{ values = [\"…\"] }}`"),
        NodeValue::String(text) if takes("model") && takes("values") && text.contains('.') => {
            format!("write `{key} = {{ model = \"{text}\" }}`")
        }
        NodeValue::String(_) if takes("text") => format!("write `{key} = {{ text = \"…\" }}`"),
        _ => {
            let keys: Vec<_> = shape.keys.iter().filter(|key| key.carried_out).map(|key| key.name).collect();
            match keys.as_slice() {
                [first, ..] => format!("write `{key} = {{ {first} = … }}`; its keys are `{}`", keys.join("`, `")),
                [] => format!("write `{key} = {{ … }}`"),
            }
        }
    }
}

/// A table where a list of them is due.
fn listed(shape: &'static Shape, table: &Table, place: &Place) -> String {
    if is_json(place) {
        return "put it in a list: `[{ … }]`".to_owned();
    }
    let mut entries = table.iter();
    if let (Some((name, _, value)), Some(_)) = (entries.next(), shape.key("name"))
        && value.as_table().is_some()
        && shape.key(name).is_none()
    {
        return format!("write `{}`, and below it `name = \"{name}\"`", shape.header);
    }
    "its header has two brackets on each side".to_owned()
}

/// Whether fields of a record stand under its key `values`.
fn takes_values(shape: &Shape) -> bool {
    let map = |kind: &Kind| matches!(kind, Kind::Map(_));
    shape.key("values").is_some_and(|key| match &key.kind {
        Kind::Either(kinds) => kinds.iter().any(map),
        kind => map(kind),
    })
}

fn boolean(word: &str) -> Option<&'static str> {
    match word.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some("true"),
        "false" | "no" | "off" | "0" => Some("false"),
        _ => None,
    }
}

fn is_json(place: &Place) -> bool {
    Format::of(&place.file.path) == Some(Format::Json)
}
