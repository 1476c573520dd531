//! Which of what may stand there comes first: the same as what was typed, then what begins so, then where a word begins so, then
//! what contains it, then what is nearly so. Case and accents do not count.

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::operation::complete::Candidate;

/// How well something fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Same,
    Begins,
    WordBegins,
    Contains,
    /// Every word that was typed is in it, in whatever order.
    Words,
    /// But for so many slips of the finger.
    Like(usize),
}

impl Fit {
    /// Whether what was typed is there to be seen.
    pub(super) fn is_plain(self) -> bool {
        self <= Self::Words
    }
}

/// What was typed, made ready to be looked for.
pub(super) struct Typed {
    text: String,
}

impl Typed {
    pub(super) fn new(text: &str) -> Self {
        Self { text: fold(text) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How well a candidate fits, by its value or by what it is called.
    pub(super) fn fit(&self, candidate: &Candidate) -> Option<Fit> {
        let label = candidate.label.as_deref().and_then(|label| self.fit_text(label));
        self.fit_text(&candidate.value).into_iter().chain(label).min()
    }

    fn fit_text(&self, text: &str) -> Option<Fit> {
        let (text, typed) = (fold(text), self.text.as_str());
        if text == typed {
            return Some(Fit::Same);
        }
        if text.starts_with(typed) {
            return Some(Fit::Begins);
        }
        let mut there = text.match_indices(typed).map(|(at, _)| at).peekable();
        if there.peek().is_some() {
            let begins_word = |at: usize| !text.get(..at).unwrap_or_default().ends_with(char::is_alphanumeric);
            return Some(if there.any(begins_word) { Fit::WordBegins } else { Fit::Contains });
        }
        if typed.split_whitespace().all(|word| text.contains(word)) {
            return Some(Fit::Words);
        }
        self.slips(&text).map(Fit::Like)
    }

    /// How many slips lie between what was typed and some word with what follows it, as far as was typed: who mistypes has often
    /// not typed to the end. `None` where they are more than one forgives in so many letters.
    fn slips(&self, text: &str) -> Option<usize> {
        let length = self.text.chars().count();
        let most = match length {
            0..=3 => return None,
            4..=7 => 1,
            _ => 2,
        };
        let words = text.split_inclusive(|letter: char| !letter.is_alphanumeric());
        let mut at = 0;
        let mut least = None;
        for word in words {
            let rest = text.get(at..).unwrap_or_default();
            at += word.len();
            for letters in length - 1..=length + 1 {
                let begun: String = rest.chars().take(letters).collect();
                least = least.into_iter().chain([strsim::damerau_levenshtein(&begun, &self.text)]).min();
            }
        }
        least.filter(|slips| *slips <= most)
    }
}

/// Without case and accents, with single spaces: `É` is `e`, `ﬁ` is `fi`.
pub(super) fn fold(text: &str) -> String {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = DecomposingNormalizerBorrowed::new_nfkd().normalize(&spaced).to_lowercase();
    letters.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(typed: &str, text: &str) -> Option<Fit> {
        Typed::new(typed).fit(&Candidate { value: text.to_owned(), label: None })
    }

    #[test]
    fn what_fits_better_comes_first() {
        let texts = ["Azure Interior", "azure", "The Azure Group", "Lazurex", "Interior of Azure", "Azrue Ltd", "Deco"];
        let mut ranked: Vec<_> = texts.iter().filter_map(|text| Some((fits("azure", text)?, *text))).collect();
        ranked.sort_by_key(|(fit, _)| *fit);
        let names: Vec<_> = ranked.iter().map(|(_, text)| *text).collect();
        assert_eq!(names, ["azure", "Azure Interior", "The Azure Group", "Interior of Azure", "Lazurex", "Azrue Ltd"]);
        assert_eq!(fits("interior azure", "Azure Interior"), Some(Fit::Words));
    }

    #[test]
    fn case_and_accents_do_not_count() {
        assert_eq!(fits("cafe", "Café"), Some(Fit::Same));
        assert_eq!(fits("CAFÉ", "cafe"), Some(Fit::Same));
        assert_eq!(fits("strasse 5", "  Strasse   5 "), Some(Fit::Same));
        assert_eq!(fits("angstrom", "Ångström GmbH"), Some(Fit::Begins));
        assert_eq!(fits("ﬁx", "Fix it"), Some(Fit::Begins));
        assert_eq!(fits("мой", "МОЙ склад"), Some(Fit::Begins));
    }

    #[test]
    fn a_slip_is_forgiven_and_another_word_is_not() {
        assert!(matches!(fits("qualifed", "Qualified"), Some(Fit::Like(_))));
        assert!(matches!(fits("negotation", "In Negotiation"), Some(Fit::Like(_))));
        for (typed, text) in [("won", "Lost"), ("ab", "ba"), ("new", "now"), ("quote", "invoice"), ("lead", "deal")] {
            assert_eq!(fits(typed, text), None, "{typed}");
        }
    }
}
