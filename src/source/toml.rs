//! TOML to spanned values, with every syntax error of the file at once.

mod slips;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::MAX_DEPTH;
use super::{Diagnostic, Node, NodeValue, Place, Sink, SourceFile, Table};

/// Dotted keys inside inline tables inside … may nest deeper than the stack of a small thread is high, before the depth
/// is checked here.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// After so many syntax errors the rest of the file is noise.
const MAX_SYNTAX_ERRORS: usize = 50;

/// Parses these files, all on one thread of their own. `None` for one that cannot be read.
pub(super) fn parse(files: Vec<&Arc<SourceFile>>) -> Vec<Option<Parsed>> {
    if files.is_empty() {
        return Vec::new();
    }
    std::thread::scope(|scope| {
        // One file that the parser cannot stand does not take the others with it.
        let each = |file| catch_unwind(AssertUnwindSafe(|| parse_here(file))).ok();
        let all = move || files.into_iter().map(each).collect();
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, all);
        worker.ok().and_then(|worker| worker.join().ok()).unwrap_or_default()
    })
}

/// What is left of a file, and what not to trust in it.
pub(super) struct Parsed {
    pub(super) node: Node,
    /// What is wrong with the syntax.
    pub(super) found: Vec<Diagnostic>,
    /// The stretches in which syntax errors stand: nothing found there means anything.
    pub(super) broken: Vec<Range<usize>>,
}

fn parse_here(file: &Arc<SourceFile>) -> Parsed {
    let mut sink = Sink::new();
    let (root, errors) = DeTable::parse_recoverable(&file.text);
    let mut reader = Reader { file, sink: &mut sink };
    let node = Node { value: reader.table(root.get_ref(), 0), place: reader.place(0..0) };
    let values = reader.sink.diagnostics.len();
    let mut reported: Vec<Range<usize>> = Vec::new();
    let mut broken = Vec::new();
    let end = file.text.len();
    let mut errors: Vec<_> = errors.iter().map(|error| (error, error.span().unwrap_or(end..end))).collect();
    // What stands first is what the others may follow from.
    errors.sort_by_key(|(_, span)| span.start);
    for (error, span) in errors {
        // One slip often makes the parser complain several times on one line.
        let line = line_of(&file.text, span.start);
        if reported.contains(&line) {
            continue;
        }
        if reported.len() >= MAX_SYNTAX_ERRORS {
            break;
        }
        let unclosed = slips::unclosed(&file.text, &line)
            .filter(|open| error.message() != "duplicate key" && !reported.iter().any(|line| line.contains(open)));
        if let Some(open) = unclosed {
            reader.unclosed(open, &span);
            // What follows was read as if it stood inside.
            broken.push(open..end);
            break;
        }
        if let Some(start) = slips::endless_text(error.message(), &file.text) {
            reader.syntax_error("a text of several lines has no end", start..start + 3);
            broken.push(line_of(&file.text, start).start..end + 1);
            break;
        }
        reader.syntax_error(error.message(), span);
        if error.message() != "duplicate key" {
            broken.push(untrusted(&file.text, &line));
        }
        reported.push(line);
    }
    let mut found = sink.diagnostics;
    let syntax = found.split_off(values);
    // A value whose syntax is wrong is told once.
    found.retain(|diagnostic| {
        let at = diagnostic.place.as_ref().map_or(0, |place| place.range.start);
        !broken.iter().any(|broken| broken.contains(&at))
    });
    found.extend(syntax);
    Parsed { node, found, broken }
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn place(&self, range: Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), range }
    }

    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> NodeValue {
        let mut entries: Vec<_> = table.iter().collect();
        // A table that was begun by one of its children stands where the child does.
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut children = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            let place = self.place(key.span());
            if depth >= MAX_DEPTH {
                self.sink.error(&place, format!("nested more than {MAX_DEPTH} deep"));
                break;
            }
            let node = self.value(value, depth + 1);
            children.insert(key.get_ref().to_string(), (place, node));
        }
        NodeValue::Table(Table { entries: children })
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
        let place = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => NodeValue::String(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => NodeValue::Integer(number),
                Err(_) => {
                    self.sink.error(&place, "the number is too large");
                    // Any number that fits: the type is right.
                    NodeValue::Integer(1)
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => NodeValue::Float(number),
                _ => {
                    self.sink.error(&place, "not a number that JSON has");
                    NodeValue::Float(1.0)
                }
            },
            DeValue::Boolean(flag) => NodeValue::Boolean(*flag),
            DeValue::Datetime(moment) => NodeValue::String(moment.to_string()),
            DeValue::Array(_) | DeValue::Table(_) if depth > MAX_DEPTH => {
                self.sink.error(&place, format!("nested more than {MAX_DEPTH} deep"));
                NodeValue::Null
            }
            DeValue::Array(items) => NodeValue::Array(items.iter().map(|item| self.value(item, depth + 1)).collect()),
            DeValue::Table(table) => self.table(table, depth),
        };
        Node { value, place }
    }

    fn syntax_error(&mut self, message: &str, span: Range<usize>) {
        let text = &self.file.text;
        if message == "duplicate key" {
            let key = text.get(span.clone()).unwrap_or_default().trim_matches(['"', '\'']).to_owned();
            let first = first_of_two(text, &span).map(|range| self.place(range));
            let place = self.place(span);
            let diagnostic = self.sink.error(&place, format!("`{key}` is given twice in one table"));
            if let Some(first) = first {
                diagnostic.related(&first, "first given here");
            }
            return;
        }
        let message = if message.is_empty() { "syntax error" } else { message };
        let shown = if span.is_empty() { widened(text, span.clone()) } else { span.clone() };
        let hint = slips::hint(message, text, &span, text.get(shown.clone()).unwrap_or_default());
        let place = self.place(shown);
        self.sink.error(&place, format!("not valid TOML: {message}")).hint_if(hint);
    }

    fn unclosed(&mut self, open: usize, noticed: &Range<usize>) {
        let text = &self.file.text;
        let bracket = text.get(open..=open).unwrap_or_default();
        let close = if bracket == "{" { "}" } else { "]" };
        let line = self.place(noticed.clone()).line_column().0;
        self.sink
            .error(&self.place(open..open + 1), format!("not valid TOML: this `{bracket}` is not closed"))
            .hint(format!("write `{close}` where it ends, before line {line}"));
    }
}

