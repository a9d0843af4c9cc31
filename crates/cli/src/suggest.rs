//! What was probably meant.

pub(crate) use pianoroll_model::suggest as near;

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
