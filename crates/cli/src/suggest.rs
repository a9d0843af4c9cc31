//! What was probably meant.

/// The allowed word nearest to a mistyped one, when it is near enough to be meant.
pub(crate) fn near<'w>(given: &str, allowed: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let scored = allowed.into_iter().map(|word| (strsim::damerau_levenshtein(given, word), word));
    let (distance, word) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.len().min(given.len()).div_ceil(3)).then_some(word)
}

/// `did you mean …?`, or the list of what is allowed while it is short enough to read.
pub(crate) fn hint<'w>(
    given: &str,
    allowed: impl IntoIterator<Item = &'w str> + Clone,
) -> Option<String> {
    if let Some(word) = near(given, allowed.clone()) {
        return Some(format!("did you mean `{word}`?"));
    }
    let all: Vec<&str> = allowed.into_iter().collect();
    match all.len() {
        0 => None,
        1..=16 => Some(format!("allowed here: {}", all.join(", "))),
        _ => None,
    }
}
