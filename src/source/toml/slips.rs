//! What a person most likely meant where the syntax is wrong: the parser tells where it stopped, and not why.

use std::ops::Range;

use super::line_of;

/// What to do about a syntax error with this message at this place. `word`: what is shown of it.
pub(super) fn hint(message: &str, text: &str, span: &Range<usize>, word: &str) -> Option<String> {
    let line = line_of(text, span.start);
    let before = text.get(line.start..span.start).unwrap_or_default().trim_end();
    let bare = word.chars().all(|letter| letter.is_alphanumeric() || "_.-/ ".contains(letter));
    let hint = if message.contains("recursion limit") {
        "it is nested too deep".to_owned()
    } else if word.starts_with(['“', '”', '‘', '’', '„', '«']) {
        "a text stands in straight quotes: `\"…\"`".to_owned()
    } else if word.starts_with(['(', ')']) {
        "a list stands in square brackets: `[\"name\", \"=\", \"x\"]`, not `(\"name\", \"=\", \"x\")`".to_owned()
    } else if message.contains("escape") || message.contains("unicode") {
        "a backslash in a text is written `\\\\`, or the text stands in `'…'`".to_owned()
    } else if message.starts_with("invalid") && message.ends_with("string, expected `\"`") {
        "close the text with `\"`; one of several lines stands in `\"\"\"…\"\"\"`".to_owned()
    } else if before.ends_with(['“', '”']) || before.ends_with("//") {
        return None;
    } else if message.starts_with("invalid unquoted key") && word == ":" {
        format!("write `{} = …`", before.trim_start_matches(['-', ' ']))
    } else if message.starts_with("key with no value") {
        let key = before.split(['=', ':']).next().unwrap_or_default().trim().trim_start_matches(['-', ' ']);
        let plain = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
        if !plain {
            let whole = text.get(line).unwrap_or_default().trim_start();
            let comment = ["--", "//", ";", "/*"].iter().any(|sign| whole.starts_with(sign));
            return comment.then(|| "a comment begins with `#`".to_owned());
        }
        format!("write `{key} = …`")
    } else if message.starts_with("unexpected key or value") && before.ends_with(['"', '\'']) {
        match word.chars().next() {
            Some(';' | ',') => format!("remove the `{word}`: a line ends without one"),
            Some('/' | '-') => "a comment begins with `#`".to_owned(),
            Some(letter) if letter.is_alphanumeric() => {
                "a quote inside a text is written `\\\"`, or the text stands in the other quotes: `'…'`, `\"…\"`"
                    .to_owned()
            }
            _ => return None,
        }
    } else if message.starts_with("unexpected key or value")
        && word == ","
        && before.ends_with(|letter: char| letter.is_ascii_digit())
    {
        "a number has a point: `1.5`".to_owned()
    } else if message.starts_with("missing comma") {
        "write it at the end of what comes before".to_owned()
    } else if let Some(value) = ["true", "false"].into_iter().find(|value| word.eq_ignore_ascii_case(value)) {
        format!("write `{value}`")
    } else if matches!(word, "None" | "null" | "nil" | "none") {
        "TOML has no empty value: leave the key out, or write `false` for an empty field".to_owned()
    } else if message.contains("must be quoted") && word.trim().is_empty() {
        "the value is missing".to_owned()
    } else if (message.starts_with("invalid") || message.contains("must be quoted"))
        && bare
        && word.starts_with(char::is_alphabetic)
    {
        format!("a text stands in quotes: `\"{word}\"`")
    } else if message.starts_with("unclosed")
        && text.get(line.clone()).is_some_and(|line| line.trim_end().ends_with(']'))
    {
        "a header is written `[tool.input]`, or `[[tool]]` with two brackets on each side; a name with a blank stands in quotes"
            .to_owned()
    } else {
        return None;
    };
    Some(hint)
}

/// Where the error shows only that something before it has no end: the bracket that nothing closes, if the line looks like the
/// next key or header.
pub(super) fn unclosed(text: &str, line: &Range<usize>) -> Option<usize> {
    let here = text.get(line.clone())?.trim();
    if !is_header(here) && !begins_a_key(here) {
        return None;
    }
    // What may be inside one pair of brackets: from one header to the next.
    let (mut start, mut end, mut offset) = (0, text.len(), 0);
    for other in text.split_inclusive('\n') {
        if is_header(other.trim()) {
            if offset >= line.start {
                end = offset;
                break;
            }
            start = offset;
        }
        offset += other.len();
    }
    open_bracket(text.get(start..end)?).map(|offset| start + offset).filter(|open| *open < line.start)
}

/// Where a text of several lines begins that never ends.
pub(super) fn endless_text(message: &str, text: &str) -> Option<usize> {
    let quotes = if message.starts_with("invalid multi-line basic string") {
        "\"\"\""
    } else if message.starts_with("invalid multi-line literal string") {
        "'''"
    } else {
        return None;
    };
    // Of one that is closed something else is wrong.
    if text.matches(quotes).count().is_multiple_of(2) {
        return None;
    }
    text.rfind(quotes)
}

fn is_header(line: &str) -> bool {
    let inner = line.split('#').next().unwrap_or_default().trim().trim_matches(['[', ']']);
    line.starts_with('[')
        && line.contains(']')
        && inner.starts_with(|letter: char| letter.is_alphabetic())
        && inner.chars().all(|letter| letter.is_alphanumeric() || "_-. ".contains(letter))
}

fn begins_a_key(line: &str) -> bool {
    let Some((key, _)) = line.split_once('=') else { return false };
    let key = key.trim();
    key.starts_with(char::is_alphabetic) && key.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
}

/// The innermost bracket that is not closed, where texts and comments do not count.
fn open_bracket(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut letters = text.char_indices();
    while let Some((offset, letter)) = letters.next() {
        match letter {
            '[' | '{' => open.push(offset),
            ']' | '}' => {
                open.pop();
            }
            '#' => {
                letters.by_ref().find(|(_, letter)| *letter == '\n');
            }
            '"' | '\'' => {
                let rest = text.get(offset..).unwrap_or_default();
                let long = letter.to_string().repeat(3);
                let quotes = if rest.starts_with(&long) { long } else { letter.to_string() };
                let length = text_length(rest, &quotes, letter == '"');
                while letters.clone().next().is_some_and(|(next, _)| next < offset + length) {
                    letters.next();
                }
            }
            _ => {}
        }
    }
    open.pop()
}

/// How long a quoted text is, its quotes included; one of a single line ends with it.
fn text_length(rest: &str, quotes: &str, escapes: bool) -> usize {
    let mut offset = quotes.len();
    while let Some(after) = rest.get(offset..).filter(|after| !after.is_empty()) {
        if after.starts_with(quotes) {
            return offset + quotes.len();
        }
        let mut letters = after.chars();
        let letter = letters.next().unwrap_or_default();
        if letter == '\n' && quotes.len() == 1 {
            return offset;
        }
        offset += letter.len_utf8();
        if letter == '\\' && escapes {
            offset += letters.next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}
