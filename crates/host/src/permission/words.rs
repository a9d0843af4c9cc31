//! The words that grants are written in, on the command line and in a project file.

use pianoroll_api::RESOURCES;
use pianoroll_model::{Effect, Permission, PermissionSet, suggest};

use crate::guardrails::WordError;

/// Adds a word to grants: an effect (`delete`), a permission (`campaigns:send`), or `request`.
///
/// # Errors
/// It is none of these, or names a resource that does not exist: such a grant would grant nothing, in silence.
pub fn grant_word(granted: PermissionSet, word: &str) -> Result<PermissionSet, WordError> {
    let plain = |message: String| WordError { message, hint: None };
    if !word.contains(':') && word.parse::<Effect>().is_err() && word != "request" {
        let words = Effect::ALL.into_iter().map(Effect::as_str).chain(["request"]);
        let hint = suggest(word, words).map(|near| format!("did you mean `{near}`?"));
        let message = format!("`{word}` is not an effect, a `resource:effect` or `request`");
        return Err(WordError { message, hint });
    }
    if let Ok(Permission::Operation { resource, .. }) = word.parse() {
        let modules = || RESOURCES.iter().map(|resource| resource.module);
        if !modules().any(|module| module == resource) {
            let hint = suggest(&resource, modules()).map(|near| format!("did you mean `{near}`?"));
            return Err(WordError { message: format!("there is no resource `{resource}`"), hint });
        }
    }
    granted.allow_word(word).map_err(|error| plain(error.to_string()))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn unknown_words_are_refused() {
        let check = |word: &str, expected: Expect| {
            let error = grant_word(PermissionSet::none(), word).unwrap_err();
            expected.assert_eq(&error.to_string());
        };
        check(
            "sends",
            expect![
                "`sends` is not an effect, a `resource:effect` or `request`; did you mean `send`?"
            ],
        );
        check("profile:read", expect!["there is no resource `profile`; did you mean `profiles`?"]);
        check(
            "profiles:reed",
            expect!["`reed` is not an effect; the effects are read, write, delete and send"],
        );
        check("x", expect!["`x` is not an effect, a `resource:effect` or `request`"]);
        check(
            ":read",
            expect![
                "`:read` is not a permission; write `resource:effect`, such as `profiles:read`, or `request`"
            ],
        );
        assert!(grant_word(PermissionSet::none(), "connections:delete").is_ok());
    }
}
