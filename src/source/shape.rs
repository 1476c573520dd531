//! What a file may say: tables of keys, declared once. The check of a file, the suggestions, and the JSON Schema for editors
//! all follow from them.
//!
//! The check only looks at structure: unknown keys, missing keys, wrong types, keys that this version does not carry out.
//! What the values mean is for those who declare the shape.

mod hints;

use std::time::Duration;

use super::suggest::nearest;
use super::{Node, Place, Sink, Table};

/// A table and its keys.
#[derive(Debug)]
pub struct Shape {
    /// Unique in its language: names the table in messages and in the JSON Schema.
    pub name: &'static str,
    /// How an author opens it, e.g. `[[tool]]`; empty for the root of a file.
    pub header: &'static str,
    /// One line.
    pub doc: &'static str,
    /// Where set, its value of the key `name` labels everything found inside: "tool `x`".
    pub label: Option<&'static str>,
    /// The keys.
    pub keys: &'static [Key],
    /// Exactly one of these must be there. Only the JSON Schema says so; the check is the owner's.
    pub one_of: &'static [&'static str],
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// One line.
    pub doc: &'static str,
    /// Must be there.
    pub required: bool,
    /// `false`: it belongs to the language, but this version does not carry it out.
    pub carried_out: bool,
    /// Other words for it, which people write who know them from elsewhere: only for "did you mean".
    pub also: &'static [&'static str],
    /// What to write where a value has the wrong type; empty where the type says enough.
    pub instead: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number, from … to.
    Integer(i64, i64),
    /// A string such as `"30s"`.
    Duration,
    /// A string such as `"64MB"`, or a number of bytes.
    Size,
    /// A list of strings.
    Words,
    /// One of the words; the second list belongs to the language, but is not carried out yet.
    Choice(&'static [&'static str], &'static [&'static str]),
    /// Any value.
    Any,
    /// A JSON Schema.
    JsonSchema,
    /// A table.
    Table(&'static Shape),
    /// A list of tables.
    Tables(&'static Shape),
    /// A table with keys of the author's own.
    Map(&'static Kind),
    /// A list.
    List(&'static Kind),
    /// Any of these, told apart by type.
    Either(&'static [Kind]),
    /// A form that is not carried out yet; the text names it.
    NotYet(&'static str, &'static Kind),
}

impl Key {
    /// An optional key.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, required: false, carried_out: true, also: &[], instead: "" }
    }

    /// A key that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, required: true, carried_out: true, also: &[], instead: "" }
    }

    /// A key of the language that this version does not carry out.
    #[must_use]
    pub const fn not_yet(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Any, doc, required: false, carried_out: false, also: &[], instead: "" }
    }

    /// With the words that people write for it elsewhere.
    #[must_use]
    pub const fn also(mut self, words: &'static [&'static str]) -> Self {
        self.also = words;
        self
    }

    /// With what to write where a value has the wrong type.
    #[must_use]
    pub const fn instead(mut self, hint: &'static str) -> Self {
        self.instead = hint;
        self
    }
}

impl Shape {
    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The key that a person most likely meant by a word that is none.
    #[must_use]
    pub fn likely(&self, word: &str) -> Option<&'static str> {
        self.another_word(word).or_else(|| nearest(word, self.keys.iter().map(|key| key.name)))
    }

    fn another_word(&self, word: &str) -> Option<&'static str> {
        self.keys.iter().find(|key| key.also.contains(&word)).map(|key| key.name)
    }

    /// Whether the table has an unknown key that most likely was to be this one: that it is missing has been said then.
    #[must_use]
    pub fn misspelt_in(&self, table: &Table, key: &str) -> bool {
        table.iter().any(|(name, _, _)| self.key(name).is_none() && self.likely(name) == Some(key))
    }
}

/// Checks a value against the shape of a table. Everything that does not fit goes into `sink`.
pub fn check(node: &Node, shape: &'static Shape, sink: &mut Sink) {
    Checker { sink, above: Vec::new() }.table(node, shape, None);
}

/// What to do about something that this version does not carry out.
pub const NOT_YET: &str = "this version of tooldoo does not carry it out: remove it";

