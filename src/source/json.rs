//! JSON to spanned values. Strict: no comments, no trailing commas; a key that is given twice is an error.

use std::sync::Arc;

use indexmap::IndexMap;
use jsonc_parser::ast::Value;
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::file::MAX_DEPTH;
use super::{Node, NodeValue, Place, Sink, SourceFile, Table};

/// JSON and nothing else.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(file: &Arc<SourceFile>, sink: &mut Sink) -> Option<Node> {
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let mut reader = Reader { file, sink };
    match parse_to_ast(&file.text, &collect, &STRICT) {
        Ok(parsed) => {
            let Some(value) = parsed.value else {
                let place = reader.place(Range::new(0, 0));
                reader.sink.error(&place, "the file is empty").hint("an empty JSON file is `{}`");
                return None;
            };
            Some(reader.value(&value, 0))
        }
        Err(error) => {
            let place = reader.place(error.range());
            let message = error.kind().to_string();
            let mut letters = message.chars();
            let message: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
            let hint = slip(&message, place.text());
            reader.sink.error(&place, format!("not valid JSON: {message}")).hint_if(hint);
            None
        }
    }
}

/// What a person most likely meant.
fn slip(message: &str, word: &str) -> Option<String> {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    Some(match word {
        "True" | "False" => format!("write `{}`", word.to_lowercase()),
        "None" | "nil" => "write `null`".to_owned(),
        _ if message.contains("single-quoted") => "a text stands in double quotes: `\"…\"`".to_owned(),
        _ if message.contains("comments") => "remove it, or write the file as TOML, which has comments".to_owned(),
        _ if message.contains("trailing comma") => "remove the comma after the last one".to_owned(),
        _ => return None,
    })
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn place(&self, range: Range) -> Place {
        Place { file: Arc::clone(self.file), range: range.start..range.end }
    }

    fn value(&mut self, value: &Value<'_>, depth: usize) -> Node {
        let place = self.place(value.range());
        if depth > MAX_DEPTH {
            self.sink.error(&place, format!("nested more than {MAX_DEPTH} deep"));
            return Node { value: NodeValue::Null, place };
        }
        let value = match value {
            Value::StringLit(text) => NodeValue::String(text.value.to_string()),
            Value::NumberLit(number) => self.number(number.value, &place),
            Value::BooleanLit(flag) => NodeValue::Boolean(flag.value),
            Value::NullKeyword(_) => NodeValue::Null,
            Value::Array(array) => {
                NodeValue::Array(array.elements.iter().map(|item| self.value(item, depth + 1)).collect())
            }
            Value::Object(object) => {
                let mut entries: IndexMap<String, (Place, Node)> = IndexMap::with_capacity(object.properties.len());
                for property in &object.properties {
                    let key = property.name.as_str().to_owned();
                    let key_place = self.place(property.name.range());
                    if let Some((first, _)) = entries.get(&key) {
                        let first = first.clone();
                        self.sink
                            .error(&key_place, format!("`{key}` is given twice in one table"))
                            .related(&first, "first given here");
                        continue;
                    }
                    let node = self.value(&property.value, depth + 1);
                    entries.insert(key, (key_place, node));
                }
                NodeValue::Table(Table { entries })
            }
        };
        Node { value, place }
    }

    fn number(&mut self, text: &str, place: &Place) -> NodeValue {
        if let Ok(number) = text.parse::<i64>() {
            return NodeValue::Integer(number);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && text.contains(['.', 'e', 'E']) => NodeValue::Float(number),
            _ => {
                self.sink.error(place, "the number is too large");
                // Any number that fits: the type is right.
                NodeValue::Integer(1)
            }
        }
    }
}
