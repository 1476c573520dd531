//! Addresses of resources: an RFC 6570 template as far as an address can be read back.
//!
//! What may stand in one: text, `{name}` for a segment of the path or a part of one, and `{?a,b}` at the end for the query.
//! Everything else of the RFC is for writing addresses, and cannot be told apart again when one is read.
//!
//! Reading is strict. What a caller sends is split before it is decoded, and what could mean another place than it seems to (an
//! encoded `/`, `..`, control characters) matches nothing.

mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A longer address matches nothing, in bytes.
const LONGEST: usize = 16_384;

/// What RFC 3986 leaves unreserved stays as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of a resource: fixed, or with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriTemplate {
    /// As written.
    text: String,
    /// Without the `:`, in small letters.
    scheme: String,
    /// What follows it, split at each `/`.
    segments: Vec<Segment>,
    /// The names in `{?…}`, in their order.
    query: Vec<String>,
}

/// What is between two `/`: text, a variable, text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    before: String,
    variable: Option<String>,
    after: String,
}

/// What is wrong with a template: a sentence, what to do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriFault {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The bytes of the text that it is about.
    pub at: std::ops::Range<usize>,
}

impl UriTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, UriFault> {
        parse::template(text)
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is no variable: a resource, and no template.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.variables().next().is_none()
    }

    /// The names of the variables: those of the path, which every address gives, then those of the query.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.path_variables().chain(self.query_variables())
    }

    /// The variables that every address gives.
    pub fn path_variables(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| segment.variable.as_deref())
    }

    /// The variables that an address may leave out.
    pub fn query_variables(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(String::as_str)
    }

    /// The scheme, in small letters.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The same address under another scheme.
    #[must_use]
    pub fn with_scheme(&self, scheme: &str) -> Self {
        Self { scheme: scheme.to_ascii_lowercase(), ..self.clone() }.rewritten()
    }

    /// The variables of an address that is of this form, decoded, in the order of the template; those of the query that are not
    /// there are absent. `None` for every other address.
    #[must_use]
    pub fn matches(&self, uri: &str) -> Option<Vec<(String, String)>> {
        if uri.len() > LONGEST || uri.chars().any(char::is_control) {
            return None;
        }
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case(&self.scheme) {
            return None;
        }
        if self.is_fixed() {
            return (rest == self.path()).then(Vec::new);
        }
        if rest.contains('#') {
            return None;
        }
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        if path.split('/').count() != self.segments.len() {
            return None;
        }
        let mut found = Vec::new();
        for (segment, given) in self.segments.iter().zip(path.split('/')) {
            let value = segment.read(given)?;
            found.extend(segment.variable.clone().zip(value));
        }
        if let Some(query) = query {
            found.extend(self.read_query(query)?);
        }
        Some(found)
    }

    /// Each name that is known, once. In a value `+` is a plus, as RFC 3986 has it.
    fn read_query(&self, query: &str) -> Option<Vec<(String, String)>> {
        let mut given: Vec<Option<String>> = vec![None; self.query.len()];
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=')?;
            let position = self.query.iter().position(|known| known == name)?;
            let place = given.get_mut(position).filter(|place| place.is_none())?;
            *place = Some(decoded(value)?);
        }
        Some(self.query.iter().zip(given).filter_map(|(name, value)| Some((name.clone(), value?))).collect())
    }

    /// The same template with what stands for these variables written out; `None` where a value could not stand there.
    #[must_use]
    pub fn with_values<'v>(&self, value: impl Fn(&str) -> Option<Option<&'v str>>) -> Option<Self> {
        let mut written = self.clone();
        for segment in &mut written.segments {
            let Some(given) = segment.variable.as_deref().and_then(&value) else { continue };
            let given = utf8_percent_encode(given.filter(|value| is_segment(value))?, RESERVED).to_string();
            let Segment { before, after, .. } = segment;
            *segment = Segment { before: format!("{before}{given}{after}"), variable: None, after: String::new() };
        }
        written.query.retain(|name| value(name).is_none());
        Some(written.rewritten())
    }

    /// With the text of its parts.
    fn rewritten(self) -> Self {
        Self { text: self.to_string(), ..self }
    }

    /// The address with these values; `None` where one of the path has none, or one with which the address could not be read back.
    pub fn expand<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        let mut out = format!("{}:", self.scheme);
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                out.push('/');
            }
            out.push_str(&segment.before);
            if let Some(name) = &segment.variable {
                out.extend(utf8_percent_encode(value(name).filter(|value| is_segment(value))?, RESERVED));
            }
            out.push_str(&segment.after);
        }
        let mut sign = '?';
        for name in &self.query {
            let Some(value) = value(name) else { continue };
            if value.chars().any(char::is_control) {
                return None;
            }
            out.push(sign);
            out.push_str(name);
            out.push('=');
            out.extend(utf8_percent_encode(value, RESERVED));
            sign = '&';
        }
        Some(out)
    }

    /// How much of it is text: where several match, the one with more of it is meant.
    #[must_use]
    pub fn weight(&self) -> usize {
        let slashes = self.segments.len().saturating_sub(1);
        slashes + self.segments.iter().map(|segment| segment.before.len() + segment.after.len()).sum::<usize>()
    }

    /// Which of two that match one address is meant: the `Greater` one. A total order, and `Equal` for those alone that
    /// [are the same](Self::is_same_as).
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        let fixed = self.is_fixed().cmp(&other.is_fixed());
        // Of as much text the one that has it first, then any rule that always gives the same.
        let early = |template: &Self| {
            let lengths = template.segments.iter().map(|segment| (segment.before.len(), segment.after.len()));
            lengths.collect::<Vec<_>>()
        };
        fixed
            .then_with(|| self.weight().cmp(&other.weight()))
            .then_with(|| early(self).cmp(&early(other)))
            .then_with(|| other.shape().cmp(&self.shape()))
    }

    /// Whether both match the same paths, so that nothing says which one is meant. Names do not matter, nor does the query:
    /// every address without one is of both.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.shape() == other.shape()
    }

    /// Everything but the names and the query.
    fn shape(&self) -> (&str, Vec<(&str, bool, &str)>) {
        let segments = self.segments.iter();
        let segments =
            segments.map(|segment| (segment.before.as_str(), segment.variable.is_some(), segment.after.as_str()));
        (&self.scheme, segments.collect())
    }

    /// What follows the scheme, without the query.
    fn path(&self) -> String {
        self.segments.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
    }
}

