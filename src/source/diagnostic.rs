//! One thing that is wrong with a file, and the collector into which every check puts what it finds.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong: something that an author may not expect.
    Note,
    /// It works, but an author would want to know.
    Warning,
    /// The file cannot be used.
    Error,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Error, warning or note.
    pub severity: Severity,
    /// One sentence on what is wrong.
    pub message: String,
    /// Where; `None` for what has no place (a directory that is gone).
    pub place: Option<Place>,
    /// What to do, or "did you mean".
    pub hint: Option<String>,
    /// What it is in, e.g. "tool `search_crm_leads`".
    pub definition: Option<String>,
    /// Other places that belong to it (the first of two duplicates), each with a label.
    pub related: Vec<(Place, String)>,
}

impl Diagnostic {
    /// An error with nothing but its sentence.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning with nothing but its sentence.
    #[must_use]
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// A note with nothing but its sentence.
    #[must_use]
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, message: message.into(), place: None, hint: None, definition: None, related: Vec::new() }
    }

    /// At this place.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// With a sentence on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the sentence on what to do, on a diagnostic that a [`Sink`] already holds.
    pub fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the sentence on what to do, where there is one.
    pub fn hint_if(&mut self, hint: Option<String>) -> &mut Self {
        if hint.is_some() {
            self.hint = hint;
        }
        self
    }

    /// Adds another place that belongs to it.
    pub fn related(&mut self, place: &Place, label: impl Into<String>) -> &mut Self {
        self.related.push((place.clone(), label.into()));
        self
    }

    /// Whether the file cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// For machines: `severity`, `message`, `hint`, `definition`, the place (`file`, `line`, `column`, `end_line`,
    /// `end_column`, all from 1, columns in characters), and `related` places with their `label`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "severity": self.severity.as_str(),
            "message": self.message,
        });
        if let (Some(map), Some(place)) = (object.as_object_mut(), &self.place) {
            map.extend(place.to_json());
        }
        if let Some(map) = object.as_object_mut() {
            for (key, value) in [("definition", &self.definition), ("hint", &self.hint)] {
                if let Some(value) = value {
                    map.insert(key.into(), json!(value));
                }
            }
            if !self.related.is_empty() {
                let related = self.related.iter().map(|(place, label)| {
                    let mut entry = place.to_json();
                    entry.insert("label".into(), json!(label));
                    Value::Object(entry)
                });
                map.insert("related".into(), related.collect());
            }
        }
        object
    }
}

/// One line, for logs: `tools.d/crm.toml:12:3: error: … (tool …); hint`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}: {}", self.severity.as_str(), self.message)?;
        if let Some(definition) = &self.definition {
            write!(f, " (in {definition})")?;
        }
        for (place, label) in &self.related {
            write!(f, "; {label}: {place}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl Severity {
    /// `error`, `warning` or `note`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Of errors, and of warnings, so many are kept. Nobody reads more, and a file made of mistakes must not cost memory or time.
const MAX_KEPT: usize = 1000;

/// What checks put their findings into. Nothing stops at the first.
#[derive(Debug, Default)]
pub struct Sink {
    /// Everything found so far.
    pub diagnostics: Vec<Diagnostic>,
    /// What is being checked, e.g. "tool `search_crm_leads`": goes into everything found meanwhile.
    pub definition: Option<String>,
    /// The file has syntax errors, and is what could be recovered: that something is not there proves nothing.
    pub recovering: bool,
    /// How many errors and warnings were found, kept or not.
    errors: usize,
    warnings: usize,
    /// The last one that was not kept.
    beyond: Option<Diagnostic>,
}

impl Sink {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error at this place.
    pub fn error(&mut self, place: &Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::error(message).at(place))
    }

    /// Adds a warning at this place.
    pub fn warning(&mut self, place: &Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::warning(message).at(place))
    }

    /// Adds a note at this place.
    pub fn note(&mut self, place: &Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::note(message).at(place))
    }

    /// Adds an error about something that is not there, unless a syntax error may be the reason.
    pub fn missing(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        if !self.recovering {
            self.error(place, message).hint(hint);
        }
    }

    /// Adds what was found elsewhere.
    pub fn push(&mut self, mut diagnostic: Diagnostic) -> &mut Diagnostic {
        let count = if diagnostic.is_error() { &mut self.errors } else { &mut self.warnings };
        *count += 1;
        if *count > MAX_KEPT {
            return self.beyond.insert(diagnostic);
        }
        if diagnostic.definition.is_none() {
            diagnostic.definition.clone_from(&self.definition);
        }
        let index = self.diagnostics.len();
        self.diagnostics.push(diagnostic);
        #[expect(clippy::indexing_slicing, reason = "the element was pushed in the line above")]
        &mut self.diagnostics[index]
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Takes back those of what was found since there were `before` that are not to be kept.
    pub(crate) fn retain_since(&mut self, before: usize, mut keep: impl FnMut(&Diagnostic) -> bool) {
        for diagnostic in self.diagnostics.split_off(before.min(self.diagnostics.len())) {
            if keep(&diagnostic) {
                self.diagnostics.push(diagnostic);
            } else {
                *(if diagnostic.is_error() { &mut self.errors } else { &mut self.warnings }) -= 1;
            }
        }
    }

    /// Whether a further error would not be kept: its place and hint are not worth finding then.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.errors >= MAX_KEPT
    }

    /// Everything found, sorted by place within each file; what has no place comes first. Files stay in the order in which they
    /// came. Where more was found than is kept, the last one says so.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        let mut order: HashMap<PathBuf, usize> = HashMap::new();
        for place in self.diagnostics.iter().filter_map(|diagnostic| diagnostic.place.as_ref()) {
            let next = order.len();
            order.entry(place.file.path.clone()).or_insert(next);
        }
        self.diagnostics.sort_by_key(|diagnostic| {
            diagnostic.place.as_ref().map(|place| (order.get(&place.file.path).copied(), place.range.start))
        });
        if let Some(beyond) = self.errors.checked_sub(MAX_KEPT).filter(|beyond| *beyond > 0) {
            self.diagnostics.push(Diagnostic::error(format!("{beyond} more errors are not shown")));
        }
        if let Some(beyond) = self.warnings.checked_sub(MAX_KEPT).filter(|beyond| *beyond > 0) {
            self.diagnostics.push(Diagnostic::warning(format!("{beyond} more warnings are not shown")));
        }
        self.diagnostics
    }
}
