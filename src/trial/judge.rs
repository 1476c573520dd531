//! Holds what came of a call against what its test expects.

use serde_json::{Map, Value};

use super::outgoing;
use crate::answer::Answer;
use crate::definition::example::{Example, Expectation, What};
use crate::odoo::{Error, Kind, Sent};
use crate::source::{Diagnostic, Place};
use crate::template::{Outcome, Scope};

/// So much of an answer is shown, in characters.
const SHOWN: usize = 300;

/// What came of a call.
pub(super) struct Result<'a> {
    pub(super) answer: &'a std::result::Result<Answer, Error>,
    pub(super) sent: &'a [Sent],
    /// What the templates of the test know.
    pub(super) scope: &'a Scope,
}

/// Everything that came otherwise than expected.
pub(super) fn judge(example: &Example, result: &Result<'_>) -> Vec<Diagnostic> {
    let text = text(result.answer);
    if let Err(error) = result.answer
        && example.error().is_none()
    {
        let hint = error
            .hint
            .clone()
            .unwrap_or_else(|| format!("if it has to fail: `expect.error = \"{}\"`", word(error.kind)));
        return vec![
            failed(example, &example.place, &format!("the call failed with `{}`: {error}", word(error.kind)))
                .with_hint(hint),
        ];
    }
    example.expect.iter().filter_map(|expectation| check(example, expectation, result, &text)).collect()
}

fn check(example: &Example, expectation: &Expectation, result: &Result<'_>, text: &str) -> Option<Diagnostic> {
    let failed = |what: &str| failed(example, &expectation.place, what);
    let begins = || match text {
        "" => "the answer has no text".to_owned(),
        text => format!("the answer begins: {}", outgoing::cut(text, SHOWN)),
    };
    match &expectation.what {
        What::Text(piece) if !text.contains(piece) => {
            Some(failed(&format!("the answer does not have the text `{piece}`")).with_hint(begins()))
        }
        What::NotText(piece) if text.contains(piece) => {
            let at = text.find(piece).unwrap_or_default();
            let before = text.get(..at).unwrap_or_default();
            let from = before.char_indices().rev().nth(60).map_or(0, |(at, _)| at);
            let around = text.get(from..).unwrap_or_default();
            let hint = format!("it stands in: {}", outgoing::cut(around, 60 + piece.len() + 60));
            Some(failed(&format!("the answer has the text `{piece}`")).with_hint(hint))
        }
        What::Records(wanted) => match records(text) {
            Some(got) if got == *wanted => None,
            Some(got) => {
                Some(failed(&format!("the answer has {} instead of {wanted}", counted(got))).with_hint(begins()))
            }
            None => Some(failed("the answer has no list of records to count").with_hint(begins())),
        },
        What::Error(wanted) => match result.answer {
            Err(error) if word(error.kind) == *wanted => None,
            Err(error) => Some(
                failed(&format!("the call failed with `{}` instead of `{wanted}`", word(error.kind)))
                    .with_hint(error.to_string()),
            ),
            Ok(_) => Some(failed(&format!("the call did not fail with `{wanted}`")).with_hint(begins())),
        },
        What::Call(wanted) => {
            let wanted = match wanted.evaluate(result.scope) {
                Ok(Outcome::Given(Value::Object(wanted))) => wanted,
                Ok(_) => return Some(failed("what the request should be like is absent: its templates give nothing")),
                Err(error) => return Some(failed(&format!("what the request should be like is not known: {error}"))),
            };
            call(&wanted, result.sent).map(|(what, hint)| failed(&what).with_hint(hint))
        }
        What::Text(_) | What::NotText(_) => None,
    }
}

/// What is wrong where no request is as wanted, and what was sent.
fn call(wanted: &Map<String, Value>, sent: &[Sent]) -> Option<(String, String)> {
    let judged: Vec<(Vec<String>, &Sent)> = sent.iter().map(|sent| (outgoing::faults(wanted, sent), sent)).collect();
    if judged.iter().any(|(faults, _)| faults.is_empty()) {
        return None;
    }
    // The last of equals: lookups come before what is meant.
    let likeness = |(faults, sent): &&(Vec<String>, &Sent)| {
        let same = |key: &str, value: &str| wanted.get(key).is_none_or(|wanted| wanted == value);
        (same("model", &sent.model), wanted.len() - faults.len())
    };
    let Some((faults, nearest)) = judged.iter().max_by_key(likeness) else {
        return Some(("no request went to Odoo".to_owned(), "the call ended before it asked anything".to_owned()));
    };
    let more = match faults.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more differences)", n - 1),
    };
    let fault = faults.first().map(String::as_str).unwrap_or_default();
    let which = if sent.len() == 1 { "the request to Odoo" } else { "the nearest request to Odoo" };
    Some((format!("no request to Odoo was like this: {fault}{more}"), format!("{which}: {}", outgoing::line(nearest))))
}

/// A test that failed, and where it says so.
pub(super) fn failed(example: &Example, place: &Place, what: &str) -> Diagnostic {
    let message = match &example.name {
        Some(name) => format!("test `{name}`: {what}"),
        None => format!("test: {what}"),
    };
    Diagnostic::error(message).at(place)
}

/// The text of an answer, or of the error.
fn text(answer: &std::result::Result<Answer, Error>) -> String {
    let of = |answer: &Answer| {
        let texts = answer.content.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
        texts.collect::<Vec<_>>().join("\n")
    };
    match answer {
        Ok(answer) => of(answer),
        Err(error) => of(&Answer::error(error)),
    }
}

fn counted(records: u64) -> String {
    format!("{records} record{}", if records == 1 { "" } else { "s" })
}

/// How many records or groups an answer lists.
fn records(text: &str) -> Option<u64> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let list = ["records", "groups"].iter().find_map(|key| answer.get(*key)?.as_array())?;
    u64::try_from(list.len()).ok()
}

/// A kind of error as answers name it.
pub(super) fn word(kind: Kind) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::language::ERRORS;

    #[test]
    fn a_test_can_expect_every_kind_of_error_and_no_other() {
        let kinds = [
            Kind::InvalidArguments,
            Kind::UnknownField,
            Kind::UnknownModel,
            Kind::NotFound,
            Kind::Ambiguous,
            Kind::Unauthenticated,
            Kind::AccessDenied,
            Kind::Validation,
            Kind::Conflict,
            Kind::ConfirmationRequired,
            Kind::Declined,
            Kind::Unsupported,
            Kind::RateLimited,
            Kind::Unavailable,
            Kind::Timeout,
            Kind::Cancelled,
            Kind::OdooError,
            Kind::Internal,
        ];
        assert_eq!(kinds.map(word).as_slice(), ERRORS);
    }
}
