//! The words that say what a run by hand may do.

use clap::Args;
use pianoroll_host::grant_word;
use pianoroll_model::{Effect, PermissionSet};

use crate::failure::Failure;

/// What calls may do, beyond reading and writing.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What calls may do")]
pub(crate) struct GrantArguments {
    /// Allow more than reading and writing: effects (`delete`, `send`), `resource:effect` (`campaigns:send`), or `request`
    /// for native paths that no operation covers; with commas, added to read and write, or to an automation's permissions.
    /// Effects on the gateway's own connections need their name: `connections:delete`
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
}

impl GrantArguments {
    /// What is granted: reads and writes, and what `--allow` adds.
    pub(crate) fn permissions(&self) -> Result<PermissionSet, Failure> {
        let granted = PermissionSet::none().with_effect(Effect::Read).with_effect(Effect::Write);
        self.add_to(granted)
    }

    /// The same, as words.
    pub(crate) fn words(&self) -> Vec<String> {
        [Effect::Read, Effect::Write].iter().map(ToString::to_string).chain(self.added()).collect()
    }

    /// The words of `--allow`.
    pub(crate) fn added(&self) -> impl Iterator<Item = String> {
        self.allow.iter().map(|word| word.trim().to_owned())
    }

    /// What `--allow` adds to grants that stand already.
    pub(crate) fn add_to(&self, granted: PermissionSet) -> Result<PermissionSet, Failure> {
        self.allow.iter().try_fold(granted, |granted, word| {
            grant_word(granted, word.trim()).map_err(|error| {
                Failure::input(format!("--allow: {}", error.message)).hint_if(error.hint)
            })
        })
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