/// A doc line in the middle of a sentence.
fn lowered(doc: &str) -> String {
    let doc = doc.trim_end_matches('.');
    let mut letters = doc.chars();
    let first = letters.next();
    // Not `JSON`, `MCP`, `HTTP`.
    if letters.clone().next().is_none_or(char::is_uppercase) {
        return doc.to_owned();
    }
    first.into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

struct Checker<'a, 'n> {
    sink: &'a mut Sink,
    /// The tables around, the outermost first.
    above: Vec<(&'static Shape, &'n Table)>,
}

impl<'n> Checker<'_, 'n> {
    fn table(&mut self, node: &'n Node, shape: &'static Shape, key_place: Option<&Place>) {
        let Some(table) = node.as_table() else {
            self.wrong_type(node, "a table");
            return;
        };
        let outer = self.sink.definition.clone();
        if let Some(label) = shape.label {
            self.sink.definition = Some(label_of(label, table));
        }
        for (name, place, value) in table.iter() {
            match shape.key(name) {
                Some(key) if !key.carried_out => {
                    self.sink.error(place, format!("`{name}` is not supported yet")).hint(format!(
                        "this version of tooldoo does not carry it out ({}): remove it",
                        lowered(key.doc)
                    ));
                }
                Some(key) if !key.kind.accepts(value) && (!key.instead.is_empty() || value.as_bool().is_some()) => {
                    let diagnostic = self.wrong_type(value, &key.kind.described());
                    if diagnostic.hint.is_none() {
                        // A switch says nothing of what was meant: which words the key takes is what is missing.
                        let hint = if key.instead.is_empty() {
                            format!("`{name}`: {}", key.doc)
                        } else {
                            key.instead.to_owned()
                        };
                        diagnostic.hint(hint);
                    }
                }
                Some(key) => {
                    self.above.push((shape, table));
                    self.value(value, &key.kind, place, name);
                    self.above.pop();
                }
                None if shape.header.is_empty() && name == "$schema" => {}
                None => self.unknown(name, place, shape, table),
            }
        }
        for key in shape.keys.iter().filter(|key| key.required && table.get(key.name).is_none()) {
            if shape.misspelt_in(table, key.name) {
                continue;
            }
            let whole = key_place.filter(|_| node.place.range.is_empty()).unwrap_or(&node.place);
            let message = format!("`{}` is missing in {}", key.name, self.described(shape));
            self.sink.missing(whole, message, format!("`{}`: {}", key.name, key.doc.trim_end_matches('.')));
        }
        self.sink.definition = outer;
    }

    fn value(&mut self, node: &'n Node, kind: &'static Kind, key_place: &Place, key: &str) {
        if !kind.accepts(node) {
            let hint = hints::for_kind(kind, node, key);
            let diagnostic = self.wrong_type(node, &kind.described());
            if diagnostic.hint.is_none() {
                diagnostic.hint_if(hint);
            }
            return;
        }
        match kind {
            Kind::Table(shape) => self.table(node, shape, Some(key_place)),
            Kind::Tables(shape) => {
                for item in node.as_array().unwrap_or_default() {
                    self.table(item, shape, Some(key_place));
                }
            }
            Kind::Map(inner) => {
                for (name, place, value) in node.as_table().into_iter().flat_map(Table::iter) {
                    if let (Kind::Table(shape), None) = (inner, value.as_table())
                        && shape.key(name).is_some()
                    {
                        let hint = format!("`{name}` stands where a name of your own is due: `{}`", shape.header);
                        self.sink.error(&value.place, format!("expected a table, found {}", value.kind())).hint(hint);
                        continue;
                    }
                    self.value(value, inner, place, name);
                }
            }
            Kind::List(inner) => {
                for item in node.as_array().unwrap_or_default() {
                    self.value(item, inner, key_place, key);
                }
            }
            Kind::Words => {
                for item in node.as_array().unwrap_or_default() {
                    if item.as_str().is_none() {
                        self.wrong_type(item, "a string");
                    }
                }
            }
            Kind::Either(kinds) => {
                if let Some(kind) = kinds.iter().find(|kind| kind.accepts(node)) {
                    self.value(node, kind, key_place, key);
                }
            }
            Kind::NotYet(form, _) => {
                self.sink.error(&node.place, format!("{form} is not supported yet")).hint(NOT_YET);
            }
            Kind::Choice(words, later) => self.choice(node, words, later, key),
            Kind::Integer(from, to) => {
                let number = node.as_integer().unwrap_or_default();
                if number < *from || number > *to {
                    self.sink.error(&node.place, format!("`{key}` is {number}, but it goes from {from} to {to}"));
                }
            }
            Kind::Duration => {
                if let Err(error) = duration(node.as_str().unwrap_or_default()) {
                    self.sink
                        .error(&node.place, error)
                        .hint("a number with its unit, e.g. `\"30s\"`, `\"5m\"`, `\"1h 30m\"`");
                }
            }
            Kind::Size => {
                if bytes(node).is_none() {
                    self.sink
                        .error(&node.place, format!("`{key}` is not a size"))
                        .hint("a number of bytes, or a string such as `\"64MB\"` or `\"500KiB\"`");
                }
            }
            Kind::Text | Kind::Boolean | Kind::Any | Kind::JsonSchema => {}
        }
    }

    fn choice(&mut self, node: &Node, words: &[&str], later: &[&str], key: &str) {
        let word = node.as_str().unwrap_or_default();
        if words.contains(&word) {
            return;
        }
        let list = words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
        if later.contains(&word) {
            self.sink
                .error(&node.place, format!("`{key} = \"{word}\"` is not supported yet"))
                .hint(format!("this version of tooldoo carries out {list}"));
            return;
        }
        let hint = nearest(word, words.iter().copied())
            .map_or_else(|| format!("it is one of {list}"), |near| format!("did you mean `\"{near}\"`?"));
        self.sink.error(&node.place, format!("`{key}` cannot be `\"{word}\"`")).hint(hint);
    }
}

