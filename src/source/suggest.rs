//! "Did you mean": the nearest of the names that exist.

/// Nobody means a name by so many bytes, and to compare them takes time and memory by their number.
const LONGEST: usize = 256;

/// The candidate that a person most likely meant by `word`, if one is near enough to be worth saying.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase().replace('-', "_");
    let bound = match wanted.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        // A word with most of its letters changed is another word, not a slip.
        .filter(|(distance, candidate)| *distance <= bound && *distance < candidate.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The same as a hint.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_word_without_end_is_not_compared() {
        assert_eq!(nearest("serch", ["search", "read"]), Some("search"));
        assert_eq!(nearest(&"s".repeat(LONGEST + 1), ["s".repeat(LONGEST).as_str()]), None);
    }
}