/// An empty span shows nothing: the character there, or the one before.
fn widened(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let visible = |letter: Option<char>| letter.filter(|letter| *letter != '\n' && *letter != '\r');
    if let Some(next) = visible(text.get(start..).and_then(|rest| rest.chars().next())) {
        return start..start + next.len_utf8();
    }
    match visible(text.get(..start).and_then(|before| before.chars().next_back())) {
        Some(before) => start - before.len_utf8()..start,
        None => span,
    }
}

/// The line of a syntax error; after a broken header everything up to the next one stands in the wrong table.
fn untrusted(text: &str, line: &Range<usize>) -> Range<usize> {
    let header = text.get(line.clone()).is_some_and(|line| line.trim_start().starts_with('['));
    let next = text.get(line.end..).and_then(|rest| rest.find("\n[")).map_or(text.len(), |found| line.end + found);
    line.start..if header { next } else { line.end }
}

fn line_of(text: &str, offset: usize) -> Range<usize> {
    let offset = offset.min(text.len());
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(offset..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| offset + newline);
    start..end
}

/// Where the first of two equal keys stands: the parser tells only the second.
fn first_of_two(text: &str, second: &Range<usize>) -> Option<Range<usize>> {
    let key = text.get(second.clone())?;
    let line = line_of(text, second.start);
    let here = text.get(line.clone())?.trim();
    if here.starts_with('[') {
        let header = here.split_inclusive(']').next().unwrap_or(here);
        let array = header.trim_matches(['[', ']', ' ']).split('.').next().map(|root| format!("[[{root}]]"));
        for (start, before) in lines_before(text, line.start) {
            if before.trim().starts_with(header) {
                let offset = before.rfind(key)?;
                return Some(start + offset..start + offset + key.len());
            }
            if array.as_deref().is_some_and(|array| before.trim().starts_with(array)) {
                return None;
            }
        }
        return None;
    }
    let lead = lead_of(text, second.start);
    let mut from = second.start;
    while let Some(found) = text.get(..from)?.rfind(key) {
        let range = found..found + key.len();
        let whole_word =
            !text.get(range.end..)?.starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '-');
        if whole_word && lead_of(text, found) == lead && text.get(range.end..)?.trim_start().starts_with(['=', '.']) {
            // Keys of one table are not parted by a header.
            let between = text.get(range.end..second.start)?;
            let parted = between
                .lines()
                .skip(1)
                .any(|line| line.trim_start().starts_with('[') && line.trim_end().ends_with(']'));
            return if parted { None } else { Some(range) };
        }
        from = found;
    }
    None
}

/// The dotted part before a key: from the start of its line, or of its entry in an inline table.
fn lead_of(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or_default();
    before.rfind(['\n', '{', ',']).map_or(before, |start| before.get(start + 1..).unwrap_or_default()).trim()
}

/// The lines before an offset, the nearest first, each with its start.
fn lines_before(text: &str, end: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut end = end;
    std::iter::from_fn(move || {
        let rest = text.get(..end.checked_sub(1)?)?;
        let start = rest.rfind('\n').map_or(0, |newline| newline + 1);
        end = start;
        rest.get(start..).map(|line| (start, line))
    })
}