/// "tool `x`", or "a tool without a name".
fn label_of(label: &str, table: &Table) -> String {
    match table.get("name").and_then(Node::as_str) {
        Some(name) => format!("{label} `{name}`"),
        None => format!("a {label} without a name"),
    }
}

impl Kind {
    /// Whether the value's type fits; what is inside is not looked at.
    fn accepts(&self, node: &Node) -> bool {
        match self {
            Self::Text | Self::Duration | Self::Choice(..) => node.as_str().is_some(),
            Self::Boolean => node.as_bool().is_some(),
            Self::Integer(..) => node.as_integer().is_some(),
            Self::Size => node.as_str().is_some() || node.as_integer().is_some(),
            Self::Words | Self::List(_) | Self::Tables(_) => node.as_array().is_some(),
            Self::JsonSchema | Self::Table(_) | Self::Map(_) => node.as_table().is_some(),
            Self::Any => true,
            Self::Either(kinds) => kinds.iter().any(|kind| kind.accepts(node)),
            Self::NotYet(_, kind) => kind.accepts(node),
        }
    }

    /// "a string", "a string or a table".
    fn described(&self) -> String {
        match self {
            Self::Text | Self::Choice(..) => "a string".into(),
            Self::Duration => "a string such as `\"30s\"`".into(),
            Self::Size => "a size such as `\"64MB\"`".into(),
            Self::Boolean => "a boolean".into(),
            Self::Integer(..) => "a number".into(),
            Self::Words => "a list of strings".into(),
            Self::List(_) => "a list".into(),
            Self::Tables(shape) => format!("a list of tables (`{}`)", shape.header),
            Self::JsonSchema | Self::Table(_) | Self::Map(_) => "a table".into(),
            Self::Any => "a value".into(),
            Self::NotYet(_, kind) => kind.described(),
            Self::Either(kinds) => {
                let mut names: Vec<_> = Vec::new();
                for kind in *kinds {
                    let name = kind.described();
                    if !matches!(kind, Self::NotYet(..)) && !names.contains(&name) {
                        names.push(name);
                    }
                }
                names.join(" or ")
            }
        }
    }
}

/// A duration as written: `30s`, `1h 30m`.
///
/// # Errors
/// A sentence on what is wrong with it.
pub fn duration(text: &str) -> Result<Duration, DurationError> {
    let duration = humantime::parse_duration(text.trim()).map_err(|_| DurationError::Malformed(text.to_owned()))?;
    if duration.is_zero() {
        return Err(DurationError::Zero);
    }
    if duration > LONGEST {
        return Err(DurationError::TooLong(text.to_owned()));
    }
    Ok(duration)
}

/// Ten years: a moment that is so far ahead, or many times as far, is still one.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a number with its unit.
    #[error("`{0}` is not a duration")]
    Malformed(String),
    /// Nothing at all.
    #[error("the duration must be longer than nothing")]
    Zero,
    /// Nobody means that.
    #[error("`{0}` is longer than ten years")]
    TooLong(String),
}

impl From<DurationError> for String {
    fn from(error: DurationError) -> Self {
        error.to_string()
    }
}

/// A size as written, in bytes: `64MB` (decimal), `500KiB` (binary), or a number of bytes. `None` if it is not one.
#[must_use]
pub fn bytes(node: &Node) -> Option<u64> {
    if let Some(number) = node.as_integer() {
        return u64::try_from(number).ok().filter(|number| *number > 0);
    }
    let text = node.as_str()?.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).filter(|bytes| *bytes > 0)
}
