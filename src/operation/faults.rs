//! Collects everything that is wrong with a call before it is answered, and finds what was meant instead.

use serde_json::Value;

use crate::odoo::{Error, Kind};

/// More than this many are counted, not named: an answer stays readable whatever a caller sends.
const MOST_NAMED: usize = 20;
/// The longest piece of a caller's value that a message repeats, in characters.
const LONGEST_QUOTE: usize = 60;

/// The faults of one call.
#[derive(Debug, Default)]
pub struct Faults {
    errors: Vec<Fault>,
}

/// What is wrong, and where in the arguments it was made.
#[derive(Debug)]
struct Fault {
    error: Error,
    place: Option<String>,
}

impl Faults {
    /// One more.
    pub fn push(&mut self, error: Error) {
        self.errors.push(Fault { error, place: None });
    }

    /// Keeps the value, or the fault instead of it.
    pub fn keep<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// Says of those pushed since `from` where the caller made them: `lines[2].product`. What was said before stays.
    pub fn locate(&mut self, from: usize, place: &str) {
        for fault in self.errors.iter_mut().skip(from) {
            fault.place.get_or_insert_with(|| place.to_owned());
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The value if nothing is wrong, else all faults in one error of the first one's kind.
    ///
    /// # Errors
    /// Where a fault was pushed.
    pub fn into_result<T>(self, value: T) -> Result<T, Error> {
        match self.into_error() {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }

    /// All faults as one error, if there are any.
    #[must_use]
    pub fn into_error(self) -> Option<Error> {
        let more = self.errors.len().saturating_sub(MOST_NAMED);
        let mut errors = self.errors.into_iter().take(MOST_NAMED).map(|fault| match fault.place {
            Some(place) => located(fault.error, &place),
            None => fault.error,
        });
        let mut all = errors.next()?;
        let mut hints: Vec<String> = all.hint.take().into_iter().collect();
        for error in errors {
            end_sentence(&mut all.message);
            all.message.push(' ');
            all.message.push_str(&error.message);
            for (key, value) in error.details {
                match (all.details.get_mut(&key), value) {
                    // Several wrong names of one argument have the same candidates.
                    (Some(Value::Array(all)), Value::Array(more)) => {
                        more.into_iter().for_each(|one| {
                            if !all.contains(&one) {
                                all.push(one)
                            }
                        });
                    }
                    (Some(_), _) => {}
                    (None, value) => {
                        all.details.insert(key, value);
                    }
                }
            }
            if let Some(hint) = error.hint.filter(|hint| !hints.contains(hint)) {
                hints.push(hint);
            }
        }
        if more > 0 {
            end_sentence(&mut all.message);
            all.message.push_str(&format!(" And {more} more."));
        }
        all.hint = (!hints.is_empty()).then(|| hints.join(" "));
        Some(all)
    }
}

/// What the hint of a lookup begins with that names all there are.
pub const THERE_ARE: &str = "There are: ";

/// The error, and where in the arguments it was made: in its message, with every candidate, and where its hint lists what there is.
#[must_use]
pub fn located(mut error: Error, place: &str) -> Error {
    let named = format!("`{place}`");
    if !error.message.starts_with(&named) {
        error.message = format!("{named}: {}", error.message);
    }
    if let Some(Value::Array(candidates)) = error.details.get_mut("candidates") {
        for candidate in candidates.iter_mut().filter_map(Value::as_object_mut) {
            if !candidate.contains_key("argument") {
                candidate.shift_insert(0, "argument".to_owned(), place.into());
            }
        }
    }
    if let Some(names) = error.hint.as_deref().and_then(|hint| hint.strip_prefix(THERE_ARE)) {
        error.hint = Some(format!("{named}: there are: {names}"));
    }
    error
}

fn end_sentence(text: &mut String) {
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
}

/// A fault of the arguments.
pub fn invalid(message: impl Into<String>) -> Error {
    Error::new(Kind::InvalidArguments, message)
}

/// A value as a message repeats it: in backticks, one line, cut.
#[must_use]
pub fn quote(value: &Value) -> String {
    let text = match value {
        Value::String(text) => quote_text(text),
        Value::Array(list) if list.len() > 20 => return format!("a list of {}", list.len()),
        Value::Object(table) if table.len() > 20 => return format!("an object of {} keys", table.len()),
        other => cut(&other.to_string(), LONGEST_QUOTE),
    };
    format!("`{text}`")
}

fn quote_text(text: &str) -> String {
    let short = cut(text, LONGEST_QUOTE);
    if short.is_empty() { "\"\"".to_owned() } else { short.replace(['\n', '\r', '`'], " ") }
}

/// The first so many characters, and `…` where there were more.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Up to three of the candidates that resemble the name, the likeliest first.
#[must_use]
pub fn similar<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name: String = name.chars().take(64).collect::<String>().to_lowercase();
    if name.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(f64, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let mut likeness = strsim::normalized_damerau_levenshtein(&name, &candidate.to_lowercase());
            let part = |whole: &str, piece: &str| piece.len() >= 3 && whole.split('_').any(|word| word == piece);
            if part(candidate, &name) || (candidate.contains(&name) && name.len() >= 4) || part(&name, candidate) {
                likeness = likeness.max(0.6) + 0.1;
            }
            (likeness > 0.65).then_some((likeness, candidate))
        })
        .collect();
    found.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
    found.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// `; did you mean `a` or `b`?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = similar(name, candidates).into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => format!("; did you mean {last}?"),
        Some((last, others)) => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_near_miss_is_found_and_a_stranger_is_not() {
        let fields = ["partner_id", "date_deadline", "expected_revenue", "name"];
        assert_eq!(similar("partnr_id", fields), ["partner_id"]);
        assert_eq!(similar("deadline", fields), ["date_deadline"]);
        assert_eq!(similar("zzz", fields), [""; 0]);
        assert_eq!(did_you_mean("nmae", fields), "; did you mean `name`?");
    }

    #[test]
    fn all_faults_become_one_error_and_a_flood_is_counted() {
        let mut faults = Faults::default();
        for number in 0..25 {
            faults.push(invalid(format!("`f{number}` is wrong")).hint("Look."));
        }
        let error = faults.into_error().unwrap();
        assert!(error.message.starts_with("`f0` is wrong. `f1` is wrong."), "{}", error.message);
        assert!(error.message.ends_with("And 5 more."), "{}", error.message);
        assert_eq!(error.hint.as_deref(), Some("Look."));
    }

    #[test]
    fn what_several_faults_have_in_common_is_said_once() {
        let mut faults = Faults::default();
        for name in ["x", "y"] {
            let mut error = invalid(format!("no tag is named `{name}`"));
            error.details.insert("candidates".to_owned(), json!([{"id": 1, "name": "VIP"}]));
            faults.push(error);
        }
        let error = faults.into_error().unwrap();
        assert_eq!(error.details["candidates"], json!([{"id": 1, "name": "VIP"}]));
    }

    #[test]
    fn a_quote_is_short_and_one_line() {
        assert_eq!(quote(&json!("a\nb`c")), "`a b c`");
        assert_eq!(quote(&json!("")), "`\"\"`");
        assert!(quote(&json!("é".repeat(500))).chars().count() < 70);
        assert_eq!(quote(&Value::Array(vec![json!(1); 500])), "a list of 500");
    }
}
