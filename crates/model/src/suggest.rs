//! Did you mean?

/// The candidate that a word was most likely meant to be, if one is close enough to be worth naming.
#[must_use]
pub fn suggest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = plain(word);
    if wanted.is_empty() {
        return None;
    }
    let scored = candidates.into_iter().filter_map(|candidate| {
        let known = plain(candidate);
        let distance = strsim::damerau_levenshtein(&wanted, &known);
        // One slip in three letters still reads as the same word; more is another word.
        let letters = wanted.chars().count().max(known.chars().count());
        (distance <= (letters / 3).clamp(1, 4)).then_some((distance, candidate))
    });
    scored.min_by_key(|found| found.0).map(|found| found.1)
}

/// Case and the kind of separator are the commonest slips, and cost nothing.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_close_is_suggested() {
        let candidates = ["email", "created", "flow-triggers", "id"];
        let check = |word: &str, expected: Option<&str>| {
            assert_eq!(suggest(word, candidates), expected, "{word}")
        };
        check("emial", Some("email"));
        check("E-Mail", Some("email"));
        check("flow_triggers", Some("flow-triggers"));
        check("creatd", Some("created"));
        check("updated", None);
        check("xyz", None);
        check("", None);
    }
}
