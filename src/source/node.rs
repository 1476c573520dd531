//! Access to spanned values, and from a value's text back to its place.

use std::fmt;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::{Node, NodeValue, Place, Table};

impl Place {
    /// Line and column of the start, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        self.position(self.range.start)
    }

    /// Line and column of the end: the first character after it.
    #[must_use]
    pub fn end(&self) -> (usize, usize) {
        self.position(self.range.end.max(self.range.start))
    }

    /// Line and column of a byte offset of the same file.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let text = &self.file.text;
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before.get(line_start..).unwrap_or_default().chars().count() + 1)
    }

    pub(super) fn to_json(&self) -> Map<String, Value> {
        let (line, column) = self.line_column();
        let (end_line, end_column) = self.end();
        let mut map = Map::new();
        map.insert("file".into(), json!(self.file.path.display().to_string()));
        for (key, number) in [("line", line), ("column", column), ("end_line", end_line), ("end_column", end_column)] {
            map.insert(key.into(), json!(number));
        }
        map
    }

    /// The text that stands there.
    #[must_use]
    pub fn text(&self) -> &str {
        self.file.text.get(self.range.clone()).unwrap_or_default()
    }
}

/// `file:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.path.display())
    }
}

impl Node {
    /// A string that follows from what stands there.
    #[must_use]
    pub fn string(text: impl Into<String>, place: Place) -> Self {
        Self { value: NodeValue::String(text.into()), place }
    }

    /// A table that follows from what stands there.
    #[must_use]
    pub fn table(table: Table, place: Place) -> Self {
        Self { value: NodeValue::Table(table), place }
    }

    /// What it is, in words that a person uses: "a string", "a table".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "null",
            NodeValue::Boolean(_) => "a boolean",
            NodeValue::Integer(_) => "a number",
            NodeValue::Float(_) => "a number with a fraction",
            NodeValue::String(_) => "a string",
            NodeValue::Array(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let NodeValue::String(text) = &self.value { Some(text) } else { None }
    }

    /// The number, if it is a whole one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let NodeValue::Integer(number) = self.value { Some(number) } else { None }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let NodeValue::Boolean(flag) = self.value { Some(flag) } else { None }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        if let NodeValue::Array(items) = &self.value { Some(items) } else { None }
    }

    /// The table, if it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        if let NodeValue::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The value without its places.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Boolean(flag) => json!(flag),
            NodeValue::Integer(number) => json!(number),
            NodeValue::Float(number) => json!(number),
            NodeValue::String(text) => json!(text),
            NodeValue::Array(items) => items.iter().map(Self::to_json).collect(),
            NodeValue::Table(table) => Value::Object(table.to_json()),
        }
    }

    /// The element of a list, or the value of a table's key.
    #[must_use]
    pub fn child(&self, segment: &str) -> Option<&Node> {
        match &self.value {
            NodeValue::Array(items) => items.get(segment.parse::<usize>().ok()?),
            NodeValue::Table(table) => table.get(segment),
            _ => None,
        }
    }

    /// The value at a JSON pointer.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        segments(pointer).try_fold(self, |node, segment| node.child(&segment))
    }

    /// The deepest value along a JSON pointer that the author wrote; itself where not even the first step is there.
    #[must_use]
    pub fn along_pointer(&self, pointer: &str) -> &Node {
        let mut node = self;
        for segment in segments(pointer) {
            match node.child(&segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    /// The place of a stretch (bytes of the string's value) inside a string as it is written in the file.
    ///
    /// Quotes and escapes are what makes the two differ; where they cannot be matched, the whole string is the place.
    #[must_use]
    pub fn inside(&self, range: Range<usize>) -> Place {
        let whole = self.place.clone();
        let Some(value) = self.as_str() else { return whole };
        let written = self.place.text();
        let (Some(start), Some(end)) = (written_offset(written, value, range.start), {
            // The end is that of the last byte inside, so that an escape at the end is covered whole.
            written_offset(written, value, range.end)
        }) else {
            return whole;
        };
        let base = self.place.range.start;
        Place { file: whole.file, range: base + start..base + end.max(start) }
    }
}

/// The steps of a JSON pointer (RFC 6901).
fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// The offset in the written form (with quotes and escapes) of an offset in the value.
fn written_offset(written: &str, value: &str, offset: usize) -> Option<usize> {
    if let Some(start) = written.find(value) {
        return Some(start + offset.min(value.len()));
    }
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| written.starts_with(quotes))?;
    let mut at = quotes.len();
    if quotes.len() == 3 {
        // TOML drops the newline after the opening quotes.
        let rest = written.get(at..)?;
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    let mut done = 0;
    for wanted in value.chars() {
        if done >= offset {
            break;
        }
        at += next_length(written.get(at..)?, wanted, quotes.starts_with('"'))?;
        done += wanted.len_utf8();
    }
    Some(at.min(written.len()))
}

/// How many bytes of the written form make the next character of the value.
fn next_length(rest: &str, wanted: char, escapes: bool) -> Option<usize> {
    let mut skipped = 0;
    let mut rest = rest;
    loop {
        let first = rest.chars().next()?;
        if !(escapes && first == '\\') {
            // A line break may be written `\r\n` and read as `\n`.
            return Some(skipped + if first == '\r' && wanted == '\n' { 2 } else { first.len_utf8() });
        }
        let mut after = rest.chars();
        after.next();
        return Some(
            skipped
                + match after.next()? {
                    'x' => 4,
                    // A character beyond the first 65,536 is two of these in JSON.
                    'u' if wanted.len_utf8() == 4 => 12,
                    'u' => 6,
                    'U' => 10,
                    // TOML: a backslash at the end of a line joins it with the next.
                    blank if blank.is_whitespace() => {
                        let joined = rest.get(1..)?.trim_start();
                        skipped += rest.len() - joined.len();
                        rest = joined;
                        continue;
                    }
                    other => 1 + other.len_utf8(),
                },
        );
    }
}

impl Table {
    /// Adds a key that stands where its value does.
    pub fn insert(&mut self, key: &str, node: Node) {
        self.entries.insert(key.to_owned(), (node.place.clone(), node));
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|(_, node)| node)
    }

    /// Where a key stands.
    #[must_use]
    pub fn key_place(&self, key: &str) -> Option<&Place> {
        self.entries.get(key).map(|(place, _)| place)
    }

    /// Keys, their places and their values, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Place, &Node)> {
        self.entries.iter().map(|(key, (place, node))| (key.as_str(), place, node))
    }

    /// The table without places.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        self.iter().map(|(key, _, node)| (key.to_owned(), node.to_json())).collect()
    }
}
