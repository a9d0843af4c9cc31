//! Names of the API in the manners of the languages.

/// `add_profiles`, `bulk-create`: `addProfiles`, `bulkCreate`.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split(['_', '-']);
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &capital(word))
}

/// `profile-bulk-import-job`: `ProfileBulkImportJob`.
pub(super) fn pascal(name: &str) -> String {
    name.split(['_', '-', '.']).map(capital).collect()
}

/// `add-profiles`: `add_profiles`, with `_` behind what Python keeps for itself.
pub(super) fn python(name: &str) -> String {
    const KEPT: [&str; 32] = [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
        "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
        "yield",
    ];
    let snake = name.replace(['-', '.'], "_");
    if KEPT.contains(&snake.as_str()) { snake + "_" } else { snake }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
