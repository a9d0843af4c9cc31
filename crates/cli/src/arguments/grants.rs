//! The words that say what a run by hand may do.

use clap::Args;
use pianoroll_api::RESOURCES;
use pianoroll_model::{Effect, Permission, PermissionSet};

use crate::failure::Failure;
use crate::suggest;

/// What calls may do, beyond reading and writing.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What calls may do")]
pub(crate) struct GrantArguments {
    /// Allow more than reading and writing: effects (`delete`, `send`), `resource:effect` (`campaigns:send`), or `request`
    /// for native paths that no operation covers; with commas, added to read and write
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
}

impl GrantArguments {
    /// What is granted: reads and writes, and what `--allow` adds.
    pub(crate) fn permissions(&self) -> Result<PermissionSet, Failure> {
        let mut granted =
            PermissionSet::none().with_effect(Effect::Read).with_effect(Effect::Write);
        for word in &self.allow {
            let word = word.trim();
            check_word(word)?;
            granted = granted
                .allow_word(word)
                .map_err(|error| Failure::input(format!("--allow: {error}")))?;
        }
        Ok(granted)
    }
}

// A grant for a resource that does not exist would grant nothing, in silence.
fn check_word(word: &str) -> Result<(), Failure> {
    if word.parse::<Effect>().is_ok() {
        return Ok(());
    }
    let words = || Effect::ALL.into_iter().map(Effect::as_str).chain(["request"]);
    match word.parse() {
        Ok(Permission::Operation { resource, .. }) => {
            let modules = || RESOURCES.iter().map(|resource| resource.module);
            if modules().any(|module| module == resource) {
                return Ok(());
            }
            let hint = suggest::near(&resource, modules());
            Err(Failure::input(format!("--allow: there is no resource `{resource}`"))
                .hint_if(hint.map(|near| format!("did you mean `{near}`?"))))
        }
        Ok(Permission::Request) => Ok(()),
        Err(_) if !word.contains(':') => Err(Failure::input(format!(
            "--allow: `{word}` is not an effect, a `resource:effect` or `request`"
        ))
        .hint_if(suggest::near(word, words()).map(|near| format!("did you mean `{near}`?")))),
        Err(error) => Err(Failure::input(format!("--allow: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(words: &[&str]) -> Result<PermissionSet, Failure> {
        let allow = words.iter().map(|word| (*word).to_owned()).collect();
        GrantArguments { allow }.permissions()
    }

    #[test]
    fn allow_adds_to_reading_and_writing() {
        let plain = granted(&[]).unwrap();
        let sends = granted(&["send", "lists:delete"]).unwrap();
        let allows = |set: &PermissionSet, word: &str| set.allows(&word.parse().unwrap());
        for word in ["profiles:read", "profiles:write"] {
            assert!(allows(&plain, word) && allows(&sends, word), "{word}");
        }
        for word in ["campaigns:send", "lists:delete"] {
            assert!(!allows(&plain, word) && allows(&sends, word), "{word}");
        }
        assert!(!allows(&sends, "profiles:delete") && !allows(&sends, "request"));
        assert!(allows(&granted(&["request"]).unwrap(), "request"));
    }

    #[test]
    fn unknown_words_are_refused() {
        let error = |word| granted(&[word]).unwrap_err();
        assert_eq!(error("sends").hints, ["did you mean `send`?"]);
        assert_eq!(error("profile:read").hints, ["did you mean `profiles`?"]);
        assert_eq!(
            error("profiles:reed").error.to_string(),
            "--allow: `reed` is not an effect; the effects are read, write, delete and send"
        );
    }
}
