//! From the text of a template to its parts.

use std::ops::Range;

use super::{Segment, UriFault, UriTemplate};

/// Names with which RFC 6570 begins an expression that is no plain variable.
const OPERATORS: &[char] = &['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|'];

const FORMS: &str = "`{name}` stands for a segment of the path, and `{?a,b}` at the end for the query";

pub(super) fn template(text: &str) -> Result<UriTemplate, UriFault> {
    let (scheme, rest) = scheme(text)?;
    let mut reader = Reader {
        text,
        at: text.len() - rest.len(),
        segments: vec![Segment::empty()],
        query: Vec::new(),
        names: Vec::new(),
    };
    while reader.step()? {}
    let Reader { segments, query, .. } = reader;
    Ok(UriTemplate { text: text.to_owned(), scheme: scheme.to_ascii_lowercase(), segments, query })
}

fn fault<T>(at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Result<T, UriFault> {
    Err(UriFault { message: message.into(), hint: hint.into(), at })
}

/// The scheme, and what follows its `:`.
fn scheme(text: &str) -> Result<(&str, &str), UriFault> {
    const HINT: &str = "e.g. `odoo://crm.lead/{id}`";
    let Some((scheme, rest)) = text.split_once(':') else {
        return fault(0..text.len(), "the address has no scheme", HINT);
    };
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    if !is_scheme {
        return fault(0..scheme.len(), format!("`{scheme}` is not the scheme of an address"), HINT);
    }
    if rest.trim_matches('/').is_empty() {
        return fault(0..text.len(), "the address ends after its scheme", HINT);
    }
    Ok((scheme, rest))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    segments: Vec<Segment>,
    query: Vec<String>,
    /// The variables so far.
    names: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    /// Takes one character or expression. False at the end.
    fn step(&mut self) -> Result<bool, UriFault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(letter) = rest.chars().next() else {
            self.segment_ends()?;
            return Ok(false);
        };
        let here = self.at..self.at + letter.len_utf8();
        if !self.query.is_empty() {
            return fault(self.at..self.text.len(), "nothing can follow `{?…}`", "move it to the end");
        }
        match letter {
            '{' => return self.expression(rest).map(|()| true),
            '}' => return fault(here, "there is no `{` for this `}`", FORMS),
            '/' => {
                self.segment_ends()?;
                self.segments.push(Segment::empty());
            }
            '%' if !rest.get(1..3).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) => {
                return fault(here, "`%` is followed by two hexadecimal digits", "`%25` stands for the sign itself");
            }
            '?' if self.text.contains('{') => {
                return fault(
                    here,
                    "a query can only be given by variables",
                    "write `{?a,b}` at the end, with their names",
                );
            }
            '#' => return fault(here, "an address of a resource has no `#` part", "leave it out"),
            letter if is_uri(letter) => self.literal(letter),
            letter => {
                let encoded = percent_encoding::utf8_percent_encode(
                    letter.encode_utf8(&mut [0; 4]),
                    percent_encoding::NON_ALPHANUMERIC,
                )
                .to_string();
                return fault(
                    here,
                    format!("`{}` cannot stand in an address", letter.escape_debug()),
                    format!("write `{encoded}`"),
                );
            }
        }
        self.at = here.end;
        Ok(true)
    }

    fn literal(&mut self, letter: char) {
        let Some(segment) = self.segments.last_mut() else { return };
        if segment.variable.is_some() { segment.after.push(letter) } else { segment.before.push(letter) }
    }

    /// A segment that leads elsewhere.
    fn segment_ends(&self) -> Result<(), UriFault> {
        match self.segments.last() {
            Some(Segment { before, variable: None, .. }) if before == "." || before == ".." => fault(
                self.at - before.len()..self.at,
                format!("`{before}` is no part of an address"),
                "write the address that is meant",
            ),
            _ => Ok(()),
        }
    }

    /// `{name}` or `{?a,b}`.
    fn expression(&mut self, rest: &'a str) -> Result<(), UriFault> {
        let start = self.at;
        let Some(length) = rest.find('}') else {
            return fault(start..self.text.len(), "`{` is not closed", FORMS);
        };
        let whole = start..start + length + 1;
        let inner = rest.get(1..length).unwrap_or_default();
        if inner.starts_with('{') || inner.starts_with('%') {
            return fault(
                start..start + 2,
                "in an address a variable has one brace on each side",
                "write `{name}`: `{{ name }}` is for the values of the other keys",
            );
        }
        if let Some(names) = inner.strip_prefix('?') {
            let mut at = start + 2;
            for name in names.split(',') {
                self.name(name, at)?;
                self.query.push(name.to_owned());
                at += name.len() + 1;
            }
        } else {
            if let Some(operator) = inner.chars().next().filter(|first| OPERATORS.contains(first)) {
                return fault(whole, format!("`{{{operator}…}}` is not supported"), FORMS);
            }
            if inner.contains(',') {
                return fault(
                    whole,
                    "one segment of the path holds one variable",
                    "separate them by `/`, or write `{?a,b}` at the end",
                );
            }
            self.name(inner, start + 1)?;
            match self.segments.last_mut() {
                Some(segment) if segment.variable.is_none() => segment.variable = Some(inner.to_owned()),
                _ => {
                    return fault(
                        whole,
                        "a second variable in one segment of the path",
                        "separate them by `/`: else nobody knows where one ends",
                    );
                }
            }
        }
        self.at = whole.end;
        Ok(())
    }

    /// A variable's name, new among the others.
    fn name(&mut self, name: &'a str, at: usize) -> Result<(), UriFault> {
        let here = at..at + name.len().max(1);
        if let Some(modifier) = name.find(['*', ':']) {
            let plain = name.get(..modifier).unwrap_or_default();
            return fault(
                here,
                format!("`{name}` says more than a name, which is not supported"),
                format!("write `{plain}`"),
            );
        }
        let mut letters = name.chars();
        let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            return fault(
                here,
                format!("`{name}` is not the name of a variable"),
                "letters, digits and `_`, a letter first",
            );
        }
        if self.names.contains(&name) {
            return fault(here, format!("the variable `{name}` is there twice"), "give each a name of its own");
        }
        self.names.push(name);
        Ok(())
    }
}

impl Segment {
    fn empty() -> Self {
        Self { before: String::new(), variable: None, after: String::new() }
    }
}

/// What RFC 3986 allows in a path or a query, but for what is looked at by itself.
fn is_uri(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~:@!$&'()*+,;=[]%?".contains(letter)
}