impl fmt::Display for UriTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.path())?;
        if !self.query.is_empty() {
            write!(f, "{{?{}}}", self.query.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.before)?;
        if let Some(name) = &self.variable {
            write!(f, "{{{name}}}")?;
        }
        f.write_str(&self.after)
    }
}

impl Segment {
    /// The value of its variable (`Some(None)` where it has none) in what stands there; `None` where it is something else.
    fn read(&self, given: &str) -> Option<Option<String>> {
        if self.variable.is_none() {
            return (given == self.before).then_some(None);
        }
        let inner = given.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?;
        let value = decoded(inner)?;
        is_segment(&value).then_some(Some(value))
    }
}

/// Percent-decoded; `None` for what is not encoded properly, no UTF-8, or has control characters.
fn decoded(text: &str) -> Option<String> {
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let is_sound = |at: usize| bytes.get(at) != Some(&b'%') || (hex(bytes.get(at + 1)) && hex(bytes.get(at + 2)));
    if !(0..bytes.len()).all(is_sound) {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (!decoded.chars().any(char::is_control)).then(|| decoded.into_owned())
}

/// Whether this names one thing where a path has it, however often somebody decodes or resolves it.
fn is_segment(value: &str) -> bool {
    !value.is_empty()
        && !value.contains(['/', '\\'])
        && value != "."
        && !value.contains("..")
        && !value.chars().any(char::is_control)
}
