//! Diagnostics as people see them: the sentence, `file:line:column`, the source line with a caret, and the hint.

use std::borrow::Cow;
use std::fmt;
use std::io::IsTerminal;
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::{Diagnostic, Place, Severity};

/// How diagnostics are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// No colours: files, pipes, tests.
    #[default]
    Plain,
    /// For a terminal.
    Coloured,
}

impl Look {
    /// Colours for a terminal, unless the person does not want them (`NO_COLOR`).
    #[must_use]
    pub fn of(stream: &impl IsTerminal) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if stream.is_terminal() && !unwanted { Self::Coloured } else { Self::Plain }
    }
}

/// Draws one diagnostic, with a newline at its end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, look: Look) -> String {
    let theme = match look {
        Look::Plain => GraphicalTheme::unicode_nocolor(),
        Look::Coloured => GraphicalTheme::unicode(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_context_lines(0).with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, &Drawn::new(diagnostic)).is_err() {
        // Never seen: the handler only fails on spans outside the source. The one-line form needs none.
        text = format!("{diagnostic}\n");
    }
    // Trailing blanks are an artefact of the drawing, and editors remove them from snapshots.
    let mut clean: String = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    clean.push('\n');
    clean
}

/// `3 errors and 1 warning`; notes are counted after them; empty if there is nothing.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let severities = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let parts: Vec<_> = severities.into_iter().filter_map(|(severity, word)| counted(of(severity), word)).collect();
    match parts.as_slice() {
        [first, second, third] => format!("{first}, {second} and {third}"),
        parts => parts.join(" and "),
    }
}

/// A diagnostic as miette wants it.
#[derive(Debug)]
struct Drawn<'a> {
    diagnostic: &'a Diagnostic,
    source: Option<Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Elsewhere<'a>>,
}

impl<'a> Drawn<'a> {
    fn new(diagnostic: &'a Diagnostic) -> Self {
        let mut labels = Vec::new();
        let mut elsewhere = Vec::new();
        if let Some(place) = &diagnostic.place {
            labels.push(LabeledSpan::new_primary_with_span(None, one_line(place)));
            for (other, label) in &diagnostic.related {
                if other.file.path == place.file.path && other.file.text == place.file.text {
                    labels.push(LabeledSpan::new_with_span(Some(label.clone()), one_line(other)));
                } else {
                    elsewhere.push(Elsewhere { label, place: other, source: Excerpt::new(other) });
                }
            }
        }
        Self { diagnostic, source: diagnostic.place.as_ref().map(Excerpt::new), labels, elsewhere }
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.diagnostic.message))
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let severity = self.diagnostic.severity.as_str();
        Some(match &self.diagnostic.definition {
            Some(definition) => Box::new(format!("{severity} in {}", harmless(definition))),
            None => Box::new(severity),
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.diagnostic.hint.as_ref().map(|hint| Box::new(harmless(hint)) as Box<dyn fmt::Display + 'b>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<_>)
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn miette::Diagnostic> + 'b>> {
        (!self.elsewhere.is_empty())
            .then(|| Box::new(self.elsewhere.iter().map(|other| other as &dyn miette::Diagnostic)) as Box<_>)
    }
}

/// A place in another file than the diagnostic's own.
#[derive(Debug)]
struct Elsewhere<'a> {
    label: &'a str,
    place: &'a Place,
    source: Excerpt<'a>,
}

impl fmt::Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label)
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl miette::Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(None, one_line(self.place));
        Some(Box::new(std::iter::once(label)))
    }
}

/// The part of a place that lies on its first line: a caret under a whole table says nothing.
fn one_line(place: &Place) -> SourceSpan {
    let text = &place.file.text;
    let start = floor(text, place.range.start);
    let end = floor(text, place.range.end.max(start));
    let line = text.get(start..end).unwrap_or_default();
    let length = line.find(['\r', '\n']).unwrap_or(line.len());
    let length = floor(line, length.min(LONG_LINE / 2));
    SourceSpan::new(start.into(), length)
}

/// The lines of a file around a span. Of very long lines (JSON written by a program) only a part.
#[derive(Debug)]
struct Excerpt<'a>(&'a Place, Cow<'a, str>);

impl<'a> Excerpt<'a> {
    fn new(place: &'a Place) -> Self {
        Self(place, harmless(&place.file.text))
    }
}

/// A line of this length and more is cut.
const LONG_LINE: usize = 400;

/// So much of a cut line is shown on each side.
const MARGIN: usize = 60;

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.0.file.text;
        let Range { start, end } = span.offset()..span.offset() + span.len();
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (line, column) = self.0.position(start);
        let mut from = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let mut to = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| end + newline);
        if to - from > LONG_LINE && !text.get(from..to).unwrap_or_default().contains('\n') {
            from = from.max(floor(text, start.saturating_sub(MARGIN)));
            to = to.min(floor(text, end.max(start) + MARGIN));
        }
        let data = self.1.get(from..to).unwrap_or_default();
        // The number of a line belongs to the excerpt, that of the column to the span: miette shows both in the header.
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.file.path.display().to_string(),
            data.as_bytes(),
            (from, to - from).into(),
            line - 1,
            column - 1,
            1,
        )))
    }
}

/// The same text, as long in bytes, without what a terminal would obey.
fn harmless(text: &str) -> Cow<'_, str> {
    let obeyed = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let shown = |letter| match letter {
        letter if !obeyed(letter) => letter,
        // miette counts one at the end of a line as a line of its own.
        '\r' => ' ',
        // Those beyond ASCII are two bytes long.
        '\u{80}'.. => '¿',
        _ => '?',
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
